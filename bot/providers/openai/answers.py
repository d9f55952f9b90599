"""What the relay's answers about pictures, sounds and words mean (reference ``relay-suno-…md`` 5.2 to 5.4, 5.7)."""

import base64
import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.envelope import unwrap
from bot.errors import Unreadable
from bot.sniff import HEAD, JSON, SRT, TEXT, VTT, Kind, sniff
from bot.task import Media, Report, State
from bot.text import _, clock
from bot.wire import CONTENT, MIME, clean, dig, first_text, link_of, number_of, text_of, words_in

LIFETIME = 3600.0
"""Seconds that the link of a picture works (5.2)."""
LONG = 2500
"""Characters of words that a card shows whole; longer ones come as a file, too."""
NOTHING_HEARD = _("No words were heard in it.")
NOT_FLAGGED = _("Nothing in it is flagged.")
FLAGGED = _("It is flagged.")
SHOWN = 5
"""Categories that are named when nothing is flagged."""
Form = Literal["json", "text", "srt", "vtt", "verbose_json"]
"""How a transcript is written (5.4)."""
_SUBTITLES = {"srt": SRT, "vtt": VTT}


def pictures(payload: Any) -> Report:
    """Pictures by link, or packed into the answer; what is not there may be an empty string (5.2)."""
    items = list(_items(payload))
    found = [link for item in items if (link := _picture(item))]
    if not found:
        raise Unreadable("no picture", payload)
    revised = list(dict.fromkeys(words for item in items if (words := first_text(item, "revised_prompt"))))
    return Report(
        state=State.DONE,
        media=tuple(Media(link, "image", lifetime=LIFETIME if link.startswith("http") else None) for link in found),
        note=_("The model worked from this: {prompt}", prompt=clean(revised[0], 500)) if len(revised) == 1 else None,
    )


def _items(payload: Any) -> Iterator[Any]:
    inside = unwrap(payload)
    if isinstance(inside, dict) and isinstance(inside.get("data"), list):  # in an envelope
        inside = inside["data"]
    yield from inside if isinstance(inside, list) else ()


def _picture(item: Any) -> str:
    return link_of(dig(item, "url")) or _unpacked(dig(item, "b64_json")) or _unpacked(dig(item, "url"))


def _unpacked(value: Any) -> str:
    """A ``data:`` URL of base64, with or without such a beginning; ``""`` when it is no picture."""
    letters = "".join(words_in(value).rpartition(",")[2].split())
    try:
        kind = sniff(base64.b64decode(letters[: HEAD - HEAD % 4], validate=True))
    except ValueError:
        return ""
    return f"data:{kind.mime};base64,{letters}" if kind is not None and kind.family == "image" else ""


def speech(payload: Any) -> Report:
    """The sound itself (5.4)."""
    content = dig(payload, CONTENT)
    kind = sniff(content[:HEAD]) if isinstance(content, bytes) else None
    if kind is None or kind.family != "audio":
        raise Unreadable("no sound", text_of(dig(payload, MIME)) or payload)
    return Report(state=State.DONE, media=(Media(_packed(content, kind), "audio"),))


def _packed(content: bytes, kind: Kind) -> str:
    return f"data:{kind.mime};base64,{base64.b64encode(content).decode()}"


def transcript(payload: Any, form: Form) -> Report:
    """The words of a recording, in the form that was asked for (5.4)."""
    content, inside = dig(payload, CONTENT), unwrap(payload)
    if isinstance(content, bytes):
        words = content.decode("utf-8-sig", "replace")
    elif isinstance(inside, str) or isinstance(dig(inside, "text"), str):
        words = inside if isinstance(inside, str) else inside["text"]
    else:
        raise Unreadable("no words", payload)
    words = words.replace("\0", "").strip()
    if not words or words == "WEBVTT":
        return Report(state=State.FAILED, reason=NOTHING_HEARD)
    if form in _SUBTITLES:
        return Report(state=State.DONE, media=(_file(f"{words}\n", _SUBTITLES[form]),))
    media: tuple[Media, ...] = (_file(words, TEXT),) if len(words) > LONG else ()
    if form == "verbose_json" and content is None and isinstance(inside, dict):
        media = (_file(json.dumps(inside, ensure_ascii=False, indent=1), JSON),)
    return Report(state=State.DONE, text=words, media=media, note=_about(inside))


def _file(words: str, kind: Kind) -> Media:
    return Media(_packed(words.encode("utf-8", "replace"), kind), "file")


def _about(inside: Any) -> Any:
    """The language that was heard, and how long it lasts."""
    language, seconds = text_of(dig(inside, "language")), number_of(dig(inside, "duration"))
    if not language or seconds is None or seconds < 0:
        return None
    return _("Language: {language} · {length}", language=language[:40], length=clock(seconds))


def moderation(payload: Any) -> Report:
    """Which categories a text falls into, those that are flagged first (5.7)."""
    results = dig(unwrap(payload), "results")
    if not isinstance(results, list) or not any(isinstance(dig(one, "flagged"), bool) for one in results):
        raise Unreadable("no verdict", payload)
    flagged = [name for one in results for name, said in _members(one, "categories") if said is True]
    scores = {
        name: number
        for one in results
        for name, said in _members(one, "category_scores")
        if (number := number_of(said)) is not None
    }
    likely = sorted(scores, key=lambda name: -scores[name])
    bad = any(dig(one, "flagged") is True for one in results)
    shown = [name for name in likely if name in flagged] + [
        name for name in dict.fromkeys(flagged) if name not in scores
    ]
    lines = [_line("🚩", name, scores) for name in shown] or [_line("▫️", name, scores) for name in likely[:SHOWN]]
    return Report(
        state=State.DONE, text="\n".join(lines) or ("🚩" if bad else "▫️"), note=FLAGGED if bad else NOT_FLAGGED
    )


def _members(result: Any, name: str) -> Iterator[tuple[str, Any]]:
    found = dig(result, name)
    yield from found.items() if isinstance(found, dict) else ()


def _line(sign: str, name: str, scores: dict[str, float]) -> str:
    return f"{sign} {name[:80]}" + (f" · {scores[name]:.2f}" if name in scores else "")
