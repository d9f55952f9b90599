"""What Runway can do with any picture or video, and what it makes when nothing else is said."""

from collections.abc import Mapping, Set
from typing import Any

from bot.provider import Submission
from bot.providers.runway import choose
from bot.providers.runway.declared import RunwayOptions
from bot.providers.runway.stills import Enlarge, Image, Upscale
from bot.text import _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Use, register_use, words

Typed = Mapping[str, str]


def register_all(options: RunwayOptions) -> None:
    """Say so, of what the operator's relay has."""
    _register_videos(options)
    if options.has("text_to_image"):
        register_maker(Maker("image", Image, lambda prompt, picture: _image(options, prompt, picture=picture)))
    if options.has("video_upscale"):
        register_use(
            Use(
                "runway-upscale",
                _("Larger video"),
                "🛫",
                Upscale,
                "upscale",
                lambda video, _typed: _with(choose.upscale(options, {}, {"video"}), video=video),
                takes="video",
            )
        )
    if options.has("image_upscale"):
        register_use(
            Use(
                "runway-enlarge",
                _("Larger picture"),
                "🛫",
                Enlarge,
                "upscale",
                lambda picture, _typed: _with(choose.upscale(options, {}, {"image"}), image=picture),
            )
        )


def _register_videos(options: RunwayOptions) -> None:
    alone = choose.video_kind(options, picture=False)
    register_maker(Maker("video", alone, lambda prompt, picture: _video(options, prompt, picture=picture)))
    register_use(
        Use(
            "runway-video",
            _("Video"),
            "🛫",
            choose.video_kind(options, picture=True),
            "video",
            lambda picture, typed: _with(choose.video(options, _prompt(typed), {"image"}), image=picture),
            words(_("What the video shows"), required=False),
        )
    )
    restyling = choose.restyle_kind(options)
    if restyling is not None:
        register_use(
            Use(
                "runway-restyle",
                _("Restyle"),
                "🛫",
                restyling,
                "restyle",
                lambda video, typed: _with(choose.restyle(options, _prompt(typed)), video=video),
                words(_("What it is to become")),
                takes="video",
            )
        )


def _with(submission: Submission, **files: str) -> Submission:
    """The request with its files."""
    return type(submission).make(**submission.model_dump(exclude_none=True), **files)


def _prompt(typed: Typed) -> dict[str, Any]:
    return {"prompt": typed.get("prompt") or None}


def _video(options: RunwayOptions, prompt: str, *, picture: bool) -> tuple[Submission, str]:
    pictures: Set[str] = {"image"} if picture else set()
    return choose.video(options, {"prompt": prompt}, pictures), "image" if picture else ""


def _image(options: RunwayOptions, prompt: str, *, picture: bool) -> tuple[Submission, str]:
    pictures: Set[str] = {"image"} if picture else set()
    return choose.image(options, {"prompt": prompt}, pictures), "image" if picture else ""
