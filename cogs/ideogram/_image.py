"""Pictures from words, and from words and a picture."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.ideogram.drawing import Image, Remix
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from cogs.ideogram._common import (
    MAGIC,
    PICTURE,
    PROMPT,
    SHAPED,
    STYLES,
    Common,
    Count,
    File,
    Percent,
    Seed,
    Words,
    palette_choices,
    preset_choices,
    style_pictures,
)


class Images(Common):
    """``/ideogram image``, ``remix``."""

    @app_commands.command(name="image", description=L("Make pictures from a text, with words written in them"))
    @app_commands.describe(
        prompt=PROMPT,
        transparent=L("Without a background (3.0)"),
        upscale_factor=L("How much larger (transparent pictures only)"),
        **SHAPED,
    )
    @app_commands.choices(magic_prompt=MAGIC, style_type=STYLES)
    @app_commands.choices(
        upscale_factor=[app_commands.Choice(name=f"{number}×", value=f"X{number}") for number in (1, 2, 4)]
    )
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        n: Count | None = None,
        style_type: str | None = None,
        magic_prompt: str | None = None,
        negative_prompt: Words | None = None,
        palette: str | None = None,
        seed: Seed | None = None,
        speed: str | None = None,
        style_preset: str | None = None,
        style_codes: str | None = None,
        style_image: File | None = None,
        style_image2: File | None = None,
        style_image3: File | None = None,
        character_image: File | None = None,
        transparent: bool | None = None,
        upscale_factor: str | None = None,
    ) -> None:
        """New pictures."""
        words = {"prompt": prompt, "negative_prompt": negative_prompt, "magic_prompt": magic_prompt}
        shape = {"aspect_ratio": aspect_ratio, "resolution": resolution, "n": n, "seed": seed, "speed": speed}
        style = {"style_type": style_type, "style_preset": style_preset, "style_codes": style_codes}
        cut = {"palette": palette, "transparent": transparent, "upscale_factor": upscale_factor}
        files = style_pictures(style_image, style_image2, style_image3) | {"character_image": character_image}
        submission = self.request(Image, model=model, **words, **shape, **style, **cut)
        await self.bot.front.take(interaction, submission, files)

    @app_commands.command(name="remix", description=L("Draw a picture anew"))
    @app_commands.describe(
        image=PICTURE,
        prompt=PROMPT,
        image_weight=L("How much of the picture stays, in percent (50 if left out)"),
        **SHAPED,
    )
    @app_commands.choices(magic_prompt=MAGIC, style_type=STYLES)
    @enhanceable
    async def remix(
        self,
        interaction: Interaction,
        image: File,
        prompt: Words,
        image_weight: Percent | None = None,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        n: Count | None = None,
        style_type: str | None = None,
        magic_prompt: str | None = None,
        negative_prompt: Words | None = None,
        palette: str | None = None,
        seed: Seed | None = None,
        speed: str | None = None,
        style_preset: str | None = None,
        style_codes: str | None = None,
        style_image: File | None = None,
        style_image2: File | None = None,
        style_image3: File | None = None,
        character_image: File | None = None,
    ) -> None:
        """A picture drawn anew."""
        words = {"prompt": prompt, "negative_prompt": negative_prompt, "magic_prompt": magic_prompt}
        shape = {"aspect_ratio": aspect_ratio, "resolution": resolution, "n": n, "seed": seed, "speed": speed}
        style = {"style_type": style_type, "style_preset": style_preset, "style_codes": style_codes, "palette": palette}
        files = style_pictures(style_image, style_image2, style_image3) | {"character_image": character_image}
        submission = self.request(Remix, model=model, image_weight=image_weight, **words, **shape, **style)
        await self.bot.front.take(interaction, submission, {"image": image, **files})

    @image.autocomplete("model")
    @remix.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return self.models(Image.able, current)

    @image.autocomplete("aspect_ratio")
    @remix.autocomplete("aspect_ratio")
    async def _ratios(self, interaction: Interaction, current: str) -> Choices:
        return self.ratio_choices(interaction, current)

    @image.autocomplete("resolution")
    @remix.autocomplete("resolution")
    async def _sizes(self, interaction: Interaction, current: str) -> Choices:
        return self.size_choices(interaction, current)

    @image.autocomplete("speed")
    @remix.autocomplete("speed")
    async def _speeds(self, _interaction: Interaction, current: str) -> Choices:
        return self.speed_choices(current)

    @image.autocomplete("style_preset")
    @remix.autocomplete("style_preset")
    async def _presets(self, _interaction: Interaction, current: str) -> Choices:
        return preset_choices(current)

    @image.autocomplete("palette")
    @remix.autocomplete("palette")
    async def _palettes(self, _interaction: Interaction, current: str) -> Choices:
        return palette_choices(current)
