"""Pictures from words, and pictures changed by words, answered at once (reference ``relay-suno-…md`` 5.2, 5.3)."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Given, Mask, Options, Picture, Prompt, Submission
from bot.providers.openai import answers, mistakes
from bot.providers.openai.declared import OPENAI
from bot.providers.openai.models import MOST_PICTURES, OLD, check_picture
from bot.sniff import GIF, PNG
from bot.step import Step
from bot.text import _
from bot.wire import Call, Part

PATIENCE = 280.0
"""Seconds that an answer may take (1)."""
LARGEST = 16 * 1024 * 1024
"""Bytes that one picture may have in an answer: a PNG of 1536 x 1024 in base64 has five million or so."""
OLD_LIMIT = 4 * 1024 * 1024
"""Bytes that the picture of an edit by the old model must stay below (5.3)."""
INPUTS = ("image", *(f"image{number}" for number in range(2, MOST_PICTURES + 1)))
"""The pictures that are edited, in their order."""
AnswerForm = Literal["url", "b64_json"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_TIMES = re.compile(r"(\d+)\s*[xX×*]\s*(\d+)")
Size = Annotated[Word, AfterValidator(lambda size: _TIMES.sub(r"\1x\2", size))]
"""Width and height, or a word that the model knows; of the signs for "times" only the letter is taken (5.2)."""
MASKS = {"mask": Mask(of="image", clear_edits=True)}


class _Made(Submission):
    """What both requests share. ``OURS`` are fields that are no options of the model."""

    OURS: ClassVar[frozenset[str]] = frozenset({"model", "prompt", "n", "response_format", "part", "mask", *INPUTS})

    model: Name
    prompt: Prompt
    n: int | None = Field(default=None, ge=1, le=10, title="count")
    size: Size | None = None
    quality: Word | None = None
    background: Word | None = None
    output_format: Word | None = Field(default=None, title="format")
    response_format: AnswerForm | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        given = {name: value for name, value in self.parameters().items() if name not in self.OURS}
        options = {name: (self.option_name(name), value) for name, value in given.items()}
        check_picture(self.model, self.prompt, self.n or 1, options)
        return self

    def steps(self) -> tuple[Step, ...]:
        """One call, whose answer holds the pictures."""
        return (Step.asking(self.call(), answers.pictures),)

    def _paid(self, **body: Any) -> Call:
        judge, most = mistakes.judge(self.model), (self.n or 1) * LARGEST
        return Call("POST", self.path, paid=True, timeout=PATIENCE, most=most, judge=judge, **body)


class Image(_Made, provider=OPENAI, action="image", path="/v1/images/generations", label=_("picture"), kind="image"):
    """Pictures from words (5.2)."""

    style: Word | None = None
    output_compression: int | None = Field(default=None, ge=0, le=100, title="compression")
    moderation: Word | None = None

    @model_validator(mode="after")
    def _compresses_something(self) -> Self:
        if self.output_compression is not None and self.output_format not in {"jpeg", "webp"}:
            raise Invalid(_("`compression` goes with the formats jpeg and webp only."))
        return self

    def call(self) -> Call:
        """The request, as JSON."""
        return self._paid(json=self.body())


class _Edited(_Made):
    """Pictures changed as the words say, within the mask if there is one (5.3)."""

    masks = MASKS

    image: Picture | None = None
    mask: Picture | None = None
    part: Literal["image", "image[]"] = Field(default="image[]", repr=False)

    def call(self) -> Call:
        """The request, as a form; several pictures are parts of one name."""
        given = self.parameters()
        files = [given[name] for name in INPUTS if name in given]
        plain = [name for name in given if name not in {*INPUTS, "mask", "part"}]
        parts = [Part(name, str(given[name])) for name in plain]
        parts += [Part("image" if len(files) == 1 else self.part, file) for file in files]
        parts += [Part("mask", given["mask"])] if "mask" in given else []
        return self._paid(form=tuple(parts))


class Edit(_Edited, provider=OPENAI, action="edit", path="/v1/images/edits", label=_("edited picture"), kind="image"):
    """Up to sixteen pictures, with a newer model."""

    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None
    image5: Picture | None = None
    image6: Picture | None = None
    image7: Picture | None = None
    image8: Picture | None = None
    image9: Picture | None = None
    image10: Picture | None = None
    image11: Picture | None = None
    image12: Picture | None = None
    image13: Picture | None = None
    image14: Picture | None = None
    image15: Picture | None = None
    image16: Picture | None = None

    @classmethod
    def check_input(cls, field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """PNG, JPEG and WebP are taken."""
        if given.kind is GIF:
            raise Invalid(_("`{option}` must be a PNG, JPEG or WebP picture.", option=field))
        return {}


class OldEdit(
    _Edited, provider=OPENAI, action="old-edit", path="/v1/images/edits", label=_("edited picture"), kind="image"
):
    """One square PNG, with the old model."""

    model: Literal["dall-e-2"] = OLD

    @classmethod
    def check_input(cls, field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """The picture's type, size and shape; a mask is brought into form by ourselves."""
        if field != "image":
            return {}
        if given.kind is not PNG:
            raise Invalid(_("{model} edits PNG pictures only.", model=OLD))
        if given.size >= OLD_LIMIT:
            raise Invalid(_("{model} edits pictures below {limit} MB only.", model=OLD, limit=4))
        if given.pixels is not None and given.pixels[0] != given.pixels[1]:
            width, height = given.pixels
            raise Invalid(
                _(
                    "{model} edits square pictures only; this one has {width}x{height} pixels.",
                    model=OLD,
                    width=width,
                    height=height,
                )
            )
        return {}
