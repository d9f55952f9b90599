"""Speech and music."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.hailuo import choose
from bot.providers.hailuo.sounds import EMOTIONS
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.hailuo._common import MODEL, Common

FORMATS = [app_commands.Choice(name=name.upper(), value=name) for name in ("mp3", "flac", "wav")]
FORMAT = L("File format (MP3 if you leave it out)")
LANGUAGES = ("auto", "Chinese", "Chinese,Yue", "English", "French", "German", "Italian", "Japanese", "Korean",
             "Portuguese", "Russian", "Spanish")  # fmt: skip


class Sounds(Common):
    """``/hailuo speech`` and ``music``."""

    @app_commands.command(name="speech", description=L("Have a text spoken"))
    @app_commands.describe(
        text=L("What is said"),
        voice=L("Whose voice: one from the list, or its id"),
        model=MODEL,
        speed=L("How fast, from 0.5 to 2 (1 if you leave it out)"),
        volume=L("How loud, from 0 to 10 (1 if you leave it out)"),
        pitch=L("How high, from -12 to 12 (0 if you leave it out)"),
        emotion=L("How it is said"),
        language=L("The language that is spoken, for better pronunciation"),
        format=FORMAT,
    )
    @app_commands.choices(format=FORMATS)
    async def speech(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, 6000],
        voice: str | None = None,
        model: str | None = None,
        speed: app_commands.Range[float, 0.5, 2.0] | None = None,
        volume: app_commands.Range[float, 0.0, 10.0] | None = None,
        pitch: app_commands.Range[int, -12, 12] | None = None,
        emotion: str | None = None,
        language: str | None = None,
        format: str | None = None,
    ) -> None:
        """A text, spoken."""
        chosen = {"text": text, "voice_id": voice, "model": model, "speed": speed, "vol": volume, "pitch": pitch}
        how = {"emotion": emotion, "language_boost": language, "format": format}
        await self.bot.front.take(interaction, choose.speech(self.options, chosen | how))

    @speech.autocomplete("voice")
    async def _voices(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.speakers, current)

    @speech.autocomplete("model")
    async def _speech_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.speaking, current)

    @speech.autocomplete("emotion")
    async def _emotions(self, _interaction: Interaction, current: str) -> Choices:
        return matching(EMOTIONS, current)

    @speech.autocomplete("language")
    async def _languages(self, _interaction: Interaction, current: str) -> Choices:
        return matching(LANGUAGES, current)

    @app_commands.command(name="music", description=L("Make a song from a style and lyrics"))
    @app_commands.describe(
        prompt=L("How the song sounds: style, mood, instruments"),
        lyrics=L("What is sung; [Verse] and [Chorus] may stand in it, ## is a pause"),
        model=MODEL,
        format=FORMAT,
    )
    @app_commands.choices(format=FORMATS)
    @enhanceable
    async def music(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 10, 2000],
        lyrics: app_commands.Range[str, 10, 3000] | None = None,
        model: str | None = None,
        format: str | None = None,
    ) -> None:
        """A song."""
        chosen = {"prompt": prompt, "lyrics": lyrics, "model": model, "format": format}
        await self.bot.front.take(interaction, choose.music(self.options, chosen))

    @music.autocomplete("model")
    async def _music_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.composing, current)
