"""``/udio``: songs with Udio."""

from typing import Any

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.providers.udio import UDIO, UdioOptions
from bot.providers.udio.requests import MOST_CONTEXT, MOST_SEED, Extend, Song
from bot.providers.udio.songs import EXTEND, songs_in
from bot.task import Task
from bot.text import _, clock
from bot.ui.actions import register_form
from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.makers import Maker, register_maker
from bot.ui.pickers import Choices, finished_parts, part_of

MOST_WORDS = 4000
"""Characters that a field of a form takes (reference ``discord.md`` 5)."""
Words = app_commands.Range[str, 1, 6000]
Percent = app_commands.Range[int, 0, 100]
Seed = app_commands.Range[int, -1, MOST_SEED]
Seconds = app_commands.Range[int, 1, MOST_CONTEXT]
COMMON = {
    "lyrics": L("Your own lyrics; if you leave them out, Udio writes some"),
    "instrumental": L("Without a voice"),
    "negative_prompt": L("What to avoid"),
    "seed": L("A number that makes the result repeatable; -1: another one each time"),
    "section_start": L("Where in the whole song this piece begins, in percent (90: it is an end)"),
    "section_end": L("Where in the whole song this piece ends, in percent"),
    "lyrics_start": L("Where in the piece the singing begins, in percent (8 if you leave it out)"),
    "lyrics_end": L("Where in the piece the singing ends, in percent (90 if you leave it out)"),
    "prompt_strength": L("How closely to keep to the prompt, in percent (50 if you leave it out)"),
    "clarity": L("How clear rather than natural it sounds, in percent (25 if you leave it out)"),
    "lyrics_strength": L("How closely to keep to the lyrics, in percent (50 if you leave it out)"),
    "quality": L("How much work goes into it (high if you leave it out)"),
    "manual": L("Take the prompt word for word: Udio does not rewrite it"),
}
MODELS = [
    app_commands.Choice(name=L("32 seconds"), value="udio32-v1.5"),
    app_commands.Choice(name=L("130 seconds, about twice the price"), value="udio130-v1.5"),
]
QUALITIES = [
    app_commands.Choice(name=L("Low"), value=25),
    app_commands.Choice(name=L("Medium"), value=50),
    app_commands.Choice(name=L("High"), value=75),
    app_commands.Choice(name=L("Highest"), value=100),
]
SIDES = [
    app_commands.Choice(name=L("After its end"), value="after"),
    app_commands.Choice(name=L("Before its beginning"), value="before"),
]


