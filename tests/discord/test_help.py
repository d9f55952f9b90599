"""/help and /settings."""

import re

import discord
from discord import app_commands

from tests.discord.kit import here, words_of
from tests.world import World, alone, said

LINK = re.compile(r"</([a-z -]+):(\d+)> ?(.*)")


def leaves(world: World) -> set[str]:
    """Every command that can be given."""
    return {
        command.qualified_name
        for command in world.app.client.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }


async def linked(world: World) -> dict[str, tuple[int, str]]:
    """Every command that /help links to: its id at Discord and what is said of it."""
    result = await world.ann.slash(world.channel, "help")
    assert alone(result) and here(result).flags.components_v2
    return {name: (int(number), words) for name, number, words in LINK.findall(words_of(here(result)))}


async def test_every_command_is_listed_and_can_be_clicked(world: World) -> None:
    found = await linked(world)
    assert set(found) == leaves(world)
    assert leaves(world) >= {"help", "settings", "luma video", "luma extend", "tasks list", "tasks show"}
    registered = {command.name: command.id for command in await world.app.client.tree.fetch_commands()}
    assert {name: number for name, (number, _words) in found.items()} == {
        name: registered[name.split()[0]] for name in found
    }
    assert found["luma video"][1] == "Make a video from a text, and from pictures if you like"


async def test_providers_have_a_heading_with_their_name(world: World) -> None:
    result = await world.ann.slash(world.channel, "help")
    headings = [line for line in words_of(here(result)).splitlines() if line.startswith("### ")]
    assert headings == ["### /help", "### 🎬 Luma", "### /settings", "### /tasks"]


async def test_the_links_still_work_after_a_restart(world: World) -> None:
    before = await linked(world)
    await world.restart()
    assert await linked(world) == before


async def test_commands_of_named_guilds_are_linked_too(world: World) -> None:
    await world.restart(GUILD_IDS=str(world.guild.id))
    found = await linked(world)
    assert set(found) == leaves(world)
    registered = await world.app.client.tree.fetch_commands(guild=discord.Object(world.guild.id))
    assert {number for number, _words in found.values()} == {command.id for command in registered}


async def test_settings_are_kept_for_each_user(world: World) -> None:
    on, off = "You are told when a long task is finished.", "You are not told when a long task is finished."
    hint = f"Change it with {world.app.client.mention('settings')}."
    result = await world.ann.slash(world.channel, "settings")
    assert said(result).splitlines() == [on, hint] and alone(result)
    assert said(await world.ann.slash(world.channel, "settings", ping=False)).splitlines()[0] == off
    await world.restart()
    assert said(await world.ann.slash(world.channel, "settings")).splitlines()[0] == off
    assert said(await world.ben.slash(world.channel, "settings")).splitlines()[0] == on
    assert said(await world.ann.slash(world.channel, "settings", ping=True)).splitlines()[0] == on
