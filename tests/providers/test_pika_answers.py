"""Pika: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotOffered, Refused, Unreadable, decipher
from bot.providers.pika import PIKA
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import _, quoted
from bot.wire import explain

FIXTURES = Path(__file__).parent.parent / "fixtures" / "pika"
NAME = "c0ffee12-1111-4222-8333-444455556666"
FILM, SECOND = Media("https://cdn.pika.example/v1.mp4", "video"), Media("https://cdn.pika.example/v2.mp4", "video")
POSTER, THUMBNAIL = "https://cdn.pika.example/v1.jpg", "https://cdn.pika.example/t1.jpg"
SEED = _("Seed: {seed}", seed="123")
WHY = quoted("The picture shows too little")


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))
    assert found
    return found


def report(state: State, **more: Any) -> Report:
    return Report(state=state, remote_id=NAME, **more)


FINISHED = report(State.DONE, media=(FILM,), preview=THUMBNAIL, note=SEED)
KEPT = report(State.DONE, media=(FILM,))
PRO = report(State.DONE, media=(FILM,), preview=POSTER)
MEANING = {
    "feed-no-videos": report(State.QUEUED),
    "feed-empty-videos": report(State.QUEUED),
    "feed-queued": report(State.QUEUED),
    "feed-pending": report(State.QUEUED),
    "feed-running": report(State.RUNNING, percent=40, preview=THUMBNAIL),
    "feed-finished": FINISHED,
    "feed-finished-twice": report(State.DONE, media=(FILM, SECOND), preview=THUMBNAIL, note=SEED),
    "feed-finished-linkless": report(State.DONE),
    "feed-error": report(State.FAILED, reason=WHY),
    "feed-error-silent": report(State.FAILED),
    "envelope-not-start": report(State.QUEUED),
    "envelope-in-progress": report(State.RUNNING, percent=30),
    "envelope-success": FINISHED,
    "envelope-success-string": FINISHED,
    "envelope-success-link-in-reason": KEPT,
    "envelope-success-result-url": KEPT,
    "envelope-inner-ahead": FINISHED,
    "envelope-failure": report(State.FAILED, reason=quoted("upstream error")),
    "envelope-failure-inner-reason": report(State.FAILED, reason=WHY),
    "envelope-timed-out": report(State.LOST, reason=RELAY_GAVE_UP),
    "pro-waiting": report(State.QUEUED),
    "pro-running": report(State.RUNNING),
    "pro-running-number": report(State.RUNNING),
    "pro-done": PRO,
    "pro-done-number": PRO,
    "pro-done-state": PRO,
    "pro-done-linkless": report(State.DONE),
    "pro-failed": report(State.FAILED, reason=WHY),
    "pro-failed-state": report(State.FAILED, reason=WHY),
    "pro-failed-silent": report(State.FAILED),
    "pro-enveloped": PRO,
    "pro-enveloped-failure": report(State.FAILED, reason=WHY),
}


@pytest.mark.parametrize("name", names("submit-"))
def test_a_request_that_was_taken(name: str) -> None:
    assert PIKA.accepted(recorded(name)) == report(State.QUEUED)


@pytest.mark.parametrize(
    "payload",
    [None, [], {}, "", True, [None], {"id": ""}, {"data": None}, {"data": {}}, {"id": "two words"}, {"data": "a b"},
     {"code": 200, "msg": "ok", "data": {"job": {}}}],
)  # fmt: skip
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        PIKA.accepted(payload)


@pytest.mark.parametrize(("name", "meaning"), MEANING.items())
def test_what_an_answer_means(name: str, meaning: Report) -> None:
    assert list(PIKA.reports(recorded(name))) == [meaning]
    assert explain(recorded(name)) == ("", "")


def test_every_recorded_answer_is_read_here() -> None:
    assert {*names("feed-"), *names("envelope-"), *names("pro-")} == set(MEANING)


@pytest.mark.parametrize(
    ("name", "status", "error", "words"),
    [
        ("error-upstream", 200, Refused, "The relay refused: image is not reachable"),
        ("error-task", 400, Refused, "The relay refused: task_not_exist"),
        ("error-gateway", 404, NotOffered, "This relay does not offer that feature."),
    ],
)
def test_errors(name: str, status: int, error: type[Refused | NotOffered], words: str) -> None:
    with pytest.raises(error) as caught:
        decipher(status, {}, json.dumps(recorded(name)).encode())
    assert str(caught.value.text) == words


@pytest.mark.parametrize(
    ("word", "state"),
    [("queued", State.QUEUED), ("pending", State.QUEUED), ("finished", State.DONE), ("error", State.FAILED),
     ("", State.QUEUED), (None, State.QUEUED), ("never heard of", State.RUNNING), (7, State.RUNNING)],
)  # fmt: skip
def test_words_of_a_state(word: Any, state: State) -> None:
    (found,) = PIKA.reports({"id": NAME, "videos": [{"status": word}]})
    assert found.state is state


def test_a_digit_is_no_word_of_the_other_form() -> None:
    (found,) = PIKA.reports({"id": NAME, "videos": [{"status": "3", "resultUrl": FILM.url}]})
    assert found == report(State.RUNNING)
