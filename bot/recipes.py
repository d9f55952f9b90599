"""Media made from media, in a process of its own: ``python recipes.py '{"recipe": "film", …}'``.

``bot.workshop`` starts it, by its path, for one job. Files are a stranger's and decoders are written in C: whatever
they do, they do it here, within limits. Only this module knows PyAV, Pillow and resvg; it knows nothing else of the
bot. A JSON line on standard output says how it went: ``problem`` is empty or one of the codes below, ``why`` is for the
log.
"""

import json
import math
import os
import re
import sys
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

DAMAGED, TOO_BIG, TOO_LONG = "damaged", "too big", "too long"
OTHER_SIZE, NOTHING_MARKED = "other size", "nothing marked"
MEMORY, LARGEST_FILE = 2 * 1024**3, 512 * 1024**2
"""Bytes of address space, and of a file that is written."""
MAX_FRAME = 4096 * 2304
"""Pixels of a video's frame."""
THREADS = 2
FORMATS = "mov,mp4,matroska,webm,mp3,wav,ogg,flac,aac"
"""What FFmpeg may take a file for: no play list, which could name other files and addresses."""
PICTURES = ("PNG", "JPEG", "WEBP", "GIF")
HZ = 44_100
LEAST_OF_SOUND, MOST_OF_SOUND = 32_000, 320_000
"""Samples per second of every sound that is made."""
SIDE, DARK = 720, (24, 25, 31)
"""Pixels of a film's longer side, and its colour where no picture is."""
ITU709, UNKNOWN, ITU601 = 1, 2, 5
"""How a video's colours are coded."""
LEAST_RATE, MOST_RATE = 150_000, 8_000_000
"""Bits per second below which a video is not worth having, and above which nothing is won."""
SIDES = ((3_000_000, 1920), (1_200_000, 1280), (500_000, 854), (0, 640))
"""Bits per second that are enough for a longer side of so many pixels."""
MAX_DRAWING, RASTER_SIDE = 32 * 1024**2, 1024
"""Bytes of an SVG, and pixels of the longer side of what is made from it."""
ASIDE = frozenset({"raster"})
"""Recipes of what is only handy beside its source: where it cannot be made, it is left out."""
Colour = tuple[int, int, int]
PAPER, INK, FAINT, LINE, GREY = (43, 45, 49), (242, 243, 245), (181, 186, 193), (63, 66, 71), (128, 132, 142)
"""Colours of a chart: the ground, words, words that matter less, lines, and what stands for all others."""
COLOURS: tuple[Colour, ...] = (
    (88, 166, 255), (250, 166, 26), (63, 185, 130), (235, 100, 160), (170, 130, 255), (240, 220, 90), (80, 205, 215),
    (240, 110, 90),
)  # fmt: skip
CHART, ROW, NAME = (130, 36, 1100, 396), 40, 420
"""Where a chart's bars stand, and the height of a line about a model and the width of its name, in pixels."""
DAMAGE = 50
"""Damaged packets of a file that are left out."""


_OUTSIDE = re.compile(r"""(href\s*=\s*)(?:"(?!#|data:)[^"]*"|'(?!#|data:)[^']*')""")
"""A reference of an SVG to anything but its own parts and what it holds itself."""


_INSIDE = r"\#|data:image/(?:png|jpe?g|gif|webp)[;,]"
_FAR = re.compile(
    rf"""@import[^;]*;?|image-set\([^)]*\)?|url\(\s*(?!\s|["']?\s*(?:{_INSIDE}))[^)]*\)?""", re.IGNORECASE
)
"""The same of its style sheets."""
_ACTORS = frozenset(
    {"script", "foreignobject", "handler", "listener", "iframe", "embed", "object", "audio", "video", "meta", "link"}
)
"""Elements of an SVG that are no part of a drawing."""
_NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}


class Impossible(Exception):
    """A recipe cannot be followed; the argument is one of the codes above."""


