"""Turns of a conversation: what counts, what can be gone on with, and who sees to an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from simcord import MemberActor

from bot.engine import Asker
from bot.engine.answers import Answers
from bot.errors import Problem
from bot.store.conversations import LEASE
from bot.talk import Exchange, State
from tests.abuse.kit import click
from tests.discord.chats import asked, exchange, messages, note, press
from tests.discord.flux import manager
from tests.discord.kit import forge, here, refusal, words_of
from tests.discord.recraft import picture
from tests.world import World, a_world, labels, said

GONE_ON = "The conversation has gone on since. Reply instead."
HAIKU = "claude-3-5-haiku-20241022"
WAIT = "Wait for the answer before, or stop it first."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Claude, who answers at once."""
    async with a_world(tmp_path, PROVIDERS="claude") as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


def turns(world: World) -> list[str]:
    """What the model was told last: every turn's words."""
    calls = [call.json for call in world.relay.calls if call.path == "/v1/messages"]
    return [said["content"][-1].get("text", "") for said in calls[-1]["messages"]]


def count(world: World) -> int:
    """How many questions were sent."""
    return sum(call.path == "/v1/messages" for call in world.relay.calls)


async def reply(world: World, found: Exchange, prompt: str) -> Any:
    """Go on by command; the answer is given later."""
    name = found.conversation_id
    return await world.ann.slash(world.channel, "claude conversations reply", conversation=name, prompt=prompt)


async def until(true: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def interrupted(world: World, steps: list[asyncio.Task[None]]) -> None:
    """End what is being answered, as a shutdown does."""
    for step in steps:
        step.cancel()
    await asyncio.gather(*steps, return_exceptions=True)


async def test_an_answer_counts_until_there_is_another(world: World) -> None:
    await asked(world, "My name is Ann")
    first = await exchange(world)
    world.relay.faults.add(method="POST", path="/v1/messages", status=500, times=1)
    await press(world, first, "chat-again")
    assert (await exchange(world)).state is State.FAILED
    await reply(world, first, "What is my name?")
    await world.work()
    assert turns(world) == ["My name is Ann", first.answer, "What is my name?"]


async def test_a_new_answer_takes_the_old_ones_place(world: World) -> None:
    await asked(world, "Tell me of foxes")
    first = await exchange(world)
    await press(world, first, "chat-again")
    second = await exchange(world)
    await reply(world, second, "And of owls")
    await world.work()
    assert turns(world) == ["Tell me of foxes", second.answer, "And of owls"]


async def test_continue_is_about_the_answer_above_it(world: World) -> None:
    await asked(world, "A story sim:length")
    first = await exchange(world)
    await reply(world, first, "Something else")
    await world.work()
    before = count(world)
    assert refusal(await press(world, first, "chat-go-on")) == GONE_ON
    assert count(world) == before


async def test_continue_works_once(world: World) -> None:
    await asked(world, "A story sim:length")
    first = await exchange(world)
    await press(world, first, "chat-go-on")
    before = count(world)
    world.clock.now += 30  # no slip of the finger
    assert refusal(await press(world, first, "chat-go-on")) == GONE_ON
    assert count(world) == before == 2


async def test_pressed_thrice_asked_once(world: World) -> None:
    await asked(world, "Tell me of foxes")
    first = await exchange(world)
    message = messages(world, first)[-1]
    results = []
    for _press in range(3):
        results.append(await world.ann.click(message, custom_id=f"v1:chat-again:{first.id}"))
        world.clock.now += 30  # no slip of the finger
    assert [refusal(result) for result in results[1:]] == [WAIT, WAIT]
    await world.work()
    assert count(world) == 2


async def test_a_shutdown_before_the_first_word(world: World) -> None:
    world.relay.chat.first = 30.0
    await world.ann.slash(world.channel, "claude chat", prompt="What is the capital of France?")
    steps = world.app.talk.answers.start_due()
    await until(lambda: count(world) == 1)
    await interrupted(world, steps)
    world.relay.chat.first = 0.0
    await world.restart(PROVIDERS="claude")
    await world.work()
    found = await exchange(world)
    assert (found.state, note(world, found)) == (State.FAILED, "The bot was restarted in the middle of this answer.")
    assert labels(messages(world, found)[-1]) == ["Regenerate", "Details"]
    forge(world, messages(world, found)[-1], f"v1:chat-go-on:{found.id}")  # as an older version left it
    await press(world, found, "chat-go-on")
    assert turns(world) == ["What is the capital of France?"]


async def test_a_picture_alone_is_asked_about_again(world: World) -> None:
    await asked(world, " ", file=("red.png", picture(64)))
    first = await exchange(world)
    await press(world, first, "chat-again")
    assert (await exchange(world)).state is State.DONE and count(world) == 2


async def test_another_process_leaves_a_living_answer_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.talk.conversations.database, "shared", True, raising=False)
    world.relay.chat.first = 30.0
    await world.ann.slash(world.channel, "claude chat", prompt="Tell me of foxes")
    steps = world.app.talk.answers.start_due()
    await until(lambda: count(world) == 1)
    mine = world.app.talk.answers
    other = Answers(mine.core, mine.conversations, mine.speaker)
    assert await other.recover() == 0
    world.clock.now += LEASE + 1  # the first one died
    assert await other.recover() == 1 and await other.recover() == 0
    third = Answers(mine.core, mine.conversations, mine.speaker)
    assert await third.recover() == 0
    await other.step()
    (row,) = await mine.conversations.database.rows("SELECT state, shown FROM exchanges")
    assert (row["state"], row["shown"]) == ("failed", 1)
    await interrupted(world, steps)


