"""What the recipes make of good files and of hostile ones, each in its own process as in real life."""

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from av.video.stream import VideoStream
from PIL import Image

from bot import recipes
from bot.workshop import Workshop, WorkshopProblem
from tests.test_sound import tone

MIB = 2**20
RED, GREEN, BLUE, WHITE = (200, 30, 40), (20, 160, 60), (40, 60, 210), (250, 250, 250)
DAMAGED = "it is damaged, or of an unexpected kind"


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    found = Workshop()
    yield found
    await found.close()


async def problem(workshop: Workshop, recipe: str, source: Path, **parameters: Any) -> str:
    """What stands in the way, as something must; nothing may be left then."""
    target = source.parent / "target"
    with pytest.raises(WorkshopProblem) as caught:
        await workshop.make(recipe, [source], target, **parameters)
    assert not target.exists()
    return str(caught.value)


def video(path: Path, size: tuple[int, int] = (320, 180), seconds: float = 2.0, *, sound: Path | None = None) -> Path:
    """A video, noise at first and blue at the end; with a sound, when there is one."""
    count = round(25 * seconds)
    noise = [Image.effect_noise(size, 120).convert("RGB") for _number in range(min(5, count - 1))]
    frames = [*(noise[number % 5] for number in range(count - 1)), Image.new("RGB", size, BLUE)]
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "18"})
        assert isinstance(stream, VideoStream)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        source = None if sound is None else av.open(str(sound), "r")
        copied = None if source is None else out.add_stream_from_template(source.streams.audio[0])
        for frame in frames:
            out.mux(stream.encode(av.VideoFrame.from_image(frame)))  # type: ignore[no-untyped-call]
        out.mux(stream.encode(None))
        for packet in source.demux(audio=0) if source is not None else ():
            if packet.dts is not None and copied is not None:
                packet.stream = copied
                out.mux(packet)
    return path


