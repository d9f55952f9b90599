"""Suno as a provider: how it is asked about, and what the reference leaves open (7.15, 11)."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.lookup import Batch, Single
from bot.provider import Options, Provider
from bot.providers.suno import answers, raw
from bot.providers.suno.models import MODELS
from bot.wire import Call

ASKED = 5.0
"""Seconds between questions about what takes less than a minute (7.11, 7.12, 7.15)."""


def _names(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[str, BeforeValidator(lambda value: ",".join(_names(value)))]


class SunoOptions(Options):
    """What the reference leaves open."""

    models: Names = Field(
        default=",".join(MODELS), description="Comma-separated models that the relay has, newest first."
    )
    model: str = Field(default="chirp-auk", description="Model when the user chooses none.")
    tau: bool = Field(default=True, description="Use the `-tau` names of v3.5 and v4 for covers and personas.")
    vocal: Literal["both", "top", "metadata"] = Field(
        default="both", description="Where the wanted voice stands in a request."
    )
    upload: Literal["auto", "url", "local"] = Field(
        default="auto", description="How recordings are handed over; `auto`: MP3 by link, everything else as a file."
    )
    upload_min: float = Field(default=6.0, ge=0, description="Shortest recording that Suno takes, in seconds.")
    upload_max: float = Field(default=120.0, gt=0, description="Longest recording that Suno takes, in seconds.")

    @property
    def offered_models(self) -> list[str]:
        """The relay's models, newest first."""
        return list(_names(self.models))


MUSIC = Batch("/suno/fetch", single="/suno/fetch/{id}", extra=(("action", "MUSIC"),), reports=answers.music)
FEED = Batch("/suno/feed/{ids}", single="/suno/feed/{id}", size=20, parts=True, reports=answers.feed, interval=ASKED)
SUNO = Provider(
    name="suno",
    title="Suno",
    emoji="🎵",
    lookup=MUSIC,
    accepted=answers.accepted,
    reports=answers.music,
    options=SunoOptions,
    patience=1800.0,
    active=500,
    lookups={
        "music": MUSIC,
        "lyrics": replace(MUSIC, extra=(("action", "LYRICS"),), reports=answers.lyrics, interval=ASKED),
        "feed": FEED,
        "uploaded": replace(FEED, reports=raw.uploaded_clips),
        "uploaded-task": Single("/suno/fetch/{id}", read=raw.uploaded_task, interval=ASKED),
        "processed": Single("/suno/uploads/audio/{id}", read=raw.processed, interval=ASKED, patience=300.0),
        "wav": Single("/suno/act/wav/{id}", read=raw.wav, interval=ASKED, patience=180.0),
        "mp4": Single("/suno/act/mp4/{id}", read=raw.mp4, interval=ASKED, patience=600.0),
        "midi": Single("/suno/act/midi/{id}", read=raw.notes, interval=ASKED, patience=300.0),
    },
    probe=Call("POST", "/suno/fetch", json={"ids": [], "action": "MUSIC"}, timeout=15.0),
)
