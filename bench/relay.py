"""The relay simulator as its own process, so that its work is not taken for the bot's.

It prints its address. Its clock stands still; each line on its standard input is a number of seconds to move it on.
"""

import asyncio
import sys

from bot.demo.simulator import Simulator

START, PACE = 1_790_000_000.0, 10.0


async def serve(latency: float) -> None:
    """Answer every call after ``latency`` seconds, until the standard input ends."""
    now = START
    async with Simulator(clock=lambda: now, pace=PACE) as relay:
        relay.faults.add(times=None, delay=latency)
        print(relay.url, flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            now += float(line)
            print("moved", flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
