"""What the relay's answers to Recraft's requests mean (reference ``relay-midjourney-…md`` 3.3): it is final."""

import base64
import re
from typing import Any

from bot.envelope import unwrap
from bot.errors import Refused, Unreadable
from bot.sniff import HEAD, SVG, sniff
from bot.task import Media, Report, State
from bot.text import _, quoted
from bot.wire import clean, first_text, link_of, said

LIFETIME = 86400.0
"""Seconds that a link lives (0.4)."""
RASTER = "raster"
"""The recipe of an SVG's preview."""
PREVIEW = "preview"
NO_PICTURE = _("Recraft answered without a picture. It may have been charged.")
NOT_ALL = _("Recraft did not give all of the pictures.")
_MOST = 16
"""Pictures of one answer that are believed; Recraft makes at most six."""
_NESTING = 3
_ID = re.compile(r"[\w-]{1,100}")
_HEAD_LETTERS = -(-HEAD // 3) * 4
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_MISSING = re.compile(
    r"\b(?:image|file)s?\d?\b.{0,40}\b(?:missing|required|needed|empty|not (?:given|provided|found|present))\b"
    r"|\b(?:missing|requires?|required|no|without|expected)\b.{0,40}\b(?:image|file)s?\d?\b",
    re.IGNORECASE | re.DOTALL,
)


def drawn(payload: Any, *, vector: bool = False) -> Report:
    """The pictures of an answer, in a list or single (3.3 A, B); with ``vector`` their links lead to SVGs.

    Each SVG comes twice: as it is, and as a picture that everybody can see.
    """
    items = _items(payload, _NESTING)
    if items is None:
        raise Unreadable("no picture", payload)
    found = [media for item in items[:_MOST] if (media := _media(item, vector=vector)) is not None]
    if found:
        previews = [_preview(one) for one in found if one.kind == "file"]
        note = NOT_ALL if len(found) < len(items[:_MOST]) else None
        return Report(state=State.DONE, media=(*found, *previews), note=note)
    words = clean(said(payload))
    return Report(state=State.FAILED, reason=quoted(words) if words else NO_PICTURE)


def style(payload: Any) -> Report:
    """The answer to a new style: its id (3.3 C)."""
    name = first_text(unwrap(payload), "id", "style_id")
    if not _ID.fullmatch(name):
        raise Unreadable("no style", payload)
    return Report(state=State.DONE, remote_id=name, text=name, data={"style_id": name})


def names_missing_picture(refusal: Refused) -> bool:
    """Whether a refusal says that there was no picture in the request: it stood under another name (3.2).

    Then nothing was done, and so nothing charged. Only a status that says "your request is wrong" is believed.
    """
    words = str(refusal.text.values.get("message", ""))
    return refusal.status in {400, 415, 422} and _MISSING.search(words) is not None


def _items(value: Any, depth: int) -> list[Any] | None:
    """What may be pictures: a list, bare or under ``data``, or what is under ``image``; ``None``: no such shape."""
    if isinstance(value, list):
        return value if all(isinstance(item, dict) for item in value) or _media(value[0], vector=False) else None
    if not isinstance(value, dict) or not depth:
        return None
    if value.get("image"):
        return value["image"] if isinstance(value["image"], list) else [value["image"]]
    if "data" in value:
        return _items(unwrap(value), depth - 1)
    return [value] if {"url", "b64_json"} & value.keys() else [] if "image" in value else None


def _media(item: Any, *, vector: bool) -> Media | None:
    """One picture: its link, or the picture itself."""
    given = [item] if isinstance(item, str) else [first_text(item, "url"), first_text(item, "b64_json")]
    link = next(filter(None, map(link_of, given)), "")
    if link:
        is_svg = vector or link.partition("?")[0].lower().endswith(".svg")
        return Media(link, "file" if is_svg else "image", lifetime=LIFETIME)
    return next(filter(None, map(_unpacked, given)), None)


def _unpacked(packed: str) -> Media | None:
    """A picture that came in the answer, bare or as a ``data:`` URL; what it is, its first bytes tell."""
    bare = "".join((packed.partition(",")[2] if packed[:5].lower() == "data:" else packed).split())
    head = bare[:_HEAD_LETTERS]
    if len(head) % 4 or not _BASE64.fullmatch(head):
        return None
    kind = sniff(base64.b64decode(head)[:HEAD])
    if kind is None or kind.family != "image":
        return None
    return Media(f"data:{kind.mime};base64,{bare}", "file" if kind is SVG else "image")


def _preview(svg: Media) -> Media:
    return Media(svg.url, "image", PREVIEW, svg.lifetime, recipe=RASTER)
