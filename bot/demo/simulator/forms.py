"""What the picture providers share: multipart bodies, rules for fields, and answers that are held.

Wire facts: reference "relay-midjourney-…" sections 0.3, 0.4 and 6.
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.multipart import parse_content_disposition

from .faults import invalid_url, key_of, request_id
from .pictures import is_url
from .recraft_stills import measure

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

Handler = Callable[[web.Request], Awaitable[web.Response]]
Check = Callable[[Any], str]
"""What is wrong with a value, or nothing."""

BOUNDARY = re.compile(r'boundary="?([^";,]+)')
SLOW_RUN = 60.0  # `sim:slow` takes six times that: longer than any client waits (0.2)
HOLD_CHECK = 0.02
UNSAFE_REASON = "The picture was withheld by content moderation"


# ------------------------------------------------------------------------------------------------ what arrives


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body; `filename` is None when it is a plain field."""

    name: str
    data: bytes
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart body with its parts in order."""

    parts: tuple[Part, ...]

    def texts(self, name: str) -> list[str]:
        """The values of every plain field of that name."""
        return [part.data.decode(errors="replace") for part in self.parts if (part.name, part.filename) == (name, None)]

    def text(self, name: str) -> str | None:
        """The first of them."""
        return next(iter(self.texts(name)), None)

    def files(self, *names: str) -> list[Part]:
        """Every file under one of the names."""
        return [part for part in self.parts if part.name in names and part.filename is not None]

    @property
    def fields(self) -> dict[str, str]:
        """The plain fields, the last of each name."""
        return {part.name: part.data.decode(errors="replace") for part in self.parts if part.filename is None}

    @property
    def filenames(self) -> str:
        """The names of the files: where there is no prompt, a `sim:` word may stand in one of them."""
        return " ".join(part.filename or "" for part in self.parts)


async def read_form(request: web.Request) -> Form | None:
    """The parts of a multipart body, with names exactly as they were sent; None for any other body."""
    boundary = BOUNDARY.search(request.headers.get("Content-Type", ""))
    if boundary is None or request.content_type != "multipart/form-data":
        return None
    pieces = (b"\r\n" + await request.read()).split(b"\r\n--" + boundary[1].encode())
    return Form(tuple(_part(piece) for piece in pieces[1:] if not piece.startswith(b"--")))


def _part(piece: bytes) -> Part:
    head, _, data = piece.partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode(errors="replace").splitlines())
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    _, said = parse_content_disposition(headers.get("content-disposition"))
    return Part(said.get("name", ""), data, said.get("filename"))


# ------------------------------------------------------------------------------------------------ what it must say


def whole(low: int, high: int = 2**64, step: int = 1) -> Check:
    """An integer between the two, both included."""

    def check(value: Any) -> str:
        fits = type(value) is int and low <= value <= high and value % step == 0
        steps = f", a multiple of {step}" if step > 1 else ""
        return "" if fits else f"should be an integer from {low} to {high}{steps}"

    return check


def whole_or_zero(low: int) -> Check:
    """An integer from `low`, or zero for an automatic value."""
    return lambda value: "" if value == 0 else whole(low)(value)


def number(low: float, high: float) -> Check:
    """A number between the two, both included."""

    def check(value: Any) -> str:
        fits = type(value) in (int, float) and low <= value <= high
        return "" if fits else f"should be a number from {low} to {high}"

    return check


def one_of(*values: Any) -> Check:
    """One of the values, of just that type."""
    known = {(type(value), value) for value in values}

    def check(value: Any) -> str:
        fits = isinstance(value, (str, int)) and (type(value), value) in known
        return "" if fits else f"should be one of {', '.join(map(str, values))}"

    return check


def text(value: Any) -> str:
    """A string."""
    return "" if isinstance(value, str) else "should be a string"


def unwanted(_: Any) -> str:
    """Nothing at all."""
    return "is not permitted"


def flag(value: Any) -> str:
    """True or false."""
    return "" if isinstance(value, bool) else "should be true or false"


def ratio(value: Any) -> str:
    """A ratio from 21:9 to 9:21 (2.2)."""
    parts = re.fullmatch(r"(\d{1,3}):(\d{1,3})", value) if isinstance(value, str) else None
    fits = parts and int(parts[2]) and 9 / 21 <= int(parts[1]) / int(parts[2]) <= 21 / 9
    return "" if fits else "should be a ratio from 21:9 to 9:21"


def decoded(value: Any) -> bytes:
    """What raw base64 says; nothing for anything else, also for a data URI (2.2)."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return b""


