"""Delivery: 50 videos of 9 MB that are finished at the same moment, for 50 people in one channel.

Measured is from the first download to the last message that holds its video, and how much memory the bot's process
ever had meanwhile above what it had when nothing was to be done. Both servers share another process, which takes part
in the time.
"""

import asyncio
from pathlib import Path

from bench.figures import Figure
from bench.process import Bot, forget_peak, peak, resident
from bot.demo.simulator import Simulator
from tests.discord_server import DiscordServer

COUNT = 50
SIZE = 9_000_000
MEMORY = 60.0
PATIENCE = 60.0


async def delivery(folder: Path) -> list[Figure]:
    """Throughput and memory."""
    async with Simulator(pace=0.1) as relay, DiscordServer(limits=True) as server:
        guild = server.guild("Delivery")
        room = guild.create_text_channel("room")
        async with Bot(server, relay.url, folder, {"POLL_INTERVAL": "1"}) as bot:
            small = f"{relay.url}/media/thumbnail/bench-16x9.jpg"
            relay.media_url = small
            await server.slash(server.user("warm"), room, "luma video", prompt="the first one")
            await server.until(lambda: _delivered(server) == 1, PATIENCE)

            relay.hold, relay.media_url = True, f"{relay.url}/media/bigvideo?size={SIZE}"
            for number in range(COUNT):
                await server.slash(server.user(f"person{number}"), room, "luma video", prompt=f"video {number}")
            await bot.reported(2 * COUNT)
            await asyncio.sleep(2.0)
            forget_peak(bot.pid)
            idle = resident(bot.pid)
            relay.calls.clear()
            relay.release()
            await server.until(lambda: _delivered(server) == COUNT + 1, PATIENCE)
            begin = next(call.at for call in relay.calls if "bigvideo" in call.path)
            took = relay.clock() - begin
            above = peak(bot.pid) - idle
            await bot.stop()
    return [
        Figure("50 videos of 9 MB: time", took, "s", None, f"{COUNT * SIZE / took / 1e6:.0f} MB/s in and out"),
        Figure("50 videos of 9 MB: memory above idle", above, "MiB", MEMORY, f"idle {idle:.0f}"),
    ]


def _delivered(server: DiscordServer) -> int:
    """How many messages have their files."""
    return sum(bool(entry.files) and entry.status == 200 for entry in server.log)