def film(sources: list[str], target: str) -> None:
    """An MP4 of a sound (first source) and its cover (second source, or a dark card) that plays everywhere."""
    still = _still(sources[1:])
    options = {"crf": "23", "tune": "stillimage", "g": "120", **_colours(ITU709, ITU709, ITU709)}
    with _opened(sources[0]) as source, _written(target) as out:
        movie = _Movie(out, (still.width, still.height), Fraction(2), options, sound=128_000)
        for frame in _frames(source, "audio"):
            movie.play(frame)
            movie.show(still, math.ceil(movie.played / HZ * movie.rate))
        movie.finish()


def smaller(sources: list[str], target: str, *, limit: int) -> None:
    """The same video in at most ``limit`` bytes."""
    with _opened(sources[0]) as source:
        seconds = (source.duration or 0) / 1_000_000
        own = max(2 * LEAST_RATE, min(source.bit_rate or MOST_RATE, MOST_RATE))
    if seconds <= 0:
        raise Impossible(DAMAGED)
    rate = min(0.96 * limit * 8 / seconds - 8_000, own)  # the container itself takes some
    for _attempt in range(3):
        _shrink(sources[0], target, int(rate))
        size = Path(target).stat().st_size
        if size <= limit:
            return
        rate *= 0.96 * limit / size
    raise Impossible(TOO_LONG)


def lighter(sources: list[str], target: str, *, limit: int) -> None:
    """The same picture in at most ``limit`` bytes: packed more tightly, and no smaller than it must be."""
    with _picture(sources[0]) as whole:
        for share, quality in ((1.0, 95), (1.0, 85), (0.7, 85), (0.5, 80), (0.3, 80)):
            size = [max(1, round(side * share)) for side in whole.size]
            (whole if share == 1.0 else whole.resize((size[0], size[1]))).save(target, "WEBP", quality=quality)
            if Path(target).stat().st_size <= limit:
                return
    raise Impossible(TOO_BIG)


def softer(sources: list[str], target: str, *, limit: int) -> None:
    """The same sound as MP3 in at most ``limit`` bytes."""
    import av

    with _opened(sources[0]) as source, av.open(target, "w", format="mp3") as out:
        seconds = (source.duration or 0) / 1_000_000
        rate = min(0.95 * limit * 8 / seconds, MOST_OF_SOUND) if seconds > 0 else 0
        if rate < LEAST_OF_SOUND:
            raise Impossible(TOO_LONG)
        voice: AudioStream = out.add_stream("libmp3lame", rate=HZ, layout="stereo")  # type: ignore[assignment]
        voice.bit_rate = int(rate)
        resampler = av.AudioResampler("s16p", "stereo", HZ)
        for frame in (*_frames(source, "audio"), None):
            for part in resampler.resample(frame):
                out.mux(voice.encode(part))
        out.mux(voice.encode(None))


def last_frame(sources: list[str], target: str) -> None:
    """The last frame of a video, as PNG."""
    last = _last(sources[0], near_end=True) or _last(sources[0], near_end=False)
    if last is None:
        raise Impossible(DAMAGED)
    matrix = _matrix(last.colorspace, last.height)
    other = ITU601 if matrix == ITU709 else ITU709  # PyAV minds the matrix only where it names two; RGB has none
    last.to_image(src_colorspace=matrix, dst_colorspace=other).save(target, "PNG")  # type: ignore[no-untyped-call]


def quarter(sources: list[str], target: str, *, number: int) -> None:
    """One quarter of a picture, as PNG: 1 and 2 are the upper ones, 3 and 4 the lower ones, from the left."""
    row, column = divmod(range(1, 5).index(number), 2)
    with _picture(sources[0]) as whole:
        width, height = whole.width // 2, whole.height // 2
        part = whole.crop((column * width, row * height, (column + 1) * width, (row + 1) * height))
        part.save(target, "PNG")


