"""Suno: what its own answers mean, which the relay hands on as they are."""

import base64
from functools import partial
from typing import Any

import pytest

from bot.errors import NotOffered, Unreadable
from bot.providers.suno import raw
from bot.providers.suno.raw import NO_NOTES, NO_VOICE, NO_WORDS
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.wire import Call
from tests.providers.suno import CDN, COVER, MP3, MP4, WAV, bare, names, recorded, song

RUNNING = Report(state=State.RUNNING, remote_id="c-1")


def text_in(media: Media) -> str:
    return base64.b64decode(media.url.partition(",")[2]).decode()


@pytest.mark.parametrize("name", ["stems-bare", "stems-envelope"])
def test_stems_are_songs_in_the_making(name: str) -> None:
    assert raw.stems(recorded(name)) == Report(state=State.QUEUED, remote_id="c-6,c-7", lookup="feed")


def test_stems_may_be_a_task() -> None:
    assert raw.stems(recorded("stems-task")) == Report(state=State.QUEUED, remote_id="t-1")


LRC = "[ti:Lanterns]\n[00:12.45]Lanterns over water\n[00:15.00]slowly\n"
SRT = "1\n00:00:12,450 --> 00:00:14,000\nLanterns over water\n\n2\n00:00:15,000 --> 00:00:16,500\nslowly\n"


@pytest.mark.parametrize("name", ["timing-bare", "timing-envelope"])
def test_timed_words_are_two_files(name: str) -> None:
    report = raw.timing(recorded(name), "Lanterns")
    assert (report.state, [text_in(media) for media in report.media]) == (State.DONE, [LRC, SRT])
    assert [media.url.partition(";")[0] for media in report.media] == ["data:text/x-lrc", "data:application/x-subrip"]


@pytest.mark.parametrize("name", ["timing-instrumental", "timing-null"])
def test_nothing_is_sung(name: str) -> None:
    assert raw.timing(recorded(name), "Lanterns") == Report(state=State.FAILED, reason=NO_WORDS)


@pytest.mark.parametrize("name", ["wav-bare", "wav-envelope", "wav-other-name", "wav-string"])
def test_a_wav(name: str) -> None:
    assert raw.wav(recorded(name), "c-1") == Report(state=State.DONE, remote_id="c-1", media=(Media(WAV, "audio"),))


@pytest.mark.parametrize("name", ["wav-null", "wav-empty", "wav-missing", "wav-null-data"])
def test_a_wav_that_is_being_converted(name: str) -> None:
    assert raw.wav(recorded(name), "c-1") == RUNNING


def test_a_wav_may_be_a_task() -> None:
    assert raw.wav(recorded("wav-task"), "c-1") == Report(state=State.QUEUED, remote_id="t-9", lookup="music")


@pytest.mark.parametrize("name", [name for name in names("mp4-*") if not name.startswith("mp4-wait")])
def test_a_film(name: str) -> None:
    assert raw.mp4(recorded(name), "c-1") == Report(state=State.DONE, remote_id="c-1", media=(Media(MP4, "video"),))


@pytest.mark.parametrize("name", names("mp4-wait*"))
def test_a_film_that_does_not_come_is_looked_for_in_the_song_s_record(name: str) -> None:
    report = raw.mp4(recorded(name), "c/1")
    assert bare(report) == Report(state=State.DONE, remote_id="c/1")
    assert report.follow_up is not None
    assert report.follow_up.call == Call("GET", "/suno/feed/c%2F1", one=True, timeout=30.0)
    assert report.follow_up.after == 180.0
    own = Media(MP3, "video", "Lanterns", picture=COVER, recipe="film")
    assert report.follow_up.read(recorded("feed-bare")) == Report(state=State.DONE, media=(own,))
    theirs = [{**recorded("feed-bare")[0], "video_url": MP4}]
    assert report.follow_up.read(theirs) == Report(state=State.DONE, media=(Media(MP4, "video"),))
    with pytest.raises(NotOffered):
        report.follow_up.read([])


NOTES = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk"


@pytest.mark.parametrize("name", ["midi-bare", "midi-envelope"])
def test_notes(name: str) -> None:
    report = raw.notes(recorded(name), "c-6")
    (media,) = report.media
    head, _comma, content = media.url.partition(",")
    assert (report.state, report.remote_id, media.kind, head) == (
        State.DONE,
        "c-6",
        "file",
        "data:audio/midi;base64",
    )
    assert base64.b64decode(content).startswith(NOTES)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("midi-running", RUNNING),
        ("midi-percent", Report(state=State.RUNNING, remote_id="c-1", percent=40)),
        ("midi-empty", Report(state=State.FAILED, remote_id="c-1", reason=NO_NOTES)),
    ],
)
def test_notes_that_are_not_there(name: str, report: Report) -> None:
    assert raw.notes(recorded(name), "c-1") == report


def test_notes_that_failed() -> None:
    failed = raw.notes(recorded("midi-failed"), "c-1")
    assert (failed.state, str(failed.reason)) == (State.FAILED, "no notes")


@pytest.mark.parametrize("name", ["tags-bare", "tags-envelope"])
def test_a_style(name: str) -> None:
    words = "melancholic solo piano"
    assert raw.style(recorded(name)) == Report(state=State.DONE, text=words, data={"style": words})


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("vox-id", Report(state=State.DONE, text="`v-1`", data={"vox": "v-1"})),
        (
            "vox-sound",
            Report(state=State.DONE, text="`v-1`", media=(Media(f"{CDN}v-1.mp3", "audio"),), data={"vox": "v-1"}),
        ),
        ("vox-nothing", Report(state=State.FAILED, reason=NO_VOICE)),
    ],
)
def test_a_vocal_sample(name: str, report: Report) -> None:
    assert raw.vocal_sample(recorded(name)) == report


