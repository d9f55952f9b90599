"""Midjourney's pictures, made on the spot: grids of four, and every picture that is made from another one.

A picture is described by a `Look`, which is drawn when somebody asks for its file: an upscaled picture is then visibly
the quarter of its grid, a zoom has the old picture in its middle, and a region is repainted where the mask is white.
"""

import base64
import hashlib
import io
import random
import re
import threading
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageChops

from .pictures import PALETTES, Scene, Size, dimensions

Box = tuple[float, float, float, float]  # left, top, right, bottom in shares of the picture

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
FORMATS = {"png": ("PNG", "image/png"), "jpg": ("JPEG", "image/jpeg"), "webp": ("WEBP", "image/webp")}
SMALL = 4  # a preview and a thumbnail are drawn at this fraction of the size
PAN_BY = 1.5
SUBTLE = (0.2, 0.36, 0.64, 0.8)
MASK_LEVEL = 128
TRIES = 60
NOT_A_PICTURE = "base64格式错误"
NO_AREA = "the mask is empty: nothing is white"


@dataclass(frozen=True, slots=True)
class Look:
    """A landscape, and what is kept in it: another picture in a box of it, but not where the mask is white."""

    seed: str
    size: Size
    at: float = 0.5
    kept: "Look | bytes | None" = None
    box: Box = WHOLE
    mask: bytes = b""

    @property
    def square(self) -> bool:
        """Whether width and height are the same."""
        return self.size[0] == self.size[1]


def derive(*parts: object) -> str:
    """Eight hex digits that follow from the parts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:8]


def four(base: Look, seed: str) -> tuple[Look, ...]:
    """The same composition with four new landscapes."""
    return tuple(anew(base, derive(seed, number)) for number in range(4))


def anew(look: Look, seed: str) -> Look:
    """The same composition with another landscape, in the colours of what is kept of the old one."""
    if isinstance(look.kept, Look):
        colours, tries = _colours(look.kept.seed), (derive(seed, number) for number in range(TRIES))
        seed = next((one for one in tries if _colours(one) == colours), seed)
    return replace(look, seed=seed, at=0.5)


def _colours(seed: str) -> object:
    """The palette of a `Scene`: the first thing that it draws by its seed."""
    return random.Random(seed).choice(PALETTES)


def subtle(base: Look) -> tuple[Look, ...]:
    """The same landscape four times, a little earlier or later."""
    return tuple(replace(base, at=at) for at in SUBTLE)


def doubled(base: Look, *, creative: bool) -> Look:
    """The picture at twice its size; a creative upscale changes it a little."""
    return replace(base, size=(2 * base.size[0], 2 * base.size[1]), at=0.56 if creative else base.at)


def zoomed(base: Look, seed: str, factor: float, ratio: str = "") -> Look:
    """The picture in the middle of a new one whose view is `factor` times as wide."""
    size = dimensions(ratio or f"{base.size[0]}:{base.size[1]}")
    fit = min(size[0] / base.size[0], size[1] / base.size[1]) / factor
    wide, high = base.size[0] * fit / size[0], base.size[1] * fit / size[1]
    return anew(Look(seed, size, kept=base, box=((1 - wide) / 2, (1 - high) / 2, (1 + wide) / 2, (1 + high) / 2)), seed)


def panned(base: Look, seed: str, side: str) -> tuple[Look, ...]:
    """Four pictures that go on from the old one to one side."""
    wide, high = base.size
    level = side in ("left", "right")
    size = dimensions(f"{round(wide * PAN_BY)}:{high}" if level else f"{wide}:{round(high * PAN_BY)}")
    start, end = (1 - 1 / PAN_BY, 1.0) if side in ("left", "up") else (0.0, 1 / PAN_BY)
    box = (start, 0.0, end, 1.0) if level else (0.0, start, 1.0, end)
    return four(Look(seed, size, kept=base, box=box), seed)


def repainted(base: Look | bytes, seed: str, size: Size, mask: bytes) -> tuple[Look, ...]:
    """Four pictures that differ from the old one where the mask is white, or where the old one is transparent."""
    return four(Look(seed, size, kept=base, mask=mask), seed)


def draw(look: Look, shrink: int = 1) -> Image.Image:
    """The picture; blocking."""
    width, height = (max(2, side // shrink) for side in look.size)
    picture = Scene(look.seed, (width, height)).frame(look.at)
    if look.kept is None:
        return picture
    left, top, right, bottom = (
        round(share * side) for share, side in zip(look.box, (width, height, width, height), strict=True)
    )
    size = (max(1, right - left), max(1, bottom - top))
    kept = (_opened(look.kept) if isinstance(look.kept, bytes) else draw(look.kept, shrink)).convert("RGBA")
    kept = kept.resize(size)
    stays = kept.getchannel("A")
    if look.mask:
        stays = ImageChops.darker(stays, ImageChops.invert(_opened(look.mask).convert("L").resize(size)))
    picture.paste(kept.convert("RGB"), (left, top), stays)
    return picture


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def _grid(looks: tuple[Look, ...], shrink: int) -> Image.Image:
    """One picture, or four in two rows."""
    pictures = [draw(look, shrink) for look in looks]
    if len(pictures) == 1:
        return pictures[0]
    width, height = pictures[0].size
    whole = Image.new("RGB", (2 * width, 2 * height))
    for number, picture in enumerate(pictures):
        whole.paste(picture, (number % 2 * width, number // 2 * height))
    return whole


_MAKING = threading.Lock()


def paint(looks: tuple[Look, ...], suffix: str, shrink: int = 1) -> bytes:
    """The file of one picture or of a grid, made once; with `shrink` a blurred one. Blocking: call it in a thread."""
    with _MAKING:
        return _painted(looks, suffix, shrink)


@lru_cache(maxsize=48)
def _painted(looks: tuple[Look, ...], suffix: str, shrink: int) -> bytes:
    out = io.BytesIO()
    picture = _grid(looks, shrink)
    if suffix == "webp":  # a preview is as large as the picture, but without its details
        picture = picture.resize((picture.width * SMALL, picture.height * SMALL), Image.Resampling.BILINEAR)
    picture.save(out, FORMATS[suffix][0], quality=80)
    return out.getvalue()


def decoded(value: object) -> bytes | None:
    """The bytes of a data URL (or of bare base64); None when it is neither."""
    if not isinstance(value, str):
        return None
    head, comma, encoded = value.partition(",")
    if comma and not re.fullmatch(r"data:image/[\w.+-]+;base64", head):
        return None
    try:
        return base64.b64decode(encoded if comma else head, validate=True) or None
    except ValueError:
        return None


def size_of(data: bytes) -> Size | None:
    """Width and height of a picture file; None when it is none. Blocking."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def mask_problem(value: object, size: Size) -> str:
    """What is wrong with the mask of a region change (1.6 (3)), or nothing. Blocking."""
    data = decoded(value)
    found = size_of(data) if data else None
    if data is None or found is None:
        return NOT_A_PICTURE
    if found != size:
        return f"the mask has {found[0]}x{found[1]} pixels, the picture {size[0]}x{size[1]}"
    try:
        brightest = _opened(data).convert("L").getextrema()[1]
    except (OSError, ValueError, SyntaxError):
        return NOT_A_PICTURE
    return "" if isinstance(brightest, (int, float)) and brightest >= MASK_LEVEL else NO_AREA
