"""Time to result: from the relay's success to the message that holds the media.

200 tasks end at moments spread evenly over a minute. The bot is a process of its own, and Discord's budgets are
enforced: five edits in five seconds for a channel, five requests in two seconds for an interaction's token, fifty in a
second for everything but tokens. Two kinds of cards:

- *fresh*: asked for within the last quarter of an hour. Midjourney pictures, asked about every 5 s; their cards are
  edited by the interaction's own token, so that all may be in one channel.
- *old*: the relay took them 20 minutes ago. Luma, Suno and Midjourney, asked about every 30 s at that age; their tokens
  are over, they are edited in the bot's own name and share their channel's budget.

**The bound.** A result that is there cannot be known before the next question, so it is known at most one interval
later. Then it needs one edit, which has to fit into the budgets. So the bound is what a system without any work of its
own would need that learns of every result exactly one interval after it is there, and gives each the first edit that
its budgets have left, in that order (:func:`ideal`). Results that are known earlier never leave such a queue later:
no other phase of the questions is worse. Downloading, uploading and everything else must fit into what a target of 1.2
times the bound leaves.
"""

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cards import places
from bench.figures import Figure, p99
from bench.flight import Busy, remote_id, row, store
from bench.process import KEY, Bot
from tests.discord_server import DiscordServer, LogEntry

COUNT = 200
SPREAD = 60.0
SLACK = 1.2
FRESH_EVERY, OLD_EVERY = 5.0, 30.0
OLD = 1200.0
CHANNEL, EVERYTHING = (5, 5.0), (50, 1.0)
"""Budgets: requests in seconds."""
PATIENCE = 60.0
FOR_EVER = 1e7


@dataclass
class Result:
    """One task: what the relay calls it, which budget pays for its card (``""``: its own), and when it was where.

    ``finished`` is when the relay was done, ``shown`` when its message had the media (``time.monotonic``)."""

    job: str
    channel: str = ""
    finished: float = 0.0
    shown: float | None = None

    @property
    def took(self) -> float:
        """Seconds from the success to the message."""
        return (self.shown or float("inf")) - self.finished


