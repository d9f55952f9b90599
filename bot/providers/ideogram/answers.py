"""What the relay's answers to Ideogram's requests mean (reference ``relay-midjourney-…md`` 4.5): it is final."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.envelope import opened
from bot.errors import Refused, Unreadable
from bot.task import Media, Report, State
from bot.text import Text, _
from bot.wire import dig, first_text, link_of, text_of

LIFETIME = 86400.0
"""Seconds that a link lives (0.4)."""
WITHHELD = _("Ideogram's safety check withheld {count} of {total} pictures.")
ALL_WITHHELD = _("Ideogram's safety check withheld every picture. Other words, or another picture, may pass.")
NO_PICTURE = _("Ideogram answered without a picture.")
NO_WORDS = _("Ideogram found no words for this picture.")
MOST = 20
"""Pictures or descriptions of one answer that are believed; Ideogram makes at most eight pictures."""
_NESTING = 3
_OTHER_FORM = re.compile(r"content[ -]?type|media type|multipart|\bjson\b|invalid character '-'", re.IGNORECASE)


def pictures(payload: Any, asked: str = "") -> Report:
    """The pictures of an answer, those left out that were withheld; ``asked`` is the prompt they were asked for with.

    Where Ideogram drew from other words than these (the magic prompt), they are told.
    """
    items = _items(payload, "data")
    rows = [item for item in items or () if isinstance(item, dict) and {"url", "is_image_safe"} & item.keys()]
    if items is None or (items and not rows):
        raise Unreadable("no pictures", payload)
    if not rows:
        return Report(state=State.FAILED, reason=NO_PICTURE)
    drawn = [row for row in rows[:MOST] if _is_safe(row) and link_of(row.get("url"))]
    if not drawn:
        return Report(state=State.FAILED, reason=ALL_WITHHELD)
    missing = len(rows[:MOST]) - len(drawn)
    prompts = list(dict.fromkeys(words for row in drawn if (words := text_of(row.get("prompt"))) and words != asked))
    return Report(
        state=State.DONE,
        media=tuple(Media(link_of(row.get("url")), "image", lifetime=LIFETIME) for row in drawn),
        text=_told(prompts),
        note=Text(WITHHELD.source, {"count": missing, "total": missing + len(drawn)}) if missing else None,
        data={"pictures": [_about(row) for row in drawn]},
    )


def descriptions(payload: Any) -> Report:
    """The answer to a picture: descriptions of it."""
    items = _items(payload, "descriptions")
    if items is None:
        raise Unreadable("no descriptions", payload)
    found = [words for item in items[:MOST] if (words := text_of(item) or text_of(dig(item, "text")))]
    if not found:
        return Report(state=State.FAILED, reason=NO_WORDS)
    text = found[0] if len(found) == 1 else "\n\n".join(f"{number}. {one}" for number, one in enumerate(found, start=1))
    return Report(state=State.DONE, text=text, data={"descriptions": found})


def wants_other_form(refusal: Refused) -> bool:
    """Whether a refusal speaks of how the request was written, not of what it says (4.4): nothing was done."""
    said = str(refusal.text.values.get("message", ""))
    return refusal.status == 415 or (refusal.status == 400 and _OTHER_FORM.search(said) is not None)


def _items(payload: Any, name: str) -> list[Any] | None:
    """The list called ``name``: bare, or inside of some layers of ``data``; ``None``: there is none."""
    for _layer in range(_NESTING):
        payload = opened(payload)
        if isinstance(payload, list):
            return payload
        inside = dig(payload, name)
        payload = dig(payload, "data") if inside is None else inside
    return payload if isinstance(payload, list) else None


def _is_safe(row: Mapping[str, Any]) -> bool:
    return str(row.get("is_image_safe")).lower() not in {"false", "0"}


def _told(prompts: Sequence[str]) -> str:
    """The words that were drawn from, beside those that were asked for."""
    numbers = [f"{number}. " for number in range(1, len(prompts) + 1)] if len(prompts) > 1 else [""]
    return "\n".join(f"✨ {number}{words}" for number, words in zip(numbers, prompts, strict=False))


def _about(row: Mapping[str, Any]) -> dict[str, str]:
    """What is known of a picture: its prompt, size, seed and style."""
    found = {
        "prompt": text_of(row.get("prompt")),
        "resolution": first_text(row, "upscaled_resolution", "resolution"),
        "seed": text_of(row.get("seed")),
        "style_type": text_of(row.get("style_type")),
    }
    return {name: words for name, words in found.items() if words}
