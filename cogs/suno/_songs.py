"""New songs and lyrics."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.suno import SUNO
from bot.providers.suno.acts import Lyrics, Style
from bot.providers.suno.models import DESCRIPTION_LIMIT, TITLE_LIMIT, remix_name
from bot.providers.suno.songs import Song
from bot.task import Task
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field, Form
from bot.ui.front import Interaction, asker_of
from bot.ui.makers import Maker, register_maker
from bot.ui.pickers import Choices
from cogs.suno._common import MOST_WORDS, VOICES
from cogs.suno._personas import PersonaChoice

Slider = app_commands.Range[int, 0, 100]
COMPOSE = "suno-compose"
WRITE_TITLE = _("Write a song")


class Songs(PersonaChoice):
    """``/suno song``, ``write``, ``lyrics``, ``style``."""

    def register_song_forms(self) -> None:
        """What the buttons of lyrics and styles open, and where ``/suno write`` ends."""
        register_form("suno-write", WRITE_TITLE, lambda task, _argument: song_fields(task), self._written_from)
        register_form(COMPOSE, WRITE_TITLE, lambda _task, _argument: song_fields(None), self._composed)
        register_maker(Maker("song", Song, lambda prompt, _picture: (self._described(prompt), "")))

    @app_commands.command(name="song", description=L("Make a song from a description, or from lyrics and a style"))
    @app_commands.describe(
        description=L("What the song is about; Suno writes the rest"),
        lyrics=L("Lyrics, with [Verse] and [Chorus]; for long ones use /suno write"),
        style=L("Style words, such as dream pop, female voice"),
        title=L("Title of the song"),
        instrumental=L("Without a voice"),
        model=L("Which model"),
        negative_style=L("Styles to avoid"),
        vocal=L("Which voice (v4.5 and newer)"),
        weirdness=L("How unusual, 0 to 100"),
        style_weight=L("How closely to keep to the style, 0 to 100"),
        persona=L("One of your personas sings the lyrics"),
        voice_only=L("Of the persona take the voice only"),
    )
    @app_commands.choices(vocal=VOICES)
    @enhanceable
    async def song(
        self,
        interaction: Interaction,
        description: app_commands.Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        lyrics: str | None = None,
        style: str | None = None,
        title: app_commands.Range[str, 1, TITLE_LIMIT] | None = None,
        instrumental: bool | None = None,
        model: str | None = None,
        negative_style: str | None = None,
        vocal: str | None = None,
        weirdness: Slider | None = None,
        style_weight: Slider | None = None,
        persona: str | None = None,
        voice_only: bool | None = None,
    ) -> None:
        """A new song."""
        manner = {"weirdness": weirdness, "style_weight": style_weight, "vocal_gender": vocal, "voice_only": voice_only}
        words = {"prompt": lyrics, "tags": style, "title": title, "negative_tags": negative_style}
        mode = {"gpt_description_prompt": description, "make_instrumental": instrumental}
        name = self.model(model)
        if not persona:
            song = Song.make(mv=name, vocal_in=self.options.vocal, **words, **mode, **manner)
            await self.bot.front.take(interaction, song)
            return
        message_id = await self.bot.front.acknowledge(interaction)
        task, voice = await self.persona(interaction, persona)
        tau = remix_name(name, tau=self.options.tau)
        more = {**words, **mode, **manner, **voice, "vocal_in": self.options.vocal}
        await self.make(interaction, message_id, Song.make(mv=tau, **more), task)

    @song.autocomplete("model")
    async def _song_models(self, _interaction: Interaction, current: str) -> Choices:
        return await self.model_choices(current)

    @song.autocomplete("persona")
    async def _song_personas(self, interaction: Interaction, current: str) -> Choices:
        return await self.persona_choices(interaction, current)

    @app_commands.command(name="write", description=L("Write long lyrics in a form and make a song of them"))
    @app_commands.describe(model=L("Which model"), vocal=L("Which voice (v4.5 and newer)"))
    @app_commands.choices(vocal=VOICES)
    async def write(self, interaction: Interaction, model: str | None = None, vocal: str | None = None) -> None:
        """A form with lyrics, style and title."""
        await self.bot.engine.desk.room(asker_of(interaction), SUNO.name)
        subject = f"{self.model(model)}:{vocal or ''}"
        form = Form(COMPOSE, subject, WRITE_TITLE, song_fields(None), str(interaction.locale))
        await interaction.response.send_modal(form)

    @write.autocomplete("model")
    async def _write_models(self, _interaction: Interaction, current: str) -> Choices:
        return await self.model_choices(current)

    async def _composed(self, interaction: Interaction, model: str, vocal: str, typed: dict[str, str]) -> None:
        await self.bot.front.take(interaction, self._typed_song(self.model(model), typed, vocal or None))

    async def _written_from(
        self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]
    ) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task = await self.bot.engine.desk.own(task_id, asker_of(interaction))
        await self.make(interaction, message_id, self._typed_song(self.model(None), typed), task)

    def _described(self, prompt: str) -> Song:
        """The song of a description alone; raises :class:`Problem` when it is too long for one."""
        if len(prompt) > DESCRIPTION_LIMIT:
            raise Problem(
                _(
                    "Suno takes at most {limit} characters here, not {given}: use `/suno write` for more.",
                    limit=DESCRIPTION_LIMIT,
                    given=len(prompt),
                )
            )
        return Song.make(mv=self.model(None), gpt_description_prompt=prompt, vocal_in=self.options.vocal)

    def _typed_song(self, model: str, typed: dict[str, str], vocal: str | None = None) -> Song:
        """The song of a filled form; without lyrics it is an instrumental in the style."""
        words = {"prompt": typed.get("lyrics", ""), "tags": typed.get("style", ""), "title": typed.get("title", "")}
        silent = not words["prompt"].strip()
        return Song.make(mv=model, make_instrumental=silent, vocal_gender=vocal, vocal_in=self.options.vocal, **words)

    @app_commands.command(name="lyrics", description=L("Have lyrics written; a button makes a song of them"))
    @app_commands.describe(about=L("What the lyrics are about"))
    async def lyrics(self, interaction: Interaction, about: app_commands.Range[str, 1, 1000]) -> None:
        """Lyrics."""
        await self.bot.front.take(interaction, Lyrics.make(prompt=about))

    @app_commands.command(name="style", description=L("Have a style written out in more detail"))
    @app_commands.describe(style=L("A few style words, such as sad piano"))
    async def style(self, interaction: Interaction, style: app_commands.Range[str, 1, 1000]) -> None:
        """A richer style."""
        await self.bot.front.take(interaction, Style.make(original_tags=style))


def song_fields(task: Task | None) -> list[Field]:
    """Lyrics, style and title, filled with what a task has written."""
    data = task.data if task is not None else {}
    known = {name: str(data.get(name) or "") for name in ("lyrics", "style", "title")}
    return [
        Field(
            "lyrics",
            _("Lyrics (none: an instrumental)"),
            required=False,
            most=MOST_WORDS,
            default=known["lyrics"][:MOST_WORDS],
        ),
        Field("style", _("Style"), required=False, most=1000, default=known["style"][:1000]),
        Field("title", _("Title"), long=False, required=False, most=TITLE_LIMIT, default=known["title"][:TITLE_LIMIT]),
    ]
