"""``/flux``: pictures with Flux."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.flux._common import Common
from cogs.flux._finetuned import FinetunedPictures
from cogs.flux._finetunes import Training
from cogs.flux._pictures import Pictures
from cogs.flux._tools import Tools
from cogs.flux._uses import register_makers, register_uses


class Flux(
    Pictures,
    Tools,
    FinetunedPictures,
    Training,
    Common,
    commands.GroupCog,
    name="flux",
    description=L("Pictures with Flux"),
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_picture_steps()
        register_uses(self)
        register_makers(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Flux(bot))
