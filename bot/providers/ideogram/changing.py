"""Changes to a picture: in a part of it, around it, behind it (reference ``relay-midjourney-…md`` 4.3, 4.4)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.provider import Given, Mask, Options, Picture
from bot.providers.ideogram import words
from bot.providers.ideogram.declared import IDEOGRAM
from bot.providers.ideogram.drawing import NEW_ROOT, Drawn, ModelName, Styled, Worded
from bot.providers.ideogram.limits import ONLY, check_shape, check_square, check_style
from bot.providers.ideogram.tables import LEGACY, LIGHT, MODELS, SECOND, V3, Model, Style, constant
from bot.text import _


class Edit(Styled, provider=IDEOGRAM, action="edit", path="/ideogram/edit", label=_("edited picture"), kind="image"):
    """A part of a picture drawn anew: where the mask is white for the user, which is black for Ideogram."""

    able = (*SECOND, V3)
    only: ClassVar[Mapping[str, tuple[Model, ...]]] = {**ONLY, "palette": (V3,)}
    new_path = f"{NEW_ROOT}/edit"
    files = ("image", "mask")
    masks: ClassVar[Mapping[str, Mask]] = {"mask": Mask("image", black_edits=True)}

    image: Picture | None = None
    mask: Picture | None = None


class Reframe(
    Drawn,
    provider=IDEOGRAM,
    action="reframe",
    path="/ideogram/reframe",
    label=_("reframed picture"),
    kind="image",
    caption="name",
):
    """A picture continued beyond its edges. ``name`` is what its file is called, ``size`` that in pixels."""

    only: ClassVar[Mapping[str, tuple[Model, ...]]] = {
        **ONLY,
        "palette": (V3,),
        "resolution": MODELS,
        "style_type": (*SECOND, *LIGHT),
    }
    new_path = f"{NEW_ROOT}/reframe"
    files = ("image",)

    image: Picture | None = None
    resolution: Annotated[str, AfterValidator(words.size)]
    style_type: Annotated[Style, BeforeValidator(constant)] | None = None
    name: str = Field(default="", repr=False)
    size: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        check_shape(self.model, None, self.resolution)
        check_style(self.model, self.style_type)
        if self.image and self.model in LEGACY:
            check_square(self.size)
        return self

    @classmethod
    def check_input(cls, field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Also how large the picture is."""
        known = super().check_input(field, given, options)
        return known | ({"size": "x".join(map(str, given.pixels))} if field == "image" and given.pixels else {})


class ReplaceBackground(
    Worded,
    provider=IDEOGRAM,
    action="replace-background",
    path=f"{NEW_ROOT}/replace-background",
    label=_("another background"),
    kind="image",
):
    """The same thing in front of something else; only 3.0 can."""

    able = (V3,)
    new_path = f"{NEW_ROOT}/replace-background"
    files = ("image",)

    model: ModelName = V3
    image: Picture | None = None
