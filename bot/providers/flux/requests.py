"""Pictures from words, and pictures edited by words (reference ``relay-midjourney-…md`` 2.1, 2.2)."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Options, Picture, PictureForm, Prompt, Submission
from bot.providers.flux import answers
from bot.providers.flux.declared import FLUX, Asked, FluxOptions
from bot.providers.flux.models import MODELS, check_fields
from bot.step import NextStep, Step
from bot.text import _
from bot.wire import Call

EDIT = NextStep("flux-edit", _("Edit"), "✏️", action="edit")
VARY = NextStep("flux-vary", _("Vary"), "🎲", action="image")
AFTER = (EDIT, VARY)
TIMEOUT = 180.0
"""Seconds that a submission may take: some adapters answer when the picture is finished (2.4 b)."""
STRICT_SAFETY = 2
INPUTS = ("input_image", *(f"input_image_{number}" for number in range(2, 9)))
"""The pictures that are edited, in their order."""
_RATIO = re.compile(r"(\d{1,3}):(\d{1,3})")


def _ratio(words: str) -> str:
    """A ratio from 21:9 to 9:21 (2.2)."""
    found = _RATIO.fullmatch(words.replace(" ", "").replace("/", ":"))
    wide, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (wide and high and 9 * high <= 21 * wide and 9 * wide <= 21 * high):
        raise Invalid(_("`aspect_ratio` must be written like 16:9 and lie between 21:9 and 9:21."))
    return f"{wide}:{high}"


Ratio = Annotated[str, AfterValidator(_ratio)]
Words = Annotated[str, StringConstraints(strip_whitespace=True)]


class Drawn(Submission):
    """What every request in BFL's own form shares.

    ``asked`` and other fields in :attr:`OURS` are no fields of the wire; some are called otherwise there.
    """

    OURS: ClassVar[frozenset[str]] = frozenset({"model", "asked", "strict"})
    UNCHECKED: ClassVar[frozenset[str]] = frozenset({*OURS, *INPUTS, "prompt", "finetune_id"})
    WIRE: ClassVar[Mapping[str, str]] = {"step_count": "steps"}

    model: str
    prompt: Words = ""
    prompt_upsampling: bool | None = Field(default=None, title="upsample")
    seed: int | None = None
    safety_tolerance: int | None = Field(default=None, title="safety")
    output_format: Literal["jpeg", "png", "webp"] | None = Field(default=None, title="format")
    asked: Asked = Field(default="query", repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        if self.model not in MODELS:
            raise Invalid(_("There is no model “{model}” here.", model=self.model))
        names = [name for name in type(self).model_fields if name not in self.UNCHECKED]
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        check_fields(self.model, given, {name: self.option_name(name) for name in given})
        return self

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        """Bare base64, as the models want it, unless the relay wants a data URI; links are for edits only (2.2)."""
        form = FluxOptions.of(options).images
        return "base64" if form == "url" else form

    def body(self) -> dict[str, Any]:
        """What was chosen, by its name on the wire."""
        chosen = {name: value for name, value in self.parameters().items() if name not in self.OURS and value != ""}
        return {self.WIRE.get(name, name): value for name, value in chosen.items()}

    def call(self) -> Call:
        """The request to the model's own path."""
        return Call("POST", f"/flux/v1/{quote(self.model, safe='')}", json=self.body(), paid=True, timeout=TIMEOUT)

    def steps(self) -> tuple[Step, ...]:
        """One request; a model that the relay does not have says nothing of the others."""
        feature = f"{self.action}/{self.model}"
        return (Step.asking(self.call(), answers.accepted, lookup=self.asked, feature=feature),)


class _Sized(Drawn):
    """How large the picture becomes, in pixels or as a ratio, and how the model works."""

    aspect_ratio: Ratio | None = None
    width: int | None = None
    height: int | None = None
    step_count: int | None = Field(default=None, title="steps")
    guidance: float | None = None


class FromWords(_Sized):
    """What a picture from words can be given."""

    raw: bool | None = None
    image_prompt: Picture | None = Field(default=None, title="reference")
    image_prompt_strength: float | None = Field(default=None, title="reference_strength")
    interval: int | None = None


class Image(
    FromWords,
    provider=FLUX,
    action="image",
    path="/flux/v1/{model}",
    label=_("picture"),
    kind="image",
    next_steps=AFTER,
):
    """A picture from words, led by another picture if one is given, or by that alone (2.2)."""

    @model_validator(mode="after")
    def _led_by_something(self) -> Self:
        if not (self.prompt or self.image_prompt):
            raise Invalid(_("“{field}” is empty.", field="prompt"))
        return self


class Edit(
    _Sized,
    provider=FLUX,
    action="edit",
    path="/flux/v1/{model}",
    label=_("edited picture"),
    kind="image",
    next_steps=AFTER,
):
    """One or more pictures changed as the words say, with Kontext or FLUX.2 (2.2). ``strict``: see the options."""

    prompt: Prompt
    input_image: Picture | None = Field(default=None, title="image")
    input_image_2: Picture | None = Field(default=None, title="image2")
    input_image_3: Picture | None = Field(default=None, title="image3")
    input_image_4: Picture | None = Field(default=None, title="image4")
    input_image_5: Picture | None = Field(default=None, title="image5")
    input_image_6: Picture | None = Field(default=None, title="image6")
    input_image_7: Picture | None = Field(default=None, title="image7")
    input_image_8: Picture | None = Field(default=None, title="image8")
    strict: bool = Field(default=False, repr=False)

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        """These models take links, too (2.2)."""
        return FluxOptions.of(options).images

    @model_validator(mode="after")
    def _edits(self) -> Self:
        if not MODELS[self.model].pictures:
            raise Invalid(_("{model} does not edit pictures.", model=self.model))
        if self.strict and "kontext" in self.model and (self.safety_tolerance or 0) > STRICT_SAFETY:
            raise Invalid(
                _("With a picture, `safety` may be {most} at most with {model}.", most=STRICT_SAFETY, model=self.model)
            )
        return self
