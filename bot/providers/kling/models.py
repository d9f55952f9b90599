"""What Kling's known models can do (reference ``relay-luma-…md`` 5.3, 5.5, 5.8). Others are left to the server."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.errors import Invalid
from bot.text import _

Mode = Literal["std", "pro"]
STD, PRO = "std", "pro"
SHORT, LONG = "5", "10"
RATIOS = ("16:9", "9:16", "1:1")
IMAGE_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
IMAGE_MODELS = ("kling-v1", "kling-v1-5", "kling-v2", "kling-v2-new", "kling-v2-1", "kling-v3")
NEEDS_REFERENCE = "kling-v1-5"
"""The picture model that has to be told what of a reference counts (5.8)."""
_ONE_K = frozenset({"kling-v1", "kling-v1-5"})
_RATIO = re.compile(r"\d{1,2}:\d{1,2}")
_NUMBER = re.compile(r"\d{1,2}")
Fits = Mapping[str, Sequence[str]]
"""The durations that go with each mode."""
_PRO_ONLY: Fits = {PRO: (SHORT, LONG)}


@dataclass(frozen=True, slots=True)
class VideoModel:
    """A model's durations and modes, and what it takes besides a prompt.

    ``end`` says in which modes and durations a video may end with a picture, ``camera`` and ``picture_camera`` the same
    of camera control without and with a picture, ``mask`` of masks; ``None``: nobody says. ``sound`` names the modes
    that have it; ``silent_end``: not together with an end picture.
    """

    durations: tuple[str, ...] = (SHORT, LONG)
    modes: bool = True
    cfg: bool = False
    from_words: bool = True
    sound: tuple[str, ...] = ()
    silent_end: bool = False
    end: Fits | None = field(default_factory=dict)
    camera: Fits | None = field(default_factory=dict)
    picture_camera: Fits | None = field(default_factory=dict)
    mask: Fits | None = field(default_factory=dict)


_BOTH_SHORT: Fits = {STD: (SHORT,), PRO: (SHORT,)}
VIDEO_MODELS: Mapping[str, VideoModel] = {
    "kling-v1-6": VideoModel(cfg=True, end=_PRO_ONLY),
    "kling-v1-5": VideoModel(cfg=True, end=_PRO_ONLY, picture_camera={PRO: (SHORT,)}),
    "kling-v1": VideoModel(cfg=True, end=_BOTH_SHORT, camera=_BOTH_SHORT, mask=_BOTH_SHORT),
    "kling-v2-master": VideoModel(modes=False),
    "kling-v2-1": VideoModel(from_words=False, end=_PRO_ONLY),
    "kling-v2-1-master": VideoModel(modes=False),
    "kling-v2-5-turbo": VideoModel(end=_PRO_ONLY),
    "kling-v2-6": VideoModel(end=_PRO_ONLY, sound=(PRO,), silent_end=True),
    "kling-v3": VideoModel(
        durations=tuple(map(str, range(3, 16))), sound=(STD, PRO), end=None, camera=None, picture_camera=None, mask=None
    ),
}
OMNI_MODELS: Mapping[str, VideoModel] = {
    "kling-video-o1": VideoModel(durations=tuple(map(str, range(3, 11))), end=None),
    "kling-v3-omni": VideoModel(durations=tuple(map(str, range(3, 16))), sound=(STD, PRO), end=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was chosen for a video, as far as it has to fit together."""

    model: str
    mode: str | None = None
    duration: str | None = None
    aspect_ratio: str | None = None
    cfg: bool = False
    sound: bool = False
    picture: bool = False
    end: bool = False
    mask: bool = False
    camera: bool = False


