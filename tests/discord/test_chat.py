"""Conversations: asked, answered, gone on with, found again."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.simulator.chat import reply_to
from bot.engine.pieces import pieces
from bot.engine.talk import GO_ON
from bot.talk import State
from tests.discord.chats import asked, exchange, messages, note, press, text
from tests.discord.kit import here, refusal, words_of
from tests.discord.recraft import picture
from tests.world import World, a_world, alone, labels, said

PDF = b"%PDF-1.7 x"
ENDED = ["Reply", "Regenerate", "Details"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Claude, who thinks fast."""
    async with a_world(tmp_path, PROVIDERS="claude") as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


def sent(world: World) -> list[dict[str, Any]]:
    """The bodies of the questions that the relay got."""
    return [call.json for call in world.relay.calls if call.path == "/v1/messages"]


async def test_a_question_and_its_answer(world: World) -> None:
    result = await asked(world, "Tell me of the river", system="Be brief.", model="claude-3-5-haiku-20241022")
    found = await exchange(world)
    assert not alone(result) and here(result).id == found.place.message_id
    assert found.state is State.DONE and found.shown
    assert text(world, found) == found.answer != ""
    assert labels(messages(world, found)[-1]) == ENDED
    (body,) = sent(world)
    assert body == {
        "model": "claude-3-5-haiku-20241022",
        "max_tokens": 8192,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Tell me of the river"}]}],
        "stream": True,
        "system": "Be brief.",
    }
    (call,) = [call for call in world.relay.calls if call.path == "/v1/messages"]
    assert call.headers["x-api-key"] == "sk-good" and call.headers["anthropic-version"] == "2023-06-01"


async def test_a_long_answer_with_code_is_several_messages(world: World) -> None:
    await asked(world, "A long text of 700 words with code")
    found = await exchange(world)
    shown = messages(world, found)
    assert len(shown) > 2
    assert all(len(message.content) <= 2000 and message.content.count("```") % 2 == 0 for message in shown)
    assert [labels(message) for message in shown[:-1]] == [[]] * (len(shown) - 1)
    assert labels(shown[-1]) == ENDED
    bare = "".join(found.answer.split())
    assert bare.replace("```python", "").replace("```", "") == "".join(
        "".join(message.content.split()) for message in shown
    ).replace("```python", "").replace("```", "")


async def test_an_endless_answer_ends_as_a_file(world: World) -> None:
    await asked(world, "A long text of 3000 words")
    found = await exchange(world)
    shown = messages(world, found)
    assert len(shown) == 5
    (file,) = shown[-1].attachments
    rest = (await file.read()).decode()
    assert file.filename == "answer.md" and found.answer.endswith(rest) and len(rest) > 2000
    assert note(world, found) == "The rest is in the attached file."


async def test_a_reply_goes_on(world: World) -> None:
    await asked(world, "Tell me of the river")
    first = await exchange(world)
    form = await press(world, first, "chat-reply")
    assert form.modal is not None
    await world.ann.submit_modal(form, {"text": "And the lens?"})
    await world.work()
    second = await exchange(world)
    assert (second.conversation_id, second.number) == (first.conversation_id, 1)
    assert second.answer.startswith("Earlier you said: “Tell me of the river")
    roles = [(one["role"], one["content"][0]["text"]) for one in sent(world)[-1]["messages"]]
    assert roles == [("user", "Tell me of the river"), ("assistant", first.answer), ("user", "And the lens?")]


async def test_regenerated_the_old_answer_no_longer_counts(world: World) -> None:
    await asked(world, "Tell me of the river")
    first = await exchange(world)
    world.clock.now += 1
    await press(world, first, "chat-again")
    again = await exchange(world)
    assert again.number == 0 and again.id != first.id and again.question == first.question
    form = await press(world, again, "chat-reply")
    world.clock.now += 1
    await world.ann.submit_modal(form, {"text": "More"})
    await world.work()
    assert len(sent(world)[-1]["messages"]) == 3


