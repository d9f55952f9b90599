"""Work on a picture that needs no words: larger, or told in words (reference ``relay-midjourney-…md`` 4.3, 4.5)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from bot.provider import Given, Options, Picture, Submission
from bot.providers.ideogram import answers
from bot.providers.ideogram.declared import IDEOGRAM, paid
from bot.providers.ideogram.drawing import MOST, MOST_SEED, nested
from bot.providers.ideogram.limits import check_picture
from bot.providers.ideogram.tables import Magic
from bot.step import NextStep, Step
from bot.task import Task
from bot.text import Text, _
from bot.wire import Call, Part, text_of

DRAW = "ideogram-draw"
"""The button that makes a picture of a description."""
ONE = _("Make a picture of it")
ONE_OF = _("Make a picture of {number}")
PER_ROW = 5


class Worked(Submission):
    """What requests share that are about one picture; ``name`` is what its file is called."""

    image: Picture | None = None
    name: str = Field(default="", repr=False)

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """Ideogram's limits."""
        check_picture(given)
        return {}


class Upscale(
    Worked,
    provider=IDEOGRAM,
    action="upscale",
    path="/ideogram/upscale",
    label=_("larger picture"),
    kind="image",
    caption="name",
    prompt="prompt",
):
    """A larger picture; ``resemblance`` and ``detail`` go from 1 to 100."""

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    resemblance: int | None = Field(default=None, ge=1, le=100)
    detail: int | None = Field(default=None, ge=1, le=100)
    magic_prompt: Magic | None = None
    n: int | None = Field(default=None, ge=1, le=MOST)
    seed: int | None = Field(default=None, ge=0, le=MOST_SEED)

    @property
    def caption(self) -> str:
        """The words, or what the file is called."""
        return self.prompt or self.name

    def call(self) -> Call:
        """The picture, and the rest as one part."""
        found = {
            "prompt": self.prompt,
            "resemblance": self.resemblance,
            "detail": self.detail,
            "magic_prompt_option": self.magic_prompt,
            "num_images": self.n,
            "seed": self.seed,
        }
        chosen = {name: value for name, value in found.items() if value is not None}
        return paid(self.path, form=(Part("image_file", self.image or ""), nested(chosen)))

    def steps(self) -> tuple[Step, ...]:
        """One request, answered with the pictures."""
        return (Step.asking(self.call(), lambda payload: answers.pictures(payload, self.prompt or "")),)


class Describe(
    Worked,
    provider=IDEOGRAM,
    action="describe",
    path="/ideogram/describe",
    label=_("description"),
    kind="text",
    caption="name",
):
    """A picture in words, each of which can become a picture again."""

    version: Literal["V_2", "V_3"] | None = None

    def call(self) -> Call:
        """The picture, and which model is to look at it."""
        version = (Part("describe_model_version", self.version),) if self.version else ()
        return paid(self.path, form=(Part("image_file", self.image or ""), *version))

    def steps(self) -> tuple[Step, ...]:
        """One request, answered with the words."""
        return (Step.asking(self.call(), answers.descriptions),)

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """A button for each description."""
        found = descriptions_of(task)
        return [
            (NextStep(DRAW, _label(number, len(found)), "🖼️", argument=str(number), row=number // PER_ROW), None)
            for number in range(len(found))
        ]


def _label(number: int, count: int) -> Text:
    return ONE if count == 1 else Text(ONE_OF.source, {"number": number + 1})


def descriptions_of(task: Task) -> list[str]:
    """What the picture of a finished task was described as."""
    stored = task.data.get("descriptions")
    return [words for one in stored if (words := text_of(one))] if isinstance(stored, list) else []
