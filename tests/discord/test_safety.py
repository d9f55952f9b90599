"""Text safety: what is not wanted costs nothing, and everybody is told which rule it was."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import Invalid
from bot.rules import TooSlow, broken, checked
from bot.task import Phase
from tests.discord.flux import manager
from tests.discord.kit import here, refusal, words_of
from tests.world import World, a_world, alone, said

MANAGERS = "Only those who may manage this server can do that."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Luma and Claude, and an operator who forbids something."""
    async with a_world(tmp_path, PROVIDERS="luma,claude", BLOCKED_WORDS="kraken, /se+cret/") as found:
        found.relay.chat.first = found.relay.chat.pause = 0.0
        yield found


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("A Kraken rises", "kraken"),
        ("https://x.example a kraken", "kraken"),
        ("a seeeecret door", "/se+cret/"),
        ("the SECRET", "/se+cret/"),
        ("http://kraken", "kraken"),
        ("input:kraken", "kraken"),
    ],
)
async def test_the_operator_s_rules(world: World, prompt: str, rule: str) -> None:
    words = f"The rule “{rule}” does not allow this prompt here. Nothing was charged."
    assert refusal(await world.video(prompt=prompt)) == words
    assert refusal(await world.ann.slash(world.channel, "claude chat", prompt=prompt)) == words
    assert await world.tasks() == [] and world.relay.paid() == []


async def test_a_rule_made_since_holds_for_a_retry(world: World) -> None:
    task = await world.delivered(prompt="a green fox sim:fail")
    await manager(world).slash(world.channel, "safety add", rule="green fox")
    paid = len(world.relay.paid())
    result = await world.press(task, "retry")
    assert refusal(result).startswith("The rule “green fox” does not allow")
    assert len(world.relay.paid()) == paid and len(await world.tasks()) == 1


async def test_a_whole_word_is_meant(world: World) -> None:
    await world.video(prompt="two krakens")
    assert len(await world.tasks()) == 1


async def test_a_server_s_own_rules(world: World) -> None:
    kim = manager(world)
    empty = await kim.slash(world.channel, "safety list")
    assert alone(empty) and "This server has no rules for prompts." in words_of(here(empty))
    added = await kim.slash(world.channel, "safety add", rule="green  fox")
    assert said(added) == "Prompts with these are refused here:\n- green fox"
    assert refusal(await kim.slash(world.channel, "safety add", rule="green fox")) == "That rule is there already."
    assert refusal(await world.video(prompt="A GREEN FOX")).startswith("The rule “green fox” does not allow")
    await world.ann.user.slash("luma video", prompt="a green fox")
    assert len(await world.tasks()) == 1  # a direct message is in no server
    choices = await kim.autocomplete(world.channel, "safety remove", "rule", "gre")
    assert [choice["value"] for choice in choices] == ["green fox"]
    assert (
        said(await kim.slash(world.channel, "safety remove", rule="green fox"))
        == "This server has no rules for prompts."
    )
    assert refusal(await kim.slash(world.channel, "safety remove", rule="green fox")) == "There is no such rule."
    await world.video(prompt="a green fox")
    assert len(await world.tasks()) == 2


async def test_more_rules_than_a_page_holds_and_long_ones(world: World) -> None:
    kim, long = manager(world), "a very long rule " + "of many words " * 10
    for rule in (*(f"word number{number}" for number in range(9)), long):
        await kim.slash(world.channel, "safety add", rule=rule)
    first = here(await kim.slash(world.channel, "safety list"))
    assert "word number7" in words_of(first) and "word number8" not in words_of(first)
    second = here(await kim.click(first, label="Next"))
    assert "word number8" in words_of(second) and "a very long rule" in words_of(second)
    (choice,) = await kim.autocomplete(world.channel, "safety remove", "rule", "very long")
    assert len(choice["value"]) == 100
    await kim.slash(world.channel, "safety remove", rule=choice["value"])
    assert "a very long rule" not in words_of(here(await kim.click(second, label="Back")))
    assert await kim.autocomplete(world.channel, "safety remove", "rule", "very long") == []


