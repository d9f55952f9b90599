"""How long real sounds are, and that hostile ones do no harm."""

import random
import time
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.audio.stream import AudioStream
from hypothesis import given
from hypothesis import strategies as st

from bot.sound import length_of

FORMATS = {
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
    "m4a": ("ipod", "aac"),
    "ogg": ("ogg", "libvorbis"),
    "opus": ("ogg", "libopus"),
    "flac": ("flac", "flac"),
}
HZ = 48_000


def tone(path: Path, seconds: float, kind: str | None = None) -> Path:
    """A recording of noise, of the kind its name says."""
    container, codec = FORMATS[kind or path.suffix[1:]]
    noise = random.Random(1).randbytes(4 * 1024)
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=HZ, layout="stereo")
        assert isinstance(stream, AudioStream)
        left = round(seconds * HZ)
        while left > 0:
            frame = av.AudioFrame("s16", "stereo", min(1024, left))
            frame.sample_rate = HZ
            frame.planes[0].update(noise[: frame.samples * 4].ljust(frame.planes[0].buffer_size, b"\0"))
            frame.pts, frame.time_base = round(seconds * HZ) - left, Fraction(1, HZ)
            out.mux(stream.encode(frame))
            left -= frame.samples
        out.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three and a half seconds of each kind."""
    folder = tmp_path_factory.mktemp("sounds")
    return {kind: tone(folder / f"sound.{kind}", 3.5).read_bytes() for kind in FORMATS}


@pytest.mark.parametrize("kind", FORMATS)
def test_the_length(sounds: dict[str, bytes], tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a file without a suffix"
    path.write_bytes(sounds[kind])
    assert length_of(path) == length_of(sounds[kind]) == pytest.approx(3.5, abs=0.1)


def test_the_content_counts_and_not_the_name(sounds: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    path.write_bytes(sounds["mp3"])
    assert length_of(path) == pytest.approx(3.5, abs=0.1)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"ID3", b"OggS", b"fLaC", b"just words, renamed to .mp3", bytes(5000)]
)
def test_what_is_no_sound_has_no_length(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(content)
    assert length_of(path) is None
    assert length_of(content) is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert length_of(tmp_path / "none.mp3") is None
    assert length_of(tmp_path) is None


@pytest.mark.parametrize("beginning", [b"\xff\xfb\x90\x64", b"ID3\x04\0\0\0\0\0\0", b"RIFF\x24\0\0\0WAVE"])
@pytest.mark.parametrize("rest", [b"\xff", b"\0"])
def test_megabytes_of_garbage_are_given_up(beginning: bytes, rest: bytes) -> None:
    before = time.thread_time()
    assert length_of(beginning + rest * 25_000_000) is None
    assert time.thread_time() - before < 5


@pytest.mark.parametrize("kind", FORMATS)
@given(places=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1), end=st.integers(1, 5000))
def test_damage_does_no_harm(sounds: dict[str, bytes], kind: str, places: list[tuple[int, int]], end: int) -> None:
    damaged = bytearray(sounds[kind])
    for place, value in places:
        damaged[place] = value
    for content in (damaged, damaged[:end]):
        seconds = length_of(bytes(content))
        assert seconds is None or 0 < seconds < float("inf")
