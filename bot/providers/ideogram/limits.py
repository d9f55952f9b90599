"""What goes together at Ideogram, and what it takes as a picture (reference ``relay-midjourney-…md`` 4.2 to 4.4)."""

from collections.abc import Mapping

from bot.errors import Invalid
from bot.provider import Given
from bot.providers.ideogram.tables import (
    FIRST,
    LIGHT,
    NAMES,
    SECOND,
    V3,
    Model,
    names_of,
    ratios_of,
    sizes_of,
    styles_of,
)
from bot.sniff import JPEG, PNG, WEBP
from bot.text import _

LARGEST = 10 * 1024 * 1024
"""Bytes of a picture, and of all style pictures together (4.3, 4.4)."""
STYLE_PICTURES = ("style_image", "style_image2", "style_image3")
ONLY: Mapping[str, tuple[Model, ...]] = {
    "resolution": (*SECOND, V3),
    "style_type": (*SECOND, *LIGHT, V3),
    "negative_prompt": (*FIRST, *SECOND, V3),
    "palette": (*SECOND, V3),
    **dict.fromkeys(("style_preset", "style_codes", "speed", *STYLE_PICTURES, "character_image", "transparent"), (V3,)),
}
"""Which models take an option that not all of them take (4.2, 4.4)."""
OPAQUE = ("resolution", "style_type", "style_preset", "style_codes", "palette", *STYLE_PICTURES, "character_image")
"""What cannot be chosen for a transparent picture (4.4)."""


def check_taken(model: Model, given: set[str], able: tuple[Model, ...], only: Mapping[str, tuple[Model, ...]]) -> None:
    """Refuse a model that cannot do it at all, and options that it does not take, with :class:`Invalid`."""
    if model not in able:
        raise Invalid(_("Ideogram {model} cannot do that; {able} can.", model=NAMES[model], able=names_of(able)))
    for name, takers in only.items():
        if name in given and model not in takers:
            others = names_of(tuple(taker for taker in takers if taker in able))
            raise Invalid(
                _(
                    "Ideogram {model} takes no `{option}`: leave it out, or choose another model: {others}.",
                    model=NAMES[model],
                    option=name,
                    others=others,
                )
            )


def check_codes(given: set[str]) -> None:
    """Refuse style codes with what they exclude."""
    if "style_codes" not in given:
        return
    if "style_type" in given:
        raise Invalid(_("Style codes exclude a style type: leave `style_codes` or `style_type` out."))
    if given & set(STYLE_PICTURES):
        raise Invalid(_("Style codes exclude style pictures: leave `style_codes` or `style_image` out."))


def check_shape(model: Model, ratio: str | None, size: str | None) -> None:
    """Refuse an aspect ratio together with a size, and those that the model does not have."""
    if ratio and size:
        raise Invalid(_("Choose either `aspect_ratio` or `resolution`, not both."))
    if ratio and ratio not in ratios_of(model):
        known = ", ".join(ratios_of(model))
        raise Invalid(
            _(
                "Ideogram {model} has no aspect ratio “{ratio}”. Known: {known}.",
                model=NAMES[model],
                ratio=ratio,
                known=known,
            )
        )
    if size and size not in sizes_of(model):
        raise Invalid(
            _("Ideogram {model} has no resolution “{size}”. Choose one from the list.", model=NAMES[model], size=size)
        )


def check_style(model: Model, style: str | None) -> None:
    """Refuse a style type that the model does not have."""
    if style and style not in styles_of(model):
        known = ", ".join(styles_of(model))
        raise Invalid(
            _(
                "Ideogram {model} has no style type {style}. Known: {known}.",
                model=NAMES[model],
                style=style,
                known=known,
            )
        )


def check_transparent(given: set[str], speed: str | None) -> None:
    """Refuse what does not go with a transparent picture, and what goes with none else."""
    if "transparent" not in given:
        if "upscale_factor" in given:
            raise Invalid(_("`upscale_factor` is for transparent pictures: set `transparent`, or leave it out."))
        return
    for name in OPAQUE:
        if name in given:
            raise Invalid(_("A transparent picture takes no `{option}`: leave one of the two out.", option=name))
    if speed == "FLASH":
        raise Invalid(_("The speed FLASH makes no transparent pictures: choose another one."))


def check_picture(given: Given) -> None:
    """Refuse a picture with :class:`Invalid`."""
    if given.kind not in {PNG, JPEG, WEBP}:
        raise Invalid(_("Ideogram takes PNG, JPEG and WebP pictures only."))
    if given.size > LARGEST:
        raise Invalid(_("This picture is too large for Ideogram: at most {most} MiB.", most=LARGEST // 1024**2))


def check_style_pictures(given: Mapping[str, Given]) -> None:
    """Refuse style pictures that are too large together with :class:`Invalid`."""
    if sum(given[name].size for name in STYLE_PICTURES if name in given) > LARGEST:
        raise Invalid(_("The style pictures are too large: at most {most} MiB together.", most=LARGEST // 1024**2))


def check_square(size: str | None) -> None:
    """Refuse a picture that is not square, with :class:`Invalid`; 3.0 takes others, too (4.3)."""
    wide, _x, high = (size or "").partition("x")
    if wide != high or not wide:
        raise Invalid(
            _(
                "Only Ideogram 3.0 reframes a picture that is not square ({size} pixels): choose it with `model`.",
                size=f"{wide} × {high}" if wide else "?",
            )
        )
