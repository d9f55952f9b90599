"""What the relay's answers about Flux mean (reference ``relay-midjourney-…md`` 2.3 to 2.6, 5)."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.envelope import failure, opened, state_of, unwrap
from bot.errors import Unreadable
from bot.provider import strings
from bot.sniff import HEAD, sniff
from bot.task import Media, Report, State
from bot.text import Text, _, quoted
from bot.wire import clean, dig, explain, first_text, link_of, text_of

LIFETIME = 600.0
"""Seconds that a link works (0.4)."""
_ID = re.compile(r"\S{1,200}")
_IDS = ("id", "task_id", "finetune_id")
_STATES: Mapping[str, State] = {
    "ready": State.DONE,
    "requestmoderated": State.FAILED,
    "contentmoderated": State.FAILED,
}
_NOT_FOUND = "tasknotfound"
_UNKNOWN_CODES = {"task_not_exist", "task_not_found"}
_SILENT = {"error", "failed", "failure", "fail"}
"""Status words that say no more than that it failed."""
_MODERATED: Mapping[str, Text] = {
    "requestmoderated": _(
        "Flux's content filter refused the prompt or a picture. Put it in other words, or use another picture."
    ),
    "contentmoderated": _("Flux made it, but its content filter withheld the result. Put it in other words."),
}
FILTERED = _("{what} It named as the reason: {why}")
TRAINED = _("The finetune is ready. `/flux finetuned` makes pictures with it.")


def accepted(payload: Any) -> Report:
    """The answer to a request: an id in one of five places, or what came of it already (2.3, 2.4)."""
    inside = opened(unwrap(payload))
    if isinstance(inside, list):
        inside = inside[0] if inside else None
    if isinstance(inside, str) and _ID.fullmatch(inside.strip()):
        return Report(state=State.QUEUED, remote_id=inside.strip())
    if not isinstance(inside, dict):
        raise Unreadable("no task", payload)
    name = first_text(inside, *_IDS) or first_text(inside.get("data"), *_IDS) or text_of(inside.get("data"))
    remote_id = name if _ID.fullmatch(name) else ""
    report = replace(_report(inside), remote_id=remote_id)
    if report.state is State.DONE and not report.media:
        final = link_of(inside.get("polling_url")) if _word(inside) == "ready" else ""
        report = replace(report, media=_media([final])) if final else Report(state=State.QUEUED, remote_id=remote_id)
    if not remote_id and not report.media and report.reason is None:
        raise Unreadable("no task id", payload)
    return report


def results(payload: Any) -> Iterable[Report]:
    """The answer to a question about one task; nothing when the relay does not find it (yet) (2.5)."""
    item = _task(payload)
    return [] if item is None else [_report(item)]


def training(payload: Any, name: str) -> Report:
    """The answer to a question about the finetune ``name``; what is not found yet is under way (2.2)."""
    item = _task(payload)
    if item is None:
        return Report(state=State.RUNNING, remote_id=name)
    report = replace(_report(item), remote_id=name, media=(), data={})
    return replace(report, text=name, note=TRAINED) if report.state is State.DONE else report


def images(payload: Any) -> Report:
    """The answer in OpenAI's form: pictures, or a task after all (2.6)."""
    found = _media(_pictures(payload))
    return Report(state=State.DONE, media=found) if found else accepted(payload)


def finetunes(payload: Any) -> list[str]:
    """The ids in the answer of ``my_finetunes`` (2.2)."""
    inside = unwrap(payload)
    listed = inside if isinstance(inside, list) else dig(inside, "finetunes")
    if not isinstance(listed, list):
        raise Unreadable("no finetunes", payload)
    return [name for one in listed if (name := text_of(one) or first_text(one, "finetune_id", "id"))]


def details(payload: Any) -> Any:
    """What is known of a finetune, in the answer of ``finetune_details`` (2.2)."""
    inside = unwrap(payload)
    return dig(inside, "finetune_details") or inside


