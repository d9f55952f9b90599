"""The reader's language: catalogues in ``bot/locale/<locale>.po``, English being the source.

Babel reads the catalogues; a sentence that a catalogue lacks is shown in English.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import discord
from babel.messages.pofile import read_po
from discord import app_commands

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


_Where = app_commands.TranslationContextLocation
_NAMES = frozenset({_Where.command_name, _Where.group_name, _Where.parameter_name})


class CommandTranslator(app_commands.Translator):
    """Gives Discord the translations of command descriptions, options, choices and of the names in a message's menu;
    names that are typed stay English."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The translation for ``locale``, or ``None`` where English serves."""
        if context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu):
            return None
        found = translated(string.message, locale.value)
        return found if found != string.message else None
