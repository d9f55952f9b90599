"""The REST side: requests from the bot go into SimCord's route table, its answers and errors come back as HTTP."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from simcord.backend.errors import BackendError
from simcord.http import router
from simcord.http import routes as _routes  # noqa: F401 - importing it registers every route

from .faults import Fault, Faults
from .limits import Limits
from .world import Localizer, SocketBackend

API_PREFIX = "/api/v10"
MAX_REQUEST = 512 * 1024 * 1024
_CHUNK = 1 << 18
_FILE_FIELD = re.compile(r"files\[(\d+)\]")
_TOKEN_PATH = re.compile(r"/webhooks/\d+/([^/]+)")
_NO_BOT_TOKEN = re.compile(r"/(?:interactions|webhooks)/\d+/[^/]+")


@dataclass
class LogEntry:
    """One request as the bot sent it. `at` is monotonic seconds, `status` the answer (None = none was given),
    `code` Discord's error code in that answer."""

    method: str
    path: str
    params: dict[str, str]
    json: Any
    files: list[tuple[str, int]]
    reason: str | None
    at: float
    status: int | None = None
    code: int | None = None

    def __str__(self) -> str:
        files = f" files={self.files}" if self.files else ""
        body = json.dumps(self.json, ensure_ascii=False)[:160] if self.json is not None else ""
        return f"{self.method} {self.path} -> {self.status} ({self.code or 0}){files} {body}"


@dataclass
class Upload:
    """A file of a multipart request, in the shape SimCord's routes read."""

    filename: str
    fp: BytesIO
    description: str | None = None


