"""What all of Hailuo's commands share: the operator's settings and choices."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.providers.hailuo import HAILUO, HailuoOptions
from bot.ui.client import Darkroom

MODEL = L("Which model")
OPTIMIZE = L("Let Hailuo write your prompt out in more detail")


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> HailuoOptions:
        """The operator's settings."""
        return HailuoOptions.of(self.bot.config.options(HAILUO.name))
