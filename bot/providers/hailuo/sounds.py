"""Speech and music, both answered at once (reference ``relay-luma-…md`` 7.5, 7.6)."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Prompt
from bot.providers.hailuo import answers
from bot.providers.hailuo.declared import HAILUO, Asked
from bot.step import Step
from bot.text import _
from bot.wire import Call

SPEAKING_TIME, COMPOSING_TIME = 120.0, 280.0
"""Seconds that an answer may take."""
EMOTIONS = ("happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral")
NEEDING_LYRICS = frozenset({"music-1.5", "music-2.0"})
"""Models that sing what they are given, and make up nothing."""
SoundFormat = Literal["mp3", "flac", "wav"]
"""What Discord can play, or at least keep."""
AnswerForm = Literal["hex", "url"]
MusicPrompt = Annotated[Prompt, StringConstraints(min_length=10, max_length=2000)]
Lyrics = Annotated[Prompt, StringConstraints(min_length=10, max_length=3000)]


class _Sound(Asked):
    """What both share."""

    format: SoundFormat | None = None
    output_format: AnswerForm = Field(default="hex", repr=False)

    def steps(self) -> tuple[Step, ...]:
        """One call, whose answer is the sound."""
        return (Step.asking(self.call(), answers.sound),)

    def _asking(self) -> dict[str, Any]:
        return {"audio_setting": {"format": self.format or "mp3"}, "output_format": self.output_format}


class Speech(
    _Sound, provider=HAILUO, action="speech", path="/v1/t2a_v2", label=_("speech"), kind="audio", caption="text"
):
    """A text, spoken (7.5)."""

    model: str
    text: Prompt
    voice_id: str = Field(title="voice")
    speed: float | None = Field(default=None, ge=0.5, le=2.0)
    vol: float | None = Field(default=None, ge=0.0, le=10.0, title="volume")
    pitch: int | None = Field(default=None, ge=-12, le=12)
    emotion: str | None = None
    language_boost: str | None = Field(default=None, title="language")

    def body(self) -> dict[str, Any]:
        """The voice and its settings are nested."""
        voice = {"voice_id", "speed", "vol", "pitch", "emotion"}
        whole = self.model_dump(mode="json", exclude_none=True, include={"model", "text", "language_boost"})
        settings = self.model_dump(mode="json", exclude_none=True, include=voice)
        return whole | {"stream": False, "voice_setting": settings} | self._asking()

    def call(self) -> Call:
        return replace(super().call(), timeout=SPEAKING_TIME)


class Music(_Sound, provider=HAILUO, action="music", path="/v1/music_generation", label=_("song"), kind="audio"):
    """A song from a description and lyrics (7.6)."""

    model: str
    prompt: MusicPrompt
    lyrics: Lyrics | None = None

    @model_validator(mode="after")
    def _has_words(self) -> "Music":
        if self.model in NEEDING_LYRICS and not self.lyrics:
            raise Invalid(_("{model} sings only what it is given: add `lyrics`.", model=self.model))
        return self

    def body(self) -> dict[str, Any]:
        """The format is nested."""
        return self.model_dump(mode="json", exclude_none=True, include={"model", "prompt", "lyrics"}) | self._asking()

    def call(self) -> Call:
        return replace(super().call(), timeout=COMPOSING_TIME)