def mask(sources: list[str], target: str, *, black_edits: bool = False, clear_edits: bool = False) -> None:
    """A mask (``L``, black and white) of a picture: from one given, or from the picture painted over with a colour.

    With ``clear_edits`` it is black, and transparent where the picture is to change; one given like that is understood.
    """
    from PIL import Image, ImageChops, ImageOps

    with _picture(sources[0]) as first, _picture(sources[1]) as second:
        picture, given = first.convert("RGB"), second.convert("RGB")
        holes = second.convert("RGBA").getchannel("A").point(lambda value: 255 if value < 128 else 0)
    if given.size != picture.size:
        raise Impossible(OTHER_SIZE)
    if clear_edits and holes.getbbox():
        given = holes.convert("RGB")
    tones = given.convert("L")
    is_mask = sum(tones.histogram()[32:224]) < tones.width * tones.height * 0.02 and _is_grey(given)
    if not is_mask:
        red, green, blue = ImageChops.difference(picture, given).split()
        tones = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda value: 255 if value > 40 else 0)
    whole = tones.point(lambda value: 255 if value >= 128 else 0)
    if whole.getextrema()[1] == 0:
        raise Impossible(NOTHING_MARKED)
    made = ImageOps.invert(whole) if black_edits or clear_edits else whole
    if clear_edits:
        nothing = Image.new("L", made.size)
        made = Image.merge("RGBA", (nothing, nothing, nothing, made))
    made.save(target, "PNG")


def fit(sources: list[str], target: str, *, width: int, height: int) -> None:
    """The middle of a picture in just this size, as PNG without anything transparent."""
    from PIL import ImageOps

    with _picture(sources[0]) as whole:
        ImageOps.fit(whole.convert("RGB"), (width, height)).save(target, "PNG")


def raster(sources: list[str], target: str) -> None:
    """An SVG as PNG. What it refers to outside of itself is left out: files of this machine have no place in it."""
    import resvg_py

    content = Path(sources[0]).read_bytes()
    if len(content) > MAX_DRAWING:
        raise Impossible(TOO_BIG)
    if b"<!ENTITY" in content:  # where words stand for others, they can unfold to anything
        raise Impossible(DAMAGED)
    drawing = _OUTSIDE.sub(r'\1""', content.decode("utf-8-sig"))
    Path(target).write_bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=RASTER_SIDE, height=RASTER_SIDE))


def inert(sources: list[str], target: str) -> None:
    """An SVG without programs, and without anything that leads out of it."""
    from xml.etree import ElementTree  # nowhere would a stranger's XML do less harm

    content = Path(sources[0]).read_bytes()
    if len(content) > MAX_DRAWING:
        raise Impossible(TOO_BIG)
    root = ElementTree.fromstring(content)  # noqa: S314
    for element in root.iter():
        for child in [one for one in element if _acts(one)]:
            element.remove(child)
        for name in [name for name, value in element.attrib.items() if _leads_out(name, value)]:
            del element.attrib[name]
        for name, value in element.attrib.items():
            element.attrib[name] = _near(value)
        if _local(element.tag) == "style":
            element.text = _near(element.text or "")
    for prefix, address in _NAMESPACES.items():
        ElementTree.register_namespace(prefix, address)
    ElementTree.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def chart(_sources: list[str], target: str, *, data: str) -> None:
    """A picture of what was spent, as PNG: a bar for each time, parted by models, above the dearest models.

    ``data`` is JSON: ``bars`` (each a ``label`` and the ``parts`` of its amount: one for each of the models, then all
    others together), ``models`` (each a ``name`` and its amount ``usd``), and the amount ``rest`` of all others.
    """
    from PIL import Image, ImageDraw

    found = json.loads(data)
    colours = [*COLOURS[: len(found["models"])], GREY]
    rows = [(one["name"], one["usd"], colour) for one, colour in zip(found["models"], colours, strict=False)]
    rows += [("…", found["rest"], GREY)] if found["rest"] > 0 else []
    bottom = CHART[3] + 70
    picture = Image.new("RGB", (CHART[2] + 30, bottom + ROW * len(rows) + 10), PAPER)
    draw = ImageDraw.Draw(picture)
    _draw_bars(draw, found["bars"], colours)
    most = max((usd for _name, usd, _colour in rows), default=0.0) or 1.0
    for number, (name, usd, colour) in enumerate(rows):
        _draw_row(draw, bottom + ROW * number, name, usd, (usd / most, colour))
    picture.save(target, "PNG", optimize=True)


