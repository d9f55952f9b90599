"""``/openai``: conversations with OpenAI's models."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.chat import register_chat
from bot.ui.client import Darkroom
from cogs.openai._chat import Chat


class OpenAI(Chat, commands.GroupCog, name="openai", description=L("Conversations with OpenAI's models")):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_chat()


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(OpenAI(bot))
