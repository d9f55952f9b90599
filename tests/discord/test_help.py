"""/help and /settings."""

import re

import discord
from discord import app_commands
from simcord import MemberActor

from tests.discord.flux import manager
from tests.discord.kit import here, refusal, words_of
from tests.world import World, alone, said

LINK = re.compile(r"</([a-z0-9 -]+):(\d+)> ?(.*)")


def leaves(world: World) -> set[str]:
    """Every command that can be given."""
    return {
        command.qualified_name
        for command in world.app.client.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }


async def shown(world: World, who: MemberActor | None = None, **options: str) -> str:
    """What /help says to one who may manage the server, or to ``who``."""
    result = await (who or manager(world)).slash(world.channel, "help", **options)
    assert alone(result) and here(result).flags.components_v2
    words = words_of(here(result))
    assert len(words) <= 4000
    return words


async def linked(world: World) -> dict[str, tuple[int, str]]:
    """Every command that /help links to, group by group: its id at Discord and what is said of it."""
    groups = {name.split()[0] for name in leaves(world)}
    words = [await shown(world, about=group) for group in sorted(groups)]
    return {name: (int(number), said) for text in words for name, number, said in LINK.findall(text)}


async def test_operators_commands_are_shown_to_those_who_see_them(world: World) -> None:
    assert "relay account" in await shown(world)
    assert not {"/relay", "/safety"} & set(re.findall(r"/[a-z]+", await shown(world, world.ben)))
    result = await world.ben.slash(world.channel, "help", about="relay")
    assert refusal(result) == "There is nothing called “relay” here."


async def test_every_command_is_listed_and_can_be_clicked(world: World) -> None:
    found = await linked(world)
    assert set(found) == leaves(world)
    assert leaves(world) >= {"help", "settings", "luma video", "luma extend", "tasks list", "tasks show"}
    registered = {command.name: command.id for command in await world.app.client.tree.fetch_commands()}
    assert {name: number for name, (number, _words) in found.items()} == {
        name: registered[name.split()[0]] for name in found
    }
    assert found["luma video"][1] == "Make a video from a text, and from pictures if you like"


async def test_the_overview_names_every_group_and_how_much_more_there_is(world: World) -> None:
    words = await shown(world)
    groups = {name.split()[0] for name in leaves(world)}
    assert all(f"</{group} " in words or f"</{group}:" in words for group in groups)
    assert "**🎬 Luma** </luma " in words
    more = len([name for name in leaves(world) if name.startswith("suno ")]) - 4
    assert f"and {more} more" in words


async def test_what_there_is_not_is_said(world: World) -> None:
    result = await world.ann.slash(world.channel, "help", about="nothing")
    assert "There is nothing called “nothing” here." in said(result) and alone(result)
    choices = await world.ann.autocomplete(world.channel, "help", "about", "SUN")
    assert [choice["value"] for choice in choices] == ["suno"]


async def test_the_links_still_work_after_a_restart(world: World) -> None:
    before = await linked(world)
    await world.restart()
    assert await linked(world) == before


async def test_commands_of_named_guilds_are_linked_too(world: World) -> None:
    await world.restart(GUILD_IDS=str(world.guild.id))
    found = await linked(world)
    assert set(found) == leaves(world)
    registered = await world.app.client.tree.fetch_commands(guild=discord.Object(world.guild.id))
    assert {number for number, _words in found.values()} == {
        command.id for command in registered if command.type is discord.AppCommandType.chat_input
    }


async def test_settings_are_kept_for_each_user(world: World) -> None:
    on, off = "You are told when a long task is finished.", "You are not told when a long task is finished."
    hint = f"Change it with {world.app.client.mention('settings')}."
    result = await world.ann.slash(world.channel, "settings")
    own = "Your prompts are used as you write them."
    assert said(result).splitlines() == [on, own, hint] and alone(result)
    assert said(await world.ann.slash(world.channel, "settings", ping=False)).splitlines()[0] == off
    await world.restart()
    assert said(await world.ann.slash(world.channel, "settings")).splitlines()[0] == off
    assert said(await world.ben.slash(world.channel, "settings")).splitlines()[0] == on
    assert said(await world.ann.slash(world.channel, "settings", ping=True)).splitlines()[0] == on
