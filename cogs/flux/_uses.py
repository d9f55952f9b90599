"""What Flux can do with any picture, and with words."""

from bot.provider import Submission
from bot.providers.flux.choose import edit, from_words
from bot.providers.flux.requests import INPUTS, Edit, Image
from bot.text import _
from bot.ui.makers import Maker, register_maker
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


def register_makers(cog: Common) -> None:
    """A picture from words; a given one is edited."""

    def make(prompt: str, picture: bool) -> tuple[Submission, str]:
        if picture:
            return edit(cog.options, None, {"prompt": prompt}, pictures=1), INPUTS[0]
        return from_words(cog.options, None, {"prompt": prompt}), ""

    register_maker(Maker("image", Image, make))