@pytest.mark.parametrize("name", names("persona-*"))
def test_a_persona(name: str) -> None:
    expected = {"text": "Lantern voice", "preview": f"{CDN}p-1.jpeg", "data": {"persona": "p-1"}}
    assert raw.persona(recorded(name)) == Report(state=State.DONE, remote_id="p-1", **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", names("upload-given*"))
def test_the_answer_to_a_link(name: str) -> None:
    assert raw.given(recorded(name)) == Report(state=State.DONE, data={"given": "u-1"})


def test_a_link_that_is_a_song_at_once() -> None:
    assert raw.given(recorded("accepted-clips")) == Report(state=State.DONE, data={"given": "c-1"})


@pytest.mark.parametrize(
    "name", ["upload-task-clip-id", "upload-task-id", "upload-task-list", "upload-task-song", "upload-task-raw"]
)
def test_the_clip_that_the_task_of_a_link_came_to(name: str) -> None:
    done = Report(state=State.DONE, remote_id="u-1", data={"uploaded": "c-8"})
    assert raw.uploaded_task(recorded(name), "u-1") == done


@pytest.mark.parametrize(("name", "percent"), [("upload-task-running", 40), ("music-batch-null", None)])
def test_the_task_of_a_link_is_running(name: str, percent: int | None) -> None:
    running = Report(state=State.RUNNING, remote_id="u-1", percent=percent)
    assert raw.uploaded_task(recorded(name), "u-1") == running


@pytest.mark.parametrize(
    "failed",
    [
        raw.uploaded_task(recorded("upload-task-failed"), "u-1"),
        raw.processed(recorded("upload-error"), "u-1"),
        *raw.uploaded_clips(recorded("feed-uploaded-failed")),
    ],
)
def test_an_upload_that_failed(failed: Report) -> None:
    assert (failed.state, str(failed.reason)) == (State.FAILED, "too short")


def test_an_upload_that_took_too_long() -> None:
    late = {"task_id": "u-1", "status": "FAILURE", "fail_reason": "time out"}
    assert raw.uploaded_task(late, "u-1") == Report(state=State.LOST, remote_id="u-1", reason=RELAY_GAVE_UP)


@pytest.mark.parametrize(
    ("name", "url", "fields"),
    [
        ("upload-storage", "https://bucket.example/", {"key": "raw/s-1.mp3", "policy": "abc"}),
        ("upload-storage-envelope", "https://bucket.example/", {"key": "raw/s-1.mp3", "policy": "abc"}),
        ("upload-storage-bare", "https://bucket.example/s-1.mp3?sig=1", {}),
    ],
)
def test_where_a_file_has_to_be_put(name: str, url: str, fields: dict[str, str]) -> None:
    expected = {"upload": "s-1", "url": url, "fields": fields}
    assert raw.storage(recorded(name)) == Report(state=State.DONE, data=expected)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("upload-processing", Report(state=State.RUNNING, remote_id="s-1")),
        ("upload-complete", Report(state=State.DONE, remote_id="s-1", data={"processed": True})),
        ("upload-complete-envelope", Report(state=State.DONE, remote_id="s-1", data={"processed": True})),
        ("upload-finished", Report(state=State.RUNNING, remote_id="s-1")),
    ],
)
def test_whether_a_file_was_taken_in(name: str, report: Report) -> None:
    assert raw.processed(recorded(name), "s-1") == report


@pytest.mark.parametrize("name", ["upload-clip", "upload-clip-envelope"])
def test_the_clip_that_a_file_has_become(name: str) -> None:
    assert raw.initialised(recorded(name)) == Report(state=State.RUNNING, remote_id="c-8", lookup="uploaded")


def test_a_clip_of_one_s_own() -> None:
    own = song(8, title="my tune", model="chirp-v3", tags="", lyrics="", image="", origin="upload", task="")
    assert list(raw.uploaded_clips(recorded("feed-uploaded"))) == [
        Report(
            state=State.DONE,
            remote_id="c-8",
            text="my tune",
            media=(Media(f"{CDN}c-8.mp3", "audio", "my tune", note="1:58"),),
            data={"clips": [own.stored()]},
        )
    ]


def test_a_clip_of_one_s_own_needs_no_file() -> None:
    stored = {"id": "c-8", "state": "done", "origin": "upload"}
    (report,) = raw.uploaded_clips(recorded("feed-uploaded-bare"))
    assert report == Report(state=State.DONE, remote_id="c-8", text="c-8", data={"clips": [stored]})
    (waiting,) = raw.uploaded_clips(recorded("feed-uploaded-queued"))
    assert waiting == Report(state=State.RUNNING, remote_id="c-8")


@pytest.mark.parametrize("payload", [None, [], {}, "", "two words", 5.5, {"data": None}, {"clips": 5}, {"detail": []}])
@pytest.mark.parametrize(
    "read",
    [raw.stems, partial(raw.timing, title=""), raw.style, raw.persona, raw.given, raw.storage, raw.initialised],
    ids=["stems", "timing", "style", "persona", "given", "storage", "initialised"],
)
def test_an_answer_that_says_nothing_is_unreadable(read: Any, payload: Any) -> None:
    with pytest.raises(Unreadable):
        read(payload)


@pytest.mark.parametrize("payload", [None, [], {}, "", 5, {"clips": 5}, {"clips": {"a": 1}}, [None, "x"]])
def test_a_feed_without_songs(payload: Any) -> None:
    assert list(raw.uploaded_clips(payload)) == []
