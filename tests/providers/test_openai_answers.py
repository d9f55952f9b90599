"""OpenAI's media: what every recorded answer means."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BROKEN, NO_QUOTA, CallFailed, NotOffered, Refused, Unreadable, decipher
from bot.providers.openai import answers, mistakes, watching
from bot.providers.openai.answers import FLAGGED, LONG, NOT_FLAGGED, NOTHING_HEARD
from bot.providers.openai.mistakes import FILTERED, GONE
from bot.sniff import WAV
from bot.talk import NO_MODEL
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import Text
from bot.wire import CONTENT, MIME

FIXTURES = Path(__file__).parent.parent / "fixtures" / "openai"
NAME = "video_68f1"
PICTURE, FILM = "https://files.example/img1.png", "https://files.example/v.mp4"
BY_KEY = f"relay:/v1/videos/{NAME}/content"


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def unpacked(media: Media) -> tuple[str, bytes]:
    about, _comma, packed = media.url.partition(",")
    return about, base64.b64decode(packed)


# ------------------------------------------------------------------------------------------------ pictures


@pytest.mark.parametrize("name", ["image-url", "image-empty-keys", "image-enveloped"])
def test_a_picture_by_its_link(name: str) -> None:
    report = answers.pictures(recorded(name))
    assert (report.state, report.media) == (State.DONE, (Media(PICTURE, "image", lifetime=3600.0),))


@pytest.mark.parametrize("name", ["image-packed", "image-packed-empty-keys", "image-data-url", "image-data-url-in-url"])
def test_a_picture_in_the_answer(name: str) -> None:
    (media,) = answers.pictures(recorded(name)).media
    about, content = unpacked(media)
    assert about == "data:image/png;base64" and content.startswith(b"\x89PNG") and media.lifetime is None


def test_what_the_model_worked_from() -> None:
    note = answers.pictures(recorded("image-empty-keys")).note
    assert str(note) == "The model worked from this: A lighthouse at dusk, seen from the sea."
    two = answers.pictures(recorded("image-two"))
    assert len(two.media) == 2 and two.note is None


@pytest.mark.parametrize("name", ["image-none", "image-no-picture", "transcript", "video-queued"])
def test_answers_without_a_picture(name: str) -> None:
    with pytest.raises(Unreadable):
        answers.pictures(recorded(name))


# ------------------------------------------------------------------------------------------------ sounds and words


def raw(content: bytes, mime: str = "text/plain") -> dict[str, Any]:
    return {MIME: mime, CONTENT: content}


def test_speech_is_known_by_its_bytes() -> None:
    sound = b"RIFF\x24\0\0\0WAVEfmt "
    (media,) = answers.speech(raw(sound, "audio/mpeg")).media
    assert (unpacked(media), media.kind) == ((f"data:{WAV.mime};base64", sound), "audio")


@pytest.mark.parametrize("payload", [raw(b""), raw(b"hello"), raw(b"\x89PNG\r\n\x1a\n"), {"audio": "?"}, [], None])
def test_answers_that_are_no_sound(payload: Any) -> None:
    with pytest.raises(Unreadable):
        answers.speech(payload)


@pytest.mark.parametrize(
    "payload",
    [recorded("transcript"), recorded("transcript-enveloped"), recorded("transcript-string"),
     raw(b"\xef\xbb\xbfThe fox waits.\n")],
)  # fmt: skip
def test_words(payload: Any) -> None:
    assert answers.transcript(payload, "json") == Report(state=State.DONE, text="The fox waits.")


def test_words_with_everything_that_is_known() -> None:
    report = answers.transcript(recorded("transcript-verbose"), "verbose_json")
    about, content = unpacked(report.media[0])
    assert about == "data:application/json;base64" and json.loads(content) == recorded("transcript-verbose")
    assert (report.text, str(report.note)) == ("The fox waits.", "Language: english · 0:08")
    assert answers.transcript(recorded("transcript-verbose"), "json").media == ()
    assert answers.transcript(raw(b"The fox waits."), "verbose_json").media == ()


@pytest.mark.parametrize(
    ("payload", "form", "about", "content"),
    [
        (raw(b"1\n00:00 x\n\n"), "srt", "data:application/x-subrip;base64", b"1\n00:00 x\n"),
        (raw(b"WEBVTT\n\n00:00 x"), "vtt", "data:text/vtt;base64", b"WEBVTT\n\n00:00 x\n"),
        (recorded("transcript-subtitles"), "srt", "data:application/x-subrip;base64",
         recorded("transcript-subtitles")["text"].encode()),
    ],
)  # fmt: skip
def test_subtitles(payload: Any, form: answers.Form, about: str, content: bytes) -> None:
    report = answers.transcript(payload, form)
    assert report.text == "" and unpacked(report.media[0]) == (about, content)


def test_long_words_are_a_file_too() -> None:
    report = answers.transcript({"text": "x" * (LONG + 1)}, "text")
    assert unpacked(report.media[0]) == ("data:text/plain;base64", b"x" * (LONG + 1))
    assert answers.transcript({"text": "x" * LONG}, "text").media == ()


@pytest.mark.parametrize("payload", [recorded("transcript-empty"), raw(b" \n"), raw(b"WEBVTT\n\n"), raw(b"\0")])
def test_nothing_was_said(payload: Any) -> None:
    assert answers.transcript(payload, "vtt") == Report(state=State.FAILED, reason=NOTHING_HEARD)


@pytest.mark.parametrize("payload", [{}, {"words": []}, [], None, 3])
def test_answers_without_words(payload: Any) -> None:
    with pytest.raises(Unreadable):
        answers.transcript(payload, "json")


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("fine", "▫️ violence · 0.02\n▫️ hate · 0.00", NOT_FLAGGED),
        ("flagged", "🚩 violence/graphic · 0.95\n🚩 violence · 0.91", FLAGGED),
        ("without-scores", "🚩 sexual", FLAGGED),
        ("bare", "🚩", FLAGGED),
        ("several", "🚩 hate · 0.80", FLAGGED),
    ],
)
def test_moderation(name: str, text: str, note: Text) -> None:
    assert answers.moderation(recorded(f"moderation-{name}")) == Report(state=State.DONE, text=text, note=note)


def test_no_verdict() -> None:
    with pytest.raises(Unreadable):
        answers.moderation(recorded("moderation-none"))


# ------------------------------------------------------------------------------------------------ videos


@pytest.mark.parametrize(
    ("name", "state", "percent"),
    [
        ("video-queued", State.QUEUED, 0),
        ("video-in-progress", State.RUNNING, 35),
        ("video-in-progress-text", State.RUNNING, 35),
        ("video-unknown", State.RUNNING, 0),
        ("video-processing", State.RUNNING, None),
        ("video-older", State.RUNNING, None),
        ("video-remix", State.QUEUED, 0),
        ("envelope-queued", State.QUEUED, 40),
        ("envelope-in-progress", State.RUNNING, 40),
    ],
)
def test_a_video_that_is_being_made(name: str, state: State, percent: int | None) -> None:
    report = watching.video(recorded(name), NAME)
    assert (report.state, report.percent, report.media) == (state, percent, ())
    assert watching.accepted(recorded(name)).remote_id == NAME


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("video-completed", FILM),
        ("video-completed-text", FILM),
        ("video-completed-url", FILM),
        ("video-completed-video-url", FILM),
        ("video-completed-all", FILM),
        ("video-completed-linkless", BY_KEY),
        ("video-succeeded", FILM),
        ("video-success", FILM),
        ("envelope-success", FILM),
        ("envelope-success-result", FILM),
        ("envelope-success-text", FILM),
        ("envelope-ahead", FILM),
    ],
)
def test_a_finished_video(name: str, link: str) -> None:
    assert watching.video(recorded(name), NAME) == Report(
        state=State.DONE, remote_id=NAME, media=(Media(link, "video"),)
    )


def test_a_strange_id_stays_within_the_path() -> None:
    (media,) = watching.video({"status": "completed"}, "a/../b?c").media
    assert media.url == "relay:/v1/videos/a%2F..%2Fb%3Fc/content"


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("video-failed", State.FAILED, "The prompt was blocked."),
        ("video-failure", State.FAILED, "nothing came of it"),
        ("video-error", State.FAILED, None),
        ("video-failed-silent", State.FAILED, None),
        ("video-cancelled", State.CANCELLED, "stopped by the operator"),
        ("video-timed-out", State.LOST, str(RELAY_GAVE_UP)),
        ("envelope-failure", State.FAILED, "the upstream failed"),
        ("envelope-timed-out", State.LOST, str(RELAY_GAVE_UP)),
    ],
)
def test_a_video_that_did_not_work(name: str, state: State, reason: str | None) -> None:
    report = watching.video(recorded(name), NAME)
    assert (report.state, None if report.reason is None else str(report.reason)) == (state, reason)


@pytest.mark.parametrize("payload", [[], None, "video", {"status": "queued"}, {"id": "two words", "status": "queued"}])
def test_answers_without_a_video(payload: Any) -> None:
    with pytest.raises(Unreadable):
        watching.accepted(payload)


# ------------------------------------------------------------------------------------------------ errors


def failure(name: str, status: int, judge: mistakes.Judge) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        decipher(status, {}, json.dumps(recorded(name)).encode(), judge=judge)
    return caught.value


@pytest.mark.parametrize(
    ("name", "status", "kind", "words"),
    [
        ("error-content-policy", 400, Refused,
         str(Text(FILTERED.source, {"why": "Your request was rejected by the safety system."}))),
        ("error-moderation-blocked", 400, Refused, str(Text(FILTERED.source, {"why": "Blocked by moderation."}))),
        ("error-invalid-image", 400, Refused,
         "The relay refused: size must be one of 256x256, 512x512, or 1024x1024"),
        ("error-invalid-audio", 400, Refused, "The relay refused: file is required"),
        ("error-not-implemented", 501, NotOffered, "This relay does not offer that feature."),
        ("error-model-not-found", 503, Refused, str(Text(NO_MODEL.source, {"model": "gpt-9"}))),
        ("error-no-channel", 503, Refused, str(Text(NO_MODEL.source, {"model": "gpt-9"}))),
        ("error-model-unknown", 404, Refused, str(Text(NO_MODEL.source, {"model": "gpt-9"}))),
        ("error-upstream-quota", 429, Refused, str(NO_QUOTA)),
        ("error-unwrapped", 500, CallFailed, str(BROKEN)),
    ],
)  # fmt: skip
def test_errors(name: str, status: int, kind: type[CallFailed], words: str) -> None:
    error = failure(name, status, mistakes.judge("gpt-9"))
    assert isinstance(error, kind) and str(error) == words


def test_a_busy_channel_is_waited_for() -> None:
    error = failure("error-invalid-image", 503, mistakes.judge("gpt-9"))
    assert str(error).startswith("The relay has no free channel for this")


def test_a_video_that_the_relay_forgot_cannot_be_remixed() -> None:
    assert str(failure("error-video-unknown", 404, mistakes.judge_remix)) == str(GONE)
    body = {"error": {"message": "Invalid URL (POST /v1/videos/1/remix)", "type": "invalid_request_error", "code": ""}}
    with pytest.raises(NotOffered):
        decipher(404, {}, json.dumps(body).encode(), judge=mistakes.judge_remix)