def png_header(width: int, height: int) -> bytes:
    """A picture of this size that is not there, in a hundred bytes."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize("kind", ["mp3", "wav", "m4a", "ogg", "flac"])
async def test_a_film_of_a_song(workshop: Workshop, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "film"
    cover = tmp_path / "cover.png"
    Image.new("RGB", (1001, 777), RED).save(cover)
    await workshop.make("film", [tone(tmp_path / f"song.{kind}", 2.5), cover], target)
    with av.open(str(target)) as film:
        picture, sound = film.streams
        assert isinstance(picture, VideoStream)
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (picture.width, picture.height, picture.codec_context.pix_fmt) == (720, 560, "yuv420p")
        frames = [frame.to_image(dst_colorspace="itu601") for frame in film.decode(video=0)]  # type: ignore[no-untyped-call]
        assert len(frames) in {5, 6}
        assert near(frames[-1].getpixel((300, 300)), RED)
    with av.open(str(target)) as film:
        heard = sum(frame.samples for frame in film.decode(audio=0))
        assert heard / recipes.HZ == pytest.approx(2.5, abs=0.15)
    content = target.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it begins to play before it is there
    assert target.stat().st_mode & 0o077 == 0


async def test_a_long_song_makes_a_small_film(workshop: Workshop, tmp_path: Path) -> None:
    cover = tmp_path / "cover.jpg"
    Image.effect_noise((40, 40), 90).resize((1500, 1500)).save(cover)
    await workshop.make("film", [tone(tmp_path / "song.mp3", 12), cover], tmp_path / "film")
    assert (tmp_path / "film").stat().st_size < 5 * MIB / 15


@pytest.mark.parametrize("cover", [None, b"", b"no picture", png_header(20_000, 20_000)])
async def test_a_film_without_a_cover_that_can_be_used(workshop: Workshop, tmp_path: Path, cover: bytes | None) -> None:
    (tmp_path / "cover").write_bytes(cover or b"")
    covers = [] if cover is None else [tmp_path / "cover"]
    await workshop.make("film", [tone(tmp_path / "a song.mp3", 0.1), *covers], tmp_path / "film")
    with av.open(str(tmp_path / "film")) as film:
        [frame] = film.decode(video=0)
        assert near(frame.to_image(dst_colorspace="itu601").getpixel((99, 99)), recipes.DARK)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("limit", "width"), [(450_000, 1280), (50_000, 640)])
async def test_a_smaller_video(workshop: Workshop, tmp_path: Path, limit: int, width: int) -> None:
    source = video(tmp_path / "large.mp4", (1280, 720), 1.0, sound=tone(tmp_path / "sound.m4a", 1))
    assert source.stat().st_size > 500_000
    target = tmp_path / "small"
    await workshop.make("smaller", [source], target, limit=limit)
    assert limit / 4 < target.stat().st_size <= limit
    with av.open(str(target)) as small:
        picture, sound = small.streams
        assert isinstance(picture, VideoStream)
        assert (picture.width, sound.codec_context.name) == (width, "aac")
        assert float((picture.duration or 0) * (picture.time_base or 0)) == pytest.approx(1.0, abs=0.05)
        assert float((sound.duration or 0) * (sound.time_base or 0)) == pytest.approx(1.0, abs=0.1)


async def test_a_video_that_cannot_be_made_small_enough(workshop: Workshop, tmp_path: Path) -> None:
    assert "too long" in await problem(workshop, "smaller", video(tmp_path / "large.mp4"), limit=20_000)


@pytest.mark.parametrize(("size", "seconds"), [((320, 180), 8.0), ((320, 180), 0.04), ((1280, 720), 0.2)])
async def test_the_last_frame(workshop: Workshop, tmp_path: Path, size: tuple[int, int], seconds: float) -> None:
    await workshop.make("last-frame", [video(tmp_path / "video.mp4", size, seconds)], tmp_path / "picture")
    with Image.open(tmp_path / "picture") as picture:
        assert (picture.format, picture.size) == ("PNG", size)
        assert near(picture.getpixel((10, 10)), BLUE)
        assert near(picture.getpixel((size[0] - 10, size[1] - 10)), BLUE)


@pytest.mark.parametrize(("number", "colour"), [(1, RED), (2, GREEN), (3, BLUE), (4, WHITE)])
async def test_a_quarter(workshop: Workshop, tmp_path: Path, number: int, colour: tuple[int, int, int]) -> None:
    grid = Image.new("RGB", (64, 48))
    for place, fill in (((0, 0), RED), ((32, 0), GREEN), ((0, 24), BLUE), ((32, 24), WHITE)):
        grid.paste(fill, (*place, place[0] + 32, place[1] + 24))
    grid.save(tmp_path / "grid.webp", lossless=True)
    await workshop.make("quarter", [tmp_path / "grid.webp"], tmp_path / "picture", number=number)
    with Image.open(tmp_path / "picture") as picture:
        assert (picture.format, picture.size, picture.getcolors()) == ("PNG", (32, 24), [(32 * 24, colour)])


# ---------------------------------------------------------------------------------------------------- hostile files


@pytest.mark.parametrize("recipe", ["film", "quarter"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words that somebody renamed to .mp3",
        b"ID3\x04\0\0\0\0\0\0" + bytes(5000),
        b"\0\0\0\x18ftypisom" + bytes(5000),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"GIF89a\xff\xff\xff\xff" + bytes(500),
    ],
)
async def test_what_is_no_media(workshop: Workshop, tmp_path: Path, recipe: str, content: bytes) -> None:
    (tmp_path / "file.mp3").write_bytes(content)
    more = {"number": 1} if recipe == "quarter" else {}
    assert DAMAGED in await problem(workshop, recipe, tmp_path / "file.mp3", **more)


async def test_a_video_that_breaks_off(workshop: Workshop, tmp_path: Path) -> None:
    path = video(tmp_path / "video.mp4")
    path.write_bytes(path.read_bytes()[:20_000])
    assert DAMAGED in await problem(workshop, "last-frame", path)


async def test_a_song_that_breaks_off_is_still_a_song(workshop: Workshop, tmp_path: Path) -> None:
    song = tone(tmp_path / "song.mp3", 2)
    song.write_bytes(
        b"ID3\x04\0\0\0\0\0\x0fTIT2\0\0\0\5\0\0\3\xff\xfe\xfa\xff" + song.read_bytes()[:9_999] + b"junk" * 99
    )
    await workshop.make("film", [song], tmp_path / "film")
    assert (tmp_path / "film").stat().st_size > 1000


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{path}'\n",
        "[playlist]\nFile1={path}\n",
        '<?xml version="1.0"?><MPD><BaseURL>{path}</BaseURL></MPD>',
    ],
)
async def test_a_play_list_leads_nowhere(workshop: Workshop, tmp_path: Path, content: str) -> None:
    path = video(tmp_path / "video.mp4", seconds=0.2)
    (tmp_path / "list.mp4").write_text(content.format(path=path))
    assert DAMAGED in await problem(workshop, "last-frame", tmp_path / "list.mp4")


@pytest.mark.parametrize(("width", "height"), [(8_001, 8_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
async def test_a_picture_that_would_burst(workshop: Workshop, tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "bomb.png").write_bytes(png_header(width, height))
    assert "too large" in await problem(workshop, "quarter", tmp_path / "bomb.png", number=1)


@pytest.mark.parametrize("recipe", ["smaller", "last-frame"])
async def test_a_video_that_would_burst(workshop: Workshop, tmp_path: Path, recipe: str) -> None:
    path = video(tmp_path / "bomb.mp4", (4112, 2320), 0.04)
    more = {"limit": 10 * MIB} if recipe == "smaller" else {}
    assert "too large" in await problem(workshop, recipe, path, **more)


async def test_a_sound_without_pictures_is_no_video(workshop: Workshop, tmp_path: Path) -> None:
    song = tone(tmp_path / "song.m4a", 1)
    assert DAMAGED in await problem(workshop, "last-frame", song)
    assert DAMAGED in await problem(workshop, "smaller", song, limit=MIB)


async def test_a_silent_video_is_no_song(workshop: Workshop, tmp_path: Path) -> None:
    assert DAMAGED in await problem(workshop, "film", video(tmp_path / "video.mp4", seconds=0.2))


@pytest.mark.parametrize(("recipe", "more"), [("quarter", {"number": 5}), ("quarter", {}), ("none", {})])
async def test_an_order_that_makes_no_sense(
    workshop: Workshop, tmp_path: Path, recipe: str, more: dict[str, int]
) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "picture.png")
    assert DAMAGED in await problem(workshop, recipe, tmp_path / "picture.png", **more)