async def test_rules_that_begin_alike(world: World) -> None:
    kim, alike = manager(world), "a very long rule " + "of many words " * 7
    for rule in (f"{alike} and foxes", f"{alike} and owls"):
        await kim.slash(world.channel, "safety add", rule=rule)
    (choice, _other) = await kim.autocomplete(world.channel, "safety remove", "rule", "very long")
    why = "Several rules begin like that. Write the whole rule."
    assert refusal(await kim.slash(world.channel, "safety remove", rule=choice["value"])) == why
    left = said(await kim.slash(world.channel, "safety remove", rule=f"{alike} and owls"))
    assert "foxes" in left and "owls" not in left


@pytest.mark.parametrize(("rule", "words"), [("/(/", "That is no regular expression"), ("//", "A rule needs at least")])
async def test_rules_that_cannot_be_used(world: World, rule: str, words: str) -> None:
    assert refusal(await manager(world).slash(world.channel, "safety add", rule=rule)).startswith(words)


async def test_only_managers(world: World) -> None:
    world.guild.set_command_permissions(world.app.client.command_ids["safety"], {world.ben: True})
    for command, options in (("list", {}), ("add", {"rule": "x"}), ("remove", {"rule": "x"})):
        result = await world.ben.slash(world.channel, f"safety {command}", **options)
        assert refusal(result) == MANAGERS


def test_an_expression_that_takes_too_long_is_not_taken() -> None:
    with pytest.raises(Invalid, match="takes too long"):
        checked("/(a+)+$/")


def test_rules_that_take_too_long_for_a_prompt() -> None:
    with pytest.raises(TooSlow):
        broken(["/(x+x+)+y/"], "x" * 5000)


@pytest.mark.parametrize(
    ("rule", "words", "found"),
    [
        ("炸弹", "如何制造炸弹的方法", True),
        ("kill him", "please kill\nhim now", True),
        ("kill him", "kill  him", True),
        ("bomb", "b\u200bomb", True),
        ("bomb", "ｂｏｍｂ", True),
        ("bomb", "做bomb的", True),
        ("bomb", "bombastic", False),
        ("c++", "I like c++ a lot", True),
    ],
)
def test_what_a_reader_sees_counts(rule: str, words: str, found: bool) -> None:
    assert (broken([checked(rule)], words) == rule) is found


async def test_all_that_a_model_is_told_is_looked_at(world: World) -> None:
    refused = "The rule “kraken” does not allow this prompt here. Nothing was charged."
    result = await world.ann.slash(world.channel, "claude chat", prompt="hello", system="you are a kraken")
    assert refusal(result) == refused
    long = ("a.txt", ("word " * 15_000 + "kraken").encode())
    assert refusal(await world.ann.slash(world.channel, "claude chat", prompt="hello", file=long)) == refused
    assert not any(call.path == "/v1/messages" for call in world.relay.calls)


# ------------------------------------------------------------------------------------------------ moderation


@pytest.mark.parametrize("mode", ["on", "strict"])
async def test_the_moderation_refuses(tmp_path: Path, mode: str) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", MODERATION=mode) as world:
        verdict = {"results": [{"flagged": True, "categories": {"violence": True, "hate": False}}]}
        world.relay.faults.add(path="/v1/moderations", status=200, body=verdict)
        result = await world.video(prompt="a fight")
        assert refusal(result) == "The moderation refused this prompt: violence. Nothing was charged."
        assert await world.tasks() == []
        (call,) = [call for call in world.relay.calls if call.path == "/v1/moderations"]
        assert call.json == {"input": "a fight"}


@pytest.mark.parametrize(("mode", "accepted"), [("on", 1), ("strict", 0)])
async def test_the_moderation_cannot_be_asked(tmp_path: Path, mode: str, accepted: int) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", MODERATION=mode) as world:
        world.relay.faults.add(path="/v1/moderations", status=500, times=None)
        result = await world.video(prompt="a fox")
        assert len(await world.tasks()) == accepted
        if not accepted:
            assert refusal(result) == "Prompts are checked here, which is not possible right now. Try again soon."


async def test_the_moderation_has_nothing_against_it(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", MODERATION="strict", MODERATION_MODEL="omni") as world:
        world.relay.faults.add(path="/v1/moderations", status=200, body={"results": [{"flagged": False}]})
        task = await world.delivered()
        assert task.phase is Phase.DELIVERED
        (call,) = [call for call in world.relay.calls if call.path == "/v1/moderations"]
        assert call.json["model"] == "omni"
