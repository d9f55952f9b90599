"""What Recraft can do with any picture, and with words."""

from bot.provider import Submission
from bot.providers.recraft.drawing import Image, ImageToImage
from bot.providers.recraft.working import CreativeUpscale, CrispUpscale, RemoveBackground, Vectorize, Worked
from bot.text import Text, _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Family, Make, Use, register_use, words

WORKED: tuple[tuple[str, Text, str, type[Worked], Family], ...] = (
    ("rc-vectorize", _("Vector picture (SVG)"), "📐", Vectorize, "other"),
    ("rc-cut-out", _("Remove the background"), "✂️", RemoveBackground, "edit"),
    ("rc-crisp", _("Upscale, crisp"), "🔼", CrispUpscale, "upscale"),
    ("rc-creative", _("Upscale, with new details"), "🔼", CreativeUpscale, "upscale"),
)


def register_uses() -> None:
    """Vectorize, cut out, enlarge, draw anew."""
    for key, label, emoji, kind, family in WORKED:
        register_use(Use(key, label, emoji, kind, family, _maker(kind)))
    register_use(
        Use(
            "rc-anew",
            _("Draw anew"),
            "🎨",
            ImageToImage,
            "vary",
            lambda picture, typed: ImageToImage.make(prompt=typed["prompt"], image=picture),
            words(_("What the new picture shows")),
        )
    )


def _maker(kind: type[Worked]) -> Make:
    return lambda picture, _typed: kind.make(image=picture)


def register_makers() -> None:
    """A picture from words; a given one is drawn anew."""

    def make(prompt: str, picture: bool) -> tuple[Submission, str]:
        return (ImageToImage.make(prompt=prompt), "image") if picture else (Image.make(prompt=prompt), "")

    register_maker(Maker("image", Image, make))