async def test_pictures_and_papers(world: World) -> None:
    files: dict[str, Any] = {
        "file": ("red.png", picture(64)),
        "file2": ("notes.txt", "Buy ☕".encode()),
        "file3": ("a.pdf", b"%PDF-1.7 x"),
    }
    await asked(world, "What is this?", **files)
    (body,) = sent(world)
    kinds = [block["type"] for block in body["messages"][0]["content"]]
    assert kinds == ["image", "document", "text"]
    assert body["messages"][0]["content"][-1]["text"] == "notes.txt:\n\nBuy ☕\n\nWhat is this?"
    assert "picture of 64 × 64 pixels and a PDF document" in (await exchange(world)).answer


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("a.zip", b"PK\x03\x04" + b"\0" * 50), "a.zip is neither a picture nor a text file."),
        (("a.mp3", b"ID3" + b"\0" * 50), "a.mp3 is neither a picture nor a text file."),
        (("long.txt", b"x" * 200_000), "long.txt is too long: 200000 characters, at most 100000."),
        (("big.txt", b"x" * (11 * 1024 * 1024)), "big.txt is too large: at most 10 MiB."),
    ],
)
async def test_files_that_cannot_be_given(world: World, file: tuple[str, bytes], sentence: str) -> None:
    result = await asked(world, "What is this?", file=file)
    assert refusal(result) == sentence and sent(world) == []


async def test_a_question_without_words(world: World) -> None:
    assert refusal(await asked(world, "   ")) == "Say something to the model first."


async def test_an_unknown_model(world: World) -> None:
    await asked(world, "Hello", model="claude-none")
    found = await exchange(world)
    assert found.state is State.FAILED and labels(messages(world, found)[-1]) == ["Regenerate", "Details"]
    assert note(world, found).startswith("The relay has no model “claude\\-none”, or nobody who offers it.")


@pytest.mark.parametrize(
    ("word", "state", "sentence"),
    [
        ("cut", State.CUT, "The connection to the relay broke in the middle of this answer."),
        ("error", State.CUT, "The relay is overloaded right now."),
        ("revoked", State.CUT, "The relay refused this bot's key. The operator has to look at it."),
        ("revoked sim:bare", State.CUT, "The relay refused this bot's key. The operator has to look at it."),
        ("length", State.DONE, "The model has reached the longest answer that it may give."),
        ("empty", State.FAILED, "The model gave no answer."),
        ("quota", State.FAILED, "The relay account has no credit left. The operator has to top it up."),
        ("overloaded", State.FAILED, "The relay is overloaded right now."),
    ],
)
async def test_what_goes_wrong(world: World, word: str, state: State, sentence: str) -> None:
    await asked(world, f"Tell me of 60 words sim:{word}")
    found = await exchange(world)
    assert (found.state, note(world, found)) == (state, sentence)
    if state is State.FAILED:
        assert "Regenerate" in labels(messages(world, found)[-1])
    else:
        assert text(world, found) and labels(messages(world, found)[-1])[0] == "Continue"


def only(world: World, words: str) -> None:
    """Let the next stream hold these words and no end."""
    event = {"type": "content_block_delta", "delta": {"text": words}}
    world.relay.faults.add(
        path="/v1/messages",
        headers={"Content-Type": "text/event-stream"},
        body=f"data: {json.dumps(event)}\n\n".encode(),
        status=200,
    )


async def test_the_stream_ends_without_a_word(world: World) -> None:
    only(world, "Half")
    await asked(world, "Hello")
    found = await exchange(world)
    assert (found.state, text(world, found), note(world, found)) == (
        State.CUT, "Half", "The stream ended before the answer did.",
    )  # fmt: skip


