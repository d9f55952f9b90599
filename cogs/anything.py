"""``/video``, ``/image`` and ``/song``: the same question to whichever provider."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.makers import Result, choices, chosen, request
from bot.ui.pickers import Choices

Prompt = app_commands.Range[str, 1, 2000]
WITH = L("Who makes it; the list says how long it usually takes")


class Anything(commands.Cog):
    """One command for each kind of result."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot

    @app_commands.command(name="video", description=L("Make a video, with whichever provider"))
    @app_commands.rename(maker="with")
    @app_commands.describe(prompt=L("What the video shows"), image=L("A picture the video begins with"), maker=WITH)
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Prompt,
        image: discord.Attachment | None = None,
        maker: str | None = None,
    ) -> None:
        """A video from words, perhaps from a picture."""
        await self._make(interaction, "video", prompt, image, maker)

    @app_commands.command(name="image", description=L("Make a picture, with whichever provider"))
    @app_commands.rename(maker="with")
    @app_commands.describe(prompt=L("What the picture shows"), image=L("A picture to begin with"), maker=WITH)
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Prompt,
        image: discord.Attachment | None = None,
        maker: str | None = None,
    ) -> None:
        """A picture from words, perhaps from another."""
        await self._make(interaction, "image", prompt, image, maker)

    @app_commands.command(name="song", description=L("Make a song, with whichever provider"))
    @app_commands.rename(maker="with")
    @app_commands.describe(prompt=L("What the song is about and how it sounds"), maker=WITH)
    @enhanceable
    async def song(self, interaction: Interaction, prompt: Prompt, maker: str | None = None) -> None:
        """A song from words."""
        await self._make(interaction, "song", prompt, None, maker)

    async def _make(
        self,
        interaction: Interaction,
        of: Result,
        prompt: str,
        image: discord.Attachment | None,
        maker: str | None,
    ) -> None:
        submission, field = request(chosen(self.bot, of, maker), prompt, picture=image is not None)
        await self.bot.front.take(interaction, submission, {field: image} if field else None)

    @video.autocomplete("maker")
    async def _video_makers(self, interaction: Interaction, current: str) -> Choices:
        return choices(self.bot, "video", current, str(interaction.locale))

    @image.autocomplete("maker")
    async def _image_makers(self, interaction: Interaction, current: str) -> Choices:
        return choices(self.bot, "image", current, str(interaction.locale))

    @song.autocomplete("maker")
    async def _song_makers(self, interaction: Interaction, current: str) -> Choices:
        return choices(self.bot, "song", current, str(interaction.locale))


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Anything(bot))
