"""Pictures from words."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.hailuo import choose
from bot.providers.hailuo.pictures import MOST, RATIOS
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.hailuo._common import MODEL, OPTIMIZE, Common

Side = app_commands.Range[int, 64, None]


class Pictures(Common):
    """``/hailuo image``."""

    @app_commands.command(name="image", description=L("Make pictures from a text"))
    @app_commands.describe(
        prompt=L("What the picture shows"),
        count=L("How many pictures, from 1 to 9"),
        aspect_ratio=L("Such as 16:9"),
        width=L("In pixels, together with the height"),
        height=L("In pixels, together with the width"),
        subject=L("A picture of somebody whom the new one shows"),
        model=MODEL,
        seed=L("A number that makes the result repeatable"),
        optimize=OPTIMIZE,
    )
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, 2000],
        count: app_commands.Range[int, 1, MOST] | None = None,
        aspect_ratio: str | None = None,
        width: Side | None = None,
        height: Side | None = None,
        subject: discord.Attachment | None = None,
        model: str | None = None,
        seed: int | None = None,
        optimize: bool | None = None,
    ) -> None:
        """Pictures."""
        size = {"aspect_ratio": aspect_ratio, "width": width, "height": height}
        chosen = {"prompt": prompt, "n": count, "model": model, "seed": seed, "prompt_optimizer": optimize}
        await self.bot.front.take(interaction, choose.image(self.options, chosen | size), {"subject": subject})

    @image.autocomplete("aspect_ratio")
    async def _ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)

    @image.autocomplete("model")
    async def _picture_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.painting, current)
