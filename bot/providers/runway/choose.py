"""Which request a command comes to, in the form that the operator chose (reference ``relay-luma-…md`` 3)."""

import re
from collections.abc import Mapping, Set
from typing import Any

from bot.errors import Invalid
from bot.provider import Submission
from bot.providers.runway import models
from bot.providers.runway.declared import Endpoint, RunwayOptions
from bot.providers.runway.models import ALEPH, IMAGES, OFFICIAL, RESTYLES, VIDEOS, Form, VideoModel
from bot.providers.runway.official import FRAMES, Act, ImageToVideo, Restyle, TextToVideo
from bot.providers.runway.reverse import MOTIONS, PRO_DEFAULT, ProAct, ProRestyle, ProVideo, TasksRestyle, TasksVideo
from bot.providers.runway.stills import Enlarge, Image, Upscale, check_references
from bot.text import Text, _

Chosen = Mapping[str, Any]
"""Options of a command by name; ``None`` where nothing was chosen."""
NOT_SET_UP = _("This bot's relay is not set up for that.")
UNKNOWN_RATIO = "1280:720"
_COMMON = frozenset({"prompt", "model"})
_VIDEO: Mapping[Form, frozenset[str]] = {
    "official": _COMMON | {"ratio", "duration", "seed", "audio", "negative_prompt"},
    "pro": _COMMON | {"ratio", "duration", "style", "motion"},
    "tasks": _COMMON | {"ratio", "duration", "seed"},
}
_RESTYLE: Mapping[Form, frozenset[str]] = {
    "official": _COMMON | {"ratio", "seed", *(at for _image, at in FRAMES)},
    "pro": _COMMON | {"strength", "flip"},
    "tasks": _COMMON | {"seed", "strength"},
}
_MOTION = re.compile(r"(\w+)\s*[=:]\s*([-+]?\d{1,3}(?:\.\d{1,3})?)")


def video(options: RunwayOptions, chosen: Chosen, pictures: Set[str]) -> Submission:
    """A video from words and ``pictures`` (``image``, ``end_image``); raises :class:`Invalid`."""
    given = _given(chosen, _VIDEO[options.form])
    first, last = "image" in pictures, "end_image" in pictures
    if not pictures and not given.get("prompt", "").strip():
        raise Invalid(_("Say with `prompt` what the video shows, or give an `image`."))
    if options.form == "pro":
        return _pro_video(options, given, first=first, last=last)
    name = str(given.get("model") or usual_model(options, picture=bool(pictures)))
    models.check_pictures(options.form, name, first=first, last=last)
    given["model"] = name
    if options.form == "tasks":
        if first and last:
            raise Invalid(_("This relay takes one picture only: `image` or `end_image`."))
        if last and name == "gen2":
            raise Invalid(_("{model} cannot end with a picture: leave `end_image` out.", model=name))
        return TasksVideo.make(explore=options.explore, **given)
    known = OFFICIAL.get(name)
    given.setdefault("ratio", known.ratios[0] if known is not None else UNKNOWN_RATIO)
    given.setdefault("duration", known.usual if known is not None else None)
    kind = ImageToVideo if pictures else TextToVideo
    if kind is TextToVideo:
        _offered(options, "text_to_video", _("This bot's relay makes videos from pictures only: give an `image`."))
    return kind.make(figures=options.public_figures or None, **given)


def _pro_video(options: RunwayOptions, given: dict[str, Any], *, first: bool, last: bool) -> Submission:
    if last and not options.end_frame:
        raise Invalid(_("This relay's videos cannot end with a picture: leave `end_image` out."))
    if "motion" in given:
        given["motion"] = motion(given["motion"])
    if not first and not given.get("prompt", "").strip():
        raise Invalid(_("Say with `prompt` what the video shows, or give an `image`."))
    return ProVideo.make(end_name=options.end_frame if last else "", **given)


def motion(words: str) -> dict[str, float]:
    """The camera's movement, written like ``x=2 z=-1.5``; raises :class:`Invalid`."""
    found = {name: float(number) for name, number in _MOTION.findall(words)}
    if not found or _MOTION.sub("", words).strip(" ,;\n") or not found.keys() <= set(MOTIONS):
        raise Invalid(_("Write `motion` like x=2 z=-1.5. It has: {names}.", names=", ".join(MOTIONS)))
    return found


def restyle(options: RunwayOptions, chosen: Chosen, pictures: Set[str] = frozenset()) -> Submission:
    """A video changed as words, or ``pictures`` by their option, say; raises :class:`Invalid`."""
    given = _given(chosen, _RESTYLE[options.form])
    if options.form != "official":
        for name in sorted(pictures):
            raise Invalid(_not_here(name))
        if not given.get("prompt", "").strip():
            raise Invalid(_("Say with `prompt` what the video is to become."))
        if options.form == "pro":
            return ProRestyle.make(**given)
        name = given.pop("model", None) or options.tasks_model
        if name in VIDEOS["tasks"] and name not in RESTYLES["tasks"]:
            able = ", ".join(RESTYLES["tasks"])
            raise Invalid(_("{model} does not restyle videos. These do: {able}.", model=name, able=able))
        return TasksRestyle.make(model=name, explore=options.explore, **given)
    _offered(options, "video_to_video")
    name = str(given.pop("model", None) or options.restyle_model)
    _check_frames(name, given, pictures)
    return Restyle.make(model=name, **given)


