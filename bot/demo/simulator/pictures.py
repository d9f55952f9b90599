"""Real media made on the spot: a short dusk landscape whose colours and shapes follow from a seed.

The same seed and ratio always give the same bytes. Everything is served with Range and HEAD support, and padding is
streamed, so that even a huge file needs little memory.
"""

import asyncio
import base64
import contextlib
import io
import math
import random
import re
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
from aiohttp import web
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Size = tuple[int, int]

AREA = 480 * 270
FPS = 24
FRAMES = 3 * FPS
CHUNK = 64 * 1024
BOX_HEADER = 16
WATERMARK = "watermark"
BIG_VIDEO = "b16-16x9.mp4"
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
NAME = re.compile(r"([0-9a-z]+)-(\d{1,4})x(\d{1,4})\.(mp4|jpg|png)")
TYPES = {"mp4": "video/mp4", "jpg": "image/jpeg", "png": "image/png"}
KINDS = {"video": "mp4", "watermarked": "mp4", "thumbnail": "jpg", "last_frame": "jpg", "image": "png"}
STILLS = {"thumbnail": 0.35, "last_frame": 1.0, "image": 0.5}

# sky from the zenith down to the horizon, then the nearest hill
PALETTES: list[tuple[Colour, Colour, Colour, Colour, Colour]] = [
    ((20, 25, 58), (91, 58, 120), (232, 115, 122), (255, 199, 138), (18, 15, 38)),
    ((7, 26, 47), (18, 80, 107), (79, 163, 165), (244, 214, 160), (4, 18, 29)),
    ((42, 26, 64), (138, 61, 115), (240, 120, 140), (255, 211, 168), (24, 12, 36)),
    ((11, 16, 51), (43, 63, 143), (124, 131, 214), (246, 184, 200), (8, 10, 32)),
    ((6, 20, 31), (15, 61, 76), (47, 143, 131), (217, 232, 160), (3, 14, 18)),
    ((18, 10, 46), (67, 35, 122), (154, 79, 181), (255, 169, 143), (12, 6, 28)),
]


@dataclass(frozen=True, slots=True)
class Glow:
    """A soft circle: where it is (0..1 of the picture), its radius (of the height), strength and drift."""

    x: float
    y: float
    radius: float
    strength: float
    sway: float
    phase: float


