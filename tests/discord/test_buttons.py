"""The buttons of a card: what they do, for whom, and for how long."""

from pathlib import Path

import discord
import pytest
from simcord import InteractionResult, MemberActor

from bot.task import Phase, Task
from tests.discord.kit import STRANGER, buttons, caught_sending, forge, here, one_film, paid, refusal
from tests.world import World, a_world, alone, said

OTHER_VERSION = "This button or form belongs to another version of the bot and no longer works."


async def ended(world: World, prompt: str, seconds: float = 15) -> Task:
    """A task that ended without a result."""
    await world.video(prompt=prompt)
    await world.pass_time(seconds)
    return await world.task()


async def forged(world: World, task: Task, custom_id: str, who: MemberActor | None = None) -> InteractionResult:
    """Press a button that the bot never put there."""
    forge(world, world.message(task), custom_id)
    return await (who or world.ann).click(world.message(task), custom_id=custom_id)


def moderator(world: World) -> MemberActor:
    """A member who may manage messages."""
    role = world.guild.create_role("keeper", permissions=discord.Permissions(manage_messages=True))
    return world.guild.add_member(world.env.create_user("kim"), roles=[role])


# ------------------------------------------------------------------------------------------------ Cancel


async def test_cancel_in_line(tmp_path: Path) -> None:
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="1") as world:
        await world.video()
        world.clock.now += 1
        await world.video()
        await world.work()
        task = await world.task()
        await world.press(task, "cancel")
        await world.pass_time(30)
        assert world.text(task).splitlines()[2:] == [
            "🚫 Cancelled",
            "Taken out of the line before it was sent. Nothing was charged.",
        ]
        assert world.labels(task) == ["Retry", "Details", "Delete"]
        assert len(world.relay.paid()) == 1


async def test_cancel_after_it_was_sent(world: World) -> None:
    await world.video()
    await world.pass_time(5)
    task = await world.task()
    await world.press(task, "cancel")
    await world.pass_time(30)
    assert world.text(task).splitlines()[2:] == [
        "🚫 Cancelled",
        "The relay cannot be stopped: it will finish and may charge for it. It is no longer shown here.",
    ]
    assert world.message(task).attachments == []
    again = await forged(world, task, f"v1:cancel:{task.id}")
    assert refusal(again) == "This task is already over."


async def test_cancel_while_it_is_sent(world: World) -> None:
    async with caught_sending(world) as task:
        result = await world.press(task, "cancel")
    assert said(result).startswith("It is being sent at this very moment. Try again in a few seconds.")
    assert (await world.task()).phase in {Phase.WAITING, Phase.RUNNING}


# ------------------------------------------------------------------------------------------------ Retry


@pytest.mark.parametrize("prompt", ["sim:fail", "sim:quota"])
async def test_retry_takes_the_place_of_what_failed(world: World, prompt: str) -> None:
    first = await ended(world, prompt)
    world.clock.now += 1
    await world.press(first, "retry")
    heir = await world.task()
    assert (heir.parent_id, heir.place.message_id) == (first.id, first.place.message_id)
    await world.work()
    assert world.card(heir).footer.text == heir.id
    assert [body["user_prompt"] for _path, body in paid(world)] == [prompt] * 2
    assert len(world.channel.history()) == 1


async def test_retry_of_a_cancelled_one(world: World) -> None:
    await world.video()
    task = await world.task()
    await world.work()
    await world.press(task, "cancel")
    await world.work()
    world.clock.now += 1
    await world.press(task, "retry")
    await world.pass_time(30)
    heir = await world.task()
    assert heir.phase is Phase.DELIVERED and heir.id != task.id
    assert world.message(heir).attachments[0].filename == f"a-fox-{heir.id[:4]}.mp4"


async def test_retry_of_an_unknown_one_makes_a_card_of_its_own(world: World) -> None:
    """The result may still come, and then it needs its card."""
    one_film(world)
    first = await ended(world, "sim:late")
    assert first.phase is Phase.UNKNOWN
    await world.press(first, "retry")
    heir = next(task for task in await world.tasks() if task.id != first.id)
    assert heir.parent_id == first.id and heir.place.message_id != first.place.message_id
    await world.pass_time(60)
    assert "It arrived late" in world.text(first)
    assert len(world.relay.paid()) == 2


async def test_a_second_retry_says_that_it_was_retried(world: World) -> None:
    task = await ended(world, "sim:late")
    await world.press(task, "retry")
    world.clock.now += 2
    result = await world.press(task, "retry")
    heir = next(found for found in await world.tasks() if found.id != task.id)
    assert refusal(result) == f"This was retried already, as task {heir.id}."
    assert len(await world.tasks()) == 2


async def test_retry_of_what_worked(world: World) -> None:
    task = await world.delivered()
    result = await forged(world, task, f"v1:retry:{task.id}")
    assert refusal(result) == "There is nothing to retry: this task is not finished, or it worked."


# ------------------------------------------------------------------------------------------------ Again


async def test_again_by_the_owner(world: World) -> None:
    task = await world.delivered(loop=True, aspect_ratio="1:1")
    world.clock.now += 1
    result = await world.press(task, "again")
    await world.pass_time(30)
    repeated = await world.task()
    assert (repeated.user_id, repeated.parent_id, repeated.phase) == (world.ann.id, task.id, Phase.DELIVERED)
    assert here(result).id == repeated.place.message_id != task.place.message_id
    first, second = paid(world)
    assert first == second


