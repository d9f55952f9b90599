"""Acknowledgement: from an interaction on the gateway to the request that defers it.

People use ``/luma video`` one after the other, a twentieth of a second apart, each for the first time; the bot defers,
then stores the request, submits it and redraws its card, like every day. Measured are the bot with nothing else to do,
the bot with 10,000 tasks in flight that it asks about every ten seconds, and a bot that only defers (``bench.bare``),
each as a process of its own. Interactions leave and requests arrive in this process; the relay is in another.
"""

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

from bench.cards import places
from bench.figures import Figure, p99
from bench.flight import settled
from bench.process import ROOT, Bot
from bench.relay import a_relay
from tests.discord_server import BotProcess, DiscordServer

COUNT = 400
APART = 0.05
WARM = 20
"""Interactions before it counts."""
IN_FLIGHT = 10_000
FOR_EVER = 1e7
WAITED = 1200.0
TIMES = 2.0


async def acknowledge(folder: Path) -> list[Figure]:
    """Both loads, beside the bare bot."""
    idle, busy = folder / "idle", folder / "busy"
    idle.mkdir()
    busy.mkdir()
    async with a_relay() as relay:
        await relay.take(IN_FLIGHT, FOR_EVER)
        async with DiscordServer() as server, _bare(server, folder):
            bare = await _measured(server, "bare")
        async with DiscordServer() as server, Bot(server, relay.url, idle):
            without = await _measured(server, "luma video")
        async with DiscordServer() as server:
            await settled(busy, server, relay.url, places(server, IN_FLIGHT), time.time() - WAITED)
            async with Bot(server, relay.url, busy, {"POLL_INTERVAL": "10"}) as bot:
                await bot.reported(IN_FLIGHT)
                within = await _measured(server, "luma video")
    return [*_figures("nothing in flight", without, bare), *_figures(f"{IN_FLIGHT} in flight", within, bare)]


def _bare(server: DiscordServer, folder: Path) -> BotProcess:
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    return BotProcess(server, [sys.executable, "-m", "bench.bare"], environ, cwd=folder)


async def _measured(server: DiscordServer, command: str) -> list[float]:
    """Milliseconds until each was deferred."""
    guild = server.guild("Bench")
    room = guild.create_text_channel("room")
    people = [server.user(f"person{number}") for number in range(COUNT + WARM)]
    sent = {}
    for number, person in enumerate(people):
        await asyncio.sleep(APART)
        begin = time.monotonic()
        handle = await server.slash(person, room, command, prompt=f"a fox, number {number}")
        sent[f"/interactions/{handle.id}/{handle.record.token}/callback"] = begin
        await handle.acknowledged(10.0)
    counted = set(list(sent)[WARM:])
    return [(entry.at - sent[entry.path]) * 1000 for entry in server.log if entry.path in counted]


def _figures(name: str, ours: list[float], bare: list[float]) -> list[Figure]:
    return [
        Figure(f"{name}: p50", statistics.median(ours), "ms", None, f"bare bot {statistics.median(bare):.1f}"),
        Figure(f"{name}: p99", p99(ours), "ms", TIMES * p99(bare), f"bare bot {p99(bare):.1f}"),
    ]
