"""Songs made from songs: longer ones, covers, new sections, stems, layers."""

from typing import Any

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.suno.after import PARTS
from bot.providers.suno.clips import Clip
from bot.providers.suno.models import TITLE_LIMIT
from bot.providers.suno.remixes import Cover, Layer, Replace, Stems
from bot.providers.suno.songs import Extend, Join
from bot.task import Task
from bot.text import _, clock
from bot.ui.actions import register_form, register_step
from bot.ui.forms import Field
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from bot.ui.times import seconds_of
from cogs.suno._common import MOST_WORDS, Common, clip_of

Title = app_commands.Range[str, 1, TITLE_LIMIT]
SONG = L("Which of your songs")
YES = frozenset({"yes", "y", "1", "true", "是", "是的", "要", "好"})
"""What is taken for a yes in a form."""


class Remixes(Common):
    """``/suno extend``, ``join``, ``cover``, ``replace``, ``stems``, ``layer``."""

    def register_remix_steps(self) -> None:
        """What the buttons of a finished song do."""
        register_form("suno-extend", _("Extend this song"), _extend_fields, self._extended)
        register_form("suno-cover", _("Cover this song"), _cover_fields, self._covered)
        register_form("suno-replace", _("Sing a section anew"), _replace_fields, self._replaced)
        register_step("suno-stems", self._taken_apart)
        register_step("suno-join", self._joined)

    @app_commands.command(name="extend", description=L("Make one of your songs longer"))
    @app_commands.describe(
        song=SONG,
        at=L("Where it goes on, in seconds or as 1:32 (its end if you leave it out)"),
        lyrics=L("What is sung there"),
        style=L("Style words (as before if you leave them out)"),
        title=L("Title of the song"),
        join=L("Join it with its beginning at once"),
        model=L("Which model"),
    )
    async def extend(
        self,
        interaction: Interaction,
        song: str,
        at: str | None = None,
        lyrics: str | None = None,
        style: str | None = None,
        title: Title | None = None,
        join: bool = False,
        model: str | None = None,
    ) -> None:
        """Scenario 1."""
        typed = {"at": at or "", "lyrics": lyrics or "", "style": style or "", "title": title or ""}
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, self._extension(clip, typed, join=join, model=model), task)

    async def _extended(self, interaction: Interaction, task_id: str, argument: str, typed: dict[str, str]) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        join = typed.get("join", "").strip().lower() in YES
        await self.make(interaction, message_id, self._extension(clip, typed, join=join), task)

    def _extension(self, clip: Clip, typed: dict[str, str], *, join: bool, model: str | None = None) -> Extend:
        at = seconds_of(typed["at"], "at") if typed.get("at", "").strip() else clip.seconds
        return Extend.of(clip, at, mv=self.model(model, clip), join=join, **self.remixed(clip, typed))

    @app_commands.command(name="join", description=L("Join a continued song or a new section with its song"))
    @app_commands.describe(song=L("The part that was made"))
    async def join(self, interaction: Interaction, song: str) -> None:
        """The second half of scenarios 1 and 3."""
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, _join(task, clip), task)

    async def _joined(self, interaction: Interaction, task_id: str, argument: str) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        await self.make(interaction, message_id, _join(task, clip), task)

    @app_commands.command(name="cover", description=L("The same song in another style"))
    @app_commands.describe(
        song=SONG,
        style=L("Style words of the cover"),
        lyrics=L("Other lyrics (as before if you leave them out)"),
        title=L("Title of the cover"),
        model=L("Which model"),
    )
    async def cover(
        self,
        interaction: Interaction,
        song: str,
        style: str,
        lyrics: str | None = None,
        title: Title | None = None,
        model: str | None = None,
    ) -> None:
        """Scenario 2."""
        typed = {"lyrics": lyrics or "", "style": style, "title": title or ""}
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, self._cover(clip, typed, model), task)

    async def _covered(self, interaction: Interaction, task_id: str, argument: str, typed: dict[str, str]) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        await self.make(interaction, message_id, self._cover(clip, typed), task)

    def _cover(self, clip: Clip, typed: dict[str, str], model: str | None = None) -> Cover:
        words = self.remixed(clip, {**typed, "lyrics": typed.get("lyrics", "") or clip.lyrics})
        return Cover.make(cover_clip_id=clip.id, mv=self.remix_model(model, clip), **words)

    @app_commands.command(name="replace", description=L("Sing one section of a song anew; 10 to 30 seconds work best"))
    @app_commands.describe(
        song=SONG,
        start=L("Where the section begins, in seconds or as 1:32"),
        end=L("Where it ends"),
        lyrics=L("What is sung there; take in the lines around it"),
        model=L("Which model"),
    )
    @app_commands.rename(start="from", end="to")
    async def replace(
        self, interaction: Interaction, song: str, start: str, end: str, lyrics: str, model: str | None = None
    ) -> None:
        """Scenario 3."""
        typed = {"from": start, "to": end, "lyrics": lyrics}
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, self._section(clip, typed, model), task)

    async def _replaced(self, interaction: Interaction, task_id: str, argument: str, typed: dict[str, str]) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        await self.make(interaction, message_id, self._section(clip, typed), task)

    def _section(self, clip: Clip, typed: dict[str, str], model: str | None = None) -> Replace:
        start, end = seconds_of(typed.get("from", ""), "from"), seconds_of(typed.get("to", ""), "to")
        return Replace.of(clip, start, end, mv=self.remix_model(model, clip), **self.remixed(clip, typed))

    @app_commands.command(name="stems", description=L("Take a song apart: voice and instruments"))
    @app_commands.describe(song=SONG, everything=L("Twelve stems instead of two"))
    @app_commands.rename(everything="all")
    async def stems(self, interaction: Interaction, song: str, everything: bool = False) -> None:
        """Scenarios 5 and 9."""
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, Stems.of(clip, all_of_them=everything), task)

    async def _taken_apart(self, interaction: Interaction, task_id: str, argument: str) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        await self.make(interaction, message_id, Stems.of(clip, all_of_them=False), task)

    @app_commands.command(name="layer", description=L("Add a voice to an instrumental, or instruments to a voice"))
    @app_commands.describe(
        song=SONG,
        add=L("What is added"),
        lyrics=L("What is sung"),
        style=L("Style words of what is added"),
        start=L("Where it begins, in seconds or as 1:32 (the beginning if you leave it out)"),
        end=L("Where it ends (the end if you leave it out)"),
        model=L("Which model"),
    )
    @app_commands.choices(
        add=[
            app_commands.Choice(name=L("Vocals"), value="vocals"),
            app_commands.Choice(name=L("Instruments"), value="instrumental"),
        ]
    )
    @app_commands.rename(start="from", end="to")
    async def layer(
        self,
        interaction: Interaction,
        song: str,
        add: str,
        lyrics: str | None = None,
        style: str | None = None,
        start: str | None = None,
        end: str | None = None,
        model: str | None = None,
    ) -> None:
        """Scenarios 11 and 12."""
        typed: dict[str, Any] = {"lyrics": lyrics or "", "style": style or ""}
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        first = seconds_of(start, "from") if start else 0.0
        last = seconds_of(end, "to") if end else None
        name = self.model(model, clip)
        submission = Layer.of(clip, add, first, last, mv=name, **self.remixed(clip, typed))
        await self.make(interaction, message_id, submission, task)

    @extend.autocomplete("song")
    @join.autocomplete("song")
    @cover.autocomplete("song")
    @replace.autocomplete("song")
    @stems.autocomplete("song")
    @layer.autocomplete("song")
    async def _songs(self, interaction: Interaction, current: str) -> Choices:
        return await self.song_choices(interaction, current)

    @extend.autocomplete("model")
    @cover.autocomplete("model")
    @replace.autocomplete("model")
    @layer.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return await self.model_choices(current)