async def test_a_search_that_finds_nothing(world: World) -> None:
    await asked(world, "Tell me of foxes")
    result = await world.ann.slash(world.channel, "claude conversations list", search="zebra")
    assert "None of your conversations is called “zebra”." in words_of(here(result))


async def test_more_conversations_than_a_list_holds(world: World) -> None:
    for number in range(26):
        await asked(world, f"Question {number}")
        world.clock.now += 1
    first = here(await world.ann.slash(world.channel, "claude conversations list", search="Question"))
    assert "Question 25" in words_of(first) and "Question 5 " not in words_of(first)
    await world.restart(PROVIDERS="claude")
    second = here(await world.ann.click(first, label="Next"))
    assert "Question 5 " in words_of(second) and "Question 6 " not in words_of(second)
    back = here(await world.ann.click(second, label="Back"))
    assert words_of(back) == words_of(first)


async def test_an_answer_after_which_the_conversation_went_on_stays(world: World) -> None:
    await asked(world, "Tell me of foxes")
    first = await exchange(world)
    await reply(world, first, "And of owls")
    await world.work()
    assert refusal(await press(world, first, "chat-again")) == GONE_ON
    assert count(world) == 2


async def test_another_model_from_now_on(world: World) -> None:
    await asked(world, "Tell me of foxes", model="claude-opus-4-20250514")
    first = await exchange(world)
    name, command = first.conversation_id, "claude conversations reply"
    await world.ann.slash(
        world.channel, command, conversation=name, prompt="And of owls", model=" claude-3-5-haiku-20241022 "
    )
    await world.work()
    second = await exchange(world)
    await reply(world, second, "And of bats")
    await world.work()
    models = [call.json["model"] for call in world.relay.calls if call.path == "/v1/messages"]
    assert models == ["claude-opus-4-20250514", "claude-3-5-haiku-20241022", "claude-3-5-haiku-20241022"]
    shown = [said(await press(world, found, "chat-details")).replace("\\", "") for found in (first, second)]
    assert "claude-opus-4-20250514" in shown[0] and "claude-3-5-haiku-20241022" in shown[1]


async def test_another_model_knows_nothing_of_the_thinking_of_the_one_before(world: World) -> None:
    await asked(world, "Tell me of foxes", thinking=2048)
    await go_on_with(world, "claude-3-5-haiku-20241022")
    first, second = [call.json for call in world.relay.calls if call.path == "/v1/messages"]
    assert "thinking" in first and "thinking" not in second


async def go_on_with(world: World, model: str, who: MemberActor | None = None, command: str = "claude") -> Any:
    """Go on with the newest conversation with another model."""
    name = (await exchange(world)).conversation_id
    result = await (who or world.ann).slash(
        world.channel, f"{command} conversations reply", conversation=name, prompt="And of owls", model=model
    )
    await world.work()
    return result


@pytest.mark.parametrize("by", ["ann", "ben"])
async def test_a_model_is_kept_that_has_answered_its_owner(world: World, by: str) -> None:
    """What somebody else wants to hear, or what does not answer, leaves the conversation as it was."""
    await asked(world, "Tell me of foxes", model="claude-opus-4-20250514", everybody=True)
    first = await exchange(world)
    await go_on_with(world, "claude-none" if by == "ann" else "claude-3-5-haiku-20241022", getattr(world, by))
    assert (await exchange(world)).state is (State.FAILED if by == "ann" else State.DONE)
    await reply(world, first, "And of bats")
    await world.work()
    assert (await exchange(world)).model == "claude-opus-4-20250514"


