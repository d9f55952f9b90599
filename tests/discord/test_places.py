"""Where a card is, and what happens when it can no longer be reached there."""

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.task import Phase
from tests.discord.kit import bodies, drawn, edits, here, one_film, requests
from tests.world import World, said

LATER = 15 * 60
"""Seconds after which an interaction's token is dead."""
READY = "The result is ready, but there was no place left to show it. `/tasks show` brings it back."


async def long_one(world: World) -> None:
    """A task that is still running when its token is dead."""
    one_film(world)
    world.relay.hold = True
    await world.video()
    await world.pass_time(LATER, step=30)


async def finish(world: World) -> None:
    """Let the long one end."""
    world.relay.release()
    await world.pass_time(60)


def forbid(world: World, *names: str) -> None:
    """Take permissions from the bot in the channel."""
    denied = discord.Permissions(**dict.fromkeys(names, True)).value
    me = world.env.backend.bot_user.id
    world.env.backend.set_overwrite(world.channel.id, Overwrite(me, OverwriteType.MEMBER, deny=denied))


def refuse_direct(world: World) -> None:
    """Ann takes no direct messages."""
    world.env.inject_error(
        "POST", f"/channels/{world.ann.user.dm_channel.id}/messages", status=403, code=50007, times=None
    )


async def test_the_token_is_used_for_fourteen_minutes_and_then_no_more(world: World) -> None:
    await long_one(world)
    task = await world.task()
    assert {edit.path.split("/")[1] for edit in edits(world, task)} == {"webhooks"}
    before = len(world.env.http_requests)
    await finish(world)
    after = world.env.http_requests[before:]
    card = f"/channels/{world.channel.id}/messages/{task.place.message_id}"
    assert [(entry.method, entry.path) for entry in after] == [
        ("PATCH", card),
        ("POST", f"/channels/{world.channel.id}/messages"),
    ]
    assert bodies(world, "POST", "/messages")[-1]["message_reference"]["message_id"] == task.place.message_id
    assert world.message(task).attachments[0].filename == f"a-fox-{task.id[:4]}.mp4"
    assert (await world.task()).phase is Phase.DELIVERED
    assert world.direct(world.ann) == []


async def test_just_before_fourteen_minutes_the_token_is_used(world: World) -> None:
    one_film(world)
    world.relay.hold = True
    await world.video()
    await world.pass_time(13 * 60, step=30)
    world.relay.release()
    await world.pass_time(30)
    assert {edit.path.split("/")[1] for edit in edits(world, await world.task())} == {"webhooks"}


async def test_a_token_that_dies_early(world: World) -> None:
    """Discord says 401 or 404 to a dead token: the bot's own right is used, and the token never again."""
    one_film(world)
    await world.video()
    await world.work()
    world.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await world.pass_time(30)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and task.place.token == ""
    assert world.message(task).attachments != []


@pytest.mark.parametrize("names", [("view_channel",), ("view_channel", "send_messages")])
async def test_permission_lost(world: World, names: tuple[str, ...]) -> None:
    await long_one(world)
    forbid(world, *names)
    await finish(world)
    direct = world.direct(world.ann)
    assert direct[0].attachments[0].filename.startswith("a-fox-")
    assert "✅ Finished" in drawn(direct[0])
    task = await world.task()
    assert (task.phase, task.place.channel_id) == (Phase.DELIVERED, world.ann.user.dm_channel.id)
    assert len(world.relay.paid()) == 1


async def test_a_direct_result_needs_no_ping_beside_it(world: World) -> None:
    await long_one(world)
    forbid(world, "view_channel")
    await finish(world)
    assert len(world.direct(world.ann)) == 1


async def test_buttons_of_a_direct_result(world: World) -> None:
    await long_one(world)
    forbid(world, "view_channel")
    await finish(world)
    task = await world.task()
    assert "Again" in world.labels(task)
    details = await world.press(task, "details", world.ann.user)
    assert said(details).startswith(f"**Task** `{task.id}`")
    world.clock.now += 1
    again = await world.press(task, "again", world.ann.user)
    await world.pass_time(30)
    assert here(again).attachments != []
    sure = await world.press(task, "delete", world.ann.user)
    await world.ann.user.click(here(sure), label="Yes, delete it")
    assert task.place.message_id not in [message.id for message in world.direct(world.ann)]


