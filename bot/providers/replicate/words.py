"""The inputs of a model as users write them: ``key=value`` lines, or one JSON object."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.errors import Invalid
from bot.text import _
from bot.wire import loads

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,99}")
_SEPARATOR = re.compile(r'=\s*"(?:[^"\\\n]|\\.)*"|(?P<end>\n|;(?=\s*[A-Za-z_][\w.-]*\s*=))')
"""Between two inputs: a new line, or a ``;`` before the next ``key=`` that does not stand in quotes."""


def inputs_of(words: str) -> dict[str, Any]:
    """The inputs by name; raises :class:`Invalid` with what is wrong with them.

    A value that reads like JSON (``7``, ``0.5``, ``true``, ``"7"``, ``[1, 2]``) is that; any other is a text.
    """
    bare = words.strip()
    if bare.startswith(("{", "[")):
        return _object(bare)
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, _lines(bare))):
        name, equals, value = line.partition("=")
        if not equals:
            raise Invalid(
                _(
                    "“{line}” has no `=`. Write each input as `key=value` in its own line, or all of them as JSON.",
                    line=line[:100],
                )
            )
        if not value.strip():
            raise Invalid(_("“{field}” is empty.", field=name.strip()[:100]))
        add(found, _name(name.strip()), _value(value.strip()))
    return found


def add(found: dict[str, Any], name: str, value: Any) -> None:
    """Put one more input to the others; raises :class:`Invalid` when it is there already."""
    if name in found:
        raise Invalid(_("The input “{name}” is given twice: leave one of them out.", name=name))
    found[name] = value


def _lines(words: str) -> Iterator[str]:
    start = 0
    for match in _SEPARATOR.finditer(words):
        if match["end"]:
            yield words[start : match.start()]
            start = match.end()
    yield words[start:]


def _name(words: str) -> str:
    if not _NAME.fullmatch(words):
        raise Invalid(_("“{name}” cannot be the name of an input.", name=words[:100]))
    return words


def _value(words: str) -> Any:
    try:
        return loads(words)
    except ValueError:
        return words


def _object(words: str) -> dict[str, Any]:
    try:
        found = loads(words)
        json.loads(words, object_pairs_hook=_once)
    except Invalid:
        raise
    except ValueError as error:
        why = str(error)
        raise Invalid(_("The inputs begin like JSON, but they are none: {why}.", why=why)) from None
    if not isinstance(found, dict):
        raise Invalid(_("The inputs must be one JSON object, with a name for each of them."))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        add(found, name, value)
    return found
