"""What the relay's answers about Kling mean (reference ``relay-luma-…md`` 5.2, 1.2, 10)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.envelope import Envelope, envelope_of, failure, merged_state, opened, reason_of, state_of
from bot.errors import OVERLOADED, Throttled, Unreadable
from bot.task import Media, Report, State
from bot.wire import dig, explain, first_text, link_of, text_of

LIFETIME = 30 * 86400.0
"""Seconds that Kling keeps a result (5.9)."""
VIDEO_ID = "video_id"
"""In a task's data: what Kling calls its video; extend and lip-sync go on from it."""
SECONDS = "seconds"
"""In a task's data: how long that video is, where Kling says so."""
BUSY = frozenset({"1302", "1303"})
_GONE = frozenset({"1202", "1203", "task_not_exist"})
_LEVELS = 3
_ID = re.compile(r"\S{1,200}")
_SECONDS = re.compile(r"\d{1,4}(\.\d{1,6})?")
_STILL = re.compile(r"\.(png|jpe?g|webp)$", re.IGNORECASE)


def accepted(payload: Any) -> Report:
    """The answer to a request: Kling's own, an OpenAI video object, an envelope, or a bare id (5.2)."""
    report = _report(payload)
    if report is not None and _ID.fullmatch(report.remote_id):
        return report
    inside = dig(payload, "data") if isinstance(payload, dict) else payload
    bare = text_of(inside) if isinstance(inside, str) else text_of(dig(inside, "task_id")) or text_of(dig(inside, "id"))
    if not _ID.fullmatch(bare):
        raise Unreadable("no task id", payload)
    return Report(state=State.QUEUED, remote_id=bare)


def reports(payload: Any) -> Iterable[Report]:
    """The answer to a question about one task; nothing when the relay does not know it (yet)."""
    report = _report(payload)
    if report is not None:
        return [report]
    code, words = explain(payload)
    if code in BUSY:
        raise Throttled(OVERLOADED, words)
    if code in _GONE or (isinstance(payload, dict) and not words and payload.get("data", payload) is None):
        return []
    raise Unreadable("no task", payload)


def _report(payload: Any) -> Report | None:
    """The task's own object, or the envelope around it; ``None`` when there is neither."""
    item = payload
    for _level in range(_LEVELS):
        item = opened(item)
        if not isinstance(item, dict):
            return None
        if _is_own(item):
            return _own(item, text_of(item.get("task_id")))
        envelope = envelope_of({"task_id": item.get("id"), **item})
        if envelope is not None:
            return _enveloped(envelope, item)
        item = item.get("data")
    return None


def _is_own(item: Mapping[str, Any]) -> bool:
    return "task_status" in item or "task_result" in item


def _inside(value: Any) -> dict[str, Any]:
    """Kling's own object in what an envelope holds: bare, or in its full reply."""
    for _level in range(_LEVELS):
        value = opened(value)
        if not isinstance(value, dict):
            return {}
        if _is_own(value):
            return value
        value = value.get("data")
    return {}


def _own(item: Mapping[str, Any], remote_id: str) -> Report:
    """One task in Kling's own words (5.2)."""
    state = state_of(item.get("task_status"))
    if state is State.FAILED:
        return failure(first_text(item, "task_status_msg"), remote_id)
    if state is not State.DONE:
        return Report(state=state, remote_id=remote_id)
    result = item.get("task_result")
    return Report(
        state=state,
        remote_id=remote_id,
        media=tuple(_results(result)),
        spare=tuple(_watermarked(result)),
        data=_known(dig(result, "videos", 0)),
    )


def _enveloped(envelope: Envelope, item: Mapping[str, Any]) -> Report:
    """The relay's task row, or an OpenAI video object, with what Kling itself says of it (1.2, 8)."""
    inner = _inside(envelope.inner)
    own = _own(inner, envelope.task_id) if inner else None
    links = tuple(_unified(envelope, item))
    state = merged_state(envelope.state, own.state if own else None, bool(own and own.media))
    if state is State.FAILED:
        told = reason_of(inner, "task_status_msg") or reason_of(item, "error")
        return failure(envelope.reason or (str(told) if told else ""), envelope.task_id)
    if state is State.DONE:
        media = own.media if own and own.media else links
        spare, data = (own.spare, own.data) if own else ((), {})
        return Report(state=state, remote_id=envelope.task_id, media=media, spare=spare, data=data)
    return Report(state=state, remote_id=envelope.task_id, percent=envelope.percent)


def _results(result: Any) -> Iterator[Media]:
    """The files of a result in their order: videos, pictures, recordings (5.2)."""
    for video in _listed(result, "videos"):
        if link := link_of(dig(video, "url")):
            yield Media(link, "video", lifetime=LIFETIME)
    for picture in sorted(_listed(result, "images", "series_images"), key=_index):
        if link := link_of(dig(picture, "url")):
            yield Media(link, "image", lifetime=LIFETIME)
    for sound in _listed(result, "audios"):
        if link := link_of(dig(sound, "url_mp3")) or link_of(dig(sound, "url_wav")):
            yield Media(link, "audio", lifetime=LIFETIME)


def _watermarked(result: Any) -> Iterator[Media]:
    for video in _listed(result, "videos"):
        if link := link_of(dig(video, "watermark_url")):
            yield Media(link, "video", lifetime=LIFETIME)


def _unified(envelope: Envelope, item: Mapping[str, Any]) -> Iterator[Media]:
    """The link that the relay itself gives for a finished task (1.2, 8.1)."""
    places = (envelope.result_url, item.get("url"), item.get("video_url"), dig(item, "metadata", "url"))
    inner = (dig(envelope.inner, "url"), dig(envelope.inner, "video_url"))
    link = next(filter(None, map(link_of, (*places, *inner, envelope.reason))), "")
    if link:
        yield Media(link, "image" if _STILL.search(link.partition("?")[0]) else "video", lifetime=LIFETIME)


def _listed(result: Any, *names: str) -> list[Any]:
    return [one for name in names if isinstance(found := dig(result, name), list) for one in found]


def _index(picture: Any) -> int:
    number = dig(picture, "index")
    return number if isinstance(number, int) else 0


def _known(video: Any) -> dict[str, Any]:
    """What extend and lip-sync need to know of a video."""
    name, length = first_text(video, "id"), first_text(video, "duration")
    seconds = {SECONDS: float(length)} if _SECONDS.fullmatch(length) else {}
    return {VIDEO_ID: name, **seconds} if name else {}
