"""Pictures in OpenAI's image form, which answers at once (reference ``relay-midjourney-…md`` 2.6)."""

from typing import ClassVar, Literal

from pydantic import Field

from bot.provider import Picture, Prompt, Submission
from bot.providers.flux import answers
from bot.providers.flux.declared import FLUX
from bot.providers.flux.requests import AFTER, INPUTS, TIMEOUT, Ratio
from bot.step import Step
from bot.text import _
from bot.wire import Call, Part

USUAL_SIDE = 1024
OPENAI_PICTURES = 4
FIELDS = frozenset({"prompt", "aspect_ratio", "width", "height", *INPUTS})
"""What can be chosen in this form."""


class _Openai(Submission):
    """What both requests share."""

    model: str = Field(min_length=1, max_length=100)
    prompt: Prompt
    size: str | None = Field(default=None, pattern=r"^\d{2,5}x\d{2,5}$")
    aspect_ratio: Ratio | None = None

    def steps(self) -> tuple[Step, ...]:
        """One request, with its pictures in the answer."""
        return (Step.asking(self.call(), answers.images, feature=f"{self.action}/{self.model}"),)


class OpenaiImage(
    _Openai,
    provider=FLUX,
    action="openai",
    path="/v1/images/generations",
    label=_("picture"),
    kind="image",
    next_steps=AFTER,
):
    """A picture from words."""

    def call(self) -> Call:
        """The request, as JSON."""
        return Call("POST", self.path, json=self.body(), paid=True, timeout=TIMEOUT)


class OpenaiEdit(
    _Openai,
    provider=FLUX,
    action="openai-edit",
    path="/v1/images/edits",
    label=_("edited picture"),
    kind="image",
    next_steps=AFTER,
):
    """Up to four pictures changed as the words say; ``part`` is what they are called in the form."""

    OURS: ClassVar[frozenset[str]] = frozenset({*INPUTS, "part"})

    input_image: Picture | None = Field(default=None, title="image")
    input_image_2: Picture | None = Field(default=None, title="image2")
    input_image_3: Picture | None = Field(default=None, title="image3")
    input_image_4: Picture | None = Field(default=None, title="image4")
    part: Literal["image", "image[]"] = Field(default="image", repr=False)

    def call(self) -> Call:
        """The request, as a form with its files."""
        given = self.parameters()
        parts = [Part(name, str(value)) for name, value in given.items() if name not in self.OURS]
        parts += [Part(self.part, given[name]) for name in INPUTS if name in given]
        return Call("POST", self.path, form=tuple(parts), paid=True, timeout=TIMEOUT)
