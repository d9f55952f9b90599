"""Videos from words, a first and a last frame, or a picture of somebody."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.hailuo import camera, choose
from bot.providers.hailuo.models import durations, resolutions
from bot.providers.hailuo.videos import PROMPT_LIMIT
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import MOST, Choices, matching
from cogs.hailuo._common import MODEL, Common

Words = app_commands.Range[str, 1, PROMPT_LIMIT]


class Videos(Common):
    """``/hailuo video``."""

    @app_commands.command(name="video", description=L("Make a video from a text, from pictures, or of somebody"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        first_frame=L("A picture the video begins with (JPEG, PNG or WebP, each side over 300 pixels)"),
        last_frame=L("A picture the video ends with (MiniMax-Hailuo-02)"),
        subject=L("A picture of somebody whom the video shows (S2V-01)"),
        model=MODEL,
        duration=L("Length in seconds (6 if you leave it out)"),
        resolution=L("How fine it is; not everything goes with every length"),
        camera=L("Up to three camera moves, such as [Push in, Pan left]"),
        optimize=L("Let Hailuo write your prompt out in more detail (yes if you leave it out)"),
        fast=L("Prepare the prompt in less time (MiniMax-Hailuo-02 and 2.3)"),
        watermark=L("Put a watermark on the video"),
    )
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Words | None = None,
        first_frame: discord.Attachment | None = None,
        last_frame: discord.Attachment | None = None,
        subject: discord.Attachment | None = None,
        model: str | None = None,
        duration: int | None = None,
        resolution: str | None = None,
        camera: app_commands.Range[str, 1, 200] | None = None,
        optimize: bool | None = None,
        fast: bool | None = None,
        watermark: bool | None = None,
    ) -> None:
        """A video."""
        given = {choose.FIRST: first_frame, choose.LAST: last_frame, choose.SUBJECT: subject}
        files = {name: file for name, file in given.items() if file is not None}
        chosen = {
            "prompt": prompt,
            "camera": camera,
            "duration": duration,
            "resolution": resolution,
            "prompt_optimizer": optimize,
            "fast_pretreatment": fast,
            "aigc_watermark": watermark,
        }
        await self.bot.front.take(interaction, choose.video(self.options, model, chosen, files), files)

    @video.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.offered, current)

    @video.autocomplete("duration")
    async def _durations(self, interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        found = durations(self._model(interaction), _typed(interaction, "resolution").upper() or None)
        return [app_commands.Choice(name=str(one), value=one) for one in found if str(current) in str(one)]

    @video.autocomplete("resolution")
    async def _resolutions(self, interaction: Interaction, current: str) -> Choices:
        seconds = _typed(interaction, "duration")
        return matching(resolutions(self._model(interaction), int(seconds) if seconds.isdecimal() else None), current)

    @video.autocomplete("camera")
    async def _moves(self, _interaction: Interaction, current: str) -> Choices:
        return [app_commands.Choice(name=cue, value=cue) for cue in camera.completions(current)][:MOST]

    def _model(self, interaction: Interaction) -> str:
        """The model that was chosen so far, else the usual one: the files are not known yet."""
        return _typed(interaction, "model") or self.options.offered[0]


def _typed(interaction: Interaction, name: str) -> str:
    found: Any = getattr(interaction.namespace, name, None)
    return "" if found is None else str(found).strip()
