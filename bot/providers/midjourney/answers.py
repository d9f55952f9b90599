"""What the relay's answers about Midjourney mean (reference ``relay-midjourney-…md`` 1.3 to 1.5, 1.8, 1.9)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.envelope import failure, percent_of, state_of, unwrap
from bot.errors import NO_QUOTA, OVERLOADED, CallFailed, NotOffered, Refused, Throttled, Unreadable
from bot.providers.midjourney.buttons import buttons_of, window_of
from bot.task import Media, Report, State
from bot.text import Text, _, quoted
from bot.wire import clean, dig, explain, first_text, link_of, text_of

_ID = re.compile(r"[^\s,/?#]{1,100}")
_WINDOW_WORDS = re.compile(r"confirm|窗口", re.IGNORECASE)
_PROGRESS = re.compile(r"(\d{1,3})")
_MOVES = re.compile(r"::(?:video|animate)", re.IGNORECASE)
"""In the ids of buttons that make videos (1.7): their clips may come later than the word that all is done."""
_KNOWN_STATES = {"SUCCESS", "IN_PROGRESS", "SUBMITTED", "NOT_START", "FAILURE"}
_WORDS = {"modal": State.INPUT, "cancel": State.CANCELLED}
TEXTS = frozenset({"DESCRIBE", "SHORTEN"})
FULL_AGAIN = 45.0
"""Seconds until a request is tried again that a full queue has turned away (1.4, code 23)."""
AHEAD = _("{count} requests are ahead of it at Midjourney.")
BANNED = _("Midjourney does not allow the word “{word}”.")
QUEUE_FULL = _("Midjourney's queue is full.")
SOURCE_GONE = _("The account that made the picture is gone, so that its buttons no longer work.")
_MEANT = (
    (re.compile(r"该任务所属渠道已被禁用|get_channel_info_failed"), SOURCE_GONE),
    (re.compile(r"quota|余额|额度", re.IGNORECASE), NO_QUOTA),
    (re.compile(r"unknown_action"), _("This relay does not offer that feature.")),
)
"""What a relay's words of refusal mean to a user (1.11)."""
_UNKNOWN_TASK = {"task_not_found", "task_no_found"}
_NO_UPSTREAM = "readObjectStart"
"""How the words begin when what stands behind the relay answered a path that it lacks with a web page (1.11)."""


def accepted(payload: Any, custom_id: str = "") -> Report:
    """The answer to a request (1.3, 1.4); ``custom_id`` is the button that was pressed, if one was."""
    code = text_of(dig(payload, "code"))
    name = text_of(dig(payload, "result"))
    said = clean(first_text(payload, "description", "message"))
    match code:
        case "23" | "30":
            raise _busy(code, said)
        case "24":
            word = first_text(dig(payload, "properties"), "bannedWord")
            return Report(state=State.FAILED, reason=BANNED if not word else Text(BANNED.source, {"word": word}))
        case "25":
            return Report(state=State.FAILED, reason=NO_QUOTA)
        case "21" if _ID.fullmatch(name):
            return _existed(payload, name, said, custom_id)
        case "1" | "22" | "0" if _ID.fullmatch(name):
            count = text_of(dig(payload, "properties", "numberOfQueues")) if code == "22" else ""
            note = Text(AHEAD.source, {"count": count}) if count else None
            return Report(state=State.QUEUED, remote_id=name, note=note)
    if dig(payload, "error"):  # the gateway's own refusal, under the status of success (0.3)
        said = clean(explain(payload)[1])
    if said and (code or dig(payload, "error")):
        return Report(state=State.FAILED, reason=_meant(said) or quoted(said))
    raise Unreadable("no task", payload)


def judged(status: int, code: str, words: str) -> CallFailed | None:
    """What a refusal with an HTTP status means (0.3, 1.11); ``None``: what the status says.

    A number as its code is Midjourney's own word: then even 404 does not say that the relay lacks the path.
    """
    detail = f"HTTP {status} code {code} {words}"
    if words.startswith(_NO_UPSTREAM):
        return NotOffered(detail)
    if not code.isdecimal() or status in {401, 402, 429} or status >= 500:
        return None
    if code in {"23", "30"}:
        return _busy(code, words)
    known = "task_not_exist" if words in _UNKNOWN_TASK else code
    return Refused(_meant(words) or _("The relay refused: {message}", message=words), detail, known, status)


