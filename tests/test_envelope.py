"""The relay's task envelope: its words, its numbers, and how two opinions become one."""

from typing import Any

import pytest

from bot.envelope import (
    STATES,
    elements,
    envelope_of,
    failure,
    merged_state,
    opened,
    percent_of,
    reason_of,
    state_of,
    unwrap,
)
from bot.task import RELAY_GAVE_UP, State

TASK = {"task_id": "t-1", "status": "IN_PROGRESS", "fail_reason": "", "progress": "30%", "data": {"a": 1}}
WORDS: dict[State, list[Any]] = {
    State.QUEUED: [
        "", "NOT_START", "SUBMITTED", "QUEUED", "queueing", "pending", "preparing", "starting", "throttled",
        "image_downloading", "0", 0, None,
    ],
    State.RUNNING: [
        "IN_PROGRESS", "processing", "running", "dreaming", "started", "generating", "1", "video_generating",
        "video_upsampling", "UNKNOWN", "what nobody knows", 7,
    ],
    State.DONE: [
        "SUCCESS", "succeed", "succeeded", "Completed", "COMPLETE", "finished", "done", " Success ",
        "video_generation_completed",
    ],
    State.FAILED: [
        "FAILURE", "fail", "Failed", "ERROR", "expired", "aborted", "timeout", "not_found", "video_generation_failed",
    ],
    State.CANCELLED: ["canceled", "CANCELLED"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "state"), [pytest.param(word, state, id=f"{word!r}") for state, words in WORDS.items() for word in words]
)
def test_the_state_of_a_word(word: Any, state: State) -> None:
    assert state_of(word) is state


@pytest.mark.parametrize("word", [None, [], {}, True, ["SUCCESS"]])
def test_what_is_no_word_means_no_end(word: Any) -> None:
    assert state_of(word) is State.QUEUED


def test_every_word_is_in_lower_case() -> None:
    assert [word for word in STATES if word != word.lower()] == []


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        ("0%", 0), ("37%", 37), (" 37 % ", 37), ("99.9%", 99), ("100%", 100), (42, 42), (0, 0), (1, 1), (100, 100),
        (0.37, 37), (0.29, 29), (0.58, 58), (1.0, 100), (42.5, 42), ("101%", None), (101, None), (-1, None),
        ("", None), ("half", None), (None, None), (True, None), (False, None), ([], None), ({}, None),
    ],
)  # fmt: skip
def test_percent_of(value: Any, percent: int | None) -> None:
    assert percent_of(value) == percent


@pytest.mark.parametrize(
    ("payload", "inside"),
    [
        pytest.param({"code": "success", "message": "", "data": {"a": 1}}, {"a": 1}, id="envelope"),
        pytest.param({"code": 200, "data": []}, [], id="numeric code"),
        pytest.param({"success": True, "data": [1]}, [1], id="console"),
        pytest.param({"data": {"id": "x"}}, {"id": "x"}, id="data alone"),
        pytest.param({"code": "success", "data": None}, None, id="null"),
        pytest.param({"code": "success", "data": '{"a": 1}'}, {"a": 1}, id="JSON in a string"),
        pytest.param({"code": "success", "data": "7d1f"}, "7d1f", id="bare id"),
        pytest.param(TASK, TASK, id="a task has data of its own"),
        pytest.param({"id": "x", "data": 1}, {"id": "x", "data": 1}, id="an object has data of its own"),
        pytest.param([TASK], [TASK], id="array"),
        pytest.param('[{"id": "x"}]', [{"id": "x"}], id="string"),
        pytest.param(5, 5, id="number"),
    ],
)
def test_unwrap(payload: Any, inside: Any) -> None:
    assert unwrap(payload) == inside


@pytest.mark.parametrize(
    ("value", "expected"),
    [(' {"a": 1}', {"a": 1}), ("[1]", [1]), ("{broken", "{broken"), ('"1"', '"1"'), (None, None), ([], [])],
)
def test_opened(value: Any, expected: Any) -> None:
    assert opened(value) == expected


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        pytest.param({"code": "success", "data": [{"id": "a"}, {"id": "b"}]}, ["a", "b"], id="envelope of many"),
        pytest.param({"code": "success", "data": {"id": "a"}}, ["a"], id="envelope of one"),
        pytest.param([{"id": "a"}, None, "x", 5, [], {"id": "b"}], ["a", "b"], id="bare array, rubbish left out"),
        pytest.param({"id": "a"}, ["a"], id="bare object"),
        pytest.param({"code": "success", "data": None}, [], id="null"),
        pytest.param({"code": "success", "data": []}, [], id="empty"),
        pytest.param({"code": "success", "data": '[{"id": "a"}]'}, ["a"], id="string"),
        pytest.param("nothing", [], id="words"),
    ],
)
def test_elements(payload: Any, found: list[str]) -> None:
    assert [item["id"] for item in elements(payload)] == found


