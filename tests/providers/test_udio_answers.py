"""Udio: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unreadable
from bot.providers.udio import UDIO, answers
from bot.providers.udio.requests import Extend, Song
from bot.providers.udio.songs import EXTEND, next_steps, song_of, songs_in
from bot.providers.udio.songs import Song as Found
from bot.task import RELAY_GAVE_UP, Media, Phase, Place, Report, State, Task, merged, told_apart
from bot.text import clock, quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "udio"
A, B = "5e0c9a41-7d22-4f0e-9b13-0a1b2c3d4e5f", "6f1dab52-8e33-4a1f-8c24-1b2c3d4e5f60"
JOB = "9d7b5f31-2222-4333-8444-555566667777"
CDN = "https://cdn.example/"
LYRICS = "[Verse]\nA line in amber"


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    return sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))


# ------------------------------------------------------------------------------------------------------ accepted


@pytest.mark.parametrize("name", names("submit-tracks"))
def test_an_answer_with_songs(name: str) -> None:
    assert UDIO.accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=f"{A},{B}", lookup="songs")


@pytest.mark.parametrize("name", names("submit-task"))
def test_an_answer_with_a_task(name: str) -> None:
    assert UDIO.accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=JOB, lookup="task")


def test_a_refusal_in_an_answer_of_success() -> None:
    reason = quoted("The prompt names an artist")
    assert UDIO.accepted(recorded("submit-moderated")) == Report(state=State.FAILED, reason=reason)


@pytest.mark.parametrize(
    "payload",
    [
        None, [], {}, "", "two words", True, [None], {"track_ids": []}, {"track_ids": ["a,b", ""]},
        {"message": "Success"}, {"data": None}, {"code": "success", "data": {}}, {"songs": [{"title": "x"}]},
        {"track_ids": "abc"}, {"id": "a/b"},
    ],
)  # fmt: skip
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        UDIO.accepted(payload)


# ------------------------------------------------------------------------------------------------------ songs


def media(number: int = 1) -> Media:
    return Media(
        f"{CDN}song{number}.mp3", "audio", "Amber Lines", note="0:33 · soul, warm", picture=f"{CDN}cover{number}.jpg"
    )


def kept(number: int = 1) -> dict[str, Any]:
    return {
        "id": A if number == 1 else B,
        "title": "Amber Lines",
        "audio": f"{CDN}song{number}.mp3",
        "image": f"{CDN}cover{number}.jpg",
        "tags": "soul, warm",
        "lyrics": LYRICS,
        "seconds": 32.77,
    }


BOTH = Report(
    state=State.DONE, media=(media(1), media(2)), preview=f"{CDN}cover1.jpg", data={"songs": [kept(1), kept(2)]}
)


def songs(name: str) -> dict[str, Report]:
    return {report.remote_id: report for report in UDIO.reports(recorded(name))}


def together(name: str) -> Report:
    """What a request of the two songs comes to."""
    found = songs(name)
    report = merged([found.get(A), found.get(B)])
    assert report is not None
    return report


@pytest.mark.parametrize(
    "name", ["query-finished", "query-enveloped", "query-string-data", "query-bare-list", "query-by-id"]
)
def test_both_songs_finished(name: str) -> None:
    report = together(name)
    found = (report.state, report.media, report.preview, report.data, report.note)
    assert found == (State.DONE, told_apart(BOTH.media), BOTH.preview, BOTH.data, None)


@pytest.mark.parametrize(
    ("name", "playing"), [("query-running", ()), ("query-half", (media(1),)), ("query-missing", (media(1),))]
)
def test_songs_in_the_making(name: str, playing: tuple[Media, ...]) -> None:
    report = together(name)
    assert (report.state, report.playing, report.percent) == (State.RUNNING, playing, None)


def test_one_song_of_two() -> None:
    report = together("query-partial")
    assert (report.state, report.media, report.data) == (State.DONE, (media(1),), {"songs": [kept(1)]})
    assert str(report.note) == "A part of it failed: The lyrics were refused"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("query-refused", "The lyrics were refused"),
        ("query-error-code", "Udio gave the error code 504."),
        ("query-error-object", "The lyrics were refused"),
    ],
)
def test_why_a_song_failed(name: str, reason: str) -> None:
    report = songs(name)[A]
    assert (report.state, str(report.reason), report.media) == (State.FAILED, reason, ())


def test_the_words_of_an_error_come_from_the_first_place_that_has_some() -> None:
    assert str(songs("query-refused")[B].reason) == "MODERATION"
    assert together("query-refused").state is State.FAILED


@pytest.mark.parametrize(
    ("name", "state", "found"),
    [
        ("query-nulls", State.RUNNING, ()),
        ("query-finished-without-file", State.RUNNING, ()),
        ("query-error-zero", State.DONE, (media(1),)),
        ("query-status-word", State.DONE, (media(1),)),
        (
            "query-film-only",
            State.DONE,
            (Media(f"{CDN}song1.mp4", "video", "Amber Lines", note=media().note, picture=media().picture),),
        ),
        (
            "query-user-tags",
            State.DONE,
            (Media(f"{CDN}song1.mp3", "audio", "Amber Lines", note="2:11 · night, piano", picture=media().picture),),
        ),
    ],
)
def test_a_single_song(name: str, state: State, found: tuple[Media, ...]) -> None:
    (report,) = songs(name).values()
    assert (report.remote_id, report.state, report.media) == (A, state, found)


@pytest.mark.parametrize("name", ["query-empty", "query-null"])
def test_songs_that_are_not_known(name: str) -> None:
    assert songs(name) == {}


# ------------------------------------------------------------------------------------------------------ tasks


def task(name: str) -> Report:
    return answers.task(recorded(name), JOB)


@pytest.mark.parametrize("name", [*names("fetch-finished"), "fetch-songs-ahead"])
def test_a_finished_task(name: str) -> None:
    report = task(name)
    assert report.remote_id == JOB
    found = (report.state, report.media, report.preview, report.data, report.note)
    assert found == (State.DONE, told_apart(BOTH.media), BOTH.preview, BOTH.data, None)


@pytest.mark.parametrize(
    ("name", "state", "percent", "playing"),
    [
        ("fetch-not-start", State.QUEUED, None, ()),
        ("fetch-queued", State.QUEUED, None, ()),
        ("fetch-percent", State.RUNNING, 37, ()),
        ("fetch-running", State.RUNNING, None, ()),
        ("fetch-half", State.RUNNING, None, (media(1),)),
        ("fetch-one-so-far", State.RUNNING, None, (media(1),)),
        ("fetch-alone-running", State.RUNNING, None, (media(1),)),
        ("fetch-null", State.RUNNING, None, ()),
    ],
)
def test_a_task_in_the_making(name: str, state: State, percent: int | None, playing: tuple[Media, ...]) -> None:
    report = task(name)
    assert (report.state, report.percent, report.playing, report.media) == (state, percent, playing, playing)


@pytest.mark.parametrize(
    ("name", "why"),
    [("fetch-partial", "The lyrics were refused"), ("fetch-failed-one-good", "the second was refused")],
)
def test_one_song_of_a_task(name: str, why: str) -> None:
    report = task(name)
    assert (report.state, report.media, report.data) == (State.DONE, (media(1),), {"songs": [kept(1)]})
    assert str(report.note) == f"One of the songs failed: {why}"


def test_a_file_that_is_late_is_waited_for() -> None:
    report = task("fetch-late-file")
    assert (report.state, report.media, report.spare) == (State.DONE, (), (media(1),))
    assert report.note is not None
    assert task("fetch-no-songs").spare == ()
    assert task("fetch-result-url").spare == (Media(f"{CDN}stored.mp3", "audio", "Udio"),)


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("fetch-failed", State.FAILED, "moderation failure"),
        ("fetch-failed-hundred-percent", State.FAILED, "moderation failure"),
        ("fetch-failed-song-says-why", State.FAILED, "The lyrics were refused"),
        ("fetch-failed-success-without-good", State.FAILED, "The lyrics were refused"),
        ("fetch-silent", State.FAILED, "None"),
        ("fetch-timed-out", State.LOST, str(RELAY_GAVE_UP)),
        ("fetch-cancelled", State.CANCELLED, "stopped by hand"),
    ],
)
def test_the_end_of_a_task_that_made_nothing(name: str, state: State, reason: str) -> None:
    report = task(name)
    assert (report.state, str(report.reason), report.remote_id, report.media) == (state, reason, JOB, ())


# ------------------------------------------------------------------------------------------------------ afterwards


def finished(data: dict[str, Any]) -> Task:
    return Task(
        id="0123456789",
        provider="udio",
        action="song",
        submission="{}",
        caption="warm soul",
        user_id=1,
        locale="en-US",
        place=Place(channel_id=1),
        created_at=0.0,
        phase=Phase.DELIVERED,
        data=data,
    )


def test_every_song_that_worked_out_can_be_made_longer() -> None:
    made = finished(json.loads(json.dumps(BOTH.data)))
    assert [(song.id, song.seconds, song.media) for song in songs_in(made)] == [
        (A, 32.77, media(1)),
        (B, 32.77, media(2)),
    ]
    assert Song.steps_after(made) == Extend.steps_after(made) == next_steps(made) == [(EXTEND, 0), (EXTEND, 1)]


@pytest.mark.parametrize("data", [{}, {"songs": None}, {"songs": {}}, {"songs": ["x", {}, {"title": "x"}]}])
def test_a_task_without_songs(data: dict[str, Any]) -> None:
    assert songs_in(finished(data)) == []


def test_odd_records() -> None:
    assert [song_of(record) for record in ({}, {"id": "a,b"}, {"id": "x" * 101}, {"id": "a\nb"})] == [None] * 4
    odd = song_of({"id": 7, "title": 5, "tags": "soul", "duration": "soon", "song_path": "song.mp3", "finished": True})
    assert odd == Found("7", State.RUNNING, title="5", tags="soul")
    assert [clock(seconds) for seconds in (0.4, 59.6, 131.2)] == ["0:00", "1:00", "2:11"]
