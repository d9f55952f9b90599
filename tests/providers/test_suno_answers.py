"""Suno: what every recorded answer about tasks and songs means."""

from typing import Any

import pytest

from bot.errors import Unreadable
from bot.providers.suno import SUNO
from bot.providers.suno.answers import accepted, feed, music
from bot.providers.suno.clips import clip_of, clips_of, restored
from bot.task import RELAY_GAVE_UP, Media, Report, State, merged
from bot.text import clock
from bot.wire import Call
from tests.providers.suno import CDN, COVER, MP3, STREAM, WORDS, bare, names, recorded, song

SECOND = f"{CDN}c-2.mp3"
STORED = {
    "id": "c-1",
    "state": "done",
    "title": "Lanterns",
    "audio": MP3,
    "image": COVER,
    "model": "chirp-auk",
    "tags": "dream pop",
    "lyrics": WORDS,
    "seconds": 121.4,
    "origin": "gen",
    "task": "t-1",
}
FIRST_FILE = Media(MP3, "audio", "Lanterns (1)", note="2:01 · dream pop", picture=COVER)
SECOND_FILE = Media(SECOND, "audio", "Lanterns (2)", note="1:58 · dream pop", picture=f"{CDN}c-2-large.jpg")
DONE = Report(
    state=State.DONE,
    remote_id="t-1",
    media=(FIRST_FILE, SECOND_FILE),
    preview=COVER,
    data={"clips": [STORED, song(2).stored()]},
)
TASKLESS = {"clips": [song(1, task="").stored(), song(2, task="").stored()]}


def only(name: str) -> Report:
    (report,) = music(recorded(name))
    return report


def playing(*numbers: int) -> tuple[Media, ...]:
    several = len(numbers) > 1
    return tuple(
        Media(STREAM.format(number=number), "audio", f"Lanterns ({place})" if several else "Lanterns")
        for place, number in enumerate(numbers, start=1)
    )


@pytest.mark.parametrize("name", names("submit-*"))
def test_every_shape_of_the_answer_to_a_submission(name: str) -> None:
    assert accepted(recorded(name)) == Report(state=State.QUEUED, remote_id="t-1")


@pytest.mark.parametrize(
    ("name", "remote_id", "lookup"),
    [
        ("accepted-number", "71234", ""),
        ("accepted-clips", "c-1,c-2", "feed"),
        ("accepted-clips-envelope", "c-1,c-2", "feed"),
        ("accepted-song", "c-3", "feed"),
    ],
)
def test_a_number_or_the_songs_themselves(name: str, remote_id: str, lookup: str) -> None:
    assert accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=remote_id, lookup=lookup)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        "",
        "two words",
        True,
        [None],
        {"data": None},
        {"id": ""},
        {"code": "success", "data": []},
        {"code": "success", "data": True},
        {"code": "success", "data": {}},
        {"clips": []},
        {"data": "a/b"},
        {"data": "x" * 201},
    ],
)
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        accepted(payload)


@pytest.mark.parametrize(
    "name",
    [
        "music-single",
        "music-clips",
        "music-songs",
        "music-keyed",
        "music-data-data",
        "music-string",
        "music-clips-beside",
        "music-lower-case",
        "music-reason-of-a-success",
        "music-extra",
        "music-stateless",
        "music-inner-ahead",
    ],
)
def test_finished_songs(name: str) -> None:
    assert only(name) == DONE


@pytest.mark.parametrize("name", ["music-raw", "music-raw-bare", "music-raw-object"])
def test_finished_songs_without_their_task(name: str) -> None:
    expected = Report(state=State.DONE, media=DONE.media, preview=COVER, data=TASKLESS)
    assert only(name) == expected


def test_the_names_of_older_relays() -> None:
    report = only("music-old-names")
    clips = [song(number, tags="dream, pop", origin="").stored() for number in (1, 2)]
    assert (report.state, report.data) == (State.DONE, {"clips": clips})
    assert [media.note for media in report.media] == ["2:01 · dream, pop", "1:58 · dream, pop"]