def picture(value: Any) -> str:
    """A picture as raw base64."""
    return "" if measure(decoded(value)) else "should be a base64 encoded image"


def picture_or_link(value: Any) -> str:
    """The same, or a link."""
    return "" if is_url(value) else picture(value)


def archive(value: Any) -> str:
    """A zip file as raw base64."""
    return "" if decoded(value).startswith(b"PK") else "should be a base64 encoded zip file"


def problems(checks: Mapping[str, Check], required: Iterable[str], body: Mapping[str, Any]) -> dict[str, str]:
    """Field by field what is wrong with a body; a null counts as absent, and a field without a check as ignored."""
    given = {name: value for name, value in body.items() if value is not None}
    missing = {name: "is required" for name in required if given.get(name) in (None, "")}
    found = {name: says for name, check in checks.items() if name in given and (says := check(given[name]))}
    return missing | found


def read_numbers(fields: Mapping[str, str], checks: Mapping[str, Check]) -> dict[str, Any]:
    """The fields of a form; whatever its check takes only as a number or a flag is read as one."""
    return {name: _read(value, checks.get(name, text)) for name, value in fields.items()}


def _read(value: str, check: Check) -> Any:
    if not check(value):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


# ------------------------------------------------------------------------------------------------ answers


def offered(handler: Handler, here: Callable[[web.Request], bool]) -> Handler:
    """The handler where the path is offered, else the gateway's `Invalid URL`."""

    async def answer(request: web.Request) -> web.Response:
        return await handler(request) if here(request) else invalid_url(request)

    return answer


def gateway_error(
    request: web.Request, status: int, message: str, code: str = "", kind: str = "new_api_error"
) -> web.Response:
    """An error of the gateway, or one of the provider that the gateway wrapped: `{"error": {…}}` (0.3)."""
    error = {"message": f"{message} (request id: {request_id(request)})", "type": kind, "param": "", "code": code}
    return web.json_response({"error": error}, status=status)


def unprocessable(wrong: Mapping[str, str]) -> web.Response:
    """The answer of BFL to a wrong body, field by field (0.3)."""
    kinds = {"is required": "missing", "is not permitted": "extra_forbidden"}
    rows = [
        {"loc": ["body", name], "msg": says, "type": kinds.get(says, "value_error")} for name, says in wrong.items()
    ]
    return web.json_response({"detail": rows}, status=422)


def refusal(relay: "Relay", request: web.Request, prompt: str) -> web.Response | None:
    """The answer that refuses a valid request: no quota, too many requests, a page (0.3, 6); None: it is accepted."""
    if "sim:quota" in prompt or key_of(request) in relay.poor_keys:
        return gateway_error(request, 403, "user quota is not enough", "insufficient_user_quota")
    if "sim:full" in prompt:
        return gateway_error(request, 429, "too many requests, the group is overloaded")
    return relay.refusal(request, prompt)


async def answered(
    relay: "Relay", request: web.Request, provider: str, action: str, body: dict[str, Any], prompt: str
) -> "tuple[Job, str]":
    """The charged job of a synchronous call and why it failed, or "".

    At once, but with `sim:slow` after six simulated minutes; while `relay.hold` is set not before it is released.
    `relay.finish` and `relay.fail` end the wait, and so does a client that hangs up.
    """
    kept = re.sub("sim:(queue|late)", "", prompt)  # there is no queue, and nothing to ask again
    run = SLOW_RUN if "sim:slow" in kept else 0.0
    job = relay.accept(request, provider, action, body, prompt=kept, queue=0.0, run=run)
    return job, (await over(relay, request, job)).reason


async def over(relay: "Relay", request: web.Request, job: "Job") -> "Moment":
    """The moment the job is over, or the last one before the client hung up or the relay stopped."""
    while relay.look(job).state in ("queued", "running") or (relay.hold and not job.forced):
        if request.transport is None or relay.faults.closing.is_set():
            break
        await relay.faults.pause(HOLD_CHECK)
    return relay.look(job)
