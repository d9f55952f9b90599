"""Pictures from words, and from words and a picture (reference ``relay-midjourney-…md`` 4.2 to 4.4)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from bot.provider import Given, Options, Picture, Prompt, Submission
from bot.providers.ideogram import answers, words
from bot.providers.ideogram.declared import IDEOGRAM, Form, paid
from bot.providers.ideogram.limits import (
    ONLY,
    STYLE_PICTURES,
    check_codes,
    check_picture,
    check_shape,
    check_style,
    check_style_pictures,
    check_taken,
    check_transparent,
)
from bot.providers.ideogram.tables import MODELS, V3, Magic, Model, Speed, Style, constant, model_named
from bot.step import Step
from bot.task import Report
from bot.text import _
from bot.wire import Call, Part

MOST, MOST_SEED = 8, 2**31 - 1
NEW_ROOT = "/ideogram/v1/ideogram-v3"
_NAMES = {"n": "num_images", "palette": "color_palette"}
_LEGACY_NAMES = {**_NAMES, "magic_prompt": "magic_prompt_option"}
_NEW_NAMES = {**_NAMES, "speed": "rendering_speed"}
_NOT_SAID = {"form", "transparent", "name", "size"}
_REFERENCES = {
    **dict.fromkeys(STYLE_PICTURES, "style_reference_images"),
    "character_image": "character_reference_images",
}
"""What pictures to go by are called in 3.0; several of one name are repeated."""
ModelName = Annotated[Model, BeforeValidator(model_named)]


class Drawn(Submission):
    """What every request for pictures shares. ``form`` is how the operator wants requests to 3.0 written.

    ``able`` are the models that can do it, ``only`` says which of them take an option, ``new_path`` is the path of 3.0.
    """

    able: ClassVar[tuple[Model, ...]] = MODELS
    only: ClassVar[Mapping[str, tuple[Model, ...]]] = ONLY
    new_path: ClassVar[str] = ""
    files: ClassVar[tuple[str, ...]] = ()
    """Its own picture and mask, by their names in 3.0."""

    model: ModelName = "V_2"
    n: int | None = Field(default=None, ge=1, le=MOST)
    seed: int | None = Field(default=None, ge=0, le=MOST_SEED)
    speed: Annotated[Speed, BeforeValidator(constant)] | None = None
    style_preset: Annotated[str, AfterValidator(words.preset)] | None = None
    style_codes: Annotated[str, AfterValidator(words.style_codes)] | None = None
    palette: Annotated[str, AfterValidator(words.palette)] | None = None
    style_image: Picture | None = None
    style_image2: Picture | None = None
    style_image3: Picture | None = None
    form: Form = Field(default="auto", repr=False)

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        given = self.given
        check_taken(self.model, given, self.able, self.only)
        check_codes(given)
        return self

    @classmethod
    def check_input(cls, field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """Ideogram's limits; a mask is made anew in the size of its picture."""
        if field not in cls.masks:
            check_picture(given)
        return {}

    @classmethod
    def check_together(cls, given: Mapping[str, Given], /) -> None:
        """The style pictures' sum."""
        check_style_pictures(given)

    @property
    def given(self) -> set[str]:
        """The names of what was chosen."""
        chosen = self.model_dump(exclude_none=True)
        return {name for name, value in chosen.items() if value is not False}

    @property
    def is_new(self) -> bool:
        """Whether 3.0 is asked."""
        return self.model == V3

    def fields(self) -> dict[str, Any]:
        """What was chosen apart from pictures, by the names and in the words of the form that is spoken."""
        pictures = {*self.files, *STYLE_PICTURES, "character_image"}
        chosen = self.model_dump(
            exclude_none=True, exclude=_NOT_SAID | pictures | ({"model"} if self.is_new else set())
        )
        names = _NEW_NAMES if self.is_new else _LEGACY_NAMES
        return {names.get(name, name): self._said(name, value) for name, value in chosen.items()}

    def _said(self, name: str, value: Any) -> Any:
        match name:
            case "palette":
                return words.palette_value(value)
            case "style_codes":
                return value.split()
            case "aspect_ratio":
                return value.replace(":", "x") if self.is_new else f"ASPECT_{value.replace(':', '_')}"
            case "resolution":
                return value if self.is_new else f"RESOLUTION_{value.replace('x', '_')}"
        return value

    def pictures(self) -> Iterator[Part]:
        """The pictures as the form's parts: its own, and those to go by."""
        for name in self.files:
            yield Part("image_file" if name == "image" and not self.is_new else name, getattr(self, name) or "")
        for name, part in _REFERENCES.items():
            if picture := getattr(self, name, None):
                yield Part(part, picture)

    def to_legacy(self) -> Call:
        """The request in the legacy form: flat parts (4.3)."""
        return paid(self.path, form=(*self.pictures(), *parts(self.fields())))

    def to_new(self) -> Sequence[Call]:
        """The request to 3.0 in the forms to try, in this order (4.4)."""
        pictures = tuple(self.pictures())
        multipart = paid(self.new_path, form=(*pictures, *parts(self.fields())))
        if pictures or self.form == "multipart":
            return (multipart,)
        as_json = paid(self.new_path, json=self.fields())
        return (as_json,) if self.form == "json" else (multipart, as_json)

    def call(self) -> Call:
        """The request as it is tried first."""
        return self.to_new()[0] if self.is_new else self.to_legacy()

    def steps(self) -> tuple[Step, ...]:
        """One request, answered with the pictures; the two forms are offered, or not, each by itself."""
        calls = self.to_new() if self.is_new else (self.to_legacy(),)
        feature = f"{self.action}/{'new' if self.is_new else 'legacy'}"
        first, *others = [
            Step.asking(call, self.read, feature=feature, declined=answers.wants_other_form) for call in calls
        ]
        return (replace(first, otherwise=tuple(others)),)

    def read(self, payload: Any) -> Report:
        """What the answer means."""
        return answers.pictures(payload)


