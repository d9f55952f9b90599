"""The files that users give: how large they may be, and what they are by their bytes."""

import hashlib
from collections.abc import Mapping

from bot.errors import Problem
from bot.picture import size_of
from bot.provider import Given, Takes
from bot.sniff import ARCHIVE_BEGINS, HEAD, PICTURES, RECORDINGS, SOUNDS, VIDEOS, ZIP, Kind, sniff
from bot.sound import length_of
from bot.store.repository import Input
from bot.text import Text, _

PICTURE_LIMIT = 10 * 1024 * 1024
SOUND_LIMIT = 25 * 1024 * 1024
VIDEO_LIMIT = 25 * 1024 * 1024
LIMITS: Mapping[Takes, int] = {
    "picture": PICTURE_LIMIT, "sound": SOUND_LIMIT, "recording": SOUND_LIMIT, "video": VIDEO_LIMIT,
    "archive": SOUND_LIMIT, "file": VIDEO_LIMIT,
}  # fmt: skip
TAKEN: Mapping[Takes, tuple[Kind, ...]] = {
    "picture": PICTURES, "sound": SOUNDS, "recording": RECORDINGS, "video": VIDEOS, "archive": (ZIP,),
    "file": (*PICTURES, *SOUNDS, *VIDEOS, ZIP),
}  # fmt: skip
_NOT_TAKEN: Mapping[Takes, Text] = {
    "picture": _("{file} is not a picture. PNG, JPEG, WebP and GIF can be used."),
    "sound": _("{file} is no recording. MP3, WAV, M4A, OGG and FLAC can be used."),
    "recording": _("{file} is no recording. MP3, WAV, M4A, OGG, FLAC, MP4 and WebM can be used."),
    "video": _("{file} is no video. MP4, MOV and WebM can be used."),
    "archive": _("{file} is no ZIP file."),
    "file": _("{file} cannot be used: it is no picture, recording, video or ZIP file."),
}


def check_size(size: int, name: str, takes: Takes) -> None:
    """Refuse a file of too many bytes with :class:`Problem`."""
    most = LIMITS[takes]
    if size > most:
        raise Problem(_("{file} is too large: at most {limit} MiB.", file=name, limit=most // 1024**2))


def input_of(content: bytes, url: str, name: str, takes: Takes) -> tuple[Input, Given]:
    """A file that a user gave, known by its bytes. Blocks; raises :class:`Problem` when it is not what is taken."""
    check_size(len(content), name, takes)
    kind = ZIP if takes in {"archive", "file"} and content.startswith(ARCHIVE_BEGINS) else sniff(content[:HEAD])
    if kind is None or kind not in TAKEN[takes]:
        raise Problem(Text(_NOT_TAKEN[takes].source, {"file": name}))
    seconds = length_of(content) if takes in {"sound", "recording", "video"} else None
    given = Given(kind, len(content), seconds, size_of(content) if takes == "picture" else None)
    return Input(hashlib.sha256(content).hexdigest(), kind.mime, url, content), given
