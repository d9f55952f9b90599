"""The operator's account at the relay as values: the free questions about it, and what their answers mean.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` 2.4, 4.1 to 4.3, 4.5 and 4.6. ``GET /api/user/token`` is
never asked: it replaces the access token. Answers that cannot be read are not repeated: they name the operator.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.envelope import unwrap
from bot.errors import Refused, Unreadable
from bot.text import _
from bot.wire import ACCESS_TOKEN, KEY, USER_ID, Call, count_of, dig, first_text, number_of, text_of, words_in

USER_HEADERS = (
    "New-Api-User", "Rix-Api-User", "X-Api-User", "Veloera-User", "voapi-user", "User-id", "neo-api-user",
)  # fmt: skip
"""What forks call the header with the account's number; all of them are sent (4.1)."""
DEFAULT_UNIT = 500_000.0
"""Quota units of a US dollar where the relay does not say otherwise (4.1)."""
UNLIMITED = 100_000_000.0
"""The limit in dollars that stands for none (4.3)."""
PAGE_SIZE = 100
"""Lines of the log that are asked for at once; relays give fewer if they like."""
TOP_UP, USE, MANAGEMENT = 1, 2, 3
"""Kinds of log lines; what others mean, code and documentation of the relays disagree about (4.6)."""
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Site:
    """What the relay says of itself. ``unit`` is how many quota units a dollar has.

    ``in_currency``: it bills in dollars instead of units.
    """

    name: str = ""
    version: str = ""
    unit: float = DEFAULT_UNIT
    in_currency: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """The relay account. Money is in dollars; ``None`` is what the relay did not tell."""

    name: str
    group: str
    remaining: float | None
    used: float | None
    requests: int | None
    banned: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """The calling key. Money is in dollars, ``expires_at`` in unix seconds (``None``: never, or not told).

    ``models`` are the only ones it may use (none: all of them).
    """

    name: str = ""
    granted: float | None = None
    used: float | None = None
    remaining: float | None = None
    unlimited: bool = False
    expires_at: float | None = None
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log; ``at`` in unix seconds."""

    id: str
    at: float
    kind: int
    model: str
    usd: float
    content: str = ""
    token: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    @property
    def spent(self) -> bool:
        """Whether it says that something was used."""
        return self.kind in {0, USE}


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the log, newest first. Of an older relay's ``bare`` list, nobody knows how long it is altogether."""

    lines: tuple[Line, ...]
    total: int | None = None
    bare: bool = False


def dollars(usd: float) -> str:
    """An amount as it is shown: ``$1.2345``."""
    return f"{'-' if round(usd, 4) < 0 else ''}${abs(usd):,.4f}"


# ------------------------------------------------------------------------------------------------ questions


def judged(status: int, code: str, words: str) -> Exception | None:
    """What a refusal of the console means; an invalid token may come with status 200 (2.4)."""
    if status >= 400 and status not in {401, 403}:
        return None
    hint = _(
        "The relay refused the access token ({message}). Check `RELAY_ACCESS_TOKEN` and `RELAY_USER_ID`.",
        message=words or f"HTTP {status}",
    )
    return Refused(hint, f"HTTP {status} {words}", code, status)


def personal(path: str) -> Call:
    """A question about the account itself: with its access token instead of the key."""
    headers = {"Authorization": ACCESS_TOKEN, **dict.fromkeys(USER_HEADERS, USER_ID)}
    return Call("GET", path, headers=headers, judge=judged, timeout=PATIENCE)


SITE = Call("GET", "/api/status", timeout=PATIENCE)
NOTICE = Call("GET", "/api/notice", timeout=PATIENCE)
ACCOUNT = personal("/api/user/self")
KEY_LIMITS = tuple(Call("GET", f"/api/usage/token{end}", timeout=PATIENCE) for end in ("", "/"))
"""Two spellings: a relay redirects the one that it does not have, and redirects are not followed."""
SUBSCRIPTION = Call("GET", "/v1/dashboard/billing/subscription", timeout=PATIENCE)
KEY_LOG = Call("GET", "/api/log/token", query={"key": KEY}, timeout=PATIENCE)


def billed(today: str) -> Call:
    """What the key has used until ``today`` (``2025-01-31``), from its beginning (4.3)."""
    return Call("GET", f"/v1/dashboard/billing/usage?start_date=2020-01-01&end_date={today}", timeout=PATIENCE)


def log_page(page: int, *, size: int = PAGE_SIZE, since: float = 0.0, until: float = 0.0, uses: bool = False) -> Call:
    """A page of the log, pages from 1 (older relays: from 0); times in unix seconds, ``uses``: only what was used."""
    return personal(f"/api/log/self?p={page}&page_size={size}&type={USE if uses else 0}{_span(since, until)}")


def total(since: float, until: float) -> Call:
    """What was used in a time."""
    return personal(f"/api/log/self/stat?type={USE}{_span(since, until)}")


def _span(since: float, until: float) -> str:
    return f"&start_timestamp={int(since)}&end_timestamp={int(until)}" if until else ""


# ------------------------------------------------------------------------------------------------ answers


