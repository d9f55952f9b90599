"""The relay simulator as its own process, so that its work is not taken for the bot's.

It prints its address. Then each line on its standard input is an order, a JSON array of a word and its arguments, and
is answered with one line: ``move`` a standing clock by seconds, ``take`` so many tasks that run for so many seconds,
``calls``: how many calls and how many ids in them there were since that was last asked.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.flight import Busy

KEY = "sk-good"
START, PACE = 1_790_000_000.0, 10.0
ROOT = Path(__file__).parents[1]


class RelayProcess:
    """The other end of the process: gives it its orders."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.url = url
        self.now = START
        self._process = process

    async def move(self, seconds: float) -> None:
        """Let time pass, for a relay whose clock stands still."""
        await self._order("move", seconds)
        self.now += seconds

    async def take(self, count: int, run: float) -> None:
        """Have it know the tasks of ``bench.flight`` with numbers below ``count``."""
        await self._order("take", count, run)

    async def calls(self) -> tuple[int, int]:
        """How many calls there were since this was last asked, and how many ids in them."""
        calls, ids = await self._order("calls")
        return calls, ids

    async def _order(self, *words: object) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def a_relay(*, latency: float = 0.0, still: bool = False) -> AsyncIterator[RelayProcess]:
    """A relay in a process of its own that answers after ``latency`` seconds; its clock may stand ``still``."""
    pipe = asyncio.subprocess.PIPE
    argv = [sys.executable, "-m", "bench.relay", "--latency", str(latency), *(["--still"] if still else [])]
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, cwd=ROOT)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield RelayProcess(process, (await process.stdout.readline()).decode().strip())
    finally:
        process.stdin.close()
        await process.wait()


class Orders:
    """What the process does when it is told to."""

    def __init__(self, *, still: bool) -> None:
        self._now = START
        self.relay = Busy(clock=self._standing if still else time.time, pace=PACE if still else 1.0)

    def obey(self, word: str, *given: Any) -> Any:
        """Carry out one order; what it comes to."""
        orders: dict[str, Callable[..., Any]] = {"move": self._move, "take": self._take, "calls": self._calls}
        return orders[word](*given)

    def _standing(self) -> float:
        return self._now

    def _move(self, seconds: float) -> None:
        self._now += seconds

    def _take(self, count: int, run: float) -> None:
        for number in range(count):
            self.relay.take(number, KEY, run)

    def _calls(self) -> tuple[int, int]:
        calls = list(self.relay.calls)
        self.relay.calls.clear()
        return len(calls), sum(len(call.json["ids"]) if isinstance(call.json, dict) else 1 for call in calls)


async def serve(latency: float, *, still: bool) -> None:
    """Answer calls and obey, until the standard input ends."""
    orders = Orders(still=still)
    async with orders.relay as relay:
        if latency:
            relay.faults.add(times=None, delay=latency)
        print(relay.url, flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(orders.obey(*json.loads(line))), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--still", action="store_true")
    chosen = parser.parse_args()
    os.nice(10)  # elsewhere it is another machine's work
    asyncio.run(serve(chosen.latency, still=chosen.still))
