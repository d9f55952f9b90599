"""Files of a song, and recordings that become one."""

from collections.abc import Callable

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.provider import Submission
from bot.providers.suno.acts import Midi, Mp4, Timing, VocalSample, Wav
from bot.providers.suno.clips import Clip
from bot.providers.suno.uploads import Recording
from bot.ui.actions import Pressed, register_step
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from bot.ui.times import seconds_of
from cogs.suno._common import Common
from cogs.suno._remixes import SONG


class Files(Common):
    """``/suno timing``, ``wav``, ``mp4``, ``midi``, ``sample``, ``upload``."""

    def register_file_steps(self) -> None:
        """What the buttons of a finished song do."""
        for action, how in (("timing", Timing.of), ("wav", Wav.of), ("mp4", film_of), ("midi", Midi.of)):
            register_step(f"suno-{action}", self._button(how))

    def _button(self, how: Callable[[Clip], Submission]) -> Pressed:
        async def pressed(interaction: Interaction, task_id: str, argument: str) -> None:
            message_id, task, clip = await self.pressed(interaction, task_id, argument)
            await self.make(interaction, message_id, how(clip), task)

        return pressed

    async def _of(self, interaction: Interaction, song: str, how: Callable[[Clip], Submission]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, clip = await self.chosen(interaction, song)
        await self.make(interaction, message_id, how(clip), task)

    @app_commands.command(name="timing", description=L("When each line is sung, as .lrc and .srt"))
    @app_commands.describe(song=SONG)
    async def timing(self, interaction: Interaction, song: str) -> None:
        """Scenario 6."""
        await self._of(interaction, song, Timing.of)

    @app_commands.command(name="wav", description=L("The song without loss, as WAV"))
    @app_commands.describe(song=SONG)
    async def wav(self, interaction: Interaction, song: str) -> None:
        """Scenario 7."""
        await self._of(interaction, song, Wav.of)

    @app_commands.command(name="mp4", description=L("The song as a film with its cover, which plays everywhere"))
    @app_commands.describe(song=SONG)
    async def mp4(self, interaction: Interaction, song: str) -> None:
        """Scenario 8."""
        await self._of(interaction, song, film_of)

    @app_commands.command(name="midi", description=L("The notes of a song or of a stem, as MIDI"))
    @app_commands.describe(song=SONG)
    async def midi(self, interaction: Interaction, song: str) -> None:
        """Scenario 13."""
        await self._of(interaction, song, Midi.of)

    @app_commands.command(name="sample", description=L("Cut a voice out of a song"))
    @app_commands.describe(song=SONG, start=L("Where the voice begins, in seconds or as 1:32"), end=L("Where it ends"))
    @app_commands.rename(start="from", end="to")
    async def sample(self, interaction: Interaction, song: str, start: str, end: str) -> None:
        """A vocal sample."""
        first, last = seconds_of(start, "from"), seconds_of(end, "to")
        await self._of(interaction, song, lambda clip: VocalSample.cut(clip, first, last))

    @timing.autocomplete("song")
    @wav.autocomplete("song")
    @mp4.autocomplete("song")
    @midi.autocomplete("song")
    @sample.autocomplete("song")
    async def _song(self, interaction: Interaction, current: str) -> Choices:
        return await self.song_choices(interaction, current)

    @app_commands.command(name="upload", description=L("Bring a recording of your own, to extend or to cover it"))
    @app_commands.describe(audio=L("MP3, WAV, M4A, OGG or FLAC, at most 25 MiB"))
    async def upload(self, interaction: Interaction, audio: discord.Attachment) -> None:
        """A recording becomes a song that can be worked on."""
        name = audio.filename.rsplit(".", maxsplit=1)[0][:80]
        await self.bot.front.take(interaction, Recording.make(name=name), {"audio": audio})


def film_of(clip: Clip) -> Submission:
    """The film of a song; what we need to make one ourselves goes with it."""
    return Mp4.of(clip, audio=clip.audio, image=clip.image)
