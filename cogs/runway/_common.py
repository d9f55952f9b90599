"""What all of Runway's commands share: the operator's settings, texts of options, choices."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.providers.runway import RUNWAY, RunwayOptions
from bot.providers.runway.models import MOST_SEED
from bot.ui.client import Darkroom
from bot.ui.front import Files

Words = app_commands.Range[str, 1, 3500]
Seed = app_commands.Range[int, 0, MOST_SEED]
Percent = app_commands.Range[int, 0, 100]
File = discord.Attachment
MODEL = L("Which model")
RATIO = L("Shape of the result; the list shows what the model makes")
SEED = L("A number that makes the result repeatable")


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> RunwayOptions:
        """The operator's settings."""
        return RunwayOptions.of(self.bot.config.options(RUNWAY.name))


def given(files: Files) -> set[str]:
    """The options whose file is there."""
    return {name for name, file in files.items() if file is not None}
