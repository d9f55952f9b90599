"""What a model is told of a conversation that is long, or whose files are gone; and files in other encodings."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine import answers
from bot.engine.papers import MOST_FILES, check_sizes, paper_of
from bot.errors import Problem
from bot.talk import State
from tests.discord.chats import asked, exchange, note, press
from tests.discord.recraft import picture
from tests.world import World, a_world

PATHS = {"claude": "/v1/messages", "openai": "/v1/chat/completions"}
LEFT_OUT = "The conversation is longer than this model can take: its beginning was left out."
TOO_LONG = (
    "The conversation is longer than this model can take. "
    "Begin a new one, or go on with another `model` in `conversations reply`."
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with both, who think fast."""
    async with a_world(tmp_path, PROVIDERS="claude,openai") as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


def told(world: World, provider: str = "claude") -> list[list[str]]:
    """What the model was told at each question, turn by turn."""
    return [words(call.json) for call in world.relay.calls if call.path == PATHS[provider]]


def words(body: dict[str, Any]) -> list[str]:
    found = []
    for message in body["messages"]:
        parts = message["content"] if isinstance(message["content"], list) else [{"text": message["content"]}]
        found.append(" ".join(part["text"] for part in parts if "text" in part))
    return found


async def ask(world: World, provider: str, prompt: str, **options: Any) -> None:
    await world.ann.slash(world.channel, f"{provider} chat", prompt=prompt, **options)
    await world.work()


async def reply(world: World, prompt: str) -> None:
    world.clock.now += 2
    form = await press(world, await exchange(world), "chat-reply")
    await world.ann.submit_modal(form, {"text": prompt})
    await world.work()


@pytest.mark.parametrize("provider", PATHS)
async def test_a_conversation_that_is_too_long_goes_on_without_its_beginning(world: World, provider: str) -> None:
    await ask(world, provider, "sim:echo one " + "owl " * 300)
    await reply(world, "sim:echo two " + "owl " * 300)
    await reply(world, "sim:echo three")
    world.relay.chat.room = 700
    await reply(world, "sim:echo four")
    found = await exchange(world)
    assert (found.state, found.answer, note(world, found)) == (State.DONE, "four", LEFT_OUT)
    asked_twice, kept = told(world, provider)[-2:]
    assert len(asked_twice) == 7
    assert kept == asked_twice[2:] or kept == asked_twice[4:]
    assert len([job for job in world.relay.paid() if job.prompt.startswith("sim:echo four")]) == 1


@pytest.mark.parametrize("provider", PATHS)
async def test_a_question_that_is_too_long_is_refused(world: World, provider: str) -> None:
    world.relay.chat.room = 100
    await ask(world, provider, "owl " * 300)
    found = await exchange(world)
    assert (found.state, note(world, found)) == (State.FAILED, TOO_LONG)
    assert len(told(world, provider)) == 1


@pytest.mark.parametrize("provider", PATHS)
async def test_a_picture_that_is_no_longer_kept_is_named(world: World, provider: str) -> None:
    await ask(world, provider, " ", file=("red.png", picture(64)))
    first = await exchange(world)
    database = world.app.talk.conversations.database
    await database.execute("DELETE FROM exchange_inputs")
    await database.execute("DELETE FROM inputs")
    await reply(world, "And now?")
    assert (await exchange(world)).state is State.DONE
    assert told(world, provider)[-1] == ["[red.png: no longer at hand]", first.answer, "And now?"]


async def test_the_words_of_files_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "REMEMBERED_WORDS", 97_000)
    await asked(world, "sim:echo first", file=("long.txt", b"owl " * 12_000))
    await reply(world, "sim:echo second")
    assert len(told(world)[-1]) == 3
    await reply(world, "sim:echo third " + "x" * 3000)
    assert told(world)[-1][0] == "sim:echo second"


async def test_what_a_model_thought_aloud_is_not_told_again(world: World) -> None:
    whole = {
        "id": "x",
        "choices": [{"message": {"content": "<think>hm, owls</think>\n\nOwls."}, "finish_reason": "stop"}],
    }
    headers = {"Content-Type": "application/json"}
    world.relay.faults.add(path="/v1/chat/completions", body=whole, headers=headers)
    await ask(world, "openai", "Who?")
    await reply(world, "And then?")
    assert told(world, "openai")[-1] == ["Who?", "Owls.", "And then?"]


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    "content",
    ["猫头鹰，在夜里。".encode("gb18030"), "猫头鹰，在夜里。".encode("utf-16"), "猫头鹰，在夜里。".encode("utf-8-sig")],
    ids=["gb18030", "utf-16", "utf-8"],
)
def test_texts_in_other_encodings(content: bytes) -> None:
    item = paper_of(content, "", "owls.txt", documents=False)
    assert (item.mime, item.content.decode()) == ("text/plain", "猫头鹰，在夜里。")


@pytest.mark.parametrize(
    "content",
    [
        "Käfer über Straße".encode("latin-1"),
        bytes(range(128, 256)),
        b"\xff\xfe\x00",
        "Сова летит ночью над озером".encode("cp1251"),
        b"\xff\xfe",
    ],
)
def test_bytes_that_are_no_text(content: bytes) -> None:
    with pytest.raises(Problem, match="neither a picture nor a text file"):
        paper_of(content, "", "x.txt", documents=False)


def test_too_many_files_or_too_much_together() -> None:
    mib = 1024 * 1024
    check_sizes([(4 * mib, "a.png")] * MOST_FILES)
    with pytest.raises(Problem, match="At most 4 files"):
        check_sizes([(1, "a.png")] * (MOST_FILES + 1))
    with pytest.raises(Problem, match="too large together: at most 16 MiB"):
        check_sizes([(9 * mib, "a.png"), (9 * mib, "b.png")])
