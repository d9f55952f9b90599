"""Still pictures of any size that follow what was sent, and where they are served with links that end.

Wire facts: reference "relay-midjourney-…" sections 0.4 and 6.
"""

import asyncio
import hashlib
import io
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from aiohttp import web
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from .pictures import STILLS, Blob, Colour, Scene, Size, dimensions, send

if TYPE_CHECKING:
    from .core import Relay

Suffix = Literal["png", "jpeg", "webp", "svg"]
Act = Literal["paint", "blend", "patch", "erase", "cut", "scale", "place", "backdrop"]

MIMES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}
FORMATS = ("PNG", "JPEG", "WEBP")
MEGAPIXEL = 1024 * 1024
TILES = 32


def measure(data: bytes) -> Size | None:
    """Width and height of a PNG, JPEG or WebP picture (only its head is read); None when it is none."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a picture is made: what is done to the `source`, in which colours; in the mask white means change."""

    seed: str
    size: Size
    suffix: Suffix = "png"
    act: Act = "paint"
    source: bytes = b""
    mask: bytes = b""
    inverted: bool = False
    corner: tuple[int, int] = (0, 0)
    colour: Colour | None = None


def seed_of(*parts: object) -> str:
    """Eight hex digits that decide the look of a picture, or sign its link."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def sized(ratio: str, step: int = 32, area: int = MEGAPIXEL) -> Size:
    """Width and height (multiples of `step`) of about `area` pixels for a ratio such as `16:9` or `16x9`."""
    wide, high = (int(part) or 1 for part in re.split("[:x]", ratio))
    width, height = math.sqrt(area * wide / high), math.sqrt(area * high / wide)
    return max(1, round(width / step)) * step, max(1, round(height / step)) * step


def average(data: bytes) -> str:
    """The mean colour of a picture, such as `#a0b1c2`; blocking, so call it in a thread."""
    return "#" + Image.open(io.BytesIO(data), formats=FORMATS).convert("RGB").resize((1, 1)).tobytes().hex()


@lru_cache(maxsize=32)
def draw(drawing: Drawing) -> bytes:
    """The bytes of a picture; blocking, so call it in a thread."""
    picture = _ACTS[drawing.act](drawing)
    if drawing.colour:
        picture = Image.blend(picture.convert("RGB"), Image.new("RGB", picture.size, drawing.colour), 0.35)
    if drawing.suffix == "svg":
        return _vector(picture)
    out = io.BytesIO()
    picture = picture.convert("RGB") if drawing.suffix == "jpeg" else picture
    picture.save(out, drawing.suffix.upper(), quality=85, compress_level=1, method=0)
    return out.getvalue()


def _scene(drawing: Drawing) -> Image.Image:
    small = Scene(drawing.seed, dimensions(f"{drawing.size[0]}:{drawing.size[1]}"))
    return small.frame(STILLS["image"]).resize(drawing.size)


def _source(drawing: Drawing) -> Image.Image:
    picture = Image.open(io.BytesIO(drawing.source), formats=FORMATS).convert("RGBA")
    return ImageOps.fit(picture, drawing.size)


def _blend(drawing: Drawing) -> Image.Image:
    return Image.blend(_source(drawing).convert("RGB"), _scene(drawing), 0.5)


def _mask(drawing: Drawing) -> Image.Image:
    """White where the picture is to change: the mask, or else what is transparent in the source."""
    if not drawing.mask:
        return ImageOps.invert(_source(drawing).getchannel("A"))
    mask = Image.open(io.BytesIO(drawing.mask), formats=FORMATS).convert("L").resize(drawing.size)
    return ImageOps.invert(mask) if drawing.inverted else mask


def _patch(drawing: Drawing) -> Image.Image:
    return Image.composite(_scene(drawing), _source(drawing).convert("RGB"), _mask(drawing))


def _erase(drawing: Drawing) -> Image.Image:
    source = _source(drawing).convert("RGB")
    return Image.composite(source.filter(ImageFilter.BoxBlur(60)), source, _mask(drawing))


def _middle(size: Size) -> Image.Image:
    """White where the subject of a picture is taken to be."""
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).ellipse((size[0] // 8, size[1] // 8, size[0] * 7 // 8, size[1] * 7 // 8), fill=255)
    return mask


def _cut(drawing: Drawing) -> Image.Image:
    picture = _source(drawing).convert("RGB") if drawing.source else _scene(drawing)
    picture.putalpha(_middle(drawing.size))
    return picture


def _place(drawing: Drawing) -> Image.Image:
    canvas, source = _scene(drawing), Image.open(io.BytesIO(drawing.source), formats=FORMATS).convert("RGB")
    corner = drawing.corner
    if source.width > canvas.width or source.height > canvas.height:
        source = ImageOps.contain(source, canvas.size)
        corner = ((canvas.width - source.width) // 2, (canvas.height - source.height) // 2)
    canvas.paste(source, corner)
    return canvas


def _backdrop(drawing: Drawing) -> Image.Image:
    return Image.composite(_source(drawing).convert("RGB"), _scene(drawing), _middle(drawing.size))


_ACTS = {
    "paint": _scene, "blend": _blend, "patch": _patch, "erase": _erase, "cut": _cut, "scale": _source,
    "place": _place, "backdrop": _backdrop,
}  # fmt: skip


def _vector(picture: Image.Image) -> bytes:
    """The picture as a mosaic of rectangles."""
    width, height = picture.size
    tiles = picture.convert("RGB").resize((TILES, TILES)).tobytes()
    shapes = [
        f'<rect x="{x}" y="{y}" width="1.02" height="1.02" fill="#{tiles[3 * (TILES * y + x) :][:3].hex()}"/>'
        for y in range(TILES)
        for x in range(TILES)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return f'{head} viewBox="0 0 {TILES} {TILES}" preserveAspectRatio="none">{"".join(shapes)}</svg>'.encode()


class Gallery:
    """Pictures under /media/{provider}/, made when they are first fetched; their signed links end (0.4)."""

    def __init__(self, relay: "Relay", provider: str) -> None:
        self.relay = relay
        self.provider = provider
        self.refused: set[str] = set()
        self._pictures: dict[str, Drawing] = {}

    def route(self) -> web.RouteDef:
        """`GET` and `HEAD` of a picture; no key needed."""
        return web.get(f"/media/{self.provider}/{{name}}", self._serve)

    def put(self, name: str, drawing: Drawing) -> None:
        """Hang a picture up under its name."""
        self._pictures[name] = drawing

    def link(self, request: web.Request, name: str, until: float) -> str:
        """The picture's link on the host the request was sent to; it works before the time `until`."""
        query = f"se={until:.0f}&sig={seed_of(name, f'{until:.0f}')}"
        return self.relay.media_url or f"{request.scheme}://{request.host}/media/{self.provider}/{name}?{query}"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name, until = request.match_info["name"], request.query.get("se", "")
        drawing = self._pictures.get(name)
        if drawing is None:
            return web.Response(status=404, text="not found")
        if request.query.get("sig") != seed_of(name, until) or self.relay.clock() >= float(until):
            self.refused.add(name)
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="text/xml")
        data = await asyncio.to_thread(draw, drawing)
        return await send(request, Blob(data, len(data), MIMES[drawing.suffix]))
