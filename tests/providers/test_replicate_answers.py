"""Replicate: what every recorded answer means."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KEY_REFUSED, NO_QUOTA, CallFailed, NotOffered, Refused, Throttled, Unreadable, decipher
from bot.providers.replicate import REPLICATE
from bot.providers.replicate.answers import NOT_BEGUN, REMOVED, SHOWN, judge_for
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "replicate"
NAME = "ufawqhfynnddngldkgtslldrkq"
LINK = "https://replicate.delivery/xezq/abc/out-0.webp"
SECOND = LINK.replace("out-0", "out-1")
PICTURE = Media(LINK, "image", lifetime=3600.0)
FILTERED = quoted("NSFW content detected")


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))
    assert found
    return found


def asked(name: str) -> Report:
    (found,) = REPLICATE.reports(recorded(name))
    return found


def test_a_request_that_was_taken() -> None:
    for name in ("submit-starting", *names("submit-data"), "submit-bare-id", "submit-task-id"):
        assert REPLICATE.accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=NAME), name


def test_a_request_that_is_further_already() -> None:
    assert REPLICATE.accepted(recorded("submit-processing")) == Report(state=State.RUNNING, remote_id=NAME)
    assert REPLICATE.accepted(recorded("submit-enveloped")) == Report(state=State.QUEUED, remote_id=NAME, percent=0)
    assert REPLICATE.accepted(recorded("submit-waited")) == Report(state=State.DONE, remote_id=NAME, media=(PICTURE,))
    failed = REPLICATE.accepted(recorded("submit-failed"))
    assert failed.state is State.FAILED and str(failed.reason).startswith("NSFW content detected.")


def test_an_answer_without_an_id_is_unreadable() -> None:
    payloads: list[Any] = [None, [], {}, "", "two words", 7, {"data": None}, {"id": ""}, {"id": "a b"}]
    for payload in payloads:
        with pytest.raises(Unreadable):
            REPLICATE.accepted(payload)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("submit-starting", Report(state=State.QUEUED)),
        ("running-bare", Report(state=State.RUNNING)),
        ("running-percent", Report(state=State.RUNNING, percent=45)),
        ("running-new-status", Report(state=State.RUNNING, percent=100)),
        ("running-enveloped", Report(state=State.RUNNING, percent=30)),
        ("running-enveloped-null", Report(state=State.QUEUED)),
        ("running-enveloped-no-progress", Report(state=State.RUNNING, percent=45)),
        ("running-partial-text", Report(state=State.RUNNING)),
        (
            "running-partial-images",
            Report(
                state=State.RUNNING,
                percent=45,
                media=(PICTURE, Media(SECOND, "image", lifetime=3600.0)),
                preview=SECOND,
            ),
        ),
    ],
)
def test_under_way(name: str, report: Report) -> None:
    found = asked(name)
    assert found.remote_id == NAME
    assert (found.state, found.percent) == (report.state, report.percent)
    assert (found.media, found.preview) == (report.media, report.preview)
    assert found.playing == ()


def test_a_part_of_a_sound_can_be_heard() -> None:
    assert asked("running-partial-sound").playing == (
        Media("https://replicate.delivery/a/out.mp3", "audio", lifetime=3600.0),
    )


def test_finished() -> None:
    for name in names("done"):
        assert asked(name) == Report(state=State.DONE, remote_id=NAME, media=(PICTURE,)), name


def test_every_file_in_any_output_with_its_kind() -> None:
    found = asked("kinds")
    assert found.text == "a fox in snow\n\ndata: none"
    assert [(media.kind, media.lifetime) for media in found.media] == [
        ("video", 3600.0), ("audio", 3600.0), ("image", 3600.0), ("file", 3600.0), ("image", None), ("audio", None),
        ("file", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text-string", "A fox."),
        ("text-pieces", "Once upon a time"),
        ("text-single", "hello there"),
        ("text-object", '{\n "text": "hello",\n "language": "en"\n}'),
        ("text-number", "0.875"),
        ("text-false", "false"),
        ("text-begins-like-a-link", "https://example.com is a page"),
    ],
)
def test_a_result_in_words(name: str, text: str) -> None:
    assert asked(name) == Report(state=State.DONE, remote_id=NAME, text=text)


def test_a_long_text_comes_as_a_file_too() -> None:
    words = "word " * SHOWN
    report = REPLICATE.accepted({"id": NAME, "status": "succeeded", "output": [words]})
    (file,) = report.media
    head, _comma, packed = file.url.partition(",")
    assert (head, file.kind) == ("data:text/plain;base64", "file")
    assert base64.b64decode(packed).decode() == report.text == words.strip()


def test_finished_without_a_result_yet() -> None:
    for name in names("linkless"):
        assert asked(name) == Report(state=State.DONE, remote_id=NAME)


def test_what_the_relay_has_stored() -> None:
    stored = Media("https://relay.example/x/a.mp4", "video")
    for name in names("stored"):
        assert asked(name) == Report(state=State.DONE, remote_id=NAME, media=(stored,))


def test_failed() -> None:
    for name in (*names("failed"), "aborted-error"):
        assert asked(name) == Report(state=State.FAILED, remote_id=NAME, reason=FILTERED), name


def test_other_ends() -> None:
    assert asked("silent-failed") == Report(state=State.FAILED, remote_id=NAME)
    assert asked("silent-aborted") == Report(state=State.FAILED, remote_id=NAME, reason=NOT_BEGUN)
    assert asked("removed") == Report(state=State.FAILED, remote_id=NAME, reason=REMOVED)
    assert asked("timed-out") == Report(state=State.LOST, remote_id=NAME, reason=RELAY_GAVE_UP)


def test_cancelled() -> None:
    assert [asked(name).state for name in names("canceled")] == [State.CANCELLED] * 3


def test_cancelling_is_a_call_of_its_own() -> None:
    assert REPLICATE.cancel is not None
    call = REPLICATE.cancel("a/b")
    assert (call.method, call.path, call.json) == ("POST", "/replicate/v1/predictions/a%2Fb/cancel", None)
    assert not call.paid


# ------------------------------------------------------------------------------------------------ errors


def error_of(name: str, status: int, *, last: bool = True) -> CallFailed:
    """The exception that an answer to a request for foo/bar means."""
    with pytest.raises(CallFailed) as caught:
        decipher(status, {}, json.dumps(recorded(name)).encode(), judge=judge_for("foo/bar", last=last))
    return caught.value


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("error-422", 422, "foo/bar does not take these inputs: input.prompt is required"),
        ("error-422-wrapped", 422, "foo/bar does not take these inputs: input.prompt is required"),
        ("error-401", 401, str(KEY_REFUSED)),
        ("error-402", 402, str(NO_QUOTA)),
        ("error-quota", 403, str(NO_QUOTA)),
        ("error-404", 404, "Neither the relay nor Replicate knows the model foo/bar."),
        (
            "error-no-channel",
            503,
            "This relay does not have the model foo/bar: No available channel for model foo/bar under group default",
        ),
        ("error-no-price", 503, "This relay does not have the model foo/bar: model foo/bar price not set"),
        ("error-no-model", 400, "This relay does not have the model foo/bar: model foo/bar is not available"),
    ],
)
def test_a_refused_request(name: str, status: int, sentence: str) -> None:
    error = error_of(name, status)
    assert isinstance(error, Refused)
    assert str(error) == sentence


def test_too_many_requests_wait_for_as_long_as_the_relay_says() -> None:
    error = error_of("error-429", 429)
    assert isinstance(error, Throttled) and error.retry_after == 30.0


@pytest.mark.parametrize(
    ("name", "last"), [("error-404", False), ("error-invalid-url", False), ("error-invalid-url", True)]
)
def test_a_form_that_is_not_there(name: str, last: bool) -> None:
    assert isinstance(error_of(name, 404, last=last), NotOffered)
