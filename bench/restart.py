"""Restart: from the start of the process until the bot has asked about all of 10,000 tasks in flight and stored it.

The tasks are new, so that the newest cards are redrawn meanwhile as after every restart.
"""

import time
from pathlib import Path

from bench.cards import places
from bench.figures import Figure
from bench.flight import fall_due, settled
from bench.process import Bot
from bench.relay import a_relay
from tests.discord_server import DiscordServer

IN_FLIGHT = 10_000
FOR_EVER = 1e7
TIMES = 3
TARGET = 5.0


async def restart(folder: Path) -> list[Figure]:
    """The slowest of some starts."""
    took = []
    async with a_relay() as relay, DiscordServer() as server:
        await relay.take(IN_FLIGHT, FOR_EVER)
        await settled(folder, server, relay.url, places(server, IN_FLIGHT), time.time())
        for _turn in range(TIMES):
            await fall_due(folder, time.time())
            bot = Bot(server, relay.url, folder, running=False)
            async with bot:
                begin = time.monotonic()
                await bot.start()
                took.append(await bot.reported(IN_FLIGHT) - begin)
                await bot.stop()
    return [Figure(f"{IN_FLIGHT} in flight: first round complete", max(took), "s", TARGET, f"best {min(took):.1f}")]
