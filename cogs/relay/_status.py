"""``/relay status``: how the relay and every provider stand."""

from bot.engine.account import Accounts
from bot.engine.standing import Standing, standings
from bot.errors import CallFailed
from bot.text import _
from bot.ui.cards import plain, plain_values
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.panels import Panel, pager

PAGE = 6
STATUS = "relay-status"


async def status_panel(interaction: Interaction, page: int, _about: str) -> Panel:
    """The relay on the first page, the providers on all of them."""
    locale, engine = str(interaction.locale), interaction.client.engine
    found = await standings(engine.core)
    pages = -(-len(found) // PAGE)
    page = min(page, pages - 1)
    head = [await _relay(engine.account, locale)] if page == 0 else []
    blocks = [_provider(standing, locale) for standing in found[page * PAGE : (page + 1) * PAGE]]
    foot = say(_("page {page} of {pages}", page=page + 1, pages=pages), locale)
    turns = pager(STATUS, page, "", has_next=page + 1 < pages)
    return Panel(f"🩺 {say(_('Status'), locale)}", head + blocks, foot=foot, turns=turns, apart=True)


async def _relay(accounts: Accounts, locale: str) -> str:
    """Whether the relay answers, what it is, and what it announces."""
    try:
        site = await accounts.site()
    except CallFailed as failure:
        return f"🔴 {say(plain_values(failure.text), locale)}"
    name = " ".join(plain(part, 60) for part in (site.name, site.version) if part)
    words = say(_("The relay answers. {name}", name=name), locale).rstrip()
    notice = plain(await accounts.notice(), 400)
    return f"🟢 {words}" + (f"\n> {notice}" if notice else "")


def _provider(standing: Standing, locale: str) -> str:
    provider, load = standing.provider, standing.load
    state = _("offered") if standing.offered else _("not offered: `PROVIDERS` leaves it out")
    lines = [f"{provider.emoji} **{provider.title}** · {say(state, locale)}"]
    if standing.missing:
        names = ", ".join(say(name, locale) for name in standing.missing)
        lines.append(f"⚠️ {say(_('The relay does not have: {names}', names=names), locale)}")
    facts = [_("none of its requests is over yet")]
    if standing.tried:
        share = round(100 * standing.done / standing.tried)
        facts = [_("{done} of {tried} went well ({share} %)", done=standing.done, tried=standing.tried, share=share)]
    if standing.seconds is not None:
        facts.append(_("usually {seconds} s", seconds=f"{standing.seconds:.0f}"))
    if load.under_way or load.waiting:
        facts.append(_("{active} under way, {waiting} in line", active=load.under_way, waiting=load.waiting))
    lines.append(" · ".join(say(one, locale) for one in facts))
    if standing.error is not None and standing.error.reason is not None:
        reason = plain(say(standing.error.reason, locale), 200)
        lines.append(f"-# {say(_('Last error'), locale)} <t:{round(standing.error.at)}:R>: {reason}")
    return "\n".join(lines)
