"""Who may take a worker's places, where its steps wait for others: for a file server, or for Discord."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any

ASIDE_AFTER = 5.0
"""Seconds after which a step that still waits leaves its place to the next."""


class Places:
    """``width`` places for steps that are quick. One that is not stands aside, until there are ``most`` in all.

    Whatever steps have in common (their user, their channel, the server of their files) can be given a share, so that
    it holds up only those who have it in common too. ``wake`` is called when something becomes free before its step
    ends.
    """

    def __init__(self, width: int, most: int, wake: Callable[[], None]) -> None:
        self._width, self._most, self._wake = width, most, wake
        self._running = 0
        self._aside = 0
        self._held: Counter[Hashable] = Counter()

    @property
    def room(self) -> int:
        """How many steps may begin now."""
        return max(0, min(self._width - self._running + self._aside, self._most - self._running))

    def fair(self, shares: Mapping[Hashable, int]) -> bool:
        """Whether none of ``shares`` (each with how many steps it may have at a time) is used up."""
        return all(self._held[name] < share for name, share in shares.items())

    def take(self, shares: Mapping[Hashable, int]) -> "Seat":
        """A place and the ``shares``, for a step that begins now."""
        return Seat(self, shares)


class Seat:
    """A place, and the shares that go with it, until :meth:`of` a step ends."""

    def __init__(self, places: Places, shares: Mapping[Hashable, int]) -> None:
        self._places = places
        self._shares = set(shares)
        self._aside = 0
        places._running += 1
        places._held.update(self._shares)
        self._timer = asyncio.get_running_loop().call_later(ASIDE_AFTER, self._stand_aside)

    def of(self, step: asyncio.Task[Any]) -> None:
        """Leave when ``step`` ends."""
        step.add_done_callback(lambda _step: self._leave())

    def give_back(self, *shares: Hashable) -> None:
        """These are needed no more, although the step goes on."""
        self._drop(self._shares & {*shares})
        self._places._wake()

    def _stand_aside(self) -> None:
        self._aside = 1
        self._places._aside += 1
        self._places._wake()

    def _leave(self) -> None:
        self._timer.cancel()
        self._places._running -= 1
        self._places._aside -= self._aside
        self._drop(self._shares)

    def _drop(self, shares: set[Hashable]) -> None:
        self._shares = self._shares - shares
        self._places._held -= Counter(shares)  # which forgets those at zero
