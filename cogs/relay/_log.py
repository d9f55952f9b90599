"""``/relay usage`` and ``logs``: what was spent, as a chart, and line by line."""

import io

import discord

from bot.account import MANAGEMENT, TOP_UP, Line, dollars
from bot.engine.account import Accounts
from bot.errors import Problem
from bot.text import Text, _
from bot.ui.cards import plain
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.panels import Panel, Turn, pager
from bot.usage import Share, Usage
from cogs.relay._common import fact, only_of_key

PAGE = 10
SHOWN = 8
USAGE, LOGS = "relay-usage", "relay-logs"
PERIODS = {1: _("Today"), 7: _("7 days"), 30: _("30 days")}
CHART = "usage.png"
_KINDS = {TOP_UP: _("top-up"), MANAGEMENT: _("administration")}


async def usage_panel(interaction: Interaction, _page: int, about: str) -> Panel:
    """What was used in the days that ``about`` says."""
    days = int(about) if about.isdecimal() and int(about) in PERIODS else 7
    locale, accounts = str(interaction.locale), interaction.client.engine.account
    spent = await accounts.usage(days)
    usage, notes = spent.usage, [say(_("Days are those of UTC."), locale)]
    picture = None
    if usage.usd > 0:
        picture, problem = await _chart(accounts, usage)
        notes += [say(problem, locale)] if problem is not None else []
    if not usage.whole:
        note = _("There is too much to count: models are those of the newest {count} requests.", count=usage.calls)
        notes.append(say(note, locale))
    if spent.of_key:
        notes.append(only_of_key(accounts.lacking, locale))
    heading = say(_("Usage: {period}", period=PERIODS[days]), locale)
    turns = [Turn(name, USAGE, 0, str(count), chosen=count == days) for count, name in PERIODS.items()]
    return Panel(f"📊 {heading}", _words(usage, locale), picture, " ".join(notes), turns)


async def _chart(accounts: Accounts, usage: Usage) -> tuple[discord.File | None, Text | None]:
    """The picture, or why there is none: the numbers are worth showing without."""
    try:
        drawn = await accounts.chart(usage)
    except Problem as problem:
        return None, problem.text
    return discord.File(io.BytesIO(drawn), CHART, description=dollars(usage.usd)), None


def _words(usage: Usage, locale: str) -> list[str]:
    if usage.usd <= 0 and not usage.shares:
        return [say(_("Nothing was used."), locale)]
    facts = [fact(_("Spent"), dollars(usage.usd), locale)]
    if usage.whole:
        facts.append(fact(_("Requests"), f"{usage.calls:,}", locale))
    return ["\n".join(facts), "\n".join(_share(share) for share in usage.shares[:SHOWN])]


def _share(share: Share) -> str:
    return f"{plain(share.model, 80) or '?'} · {dollars(share.usd)} · {share.calls:,} ×"


async def logs_panel(interaction: Interaction, page: int, _about: str) -> Panel:
    """A page of the log."""
    locale, accounts = str(interaction.locale), interaction.client.engine.account
    found = await accounts.log(page, PAGE)
    lines = [_line(line, locale) for line in found.lines]
    nothing = _("There is nothing on this page any more.") if page else _("The log is empty.")
    foot = only_of_key(accounts.lacking, locale) if found.of_key else ""
    heading = say(_("Log of the relay (page {page})", page=page + 1), locale)
    turns = pager(LOGS, page, "", has_next=found.has_next)
    return Panel(f"📜 {heading}", lines or [say(nothing, locale)], foot=foot, turns=turns)


def _line(line: Line, locale: str) -> str:
    when = f"<t:{round(line.at)}:f>" if line.at else ""
    if not line.spent:
        kind = say(_KINDS.get(line.kind, _("system")), locale)
        cost = dollars(line.usd) if line.usd else ""
        return " · ".join(part for part in (when, f"*{kind}*", cost, plain(line.content, 150)) if part)
    tokens = _("{asked} → {answered} tokens", asked=f"{line.tokens_in:,}", answered=f"{line.tokens_out:,}")
    parts = [
        when,
        f"**{plain(line.model, 60) or '?'}**",
        dollars(line.usd),
        say(tokens, locale) if line.tokens_in or line.tokens_out else "",
        say(_("{s} s", s=f"{line.seconds:g}"), locale) if line.seconds else "",
        plain(line.token, 40),
    ]
    return " · ".join(part for part in parts if part)
