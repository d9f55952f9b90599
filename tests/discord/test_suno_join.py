"""Extend and join as one task of two steps: seen, resumed, paid once, and what happens when the second one fails."""

from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase, Task
from tests.discord.kit import refusal
from tests.discord.songs import (
    CONCAT,
    FETCH,
    MUSIC,
    bodies_to,
    chain,
    clip_id,
    clips,
    forget,
    names,
    press,
    results,
    song,
    sung,
    suno,
)
from tests.world import World, a_world

JOINING = "/suno/submit/concat"
LONGER = {"at": "20", "lyrics": "[Bridge]\non", "join": True}
PART = "This is only a part of it, because a later step did not work out."


async def extended(world: World, **options: Any) -> Task:
    """A song that is to be extended and joined; the request for the first step is accepted."""
    origin = await sung(world)
    await suno(world, "extend", song=song(origin), **{**LONGER, **options})
    await world.work()
    return await world.task()


def actions(world: World) -> list[str]:
    """What was paid for after the first song."""
    return [job.action for job in world.relay.paid()[1:]]


def jammed(world: World, **how: Any) -> None:
    """The relay answers the request to join like this."""
    world.relay.faults.add(method="POST", path=JOINING, **how)


async def test_two_steps_to_be_seen(world: World) -> None:
    task = await extended(world)
    assert "Step 1 of 2: extending" in world.text(task).splitlines()
    await world.pass_time(20)
    steps = {
        line
        for entry in world.env.http_requests
        if entry.method == "PATCH" and str(task.place.message_id) in entry.path and entry.json
        for embed in entry.json.get("embeds", [])
        for line in str(embed.get("description")).splitlines()
        if line.startswith("Step")
    }
    assert steps == {"Step 1 of 2: extending", "Step 2 of 2: joining the whole song"}
    await world.pass_time(10)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and "Step" not in world.text(task)
    assert world.text(task).splitlines()[0] == "🎵 Suno · longer song"


async def test_the_joined_song_comes_with_its_parts(world: World) -> None:
    await extended(world)
    await world.pass_time(30)
    task = await world.task()
    assert len(names(world, task)) == 3
    assert results(world, task)[0] == "**Lanterns**\n0\\:32 · dream pop"
    assert {line.partition("\n")[2] for line in results(world, task)[1:]} == {"0\\:12 · dream pop"}
    assert actions(world) == ["music", "concat"]
    assert clips(task)[0]["origin"] == "concat"
    assert "Extend 1" in world.labels(task) and "Join 1" not in world.labels(task)


async def test_the_other_part_can_be_joined_too(world: World) -> None:
    await extended(world)
    await world.pass_time(30)
    task = await world.task()
    assert [clip["origin"] for clip in clips(task)] == ["concat", "extend", "extend"]
    assert [label for label in world.labels(task) if "Join" in label] == ["Join 2", "Join 3"]
    forget(world)
    await press(world, task, "join", 2)
    await world.pass_time(15)
    assert bodies_to(world, JOINING) == [{"clip_id": clip_id(task, 2), "is_infill": False}]
    assert clips(await world.task())[0]["seconds"] == 32.0


async def test_join_is_not_offered_after_the_extension_is_paid(world: World) -> None:
    await extended(world)
    jammed(world, status=400, body={"code": "invalid_request", "message": "invalid_action", "data": None}, times=None)
    await world.pass_time(20)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and len(names(world, task)) == 2
    assert f"{PART} This relay does not offer that feature." in world.text(task)
    assert "Nothing was charged" not in world.text(task)
    assert actions(world) == ["music"]
    assert not [label for label in world.labels(task) if "Join" in label]  # remembered
    result = await suno(world, "join", song=song(task))
    assert refusal(result).startswith("This relay does not offer that. It can be tried again <t:")


async def test_the_join_button_returns_with_the_offer(world: World) -> None:
    await extended(world)
    jammed(world, status=400, body={"code": "invalid_request", "message": "invalid_action", "data": None})
    await world.pass_time(20)
    part = await world.task()
    await world.pass_time(3600, step=900)
    await world.ann.slash(world.channel, "tasks show", id=part.id)
    await world.pass_time(5)
    part = next(task for task in await world.tasks() if task.id == part.id)
    assert [label for label in world.labels(part) if "Join" in label] == ["Join 1", "Join 2"]
    forget(world)
    await press(world, part, "join", 0)
    await world.pass_time(15)
    assert chain(world) == [CONCAT, FETCH]
    assert bodies_to(world, JOINING) == [{"clip_id": clip_id(part), "is_infill": False}]
    assert clips(await world.task())[0]["seconds"] == 32.0
    assert actions(world) == ["music", "concat"]


async def test_a_refused_join_delivers_the_part_and_its_button(world: World) -> None:
    await extended(world)
    jammed(world, status=400, body={"code": "fail_to_fetch_task", "message": "no", "data": None})
    await world.pass_time(20)
    task = await world.task()
    assert f"{PART} The relay refused: no" in world.text(task)
    assert [label for label in world.labels(task) if "Join" in label] == ["Join 1", "Join 2"]
    await press(world, task, "join", 1)
    await world.pass_time(15)
    assert (await world.task()).phase is Phase.DELIVERED
    assert actions(world) == ["music", "concat"]


