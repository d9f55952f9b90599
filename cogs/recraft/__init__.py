"""``/recraft``: pictures, vector pictures, work on pictures, styles of one's own."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.recraft._image import Images
from cogs.recraft._pictures import Pictures
from cogs.recraft._redraw import Redraws
from cogs.recraft._styles import Styles
from cogs.recraft._uses import register_makers, register_uses


class Recraft(
    Images, Pictures, Redraws, Styles, commands.GroupCog, name="recraft", description=L("Pictures with Recraft")
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_style_forms()
        register_uses()
        register_makers()


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Recraft(bot))
