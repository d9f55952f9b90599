"""Suno: what every recorded answer about lyrics means."""

import pytest

from bot.providers.suno.answers import LONG_TEXT, lyrics
from bot.task import Report, State
from tests.providers.suno import names, recorded

TIDE = "[Verse]\nThe tide comes in"
LYRICS = Report(
    state=State.DONE,
    remote_id="t-1",
    text=f"Tide Song\n\n{TIDE}",
    data={"lyrics": TIDE, "title": "Tide Song", "style": "folk, slow"},
)


@pytest.mark.parametrize(
    ("name", "remote_id"),
    [
        ("lyrics-single", "t-1"),
        ("lyrics-batch", "t-1"),
        ("lyrics-array", "t-1"),
        ("lyrics-string", "t-1"),
        ("lyrics-state", "t-1"),
        ("lyrics-raw", "l-1"),
        ("lyrics-raw-array", "l-1"),
    ],
)
def test_written_lyrics(name: str, remote_id: str) -> None:
    (report,) = lyrics(recorded(name))
    assert report == Report(state=State.DONE, remote_id=remote_id, text=LYRICS.text, data=LYRICS.data)


def test_lyrics_without_a_title() -> None:
    (report,) = lyrics(recorded("lyrics-bare"))
    assert report == Report(state=State.DONE, text=TIDE, data={"lyrics": TIDE, "title": "", "style": ""})


@pytest.mark.parametrize(("name", "state"), [("lyrics-running", State.RUNNING), ("lyrics-wordless", State.DONE)])
def test_lyrics_that_are_not_there(name: str, state: State) -> None:
    assert list(lyrics(recorded(name))) == [Report(state=state, remote_id="t-1")]


@pytest.mark.parametrize("name", names("lyrics-failed*"))
def test_lyrics_that_failed(name: str) -> None:
    (report,) = lyrics(recorded(name))
    assert (report.state, str(report.reason)) == (State.FAILED, "prompt was refused")


def test_long_lyrics_are_a_file_too() -> None:
    (long,) = lyrics({"title": "Tide", "text": "x" * (LONG_TEXT + 1), "status": "complete"})
    assert [media.url.partition(",")[0] for media in long.media] == ["data:text/plain;base64"]
    (short,) = lyrics({"title": "Tide", "text": "x" * LONG_TEXT, "status": "complete"})
    assert short.media == ()
