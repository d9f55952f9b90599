"""Sentences that a user may read: an English source plus the values it names.

A :class:`Text` travels through the engine, the store and the errors untranslated; only the edge that shows it
(``bot.ui.i18n``) turns it into the reader's language. ``_("…")`` is the marker the catalogue test extracts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"\{(\w+)\}")
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
"""A flag that is drawn from hidden letters (Scotland, Wales)."""
_SEEN = r"[^\x00-\x7f\u2000-\u206f]"
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"({_FLAG})|[{_HIDDEN}]|(?<!{_SEEN})[\u200c\u200d]|[\u200c\u200d](?!{_SEEN})")
"""Control characters, those that turn the direction of words round, and others that nobody sees. The two joiners stay
where they join: emoji, and letters of scripts that need them."""
_MARKS = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARKS}{{4}}){_MARKS}+")
"""More marks on a letter than any language needs: they cover the lines above."""


@dataclass(frozen=True, slots=True)
class Text:
    """``source`` is English with ``{named}`` places; ``values`` fills them and may hold further texts."""

    source: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.source, {name: str(value) for name, value in self.values.items()})

    @property
    def ours(self) -> str:
        """The sentence without what others have put into it: of its values only numbers and further texts."""
        known = {name: value for name, value in self.values.items() if isinstance(value, Text | int | float)}
        return fill(
            self.source, {name: value.ours if isinstance(value, Text) else str(value) for name, value in known.items()}
        )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put ``values`` into ``template``; a place nobody filled stays visible instead of raising.

    What is put in is not looked at again: braces in somebody's words stay as they are.
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


def _(source: str, /, **values: object) -> Text:
    """Mark ``source`` for translation and bind the values of its places."""
    return Text(source, values)


def quoted(words: str) -> Text:
    """Somebody else's words (a provider's reason), shown as they are in every language."""
    return Text("{words}", {"words": words})


def bare(words: str) -> str:
    """``words`` on one line, without anything in them that is not seen."""
    seen = _INVISIBLE.sub(lambda found: found[1] or " ", words)
    return " ".join(_STACKED.sub(r"\1", seen).split())


def clock(seconds: float) -> str:
    """A length as ``m:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def listed(names: str) -> list[str]:
    """The parts of a comma-separated list, without spaces and empty ones."""
    return [part.strip() for part in names.split(",") if part.strip()]
