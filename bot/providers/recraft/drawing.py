"""Pictures from words, and from words and pictures (reference ``relay-midjourney-…md`` 3.2)."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Given, Mask, Options, Picture, Prompt, Submission
from bot.providers.recraft import answers
from bot.providers.recraft.declared import RECRAFT, RecraftOptions, paid
from bot.providers.recraft.limits import check_picture
from bot.providers.recraft.styles import (
    DEFAULT_STYLE,
    STYLES,
    Style,
    check_prompt,
    check_size,
    check_style,
    draws_vectors,
    family_of,
)
from bot.step import Step
from bot.text import _
from bot.wire import Call, Part

MOST, MOST_COLOURS, MOST_SEED = 6, 5, 2**32 - 1
USUAL_STRENGTH = 50
"""Percent of change when nothing was chosen; Recraft itself takes no request without (3.2)."""
_COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


def colours_in(words: str) -> list[str]:
    """Colours as ``#rrggbb``, from hex numbers between commas or spaces; raises :class:`Invalid`."""
    found = []
    for word in re.split(r"[\s,;]+", words.strip()):
        match = _COLOUR.fullmatch(word)
        if match is None:
            raise Invalid(_("“{word}” is not a colour. Write colours like #ff8800.", word=word[:40]))
        digits = match[1].lower()
        found.append("#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits)))
    return found


def _several(words: str) -> str:
    found = colours_in(words)
    if len(found) > MOST_COLOURS:
        raise Invalid(_("At most {most} colours can be given; these are {count}.", most=MOST_COLOURS, count=len(found)))
    return " ".join(found)


def _one(words: str) -> str:
    found = colours_in(words)
    if len(found) > 1:
        raise Invalid(_("The background has one colour only."))
    return found[0]


def _rgb(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


class Drawn(Submission):
    """What every request with a prompt shares. ``style_id`` is the style ``own_style`` of the user's own.

    ``base`` is what that style began with: what it draws may be an SVG.
    """

    prompt: Prompt
    model: str | None = None
    style: Style | None = None
    substyle: str | None = None
    own_style: str | None = None
    style_id: str | None = Field(default=None, repr=False)
    base: str | None = Field(default=None, repr=False)
    n: int | None = Field(default=None, ge=1, le=MOST)
    negative_prompt: Annotated[str, StringConstraints(strip_whitespace=True)] | None = None
    colours: Annotated[str, AfterValidator(_several)] | None = None
    background: Annotated[str, AfterValidator(_one)] | None = None
    artistic_level: int | None = Field(default=None, ge=0, le=5)
    no_text: bool | None = None
    random_seed: int | None = Field(default=None, title="seed", ge=0, le=MOST_SEED)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """What goes together (3.2 to 3.4)."""
        if self.style_id and (self.style or self.substyle):
            raise Invalid(_("Choose either `style` and `substyle` or `own_style`, not both."))
        family = family_of(self.model)
        if self.style_id and not STYLES[family]:
            raise Invalid(_("{model} takes no styles: leave `own_style` out.", model=self.model))
        if self.negative_prompt and not STYLES[family]:
            raise Invalid(_("{model} takes no negative prompt: leave `negative_prompt` out.", model=self.model))
        check_style(self.model, self.style, self.substyle)
        check_prompt(self.prompt, self.model)
        return self

    @property
    def vector(self) -> bool:
        """Whether an SVG is made."""
        return draws_vectors(self.model, self.style or self.base)

    @property
    def controls(self) -> dict[str, Any]:
        """Colours and manner, as they are nested."""
        colours = [{"rgb": _rgb(colour)} for colour in (self.colours or "").split()]
        background = {"rgb": _rgb(self.background)} if self.background else None
        found = {"colors": colours, "background_color": background}
        more = {"artistic_level": self.artistic_level, "no_text": self.no_text}
        return {name: value for name, value in found.items() if value} | {
            name: value for name, value in more.items() if value is not None
        }

    def fields(self) -> dict[str, Any]:
        """What was chosen, by the names on the wire. A substyle goes with its style, the usual one if none was said."""
        style = self.style or (DEFAULT_STYLE if self.substyle else None)
        found = {
            "prompt": self.prompt,
            "n": self.n,
            "model": self.model,
            "style": style,
            "substyle": self.substyle,
            "style_id": self.style_id,
            "negative_prompt": self.negative_prompt or None,
            "random_seed": self.random_seed,
            "controls": self.controls or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def steps(self) -> tuple[Step, ...]:
        """One request, answered with the pictures."""
        return (Step.asking(self.call(), lambda payload: answers.drawn(payload, vector=self.vector)),)


class Image(
    Drawn, provider=RECRAFT, action="image", path="/recraft/v1/images/generations", label=_("picture"), kind="image"
):
    """Pictures from words."""

    size: str | None = None

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        check_size(self.model, self.size)
        return self

    def fields(self) -> dict[str, Any]:
        """With the size."""
        return super().fields() | ({"size": self.size} if self.size else {})

    def call(self) -> Call:
        """As JSON."""
        return paid(self.path, json=self.fields())


class Redrawn(Drawn):
    """What every request with a picture and a prompt shares: a form whose picture is called ``image`` (3.2)."""

    image: Picture | None = None

    @classmethod
    def check_input(cls, field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Recraft's limits; a mask has the size of its picture and is made anew."""
        if field not in cls.masks:
            check_picture(given, RecraftOptions.of(options).largest)
        return {}

    def files(self) -> tuple[Part, ...]:
        """The picture."""
        return (Part("image", self.image or ""),)

    def call(self) -> Call:
        """The files, and the fields flattened."""
        return paid(self.path, form=(*self.files(), *(Part(name, value) for name, value in flat(self.fields()))))


class ImageToImage(
    Redrawn,
    provider=RECRAFT,
    action="image-to-image",
    path="/recraft/v1/images/imageToImage",
    label=_("picture from a picture"),
    kind="image",
):
    """A picture drawn anew. ``strength`` in percent: 0 is nearly the same picture."""

    strength: int | None = Field(default=None, ge=0, le=100)

    def fields(self) -> dict[str, Any]:
        """With the strength, which is never left out."""
        percent = USUAL_STRENGTH if self.strength is None else self.strength
        return super().fields() | {"strength": percent / 100}


class ReplaceBackground(
    Redrawn,
    provider=RECRAFT,
    action="replace-background",
    path="/recraft/v1/images/replaceBackground",
    label=_("another background"),
    kind="image",
):
    """The same thing in front of something else."""


class Masked(Redrawn):
    """What is drawn where the mask is white (3.2)."""

    masks: ClassVar[Mapping[str, Mask]] = {"mask": Mask("image")}
    mask: Picture | None = None

    def files(self) -> tuple[Part, ...]:
        """The picture and its mask."""
        return (*super().files(), Part("mask", self.mask or ""))


class Inpaint(
    Masked,
    provider=RECRAFT,
    action="inpaint",
    path="/recraft/v1/images/inpaint",
    label=_("picture with a part redrawn"),
    kind="image",
):
    """A part of a picture drawn anew."""


class GenerateBackground(
    Masked,
    provider=RECRAFT,
    action="generate-background",
    path="/recraft/v1/images/generateBackground",
    label=_("new background"),
    kind="image",
):
    """A background where the mask is white."""


def flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Fields as the parts of a form: ``controls[colors][][rgb][]`` and so on (3.2)."""
    for key, value in fields.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, Mapping):
            yield from flat(value, name)
        elif isinstance(value, list):
            for one in value:
                yield from flat(one, f"{name}[]") if isinstance(one, Mapping) else [(f"{name}[]", _word(one))]
        else:
            yield name, _word(value)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
