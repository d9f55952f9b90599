"""What Recraft takes as a picture (reference ``relay-midjourney-…md`` 3.2, input limits)."""

from bot.errors import Invalid
from bot.provider import Given
from bot.sniff import JPEG, PNG, WEBP
from bot.text import _

LONGEST, SHORTEST, MOST_PIXELS = 4096, 256, 16_000_000
SHORTEST_CRISP = 32
"""Pixels of the shorter side for a crisp upscale."""


def check_picture(given: Given, largest: int, shortest: int = SHORTEST) -> None:
    """Refuse a picture with :class:`Invalid`. ``largest`` in bytes, ``shortest`` in pixels of its shorter side."""
    if given.kind not in {PNG, JPEG, WEBP}:
        raise Invalid(_("Recraft takes PNG, JPEG and WebP pictures only."))
    check_bytes(given.size, largest)
    if given.pixels is None:
        raise Invalid(_("The size of this picture cannot be told; the file may be damaged."))
    size = " × ".join(map(str, given.pixels))
    if max(given.pixels) > LONGEST:
        raise Invalid(
            _("Recraft takes pictures of at most {most} pixels a side; this one has {size}.", most=LONGEST, size=size)
        )
    if given.pixels[0] * given.pixels[1] > MOST_PIXELS:
        raise Invalid(_("Recraft takes pictures of at most 16 megapixels; this one has {size} pixels.", size=size))
    if min(given.pixels) < shortest:
        raise Invalid(
            _(
                "This picture is too small for Recraft: {size} pixels, but each side needs at least {least}.",
                size=size,
                least=shortest,
            )
        )


def check_bytes(size: int, largest: int) -> None:
    """Refuse so many bytes of a picture with :class:`Invalid`."""
    if size >= largest:
        raise Invalid(
            _(
                "This picture is too large for Recraft: {size} MiB, but it must have less than {most} MiB.",
                size=_mib(size),
                most=_mib(largest),
            )
        )


def check_sum(sizes: list[int], largest: int) -> None:
    """Refuse pictures of a style that have too many bytes together with :class:`Invalid`."""
    if sum(sizes) >= largest:
        raise Invalid(
            _(
                "The pictures are too large for Recraft: {size} MiB together, but they must have less than {most} MiB.",
                size=_mib(sum(sizes)),
                most=_mib(largest),
            )
        )


def _mib(size: int) -> str:
    return f"{size / 1024**2:.2f}".rstrip("0").rstrip(".")
