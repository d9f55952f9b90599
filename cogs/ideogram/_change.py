"""Changes to a picture: in a part of it, around it, behind it."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.ideogram.changing import Edit, Reframe, ReplaceBackground
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from cogs.ideogram._common import (
    MAGIC,
    MANNER,
    MODEL,
    PICTURE,
    STYLED,
    STYLES,
    WORDED,
    Common,
    Count,
    File,
    Seed,
    Words,
    name_of,
    palette_choices,
    preset_choices,
    style_pictures,
)

MASK = L("White where something is to change, of the picture's size; or the picture painted over there")


class Changes(Common):
    """``/ideogram edit``, ``reframe``, ``replace-background``."""

    @app_commands.command(name="edit", description=L("Draw a part of a picture anew"))
    @app_commands.describe(image=PICTURE, mask=MASK, prompt=L("What the whole picture is to show"), **STYLED)
    @app_commands.choices(magic_prompt=MAGIC, style_type=STYLES)
    @enhanceable
    async def edit(
        self,
        interaction: Interaction,
        image: File,
        mask: File,
        prompt: Words,
        model: str | None = None,
        n: Count | None = None,
        style_type: str | None = None,
        magic_prompt: str | None = None,
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
        """A part drawn anew."""
        how = {"magic_prompt": magic_prompt, "n": n, "seed": seed, "speed": speed, "palette": palette}
        style = {"style_type": style_type, "style_preset": style_preset, "style_codes": style_codes}
        files = style_pictures(style_image, style_image2, style_image3) | {"character_image": character_image}
        submission = self.request(Edit, prompt=prompt, model=model, **how, **style)
        await self.bot.front.take(interaction, submission, {"image": image, "mask": mask, **files})

    @app_commands.command(name="reframe", description=L("Continue a picture beyond its edges"))
    @app_commands.describe(
        image=L("The picture (PNG, JPEG or WebP); square, except for 3.0"),
        resolution=L("Width and height of the new one"),
        style_type=L("Kind of style (2.0 and 2a)"),
        **MODEL,
        **MANNER,
    )
    @app_commands.choices(style_type=STYLES[:-1])
    async def reframe(
        self,
        interaction: Interaction,
        image: File,
        resolution: str,
        model: str | None = None,
        n: Count | None = None,
        style_type: str | None = None,
        palette: str | None = None,
        seed: Seed | None = None,
        speed: str | None = None,
        style_preset: str | None = None,
        style_codes: str | None = None,
        style_image: File | None = None,
        style_image2: File | None = None,
        style_image3: File | None = None,
    ) -> None:
        """A picture in another shape."""
        how = {"resolution": resolution, "n": n, "seed": seed, "speed": speed, "palette": palette}
        style = {"style_type": style_type, "style_preset": style_preset, "style_codes": style_codes}
        files = style_pictures(style_image, style_image2, style_image3)
        submission = self.request(Reframe, name=name_of(image), model=model, **how, **style)
        await self.bot.front.take(interaction, submission, {"image": image, **files})

    @app_commands.command(
        name="replace-background", description=L("Put what is in front in front of something else (3.0)")
    )
    @app_commands.describe(image=PICTURE, prompt=L("The new background"), **WORDED)
    @app_commands.choices(magic_prompt=MAGIC)
    @enhanceable
    async def replace_background(
        self,
        interaction: Interaction,
        image: File,
        prompt: Words,
        n: Count | None = None,
        magic_prompt: str | None = None,
        palette: str | None = None,
        seed: Seed | None = None,
        speed: str | None = None,
        style_preset: str | None = None,
        style_codes: str | None = None,
        style_image: File | None = None,
        style_image2: File | None = None,
        style_image3: File | None = None,
    ) -> None:
        """Another background."""
        how = {"magic_prompt": magic_prompt, "n": n, "seed": seed, "speed": speed, "palette": palette}
        files = style_pictures(style_image, style_image2, style_image3)
        style = {"style_preset": style_preset, "style_codes": style_codes}
        submission = self.request(ReplaceBackground, prompt=prompt, **how, **style)
        await self.bot.front.take(interaction, submission, {"image": image, **files})

    @edit.autocomplete("model")
    async def _edit_models(self, _interaction: Interaction, current: str) -> Choices:
        return self.models(Edit.able, current)

    @reframe.autocomplete("model")
    async def _reframe_models(self, _interaction: Interaction, current: str) -> Choices:
        return self.models(Reframe.able, current)

    @reframe.autocomplete("resolution")
    async def _reframe_sizes(self, interaction: Interaction, current: str) -> Choices:
        return self.size_choices(interaction, current)

    @edit.autocomplete("speed")
    @reframe.autocomplete("speed")
    @replace_background.autocomplete("speed")
    async def _change_speeds(self, _interaction: Interaction, current: str) -> Choices:
        return self.speed_choices(current)

    @edit.autocomplete("style_preset")
    @reframe.autocomplete("style_preset")
    @replace_background.autocomplete("style_preset")
    async def _change_presets(self, _interaction: Interaction, current: str) -> Choices:
        return preset_choices(current)

    @edit.autocomplete("palette")
    @reframe.autocomplete("palette")
    @replace_background.autocomplete("palette")
    async def _change_palettes(self, _interaction: Interaction, current: str) -> Choices:
        return palette_choices(current)
