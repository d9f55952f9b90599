"""What all of Flux's commands share: the operator's settings, texts of options, choices and pictures of tasks."""

from collections.abc import Callable
from typing import Any

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.provider import INPUT, Submission
from bot.providers.flux import FLUX, FluxOptions
from bot.task import Media, Task
from bot.ui.client import Darkroom
from bot.ui.front import Interaction, asker_of

Words = app_commands.Range[str, 1, 6000]
Safety = app_commands.Range[int, 0, 6]
Side = app_commands.Range[int, 64, None]
Share = app_commands.Range[float, 0.0, 1.0]
Edge = app_commands.Range[int, 0, 500]
RATIOS = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "9:21")
COMMON = {
    "upsample": L("Let Flux write your prompt out in more detail"),
    "seed": L("A number that makes the result repeatable"),
    "safety": L("Content filter: 0 is strict, 6 is loose (2 if you leave it out)"),
    "format": L("File format"),
}
STEPS = L("How many steps it works; more is slower and finer")
GUIDANCE = L("How closely to keep to the prompt")
FORMATS = [app_commands.Choice(name=name.upper(), value=name) for name in ("jpeg", "png")]
NEWEST = [*FORMATS, app_commands.Choice(name="WEBP", value="webp")]


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> FluxOptions:
        """The operator's settings."""
        return FluxOptions.of(self.bot.config.options(FLUX.name))

    async def from_picture(
        self, interaction: Interaction, task_id: str, how: Callable[[Task, str], Submission]
    ) -> None:
        """Ask for what is made from the picture of one of the asker's finished tasks.

        ``how`` makes the request of the task and the reference to its picture. Raises :class:`Problem`.
        """
        message_id = await self.bot.front.acknowledge(interaction)
        desk, card = self.bot.engine.desk, interaction.message
        task, _made_by = await desk.finished(task_id, asker_of(interaction), FLUX.name)
        shown = [Media(file.url, "image") for file in card.attachments] if card is not None else []
        picture = await desk.picture_of(task, shown)
        submission = how(task, INPUT + picture.id)
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id, inputs=[picture])


def common(upsample: bool | None, seed: int | None, safety: int | None, format: str | None) -> dict[str, Any]:
    """The fields of the options that every command has."""
    return {"prompt_upsampling": upsample, "seed": seed, "safety_tolerance": safety, "output_format": format}
