"""What the relay's answers about Runway mean, in each of its forms (reference ``relay-luma-…md`` 3.4 to 3.6, 10)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.envelope import (
    Envelope,
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
from bot.errors import Refused, Unreadable
from bot.task import Media, Report, State
from bot.text import Text, _
from bot.wire import clean, dig, explain, first_text, link_of, said, text_of

LIFETIME = 86400.0
"""Seconds that a link of the official form works at least (1.6)."""
_NUMBER = re.compile(r"-?\d+")
_ID = re.compile(r"\S{1,200}")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_DIGITS: Mapping[str, State] = {
    "0": State.QUEUED, "1": State.RUNNING, "2": State.FAILED, "3": State.DONE,
}  # fmt: skip
_LAYERS = 3
_UNKNOWN = re.compile(r"not[ _]?(exist|found)|不存在", re.IGNORECASE)
_CODE = re.compile(r"\b(?:SAFETY|INPUT_PREPROCESSING|INTERNAL|ASSET)(?:\.[A-Z_]+)+\b")
_LINKS = frozenset({"url", "download_url", "video_url", "resultUrl", "image_url", "video", "image"})
_NO_LINKS = re.compile(
    r"thumb|poster|cover|watermark|last_frame|preview|presigned|callback|hook|get|cancel|web|stream"
    r"|^(input|request|options|init_\w+)$"
)
_FAMILIES: tuple[tuple[str, Text], ...] = (
    (
        "SAFETY.INPUT",
        _("Runway's content filter refused what was given. Put it in other words, or use another picture or video."),
    ),
    ("SAFETY", _("Runway made it, but its content filter withheld the result. Put it in other words.")),
    ("INPUT_PREPROCESSING", _("Runway could not work with what was given. Use another picture or video.")),
    ("ASSET", _("Runway could not read a file that was given. Use another picture or video.")),
    ("INTERNAL.BAD_OUTPUT", _("What Runway's model made was of no use. Trying it again may help.")),
    ("INTERNAL", _("Runway had an internal error. Trying it again may help.")),
)
FILTERED = _("{what} It named as the reason: {why}")
REFUNDED = _("The relay gave the credits back. It named as the reason: {why}")
_NO_WORDS = _("The provider gave no reason.")


def accepted(payload: Any) -> Report:
    """The answer to a request: its id, with or without a state (3.2, 3.5, 3.6)."""
    inside = opened(unwrap(payload))
    if isinstance(inside, list):
        inside = inside[0] if inside else None
    if isinstance(inside, str) and _ID.fullmatch(inside.strip()):
        return Report(state=State.QUEUED, remote_id=inside.strip())
    if not isinstance(inside, dict):
        raise Unreadable("no task", payload)
    item = _task(inside)
    remote_id = first_text(item, "id", "task_id")
    if not _ID.fullmatch(remote_id):
        raise Unreadable("no task id", payload)
    report = replace(_report(item), remote_id=remote_id)
    unfinished = report.state is State.DONE and not report.media
    return Report(state=State.QUEUED, remote_id=remote_id) if unfinished else report


def taken(payload: Any) -> Report:
    """The answer to a request in the "pro" form, which took it only if the code is 200 (3.5)."""
    code = text_of(dig(payload, "code"))
    named = first_text(dig(payload, "data"), "task_id", "id") or text_of(dig(payload, "data"))
    if _NUMBER.fullmatch(code) and code != "200" and not named:
        words = clean(said(payload)) or code
        raise Refused(_("The relay refused: {message}", message=words), str(payload)[:500], code)
    return accepted(payload)


def reports(payload: Any) -> Iterable[Report]:
    """The answer to a question about a task, raw or enveloped; an empty one comes when a task was cancelled (3.4)."""
    if payload is None:
        return []
    code, message = explain(payload)
    if message:
        if _UNKNOWN.search(f"{code} {message}"):
            raise Refused(_("The relay refused: {message}", message=clean(message)), message[:500], "task_not_exist")
        raise Unreadable("an error", payload)
    return [_report(item) for item in elements(payload)]


def picture(payload: Any, remote_id: str) -> Report:
    """The answer to a question about a task that makes a picture, whatever its link looks like."""
    found = next(iter(reports(payload)), None)
    if found is None:
        raise Unreadable("no task", payload)
    return replace(found, remote_id=remote_id, media=tuple(replace(one, kind="image") for one in found.media))


def _task(item: dict[str, Any]) -> dict[str, Any]:
    """The task's own object in the "tasks" form, where it is called so (3.6)."""
    inner = item.get("task")
    return inner if isinstance(inner, dict) else item


def _report(given: dict[str, Any]) -> Report:
    item = _task(given)
    envelope = None if _is_pro(item) else envelope_of(item)
    return _enveloped(envelope) if envelope is not None else _provider_report(item)


def _provider_report(item: Mapping[str, Any]) -> Report:
    return _pro(item) if _is_pro(item) else _own(item)


def _is_pro(item: Mapping[str, Any]) -> bool:
    """Whether it is the "pro" form's object: a digit for a status, a newer ``state``, or its link (3.5)."""
    newer = "task_id" in item and "state" in item
    return text_of(item.get("status")) in _DIGITS or newer or "video_url" in item


