"""What polling costs with 100, 1,000 and 10,000 tasks in flight: Luma, Suno and Midjourney, a third each.

The bot is the real one in a process of its own, between a simulated Discord and the relay simulator in two others: its
processor time, memory and event loop are its own. All tasks are asked about every ten seconds, all at the same moment
(``POLL_INTERVAL=10``; of themselves Midjourney's are asked about every five), and stand still meanwhile: what is
measured is the asking. Everything that this costs in ten seconds is counted, not only what the poller does.

Beside it stands what ``bench.naive`` needs for the same tasks in the same ten seconds.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.cards import places
from bench.figures import Figure
from bench.flight import fall_due, prompt_of, provider_of, remote_id, settled
from bench.naive import EVERY, Order, Outcome, compared
from bench.process import KEY, Bot, cpu, lag, peak
from bench.relay import RelayProcess, a_relay
from bot.lookup import Batch
from bot.provider import providers
from bot.task import Place
from tests.discord_server import DiscordServer

SIZES = (100, 1_000, 10_000)
INTERVAL = 10.0
ROUNDS = 2
FOR_EVER = 1e7
"""Seconds that the relay works on each task: nothing is finished while it is measured, no percentage moves."""
BATCH = 50
WAITED = 1200.0
"""Seconds that the tasks stood in line before the relay took them: none of their cards is redrawn at the start."""
STARTED_WITHIN = 8.0
"""Seconds that the bot may take to start."""
CPU, MEMORY, LAG = 0.5, 150.0, 20.0
"""What a round of the largest size may cost: processor seconds, MiB, milliseconds that the loop is late (p99)."""


@dataclass(frozen=True)
class Cost:
    """What a round costs: calls, processor seconds, edits; MiB at most; milliseconds that the loop was late."""

    calls: float
    cpu: float
    edits: float
    memory: float
    late: float
    latest: float


async def polling(folder: Path) -> list[Figure]:
    """The cost of a round at each size, beside the naive way."""
    found: list[Figure] = []
    async with a_relay() as relay, DiscordServer() as server:
        await relay.take(max(SIZES), FOR_EVER)
        cards = places(server, max(SIZES))
        for count in SIZES:
            place = folder / str(count)
            place.mkdir()
            await settled(place, server, relay.url, cards[:count], time.time() - WAITED)
            found += _figures(
                count, await _ours(place, server, relay, count), await _naive(server, relay, cards[:count])
            )
    return found


async def _ours(folder: Path, server: DiscordServer, relay: RelayProcess, count: int) -> Cost:
    """The bot's cost of a round."""
    begin = -(-(time.time() + STARTED_WITHIN) // INTERVAL) * INTERVAL
    await fall_due(folder, begin)
    async with Bot(server, relay.url, folder, {"POLL_INTERVAL": str(INTERVAL)}) as bot:
        await asyncio.sleep(begin - 1.0 - time.time())
        before, used, edits = await bot.seen(), cpu(bot.pid), len(server.requests("PATCH"))
        await relay.calls()
        await asyncio.sleep(INTERVAL * ROUNDS)
        (calls, ids), used = await relay.calls(), cpu(bot.pid) - used
        after, memory = await bot.seen(), peak(bot.pid)
        if ids != count * ROUNDS:
            raise SystemExit(f"{ids} questions in {ROUNDS} rounds about {count} tasks: this measures nothing")
        found = Cost(
            calls / ROUNDS,
            used / ROUNDS,
            (len(server.requests("PATCH")) - edits) / ROUNDS,
            memory,
            lag(before, after, 0.99),
            lag(before, after, 1.0),
        )
        await bot.stop()
    return found


async def _naive(server: DiscordServer, relay: RelayProcess, cards: list[Place]) -> Outcome:
    """What the naive way costs in as many seconds as a round of ours is long."""
    tasks = [
        (_question(number), card.channel_id, card.message_id, prompt_of(number)) for number, card in enumerate(cards)
    ]
    found = await compared(Order(relay.url, KEY, server.api_url, server.token, tasks, INTERVAL))
    await relay.calls()
    return found


def _question(number: int) -> str:
    """The path at which the relay answers for one task."""
    lookup = providers()[provider_of(number)].lookup
    assert isinstance(lookup, Batch)
    return lookup.ask(remote_id(number)).path


def _figures(count: int, ours: Cost, naive: Outcome) -> list[Figure]:
    fewest = sum(-(-tasks // BATCH) for tasks in Counter(map(provider_of, range(count))).values())
    largest = count == max(SIZES)
    due = count * INTERVAL / EVERY
    late = f", {naive.calls / due:.0%} of what was due" if naive.calls < due * 0.95 else ""
    name = f"{count} in flight"
    return [
        Figure(
            f"{name}: relay calls a round",
            ours.calls,
            "calls",
            fewest,
            f"naive {naive.calls}{late}: {naive.calls / ours.calls:.0f} x",
        ),
        Figure(
            f"{name}: CPU a round",
            ours.cpu,
            "s",
            CPU if largest else None,
            f"naive {naive.cpu:.2f}: {naive.cpu / max(ours.cpu, 0.01):.0f} x",
        ),
        Figure(f"{name}: edits a round", ours.edits, "edits", 0, f"naive {naive.edits}"),
        Figure(f"{name}: memory", ours.memory, "MiB", MEMORY if largest else None, f"naive {naive.memory:.0f}"),
        Figure(f"{name}: loop lag p99", ours.late, "ms", LAG, f"largest {ours.latest:.0f}, naive p99 {naive.lag:.0f}"),
    ]
