"""Conversations in threads: opened by the command, gone on with by messages, mentions and buttons."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from simcord import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType

from bot.engine import answers
from bot.engine.ports import Later
from bot.talk import Exchange, State
from bot.ui.courier import Courier
from tests.discord.chats import asked, exchange, messages, note, press, text
from tests.discord.kit import refusal, requests
from tests.world import World, a_world

NOT_HERE = "A thread can be opened in a text channel of a server only. Leave `thread` out here."
NOT_ALLOWED = "I may not open threads in this channel. Leave `thread` out, or ask a moderator to allow it."


@asynccontextmanager
async def chatting(folder: Path, thread_messages: str = "mentions") -> AsyncIterator[World]:
    async with a_world(folder, PROVIDERS="claude,openai", THREAD_MESSAGES=thread_messages) as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world, where everything that is said in a thread goes on with its conversation."""
    async with chatting(tmp_path, "all") as found:
        yield found


async def opened(world: World, prompt: str = "what is a fox?", **options: Any) -> ChannelHandle:
    """The thread of a new conversation."""
    await asked(world, prompt, thread=True, **options)
    (thread,) = world.channel.threads
    return thread


async def written(
    world: World, thread: ChannelHandle, words: str, who: MemberActor | None = None, **more: Any
) -> Exchange:
    """Write in a thread; the newest exchange when that is answered, if it is."""
    await (who or world.ann).send(thread, words, **more)
    await world.work()
    return await exchange(world)


def mention(world: World) -> str:
    """How the bot is called in a message."""
    return f"<@{world.env.backend.bot_user.id}>"


def asked_of_the_model(world: World) -> list[Any]:
    """What the model was told with the newest call."""
    calls = [call.json for call in world.relay.calls if call.path == "/v1/messages"]
    return [part["text"] for said in calls[-1]["messages"] for part in said["content"] if said["role"] == "user"]


async def test_the_answer_is_in_a_thread_of_its_own(world: World) -> None:
    thread = await opened(world)
    found = await exchange(world)
    assert (found.state, found.place.channel_id, found.shown) == (State.DONE, thread.id, True)
    assert thread.name == "what is a fox?"
    assert text(world, found) == found.answer
    first = world.channel.history()[0]
    assert first.content == "> what is a fox?\nThe answer is in the thread."
    assert first.id == thread.id


async def test_plain_messages_go_on_with_it(world: World) -> None:
    thread = await opened(world)
    found = await written(world, thread, "and what does it eat?")
    assert (found.number, found.question, found.state) == (1, "and what does it eat?", State.DONE)
    assert asked_of_the_model(world) == ["what is a fox?", "and what does it eat?"]
    assert messages(world, found)[0].channel.id == thread.id
    assert any(request.path.endswith(f"/channels/{thread.id}/typing") for request in requests(world, "POST", "/typing"))


async def test_after_a_restart(world: World) -> None:
    thread = await opened(world)
    await world.restart(THREAD_MESSAGES="all")
    found = await written(world, thread, "and what does it eat?")
    assert (found.number, found.state) == (1, State.DONE)


async def test_a_file_goes_along(world: World) -> None:
    thread = await opened(world)
    found = await written(world, thread, "and this?", attachments=(("note.txt", b"foxes sleep by day"),))
    assert [file.name for file in found.files] == ["note.txt"]
    assert "foxes sleep by day" in asked_of_the_model(world)[-1]


async def test_a_zip_is_refused_in_the_thread(world: World) -> None:
    thread = await opened(world)
    await written(world, thread, "and this?", attachments=(("a.zip", b"PK\x03\x04\x00\x01\xff\xfe"),))
    assert "a.zip" in thread.history()[-1].content and len(await all_exchanges(world)) == 1


async def test_nothing_but_a_mention(world: World) -> None:
    thread = await opened(world)
    await written(world, thread, mention(world))
    assert thread.history()[-1].content == "Say something to the model first."


async def test_others_talk_among_themselves(world: World) -> None:
    thread = await opened(world)
    await written(world, thread, "I have seen one", world.ben)
    assert len(await all_exchanges(world)) == 1
    await written(world, thread, f"{mention(world)} are they clever?", world.ben)
    assert thread.history()[-1].content == "This is somebody else's conversation, and it is not open to everybody."
    assert len(await all_exchanges(world)) == 1


async def test_an_open_one_answers_everybody(world: World) -> None:
    thread = await opened(world, everybody=True)
    found = await written(world, thread, "are they clever?", world.ben)
    assert (found.user_id, found.state) == (world.ben.id, State.DONE)


async def test_a_message_that_comes_twice_is_answered_once(world: World) -> None:
    thread = await opened(world)
    message = await world.ann.send(thread, "and what does it eat?")
    await world.work()
    await world.app.client.on_message(message)
    await world.work()
    assert len(await all_exchanges(world)) == 2


