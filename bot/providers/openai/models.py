"""What OpenAI's own models take (reference ``relay-suno-…md`` 5.2 to 5.4, 5.8); another model is left to the relay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.errors import Invalid
from bot.text import _


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureModel:
    """A model that makes pictures: characters of a prompt, pictures that it makes and that it works on at most.

    ``takes`` names the options that it knows, each with its values (none: any). ``answers`` says that it may be told
    how to answer.
    """

    prompt: int
    most: int = 10
    pictures: int = 0
    takes: Mapping[str, tuple[str, ...]] = field(hash=False)
    answers: bool = True


@dataclass(frozen=True, slots=True)
class VideoModel:
    """A model that makes videos: its sizes, the usual one first, and the lengths in seconds."""

    sizes: tuple[str, ...]
    seconds: tuple[str, ...] = ("4", "8", "12")

    def shaped(self, *, wide: bool) -> str:
        """The usual size of that shape."""
        return next(size for size in self.sizes if is_wide(size) is wide)


OLD: Final = "dall-e-2"
"""The one model that edits a single square picture (5.3)."""
PICTURES: Mapping[str, PictureModel] = {
    "gpt-image-1": PictureModel(
        prompt=32_000,
        pictures=16,
        takes={
            "size": ("1024x1024", "1536x1024", "1024x1536", "auto"),
            "quality": ("auto", "low", "medium", "high"),
            "background": ("auto", "transparent", "opaque"),
            "output_format": ("png", "jpeg", "webp"),
            "output_compression": (),
            "moderation": ("auto", "low"),
        },
        answers=False,
    ),
    "dall-e-3": PictureModel(
        prompt=4000,
        most=1,
        takes={
            "size": ("1024x1024", "1792x1024", "1024x1792"),
            "quality": ("standard", "hd"),
            "style": ("vivid", "natural"),
        },
    ),
    OLD: PictureModel(prompt=1000, pictures=1, takes={"size": ("1024x1024", "512x512", "256x256")}),
}
MOST_PICTURES = 16
VIDEOS: Mapping[str, VideoModel] = {
    "sora-2": VideoModel(("720x1280", "1280x720")),
    "sora-2-pro": VideoModel(("720x1280", "1280x720", "1024x1792", "1792x1024")),
}
FORMATS = ("mp3", "opus", "aac", "flac", "wav")
"""What speech comes as; of bare samples (``pcm``) nobody could tell what they are."""
UNINSTRUCTED = frozenset({"tts-1", "tts-1-hd"})
"""Models that speak and cannot be told how."""


def is_wide(size: str) -> bool:
    """Whether a size such as ``1280x720`` is wider than it is high."""
    width, _x, height = size.partition("x")
    return int(width) > int(height)


def known(option: str, model: str) -> tuple[str, ...]:
    """The values of an option that are worth suggesting: those of the model, else those of any."""
    models = [PICTURES[model]] if model in PICTURES else PICTURES.values()
    return tuple(dict.fromkeys(value for one in models for value in one.takes.get(option, ())))


def may_edit(model: str) -> bool:
    """Whether a model can be asked to edit pictures; of one that is not known here, the relay knows."""
    known = PICTURES.get(model)
    return known is None or known.pictures > 0


def may_say_how(model: str) -> bool:
    """Whether a model may be told how to answer; OpenAI's newer ones refuse that (5.2)."""
    return PICTURES[model].answers if model in PICTURES else not model.startswith("gpt-image")


def check_picture(model: str, prompt: str, count: int, options: Mapping[str, tuple[str, object]]) -> None:
    """Refuse with :class:`Invalid` what a known model does not do; ``options``: what users call it, and the value."""
    found = PICTURES.get(model)
    if found is None:
        return
    if len(prompt) > found.prompt:
        text = _(
            "“{field}” is too long: {given} characters, at most {limit}.",
            field="prompt",
            given=len(prompt),
            limit=found.prompt,
        )
        raise Invalid(text)
    if count > found.most:
        raise Invalid(
            _("{model} makes {most} at a time at most, not {count}.", model=model, most=found.most, count=count)
        )
    for wire, (name, value) in options.items():
        if wire not in found.takes:
            raise Invalid(_("`{option}` cannot be chosen with {model}: leave it out.", option=name, model=model))
        check_value(model, name, str(value), found.takes[wire])


def check_value(model: str, option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse with :class:`Invalid` a value that a known model does not have; ``allowed`` is empty where any will do."""
    if allowed and value not in allowed:
        listed = ", ".join(allowed)
        raise Invalid(
            _(
                "{model} knows no `{option}` {value}, only: {allowed}.",
                model=model,
                option=option,
                value=value[:40],
                allowed=listed,
            )
        )
