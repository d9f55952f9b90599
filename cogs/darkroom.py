"""What the bot makes itself: the buttons of any card."""

from collections.abc import Mapping

from discord.ext import commands

from bot.providers.darkroom import LastFrame
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.uses import Use, register_use


def _last_frame(video: str, _typed: Mapping[str, str]) -> LastFrame:
    return LastFrame.make(video=video)


class Own(commands.Cog):
    """No command of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_use(Use("last-frame", _("Last frame"), "🖼️", LastFrame, "frame", _last_frame, takes="video"))


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Own(bot))
