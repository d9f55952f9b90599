"""Everything that goes wrong on purpose: faults laid over any path, error shapes, and media that misbehave.

Wire facts: error shapes from reference "relay-suno-…" sections 2.1, 2.2 and 2.6, "relay-luma-…" section 1.5.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from aiohttp import web

from .pictures import Blob, send

When = Literal["before", "after"]
Flaw = Literal["longer", "shorter", "half"]
Work = Callable[[], Awaitable[web.StreamResponse]]

HTML_PAGE = "<!doctype html><html><head><title>Just a moment</title></head><body><h1>502 Bad Gateway</h1></body></html>"
GONE_CHECK = 0.05
_REQUEST_ID = web.RequestKey("request_id", str)


class Cut(web.Response):
    """Stands for no answer at all: the connection is already closed, or everything was written to it already."""

    async def prepare(self, _request: web.BaseRequest) -> None:
        """Nothing is sent."""

    async def write_eof(self, _data: bytes = b"") -> None:
        """Nothing is sent."""


def request_id(request: web.Request) -> str:
    """The id in `X-Oneapi-Request-Id` and at the end of shape A messages; one per request."""
    value: str = request.setdefault(_REQUEST_ID, uuid.uuid4().hex)
    return value


def key_of(request: web.Request) -> str:
    """The key of `Authorization: Bearer <key>`, for Midjourney also of `mj-api-secret`; else an empty string."""
    said = request.headers.get("Authorization", "")
    if said in {"", "midjourney-proxy"} and "/mj/" in request.path:
        return request.headers.get("mj-api-secret", "")
    scheme, _, key = said.partition(" ")
    return key if scheme == "Bearer" else ""


def shape_a(request: web.Request, status: int, message: str, **more: Any) -> web.Response:
    """An error of the gateway itself (authentication, routing, load): `{"error": {…}}`."""
    kind = "invalid_request_error" if status == 404 else "new_api_error"
    error = {"message": f"{message} (request id: {request_id(request)})", "type": kind, "param": "", "code": ""}
    return web.json_response({"error": error}, status=status, **more)


def task_error(status: int, code: str, message: str) -> web.Response:
    """An error of a task route: `{"code", "message", "data": null}`."""
    return web.json_response({"code": code, "message": message, "data": None}, status=status)


def invalid_url(request: web.Request) -> web.Response:
    """What the gateway says to a path it does not offer; no key is asked for."""
    error = {
        "message": f"Invalid URL ({request.method} {request.path})",
        "type": "invalid_request_error",
        "param": "",
        "code": "",
    }
    return web.json_response({"error": error}, status=404)


@dataclass(slots=True, eq=False)
class Fault:
    """One rule; see `Faults.add` for the fields. `seen` counts the requests it was applied to."""

    method: str = "*"
    path: str = "*"
    times: int | None = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str | dict[str, Any] | list[Any] | None = None
    delay: float = 0.0
    cut: When | None = None
    hang: bool = False
    hook: Callable[[], Awaitable[object]] | None = None
    hook_when: When = "before"
    work: bool = False
    flaw: Flaw | None = None
    when: Callable[[], bool] = lambda: True
    seen: int = 0

    def matches(self, request: web.Request) -> bool:
        """Whether the fault is still due and this request is meant."""
        due = self.times is None or self.seen < self.times
        meant = fnmatchcase(request.method, self.method) and fnmatchcase(request.path, self.path)
        return due and meant and self.when()

    @property
    def replaces(self) -> bool:
        """Whether the fault has an answer of its own."""
        return self.status is not None or self.body is not None

    def answer(self, request: web.Request) -> web.Response:
        """The fault's own answer; without a body it is a gateway error of shape A."""
        status = self.status or 200
        if self.body is None:
            response = shape_a(request, status, "simulated fault")
        elif isinstance(self.body, (dict, list)):
            response = web.json_response(self.body, status=status)
        else:
            body = self.body.encode() if isinstance(self.body, str) else self.body
            response = web.Response(body=body, status=status, content_type="text/html")
        response.headers.update(self.headers)
        return response


