"""Videos from several pictures: put together, as an effect, or edited (reference ``relay-luma-…md`` 5.6, 5.8)."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Options, Picture, PictureForm, Prompt, Video
from bot.providers.kling.declared import KLING, WORDS_LIMIT, Words, asked_at, with_model
from bot.providers.kling.models import (
    LONG,
    OMNI_MODELS,
    RATIOS,
    SHORT,
    STD,
    VIDEO_MODELS,
    Mode,
    check_duration,
    check_ratio,
    with_sound,
)
from bot.providers.kling.videos import Made
from bot.text import _

ALONE = ("bloombloom", "dizzydizzy", "fuzzyfuzzy", "squish", "expansion")
TOGETHER = ("hug", "kiss", "heart_gesture")
SCENES = (*ALONE, *TOGETHER)
"""The effects that are documented; there are many more (5.6)."""
EFFECT_MODEL = "kling-v1-6"
COUPLE_MODELS = ("kling-v1-6", "kling-v1-5", "kling-v1")
PICTURES = ("image", "image2", "image3", "image4")
OMNI_PICTURES = ("image", "image2", "image3", "image4", "image5")


class Multi(
    Made,
    provider=KLING,
    action="multi",
    path="/v1/videos/multi-image2video",
    label=_("video from pictures"),
    kind="video",
    lookup=asked_at("videos/multi-image2video"),
):
    """A video with what one to four pictures show (5.6)."""

    OURS: ClassVar[frozenset[str]] = frozenset(PICTURES)

    model_name: str = Field(default="kling-v1-6", title="model", min_length=1, max_length=100)
    prompt: Prompt = Field(max_length=WORDS_LIMIT)
    negative_prompt: Words | None = None
    mode: Mode | None = None
    duration: str | None = None
    aspect_ratio: str | None = None
    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = VIDEO_MODELS.get(self.model_name)
        check_duration(self.duration, self.model_name, known.durations if known else None)
        check_ratio(self.aspect_ratio, self.model_name, RATIOS if known else None)
        return self

    def body(self) -> dict[str, Any]:
        """The pictures become a list of objects."""
        given = self.parameters()
        return super().body() | {"image_list": [{"image": given[name]} for name in PICTURES if name in given]}


class Effect(
    Made,
    provider=KLING,
    action="effect",
    path="/v1/videos/effects",
    label=_("effect"),
    kind="video",
    caption="effect_scene",
    lookup=asked_at("videos/effects"),
):
    """A ready-made scene with the one or two people of one or two pictures (5.6)."""

    effect_scene: str = Field(title="scene", pattern=r"^\s*[\w-]{1,60}\s*$")
    mode: Mode | None = None
    duration: str | None = None
    image: Picture | None = None
    image2: Picture | None = None

    @model_validator(mode="after")
    def _fits_its_scene(self) -> Self:
        scene = self.effect_scene.strip()
        couple = scene in TOGETHER
        if couple and not self.image2:
            raise Invalid(_("“{scene}” is for two people: give `image2`, too.", scene=scene))
        if scene in ALONE:
            self._check_alone(scene)
        check_duration(self.duration, scene, (SHORT, LONG) if couple else None)
        if couple and self.model_name and self.model_name not in COUPLE_MODELS:
            known = ", ".join(COUPLE_MODELS)
            raise Invalid(_("“{scene}” can be made with these models: {known}.", scene=scene, known=known))
        return self

    def _check_alone(self, scene: str) -> None:
        if self.image2:
            raise Invalid(_("“{scene}” is for one picture: leave `image2` out.", scene=scene))
        if self.mode:
            raise Invalid(_("“{scene}” has only one mode: leave `mode` out.", scene=scene))
        if self.duration not in {None, SHORT}:
            raise Invalid(_("“{scene}” always has 5 seconds: leave `duration` out.", scene=scene))
        if self.model_name not in {None, EFFECT_MODEL}:
            raise Invalid(_("“{scene}” can be made with these models: {known}.", scene=scene, known=EFFECT_MODEL))

    def body(self) -> dict[str, Any]:
        """Everything but the scene stands in ``input``; scenes that nobody lists need the picture alone."""
        given, scene = self.parameters(), self.effect_scene.strip()
        chosen: dict[str, Any] = {name: given[name] for name in given if name in {"model_name", "mode", "duration"}}
        if scene in SCENES:
            chosen = {"model_name": EFFECT_MODEL, "duration": SHORT, **chosen}
        if scene in TOGETHER:
            chosen = {"mode": STD, **chosen}
        pictures = [given[name] for name in ("image", "image2") if name in given]
        shown = {"images": pictures} if len(pictures) > 1 else {"image": pictures[0]} if pictures else {}
        return {"effect_scene": scene, "input": {**with_model(chosen), **shown}}


class Omni(
    Made,
    provider=KLING,
    action="omni",
    path="/v1/videos/omni-video",
    label=_("video from anything"),
    kind="video",
    lookup=asked_at("videos/omni-video"),
):
    """A video from words, up to seven pictures and a video that is changed or taken from (5.8)."""

    OURS: ClassVar[frozenset[str]] = frozenset(
        {*OMNI_PICTURES, "first_image", "end_image", "video", "refer_type", "keep_sound", "sound"}
    )

    model_name: str = Field(default="kling-video-o1", title="model", min_length=1, max_length=100)
    prompt: Prompt = Field(max_length=WORDS_LIMIT)
    mode: Mode | None = None
    duration: str | None = None
    aspect_ratio: str | None = None
    sound: bool = False
    first_image: Picture | None = None
    end_image: Picture | None = None
    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None
    image5: Picture | None = None
    video: Video | None = None
    refer_type: Literal["base", "feature"] | None = Field(default=None, title="use")
    keep_sound: bool = False

    @classmethod
    def input_form(cls, field: str, options: Options, /) -> PictureForm:
        """A video is given by its link."""
        return "url" if field == "video" else cls.picture_form(options)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known, name = OMNI_MODELS.get(self.model_name), self.model_name
        check_duration(self.duration, name, known.durations if known else None)
        check_ratio(self.aspect_ratio, name, RATIOS if known else None)
        if self.sound and known and not known.sound:
            sounding = ", ".join(model for model in with_sound() if model in OMNI_MODELS)
            raise Invalid(_("{model} makes silent videos. These have sound: {known}.", model=name, known=sounding))
        if (self.refer_type or self.keep_sound) and not self.video:
            raise Invalid(_("`use` and `keep_sound` go with a `video` only."))
        return self

    def body(self) -> dict[str, Any]:
        """Pictures and video become lists of objects, of which two say that they are the first and the last frame."""
        body, given = super().body(), self.parameters()
        frames = [
            {"image_url": given[name], "type": kind}
            for name, kind in (("first_image", "first_frame"), ("end_image", "end_frame"))
            if name in given
        ]
        pictures = [*frames, *({"image_url": given[name]} for name in OMNI_PICTURES if name in given)]
        if pictures:
            body["image_list"] = pictures
        if self.video:
            keep = "yes" if self.keep_sound else "no"
            video = {"video_url": self.video, "refer_type": self.refer_type or "feature", "keep_original_sound": keep}
            body["video_list"] = [video]
        return body | ({"sound": "on"} if self.sound else {})
