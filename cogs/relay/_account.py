"""``/relay account`` and ``key``: what is left, and what the bot's key may use."""

from bot.account import Key
from bot.text import Text, _
from bot.ui.cards import plain
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.panels import Panel
from cogs.relay._common import fact, money

SHOWN_MODELS = 40
_NO_LIMIT = _("no limit")


async def account_panel(interaction: Interaction, _page: int, _about: str) -> Panel:
    """The relay account."""
    locale, accounts = str(interaction.locale), interaction.client.engine.account
    found, site = await accounts.account(), await accounts.site()
    facts = [
        fact(_("Balance"), money(found.remaining), locale),
        fact(_("Used"), money(found.used), locale),
        fact(_("Requests"), _("unknown") if found.requests is None else f"{found.requests:,}", locale),
        fact(_("Group"), found.group or _("unknown"), locale),
    ]
    if found.banned:
        facts.append(f"⛔ {say(_('The relay has banned this account.'), locale)}")
    foot = " · ".join(plain(part, 80) for part in (found.name, site.name) if part)
    return Panel(f"🏦 {say(_('Relay account'), locale)}", ["\n".join(facts)], foot=foot)


async def key_panel(interaction: Interaction, _page: int, _about: str) -> Panel:
    """The bot's own key."""
    locale = str(interaction.locale)
    key = await interaction.client.engine.account.key()
    facts = [
        *([fact(_("Name"), key.name, locale)] if key.name else []),
        fact(_("Limit"), _NO_LIMIT if key.unlimited else money(key.granted), locale),
        fact(_("Used"), money(key.used), locale),
        fact(_("Left"), _NO_LIMIT if key.unlimited else money(key.remaining), locale),
        fact(_("Expires"), _expiry(key), locale),
        fact(_("Models"), _models(key), locale),
    ]
    return Panel(f"🔑 {say(_('This bot’s key'), locale)}", ["\n".join(facts)])


def _expiry(key: Key) -> Text:
    if key.expires_at is None:
        return _("never")
    return Text("{when}", {"when": f"<t:{round(key.expires_at)}:f> (<t:{round(key.expires_at)}:R>)"})


def _models(key: Key) -> Text:
    if not key.models:
        return _("all of them")
    names = ", ".join(plain(name, 60) for name in key.models[:SHOWN_MODELS])
    more = len(key.models) - SHOWN_MODELS
    return _("{names} and {count} more", names=names, count=more) if more > 0 else Text("{names}", {"names": names})
