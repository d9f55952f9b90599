"""Pictures from words, and pictures changed by words."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.openai import choose
from bot.providers.openai.models import known, may_edit
from bot.providers.openai.pictures import INPUTS
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.openai._common import ANOTHER, MODEL, Common, Words, chosen, models

Count = app_commands.Range[int, 1, 10]
LOOK = {
    "model": MODEL,
    "size": L("Width and height, such as 1024x1024"),
    "quality": L("How finely it is made"),
    "background": L("Transparent or opaque (gpt-image-1)"),
    "format": L("File format (gpt-image-1)"),
    "count": L("How many pictures, from 1 to 10"),
}


class Pictures(Common):
    """``/openai image`` and ``edit``."""

    @app_commands.command(name="image", description=L("Make pictures from a text"))
    @app_commands.describe(
        prompt=L("What the picture shows"),
        style=L("Vivid or natural (dall-e-3)"),
        compression=L("Quality of a JPEG or WebP in percent (gpt-image-1)"),
        moderation=L("How strict the content filter is (gpt-image-1)"),
        **LOOK,
    )
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        style: str | None = None,
        background: str | None = None,
        format: str | None = None,
        compression: app_commands.Range[int, 0, 100] | None = None,
        moderation: str | None = None,
        count: Count | None = None,
    ) -> None:
        """Pictures from words."""
        look = {"size": size, "quality": quality, "style": style, "background": background, "output_format": format}
        more = {"n": count, "output_compression": compression, "moderation": moderation}
        submission = choose.image(self.options, model, {"prompt": prompt, **look, **more})
        await self.bot.front.take(interaction, submission)

    @app_commands.command(name="edit", description=L("Change pictures by saying what is to change"))
    @app_commands.describe(
        image=L("The picture to change"),
        prompt=L("What is to change"),
        mask=L("White where the picture is to change, or the picture painted over; else anywhere"),
        **LOOK,
        **dict.fromkeys(INPUTS[1:], ANOTHER),
    )
    @enhanceable
    async def edit(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: Words,
        mask: discord.Attachment | None = None,
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        background: str | None = None,
        format: str | None = None,
        count: Count | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        image9: discord.Attachment | None = None,
        image10: discord.Attachment | None = None,
        image11: discord.Attachment | None = None,
        image12: discord.Attachment | None = None,
        image13: discord.Attachment | None = None,
        image14: discord.Attachment | None = None,
        image15: discord.Attachment | None = None,
        image16: discord.Attachment | None = None,
    ) -> None:
        """Pictures changed as the words say."""
        more = (image2, image3, image4, image5, image6, image7, image8, image9, image10, image11, image12, image13)
        files = [file for file in (image, *more, image14, image15, image16) if file is not None]
        look = {"size": size, "quality": quality, "background": background, "output_format": format, "n": count}
        submission = choose.edit(self.options, model, {"prompt": prompt, **look}, pictures=len(files))
        given = dict(zip(INPUTS, files, strict=False)) | {"mask": mask}
        await self.bot.front.take(interaction, submission, given)

    @image.autocomplete("model")
    async def _painting(self, interaction: Interaction, current: str) -> Choices:
        return await models(interaction, current, "image", self.options.painting)

    @edit.autocomplete("model")
    async def _editing(self, interaction: Interaction, current: str) -> Choices:
        found = await models(interaction, current, "image", self.options.editing)
        return [choice for choice in found if may_edit(choice.value)]

    @image.autocomplete("size")
    @edit.autocomplete("size")
    async def _sizes(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "size", current)

    @image.autocomplete("quality")
    @edit.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "quality", current)

    @image.autocomplete("background")
    @edit.autocomplete("background")
    async def _backgrounds(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "background", current)

    @image.autocomplete("format")
    @edit.autocomplete("format")
    async def _formats(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "output_format", current)

    @image.autocomplete("style")
    async def _styles(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "style", current)

    @image.autocomplete("moderation")
    async def _moderations(self, interaction: Interaction, current: str) -> Choices:
        return self._known(interaction, "moderation", current)

    def _known(self, interaction: Interaction, option: str, current: str) -> Choices:
        command = interaction.command
        usual = self.options.editing if command is not None and command.name == "edit" else self.options.painting
        return matching(known(option, chosen(interaction, usual)), current)