RECIPES: dict[str, Any] = {
    "film": film,
    "smaller": smaller,
    "lighter": lighter,
    "softer": softer,
    "last-frame": last_frame,
    "quarter": quarter,
    "mask": mask,
    "fit": fit,
    "raster": raster,
    "inert": inert,
    "chart": chart,
}


def _local(name: str) -> str:
    """A name without its namespace, in small letters."""
    return name.rpartition("}")[2].lower()


def _acts(element: Any) -> bool:
    """Whether an element of an SVG is a program, a page, or changes where another one leads to."""
    changes = element.get("attributeName", "").strip().rpartition(":")[2].lower()
    return _local(element.tag) in _ACTORS or changes == "href" or changes.startswith("on")


def _leads_out(name: str, value: str) -> bool:
    """Whether an attribute of an SVG is a program, or a reference to what is neither in it nor a picture."""
    local, bare = _local(name), "".join(value.split()).lower()
    outside = local in {"href", "base", "src"} and not re.match(_INSIDE, bare)
    return local.startswith("on") or "script:" in bare or outside


def _near(style: str) -> str:
    """A style sheet without what leads out of its drawing; one with escapes, which could hide that, is left out."""
    return "" if "\\" in style else _FAR.sub("none", style)


def _draw_bars(draw: "ImageDraw", bars: list[dict[str, Any]], colours: list[Colour]) -> None:
    """The bars over their labels, before lines that say how much they are."""
    left, top, right, bottom = CHART
    font = _font(22)
    most = max((sum(bar["parts"]) for bar in bars), default=0.0) or 1.0
    step = _even(most / 4)
    lines = math.ceil(most / step - 1e-9)
    scale = (bottom - top) / (step * lines)
    for number in range(lines + 1):
        at = bottom - step * number * scale
        draw.line((left, at, right, at), fill=LINE)
        draw.text((left - 14, at), _amount(step * number, step), fill=FAINT, font=font, anchor="rm")
    slot = (right - left) / max(1, len(bars))
    every = math.ceil((max((draw.textlength(bar["label"], font) for bar in bars), default=0.0) + 12) / slot)
    for number, bar in enumerate(bars):
        middle, at = left + slot * (number + 0.5), float(bottom)
        for part, colour in zip(bar["parts"], colours, strict=False):
            if part > 0:
                half, above = min(slot * 0.36, 40.0), at - part * scale
                draw.rectangle((middle - half, above, middle + half, at), fill=colour)
                at = above
        if number % every == 0:
            draw.text((middle, bottom + 12), bar["label"], fill=FAINT, font=font, anchor="ma")


def _draw_row(draw: "ImageDraw", top: float, name: str, usd: float, bar: tuple[float, Colour]) -> None:
    """A model: its name, how much of the dearest one's cost it has cost (``bar``: 0 to 1, and a colour), the amount."""
    left, right = 24, CHART[2]
    font, middle = _font(24), top + ROW / 2
    shown = "".join(letter if " " <= letter <= "~" or letter == "…" else "?" for letter in name)
    while draw.textlength(shown, font) > NAME:
        shown = shown.removesuffix("…")[:-1] + "…"
    draw.rectangle((left, middle - 10, left + 20, middle + 10), fill=bar[1])
    draw.text((left + 34, middle), shown, fill=INK, font=font, anchor="lm")
    begin = left + NAME + 54
    draw.rectangle((begin, middle - 10, begin + max(2.0, (right - 140 - begin) * bar[0]), middle + 10), fill=bar[1])
    draw.text((right, middle), _amount(usd, usd / 10), fill=INK, font=font, anchor="rm")


