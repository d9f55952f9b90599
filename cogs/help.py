"""``/help`` and ``/settings``: what there is, and what a user can set."""

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.provider import providers
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.i18n import say, translated


class Help(commands.Cog):
    """Panels that only their reader sees."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot

    @app_commands.command(name="help", description=L("What this bot can do"))
    async def help(self, interaction: Interaction) -> None:
        """Every command, grouped, to click on."""
        locale = str(interaction.locale)
        view = discord.ui.LayoutView(timeout=None)
        container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=0x5865F2)
        intro = _(
            "**Darkroom** makes videos, pictures and songs. Ask with a command; the answer becomes a card that follows "
            "your request until the result hangs on it. Nothing is lost when the bot restarts, and a finished card's "
            "buttons work for ever."
        )
        container.add_item(discord.ui.TextDisplay(say(intro, locale)))
        for command in sorted(self.bot.tree.get_commands(), key=lambda found: found.name):
            if isinstance(command, app_commands.Command | app_commands.Group):
                container.add_item(discord.ui.Separator())
                container.add_item(discord.ui.TextDisplay("\n".join(self._lines(command, locale))))
        view.add_item(container)
        await interaction.response.send_message(view=view, ephemeral=True)

    def _lines(self, command: app_commands.Command[Any, Any, Any] | app_commands.Group, locale: str) -> Iterator[str]:
        provider = providers().get(command.name)
        yield f"### {provider.emoji} {provider.title}" if provider else f"### /{command.name}"
        leaves = [command] if isinstance(command, app_commands.Command) else list(command.walk_commands())
        for leaf in leaves:
            words = translated(leaf.description, locale)
            yield f"{self.bot.mention(leaf.qualified_name)} {words}"

    @app_commands.command(name="settings", description=L("See or change your settings"))
    @app_commands.describe(ping=L("Tell you when a task of more than a minute is finished"))
    async def settings(self, interaction: Interaction, ping: bool | None = None) -> None:
        """Show a user's settings, changed first if asked to."""
        await self.bot.front.acknowledge(interaction, private=True)
        wanted = await self.bot.engine.desk.wants_ping(interaction.user.id, change_to=ping)
        on, off = _("You are told when a long task is finished."), _("You are not told when a long task is finished.")
        said = on if wanted else off
        hint = _("Change it with {command}.", command=self.bot.mention("settings"))
        locale = str(interaction.locale)
        await interaction.edit_original_response(content=f"{say(said, locale)}\n{say(hint, locale)}")


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Help(bot))
