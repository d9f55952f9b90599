"""Codes 22, 23 and 24, and pictures of what is in the making."""

from itertools import pairwise

from bot.task import PREVIEW_PAUSE, Phase
from tests.discord.midjourney import FOX, arrived, made, mj, sent
from tests.world import World


async def test_a_queue_is_told_on_the_card(world: World) -> None:
    task = await made(world, "imagine", 1, prompt=f"{FOX} sim:queue")
    assert task.phase is Phase.WAITING
    assert "2 requests are ahead of it at Midjourney." in world.text(task)
    assert (await arrived(world, 45)).phase is Phase.DELIVERED
    assert "ahead" not in world.text(task)


async def test_a_rewritten_queue_is_plain_success(world: World) -> None:
    world.relay.midjourney.rewrite = True
    task = await made(world, "imagine", 45, prompt=f"{FOX} sim:queue")
    assert task.phase is Phase.DELIVERED and len(world.relay.paid()) == 1


async def test_a_full_queue_is_tried_again(world: World) -> None:
    body = {"code": 23, "description": "队列已满，请稍后尝试", "result": "17", "properties": {}}
    world.relay.faults.add(method="POST", path="/mj/submit/imagine", times=2, body=body)
    task = await made(world, "imagine", 5, prompt=FOX)
    assert (task.phase, task.remote_id) == (Phase.QUEUED, "")
    assert "Midjourney's queue is full." in world.text(task)
    assert (await arrived(world, 120)).phase is Phase.DELIVERED
    assert len(sent(world)) == 3 and len(world.relay.paid()) == 1


async def test_a_forbidden_word_is_named(world: World) -> None:
    task = await made(world, "imagine", 5, prompt=f"{FOX} sim:banned")
    assert task.phase is Phase.FAILED
    assert "Midjourney does not allow the word “sim:banned”." in world.text(task).replace("\\", "")
    assert world.relay.paid() == []


async def test_previews_are_exchanged_seldom(world: World) -> None:
    await mj(world, "imagine", prompt=f"{FOX} sim:slow", speed="turbo")
    seen: dict[str, float] = {}
    for _second in range(40):
        await world.pass_time(1, 1)
        task = await world.task()
        if task.phase is Phase.RUNNING and task.preview:
            assert world.card(task).image.url == task.preview
            seen.setdefault(task.preview, world.clock.now)
    times = list(seen.values())
    assert times
    assert all(later - earlier >= PREVIEW_PAUSE for earlier, later in pairwise(times))