async def test_continue_asks_for_the_rest(world: World) -> None:
    await asked(world, "Tell me of 60 words sim:cut")
    first = await exchange(world)
    world.clock.now += 1
    await press(world, first, "chat-go-on")
    rest = await exchange(world)
    assert rest.state is State.DONE and rest.goes_on and rest.number == 1
    told = [one["content"][0]["text"] for one in sent(world)[-1]["messages"]]
    assert told == ["Tell me of 60 words sim:cut", first.answer, GO_ON]


async def test_code_that_broke_off_goes_on_as_code(world: World) -> None:
    parts = ("Look:\n```python\ndef double(n):\n", "    m = 2", " * n\n    return m\n```\nThat is all.")
    only(world, parts[0])
    await asked(world, "Hello")
    shown = ("```python\n    m = 2\n```", f"```python\n{parts[2]}", "More")
    for words, content in zip((*parts[1:], "More"), shown, strict=True):
        only(world, words)
        world.clock.now += 1
        await press(world, await exchange(world), "chat-go-on")
        found = await exchange(world)
        assert (found.answer, text(world, found)) == (words, content)


async def test_the_relay_goes_on_where_it_stopped(world: World) -> None:
    await asked(world, "Tell me of 60 words sim:cut")
    first = await exchange(world)
    world.clock.now += 1
    await press(world, first, "chat-go-on")
    rest = await exchange(world)
    assert first.answer + rest.answer == reply_to([first.question], []) != first.answer


async def test_a_relay_that_does_not_stream(world: World) -> None:
    world.relay.chat.streams = False
    await asked(world, "Tell me of the river")
    found = await exchange(world)
    assert found.state is State.DONE and text(world, found) == found.answer
    assert found.tokens_in and found.tokens_out


async def test_details(world: World) -> None:
    await asked(world, "Tell me of the river", thinking=2000)
    found = await exchange(world)
    result = await press(world, found, "chat-details")
    assert alone(result)
    for line in ("**Model** claude", f"**Conversation** `{found.conversation_id}`", "> Tell me of the river"):
        assert line in said(result).replace("\\", "")
    assert f"**Tokens of the answer** {found.tokens_out}" in said(result)
    assert sent(world)[0]["thinking"] == {"type": "enabled", "budget_tokens": 2000}


async def test_too_little_thinking(world: World) -> None:
    result = await asked(world, "Hello", thinking=5)
    assert refusal(result) == "Claude thinks with at least 1024 tokens, or not at all (0)."


# ------------------------------------------------------------------------------------------------ whose it is


async def test_somebody_else_s_conversation(world: World) -> None:
    await asked(world, "Tell me of the river")
    found = await exchange(world)
    words = "This is somebody else's conversation, and it is not open to everybody."
    assert refusal(await press(world, found, "chat-reply", world.ben)) == words
    assert refusal(await press(world, found, "chat-again", world.ben)) == words
    reply = await world.ben.slash(
        world.channel, "claude conversations reply", conversation=found.conversation_id, prompt="x"
    )
    assert refusal(reply) == words
    for command, options in (("rename", {"title": "Mine"}), ("delete", {}), ("share", {"everybody": True})):
        result = await world.ben.slash(
            world.channel, f"claude conversations {command}", conversation=found.conversation_id, **options
        )
        assert refusal(result) == words


async def test_a_conversation_that_is_open_to_everybody(world: World) -> None:
    await asked(world, "Tell me of the river", everybody=True)
    found = await exchange(world)
    form = await press(world, found, "chat-reply", world.ben)
    await world.ben.submit_modal(form, {"text": "And the lens?"})
    await world.work()
    second = await exchange(world)
    assert (second.user_id, second.number) == (world.ben.id, 1)
    deleted = await world.ben.slash(world.channel, "claude conversations delete", conversation=found.conversation_id)
    assert refusal(deleted) == "Only the one who began a conversation can do that."


