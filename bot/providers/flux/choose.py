"""Which request a command comes to: by the model that was chosen, in the form that the operator chose for it."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Invalid
from bot.provider import Submission
from bot.providers.flux.declared import FluxOptions
from bot.providers.flux.models import PICTURES
from bot.providers.flux.openai import FIELDS, OPENAI_PICTURES, USUAL_SIDE, OpenaiEdit, OpenaiImage
from bot.providers.flux.requests import Edit, Image
from bot.text import _

Chosen = Mapping[str, Any]
"""Fields of a request; ``None`` where nothing was chosen."""


def from_words(options: FluxOptions, model: str | None, chosen: Chosen) -> Submission:
    """A picture from words; raises :class:`Invalid`."""
    name = _offered(model or options.usual, options.offered)
    if name in options.in_openai_form:
        return OpenaiImage.make(model=name, **_in_openai_form(Image, name, chosen))
    return Image.make(model=name, asked=options.result, **chosen)


def edit(options: FluxOptions, model: str | None, chosen: Chosen, *, pictures: int) -> Submission:
    """An edit of so many ``pictures``; raises :class:`Invalid`."""
    if not options.editing:
        raise Invalid(_("None of the models that this bot offers edits pictures."))
    name = _offered(model or options.editing[0], options.editing)
    openai = name in options.in_openai_form
    most = OPENAI_PICTURES if openai else PICTURES[name].pictures
    if pictures > most:
        raise Invalid(_("{model} takes {most} pictures at most, not {count}.", model=name, most=most, count=pictures))
    if openai:
        return OpenaiEdit.make(model=name, part=options.openai_part, **_in_openai_form(Edit, name, chosen))
    return Edit.make(model=name, asked=options.result, strict=options.strict_edits, **chosen)


def varied(options: FluxOptions, prompt: str, reference: str) -> Submission:
    """A picture like ``reference``; raises :class:`Invalid`."""
    able = [name for name in (options.usual, *options.offered) if _takes_reference(options, name)]
    if not able:
        raise Invalid(_("None of the models that this bot offers takes a `reference` picture."))
    return Image.make(model=able[0], asked=options.result, prompt=prompt, image_prompt=reference)


def _takes_reference(options: FluxOptions, name: str) -> bool:
    return name not in options.in_openai_form and name in PICTURES and "image_prompt" in PICTURES[name].takes


def _offered(model: str, offered: list[str]) -> str:
    if model not in offered:
        raise Invalid(_("There is no model “{model}” here. Known: {known}.", model=model, known=", ".join(offered)))
    return model


def _in_openai_form(native: type[Submission], model: str, chosen: Chosen) -> dict[str, Any]:
    """The fields of OpenAI's form; refuses what it does not have (2.6)."""
    given = {name: value for name, value in chosen.items() if value is not None}
    for name in given.keys() - FIELDS:
        option = native.option_name(name)
        raise Invalid(
            _("`{option}` cannot be chosen with {model} on this relay: leave it out.", option=option, model=model)
        )
    sides = [given.pop(side, None) for side in ("width", "height")]
    if any(sides) and "aspect_ratio" in given:
        raise Invalid(_("Give either `aspect_ratio`, or `width` and `height`."))
    return given | ({"size": "x".join(str(side or USUAL_SIDE) for side in sides)} if any(sides) else {})
