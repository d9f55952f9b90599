"""Ideogram as a provider: how it is called, and what the reference leaves open (``relay-midjourney-…md`` 4.4, 8.5)."""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from bot.provider import Options, Provider
from bot.providers.ideogram import answers
from bot.providers.ideogram.tables import COMMON_SPEEDS, LEGACY, MODELS, SPEEDS, V3, Model, Speed
from bot.wire import Call, Part

Form = Literal["auto", "multipart", "json"]
PATIENCE = 180.0
"""Seconds that an answer may take: the picture is made meanwhile (0.2)."""
AT_ONCE = 10
"""Requests in flight that Ideogram allows (4.5)."""


class IdeogramOptions(Options):
    """What the reference leaves open."""

    model: Model = Field(
        default="V_2",
        description="Model when the user chooses none: `V_1`, `V_1_TURBO`, `V_2`, `V_2_TURBO`, `V_2A`, `V_2A_TURBO` or "
        "`V_3`.",
    )
    v3: bool = Field(default=True, description="Offer Ideogram 3.0 (`V_3`), which some relays do not have.")
    v3_form: Form = Field(
        default="auto",
        description="How requests to 3.0 without pictures are sent: `multipart`, `json`, or `auto`: multipart, and "
        "JSON where the relay refuses that.",
    )
    all_speeds: bool = Field(
        default=False, description="Offer the speeds `FLASH` and `BALANCED` of 3.0, which not every relay has."
    )

    @field_validator("v3")
    @classmethod
    def _has_default(cls, offered: bool, info: ValidationInfo) -> bool:
        if not offered and info.data.get("model") == V3:
            raise ValueError("must be true while the model is V_3")
        return offered

    @property
    def offered_models(self) -> tuple[Model, ...]:
        """The relay's models."""
        return MODELS if self.v3 else LEGACY

    @property
    def offered_speeds(self) -> tuple[Speed, ...]:
        """The relay's speeds of 3.0."""
        return SPEEDS if self.all_speeds else COMMON_SPEEDS

    def usual(self, able: tuple[Model, ...]) -> Model:
        """The model for something that only those ``able`` can do, when the user chooses none."""
        return next((model for model in (self.model, *self.offered_models) if model in able), able[0])


def paid(path: str, *, json: Any = None, form: tuple[Part, ...] = ()) -> Call:
    """A request that is answered with the result."""
    return Call("POST", path, json=json, form=form, paid=True, timeout=PATIENCE)


IDEOGRAM = Provider(
    name="ideogram",
    title="Ideogram",
    emoji="🔤",
    lookup=None,
    accepted=answers.pictures,
    reports=lambda _payload: (),
    options=IdeogramOptions,
    active=AT_ONCE,
)
