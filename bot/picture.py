"""How large a picture is, told by its header. Blocks: not for the event loop."""

import io

import imagesize

LARGEST = 100_000
"""Pixels of a side that are believed."""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; ``None`` when its header does not tell them."""
    try:
        width, height = map(int, imagesize.get(io.BytesIO(content)))  # a drawing's may be fractions
    except Exception:  # a hostile header may trip the parser in any way
        return None
    return (width, height) if 0 < width < LARGEST and 0 < height < LARGEST else None
