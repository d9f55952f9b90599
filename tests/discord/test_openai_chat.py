"""/openai chat: the same conversations, on OpenAI's wire."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.talk import State
from tests.discord.chats import exchange, messages, note, press, text
from tests.discord.recraft import picture
from tests.world import World, a_world, labels, said


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with OpenAI, whose models think fast."""
    async with a_world(tmp_path, PROVIDERS="openai") as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


async def asked(world: World, prompt: str, **options: Any) -> None:
    """Ask, and wait for the end of the answer."""
    await world.ann.slash(world.channel, "openai chat", prompt=prompt, **options)
    await world.work()


def sent(world: World) -> list[dict[str, Any]]:
    """The bodies of the questions that the relay got."""
    return [call.json for call in world.relay.calls if call.path == "/v1/chat/completions"]


async def test_a_question_and_its_answer(world: World) -> None:
    await asked(world, "Tell me of the river", system="Be brief.", effort="low", model="o4-mini")
    found = await exchange(world)
    assert found.state is State.DONE and text(world, found) == found.answer
    assert sent(world) == [
        {
            "model": "o4-mini",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Tell me of the river"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "reasoning_effort": "low",
        }
    ]
    details = said(await press(world, found, "chat-details"))
    assert f"**Tokens of the answer** {found.tokens_out}" in details and found.tokens_in


async def test_a_picture_and_a_text(world: World) -> None:
    await asked(world, "What is this?", file=("red.png", picture(64)), file2=("notes.txt", b"Buy milk"))
    (body,) = sent(world)
    words, seen = body["messages"][0]["content"]
    assert words == {"type": "text", "text": "notes.txt:\n\nBuy milk\n\nWhat is this?"}
    assert seen["image_url"]["url"].startswith("data:image/png;base64,")
    assert (await exchange(world)).answer == "I see a red picture of 64 × 64 pixels."


async def test_no_pdf(world: World) -> None:
    await asked(world, "What is this?", file=("a.pdf", b"%PDF-1.7 x"))
    assert sent(world) == []


@pytest.mark.parametrize(
    ("word", "state", "sentence"),
    [
        ("cut", State.CUT, "The connection to the relay broke in the middle of this answer."),
        ("error", State.CUT, "The relay is overloaded right now."),
        ("revoked", State.CUT, "The relay refused this bot's key. The operator has to look at it."),
        ("revoked sim:bare", State.CUT, "The relay refused this bot's key. The operator has to look at it."),
        ("length", State.DONE, "The model has reached the longest answer that it may give."),
    ],
)
async def test_what_goes_wrong(world: World, word: str, state: State, sentence: str) -> None:
    await asked(world, f"Tell me of 60 words sim:{word}")
    found = await exchange(world)
    assert (found.state, note(world, found)) == (state, sentence)
    assert text(world, found) and labels(messages(world, found)[-1])[0] == "Continue"


async def test_a_relay_that_counts_no_tokens_and_says_no_done(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="openai", OPENAI_STREAM_USAGE="false") as world:
        world.relay.chat.first = world.relay.chat.pause = 0.0
        world.relay.chat.done = False
        await asked(world, "Tell me of the river")
        found = await exchange(world)
        assert found.state is State.DONE and found.tokens_out is None
        assert "stream_options" not in sent(world)[0]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
async def test_other_line_ends(world: World, line_end: str) -> None:
    world.relay.chat.line_end = line_end
    await asked(world, "Tell me of the river")
    assert (await exchange(world)).state is State.DONE


async def test_thoughts_are_not_shown(world: World) -> None:
    await asked(world, "sim:echo <think>hm, let me see</think>\n\nForty-two")
    assert text(world, await exchange(world)) == "Forty-two"


async def test_models_are_suggested(world: World) -> None:
    choices = await world.ann.autocomplete(world.channel, "openai chat", "model", "mini")
    assert {"gpt-4o-mini", "gpt-5-mini", "o4-mini"} <= {choice["value"] for choice in choices}
