"""Pictures filled, widened, led by lines or depth, and made with a finetune (``relay-midjourney-…md`` 2.2)."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Mask, Picture, Prompt
from bot.providers.flux.declared import FLUX
from bot.providers.flux.models import CANNY, DEPTH, EXPAND, FILL
from bot.providers.flux.requests import AFTER, Drawn, FromWords
from bot.sniff import JPEG
from bot.text import _

MASKS = {"mask": Mask(of="image")}
"""White is painted anew (2.2), just as users paint it."""
SIDES = ("top", "bottom", "left", "right")
Tuned = Literal[
    "flux-pro-1.1-ultra-finetuned",
    "flux-pro-finetuned",
    "flux-pro-1.0-fill-finetuned",
    "flux-pro-1.0-canny-finetuned",
    "flux-pro-1.0-depth-finetuned",
]


class _Worked(Drawn):
    """How a tool works on a picture."""

    step_count: int | None = Field(default=None, title="steps")
    guidance: float | None = None


class Fill(
    _Worked,
    provider=FLUX,
    action="fill",
    path=f"/flux/v1/{FILL}",
    label=_("filled picture"),
    kind="image",
    next_steps=AFTER,
):
    """A part of a picture painted anew: what is white in the mask, or transparent in the picture (2.2)."""

    masks = MASKS

    model: Literal["flux-pro-1.0-fill"] = Field(default=FILL, repr=False)
    image: Picture | None = None
    mask: Picture | None = None

    @classmethod
    def check_together(cls, given: Mapping[str, Given], /) -> None:
        """Without a mask something in the picture has to be transparent."""
        if "mask" not in given and "image" in given and given["image"].kind is JPEG:
            raise Invalid(_("A JPEG has no transparent part, so a `mask` is needed: white where it is painted anew."))


class Expand(
    _Worked,
    provider=FLUX,
    action="expand",
    path=f"/flux/v1/{EXPAND}",
    label=_("wider picture"),
    kind="image",
    next_steps=AFTER,
):
    """A picture with more around it, so many pixels on each side (2.2)."""

    model: Literal["flux-pro-1.0-expand"] = Field(default=EXPAND, repr=False)
    image: Picture | None = None
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not any(getattr(self, side) for side in SIDES):
            raise Invalid(_("Say where the picture is to grow: `top`, `bottom`, `left` or `right`, in pixels."))
        return self


class Guided(_Worked):
    """What canny and depth share: a picture, or one that is lines or depths already."""

    prompt: Prompt
    control_image: Picture | None = Field(default=None, title="image")
    preprocessed_image: Picture | None = Field(default=None, title="map")


class Canny(
    Guided,
    provider=FLUX,
    action="canny",
    path=f"/flux/v1/{CANNY}",
    label=_("picture from lines"),
    kind="image",
    next_steps=AFTER,
):
    """A picture with the lines of another (2.2)."""

    model: Literal["flux-pro-1.0-canny"] = Field(default=CANNY, repr=False)
    canny_low_threshold: int | None = Field(default=None, title="low")
    canny_high_threshold: int | None = Field(default=None, title="high")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_edges(self.canny_low_threshold, self.canny_high_threshold)
        return self


class Depth(
    Guided,
    provider=FLUX,
    action="depth",
    path=f"/flux/v1/{DEPTH}",
    label=_("picture from depth"),
    kind="image",
    next_steps=AFTER,
):
    """A picture with the depth of another (2.2)."""

    model: Literal["flux-pro-1.0-depth"] = Field(default=DEPTH, repr=False)


class Finetuned(
    FromWords,
    provider=FLUX,
    action="finetuned",
    path="/flux/v1/{model}",
    label=_("picture with a finetune"),
    kind="image",
    next_steps=AFTER,
):
    """A picture with a finetune, by words or with one of the tools (2.2)."""

    masks = MASKS

    model: Tuned
    prompt: Prompt
    finetune_id: str = Field(title="finetune", min_length=1, max_length=200)
    finetune_strength: float | None = Field(default=None, title="strength")
    image: Picture | None = None
    mask: Picture | None = None
    control_image: Picture | None = Field(default=None, title="image")
    preprocessed_image: Picture | None = Field(default=None, title="map")
    canny_low_threshold: int | None = Field(default=None, title="low")
    canny_high_threshold: int | None = Field(default=None, title="high")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_edges(self.canny_low_threshold, self.canny_high_threshold)
        return self

    @classmethod
    def check_together(cls, given: Mapping[str, Given], /) -> None:
        """As for :class:`Fill`."""
        Fill.check_together(given)


USUAL_EDGES = (50, 200)
"""The thresholds where none are chosen (2.2)."""


def check_edges(low: int | None, high: int | None) -> None:
    """Refuse thresholds in the wrong order with :class:`Invalid`."""
    first, last = (
        chosen if chosen is not None else usual for chosen, usual in zip((low, high), USUAL_EDGES, strict=True)
    )
    if first >= last:
        raise Invalid(_("`low` must be less than `high`: they are {low} and {high}.", low=first, high=last))


def check_sources(image: Any, ready: Any) -> None:
    """A picture, or one that is lines or depths already: refuse both and neither with :class:`Invalid`."""
    if image is None and ready is None:
        raise Invalid(_("Give a picture: `image`, or a finished `map` of its lines or depths."))
    if image is not None and ready is not None:
        raise Invalid(_("Give either `image` or `map`, not both."))
