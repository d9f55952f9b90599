"""What a server or the operator does not want in prompts: words and regular expressions. Pure, and bounded in time.

A rule is words (whole ones, in any case), or between slashes a regular expression: ``/foo.*bar/``. They come from
people who may not know what a regular expression can cost, so each gets a few milliseconds (package ``regex``,
because the standard library's cannot be stopped).
"""

from collections.abc import Iterable

import regex

from bot.errors import Invalid
from bot.text import _

MOST, LONGEST = 200, 200
"""Rules of a server, and characters of one."""
SECONDS = 0.02
"""What a rule may take."""
LOOKED_AT = 20_000
"""Characters of a prompt that are looked at."""


def checked(rule: str) -> str:
    """``rule`` as it is stored; raises :class:`Invalid` when it cannot be used."""
    bare = " ".join(rule.split())
    if not bare.strip("/ "):
        raise Invalid(_("A rule needs at least one word."))
    if len(bare) > LONGEST:
        raise Invalid(_("A rule has at most {limit} characters.", limit=LONGEST))
    try:
        _compiled(bare)
    except regex.error as error:
        raise Invalid(_("That is no regular expression: {why}", why=str(error)[:200])) from None
    return bare


def broken(rules: Iterable[str], words: str) -> str | None:
    """The first of ``rules`` that ``words`` break; one that takes too long counts as not broken."""
    looked_at = words[:LOOKED_AT]
    for rule in rules:
        try:
            if _compiled(rule).search(looked_at, timeout=SECONDS):
                return rule
        except (TimeoutError, regex.error):
            continue
    return None


def _compiled(rule: str) -> "regex.Pattern[str]":
    if len(rule) > 2 and rule.startswith("/") and rule.endswith("/"):
        return regex.compile(rule[1:-1], regex.IGNORECASE)
    return regex.compile(rf"(?<!\w){regex.escape(rule)}(?!\w)", regex.IGNORECASE)
