"""Pictures from words."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Invalid
from bot.providers.recraft.drawing import Image
from bot.providers.recraft.styles import SIZES, family_of
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from cogs.recraft._common import LOOK, STYLE_CHOICES, Common, Count, Level, Seed, Words, matching, substyle_choices


class Images(Common):
    """``/recraft image``."""

    @app_commands.command(name="image", description=L("Make pictures from a text, also as SVG"))
    @app_commands.describe(
        prompt=L("What the picture shows"), size=L("Width and height (1024x1024 if left out)"), **LOOK
    )
    @app_commands.choices(style=STYLE_CHOICES)
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        style: str | None = None,
        substyle: str | None = None,
        size: str | None = None,
        n: Count | None = None,
        model: str | None = None,
        own_style: str | None = None,
        negative_prompt: Words | None = None,
        colours: str | None = None,
        background: str | None = None,
        artistic_level: Level | None = None,
        no_text: bool | None = None,
        seed: Seed | None = None,
    ) -> None:
        """New pictures."""
        look = await self.look(
            interaction,
            style=style,
            substyle=substyle,
            own_style=own_style,
            model=model,
            n=n,
            negative_prompt=negative_prompt,
            colours=colours,
            background=background,
            artistic_level=artistic_level,
            no_text=no_text,
            seed=seed,
        )
        await self.bot.front.take(interaction, Image.make(prompt=prompt, size=size, **look))

    @image.autocomplete("substyle")
    async def _image_substyles(self, interaction: Interaction, current: str) -> Choices:
        return substyle_choices(interaction, current)

    @image.autocomplete("own_style")
    async def _image_styles(self, interaction: Interaction, current: str) -> Choices:
        return await self.style_choices(interaction, current)

    @image.autocomplete("model")
    async def _image_models(self, _interaction: Interaction, current: str) -> Choices:
        return self.model_choices(current)

    @image.autocomplete("size")
    async def _image_sizes(self, interaction: Interaction, current: str) -> Choices:
        try:
            return matching(SIZES[family_of(interaction.namespace.model)], current)
        except Invalid:
            return []
