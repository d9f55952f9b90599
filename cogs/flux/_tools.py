"""Tools on a picture: fill, expand, canny, depth."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.flux.tools import Canny, Depth, Expand, Fill, check_sources
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from cogs.flux._common import COMMON, FORMATS, GUIDANCE, STEPS, Common, Edge, Safety, Words, common

Steps = app_commands.Range[int, 15, 50]
Wide = app_commands.Range[float, 1.5, 100.0]
Guidance = app_commands.Range[float, 1.0, 100.0]
Margin = app_commands.Range[int, 0, 2048]
WORK = {"steps": STEPS, "guidance": GUIDANCE, **COMMON}
GUIDED = {
    "prompt": L("What the new picture shows"),
    "image": L("The picture it follows"),
    "map": L("Instead of a picture: its lines or depths, drawn already"),
}


class Tools(Common):
    """``/flux fill``, ``expand``, ``canny``, ``depth``."""

    @app_commands.command(name="fill", description=L("Paint a part of a picture anew"))
    @app_commands.describe(
        image=L("The picture"),
        mask=L("White where it is painted anew, or the picture painted over; else what is transparent"),
        prompt=L("What is to be there"),
        **WORK,
    )
    @app_commands.choices(format=FORMATS)
    @enhanceable
    async def fill(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        mask: discord.Attachment | None = None,
        prompt: Words | None = None,
        steps: Steps | None = None,
        guidance: Wide | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """A part painted anew."""
        submission = Fill.make(
            asked=self.options.result,
            prompt=prompt,
            step_count=steps,
            guidance=guidance,
            **common(upsample, seed, safety, format),
        )
        await self.bot.front.take(interaction, submission, {"image": image, "mask": mask})

    @app_commands.command(name="expand", description=L("Paint more around a picture"))
    @app_commands.describe(
        image=L("The picture"),
        top=L("Pixels above it"),
        bottom=L("Pixels below it"),
        left=L("Pixels to the left"),
        right=L("Pixels to the right"),
        prompt=L("What is to be there"),
        **WORK,
    )
    @app_commands.choices(format=FORMATS)
    @enhanceable
    async def expand(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        top: Margin | None = None,
        bottom: Margin | None = None,
        left: Margin | None = None,
        right: Margin | None = None,
        prompt: Words | None = None,
        steps: Steps | None = None,
        guidance: Wide | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """More around it."""
        sides = {"top": top, "bottom": bottom, "left": left, "right": right}
        work = {"prompt": prompt, "step_count": steps, "guidance": guidance}
        submission = Expand.make(asked=self.options.result, **sides, **work, **common(upsample, seed, safety, format))
        await self.bot.front.take(interaction, submission, {"image": image})

    @app_commands.command(name="canny", description=L("Make a picture with the lines of another"))
    @app_commands.describe(
        low=L("Fainter lines than this are left out, from 0 to 500"),
        high=L("Stronger lines than this are always kept, from 0 to 500"),
        **GUIDED,
        **WORK,
    )
    @app_commands.choices(format=FORMATS)
    @enhanceable
    async def canny(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment | None = None,
        map: discord.Attachment | None = None,
        low: Edge | None = None,
        high: Edge | None = None,
        steps: Steps | None = None,
        guidance: Guidance | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """A picture led by lines."""
        check_sources(image, map)
        edges = {"canny_low_threshold": low, "canny_high_threshold": high}
        work = {"prompt": prompt, "step_count": steps, "guidance": guidance}
        submission = Canny.make(asked=self.options.result, **edges, **work, **common(upsample, seed, safety, format))
        await self.bot.front.take(interaction, submission, {"control_image": image, "preprocessed_image": map})

    @app_commands.command(name="depth", description=L("Make a picture with the depth of another"))
    @app_commands.describe(**GUIDED, **WORK)
    @app_commands.choices(format=FORMATS)
    @enhanceable
    async def depth(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment | None = None,
        map: discord.Attachment | None = None,
        steps: Steps | None = None,
        guidance: Guidance | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """A picture led by depth."""
        check_sources(image, map)
        work = {"prompt": prompt, "step_count": steps, "guidance": guidance}
        submission = Depth.make(asked=self.options.result, **work, **common(upsample, seed, safety, format))
        await self.bot.front.take(interaction, submission, {"control_image": image, "preprocessed_image": map})