def _check_frames(model: str, given: Chosen, pictures: Set[str]) -> None:
    """Refuse pictures and seconds that do not go together."""
    if model == ALEPH and (len(pictures) > 1 or any(at in given for _image, at in FRAMES)):
        raise Invalid(_("{model} follows one picture, from the beginning: leave the others and `at` out.", model=model))
    for image, at in FRAMES:
        if at in given and image not in pictures:
            raise Invalid(_("`{at}` is there without a picture: give `{image}`, too.", at=at, image=image))
        if image in pictures and at not in given and len(pictures) > 1:
            raise Invalid(_("Say with `{at}` at which second the video is to look like `{image}`.", at=at, image=image))
    seconds = [given[at] for _image, at in FRAMES if at in given]
    if len(set(seconds)) < len(seconds):
        raise Invalid(_("Every picture needs a second of its own."))
    if any(second < 0 for second in seconds):
        raise Invalid(_("Seconds are counted from 0."))


def act(options: RunwayOptions, chosen: Chosen, files: Set[str], *, name_of: str = "") -> Submission:
    """A character (``image`` or ``character`` among ``files``) that performs; ``name_of`` is that file's name.

    Raises :class:`Invalid`.
    """
    if len(files & {"image", "character"}) != 1:
        raise Invalid(_("Say who is to perform: give either an `image` or a video as `character`."))
    if options.form == "official":
        _offered(options, "character_performance")
        return Act.make(name=name_of, **_given(chosen, frozenset({"body_control", "expression", "ratio", "seed"})))
    if options.form == "tasks":
        raise Invalid(NOT_SET_UP)
    if "character" in files:
        raise Invalid(_("On this relay only a picture can perform: give an `image`."))
    _given(chosen, frozenset())
    return ProAct.make(name=name_of)


def image(options: RunwayOptions, chosen: Chosen, pictures: Set[str]) -> Submission:
    """A picture from words, which may name ``pictures``; raises :class:`Invalid`."""
    _offered(options, "text_to_image")
    given = {name: value for name, value in chosen.items() if value is not None}
    name = str(given.pop("model", None) or options.image_model)
    check_references(name, set(pictures), given.keys() & {"tag", "tag2", "tag3"})
    known = IMAGES.get(name)
    given.setdefault("ratio", known[0] if known else UNKNOWN_RATIO)
    return Image.make(model=name, figures=options.public_figures or None, **given)


def upscale(options: RunwayOptions, chosen: Chosen, files: Set[str], *, name_of: str = "") -> Submission:
    """A larger ``video`` or ``image``, whichever is among ``files``; ``name_of`` is the file's name. Raises
    :class:`Invalid`."""
    if len(files & {"video", "image"}) != 1:
        raise Invalid(_("Give what is to be larger: either a `video` or an `image`."))
    kind: type[Upscale | Enlarge] = Upscale if "video" in files else Enlarge
    _offered(options, "video_upscale" if "video" in files else "image_upscale")
    given = {name: value for name, value in chosen.items() if value is not None}
    for name in given:
        if name not in kind.model_fields:
            if kind is Upscale:
                raise Invalid(_("`{option}` goes with a picture only: leave it out.", option=name))
            raise Invalid(_("`{option}` goes with a video only: leave it out.", option=name))
    usual = options.upscale_model if kind is Upscale else options.enlarge_model
    return kind.make(**{"model": usual, "name": name_of, **given})


def usual_model(options: RunwayOptions, *, picture: bool) -> str:
    """The video model when none is chosen."""
    if options.form == "official":
        return options.model if picture else options.text_model
    return options.tasks_model if options.form == "tasks" else PRO_DEFAULT


def video_kind(options: RunwayOptions, *, picture: bool) -> type[Submission]:
    """The request that a video comes to, with or without a picture."""
    if options.form == "official":
        return ImageToVideo if picture else TextToVideo
    return TasksVideo if options.form == "tasks" else ProVideo


def restyle_kind(options: RunwayOptions) -> type[Submission] | None:
    """The request that a restyled video comes to; ``None``: the relay has none."""
    if options.form == "official":
        return Restyle if options.has("video_to_video") else None
    return TasksRestyle if options.form == "tasks" else ProRestyle


def known_videos(options: RunwayOptions, model: str | None) -> list[VideoModel]:
    """What is known of the model that was chosen, else of those that would be used with and without a picture."""
    usual = [usual_model(options, picture=picture) for picture in (True, False)]
    known = VIDEOS[options.form]
    return [known[name] for name in dict.fromkeys([model] if model else usual) if name in known]


def _given(chosen: Chosen, allowed: Set[str]) -> dict[str, Any]:
    """What was chosen; refuses an option that this form does not have."""
    given = {name: value for name, value in chosen.items() if value is not None}
    for name in given:
        if name not in allowed:
            raise Invalid(_not_here(name))
    return given


def _not_here(option: str) -> Text:
    return _("`{option}` cannot be chosen on this bot's relay: leave it out.", option=option)


def _offered(options: RunwayOptions, endpoint: Endpoint, sentence: Text = NOT_SET_UP) -> None:
    if not options.has(endpoint):
        raise Invalid(sentence)
