"""Pictures from words and a reference, and clothes tried on (reference ``relay-luma-…md`` 5.8)."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Picture, Prompt
from bot.providers.kling.declared import KLING, WORDS_LIMIT, Asked, Words, asked_at
from bot.providers.kling.models import IMAGE_MODELS, IMAGE_RATIOS, NEEDS_REFERENCE, check_ratio, check_resolution
from bot.text import _

SOON = 5.0
"""Seconds between questions about something that takes half a minute (5.2, 5.9)."""
TRY_ON_MODELS = ("kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5")
Reference = Literal["subject", "face"]


class Image(
    Asked,
    provider=KLING,
    action="image",
    path="/v1/images/generations",
    label=_("picture"),
    kind="image",
    lookup=asked_at("images/generations", SOON),
):
    """One to nine pictures from words, perhaps with the subject or the face of another one."""

    model_name: str = Field(title="model", min_length=1, max_length=100)
    prompt: Prompt = Field(max_length=WORDS_LIMIT)
    negative_prompt: Words | None = None
    image: Picture | None = None
    image_reference: Reference | None = Field(default=None, title="reference")
    image_fidelity: float | None = Field(default=None, title="fidelity", ge=0, le=1)
    human_fidelity: float | None = Field(default=None, ge=0, le=1)
    resolution: Literal["1k", "2k"] | None = None
    n: int | None = Field(default=None, ge=1, le=9)
    aspect_ratio: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        name = self.model_name
        check_ratio(self.aspect_ratio, name, IMAGE_RATIOS if name in IMAGE_MODELS else None)
        check_resolution(self.resolution, name)
        if self.image is not None:
            self._check_reference()
        elif self.image_reference or self.image_fidelity is not None or self.human_fidelity is not None:
            raise Invalid(_("`reference`, `fidelity` and `human_fidelity` go with an `image` only."))
        return self

    def _check_reference(self) -> None:
        if self.negative_prompt:
            raise Invalid(_("With a reference picture there is no `negative_prompt`: leave one of the two out."))
        if self.model_name == NEEDS_REFERENCE and self.image_reference is None:
            raise Invalid(_("{model} has to know what of the picture counts: `reference`.", model=self.model_name))
        if self.human_fidelity is not None and self.image_reference != "subject":
            raise Invalid(_("`human_fidelity` goes with the reference “subject” only."))


class TryOn(
    Asked,
    provider=KLING,
    action="try-on",
    path="/v1/images/kolors-virtual-try-on",
    label=_("clothes tried on"),
    kind="image",
    caption="name",
    lookup=asked_at("images/kolors-virtual-try-on", SOON),
):
    """The person of one picture in the clothes of another."""

    OURS: ClassVar[frozenset[str]] = frozenset({"name"})

    model_name: str = Field(default=TRY_ON_MODELS[0], title="model", min_length=1, max_length=100)
    human_image: Picture | None = Field(default=None, title="person")
    cloth_image: Picture | None = Field(default=None, title="garment")
    name: str = Field(default="", repr=False)


def usual_reference(options_model: str, chosen: dict[str, Any]) -> dict[str, Any]:
    """``chosen`` with the model and what counts of a reference picture, where the user has not said so."""
    model = chosen.get("model_name") or options_model
    needed = model == NEEDS_REFERENCE and chosen.get("image") and not chosen.get("image_reference")
    return {**chosen, "model_name": model, **({"image_reference": "subject"} if needed else {})}