def _busy(code: str, words: str) -> Throttled:
    return Throttled(QUEUE_FULL if code == "23" else OVERLOADED, f"code {code} {words}", FULL_AGAIN)


def _meant(words: str) -> Text | None:
    return next((sentence for pattern, sentence in _MEANT if pattern.search(words)), None)


def _existed(payload: Any, name: str, said: str, custom_id: str) -> Report:
    """Code 21: the same was done before, or a window waits for its user (1.5)."""
    about = dig(payload, "properties")
    known = first_text(about, "status").upper() in _KNOWN_STATES or bool(link_of(dig(about, "imageUrl")))
    waits = bool(_WINDOW_WORDS.search(said)) or dig(about, "remix") is True or bool(window_of(custom_id))
    if not known and waits:
        return Report(state=State.INPUT, remote_id=name, data={"final_prompt": first_text(about, "finalPrompt")})
    return Report(state=State.QUEUED, remote_id=name)


def uploaded(payload: Any) -> Report:
    """Pictures that were put onto Midjourney's server (1.6 (9)); the answer is the result."""
    found = dig(payload, "result")
    links = [link for one in (found if isinstance(found, list) else [found]) if (link := link_of(one))]
    if not links:
        said = clean(first_text(payload, "description", "message"))
        if said:
            return Report(state=State.FAILED, reason=quoted(said))
        raise Unreadable("no links", payload)
    return Report(state=State.DONE, text="\n".join(links), media=tuple(Media(link, "image") for link in links))


def tasks(payload: Any) -> Iterable[Report]:
    """Tasks, in a batch or one (1.8, 5): a bare array, in an envelope or two, or the bare object."""
    inside = unwrap(payload)
    if isinstance(inside, dict) and isinstance(inside.get("data"), list):
        inside = inside["data"]
    if isinstance(inside, list):
        return (_task(item) for item in inside if isinstance(item, dict) and text_of(item.get("id")))
    if isinstance(inside, dict) and text_of(inside.get("id")):
        return [_task(inside)]
    if inside is None:
        return []
    raise Unreadable("no tasks", payload)


def _task(item: Mapping[str, Any]) -> Report:
    name = text_of(item.get("id"))
    word = text_of(item.get("status")).lower()
    why = first_text(item, "failReason", "fail_reason")
    state = _WORDS.get(word) or state_of(word)
    if state is State.FAILED or (not word and why):
        return failure(why, name)
    if state is State.CANCELLED:
        return Report(state=State.CANCELLED, remote_id=name, reason=quoted(clean(why)) if why else None)
    about = item.get("properties")
    if state is State.INPUT:
        words = first_text(about, "finalPrompt")
        return Report(state=State.INPUT, remote_id=name, data={"final_prompt": words} if words else {})
    picture = link_of(item.get("imageUrl"))
    if state is State.DONE:
        return _done(item, name, picture)
    found = _PROGRESS.search(text_of(item.get("progress")))
    percent = percent_of(found[1]) if found and state is State.RUNNING else None
    return Report(state=state, remote_id=name, percent=percent, preview=picture)


def _done(item: Mapping[str, Any], name: str, picture: str) -> Report:
    about, action = item.get("properties"), text_of(item.get("action")).upper()
    data = {
        "buttons": buttons_of(item.get("buttons")),
        "prompt": first_text(about, "finalPrompt") or first_text(item, "promptEn", "prompt"),
        "made_by": action,
    }
    if action in TEXTS:
        text = first_text(about, "finalPrompt") or first_text(item, "promptEn", "prompt")
        words = text or first_text(about, "finalZhPrompt")
        return Report(state=State.DONE, remote_id=name, text=words, preview=picture, data=data)
    videos = _videos(item)
    moves = "VIDEO" in action or _MOVES.search(text_of(item.get("customId")))
    media = videos or ((Media(picture, "image"),) if picture and not moves else ())
    return Report(state=State.DONE, remote_id=name, media=media, preview=picture, data=data)


def _videos(item: Mapping[str, Any]) -> tuple[Media, ...]:
    listed = item.get("videoUrls")
    links = [link_of(dig(one, "url")) or link_of(one) for one in listed] if isinstance(listed, list) else []
    single = link_of(item.get("videoUrl")) or link_of(item.get("VideoUrl"))
    found = list(dict.fromkeys(filter(None, links))) or ([single] if single else [])
    return tuple(Media(link, "video") for link in found)
