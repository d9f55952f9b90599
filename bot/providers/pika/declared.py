"""Pika as a provider: how it is asked about, and what the reference leaves open (``relay-luma-…md`` 4, 12.1)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.lookup import Single
from bot.provider import Options, PictureForm, Provider
from bot.providers.pika import answers
from bot.text import listed

FormName = Literal["generate", "pro"]


Names = Annotated[str, AfterValidator(lambda value: ",".join(listed(value)))]


class PikaOptions(Options):
    """What the reference leaves open."""

    form: FormName = Field(
        default="generate",
        description="Form that is tried first, `generate` or `pro`; the other one is tried where it is not offered.",
    )
    models: Names = Field(default="2.0,1.5", description="Comma-separated models that `/pika` offers.")
    model: str = Field(
        default="", description="Model when the user chooses none; empty: `2.0`, in the form `pro` `1.5`."
    )
    images: PictureForm = Field(
        default="url",
        description="How pictures are sent: `url` (Discord's link), `data` or `base64` (form `generate` only).",
    )
    callback: str = Field(
        default="", description="Address that the form `pro` names as `callback_url`; some relays want one."
    )

    @property
    def offered(self) -> list[str]:
        """The models by name."""
        return listed(self.models)


GENERATE = Single("/pika/feed/{id}")
PRO = Single("/pika/feed", post="task_id", otherwise=Single("/pika/feed?task_id={id}"))
PIKA = Provider(
    name="pika",
    title="Pika",
    emoji="🐇",
    lookup=GENERATE,
    accepted=answers.accepted,
    reports=answers.reports,
    options=PikaOptions,
    interval=5.0,
    lookups={"generate": GENERATE, "pro": PRO},
)
