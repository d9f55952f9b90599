"""Pictures from words and a picture."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.recraft.drawing import GenerateBackground, ImageToImage, Inpaint, ReplaceBackground
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from cogs.recraft._common import (
    LOOK,
    MASK,
    PICTURE,
    STYLE_CHOICES,
    Common,
    Count,
    Level,
    Seed,
    Words,
    substyle_choices,
)

Percent = app_commands.Range[int, 0, 100]


class Redraws(Common):
    """``/recraft image-to-image``, ``inpaint``, ``replace-background``, ``generate-background``."""

    @app_commands.command(name="image-to-image", description=L("Draw a picture anew"))
    @app_commands.describe(
        image=PICTURE,
        prompt=L("What the new picture shows"),
        strength=L("How much may change, in percent (50 if left out)"),
        **LOOK,
    )
    @app_commands.choices(style=STYLE_CHOICES)
    @enhanceable
    async def image_to_image(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: Words,
        strength: Percent | None = None,
        style: str | None = None,
        substyle: str | None = None,
        own_style: str | None = None,
        model: str | None = None,
        n: Count | None = None,
        negative_prompt: Words | None = None,
        colours: str | None = None,
        background: str | None = None,
        artistic_level: Level | None = None,
        no_text: bool | None = None,
        seed: Seed | None = None,
    ) -> None:
        """A picture drawn anew."""
        chosen = {"style": style, "substyle": substyle, "own_style": own_style, "model": model, "n": n, "seed": seed}
        manner = {"negative_prompt": negative_prompt, "artistic_level": artistic_level, "no_text": no_text}
        look = await self.look(interaction, **chosen, **manner, colours=colours, background=background)
        submission = ImageToImage.make(prompt=prompt, strength=strength, **look)
        await self.bot.front.take(interaction, submission, {"image": image})

    @app_commands.command(name="inpaint", description=L("Draw a part of a picture anew"))
    @app_commands.describe(image=PICTURE, prompt=L("What is to be there instead"), mask=MASK, **LOOK)
    @app_commands.choices(style=STYLE_CHOICES)
    @enhanceable
    async def inpaint(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        mask: discord.Attachment,
        prompt: Words,
        style: str | None = None,
        substyle: str | None = None,
        own_style: str | None = None,
        model: str | None = None,
        n: Count | None = None,
        negative_prompt: Words | None = None,
        colours: str | None = None,
        background: str | None = None,
        artistic_level: Level | None = None,
        no_text: bool | None = None,
        seed: Seed | None = None,
    ) -> None:
        """A part drawn anew."""
        chosen = {"style": style, "substyle": substyle, "own_style": own_style, "model": model, "n": n, "seed": seed}
        manner = {"negative_prompt": negative_prompt, "artistic_level": artistic_level, "no_text": no_text}
        look = await self.look(interaction, **chosen, **manner, colours=colours, background=background)
        submission = Inpaint.make(prompt=prompt, **look)
        await self.bot.front.take(interaction, submission, {"image": image, "mask": mask})

    @app_commands.command(name="replace-background", description=L("Put what is in front in front of something else"))
    @app_commands.describe(image=PICTURE, prompt=L("The new background"), **LOOK)
    @app_commands.choices(style=STYLE_CHOICES)
    @enhanceable
    async def replace_background(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: Words,
        style: str | None = None,
        substyle: str | None = None,
        own_style: str | None = None,
        model: str | None = None,
        n: Count | None = None,
        negative_prompt: Words | None = None,
        colours: str | None = None,
        background: str | None = None,
        artistic_level: Level | None = None,
        no_text: bool | None = None,
        seed: Seed | None = None,
    ) -> None:
        """Another background."""
        chosen = {"style": style, "substyle": substyle, "own_style": own_style, "model": model, "n": n, "seed": seed}
        manner = {"negative_prompt": negative_prompt, "artistic_level": artistic_level, "no_text": no_text}
        look = await self.look(interaction, **chosen, **manner, colours=colours, background=background)
        submission = ReplaceBackground.make(prompt=prompt, **look)
        await self.bot.front.take(interaction, submission, {"image": image})

    @app_commands.command(name="generate-background", description=L("Draw a background where you mark the picture"))
    @app_commands.describe(image=PICTURE, prompt=L("The new background"), mask=MASK, **LOOK)
    @app_commands.choices(style=STYLE_CHOICES)
    @enhanceable
    async def generate_background(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        mask: discord.Attachment,
        prompt: Words,
        style: str | None = None,
        substyle: str | None = None,
        own_style: str | None = None,
        model: str | None = None,
        n: Count | None = None,
        negative_prompt: Words | None = None,
        colours: str | None = None,
        background: str | None = None,
        artistic_level: Level | None = None,
        no_text: bool | None = None,
        seed: Seed | None = None,
    ) -> None:
        """A background where the mask is white."""
        chosen = {"style": style, "substyle": substyle, "own_style": own_style, "model": model, "n": n, "seed": seed}
        manner = {"negative_prompt": negative_prompt, "artistic_level": artistic_level, "no_text": no_text}
        look = await self.look(interaction, **chosen, **manner, colours=colours, background=background)
        submission = GenerateBackground.make(prompt=prompt, **look)
        await self.bot.front.take(interaction, submission, {"image": image, "mask": mask})

    @image_to_image.autocomplete("substyle")
    @inpaint.autocomplete("substyle")
    @replace_background.autocomplete("substyle")
    @generate_background.autocomplete("substyle")
    async def _substyles(self, interaction: Interaction, current: str) -> Choices:
        return substyle_choices(interaction, current)

    @image_to_image.autocomplete("own_style")
    @inpaint.autocomplete("own_style")
    @replace_background.autocomplete("own_style")
    @generate_background.autocomplete("own_style")
    async def _styles(self, interaction: Interaction, current: str) -> Choices:
        return await self.style_choices(interaction, current)

    @image_to_image.autocomplete("model")
    @inpaint.autocomplete("model")
    @replace_background.autocomplete("model")
    @generate_background.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return self.model_choices(current)
