"""/luma extend, and the picking of what to extend."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord.kit import STRANGER, here, one_film, paid, refusal
from tests.world import World, a_world


@pytest.fixture
async def official(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Luma's own models."""
    async with a_world(tmp_path, LUMA_OFFICIAL="true") as found:
        one_film(found)
        yield found


async def offered(world: World, typed: str = "") -> list[tuple[str, str]]:
    """What the option ``task`` offers to ann."""
    found = await world.ann.autocomplete(world.channel, "luma extend", "task", typed)
    return [(choice["name"], choice["value"]) for choice in found]


async def test_extend_on_the_wire_and_on_the_card(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    world.clock.now += 1
    result = await world.ann.slash(world.channel, "luma extend", task=task.id, prompt=" it runs away ")
    await world.pass_time(30)
    longer = await world.task()
    assert paid(world)[1] == (f"/luma/generations/{task.remote_id}/extend", {"user_prompt": "it runs away"})
    assert longer.parent_id == task.id
    assert here(result).id == longer.place.message_id
    assert world.text(longer) == "🎬 Luma · longer video\n> it runs away\n✅ Finished · 10 s"
    assert world.message(longer).attachments[0].filename == f"it-runs-away-{longer.id[:4]}.mp4"


async def test_a_longer_one_can_be_extended_again(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    for prompt in ("then", "and then"):
        world.clock.now += 1
        await world.ann.slash(world.channel, "luma extend", task=task.id, prompt=prompt)
        await world.pass_time(30)
        task = await world.task()
    first, second, _third = await world.tasks()
    assert [path for path, _body in paid(world)[1:]] == [
        f"/luma/generations/{first.remote_id}/extend",
        f"/luma/generations/{second.remote_id}/extend",
    ]


async def test_autocomplete_is_empty_at_first(world: World) -> None:
    assert await offered(world) == []


async def test_autocomplete_offers_the_callers_own_finished_videos(world: World) -> None:
    one_film(world)
    fox = await world.delivered(prompt="a red fox")
    await world.delivered(world.ben, prompt="a red fox of somebody else")
    await world.pass_time(3600, step=600)
    boat = await world.delivered(prompt="A paper\nboat " + "on a river " * 20)
    await world.video(prompt="sim:fail fox")
    await world.pass_time(60)
    await world.video(prompt="a running fox")
    await world.work()
    (boat_name, boat_id), (fox_name, fox_id) = await offered(world)
    assert (boat_id, fox_id) == (boat.id, fox.id)
    assert fox_name == "a red fox · ✅ Finished · 1 h ago"
    assert boat_name.startswith("A paper boat on a river on a river") and len(boat_name) == 100
    assert boat_name.endswith("… · ✅ Finished · 2 min ago")
    assert await offered(world, " RED ") == [(fox_name, fox.id)]
    assert await offered(world, "100%") == []


async def test_autocomplete_offers_at_most_25(world: World) -> None:
    one_film(world)
    for _round in range(6):
        for _turn in range(5):
            await world.video(prompt="a fox")
        await world.pass_time(30)
    assert len(await offered(world)) == 25
    assert len(await world.tasks()) == 30


@pytest.mark.parametrize("name", ["0123456789", "a fox · ✅ Finished · just now", "' OR 1=1 --", "", "x" * 200])
async def test_unknown_task(world: World, name: str) -> None:
    await world.delivered()
    result = await world.ann.slash(world.channel, "luma extend", task=name, prompt="more")
    assert refusal(result) == f"There is no task “{name[:40]}”."
    assert len(world.relay.paid()) == 1
    assert len(world.channel.history(viewer=world.lin)) == 1


async def test_an_id_typed_by_hand(world: World) -> None:
    task = await world.delivered()
    await world.ann.slash(world.channel, "luma extend", task=f" {task.id.upper()} ", prompt="more")
    await world.work()
    assert len(paid(world)) == 2


async def test_foreign_task(world: World) -> None:
    task = await world.delivered(world.ben)
    result = await world.ann.slash(world.channel, "luma extend", task=task.id, prompt="more")
    assert refusal(result) == STRANGER
    assert len(await world.tasks()) == 1


@pytest.mark.parametrize("prompt", ["a fox", "sim:fail", "sim:late", "sim:quota"])
async def test_unfinished_task(world: World, prompt: str) -> None:
    await world.video(prompt=prompt)
    if prompt != "a fox":
        await world.pass_time(15)
    await world.work()
    task = await world.task()
    result = await world.ann.slash(world.channel, "luma extend", task=task.id, prompt="more")
    assert refusal(result) == "That task is not finished yet, or it did not work out."
    assert len(await world.tasks()) == 1


async def test_empty_prompt(world: World) -> None:
    task = await world.delivered()
    result = await world.ann.slash(world.channel, "luma extend", task=task.id, prompt="  ")
    assert refusal(result) == "“prompt” is empty."


async def test_official_videos_are_extended_with_keyframes(official: World) -> None:
    task = await official.delivered(model="ray-flash-2", aspect_ratio="1:1", duration="9s", resolution="1080p")
    official.clock.now += 1
    await official.ann.slash(official.channel, "luma extend", task=task.id, prompt="more")
    await official.pass_time(30)
    longer = await official.task()
    path, body = paid(official)[1]
    assert path == "/dream-machine/v1/generations"
    assert body["keyframes"] == {"frame0": {"type": "generation", "id": task.remote_id}}
    assert (body["prompt"], body["model"], body["aspect_ratio"]) == ("more", "ray-flash-2", "1:1")
    assert official.message(longer).attachments != []
    assert (longer.action, longer.parent_id) == ("official", task.id)


async def test_official_by_form(official: World) -> None:
    task = await official.delivered(model="ray-2")
    form = await official.press(task, "extend")
    await official.ann.submit_modal(form, {"prompt": "more"})
    await official.work()
    assert paid(official)[1][1]["keyframes"]["frame0"]["id"] == task.remote_id


async def test_after_a_restart(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    await world.restart()
    assert [value for _name, value in await offered(world)] == [task.id]
    await world.ann.slash(world.channel, "luma extend", task=task.id, prompt="more")
    await world.work()
    assert paid(world)[1][0] == f"/luma/generations/{task.remote_id}/extend"
