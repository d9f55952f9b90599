"""Pictures, answered at once (reference ``relay-luma-…md`` 7.6)."""

from dataclasses import replace
from typing import Any

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, PictureForm, Prompt
from bot.providers.hailuo import answers
from bot.providers.hailuo.declared import HAILUO, Asked, HailuoOptions
from bot.sniff import GIF
from bot.step import Step
from bot.text import _
from bot.wire import Call

PAINTING_TIME = 180.0
"""Seconds that an answer may take."""
MOST = 9
RATIOS = ("1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9")


class Image(Asked, provider=HAILUO, action="image", path="/v1/image_generation", label=_("picture"), kind="image"):
    """One to nine pictures from words, perhaps of somebody (``subject``)."""

    model: str
    prompt: Prompt
    aspect_ratio: str | None = None
    width: int | None = Field(default=None, ge=1)
    height: int | None = Field(default=None, ge=1)
    n: int | None = Field(default=None, ge=1, le=MOST, title="count")
    seed: int | None = None
    subject: Picture | None = None
    prompt_optimizer: bool | None = Field(default=None, title="optimize")

    @model_validator(mode="after")
    def _one_size(self) -> "Image":
        if (self.width is None) != (self.height is None):
            raise Invalid(_("Give both `width` and `height`, or neither."))
        if self.width is not None and self.aspect_ratio:
            raise Invalid(_("Give either `aspect_ratio`, or `width` and `height`."))
        return self

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        return HailuoOptions.of(options).images

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """JPEG, PNG or WebP."""
        if given.kind is GIF:
            raise Invalid(_("Hailuo takes JPEG, PNG and WebP pictures, but no GIF."))
        return {}

    def steps(self) -> tuple[Step, ...]:
        """One call, whose answer are the pictures."""
        return (Step.asking(self.call(), answers.pictures),)

    def body(self) -> dict[str, Any]:
        """The subject goes into its list."""
        body = self.model_dump(mode="json", exclude_none=True, exclude={"subject"})
        somebody = {"type": "character", "image_file": self.subject}
        return body | {"response_format": "url"} | ({"subject_reference": [somebody]} if self.subject else {})

    def call(self) -> Call:
        return replace(super().call(), timeout=PAINTING_TIME)
