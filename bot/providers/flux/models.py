"""What each model takes, within which limits (reference ``relay-midjourney-…md`` 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.errors import Invalid
from bot.text import Text, _


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` to ``high`` (``None``: nobody says), multiples of ``step`` if it is above 1."""

    low: float
    high: float | None = None
    step: int = 1

    def check(self, option: str, given: float, model: str) -> None:
        """Refuse a number outside with :class:`Invalid`."""
        if self.high is None and given < self.low:
            raise Invalid(
                _("`{option}` must be at least {low} with {model}.", option=option, low=f"{self.low:g}", model=model)
            )
        if self.high is not None and not self.low <= given <= self.high:
            raise Invalid(
                _(
                    "`{option}` must be from {low} to {high} with {model}; {given} was given.",
                    option=option,
                    low=f"{self.low:g}",
                    high=f"{self.high:g}",
                    model=model,
                    given=f"{given:g}",
                )
            )
        if self.step > 1 and given % self.step:
            raise Invalid(
                _(
                    "`{option}` must be a multiple of {step} with {model}, such as {near}.",
                    option=option,
                    step=self.step,
                    model=model,
                    near=round(given / self.step) * self.step,
                )
            )


Takes = Mapping[str, Range | None]
"""The fields that a model has, with the range of each that is a number."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model takes besides the prompt: fields, file formats, and how many pictures to work on."""

    takes: Takes
    formats: tuple[str, ...] = ("jpeg", "png")
    pictures: int = 0


_PLAIN: Takes = {"seed": None, "output_format": None, "safety_tolerance": Range(0, 6)}
_COMMON: Takes = {**_PLAIN, "prompt_upsampling": None}
_PRO: Takes = {**_COMMON, "image_prompt": None, "width": Range(256, 1440, 32), "height": Range(256, 1440, 32)}
_DEV: Takes = {**_PRO, "step_count": Range(1, 50), "guidance": Range(1.5, 5)}
_LEGACY: Takes = {**_DEV, "interval": Range(1, 4)}
_ULTRA: Takes = {**_COMMON, "aspect_ratio": None, "image_prompt": None, "image_prompt_strength": Range(0, 1)}
_KONTEXT: Takes = {**_COMMON, "aspect_ratio": None}
_TWO: Takes = {**_PLAIN, "safety_tolerance": Range(0, 5), "width": Range(64), "height": Range(64)}
_FLEX: Takes = {**_TWO, "prompt_upsampling": None, "guidance": Range(1.5, 10), "step_count": Range(1, 50)}
_FILL: Takes = {**_COMMON, "image": None, "mask": None, "step_count": Range(15, 50), "guidance": Range(1.5, 100)}
_SIDE = Range(0, 2048)
_EXPAND: Takes = {
    **{name: limits for name, limits in _FILL.items() if name != "mask"},
    **dict.fromkeys(("top", "bottom", "left", "right"), _SIDE),
}
_DEPTH: Takes = {
    **_COMMON,
    "control_image": None,
    "preprocessed_image": None,
    "step_count": Range(15, 50),
    "guidance": Range(1, 100),
}
_EDGES = Range(0, 500)
_CANNY: Takes = {**_DEPTH, "canny_low_threshold": _EDGES, "canny_high_threshold": _EDGES}
_TUNED: Takes = {"finetune_strength": Range(0, 2)}
_NEWEST = ("jpeg", "png", "webp")

FILL: Final = "flux-pro-1.0-fill"
EXPAND: Final = "flux-pro-1.0-expand"
CANNY: Final = "flux-pro-1.0-canny"
DEPTH: Final = "flux-pro-1.0-depth"
PICTURES: Mapping[str, Model] = {
    "flux-pro-1.1": Model(_PRO),
    "flux-pro-1.1-ultra": Model({**_ULTRA, "raw": None}),
    "flux-pro": Model(_LEGACY),
    "flux-dev": Model(_DEV),
    "flux-kontext-pro": Model(_KONTEXT, pictures=4),
    "flux-kontext-max": Model(_KONTEXT, pictures=4),
    "flux-2-pro": Model(_TWO, _NEWEST, pictures=8),
    "flux-2-pro-preview": Model(_TWO, _NEWEST, pictures=8),
    "flux-2-max": Model(_TWO, _NEWEST, pictures=8),
    "flux-2-flex": Model(_FLEX, _NEWEST, pictures=8),
    "flux-2-klein-4b": Model(_TWO, _NEWEST, pictures=4),
    "flux-2-klein-9b": Model(_TWO, _NEWEST, pictures=4),
    "flux-2-klein-9b-preview": Model(_TWO, _NEWEST, pictures=4),
}
"""The models that make a picture from words; with ``pictures`` they edit some, too."""
TOOLS: Mapping[str, Model] = {
    FILL: Model(_FILL),
    EXPAND: Model(_EXPAND),
    CANNY: Model(_CANNY),
    DEPTH: Model(_DEPTH),
}
TUNED: Mapping[str, Model] = {
    "flux-pro-1.1-ultra-finetuned": Model({**_ULTRA, **_TUNED}),
    "flux-pro-finetuned": Model({**_LEGACY, **_TUNED}),
    "flux-pro-1.0-fill-finetuned": Model({**_FILL, **_TUNED}),
    "flux-pro-1.0-canny-finetuned": Model({**_CANNY, **_TUNED}),
    "flux-pro-1.0-depth-finetuned": Model({**_DEPTH, **_TUNED}),
}
MODELS: Mapping[str, Model] = {**PICTURES, **TOOLS, **TUNED}
EARLIER = ("flux-pro-1.1", "flux-pro-1.1-ultra", "flux-pro", "flux-dev", "flux-kontext-pro", "flux-kontext-max")
"""What a relay usually has; FLUX.2 is there only if it says so."""


def check_fields(model: str, given: Mapping[str, Any], called: Mapping[str, str]) -> None:
    """Refuse with :class:`Invalid` what ``model`` does not take; ``called`` are the options' names by field."""
    known = MODELS[model]
    for name, value in given.items():
        option = called.get(name, name)
        if name not in known.takes:
            raise Invalid(_unknown(name, option, known, model))
        limits = known.takes[name]
        if limits is not None:
            limits.check(option, value, model)
    chosen = given.get("output_format")
    if chosen is not None and chosen not in known.formats:
        raise Invalid(_("{model} makes {formats} only.", model=model, formats=", ".join(known.formats)))


def _unknown(name: str, option: str, known: Model, model: str) -> Text:
    """The sentence for an option that the model does not have, with the one that it has instead."""
    if name in {"width", "height"} and "aspect_ratio" in known.takes:
        return _("{model} has no `{option}`: choose an `aspect_ratio` instead.", model=model, option=option)
    if name == "aspect_ratio" and "width" in known.takes:
        return _("{model} has no `aspect_ratio`: give `width` and `height` instead.", model=model)
    return _("{model} has no `{option}`: leave it out, or choose another model.", model=model, option=option)
