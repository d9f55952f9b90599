"""Suno: the files that are written from its answers."""

import base64
import io
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.suno.scores import Line, data_url, lines_of, lrc, midi, srt

Word = tuple[str, float, float]


def aligned(*words: Word) -> list[dict[str, Any]]:
    return [{"word": word, "success": True, "start_s": start, "end_s": end} for word, start, end in words]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("one ", 1.0, 1.5), ("two", 1.5, 2.0)], [Line("one two", 1.0, 2.0)], id="one line"),
        pytest.param(
            [("one\n", 1.0, 1.5), ("two", 1.5, 2.0)], [Line("one", 1.0, 1.5), Line("two", 1.5, 2.0)], id="two lines"
        ),
        pytest.param([("lan", 1.0, 1.2), ("terns ", 1.2, 1.5)], [Line("lanterns", 1.0, 1.5)], id="half words"),
        pytest.param(
            [("one", 1.0, 1.5), ("\n", 1.5, 1.5), ("\ntwo", 3.0, 4.0)],
            [Line("one", 1.0, 1.5), Line("two", 3.0, 4.0)],
            id="breaks by themselves",
        ),
        pytest.param([("[Verse]\none ", 1.0, 1.5)], [Line("one", 1.0, 1.5)], id="a section mark"),
        pytest.param(
            [("one [Chorus] two", 1.0, 2.0)], [Line("one", 1.0, 2.0), Line("two", 1.0, 2.0)], id="a mark inside"
        ),
        pytest.param(
            [("[Verse ", 0.0, 0.1), ("1]\n", 0.1, 0.2), ("one", 1.0, 1.5)], [Line("one", 1.0, 1.5)], id="half marks"
        ),
        pytest.param([("[Intro]", 0.0, 0.5), (" \n ", 0.5, 1.0)], [], id="only marks"),
        pytest.param([("one", 2.0, 1.0)], [Line("one", 2.0, 2.0)], id="ends before it begins"),
        pytest.param([("  one   \t two ", 1.0, 2.0)], [Line("one two", 1.0, 2.0)], id="runs of space"),
        pytest.param([("one", 1.0, 6000.0)], [Line("one", 1.0, 1.0)], id="an end nobody believes"),
        pytest.param([("one", 6000.0, 6001.0), ("two", -1.0, 2.0)], [], id="times nobody believes"),
    ],
)
def test_the_lines_of_a_song(words: list[Word], lines: list[Line]) -> None:
    assert lines_of(aligned(*words)) == lines


@pytest.mark.parametrize(
    "entry",
    [
        None,
        5,
        "one",
        [],
        {},
        {"word": "one"},
        {"word": None, "start_s": 1.0},
        {"word": ["one"], "start_s": 1.0},
        {"word": "one", "start_s": "1.0"},
        {"word": "one", "start_s": True},
        {"word": "one", "start_s": None},
    ],
)
def test_entries_that_are_left_out(entry: Any) -> None:
    assert lines_of([entry, *aligned(("two", 1.0, 2.0)), entry]) == [Line("two", 1.0, 2.0)]


@pytest.mark.parametrize("words", [None, {}, "words", 5, True])
def test_words_that_are_no_list(words: Any) -> None:
    assert lines_of(words) == []


def test_a_word_without_an_end_ends_at_once() -> None:
    assert lines_of([{"word": "one", "start_s": 1}]) == [Line("one", 1.0, 1.0)]


LINES = [Line("one", 0.0, 2.5), Line("two", 2.0, 2.0), Line("three", 61.005, 3661.9996)]


@pytest.mark.parametrize(
    ("lines", "title", "written"),
    [
        (LINES, "", "[00:00.00]one\n[00:02.00]two\n[01:01.00]three\n"),
        (LINES[:1], "Lamp [live]", "[ti:Lamp [live)]\n[00:00.00]one\n"),
        ([Line("late", 5999.999, 6000.0)], "", "[100:00.00]late\n"),
        ([], "", "\n"),
    ],
)
def test_an_lrc_file(lines: list[Line], title: str, written: str) -> None:
    assert lrc(lines, title) == written


def test_an_srt_file_has_no_two_lines_at_once() -> None:
    assert srt(LINES) == (
        "1\n00:00:00,000 --> 00:00:02,000\none\n\n"
        "2\n00:00:02,000 --> 00:00:02,100\ntwo\n\n"
        "3\n00:01:01,005 --> 01:01:02,000\nthree\n"
    )
    assert srt([]) == ""