async def test_only_mentions_without_the_intent(tmp_path: Path) -> None:
    async with chatting(tmp_path) as world:
        assert not world.app.client.intents.message_content
        thread = await opened(world)
        await written(world, thread, "and what does it eat?")
        assert len(await all_exchanges(world)) == 1
        found = await written(world, thread, f"{mention(world)} and what does it eat?")
        assert (found.number, found.question) == (1, "and what does it eat?")


async def test_only_buttons_if_the_operator_wants(tmp_path: Path) -> None:
    async with chatting(tmp_path, "off") as world:
        assert not world.app.client.intents.messages
        thread = await opened(world)
        await written(world, thread, f"{mention(world)} and what does it eat?")
        assert len(await all_exchanges(world)) == 1
        await press(world, await exchange(world), "chat-again")
        assert len(await all_exchanges(world)) == 2


async def test_the_buttons_work_in_the_thread(world: World) -> None:
    thread = await opened(world)
    await press(world, await exchange(world), "chat-again")
    found = await exchange(world)
    assert (found.number, found.place.channel_id, found.state) == (0, thread.id, State.DONE)


async def test_other_threads_are_none_of_our_business(world: World) -> None:
    await opened(world)
    made = world.env.backend.create_thread(world.channel.id, "foxes", world.ben.id)
    await world.work()
    (theirs,) = [thread for thread in world.channel.threads if thread.id == made.id]
    await written(world, theirs, f"{mention(world)} hello")
    await written(world, world.channel, f"{mention(world)} hello")
    assert len(await all_exchanges(world)) == 1 and len(theirs.history()) == 1


async def test_no_thread_in_a_direct_message(world: World) -> None:
    assert refusal(await world.ann.user.slash("claude chat", prompt="a fox", thread=True)) == NOT_HERE


async def test_no_thread_in_a_thread(world: World) -> None:
    thread = await opened(world)
    result = await world.ann.slash(thread, "claude chat", prompt="a fox", thread=True)
    assert refusal(result) == NOT_HERE


async def test_no_right_to_open_one(world: World) -> None:
    me, denied = world.env.backend.bot_user.id, discord.Permissions(create_public_threads=True).value
    world.env.backend.set_overwrite(world.channel.id, Overwrite(me, OverwriteType.MEMBER, deny=denied))
    assert refusal(await world.ann.slash(world.channel, "claude chat", prompt="a fox", thread=True)) == NOT_ALLOWED
    assert await all_exchanges(world) == []


async def test_a_thread_that_cannot_be_opened_after_all(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/threads", status=403, code=50013)
    await asked(world, "what is a fox?", thread=True)
    found = await exchange(world)
    assert (found.state, found.place.channel_id) == (State.DONE, world.channel.id)
    assert text(world, found) == found.answer and world.channel.threads == []
    assert note(world, found) == "No thread could be opened, so the answer is here."


async def test_a_thread_that_cannot_be_opened_at_first(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/threads", status=503)
    thread = await opened(world)
    found = await exchange(world)
    assert (found.place.channel_id, text(world, found)) == (thread.id, found.answer)
    assert note(world, found) == ""


async def test_a_thread_that_could_not_be_opened_before_the_answer_was_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said all the same."""
    monkeypatch.setattr(answers, "THREAD_TRIES", 2)
    monkeypatch.setattr(Courier, "open_thread", later)
    await asked(world, "hi", thread=True)
    found = await exchange(world)
    assert (found.state, note(world, found)) == (State.DONE, "No thread could be opened, so the answer is here.")


async def later(*_about: object) -> None:
    """Not now, and not in a moment."""
    raise Later(0.2)


async def test_a_lost_sign_that_the_bot_is_typing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await opened(world)

    def broken(_thread: discord.Thread) -> None:
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(discord.Thread, "typing", broken)
    await world.ann.send(thread, f"{mention(world)} are you there?")
    await world.work()
    found = await exchange(world)
    assert (found.question, found.state) == ("are you there?", State.DONE)


async def test_a_thread_that_was_opened_without_an_answer(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/threads", status=400, code=160004)
    await asked(world, "what is a fox?", thread=True)
    assert (await exchange(world)).shown


async def test_a_deleted_conversation(world: World) -> None:
    thread = await opened(world)
    name = (await exchange(world)).conversation_id
    await world.ann.slash(world.channel, "claude conversations delete", conversation=name)
    before = len(thread.history())
    await world.ann.send(thread, "are you there?")
    assert len(thread.history()) == before + 1
    await world.ann.send(thread, f"{mention(world)} are you there?")
    assert thread.history()[-1].content == "This conversation was deleted."


async def test_a_deleted_thread(world: World) -> None:
    thread = await opened(world)
    world.relay.hold = True
    await world.ann.send(thread, "and what does it eat?")
    world.env.backend.delete_channel(thread.id)
    await world.work()
    found = await exchange(world)
    assert (found.state, found.shown) == (State.DONE, True)
    assert [message.content for message in world.direct(world.ann)] == [found.answer]


async def all_exchanges(world: World) -> list[Any]:
    """Every stored exchange."""
    return list(await world.app.talk.conversations.database.rows("SELECT id FROM exchanges"))
