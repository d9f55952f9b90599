"""The relay's wire as values and pure functions: a call, reading JSON safely, finding the words in an error."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SUCCESS_CODES = frozenset({"success", "ok", "0", "1", "200", "true"})
MAX_DEPTH, MAX_PARTS, MAX_DIGITS = 40, 500_000, 300
"""Levels of JSON, its members and elements (each costs up to a hundred bytes of memory), and digits of a number."""
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer, unless the operator or its call says otherwise."""
KEY = "{key}"
"""The value of a header (or of the query) in whose place the relay's key is put."""
MIME, CONTENT = "mime", "content"
"""The members of a ``raw`` answer: its type without parameters, in small letters, and its bytes."""
ACCESS_TOKEN, USER_ID = "{access token}", "{user id}"
"""Values of headers in whose place the account's access token and its number at the relay are put."""
_NESTING = (dict, list)
_TAGS = re.compile(r"<[^>]{0,300}>")
_REQUEST_ID = re.compile(r"\s*[(（]request id: ?[^)）]*[)）]", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_LINK = re.compile(r"https?://[^\s/?#\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*")
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<head|<body|<\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: a text, or a file, of which ``value`` is the reference until its ``content`` is put in."""

    name: str
    value: str = ""
    content: bytes | None = field(default=None, repr=False)
    mime: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to the relay, with a JSON body, a form (``multipart/form-data``) or neither.

    ``path`` starts with a slash and is joined to the relay's base URL after the provider's route prefix. ``paid`` marks
    a request that may cost money: it is sent once and never repeated unless it was certainly not taken. ``one`` marks
    a question about a single task. ``query`` is put behind the path and never logged. ``timeout`` is in seconds. With
    ``coded`` an answer of status 200 is handed on even if its own code says that something is wrong, or if it is empty:
    the provider reads the codes itself. With ``raw`` an answer of status 2xx that is no JSON (a sound, subtitles) is
    handed on as its :data:`MIME` and :data:`CONTENT`. ``judge`` knows the provider's own errors: of the HTTP status,
    the answer's code and its words it makes the exception that they mean, or ``None``. ``most`` is how many bytes its
    answer may have where that is more than others.
    """

    method: str
    path: str
    json: Any = None
    form: tuple[Part, ...] = ()
    coded: bool = False
    raw: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    paid: bool = False
    one: bool = False
    timeout: float = 60.0
    most: int = 0
    judge: Callable[[int, str, str], Exception | None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored input put into a provider's storage, outside of the relay and without its key.

    ``content`` is the reference to the input; ``fields`` are the form fields that go before the file (none: it is sent
    bare). Doing it twice does no harm and costs nothing.
    """

    url: str
    content: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def loads(body: bytes | str) -> Any:
    """Parse JSON as strictly as its standard; raises ``ValueError``.

    ``NaN``, infinities and numbers that no float holds are refused; so is nesting deeper than :data:`MAX_DEPTH`, which
    no provider needs and which would exhaust the stack of whoever walks it, and more than :data:`MAX_PARTS` parts,
    which would fill the memory. Of members with the same name the last one counts. A byte order mark is tolerated; half
    of a surrogate pair (words that somebody cut by force) becomes U+FFFD, because no database takes it.
    """
    text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
    if len(text) > MAX_PARTS and sum(map(text.count, ",[{")) > MAX_PARTS:
        raise ValueError("too many parts")
    try:
        payload = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_countable)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _depth_exceeds(payload, MAX_DEPTH):
        raise ValueError("nested too deeply")
    return _whole(payload) if "\\ud" in text.lower() else payload


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits} is too large")
    return number


def _countable(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


def _whole(payload: Any) -> Any:
    """``payload`` with U+FFFD for every half of a surrogate pair."""
    return json.loads(
        json.dumps(payload, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _depth_exceeds(payload: Any, limit: int) -> bool:
    level = [payload] if isinstance(payload, _NESTING) else []
    for _depth in range(limit):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, _NESTING)
        ]
        if not level:
            return False
    return True


def is_markup(body: bytes) -> bool:
    """Whether ``body`` begins like an HTML or XML page."""
    return _MARKUP.match(body) is not None


def dig(payload: Any, *path: str | int) -> Any:
    """Follow ``path`` through objects and arrays; ``None`` as soon as a step is missing."""
    for step in path:
        if isinstance(payload, dict) and isinstance(step, str):
            payload = payload.get(step)
        elif isinstance(payload, list) and isinstance(step, int) and -len(payload) <= step < len(payload):
            payload = payload[step]
        else:
            return None
    return payload


def text_of(value: Any) -> str:
    """``value`` when it is a non-empty string, a number as its digits, else ``""``."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def first_text(payload: Any, *names: str) -> str:
    """The first of the named members that holds words."""
    if isinstance(payload, dict):
        for name in names:
            if found := text_of(payload.get(name)):
                return found
    return ""


def words_in(value: Any) -> str:
    """``value`` as it is when it is a string, else ``""``."""
    return value if isinstance(value, str) else ""


def count_of(value: Any) -> int | None:
    """``value`` when it is a whole number that can be counted to."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def number_of(value: Any) -> float | None:
    """``value`` when it is a finite number that money or a time may be, or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 2**53 else None


def link_of(value: Any) -> str:
    """``value`` when it is an http(s) URL with a host and without spaces or control characters, else ``""``."""
    found = value.strip() if isinstance(value, str) else ""
    return found if len(found) <= 4096 and _LINK.fullmatch(found) else ""


def explain(payload: Any) -> tuple[str, str]:
    """(code, message) of an error answer; both empty when ``payload`` is no error.

    Order of places: reference ``relay-luma-…md`` 1.5 and ``relay-suno-…md`` 2.6. A message that is itself JSON is
    opened once. A task's own object is never an error, whatever it says of the task.
    """
    code, message = _explain_once(payload)
    if message.startswith(("{", "[")):
        try:
            inner_code, inner = _explain_once(loads(message))
        except ValueError:
            return code, message
        return code or inner_code, inner or message
    return code, message


def _explain_once(payload: Any) -> tuple[str, str]:
    if not isinstance(payload, dict) or _is_task(payload):
        return "", ""
    error = payload.get("error")
    if isinstance(error, dict):
        return first_text(error, "code", "type"), first_text(error, "message", "detail", "code", "type") or "error"
    if error and isinstance(error, str) and "id" not in payload and "task_id" not in payload:
        return first_text(payload, "code"), error
    if payload.get("success") is False:
        return first_text(payload, "code"), first_text(payload, "message") or "error"
    code = payload.get("code")
    if code not in (None, "") and str(code).strip().lower() not in SUCCESS_CODES:
        return text_of(code), said(payload) or text_of(code) or "error"
    return _explain_detail(payload)


def _is_task(payload: dict[str, Any]) -> bool:
    return bool(first_text(payload, "id", "task_id")) and bool({"state", "status"} & payload.keys())


def said(payload: Any) -> str:
    """The words of an answer that is known to be an error, ``""`` when it has none."""
    detail = dig(payload, "detail")
    return (
        first_text(payload, "message", "msg", "description")
        or text_of(dig(detail, "reason"))
        or text_of(detail)
        or first_text(dig(detail, 0), "msg")
        or first_text(payload, "title")
        or text_of(dig(payload, "base_resp", "status_msg"))
    )


def _explain_detail(payload: dict[str, Any]) -> tuple[str, str]:
    if "detail" in payload and not {"id", "task_id", "data"} & payload.keys():
        return "", said(payload) or "error"
    if set(payload) <= {"message", "type", "param", "code", "request_id", "status"} and "message" in payload:
        return text_of(payload.get("code")), text_of(payload["message"]) if "type" in payload else ""
    return "", ""


def clean(words: str, limit: int = 300) -> str:
    """``words`` fit for a reader: no tags, no request id, no runs of space, at most ``limit`` characters."""
    if not words:
        return ""
    bare = _SPACES.sub(" ", _REQUEST_ID.sub("", _TAGS.sub(" ", words))).strip()
    return bare if len(bare) <= limit else bare[: limit - 1].rstrip() + "…"
