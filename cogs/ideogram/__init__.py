"""``/ideogram``: pictures with lettering, changes to pictures, pictures in words."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.ideogram._change import Changes
from cogs.ideogram._image import Images
from cogs.ideogram._uses import register_makers, register_uses
from cogs.ideogram._work import Works


class Ideogram(
    Images, Changes, Works, commands.GroupCog, name="ideogram", description=L("Pictures and lettering with Ideogram")
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_buttons()
        register_uses(self)
        register_makers(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Ideogram(bot))
