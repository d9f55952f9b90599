"""What Pika's answers mean, in either form of the relay (reference ``relay-luma-…md`` 3.5, 4.1, 4.2)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.envelope import (
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
from bot.errors import Unreadable
from bot.task import Media, Report, State
from bot.text import _
from bot.wire import clean, dig, first_text, link_of, text_of

_ID = re.compile(r"\S{1,200}")
_DIGITS = {"0": State.QUEUED, "1": State.RUNNING, "2": State.FAILED, "3": State.DONE}
_PRO = {"video_url", "state"}
_THUMBNAILS = ("imageThumb", "videoPoster")


def accepted(payload: Any) -> Report:
    """The answer to a request in either form: the id, bare or in one of the known places (4.1, 4.2, 4.3)."""
    data = opened(dig(payload, "data"))
    found = first_text(payload, "id", "task_id") or first_text(data, "id", "task_id")
    name = found or text_of(dig(data, "job", "id")) or text_of(data)
    if not _ID.fullmatch(name):
        raise Unreadable("no task id", payload)
    return Report(state=State.QUEUED, remote_id=name)


def reports(payload: Any) -> Iterable[Report]:
    """The answer to a question, raw or in the relay's envelope."""
    return [_report(item) for item in elements(payload)]


def _report(item: dict[str, Any]) -> Report:
    envelope = None if _in_pro_form(item) else envelope_of(item)
    if envelope is None:
        return _provided(item, first_text(item, "id", "task_id"))
    found = unwrap(envelope.inner)
    inner = found if isinstance(found, dict) else {}
    report = _provided(inner, envelope.task_id)
    state = merged_state(envelope.state, report.state if inner else None, bool(report.media))
    if state is State.FAILED:
        return failure(envelope.reason or str(report.reason or ""), envelope.task_id)
    if state is State.DONE:
        return _done(inner, envelope.task_id, link_of(envelope.result_url) or link_of(envelope.reason))
    percent = report.percent if envelope.percent is None else envelope.percent
    return Report(state=state, remote_id=envelope.task_id, percent=percent, preview=report.preview)


def _in_pro_form(item: Mapping[str, Any]) -> bool:
    """Whether it is a task of the form ``pro``; its own members resemble those of the relay's envelope (3.5)."""
    return "videos" not in item and (bool(_PRO & item.keys()) or text_of(item.get("status")) in _DIGITS)


def _provided(item: dict[str, Any], remote_id: str) -> Report:
    """A task in Pika's own words, in either form."""
    if _in_pro_form(item):
        word = text_of(item.get("state"))
        state = state_of(word) if word else _DIGITS.get(text_of(item.get("status")), State.RUNNING)
        percent, why = None, reason_of(item, "msg", "message")
    else:
        first = dig(item, "videos", 0)
        state = state_of(dig(first, "status"))
        percent, why = percent_of(dig(first, "progress")), reason_of(first, "error")
    if state is State.DONE:
        return _done(item, remote_id)
    if state is State.FAILED:
        return failure(str(why or ""), remote_id)
    return Report(
        state=state, remote_id=remote_id, percent=percent if state is State.RUNNING else None, preview=_preview(item)
    )


def _done(item: Mapping[str, Any], remote_id: str, spare: str = "") -> Report:
    """A finished task: every video that has a link, else the one that the relay itself keeps (1.2 pitfall 1)."""
    links = [*(link_of(dig(video, "resultUrl")) for video in _videos(item)), link_of(item.get("video_url"))]
    found = list(dict.fromkeys(filter(None, links))) or [link for link in [spare] if link]
    seed = clean(text_of(dig(item, "videos", 0, "seed")), 40)
    return Report(
        state=State.DONE,
        remote_id=remote_id,
        media=tuple(Media(link, "video") for link in found),
        preview=_preview(item),
        note=_("Seed: {seed}", seed=seed) if found and seed else None,
    )


def _preview(item: Mapping[str, Any]) -> str:
    first = dig(item, "videos", 0)
    links = [*(link_of(dig(first, name)) for name in _THUMBNAILS), link_of(item.get("poster"))]
    return next(filter(None, links), "")


def _videos(item: Mapping[str, Any]) -> list[Any]:
    videos = item.get("videos")
    return videos if isinstance(videos, list) else []
