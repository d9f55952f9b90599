"""``/safety``: what a server does not want in prompts."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.engine.desk import MANAGERS_ONLY
from bot.engine.guard import shortened
from bot.errors import Problem
from bot.rules import LONGEST
from bot.text import Text, _
from bot.ui import panels
from bot.ui.cards import plain
from bot.ui.client import Darkroom
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.panels import Panel
from bot.ui.pickers import MOST, Choices

RULES, SHOWN = "rules", 8
"""The panel of a server's rules, and how many stand on a page of it."""
Rule = app_commands.Range[str, 1, LONGEST]


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Safety(commands.GroupCog, name="safety", description=L("What this server does not want in prompts")):
    """For those who manage the server; asked for on every use."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        panels.register_panel(RULES, self._page)

    @app_commands.command(name="list", description=L("The rules of this server"))
    async def list(self, interaction: Interaction) -> None:
        """Every rule."""
        await panels.show(interaction, RULES)

    async def _page(self, interaction: Interaction, page: int, _about: str) -> Panel:
        rules, locale = await self._of_managers(interaction), str(interaction.locale)
        shown = [f"- {plain(rule, 200)}" for rule in rules[page * SHOWN : (page + 1) * SHOWN]]
        turns = panels.pager(RULES, page, "", has_next=len(rules) > (page + 1) * SHOWN)
        return Panel(f"🛡️ {say(_heading(rules), locale)}", ["\n".join(shown)] if shown else [], turns=turns)

    @app_commands.command(name="add", description=L("Forbid words in prompts"))
    @app_commands.describe(rule=L("Words, or a regular expression between slashes: /foo.*bar/"))
    async def add(self, interaction: Interaction, rule: Rule) -> None:
        """A further rule."""
        await self._rules(interaction)
        await self._show(interaction, await self.bot.engine.desk.guard.add(interaction.guild_id or 0, rule))

    @app_commands.command(name="remove", description=L("Allow words again"))
    @app_commands.describe(rule=L("Which rule"))
    async def remove(self, interaction: Interaction, rule: Rule) -> None:
        """A rule less."""
        await self._rules(interaction)
        await self._show(interaction, await self.bot.engine.desk.guard.remove(interaction.guild_id or 0, rule))

    @remove.autocomplete("rule")
    async def _known(self, interaction: Interaction, current: str) -> Choices:
        rules = await self.bot.engine.desk.guard.rules(interaction.guild_id or 0)
        found = [shortened(rule) for rule in rules if current.lower() in rule.lower()]
        return [app_commands.Choice(name=rule, value=rule) for rule in found][:MOST]

    async def _rules(self, interaction: Interaction) -> Sequence[str]:
        await self.bot.front.acknowledge(interaction, private=True)
        return await self._of_managers(interaction)

    async def _of_managers(self, interaction: Interaction) -> Sequence[str]:
        if not asker_of(interaction).manager:
            raise Problem(MANAGERS_ONLY)
        return await self.bot.engine.desk.guard.rules(interaction.guild_id or 0)

    async def _show(self, interaction: Interaction, rules: Sequence[str]) -> None:
        locale = str(interaction.locale)
        lines = [say(_heading(rules), locale), *(f"- {plain(rule, 200)}" for rule in rules)]
        while sum(map(len, lines)) + len(lines) > 1950:
            lines = [*lines[:-2], say(_("… and more."), locale)]
        await interaction.edit_original_response(
            content="\n".join(lines), allowed_mentions=discord.AllowedMentions.none()
        )


def _heading(rules: Sequence[str]) -> Text:
    return _("Prompts with these are refused here:") if rules else _("This server has no rules for prompts.")


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Safety(bot))
