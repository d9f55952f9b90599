"""What Ideogram can do with any picture, and with words."""

from bot.provider import Submission
from bot.providers.ideogram.drawing import Image, Remix
from bot.providers.ideogram.working import Describe, Upscale
from bot.text import _
from bot.ui.makers import Maker, register_maker
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


def register_makers(cog: Common) -> None:
    """A picture from words; a given one is drawn anew."""

    def make(prompt: str, picture: bool) -> tuple[Submission, str]:
        return (cog.request(Remix, prompt=prompt), "image") if picture else (cog.request(Image, prompt=prompt), "")

    register_maker(Maker("image", Image, make))
