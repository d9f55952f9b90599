"""Work on one picture without a prompt."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.recraft.working import CreativeUpscale, CrispUpscale, Erase, RemoveBackground, Vectorize, Worked
from bot.ui.front import Interaction
from cogs.recraft._common import MASK, PICTURE, Common

HOW = [
    app_commands.Choice(name=L("Crisp: sharper, otherwise the same"), value="crisp"),
    app_commands.Choice(name=L("Creative: with new details, slower"), value="creative"),
]


class Pictures(Common):
    """``/recraft vectorize``, ``remove-background``, ``upscale``, ``erase``."""

    @app_commands.command(name="vectorize", description=L("Make a vector picture (SVG) of a picture"))
    @app_commands.describe(image=PICTURE)
    async def vectorize(self, interaction: Interaction, image: discord.Attachment) -> None:
        """A picture as SVG, with a preview."""
        await self._work(interaction, Vectorize, image)

    @app_commands.command(name="remove-background", description=L("Cut out what is in front"))
    @app_commands.describe(image=PICTURE)
    async def remove_background(self, interaction: Interaction, image: discord.Attachment) -> None:
        """A picture without its background."""
        await self._work(interaction, RemoveBackground, image)

    @app_commands.command(name="upscale", description=L("Make a picture larger"))
    @app_commands.describe(image=PICTURE, how=L("Crisp if you leave it out"))
    @app_commands.choices(how=HOW)
    async def upscale(self, interaction: Interaction, image: discord.Attachment, how: str | None = None) -> None:
        """A larger picture."""
        await self._work(interaction, CreativeUpscale if how == "creative" else CrispUpscale, image)

    @app_commands.command(name="erase", description=L("Take something out of a picture"))
    @app_commands.describe(image=PICTURE, mask=MASK)
    async def erase(self, interaction: Interaction, image: discord.Attachment, mask: discord.Attachment) -> None:
        """A picture without what is marked."""
        await self.bot.front.take(interaction, Erase.make(name=_name(image)), {"image": image, "mask": mask})

    async def _work(self, interaction: Interaction, kind: type[Worked], image: discord.Attachment) -> None:
        await self.bot.front.take(interaction, kind.make(name=_name(image)), {"image": image})


def _name(file: discord.Attachment) -> str:
    return file.filename.rsplit(".", maxsplit=1)[0][:80]
