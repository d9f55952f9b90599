"""A chat model writes prompts out, and puts pictures into words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from tests.discord.kit import here, refusal
from tests.discord.recraft import picture
from tests.world import World, a_world, alone, said

MODEL = "claude-3-5-haiku-20241022"
NO_PROMPTS = {
    *(f"{name} {command}" for name in ("claude", "openai") for command in ("chat", "conversations reply")),
    "openai transcribe",
    "openai translate",
    "midjourney shorten",
}
"""What is said to a model that talks, or helps to hear a recording; and what is made shorter."""
SILENT = "The model that helps with prompts did not answer. Try again, or go on without it."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Luma, and Claude who helps."""
    async with a_world(
        tmp_path, PROVIDERS="luma,claude,flux,suno", PROMPT_PROVIDER="claude", PROMPT_MODEL=MODEL
    ) as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


async def test_a_prompt_is_written_out(world: World) -> None:
    await world.ann.slash(world.channel, "video", prompt="a fox", enhance=True)
    task = await world.task()
    (asked,) = [call.json for call in world.relay.calls if call.path == "/v1/messages"]
    assert asked["model"] == MODEL and "generates videos" in asked["system"]
    assert asked["messages"] == [{"role": "user", "content": [{"type": "text", "text": "a fox"}]}]
    await world.pass_time(30)
    (sent,) = [call.json for call in world.relay.calls if call.path == "/luma/generations"]
    assert sent["user_prompt"] != "a fox" and len(sent["user_prompt"]) > 20
    assert task.caption == "a fox" and "> a fox" in world.text(task)
    details = said(await world.press(await world.task(), "details"))
    assert '"original_prompt": "a fox"' in details and sent["user_prompt"][:60] in details


async def test_it_fits_into_what_the_provider_takes(world: World) -> None:
    words = {"content": [{"type": "text", "text": "the wide sea " * 40}], "stop_reason": "end_turn"}
    world.relay.faults.add(path="/v1/messages", body=words, headers={"Content-Type": "application/json"})
    await world.ann.slash(world.channel, "suno song", description="a song of the sea", enhance=True)
    (asked,) = [call.json for call in world.relay.calls if call.path == "/v1/messages"]
    assert "at most 200 characters" in asked["system"]
    await world.work()
    written = world.relay.paid()[-1].body["gpt_description_prompt"]
    assert written == "the wide sea " * 15 + "the" and (await world.task()).caption == "a song of the sea"


async def test_again_is_not_written_out_again(world: World) -> None:
    await world.ann.slash(world.channel, "video", prompt="a fox", enhance=True)
    await world.pass_time(30)
    await world.press(await world.task(), "again")
    await world.pass_time(30)
    first, second = [call.json for call in world.relay.calls if call.path == "/luma/generations"]
    assert first == second
    assert sum(call.path == "/v1/messages" for call in world.relay.calls) == 1


async def test_a_user_may_want_it_always(world: World) -> None:
    result = await world.ann.slash(world.channel, "settings", enhance=True)
    assert "A chat model writes out your prompts." in said(result)
    await world.video(prompt="a fox")
    await world.work()
    (sent,) = [call.json for call in world.relay.calls if call.path == "/luma/generations"]
    assert sent["user_prompt"] != "a fox"
    await world.ann.slash(world.channel, "settings", enhance=False)
    await world.video(prompt="an owl")
    await world.work()
    assert world.relay.paid()[-1].body["user_prompt"] == "an owl"


async def test_a_model_that_does_not_answer(world: World) -> None:
    result = await world.ann.slash(world.channel, "video", prompt="a fox sim:overloaded", enhance=True)
    assert refusal(result) == SILENT and await world.tasks() == []
    await world.ann.slash(world.channel, "settings", enhance=True)
    await world.video(prompt="a fox sim:overloaded")
    assert (await world.task()).caption == "a fox sim:overloaded"


async def test_a_model_that_the_relay_does_not_have(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma,claude", PROMPT_PROVIDER="claude", PROMPT_MODEL="no-such") as world:
        result = await world.ann.slash(world.channel, "video", prompt="a fox", enhance=True)
        assert refusal(result).startswith("The relay does not offer the model that helps with prompts.")


async def test_a_relay_account_without_credit(world: World) -> None:
    world.relay.faults.add(path="/v1/messages", status=403, body={"error": {"code": "insufficient_user_quota"}})
    result = await world.ann.slash(world.channel, "video", prompt="a fox", enhance=True)
    assert refusal(result) == "The relay account has no credit left. The operator has to top it up."


async def test_every_command_that_makes_something_of_a_prompt_offers_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        tree = world.app.client.tree
        found = {
            command.qualified_name: {option.name for option in command.parameters}
            for command in tree.walk_commands()
            if isinstance(command, app_commands.Command)
        }
    asking = {name for name, options in found.items() if options & {"prompt", "description"}}
    assert {name for name in asking if "enhance" not in found[name]} == NO_PROMPTS
    assert {name for name, options in found.items() if "enhance" in options} - asking == {"settings"}


async def test_the_continuation_of_a_video_is_written_out(world: World) -> None:
    parent = await world.delivered(prompt="a fox")
    await world.ann.slash(world.channel, "luma extend", task=parent.id, prompt="it jumps", enhance=True)
    task = await world.task()
    await world.pass_time(30)
    (sent,) = [call.json for call in world.relay.calls if call.path.endswith("/extend")]
    assert task.caption == "it jumps" and len(sent["user_prompt"]) > 20


async def test_a_song_is_described_but_nobody_rewrites_lyrics(world: World) -> None:
    await world.ann.slash(world.channel, "settings", enhance=True)
    await world.ann.slash(world.channel, "suno song", lyrics="la la la", style="pop")
    await world.pass_time(5)
    assert world.relay.paid()[-1].body["prompt"] == "la la la"
    await world.ann.slash(world.channel, "suno song", description="a song of the sea", enhance=True)
    await world.pass_time(5)
    assert len(world.relay.paid()[-1].body["gpt_description_prompt"]) > 20
    assert (await world.task()).caption == "a song of the sea"


@pytest.mark.parametrize("settings", [{"PROMPT_MODEL": ""}, {"PROMPT_PROVIDER": "claude"}], ids=str)
async def test_without_a_model(tmp_path: Path, settings: Any) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", **settings) as world:
        words = (
            "This bot is not set up to help with prompts. The operator can name a chat model for it (`PROMPT_MODEL`) "
            "of a provider that is offered here (`PROMPT_PROVIDER`)."
        )
        assert refusal(await world.ann.slash(world.channel, "video", prompt="a fox", enhance=True)) == words
        assert refusal(await world.ann.slash(world.channel, "settings", enhance=True)) == words


async def test_a_picture_becomes_a_prompt(world: World) -> None:
    message = await world.ben.send(world.channel, "look", attachments=(("red.png", picture(64)),))
    result = await world.ann.context_menu(world.channel, "Make a prompt", message)
    assert alone(result)
    assert here(result).content == "```\nI see a red picture of 64 × 64 pixels.\n```"
    bare = await world.ben.send(world.channel, "no picture")
    assert refusal(await world.ann.context_menu(world.channel, "Make a prompt", bare)).startswith("There is no picture")
