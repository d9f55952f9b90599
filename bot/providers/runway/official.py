"""Videos in the official form: from pictures, from words, from other videos, and performed (3.2, 3.3)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, PictureForm, Submission, Video
from bot.providers.runway import models
from bot.providers.runway.declared import RUNWAY, VERSION, RunwayOptions
from bot.providers.runway.models import ACT, ALEPH, ALEPH_2, ALEPH_2_RATIOS, KEYFRAMES, MOST_SEED, OFFICIAL, SIX
from bot.text import Text, _
from bot.wire import Call

PICTURE_LETTERS, VIDEO_LETTERS = 5 * 1024 * 1024, 16 * 1024 * 1024
"""Letters of a data URI that are taken (3.2, 3.3)."""
SHORTEST, LONGEST = 3.0, 30.0
"""Seconds of a performance (3.3)."""
FRAMES = tuple((f"image{end}", f"at{end}") for end in ("", *range(2, KEYFRAMES + 1)))
"""The pictures that a restyled video is to follow, each with its second."""
Words = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]
Figures = Literal["auto", "low"]


class Official(Submission):
    """What every request of the official form shares. :attr:`WIRE` says how a field is called there (no entry: it is
    put into the body by itself)."""

    WIRE: ClassVar[Mapping[str, str]] = {}

    model: Name

    def route(self, options: Options, /) -> str:
        """Under the tier, then where this form begins."""
        return options.prefix + RunwayOptions.of(options).official_path

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        """As the operator wants it: packed into the request, or as links."""
        return RunwayOptions.of(options).files

    @classmethod
    def check_input(cls, _field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Packed files must not be too long."""
        letters = (given.size + 2) // 3 * 4 + len(f"data:{given.kind.mime};base64,")
        most = VIDEO_LETTERS if given.kind.family == "video" else PICTURE_LETTERS
        if cls.picture_form(options) == "data" and letters > most:
            raise Invalid(_too_large(given, most))
        return {}

    def body(self) -> dict[str, Any]:
        """What was chosen, by its name on the wire."""
        given = self.parameters()
        return {wire: given[name] for name, wire in self.WIRE.items() if given.get(name) not in (None, "")}

    def call(self) -> Call:
        """The paid request, with the header of this form."""
        return Call("POST", self.path, json=self.body(), headers=VERSION, paid=True)


def _too_large(given: Given, most: int) -> Text:
    mebibytes = f"{most * 3 // 4 / 1024**2:g}"
    if given.kind.family == "video":
        return _("Runway takes videos of at most {limit} MiB here.", limit=mebibytes)
    return _("Runway takes pictures of at most {limit} MiB here.", limit=mebibytes)


class _Made(Official):
    """What a video from words and one from pictures share."""

    WIRE: ClassVar[Mapping[str, str]] = {
        "model": "model", "prompt": "promptText", "ratio": "ratio", "duration": "duration", "seed": "seed",
        "audio": "audio", "negative_prompt": "negativePrompt",
    }  # fmt: skip
    PICTURE: ClassVar[bool]

    prompt: Words = ""
    ratio: str | None = None
    duration: int | None = None
    seed: Seed | None = None
    audio: bool | None = None
    negative_prompt: str | None = None
    figures: Figures | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        known = OFFICIAL.get(self.model)
        models.check_video("official", self.model, ratio=self.ratio, seconds=self.duration, picture=self.PICTURE)
        models.check_sound(self.model, {"audio": self.audio, "negative_prompt": self.negative_prompt})
        models.check_prompt(self.model, self.prompt, known is not None)
        if not self.prompt and (not self.PICTURE or (known is not None and known.needs_prompt)):
            raise Invalid(_("{model} needs a `prompt`.", model=self.model))
        return self

    def body(self) -> dict[str, Any]:
        """With what the operator says of public figures."""
        return super().body() | moderation(self.figures)


def moderation(figures: str | None) -> dict[str, Any]:
    """The member that says how strict Runway is about public figures (3.2)."""
    return {"contentModeration": {"publicFigureThreshold": figures}} if figures else {}


