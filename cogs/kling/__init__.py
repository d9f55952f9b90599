"""``/kling``: videos and pictures with Kling."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.kling._after import After
from cogs.kling._common import Common
from cogs.kling._images import Images
from cogs.kling._scenes import Scenes
from cogs.kling._uses import register_uses
from cogs.kling._videos import Videos


class Kling(
    Videos,
    Scenes,
    After,
    Images,
    Common,
    commands.GroupCog,
    name="kling",
    description=L("Videos and pictures with Kling"),
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_steps()
        register_uses(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Kling(bot))