def read(written: bytes) -> list[list[tuple[float, str, int, int]]]:
    """(seconds, what, pitch, velocity) of each track's notes."""
    song = mido.MidiFile(file=io.BytesIO(written))
    tracks = []
    for track in song.tracks:
        at, found = 0, []
        for message in track:
            at += message.time
            if message.type in {"note_on", "note_off"}:
                seconds = mido.tick2second(at, song.ticks_per_beat, 500_000)
                found.append((round(seconds, 2), message.type, message.note, message.velocity))
        tracks.append(found)
    return tracks


def note(pitch: Any = 60, start: Any = 0.5, end: Any = 1.0, **more: Any) -> dict[str, Any]:
    return {"pitch": pitch, "start": start, "end": end, **more}


def test_notes_read_back() -> None:
    piano = {"name": "Piano", "notes": [note(64, 1.0, 2.0, velocity=1), note(60, 0.5, 1.0, velocity=0.5)]}
    drums = {"name": "Schlagzeug ♪" + "x" * 80, "notes": [note(36, 0, 0.1, velocity=100), note(36, 400, 400.5)]}
    written = midi([piano, drums])
    assert read(written) == [
        [(0.5, "note_on", 60, 64), (1.0, "note_off", 60, 0), (1.0, "note_on", 64, 127), (2.0, "note_off", 64, 0)],
        [(0.0, "note_on", 36, 100), (0.1, "note_off", 36, 0), (400.0, "note_on", 36, 102), (400.5, "note_off", 36, 0)],
    ]
    names = [track.name for track in mido.MidiFile(file=io.BytesIO(written)).tracks]
    assert names == ["Piano", "Schlagzeug ?" + "x" * 48]


@pytest.mark.parametrize(
    ("velocity", "heard"),
    [(0, 1), (0.0, 1), (0.5, 64), (1.0, 127), (64, 64), (500, 127), (-1, 102), ("loud", 102), (None, 102), (True, 102)],
)
def test_how_loud_a_note_is(velocity: Any, heard: int) -> None:
    ((first, *_rest),) = read(midi([{"name": "", "notes": [note(velocity=velocity)]}]))
    assert first[3] == heard


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        5,
        [],
        {},
        note(pitch=None),
        note(pitch=128),
        note(pitch=-1),
        note(pitch=60.5),
        note(pitch="60"),
        note(start=None),
        note(start=-1),
        note(end=6000.0),
        note(end=0.5),
        note(end=0.4),
        note(start="0"),
    ],
)
def test_notes_that_are_left_out(wrong: Any) -> None:
    assert midi([{"name": "x", "notes": [wrong]}]) == b""
    assert len(read(midi([{"name": "x", "notes": [wrong, note()]}]))) == 1


@pytest.mark.parametrize("instruments", [None, [], {}, "x", 5, [None], [5], [{}], [{"notes": None}], [{"notes": {}}]])
def test_no_instruments(instruments: Any) -> None:
    assert midi(instruments) == b""


def test_a_note_too_short_to_hear_is_one_tick_long() -> None:
    ((on, off),) = read(midi([{"notes": [note(start=1.0, end=1.0000001)]}]))
    assert (on[1], off[1]) == ("note_on", "note_off")


def test_as_many_instruments_as_a_file_may_hold() -> None:
    assert len(read(midi([{"notes": [note()]}] * 40_000))) == 1000


def test_a_file_in_a_link() -> None:
    assert data_url("ä", "text/plain") == "data:text/plain;base64,w6Q="
    assert base64.b64decode(data_url("\ud800", "text/plain").partition(",")[2]) == b"?"


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(0, 130)
    | st.floats(0, 10)
    | st.text(max_size=8)
)
NAMES = st.sampled_from(["word", "start_s", "end_s", "name", "notes", "pitch", "start", "end", "velocity"])
JSONS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5))
TIMED = st.lists(st.fixed_dictionaries({"word": st.text("a[] \n", max_size=6), "start_s": VALUES, "end_s": VALUES}))
NOTED = st.lists(st.fixed_dictionaries({"pitch": VALUES, "start": VALUES, "end": VALUES, "velocity": VALUES}))


@given(words=JSONS | TIMED, title=st.text(max_size=5))
def test_no_words_break_the_writers(words: Any, title: str) -> None:
    lines = lines_of(words)
    assert all(line.words and 0 <= line.start <= line.end for line in lines)
    assert len(lrc(lines, title).rstrip("\n").split("\n[")) >= len(lines)
    assert srt(lines).count(" --> ") == len(lines)


@given(
    instruments=JSONS
    | st.lists(st.fixed_dictionaries({"name": st.text(max_size=9), "notes": NOTED | JSONS}), max_size=4)
)
def test_no_notes_break_the_writer(instruments: Any) -> None:
    written = midi(instruments)
    for track in read(written) if written else []:
        assert [entry[0] for entry in track] == sorted(entry[0] for entry in track)
        assert len([entry for entry in track if entry[1] == "note_on"]) * 2 == len(track)