class Scene:
    """A landscape at dusk: sky, sinking sun, drifting lights and four ranges of hills moving past."""

    def __init__(self, seed: str, size: Size) -> None:
        dice = random.Random(seed)
        self.size = size
        self.palette = dice.choice(PALETTES)
        self.sun_x = dice.uniform(0.25, 0.75)
        self.sun_radius = dice.uniform(0.08, 0.13)
        self.glows = [
            Glow(dice.random(), dice.uniform(0.15, 0.95), dice.uniform(0.02, 0.08), dice.uniform(0.15, 0.45),
                 dice.uniform(0.005, 0.02), dice.uniform(0, math.tau))
            for _ in range(12)
        ]  # fmt: skip
        self.sky = _gradient(size, self.palette[:4], 0.78)
        self.hills = [self._hill(dice, layer) for layer in range(4)]

    def frame(self, at: float) -> Image.Image:
        """The picture at time `at` (0..1)."""
        width, height = self.size
        picture = self.sky.copy()
        centre = (self.sun_x * width, (0.40 + 0.12 * at) * height)
        _light(picture, centre, height * 0.62, self.palette[3], 0.55, 2.2)
        _light(picture, centre, height * self.sun_radius, (255, 244, 214), 1.0, 0.16)
        for layer, (fill, strip) in enumerate(self.hills):
            shift = at * width * 0.05 * (layer + 1) ** 1.5
            mask = strip.resize(self.size, Image.Resampling.BILINEAR, (shift, 0, shift + width, height))
            picture.paste(fill, (0, 0), mask)
        for glow in self.glows:
            x = (glow.x + glow.sway * math.sin(math.tau * at + glow.phase)) * width
            y = ((glow.y - 0.10 * at) % 1.0) * height
            _light(picture, (x, y), glow.radius * height, self.palette[3], glow.strength, 0.7)
        return picture

    def _hill(self, dice: random.Random, layer: int) -> tuple[Image.Image, Image.Image]:
        """Fill and outline (two widths long, periodic) of one range; layer 0 is the farthest."""
        width, height = self.size
        base = 0.60 + 0.10 * layer
        parts = [(0.055 / n**0.8, n + layer % 2, dice.uniform(0, math.tau)) for n in (1, 2, 3, 5)]
        line = [
            (x, 2 * height * (base + sum(a * math.sin(math.tau * n * x / (2 * width) + p) for a, n, p in parts)))
            for x in range(4 * width + 1)
        ]
        strip = Image.new("L", (4 * width, 2 * height), 0)
        ImageDraw.Draw(strip).polygon([(0, 2 * height), *line, (4 * width, 2 * height)], fill=255)
        colour = _mix(self.palette[1], self.palette[4], 0.15 + 0.28 * layer)
        mist = _mix(colour, self.palette[2], 0.38 - 0.10 * layer)
        return _gradient(self.size, (colour, colour, mist), 1.0), strip.reduce(2)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(size: Size, stops: tuple[Colour, ...], end: float) -> Image.Image:
    """Colours from top to bottom; the last one is reached at `end` of the height."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        place = min(1.0, y / (size[1] * end)) * (len(stops) - 1)
        index = min(int(place), len(stops) - 2)
        column.putpixel((0, y), _mix(stops[index], stops[index + 1], place - index))
    return column.resize(size)


def _light(
    picture: Image.Image, at: tuple[float, float], radius: float, colour: Colour, power: float, soft: float
) -> None:
    """Add a round light; the larger `soft`, the more it fades from the centre on."""
    left, top = round(at[0] - radius), round(at[1] - radius)
    picture.paste(colour, (left, top), _glow(max(2, round(radius * 2)), power, round(soft * 100)))


@lru_cache(maxsize=64)
def _glow(box: int, power: float, soft: int) -> Image.Image:
    """The mask of a light; those of a scene are the same in every frame."""
    mask = _disc(soft).resize((box, box), Image.Resampling.BILINEAR)
    return mask.point([round(level * power) for level in range(256)])


@lru_cache(maxsize=16)
def _disc(soft: int) -> Image.Image:
    fade = [round(255 * (max(0.0, 1 - level / 180) ** (soft / 100))) for level in range(256)]
    return Image.radial_gradient("L").point(fade)


def dimensions(ratio: str) -> Size:
    """Width and height in even pixels for a ratio such as `16:9` or `16x9` (480x270 there, always the same area)."""
    wide, high = (int(part) or 1 for part in re.split("[:x]", ratio))
    shape = min(4.0, max(0.25, wide / high))
    return 2 * round(math.sqrt(AREA * shape) / 2), 2 * round(math.sqrt(AREA / shape) / 2)


_MAKING = threading.Lock()


def make(kind: str, seed: str, ratio: str, suffix: str) -> bytes:
    """The bytes of one piece of media, made once; blocking, so call it in a thread."""
    with _MAKING:
        return _make(kind, seed, ratio, suffix)


@lru_cache(maxsize=48)
def _make(kind: str, seed: str, ratio: str, suffix: str) -> bytes:
    scene = Scene(seed, dimensions(ratio))
    if suffix == "mp4":
        return _video(scene, marked=kind == "watermarked")
    out = io.BytesIO()
    scene.frame(STILLS[kind]).save(out, "PNG" if suffix == "png" else "JPEG", quality=90)
    return out.getvalue()


def _video(scene: Scene, *, marked: bool) -> bytes:
    """Three seconds of H.264 (MPEG-4 part 2 when the encoder is missing) with the index at the front."""
    name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "video.mp4")
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
            stream = out.add_stream(name, rate=FPS)
            if not isinstance(stream, VideoStream):
                raise TypeError(f"{name} makes no video")
            stream.width, stream.height = scene.size
            stream.pix_fmt = "yuv420p"
            if name == "libx264":
                stream.options = {"preset": "veryfast", "crf": "21"}
            else:
                stream.bit_rate = 1_500_000
            for index in range(FRAMES):
                picture = scene.frame(index / (FRAMES - 1))
                if marked:
                    _mark(picture)
                frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it bare
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path.read_bytes()


def _mark(picture: Image.Image) -> None:
    mask = Image.new("L", picture.size, 0)
    font = ImageFont.load_default(max(12, picture.height // 14))
    ImageDraw.Draw(mask).text((picture.width - 10, picture.height - 8), WATERMARK, 150, font, anchor="rs")
    picture.paste((255, 255, 255), (0, 0), mask)


def is_url(value: object) -> bool:
    """Whether the value is a link."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def is_picture(value: object) -> bool:
    """Whether the value is nothing, a link, or valid base64 that begins like a PNG, JPEG, GIF or WebP."""
    if value is None or is_url(value):
        return True
    head, _, encoded = value.partition(",") if isinstance(value, str) else ("", "", "")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        return False
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    return data.startswith(SIGNATURES) or (data[:4], data[8:12]) == (b"RIFF", b"WEBP")


