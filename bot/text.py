"""Sentences that a user may read: an English source plus the values it names.

A :class:`Text` travels through the engine, the store and the errors untranslated; only the edge that shows it
(``bot.ui.i18n``) turns it into the reader's language. ``_("…")`` is the marker the catalogue test extracts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """``source`` is English with ``{named}`` places; ``values`` fills them and may hold further texts."""

    source: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.source, {name: str(value) for name, value in self.values.items()})


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


def clock(seconds: float) -> str:
    """A length as ``m:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def listed(names: str) -> list[str]:
    """The parts of a comma-separated list, without spaces and empty ones."""
    return [part.strip() for part in names.split(",") if part.strip()]
