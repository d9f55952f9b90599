"""Videos from words, pictures and videos, and effects on pictures (reference ``relay-luma-…md`` 4.1 to 4.3)."""

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, PictureForm, Prompt, Submission, Video
from bot.providers.pika import answers
from bot.providers.pika.declared import PIKA, FormName, PikaOptions
from bot.step import Step
from bot.text import _
from bot.wire import Call

PATHS: dict[FormName, str] = {"generate": "/pika/generate", "pro": "/pika/pro/generate"}
MODELS: dict[FormName, str] = {"generate": "2.0", "pro": "1.5"}
"""The model where nobody chose one."""
EFFECTS = (
    "Levitate", "Decapitate", "Eye-pop", "Ta-da", "Deflate", "Crumble", "Dissolve", "Squish", "Inflate", "Melt",
    "Crush", "Cake-ify", "Explode", "Peel", "Poke", "Tear",
)  # fmt: skip
STYLES = ("Anime", "Moody", "3D", "Watercolor", "Natural", "Claymation", "Black & white")
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "5:2", "4:5")
CAMERA = ("pan", "tilt", "rotate", "zoom")
FRAMES, GUIDANCE, MOTION = 24, 12, 1
"""What is sent where nothing was chosen (4.1)."""
WIDEST = 2.5
_RATIO = re.compile(r"(\d{1,3}):(\d{1,3})")


def effect_named(name: str) -> str:
    """The effect that is meant, however it is written; raises :class:`Invalid`."""
    for effect in EFFECTS:
        if _letters(effect) == _letters(name):
            return effect
    raise Invalid(
        _("There is no effect “{name}”. There are {known}.", name=name.strip()[:40], known=", ".join(EFFECTS))
    )


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())


def _ratio(words: str) -> str:
    found = _RATIO.fullmatch(words.replace(" ", "").replace("x", ":"))
    wide, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (wide and high and 1 / WIDEST <= wide / high <= WIDEST):
        raise Invalid(_("`aspect_ratio` must be written like 16:9 and lie between 5:2 and 2:5."))
    return f"{wide}:{high}"


def _within(option: str, least: int, most: int) -> AfterValidator:
    """A whole number within limits; the sentence names the option."""

    def check(value: int) -> int:
        if least <= value <= most:
            return value
        raise Invalid(_("`{option}` must lie between {least} and {most}.", option=option, least=least, most=most))

    return AfterValidator(check)


def _shape(ratio: str) -> float:
    """Width by height."""
    wide, high = ratio.split(":")
    return int(wide) / int(high)


def _number(model: str) -> float:
    try:
        number = float(model)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(_("This relay wants Pika's model as a number, such as 1.5, not “{model}”.", model=model[:40]))
    return number


Ratio = Annotated[str, AfterValidator(_ratio)]
Motion = Annotated[int, _within("motion", 1, 4)]
Guidance = Annotated[int, _within("guidance", 5, 25)]
FrameRate = Annotated[int, _within("frame_rate", 1, 24)]


class Made(Submission):
    """What every request shares. ``form`` and ``callback`` are the operator's (:class:`PikaOptions`); ``shape`` is the
    ratio nearest to the given picture's, for the form that wants one in any case (4.2)."""

    prompt: str = ""
    model: str | None = None
    motion: Motion | None = None
    guidance: Guidance | None = None
    negative_prompt: str | None = None
    seed: int | None = Field(default=None, ge=0)
    image: Picture | None = None
    form: FormName = Field(default="generate", repr=False)
    callback: str | None = Field(default=None, repr=False)
    shape: str | None = Field(default=None, repr=False)

    @classmethod
    def input_form(cls, field: str, options: Options, /) -> PictureForm:
        """Videos are taken as links only, pictures also as base64 in one of the forms."""
        return PikaOptions.of(options).images if field == "image" else "url"

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """The shape of a picture becomes that of the video."""
        if given.pixels is None or not all(given.pixels):
            return {}
        wide, high = given.pixels
        return {"shape": min(RATIOS, key=lambda ratio: abs(math.log(_shape(ratio) * high / wide)))}

    @property
    def words(self) -> str:
        """The prompt as it is sent."""
        return self.prompt

    def settings(self, _form: FormName) -> dict[str, Any]:
        """What both forms call ``options``; the usual value where nothing was chosen."""
        parameters = {
            "guidanceScale": GUIDANCE if self.guidance is None else self.guidance,
            "motion": MOTION if self.motion is None else self.motion,
            "negativePrompt": self.negative_prompt or "",
        }
        return {
            "frameRate": FRAMES,
            "camera": {},
            "parameters": parameters | ({} if self.seed is None else {"seed": self.seed}),
        }

    def own(self, _form: FormName) -> dict[str, Any]:
        """What only one kind of request has."""
        return {}

    def written(self, form: FormName) -> dict[str, Any]:
        """The body in one of the forms; raises :class:`Invalid` when it cannot be said in it."""
        model = self.model or MODELS[form]
        picture = {"image": self.image} if self.image else {}
        if form == "generate":
            options = {**self.settings(form), "extend": False}
            fields: dict[str, Any] = {"promptText": self.words, "model": model, "pikaffect": "", "options": options}
            return fields | picture | self.own(form)
        fields = {"prompt": self.words, "ratio": self.shape or RATIOS[0], "model": _number(model)}
        address = {"callback_url": self.callback} if self.callback else {}
        return fields | {"options": self.settings(form)} | picture | address | self.own(form)

    def body(self) -> dict[str, Any]:
        """The body in the form that is tried first."""
        return self.written(self.form)

    def call(self) -> Call:
        """The request in the form that is tried first."""
        return self._to(self.form)

    def steps(self) -> tuple[Step, ...]:
        """One request; in the other form where the first is not offered."""
        other: FormName = "pro" if self.form == "generate" else "generate"
        return (self._step(self.form, self._step(other)),)

    def _step(self, form: FormName, *otherwise: Step) -> Step:
        return Step(
            call=lambda _known: self._to(form),
            accepted=lambda payload, _known: answers.accepted(payload),
            lookup=form,
            otherwise=otherwise,
        )

    def _to(self, form: FormName) -> Call:
        return Call("POST", PATHS[form], json=self.written(form), paid=True, timeout=60.0)


