"""What Suno does with a finished clip: stems, timing, files, MIDI, vocals, personas.

Wire facts: reference "relay-suno-…" sections 7.8 to 7.12 and 7.17.
"""

import random
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .core import Moment
from .faults import invalid_url, task_error
from .suno_clips import Clip, Library
from .suno_music import NO_CLIP, NOT_COMPLETE, TWO, stems
from .task_rows import json_object, success
from .tunes import notes

if TYPE_CHECKING:
    from .core import Job

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]
OnClip = Callable[[web.Request, Clip], web.Response]
READY_AFTER = 2  # questions that are answered with "not yet"
STEMS_QUEUE, STEMS_RUN = 1.0, 5.0
WORD = re.compile(r"(?:\[[^\]]*\]\s*)*[^\s\[]\S*\s*")
LEAD_IN = 0.5


class Acts:
    """The routes under /suno/act and /suno/persona."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.relay = library.relay
        self.options = library.options

    def routes(self) -> list[Route]:
        """Method, path and handler of each."""
        return [
            ("GET", "/suno/act/stems/{clip}", self._of_clip(self._stems, lambda: self.options.stems == "get")),
            ("POST", "/suno/act/stems/{clip}", self._of_clip(self._stems, lambda: self.options.stems == "post")),
            ("GET", "/suno/act/timing/{clip}", self._of_clip(self._timing)),
            ("GET", "/suno/act/wav/{clip}", self._of_clip(self._wav)),
            ("GET", "/suno/act/mp4/{clip}", self._of_clip(self._mp4, lambda: self.options.mp4)),
            ("GET", "/suno/act/midi/{clip}", self._of_clip(self._midi)),
            ("POST", "/suno/act/tags", self._tags),
            ("POST", "/suno/act/vox/{clip}", self._vox),
            ("POST", "/suno/persona/create/", self._persona),
            ("POST", "/suno/persona/create", self._persona),
        ]

    def _of_clip(self, handler: OnClip, offered: Callable[[], bool] = lambda: True) -> Handler:
        """A handler that is given the finished clip of its path."""

        async def on_clip(request: web.Request) -> web.Response:
            if not offered():
                return invalid_url(request)
            clip = self._finished(request.match_info["clip"])
            return clip if isinstance(clip, web.Response) else handler(request, clip)

        return on_clip

    def _finished(self, clip_id: str) -> Clip | web.Response:
        clip = self.library.find(clip_id)
        if clip is None or self.library.state(clip) != "complete":
            return task_error(400, "invalid_request", NOT_COMPLETE if clip else NO_CLIP)
        return clip

    def _answer(self, shown: dict[str, Any]) -> web.Response:
        return success(shown) if self.options.envelope else web.json_response(shown)

    def instant(self, request: web.Request, action: str, body: dict[str, Any], parent: "Job | None" = None) -> "Job":
        """A paid job that is done at once."""
        job = self.relay.accept(request, "suno", action, body, parent=parent.id if parent else None)
        now = self.relay.clock()
        job.forced = Moment("done", 100, now, now)
        return job

    # -------------------------------------------------------------------------------------------- clips from a clip

    def _stems(self, request: web.Request, clip: Clip) -> web.Response:
        """Two stems of a clip of chirp-auk, about six seconds later (7.9)."""
        if clip.mv != "chirp-auk":
            return task_error(400, "invalid_request", "stems are for clips of chirp-auk only")
        if refused := self.relay.refusal(request, ""):
            return refused
        times = {"queue": STEMS_QUEUE, "run": STEMS_RUN}
        job = self.relay.accept(request, "suno", "stems", {"clip_id": clip.id}, parent=clip.job.id, **times)
        stems(self.library, job, clip, TWO)
        return self._answer({"clips": self.library.songs(request, self.library.of(job))})

    async def _vox(self, request: web.Request) -> web.Response:
        """A sample of a clip's vocals (7.17)."""
        clip, body = self._finished(request.match_info["clip"]), await json_object(request) or {}
        if isinstance(clip, web.Response):
            return clip
        start, end = body.get("vocal_start_s"), body.get("vocal_end_s")
        numbers = [isinstance(at, (int, float)) for at in (start, end)]
        if not all(numbers) or not 0 <= float(start or 0) < float(end or 0) <= clip.duration + 0.01:
            return task_error(400, "invalid_request", "vocal_start_s and vocal_end_s must lie in the clip")
        if refused := self.relay.refusal(request, ""):
            return refused
        job = self.instant(request, "vox", body, clip.job)
        sample = self.library.add(job, pieces=clip.pieces, kind="vox", title=clip.title)
        sample.voice = "vocals"
        shown = {**body, "id": sample.id, "clip_id": clip.id, "status": "complete"}
        return self._answer(shown | {"vocal_audio_url": self.library.media(request, sample, "mp3")})

    async def _persona(self, request: web.Request) -> web.Response:
        """A persona from a clip that was generated here, not uploaded (7.8)."""
        slash, wanted = request.path.endswith("/"), self.options.persona_slash
        if wanted == ("without" if slash else "with"):
            return invalid_url(request)
        if wanted == "redirect" and not slash:
            return web.Response(status=307, headers={"Location": f"{request.path}/"})
        body = await json_object(request) or {}
        if problem := _persona_problem(body):
            return task_error(400, "invalid_request", problem)
        root = self._finished(body["root_clip_id"])
        if isinstance(root, web.Response):
            return root
        if root.kind == "upload":
            return task_error(400, "invalid_request", "an upload cannot be the root of a persona")
        if refused := self.relay.refusal(request, body["description"]):
            return refused
        persona = self.instant(request, "persona", body, root.job).id
        self.library.personas[persona] = root
        song = self.library.song(request, root)
        names = {name: body[name] for name in ("name", "description", "root_clip_id", "is_public")}
        people = {"user_display_name": "simulated", "user_handle": "simulated", "user_image_url": ""}
        shown = {"id": persona, "image_s3_id": song["image_url"], "clip": song, "persona_clips": [{"clip": song}]}
        return self._answer(shown | names | people)

    # -------------------------------------------------------------------------------------------- files of a clip

    def _ready(self, clip: Clip, what: str) -> bool:
        """Whether the answer is there; the first two questions come too early."""
        clip.asked[what] += 1
        return clip.asked[what] > READY_AFTER

    def _wav(self, request: web.Request, clip: Clip) -> web.Response:
        """The link of the WAV file, empty for the first two calls (7.11)."""
        url = self.library.media(request, clip, "wav") if self._ready(clip, "wav") else ""
        if self.options.wav == "data":
            return success(url)
        shown = {"wav_file_url": url}
        return success(shown) if self.options.wav == "envelope" else self._answer(shown)

    def _mp4(self, request: web.Request, clip: Clip) -> web.Response:
        """The link of the video, empty for the first two calls (7.12)."""
        url = self.library.media(request, clip, "mp4") if self._ready(clip, "mp4") else ""
        return success(url) if self.options.mp4_field == "data" else self._answer({self.options.mp4_field: url})

    def _midi(self, _: web.Request, clip: Clip) -> web.Response:
        """The notes of the clip's tune, for the first two calls "running" (7.17)."""
        if not self._ready(clip, "midi"):
            return self._answer({"state": "running"})
        parts = {"Voice": "melody", "Piano": "chords", "Bass": "bass"}
        heard = [{"name": name, "notes": notes(clip.seed, part, clip.duration)} for name, part in parts.items()]
        return self._answer({"state": "complete", "instruments": heard})

    def _timing(self, _: web.Request, clip: Clip) -> web.Response:
        """The words of the lyrics, evenly over the clip (7.10)."""
        dice = random.Random(clip.seed)
        wave = [round(dice.uniform(0, 0.8), 3) for _ in range(100)]
        shown = {"waveform_data": wave, "hoot_cer": 0.21, "is_streamed": False}
        return self._answer({"aligned_words": aligned(clip.lyrics, clip.duration), **shown})

    async def _tags(self, request: web.Request) -> web.Response:
        """Better words for a style (7.17)."""
        body = await json_object(request) or {}
        tags = body.get("original_tags")
        if not isinstance(tags, str) or not tags.strip():
            return task_error(400, "invalid_request", "original_tags is required")
        if refused := self.relay.refusal(request, tags):
            return refused
        job = self.instant(request, "tags", body)
        better = f"{tags.strip()}, intimate vocals, warm analogue production, wide stereo image"
        return self._answer({"upsampled_tags": better, "request_id": job.id})


def aligned(lyrics: str, duration: float) -> list[dict[str, Any]]:
    """The words, each with the section marker before it and the spaces behind it, one after the other (7.10)."""
    words = WORD.findall(lyrics)
    step = (duration - LEAD_IN) / max(1, len(words))
    starts = [LEAD_IN + step * index for index in range(len(words))]
    times = [{"start_s": round(at, 2), "end_s": round(at + step * 0.9, 2)} for at in starts]
    return [{"word": word, "success": True, **at, "p_align": 0.98} for word, at in zip(words, times, strict=True)]


def _persona_problem(body: dict[str, Any]) -> str:
    """What is wrong with the body of a new persona, or nothing."""
    missing = [name for name in ("root_clip_id", "name", "description") if not isinstance(body.get(name), str)]
    missing += [] if isinstance(body.get("is_public"), bool) else ["is_public"]
    if missing or not body["name"].strip():
        return f"{(*missing, 'name')[0]} is required"
    clips = body.get("clips")
    fits = isinstance(clips, list) and body["root_clip_id"] in clips
    return "" if fits else "clips must hold the root clip"
