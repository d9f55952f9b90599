"""Styles of one's own, made from pictures (reference ``relay-midjourney-…md`` 3.2, create style)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from bot.provider import Given, Options, Picture, Submission
from bot.providers.recraft import answers
from bot.providers.recraft.declared import RECRAFT, RecraftOptions, StyleParts, paid
from bot.providers.recraft.limits import check_picture
from bot.providers.recraft.styles import Base
from bot.step import NextStep, Step
from bot.text import _
from bot.wire import Call, Part

NAME_LIMIT = 50
PICTURES = ("image1", "image2", "image3", "image4", "image5")
DRAW = NextStep("recraft-draw", _("Draw in this style"), "🖌️", action="image")
_FORMS: Mapping[StyleParts, tuple[StyleParts, ...]] = {
    "auto": ("numbered", "images"),
    "numbered": ("numbered",),
    "images": ("images",),
}


class NewStyle(
    Submission,
    provider=RECRAFT,
    action="style",
    path="/recraft/v1/styles",
    label=_("own style"),
    kind="text",
    caption="name",
    next_steps=(DRAW,),
):
    """A style made from one to five pictures. ``parts`` is how the operator wants them named."""

    pictures: ClassVar[tuple[str, ...]] = PICTURES

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LIMIT)]
    base: Base = "digital_illustration"
    image1: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None
    image5: Picture | None = None
    parts: StyleParts = Field(default="auto", repr=False)

    @classmethod
    def check_input(cls, _field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Recraft's limits."""
        settings = RecraftOptions.of(options)
        check_picture(given, settings.largest)
        return {"parts": settings.style_parts}

    def call(self) -> Call:
        """The request as it is tried first."""
        return self._named(_FORMS[self.parts][0])

    def steps(self) -> tuple[Step, ...]:
        """One request; with the other names where the pictures are not found under the first (3.2)."""
        first, *others = [
            Step.asking(self._named(parts), answers.style, declined=answers.names_missing_picture)
            for parts in _FORMS[self.parts]
        ]
        return (replace(first, otherwise=tuple(others)),)

    def _named(self, parts: StyleParts) -> Call:
        given = [value for name in self.pictures if (value := getattr(self, name))]
        files = [
            Part(f"file{number}" if parts == "numbered" else "images", value)
            for number, value in enumerate(given, start=1)
        ]
        return paid(self.path, form=(Part("style", self.base), *files))
