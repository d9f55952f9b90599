"""Midjourney's buttons: which of them can be used, what they are called, and which of them open a window.

Wire: reference ``relay-midjourney-…md`` 1.7.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from bot.step import NextStep
from bot.task import Task
from bot.text import Text, _
from bot.wire import text_of

KEY = "mj"
PER_ROW, MOST = 5, 20
"""Buttons of a row, and as many as leave a row for what every card has."""
GREEN = 3
LONGEST_EMOJI = 16
_OF_EMOJI = {"So", "Sm", "Sk", "Me", "Mn", "Cf", "Nd", "Po"}
"""Unicode's categories of what emoji are made of."""
_WINDOWS = (
    (re.compile(r"::Inpaint::"), "inpaint"),
    (re.compile(r"::CustomZoom(::|$)"), "zoom"),
    (re.compile(r"::PicReader::", re.IGNORECASE), "picreader"),
    (re.compile(r"::PromptAnalyzer::", re.IGNORECASE), "shorten"),
    (re.compile(r"::video::.*manual", re.IGNORECASE), "video"),
)
_NAMES = (
    (re.compile(r"::upsample::(\d)"), "U{}"),
    (re.compile(r"::variation::(\d)"), "V{}"),
    (re.compile(r"::video_virtual_upscale::(\d)"), "U{}"),
    (re.compile(r"::(?:PicReader|PromptAnalyzer)::(\d)", re.IGNORECASE), "{}"),
)
SPLIT = NextStep("mj-split", _("Split"), "🔲", "split")
CONTINUE = NextStep("mj-continue", _("Continue"), "✏️")


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the relay's: what it is called at Midjourney, and its look."""

    id: str
    label: str
    emoji: str
    used: bool = False

    @property
    def name(self) -> str:
        """What it is called in a sentence: ``U2``, ``Vary (Region)``, ``🔄``."""
        return self.label or self.emoji

    @property
    def window(self) -> str:
        """The kind of window that it opens for certain (:func:`window_of`)."""
        return window_of(self.id)


def window_of(custom_id: str) -> str:
    """The kind of window that a button opens for certain: ``inpaint``, ``zoom``, ``picreader``, … or ``""`` (1.7)."""
    return next((kind for pattern, kind in _WINDOWS if pattern.search(custom_id)), "")


def buttons_of(value: Any) -> list[dict[str, Any]]:
    """The buttons of a task that can be used, as they are kept with it: no bookmarks, no links."""
    found = (
        [one for item in value if isinstance(item, dict) for one in _button(item)] if isinstance(value, list) else []
    )
    return found[:MOST]


def _button(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = text_of(item.get("customId"))
    if not name.startswith("MJ::") or "BOOKMARK" in name.upper() or name.lower().endswith("::all") or len(name) > 500:
        return
    label, emoji = text_of(item.get("label"))[:80], emoji_of(item.get("emoji"))
    if not label and not emoji:
        known = (words.format(found[1]) for pattern, words in _NAMES if (found := pattern.search(name)))
        label = next(known, "") or _kind_of(name)
    if label or emoji:
        yield {"id": name, "label": label, "emoji": emoji, "used": item.get("style") == GREEN}


def emoji_of(value: Any) -> str:
    """``value`` when it is an emoji of Unicode, else ``""``.

    Midjourney has some of its own; of those a relay passes on the name alone (``upscale_1``), and Discord refuses a
    card with such a button.
    """
    found = text_of(value)
    kinds = {category(letter) for letter in found}
    drawn = bool(kinds & {"So", "Sm", "Me"}) and kinds <= _OF_EMOJI
    return found if drawn and len(found) <= LONGEST_EMOJI else ""


def _kind_of(name: str) -> str:
    """What a button does that has neither name nor emoji: ``pan left``."""
    _mj, family, *more = name.split("::")
    return (more[0] if family.upper() == "JOB" and more else family).replace("_", " ")[:80]


def kept(task: Task) -> list[Button]:
    """The buttons of a finished task."""
    stored = task.data.get("buttons")
    return [Button(**one) for one in stored] if isinstance(stored, list) else []


def next_steps(task: Task) -> Sequence[tuple[NextStep, int | None]]:
    """The buttons in the relay's order, five in a row."""
    found = [
        NextStep(
            KEY,
            Text("{label}", {"label": button.label}),
            button.emoji,
            argument=str(number),
            row=number // PER_ROW,
            style=GREEN if button.used else 2,
        )
        for number, button in enumerate(kept(task))
    ]
    grid = any("::upsample::" in button.id for button in kept(task)) and all(one.kind == "image" for one in task.media)
    return [*((step, None) for step in found), *([(SPLIT, None)] if grid else [])]