def _font(size: int) -> "FreeTypeFont | ImageFont":
    """The font that Pillow brings along: it knows Latin letters and digits, and is there on every machine."""
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _even(least: float) -> float:
    """The next number after ``least`` that reads well on an axis: 1, 2 or 5 and zeros."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least * (1 - 1e-9))


def _amount(usd: float, step: float) -> str:
    """Dollars with two digits, or with as many more as a ``step`` needs."""
    digits = max(2, -math.floor(math.log10(step))) if step > 0 else 2
    return f"${usd:,.{min(digits, 6)}f}"


def _opened(path: str) -> "InputContainer":
    import av

    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    return av.open(path, "r", options=options, metadata_errors="replace")


def _written(target: str) -> "OutputContainer":
    import av

    return av.open(target, "w", format="mp4", options={"movflags": "+faststart"})


def _frames(source: "InputContainer", *kinds: str) -> "Iterator[Any]":
    """The frames of the first stream of each kind, where there is one; damage here and there is left out."""
    import av

    streams = [found[0] for kind in kinds if (found := getattr(source.streams, kind))]
    for stream in streams:
        if stream.type == "video" and stream.codec_context.width * stream.codec_context.height > MAX_FRAME:
            raise Impossible(TOO_BIG)
        stream.codec_context.thread_count = THREADS
        stream.codec_context.options = {"max_pixels": str(MAX_FRAME)}
    damaged = 0
    for packet in source.demux(streams) if streams else ():
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            damaged += 1
            if damaged > DAMAGE:
                raise


def _last(path: str, *, near_end: bool) -> "VideoFrame | None":
    with _opened(path) as source:
        if near_end:
            source.seek(max(0, (source.duration or 0) - 5_000_000))
        return next(iter(deque(_frames(source, "video"), maxlen=1)), None)


@contextmanager
def _picture(path: str) -> "Iterator[Image]":
    """A picture the right way up, in RGB or RGBA; one of too many pixels is not decoded."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=PICTURES) as picture:
                yield ImageOps.exif_transpose(picture).convert("RGBA" if picture.has_transparency_data else "RGB")
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Impossible(TOO_BIG) from None


def _still(covers: list[str]) -> "VideoFrame":
    """The picture of a film, of even size. A cover that cannot be used is left out: the sound is what counts."""
    import av
    from PIL import Image

    card = Image.new("RGB", (640, 360), DARK)
    for cover in covers:
        with suppress(Exception), _picture(cover) as picture:
            picture.thumbnail((SIDE, SIDE))
            width, height = (side + side % 2 for side in picture.size)
            card = Image.new("RGB", (width, height), DARK)
            card.paste(picture, (0, 0), picture if picture.mode == "RGBA" else None)
    frame: VideoFrame = av.VideoFrame.from_image(card)  # type: ignore[no-untyped-call]  # PyAV leaves it bare
    return frame.reformat(format="yuv420p", dst_colorspace="itu709")


class _Movie:
    """An MP4 being written: pictures at a constant rate and, if ``sound`` says how many bits per second, sound."""

    def __init__(
        self, out: "OutputContainer", size: tuple[int, int], rate: Fraction, options: dict[str, str], *, sound: int
    ) -> None:
        import av

        self.out, self.rate = out, rate
        self.shown = 0  # pictures
        self.played = 0  # samples
        self._picture = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", **options})
        self._picture.width, self._picture.height = size
        self._picture.pix_fmt = "yuv420p"
        self._picture.codec_context.thread_count = THREADS
        self._voice = out.add_stream("aac", rate=HZ, layout="stereo") if sound else None
        if self._voice is not None:
            self._voice.bit_rate = sound
        self._resampler = av.AudioResampler("fltp", "stereo", HZ)

    def show(self, frame: "VideoFrame", count: int) -> None:
        """Show ``frame`` until ``count`` pictures have been shown."""
        if self.shown >= count:
            return
        picture = frame.reformat(self._picture.width, self._picture.height, "yuv420p")
        picture.time_base = 1 / self.rate
        while self.shown < count:
            picture.pts = self.shown
            self.out.mux(self._picture.encode(picture))
            self.shown += 1

    def play(self, frame: "AudioFrame | None") -> None:
        """Go on with the sound; ``None`` at its end."""
        if self._voice is None:
            return
        for part in self._resampler.resample(frame):
            part.pts, part.time_base = self.played, Fraction(1, HZ)
            self.out.mux(self._voice.encode(part))
            self.played += part.samples

    def finish(self) -> None:
        """Write what is still on its way. Raises :class:`Impossible` when nothing was shown."""
        if not self.shown:
            raise Impossible(DAMAGED)
        self.play(None)
        for stream in (self._picture, self._voice):
            if stream is not None:
                self.out.mux(stream.encode(None))


