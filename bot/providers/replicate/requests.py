"""What Replicate is asked for: any model with its inputs, a picture or a video (reference ``relay-luma-…md`` 6.1)."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import AfterValidator, Field, model_validator

from bot.errors import Invalid
from bot.provider import Attached, Options, Picture, PictureForm, Prompt, Submission
from bot.providers.replicate.answers import judge_for
from bot.providers.replicate.declared import PREDICTIONS, REPLICATE, Form, ReplicateOptions
from bot.providers.replicate.models import UNKNOWN, Model, Preset, has_version, preset_of
from bot.providers.replicate.words import add
from bot.step import Step
from bot.text import _
from bot.wire import Call

TIMEOUT = 60.0
FILES = ("file1", "file2", "file3", "file4")
_RATIO = re.compile(r"\d{1,3}:\d{1,3}")
_REFERENCE = re.compile(r"@(\d{1,2})")


def _ratio(words: str) -> str:
    bare = words.strip().replace(" ", "")
    if not (_RATIO.fullmatch(bare) or bare == "match_input_image"):
        raise Invalid(_("`aspect_ratio` must be written like 16:9, or be `match_input_image`."))
    return bare


Ratio = Annotated[str, AfterValidator(_ratio)]


def reference_of(value: Any) -> int | None:
    """The number of the file that an input refers to as ``@1``."""
    found = _REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(found[1]) if found else None


class Prediction(Submission):
    """What all requests share. ``form`` is tried first, the other one when the relay does not know it."""

    model: Model
    form: Form = Field(default="predictions", repr=False)
    wait: int = Field(default=0, ge=0, le=60, repr=False)

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        """As data URI, or by link where the operator wants that (6.1)."""
        return ReplicateOptions.of(options).files

    def wire_input(self) -> dict[str, Any]:
        """The model's inputs by their names on the wire."""
        raise NotImplementedError

    def body(self) -> dict[str, Any]:
        """The body of the form that is tried first."""
        return self._body(self._forms()[0])

    def call(self) -> Call:
        """The request in the form that is tried first."""
        forms = self._forms()
        return self._call(forms[0], last=len(forms) == 1)

    def steps(self) -> tuple[Step, ...]:
        """One request; a version of a model can be asked for in one form only (6.1)."""
        feature = f"{self.action}/{self.model}"
        forms = self._forms()
        calls = [self._call(form, last=form == forms[-1]) for form in forms]
        first, *others = [Step.asking(call, REPLICATE.accepted, feature=feature) for call in calls]
        return (Step(call=first.call, accepted=first.accepted, feature=feature, otherwise=tuple(others)),)

    def _forms(self) -> list[Form]:
        if has_version(self.model):
            return ["predictions"]
        both: list[Form] = ["predictions", "models"]
        return both if self.form == "predictions" else both[::-1]

    def _body(self, form: Form) -> dict[str, Any]:
        if form == "models":
            return {"input": self.wire_input()}
        return {"version" if has_version(self.model) else "model": self.model, "input": self.wire_input()}

    def _call(self, form: Form, *, last: bool) -> Call:
        path = PREDICTIONS if form == "predictions" else f"/replicate/v1/models/{quote(self.model)}/predictions"
        return Call(
            "POST",
            path,
            json=self._body(form),
            headers={"Prefer": f"wait={self.wait}"} if self.wait else {},
            paid=True,
            timeout=TIMEOUT + self.wait,
            judge=judge_for(self.model, last=last),
        )


class Run(
    Prediction,
    provider=REPLICATE,
    action="run",
    path=PREDICTIONS,
    label=_("result"),
    kind="file",
    caption="input",
):
    """Any model; an input ``@1`` stands for the first file, also inside of lists and objects (6.1)."""

    input: dict[str, Any] = Field(default_factory=dict, title="inputs")
    file1: Attached | None = None
    file2: Attached | None = None
    file3: Attached | None = None
    file4: Attached | None = None

    @property
    def caption(self) -> str:
        """The prompt, else the first words among the inputs, else the model."""
        texts = [value.strip() for value in self.input.values() if isinstance(value, str) and _is_words(value)]
        prompt = self.input.get("prompt")
        return prompt.strip() if isinstance(prompt, str) and prompt.strip() else next(iter(texts), self.model)

    def wire_input(self) -> dict[str, Any]:
        """The inputs with the files in their places."""
        return {name: self._placed(value) for name, value in self.input.items()}

    def _placed(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._placed(child) for name, child in value.items()}
        if isinstance(value, list):
            return [self._placed(child) for child in value]
        number = reference_of(value)
        return value if number is None else getattr(self, f"file{number}", None) or value


def _is_words(value: str) -> bool:
    return bool(value.strip()) and reference_of(value) is None and not value.startswith(("http", "data:"))


class Typed(Prediction):
    """What pictures and videos by known models share; ``more`` are further inputs by their names on the wire."""

    prompt: Prompt
    image: Picture | None = None
    more: dict[str, Any] = Field(default_factory=dict, title="inputs")

    @property
    def preset(self) -> Preset:
        """What the model takes."""
        return preset_of(self.model) or UNKNOWN

    def named(self) -> dict[str, Any]:
        """The inputs that have an option of their own, by their names on the wire."""
        return {"prompt": self.prompt, **({self.preset.picture: self.image} if self.image else {})}

    def wire_input(self) -> dict[str, Any]:
        """All inputs."""
        return {**self.named(), **self.more}

    @model_validator(mode="after")
    def _given_once(self) -> Self:
        found = dict(self.named())
        for name, value in self.more.items():
            add(found, name, value)
        return self


class Image(
    Typed,
    provider=REPLICATE,
    action="image",
    path=PREDICTIONS,
    label=_("picture"),
    kind="image",
):
    """A picture from words, or from words and a picture."""

    aspect_ratio: Ratio | None = None
    seed: int | None = None
    count: int | None = Field(default=None, title="n", ge=1, le=4)

    def named(self) -> dict[str, Any]:
        """With ratio, seed and number of pictures."""
        chosen = {"aspect_ratio": self.aspect_ratio, "seed": self.seed, self.preset.count: self.count}
        return {**super().named(), **{name: value for name, value in chosen.items() if value is not None}}


class Video(
    Typed,
    provider=REPLICATE,
    action="video",
    path=PREDICTIONS,
    label=_("video"),
    kind="video",
):
    """A video from words, which may begin with a picture."""