async def test_the_rest_of_an_answer_comes_from_its_own_model(world: World) -> None:
    await asked(world, "Tell me of foxes", model="claude-opus-4-20250514", everybody=True)
    name = (await exchange(world)).conversation_id
    await world.ben.slash(
        world.channel,
        "claude conversations reply",
        conversation=name,
        prompt="sim:cut",
        model="claude-3-5-haiku-20241022",
    )
    await world.work()
    await press(world, await exchange(world), "chat-go-on", world.ben)
    await world.work()
    assert (await exchange(world)).model == "claude-3-5-haiku-20241022"


async def test_a_conversation_with_another_provider(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="claude,openai") as world:
        await asked(world, "Tell me of foxes")
        result = await go_on_with(world, "gpt-4o", command="openai")
        assert refusal(result) == "That is a conversation with Claude. Use its own command." and count(world) == 1


async def test_it_is_closed_while_somebody_goes_on(world: World) -> None:
    """A change of one thing leaves what was changed meanwhile."""
    await asked(world, "Tell me of foxes", everybody=True)
    name = (await exchange(world)).conversation_id
    await world.ann.slash(world.channel, "claude conversations reply", conversation=name, prompt="Owls", model=HAIKU)
    await world.ann.slash(world.channel, "claude conversations share", conversation=name, everybody=False)
    await world.work()
    kept = await world.app.talk.conversations.conversation(name)
    assert kept is not None and (kept.open, kept.manner.model) == (False, "claude-3-5-haiku-20241022")


async def test_what_is_asked_again_is_looked_at_again(world: World) -> None:
    """A rule that came since counts for its files and for how the model was told to be, too."""
    await asked(world, "What is this?", system="You are a squid.", file=("notes.txt", b"of a kraken"))
    first, kim = await exchange(world), manager(world)
    for rule in ("kraken", "squid"):
        await kim.slash(world.channel, "safety add", rule=rule)
        with pytest.raises(Problem, match=f"The rule “{rule}” does not allow this prompt"):
            await world.app.talk.regenerate(first.id, Asker(world.ann.id), first.place)
        await kim.slash(world.channel, "safety remove", rule=rule)
    assert count(world) == 1


async def test_a_page_that_is_empty_meanwhile(world: World) -> None:
    await asked(world, "Tell me of foxes")
    shown = here(await world.ann.slash(world.channel, "claude conversations list"))
    page = await click(world, world.ann, shown.message, "v1:panel:talks-claude:3:")
    assert "There is nothing on this page any more." in words_of(page.response)


async def test_what_others_see_of_an_answer(world: World) -> None:
    await asked(world, "My secret plan")
    found = await exchange(world)
    own, others = [said(await press(world, found, "chat-details", who)) for who in (world.ann, world.ben)]
    assert "My secret plan" in own and found.conversation_id in own
    assert "My secret plan" not in others and found.conversation_id not in others and "**Model**" in others


async def test_a_model_that_thinks_can_be_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ui.speaker.THINKING", 0.05)
    world.relay.chat.first = 30.0
    await world.ann.slash(world.channel, "claude chat", prompt="A riddle")
    steps = world.app.talk.answers.start_due()
    found = await exchange(world)
    await until(lambda: messages(world, found)[0].content == "💭 Thinking…")
    await world.ann.click(messages(world, found)[0], custom_id=f"v1:chat-stop:{found.id}")
    await asyncio.gather(*steps)
    found = await exchange(world)
    assert (found.state, note(world, found), messages(world, found)[0].content) == (State.STOPPED, "Stopped.", "")


async def test_a_model_that_thinks_aloud_is_said_to_think(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ui.speaker.THINKING", 0.05)
    world.relay.chat.pause = 0.1
    await world.ann.slash(world.channel, "claude chat", prompt="sim:echo <think>hm hm hm hm hm</think>Owls.")
    steps = world.app.talk.answers.start_due()
    found = await exchange(world)
    await until(lambda: messages(world, found)[0].content == "💭 Thinking…")
    assert "Stop" in labels(messages(world, found)[0])
    await asyncio.gather(*steps)
    found = await exchange(world)
    assert (found.state, messages(world, found)[0].content) == (State.DONE, "Owls.")
