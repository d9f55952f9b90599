"""Hailuo as a provider: how it is asked about, and what the reference leaves open (``relay-luma-…md`` 7, 12.2)."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.lookup import Single
from bot.provider import Options, Provider, Submission
from bot.providers.hailuo import answers, mistakes
from bot.providers.hailuo.models import OFFERED
from bot.text import listed
from bot.wire import Call

VOICES = (
    "female-shaonv", "female-yujie", "female-chengshu", "female-tianmei", "male-qn-qingse", "male-qn-jingying",
    "male-qn-badao", "male-qn-daxuesheng",
)  # fmt: skip


def _some(names: str) -> str:
    found = ",".join(listed(names))
    if not found:
        raise ValueError("names nothing")
    return found


Names = Annotated[str, AfterValidator(_some)]


class HailuoOptions(Options):
    """What the reference leaves open."""

    prefix: str = Field(default="/minimax", description="Path prefix on the relay; some want `/minimaxi`.")
    images: Literal["data", "url"] = Field(
        default="data", description="How pictures are sent: `data` (base64) or `url` (Discord's link)."
    )
    models: Names = Field(
        default=",".join(OFFERED),
        description="Comma-separated video models to offer; the first that fits is used if none is chosen.",
    )
    speech: bool = Field(default=True, description="Offer `/hailuo speech`; not every relay has it.")
    speech_models: Names = Field(
        default="speech-2.6-hd,speech-2.6-turbo", description="Its models; the first is the usual one."
    )
    voices: Names = Field(default=",".join(VOICES), description="Its voices; the first is the usual one.")
    music: bool = Field(default=True, description="Offer `/hailuo music`; not every relay has it.")
    music_models: Names = Field(default="music-2.0", description="Its models; the first is the usual one.")
    pictures: bool = Field(default=True, description="Offer `/hailuo image`; not every relay has it.")
    picture_models: Names = Field(default="image-01", description="Its models; the first is the usual one.")
    sound: Literal["hex", "url"] = Field(
        default="hex", description="How speech and music are to be answered: `hex` (in the answer) or `url` (a link)."
    )

    @property
    def offered(self) -> list[str]:
        """The video models."""
        return listed(self.models)

    @property
    def speaking(self) -> list[str]:
        """The models that speak."""
        return listed(self.speech_models)

    @property
    def speakers(self) -> list[str]:
        """The voices."""
        return listed(self.voices)

    @property
    def composing(self) -> list[str]:
        """The models that make music."""
        return listed(self.music_models)

    @property
    def painting(self) -> list[str]:
        """The models that make pictures."""
        return listed(self.picture_models)


HAILUO = Provider(
    name="hailuo",
    title="Hailuo",
    emoji="🐚",
    lookup=Single("/v1/query/video_generation?task_id={id}", read=answers.video),
    accepted=answers.accepted,
    reports=answers.reports,
    options=HailuoOptions,
    interval=10.0,
    patience=3600.0,
)


class Asked(Submission):
    """What all requests share: MiniMax's own error codes, which a relay may make its own."""

    def call(self) -> Call:
        """The paid call."""
        return replace(super().call(), judge=mistakes.judge)