class Faults:
    """The faults in force, first match first; and the open-ended waits that `release` ends when the relay stops."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        self._rules: list[Fault] = []

    def add(
        self,
        *,
        method: str = "*",
        path: str = "*",
        times: int | None = 1,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | dict[str, Any] | list[Any] | None = None,
        delay: float = 0.0,
        cut: When | None = None,
        hang: bool = False,
        hook: Callable[[], Awaitable[object]] | None = None,
        hook_when: When = "before",
        work: bool = False,
        flaw: Flaw | None = None,
        when: Callable[[], bool] = lambda: True,
    ) -> Fault:
        """Disturb the next `times` requests (None: all until removed) whose method and path match (fnmatch patterns).

        `status`, `body`, `headers`: answer this instead; headers alone are added to the normal answer. The work (a job
        created and charged) is then not done, unless `work` is set. `delay`: real seconds to wait first.
        `cut`: close the connection "before" or "after" the work, without an answer. `hang`: never answer.
        `hook`: awaited "before" or "after" the work, before anything is sent. `flaw`: the answer (the work's own, if
        it has a body) says that it is "longer" or "shorter" than it is, or "half" of it comes; then nothing more does,
        and the connection stays open for the client to write. `when`: asked last whether the request is meant, which is
        the newest of `calls` then.
        """
        fault = Fault(
            method, path, times, status, headers or {}, body, delay, cut, hang, hook, hook_when, work, flaw, when
        )
        self._rules.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take one fault back."""
        self._rules.remove(fault)

    def clear(self) -> None:
        """Take every fault back."""
        self._rules.clear()

    async def release(self, _: object = None) -> None:
        """End everything that hangs."""
        self.closing.set()

    async def answer(self, request: web.Request, work: Work) -> web.StreamResponse:
        """The answer to a request: the work's own when no fault is due, else what the fault makes of it."""
        fault = next((rule for rule in self._rules if rule.matches(request)), None)
        if fault is None:
            return await work()
        fault.seen += 1
        return await self._disturb(fault, request, work)

    async def _disturb(self, fault: Fault, request: web.Request, work: Work) -> web.StreamResponse:
        if fault.hook and fault.hook_when == "before":
            await fault.hook()
        if fault.delay:
            await self.pause(fault.delay)
        if fault.hang:
            await self.until_gone(request)
        if fault.hang or fault.cut == "before":
            return _cut(request)
        worked = await work() if fault.work or fault.cut == "after" or not fault.replaces else None
        if fault.hook and fault.hook_when == "after":
            await fault.hook()
        if fault.cut == "after":
            return _cut(request)
        if fault.flaw is not None:
            return await self._flawed(fault, request, worked)
        if worked is None or fault.replaces:
            return fault.answer(request)
        if not worked.prepared:
            worked.headers.update(fault.headers)
        return worked

    async def _flawed(self, fault: Fault, request: web.Request, worked: web.StreamResponse | None) -> Cut:
        answer = worked if isinstance(worked, web.Response) and not fault.replaces else fault.answer(request)
        body = answer.body if isinstance(answer.body, bytes) else b""
        said = {"longer": len(body) + 10, "shorter": len(body) // 2, "half": len(body)}[fault.flaw or "half"]
        head = f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answer.content_type}\r\nContent-Length: {said}\r\n\r\n"
        if request.transport is not None:
            request.transport.write(head.encode() + (body[: len(body) // 2] if fault.flaw == "half" else body))
            request.transport.write_eof()
            await self.until_gone(request)
        return Cut()

    async def pause(self, seconds: float) -> None:
        """Wait in real time, but not longer than the relay runs."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def until_gone(self, request: web.Request) -> None:
        """Wait until the client closes its connection or the relay stops."""
        while request.transport is not None and not self.closing.is_set():
            await self.pause(GONE_CHECK)

    def media_routes(self) -> list[web.RouteDef]:
        """Routes under /media that behave badly."""
        return [
            web.get("/media/html", _html),
            web.get("/media/missing", _missing),
            web.get("/media/huge", _huge),
            web.get("/media/redirect", _redirect),
            web.get("/media/slow", self._slow, allow_head=False),
            web.get("/media/cut", _half, allow_head=False),
        ]

    async def _slow(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"\0")
        await self.until_gone(request)
        return response


def _cut(request: web.Request) -> Cut:
    if request.transport is not None:
        request.transport.close()
    return Cut()


async def _html(_: web.Request) -> web.Response:
    return web.Response(text=HTML_PAGE, content_type="text/html")


async def _missing(_: web.Request) -> web.Response:
    return web.Response(status=404, text="not found")


async def _huge(request: web.Request) -> web.StreamResponse:
    blob = Blob(b"", int(request.query.get("size", "0")), "video/mp4")
    return await send(request, blob, chunked="chunked" in request.query)


async def _redirect(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def _half(request: web.Request) -> web.StreamResponse:
    size = int(request.query.get("size", "100000"))
    response = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": str(size)})
    await response.prepare(request)
    await response.write(bytes(size // 2))
    _cut(request)
    return response
