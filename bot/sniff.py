"""What a file is: told by its first bytes and not by its name, or for a text by the MIME type it comes with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A file type, by its usual names; ``family`` is ``image``, ``video``, ``audio``, ``text`` or ``archive``."""

    family: str
    mime: str
    extension: str


PNG = Kind("image", "image/png", "png")
JPEG = Kind("image", "image/jpeg", "jpg")
GIF = Kind("image", "image/gif", "gif")
WEBP = Kind("image", "image/webp", "webp")
AVIF = Kind("image", "image/avif", "avif")
SVG = Kind("image", "image/svg+xml", "svg")
MP4 = Kind("video", "video/mp4", "mp4")
MOV = Kind("video", "video/quicktime", "mov")
WEBM = Kind("video", "video/webm", "webm")
MP3 = Kind("audio", "audio/mpeg", "mp3")
M4A = Kind("audio", "audio/mp4", "m4a")
WAV = Kind("audio", "audio/wav", "wav")
OGG = Kind("audio", "audio/ogg", "ogg")
FLAC = Kind("audio", "audio/flac", "flac")
AAC = Kind("audio", "audio/aac", "aac")
MIDI = Kind("audio", "audio/midi", "mid")
TEXT = Kind("text", "text/plain", "txt")
LRC = Kind("text", "text/x-lrc", "lrc")
SRT = Kind("text", "application/x-subrip", "srt")
VTT = Kind("text", "text/vtt", "vtt")
JSON = Kind("text", "application/json", "json")
ZIP = Kind("archive", "application/zip", "zip")
PDF = Kind("text", "application/pdf", "pdf")

PICTURES = (PNG, JPEG, WEBP, GIF)
"""What providers take as an input picture."""
VIDEOS = (MP4, MOV, WEBM)
"""What can be given as a video."""
SOUNDS = (MP3, WAV, M4A, OGG, FLAC)
"""What can be given as a sound."""
RECORDINGS = (*SOUNDS, MP4, WEBM)
"""What can be given to be listened to."""
ARCHIVE_BEGINS = b"PK\x03\x04"
"""How a ZIP file begins; no result is one, so :func:`sniff` does not know it."""

HEAD = 512
"""Bytes at the beginning of a file that tell its type."""
_PREFIXES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\x1aE\xdf\xa3", WEBM),
    (b"ID3", MP3),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"MThd", MIDI),
    (b"%PDF-", PDF),
)
_BRANDS = {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A, b"avif": AVIF, b"avis": AVIF}
_SVG_BEGINNINGS = (b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")
_KINDS = (
    PNG, JPEG, GIF, WEBP, AVIF, SVG, MP4, MOV, WEBM, MP3, M4A, WAV, OGG, FLAC, AAC, MIDI, TEXT, LRC, SRT, VTT, JSON,
    PDF,
)  # fmt: skip
_BY_MIME = {
    **{kind.mime: kind for kind in _KINDS},
    "image/jpg": JPEG,
    "audio/mp3": MP3,
    "audio/m4a": M4A,
    "audio/x-m4a": M4A,
    "audio/wave": WAV,
    "audio/x-wav": WAV,
    "audio/opus": OGG,
    "application/ogg": OGG,
    "audio/x-flac": FLAC,
    "audio/mid": MIDI,
    "audio/x-midi": MIDI,
}


def sniff(head: bytes) -> Kind | None:
    """The type of a file that begins with ``head``; ``None`` when it is none of ours.

    :data:`HEAD` bytes are enough (12 of them for everything but SVG).
    """
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], MP4)
    if b"<svg" in head and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_SVG_BEGINNINGS):
        return SVG
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # frame sync, layer III
        return MP3
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:  # frame sync of ADTS
        return AAC
    return None


def by_mime(mime: str) -> Kind | None:
    """The type that a MIME type (or a whole ``Content-Type``) names; ``None`` when it is none of ours."""
    return _BY_MIME.get(mime.partition(";")[0].strip().lower())
