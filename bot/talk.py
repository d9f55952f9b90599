"""Conversations with a model: what was said, how a model is asked to go on, and what its stream of events means.

A provider that talks declares a :class:`Talker`. It is as pure as the rest of a provider: it makes a conversation into
a call and decodes events into pieces of an answer; only ``bot.relay`` awaits.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.errors import (
    KEY_REFUSED,
    NO_QUOTA,
    OVERLOADED,
    CallFailed,
    Refused,
    Throttled,
    Unavailable,
    trouble_with_account,
)
from bot.provider import TALKING, Options, Provider
from bot.sse import ServerEvent
from bot.task import Place
from bot.text import Text, _
from bot.wire import Call, clean, explain


class Role(StrEnum):
    """Who said something; the values are the wire's."""

    USER = "user"
    MODEL = "assistant"


@dataclass(frozen=True, slots=True)
class File:
    """What a user gave along with a question: a picture, a document, or a text."""

    mime: str
    name: str
    content: bytes = field(repr=False)

    @property
    def is_picture(self) -> bool:
        """Whether a model looks at it."""
        return self.mime.startswith("image/")

    @property
    def is_text(self) -> bool:
        """Whether it is handed over as words."""
        return self.mime.startswith("text/")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn."""

    role: Role
    text: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a conversation is held. ``effort`` is how hard the model thinks, ``thinking`` its budget in tokens, ``most``
    how many tokens an answer may have; ``None`` leaves it to the model."""

    model: str
    system: str = ""
    effort: str | None = None
    thinking: int | None = None
    most: int | None = None


class Stop(StrEnum):
    """Why a model stopped."""

    END = "end"
    LENGTH = "length"
    FILTER = "filter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event adds to an answer. Counts of tokens replace earlier ones; ``over`` marks the end of the stream."""

    text: str = ""
    thought: str = ""
    stop: Stop | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    over: bool = False

    @property
    def lives(self) -> bool:
        """Whether it says anything: a ping does not."""
        return self != Piece()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talker:
    """How a provider talks.

    ``call`` makes the paid call for what was said so far. ``event`` reads one event of the stream, ``whole`` an answer
    that came in one piece; both raise a ``CallFailed`` when it says that something went wrong.
    """

    provider: Provider
    call: Callable[[Sequence[Said], Manner, Options], Call]
    event: Callable[[ServerEvent], Piece]
    whole: Callable[[Any], Piece]
    documents: bool = False
    """Whether PDF files can be given."""

    def __post_init__(self) -> None:
        TALKERS[self.provider.name] = self
        TALKING[self.provider.name] = self.provider


TALKERS: dict[str, Talker] = {}
"""Every provider that talks, by name; filled as provider modules are imported."""


def words_of(said: Said) -> str:
    """What was said, with the text files in it."""
    files = [f"{file.name}:\n\n{file.content.decode('utf-8', 'replace')}" for file in said.files if file.is_text]
    return "\n\n".join(part for part in (*files, said.text) if part)


_KEY_CODES = {"invalid_api_key", "authentication_error", "permission_error", "token_invalid"}
_BUSY_CODES = {"overloaded_error", "rate_limit_error", "rate_limit_exceeded", "server_overloaded"}


NO_MODEL = _("The relay has no model “{model}”, or nobody who offers it. Choose another with `model`.")
TOO_MUCH = _("What was sent is too large for the provider. Use smaller files, or begin a new conversation.")
TOO_LONG = _(
    "The conversation is longer than this model can take. "
    "Begin a new one, or go on with another `model` in `conversations reply`."
)
_TOO_LONG = re.compile(r"context_length_exceeded|maximum context length|prompt is too long|input is too long", re.I)
_NO_MODEL_CODES = {"model_not_found", "not_found_error"}
_NO_CHANNEL = ("无可用渠道", "no available channel")


class TooLong(Refused):
    """What was said is longer than the model can take; nothing was charged."""


def no_model(model: str, status: int, code: str, words: str) -> Refused | None:
    """The refusal, if an error says that nobody offers the model: waiting does not bring one into being (2.6)."""
    missing = status == 503 and any(sign in words.lower() for sign in _NO_CHANNEL)
    if model and (missing or code in _NO_MODEL_CODES):
        return Refused(Text(NO_MODEL.source, {"model": model}), words, code, status)
    return None


