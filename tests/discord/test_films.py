"""What holds for a video of whichever provider: the five of them that are asked about one by one."""

from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase
from tests.discord.kit import one_film
from tests.world import World, a_world

FIVE = ("runway", "pika", "kling", "replicate", "hailuo")
UNKNOWN: dict[str, dict[str, Any]] = {
    "runway": {"model": "gen99"},
    "kling": {"model": "kling-v99"},
    "replicate": {"model": "nobody/nothing"},
    "hailuo": {"model": "Hailuo-99"},
}
"""A model that the relay does not have; of Pika's models no list is known."""


async def settled(world: World) -> None:
    """Let enough time pass for a video."""
    await world.pass_time(120, step=10.0)


@pytest.mark.parametrize("name", FIVE)
async def test_a_link_that_has_died_is_asked_for_again(tmp_path: Path, name: str) -> None:
    async with a_world(tmp_path, PROVIDERS=name) as world:
        await world.ann.slash(world.channel, "video", prompt="a fox sim:expired")
        await settled(world)
        task = await world.task()
        assert (task.provider, task.phase, task.fresh) == (name, Phase.DELIVERED, True), world.text(task)
        assert len(world.message(task).attachments) == len(world.relay.paid()) == 1


@pytest.mark.parametrize("name", UNKNOWN)
async def test_a_model_that_the_relay_does_not_have(tmp_path: Path, name: str) -> None:
    async with a_world(tmp_path, PROVIDERS=name) as world:
        one_film(world)
        await world.ann.slash(world.channel, f"{name} video", prompt="a fox", **UNKNOWN[name])
        await settled(world)
        task = await world.task()
        assert task.phase is Phase.FAILED and "Nothing was charged." in world.text(task), world.text(task)
        assert world.relay.paid() == []
