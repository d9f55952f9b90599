"""Files that are written from an answer of Suno: lyrics in time, and notes.

Wire facts: reference ``relay-suno-…md`` 7.10 (aligned words) and 7.17 (notes).
"""

import base64
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mido

from bot.wire import text_of

_SECTION = re.compile(r"\[[^\]]{0,80}\]")
_TICKS = 480
_TRACKS = 1000
_TEMPO = 500_000
LAST = 6000.0
"""Seconds of a time that is believed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sung line and when it is sung, in seconds."""

    words: str
    start: float
    end: float


def lines_of(aligned: Any) -> list[Line]:
    """The lines of a song from its aligned words; section marks are left out."""
    lines: list[Line] = []
    words, start, end = "", 0.0, 0.0
    for entry in aligned if isinstance(aligned, list) else []:
        begins, ends = _time(entry, "start_s"), _time(entry, "end_s")
        spoken = entry.get("word") if isinstance(entry, dict) else None
        if begins is None or not isinstance(spoken, str):
            continue
        for number, piece in enumerate(_SECTION.sub("\n", spoken).split("\n")):
            if number:
                lines += _line(words, start, end)
                words = ""
            if piece.strip() and not words.strip():
                start = begins
            words += piece
            end = max(ends or begins, begins, start)
    return lines + _line(words, start, end)


def _line(words: str, start: float, end: float) -> list[Line]:
    said = " ".join(_SECTION.sub(" ", words).split())
    return [Line(said, start, end)] if said else []


def _time(entry: Any, name: str) -> float | None:
    value = entry.get(name) if isinstance(entry, dict) else None
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LAST
    return float(value) if known else None  # type: ignore[arg-type]


def lrc(lines: Sequence[Line], title: str = "") -> str:
    """Lyrics in time as players show them (``[mm:ss.xx]words``)."""
    head = [f"[ti:{title.replace(']', ')')}]"] if title else []
    return "\n".join([*head, *(f"[{_minutes(line.start)}]{line.words}" for line in lines)]) + "\n"


def _minutes(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02}:{hundredths % 6000 // 100:02}.{hundredths % 100:02}"


def srt(lines: Sequence[Line]) -> str:
    """Lyrics in time as subtitles."""
    blocks = []
    for number, line in enumerate(lines, start=1):
        following = lines[number].start if number < len(lines) else math.inf
        end = max(min(line.end, following), line.start + 0.1)
        blocks.append(f"{number}\n{_hours(line.start)} --> {_hours(end)}\n{line.words}\n")
    return "\n".join(blocks)


def _hours(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"


def midi(instruments: Any) -> bytes:
    """A MIDI file with a track for each instrument; empty when there is no note."""
    song = mido.MidiFile(ticks_per_beat=_TICKS)
    for instrument in instruments[:_TRACKS] if isinstance(instruments, list) else []:
        notes = instrument.get("notes") if isinstance(instrument, dict) else None
        events = sorted(_events(notes if isinstance(notes, list) else []))
        if events:
            song.tracks.append(_track(text_of(instrument.get("name")), events))
    if not song.tracks:
        return b""
    written = io.BytesIO()
    song.save(file=written)
    return written.getvalue()


def _events(notes: Iterable[Any]) -> Iterable[tuple[int, int, int, int]]:
    """(tick, 0 for an end and 1 for a beginning, pitch, velocity) of each note."""
    for note in notes:
        start, end = _time(note, "start"), _time(note, "end")
        pitch = note.get("pitch") if isinstance(note, dict) else None
        if start is None or end is None or end <= start or not isinstance(pitch, int) or not 0 <= pitch <= 127:
            continue
        first, last = _tick(start), _tick(end)
        yield first, 1, pitch, _velocity(note)
        yield max(last, first + 1), 0, pitch, 0


def _tick(seconds: float) -> int:
    return int(mido.second2tick(seconds, _TICKS, _TEMPO))


def _velocity(note: Mapping[str, Any]) -> int:
    value = note.get("velocity", 0.8)
    loud = value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else 0.8
    return max(1, min(127, round(loud * 127 if loud <= 1 else loud)))


def _track(name: str, events: Iterable[tuple[int, int, int, int]]) -> Any:
    track = mido.MidiTrack()
    safe = name.encode("latin-1", "replace").decode("latin-1")[:60]
    track.append(mido.MetaMessage("track_name", name=safe or "Track"))
    at = 0
    for tick, begins, pitch, velocity in events:
        kind = "note_on" if begins else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=velocity, time=tick - at))
        at = tick
    return track


def data_url(content: str | bytes, mime: str) -> str:
    """A short file as a link that holds it."""
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return f"data:{mime};base64,{base64.b64encode(raw).decode()}"
