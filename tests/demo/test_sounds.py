"""The simulator's sound: real files, as long as they say, different for different seeds."""

import io
import wave

import av
import pytest

from bot.demo.simulator import sounds, tunes
from bot.demo.simulator.core import BIG_SIZE
from bot.demo.simulator.sounds import Piece, cut, lengthened, make, named, seconds_of, sound_seconds, tune


def played(data: bytes) -> float:
    with av.open(io.BytesIO(data), "r") as file:
        return sum(frame.samples for frame in file.decode(audio=0)) / tunes.RATE


@pytest.mark.parametrize(("name", "seconds"), [("a1-0-300", 3.0), ("a1-50-237", 1.87), ("a1-0-150_b2-20-120", 2.5)])
def test_files_are_real_and_as_long_as_their_name_says(name: str, seconds: float) -> None:
    for suffix, room in (("mp3", 0.001), ("wav", 0.001), ("mp4", 0.07)):
        data = make("song", name, suffix)
        assert played(data) == pytest.approx(seconds, abs=room)
        assert sound_seconds(data) == pytest.approx(seconds, abs=0.01)
    with wave.open(io.BytesIO(make("song", name, "wav"))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, tunes.RATE, 2)


def test_a_video_has_a_cover_and_its_index_in_front() -> None:
    data = make("song", "a1-0-300", "mp4")
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as file:
        frames = list(file.decode(video=0))
    assert (frames[0].width, frames[0].height, len(frames)) == (360, 360, 3 * sounds.COVER_FPS)


def test_every_voice_and_every_seed_sounds_different() -> None:
    heard = {voice: tunes.stretch("a1", voice, 0, 3 * tunes.RATE).tobytes() for voice in tunes.VOICES}
    assert len(heard) == 14
    assert len(set(heard.values())) == 14
    others = {tunes.stretch(seed, "song", 0, tunes.RATE).tobytes() for seed in ("a1", "b2")}
    assert len(others) == 2
    assert all(max(map(abs, tunes.one_round("a1", voice))) < 32_000 for voice in tunes.VOICES)


def test_a_mix_is_the_sum_of_its_voices_and_goes_round() -> None:
    end = tunes.RATE
    vocals, backing, song = (tunes.stretch("a1", voice, 0, end) for voice in ("vocals", "instrumental", "song"))
    assert [a + b for a, b in zip(vocals, backing, strict=True)] == list(song)
    turn = len(tunes.one_round("a1", "song"))
    assert tunes.stretch("a1", "song", turn, turn + end) == song
    assert tunes.stretch("a1", "song", turn - 5, turn + 5)[5:] == song[:5]


def test_pieces() -> None:
    song = (*tune("aa", 10), *tune("bb", 4.5))
    assert (seconds_of(song), named(song)) == (14.5, "aa-0-1000_bb-0-450")
    assert cut(song, 0, 2.25) == (Piece("aa", 0, 225),)
    assert cut(song, 9, 11) == (Piece("aa", 900, 1000), Piece("bb", 0, 100))
    assert cut(song, 12, 99) == (Piece("bb", 200, 450),)
    assert cut(song, 3, 3) == ()


@pytest.mark.parametrize("name", ["", "a1", "a1-5-5", "a1-9-5", "zz-0-100", "a1-0-100_", "a1-0-130000"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        make("song", name, "mp3")


def test_what_is_made_is_kept() -> None:
    assert make("bass", "a1-0-100", "mp3") is make("bass", "a1-0-100", "mp3")


def test_longer_files_still_play() -> None:
    song = make("song", "a1-0-300", "mp3")
    big = lengthened(song, BIG_SIZE)
    assert (len(big), sound_seconds(big), lengthened(song, 10)) == (BIG_SIZE, 3.0, song)
    assert sound_seconds(b"no sound") is None


def test_notes() -> None:
    heard = tunes.notes("a1", "melody", 40)
    assert all(0 <= note["start"] < note["end"] <= 40 and 40 <= note["pitch"] <= 100 for note in heard)
    assert heard[-1]["start"] > 35
    assert len(tunes.notes("a1", "chords", 4)) % 3 == 0
