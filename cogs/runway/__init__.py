"""``/runway``: videos and pictures with Runway."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.runway._changes import Changes
from cogs.runway._common import Common
from cogs.runway._pictures import Pictures
from cogs.runway._uses import register_all
from cogs.runway._videos import Videos


class Runway(
    Videos,
    Changes,
    Pictures,
    Common,
    commands.GroupCog,
    name="runway",
    description=L("Videos and pictures with Runway"),
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_extension()
        register_all(self.options)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Runway(bot))