class Udio(commands.GroupCog, name="udio", description=L("Songs with Udio")):
    """The commands of one provider."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_form(EXTEND.key, _("Make this song longer"), _fields, self._extend_form)
        register_maker(Maker("song", Song, lambda prompt, _picture: (Song.make(prompt=prompt, **self._operator), "")))

    @app_commands.command(name="song", description=L("Make two songs from a style, with your own lyrics if you like"))
    @app_commands.describe(prompt=L("Style and subject, such as warm soul about the rain"), model=L("Length"), **COMMON)
    @app_commands.choices(model=MODELS)
    @app_commands.choices(quality=QUALITIES)
    @enhanceable
    async def song(
        self,
        interaction: Interaction,
        prompt: Words,
        lyrics: Words | None = None,
        instrumental: bool | None = None,
        model: str | None = None,
        negative_prompt: str | None = None,
        quality: int | None = None,
        manual: bool | None = None,
        seed: Seed | None = None,
        prompt_strength: Percent | None = None,
        clarity: Percent | None = None,
        lyrics_strength: Percent | None = None,
        section_start: Percent | None = None,
        section_end: Percent | None = None,
        lyrics_start: Percent | None = None,
        lyrics_end: Percent | None = None,
    ) -> None:
        """Two new songs."""
        words = {"prompt": prompt, "lyrics": lyrics, "negative_prompt": negative_prompt, "instrumental": instrumental}
        how = {"generation_quality": quality, "bypass_prompt_optimization": manual, "seed": seed, "model_type": model}
        shares = {"prompt_strength": prompt_strength, "clarity_strength": clarity, "lyrics_strength": lyrics_strength}
        section = {"song_section_start": section_start, "song_section_end": section_end}
        singing = {"lyrics_placement_start": lyrics_start, "lyrics_placement_end": lyrics_end}
        submission = Song.make(**words, **how, **shares, **section, **singing, **self._operator)
        await self.bot.front.take(interaction, submission)

    @app_commands.command(name="extend", description=L("Make one of your Udio songs longer, after its end or before"))
    @app_commands.describe(
        song=L("Which of your finished songs"),
        side=L("Where the new piece goes (after its end if you leave it out)"),
        prompt=L("Style of the new piece; that of the song if you leave it out"),
        model=L("Length of the new piece; like the song's if you leave it out"),
        context=L("How many seconds of the song Udio listens to (130 if you leave it out)"),
        **COMMON,
    )
    @app_commands.choices(side=SIDES, model=MODELS)
    @app_commands.choices(quality=QUALITIES)
    @enhanceable
    async def extend(
        self,
        interaction: Interaction,
        song: str,
        side: str | None = None,
        prompt: Words | None = None,
        lyrics: Words | None = None,
        instrumental: bool | None = None,
        model: str | None = None,
        context: Seconds | None = None,
        negative_prompt: str | None = None,
        quality: int | None = None,
        manual: bool | None = None,
        seed: Seed | None = None,
        prompt_strength: Percent | None = None,
        clarity: Percent | None = None,
        lyrics_strength: Percent | None = None,
        section_start: Percent | None = None,
        section_end: Percent | None = None,
        lyrics_start: Percent | None = None,
        lyrics_end: Percent | None = None,
    ) -> None:
        """A longer song."""
        words = {"prompt": prompt, "lyrics": lyrics, "negative_prompt": negative_prompt, "instrumental": instrumental}
        how = {"generation_quality": quality, "bypass_prompt_optimization": manual, "seed": seed, "model_type": model}
        shares = {"prompt_strength": prompt_strength, "clarity_strength": clarity, "lyrics_strength": lyrics_strength}
        section = {"song_section_start": section_start, "song_section_end": section_end}
        singing = {"lyrics_placement_start": lyrics_start, "lyrics_placement_end": lyrics_end}
        where = {"side": side, "context_length": context}
        task_id, number = part_of(song)
        await self._extend(interaction, task_id, number, **where, **words, **how, **shares, **section, **singing)

    @extend.autocomplete("song")
    async def _songs(self, interaction: Interaction, current: str) -> Choices:
        return await finished_parts(interaction, UDIO.name, current, _titles)

    async def _extend_form(self, interaction: Interaction, task_id: str, argument: str, typed: dict[str, str]) -> None:
        """What a button's form says; the new piece goes after the end."""
        _task_id, number = part_of(f"{task_id}.{argument}")
        await self._extend(
            interaction, task_id, number, prompt=typed.get("prompt", ""), lyrics=typed.get("lyrics") or None
        )

    async def _extend(self, interaction: Interaction, task_id: str, number: int, **options: Any) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        parent, made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), UDIO.name)
        songs = songs_in(parent)
        if not songs:
            raise Problem(_("There is no song in that task."))
        if number >= len(songs):
            raise Problem(_("That task has no song {number}, only {count}.", number=number + 1, count=len(songs)))
        submission = Extend.of(songs[number], made_by, **options, **self._operator)
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=parent.id)

    @property
    def _operator(self) -> dict[str, Any]:
        """What the operator chose about the requests."""
        options = UdioOptions.of(self.bot.config.options(UDIO.name))
        return {"style": options.style, "flat": options.flat}


def _fields(task: Task, _argument: str) -> list[Field]:
    """The form of a longer song, filled with what the song was made from."""
    return [
        Field("prompt", _("Style of the new piece"), most=MOST_WORDS, default=task.caption[:MOST_WORDS]),
        Field("lyrics", _("Your own lyrics (may stay empty)"), required=False, most=MOST_WORDS),
    ]


def _titles(task: Task) -> list[str]:
    """The songs of a task as they are offered: number, title, length."""
    songs = songs_in(task)
    several = len(songs) > 1
    found = []
    for number, song in enumerate(songs, start=1):
        words = (
            f"{number}." if several else "",
            song.title or task.caption,
            clock(song.seconds) if song.seconds else "",
        )
        found.append(" ".join(filter(None, words)))
    return found


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Udio(bot))
