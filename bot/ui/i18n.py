"""The reader's language: catalogues in ``bot/locale/<locale>.po``, English being the source.

Babel reads the catalogues; a sentence that a catalogue lacks is shown in English.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from bot.text import Text, fill

FOLDER = Path(__file__).parent.parent / "locale"
DISCORD_LOCALES = {"zh-CN": "zh_CN"}
"""Which catalogue serves which of Discord's locales."""


@cache
def catalogue(name: str) -> Mapping[str, str]:
    """Source to translation of the named catalogue."""
    with (FOLDER / f"{name}.po").open("rb") as file:
        found = read_po(file, locale=name)
    return {
        message.id: message.string
        for message in found
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


def say(text: Text, locale: str) -> str:
    """``text`` in the language of one of Discord's locales."""
    return fill(translated(text.source, locale), {name: _value(value, locale) for name, value in text.values.items()})


def translated(source: str, locale: str) -> str:
    """A source sentence in the language of one of Discord's locales, its places still open."""
    name = DISCORD_LOCALES.get(locale)
    return catalogue(name).get(source, source) if name else source


def _value(value: object, locale: str) -> str:
    return say(value, locale) if isinstance(value, Text) else str(value)


def localized(node: Mapping[str, Any]) -> dict[str, Any]:
    """A command, option or choice as discord.py describes it to Discord, with its translations.

    Descriptions, choices and the names in a message's menu are translated; names that are typed stay English.
    """
    key = "description" if "description" in node else "name"
    source = node[key]
    found = {locale: said for locale in DISCORD_LOCALES if (said := translated(source, locale)) != source}
    inner = {part: [localized(one) for one in node[part]] for part in ("options", "choices") if part in node}
    return {**node, **inner, **({f"{key}_localizations": found} if found else {})}
