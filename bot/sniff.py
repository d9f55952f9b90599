"""What a file is, told by its first bytes and not by its name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A file type: ``family`` is ``image``, ``video`` or ``audio``; ``mime`` and ``extension`` its usual names."""

    family: str
    mime: str
    extension: str


PNG = Kind("image", "image/png", "png")
JPEG = Kind("image", "image/jpeg", "jpg")
GIF = Kind("image", "image/gif", "gif")
WEBP = Kind("image", "image/webp", "webp")
AVIF = Kind("image", "image/avif", "avif")
MP4 = Kind("video", "video/mp4", "mp4")
MOV = Kind("video", "video/quicktime", "mov")
WEBM = Kind("video", "video/webm", "webm")
MP3 = Kind("audio", "audio/mpeg", "mp3")
M4A = Kind("audio", "audio/mp4", "m4a")
WAV = Kind("audio", "audio/wav", "wav")
OGG = Kind("audio", "audio/ogg", "ogg")
FLAC = Kind("audio", "audio/flac", "flac")

PICTURES = (PNG, JPEG, WEBP, GIF)
"""What providers take as an input picture."""

_PREFIXES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\x1aE\xdf\xa3", WEBM),
    (b"ID3", MP3),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
)
_BRANDS = {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A, b"avif": AVIF, b"avis": AVIF}


def sniff(head: bytes) -> Kind | None:
    """The type of a file that begins with ``head`` (12 bytes are enough); ``None`` when it is none of ours."""
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], MP4)
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # frame sync, layer III
        return MP3
    return None