def _join(task: Task, clip: Clip) -> Join:
    infill = clip.origin == "infill" or (clip.origin not in PARTS and task.action == "replace")
    return Join.make(clip_id=clip.id, is_infill=infill, title=clip.title)


def _extend_fields(task: Task, argument: str) -> list[Field]:
    clip = clip_of(task, argument)
    return [
        Field(
            "at", _("Where it goes on (1:32)"), long=False, most=12, default=clock(clip.seconds) if clip.seconds else ""
        ),
        Field("lyrics", _("Lyrics of the new part"), required=False, most=MOST_WORDS),
        Field("style", _("Style"), required=False, most=1000, default=clip.tags[:1000]),
        Field("join", _("Join it with its beginning? (yes / no)"), long=False, most=5, default="yes"),
    ]


def _cover_fields(task: Task, argument: str) -> list[Field]:
    clip = clip_of(task, argument)
    return [
        Field("style", _("Style of the cover"), most=1000),
        Field("lyrics", _("Lyrics"), required=False, most=MOST_WORDS, default=clip.lyrics[:MOST_WORDS]),
        Field("title", _("Title"), long=False, required=False, most=TITLE_LIMIT, default=clip.title[:TITLE_LIMIT]),
    ]


def _replace_fields(_task: Task, _argument: str) -> list[Field]:
    return [
        Field("from", _("Where the section begins (0:20)"), long=False, most=12),
        Field("to", _("Where it ends (0:34)"), long=False, most=12),
        Field("lyrics", _("What is sung there; with the lines around"), most=MOST_WORDS),
    ]
