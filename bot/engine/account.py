"""What the operator asks about the relay: account, key, prices, log. Answers are kept for a little while."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot import account
from bot.account import Account, Key, Line, Lines, Site
from bot.engine.core import Core
from bot.errors import CallFailed, NotOffered, Problem, Refused, Unreadable
from bot.prices import PRICING, Pricing, read_pricing
from bot.text import _
from bot.usage import Period, Usage, chart_of, labels_of, period_of, usage_of
from bot.wire import Call

T = TypeVar("T")
FRESH, LONG = 60.0, 600.0
"""Seconds that an answer is kept: one that changes with every request, and one that hardly changes."""
MOST_PAGES = 10
"""Pages of the log that are read for a period; of a busier one the relay is asked for sums."""
AT_ONCE = 4
"""Sums that are asked for at the same time."""
_NO_SUCH_FORM = (NotOffered, Unreadable, Refused)


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of the log, newest first; ``of_key``: only what this bot's key has used is known."""

    lines: tuple[Line, ...]
    has_next: bool
    of_key: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used in a period; ``of_key`` as in :class:`Page`."""

    usage: Usage
    of_key: bool = False


class Memo:
    """Answers by name, each kept for some seconds; who asks meanwhile waits for the same answer."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def get(self, name: str, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
        """The kept answer, or what ``ask`` gives. What it raises is not kept."""
        async with self._turns.setdefault(name, asyncio.Lock()):
            until, value = self._kept.get(name, (0.0, None))
            if until <= self._clock():
                value = await ask()
                self._kept[name] = (self._clock() + seconds, value)
            found: T = value
            return found


