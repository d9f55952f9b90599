"""What is registered with Discord, and when."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.demo.simulator import Simulator
from bot.errors import Unreadable
from bot.provider import CATALOGUE, Prompt, Provider, Submission, providers
from tests.discord.kit import bodies, requests
from tests.discord_rules import command_problems, command_size
from tests.world import Clock, World, a_world, an_app

MESSAGE_MENU = 3
OURS = {"help", "settings", "tasks", "video", "image", "song", "relay", "safety"}
OPERATORS = {"relay", "safety"}
MANAGE_GUILD = 1 << 5
MENUS = {"Describe", "Upscale", "Animate", "Make a prompt", "Use as input…"}


def registrations(world: World) -> list[list[dict[str, Any]]]:
    """The bodies of every registration, oldest first."""
    return bodies(world, "PUT", "/commands")


def options(payload: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every command, subcommand and option below ``payload`` with its full name; the menu of a message has none."""
    if not path and payload["type"] == MESSAGE_MENU:
        return
    name = f"{path} {payload['name']}".strip()
    yield name, payload
    for option in payload.get("options") or []:
        yield from options(option, name)


@pytest.fixture
def another_provider() -> Iterator[str]:
    """A second provider that has no cog."""

    def unreadable(_payload: Any) -> Any:
        raise Unreadable

    echo = Provider(name="echo", title="Echo", emoji="🔊", lookup=None, accepted=unreadable, reports=unreadable)

    class Say(Submission, provider=echo, action="say", path="/echo"):
        prompt: Prompt

    yield Say.provider.name
    del CATALOGUE["echo", "say"]


async def test_registered_once_and_not_again_after_a_restart(world: World) -> None:
    assert len(registrations(world)) == 1
    known = world.app.client.command_ids
    await world.restart()
    assert len(registrations(world)) == 1
    assert world.app.client.command_ids == known != {}
    await world.delivered()


async def test_registered_again_when_something_changed(world: World, another_provider: str) -> None:
    await world.restart(PROVIDERS=another_provider)
    first, second = registrations(world)
    assert {command["name"] for command in first} - {command["name"] for command in second} == {*providers()} - {
        another_provider
    }
    await world.restart()
    assert registrations(world)[2] == first


async def test_without_luma_there_is_no_luma(tmp_path: Path, another_provider: str) -> None:
    async with a_world(tmp_path, PROVIDERS=another_provider) as world:
        assert sorted(world.ann.available_commands(world.channel)) == [
            "help",
            "image",
            "settings",
            "song",
            "tasks cancel",
            "tasks list",
            "tasks retry",
            "tasks show",
            "video",
        ]


async def test_with_luma_alone(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma") as world:
        assert {"luma video", "luma extend"} <= set(world.ann.available_commands(world.channel))


async def test_in_named_guilds_only(tmp_path: Path) -> None:
    async with a_world(tmp_path, GUILD_IDS="111111111111111111, 222222222222222222") as world:
        application = world.app.client.application_id
        assert [entry.path for entry in requests(world, "PUT", "/commands")] == [
            f"/applications/{application}/guilds/111111111111111111/commands",
            f"/applications/{application}/guilds/222222222222222222/commands",
        ]
        assert world.ann.available_commands(world.channel) == ()
        await world.restart(GUILD_IDS="111111111111111111")
        last = requests(world, "PUT", "/commands")[2:]
        assert [(entry.path, entry.json) for entry in last] == [
            (f"/applications/{application}/guilds/222222222222222222/commands", [])
        ]


async def test_commands_of_everywhere_are_taken_back_when_guilds_are_named(world: World) -> None:
    """Otherwise everybody would see each command twice."""
    application = world.app.client.application_id
    await world.restart(GUILD_IDS="111111111111111111")
    assert [(entry.path, entry.json == []) for entry in requests(world, "PUT", "/commands")[1:]] == [
        (f"/applications/{application}/guilds/111111111111111111/commands", False),
        (f"/applications/{application}/commands", True),
    ]


async def test_a_refused_registration_does_not_keep_the_bot_from_working(world: World, another_provider: str) -> None:
    """The commands that Discord knows stay; the next start tries again."""
    await world.delivered()
    world.env.inject_error("PUT", "/applications/*", status=400, code=30034)
    await world.restart(PROVIDERS=f"luma,{another_provider}", LUMA_OFFICIAL="true")
    await world.delivered()
    assert len(world.relay.paid()) == 2


async def test_registration_limits(world: World, another_provider: str) -> None:
    (payload,) = registrations(world)
    assert command_problems(payload) == []
    assert {command["name"] for command in payload} == {*OURS, *MENUS, *providers()} - {another_provider}
    assert [command["name"] for command in payload if command_size(command) >= 8000] == []


async def test_everything_is_described_in_both_languages(world: World) -> None:
    (payload,) = registrations(world)
    bare = [
        name
        for command in payload
        for name, item in options(command)
        if not item["description"].strip()
        or item["description"] == "…"
        or item.get("description_localizations", {}).get("zh-CN", item["description"]) == item["description"]
    ]
    assert bare == []


async def test_choices_with_words_are_translated_and_names_are_not(world: World) -> None:
    (payload,) = registrations(world)
    items = {name: item for command in payload for name, item in options(command)}
    status = items["tasks list status"]["choices"]
    assert [choice["value"] for choice in status] == ["active", "delivered", "failed", "unknown"]
    assert all(choice["name_localizations"]["zh-CN"] != choice["name"] for choice in status)
    assert [item["name"] for item in items.values() if item.get("name_localizations")] == []


async def test_who_may_use_the_commands_where(world: World) -> None:
    (payload,) = registrations(world)
    for command in payload:
        operators = command["name"] in OPERATORS
        where = ([0], [0]) if operators else ([0, 1, 2], [0, 1])
        assert (command["contexts"], command["integration_types"]) == where
        assert (command.get("default_member_permissions") or 0) == (MANAGE_GUILD if operators else 0)


async def test_a_first_registration_that_failed_is_made_up_for_when_connected(tmp_path: Path) -> None:
    """Discord was down for a moment at the very first start: nobody has to restart the bot to get commands."""
    async with Simulator() as relay, an_app(tmp_path, relay.url, Clock()) as app:
        env = simcord.Env(app.client, check_errors=False, shard_count=None)
        env.inject_error("PUT", "/applications/*", status=503)
        await env.start()
        try:
            await env.settle()
            assert [entry.path for entry in env.http_requests if entry.method == "PUT"] == [
                f"/applications/{app.client.application_id}/commands"
            ] * 2
            assert {*app.client.command_ids} == {*OURS, *MENUS, *providers()}
        finally:
            await env.shutdown()
