"""Details, the form behind Extend, and what still works after a restart."""

import json
import re

from simcord import InteractionResult

from bot.task import Phase, Task
from tests.discord.kit import OF_A_VIDEO, STRANGER, bodies, buttons, forge, here, one_film, paid, refusal
from tests.world import World, alone, said

EXTENSION = {"user_prompt": "it runs away"}


async def opened(world: World, task: Task) -> InteractionResult:
    """The form that Extend opens."""
    return await world.press(task, "extend")


def written(result: InteractionResult) -> dict[str, object]:
    """What stands in the code block of the details."""
    found = re.search(r"```json\n(.*)\n```\Z", said(result), re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


# ------------------------------------------------------------------------------------------------ Extend


async def test_extend_by_form(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    world.clock.now += 1
    form = await opened(world, task)
    assert form.modal is not None
    assert form.modal["title"] == "Extend this video"
    assert form.modal["components"][0]["label"] == "What happens next"
    result = await world.ann.submit_modal(form, {"prompt": "  it runs away "})
    await world.pass_time(30)
    longer = await world.task()
    assert (longer.parent_id, longer.phase) == (task.id, Phase.DELIVERED)
    assert paid(world)[1] == (f"/luma/generations/{task.remote_id}/extend", EXTENSION)
    assert here(result).id == longer.place.message_id != task.place.message_id
    assert world.text(longer).startswith("🎬 Luma · longer video\n> it runs away\n✅ Finished")
    assert world.labels(longer) == ["Again", *OF_A_VIDEO, "Details", "Delete"]


async def test_extend_by_form_of_somebody_else(world: World) -> None:
    task = await world.delivered()
    result = await world.press(task, "extend", world.ben)
    assert refusal(result) == STRANGER
    assert result.modal is None


async def test_extend_by_form_of_what_is_not_finished(world: World) -> None:
    await world.video()
    await world.work()
    task = await world.task()
    forge(world, world.message(task), f"v1:extend:{task.id}")
    form = await opened(world, task)
    result = await world.ann.submit_modal(form, {"prompt": "it runs away"}) if form.modal else form
    assert refusal(result) == "That task is not finished yet, or it did not work out."
    assert len(paid(world)) == 1


async def test_extend_by_form_with_nothing_in_it(world: World) -> None:
    task = await world.delivered()
    result = await world.ann.submit_modal(await opened(world, task), {"prompt": "   "})
    assert refusal(result) == "“prompt” is empty."
    assert len(world.channel.history(viewer=world.lin)) == 1


# ------------------------------------------------------------------------------------------------ Details


async def test_details_of_a_finished_one(world: World) -> None:
    task = await world.delivered(loop=True, expand=False, aspect_ratio="1:1")
    result = await world.press(task, "details", world.ben)
    assert alone(result)
    lines = said(result).splitlines()
    assert lines[:6] == [
        f"**Task** `{task.id}` · ✅ Finished",
        "**Asked** <t:1790000000:f>",
        "**Accepted by the relay** <t:1790000000:f>",
        "**Finished** <t:1790000010:f>",
        f"**Number at the relay** `{task.remote_id}`",
        f"**Card** https://discord.com/channels/{world.guild.id}/{world.channel.id}/{task.place.message_id}",
    ]
    assert written(result) == {
        "provider": "luma",
        "action": "generate",
        "user_prompt": "a fox",
        "expand_prompt": False,
        "aspect_ratio": "1:1",
        "loop": True,
    }


async def test_details_of_a_long_prompt_with_backticks(world: World) -> None:
    prompt = "```js\nalert(1)```@everyone `x` " + "💡é" * 2400
    await world.video(prompt=prompt)
    await world.work()
    result = await world.press(await world.task(), "details")
    words = said(result)
    assert 1900 < len(words) <= 2000
    assert words.count("```") == 2 and words.endswith("…\n```")
    assert "'''js" in words and here(result).message.mentions == []


async def test_details_of_a_failed_one(world: World) -> None:
    await world.video(prompt="a fox")
    await world.work()
    task = await world.task()
    world.relay.fail(task.remote_id, "no ```way``` out")
    await world.pass_time(5)
    result = await world.press(task, "details")
    assert said(result).splitlines()[0] == f"**Task** `{task.id}` · ❌ It did not work"
    assert said(result).count("```") == 2
    assert written(result)["user_prompt"] == "a fox"


async def test_details_of_a_descendant(world: World) -> None:
    first = await world.delivered()
    world.clock.now += 1
    await world.press(first, "again")
    await world.work()
    result = await world.press(await world.task(), "details")
    assert f"**Made from** `{first.id}`" in said(result).splitlines()


# ------------------------------------------------------------------------------------------------ after a restart


async def test_buttons_work_after_a_restart(world: World) -> None:
    task = await world.delivered()
    confirm = await world.press(task, "delete")
    await world.restart()
    assert alone(await world.press(task, "details"))
    world.clock.now += 1
    await world.press(task, "again", world.ben)
    await world.pass_time(30)
    assert [found.phase for found in await world.tasks()] == [Phase.DELIVERED] * 2
    await world.ann.click(here(confirm), label="Yes, delete it")
    assert [message.id for message in world.channel.history(viewer=world.lin)] == [
        (await world.task()).place.message_id
    ]


async def test_an_open_form_works_after_a_restart(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    form = await opened(world, task)
    await world.restart()
    world.clock.now += 1
    await world.ann.submit_modal(form, {"prompt": "it runs away"})
    await world.work()
    assert paid(world)[1] == (f"/luma/generations/{task.remote_id}/extend", EXTENSION)


async def test_a_form_is_answered_once(world: World) -> None:
    """discord.py still knows the form, and the client handles it by its id: one task all the same."""
    one_film(world)
    task = await world.delivered()
    await world.ann.submit_modal(await opened(world, task), {"prompt": "it runs away"})
    await world.work()
    assert len(await world.tasks()) == 2 and len(paid(world)) == 2
    assert [body["type"] for body in bodies(world, "POST", "/callback")] == [5, 9, 5]


async def test_a_task_goes_on_after_a_restart(world: World) -> None:
    one_film(world)
    await world.video()
    await world.pass_time(5)
    await world.restart()
    await world.pass_time(30)
    task = await world.task()
    assert task.phase is Phase.DELIVERED
    assert world.message(task).attachments != []
    assert len(paid(world)) == 1
    assert buttons(here(await world.press(task, "delete"))) == {
        "Yes, delete it": f"v1:delete-now:{task.id}:{task.place.channel_id}.{task.place.message_id}"
    }