def test_a_batch() -> None:
    found = {report.remote_id: report for report in music(recorded("music-batch"))}
    assert found == {
        "t-2": Report(state=State.QUEUED, remote_id="t-2"),
        "t-1": DONE,
        "t-3": Report(
            state=State.RUNNING, remote_id="t-3", preview=f"{CDN}c-3-large.jpg", playing=playing(3)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["music-batch-null", "music-batch-empty"])
def test_a_batch_that_knows_nothing(name: str) -> None:
    assert list(music(recorded(name))) == []


def test_a_joined_song_keeps_its_title() -> None:
    report = only("music-concat")
    joined = song(5, seconds=240.5, origin="concat")
    cover = f"{CDN}c-5-large.jpg"
    assert report.media == (Media(f"{CDN}c-5.mp3", "audio", "Lanterns", note="4:00 · dream pop", picture=cover),)
    assert report.data == {"clips": [joined.stored()]}


HALF: dict[str, Any] = {"media": (song().media,), "data": {"clips": [STORED]}, "preview": COVER}


@pytest.mark.parametrize(
    ("name", "state", "more"),
    [
        ("music-not-start", State.QUEUED, {}),
        ("music-submitted", State.QUEUED, {}),
        ("music-queued", State.QUEUED, {}),
        ("music-started", State.RUNNING, {"preview": COVER, "playing": playing(1)}),
        ("music-streaming", State.RUNNING, {"preview": COVER, "playing": playing(1, 2)}),
        ("music-percent", State.RUNNING, {"percent": 37}),
        ("music-unknown", State.RUNNING, {}),
        ("music-cancelled", State.CANCELLED, {"percent": 100}),
        (
            "music-half",
            State.RUNNING,
            {"percent": 60, "playing": (Media(MP3, "audio", "Lanterns (1)"), playing(1, 2)[1]), **HALF},
        ),
    ],
)
def test_songs_in_the_making(name: str, state: State, more: dict[str, Any]) -> None:
    assert only(name) == Report(state=state, remote_id="t-1", **more)


def test_one_song_failed() -> None:
    report = only("music-half-failed")
    assert (report.state, report.data) == (State.DONE, {"clips": [song(2).stored()]})
    assert str(report.note) == "One of the songs failed: moderation failure"


def test_the_relay_gave_up_when_one_song_was_there() -> None:
    report = only("music-half-given-up")
    assert (report.state, report.media, report.data) == (State.DONE, HALF["media"], HALF["data"])
    assert str(report.note) == "One of the songs failed: time out"


@pytest.mark.parametrize("name", [name for name in names("music-failed*") if name != "music-failed-silent"])
def test_a_failure_and_its_words(name: str) -> None:
    report = only(name)
    assert (report.state, report.remote_id, str(report.reason)) == (State.FAILED, "t-1", "moderation failure")
    assert (report.media, report.data, report.follow_up) == ((), {}, None)


def test_failures_without_words() -> None:
    assert only("music-failed-silent") == Report(state=State.FAILED, remote_id="t-1")
    assert only("music-timed-out") == Report(state=State.LOST, remote_id="t-1", reason=RELAY_GAVE_UP)


def test_songs_that_are_said_to_be_finished_without_their_files_are_asked_about_by_themselves() -> None:
    report = only("music-linkless")
    assert bare(report) == Report(state=State.DONE, remote_id="t-1", percent=None, preview=COVER, playing=playing(2))
    assert report.follow_up is not None
    assert report.follow_up.call == Call("GET", "/suno/feed/c-1,c-2", one=True, timeout=30.0)
    assert report.follow_up.after == 60.0
    assert report.follow_up.read(recorded("feed-bare")) == DONE
    assert report.follow_up.read({}).media == ()


def test_the_song_that_has_a_file_is_what_there_is_in_the_end() -> None:
    report = only("music-half-linkless")
    assert (report.state, report.media, report.spare, report.data) == (State.DONE, (), HALF["media"], HALF["data"])
    assert report.follow_up is not None


def test_a_file_that_a_task_without_songs_came_to() -> None:
    assert only("music-wav") == Report(state=State.DONE, remote_id="t-1", media=(Media(f"{CDN}c-1.wav", "file"),))


@pytest.mark.parametrize("name", ["feed-bare", "feed-clips", "feed-envelope"])
def test_the_feed_has_a_report_for_each_song(name: str) -> None:
    found = list(feed(recorded(name)))
    assert [(report.remote_id, report.state, report.data) for report in found] == [
        ("c-1", State.DONE, {"clips": [song(1, task="").stored()]}),
        ("c-2", State.DONE, {"clips": [song(2, task="").stored()]}),
    ]
    together = merged(found)
    assert together is not None
    assert (together.data, len(together.media)) == (TASKLESS, 2)


def test_a_feed_that_is_not_ready() -> None:
    first, second = feed(recorded("feed-half"))
    assert (first.state, second.state, second.playing) == (State.DONE, State.RUNNING, playing(2))
    (failed,) = feed(recorded("feed-failed"))
    assert (failed.state, failed.remote_id, str(failed.reason)) == (State.FAILED, "c-1", "moderation failure")


def test_stems_are_told_apart_by_their_titles() -> None:
    together = merged(list(feed(recorded("feed-stems"))))
    assert together is not None
    assert [media.title for media in together.media] == ["Lanterns - Vocals", "Lanterns - Instrumental"]
    assert [clip["origin"] for clip in together.data["clips"]] == ["stem", "stem"]


def test_a_song_survives_being_stored() -> None:
    assert restored(STORED) == song()
    assert restored({"id": 5, "newer": 1}).id == "5"


@pytest.mark.parametrize("name", ["", "a,b", "x" * 101, "a\nb", None, True, {}])
def test_a_record_without_an_id_that_a_path_can_hold_is_no_song(name: Any) -> None:
    assert clip_of({"id": name, "audio_url": MP3}) is None
    assert clips_of([{"id": name}, 5, None]) == []


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (121.4, "2:01"), (3600, "60:00")])
def test_a_length(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_the_provider_reads_with_these() -> None:
    assert (SUNO.accepted, SUNO.reports) == (accepted, music)
