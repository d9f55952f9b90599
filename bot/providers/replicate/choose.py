"""Which request a command comes to, checked against what the operator offers and what the known models take."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.errors import Invalid
from bot.provider import strings
from bot.providers.replicate.declared import ReplicateOptions
from bot.providers.replicate.models import UNKNOWN, Preset, model_of, preset_of
from bot.providers.replicate.requests import Image, Run, Video, reference_of
from bot.providers.replicate.words import add, inputs_of
from bot.text import Text, _

Kind = Literal["image", "video"]
Values = Mapping[str, Any]
_NOWHERE: Mapping[Kind, Text] = {
    "image": _("{model} makes pictures: use `/replicate image`."),
    "video": _("{model} makes videos: use `/replicate video`."),
}


def offered(options: ReplicateOptions, words: str) -> str:
    """The model that was asked for; raises :class:`Invalid` when the operator does not offer it."""
    model = model_of(words)
    if not options.offers(model):
        known = ", ".join(options.listed) or "–"
        raise Invalid(_("The model “{model}” is not offered here. There are: {known}.", model=model, known=known))
    return model


def run(options: ReplicateOptions, words: str, inputs: str, files: Mapping[int, str]) -> Run:
    """Any model with the inputs as they were typed; raises :class:`Invalid`.

    ``files`` are the numbers of the attached files, and of which family each is (``image``, ``audio``, ``video``).
    """
    model, given = offered(options, words), inputs_of(inputs)
    used = {number for value in strings(given) if (number := reference_of(value)) is not None}
    for number in sorted(used - files.keys()):
        raise Invalid(_("An input refers to file {number} as `@{number}`, but there is no such file.", number=number))
    if files and not used:
        used = {min(files)}
        add(given, _place(model, files[min(files)]), f"@{min(files)}")
    for number in sorted(files.keys() - used):
        raise Invalid(_("No input uses file {number}: say which one does, as in `image=@{number}`.", number=number))
    return Run.make(model=model, input=given, form=options.submit, wait=options.wait)


def _place(model: str, family: str) -> str:
    """The input that a file goes to which no input refers to."""
    preset = preset_of(model)
    if family == "image" and preset is not None and preset.picture:
        return preset.picture
    return family if family in {"audio", "video"} else "image"


def picture(options: ReplicateOptions, chosen: Values, *, model: str, inputs: str, with_picture: bool) -> Image:
    """A picture; raises :class:`Invalid`. ``chosen`` are the fields that have an option of their own."""
    name, preset = _preset(options, "image", model, with_picture=with_picture)
    lacks = {"aspect_ratio": not preset.ratios, "seed": not preset.seed, "count": not preset.count}
    for field, missing in lacks.items():
        if missing and chosen.get(field) is not None:
            _refuse(name, Image.option_name(field))
    more = inputs_of(inputs)
    _fits(name, preset, more, with_picture=with_picture)
    return Image.make(**chosen, model=name, more=more, form=options.submit, wait=options.wait)


def video(options: ReplicateOptions, prompt: str, *, model: str, inputs: str, with_picture: bool) -> Video:
    """A video; raises :class:`Invalid`."""
    name, preset = _preset(options, "video", model, with_picture=with_picture)
    more = inputs_of(inputs)
    _fits(name, preset, more, with_picture=with_picture)
    return Video.make(prompt=prompt, model=name, more=more, form=options.submit, wait=options.wait)


def _preset(options: ReplicateOptions, kind: Kind, words: str, *, with_picture: bool) -> tuple[str, Preset]:
    model = offered(options, words) if words.strip() else usual(options, kind, with_picture=with_picture)
    preset = preset_of(model) or UNKNOWN
    if preset_of(model) is not None and preset.kind != kind:
        raise Invalid(Text(_NOWHERE[preset.kind].source, {"model": model}))
    return model, preset


def _fits(model: str, preset: Preset, more: Values, *, with_picture: bool) -> None:
    """Refuse a picture that the model cannot take, and none where it needs one."""
    if with_picture and not preset.picture:
        _refuse(model, "image")
    if any(reference_of(value) is not None for value in strings(dict(more))):
        raise Invalid(_("`@1` can be used with `/replicate run` only: here the picture has an option of its own."))
    if preset.needs_picture and not with_picture and preset.picture not in more:
        raise Invalid(_("{model} begins with a picture: give it one with `image`.", model=model))


def _refuse(model: str, option: str) -> None:
    raise Invalid(_("{model} takes no `{option}`: leave it out, or choose another model.", model=model, option=option))


def known(options: ReplicateOptions, kind: Kind) -> Iterator[str]:
    """The offered models that are known to make such a result."""
    return (name for name in options.listed if (found := preset_of(name)) is not None and found.kind == kind)


def usual(options: ReplicateOptions, kind: Kind, *, with_picture: bool) -> str:
    """The model where none was chosen: the first that suits, with a picture best one that edits by words."""
    presets = {name: preset_of(name) or UNKNOWN for name in known(options, kind)}
    suits = [name for name, preset in presets.items() if (preset.picture if with_picture else not preset.needs_picture)]
    editing = [name for name in suits if with_picture and presets[name].edits]
    for name in (*editing, *suits):
        return name
    if with_picture:
        raise Invalid(_("None of the models that this bot knows at Replicate takes a picture for that."))
    raise Invalid(_("This bot offers no model of Replicate that is known to make that: choose one with `model`."))


def edits(options: ReplicateOptions) -> str:
    """The offered model that changes a picture by words; raises :class:`Invalid` when there is none."""
    for name in known(options, "image"):
        if (preset_of(name) or UNKNOWN).edits:
            return name
    raise Invalid(_("None of the models of Replicate that this bot offers edits pictures."))