@dataclass(frozen=True, slots=True)
class Blob:
    """A body of `size` bytes that begins with `head`; the rest is zeros that exist only while they are sent."""

    head: bytes
    size: int
    mime: str

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to `stop` in pieces."""
        while start < stop:
            end = min(stop, start + CHUNK)
            piece = self.head[start:end]
            yield piece + bytes(end - start - len(piece))
            start = end


def padded(video: bytes, size: int) -> Blob:
    """An MP4 made `size` bytes long (if it is shorter) by a `free` box of zeros at its end."""
    room = size - len(video)
    if room < BOX_HEADER:
        return Blob(video, len(video), TYPES["mp4"])
    header = (1).to_bytes(4, "big") + b"free" + room.to_bytes(8, "big")
    return Blob(video + header, size, TYPES["mp4"])


async def send(request: web.Request, blob: Blob, *, chunked: bool = False) -> web.StreamResponse:
    """Answer with a blob: whole or the asked range (206, or 416), only headers for HEAD, no length when `chunked`."""
    response = web.StreamResponse(headers={"Content-Type": blob.mime, "Accept-Ranges": "bytes"})
    try:
        start, stop, _ = request.http_range.indices(blob.size)
        partial = "Range" in request.headers
    except ValueError:
        start, stop, partial = 0, blob.size, False
    if partial and start >= stop:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
    if partial:
        response.set_status(206)
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
    if chunked:
        response.enable_chunked_encoding()
    else:
        response.content_length = stop - start
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        if request.method != "HEAD":
            for piece in blob.read(start, stop):
                await response.write(piece)
        await response.write_eof()
    return response


async def serve(request: web.Request, kind: str, name: str) -> web.StreamResponse:
    """The media `<seed>-<width>x<height>.<suffix>` of a kind in `KINDS`; `?size=N` pads a video to N bytes."""
    parts = NAME.fullmatch(name)
    if parts is None or kind not in KINDS or (parts[4] == "mp4") != (KINDS[kind] == "mp4"):
        return web.Response(status=404, text="not found")
    data = await asyncio.to_thread(make, kind, parts[1], f"{parts[2]}:{parts[3]}", parts[4])
    if parts[4] == "mp4":
        return await send(request, padded(data, int(request.query.get("size", "0"))))
    return await send(request, Blob(data, len(data), TYPES[parts[4]]))


async def _named(request: web.Request) -> web.StreamResponse:
    kind, name = (request.match_info.get(part, "") for part in ("kind", "name"))
    return await serve(request, kind or "video", name or BIG_VIDEO)


def media_routes() -> list[web.RouteDef]:
    """`GET` and `HEAD` of /media/{kind}/{name} and /media/bigvideo?size=N; no key needed."""
    return [web.get("/media/{kind}/{name}", _named), web.get("/media/bigvideo", _named)]
