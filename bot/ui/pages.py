"""A long answer as messages: split where a reader would, and every message with its code fences closed. Pure."""

import re
from dataclasses import dataclass

from bot.talk import FENCE, going_on, reopening

LIMIT = 2000
"""Characters of a message (reference ``discord.md`` 5)."""
MOST = 5
"""Messages of one answer; what goes beyond is attached as a file."""
BLANKS = LIMIT // 5
"""Blanks in a row that are not shown where a message ends or begins."""
_CLOSE = f"\n{FENCE}"
_WORD = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an answer: its words as they are, and what opens the code that began on an earlier page."""

    words: str
    opening: str = ""

    @property
    def shown(self) -> str:
        """The content of the message; of blanks by the thousand, which no message bears, nothing is shown."""
        whole = _closed(self.opening + self.words)
        return whole if len(whole) <= LIMIT else _closed(self.opening + self.words.strip())

    @property
    def blank(self) -> bool:
        """Whether there is nothing to be seen yet."""
        return not self.words.strip()


def _closed(words: str) -> str:
    return words + _CLOSE if words.count(FENCE) % 2 else words


def pages(answer: str, opening: str = "") -> list[Page]:
    """``answer`` in parts that fit, whose words joined are the answer. A part does not change as the answer grows.

    ``opening`` opens the code in which the answer before broke off.
    """
    found, start, opening = [], 0, going_on(answer, opening)
    while True:
        room = LIMIT - len(opening) - len(_CLOSE)
        begin = _past_blanks(answer, start)
        if len(answer) - begin <= room:
            found.append(Page(answer[start:], opening))
            return found
        end = _past_blanks(answer, begin + _cut(answer[begin : begin + room + 1]))
        found.append(Page(answer[start:end], opening))
        if end == len(answer):
            return found
        opening = reopening(opening + answer[start:end])
        start = end


def _past_blanks(answer: str, start: int) -> int:
    """Where words begin again, if so many blanks stand at ``start`` that they would make a message without words."""
    words = _WORD.search(answer, start)
    end = words.start() if words else len(answer)
    return end if end - start >= BLANKS else start


def split(answer: str, opening: str = "") -> tuple[list[Page], str]:
    """The parts that are shown as messages, and the rest (``""``: there is none), which opens code that goes on."""
    found = pages(answer, opening)
    return found[:MOST], "".join(
        [*(page.opening for page in found[MOST : MOST + 1]), *(page.words for page in found[MOST:])]
    )


def _cut(window: str) -> int:
    """Where the window's words are parted: after a paragraph, a line, a word, or at worst anywhere.

    The window is one character longer than what fits.
    """
    most, least = len(window) - 1, len(window) * 2 // 5
    for end in ("\n\n", "\n", " "):
        at = window.rfind(end, least, most)
        if at >= 0:
            return _before_code(window, at + len(end) if at + len(end) <= most else at, least)
    at = most
    while at > least and window[at] == "`" and window[at - 1] == "`":  # a fence stays whole
        at -= 1
    return at


def _before_code(window: str, at: int, least: int) -> int:
    """``at``, or where the code begins that would be cut through there, if that is not too early."""
    if window[:at].count(FENCE) % 2 == 0:
        return at
    begin = window.rfind(FENCE, 0, at)
    return begin if begin > least and window[begin - 1] == "\n" else at
