"""What the relay's answers about Midjourney mean (reference ``relay-midjourney-…md`` 1.3 to 1.5, 1.8, 1.9)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.envelope import failure, percent_of, state_of, unwrap
from bot.errors import NO_QUOTA, OVERLOADED, Throttled, Unreadable
from bot.providers.midjourney.buttons import buttons_of, window_of
from bot.task import Media, Report, State
from bot.text import Text, _, quoted
from bot.wire import clean, dig, first_text, link_of, text_of

_ID = re.compile(r"[^\s,/?#]{1,100}")
_WINDOW_WORDS = re.compile(r"confirm|窗口", re.IGNORECASE)
_PROGRESS = re.compile(r"(\d{1,3})")
_KNOWN_STATES = {"SUCCESS", "IN_PROGRESS", "SUBMITTED", "NOT_START", "FAILURE"}
_WORDS = {"modal": State.INPUT, "cancel": State.CANCELLED}
TEXTS = frozenset({"DESCRIBE", "SHORTEN"})
FULL_AGAIN = 45.0
"""Seconds until a request is tried again that a full queue has turned away (1.4, code 23)."""
AHEAD = _("{count} requests are ahead of it at Midjourney.")
BANNED = _("Midjourney does not allow the word “{word}”.")
QUEUE_FULL = _("Midjourney's queue is full.")
SOURCE_GONE = _("The account that made the picture is gone, so that its buttons no longer work.")
_GONE = ("该任务所属渠道已被禁用", "get_channel_info_failed")


def accepted(payload: Any, custom_id: str = "") -> Report:
    """The answer to a request (1.3, 1.4); ``custom_id`` is the button that was pressed, if one was."""
    code = text_of(dig(payload, "code"))
    name = text_of(dig(payload, "result"))
    said = clean(first_text(payload, "description", "message"))
    match code:
        case "23" | "30":
            raise Throttled(QUEUE_FULL if code == "23" else OVERLOADED, f"code {code} {said}", FULL_AGAIN)
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
    if code and said:
        gone = any(word in said for word in _GONE)
        return Report(state=State.FAILED, reason=SOURCE_GONE if gone else quoted(said))
    raise Unreadable(f"no task in {str(payload)[:300]}")


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
        raise Unreadable(f"no links in {str(payload)[:300]}")
    return Report(state=State.DONE, text="\n".join(links), media=tuple(Media(link, "image") for link in links))


def tasks(payload: Any) -> Iterable[Report]:
    """Tasks, in a batch or one (1.8): a bare array, in an envelope, or the bare object."""
    inside = unwrap(payload)
    if isinstance(inside, list):
        return [_task(item) for item in inside if isinstance(item, dict) and text_of(item.get("id"))]
    if isinstance(inside, dict) and text_of(inside.get("id")):
        return [_task(inside)]
    if inside is None:
        return []
    raise Unreadable(f"no tasks in {str(payload)[:300]}")


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
        return Report(state=State.INPUT, remote_id=name, data={"final_prompt": first_text(about, "finalPrompt")})
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
    media = videos or ((Media(picture, "image"),) if picture and "VIDEO" not in action else ())
    return Report(state=State.DONE, remote_id=name, media=media, preview=picture, data=data)


def _videos(item: Mapping[str, Any]) -> tuple[Media, ...]:
    listed = item.get("videoUrls")
    links = [link_of(dig(one, "url")) or link_of(one) for one in listed] if isinstance(listed, list) else []
    single = link_of(item.get("videoUrl")) or link_of(item.get("VideoUrl"))
    found = list(dict.fromkeys(filter(None, links))) or ([single] if single else [])
    return tuple(Media(link, "video") for link in found)
