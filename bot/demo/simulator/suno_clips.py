"""Suno's clips: what each is made of, how one continues another, the song object (reference "relay-suno-…" 7.14)."""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from .sounds import Pieces, cover_link, cut, link, seconds_of, stream_link, tune
from .suno_options import VERSIONS, SunoOptions
from .task_rows import PARTIAL_REASON, error_type, stage

if TYPE_CHECKING:
    from aiohttp import web

    from .core import Job, Relay

State = Literal["submitted", "queued", "streaming", "complete", "error"]
SONG_SECONDS = 24.0
PART_SECONDS = 12.0
WHOLE = "concat"
_STATES: dict[str, State] = {"QUEUED": "queued", "IN_PROGRESS": "streaming", "SUCCESS": "complete", "FAILURE": "error"}


@dataclass(slots=True, eq=False)
class Clip:
    """One song or part of one. `source` is what it goes on from: at `at` seconds, or instead of `at` to `until`."""

    id: str
    job: "Job"
    index: int
    kind: str
    title: str
    tags: str
    lyrics: str
    mv: str
    pieces: Pieces
    voice: str = "song"
    source: "Clip | None" = None
    at: float = 0.0
    until: float | None = None
    more: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def duration(self) -> float:
        """Seconds; the length of the real file."""
        return round(seconds_of(self.pieces), 2)

    @property
    def seed(self) -> str:
        """What the clip's cover follows from."""
        return self.pieces[0].seed

    def chain(self) -> "Iterator[Clip]":
        """The clips that this one goes on from, oldest first, and this one."""
        if self.source:
            yield from self.source.chain()
        yield self

    def before(self) -> Pieces:
        """What of the earlier clips stands before this one in the full song."""
        return self.source.before() + cut(self.source.pieces, 0, self.at) if self.source else ()

    def whole(self) -> Pieces:
        """The full song: what stands before, this clip, and behind a replaced section the rest of the source."""
        rest: Pieces = ()
        if self.source and self.until is not None:
            rest = cut(self.source.pieces, self.until, self.source.duration)
        return self.before() + self.pieces + rest


class Library:
    """Every clip of the relay; clip ids are the upstream's own, so any key may use any of them."""

    def __init__(self, relay: "Relay", options: SunoOptions) -> None:
        self.relay = relay
        self.options = options
        self.clips: dict[str, Clip] = {}
        self.personas: dict[str, Clip] = {}
        self._of: dict[str, list[Clip]] = {}

    def add(
        self,
        job: "Job",
        index: int = 0,
        *,
        kind: str,
        title: str,
        tags: str = "",
        lyrics: str = "",
        mv: str = "",
        pieces: Pieces | None = None,
    ) -> Clip:
        """A new clip of a job; without pieces it is a tune of its own."""
        clip_id = str(uuid.uuid5(uuid.UUID(job.id), str(index)))
        made = pieces or tune(seed_of(job, index), SONG_SECONDS)
        self.clips[clip_id] = clip = Clip(clip_id, job, index, kind, title, tags, lyrics, mv, made)
        self._of.setdefault(job.id, []).append(clip)
        return clip

    def of(self, job: "Job") -> list[Clip]:
        """The clips of one job, in order."""
        return self._of.get(job.id, [])

    def find(self, clip_id: Any) -> Clip | None:
        """The clip with this id; a lost task's clips are lost too."""
        clip = self.clips.get(str(clip_id))
        return None if clip is None or clip.job.said("lost") else clip

    def spoilt(self, clip: Clip) -> bool:
        """Whether this is the clip of its task that `sim:partial` lets fail."""
        return clip.job.said("partial") and clip.index == 1

    def state(self, clip: Clip) -> State:
        """The clip's own status (3.2)."""
        state = _STATES.get(stage(self.relay, clip.job), "submitted")
        return "error" if state == "complete" and self.spoilt(clip) else state

    def media(self, request: "web.Request", clip: Clip, suffix: str) -> str:
        """The link of a finished clip's file."""
        if clip.file and suffix == "mp3":
            return f"{request.scheme}://{request.host}/media/uploaded/{clip.file}"
        return link(self.relay, request, clip.job, clip.voice, clip.pieces, suffix)

    def audio(self, request: "web.Request", clip: Clip) -> str:
        """The clip's sound as far as it is: none, a stream, the finished file."""
        state = self.state(clip)
        if state == "streaming":
            return stream_link(request, clip.id, clip.voice, clip.pieces)
        return self.media(request, clip, "mp3") if state == "complete" else ""

    def songs(self, request: "web.Request", clips: Iterable[Clip]) -> list[dict[str, Any]]:
        """The song objects."""
        return [self.song(request, clip) for clip in clips]

    def song(self, request: "web.Request", clip: Clip) -> dict[str, Any]:
        """The song object; what nobody reads is there too (7.14)."""
        state = self.state(clip)
        shows_video = state == "complete" and (self.options.video_in_songs or clip.asked["mp4"] > 2)
        return {
            "id": clip.id,
            "title": clip.title,
            "status": state,
            "audio_url": self.audio(request, clip),
            "video_url": self.media(request, clip, "mp4") if shows_video else "",
            "image_url": cover_link(request, clip.seed, "thumbnail", "jpg"),
            "image_large_url": cover_link(request, clip.seed, "image", "png"),
            "model_name": clip.mv,
            "major_model_version": version(clip.mv),
            "mv": clip.mv,
            "created_at": datetime.fromtimestamp(clip.job.submitted_at, UTC).isoformat(timespec="milliseconds"),
            "metadata": self._metadata(clip, state),
            "is_liked": False,
            "is_trashed": False,
            "is_public": False,
            "play_count": 0,
            "upvote_count": 0,
            "user_id": "simulated",
            "display_name": "simulated",
            "handle": "simulated",
            "reaction": None,
        }

    def _metadata(self, clip: Clip, state: State) -> dict[str, Any]:
        moment = self.relay.look(clip.job)
        reason = (PARTIAL_REASON if self.spoilt(clip) else moment.reason) if state == "error" else None
        about = clip.job.body.get("gpt_description_prompt")
        return {
            "duration": clip.duration if state == "complete" else None,
            "tags": clip.tags,
            "prompt": clip.lyrics,
            "gpt_description_prompt": about or None,
            "type": clip.kind,
            "error_type": error_type(moment) if reason else None,
            "error_message": reason,
            "audio_prompt_id": None,
            **clip.more,
        }


def seed_of(job: "Job", index: int) -> str:
    """What the tune of a job's clip follows from: the texts and the operation, so that no two clips sound the same."""
    mode = job.body.get("task") or job.action
    return hashlib.sha256(f"{job.seed}{mode}{index}".encode()).hexdigest()[:8]


def history(source: Clip, at: float, until: float | None = None) -> list[dict[str, Any]]:
    """The entry of a clip that goes on from `source`, behind the entries of `source` itself."""
    earlier: list[dict[str, Any]] = source.more.get("history") or []
    entry: dict[str, Any] = {"id": source.id, "continue_at": at, "type": source.kind, "source": "web"}
    ends = {} if until is None else {"infill_start_s": at, "infill_end_s": until}
    return [*earlier, entry | {"infill": until is not None} | ends]


def version(mv: str) -> str:
    """The version that people know a model by."""
    return next((name for start, name in VERSIONS.items() if mv.startswith(start)), "")


def without_words(text: str) -> str:
    """A text without its `sim:` words."""
    return re.sub(r"\s*sim:[a-z]+", "", text).strip()
