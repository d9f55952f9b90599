"""What the relay tells the owner of the account, who shows an access token: balance, log, tasks, keys.

Wire facts: reference "relay-suno-…" sections 2.4, 4.1 and 4.6.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler

from .faults import shape_a
from .ledger import CONSUME, TOP_UP, Ledger, Line, numbered

if TYPE_CHECKING:
    from .account import AccountOptions
    from .core import Relay

USER_HEADERS = (
    "New-Api-User", "Rix-Api-User", "X-Api-User", "Veloera-User", "voapi-user", "User-id", "neo-api-user",
)  # fmt: skip
OLD_PAGE = 10
"""Lines of a page of an older relay, whatever is asked for."""


class Console:
    """The endpoints."""

    def __init__(self, relay: "Relay", options: "AccountOptions") -> None:
        self._relay = relay
        self._options = options

    def routes(self) -> list[web.RouteDef]:
        """Those for the account."""
        mine = {
            "/api/user/self": self._self,
            "/api/user/models": self._own_models,
            "/api/user/token": self._new_token,
            "/api/models": self._channels,
            "/api/log/self": self._log,
            "/api/log/self/stat": self._stat,
            "/api/log/self/search": self._search,
            "/api/task/self": self._tasks,
            "/api/token/": self._keys,
        }
        return [web.get(path, self._signed(handler)) for path, handler in mine.items()]

    def models(self) -> list[str]:
        """None of its own."""
        return []

    def _signed(self, handler: Handler) -> Handler:
        """``handler`` for those who show the access token and the account's number."""

        async def checked(request: web.Request) -> web.StreamResponse:
            said = request.headers.get("Authorization", "")
            token = said if self._options.raw_token else said.removeprefix("Bearer ")
            numbers = {request.headers[name] for name in USER_HEADERS if name in request.headers}
            if not said:
                return self._refused(401, "无权进行此操作，未登录且未提供 access token", "AUTH_UNAUTHORIZED")
            if token != self._options.access_token:
                return self._refused(200, "无权进行此操作，access token 无效", "AUTH_UNAUTHORIZED")
            if numbers != {str(self._options.user_id)}:
                return self._refused(401, "无权进行此操作，New-Api-User 与登录用户不匹配", "AUTH_UNAUTHORIZED")
            return await handler(request)

        return checked

    def _refused(self, old: int, message: str, code: str) -> web.Response:
        more = {"code": code} if self._options.console == "new" else {}
        status = 401 if self._options.console == "new" else old
        return web.json_response({"success": False, "message": message, **more}, status=status)

    async def _self(self, _: web.Request) -> web.Response:
        options, used = self._options, self._books.used()
        data = {
            "id": options.user_id, "username": "demo", "password": "", "display_name": "Demo", "role": 1,
            "status": 2 if options.banned else 1, "email": "demo@example.org", "github_id": "", "oidc_id": "",
            "access_token": None, "quota": options.granted - used, "used_quota": used,
            "request_count": sum(line.type == CONSUME for line in self._books.lines()), "group": options.group,
            "aff_code": "Ab3d", "aff_count": 0, "inviter_id": 0, "setting": "",
        }  # fmt: skip
        return done(data)

    async def _new_token(self, _: web.Request) -> web.Response:
        self._options.access_token += "-renewed"
        return done(self._options.access_token)

    async def _own_models(self, _: web.Request) -> web.Response:
        return done(self._relay.model_names())

    async def _channels(self, _: web.Request) -> web.Response:
        return done({"1": self._relay.model_names()})

    async def _log(self, request: web.Request) -> web.Response:
        return self._paged(request, numbered(self._asked(request)))

    async def _stat(self, request: web.Request) -> web.Response:
        if not self._options.stat:
            return missing(request)
        lines = list(self._asked(request))
        now = self._relay.clock()
        minute = [line for line in lines if line.at > now - 60]
        tokens = sum(line.asked + line.answered for line in minute)
        return done({"quota": sum(line.quota for line in lines), "rpm": len(minute), "tpm": tokens})

    async def _search(self, request: web.Request) -> web.Response:
        wanted = request.query.get("keyword", "")
        return done(
            [line for line in numbered(self._everything()) if wanted in f"{line['content']}{line['model_name']}"]
        )

    async def _tasks(self, request: web.Request) -> web.Response:
        wanted = request.query.get("task_id", "")
        rows = [
            {"task_id": job.id, "platform": job.provider, "action": job.action, "submit_time": int(job.submitted_at)}
            for job in reversed(self._relay.paid())
            if wanted in {"", job.id}
        ]
        return self._paged(request, rows)

    async def _keys(self, request: web.Request) -> web.Response:
        expires = self._options.expires_at or -1
        rows = [
            {
                "id": number, "name": "bot", "key": key.removeprefix("sk-")[:4] + "***", "status": 1,
                "remain_quota": self._options.key_granted - self._books.used(key), "unlimited_quota": False,
                "used_quota": self._books.used(key), "expired_time": expires, "group": "",
            }
            for number, key in enumerate(sorted(self._relay.keys), start=1)
        ]  # fmt: skip
        return self._paged(request, rows)

    def _paged(self, request: web.Request, rows: list[dict[str, Any]]) -> web.Response:
        page = max(0, int(request.query.get("p", "1") or 1))
        if self._options.log == "array":
            return done(rows[page * OLD_PAGE : (page + 1) * OLD_PAGE])
        page, size = max(1, page), min(100, int(request.query.get("page_size", "10")))
        items = rows[(page - 1) * size : page * size]
        return done({"items": items, "total": len(rows), "page": page, "page_size": size})

    def _asked(self, request: web.Request) -> Iterable[Line]:
        """The lines that fit the question."""
        kind = int(request.query.get("type") or 0)
        since, until = (float(request.query.get(f"{end}_timestamp") or 0) for end in ("start", "end"))
        for line in self._everything():
            if kind in {0, line.type} and since <= int(line.at) <= (until or line.at):
                yield line

    def _everything(self) -> list[Line]:
        lines = self._books.lines()
        first = min((line.at for line in lines), default=self._relay.clock())
        return [
            *lines,
            Line(first - 1, TOP_UP, content=f"top-up of {self._options.granted / self._options.unit:g} dollars"),
        ]

    @property
    def _books(self) -> Ledger:
        return books_of(self._relay, self._options)


def books_of(relay: "Relay", options: "AccountOptions") -> Ledger:
    """The books, at the prices of the account's group."""
    return Ledger(relay, options.unit, options.ratios.get(options.group, 1.0), options.past)


def done(data: Any) -> web.Response:
    """An answer of the console."""
    return web.json_response({"success": True, "message": "", "data": data})


def denied(status: int, message: str) -> web.Response:
    """A refusal of the console (2.4)."""
    return web.json_response({"success": False, "message": message}, status=status)


def missing(request: web.Request) -> web.Response:
    """This relay does not have the endpoint."""
    return shape_a(request, 404, f"Invalid URL ({request.method} {request.path})")
