"""Videos in Sora's form: from words, from a picture, and remixed (reference ``relay-suno-…md`` 5.8)."""

from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, Prompt, Submission
from bot.providers.openai import mistakes, watching
from bot.providers.openai.declared import OPENAI
from bot.providers.openai.models import VIDEOS, check_value
from bot.providers.openai.pictures import Name, Size
from bot.step import NextStep, Step
from bot.text import _
from bot.wire import Call, Part

REMIX = NextStep("openai-remix", _("Remix"), "🎛️", action="remix")
SUBMITS_WITHIN = 120.0
"""Seconds that a request may take; a picture goes along with it."""


def _seconds(words: str) -> str:
    bare = words.strip().lower().removesuffix("s").strip()
    if not (bare.isascii() and bare.isdecimal() and 0 < int(bare) < 1000):
        raise Invalid(_("`seconds` must be a whole number, such as 8."))
    return str(int(bare))


class _Filmed(Submission):
    """What both requests share."""

    prompt: Prompt

    def steps(self) -> tuple[Step, ...]:
        """One request; the video is asked about until it is finished."""
        return (Step.asking(self.call(), watching.accepted),)


class Video(
    _Filmed,
    provider=OPENAI,
    action="video",
    path="/v1/videos",
    label=_("video"),
    kind="video",
    lookup=watching.LOOKUP,
    next_steps=(REMIX,),
):
    """A video from words, or from a picture that is cut to the video's size. ``wide`` is the shape of that picture."""

    model: Name
    seconds: Annotated[str, AfterValidator(_seconds)] | None = None
    size: Size | None = None
    input_reference: Picture | None = Field(default=None, title="image")
    wide: bool | None = Field(default=None, repr=False)
    sent: Literal["form", "json"] = Field(default="form", repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        known = VIDEOS.get(self.model)
        if known is not None and self.seconds:
            check_value(self.model, "seconds", self.seconds, known.seconds)
        if known is not None and self.size:
            check_value(self.model, "size", self.size, known.sizes)
        return self

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """The shape of the picture decides that of the video, if nothing else is chosen."""
        return {} if given.pixels is None else {"wide": given.pixels[0] > given.pixels[1]}

    @property
    def made_in(self) -> str:
        """The size that is asked for, ``""``: what the relay makes of it."""
        known = VIDEOS.get(self.model)
        return self.size or ("" if known is None or self.wide is None else known.shaped(wide=self.wide))

    def frame(self, _field: str, _given: Given, /) -> tuple[int, int] | None:
        """A picture has to have the video's size."""
        width, _x, height = self.made_in.partition("x")
        return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else None

    def body(self) -> dict[str, Any]:
        """The fields of the wire without the picture."""
        body = {"model": self.model, "prompt": self.prompt, "seconds": self.seconds, "size": self.made_in or None}
        return {name: value for name, value in body.items() if value is not None}

    def call(self) -> Call:
        """The request, as a form, or as JSON where the operator wants it and there is no picture."""
        call = Call("POST", self.path, paid=True, timeout=SUBMITS_WITHIN, judge=mistakes.judge(self.model))
        if self.sent == "json" and not self.input_reference:
            return replace(call, json=self.body())
        parts = [Part(name, str(value)) for name, value in self.body().items()]
        parts += [Part("input_reference", self.input_reference)] if self.input_reference else []
        return replace(call, form=tuple(parts))


class Remix(
    _Filmed,
    provider=OPENAI,
    action="remix",
    path="/v1/videos/{video_id}/remix",
    label=_("remixed video"),
    kind="video",
    lookup=watching.LOOKUP,
    next_steps=(REMIX,),
):
    """A finished video once more, with something changed."""

    video_id: str = Field(min_length=1, repr=False)

    def call(self) -> Call:
        """The request."""
        return replace(super().call(), judge=mistakes.judge_remix)
