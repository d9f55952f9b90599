"""Which request a command comes to: the model when none is chosen, and which files it must have (7.1)."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.errors import Invalid
from bot.providers.hailuo.declared import HailuoOptions
from bot.providers.hailuo.models import MODELS, PICTURE_ONLY, WITH_LAST_FRAME, WITH_SUBJECT, Model
from bot.providers.hailuo.pictures import Image
from bot.providers.hailuo.sounds import Music, Speech
from bot.providers.hailuo.videos import Video
from bot.text import _

FIRST, LAST, SUBJECT = "first_frame_image", "last_frame_image", "subject"
Chosen = Mapping[str, Any]
"""Fields of a request; ``None`` where nothing was chosen."""
SWITCHED_OFF = _("The operator of this bot has switched that off.")


def video(options: HailuoOptions, model: str | None, chosen: Chosen, files: Collection[str]) -> Video:
    """A video that is made with files for the fields ``files``; raises :class:`Invalid`."""
    name = (model or "").strip() or _usual(options, files)
    request = Video.make(model=name, **chosen)
    if not request.words and not {FIRST, SUBJECT} & {*files}:
        raise Invalid(_("Say what the video shows, or give a `first_frame`."))
    known = MODELS.get(name)
    if known is not None:
        _check_files(name, known, files)
    if request.resolution == PICTURE_ONLY and FIRST not in files:
        raise Invalid(
            _("512P is for videos that begin with a picture: give a `first_frame`, or choose another resolution.")
        )
    if request.resolution == PICTURE_ONLY and LAST in files:
        raise Invalid(_("A `last_frame` does not go with 512P: choose 768P or 1080P."))
    if SUBJECT in files and not request.words:
        raise Invalid(_("Say what the one in the picture does."))
    return request


def _usual(options: HailuoOptions, files: Collection[str]) -> str:
    """The first of the offered models that takes just these files; one that is made for them if none is offered."""
    fitting = (name for name in options.offered if name in MODELS and _fits(MODELS[name], files))
    own = WITH_SUBJECT if SUBJECT in files else WITH_LAST_FRAME if LAST in files else options.offered[0]
    return next(fitting, own)


def _fits(known: Model, files: Collection[str]) -> bool:
    first = {"needed": FIRST in files, "taken": True, "not taken": FIRST not in files}[known.first]
    return first and known.subject == (SUBJECT in files) and (known.last or LAST not in files)


def _check_files(name: str, known: Model, files: Collection[str]) -> None:
    if known.subject and SUBJECT not in files:
        raise Invalid(_("{model} shows somebody whom you know: give a picture of them as `subject`.", model=name))
    if SUBJECT in files and not known.subject:
        raise Invalid(_("{model} takes no `subject`: choose S2V-01, or leave it out.", model=name))
    if known.first == "needed" and FIRST not in files:
        raise Invalid(_("{model} begins with a picture: give a `first_frame`, or choose another model.", model=name))
    if known.first == "not taken" and FIRST in files:
        raise Invalid(_("{model} takes no `first_frame`: leave it out, or choose another model.", model=name))
    if LAST in files and not known.last:
        raise Invalid(
            _("{model} cannot end with a given picture: choose MiniMax-Hailuo-02, or leave `last_frame` out.",
              model=name)
        )  # fmt: skip


def speech(options: HailuoOptions, chosen: Chosen) -> Speech:
    """A spoken text, with what is usual where nothing was chosen; raises :class:`Invalid`."""
    if not options.speech:
        raise Invalid(SWITCHED_OFF)
    usual = {"model": options.speaking[0], "voice_id": options.speakers[0], "output_format": options.sound}
    return Speech.make(**usual | _given(chosen))


def music(options: HailuoOptions, chosen: Chosen) -> Music:
    """A song; raises :class:`Invalid`."""
    if not options.music:
        raise Invalid(SWITCHED_OFF)
    return Music.make(**{"model": options.composing[0], "output_format": options.sound} | _given(chosen))


def image(options: HailuoOptions, chosen: Chosen) -> Image:
    """Pictures; raises :class:`Invalid`."""
    if not options.pictures:
        raise Invalid(SWITCHED_OFF)
    return Image.make(**{"model": options.painting[0]} | _given(chosen))


def _given(chosen: Chosen) -> dict[str, Any]:
    return {name: value for name, value in chosen.items() if value not in (None, "")}
