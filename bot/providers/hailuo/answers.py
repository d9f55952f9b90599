"""What the relay's answers about Hailuo mean (reference ``relay-luma-…md`` 7.1 to 7.6, 10)."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from bot.envelope import Envelope, envelope_of, failure, merged_state, state_of
from bot.errors import Unreadable
from bot.providers.hailuo import mistakes
from bot.providers.hailuo.mistakes import layers
from bot.sniff import HEAD, sniff
from bot.task import FollowUp, Media, Report, State
from bot.text import Text, _, clock
from bot.wire import Call, clean, dig, first_text, link_of, text_of

LIFETIME = 9 * 3600.0
"""Seconds that a link to a file works, as far as that is said (1.6)."""
_ID = re.compile(r"\S{1,200}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_OF_THE_RELAY = {"action", "progress", "fail_reason", "submit_time"}
"""What only the relay's own envelope has."""
_HEX_HEAD = 2 * HEAD


def accepted(payload: Any) -> Report:
    """The answer to a request for a video: its id, or the error that it names (7.1)."""
    found = layers(payload)
    ids = (text for layer in found if (text := id_of(layer, "task_id")))
    name = next(ids, "") or text_of(dig(payload, "data")) or next((id_of(layer, "id") for layer in found), "")
    if _ID.fullmatch(name):
        return Report(state=State.QUEUED, remote_id=name)
    mistakes.check(payload)
    raise Unreadable("no task id", payload)


def reports(payload: Any) -> Iterable[Report]:
    """The answer to a question about one task."""
    return [video(payload, "")]


def video(payload: Any, asked: str) -> Report:
    """The answer to a question about the task ``asked``, raw or in the relay's envelope (7.2)."""
    found = layers(payload)
    at = next((place for place, layer in enumerate(found) if "status" in layer), None)
    if at is None:
        mistakes.check_question(payload)
        raise Unreadable("no task", payload)
    row = envelope_of(found[at]) if _OF_THE_RELAY & found[at].keys() else None
    inner = (found[at + 1 :] or [{}])[-1] if row is not None else found[at]
    name = asked or (row.task_id if row is not None else "") or id_of(inner, "task_id")
    media = _media(_inline(inner))
    own = state_of(inner.get("status")) if row is None or inner.get("status") else None
    state = merged_state(row.state, own, bool(media)) if row is not None else own
    match state:
        case State.DONE:
            return _done(inner, row, name, media)
        case State.FAILED:
            return _failed(inner, row, name)
        case State.CANCELLED:
            return Report(state=state, remote_id=name, reason=_why(inner, row))
    percent = row.percent if row is not None else None
    return Report(state=state or State.RUNNING, remote_id=name, percent=percent or None)


def _done(inner: Mapping[str, Any], row: Envelope | None, name: str, media: tuple[Media, ...]) -> Report:
    """A finished video: its link, or the number of the file that is asked for (7.3)."""
    told = row.reason if row is not None and row.reason.isdecimal() else ""
    file_id = id_of(inner, "file_id") or id_of(dig(inner, "file"), "file_id") or told
    spare = (link_of(row.result_url) or link_of(row.reason)) if row is not None else ""
    return Report(
        state=State.DONE,
        remote_id=name,
        media=media,
        spare=() if media else _media([dig(inner, "file", "backup_download_url"), spare]),
        follow_up=None if media or not file_id else _retrieve(file_id, name),
    )


def _failed(inner: Mapping[str, Any], row: Envelope | None, name: str) -> Report:
    why = _why(inner, row)
    told = failure(str(why or ""), name)
    return told if told.state is State.LOST else Report(state=State.FAILED, remote_id=name, reason=why)


def _why(inner: Mapping[str, Any], row: Envelope | None) -> Text | None:
    """The reason in MiniMax's words, else the relay's; the number of a file is none (1.2, 7.2)."""
    code, words = mistakes.code_of(dict(inner))
    relay = row.reason if row is not None and not row.reason.isdecimal() else ""
    other = relay or first_text(inner, "fail_reason", "error", "message")
    return mistakes.reason(code, words) if code else mistakes.reason("", clean(other))


