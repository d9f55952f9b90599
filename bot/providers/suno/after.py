"""What can be done with finished songs: the buttons of a card."""

from collections.abc import Iterator, Sequence

from bot.providers.suno.clips import Clip, restored
from bot.providers.suno.models import STEMS_MODEL
from bot.step import NextStep
from bot.task import PARTLY, Task
from bot.text import _

EXTEND = NextStep("suno-extend", _("Extend"), "⏩", "extend")
COVER = NextStep("suno-cover", _("Cover"), "🎤", "cover")
REPLACE = NextStep("suno-replace", _("Replace"), "✂️", "replace")
STEMS = NextStep("suno-stems", _("Stems"), "🎚️", "stems")
WAV = NextStep("suno-wav", _("WAV"), "💿", "wav")
MP4 = NextStep("suno-mp4", _("MP4"), "🎞️", "mp4")
TIMING = NextStep("suno-timing", _("Timing"), "📝", "timing")
PERSONA = NextStep("suno-persona", _("Persona"), "👤", "persona")
JOIN = NextStep("suno-join", _("Join"), "🧩", "join")
MIDI = NextStep("suno-midi", _("MIDI"), "🎹", "midi")
WRITE = NextStep("suno-write", _("Make this a song"), "🎵", "song")
SING = NextStep("suno-sing", _("Sing as this persona"), "🎙️", "song")

PARTS = frozenset({"extend", "infill", "upload_extend"})
"""What clips are that have to be joined with the song they belong to (7.14)."""


def clips_in(task: Task) -> list[Clip]:
    """The songs that a task has come to; where the relay did not say which task made them, it was this one (7.13)."""
    stored = task.data.get("clips")
    found = stored if isinstance(stored, list) else []
    own = {"task": task.remote_id} if task.steps == 1 and not task.lookup else {}
    return [restored({**own, **clip}) for clip in found if isinstance(clip, dict) and clip.get("id")]


def is_part(task: Task, number: int, clip: Clip) -> bool:
    """Whether the clip is only a part of a song."""
    partly = task.note is not None and task.note.source == PARTLY.source
    joined = number == 0 and task.steps > 1 and task.step + 1 == task.steps and not partly
    made_as_part = task.action in {"extend", "replace"} or clip.origin in PARTS
    return made_as_part and not joined and task.action != "join"


def next_steps(task: Task) -> Sequence[tuple[NextStep, int | None]]:
    """The steps for every song of ``task``, with the number of the song."""
    return [(step, number) for number, clip in enumerate(clips_in(task)) for step in _steps(task, number, clip)]


def _steps(task: Task, number: int, clip: Clip) -> Iterator[NextStep]:
    if is_part(task, number, clip):
        yield JOIN
        if number and task.steps > 1:
            return
    if clip.origin == "stem" or "stem" in clip.model:
        yield from (MIDI, WAV)
        return
    yield from (EXTEND, COVER)
    if clip.uploaded:
        return
    yield REPLACE
    if clip.model == STEMS_MODEL:
        yield STEMS
    yield from (WAV, MP4, TIMING, PERSONA)
