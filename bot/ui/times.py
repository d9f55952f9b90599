"""Times that users type: seconds, or minutes and seconds."""

import re

from bot.errors import Problem
from bot.text import _

_TIME = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,4}(?:[.,]\d{1,3})?)\s*s?")


def seconds_of(words: str, option: str) -> float:
    """``92``, ``92.5``, ``1:32`` or ``1:01:32`` in seconds; raises :class:`Problem` that names the ``option``."""
    found = _TIME.fullmatch(words.strip())
    if found is None:
        given = words.strip()[:20]
        raise Problem(_("`{option}` is no time: “{given}”. Write seconds (92.5) or 1:32.", option=option, given=given))
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))