class Rest:
    """Serves /api/v10. `log` holds every request, `problems` what the simulation itself could not do."""

    def __init__(
        self,
        backend: SocketBackend,
        local: Localizer,
        *,
        token: str,
        shards: int,
        dead_token: Literal["simcord", "live"],
        limits: Limits,
        changed: Callable[[], None],
    ) -> None:
        self.gateway_url = ""
        self.log: list[LogEntry] = []
        self.problems: list[Exception] = []
        self.faults = Faults()
        self.limits = limits
        self._backend = backend
        self._local = local
        self._token = token
        self._shards = shards
        self._dead_token = dead_token
        self._changed = changed
        self._once: dict[tuple[str, str], Any] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """In: any request under the API prefix. Out: its answer; planned faults and limits apply first."""
        at = time.monotonic()
        body, uploads = await self._read(request)
        path = request.rel_url.raw_path.removeprefix(API_PREFIX)
        reason = request.headers.get("X-Audit-Log-Reason")
        files = [(upload.filename, upload.fp.getbuffer().nbytes) for upload in uploads]
        params = dict(request.query)
        entry = LogEntry(request.method, path, params, body, files, unquote(reason) if reason else None, at)
        self.log.append(entry)
        try:
            return await self._serve(request, entry, uploads)
        finally:
            self._changed()

    async def _serve(self, request: web.Request, entry: LogEntry, uploads: list[Upload]) -> web.StreamResponse:
        fault = self.faults.take(entry)
        if fault is not None:
            await self._suffer(fault, entry)
            if fault.cut == "before":
                return _cut(request)
            if fault.status is not None:
                body, headers = fault.answer()
                return self._answer(entry, fault.status, body, headers)
        verdict = self.limits.judge(entry.method, entry.path)
        if verdict.refusal is not None:
            return self._answer(entry, 429, verdict.refusal, verdict.headers)
        status, payload = self._dispatch(request, entry, uploads)
        if fault is not None and fault.cut == "after":
            return _cut(request)
        return self._answer(entry, status, payload, verdict.headers)

    async def _suffer(self, fault: Fault, entry: LogEntry) -> None:
        self._changed()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.hook is not None:
            await fault.hook(entry)

    def _dispatch(self, request: web.Request, entry: LogEntry, uploads: list[Upload]) -> tuple[int, Any]:
        try:
            self._authorize(request, entry.path)
            if entry.path in ("/gateway", "/gateway/bot"):
                return 200, self._gateway()
            payload = self._only_once(
                entry,
                lambda: router.dispatch(
                    self._backend,
                    entry.method,
                    entry.path,
                    json=entry.json,
                    params=entry.params,
                    files=uploads,
                    reason=entry.reason,
                ),
            )
        except (router.RouteNotImplemented, router.UnsupportedField) as problem:
            self.problems.append(problem)
            return problem.status, problem.to_json()
        except BackendError as error:
            return error.status, error.to_json()
        except Exception as problem:  # a request the model cannot digest must be seen by the test, not by the bot
            self.problems.append(problem)
            return 500, {"code": 0, "message": f"500: {problem!r}"}
        silent = entry.path.endswith("/callback") and entry.params.get("with_response", "").lower() not in ("1", "true")
        return (204, None) if payload is None or silent else (200, payload)

    def _only_once(self, entry: LogEntry, serve: Callable[[], Any]) -> Any:
        """Out: what `serve` gives; for a message with `enforce_nonce` that was sent before, that message again."""
        body = entry.json if isinstance(entry.json, dict) else {}
        if not body.get("enforce_nonce"):
            return serve()
        name = (entry.path, str(body.get("nonce")))
        if name not in self._once:
            self._once[name] = serve()
        return self._once[name]

    def _authorize(self, request: web.Request, path: str) -> None:
        """Refuse a wrong bot token, and an interaction token that is over, the way live Discord does."""
        if not _NO_BOT_TOKEN.match(path):
            if request.headers.get("Authorization") != f"Bot {self._token}":
                raise BackendError(401, 0, "401: Unauthorized")
            return
        match = _TOKEN_PATH.match(path)
        known = self._backend.interaction_tokens.get(match[1]) if match else None
        if known is not None and self._dead_token == "live":
            expires = self._backend.interactions[known].expires_at
            if expires is not None and self._backend.now_iso() >= expires:
                raise BackendError(401, 50027, "Invalid Webhook Token")

    def _gateway(self) -> dict[str, Any]:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": self._shards, "session_start_limit": limit}

    def _answer(
        self, entry: LogEntry, status: int, payload: Any, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        entry.status = status
        if payload is None:
            return web.Response(status=status, headers=headers)
        if status >= 400:
            entry.code = payload.get("code")
        text = self._local.outward(json.dumps(payload))
        return web.Response(status=status, body=text.encode(), content_type="application/json", headers=headers)

    async def _read(self, request: web.Request) -> tuple[Any, list[Upload]]:
        """Out: the JSON body (or None) and the uploads ordered by their index."""
        if not request.content_type.startswith("multipart/"):
            text = await request.text()
            return (json.loads(self._local.inward(text)) if text else None), []
        body: Any = None
        fields: dict[str, str] = {}
        files: dict[int, Upload] = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = await _part_bytes(part)
            match = _FILE_FIELD.fullmatch(part.name or "")
            if part.name == "payload_json":
                body = json.loads(self._local.inward(data.getvalue().decode()))
            elif match or part.filename:
                files[int(match[1]) if match else len(files)] = Upload(part.filename or "unknown", data)
            else:
                fields[part.name or ""] = data.getvalue().decode()
        for described in (body or {}).get("attachments") or []:
            known = files.get(int(described["id"]))
            if known is not None:
                known.description = described.get("description")
        return body if body is not None else fields or None, [files[index] for index in sorted(files)]


async def _part_bytes(part: BodyPartReader) -> BytesIO:
    """In: one part of a multipart body. Out: its content, positioned at the start."""
    data = BytesIO()
    while chunk := await part.read_chunk(_CHUNK):
        data.write(chunk)
    data.seek(0)
    return data


def _cut(request: web.Request) -> web.StreamResponse:
    """Break the connection so that the bot sees a disconnect instead of an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=500)
