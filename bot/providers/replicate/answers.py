"""What the relay's answers about a prediction mean (reference ``relay-luma-…md`` 6.2 to 6.6)."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bot.envelope import envelope_of, failure, merged_state, opened, reason_of, state_of
from bot.errors import OVERLOADED, Refused, Throttled, Unreadable
from bot.provider import strings
from bot.task import Media, Report, State
from bot.text import _
from bot.wire import clean, first_text, link_of, text_of

LIFETIME = 3600.0
"""Seconds after the end that outputs are kept (6.5)."""
SHOWN = 2800
"""Characters of a text that are shown; a longer one comes as a file, too."""
LAYERS = 3
PREVIEW = 2000
NOT_BEGUN = _("Replicate gave it up before it was begun.")
REMOVED = _("Replicate has deleted the result: it keeps results for one hour only.")
_ID = re.compile(r"[\w.:-]{1,200}")
_DATA = re.compile(r"data:[^\s,]{0,100},\S")
_PERCENT = re.compile(r"(\d{1,3})%\|")
_RESETS = re.compile(r"in ~?(\d{1,5}) ?s", re.IGNORECASE)
_NO_CHANNEL = re.compile(r"no available channel|无可用渠道", re.IGNORECASE)
_LACKING = {
    "model_not_found", "model_price_error", "model_mapping_failed", "missing_model", "channel_not_found",
    "task_channel_disable", "get_channel_failed",
}  # fmt: skip
"""Codes of a relay that does not have a model (1.5)."""
_SUFFIXES: Mapping[str, str] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".avif"), "image"),
    **dict.fromkeys((".mp4", ".webm", ".mov"), "video"),
    **dict.fromkeys((".mp3", ".wav", ".ogg", ".flac", ".m4a", ".aac", ".mid"), "audio"),
}


def accepted(payload: Any) -> Report:
    """The answer to a request: the prediction, or only its id; it may be final already (6.1, 6.2)."""
    item = _inside(payload)
    if isinstance(item, str) and _ID.fullmatch(item.strip()):
        return Report(state=State.QUEUED, remote_id=item.strip())
    report = _report(item) if isinstance(item, dict) else Report(state=State.QUEUED)
    if not (report.remote_id or report.media or report.text or report.reason):
        raise Unreadable("no prediction", payload)
    return report


def reports(payload: Any) -> Iterable[Report]:
    """The answer to a question about one prediction, or to its cancelling (6.3)."""
    item = _inside(payload)
    return [_report(item)] if isinstance(item, dict) else []


def _inside(payload: Any) -> Any:
    """The prediction or the relay's envelope of it, out of at most three layers (6.2, 10.2)."""
    for _layer in range(LAYERS):
        payload = opened(payload)
        if not isinstance(payload, dict) or "data" not in payload or {"id", "task_id", "status"} & payload.keys():
            break
        payload = payload["data"]
    return opened(payload)


def _report(item: dict[str, Any]) -> Report:
    envelope = envelope_of(item)
    if envelope is None:
        return _prediction(item, _id(first_text(item, "id", "task_id")))
    inside = _inside(envelope.inner)
    inner = inside if isinstance(inside, dict) else {}
    report = _prediction(inner, _id(envelope.task_id))
    known = state_of(inner["status"]) if inner.get("status") else None
    state = merged_state(envelope.state, known, bool(report.media or report.text))
    if state is State.FAILED:
        return report if report.state is state and report.reason else failure(envelope.reason, report.remote_id)
    if state is State.DONE:
        return _with_stored(replace(_done(inner, report.remote_id), state=state), envelope.result_url, envelope.reason)
    return replace(report, state=state, percent=report.percent if envelope.percent is None else envelope.percent)


def _with_stored(report: Report, *links: str) -> Report:
    """``report``; without a result of its own, with what the relay itself has stored (1.2)."""
    link = next(filter(None, map(link_of, links)), "")
    stored = () if report.media or report.text or not link else (Media(link, _kind(link)),)
    return replace(report, media=stored) if stored else report


def _id(words: str) -> str:
    return words if _ID.fullmatch(words) else ""