def judge(model: str) -> Callable[[int, str, str], Exception | None]:
    """What an error of a question to ``model`` means (reference ``relay-suno-…md`` 2.6, 5.2 and 6)."""

    def verdict(status: int, code: str, words: str) -> Exception | None:
        if (missing := no_model(model, status, code, words)) is not None:
            return missing
        if status == 413 or code == "request_too_large":
            return Refused(TOO_MUCH, words, code, status)
        return _known(code, words)

    return verdict


def _known(code: str, detail: str) -> CallFailed | None:
    """What the codes mean that say the same before and in the middle of a stream."""
    if _TOO_LONG.search(f"{code} {detail}"):
        return TooLong(TOO_LONG, detail, code)
    if code in _KEY_CODES:
        return Refused(KEY_REFUSED, detail, code)
    trouble = NO_QUOTA if "quota" in code else trouble_with_account(code, detail)
    if trouble is not None:
        return Refused(trouble, detail, code)
    if code in _BUSY_CODES:
        return Throttled(OVERLOADED, detail)
    return None


def failure(payload: Any) -> CallFailed:
    """What an error in the middle of a stream means (reference ``relay-suno-…md`` 2 and 6)."""
    code, message = explain(payload)
    detail = f"{code} {message}"[:500]
    if (known := _known(code, detail)) is not None:
        return known
    if code in {"api_error", "server_error", "upstream_error"}:
        return Unavailable(_("The provider had an internal error."), detail, taken=True)
    return Refused(_("The relay refused: {message}", message=clean(message) or code), detail, code)


class State(StrEnum):
    """Where an exchange stands."""

    ASKING = "asking"
    """The question may be on the wire: money may be spent."""
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    CUT = "cut"
    """The stream broke off; what came is kept."""
    FAILED = "failed"


LIVE = frozenset({State.ASKING, State.STREAMING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What several exchanges belong to. ``open`` says that anybody may go on with it; in the thread ``thread_id``, if
    there is one, messages do."""

    id: str
    provider: str
    user_id: int
    title: str
    manner: Manner
    created_at: float
    updated_at: float
    open: bool = False
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a question, stored as the input ``id``."""

    id: str
    mime: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and its answer: the stored row. The ``number`` in its conversation counts from 0; one that was asked
    again has the same number, and the newest counts. ``messages`` are those that hold the answer beyond the first,
    which is at ``place``. ``shown`` says that the end has reached them. ``asked_in`` is the message that asked, where
    it was no command."""

    id: str
    conversation_id: str
    number: int
    user_id: int
    locale: str
    place: Place
    question: str
    created_at: float
    files: tuple[Attached, ...] = ()
    state: State = State.ASKING
    version: int = 0
    answer: str = ""
    model: str = ""
    stop: Stop | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    reason: Text | None = None
    messages: tuple[int, ...] = ()
    asked_in: int | None = None
    goes_on: bool = False
    """It asks for the rest of the answer before it."""
    opening: str = ""
    """What opens the code again in which the answer before it broke off."""
    shown: bool = False
    first_at: float | None = None
    ended_at: float | None = None

    @property
    def unfinished(self) -> bool:
        """Whether the model would have had more to say."""
        broken = self.stop is Stop.LENGTH or self.state in {State.CUT, State.STOPPED}
        return broken and bool(visible(self.answer).strip())


FENCE = "```"
"""What code begins and ends with."""
_LONGEST_NAME = 40
"""Characters of a language that is named again when its code goes on in the next message."""
_THINKS = "<think>"
_THOUGHT = re.compile(rf"\s*{_THINKS}.*?(?:</think>\s*|\Z)", re.DOTALL)


def visible(answer: str) -> str:
    """An answer without what some models think aloud at its beginning (reference ``relay-suno-…md`` 5.1)."""
    found = _THOUGHT.match(answer)
    return answer[found.end() :] if found else answer


def begun(answer: str) -> bool:
    """Whether there are words to be seen, and not only what may become a thought."""
    words = visible(answer).strip()
    return bool(words) and not _THINKS.startswith(words)


def reopening(words: str) -> str:
    """What opens the code again that is still open after ``words``; ``""`` when none is."""
    if words.count(FENCE) % 2 == 0:
        return ""
    name, newline, _code = words.rpartition(FENCE)[2].partition("\n")
    named = newline and len(name) <= _LONGEST_NAME and not any(letter.isspace() for letter in name)
    return f"{FENCE}{name if named else ''}\n"


def going_on(answer: str, opening: str) -> str:
    """What stands before an answer that goes on where another broke off: ``opening``, the code that was still open.

    A model that opens the code itself names its language; a bare fence is the end of the code.
    """
    _code, fence, name = answer.partition(FENCE)
    return "" if fence and name[:1].strip() else opening
