"""One call on the way to a result."""

from typing import Any

import pytest

from bot.errors import Unreadable
from bot.step import Step
from bot.task import Media, Report, State
from bot.text import quoted
from bot.wire import Call, Upload

CALL = Call("POST", "/x", json={}, paid=True)
QUEUED = Report(state=State.QUEUED, remote_id="r-1")


def step(report: Report, **more: Any) -> Step:
    return Step.asking(CALL, lambda _answer: report, **more)


@pytest.mark.parametrize(
    "report",
    [
        QUEUED,
        Report(state=State.DONE, media=(Media("https://cdn.example/a.mp3"),)),
        Report(state=State.DONE, text="words"),
        Report(state=State.DONE, data={"stored": True}),
        Report(state=State.FAILED, reason=quoted("no")),
    ],
)
def test_an_answer_that_says_something(report: Report) -> None:
    assert step(report).read({}, {}) is report


@pytest.mark.parametrize("state", State)
def test_an_answer_that_says_nothing_is_unreadable(state: State) -> None:
    with pytest.raises(Unreadable) as caught:
        step(Report(state=state, percent=5, preview="https://cdn.example/a.jpg")).read({"a": 1}, {})
    assert caught.value.detail == "no task id in {'a': 1}"


@pytest.mark.parametrize(
    ("own", "said", "lookup"), [("", "", ""), ("wav", "", "wav"), ("", "feed", "feed"), ("wav", "music", "music")]
)
def test_who_is_asked_how_it_goes_on(own: str, said: str, lookup: str) -> None:
    report = Report(state=State.QUEUED, remote_id="r-1", lookup=said)
    assert step(report, lookup=own).read({}, {}).lookup == lookup


def test_a_step_that_needs_not_know_of_the_earlier_ones() -> None:
    made = step(QUEUED, feature="join", lookup="feed", otherwise=(step(QUEUED),))
    assert (made.call({"a": 1}), made.feature, made.lookup, len(made.otherwise)) == (CALL, "join", "feed", 1)


def test_a_step_knows_what_the_earlier_ones_found_out() -> None:
    made = Step(
        call=lambda known: Upload(known["url"], "input:7", "a.mp3"),
        accepted=lambda answer, known: Report(state=State.DONE, data={"seen": [answer, known["url"]]}),
    )
    known = {"url": "https://bucket.example/"}
    assert made.call(known) == Upload("https://bucket.example/", "input:7", "a.mp3", {})
    assert made.read(None, known).data == {"seen": [None, "https://bucket.example/"]}
