"""Real sound made on the spot: tunes as MP3 and WAV, and as MP4 with a cover picture; what is made once is kept.

A piece of music is named by its pieces, each a stretch of an endless tune: `0a1b2c3d-0-2400` is the first 24 seconds of
that seed, `0a1b2c3d-0-1850_99aabbcc-0-1200` goes on in another tune at 18.5 seconds. So a continued song really
begins like the song that it continues, and every file is exactly as long as its name says.
"""

import asyncio
import io
import re
import tempfile
import threading
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
from aiohttp import web
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from .core import BIG_SIZE
from .pictures import Blob, Scene, dimensions, padded, send
from .tunes import RATE, VOICES, stretch

if TYPE_CHECKING:
    from .core import Job, Relay

PIECE = re.compile(r"([0-9a-f]{1,16})-(\d{1,6})-(\d{1,6})")
TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "mp4": "video/mp4"}
CODECS = {"mp3": ("mp3", "mp3"), "opus": ("ogg", "libopus"), "aac": ("adts", "aac"), "flac": ("flac", "flac")}
"""The container and the encoder of each kind of sound."""
TYPES |= {"opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac"}
LONGEST = 20 * 60 * 100
COVER_FPS = 2
ID3_HEADER = 10
_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a seed's tune; the times are hundredths of a second."""

    seed: str
    start: int
    stop: int

    @property
    def length(self) -> int:
        """Hundredths of a second."""
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.seed}-{self.start}-{self.stop}"


Pieces = tuple[Piece, ...]


def tune(seed: str, seconds: float) -> Pieces:
    """The first seconds of a seed's tune."""
    return (Piece(seed, 0, round(seconds * 100)),)


def seconds_of(pieces: Iterable[Piece]) -> float:
    """How long the pieces last together."""
    return sum(piece.length for piece in pieces) / 100


def cut(pieces: Pieces, start: float, stop: float) -> Pieces:
    """What of the pieces lies between two times in seconds."""
    first, last = round(start * 100), round(stop * 100)
    found, at = [], 0
    for piece in pieces:
        inside = Piece(piece.seed, piece.start + max(0, first - at), piece.start + min(piece.length, last - at))
        found += [inside] if inside.length > 0 else []
        at += piece.length
    return tuple(found)


def named(pieces: Iterable[Piece]) -> str:
    """The name of the pieces' media, without its suffix."""
    return "_".join(map(str, pieces))


def link(relay: "Relay", request: web.Request, job: "Job", voice: str, pieces: Pieces, suffix: str) -> str:
    """The address of a job's finished media; `sim:expired` and `sim:big` are heeded, `media_url` replaces it."""
    base, name = f"{request.scheme}://{request.host}/media", f"{voice}/{named(pieces)}.{suffix}"
    if relay.media_url:
        return relay.media_url
    if job.said("expired"):
        return f"{base}/lapsing/{job.id}/{job.link}/{name}"
    return f"{base}/sound/{name}" + (f"?size={BIG_SIZE}" if job.said("big") else "")


def stream_link(request: web.Request, item_id: str, voice: str, pieces: Pieces) -> str:
    """The address of a song that is still being made; it plays, but has no length (reference 7.14, audiopipe)."""
    return f"{request.scheme}://{request.host}/media/audiopipe/{voice}/{named(pieces)}.mp3?item_id={item_id}"


def cover_link(request: web.Request, seed: str, kind: str, suffix: str) -> str:
    """The address of a square picture; see `pictures` for kinds and suffixes."""
    return f"{request.scheme}://{request.host}/media/{kind}/{seed}-1x1.{suffix}"


def sound_seconds(data: bytes) -> float | None:
    """How long a sound file plays, or None when it cannot be read; blocking."""
    try:
        with av.open(io.BytesIO(data), "r") as file:
            length = file.duration
    except (av.FFmpegError, OSError, ValueError):
        return None
    return length / 1_000_000 if length else None


def make(voice: str, name: str, suffix: str) -> bytes:
    """The bytes of one file, made once; blocking, so call it in a thread. ValueError: no such name."""
    with _MAKING:
        return _make(voice, name, suffix)


