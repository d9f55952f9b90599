"""What all of Kling's commands share: the operator's settings, texts of options, choices."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.providers.kling import KLING, KlingOptions
from bot.ui.client import Darkroom
from bot.ui.front import Interaction

Words = app_commands.Range[str, 1, 2500]
Share = app_commands.Range[float, 0.0, 1.0]
Files = Mapping[str, discord.Attachment | None]
MODES = [app_commands.Choice(name=L("Standard"), value="std"), app_commands.Choice(name="Pro", value="pro")]
AVOID = L("What to avoid")
MODEL = L("Which model")
MODE = L("Standard, or Pro for finer and more expensive videos")
DURATION = L("Seconds (5 if you leave it out)")
RATIO = L("Shape, such as 16:9")


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> KlingOptions:
        """The operator's settings."""
        return KlingOptions.of(self.bot.config.options(KLING.name))


def links(files: Files) -> dict[str, Any]:
    """The fields of the files that were attached; their links stand there until they are read."""
    return {name: file.url for name, file in files.items() if file is not None}


def picked(interaction: Interaction, option: str) -> Any:
    """What was chosen already for another option of the command that is being typed."""
    return getattr(interaction.namespace, option, None)
