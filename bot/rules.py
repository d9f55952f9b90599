"""What a server or the operator does not want in prompts: words and regular expressions. Pure, and bounded in time.

A rule is words (whole ones, in any case), or between slashes a regular expression: ``/foo.*bar/``. They come from
people who may not know what a regular expression can cost, so all of them together get a few seconds (package
``regex``, because the standard library's cannot be stopped).

What is looked at is what a reader sees: letters of full width and ligatures are taken apart, what has no width does not
count, and any blanks are as good as one. A word ends where another begins, except in scripts without spaces.
"""

import re
import unicodedata
from collections.abc import Sequence

import regex

from bot.errors import Invalid
from bot.text import _

MOST, LONGEST = 200, 200
"""Rules of a server, and characters of one."""
SECONDS = 3.0
"""What all rules together may take for a prompt."""
TRIAL = 0.1
"""Seconds that a new rule may take for a text that is made to be difficult."""
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_LETTER = rf"[\w--[{_UNSPACED}]]"
_IS_LETTER = regex.compile(rf"(?V1){_LETTER}")
_DIFFICULT = [part * 1500 + "!" for part in ("a", " ", "1", "ab ", "中")]


class TooSlow(Exception):
    """The rules take too long for a prompt."""


def checked(rule: str) -> str:
    """``rule`` as it is stored; raises :class:`Invalid` when it cannot be used."""
    bare = " ".join(rule.split())
    if not bare.strip("/ "):
        raise Invalid(_("A rule needs at least one word."))
    if len(bare) > LONGEST:
        raise Invalid(_("A rule has at most {limit} characters.", limit=LONGEST))
    try:
        for words in _DIFFICULT:
            _compiled(bare).search(words, timeout=TRIAL)
    except regex.error as error:
        raise Invalid(_("That is no regular expression: {why}", why=str(error)[:200])) from None
    except TimeoutError:
        raise Invalid(_("That regular expression takes too long. Make it simpler.")) from None
    return bare


def broken(rules: Sequence[str], words: str) -> str | None:
    """The first of ``rules`` that ``words`` break. Raises :class:`TooSlow`."""
    looked_at = seen(words)
    for rule in rules:
        try:
            if _compiled(rule).search(looked_at, timeout=SECONDS / len(rules)):
                return rule
        except regex.error:
            continue
        except TimeoutError:
            raise TooSlow(rule) from None
    return None


def seen(words: str) -> str:
    """``words`` as a reader sees them."""
    plain = unicodedata.normalize("NFKC", words)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")


def _compiled(rule: str) -> "regex.Pattern[str]":
    if len(rule) > 2 and rule.startswith("/") and rule.endswith("/"):
        return regex.compile(rule[1:-1], regex.IGNORECASE)
    words = seen(rule)
    before = rf"(?<!{_LETTER})" if _IS_LETTER.match(words[:1]) else ""
    after = rf"(?!{_LETTER})" if _IS_LETTER.match(words[-1:]) else ""
    inside = r"\s+".join(re.escape(word) for word in words.split())
    return regex.compile(f"(?V1){before}{inside}{after}", regex.IGNORECASE)