class Accounts:
    """The questions. Every method raises :class:`Problem` with a sentence for the operator."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._memo = Memo(core.clock)
        self._from_zero = False
        """The relay counts the pages of its log from 0, as older ones do."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The settings that questions about the account need and that are not there."""
        settings = self.core.config.settings
        given = {"RELAY_ACCESS_TOKEN": settings.relay_access_token, "RELAY_USER_ID": settings.relay_user_id}
        return tuple(name for name, value in given.items() if not value.get_secret_value())

    async def site(self) -> Site:
        """What the relay says of itself; the usual where it says nothing."""
        return await self._memo.get("site", LONG, self._site)

    async def _site(self) -> Site:
        try:
            site = account.read_site(await self._ask(account.SITE))
        except _NO_SUCH_FORM:
            site = Site()
        own = self.core.config.settings.relay_quota_per_unit
        return replace(site, unit=own) if own is not None else site

    async def notice(self) -> str:
        """What the relay's operator announces; nothing where that is not to be had."""
        try:
            return await self._memo.get("notice", LONG, self._notice)
        except CallFailed:
            return ""

    async def _notice(self) -> str:
        return account.read_notice(await self._ask(account.NOTICE))

    async def account(self) -> Account:
        """The relay account."""
        if self.lacking:
            names = ", ".join(f"`{name}`" for name in self.lacking)
            raise Problem(
                _(
                    "For that the bot needs the relay's system access token. Settings that are missing: {names}. "
                    "What this bot's own key may use can be seen without: {command}.",
                    names=names,
                    command="`/relay key`",
                )
            )
        return await self._memo.get("account", FRESH, self._account)

    async def _account(self) -> Account:
        return account.read_account(await self._ask(account.ACCOUNT), (await self.site()).unit)

    async def group(self) -> str:
        """The group whose prices the account pays, as far as that is known."""
        try:
            return (await self.account()).group
        except Problem:
            return ""

    async def key(self) -> Key:
        """The limits of the bot's own key."""
        return await self._memo.get("key", FRESH, self._key)

    async def _key(self) -> Key:
        """Asked in three ways, the likeliest first (reference ``relay-suno-…md`` 4.2)."""
        site = await self.site()
        refused: CallFailed | None = None
        for call in account.KEY_LIMITS:
            try:
                return account.read_key(await self._ask(call), site.unit)
            except _NO_SUCH_FORM as error:
                refused = error if isinstance(error, Refused) else refused
        try:
            return await self._billing(site)
        except (NotOffered, Unreadable):
            if refused is not None:
                raise refused from None
            raise

    async def _billing(self, site: Site) -> Key:
        subscription = await self._ask(account.SUBSCRIPTION)
        today = datetime.fromtimestamp(self.core.clock(), UTC).strftime("%Y-%m-%d")
        try:
            usage = await self._ask(account.billed(today))
        except _NO_SUCH_FORM:
            usage = None
        return account.read_billing(subscription, usage, site)

    async def pricing(self) -> Pricing:
        """What everything costs, before the ratio of the account's group."""
        return await self._memo.get("pricing", LONG, self._pricing)

    async def _pricing(self) -> Pricing:
        return read_pricing(await self._ask(PRICING))

    # -------------------------------------------------------------------------------------------- the log

    async def log(self, number: int, size: int) -> Page:
        """A page of the log, pages from 0."""
        if self.lacking:
            lines = await self._lines_of_key()
            begin = number * size
            return Page(lines[begin : begin + size], len(lines) > begin + size, of_key=True)
        found = await self._page(number, size=size)
        known = found.total is not None
        more = (number + 1) * size < (found.total or 0) if known else len(found.lines) >= size
        return Page(found.lines, more)

    async def usage(self, days: int) -> Spent:
        """What was used today (``days`` is 1) or in the last ``days`` days."""
        return await self._memo.get(f"usage/{days}", FRESH, lambda: self._usage(days))

    async def _usage(self, days: int) -> Spent:
        period = period_of(days, self.core.clock())
        if self.lacking:
            return Spent(usage_of(await self._lines_of_key(), period), of_key=True)
        lines, whole = await self._lines(period)
        if whole:
            return Spent(usage_of(lines, period))
        return Spent(usage_of(lines, period, await self._totals(period)))

    async def chart(self, usage: Usage) -> bytes:
        """A picture of what was used, as PNG. Raises :class:`Problem` where none can be drawn."""
        data = json.dumps(chart_of(usage, labels_of(usage.period)))
        async with self.core.media.new_file() as path:
            await self.core.workshop.make("chart", [], path, data=data)
            return await asyncio.to_thread(path.read_bytes)

    async def _lines(self, period: Period) -> tuple[Iterable[Line], bool]:
        """What was used in a period, newest first, and whether that is all of it."""
        found: dict[str, Line] = {}
        for number in range(MOST_PAGES):
            page = await self._page(number, since=period.since, until=period.until, uses=True)
            fresh = {line.id or repr(line): line for line in page.lines}
            nothing_new = fresh.keys() <= found.keys()
            found |= fresh
            if nothing_new or (page.total is not None and len(found) >= page.total):
                return found.values(), True
        return found.values(), False

    async def _page(self, number: int, **which: Any) -> Lines:
        unit = (await self.site()).unit
        first = 0 if self._from_zero else 1
        found = account.read_lines(await self._ask(account.log_page(first + number, **which)), unit)
        if found.bare and not self._from_zero:
            self._from_zero = True
            return await self._page(number, **which)
        return found

    async def _totals(self, period: Period) -> list[float]:
        """The sum of each time of a period."""
        unit, turns = (await self.site()).unit, asyncio.Semaphore(AT_ONCE)

        async def total(since: float, until: float) -> float:
            if since > self.core.clock():
                return 0.0
            async with turns:
                return account.read_total(await self._ask(account.total(since, until - 1)), unit)

        return await asyncio.gather(*(total(since, until) for since, until in period.times))

    async def _lines_of_key(self) -> tuple[Line, ...]:
        """What the relay tells of the key without an access token."""
        try:
            return await self._memo.get("key-log", FRESH, self._key_log)
        except (NotOffered, Unreadable):
            await self.account()  # says what is missing
            raise

    async def _key_log(self) -> tuple[Line, ...]:
        found = account.read_lines(await self._ask(account.KEY_LOG), (await self.site()).unit)
        return tuple(sorted(found.lines, key=lambda line: -line.at))

    async def _ask(self, call: Call) -> Any:
        return await self.core.relay.call(call)