def _own(item: Mapping[str, Any]) -> Report:
    """A task in Runway's own words, of the official or the "tasks" form (3.4, 3.6)."""
    remote_id, state = first_text(item, "id", "task_id"), state_of(first_text(item, "status", "state"))
    match state:
        case State.DONE:
            return Report(state=state, remote_id=remote_id, media=_media(item))
        case State.FAILED:
            reason = reason_of(item, "failure", "failure_reason", "error", "message")
            code = first_text(item, "failureCode", "failure_code") or first_text(item.get("error"), "code")
            return _failed(remote_id, str(reason) if reason else "", code)
        case State.CANCELLED:
            reason = reason_of(item, "failure", "error")
            return Report(state=state, remote_id=remote_id, reason=reason)
    percent = _share(item.get("progress")) or _share(item.get("progressRatio"))
    return Report(state=state, remote_id=remote_id, percent=percent if state is State.RUNNING else None)


def _pro(item: Mapping[str, Any]) -> Report:
    """A task of the "pro" form; its newer ``state`` wins over the digit (3.5)."""
    remote_id, word, digit = first_text(item, "task_id", "id"), text_of(item.get("state")), text_of(item.get("status"))
    state = state_of(word) if word else _DIGITS.get(digit) or state_of(digit)
    if state is State.DONE:
        link = link_of(item.get("video_url"))
        return Report(state=state, remote_id=remote_id, media=_videos([link]) if link else _media(item))
    if state is not State.FAILED:
        return Report(state=state, remote_id=remote_id)
    report = _failed(remote_id, first_text(item, "msg", "message"), "")
    if text_of(item.get("refund")) != "1" or report.state is State.LOST:
        return report
    return replace(report, reason=Text(REFUNDED.source, {"why": report.reason or _NO_WORDS}))


def _enveloped(envelope: Envelope) -> Report:
    """The relay's own state around the provider's object, which may be a whole answer in turn (1.2, 10.2)."""
    inner = envelope.inner
    for _layer in range(_LAYERS - 1):
        inner = unwrap(inner)
    found = _provider_report(_task(inner)) if isinstance(inner, dict) else None
    told = found is not None and bool(first_text(_task(inner), "status", "state"))
    media = found.media if found is not None else ()
    state = merged_state(envelope.state, found.state if found is not None and told else None, bool(media))
    if state is State.FAILED:
        if found is not None and found.state is State.FAILED and found.reason is not None:
            return replace(found, remote_id=envelope.task_id)
        return _failed(envelope.task_id, envelope.reason, "")
    if state is State.DONE:
        stored = [link for link in (link_of(envelope.result_url), link_of(envelope.reason)) if link]
        media = (_media(_task(inner)) if isinstance(inner, dict) else ()) or media or _videos(stored[:1])
        return Report(state=state, remote_id=envelope.task_id, media=media)
    percent = envelope.percent or (found.percent if found is not None else None)
    return Report(state=state, remote_id=envelope.task_id, percent=percent if state is State.RUNNING else None)


def _failed(remote_id: str, words: str, code: str) -> Report:
    """A failure in plain words, by the family of its code; a code nobody knows yet leaves Runway's own words."""
    found = _CODE.search(words)
    named = code or (found[0] if found else "")
    for family, what in _FAMILIES:
        if named == family or named.startswith(f"{family}."):
            why = clean(words) or named
            return Report(
                state=State.FAILED, remote_id=remote_id, reason=Text(FILTERED.source, {"what": what, "why": why})
            )
    return failure(words or named, remote_id)


def _share(value: Any) -> int | None:
    """Percent from a share of 1, which may be text, or from percent."""
    try:
        number = float(text_of(value))
    except ValueError:
        return percent_of(value)
    return round(number * 100) if 0 <= number <= 1 else percent_of(value)


def _media(item: Mapping[str, Any]) -> tuple[Media, ...]:
    """The files of a finished task: ``output``, ``artifacts``, else whatever looks like a link to one (10.6)."""
    output = item.get("output")
    listed = output if isinstance(output, list) else [output]
    official = [link for one in listed if (link := link_of(one) or link_of(dig(one, "url")))]
    if official:
        return tuple(replace(one, lifetime=LIFETIME) for one in _videos(official))
    artifacts = item.get("artifacts")
    made = [link for one in (artifacts if isinstance(artifacts, list) else []) if (link := link_of(dig(one, "url")))]
    return _videos(made or list(_walked(item))[:1])


def _videos(links: Iterable[str]) -> tuple[Media, ...]:
    """Files behind links, videos unless they are called like a picture."""
    return tuple(Media(link, _kind(link)) for link in dict.fromkeys(links))


def _kind(link: str) -> str:
    try:
        path = urlsplit(link).path.lower()
    except ValueError:
        path = ""
    return "image" if path.endswith(_PICTURES) else "video"


def _walked(value: Any) -> Iterator[str]:
    """Links below ``value`` that are called like a result."""
    if isinstance(value, list):
        for child in value:
            yield from _walked(child)
    elif isinstance(value, Mapping):
        for name, child in value.items():
            if _NO_LINKS.search(name):
                continue
            if name in _LINKS and (link := link_of(child)):
                yield link
            yield from _walked(child)
