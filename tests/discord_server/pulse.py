"""Waiting for a condition that is looked at again whenever anything in the simulated Discord changes."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """The heartbeat of a changing world: `beat()` after every change, `until()` to wait for a condition."""

    def __init__(self, explain: Callable[[], str]) -> None:
        self._explain = explain
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Make every waiter look at its condition again."""
        current, self._next = self._next, asyncio.Event()
        current.set()

    async def until(self, condition: Callable[[], T | None], seconds: float) -> T:
        """In: a condition and the longest wait. Out: its first truthy value, else TimeoutError with the story."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := condition()):
                    await self._next.wait()
        except TimeoutError:
            raise TimeoutError(f"nothing satisfied the condition within {seconds} s\n{self._explain()}") from None
        return value