class Budget:
    """So many requests in a window that begins with its first."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._ends, self._used = 0.0, 0

    def next(self, now: float) -> float:
        """When a request that is wanted at ``now`` or later is possible."""
        return self._ends if now < self._ends and self._used >= self._most else now

    def spend(self, now: float) -> None:
        """It is made."""
        if now >= self._ends:
            self._ends, self._used = now + self._seconds, 0
        self._used += 1


def ideal(results: Sequence[Result], interval: float) -> list[float]:
    """Seconds from each success to its edit in a system that only has to ask and to keep the budgets."""
    channels: dict[str, Budget] = defaultdict(lambda: Budget(*CHANNEL))
    everything = Budget(*EVERYTHING)
    found = []
    for result in sorted(results, key=lambda one: one.finished):
        at = result.finished + interval
        if result.channel:
            budgets = (channels[result.channel], everything)
            while (later := max(budget.next(at) for budget in budgets)) > at:
                at = later
            for budget in budgets:
                budget.spend(at)
        found.append(at - result.finished)
    return found


async def results(folder: Path) -> list[Figure]:
    """Fresh cards in one channel and in fifty, and old ones in fifty, all in the same minute; two bots."""
    old = folder / "old"
    old.mkdir()
    found = await asyncio.gather(_fresh(folder), _old(old, 50, "200 old cards in 50 channels"))
    return [figure for some in found for figure in some]


async def crowd(folder: Path) -> list[Figure]:
    """Old cards that share one channel: more than its budget bears."""
    return await _old(folder, 1, "200 old cards in one channel")


async def _fresh(folder: Path) -> list[Figure]:
    async with Busy() as relay, DiscordServer(limits=True) as server:
        relay.hold = True
        relay.media_url = f"{relay.url}/media/thumbnail/bench-16x9.jpg"
        async with Bot(server, relay.url, folder) as bot:
            one, fifty = await asyncio.gather(_asked(server, relay, 1), _asked(server, relay, 50))
            await bot.reported(2 * COUNT)
            await asyncio.gather(_played(relay, [*one.values()]), _played(relay, [*fifty.values()]))
            await _shown(server, one | fifty, lambda entry: entry.path.split("/")[3])
            await bot.stop()
    return [
        *_figures("200 fresh cards in one channel", list(one.values()), FRESH_EVERY),
        *_figures("200 fresh cards in 50 channels", list(fifty.values()), FRESH_EVERY),
    ]


async def _asked(server: DiscordServer, relay: Busy, channels: int) -> dict[str, Result]:
    """Ask for as many pictures, each by somebody else; by the tokens of their cards."""
    guild = server.guild(f"Fresh {channels}")
    rooms = [guild.create_text_channel(f"room-{number}") for number in range(channels)]
    handles = {}
    for number in range(COUNT):
        prompt = f"picture {number} of {channels}"
        person = server.user(f"fresh{channels}x{number}")
        handles[prompt] = await server.slash(person, rooms[number % channels], "midjourney imagine", prompt=prompt)
        await handles[prompt].acknowledged(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while len(jobs := {job.prompt: job.id for job in relay.paid() if job.prompt in handles}) < COUNT:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {len(jobs)} of {COUNT} pictures were asked for")
        await asyncio.sleep(0.1)
    return {handle.record.token: Result(jobs[prompt]) for prompt, handle in handles.items()}


async def _old(folder: Path, channels: int, name: str) -> list[Figure]:
    async with Busy() as relay, DiscordServer(limits=True) as server:
        relay.media_url = f"{relay.url}/media/thumbnail/bench-16x9.jpg"
        for number in range(COUNT):
            relay.take(number, KEY, FOR_EVER)
        cards, now = places(server, COUNT, channels=channels), time.time()
        await store(folder, [row(number, card, now - OLD, now - OLD) for number, card in enumerate(cards)])
        found = {
            str(card.message_id): Result(remote_id(number), str(card.channel_id)) for number, card in enumerate(cards)
        }
        async with Bot(server, relay.url, folder) as bot:
            await bot.reported(COUNT)
            await _played(relay, list(found.values()))
            await _shown(server, found, lambda entry: entry.path.split("/")[-1])
            await bot.stop()
    return _figures(name, list(found.values()), OLD_EVERY)


async def _played(relay: Busy, some: Sequence[Result]) -> None:
    """Let the relay finish them, in any order, evenly over the time."""
    begin, order = time.monotonic(), random.sample(some, len(some))
    for number, result in enumerate(order):
        await asyncio.sleep(begin + SPREAD * number / len(order) - time.monotonic())
        relay.finish(result.job)
        result.finished = time.monotonic()


async def _shown(server: DiscordServer, some: dict[str, Result], name_of: Callable[[LogEntry], str]) -> None:
    """Wait until every message has its media, or for too long."""
    deadline, seen = time.monotonic() + PATIENCE + sum(result.channel != "" for result in some.values()), 0
    while time.monotonic() < deadline and any(result.shown is None for result in some.values()):
        for entry in server.log[seen:]:
            if entry.status is None:
                break
            seen += 1
            if entry.method == "PATCH" and entry.status == 200 and entry.files and name_of(entry) in some:
                some[name_of(entry)].shown = entry.at
        await asyncio.sleep(0.2)


def _figures(name: str, some: list[Result], interval: float) -> list[Figure]:
    took, bound = [result.took for result in some], ideal(some, interval)
    return [
        Figure(f"{name}: p50", statistics.median(took), "s", None, f"bound {statistics.median(bound):.1f}"),
        Figure(f"{name}: p99", p99(took), "s", SLACK * p99(bound), f"bound {p99(bound):.1f}"),
    ]
