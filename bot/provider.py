"""The vocabulary that providers are written in.

A provider is a declaration (:class:`Provider`) plus one :class:`Submission` class for each thing it can be asked to
do. Both are pure: they say *what to send* and *what an answer means*; only ``bot.relay`` awaits.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import Invalid, Unreadable
from bot.lookup import Lookup
from bot.sniff import Kind
from bot.step import NextStep, Step
from bot.task import Report, Task
from bot.text import Text, _
from bot.wire import Call

INPUT = "input:"
"""Prefix of a field value that names a stored input (an uploaded picture) instead of a URL."""
_ADDRESS = re.compile(r"(?:input:|https?://|data:)[!-~]*")

Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Picture = Annotated[str, "input"]
"""A picture: a URL, or a reference to a stored input that is put in when the call is made."""
Sound = Annotated[str, "input", "sound"]
"""A recording, given like a picture."""
Recording = Annotated[str, "input", "recording"]
"""A sound, or a video for what is heard in it, given like a picture."""
Video = Annotated[str, "input", "video"]
"""A video, given like a picture."""
Archive = Annotated[str, "input", "archive"]
"""A ZIP file, given like a picture."""
Attached = Annotated[str, "input", "file"]
"""Any file of these kinds, given like a picture."""
Takes = Literal["picture", "sound", "recording", "video", "archive", "file"]
PictureForm = Literal["data", "base64", "url"]
"""How a relay takes pictures: as base64 data URI, as bare base64, or as a public URL."""


class Options(BaseModel):
    """An operator's settings of one provider; the environment names are ``<PROVIDER>_<FIELD>``."""

    model_config = ConfigDict(frozen=True)

    prefix: str = Field(default="", description="Path prefix of the relay's tier, such as `/pro`.")

    @classmethod
    def of(cls, settings: "Options") -> Self:
        """``settings`` as what they are; the defaults if they are another provider's."""
        return settings if isinstance(settings, cls) else cls()


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One system behind the relay.

    ``accepted`` reads the answer to a submission, ``reports`` the answer to a lookup (any number of tasks). Both may
    raise ``Unreadable`` and nothing else, whatever the JSON. ``interval`` is the pause between rounds of polling and
    ``patience`` how long an accepted task is polled at all, both in seconds; ``active`` is how many tasks may be in
    flight at once. ``lookups`` are further ones by name, for steps and reports that are not asked about by the usual.
    """

    name: str
    title: str
    emoji: str
    lookup: Lookup
    accepted: Callable[[Any], Report]
    reports: Callable[[Any], Iterable[Report]]
    options: type[Options] = Options
    interval: float = 10.0
    patience: float = 1800.0
    active: int = 50
    lookups: Mapping[str, Lookup] = field(default_factory=dict, hash=False)
    own: bool = False
    """It is the bot itself, which does without the relay."""
    cancel: Callable[[str], Call] | None = None
    """The call that stops a request by its id, where the provider has one."""
    probe: Call | None = None
    """A free call that only a relay offering this provider answers with JSON (``check``)."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask of the picture in the field ``of``. Users paint white what is to be changed; ``black_edits`` providers
    want it the other way round, ``clear_edits`` ones want it transparent."""

    of: str
    black_edits: bool = False
    clear_edits: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a file that a user gave: its type by its bytes, and how many bytes it has.

    ``seconds`` of a recording or video, ``pixels`` (width, height) of a picture, as far as they can be told.
    """

    kind: Kind
    size: int
    seconds: float | None = None
    pixels: tuple[int, int] | None = None


def _no_report(payload: Any) -> Report:
    raise Unreadable("no report", payload)