async def test_again_by_somebody_else_is_their_task(world: World) -> None:
    task = await world.delivered()
    world.clock.now += 1
    await world.press(task, "again", world.ben)
    await world.pass_time(5)
    theirs = await world.task()
    assert theirs.user_id == world.ben.id
    assert world.card(theirs).fields[0].value == world.ben.mention
    assert refusal(await world.press(theirs, "cancel", world.ann)) == STRANGER
    await world.press(theirs, "cancel", world.ben)
    assert (await world.task()).phase is Phase.CANCELLED


# ------------------------------------------------------------------------------------------------ Check again


async def test_check_again_finds_the_result(world: World) -> None:
    one_film(world)
    task = await ended(world, "sim:late")
    world.clock.now += 30
    result = await world.press(task, "check")
    assert said(result) == "The relay is being asked. If the result is there, it appears here."
    assert alone(result)
    await world.work()
    assert (await world.task()).phase is Phase.DELIVERED
    assert world.message(task).attachments != []


async def test_check_again_without_a_number(world: World) -> None:
    world.relay.faults.add(method="POST", path="/luma/generations", cut="after")
    task = await ended(world, "a fox", 0)
    assert world.text(task).splitlines()[2:] == [
        "❔ Nobody knows what became of it",
        "The request was sent, but no certain answer came. It may have been charged.",
    ]
    assert world.labels(task) == ["Retry", "Details", "Delete"]
    result = await forged(world, task, f"v1:check:{task.id}")
    assert refusal(result) == "The relay never told the number of this task, so it cannot be asked about it."


async def test_check_again_of_what_is_known(world: World) -> None:
    task = await world.delivered()
    result = await forged(world, task, f"v1:check:{task.id}")
    assert refusal(result) == "There is nothing to check: the fate of this task is known."


# ------------------------------------------------------------------------------------------------ Delete


async def test_delete_asks_once(world: World) -> None:
    task = await world.delivered()
    result = await world.press(task, "delete")
    assert alone(result)
    assert said(result) == "Delete this card and what is attached to it? This cannot be undone."
    assert len(world.channel.history(viewer=world.lin)) == 1
    (sure,) = buttons(here(result)).values()
    done = await world.ann.click(here(result), custom_id=sure)
    assert said(done) == "Deleted. `/tasks list` still knows the task."
    assert buttons(here(result)) == {}
    assert world.channel.history(viewer=world.lin) == []
    assert (await world.task()).phase is Phase.DELIVERED


async def test_delete_of_a_card_that_is_gone(world: World) -> None:
    task = await world.delivered()
    result = await world.press(task, "delete")
    world.env.backend.delete_message(world.channel.id, task.place.message_id)
    done = await world.ann.click(here(result), label="Yes, delete it")
    assert said(done) == "Deleted. `/tasks list` still knows the task."


async def test_delete_where_the_bot_may_not(world: World) -> None:
    task = await world.delivered()
    result = await world.press(task, "delete")
    world.env.inject_error("DELETE", "/channels/*", status=403, code=50013)
    done = await world.ann.click(here(result), label="Yes, delete it")
    assert "The bot may not delete messages here." in said(done)
    assert len(world.channel.history(viewer=world.lin)) == 1


async def test_who_may_cancel_and_delete(world: World) -> None:
    keeper = moderator(world)
    await world.video()
    await world.work()
    task = await world.task()
    assert refusal(await world.press(task, "cancel", world.ben)) == STRANGER
    assert (await world.task()).phase is Phase.WAITING
    await world.press(task, "cancel", keeper)
    await world.work()
    assert (await world.task()).phase is Phase.CANCELLED
    for action in ("delete", "retry"):
        assert refusal(await world.press(task, action, world.ben)) == STRANGER
    assert refusal(await world.press(task, "retry", keeper)) == STRANGER
    result = await world.press(task, "delete", keeper)
    await keeper.click(here(result), label="Yes, delete it")
    assert world.channel.history(viewer=world.lin) == []


async def test_a_stranger_cannot_forge_the_confirmation(world: World) -> None:
    task = await world.delivered()
    name = f"v1:delete-now:{task.id}:{task.place.channel_id}.{task.place.message_id}"
    assert refusal(await forged(world, task, name, world.ben)) == STRANGER
    assert len(world.channel.history(viewer=world.lin)) == 1


# ------------------------------------------------------------------------------------------------ strange buttons


@pytest.mark.parametrize(
    ("custom_id", "sentence"),
    [
        ("v1:again:0123456789", "There is no task “0123456789”."),
        ("v1:details:0123456789", "There is no task “0123456789”."),
        ("v1:extend:0123456789", "There is no task “0123456789”."),
        ("v1:explode:{task}", OTHER_VERSION),
        ("v1:delete-now:{task}", OTHER_VERSION),
        ("v1:delete-now:{task}:1.x", OTHER_VERSION),
    ],
)
async def test_forged_buttons(world: World, custom_id: str, sentence: str) -> None:
    task = await world.delivered()
    assert refusal(await forged(world, task, custom_id.format(task=task.id))) == sentence
    assert (len(await world.tasks()), len(world.channel.history(viewer=world.lin))) == (1, 1)


@pytest.mark.parametrize("custom_id", ["v2:again:{task}", "v1:again", "v1:AGAIN:{task}", "v1:page:x", "hello"])
async def test_buttons_of_another_version(world: World, custom_id: str) -> None:
    task = await world.delivered()
    result = await forged(world, task, custom_id.format(task=task.id))
    assert said(result) == OTHER_VERSION
    assert alone(result)
    assert len(await world.tasks()) == 1
