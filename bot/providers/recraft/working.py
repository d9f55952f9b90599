"""Work on one picture without a prompt (reference ``relay-midjourney-…md`` 3.1, 3.2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from bot.provider import Given, Mask, Options, Picture, Submission
from bot.providers.recraft import answers
from bot.providers.recraft.declared import RECRAFT, FilePart, RecraftOptions, paid
from bot.providers.recraft.limits import SHORTEST, SHORTEST_CRISP, check_picture
from bot.step import Step
from bot.text import _
from bot.wire import Call, Part

_NAMES: Mapping[FilePart, tuple[str, ...]] = {"auto": ("file", "image"), "file": ("file",), "image": ("image",)}


class Worked(Submission):
    """One picture in, one out. ``name`` is what its file is called, ``part`` how the operator wants it named (3.2).

    ``official`` is a newer name of the same path, tried where the usual one is not offered (3.1).
    """

    shortest: ClassVar[int] = SHORTEST
    vector: ClassVar[bool] = False
    official: ClassVar[str] = ""

    image: Picture | None = None
    name: str = Field(default="", repr=False)
    part: FilePart = Field(default="auto", repr=False)

    @classmethod
    def check_input(cls, field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Recraft's limits; a mask has the size of its picture and is made anew."""
        settings = RecraftOptions.of(options)
        if field not in cls.masks:
            check_picture(given, settings.largest, cls.shortest)
        return {"part": settings.file_part}

    def call(self) -> Call:
        """The request as it is tried first."""
        return self._to(self.path, _NAMES[self.part][0])

    def steps(self) -> tuple[Step, ...]:
        """One request; under the other names where the first ones are not known."""
        paths = [self.path, self.official] if self.official else [self.path]
        first, *others = [self._asking(self._to(path, name)) for path in paths for name in _NAMES[self.part]]
        return (replace(first, otherwise=tuple(others)),)

    def _asking(self, call: Call) -> Step:
        return Step.asking(
            call,
            lambda payload: answers.drawn(payload, vector=self.vector),
            declined=answers.names_missing_picture,
        )

    def _to(self, path: str, name: str) -> Call:
        return paid(path, form=(Part(name, self.image or ""),))


class Vectorize(
    Worked,
    provider=RECRAFT,
    action="vectorize",
    path="/recraft/v1/images/vectorize",
    label=_("vector picture"),
    kind="image",
    caption="name",
):
    """A picture as SVG."""

    vector = True


class RemoveBackground(
    Worked,
    provider=RECRAFT,
    action="remove-background",
    path="/recraft/v1/images/removeBackground",
    label=_("picture without background"),
    kind="image",
    caption="name",
):
    """What is in front, alone."""


class CrispUpscale(
    Worked,
    provider=RECRAFT,
    action="upscale",
    path="/recraft/v1/images/clarityUpscale",
    label=_("larger picture"),
    kind="image",
    caption="name",
):
    """Larger and sharper, otherwise the same."""

    shortest = SHORTEST_CRISP
    official = "/recraft/v1/images/crispUpscale"


class CreativeUpscale(
    Worked,
    provider=RECRAFT,
    action="creative-upscale",
    path="/recraft/v1/images/generativeUpscale",
    label=_("larger picture with more detail"),
    kind="image",
    caption="name",
):
    """Larger, with details that were not there; takes up to some minutes (0.2)."""

    official = "/recraft/v1/images/creativeUpscale"


class Erase(
    Worked,
    provider=RECRAFT,
    action="erase",
    path="/recraft/v1/images/eraseRegion",
    label=_("picture with a part erased"),
    kind="image",
    caption="name",
):
    """Without what the mask covers in white; the picture is always called ``image`` (3.2)."""

    masks: ClassVar[Mapping[str, Mask]] = {"mask": Mask("image")}
    mask: Picture | None = None

    def call(self) -> Call:
        """The picture and its mask."""
        return paid(self.path, form=(Part("image", self.image or ""), Part("mask", self.mask or "")))

    def steps(self) -> tuple[Step, ...]:
        """One request."""
        return (Step.asking(self.call(), answers.drawn),)