def test_an_envelope_is_read() -> None:
    found = envelope_of({**TASK, "fail_reason": " why ", "result_url": "https://e/a", "data": '{"state": "dreaming"}'})
    assert found is not None
    assert (found.task_id, found.state, found.percent) == ("t-1", State.RUNNING, 30)
    assert (found.reason, found.result_url, found.inner) == ("why", "https://e/a", {"state": "dreaming"})


def test_an_envelope_may_lack_nearly_everything() -> None:
    found = envelope_of({"task_id": 4711, "status": None})
    assert found is not None
    assert (found.task_id, found.state, found.percent) == ("4711", State.QUEUED, None)
    assert (found.reason, found.result_url, found.inner) == ("", "", None)


def test_the_other_spelling_of_the_reason() -> None:
    found = envelope_of({**TASK, "fail_reason": None, "failReason": "nsfw"})
    assert found is not None
    assert found.reason == "nsfw"


@pytest.mark.parametrize("item", [{"id": "x", "state": "pending"}, {"task_id": "x"}, {"status": "SUCCESS"}, {}])
def test_a_provider_s_own_object_is_no_envelope(item: dict[str, Any]) -> None:
    assert envelope_of(item) is None


@pytest.mark.parametrize(
    "reason",
    ["任务超时（60分钟）", "任务超时", "Task timeout after 60 minutes", "task timed out", "time out", "Timeout"],
)
def test_a_time_out_of_the_relay_may_still_turn_out_well(reason: str) -> None:
    report = failure(reason, "t-1")
    assert (report.state, report.remote_id, report.reason) == (State.LOST, "t-1", RELAY_GAVE_UP)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("prompt was refused (request id: 20)", "prompt was refused"),
        ("the render timed out upstream", "the render timed out upstream"),
        ("", None),
        ("   ", None),
    ],
)
def test_a_failure_says_why(reason: str, said: str | None) -> None:
    report = failure(reason, "t-1")
    assert (report.state, report.remote_id) == (State.FAILED, "t-1")
    assert (str(report.reason) if report.reason else None) == said


Q, R, D, F, C = State.QUEUED, State.RUNNING, State.DONE, State.FAILED, State.CANCELLED


@pytest.mark.parametrize(
    ("outer", "inner", "media", "merged"),
    [
        pytest.param(R, None, False, R, id="nothing inside yet"),
        pytest.param(D, None, False, D, id="done, nothing inside"),
        pytest.param(R, Q, False, R, id="inside lags behind"),
        pytest.param(D, R, False, D, id="the relay is done, inside lags behind"),
        pytest.param(F, R, False, F, id="failure beats an inner that is not final"),
        pytest.param(R, D, True, D, id="done inside, relay lags behind"),
        pytest.param(R, D, False, D, id="done inside without media"),
        pytest.param(R, F, False, F, id="failed inside, relay lags behind"),
        pytest.param(R, C, False, C, id="cancelled inside"),
        pytest.param(F, D, True, D, id="media beat the relay's failure"),
        pytest.param(F, D, False, F, id="no media, so the relay's failure stands"),
        pytest.param(D, F, False, F, id="the provider's failure beats the relay's success"),
        pytest.param(C, D, False, C, id="cancelled at the relay, no media"),
    ],
)
def test_two_words_become_one(outer: State, inner: State | None, media: bool, merged: State) -> None:
    assert merged_state(outer, inner, media) is merged


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ({"failure_reason": None, "error": {"message": "nsfw"}}, "nsfw"),
        ({"detail": {"reason": "banned"}}, "banned"),
        ({"failure_reason": "first", "error": "second"}, "first"),
        ({"error": ""}, None),
        (None, None),
        ([], None),
    ],
)
def test_a_provider_s_own_words(inner: Any, said: str | None) -> None:
    reason = reason_of(inner, "failure_reason", "error", "detail")
    assert (str(reason) if reason else None) == said
