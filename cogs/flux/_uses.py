"""What Flux can do with any picture."""

from bot.providers.flux.choose import edit
from bot.providers.flux.requests import INPUTS, Edit
from bot.text import _
from bot.ui.uses import Use, register_use, words
from cogs.flux._common import Common


def register_uses(cog: Common) -> None:
    """Edit by words."""
    register_use(
        Use(
            "flux-edit",
            _("Edit"),
            "✏️",
            Edit,
            "edit",
            lambda picture, typed: edit(cog.options, None, {"prompt": typed["prompt"], INPUTS[0]: picture}, pictures=1),
            words(_("What is to change")),
        )
    )
