"""Sending: what the relay answered is never lost, whatever happens to the row meanwhile."""

import asyncio
from pathlib import Path

import pytest

from bot.task import Phase
from tests.discord.kit import PNG
from tests.world import START, World, a_world


async def test_a_card_moved_while_its_request_is_sent_keeps_the_relays_number(world: World) -> None:
    moved = asyncio.Event()

    async def move(*_request: object) -> None:
        task = await world.task()
        assert task.phase is Phase.SENDING
        await world.ann.slash(world.channel, "tasks show", id=task.id)
        moved.set()

    world.relay.faults.add(method="POST", path="/luma/generations", hook=move, hook_when="before")
    await world.video(prompt="a fox on the move")
    first = (await world.task()).place.message_id
    await world.pass_time(30)
    task = await world.task()
    assert moved.is_set()
    assert task.phase is Phase.DELIVERED
    assert task.place.message_id != first
    assert len(world.relay.paid()) == 1
    assert [file.filename for file in world.message(task).attachments] == [f"a-fox-on-the-move-{task.id[:4]}.mp4"]


@pytest.mark.parametrize(("age", "phase"), [(60, Phase.FAILED), (-60, Phase.WAITING)], ids=["over", "still good"])
async def test_a_link_of_discord_s_that_is_over_is_not_paid_for(tmp_path: Path, age: int, phase: Phase) -> None:
    """Where pictures are sent as links, Again and Retry may come after the link's end."""
    async with a_world(tmp_path, LUMA_IMAGES="url") as world:
        await world.video(image=("a.png", PNG))
        store = world.app.engine.core.store
        signed = f"https://cdn.discordapp.com/a.png?ex={int(START) - age:x}&is=1&hm=2"
        await store.database.execute("UPDATE inputs SET url = $1", signed)
        await world.work()
        task = await world.task()
        assert task.phase is phase
        assert len(world.relay.paid()) == (phase is Phase.WAITING)
        assert ("The file is no longer kept" in world.text(task)) is (phase is Phase.FAILED)
