"""``/hailuo``: videos with MiniMax Hailuo, and speech, music and pictures."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.hailuo._common import Common
from cogs.hailuo._pictures import Pictures
from cogs.hailuo._sounds import Sounds
from cogs.hailuo._uses import register_ways
from cogs.hailuo._videos import Videos


class Hailuo(
    Videos,
    Sounds,
    Pictures,
    Common,
    commands.GroupCog,
    name="hailuo",
    description=L("Videos, speech, music and pictures with Hailuo"),
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_ways(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Hailuo(bot))
