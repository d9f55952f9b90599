"""What all of Suno's commands share: the operator's settings, models, and finding a song."""

from typing import Any

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.provider import Submission
from bot.providers.suno import SUNO, SunoOptions
from bot.providers.suno.after import clips_in
from bot.providers.suno.clips import Clip
from bot.providers.suno.models import MODELS, model_of, remix_name
from bot.providers.suno.remixes import Cover, Layer, Replace, Stems
from bot.providers.suno.songs import Extend, Join, Song
from bot.providers.suno.uploads import Recording
from bot.task import Task
from bot.text import _, clock
from bot.ui.actions import OTHER_VERSION
from bot.ui.client import Darkroom
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import Choices, finished_parts, part_of

VOICES = [app_commands.Choice(name=L("Male"), value="m"), app_commands.Choice(name=L("Female"), value="f")]
MOST_WORDS = 4000
"""Characters that a field of a form takes (reference ``discord.md`` 5)."""
SINGING = tuple(kind.action for kind in (Song, Extend, Join, Cover, Replace, Layer, Stems, Recording))
"""What comes to songs."""


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> SunoOptions:
        """The operator's settings."""
        return SunoOptions.of(self.bot.config.options(SUNO.name))

    def model(self, chosen: str | None, clip: Clip | None = None) -> str:
        """The model to be used: the chosen one, else the song's own, else the operator's; raises :class:`Problem`."""
        offered = self.options.offered_models
        if chosen and chosen not in offered:
            raise Problem(
                _("There is no model “{model}” here. Known: {known}.", model=chosen, known=", ".join(offered))
            )
        own = model_of(clip.model).name if clip is not None else ""
        return chosen or (own if own in offered else self.options.model)

    def remix_model(self, chosen: str | None, clip: Clip) -> str:
        """The model for covers, new sections and personas."""
        return remix_name(self.model(chosen, clip), tau=self.options.tau)

    async def model_choices(self, current: str) -> Choices:
        """The models of the relay, newest first."""
        wanted = current.lower()
        named = {
            name: f"{model_of(name).version} · {name}" if name in MODELS else name
            for name in self.options.offered_models
        }
        found = [
            app_commands.Choice(name=title, value=name) for name, title in named.items() if wanted in title.lower()
        ]
        return found[:25]

    async def song_choices(self, interaction: Interaction, current: str) -> Choices:
        """The caller's songs, both of each task."""
        return await finished_parts(interaction, SUNO.name, current, titles, SINGING)

    async def chosen(self, interaction: Interaction, value: str) -> tuple[Task, Clip]:
        """The song that was chosen, and the task it comes from; raises :class:`Problem` for what is none."""
        task_id, number = part_of(value)
        task, _made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), SUNO.name)
        return task, clip_at(task, number)

    async def make(self, interaction: Interaction, message_id: int, submission: Submission, task: Task) -> None:
        """Accept what is made from ``task``."""
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id)

    async def pressed(self, interaction: Interaction, task_id: str, argument: str) -> tuple[int, Task, Clip]:
        """The song whose button was pressed, acknowledged."""
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, f"{task_id}.{argument or 0}")
        return message_id, task, clip

    def remixed(self, clip: Clip, typed: dict[str, Any]) -> dict[str, Any]:
        """What a form left empty is taken from the song."""
        return {
            "prompt": typed.get("lyrics", ""),
            "tags": typed.get("style", "") or clip.tags[:200],
            "title": (typed.get("title", "") or clip.title)[:80],
            "vocal_in": self.options.vocal,
        }


def clip_at(task: Task, number: int) -> Clip:
    """One of the songs of a task; raises :class:`Problem` when there is no such."""
    clips = clips_in(task)
    if not clips:
        raise Problem(_("There is no song in that task."))
    if number >= len(clips):
        raise Problem(_("That task has no song {number}, only {count}.", number=number + 1, count=len(clips)))
    return clips[number]


def clip_of(task: Task, argument: str) -> Clip:
    """The song whose button was pressed; raises :class:`Problem` when there is no such."""
    if argument and not argument.isdecimal():
        raise Problem(OTHER_VERSION)
    return clip_at(task, int(argument or 0))


def titles(task: Task) -> list[str]:
    """The songs of a task as they are offered: number, title, length."""
    clips = clips_in(task)
    several = len(clips) > 1
    return [
        " ".join(
            filter(
                None,
                (
                    f"{number}." if several else "",
                    clip.title or task.caption,
                    clock(clip.seconds) if clip.seconds else "",
                ),
            )
        )
        for number, clip in enumerate(clips, start=1)
    ]
