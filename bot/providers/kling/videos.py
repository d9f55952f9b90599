"""Videos from words and from a picture, and finished videos made longer (reference ``relay-luma-…md`` 5.3 to 5.6)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Picture
from bot.providers.kling.after import steps_after
from bot.providers.kling.declared import KLING, Asked, Words, asked_at
from bot.providers.kling.models import VIDEO_MODELS, Mode, Wanted, check_video
from bot.step import NextStep
from bot.task import Task
from bot.text import _

Turn = Literal["horizontal", "vertical", "pan", "tilt", "roll", "zoom"]
Flight = Literal["down_back", "forward_up", "right_turn_forward", "left_turn_forward"]
TURNS = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
USUAL_STRENGTH = 5
_ALIKE = 0.02
"""How far the shapes of a picture and its mask may be apart: a pixel more or less is no matter."""


class Made(Asked):
    """What every video has: its model, and what can be done with it afterwards."""

    model_name: str | None = Field(default=None, title="model", min_length=1, max_length=100)

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        return steps_after(task)


class _Video(Made):
    """What a video from words and one from a picture share (5.3)."""

    OURS: ClassVar[frozenset[str]] = frozenset({"camera", "camera_strength", "sound"})

    model_name: str = Field(title="model", min_length=1, max_length=100)
    prompt: Words = ""
    negative_prompt: Words | None = None
    cfg_scale: float | None = Field(default=None, title="cfg", ge=0, le=1)
    mode: Mode | None = None
    sound: bool = False
    camera: Turn | Flight | None = None
    camera_strength: int | None = Field(default=None, title="strength", ge=-10, le=10)
    aspect_ratio: str | None = None
    duration: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _check_strength(self.camera, self.camera_strength)
        check_video(self._wanted(), VIDEO_MODELS.get(self.model_name))
        return self

    def _wanted(self, **more: bool) -> Wanted:
        return Wanted(
            model=self.model_name,
            mode=self.mode,
            duration=self.duration,
            aspect_ratio=self.aspect_ratio,
            cfg=self.cfg_scale is not None,
            sound=self.sound,
            camera=self.camera is not None,
            **more,
        )

    def body(self) -> dict[str, Any]:
        """The camera becomes an object, of which a simple move says how strong it is."""
        body = super().body()
        if self.sound:
            body["sound"] = "on"
        if self.camera in TURNS:
            strength = USUAL_STRENGTH if self.camera_strength is None else self.camera_strength
            body["camera_control"] = {"type": "simple", "config": {self.camera: strength}}
        elif self.camera:
            body["camera_control"] = {"type": self.camera}
        return body


class TextVideo(
    _Video,
    provider=KLING,
    action="video",
    path="/v1/videos/text2video",
    label=_("video"),
    kind="video",
    lookup=asked_at("videos/text2video"),
):
    """A video from words alone (5.3)."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.prompt:
            raise Invalid(_("Say what the video shows, or give an `image`."))
        return self


class ImageVideo(
    _Video,
    provider=KLING,
    action="animate",
    path="/v1/videos/image2video",
    label=_("video from a picture"),
    kind="video",
    lookup=asked_at("videos/image2video"),
):
    """A video that begins or ends with a picture (5.5)."""

    image: Picture | None = None
    image_tail: Picture | None = Field(default=None, title="end_image")
    static_mask: Picture | None = Field(default=None, title="mask")

    def _wanted(self, **more: bool) -> Wanted:
        given = {"picture": self.image is not None, "end": self.image_tail is not None}
        return super()._wanted(**given, mask=self.static_mask is not None, **more)

    @classmethod
    def check_together(cls, given: Mapping[str, Given], /) -> None:
        """A mask has the shape of its picture (5.5)."""
        shapes = [given[name].pixels for name in ("image", "static_mask") if name in given]
        sizes = [shape for shape in shapes if shape is not None]
        if len(sizes) == 2 and abs(sizes[0][0] * sizes[1][1] / (sizes[0][1] * sizes[1][0]) - 1) > _ALIKE:
            raise Invalid(_("The mask has another shape than the picture: its sides must have the same ratio."))


class Extend(
    Made,
    provider=KLING,
    action="extend",
    path="/v1/videos/video-extend",
    label=_("longer video"),
    kind="video",
    lookup=asked_at("videos/video-extend"),
):
    """Four to five more seconds for a finished video of one of the first models (5.6)."""

    OURS: ClassVar[frozenset[str]] = frozenset({"model_name"})

    video_id: str = Field(repr=False)
    task_id: str | None = Field(default=None, repr=False)
    prompt: Words = ""
    negative_prompt: Words | None = None
    cfg_scale: float | None = Field(default=None, title="cfg", ge=0, le=1)


def _check_strength(camera: str | None, strength: int | None) -> None:
    if strength is None:
        return
    if camera is None:
        raise Invalid(_("`strength` goes with a `camera` move only."))
    if camera not in TURNS:
        raise Invalid(_("That `camera` move has no `strength`: leave it out."))
    if strength == 0:
        raise Invalid(_("A `strength` of 0 moves nothing: give -10 to 10."))