def _task(payload: Any) -> dict[str, Any] | None:
    """The task's own object; ``None`` when it is not found. An empty answer comes while it is running (202)."""
    if payload is None:
        return {}
    inside = unwrap(payload)
    if not isinstance(inside, dict):
        code, _words = explain(payload)
        if code in _UNKNOWN_CODES:
            return None
        raise Unreadable("no task", payload)
    code, words = explain(inside)
    if code in _UNKNOWN_CODES or _word(inside) == _NOT_FOUND:
        return None
    if words and not _word(inside):
        raise Unreadable("an error", payload)
    return inside


def _word(item: Mapping[str, Any]) -> str:
    """The status in small letters, without spaces and underscores."""
    return re.sub(r"[\s_-]", "", first_text(item, "status", "state")).lower()


def _report(item: Mapping[str, Any]) -> Report:
    """One task in BFL's words, those of sister gateways, or Replicate's (2.5)."""
    word, remote_id = _word(item), first_text(item, *_IDS)
    state = _STATES.get(word) or state_of(first_text(item, "status", "state"))
    if state is State.DONE:
        return _done(item, remote_id)
    if state is State.FAILED:
        return _failed(item, word, remote_id)
    if state is State.CANCELLED:
        words = _why(item)
        return Report(state=state, remote_id=remote_id, reason=quoted(words) if words else None)
    percent = _percent(item.get("progress"))
    if state is State.QUEUED and percent:
        state = State.RUNNING
    return Report(state=state, remote_id=remote_id, percent=percent or None)


def _done(item: Mapping[str, Any], remote_id: str) -> Report:
    result = item.get("result")
    links = [dig(result, "sample"), *_listed(dig(result, "samples")), *_listed(item.get("output")), *_listed(result)]
    seed = text_of(dig(result, "seed"))
    known = {"seed": seed} if seed.lstrip("-").isdecimal() and len(seed) < 40 else {}
    return Report(
        state=State.DONE,
        remote_id=remote_id,
        media=_media(link for value in links if (link := link_of(value))),
        note=_("Seed: {seed}", seed=seed) if known else None,
        data=known,
    )


def _failed(item: Mapping[str, Any], word: str, remote_id: str) -> Report:
    words = _why(item)
    filtered = _MODERATED.get(word)
    if filtered is not None:
        reason = Text(FILTERED.source, {"what": filtered, "why": words}) if words else filtered
        return Report(state=State.FAILED, remote_id=remote_id, reason=reason)
    return failure(words or ("" if word in _SILENT else first_text(item, "status", "state")), remote_id)


def _why(item: Mapping[str, Any]) -> str:
    """Why it failed, as said in the first place that says something (2.5)."""
    result = item.get("result")
    places = (item.get("details"), item.get("error"), dig(result, "error"), result)
    told = (", ".join(words for value in strings(place) if (words := value.strip())) for place in places)
    return clean(next(filter(None, told), ""))


def _percent(value: Any) -> int | None:
    """Percent from a share of 1, or from percent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = value * 100 if value <= 1 else value
    return round(number) if 0 <= number <= 100 else None


def _media(links: Iterable[str]) -> tuple[Media, ...]:
    return tuple(Media(link, "image", lifetime=_lifetime(link)) for link in dict.fromkeys(links))


def _lifetime(link: str) -> float | None:
    return LIFETIME if link.startswith("http") else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _pictures(payload: Any) -> Iterator[str]:
    """The pictures of an answer in OpenAI's form: by link, or packed into it."""
    inside = unwrap(payload)
    for _layer in range(2):
        if isinstance(inside, dict) and isinstance(inside.get("data"), dict | list):
            inside = inside["data"]
    for item in inside if isinstance(inside, list) else [inside]:
        link = link_of(item) or link_of(dig(item, "url"))
        packed = link or _packed(text_of(dig(item, "b64_json")) or text_of(dig(item, "url")))
        if packed:
            yield packed


def _packed(words: str) -> str:
    """A ``data:`` URL of base64; empty when it does not begin like a picture."""
    letters = "".join(words.rpartition(",")[2].split()) if words.startswith("data:") else "".join(words.split())
    try:
        kind = sniff(base64.b64decode(letters[: HEAD - HEAD % 4], validate=True))
    except ValueError:
        return ""
    return f"data:{kind.mime};base64,{letters}" if kind is not None and kind.family == "image" else ""