def check_video(wanted: Wanted, model: VideoModel | None) -> None:
    """Refuse what does not go together, or what ``model`` (``None``: nobody knows it) lacks, with :class:`Invalid`."""
    check_duration(wanted.duration, wanted.model, model.durations if model else None)
    _check_shape(wanted, model)
    if wanted.end + wanted.mask + wanted.camera > 1:
        raise Invalid(_("Only one of these at a time: an end picture, a mask, camera control."))
    if model is None:
        return
    name = wanted.model
    if not (model.from_words or wanted.picture or wanted.end):
        raise Invalid(_("{model} makes videos from pictures only: give an `image`.", model=name))
    if wanted.mode and not model.modes:
        raise Invalid(_("{model} has only one mode: leave `mode` out.", model=name))
    if wanted.cfg and not model.cfg:
        raise Invalid(_("{model} does not know `cfg`: leave it out.", model=name))
    _check_sound(wanted, model)
    camera = model.picture_camera if wanted.picture else model.camera
    _check_fits(wanted, "end_image", wanted.end, model.end)
    _check_fits(wanted, "mask", wanted.mask, model.mask)
    _check_fits(wanted, "camera", wanted.camera, camera)


def check_duration(duration: str | None, name: str, known: Sequence[str] | None) -> None:
    """Refuse a duration that is no number of seconds, or that the model does not have."""
    if duration is None:
        return
    if not _NUMBER.fullmatch(duration):
        raise Invalid(_("`duration` is a number of seconds, such as 5."))
    if known is not None and duration not in known:
        raise Invalid(
            _(
                "{model} makes no videos of {given} seconds. It can do: {known}.",
                model=name,
                given=duration,
                known=", ".join(known),
            )
        )


def check_ratio(ratio: str | None, name: str, known: Sequence[str] | None) -> None:
    """Refuse what is no aspect ratio, or one that the model does not have."""
    if ratio is None:
        return
    if not _RATIO.fullmatch(ratio):
        raise Invalid(_("`aspect_ratio` is written like 16:9."))
    if known is not None and ratio not in known:
        raise Invalid(
            _(
                "{model} does not have the shape {given}. It has: {known}.",
                model=name,
                given=ratio,
                known=", ".join(known),
            )
        )


def _check_shape(wanted: Wanted, model: VideoModel | None) -> None:
    if wanted.aspect_ratio and (wanted.picture or wanted.end):
        raise Invalid(_("The video has the shape of its picture: leave `aspect_ratio` out."))
    check_ratio(wanted.aspect_ratio, wanted.model, RATIOS if model else None)


def _check_sound(wanted: Wanted, model: VideoModel) -> None:
    name = wanted.model
    if not wanted.sound:
        return
    if not model.sound:
        raise Invalid(
            _("{model} makes silent videos. These have sound: {known}.", model=name, known=", ".join(with_sound()))
        )
    if (wanted.mode or STD) not in model.sound:
        raise Invalid(_("With {model}, `sound` needs `mode` Pro.", model=name))
    if wanted.end and model.silent_end:
        raise Invalid(_("With {model}, `sound` and an end picture exclude each other.", model=name))


def _check_fits(wanted: Wanted, option: str, given: bool, fits: Fits | None) -> None:
    if not given or fits is None:
        return
    name = wanted.model
    if not fits:
        raise Invalid(_("{model} cannot do that: leave `{option}` out.", model=name, option=option))
    if (wanted.mode or STD) not in fits:
        raise Invalid(_("With {model}, `{option}` needs `mode` Pro.", model=name, option=option))
    durations = fits[wanted.mode or STD]
    if (wanted.duration or SHORT) not in durations:
        raise Invalid(
            _(
                "With {model}, `{option}` goes with a `duration` of {known} seconds only.",
                model=name,
                option=option,
                known=", ".join(durations),
            )
        )


def with_sound() -> list[str]:
    """The known models that make a sound."""
    return [name for name, model in {**VIDEO_MODELS, **OMNI_MODELS}.items() if model.sound]


def check_resolution(resolution: str | None, name: str) -> None:
    """Refuse 2k for the first picture models (5.8)."""
    if resolution == "2k" and name in _ONE_K:
        raise Invalid(_("{model} makes pictures of 1k only: leave `resolution` out.", model=name))