def _shrink(path: str, target: str, rate: int) -> None:
    """The video at ``path`` once more, at ``rate`` bits per second."""
    import av

    with _opened(path) as source:
        if not source.streams.video:
            raise Impossible(DAMAGED)
        video = source.streams.video[0]
        sound = 0 if not source.streams.audio else 64_000 if rate < 1_500_000 else 128_000
        bits = rate - sound
        if bits < LEAST_RATE:
            raise Impossible(TOO_LONG)
        fps = min(video.average_rate or Fraction(25), Fraction(30))
        size = _fitting(video.width, video.height, next(side for least, side in SIDES if bits >= least))
        coded = video.codec_context
        colours = _colours(_matrix(coded.colorspace, coded.height), coded.color_primaries, coded.color_trc)
        options = {"b": str(bits), "maxrate": str(bits * 3 // 2), "bufsize": str(bits * 2), **colours}
        with _written(target) as out:
            movie = _Movie(out, size, fps, options, sound=sound)
            for frame in _frames(source, "video", "audio"):
                if isinstance(frame, av.AudioFrame):
                    movie.play(frame)
                else:
                    movie.show(frame, movie.shown + 1 if frame.time is None else int(frame.time * fps + 0.25) + 1)
            movie.finish()


def _is_grey(picture: "Image") -> bool:
    """Whether a picture has no colours but for what compression leaves behind."""
    from PIL import ImageChops

    red, green, blue = picture.split()
    strays = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return not any(any(stray.histogram()[24:]) for stray in strays)


def _matrix(said: int, height: int) -> int:
    """How colours are coded: what the video says, else what players take for granted."""
    return said if said != UNKNOWN else ITU709 if height >= 720 else ITU601


def _colours(matrix: int, primaries: int, curve: int) -> dict[str, str]:
    return {"colorspace": str(matrix), "color_primaries": str(primaries), "color_trc": str(curve)}


def _fitting(width: int, height: int, side: int) -> tuple[int, int]:
    """The size, even and of the same shape, whose longer side is at most ``side``."""
    scale = min(1.0, side / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def confine(seconds: float) -> None:
    """Give this process limits: memory, file size, processor time (it may run for ``seconds``), no core dump."""
    os.nice(10)  # the bot goes first
    try:
        import resource
    except ImportError:  # not on this platform
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CPU, math.ceil(seconds) * (THREADS + 1)),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # the system knows better, or has a stricter limit
            resource.setrlimit(what, (most, most))


def main(order: str) -> None:
    """Do one job: a JSON object of ``recipe``, ``sources``, ``target``, ``parameters``, the ``seconds`` it may take and
    the ``pixels`` that a picture may have."""
    job = json.loads(order)
    confine(job["seconds"])
    with suppress(ImportError):
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = job["pixels"]
    problem, why = "", ""
    try:
        RECIPES[job["recipe"]](job["sources"], job["target"], **job["parameters"])
    except Impossible as error:
        problem = str(error)
    except MemoryError:
        problem = TOO_BIG
    except Exception as error:
        problem, why = DAMAGED, f"{type(error).__name__}: {error}"
    sys.stdout.write(json.dumps({"problem": problem, "why": why[:500]}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