def _prediction(item: Mapping[str, Any], remote_id: str) -> Report:
    """Replicate's own object (6.2, 6.4)."""
    state = state_of(item.get("status"))
    match state:
        case State.DONE if item.get("output") is None and item.get("data_removed") is True:
            return Report(state=State.FAILED, remote_id=remote_id, reason=REMOVED)
        case State.DONE:
            return _done(item, remote_id)
        case State.FAILED:
            return _failed(item, remote_id)
        case State.CANCELLED:
            return Report(state=state, remote_id=remote_id, reason=_why(item))
    found = _media(item.get("output"))
    links = [media for media in found if link_of(media.url)]
    shown = [media.url for media in links if media.kind == "image" and len(media.url) <= PREVIEW]
    return Report(
        state=state,
        remote_id=remote_id,
        percent=_percent(item.get("logs")),
        media=found,
        preview=shown[-1] if shown else "",
        playing=tuple(media for media in links if media.kind == "audio"),
    )


def _failed(item: Mapping[str, Any], remote_id: str) -> Report:
    reason = _why(item)
    if reason is None and text_of(item.get("status")).lower() == "aborted":
        return Report(state=State.FAILED, remote_id=remote_id, reason=NOT_BEGUN)
    return failure(str(reason or ""), remote_id)


def _why(item: Mapping[str, Any]) -> Any:
    """The reason in words; some models give an object (6.4)."""
    error = item.get("error")
    first = next((words for one in strings(error) if (words := one.strip())), "")
    return reason_of(item, "error") or reason_of(error, "detail", "title") or reason_of({"error": first}, "error")


def _percent(logs: Any) -> int | None:
    """How far the last progress bar in the logs has come (6.4)."""
    found = _PERCENT.findall(logs[-20_000:]) if isinstance(logs, str) else []
    return min(int(found[-1]), 100) if found else None


# ------------------------------------------------------------------------------------------------ outputs


def _done(item: Mapping[str, Any], remote_id: str) -> Report:
    output = item.get("output")
    media = _media(output)
    text = _words_beside(output) if media else _text(output)
    whole = (_text_file(text),) if len(text) > SHOWN else ()
    return Report(state=State.DONE, remote_id=remote_id, media=(*media, *whole), text=text)


def _media(output: Any) -> tuple[Media, ...]:
    """Every link and every ``data:`` string in the output, in its order (6.4)."""
    found = dict.fromkeys(link for value in strings(output) if (link := _link(value)))
    return tuple(Media(link, _kind(link), lifetime=None if link.startswith("data:") else LIFETIME) for link in found)


def _link(value: str) -> str:
    return link_of(value) or (value.strip() if _DATA.match(value.strip()) else "")


def _kind(link: str) -> str:
    """``image``, ``video``, ``audio`` or ``file`` by a link's ending or a ``data:`` URL's type."""
    if link.startswith("data:"):
        family = link.removeprefix("data:").partition("/")[0]
        return family if family in {"image", "video", "audio"} else "file"
    try:
        return _SUFFIXES.get(PurePosixPath(urlsplit(link).path).suffix.lower(), "file")
    except ValueError:
        return "file"


def _text(output: Any) -> str:
    """An output without files in words: a text, one in pieces, or an object as it is (6.4)."""
    if isinstance(output, str):
        return output.strip()
    if isinstance(output, list) and all(isinstance(piece, str) for piece in output):
        return "".join(output).strip()
    if isinstance(output, dict) and len(output) == 1:
        return _text(next(iter(output.values())))
    return "" if output in (None, {}, []) else json.dumps(output, ensure_ascii=False, indent=1)


def _words_beside(output: Any) -> str:
    """What an object says beside its files."""
    values = output.values() if isinstance(output, dict) else ()
    said = [value.strip() for value in values if isinstance(value, str) and not _link(value) and " " in value.strip()]
    return "\n\n".join(said)


def _text_file(text: str) -> Media:
    packed = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return Media(f"data:text/plain;base64,{packed}", "file")


# ------------------------------------------------------------------------------------------------ errors


def judge_for(model: str, *, last: bool) -> Callable[[int, str, str], Exception | None]:
    """What the errors of a request for ``model`` mean (6.6); ``last``: there is no other form to try."""

    def judge(status: int, code: str, words: str) -> Exception | None:
        detail = f"HTTP {status} {code} {words}"[:500]
        if status == 429 and (resets := _RESETS.search(words)):
            return Throttled(OVERLOADED, detail, float(resets[1]))
        if code in _LACKING or (status == 503 and _NO_CHANNEL.search(words)):
            return Refused(_("This relay does not have the model {model}: {why}", model=model, why=words), detail)
        if status == 404 and last and not words.startswith("Invalid URL"):
            return Refused(_("Neither the relay nor Replicate knows the model {model}.", model=model), detail)
        if status == 422:
            why = clean(words.strip("- ")) or f"HTTP {status}"
            return Refused(_("{model} does not take these inputs: {why}", model=model, why=why), detail)
        return None

    return judge
