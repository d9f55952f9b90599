"""What Ideogram can do with any picture."""

from bot.providers.ideogram.drawing import Remix
from bot.providers.ideogram.working import Describe, Upscale
from bot.text import _
from bot.ui.uses import Use, register_use, words
from cogs.ideogram._common import Common


def register_uses(cog: Common) -> None:
    """Describe, enlarge, draw anew."""

    def describe(picture: str, _typed: object) -> Describe:
        return Describe.make(image=picture)

    def upscale(picture: str, _typed: object) -> Upscale:
        return Upscale.make(image=picture)

    register_use(Use("id-describe", _("Describe"), "💬", Describe, "describe", describe))
    register_use(Use("id-upscale", _("Upscale"), "🔼", Upscale, "upscale", upscale))
    register_use(
        Use(
            "id-remix",
            _("Draw anew"),
            "🎨",
            Remix,
            "vary",
            lambda picture, typed: cog.request(Remix, prompt=typed["prompt"], image=picture),
            words(_("What the new picture shows")),
        )
    )