class Worded(Drawn):
    """What every request with a prompt shares."""

    prompt: Prompt
    magic_prompt: Magic | None = None

    def read(self, payload: Any) -> Report:
        """Also the words that it was drawn from, where they are not the user's own."""
        return answers.pictures(payload, self.prompt)


class Styled(Worded):
    """What requests share that take a style type and a character to keep."""

    style_type: Annotated[Style, BeforeValidator(constant)] | None = None
    character_image: Picture | None = None

    @model_validator(mode="after")
    def _has_style(self) -> Self:
        check_style(self.model, self.style_type)
        return self


class Shaped(Styled):
    """What requests share that make pictures of a chosen shape."""

    aspect_ratio: Annotated[str, AfterValidator(words.ratio)] | None = None
    resolution: Annotated[str, AfterValidator(words.size)] | None = None
    negative_prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None

    @model_validator(mode="after")
    def _has_shape(self) -> Self:
        check_shape(self.model, self.aspect_ratio, self.resolution)
        return self


class Image(Shaped, provider=IDEOGRAM, action="image", path="/ideogram/generate", label=_("picture"), kind="image"):
    """Pictures from words; with 3.0 also transparent ones."""

    new_path = f"{NEW_ROOT}/generate"

    transparent: bool = False
    upscale_factor: Literal["X1", "X2", "X4"] | None = None

    @model_validator(mode="after")
    def _may_be_transparent(self) -> Self:
        check_transparent(self.given, self.speed)
        return self

    def to_legacy(self) -> Call:
        """As JSON (4.2)."""
        return paid(self.path, json={"image_request": self.fields()})

    def to_new(self) -> Sequence[Call]:
        """Transparent pictures have a path of their own."""
        calls = super().to_new()
        return [replace(call, path=f"{NEW_ROOT}/generate-transparent") for call in calls] if self.transparent else calls


class Remix(
    Shaped, provider=IDEOGRAM, action="remix", path="/ideogram/remix", label=_("picture from a picture"), kind="image"
):
    """A picture drawn anew. ``image_weight`` is how much of it stays, from 1 to 100."""

    new_path = f"{NEW_ROOT}/remix"
    files = ("image",)

    image: Picture | None = None
    image_weight: int | None = Field(default=None, ge=1, le=100)

    def to_legacy(self) -> Call:
        """The picture, and the rest as one part (4.3)."""
        return paid(self.path, form=(*self.pictures(), nested(self.fields())))


def nested(fields: Mapping[str, Any]) -> Part:
    """Fields as the one part of the legacy form that holds JSON (4.3)."""
    return Part("image_request", json.dumps(fields, ensure_ascii=False))


def parts(fields: Mapping[str, Any]) -> Iterator[Part]:
    """Fields as the parts of a form: a list is repeated, an object is JSON (4.4)."""
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            yield Part(name, json.dumps(one) if isinstance(one, Mapping) else str(one))
