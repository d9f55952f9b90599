"""How much one user may ask of the bot within a few seconds: what comes faster is not looked at.

Discord hands on every click. Answering each of a thousand would take the requests, and the time, of everybody else.
"""

import math
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from enum import Enum

from bot.text import _

WINDOW = 10.0
"""Seconds that are looked back on."""
TYPING = 3
"""Suggestions while typing that may be asked for in place of one click: Discord asks with every few letters."""
SLIP = 1.0
"""Seconds in which the same click is a slip of the finger."""
REMEMBERED = 10_000
"""Users after whom those are forgotten who have been quiet."""


TOO_FAST = _("That is too fast for me. Take a breath, then go on.")


class Verdict(Enum):
    """What to do with something that a user did: answer it, say that it is too fast, or leave it unanswered."""

    ANSWER = "answer"
    SAY_SO = "say so"
    IGNORE = "ignore"


class Pace:
    """Lets through ``most`` clicks, commands and forms of each user in :data:`WINDOW` seconds; 0: as many as come.

    ``clock`` gives seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._seen: dict[tuple[int, bool], deque[float]] = {}
        self._told: dict[int, float] = {}

    def clicked(self, user_id: int) -> Verdict:
        """A user clicked, gave a command, sent a form or spoke; within a window it is said once that it is too fast."""
        if self._admits((user_id, False), self._most):
            return Verdict.ANSWER
        now = self._clock()
        if now - self._told.get(user_id, now - WINDOW) < WINDOW:
            return Verdict.IGNORE
        self._told[user_id] = now
        return Verdict.SAY_SO

    def typed(self, user_id: int) -> bool:
        """Whether a user who types is to be given suggestions."""
        return self._admits((user_id, True), self._most * TYPING)

    def _admits(self, who: tuple[int, bool], most: int) -> bool:
        if not self._most:
            return True
        now = self._clock()
        if len(self._seen) >= REMEMBERED:
            self._forget(now)
        seen = self._seen.setdefault(who, deque(maxlen=most))
        if len(seen) == most and now - seen[0] < WINDOW:
            return False
        seen.append(now)
        return True

    def _forget(self, now: float) -> None:
        """Leave out whoever has been quiet."""
        self._seen = {who: seen for who, seen in self._seen.items() if now - seen[-1] < WINDOW}
        self._told = {user_id: at for user_id, at in self._told.items() if now - at < WINDOW}


class Slips:
    """Tells a click from its repetitions, of which nothing shall come: what is done may cost money.

    ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun: dict[Hashable, float] = {}

    @contextmanager
    def once(self, click: Hashable, slip: float = SLIP) -> Iterator[bool]:
        """Whether to do what ``click`` asks for: not while that is being done, nor within ``slip`` seconds of it."""
        now = self._clock()
        if now < self._begun.get(click, now):
            yield False
            return
        if len(self._begun) >= REMEMBERED:
            self._begun = {known: until for known, until in self._begun.items() if until > now}
        self._begun[click] = math.inf
        try:
            yield True
        finally:
            self._begun[click] = now + slip
