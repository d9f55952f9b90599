"""``/midjourney``: pictures, and everything that their buttons lead to."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.midjourney._buttons import Buttons
from cogs.midjourney._make import Make
from cogs.midjourney._uses import register_makers, register_uses


class Midjourney(
    Make, Buttons, commands.GroupCog, name="midjourney", description=L("Pictures with Midjourney, and their buttons")
):
    """The commands of one provider, and what the buttons under its pictures do."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_buttons()
        register_uses(self)
        register_makers(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Midjourney(bot))
