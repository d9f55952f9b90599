"""How a provider is asked about unfinished tasks."""

import pytest

from bot.lookup import Batch, Single
from bot.wire import Call

POSTED = Batch("/tasks", single="/tasks/{id}", size=2)
KINDS = Batch("/tasks", single="/tasks/{id}", extra=(("action", "MUSIC"), ("kind", "b")))
JOINED = Batch("/feed/{ids}", single="/feed/{id}", size=2, parts=True)


def post(*ids: str, **extra: str) -> Call:
    return Call("POST", "/tasks", json={"ids": list(ids), **extra}, timeout=30.0)


def get(path: str) -> Call:
    return Call("GET", path, timeout=30.0)


@pytest.mark.parametrize(
    ("batch", "ids", "calls"),
    [
        (POSTED, [], []),
        (POSTED, ["a"], [post("a")]),
        (POSTED, ["a", "b", "c"], [post("a", "b"), post("c")]),
        (KINDS, ["a/b", "c"], [post("a/b", "c", action="MUSIC", kind="b")]),
        (JOINED, [], []),
        (JOINED, ["a", "b", "c"], [get("/feed/a,b"), get("/feed/c")]),
        (JOINED, ["a b", "c,d/e?"], [get("/feed/a%20b,c%2Cd%2Fe%3F")]),
    ],
)
def test_the_fewest_calls(batch: Batch, ids: list[str], calls: list[Call]) -> None:
    assert batch.calls(ids) == calls
    assert not any(call.paid or call.one for call in calls)


@pytest.mark.parametrize(
    ("lookup", "remote_id", "ids", "path"),
    [
        (POSTED, "a,b", ["a,b"], "/tasks/a%2Cb"),
        (POSTED, "../a?b", ["../a?b"], "/tasks/..%2Fa%3Fb"),
        (JOINED, "a,b", ["a", "b"], "/feed/a,b"),
        (JOINED, "a/b,c", ["a/b", "c"], "/feed/a%2Fb,c"),
        (Single("/wav/{id}"), "a,b", ["a,b"], "/wav/a%2Cb"),
        (Single("/audio/{id}/state"), "任/1", ["任/1"], "/audio/%E4%BB%BB%2F1/state"),
    ],
)
def test_one_request(lookup: Batch | Single, remote_id: str, ids: list[str], path: str) -> None:
    assert lookup.ids(remote_id) == ids
    assert lookup.ask(remote_id) == Call("GET", path, one=True, timeout=30.0)


def test_lookups_that_are_alike_are_asked_together() -> None:
    again = Batch("/tasks", single="/tasks/{id}", size=2)
    assert len({POSTED, again, KINDS, JOINED}) == 3


def test_a_single_question_by_a_posted_id() -> None:
    lookup = Single("/runway/feed", post="task_id", headers={"X-Version": "1"})
    call = lookup.ask("a b")
    assert (call.method, call.path, call.json, dict(call.headers)) == (
        "POST", "/runway/feed", {"task_id": "a b"}, {"X-Version": "1"},
    )  # fmt: skip
    assert call.one and not call.paid


def test_a_single_question_with_the_id_in_the_query() -> None:
    assert Single("/query?task_id={id}").ask("a&b").path == "/query?task_id=a%26b"
