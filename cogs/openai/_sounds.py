"""Speech, and what is said in recordings; what a text is flagged for."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.openai.models import FORMATS
from bot.providers.openai.moderation import Moderation
from bot.providers.openai.sounds import LONGEST, Speech, Transcription, Translation
from bot.ui.front import Interaction
from bot.ui.models import model_choices
from bot.ui.pickers import Choices, matching
from cogs.openai._common import MODEL, Common, Words, models

MODERATION = "moderation"
"""What the names of models hold that judge texts."""
SOUND_FORMATS = [app_commands.Choice(name=L(name.upper()), value=name) for name in FORMATS]
TEXT_FORMATS = [
    app_commands.Choice(name=L("Text"), value="text"),
    app_commands.Choice(name=L("Subtitles (SRT)"), value="srt"),
    app_commands.Choice(name=L("Subtitles (WebVTT)"), value="vtt"),
    app_commands.Choice(name=L("Text from JSON"), value="json"),
    app_commands.Choice(name=L("Text, with everything in a JSON file"), value="verbose_json"),
]
TIMES = [
    app_commands.Choice(name=L("Of every word"), value="word"),
    app_commands.Choice(name=L("Of every sentence"), value="segment"),
]
HEARING = {
    "audio": L("The recording: MP3, WAV, M4A, OGG, FLAC, MP4 or WebM, at most 25 MiB"),
    "format": L("How the words are written down (text if you leave it out)"),
    "model": MODEL,
    "prompt": L("Names and words that occur in it"),
    "temperature": L("How freely it is guessed, from 0 to 1"),
}


class Sounds(Common):
    """``/openai speech``, ``transcribe``, ``translate`` and ``moderate``."""

    @app_commands.command(name="speech", description=L("Have a text spoken"))
    @app_commands.describe(
        text=L("What is said"),
        voice=L("Whose voice"),
        model=MODEL,
        format=L("File format (MP3 if you leave it out)"),
        speed=L("How fast, from 0.25 to 4 (1 if you leave it out)"),
        instructions=L("How it is said: tone, mood, accent (gpt-4o-mini-tts)"),
    )
    @app_commands.choices(format=SOUND_FORMATS)
    async def speech(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, LONGEST],
        voice: str | None = None,
        model: str | None = None,
        format: str | None = None,
        speed: app_commands.Range[float, 0.25, 4.0] | None = None,
        instructions: app_commands.Range[str, 1, LONGEST] | None = None,
    ) -> None:
        """A text, spoken."""
        submission = Speech.make(
            model=model or self.options.speaking[0],
            input=text,
            voice=voice or self.options.speakers[0],
            response_format=format,
            speed=speed,
            instructions=instructions,
        )
        await self.bot.front.take(interaction, submission)

    @app_commands.command(name="transcribe", description=L("Write down what is said in a recording"))
    @app_commands.describe(
        language=L("The language that is spoken, as a code of two letters"),
        timestamps=L("When something is said, in the JSON file"),
        **HEARING,
    )
    @app_commands.choices(format=TEXT_FORMATS, timestamps=TIMES)
    async def transcribe(
        self,
        interaction: Interaction,
        audio: discord.Attachment,
        format: str | None = None,
        language: str | None = None,
        model: str | None = None,
        prompt: Words | None = None,
        temperature: app_commands.Range[float, 0.0, 1.0] | None = None,
        timestamps: str | None = None,
    ) -> None:
        """The words of a recording."""
        submission = Transcription.make(
            model=model or self.options.hearing[0],
            prompt=prompt,
            response_format=format,
            temperature=temperature,
            language=language,
            timestamp_granularities=timestamps,
            name=audio.filename,
        )
        await self.bot.front.take(interaction, submission, {"file": audio})

    @app_commands.command(name="translate", description=L("Write down in English what is said in a recording"))
    @app_commands.describe(**HEARING)
    @app_commands.choices(format=TEXT_FORMATS)
    async def translate(
        self,
        interaction: Interaction,
        audio: discord.Attachment,
        format: str | None = None,
        model: str | None = None,
        prompt: Words | None = None,
        temperature: app_commands.Range[float, 0.0, 1.0] | None = None,
    ) -> None:
        """The words of a recording, in English."""
        submission = Translation.make(
            model=model or self.options.hearing[0],
            prompt=prompt,
            response_format=format,
            temperature=temperature,
            name=audio.filename,
        )
        await self.bot.front.take(interaction, submission, {"file": audio})

    @app_commands.command(name="moderate", description=L("See what a text would be flagged for"))
    @app_commands.describe(text=L("The text"), model=MODEL)
    async def moderate(self, interaction: Interaction, text: Words, model: str | None = None) -> None:
        """A verdict on a text."""
        submission = Moderation.make(input=text, model=model or self.options.moderation_model or None)
        await self.bot.front.take(interaction, submission)

    @speech.autocomplete("model")
    async def _speaking(self, interaction: Interaction, current: str) -> Choices:
        return await models(interaction, current, "speech", self.options.speaking)

    @speech.autocomplete("voice")
    async def _voices(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.speakers, current)

    @moderate.autocomplete("model")
    async def _judging(self, interaction: Interaction, current: str) -> Choices:
        found = await model_choices(interaction, current or MODERATION)
        return [choice for choice in found if MODERATION in choice.value]

    @transcribe.autocomplete("model")
    @translate.autocomplete("model")
    async def _hearing(self, interaction: Interaction, current: str) -> Choices:
        return await models(interaction, current, "transcription", self.options.hearing)
