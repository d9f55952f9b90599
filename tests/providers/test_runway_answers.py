"""Runway: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Refused, Unreadable, decipher
from bot.providers.runway import RUNWAY, answers
from bot.providers.runway.answers import FILTERED, REFUNDED
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import Text, _, quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "runway"
NAME = "f3c1b7a0-1111-4222-8333-444455556666"
OFFICIAL = Media("https://cdn.example/a.mp4?_jwt=x", "video", lifetime=86400.0)
STORED = Media("https://cdn.example/a.mp4?_jwt=x", "video")
REVERSE = Media("https://cdn.example/a.mp4", "video")
INPUT = _("Runway's content filter refused what was given. Put it in other words, or use another picture or video.")
OUTPUT = _("Runway made it, but its content filter withheld the result. Put it in other words.")


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))
    assert found
    return found


def asked(name: str) -> Report:
    (report,) = RUNWAY.reports(recorded(name))
    return report


def under_way(state: State, percent: int | None) -> Report:
    return Report(state=state, remote_id=NAME, percent=percent)


def done(*media: Media) -> Report:
    return Report(state=State.DONE, remote_id=NAME, media=media)


def failed(reason: Text | None) -> Report:
    return Report(state=State.FAILED, remote_id=NAME, reason=reason)


def filtered(what: Text, why: str = "text for humans") -> Report:
    return failed(Text(FILTERED.source, {"what": what, "why": why}))


# ------------------------------------------------------------------------------------------------------ submissions


def test_a_request_that_was_taken() -> None:
    for name in names("submit-"):
        for read in (RUNWAY.accepted, answers.taken):
            assert read(recorded(name)) == Report(state=State.QUEUED, remote_id=NAME), name


@pytest.mark.parametrize("name", names("refused-"))
def test_a_refusal_with_status_200(name: str) -> None:
    with pytest.raises(Refused) as caught:
        answers.taken(decipher(200, {}, json.dumps(recorded(name)).encode()))
    assert str(caught.value.text).startswith("The relay refused: ")


def test_an_answer_without_an_id_is_unreadable() -> None:
    payloads: tuple[Any, ...] = (
        None, [], {}, "two words", True, [None], {"id": ""}, {"data": {}}, {"code": "success", "data": {}},
        {"task": {}}, {"code": 200, "data": None}, {"status": "PENDING"},
    )  # fmt: skip
    for payload in payloads:
        for read in (RUNWAY.accepted, answers.taken):
            with pytest.raises(Unreadable):
                read(payload)


def test_a_request_that_is_finished_at_once() -> None:
    assert RUNWAY.accepted(recorded("official-succeeded")) == done(OFFICIAL)
    assert RUNWAY.accepted(recorded("official-succeeded-linkless")) == Report(state=State.QUEUED, remote_id=NAME)


# ------------------------------------------------------------------------------------------------------ questions


def test_under_way() -> None:
    wanted = {
        "official-pending": under_way(State.QUEUED, None),
        "official-throttled": under_way(State.QUEUED, None),
        "official-running": under_way(State.RUNNING, 42),
        "official-running-silent": under_way(State.RUNNING, None),
        "official-cancelled": under_way(State.CANCELLED, None),
        "envelope-queued": under_way(State.QUEUED, None),
        "envelope-null": under_way(State.QUEUED, None),
        "envelope-running": under_way(State.RUNNING, 30),
        "envelope-running-inner": under_way(State.RUNNING, 42),
        "pro-0": under_way(State.QUEUED, None),
        "pro-1": under_way(State.RUNNING, None),
        "pro-1-int": under_way(State.RUNNING, None),
        "pro-state-pending": under_way(State.QUEUED, None),
        "tasks-pending": under_way(State.QUEUED, None),
        "tasks-throttled": under_way(State.QUEUED, None),
        "tasks-running": under_way(State.RUNNING, 50),
        "tasks-cancelled": under_way(State.CANCELLED, None),
    }
    assert {name: asked(name) for name in wanted} == wanted


def test_finished() -> None:
    wanted = {
        "official-succeeded": done(OFFICIAL),
        "official-succeeded-string": done(OFFICIAL),
        "official-succeeded-two": done(OFFICIAL, Media("https://cdn.example/b.png", "image", lifetime=86400.0)),
        "official-succeeded-linkless": done(),
        "envelope-inner-ahead": done(OFFICIAL),
        "envelope-done": done(OFFICIAL),
        "envelope-done-string": done(OFFICIAL),
        "envelope-done-numeric": done(OFFICIAL),
        "envelope-result-url": done(STORED),
        "envelope-link-in-reason": done(STORED),
        "envelope-walked": done(STORED),
        "pro-3": done(REVERSE),
        "pro-3-int": done(REVERSE),
        "pro-state": done(REVERSE),
        "pro-state-wins": done(REVERSE),
        "pro-envelope": done(REVERSE),
        "pro-envelope-whole": done(REVERSE),
        "tasks-succeeded": done(REVERSE),
        "tasks-envelope": done(REVERSE),
    }
    assert {name: asked(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("official-failed-input", filtered(INPUT)),
        ("official-failed-code-alone", filtered(INPUT, "SAFETY.INPUT.IMAGE")),
        ("official-failed-output", filtered(OUTPUT)),
        (
            "official-failed-preprocessing",
            filtered(_("Runway could not work with what was given. Use another picture or video.")),
        ),
        (
            "official-failed-asset",
            filtered(_("Runway could not read a file that was given. Use another picture or video.")),
        ),
        (
            "official-failed-bad-output",
            filtered(_("What Runway's model made was of no use. Trying it again may help.")),
        ),
        ("official-failed-internal", filtered(_("Runway had an internal error. Trying it again may help."))),
        ("official-failed-new-code", failed(quoted("text for humans"))),
        ("official-failed-silent", failed(None)),
        ("envelope-failed", filtered(INPUT)),
        ("envelope-failed-outside", filtered(INPUT, "SAFETY.INPUT.TEXT: text for humans")),
        ("pro-2", failed(Text(REFUNDED.source, {"why": quoted("内容违规")}))),
        ("pro-2-int", failed(Text(REFUNDED.source, {"why": quoted("内容违规")}))),
        ("pro-2-silent", failed(Text(REFUNDED.source, {"why": _("The provider gave no reason.")}))),
        ("pro-2-kept", failed(quoted("内容违规"))),
        ("pro-state-failed", failed(quoted("内容违规"))),
        ("pro-envelope-failed", failed(Text(REFUNDED.source, {"why": quoted("内容违规")}))),
        ("tasks-failed-text", failed(quoted("text for humans"))),
        ("tasks-failed-object", failed(quoted("text for humans"))),
    ],
)
def test_failed(name: str, report: Report) -> None:
    assert asked(name) == report


@pytest.mark.parametrize("name", ["official-timed-out", "envelope-timed-out"])
def test_the_relay_gave_up(name: str) -> None:
    assert asked(name) == Report(state=State.LOST, remote_id=NAME, reason=RELAY_GAVE_UP)


def test_every_recorded_state_is_looked_at() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for prefix in ("official-", "envelope-", "pro-", "tasks-"):
        assert [name for name in names(prefix) if f'"{name}"' not in source] == []


def test_a_picture_is_one_whatever_its_link_looks_like() -> None:
    report = answers.picture(recorded("picture-succeeded"), NAME)
    made = Media("https://cdn.example/made?_jwt=x", "image", lifetime=86400.0)
    assert report == Report(state=State.DONE, remote_id=NAME, media=(made,))
    with pytest.raises(Unreadable):
        answers.picture([], NAME)


def test_a_task_that_is_not_found() -> None:
    with pytest.raises(Refused) as caught:
        RUNWAY.reports(recorded("unknown-pro"))
    assert caught.value.unknown_task


def test_another_error_of_a_question() -> None:
    with pytest.raises(Unreadable):
        RUNWAY.reports(recorded("refused-pro"))


def test_a_cancellation_is_answered_with_nothing() -> None:
    assert RUNWAY.reports(None) == []