def read_site(payload: Any) -> Site:
    """The answer to :data:`SITE`. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    if not isinstance(found, dict):
        raise Unreadable("the status of the relay is no object")
    unit = number_of(found.get("quota_per_unit")) or 0.0
    return Site(
        name=first_text(found, "system_name"),
        version=first_text(found, "version"),
        unit=unit if unit > 0 else DEFAULT_UNIT,
        in_currency=found.get("display_in_currency") is not False,
    )


def read_notice(payload: Any) -> str:
    """The answer to :data:`NOTICE`: Markdown, or nothing."""
    return words_in(dig(payload, "data")).strip()


def read_account(payload: Any, unit: float) -> Account:
    """The answer to :data:`ACCOUNT`; ``unit`` are the quota units of a dollar. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    remaining, used = _usd(found, "quota", unit), _usd(found, "used_quota", unit)
    if remaining is None and used is None:
        raise Unreadable("no quota in the answer about the account")
    return Account(
        name=first_text(found, "display_name", "username"),
        group=first_text(found, "group"),
        remaining=remaining,
        used=used,
        requests=count_of(dig(found, "request_count")),
        banned=dig(found, "status") == 2,
    )


def read_key(payload: Any, unit: float) -> Key:
    """The answer to :data:`KEY_LIMITS`, also in the form of a credit summary. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    granted, used = _usd(found, "total_granted", unit), _usd(found, "total_used", unit)
    remaining = _usd(found, "total_available", unit)
    unlimited = dig(found, "unlimited_quota") is True
    if not unlimited and remaining is None and granted is None:
        raise Unreadable("no limits in the answer about the key")
    return Key(
        name=first_text(found, "name"),
        granted=None if unlimited else granted,
        used=used,
        remaining=None if unlimited else remaining,
        unlimited=unlimited,
        expires_at=moment(dig(found, "expires_at")),
        models=_limits(found),
    )


def read_billing(subscription: Any, usage: Any, site: Site) -> Key:
    """The answers to :data:`SUBSCRIPTION` and :func:`billed` (``None``: it was not to be had).

    Where the relay does not show dollars, both are in quota units. Raises :class:`Unreadable`.
    """
    limit = number_of(dig(subscription, "hard_limit_usd"))
    if limit is None:
        raise Unreadable("no limit in the answer about the subscription")
    divisor = 1.0 if site.in_currency else site.unit
    cents = number_of(dig(usage, "total_usage"))
    used = None if cents is None else cents / 100 / divisor
    until = moment(dig(subscription, "access_until"))
    if limit == UNLIMITED:
        return Key(used=used, unlimited=True, expires_at=until)
    granted = limit / divisor
    return Key(granted=granted, used=used, remaining=None if used is None else granted - used, expires_at=until)


def read_lines(payload: Any, unit: float) -> Lines:
    """A page of the log: an object with its length, or an older relay's bare list. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    bare = isinstance(found, list)
    items = found if bare else _listed(found)
    if items is None:
        raise Unreadable("no lines in the answer about the log")
    return Lines(
        lines=tuple(_line(item, unit) for item in items if isinstance(item, dict)),
        total=None if bare else count_of(dig(found, "total")),
        bare=bare,
    )


def read_total(payload: Any, unit: float) -> float:
    """The answer to :func:`total`, in dollars. Raises :class:`Unreadable`."""
    usd = _usd(unwrap(payload), "quota", unit)
    if usd is None:
        raise Unreadable("no amount in the answer about a time")
    return usd


def moment(value: Any) -> float | None:
    """Unix seconds of a time in seconds or milliseconds; ``None`` for "never" and for what no calendar holds."""
    seconds = number_of(value) or 0.0
    seconds = seconds / 1000 if seconds > 1e12 else seconds
    return seconds if 0 < seconds < 8.64e12 else None


def _usd(found: Any, name: str, unit: float) -> float | None:
    units = number_of(dig(found, name))
    return None if units is None else units / unit


def _limits(found: Any) -> tuple[str, ...]:
    """The models that the key is limited to: an object of switches, a list, or words with commas."""
    if dig(found, "model_limits_enabled") is not True:
        return ()
    given = dig(found, "model_limits")
    if isinstance(given, dict):
        return tuple(sorted(name for name, allowed in given.items() if allowed))
    return tuple(_names(given))


def _names(given: Any) -> Iterator[str]:
    names = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    yield from (name for one in names if (name := text_of(one)))


def _listed(found: Any) -> list[Any] | None:
    """The lines of a page; ``null`` stands for none."""
    if isinstance(found, dict):
        found = next((found[name] for name in ("items", "logs", "data", "list") if name in found), found)
    if found is None:
        return []
    return found if isinstance(found, list) else None


def _line(item: Mapping[str, Any], unit: float) -> Line:
    return Line(
        id=first_text(item, "id"),
        at=moment(item.get("created_at")) or 0.0,
        kind=count_of(item.get("type")) or 0,
        model=first_text(item, "model_name"),
        usd=_usd(item, "quota", unit) or 0.0,
        content=first_text(item, "content"),
        token=first_text(item, "token_name"),
        tokens_in=count_of(item.get("prompt_tokens")) or 0,
        tokens_out=count_of(item.get("completion_tokens")) or 0,
        seconds=number_of(item.get("use_time")) or 0.0,
    )
