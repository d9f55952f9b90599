"""Udio on the simulated relay: its official form and the task form (reference "relay-suno-…" section 8)."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .faults import invalid_url, key_of, task_error
from .sounds import Pieces, cover_link, link, seconds_of, tune
from .suno_clips import PART_SECONDS, SONG_SECONDS, without_words
from .suno_music import lyrics_text, titled
from .task_rows import NO_TASK, OFFLINE, PARTIAL_REASON, RowShape, error_type, json_object, stage, success, task_row

if TYPE_CHECKING:
    from .core import Job, Relay

MODELS = ("udio32-v1.5", "udio130-v1.5")
LYRICS_TYPES = ("user", "generate", "instrumental")
EXTENSIONS = ("continuation", "precede")
SHARES = (
    "song_section_start", "song_section_end", "lyrics_placement_start", "lyrics_placement_end", "prompt_strength",
    "clarity_strength", "lyrics_strength",
)  # fmt: skip
QUALITIES = (0.25, 0.5, 0.75, 1)
CONTEXT = 130

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class UdioOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Udio path is offered; else all are an `Invalid URL`
    style: Literal["official", "task"] = "official"  # generate-proxy and query, or submit and fetch (8)
    songs: Literal["nested", "flat"] = "nested"  # the task's songs are data.data.songs or data.songs (8.3)
    flat_body: bool = False  # the fields stand in the body itself, without gen_params (8.1)


@dataclass(slots=True, eq=False)
class Song:
    """One of the two songs of a generation."""

    id: str
    job: "Job"
    index: int
    title: str
    lyrics: str
    pieces: Pieces
    voice: str


class Udio:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: UdioOptions) -> None:
        self.relay = relay
        self.options = options
        self.songs: dict[str, Song] = {}
        self._of: dict[str, list[Song]] = {}

    def models(self) -> list[str]:
        """Names for the model list (8.1)."""
        return list(MODELS) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Both families; the one that is not switched on is an `Invalid URL`."""
        return [
            web.post("/udio/generate-proxy", self._offered(self._submit, "official")),
            web.get("/udio/query", self._offered(self._query, "official")),
            web.post("/udio/submit/music", self._offered(self._submit, "task")),
            web.get("/udio/fetch/{id}", self._offered(self._fetch, "task")),
        ]

    def _offered(self, handler: Handler, style: str) -> Handler:
        async def offered(request: web.Request) -> web.Response:
            here = self.options.offered and self.options.style == style
            return await handler(request) if here else invalid_url(request)

        return offered

    # -------------------------------------------------------------------------------------------- submissions

    async def _submit(self, request: web.Request) -> web.Response:
        """A generation of two songs, anew or on from a finished one (8.1, 8.3)."""
        body = await json_object(request)
        asked = (body if self.options.flat_body else body.get("gen_params")) if body else None
        if body is None or not isinstance(asked, dict):
            return self._wrong("gen_params is required" if body is not None else "the body is not a JSON object")
        source = self._source(asked)
        if problem := _problem(asked) or self._source_problem(asked, source):
            return self._wrong(problem)
        texts = "\n".join(str(asked[name]) for name in ("prompt", "lyrics") if asked.get(name))
        if source and ("sim:offline" in texts or source.job.said("offline")):
            return task_error(400, *OFFLINE)
        if refused := self.relay.refusal(request, texts):
            return refused
        parent = source.job.id if source else None
        job = self.relay.accept(request, "udio", "udio-generate", body, prompt=texts, ratio="1:1", parent=parent)
        songs = [self._song(job, index, asked, source) for index in range(2)]
        self._of[job.id] = songs
        if self.options.style == "task":
            return success(job.id)
        ids = [song.id for song in songs]
        return web.json_response({"message": "Success", "generation_id": job.id, "track_ids": ids})

    def _wrong(self, problem: str) -> web.Response:
        if self.options.style == "task":
            return task_error(400, "invalid_request", problem)
        return web.json_response({"detail": problem}, status=400)

    def _source(self, asked: dict[str, Any]) -> Song | None:
        config = asked.get("config")
        origin = config.get("source") if isinstance(config, dict) else None
        song = self.songs.get(str(origin.get("song_id"))) if isinstance(origin, dict) else None
        return song if song and not song.job.said("lost") else None

    def _source_problem(self, asked: dict[str, Any], source: Song | None) -> str:
        if asked["config"]["mode"] not in EXTENSIONS:
            return ""
        if source is None:
            return "the song to extend does not exist"
        return "" if self._finished(source) else "the song to extend is not finished"

    def _finished(self, song: Song) -> bool:
        return self.relay.look(song.job).state == "done" and not self._spoilt(song)

    def _spoilt(self, song: Song) -> bool:
        return song.job.said("partial") and song.index == 1

    def _song(self, job: "Job", index: int, asked: dict[str, Any], source: Song | None) -> Song:
        """A song of its own, or one that holds the whole extended song."""
        mode, kind = asked["config"]["mode"], asked.get("lyrics_type") or "generate"
        about = without_words(str(asked["prompt"]))
        lyrics = {"user": str(asked.get("lyrics") or ""), "generate": lyrics_text(about)}.get(kind, "")
        seed = hashlib.sha256(f"udio{job.seed}{mode}{index}".encode()).hexdigest()[:8]
        pieces = tune(seed, PART_SECONDS if mode in EXTENSIONS else SONG_SECONDS)
        if source and mode in EXTENSIONS:
            pieces = pieces + source.pieces if mode == "precede" else source.pieces + pieces
        title = source.title if source else titled(about)
        song_id = str(uuid.uuid5(uuid.UUID(job.id), str(index)))
        voice = "instrumental" if kind == "instrumental" else "song"
        self.songs[song_id] = song = Song(song_id, job, index, title, lyrics, pieces, voice)
        return song

    # -------------------------------------------------------------------------------------------- questions

    async def _query(self, request: web.Request) -> web.Response:
        """Songs by their ids; one that is not known is left out (8.2)."""
        ids = dict.fromkeys(one.strip() for one in request.query.get("ids", "").split(",") if one.strip())
        if not ids:
            return self._wrong("ids is required")
        found = [song for one in ids if (song := self.songs.get(one)) and not song.job.said("lost")]
        return web.json_response({"songs": [self._shown(request, song) for song in found]})

    async def _fetch(self, request: web.Request) -> web.Response:
        """One task with its songs (8.3)."""
        job = self.relay.jobs.get(request.match_info["id"])
        if job is None or (job.provider, job.key) != ("udio", key_of(request)) or job.said("lost"):
            return task_error(400, *NO_TASK)
        fresh = stage(self.relay, job) == "NOT_START"
        songs = [] if fresh else [self._shown(request, song) for song in self._of[job.id]]
        row = task_row(self.relay, job, job.action, None if fresh else {"songs": songs}, RowShape())
        return success(row if self.options.songs == "nested" else row | {"data": None, "songs": songs})

    # -------------------------------------------------------------------------------------------- shapes

    def _shown(self, request: web.Request, song: Song) -> dict[str, Any]:
        """The song object (8.2)."""
        moment = self.relay.look(song.job)
        late = moment.state == "done" and self._spoilt(song)
        reason = PARTIAL_REASON if late else moment.reason
        done = moment.state == "done" and not late
        seconds = seconds_of(song.pieces)
        seed = song.pieces[0].seed
        shown: dict[str, Any] = {
            "id": song.id,
            "generation_id": song.job.id,
            "title": song.title,
            "artist": "simulated",
            "created_at": datetime.fromtimestamp(song.job.submitted_at, UTC).isoformat(),
            "finished": done or bool(reason),
            "duration": seconds if done else None,
            "prompt": song.job.prompt.partition("\n")[0],
            "tags": ["soul", "analog"],
            "lyrics": song.lyrics,
            "song_path": link(self.relay, request, song.job, song.voice, song.pieces, "mp3") if done else "",
            "image_path": cover_link(request, seed, "thumbnail", "jpg"),
            "error_type": error_type(moment).upper() if reason else None,
            "error_code": 400 if reason else None,
            "error_detail": reason or None,
        }
        return _UNREAD | shown


