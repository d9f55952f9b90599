"""Which request a command comes to, with the operator's usual models. All raise :class:`Invalid`."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Invalid
from bot.providers.openai.declared import OpenAIOptions
from bot.providers.openai.models import MOST_PICTURES, OLD, PICTURES, may_say_how
from bot.providers.openai.pictures import Edit, Image, OldEdit
from bot.providers.openai.videos import Video
from bot.text import _

Chosen = Mapping[str, Any]
"""Fields of a request; ``None`` where nothing was chosen."""


def image(options: OpenAIOptions, model: str | None, chosen: Chosen) -> Image:
    """A picture from words."""
    name = model or options.painting[0]
    return Image.make(model=name, response_format=_answer(options, name), **chosen)


def edit(options: OpenAIOptions, model: str | None, chosen: Chosen, *, pictures: int = 1) -> Edit | OldEdit:
    """An edit of so many ``pictures``."""
    name = model or options.editing[0]
    known = PICTURES.get(name)
    most = known.pictures if known is not None else MOST_PICTURES
    if not most:
        raise Invalid(_("{model} does not edit pictures.", model=name))
    if pictures > most:
        raise Invalid(_("{model} takes {most} pictures at most, not {count}.", model=name, most=most, count=pictures))
    kind = OldEdit if name == OLD else Edit
    return kind.make(model=name, part=options.edit_part, response_format=_answer(options, name), **chosen)


def video(options: OpenAIOptions, model: str | None, chosen: Chosen) -> Video:
    """A video."""
    return Video.make(model=model or options.filming[0], sent=options.video_form, **chosen)


def _answer(options: OpenAIOptions, model: str) -> str | None:
    """How the pictures are to be answered, where that may be said."""
    return options.image_answers if options.image_answers and may_say_how(model) else None
