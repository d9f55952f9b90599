"""``/help`` and ``/settings``: what there is, and what a user can set."""

from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.engine.helper import OFF
from bot.errors import Problem
from bot.provider import providers
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.i18n import say, translated

Slash = app_commands.Command[Any, Any, Any] | app_commands.Group
SHOWN = 4
"""Commands of a group that the overview names: a message holds 4000 characters (reference ``discord.md`` 5)."""


class Help(commands.Cog):
    """Panels that only their reader sees."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot

    @app_commands.command(name="help", description=L("What this bot can do"))
    @app_commands.describe(about=L("Every command of one provider"))
    async def help(self, interaction: Interaction, about: str | None = None) -> None:
        """The commands, grouped, to click on; all of one group when it is named."""
        locale = str(interaction.locale)
        offered = self._commands(interaction)
        named = next((one for one in offered if about and one.name == about.lower()), None)
        if about and named is None:
            raise Problem(_("There is nothing called “{name}” here.", name=about[:40]))
        view = discord.ui.LayoutView(timeout=None)
        container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=0x5865F2)
        texts = self._about(named, locale) if named else self._overview(offered, locale)
        for number, text in enumerate(texts):
            if number:
                container.add_item(discord.ui.Separator())
            container.add_item(discord.ui.TextDisplay(text))
        view.add_item(container)
        await interaction.response.send_message(view=view, ephemeral=True)

    @help.autocomplete("about")
    async def _groups(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        wanted = current.lower()
        named = {_title(command): command.name for command in self._commands(interaction)}
        return [
            app_commands.Choice(name=title, value=name) for title, name in named.items() if wanted in title.lower()
        ][:25]

    def _commands(self, interaction: Interaction) -> list[Slash]:
        """What the asker sees in the list of commands: not those of operators."""
        found = [
            one
            for one in self.bot.tree.get_commands()
            if isinstance(one, app_commands.Command | app_commands.Group)
            and interaction.permissions >= (one.default_permissions or discord.Permissions.none())
        ]
        return sorted(found, key=lambda one: one.name)

    def _overview(self, offered: Sequence[Slash], locale: str) -> Iterator[str]:
        intro = _(
            "**Darkroom** makes videos, pictures and songs. Ask with a command; the answer becomes a card that follows "
            "your request until the result hangs on it. Nothing is lost when the bot restarts, and a finished card's "
            "buttons work for ever."
        )
        yield say(intro, locale)
        yield "\n".join(self._short(command, locale) for command in offered)
        yield say(_("All commands of one: {command} with `about`.", command=self.bot.mention("help")), locale)

    def _short(self, command: Slash, locale: str) -> str:
        """A group in a line: its first commands, and how many more there are."""
        leaves = _leaves(command)
        shown = " ".join(self.bot.mention(leaf.qualified_name) for leaf in leaves[:SHOWN])
        more = say(_("and {count} more", count=len(leaves) - SHOWN), locale) if len(leaves) > SHOWN else ""
        return f"**{_title(command)}** {shown} {more}".rstrip()

    def _about(self, command: Slash, locale: str) -> Iterator[str]:
        yield f"### {_title(command)}"
        yield "\n".join(
            f"{self.bot.mention(leaf.qualified_name)} {translated(leaf.description, locale)}"
            for leaf in _leaves(command)
        )

    @app_commands.command(name="settings", description=L("See or change your settings"))
    @app_commands.describe(
        ping=L("Tell you when a task of more than a minute is finished"),
        enhance=L("Let a chat model write out your prompts for pictures, videos and songs, with every command"),
    )
    async def settings(self, interaction: Interaction, ping: bool | None = None, enhance: bool | None = None) -> None:
        """Show a user's settings, changed first if asked to."""
        await self.bot.front.acknowledge(interaction, private=True)
        wanted = await self.bot.engine.desk.wants_ping(interaction.user.id, change_to=ping)
        on, off = _("You are told when a long task is finished."), _("You are not told when a long task is finished.")
        said = on if wanted else off
        desk = self.bot.engine.desk
        if enhance and not desk.helper.available:
            raise Problem(OFF)
        writes = await desk.writes_out(interaction.user.id, change_to=enhance)
        written = (
            _("A chat model writes out your prompts.") if writes else _("Your prompts are used as you write them.")
        )
        hint = _("Change it with {command}.", command=self.bot.mention("settings"))
        locale = str(interaction.locale)
        lines = [say(line, locale) for line in (said, written, hint)]
        await interaction.edit_original_response(content="\n".join(lines))


def _leaves(command: Slash) -> list[app_commands.Command[Any, Any, Any]]:
    """The commands that can be given."""
    if isinstance(command, app_commands.Command):
        return [command]
    return [leaf for leaf in command.walk_commands() if isinstance(leaf, app_commands.Command)]


def _title(command: Slash) -> str:
    provider = providers().get(command.name)
    return f"{provider.emoji} {provider.title}" if provider else f"/{command.name}"


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Help(bot))
