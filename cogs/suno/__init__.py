"""``/suno``: songs, and what can be made of songs."""

from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from cogs.suno._common import Common
from cogs.suno._files import Files
from cogs.suno._personas import Personas
from cogs.suno._remixes import Remixes
from cogs.suno._songs import Songs


class Suno(Songs, Remixes, Files, Personas, Common, commands.GroupCog, name="suno", description=L("Songs with Suno")):
    """The commands of one provider; each group of them stands in a module of its own."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.register_song_forms()
        self.register_remix_steps()
        self.register_file_steps()
        self.register_persona_forms()


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Suno(bot))
