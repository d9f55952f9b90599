"""What users write as words and Ideogram takes as values: palettes, style codes, ratios, sizes.

Reference ``relay-midjourney-…md`` 4.2, 4.4.
"""

import re
from typing import Any

from bot.errors import Invalid
from bot.providers.ideogram.tables import PALETTES, PRESETS, constant
from bot.text import _

MOST_COLOURS = 8
LEAST_WEIGHT, MOST_WEIGHT = 5, 100
"""Percent of a colour's weight."""
_BETWEEN = re.compile(r"[\s,;]+")
_COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?:[:=](\d{1,3}(?:\.\d{1,4})?)(%?))?", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-F]{8}")
_PAIR = re.compile(r"(\d{1,5})\s*[:x×_/]\s*(\d{1,5})", re.IGNORECASE)


def palette(words: str) -> str:
    """A palette by its name, or colours with the heaviest first (``#ff5733:60 #203040:40``, percent).

    Raises :class:`Invalid`.
    """
    if constant(words) in PALETTES:
        return str(constant(words))
    found = [_colour(word) for word in _BETWEEN.split(words.strip())]
    if len(found) > MOST_COLOURS:
        raise Invalid(
            _("A palette has at most {most} colours; these are {count}.", most=MOST_COLOURS, count=len(found))
        )
    weights = [weight for _hex, weight in found if weight is not None]
    if weights and len(weights) < len(found):
        raise Invalid(_("Give a weight to every colour of the palette, or to none."))
    found.sort(key=lambda one: one[1] or 0, reverse=True)  # Ideogram wants the weights to fall
    return " ".join(code if weight is None else f"{code}:{weight}" for code, weight in found)


def _colour(word: str) -> tuple[str, int | None]:
    """A colour as ``#RRGGBB`` and its weight in percent, which may be written as a part of one, too."""
    match = _COLOUR.fullmatch(word)
    if match is None:
        raise Invalid(
            _(
                "“{word}” is no palette. Give one of {names}, or colours like #ff5733:60 #203040:40 (in percent).",
                word=word[:40],
                names=", ".join(PALETTES),
            )
        )
    digits = match[1].upper()
    code = "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))
    if match[2] is None:
        return code, None
    share = "." in match[2] and not match[3] and float(match[2]) <= 1
    weight = round(float(match[2]) * (100 if share else 1))
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise Invalid(
            _(
                "The weight of a colour goes from {least} to {most} percent; {colour} has {weight}.",
                least=LEAST_WEIGHT,
                most=MOST_WEIGHT,
                colour=code,
                weight=weight,
            )
        )
    return code, weight


def palette_value(words: str) -> dict[str, Any]:
    """A palette as Ideogram takes it; ``words`` are those of :func:`palette`."""
    if words in PALETTES:
        return {"name": words}
    pairs = [word.partition(":") for word in words.split()]
    return {
        "members": [
            {"color_hex": code, **({"color_weight": int(weight) / 100} if weight else {})}
            for code, _colon, weight in pairs
        ]
    }


def style_codes(words: str) -> str:
    """Style codes between spaces; raises :class:`Invalid`."""
    found = _BETWEEN.split(words.strip().upper())
    for code in found:
        if not _CODE.fullmatch(code):
            raise Invalid(
                _("“{code}” is no style code. A code has eight hexadecimal digits, like 7A3F09C2.", code=code[:40])
            )
    return " ".join(dict.fromkeys(found))


def preset(words: str) -> str:
    """A style preset; raises :class:`Invalid`."""
    found = str(constant(words))
    if found not in PRESETS:
        raise Invalid(_("Ideogram has no style preset “{preset}”. Choose one from the list.", preset=words[:40]))
    return found


def ratio(words: str) -> str:
    """An aspect ratio as ``16:9``, if it is one at all."""
    match = _PAIR.fullmatch(words.strip())
    return f"{match[1]}:{match[2]}" if match else words.strip()[:40]


def size(words: str) -> str:
    """A size as ``1312x736``, if it is one at all."""
    match = _PAIR.fullmatch(words.strip())
    return f"{match[1]}x{match[2]}" if match else words.strip()[:40]