class Film(Made, provider=PIKA, action="video", path=PATHS["generate"], label=_("video"), kind="video"):
    """A video from words alone, from a picture, or from another video (4.1, 4.2)."""

    prompt: Prompt
    video: Video | None = None
    aspect_ratio: Ratio | None = None
    frame_rate: FrameRate | None = None
    pan: Literal["left", "right"] | None = None
    tilt: Literal["up", "down"] | None = None
    rotate: Literal["cw", "ccw"] | None = None
    zoom: Literal["in", "out"] | None = None
    sound: bool | None = None
    style: str | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.image and self.video:
            raise Invalid(_("Give either `image` or `video`, not both."))
        if self.style and _letters(self.style) in map(_letters, EFFECTS):
            raise Invalid(_("“{name}” is an effect: use `/pika effect` with a picture.", name=self.style))
        if self.form == "generate":
            self._check_without_pro()
            if self.image and self.aspect_ratio:
                raise Invalid(_("The video takes the shape of the picture: leave `aspect_ratio` out."))
        return self

    def _check_without_pro(self) -> None:
        for option in ("sound", "style"):
            if getattr(self, option):
                raise Invalid(_("This relay's form of Pika does not know `{option}`: leave it out.", option=option))

    def settings(self, form: FormName) -> dict[str, Any]:
        """With frame rate and camera; the ratio is a number, never sent with a picture, seldom with a video (4.1)."""
        camera = {name: value for name in CAMERA if (value := getattr(self, name))}
        settings = super().settings(form) | {"frameRate": self.frame_rate or FRAMES, "camera": camera}
        ratio = self.aspect_ratio or (None if self.video else RATIOS[0])
        if form == "generate" and ratio and not self.image:
            return {"aspectRatio": _shape(ratio), **settings}
        return settings

    def own(self, form: FormName) -> dict[str, Any]:
        """The video; in the other form also the ratio in words, sound and style (4.2, 4.3)."""
        video = {"video": self.video} if self.video else {}
        if form == "generate":
            self._check_without_pro()
            return video
        chosen = {"ratio": self.aspect_ratio, "style": self.style, "sfx": self.sound}
        return video | {name: value for name, value in chosen.items() if value is not None}


class Effect(Made, provider=PIKA, action="effect", path=PATHS["generate"], label=_("effect"), kind="video"):
    """One of Pika's effects on a picture, with sound (4.1); the form ``pro`` calls it a style (4.2)."""

    effect: Annotated[str, AfterValidator(effect_named)]

    @property
    def words(self) -> str:
        """What was asked for, usually "<effect> it"."""
        return self.prompt.strip() or f"{self.effect} it"

    @property
    def caption(self) -> str:
        """What was asked for."""
        return self.words

    def own(self, form: FormName) -> dict[str, Any]:
        """The effect; raises :class:`Invalid` without a picture."""
        if not self.image:
            raise Invalid(_("An effect needs a picture: give `image`."))
        return {"pikaffect" if form == "generate" else "style": self.effect}
