"""Rounds of polling where there is no batch endpoint: a few questions at a time, and each provider for itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine.work import once
from bot.task import Phase
from bot.wire import Call
from tests.discord.kit import one_film
from tests.world import World, a_world

FIVE = ("runway", "pika", "kling", "replicate", "hailuo")
EACH = 6
AT_A_TIME = 4


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Six videos of each of the five that are asked about one by one; the relay has them all."""
    limits: dict[str, Any] = {"ACTIVE_TASKS_PER_USER": "99", "QUEUED_TASKS_PER_USER": "99"}
    async with a_world(tmp_path, PROVIDERS=",".join(FIVE), **limits) as found:
        one_film(found)
        found.relay.hold = True
        for name in FIVE * EACH:
            await found.ann.slash(found.channel, "video", prompt="a fox", **{"with": name})
        assert await once(found.app.engine.submitter) == len(FIVE) * EACH
        yield found


def watched(world: World) -> tuple[Counter[str], Counter[str]]:
    """From now on: how often each provider is asked, and how many questions to it are open at most."""
    asked: Counter[str] = Counter()
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    relay: Any = world.app.engine.core.relay
    ask = relay.call

    async def call(call: Call, route: str = "", **about: Any) -> Any:
        name = (route + call.path).split("/")[1]
        asked[name] += 1
        now[name] += 1
        most[name] = max(most[name], now[name])
        try:
            return await ask(call, route, **about)
        finally:
            now[name] -= 1

    relay.call = call
    return asked, most


async def test_four_questions_at_a_time(world: World) -> None:
    asked, most = watched(world)
    assert await once(world.app.engine.poller) == len(FIVE)
    assert (set(asked.values()), set(most.values()), len(asked)) == ({EACH}, {AT_A_TIME}, len(FIVE))


async def test_a_slow_provider_keeps_nobody_else_waiting(world: World) -> None:
    world.relay.faults.add(method="GET", path="/kling/*", hang=True, times=None)
    hanging = set(await world.app.engine.poller.start_due())
    async with asyncio.timeout(10.0):
        while len(hanging) > 1:
            _done, hanging = await asyncio.wait(hanging, return_when=asyncio.FIRST_COMPLETED)
    world.relay.release()
    world.clock.now += 60
    assert await once(world.app.engine.poller) == len(FIVE) - 1
    assert Counter((task.provider, task.phase is Phase.DONE) for task in await world.tasks()) == {
        (name, name != "kling"): EACH for name in FIVE
    }
    for late in hanging:
        late.cancel()
    world.relay.faults.clear()
    await world.pass_time(120, step=30.0)
    assert {task.phase for task in await world.tasks()} == {Phase.DELIVERED}