_UNREAD: dict[str, Any] = {
    "artist_image": "",
    "user_id": "simulated",
    "published_at": None,
    "user_tags": [],
    "replaced_tags": {},
    "description": "",
    "attribution": "",
    "video_path": None,
    "original_song_path": "",
    "audio_conditioning_type": "none",
    "publishable": True,
    "liked": False,
    "disliked": False,
    "likes": 0,
    "plays": 0,
    "error_id": None,
}


def _problem(asked: dict[str, Any]) -> str:
    """What is wrong with the fields of a generation (8.1), or nothing."""
    texts = ("prompt", "lyrics", "negative_prompt", "model_type", "lyrics_type")
    wrong = [name for name in texts if not isinstance(asked.get(name, ""), str)]
    wrong += [name for name in SHARES if not _is_share(asked.get(name, 0))]
    if not isinstance(asked.get("bypass_prompt_optimization", False), bool):
        wrong.append("bypass_prompt_optimization")
    seed = asked.get("seed", -1)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < -1:
        wrong.append("seed")
    if wrong:
        return f"{wrong[0]} has a wrong value"
    if not asked.get("prompt", "").strip():
        return "prompt is required"
    choices = {"lyrics_type": LYRICS_TYPES, "model_type": MODELS, "generation_quality": QUALITIES}
    odd = [name for name, allowed in choices.items() if name in asked and asked[name] not in allowed]
    if odd:
        return f"{odd[0]} has an unknown value"
    if asked.get("lyrics_type") == "user" and not asked.get("lyrics", "").strip():
        return "lyrics are required when lyrics_type is user"
    return _config_problem(asked.get("config"))


def _config_problem(config: Any) -> str:
    if not isinstance(config, dict):
        return "config is required"
    if config.get("mode") == "regular":
        return ""
    if config.get("mode") not in EXTENSIONS:
        return "config.mode has an unknown value"
    length, source = config.get("context_length", CONTEXT), config.get("source")
    if isinstance(length, bool) or not isinstance(length, (int, float)) or not 0 < length <= CONTEXT:
        return "config.context_length has a wrong value"
    fits = isinstance(source, dict) and source.get("source_type") == "song" and source.get("song_id")
    return "" if fits else "config.source must name a song"


def _is_share(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and 0 <= value <= 1
