"""``/relay models`` and ``pricing``: what there is and what it costs, searchable, in pages."""

from collections.abc import Mapping

from bot.prices import KINDS, Model, Price
from bot.text import Text, _
from bot.ui.cards import plain
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.panels import Panel, pager

PAGE = 20
MODELS, PRICING = "relay-models", "relay-pricing"
_KINDS: Mapping[str, Text] = {
    "chat": _("conversations"),
    "image": _("pictures"),
    "speech": _("speech"),
    "transcription": _("transcripts"),
    "video": _("videos"),
}
_NONE = _("Nothing has “{words}” in its name.")
_EMPTY = _("The relay lists nothing.")


async def models_panel(interaction: Interaction, page: int, about: str) -> Panel:
    """The models that the key may use."""
    locale, models = str(interaction.locale), interaction.client.engine.models
    wanted = about.lower()
    found = sorted((model for model in await models.all() if wanted in model.id.lower()), key=lambda model: model.id)
    lines = [_model(model, models.price(model.id), locale) for model in found]
    return _paged(_("Models of the relay: {count}", count=len(found)), lines, MODELS, page, about, locale=locale)


async def pricing_panel(interaction: Interaction, page: int, about: str) -> Panel:
    """What models cost the account."""
    locale, accounts = str(interaction.locale), interaction.client.engine.account
    pricing, group = await accounts.pricing(), await accounts.group()
    wanted = about.lower()
    prices = [
        price
        for name in sorted(pricing.prices)
        if wanted in name.lower() and (price := pricing.of(name, group)) is not None
    ]
    lines = [_price(price, group, locale) for price in prices]
    if len(prices) == 1 and prices[0].about:
        lines.append(plain(prices[0].about, 600))
    units = _("1M is a million tokens: of the question, then of the answer.")
    whose = _("Prices of the group {group}.", group=plain(group, 60)) if group else None
    foot = " ".join(say(part, locale) for part in (whose, units) if part is not None)
    return _paged(_("Prices: {count}", count=len(prices)), lines, PRICING, page, about, foot, locale=locale)


def _paged(heading: Text, lines: list[str], panel: str, page: int, about: str, foot: str = "", *, locale: str) -> Panel:
    pages = max(1, -(-len(lines) // PAGE))
    page = min(page, pages - 1)
    shown = lines[page * PAGE : (page + 1) * PAGE]
    words = "\n".join(shown) or say(Text(_NONE.source, {"words": plain(about, 60)}) if about else _EMPTY, locale)
    where = say(_("page {page} of {pages}", page=page + 1, pages=pages), locale) if pages > 1 else ""
    foot = " · ".join(part for part in (where, foot) if part)
    return Panel(
        f"🏷️ {say(heading, locale)}", [words], foot=foot, turns=pager(panel, page, about, has_next=page + 1 < pages)
    )


def _model(model: Model, price: Price | None, locale: str) -> str:
    kind = say(_KINDS[model.kind], locale) if model.kind in KINDS else ""
    cost = say(price.words, locale) if price is not None else ""
    return " · ".join(part for part in (f"**{plain(model.id, 80)}**", kind, cost) if part)


def _price(price: Price, group: str, locale: str) -> str:
    closed = bool(group and price.groups and group not in price.groups)
    closed_words = say(_("not in this group"), locale) if closed else ""
    parts = (f"**{plain(price.model, 80)}**", say(price.words, locale), plain(price.owner, 40), closed_words)
    return " · ".join(part for part in parts if part)
