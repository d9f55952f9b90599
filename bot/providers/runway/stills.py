"""Pictures, and larger pictures and videos, in the official form (reference ``relay-luma-…md`` 3.3)."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.errors import Invalid
from bot.provider import Picture, Prompt, Video
from bot.providers.runway import models
from bot.providers.runway.declared import PICTURE_LOOKUP, RUNWAY
from bot.providers.runway.models import IMAGE_TURBO, IMAGES, PICTURE_FLAVORS, UPSCALE_1, VIDEO_FLAVORS
from bot.providers.runway.official import Figures, Official, Seed, moderation
from bot.text import _

REFERENCES = (("image", "tag"), ("image2", "tag2"), ("image3", "tag3"))
"""The pictures that a prompt may name, each with its tag."""
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,15}")
Percent = Annotated[int, Field(ge=0, le=100)]


def _tag(words: str) -> str:
    """A name for a picture (3.3)."""
    name = words.strip().removeprefix("@")
    if not _TAG.fullmatch(name):
        raise Invalid(
            _("A tag has 3 to 16 letters and digits and begins with a letter: “{tag}” cannot be one.", tag=name[:40])
        )
    return name


Tag = Annotated[str, AfterValidator(_tag)]


class Image(
    Official,
    provider=RUNWAY,
    action="image",
    path="/v1/text_to_image",
    label=_("picture"),
    kind="image",
    lookup=PICTURE_LOOKUP,
):
    """A picture from words, which may name up to three others as ``@tag``."""

    WIRE: ClassVar[Mapping[str, str]] = {"model": "model", "prompt": "promptText", "ratio": "ratio", "seed": "seed"}

    prompt: Prompt
    ratio: str | None = None
    seed: Seed | None = None
    figures: Figures | None = Field(default=None, repr=False)
    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    tag: Tag | None = None
    tag2: Tag | None = None
    tag3: Tag | None = None

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        models.check_prompt(self.model, self.prompt, self.model in IMAGES)
        models.check_ratio(self.model, self.ratio, IMAGES.get(self.model))
        tags = [tag for _name, name in REFERENCES if (tag := getattr(self, name))]
        if len(set(tags)) < len(tags):
            raise Invalid(_("Every picture needs a tag of its own."))
        return self

    def body(self) -> dict[str, Any]:
        """With the pictures that are named."""
        given = self.parameters()
        named = [
            {"uri": given[name], **({"tag": given[tag]} if tag in given else {})}
            for name, tag in REFERENCES
            if name in given
        ]
        return super().body() | ({"referenceImages": named} if named else {}) | moderation(self.figures)


def check_references(model: str, pictures: set[str], tags: set[str]) -> None:
    """Refuse a model without the pictures it needs, and tags of pictures that are not there."""
    if model == IMAGE_TURBO and not pictures:
        raise Invalid(_("{model} needs one to three pictures: give an `image`, or choose another model.", model=model))
    for name, tag in REFERENCES:
        if tag in tags and name not in pictures:
            raise Invalid(_("`{tag}` is there without a picture: give `{image}`, too.", tag=tag, image=name))


class Upscale(
    Official,
    provider=RUNWAY,
    action="upscale",
    path="/v1/video_upscale",
    label=_("larger video"),
    kind="video",
    caption="name",
):
    """A video, larger and clearer."""

    WIRE: ClassVar[Mapping[str, str]] = {
        "model": "model", "video": "videoUri", "resolution": "resolution", "creativity": "creativity",
        "sharpen": "sharpen", "grain": "smartGrain", "flavor": "flavor", "fps_boost": "fpsBoost",
    }  # fmt: skip

    name: str = Field(default="", repr=False)
    video: Video | None = None
    resolution: Literal["720p", "1k", "2k", "4k"] | None = None
    creativity: Percent | None = None
    sharpen: Percent | None = None
    grain: Percent | None = None
    flavor: str | None = None
    fps_boost: bool | None = None

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        chosen = [name for name in self.parameters() if name not in {"model", "name", "video"}]
        if self.model == UPSCALE_1 and chosen:
            raise Invalid(
                _("{model} has no `{option}`: leave it out, or choose another model.",
                  model=self.model, option=chosen[0])
            )  # fmt: skip
        check_flavor(self.flavor, VIDEO_FLAVORS)
        return self


class Enlarge(
    Official,
    provider=RUNWAY,
    action="enlarge",
    path="/v1/image_upscale",
    label=_("larger picture"),
    kind="image",
    caption="name",
    lookup=PICTURE_LOOKUP,
):
    """A picture, larger and clearer."""

    WIRE: ClassVar[Mapping[str, str]] = {
        "model": "model", "image": "imageUri", "scale": "scaleFactor", "flavor": "flavor", "sharpen": "sharpen",
        "grain": "smartGrain", "detail": "ultraDetail",
    }  # fmt: skip

    name: str = Field(default="", repr=False)
    image: Picture | None = None
    scale: Literal[2, 4, 8, 16] | None = None
    flavor: str | None = None
    sharpen: Percent | None = None
    grain: Percent | None = None
    detail: Percent | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        check_flavor(self.flavor, PICTURE_FLAVORS)
        return self


def check_flavor(flavor: str | None, allowed: tuple[str, ...]) -> None:
    """Refuse a manner that is not known."""
    if flavor is not None and flavor not in allowed:
        raise Invalid(_("`flavor` must be one of: {allowed}.", allowed=", ".join(allowed)))
