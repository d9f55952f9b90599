"""Sending: what the relay answered is never lost, whatever happens to the row meanwhile."""

import asyncio

from bot.task import Phase
from tests.world import World


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
