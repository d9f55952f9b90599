"""The way that other bots of the field go about it: one loop for each task, which asks about it every five seconds and
edits its message each time. With discord.py and one aiohttp session; nothing else is in this process.

In its favour there are no budgets of Discord's here, which it could not keep beyond some 250 tasks at 50 edits a
second. It reads one line of JSON (:class:`Order`) and writes one (:class:`Outcome`).
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import discord

from bench.figures import p99
from bench.process import resident

ROOT = Path(__file__).parents[1]
EVERY = 5.0
GRAIN = 0.02


@dataclass(frozen=True)
class Order:
    """Where everything is: ``tasks`` are (path at the relay, channel, message, prompt). Measured are ``seconds``."""

    relay: str
    key: str
    discord: str
    token: str
    tasks: Sequence[tuple[str, int, int, str]]
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What it came to: calls and edits, processor seconds, MiB, milliseconds that the loop was late (p99)."""

    calls: int
    edits: int
    cpu: float
    memory: float
    lag: float


class Naive:
    """The loops and what they did."""

    def __init__(self, order: Order, client: discord.Client, session: aiohttp.ClientSession) -> None:
        self.calls = self.edits = 0
        self.late: list[float] = []
        self._order = order
        self._client = client
        self._session = session

    async def follow(self, path: str, channel_id: int, message_id: int, prompt: str) -> None:
        """One task, until it is finished (which none is)."""
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        begun = time.monotonic()
        await asyncio.sleep(random.random() * EVERY)
        while True:
            async with self._session.get(self._order.relay + path) as answer:
                found = await answer.json()
            self.calls += 1
            shown = (found or {}).get("status") or "running"
            elapsed = f"{shown}, {time.monotonic() - begun:.0f} s"
            await message.edit(embed=discord.Embed(title="In progress", description=f"{prompt}\n{elapsed}"))
            self.edits += 1
            await asyncio.sleep(EVERY)

    async def watch(self) -> None:
        """See how late the loop is."""
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(GRAIN)
            self.late.append((time.perf_counter() - begin - GRAIN) * 1000)


async def compared(order: Order) -> Outcome:
    """Run it in a process of its own."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.naive", stdin=pipe, stdout=pipe, cwd=ROOT
    )
    said, _nothing = await process.communicate(json.dumps(asdict(order)).encode())
    return Outcome(**json.loads(said))


async def _run(order: Order) -> Outcome:
    discord.http.Route.BASE = order.discord
    client = discord.Client(intents=discord.Intents.none())
    async with client, aiohttp.ClientSession(headers={"Authorization": f"Bearer {order.key}"}) as session:
        await client.login(order.token)
        naive = Naive(order, client, session)
        loops = [asyncio.create_task(naive.follow(*task)) for task in order.tasks]
        loops.append(asyncio.create_task(naive.watch()))
        await asyncio.sleep(EVERY)  # until all loops turn
        naive.calls = naive.edits = 0
        naive.late.clear()
        cpu = time.process_time()
        await asyncio.sleep(order.seconds)
        found = Outcome(naive.calls, naive.edits, time.process_time() - cpu, resident("self"), p99(naive.late))
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
    return found


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_run(Order(**json.load(sys.stdin)))))))
