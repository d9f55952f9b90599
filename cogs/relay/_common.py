"""What the panels of ``/relay`` share."""

from collections.abc import Iterable

from bot.account import dollars
from bot.engine.desk import MANAGERS_ONLY
from bot.errors import Problem
from bot.text import Text, _
from bot.ui.cards import plain
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.panels import Draw, Panel

OF_KEY = _("Only what this bot's own key has used is known. For the whole account set {names}.")


def for_operators(draw: Draw) -> Draw:
    """``draw`` for those who may manage the server; others get a :class:`Problem`. A button is checked as well."""

    async def guarded(interaction: Interaction, page: int, about: str) -> Panel:
        require_manager(interaction)
        return await draw(interaction, page, about)

    return guarded


def require_manager(interaction: Interaction) -> None:
    """Refuse everybody with :class:`Problem` who may not manage the server, or is not among the operators if those are
    named: a bot that strangers take to their servers must not show them what its owner has."""
    operators = interaction.client.config.settings.operator_ids
    if operators and interaction.user.id not in operators:
        raise Problem(_("Only the operators of this bot can do that."))
    if not asker_of(interaction).manager:
        raise Problem(MANAGERS_ONLY)


def fact(label: Text, value: Text | str, locale: str) -> str:
    """A line: what it is, and how much or what."""
    return f"**{say(label, locale)}** {say(value, locale) if isinstance(value, Text) else plain(value, 200)}"


def money(usd: float | None) -> Text | str:
    """An amount, or that nobody told it."""
    return _("unknown") if usd is None else dollars(usd)


def only_of_key(names: Iterable[str], locale: str) -> str:
    """Says that less is known than might be, and which settings are missing."""
    return say(Text(OF_KEY.source, {"names": ", ".join(f"`{name}`" for name in names)}), locale)
