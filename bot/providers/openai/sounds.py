"""Speech, and the words of recordings; both are answered at once (reference ``relay-suno-…md`` 5.4)."""

from functools import partial
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Prompt, Recording, Submission
from bot.providers.openai import answers, mistakes
from bot.providers.openai.answers import Form
from bot.providers.openai.declared import OPENAI
from bot.providers.openai.models import UNINSTRUCTED
from bot.providers.openai.pictures import PATIENCE, Name
from bot.step import Step
from bot.text import _
from bot.wire import Call, Part

LONGEST = 4096
"""Characters that are spoken at once."""
SoundFormat = Literal["mp3", "opus", "aac", "flac", "wav"]
Times = Literal["word", "segment"]
TIMES = "timestamp_granularities"


def _language(code: str) -> str:
    bare = code.strip().lower()
    if not (len(bare) == 2 and bare.isascii() and bare.isalpha()):
        raise Invalid(_("`language` is a code of two letters, such as en or zh."))
    return bare


class Speech(
    Submission,
    provider=OPENAI,
    action="speech",
    path="/v1/audio/speech",
    label=_("speech"),
    kind="audio",
    caption="input",
):
    """A text, spoken."""

    model: Name
    input: Annotated[Prompt, StringConstraints(max_length=LONGEST)] = Field(title="text")
    voice: Name
    response_format: SoundFormat | None = Field(default=None, title="format")
    speed: float | None = Field(default=None, ge=0.25, le=4.0)
    instructions: Annotated[Prompt, StringConstraints(max_length=LONGEST)] | None = None

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if self.instructions and self.model in UNINSTRUCTED:
            raise Invalid(
                _("`{option}` cannot be chosen with {model}: leave it out.", option="instructions", model=self.model)
            )
        return self

    def call(self) -> Call:
        """The request; its answer is the sound."""
        judge = mistakes.judge(self.model)
        return Call("POST", self.path, json=self.body(), raw=True, paid=True, timeout=PATIENCE, judge=judge)

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step.asking(self.call(), answers.speech),)


class _Heard(Submission):
    """What both requests share; ``name`` is what the user's file is called."""

    OURS: ClassVar[frozenset[str]] = frozenset({"name", "file"})

    model: Name
    file: Recording | None = Field(default=None, title="audio")
    prompt: Prompt | None = None
    response_format: Form | None = Field(default=None, title="format")
    temperature: float | None = Field(default=None, ge=0.0, le=1.0)
    name: str = Field(default="", repr=False)

    def call(self) -> Call:
        """The request, as a form; its answer may be JSON or words."""
        given = self.parameters()
        wire = {TIMES: f"{TIMES}[]"}
        parts = [Part(wire.get(name, name), str(value)) for name, value in given.items() if name not in self.OURS]
        parts += [Part("file", given["file"])] if "file" in given else []
        judge = mistakes.judge(self.model)
        return Call("POST", self.path, form=tuple(parts), raw=True, paid=True, timeout=PATIENCE, judge=judge)

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step.asking(self.call(), partial(answers.transcript, form=self.response_format or "json")),)


class Transcription(
    _Heard,
    provider=OPENAI,
    action="transcribe",
    path="/v1/audio/transcriptions",
    label=_("transcript"),
    kind="text",
    caption="name",
):
    """What is said in a recording."""

    language: Annotated[str, AfterValidator(_language)] | None = None
    timestamp_granularities: Times | None = Field(default=None, title="timestamps")

    @model_validator(mode="after")
    def _has_room_for_times(self) -> Self:
        if self.timestamp_granularities and self.response_format != "verbose_json":
            raise Invalid(_("`timestamps` goes with the format verbose_json only."))
        return self


class Translation(
    _Heard,
    provider=OPENAI,
    action="translate",
    path="/v1/audio/translations",
    label=_("English transcript"),
    kind="text",
    caption="name",
):
    """What is said in a recording, in English."""
