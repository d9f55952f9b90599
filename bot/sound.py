"""How long a sound is, read from its headers. Blocks: call it in a thread."""

import io
import math
from pathlib import Path

from tinytag import TinyTag

MAX_READS = 200_000
"""Reads of one file at most: garbage behind a good beginning would be searched byte by byte."""


class _Bounded(io.BufferedReader):
    """A file that wears out."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MAX_READS:
            raise EOFError("too many small reads")
        return super().read(size)


def length_of(sound: Path | bytes) -> float | None:
    """Seconds of a sound (mp3, wav, m4a, ogg, flac), which is a file or its whole content.

    ``None`` when it cannot be told: another kind of file, a damaged one, or one that cannot be opened. What the headers
    say is believed; the sound itself is not decoded.
    """
    try:
        raw = io.FileIO(sound) if isinstance(sound, Path) else io.BytesIO(sound)
        with _Bounded(raw) as file:
            seconds = TinyTag.get(file_obj=file, tags=False).duration
    except Exception:  # whatever a library trips over in a stranger's bytes: the length is not known
        return None
    return seconds if seconds is not None and math.isfinite(seconds) and seconds > 0 else None