@lru_cache(maxsize=32)
def _make(voice: str, name: str, suffix: str) -> bytes:
    pieces = _parsed(name)
    if voice not in VOICES or suffix not in TYPES:
        raise ValueError(name)
    samples = b"".join(
        stretch(piece.seed, voice, piece.start * RATE // 100, piece.stop * RATE // 100).tobytes() for piece in pieces
    )
    if suffix in CODECS:
        return _coded(samples, *CODECS[suffix])
    return _wav(samples) if suffix == "wav" else _mp4(samples, pieces[0].seed)


def _parsed(name: str) -> Pieces:
    found = [PIECE.fullmatch(part) for part in name.split("_")]
    pieces = tuple(Piece(part[1], int(part[2]), int(part[3])) for part in found if part)
    wrong = len(pieces) != len(found) or any(piece.length <= 0 for piece in pieces)
    if wrong or sum(piece.length for piece in pieces) > LONGEST:
        raise ValueError(name)
    return pieces


def _frame(samples: bytes) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
    frame.sample_rate = RATE
    frame.planes[0].update(samples)
    frame.pts = 0
    return frame


def _coded(samples: bytes, container: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=RATE, options={"compression_level": "7"})
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} makes no sound")
        stream.layout, stream.bit_rate = "mono", 64_000
        file.mux(stream.encode(_frame(samples)))
        file.mux(stream.encode(None))
    return out.getvalue()


def _wav(samples: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()


def _mp4(samples: bytes, seed: str) -> bytes:
    """The sound with a still picture of the seed, the index at the front."""
    name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "song.mp4")
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
            video, sound = out.add_stream(name, rate=COVER_FPS), out.add_stream("aac", rate=RATE)
            if not isinstance(video, VideoStream) or not isinstance(sound, AudioStream):
                raise TypeError(f"{name} and aac make no video with sound")
            video.width, video.height = size = dimensions("1:1")
            video.pix_fmt, sound.layout, sound.bit_rate = "yuv420p", "mono", 64_000
            if name == "libx264":
                video.options = {"preset": "veryfast", "tune": "stillimage"}
            cover = Scene(seed, size).frame(0.5)
            for _ in range(len(samples) // 2 * COVER_FPS // RATE):
                still = av.VideoFrame.from_image(cover)  # type: ignore[no-untyped-call]  # PyAV leaves it bare
                out.mux(video.encode(still))
            out.mux(video.encode(None))
            out.mux(sound.encode(_frame(samples)))
            out.mux(sound.encode(None))
        return path.read_bytes()


def lengthened(song: bytes, size: int) -> bytes:
    """An MP3 made `size` bytes long (if it is shorter) by an ID3 tag of nothing but padding at its front."""
    room = size - len(song) - ID3_HEADER
    if room < 0:
        return song
    places = bytes(room >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + places + bytes(room) + song


async def serve_sound(request: web.Request, *, chunked: bool = False) -> web.StreamResponse:
    """The media that a request's path names, with Range and HEAD; `?size=N` pads MP3 and MP4 to N bytes."""
    name, _, suffix = request.match_info["name"].rpartition(".")
    try:
        data = await asyncio.to_thread(make, request.match_info["voice"], name, suffix)
    except ValueError:
        return web.Response(status=404, text="not found")
    size = int(request.query.get("size", "0"))
    if suffix == "mp4":
        return await send(request, padded(data, size), chunked=chunked)
    data = lengthened(data, size) if suffix == "mp3" else data
    return await send(request, Blob(data, len(data), TYPES[suffix]), chunked=chunked)


async def _stream(request: web.Request) -> web.StreamResponse:
    return await serve_sound(request, chunked=True)


class Sounds:
    """The media routes that every provider of songs shares; no key is needed for them."""

    def __init__(self, relay: "Relay") -> None:
        self.relay = relay

    def models(self) -> list[str]:
        """None: this is no provider."""
        return []

    def routes(self) -> list[web.RouteDef]:
        """Finished media, streams, and links that answer 403 until they are asked for anew (`sim:expired`)."""
        return [
            web.get("/media/sound/{voice}/{name}", serve_sound),
            web.get("/media/audiopipe/{voice}/{name}", _stream),
            web.get("/media/lapsing/{job}/{link}/{voice}/{name}", self._lapsing),
        ]

    async def _lapsing(self, request: web.Request) -> web.StreamResponse:
        job = self.relay.jobs.get(request.match_info["job"])
        if job is None or request.match_info["link"] == "0":
            if job:
                job.link = 1
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="text/xml")
        return await serve_sound(request)
