"""One song as the relay describes it, in all its spellings (reference ``relay-suno-…md`` 7.14, 9.7)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.envelope import opened, state_of
from bot.task import Media, State
from bot.text import clock
from bot.wire import clean, dig, first_text, link_of, text_of

_NESTED = ("clips", "songs", "data")
_STREAMS = "audiopipe"


@dataclass(frozen=True, slots=True)
class Clip:
    """A song. ``seconds`` is 0 while unknown; ``task`` is the relay's id of the request that made it.

    ``audio`` is the finished file, ``stream`` a link that plays already while the song is made.
    """

    id: str
    state: State = State.RUNNING
    title: str = ""
    audio: str = ""
    stream: str = ""
    video: str = ""
    image: str = ""
    model: str = ""
    tags: str = ""
    lyrics: str = ""
    seconds: float = 0.0
    origin: str = ""
    reason: str = ""
    task: str = ""

    @property
    def finished(self) -> bool:
        """Whether there is a file to deliver."""
        return self.state is State.DONE and bool(self.audio)

    @property
    def uploaded(self) -> bool:
        """Whether a user brought it, rather than Suno made it."""
        return self.origin == "upload"

    @property
    def media(self) -> Media:
        """The song as a file of a result."""
        note = " · ".join(filter(None, (clock(self.seconds) if self.seconds else "", self.tags[:200])))
        return Media(self.audio, "audio", self.title or "Suno", note=note, picture=self.image)

    def stored(self) -> dict[str, Any]:
        """As it is kept with the task, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


def restored(stored: Mapping[str, Any]) -> Clip:
    """A clip from what is kept with a task."""
    known = {name: value for name, value in stored.items() if name in Clip.__slots__}
    return Clip(**{**known, "id": str(known.get("id", "")), "state": State(known.get("state", State.DONE))})


def clip_of(record: Mapping[str, Any], task: str = "") -> Clip | None:
    """Read one record; ``None`` when it has no id that a path could hold."""
    name = first_text(record, "id", "clip_id", "clipId")
    if not name or "," in name or len(name) > 100 or not name.isprintable():
        return None
    about = opened(record.get("metadata"))
    sound = _sound(record)
    state = _state(record, sound)
    playing = state is not State.DONE or _is_stream(sound)
    return Clip(
        id=name,
        state=state,
        title=clean(text_of(record.get("title")), 120),
        audio="" if playing else sound,
        stream=sound if playing and state is not State.FAILED else "",
        video=link_of(first_text(record, "video_url", "cld2VideoUrl", "video_path")),
        image=link_of(first_text(record, "image_large_url", "image_url", "imageUrl", "image_path")),
        model=first_text(record, "model_name", "mv"),
        tags=clean(_tags(dig(about, "tags")) or _tags(record.get("tags")) or text_of(record.get("display_tags")), 1000),
        lyrics=first_text(about, "prompt") or first_text(record, "prompt", "lyric", "lyrics", "text"),
        seconds=_seconds(dig(about, "duration")) or _seconds(record.get("duration")),
        origin=first_text(about, "type"),
        reason=clean(first_text(about, "error_message", "error_type") or first_text(record, "msg", "error_message")),
        task=task,
    )


def clips_of(value: Any, task: str = "") -> list[Clip]:
    """Every song in ``value``: a list, an object around one, an object keyed by id, or JSON text of these (9.7)."""
    return [clip for record in _records(opened(value), 3) if (clip := clip_of(record, task)) is not None]


def _records(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
    elif isinstance(value, dict) and depth:
        inside = next((found for name in _NESTED if isinstance(found := opened(value.get(name)), dict | list)), None)
        if inside is not None:
            yield from _records(inside, depth - 1)
        elif value and all(isinstance(child, dict) for child in value.values()):
            yield from value.values()
        elif _is_song(value):
            yield value


def _is_song(record: Mapping[str, Any]) -> bool:
    return bool({"id", "clip_id", "clipId"} & record.keys()) and bool(
        {"audio_url", "cld2AudioUrl", "audioUrl", "song_path", "image_url", "metadata"} & record.keys()
    )


def _state(record: Mapping[str, Any], sound: str) -> State:
    """What the record says, else what its file says: before the end there is none, or one that only plays."""
    word = first_text(record, "status", "state")
    if word:
        return state_of(word)
    return State.DONE if sound and not _is_stream(sound) else State.RUNNING


def _sound(record: Mapping[str, Any]) -> str:
    link = link_of(first_text(record, "audio_url", "cld2AudioUrl", "song_path", "audioUrl"))
    return "" if "None.mp3" in link else link


def _is_stream(link: str) -> bool:
    return _STREAMS in (urlsplit(link).hostname or "")


def _tags(value: Any) -> str:
    return ", ".join(filter(None, map(text_of, value))) if isinstance(value, list) else text_of(value)


def _seconds(value: Any) -> float:
    try:
        seconds = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except ValueError:
        return 0.0
    return seconds if 0.0 < seconds < 86400.0 else 0.0
