"""Two things at once, and answers that break on our side: nothing is lost, and no card goes back in time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Asker, Order
from bot.engine.work import once
from bot.provider import CATALOGUE, Prompt, Provider, Submission
from bot.task import PROBES, Phase, Place
from tests.world import World, a_world, said

BATCH: dict[str, Any] = {"method": "POST", "path": "/luma/tasks"}


async def test_a_card_that_was_cancelled_while_the_relay_was_asked_stays_so(world: World) -> None:
    """The answer "running" comes after "Cancelled" is on the card."""

    async def cancel() -> None:
        await world.press(await world.task(), "cancel")
        with world.env.time_context():  # this runs in the relay's own handler
            await once(world.app.engine.announcer)

    world.relay.hold = True
    await world.video()
    await world.work()
    world.relay.release()
    world.relay.faults.add(**BATCH, hook=cancel, hook_when="after")
    await world.pass_time(60)
    task = await world.task()
    assert task.phase is Phase.CANCELLED
    assert "🚫 Cancelled" in world.text(task)
    assert world.labels(task) == ["Retry", "Details", "Delete"]


async def test_a_moderator_is_one_in_their_own_channels_only(world: World) -> None:
    world.relay.hold = True
    await world.video()
    await world.work()
    task = await world.task()
    elsewhere = world.env.create_guild("Ben's own", owner=world.ben.user)
    channel = elsewhere.create_text_channel("lair")
    ben = elsewhere.add_member(world.ben.user)
    refused = await ben.slash(channel, "tasks cancel", id=task.id)
    assert "Only the one who asked for this can do that." in said(refused)
    assert (await world.task()).phase is not Phase.CANCELLED


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refused_batch_is_asked_singly(world: World, status: int) -> None:
    """One id that the relay chokes on must not keep its neighbours waiting."""
    body = {"code": "task_not_exist", "message": "task_not_exist", "data": None}
    world.relay.faults.add(**BATCH, times=None, status=status, body=body)
    for prompt in ("one", "two", "three"):
        await world.video(prompt=prompt)
    await world.pass_time(60)
    assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 3


async def test_checking_by_hand_takes_none_of_the_later_probes(world: World) -> None:
    await world.video(prompt="sim:lost fox")
    await world.pass_time(1900, step=10)
    assert (await world.task()).phase is Phase.UNKNOWN
    for _press in range(len(PROBES) + 1):
        before = await world.task()
        await world.press(before, "check")
        await world.pass_time(5)
        after = await world.task()
        assert after.probes == before.probes
        assert after.due_at is not None


@pytest.fixture
def clumsy() -> Iterator[type[Submission]]:
    """A submission whose answer breaks its own reader."""

    def broken(payload: Any) -> Any:
        raise RuntimeError(f"a mistake of ours over {type(payload).__name__}")

    provider = Provider(name="clumsy", title="Clumsy", emoji="🤡", lookup=None, accepted=broken, reports=broken)

    class Ask(Submission, provider=provider, action="ask", path="/luma/generations", caption="user_prompt"):
        user_prompt: Prompt

    yield Ask
    del CATALOGUE["clumsy", "ask"]


async def test_a_mistake_of_ours_after_the_request_leaves_an_honest_card(
    tmp_path: Path, clumsy: type[Submission]
) -> None:
    async with a_world(tmp_path, allow_unexpected=True) as world:
        shown = await world.video(prompt="gives the card a place")
        assert shown.response is not None
        asker = Asker(world.ann.id, world.channel.id)
        place = Place(channel_id=world.channel.id, message_id=shown.response.id, reachable=True)
        task = await world.app.engine.desk.accept(Order(clumsy.make(user_prompt="fox"), asker, place))
        await world.work()
        found = await world.app.engine.core.store.get(task.id)
        assert found is not None
        assert found.phase is Phase.UNKNOWN
        assert "It may have been charged." in str(found.reason)
        assert [job.prompt for job in world.relay.paid()].count("fox") == 1
