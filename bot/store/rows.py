"""What the repositories share: values that a database takes, words that can be searched, sentences as they were."""

from typing import Any

from bot.text import Text

SEARCHED = 400
"""Characters at the beginning of a prompt that a search looks at."""


def storable(value: Any) -> Any:
    """``value``; words without what a database refuses (NUL, half of a surrogate pair)."""
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value


def searchable(words: str) -> str:
    """``words`` as they are compared: without case in every script, which the databases only do for ASCII."""
    return words.casefold()[:SEARCHED]


def escaped(words: str) -> str:
    """``words`` for LIKE with the escape ``!``."""
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def sentence(stored: Any) -> Any:
    """A sentence as it was before it was stored: the sentences among its values are sentences again."""
    if not (isinstance(stored, dict) and stored.keys() == {"source", "values"}):
        return stored
    return Text(stored["source"], {name: sentence(value) for name, value in stored["values"].items()})
