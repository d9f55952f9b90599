"""One song as Udio describes it (reference ``relay-suno-…md`` 8.2, 9.7), and the songs of a finished task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.envelope import opened, reason_of, state_of
from bot.step import NextStep
from bot.task import Media, State, Task
from bot.text import Text, _, clock
from bot.wire import clean, first_text, link_of, text_of

EXTEND = NextStep("udio-extend", _("Extend"), "⏩", "extend")
_NESTED = ("songs", "data")
_SONG = {"song_path", "finished", "generation_id", "image_path"}
_KEPT = ("id", "title", "audio", "video", "image", "tags", "lyrics", "seconds")
_ERRORS = ("error_detail", "error_type", "error_code")


@dataclass(frozen=True, slots=True)
class Song:
    """A song. ``seconds`` is 0 while unknown; ``reason`` says why it failed, if anybody does."""

    id: str
    state: State = State.DONE
    title: str = ""
    audio: str = ""
    video: str = ""
    image: str = ""
    tags: str = ""
    lyrics: str = ""
    seconds: float = 0.0
    reason: Text | None = None

    @property
    def media(self) -> Media:
        """The song as a file of a result; its film only where there is no sound file."""
        note = " · ".join(filter(None, (clock(self.seconds) if self.seconds else "", self.tags[:200])))
        kind = "audio" if self.audio else "video"
        return Media(self.audio or self.video, kind, self.title or "Udio", note=note, picture=self.image)

    def stored(self) -> dict[str, Any]:
        """As it is kept with the task, without what is empty."""
        return {name: value for name in _KEPT if (value := getattr(self, name))}


def songs_in(task: Task) -> list[Song]:
    """The songs that a task has come to."""
    stored = task.data.get("songs")
    found = stored if isinstance(stored, list) else []
    kept = [{name: one[name] for name in _KEPT if name in one} for one in found if isinstance(one, dict)]
    return [Song(**one) for one in kept if one.get("id")]


def next_steps(task: Task) -> Sequence[tuple[NextStep, int | None]]:
    """Every song can go on; the number is that of the song."""
    return [(EXTEND, number) for number, _song in enumerate(songs_in(task))]


def song_of(record: Mapping[str, Any]) -> Song | None:
    """Read one record; ``None`` when it has no id that a path could hold.

    It is done when it is ``finished`` and has a file, and failed when it names an error (8.2).
    """
    name = first_text(record, "id", "song_id")
    if not name or "," in name or len(name) > 100 or not name.isprintable():
        return None
    audio, video = link_of(record.get("song_path")), link_of(record.get("video_path"))
    failed = any(record.get(error) for error in _ERRORS)
    done = _is_finished(record) and bool(audio or video)
    return Song(
        id=name,
        state=State.FAILED if failed else State.DONE if done else State.RUNNING,
        title=clean(text_of(record.get("title")), 120),
        audio=audio,
        video=video,
        image=link_of(record.get("image_path")),
        tags=clean(_tags(record.get("tags")) or _tags(record.get("user_tags")), 1000),
        lyrics=text_of(record.get("lyrics")),
        seconds=_seconds(record.get("duration")),
        reason=why(record),
    )


def why(record: Any) -> Text | None:
    """Udio's own words for an error; a bare number is made a sentence."""
    words = reason_of(record, "error_detail", "error_type")
    code = first_text(record, "error_code")
    return words or (_("Udio gave the error code {code}.", code=clean(code)) if code.strip("0") else None)


def songs_of(value: Any) -> list[Song]:
    """Every song in ``value``: a list, an object around one, an object keyed by id, or JSON text of these (9.7)."""
    return [song for record in _records(opened(value), 3) if (song := song_of(record)) is not None]


def _records(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
    elif isinstance(value, dict) and depth:
        inside = next((found for name in _NESTED if isinstance(found := opened(value.get(name)), dict | list)), None)
        if inside is not None:
            yield from _records(inside, depth - 1)
        elif value and all(isinstance(child, dict) for child in value.values()):
            yield from value.values()
        elif _SONG & value.keys():
            yield value


def _is_finished(record: Mapping[str, Any]) -> bool:
    said = record.get("finished")
    if said is None:
        return state_of(first_text(record, "status", "state")) is State.DONE
    return said is True or text_of(said).lower() in {"true", "1"}


def _tags(value: Any) -> str:
    return ", ".join(filter(None, map(text_of, value))) if isinstance(value, list) else text_of(value)


def _seconds(value: Any) -> float:
    try:
        seconds = float(text_of(value) or 0)
    except (ValueError, OverflowError):
        return 0.0
    return seconds if 0.0 < seconds < 86400.0 else 0.0