async def test_the_bot_is_thrown_out(world: World) -> None:
    await long_one(world)
    world.env.backend.remove_guild(world.guild.id)
    await finish(world)
    assert world.direct(world.ann)[0].attachments != []


@pytest.mark.parametrize("after", [0, LATER])
async def test_the_card_is_deleted(world: World, after: int) -> None:
    one_film(world)
    world.relay.hold = True
    await world.video()
    await world.pass_time(after + 5, step=30)
    world.env.backend.delete_message(world.channel.id, (await world.task()).place.message_id)
    await finish(world)
    task = await world.task()
    assert task.phase is Phase.DELIVERED
    assert [message.id for message in world.direct(world.ann)] == [task.place.message_id]
    assert world.channel.history() == []


async def test_the_channel_is_deleted(world: World) -> None:
    await long_one(world)
    world.env.backend.delete_channel(world.channel.id)
    await finish(world)
    assert world.direct(world.ann)[0].attachments != []


async def test_a_failure_is_told_directly_too(world: World) -> None:
    await world.video(prompt="sim:fail")
    await world.work()
    world.env.backend.delete_message(world.channel.id, (await world.task()).place.message_id)
    await world.pass_time(30)
    (message,) = world.direct(world.ann)
    assert "The model could not finish this generation" in drawn(message)
    result = await world.ann.user.click(message, label="Retry")
    assert result.acknowledged
    await world.work()
    assert len(world.relay.paid()) == 2


async def test_no_edits_into_the_void(world: World) -> None:
    await world.video(prompt="sim:slow")
    await world.work()
    task = await world.task()
    world.env.backend.delete_message(world.channel.id, task.place.message_id)
    await world.pass_time(50)
    assert len(requests(world, "PATCH", f"/webhooks/{task.place.application_id}")) == 2


async def test_direct_messages_refused_the_result_waits(world: World) -> None:
    await long_one(world)
    refuse_direct(world)
    world.env.backend.delete_message(world.channel.id, (await world.task()).place.message_id)
    await finish(world)
    task = await world.task()
    assert (task.phase, str(task.reason)) == (Phase.DONE, READY)
    await world.pass_time(3600, step=600)
    assert len(requests(world, "POST", f"/channels/{world.ann.user.dm_channel.id}/messages")) == 1
    result = await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.work()
    assert here(result).attachments != []
    assert (await world.task()).phase is Phase.DELIVERED
    assert "no place left" not in world.text(await world.task())
    assert len(world.relay.paid()) == 1


async def test_direct_messages_as_the_place(world: World) -> None:
    one_film(world)
    world.relay.hold = True
    result = await world.ann.user.slash("luma video", prompt="a fox")
    await world.pass_time(LATER, step=30)
    await finish(world)
    task = await world.task()
    assert (task.place.guild_id, task.place.channel_id) == (None, world.ann.user.dm_channel.id)
    assert here(result).attachments != []
    _card, ping = world.direct(world.ann)
    assert f"https://discord.com/channels/@me/{task.place.channel_id}/{task.place.message_id}" in ping.content


async def test_a_card_that_discord_made_private(world: World) -> None:
    """Where outside apps may not speak, Discord shows the answer to its asker alone: after its token, a message."""
    one_film(world)
    world.relay.hold = True
    await world.video()
    task = await world.task()
    world.env.backend.get_message(world.channel.id, task.place.message_id).flags |= 64
    await world.pass_time(LATER, step=30)
    assert "🎨 Being made" in world.text(task)
    await finish(world)
    assert world.direct(world.ann)[0].attachments != []
    assert (await world.task()).phase is Phase.DELIVERED


async def test_a_place_that_the_bot_cannot_see_says_so(world: World) -> None:
    forbid(world, "view_channel")
    await world.video()
    await world.work()
    task = await world.task()
    assert world.text(task).splitlines()[3] == (
        "The bot may not write in this channel. If this takes longer than a quarter of an hour, "
        "the result comes as a direct message."
    )


async def test_other_peoples_cards_are_not_delayed(world: World) -> None:
    one_film(world)
    await world.video(world.ann)
    world.clock.now += 1
    await world.video(world.ben)
    await world.work()
    gone, stays = await world.tasks()
    world.env.backend.delete_message(world.channel.id, gone.place.message_id)
    refuse_direct(world)
    await world.pass_time(15)
    assert world.message(stays).attachments != []
    assert (await world.tasks())[0].phase is Phase.DONE
