"""The relay's generic task envelope ("TaskDto") and the words providers use for states.

Wire facts: reference ``relay-luma-…md`` 1.2, 1.3 and 10; ``relay-suno-…md`` 3.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.task import RELAY_GAVE_UP, Report, State
from bot.text import Text, quoted
from bot.wire import clean, dig, first_text, loads, text_of

_WORDS: Mapping[State, tuple[str, ...]] = {
    State.QUEUED: (
        "", "0", "not_start", "submitted", "queued", "queueing", "pending", "preparing", "starting", "created",
        "throttled", "image_downloading",
    ),
    State.DONE: (
        "success", "succeed", "succeeded", "completed", "complete", "finished", "done", "video_generation_completed",
    ),
    State.FAILED: (
        "failure", "fail", "failed", "error", "expired", "aborted", "timeout", "not_found", "video_generation_failed",
    ),
    State.CANCELLED: ("canceled", "cancelled"),
}  # fmt: skip
STATES: Mapping[str, State] = {word: state for state, words in _WORDS.items() for word in words}
TERMINAL = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.LOST})
_TIMED_OUT = re.compile(r"任务超时|task timed? ?out|^time ?out$", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%?\s*")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One element of a task answer: the relay's own state around the provider's object ``inner``."""

    task_id: str
    state: State
    percent: int | None
    reason: str
    result_url: str
    inner: Any


def state_of(word: Any) -> State:
    """The state a provider's word means; what nobody knows means "still running"."""
    return STATES.get(text_of(word).lower(), State.RUNNING)


def percent_of(value: Any) -> int | None:
    """0 to 100 from ``"37%"``, ``37`` or ``0.37``; ``None`` when absent or senseless."""
    match = _NUMBER.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if match is None:
        return None
    number = float(match.group(1))
    if isinstance(value, float) and number <= 1.0:
        return round(number * 100)
    return int(number) if number <= 100 else None


def unwrap(payload: Any) -> Any:
    """What is inside ``{code, message, data}`` or ``{data}``, else ``payload``; JSON in a string is opened once."""
    if isinstance(payload, dict) and "data" in payload:
        wrapped = {"code", "success"} & payload.keys() or not {"id", "task_id"} & payload.keys()
        payload = payload["data"] if wrapped else payload
    return opened(payload)


def opened(value: Any) -> Any:
    """``value``, parsed when it is a string that holds a JSON object or array."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return loads(value)
        except ValueError:
            return value
    return value


def elements(payload: Any) -> Iterator[dict[str, Any]]:
    """The objects of a batch answer: envelope with a list, bare list, or a single object; ``null`` means none."""
    inside = unwrap(payload)
    if isinstance(inside, list):
        yield from (item for item in inside if isinstance(item, dict))
    elif isinstance(inside, dict):
        yield inside


def envelope_of(item: Mapping[str, Any]) -> Envelope | None:
    """Read one TaskDto; ``None`` when ``item`` is a provider's own object."""
    task_id = text_of(item.get("task_id"))
    if not task_id or "status" not in item:
        return None
    inner = opened(item.get("data"))
    return Envelope(
        task_id=task_id,
        state=state_of(item["status"]),
        percent=percent_of(item.get("progress")),
        reason=first_text(item, "fail_reason", "failReason"),
        result_url=text_of(item.get("result_url")),
        inner=inner,
    )


def failure(reason: str, remote_id: str = "") -> Report:
    """A failed report; a relay's own time-out is not a failure of the provider and may still turn into a success."""
    if _TIMED_OUT.search(reason):
        return Report(state=State.LOST, remote_id=remote_id, reason=RELAY_GAVE_UP)
    words = clean(reason)
    return Report(state=State.FAILED, remote_id=remote_id, reason=quoted(words) if words else None)


def merged_state(outer: State, inner: State | None, inner_has_media: bool) -> State:
    """The relay's and the provider's word on the same task, made one (reference 1.2 pitfall 2, 10.4).

    A provider's terminal word wins, except that its "done" needs media to overrule the relay's failure.
    """
    if inner is None or inner not in TERMINAL:
        return outer
    if inner is State.DONE and outer in TERMINAL and not inner_has_media:
        return outer
    return inner


def reason_of(inner: Any, *names: str) -> Text | None:
    """A provider's own words for a failure, from the first of ``names`` that holds some."""
    for name in names:
        found = dig(inner, name)
        words = text_of(found) or text_of(dig(found, "message")) or text_of(dig(found, "reason"))
        if words:
            return quoted(clean(words))
    return None