def _inline(inner: Any) -> list[Any]:
    """The links that an answer itself may have, the best first (7.3)."""
    return [dig(inner, "file", "download_url"), dig(inner, "file_url"), dig(inner, "video_url")]


def _retrieve(file_id: str, name: str) -> FollowUp:
    """Ask for the link of a file (7.3)."""
    task = f"&task_id={quote(name, safe='')}" if name else ""
    return FollowUp(
        Call("GET", f"/v1/files/retrieve?file_id={quote(file_id, safe='')}{task}", one=True, timeout=30.0),
        lambda payload: retrieved(payload, name),
    )


def retrieved(payload: Any, name: str) -> Report:
    """The answer to the question for a file's link (7.3)."""
    mistakes.check(payload)
    found = layers(payload)
    links = [dig(layer, "file", key) for key in ("download_url", "backup_download_url") for layer in found]
    return Report(
        state=State.DONE, remote_id=name, media=_media([*links, *(dig(one, "download_url") for one in found)])
    )


def _media(links: Iterable[Any]) -> tuple[Media, ...]:
    """The first that is a link, as a video."""
    return next(((Media(link, "video", lifetime=LIFETIME),) for value in links if (link := link_of(value))), ())


def id_of(item: Any, name: str) -> str:
    """An id as text: it may be a number too large for others, who then write it as a fraction."""
    value = dig(item, name)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    found = text_of(value)
    return found if _ID.fullmatch(found) else ""


# ------------------------------------------------------------------------------------------------ at once


def sound(payload: Any) -> Report:
    """The answer to a request for speech or music: the sound as hexadecimal digits, or its link (7.5, 7.6)."""
    mistakes.check(payload)
    found = layers(payload)
    for layer in reversed(found):
        packed = first_text(layer, "audio", "audio_url")
        url = link_of(packed) or _unpacked(packed)
        if url:
            return Report(state=State.DONE, media=(Media(url, "audio", note=_length(found)),))
    raise Unreadable("no sound", payload)


def _unpacked(digits: str) -> str:
    """A ``data:`` URL of the sound that the digits are; empty when they are none."""
    if not _HEX.fullmatch(digits[:_HEX_HEAD]) or len(digits) % 2:
        return ""
    kind = sniff(bytes.fromhex(digits[:_HEX_HEAD]))
    if kind is None or kind.family != "audio":
        return ""
    try:
        content = bytes.fromhex(digits)
    except ValueError:
        return ""
    return f"data:{kind.mime};base64,{base64.b64encode(content).decode()}"


def _length(found: Iterable[Any]) -> str:
    """How long it plays, if that is said in milliseconds."""
    for layer in found:
        told = [dig(layer, "extra_info", name) for name in ("audio_length", "music_duration")]
        for value in told:
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**8:
                return clock(value / 1000)
    return ""


def pictures(payload: Any) -> Report:
    """The answer to a request for pictures, and how many of them did not work out (7.6)."""
    mistakes.check(payload)
    found = layers(payload)
    links = [link for layer in found for value in _listed(layer.get("image_urls")) if (link := link_of(value))]
    packed = [url for layer in found for value in _listed(layer.get("image_base64")) if (url := _picture(value))]
    failed = next((count for layer in found if (count := _count(layer))), 0)
    media = tuple(Media(url, "image") for url in dict.fromkeys([*links, *packed]))
    if media:
        note = _("{count} more did not work out.", count=failed) if failed else None
        return Report(state=State.DONE, media=media, note=note)
    if failed:
        return Report(state=State.FAILED, reason=mistakes.OUTPUT_WITHHELD)
    raise Unreadable("no pictures", payload)


def _count(layer: Mapping[str, Any]) -> int:
    told = text_of(dig(layer, "metadata", "failed_count")) or text_of(layer.get("failed_count"))
    return int(told) if told.isdecimal() and len(told) < 4 else 0


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _picture(value: Any) -> str:
    """A ``data:`` URL of a picture's base64, bare or as such a URL; empty when it is none."""
    words = "".join(text_of(value).split())
    letters = words.partition(",")[2] if words[:5].lower() == "data:" else words
    try:
        kind = sniff(base64.b64decode(letters[:HEAD], validate=True))
    except ValueError:
        return ""
    return f"data:{kind.mime};base64,{letters}" if kind is not None and kind.family == "image" else ""
