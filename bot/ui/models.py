"""Choices of a ``model`` option: what the relay has, with prices."""

from collections.abc import Sequence

from discord import app_commands

from bot.prices import ModelKind
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.pickers import MOST, Choices


async def model_choices(
    interaction: Interaction, current: str, kinds: Sequence[ModelKind] | None = None, otherwise: Sequence[str] = ()
) -> Choices:
    """The relay's models that are good for one of ``kinds`` (``None``: for anything) and hold what was typed.

    ``otherwise`` are suggested while the relay's list is not known.
    """
    found = await interaction.client.engine.models.matching(current, kinds)
    locale = str(interaction.locale)
    if found or interaction.client.engine.models.known:
        return [app_commands.Choice(name=say(offer.label, locale)[:100], value=offer.id) for offer in found]
    wanted = current.strip().lower()
    return [app_commands.Choice(name=name, value=name) for name in otherwise if wanted in name.lower()][:MOST]
