"""What the relay tells of itself, its models and prices and the calling key, in the variants in which forks answer.

Wire facts: reference "relay-suno-…" sections 2.4, 4 and 10.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .console import books_of, denied, done, missing
from .faults import key_of
from .ledger import RATIOS, Ledger, numbered

if TYPE_CHECKING:
    from .core import Relay


@dataclass
class AccountOptions:
    """Switches. ``granted`` and ``key_granted`` are units; the account's are all that was ever paid in."""

    access_token: str = "access-token-of-the-relay"  # noqa: S105 - of nobody
    user_id: int = 4711
    raw_token: bool = False  # the token without `Bearer ` only
    console: Literal["old", "new"] = "old"  # whether a refusal comes with 200, or with 401 and a code (2.4)
    granted: int = 5_000_000
    group: str = "default"
    ratios: dict[str, float] = field(default_factory=lambda: {"default": 1.0, "vip": 0.8})
    banned: bool = False
    unit: int = 500_000
    in_currency: bool = True
    status: bool = True
    notice: str = ""
    key_form: Literal["usage", "summary", "billing", "none"] = "usage"  # how it tells of the key (4.2)
    slash: bool = False  # `/api/usage/token/` only; the other spelling redirects
    key_granted: int = 5_000_000
    unlimited: bool = False
    expires_at: int = 0
    limits: tuple[str, ...] = ()
    billing_error: str = ""  # an error with status 200 (4.3)
    models: Literal["plain", "typed", "own", "none"] = "plain"  # `own`: only `/api/user/models`
    prices: Literal["full", "bare", "none"] = "full"
    log: Literal["items", "array"] = "items"  # pages from 1 in an object, or from 0 in a list (4.6)
    stat: bool = True
    key_log: bool = True
    past: int = 0  # days before today that look used, for a demo


class Account:
    """The endpoints."""

    def __init__(self, relay: "Relay", options: AccountOptions) -> None:
        self._relay = relay
        self._options = options

    def routes(self) -> list[web.RouteDef]:
        """Public ones, and those for the key."""
        billing = [
            web.get(f"{prefix}/dashboard/billing/{name}", handler)
            for prefix in ("", "/v1")
            for name, handler in (("subscription", self._subscription), ("usage", self._billed))
        ]
        return [
            web.get("/api/status", self._status),
            web.get("/api/notice", self._notice),
            web.get("/api/pricing", self._pricing),
            web.get("/api/ratio_config", self._ratio_config),
            web.get("/api/usage/token", self._key),
            web.get("/api/usage/token/", self._key),
            web.get("/api/log/token", self._key_log),
            web.get("/v1/models", self._models),
            web.get("/v1/models/{id:.+}", self._model),
            *billing,
        ]

    def models(self) -> list[str]:
        """None of its own."""
        return []

    # ------------------------------------------------------------------------------------------------ public

    async def _status(self, request: web.Request) -> web.Response:
        if not self._options.status:
            return missing(request)
        data = {
            "version": "v1.0",
            "system_name": "Relay simulator",
            "quota_per_unit": self._options.unit,
            "display_in_currency": self._options.in_currency,
            "server_address": f"{request.scheme}://{request.host}",
        }
        return done(data)

    async def _notice(self, _: web.Request) -> web.Response:
        return done(self._options.notice)

    async def _pricing(self, request: web.Request) -> web.Response:
        if self._options.prices == "none":
            return missing(request)
        rows = [self._books.row(name) for name in self._relay.model_names()]
        if self._options.prices == "bare":
            return web.json_response(rows)
        more = {"group_ratio": self._options.ratios, "usable_group": {"default": "everybody"}}
        return web.json_response({"success": True, "data": rows, **more})

    async def _ratio_config(self, _: web.Request) -> web.Response:
        ratios = {name: ratio for name, (ratio, _completion) in RATIOS.items()}
        return done({"model_ratio": ratios, "group_ratio": self._options.ratios})

    # ------------------------------------------------------------------------------------------------ of the key

    async def _key(self, request: web.Request) -> web.Response:
        options = self._options
        if options.key_form not in {"usage", "summary"}:
            return missing(request)
        if request.path.endswith("/") is not options.slash:
            other = request.path.rstrip("/") + ("/" if options.slash else "")
            return web.Response(status=301, headers={"Location": other})
        if not request.headers.get("Authorization"):
            return denied(401, "No Authorization header")
        key = key_of(request)
        if not self._known(key):
            return denied(200, "token not found")
        used = self._books.used(key)
        left = options.key_granted - used if key in self._relay.keys else 0
        amounts = {"total_granted": options.key_granted, "total_used": used, "total_available": left}
        if options.key_form == "summary":
            return web.json_response({"object": "credit_summary", **amounts, "expires_at": options.expires_at * 1000})
        data = {
            "object": "token_usage",
            "name": "bot",
            **({"total_granted": 0, "total_used": used, "total_available": -used} if options.unlimited else amounts),
            "unlimited_quota": options.unlimited,
            "model_limits": dict.fromkeys(options.limits, True),
            "model_limits_enabled": bool(options.limits),
            "expires_at": options.expires_at,
        }
        return web.json_response({"code": True, "message": "ok", "data": data})

    async def _subscription(self, request: web.Request) -> web.Response:
        if wrong := self._no_billing(request):
            return wrong
        limit = self._money(self._options.key_granted) if not self._options.unlimited else 100_000_000
        names = ("soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd")
        answer = {"object": "billing_subscription", "has_payment_method": True, **dict.fromkeys(names, limit)}
        return web.json_response({**answer, "access_until": self._options.expires_at})

    async def _billed(self, request: web.Request) -> web.Response:
        if wrong := self._no_billing(request):
            return wrong
        used = self._money(self._books.used(key_of(request)))
        return web.json_response({"object": "list", "total_usage": used * 100})

    def _no_billing(self, request: web.Request) -> web.Response | None:
        if self._options.billing_error:
            error = {"message": self._options.billing_error, "type": "new_api_error"}
            return web.json_response({"error": error})
        return missing(request) if self._options.key_form == "none" else None

    async def _key_log(self, request: web.Request) -> web.Response:
        if not self._options.key_log:
            return missing(request)
        given = key_of(request) or request.query.get("key", "")
        key = given if self._known(given) else f"sk-{given}"
        if not self._known(key):
            return denied(200, "token not found")
        return done(numbered(self._books.lines(key)))

    async def _models(self, request: web.Request) -> web.Response:
        if self._options.models in {"own", "none"}:
            return missing(request)
        return web.json_response({"object": "list", "data": [self._row(name) for name in self._allowed()]})

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        if name in self._allowed():
            return web.json_response(self._row(name))
        error = {"message": f"The model '{name}' does not exist", "type": "invalid_request_error", "param": "model"}
        return web.json_response({"error": {**error, "code": "model_not_found"}})

    def _allowed(self) -> list[str]:
        names, limits = self._relay.model_names(), self._options.limits
        return [name for name in names if not limits or name in limits]

    def _row(self, name: str) -> dict[str, Any]:
        row: dict[str, Any] = {"id": name, "object": "model", "created": 1626777600, "owned_by": "custom"}
        if self._options.models == "typed":
            kinds = ["anthropic", "openai"] if "claude" in name else ["openai"]
            row |= {"permission": None, "root": name, "parent": None, "supported_endpoint_types": kinds}
        return row

    @property
    def _books(self) -> Ledger:
        return books_of(self._relay, self._options)

    def _known(self, key: str) -> bool:
        return key in self._relay.keys | self._relay.poor_keys

    def _money(self, units: float) -> float:
        return units / self._options.unit if self._options.in_currency else units