async def test_a_failed_join_delivers_the_part(world: World) -> None:
    await extended(world)
    await world.pass_time(12)
    world.relay.fail(world.relay.paid()[-1].id, "no join today")
    await world.pass_time(10)
    task = await world.task()
    assert f"{PART} no join today" in world.text(task)
    assert len(names(world, task)) == 2
    assert refusal(await _retried(world, task)) == "There is nothing to retry: this task is not finished, or it worked."


async def _retried(world: World, task: Task) -> Any:
    return await world.ann.slash(world.channel, "tasks retry", id=task.id)


async def test_nobody_knows_whether_it_was_joined(world: World) -> None:
    """The request was cut off: without a number to ask about, what is there is delivered."""
    await extended(world)
    jammed(world, cut="after")
    await world.pass_time(20)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and len(names(world, task)) == 2
    assert "It may have been charged." in world.text(task)
    assert actions(world) == ["music", "concat"]


async def test_a_join_that_is_lost_is_retried_alone(world: World) -> None:
    """The relay took it and never knew it again; the extension is not made and paid a second time."""
    await extended(world)
    await world.pass_time(12)
    lost = world.relay.jobs.pop(world.relay.paid()[-1].id)
    await world.pass_time(150)
    task = await world.task()
    assert (task.phase, lost.action) == (Phase.UNKNOWN, "concat")
    assert world.labels(task) == ["Check again", "Retry", "Details", "Delete"]
    forget(world)
    await world.press(task, "retry")
    await world.pass_time(15)
    heir = await world.task()
    assert (heir.parent_id, heir.phase) == (task.id, Phase.DELIVERED)
    assert bodies_to(world, JOINING) == [{"clip_id": lost.body["clip_id"], "is_infill": False}]
    assert actions(world) == ["music", "concat"] and MUSIC not in chain(world)


async def test_a_busy_relay_is_waited_for_between_the_steps(world: World) -> None:
    await extended(world)
    jammed(world, status=429, headers={"Retry-After": "20"}, body={"error": {"message": "busy"}})
    await world.pass_time(15)
    task = await world.task()
    assert (task.phase, task.step) == (Phase.QUEUED, 1)
    assert "Step 2 of 2: joining the whole song" in world.text(task)
    assert "Next attempt <t:" in world.text(task)
    await world.pass_time(40)
    assert (await world.task()).phase is Phase.DELIVERED
    assert actions(world) == ["music", "concat"]


async def test_cancel_between_the_steps_and_retry_resumes_there(world: World) -> None:
    await extended(world)
    jammed(world, status=429, headers={"Retry-After": "600"}, body={"error": {"message": "busy"}})
    await world.pass_time(15)
    task = await world.task()
    assert (task.phase, task.step) == (Phase.QUEUED, 1)
    await world.press(task, "cancel")
    await world.work()
    assert "Stopped before its next step. What was done until then may have been charged." in world.text(task)
    assert world.labels(task) == ["Retry", "Details", "Delete"]
    world.clock.now += 1
    forget(world)
    await world.press(task, "retry")
    await world.pass_time(15)
    heir = await world.task()
    assert (heir.parent_id, heir.phase, heir.step) == (task.id, Phase.DELIVERED, 1)
    assert chain(world) == [CONCAT, FETCH]
    assert actions(world) == ["music", "concat"]
    assert len(names(world, heir)) == 3 and clips(heir)[0]["origin"] == "concat"


async def test_cancel_during_the_first_step(world: World) -> None:
    task = await extended(world)
    await world.press(task, "cancel")
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.CANCELLED
    assert actions(world) == ["music"]
    world.clock.now += 1
    await world.press(task, "retry")
    await world.pass_time(30)
    assert actions(world) == ["music", "music", "concat"]  # it never came to a second step


async def test_a_first_step_that_fails_is_nothing_but_a_failure(world: World) -> None:
    await extended(world, lyrics="sim:fail")
    await world.pass_time(15)
    task = await world.task()
    assert task.phase is Phase.FAILED and world.labels(task) == ["Retry", "Details", "Delete"]
    assert actions(world) == ["music"]


@pytest.mark.parametrize("seconds", [0, 5, 12])
async def test_a_restart_in_any_step(world: World, seconds: int) -> None:
    """The step that was under way is asked about, the next one is taken once."""
    await extended(world)
    await world.pass_time(seconds)
    await world.restart()
    await world.pass_time(30)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and len(names(world, task)) == 3
    assert actions(world) == ["music", "concat"]
    assert chain(world) == [MUSIC, FETCH, CONCAT, FETCH]


async def test_a_restart_between_the_steps(world: World) -> None:
    await extended(world)
    jammed(world, status=429, headers={"Retry-After": "20"}, body={"error": {"message": "busy"}})
    await world.pass_time(12)
    assert (await world.task()).step == 1
    await world.restart()
    await world.pass_time(40)
    assert (await world.task()).phase is Phase.DELIVERED
    assert actions(world) == ["music", "concat"]


async def test_the_second_step_waits_for_its_turn(tmp_path: Path) -> None:
    """Between the steps the slot is free for what else is in line; nothing is lost by it."""
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="1") as world:
        await extended(world)
        await suno(world, "song", description="a fox")
        await world.pass_time(60)
        assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 3
        assert sorted(actions(world)) == ["concat", "music", "music"]
