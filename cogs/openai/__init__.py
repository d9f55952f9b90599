"""``/openai``: conversations with OpenAI's models, pictures, speech and videos."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.chat import register_chat
from bot.ui.client import Darkroom
from cogs.openai._chat import Chat
from cogs.openai._common import Common
from cogs.openai._pictures import Pictures
from cogs.openai._sounds import Sounds
from cogs.openai._uses import register_makers, register_uses
from cogs.openai._videos import Videos


class OpenAI(
    Chat,
    Pictures,
    Sounds,
    Videos,
    Common,
    commands.GroupCog,
    name="openai",
    description=L("Conversations, pictures, speech and videos with OpenAI"),
):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_chat()
        self.register_video_steps()
        register_uses(self)
        register_makers(self)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(OpenAI(bot))
