"""What the relay's answers about videos mean (reference ``relay-suno-…md`` 3 and 5.8)."""

from typing import Any
from urllib.parse import quote

from bot.envelope import envelope_of, failure, merged_state, opened, percent_of, reason_of, state_of, unwrap
from bot.errors import Unreadable
from bot.lookup import Single
from bot.task import BY_KEY, Media, Report, State
from bot.wire import dig, first_text, link_of

CONTENT = "/v1/videos/{id}/content"


def accepted(payload: Any) -> Report:
    """The answer to a request: the video's object."""
    item = _video(payload)
    if not _name(item):
        raise Unreadable("no video", payload)
    return _report(item, _name(item))


def video(payload: Any, remote_id: str) -> Report:
    """The answer to a question about one video."""
    return _report(_video(payload), remote_id)


def _video(payload: Any) -> dict[str, Any]:
    inside = unwrap(payload)
    if not isinstance(inside, dict):
        raise Unreadable("no video", payload)
    return inside


def _name(item: dict[str, Any]) -> str:
    name = first_text(item, "id", "task_id")
    return name if len(name) <= 200 and not any(letter.isspace() for letter in name) else ""


def _report(item: dict[str, Any], remote_id: str) -> Report:
    """One video, bare or in the gateway's envelope (3.1)."""
    row = envelope_of(item) if "data" in item else None
    inner = row.inner if row is not None and isinstance(row.inner, dict) else item
    state = state_of(inner.get("status"))
    link = _link(inner)
    if row is not None:
        link = link or link_of(row.result_url) or link_of(row.reason)
        state = merged_state(row.state, state if "status" in inner else None, bool(link))
    if state is State.DONE:
        return Report(state=state, remote_id=remote_id, media=(Media(link or _by_key(remote_id), "video"),))
    if state in {State.FAILED, State.CANCELLED}:
        why = reason_of(inner, "error", "fail_reason", "message")
        report = failure(str(why) if why else row.reason if row is not None else "", remote_id)
        return Report(state=state, remote_id=remote_id, reason=report.reason) if state is State.CANCELLED else report
    percent = percent_of(inner.get("progress"))
    return Report(
        state=state, remote_id=remote_id, percent=percent if percent is not None or row is None else row.percent
    )


def _link(item: dict[str, Any]) -> str:
    """Where the video is, if the object says it (5.8)."""
    places = (dig(opened(item.get("metadata")), "url"), item.get("url"), item.get("video_url"))
    return next((link for place in places if (link := link_of(place))), "")


def _by_key(remote_id: str) -> str:
    return BY_KEY + CONTENT.replace("{id}", quote(remote_id, safe=""))


LOOKUP = Single("/v1/videos/{id}", read=video, interval=10.0, patience=3600.0)
