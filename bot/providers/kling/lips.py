"""Videos that are made to speak (reference ``relay-luma-…md`` 5.7)."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, PictureForm, Sound, Video
from bot.providers.kling.after import SPEAKS
from bot.providers.kling.declared import KLING, Asked, asked_at
from bot.providers.kling.voices import CHINESE, Language, language_of
from bot.sniff import FLAC, MOV, MP4, OGG
from bot.step import NextStep
from bot.task import Task
from bot.text import _

TEXT_LIMIT = 120
SOUND_BYTES = 5 * 1024 * 1024
SOUND_SECONDS = 60.0
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)]


class LipSync(
    Asked,
    provider=KLING,
    action="lip-sync",
    path="/v1/videos/lip-sync",
    label=_("lip-sync"),
    kind="video",
    caption="text",
    lookup=asked_at("videos/lip-sync"),
):
    """One of Kling's own videos by its id, or any other by its link, that says a text or follows a recording."""

    video_id: str | None = Field(default=None, repr=False)
    task_id: str | None = Field(default=None, repr=False)
    video_url: Video | None = Field(default=None, title="file", repr=False)
    text: Text | None = None
    voice_id: str | None = Field(default=None, title="voice", min_length=1, max_length=100)
    voice_language: Language | None = Field(default=None, title="language")
    voice_speed: float | None = Field(default=None, title="speed", ge=0.8, le=2.0)
    audio_file: Sound | None = Field(default=None, title="audio")

    @classmethod
    def input_form(cls, field: str, _options: Options, /) -> PictureForm:
        """A video is given by its link, a recording as base64 without a prefix."""
        return "url" if field == "video_url" else "base64"

    @classmethod
    def steps_after(cls, _task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        return ()

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if bool(self.video_id) == bool(self.video_url):
            raise Invalid(_("Give one video: one of your finished ones with `video`, or a `file`."))
        if bool(self.text) == bool(self.audio_file):
            raise Invalid(_("Give what is to be said: a `text`, or a recording with `audio`."))
        if self.audio_file and (self.voice_id or self.voice_language or self.voice_speed):
            raise Invalid(_("`voice`, `language` and `speed` go with a `text` only."))
        if self.voice_id in CHINESE and self.voice_language == "en":
            raise Invalid(_("The voice {voice} speaks Chinese only.", voice=self.voice_id))
        return self

    @classmethod
    def check_input(cls, field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """Videos of 2 to 10 seconds; recordings of 5 MiB and a minute."""
        if field == "video_url":
            _check_video(given)
        else:
            _check_sound(given)
        return {}

    def body(self) -> dict[str, Any]:
        """Everything stands in ``input``."""
        given = self.parameters()
        body = {name: given[name] for name in ("task_id", "video_id", "video_url") if name in given}
        if self.audio_file:
            more: dict[str, Any] = {"mode": "audio2video", "audio_type": "file", "audio_file": self.audio_file}
        else:
            language = self.voice_language or language_of(self.text or "", self.voice_id)
            more = {"mode": "text2video", "text": self.text, "voice_id": self.voice_id, "voice_language": language}
            more["voice_speed"] = 1.0 if self.voice_speed is None else self.voice_speed
        return {"input": {**body, **more}}


def _check_video(given: Given) -> None:
    if given.kind not in {MP4, MOV}:
        raise Invalid(_("Kling takes MP4 and MOV videos only."))
    if given.seconds is not None and not SPEAKS[0] <= given.seconds <= SPEAKS[1]:
        raise Invalid(
            _("The video has {given} seconds: for a lip-sync it must have 2 to 10.", given=round(given.seconds))
        )


def _check_sound(given: Given) -> None:
    if given.kind in {OGG, FLAC}:
        raise Invalid(_("Kling takes MP3, WAV, M4A and AAC recordings only."))
    if given.seconds is not None and given.seconds > SOUND_SECONDS:
        raise Invalid(
            _(
                "The recording has {given} seconds: for a lip-sync it may have {most} at most.",
                given=round(given.seconds),
                most=round(SOUND_SECONDS),
            )
        )
    if given.size > SOUND_BYTES:
        raise Invalid(_("The recording is too large for a lip-sync: at most {limit} MiB.", limit=5))