async def test_conversations_are_found_again(world: World) -> None:
    empty = await world.ann.slash(world.channel, "claude conversations list")
    assert alone(empty) and "You have no conversations yet." in words_of(here(empty))
    await asked(world, "Tell me of the river")
    name = (await exchange(world)).conversation_id
    listed = await world.ann.slash(world.channel, "claude conversations list")
    assert f"`{name}` Tell me of the river" in words_of(here(listed))
    renamed = await world.ann.slash(world.channel, "claude conversations rename", conversation=name, title="Rivers")
    assert said(renamed) == "It is called “Rivers” now."
    blank = await world.ann.slash(world.channel, "claude conversations rename", conversation=name, title="   ")
    assert refusal(blank) == "A title needs at least one letter."
    choices = await world.ann.autocomplete(world.channel, "claude conversations reply", "conversation", "riv")
    assert [(choice["name"], choice["value"]) for choice in choices] == [("Rivers · just now", name)]
    await world.restart(PROVIDERS="claude")
    await world.ann.slash(world.channel, "claude conversations reply", conversation=name, prompt="More")
    await world.work()
    assert (await exchange(world)).number == 1
    gone = await world.ann.slash(world.channel, "claude conversations delete", conversation=name)
    assert said(gone) == "“Rivers” is deleted. Its messages in Discord stay."
    result = await world.ann.slash(world.channel, "claude conversations reply", conversation=name, prompt="More")
    assert refusal(result) == f"There is no conversation “{name}”."


async def test_in_chinese(world: World) -> None:
    await asked(world, "sim:cut 讲讲", world.lin)
    found = await exchange(world)
    assert "中继" in note(world, found)


async def test_too_many_at_once(world: World) -> None:
    for number in range(5):
        await world.ann.slash(world.channel, "claude chat", prompt=f"Question {number}")
    result = await world.ann.slash(world.channel, "claude chat", prompt="One more")
    assert refusal(result) == "5 answers to you are on their way already. Wait for one, or stop it."
    await world.work()
    assert (await world.ann.slash(world.channel, "claude chat", prompt="One more")) is not None
    await world.work()
    assert (await exchange(world)).state is State.DONE


async def test_what_was_asked_before_a_restart_is_told_honestly(world: World) -> None:
    await world.ann.slash(world.channel, "claude chat", prompt="Tell me of the river")
    await world.restart(PROVIDERS="claude")
    await world.work()
    found = await exchange(world)
    assert (found.state, note(world, found)) == (State.FAILED, "The bot was restarted in the middle of this answer.")
    assert "Regenerate" in labels(messages(world, found)[-1])


async def test_stop_keeps_what_came(world: World) -> None:
    world.relay.chat.pause = 0.02
    await world.ann.slash(world.channel, "claude chat", prompt="Tell me a long story")
    (step,) = world.app.talk.answers.start_due()
    found = await exchange(world)
    while found.answer.count(" ") < 5 or not world.message_at(found.place.channel_id, found.place.message_id).content:
        await asyncio.sleep(0.01)
        found = await exchange(world)
    growing = messages(world, found)[-1]
    assert labels(growing) == ["Stop"]
    told = await world.ben.click(growing, custom_id=f"v1:chat-stop:{found.id}")
    assert refusal(told) == "Only the one who asked for this can do that."
    await world.ann.click(growing, custom_id=f"v1:chat-stop:{found.id}")
    await step
    found = await exchange(world)
    assert (found.state, note(world, found)) == (State.STOPPED, "Stopped.")
    assert text(world, found) == found.answer.rstrip() != ""
    assert labels(messages(world, found)[-1]) == ["Continue", *ENDED]
    again = await world.ann.click(messages(world, found)[-1], custom_id=f"v1:chat-reply:{found.id}")
    assert again.modal is not None


async def test_a_relay_that_goes_silent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pieces.__kwdefaults__ or {}, "silence", 0.2)
    await asked(world, "Tell me of 60 words sim:silent")
    found = await exchange(world)
    assert (found.state, note(world, found)) == (
        State.CUT, "The relay went silent before the answer was complete.",
    )  # fmt: skip