class Submission(BaseModel):
    """What a user asked one provider to do: the body of one HTTP call, checked against the provider's limits.

    A subclass names its ``provider``, ``action`` and ``path`` in its class line (one without a provider is only a base
    of others). The fields that are not ``None`` are
    the JSON body, except those named in the path. ``caption_field`` names the field that shows what was asked for,
    ``prompt_field`` the one that a chat model may write out (``""``: none; usually the caption, if it is a prompt).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    provider: ClassVar[Provider]
    action: ClassVar[str]
    path: ClassVar[str]
    label: ClassVar[Text]
    kind: ClassVar[str]
    caption_field: ClassVar[str]
    prompt_field: ClassVar[str]
    lookup: ClassVar[Lookup]
    next_steps: ClassVar[tuple[NextStep, ...]]
    masks: ClassVar[Mapping[str, Mask]] = {}
    """The fields that are masks: what a user gives for them is brought into the provider's own form."""
    on_input: ClassVar[NextStep | None] = None
    """What answers a question of the relay (phase ``input``)."""
    managers_only: ClassVar[bool] = False
    """Only those who may manage the server may ask for it."""

    def __init_subclass__(
        cls,
        *,
        provider: Provider | None = None,
        action: str = "",
        path: str = "",
        label: Text | None = None,
        kind: str = "file",
        caption: str = "prompt",
        prompt: str | None = None,
        lookup: Lookup = None,
        next_steps: tuple[NextStep, ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if provider is None:
            return
        cls.provider, cls.action, cls.path, cls.kind = provider, action, path, kind
        cls.label = label or _("request")
        cls.caption_field, cls.next_steps = caption, next_steps
        cls.prompt_field = prompt if prompt is not None else caption if "prompt" in caption else ""
        cls.lookup = lookup or provider.lookup
        CATALOGUE[provider.name, action] = cls

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Build from a user's options; ``None`` means "not given". Raises :class:`Invalid` with a readable sentence."""
        try:
            return cls(**{name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            raise Invalid(readable(error, cls.option_name)) from None

    @classmethod
    def restored(cls, stored: str) -> Self:
        """Rebuild from a task's JSON. Raises :class:`Invalid` when the limits have become stricter since."""
        try:
            return cls.model_validate_json(stored)
        except ValidationError as error:
            raise Invalid(readable(error, cls.option_name)) from None

    def route(self, options: Options, /) -> str:
        """The path prefix a task is submitted and queried under (reference ``relay-luma-…md`` 1.1)."""
        return options.prefix

    @classmethod
    def picture_form(cls, _options: Options, /) -> PictureForm:
        """How pictures are put into the call."""
        return "data"

    @classmethod
    def input_form(cls, _field: str, options: Options, /) -> PictureForm:
        """How the file in one field is put into the call; the same way for all of them if nothing else is said."""
        return cls.picture_form(options)

    @classmethod
    def steps_after(cls, _task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """What can be done with the finished task; the number is that of the result it is about, from 0."""
        return [(step, None) for step in cls.next_steps]

    @classmethod
    def check_input(cls, _field: str, _given: Given, _options: Options, /) -> dict[str, Any]:
        """Refuse a user's file with :class:`Invalid`; returns further fields that are known by it."""
        return {}

    @classmethod
    def check_together(cls, _given: Mapping[str, Given], /) -> None:
        """Refuse a user's files with :class:`Invalid` when they do not go together (a mask of another size)."""

    def frame(self, _field: str, _given: Given, /) -> tuple[int, int] | None:
        """Width and height that a user's picture is cut and scaled to before it is sent; ``None``: it goes as it is."""
        return None

    @classmethod
    def takes(cls, name: str) -> Takes:
        """What kind of file the input field takes."""
        known = cls.model_fields.get(name)
        found = list(_marks(known.annotation, known.metadata)) if known is not None else []
        marks: tuple[Takes, ...] = ("sound", "recording", "video", "archive", "file")
        return next((mark for mark in marks if mark in found), "picture")

    @classmethod
    def origin(cls, _task: Task, /) -> tuple[str, str] | None:
        """What of which card the task was made from: a name (``V2``) and the card's address."""
        return None

    @classmethod
    def option_name(cls, field: str) -> str:
        """What users call a wire field: the ``title`` it was declared with, else its own name."""
        known = cls.model_fields.get(field)
        return (known.title if known else None) or field

    @classmethod
    def is_shown(cls, field: str) -> bool:
        """Whether a wire field belongs on the card; one declared with ``repr=False`` is only for the relay."""
        known = cls.model_fields.get(field)
        return known is None or known.repr

    @property
    def caption(self) -> str:
        """What was asked for, in the user's words."""
        return str(getattr(self, self.caption_field, "") or "")

    @classmethod
    def longest(cls, field: str) -> int | None:
        """How many characters a field may have, if it says so."""
        known = cls.model_fields[field]
        limits = [getattr(mark, "max_length", None) for mark in _marks(known.annotation, known.metadata)]
        return min((limit for limit in limits if limit is not None), default=None)

    def told(self) -> list[str]:
        """Everything in words that the user has given."""
        prompts = {self.caption_field, self.prompt_field} - set(self._file_fields())
        return [
            value
            for name, given in self.parameters().items()
            for value in strings(given)
            if any(map(str.isalpha, value)) and (name in prompts or not _ADDRESS.fullmatch(value))
        ]

    def parameters(self) -> dict[str, Any]:
        """Every parameter that was set, by its name on the wire."""
        return self.model_dump(mode="json", exclude_none=True)

    def body(self) -> dict[str, Any]:
        """The JSON body: the parameters that are not in the path."""
        return {name: value for name, value in self.parameters().items() if "{" + name + "}" not in self.path}

    def call(self) -> Call:
        """The paid HTTP call; stored inputs still stand as references in its body."""
        path = self.path
        for name, value in self.parameters().items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        return Call("POST", path, json=self.body(), paid=True, timeout=60.0)

    def steps(self) -> tuple[Step, ...]:
        """The calls to its result, in order; most have one."""
        return (Step.asking(self.call(), self.provider.accepted),)

    @classmethod
    def own_answer(cls, _task: Task, _settings: Mapping[str, Any], /) -> Mapping[str, Any] | None:
        """The answer to a question of the relay that needs no asking, by what the user has set; ``None``: ask."""
        return None

    def inputs(self) -> list[str]:
        """The ids of the stored inputs that its fields refer to."""
        return [stored for _field, stored in self.inputs_by_field()]

    def inputs_by_field(self) -> list[tuple[str, str]]:
        """Each field that is a file, and the id of the stored input that it refers to."""
        given = self.parameters()
        return [
            (name, value.removeprefix(INPUT))
            for name in self._file_fields()
            for value in strings(given.get(name))
            if value.startswith(INPUT)
        ]

    @classmethod
    def _file_fields(cls) -> list[str]:
        """The fields that are marked as files: words of a user are never a reference."""
        return [name for name, field in cls.model_fields.items() if "input" in _marks(field.annotation, field.metadata)]


class Forgotten(Submission):
    """Stands for a stored submission of a kind that this version of the program does not have (any more).

    It can be shown, but not sent or asked about.
    """

    provider = Provider(name="", title="?", emoji="❔", lookup=None, accepted=_no_report, reports=lambda _payload: ())
    action, path, kind, label = "", "", "file", _("a kind of task that this version no longer knows")
    caption_field, prompt_field, next_steps, lookup = "prompt", "", (), None

    def call(self) -> Call:
        """There is nothing that could be sent."""
        raise Invalid(_("This version of the bot no longer knows this kind of task."))


CATALOGUE: dict[tuple[str, str], type[Submission]] = {}
"""Every submission class by (provider, action); filled as provider modules are imported."""


TALKING: dict[str, Provider] = {}
"""Every provider that conversations are held with (``bot.talk``), by name; filled in the same way."""


def kind_of(provider: str, action: str) -> type[Submission]:
    """The submission class of a stored task; :class:`Forgotten` when this version does not have it."""
    return CATALOGUE.get((provider, action), Forgotten)


def providers() -> dict[str, Provider]:
    """What the modules of ``bot.providers`` declare, by name."""
    _import_all()
    return {kind.provider.name: kind.provider for kind in CATALOGUE.values() if not kind.provider.own} | TALKING


@cache
def _import_all() -> None:
    package = importlib.import_module("bot.providers")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bot.providers.{module.name}")


def own_providers() -> dict[str, Provider]:
    """What stands for the bot itself, by name: always offered, without settings."""
    return {kind.provider.name: kind.provider for kind in CATALOGUE.values() if kind.provider.own}


def _marks(annotation: Any, metadata: Iterable[Any]) -> Iterable[Any]:
    """What a field is marked with, or what it may hold or is a list of."""
    yield from metadata
    for inner in get_args(annotation):
        yield from _marks(inner, getattr(inner, "__metadata__", ()))


def strings(value: Any) -> Iterable[str]:
    """Every string inside ``value``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for child in value.values() if isinstance(value, Mapping) else value:
            yield from strings(child)


def substituted(value: Any, known: Mapping[str, str]) -> Any:
    """``value`` with every string that is a key of ``known`` replaced."""
    if isinstance(value, str):
        return known.get(value, value)
    if isinstance(value, Mapping):
        return {name: substituted(child, known) for name, child in value.items()}
    return [substituted(child, known) for child in value] if isinstance(value, list) else value


def readable(error: ValidationError, name_of: Callable[[str], str] = str) -> Text:
    """The first problem of a validation as a sentence; ``name_of`` gives a wire field's name in the command."""
    first = error.errors()[0]
    raised = first.get("ctx", {}).get("error")
    if isinstance(raised, Invalid):
        return raised.text
    name = ".".join(name_of(str(step)) for step in first["loc"]) or "?"
    match first["type"], first.get("ctx", {}):
        case ("string_too_short", _ctx) if not str(first["input"]).strip():
            return _("“{field}” is empty.", field=name)
        case ("string_too_long", ctx):
            return _(
                "“{field}” is too long: {given} characters, at most {limit}.",
                field=name,
                given=len(str(first["input"]).strip()),
                limit=ctx["max_length"],
            )
        case (("literal_error" | "enum"), ctx):
            return _("“{field}” must be one of: {allowed}.", field=name, allowed=str(ctx["expected"]).replace("'", ""))
    return _("“{field}” cannot be used: {why}.", field=name, why=first["msg"])
