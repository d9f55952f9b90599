"""From what a user chose to a request: models and modes where they left them open, videos that others go on from."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Invalid
from bot.providers.kling.after import can_extend, can_speak, parent_fields
from bot.providers.kling.declared import KlingOptions
from bot.providers.kling.images import Image, usual_reference
from bot.providers.kling.lips import LipSync
from bot.providers.kling.models import PRO
from bot.providers.kling.videos import Extend, ImageVideo, TextVideo
from bot.providers.kling.voices import language_of
from bot.task import Task
from bot.text import _

FRAMES = ("image", "image_tail", "static_mask")
RARE = ("sound", "camera", "static_mask")
"""What few models have: another one is taken for it, unless the user has chosen one."""


def video(options: KlingOptions, chosen: Mapping[str, Any]) -> TextVideo | ImageVideo:
    """A video with the usual model and mode, or the first ones of the relay's that can do what was chosen.

    Raises :class:`Invalid` with what is wrong with the usual ones.
    """
    kind = ImageVideo if any(chosen.get(name) for name in FRAMES) else TextVideo
    if chosen.get("static_mask") and not chosen.get("image"):
        raise Invalid(_("A `mask` goes with an `image` only."))
    named, mode = chosen.get("model_name"), chosen.get("mode")
    others = options.offered if any(chosen.get(name) for name in RARE) else ()
    models = [named] if named else list(dict.fromkeys((options.model, *others)))
    problem: Invalid | None = None
    for model in models:
        for way in [mode] if mode else [None, PRO]:
            try:
                return kind.make(**{**chosen, "model_name": model, "mode": way})
            except Invalid as error:
                problem = problem or error
    raise problem or Invalid(_("There is no model “{model}” here.", model=named or ""))


def image(options: KlingOptions, chosen: Mapping[str, Any]) -> Image:
    """A picture with the usual model; raises :class:`Invalid`."""
    return Image.make(**usual_reference(options.image_model, dict(chosen)))


def longer(options: KlingOptions, task: Task, now: float, chosen: Mapping[str, Any]) -> Extend:
    """What makes a finished video longer; raises :class:`Invalid` when it cannot be."""
    source = parent_fields(task, tell_task=options.parent_task, now=now)
    if not can_extend(task):
        raise Invalid(_("Kling makes only videos of its v1 models longer, and only up to three minutes."))
    return Extend.make(**source, **chosen)


def speaking(options: KlingOptions, task: Task, now: float, chosen: Mapping[str, Any]) -> LipSync:
    """What makes a finished video speak; raises :class:`Invalid` when it cannot."""
    source = parent_fields(task, tell_task=options.parent_task, now=now)
    if not can_speak(task):
        raise Invalid(_("For a lip-sync a video must have 2 to 10 seconds."))
    return LipSync.make(**source, **with_voice(options, chosen))


def with_voice(options: KlingOptions, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """``chosen`` with a voice for its text, if the user has named none."""
    text, voice = chosen.get("text"), chosen.get("voice_id") or None
    if text and voice is None:
        chinese = (chosen.get("voice_language") or language_of(text)) == "zh"
        voice = options.chinese_voice if chinese else options.voice
    return {**chosen, "voice_id": voice}
