"""Limits of application commands that the OpenAPI description does not state."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

Body = Mapping[str, Any]

SUBCOMMAND, GROUP = 1, 2
CHAT_INPUT, USER, MESSAGE = 1, 2, 3

_MAX_COMMANDS = {CHAT_INPUT: 100, USER: 5, MESSAGE: 5}
_KINDS = {CHAT_INPUT: "slash commands", USER: "user menus", MESSAGE: "message menus"}
_MAX_CHARACTERS = 8000
_MAX_ITEMS = 25
_MAX_SAFE_INTEGER = 2**53 - 1
_SCRIPTS = ((0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x11B00, 0x11B5F), (0x0E01, 0x0E3A), (0x0E40, 0x0E5B))


def command_problems(payloads: Sequence[Body]) -> list[str]:
    """Problems of a whole set of commands, as a bulk overwrite registers it."""
    return list(_problems_of(json.dumps(payloads)))


@lru_cache(maxsize=16)
def _problems_of(commands: str) -> list[str]:
    """The commands are registered alike by many tests, and checked once."""
    payloads = json.loads(commands)
    return [*_set_problems(payloads), *(problem for payload in payloads for problem in _one(payload))]


def _set_problems(payloads: Sequence[Body]) -> Iterator[str]:
    names = Counter((_kind(payload), payload.get("name")) for payload in payloads)
    for (kind, name), times in names.items():
        if times > 1:
            yield f"{name}: registered {times} times as type {kind}"
    for kind, count in Counter(_kind(payload) for payload in payloads).items():
        if count > _MAX_COMMANDS.get(kind, count):
            yield f"{count} {_KINDS[kind]}, at most {_MAX_COMMANDS[kind]}"


def _one(command: Body) -> Iterator[str]:
    where = str(command.get("name"))
    if _kind(command) != CHAT_INPUT:
        yield from _menu(where, command)
        return
    yield from _names(where, command)
    yield from _options(where, command.get("options") or [], depth=0)
    size = command_size(command)
    if size > _MAX_CHARACTERS:
        yield f"{where}: {size} characters in names, descriptions and choices, at most {_MAX_CHARACTERS}"


def _menu(where: str, command: Body) -> Iterator[str]:
    for locale, name in _texts(command, "name"):
        if not 1 <= len(name) <= 32:
            yield f"{where}: name{locale} has {len(name)} characters, 1 to 32 allowed"
    if command.get("description") or command.get("options"):
        yield f"{where}: a context menu has no description and no options"


def _names(where: str, item: Body) -> Iterator[str]:
    for locale, name in _texts(item, "name"):
        if not 1 <= len(name) <= 32:
            yield f"{where}: name{locale} has {len(name)} characters, 1 to 32 allowed"
        elif not all(_allowed(char) for char in name):
            yield f"{where}: name{locale} {name!r} has a character that is not allowed"
        elif name != name.lower():
            yield f"{where}: name{locale} {name!r} is not lower case"
    for locale, text in _texts(item, "description"):
        if not 1 <= len(text) <= 100:
            yield f"{where}: description{locale} has {len(text)} characters, 1 to 100 allowed"


def _allowed(char: str) -> bool:
    if char in "-_'" or unicodedata.category(char)[0] in "LN":
        return True
    return any(first <= ord(char) <= last for first, last in _SCRIPTS)


def _options(where: str, options: Sequence[Body], *, depth: int) -> Iterator[str]:
    if len(options) > _MAX_ITEMS:
        yield f"{where}: {len(options)} options, at most {_MAX_ITEMS}"
    kinds = [option.get("type") for option in options]
    nested = [kind in {SUBCOMMAND, GROUP} for kind in kinds]
    if any(nested) and not all(nested):
        yield f"{where}: subcommands and plain options side by side"
    if any(nested) and (depth == 2 or (depth == 1 and GROUP in kinds)):
        yield f"{where}: nested too deeply, only command, group, subcommand is possible"
    yield from _order(where, options)
    yield from _unique(where, options)
    for option in options:
        inner = f"{where} {option.get('name')}"
        yield from _names(inner, option)
        children = option.get("options") or []
        if option.get("type") == GROUP and any(child.get("type") != SUBCOMMAND for child in children):
            yield f"{inner}: a group holds only subcommands"
        if option.get("type") in {SUBCOMMAND, GROUP}:
            yield from _options(inner, children, depth=2 if option.get("type") == SUBCOMMAND else depth + 1)
        else:
            yield from _values(inner, option)


def _order(where: str, options: Sequence[Body]) -> Iterator[str]:
    optional: str | None = None
    for option in options:
        if option.get("type") in {SUBCOMMAND, GROUP}:
            continue
        if not option.get("required"):
            optional = str(option.get("name"))
        elif optional is not None:
            yield f"{where}: required option {option.get('name')!r} comes after optional {optional!r}"


def _unique(where: str, options: Sequence[Body]) -> Iterator[str]:
    locales = {locale for option in options for locale in option.get("name_localizations") or {}}
    plain = Counter(option.get("name") for option in options)
    yield from (f"{where}: option name {name!r} used {n} times" for name, n in plain.items() if n > 1)
    for locale in sorted(locales):
        shown = Counter((option.get("name_localizations") or {}).get(locale, option.get("name")) for option in options)
        yield from (f"{where}: option name {name!r} used {n} times in {locale}" for name, n in shown.items() if n > 1)


def _values(where: str, option: Body) -> Iterator[str]:
    choices = option.get("choices") or []
    if len(choices) > _MAX_ITEMS:
        yield f"{where}: {len(choices)} choices, at most {_MAX_ITEMS}"
    if choices and option.get("autocomplete"):
        yield f"{where}: choices and autocomplete exclude each other"
    for choice in choices:
        for locale, name in _texts(choice, "name"):
            if not 1 <= len(name) <= 100:
                yield f"{where}: choice name{locale} has {len(name)} characters, 1 to 100 allowed"
        value = choice.get("value")
        if isinstance(value, str) and len(value) > 100:
            yield f"{where}: choice value has {len(value)} characters, at most 100"
    for key in ("min_value", "max_value"):
        if abs(option.get(key) or 0) > _MAX_SAFE_INTEGER:
            yield f"{where}: {key} is beyond ±(2^53-1)"


def command_size(item: Body) -> int:
    """Characters that count into the limit of 8000; of localised texts the longest counts."""
    own = sum(max(len(text) for _, text in _texts(item, key)) for key in ("name", "description"))
    choices = sum(
        max(len(name) for _, name in _texts(choice, "name")) + len(str(choice.get("value", "")))
        for choice in item.get("choices") or []
    )
    return own + choices + sum(command_size(option) for option in item.get("options") or [])


def _texts(item: Body, key: str) -> list[tuple[str, str]]:
    """The default text and every localisation, each with how to call it in a problem."""
    localised = item.get(f"{key}_localizations") or {}
    return [("", str(item.get(key) or "")), *((f" ({locale})", str(text)) for locale, text in localised.items())]


def _kind(command: Body) -> int:
    return int(command.get("type") or CHAT_INPUT)
