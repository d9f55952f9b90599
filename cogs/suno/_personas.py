"""Personas: voices and manners of one's own songs, used for others."""

from typing import Any

from discord import AllowedMentions, app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.suno import SUNO
from bot.providers.suno.acts import NAME_LIMIT, Persona
from bot.providers.suno.models import TITLE_LIMIT, remix_name
from bot.providers.suno.songs import Song
from bot.task import Task
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.cards import message_link, plain
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.pickers import Choices
from cogs.suno._common import MOST_WORDS, Common, clip_of

Name = app_commands.Range[str, 1, NAME_LIMIT]


class PersonaChoice(Common):
    """Choosing among one's own personas."""

    async def persona_choices(self, interaction: Interaction, current: str) -> Choices:
        """The caller's personas."""
        found = await self._personas(interaction, current.strip())
        return [app_commands.Choice(name=task.caption[:100] or task.id, value=task.id) for task in found]

    async def _personas(self, interaction: Interaction, search: str = "") -> list[Task]:
        return await self.bot.engine.desk.kept(asker_of(interaction), SUNO.name, Persona.action, search)

    async def persona(self, interaction: Interaction, value: str) -> tuple[Task, dict[str, Any]]:
        """One of the caller's own personas: its task, and what a song needs to know; raises :class:`Problem`."""
        task, made_by = await self.bot.engine.desk.finished(value, asker_of(interaction), SUNO.name)
        if not isinstance(made_by, Persona) or not task.data.get("persona"):
            raise Problem(
                _("That is not a persona. Choose one from the list, or make one with `/suno persona create`.")
            )
        return task, {"persona_id": str(task.data["persona"]), "artist_clip_id": made_by.root_clip_id}


class Personas(PersonaChoice):
    """``/suno persona``: create, list, rename, delete."""

    personas = app_commands.Group(name="persona", description=L("Voices made from your songs"))

    def register_persona_forms(self) -> None:
        """What the buttons open that make a persona, and that use one."""
        register_form("suno-persona", _("Make a persona"), _name_fields, self._named)
        register_form("suno-sing", _("Sing as this persona"), lambda _task, _argument: _sing_fields(), self._sung)

    @personas.command(name="create", description=L("Make a persona from one of your songs"))
    @app_commands.describe(
        song=L("Which of your songs"), name=L("What you call it"), about=L("A note on it, for yourself")
    )
    async def create(
        self, interaction: Interaction, song: str, name: Name, about: app_commands.Range[str, 1, 500] | None = None
    ) -> None:
        """A persona of one's own."""
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, Persona.of(clip, name, about or ""), task)

    @create.autocomplete("song")
    async def _create_songs(self, interaction: Interaction, current: str) -> Choices:
        return await self.song_choices(interaction, current)

    async def _named(self, interaction: Interaction, task_id: str, argument: str, typed: dict[str, str]) -> None:
        message_id, task, clip = await self.pressed(interaction, task_id, argument)
        persona = Persona.of(clip, typed.get("name", ""), typed.get("about", ""))
        await self.make(interaction, message_id, persona, task)

    async def _sung(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, voice = await self.persona(interaction, task_id)
        words = {"prompt": typed.get("lyrics", ""), "tags": typed.get("style", ""), "title": typed.get("title", "")}
        model = remix_name(self.model(None), tau=self.options.tau)
        song = Song.make(mv=model, vocal_in=self.options.vocal, **words, **voice)
        await self.make(interaction, message_id, song, task)

    @personas.command(name="list", description=L("Your personas"))
    async def list(self, interaction: Interaction) -> None:
        """The caller's personas, newest first."""
        await self.bot.front.acknowledge(interaction, private=True)
        found = await self._personas(interaction)
        locale = str(interaction.locale)
        lines = [
            f"👤 **{plain(task.caption, 60)}** · <t:{round(task.created_at)}:d> · {message_link(task)}"
            for task in found
        ]
        nothing = say(_("You have no personas yet. `/suno persona create` makes one from a song."), locale)
        words = "\n".join(lines)[:1990] or nothing
        await interaction.edit_original_response(content=words, allowed_mentions=AllowedMentions.none())

    @personas.command(name="rename", description=L("Call one of your personas something else"))
    @app_commands.describe(which=L("Which persona"), name=L("What you call it"))
    @app_commands.rename(which="persona")
    async def rename(self, interaction: Interaction, which: str, name: Name) -> None:
        """Another name, here only: Suno keeps the one it was made with."""
        await self.bot.front.acknowledge(interaction, private=True)
        task, voice = await self.persona(interaction, which)
        called = Persona.make(root_clip_id=voice["artist_clip_id"], name=name).name
        await self.bot.engine.desk.rename(task.id, asker_of(interaction), called)
        done = say(_("It is called {name} now.", name=plain(called, 60)), str(interaction.locale))
        await interaction.edit_original_response(content=done, allowed_mentions=AllowedMentions.none())

    @rename.autocomplete("which")
    async def _rename_personas(self, interaction: Interaction, current: str) -> Choices:
        return await self.persona_choices(interaction, current)

    @personas.command(name="delete", description=L("Remove one of your personas from the list"))
    @app_commands.describe(which=L("Which persona"))
    @app_commands.rename(which="persona")
    async def delete(self, interaction: Interaction, which: str) -> None:
        """It is no longer offered here; the relay has no way to delete it at Suno."""
        await self.bot.front.acknowledge(interaction, private=True)
        task, _voice = await self.persona(interaction, which)
        await self.bot.engine.desk.put_away(task.id, asker_of(interaction))
        done = say(
            _("{name} is no longer offered. At Suno itself it stays.", name=plain(task.caption, 60)),
            str(interaction.locale),
        )
        await interaction.edit_original_response(content=done, allowed_mentions=AllowedMentions.none())

    @delete.autocomplete("which")
    async def _delete_personas(self, interaction: Interaction, current: str) -> Choices:
        return await self.persona_choices(interaction, current)


def _name_fields(task: Task, argument: str) -> list[Field]:
    clip = clip_of(task, argument)
    return [
        Field("name", _("What you call it"), long=False, most=NAME_LIMIT, default=clip.title[:NAME_LIMIT]),
        Field("about", _("A note on it"), required=False, most=500),
    ]


def _sing_fields() -> list[Field]:
    return [
        Field("lyrics", _("Lyrics"), most=MOST_WORDS),
        Field("style", _("Style"), required=False, most=1000),
        Field("title", _("Title"), long=False, required=False, most=TITLE_LIMIT),
    ]