class ImageToVideo(_Made, provider=RUNWAY, action="video", path="/v1/image_to_video", label=_("video"), kind="video"):
    """A video that begins with a picture, ends with one, or both (3.2)."""

    PICTURE = True

    image: Picture | None = None
    end_image: Picture | None = None

    def body(self) -> dict[str, Any]:
        """A first picture alone goes as it is, else each with its position."""
        frames = (("first", self.image), ("last", self.end_image))
        placed = [{"uri": uri, "position": position} for position, uri in frames if uri]
        return super().body() | {"promptImage": placed if self.end_image else self.image}


class TextToVideo(_Made, provider=RUNWAY, action="text", path="/v1/text_to_video", label=_("video"), kind="video"):
    """A video from words alone (3.3)."""

    PICTURE = False


class Restyle(
    Official, provider=RUNWAY, action="restyle", path="/v1/video_to_video", label=_("restyled video"), kind="video"
):
    """A video changed as words or pictures say: Aleph takes one picture to follow, Aleph 2 takes keyframes (3.3)."""

    WIRE: ClassVar[Mapping[str, str]] = {"model": "model", "prompt": "promptText", "video": "videoUri", "seed": "seed"}

    prompt: Words = ""
    video: Video | None = None
    ratio: str | None = None
    seed: Seed | None = None
    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None
    image5: Picture | None = None
    at: float | None = None
    at2: float | None = None
    at3: float | None = None
    at4: float | None = None
    at5: float | None = None

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        models.check_prompt(self.model, self.prompt, self.model in {ALEPH, ALEPH_2})
        models.check_ratio(self.model, self.ratio, ALEPH_2_RATIOS if self.model == ALEPH_2 else None)
        if not self.prompt and self.model != ALEPH_2:
            raise Invalid(_("{model} needs a `prompt`.", model=self.model))
        return self

    def body(self) -> dict[str, Any]:
        """The first model names one reference, the later ones name keyframes."""
        frames = [(uri, getattr(self, at) or 0) for name, at in FRAMES if (uri := getattr(self, name))]
        if self.model == ALEPH:
            references = [{"type": "image", "uri": uri} for uri, _second in frames]
            more = {"references": references, "ratio": self.ratio}
        else:
            more = {"keyframes": [{"seconds": at, "uri": uri} for uri, at in frames], "targetAspectRatio": self.ratio}
        return super().body() | {name: value for name, value in more.items() if value}


class Act(
    Official,
    provider=RUNWAY,
    action="act",
    path="/v1/character_performance",
    label=_("performed video"),
    kind="video",
    caption="name",
):
    """A character of a picture or a video that does what somebody does in another video (3.3)."""

    WIRE: ClassVar[Mapping[str, str]] = {
        "model": "model", "body_control": "bodyControl", "expression": "expressionIntensity", "ratio": "ratio",
        "seed": "seed",
    }  # fmt: skip

    model: Name = ACT
    name: str = Field(default="", repr=False)
    performance: Video | None = None
    image: Picture | None = None
    character: Video | None = None
    body_control: bool | None = None
    expression: Annotated[int, Field(ge=1, le=5)] | None = None
    ratio: str | None = None
    seed: Seed | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        models.check_ratio(self.model, self.ratio, SIX if self.model == ACT else None)
        return self

    @classmethod
    def check_input(cls, field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """A performance has its length."""
        if field == "performance" and given.seconds is not None and not SHORTEST <= given.seconds <= LONGEST:
            raise Invalid(
                _("The performance must be 3 to 30 seconds long; this one has {seconds}.", seconds=f"{given.seconds:g}")
            )
        return super().check_input(field, given, options)

    def body(self) -> dict[str, Any]:
        """Who acts, and what is acted."""
        kind, uri = ("image", self.image) if self.image else ("video", self.character)
        parts = {"character": {"type": kind, "uri": uri}, "reference": {"type": "video", "uri": self.performance}}
        return super().body() | parts
