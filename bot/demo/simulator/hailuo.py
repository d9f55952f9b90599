"""MiniMax Hailuo on the simulated relay (reference "relay-luma-…" section 7 without 7.4)."""

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import sounds
from .faults import key_of, task_error
from .forms import answered
from .forms import offered as where_offered
from .hailuo_rules import OK, WORDS, HailuoOptions, base_resp, problem_at_once, refused, video_problem
from .recraft_stills import Drawing, Gallery, draw, seed_of, sized
from .task_rows import json_object
from .tunes import VOICES

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

ROOTS = ("/minimax", "/minimaxi")
PROVIDER = "hailuo"
SPEECH_SECONDS, SONG_SECONDS = 3.2, 12.0
PICTURE_AREA = 512 * 512
PICTURE_LIFE = 86400.0
_STATES = {"queued": "Queueing", "running": "Processing", "done": "Success", "failed": "Fail"}
_ENVELOPE_STATES = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_PERCENT = {"queued": "30%", "running": "50%", "done": "100%", "failed": "100%"}


class Hailuo:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: HailuoOptions) -> None:
        self.relay = relay
        self.options = options
        self.gallery = Gallery(relay, PROVIDER)
        self._by_number: dict[str, Job] = {}

    def models(self) -> list[str]:
        """Names for the model list."""
        return list(self.options.models) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Everything under either of the prefixes, and the pictures."""
        posts = {"video_generation": self._submit, "t2a_v2": self._speech, "music_generation": self._music}
        posts |= {"image_generation": self._paint}
        gets = {"query/video_generation": self._query, "files/retrieve": self._retrieve}
        found = [self.gallery.route()]
        for root in ROOTS:
            found += [web.post(f"{root}/v1/{path}", where_offered(do, self._here)) for path, do in posts.items()]
            found += [web.get(f"{root}/v1/{path}", where_offered(do, self._here)) for path, do in gets.items()]
        return found

    def _here(self, request: web.Request) -> bool:
        options, last = self.options, request.path.rpartition("/")[2]
        switches = {"t2a_v2": options.speech, "music_generation": options.music}
        switches |= {"image_generation": options.pictures, "retrieve": options.retrieve}
        return options.offered and switches.get(last, True)

    # -------------------------------------------------------------------------------------------- videos

    async def _submit(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        if problem := video_problem(self.options, body):
            return refused(self.options, 2013, problem)
        body = body or {}
        prompt = body.get("prompt") or ""
        if denied := self._denied(request, prompt):
            return denied
        doom = WORDS[1027] if "sim:unsafe" in prompt else ""
        job = self.relay.accept(
            request, PROVIDER, "video", body, prompt=prompt, tier=_root(request), doom=doom, run=20.0
        )
        self._by_number[_number(job)] = job
        told: dict[str, Any] = {"task_id": _number(job), "base_resp": base_resp(*OK)}
        if self.options.submit == "data":
            return web.json_response({"code": "success", "message": "", "data": told})
        return web.json_response({**told, "status": "Preparing"} if self.options.submit == "status" else told)

    def _denied(self, request: web.Request, prompt: str) -> web.Response | None:
        """The refusal of a valid request, in MiniMax's own words where it has such (7.7)."""
        if "sim:full" in prompt:
            return refused(self.options, 1002)
        return self.relay.refusal(request, prompt)

    async def _query(self, request: web.Request) -> web.Response:
        job = self._visible(request, request.query.get("task_id", ""))
        if job is None:
            if self.options.shape != "raw":
                return task_error(400, "task_not_exist", "task_not_exist")
            return refused(self.options, 2013, "task_id not found")
        raw = self._raw(request, job)
        return web.json_response(raw if self.options.shape == "raw" else self._envelope(job, raw))

    def _visible(self, request: web.Request, number: str) -> "Job | None":
        """The job of this key under this prefix as a question finds it."""
        job = self._by_number.get(number)
        if job is None or (job.key, job.tier) != (key_of(request), _root(request)) or job.said("lost"):
            return None
        job.asked += 1
        return None if self.options.fresh_unknown and job.asked == 1 else job

    def _raw(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """MiniMax's own object (7.2)."""
        moment = self.relay.look(job)
        status = _STATES[moment.state]
        withheld = moment.reason and (job.said("banned") or job.said("unsafe"))
        code, words = (1027, WORDS[1027]) if withheld else (1024, moment.reason) if moment.reason else OK
        shown: dict[str, Any] = {
            "task_id": _number(job),
            "status": status.lower() if self.options.lower_case else status,
            "file_id": "",
            "base_resp": base_resp(code, words),
        }
        if moment.state == "done" and not self._waits(moment):
            shown |= {"file_id": self._file_id(job), "video_width": 1366, "video_height": 768}
            if self.options.shape == "linked" and not job.said("nolink"):
                shown["file"] = self._file(request, job)
        return shown

    def _waits(self, moment: "Moment") -> bool:
        return self.relay.clock() < moment.finished_at + self.options.link_delay * self.relay.pace

    def _envelope(self, job: "Job", raw: dict[str, Any]) -> dict[str, Any]:
        """A task row; on success the number of the file stands in `fail_reason` (1.2, 7.2)."""
        moment = self.relay.look(job)
        inner: Any = None if moment.state == "queued" else raw
        row = {
            "task_id": _number(job),
            "action": "video_generation",
            "status": _ENVELOPE_STATES[moment.state],
            "fail_reason": str(raw["file_id"]) if moment.state == "done" else moment.reason,
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": _PERCENT[moment.state],
            "data": json.dumps(inner) if self.options.nested_string_data and inner else inner,
        }
        if self.options.missing_progress:
            del row["progress"]
        return {"code": 1 if self.options.numeric_code else "success", "message": "", "data": row}

    def _file_id(self, job: "Job") -> str | int:
        number = 10**17 + int(_number(job))
        return number if self.options.numbers else str(number)

    def _file(self, request: web.Request, job: "Job") -> dict[str, Any]:
        link = self.relay.media_url or self.relay.media(request, job, "video", "mp4")
        return {
            "file_id": int(self._file_id(job)),
            "bytes": 2_345_678,
            "created_at": int(self.relay.look(job).finished_at),
            "filename": "output_aigc.mp4",
            "purpose": "video_generation",
            "download_url": link,
        }

    async def _retrieve(self, request: web.Request) -> web.Response:
        """The link of a file; a `task_id` that does not belong to it is refused (7.3)."""
        asked, task = request.query.get("file_id", ""), request.query.get("task_id")
        jobs = [job for job in self._by_number.values() if str(self._file_id(job)) == asked]
        mine = [job for job in jobs if (job.key, job.tier) == (key_of(request), _root(request))]
        if not mine or self.relay.look(mine[0]).state != "done" or task not in (None, _number(mine[0])):
            return refused(self.options, 2013, "file not found")
        told = {"file": self._file(request, mine[0]), "base_resp": base_resp(*OK)}
        wrapped = {"code": "success", "message": "", "data": told}
        return web.json_response(wrapped if self.options.shape == "linked" else told)

    # -------------------------------------------------------------------------------------------- at once

    async def _made(self, request: web.Request, words: str) -> "tuple[Job, dict[str, Any]] | web.Response":
        """The job of a call that is answered at once, with its body; or the answer that refuses it."""
        call, body = request.path.rpartition("/")[2], await json_object(request)
        if problem := problem_at_once(call, body):
            return refused(self.options, 2013, problem)
        body = body or {}
        prompt = body[words]
        if denied := self._denied(request, prompt):
            return denied
        if "sim:unsafe" in prompt or "sim:banned" in prompt:
            return refused(self.options, 1027 if "sim:unsafe" in prompt else 1026)
        job, reason = await answered(self.relay, request, PROVIDER, call, body, prompt)
        if reason:
            return web.json_response({"data": None, "base_resp": base_resp(1024, reason)})
        return job, body

    async def _speech(self, request: web.Request) -> web.Response:
        made = await self._made(request, "text")
        return made if isinstance(made, web.Response) else await self._sound(request, *made, SPEECH_SECONDS)

    async def _music(self, request: web.Request) -> web.Response:
        made = await self._made(request, "prompt")
        return made if isinstance(made, web.Response) else await self._sound(request, *made, SONG_SECONDS)

    async def _sound(self, request: web.Request, job: "Job", body: dict[str, Any], seconds: float) -> web.Response:
        """The sound in hexadecimal digits, or its link (7.5); FLAC is not made here: it comes as WAV."""
        form = "wav" if (body.get("audio_setting") or {}).get("format") in ("wav", "flac") else "mp3"
        pieces, voice = sounds.tune(job.seed, seconds), VOICES[0]
        if self.options.sound == "url" or body.get("output_format") == "url":
            audio = sounds.link(self.relay, request, job, voice, pieces, form)
        else:
            audio = (await asyncio.to_thread(sounds.make, voice, sounds.named(pieces), form)).hex()
        about = {"audio_length": round(1000 * seconds), "audio_sample_rate": 32000, "bitrate": 128000}
        data = {"audio": audio, "status": 2}
        told = {"data": data, "extra_info": about, "trace_id": job.seed, "base_resp": base_resp(*OK)}
        return web.json_response(told)

    async def _paint(self, request: web.Request) -> web.Response:
        made = await self._made(request, "prompt")
        if isinstance(made, web.Response):
            return made
        job, body = made
        count = int(body.get("n") or 1)
        failed = min(self.options.failed_pictures, count)
        ratio = sized(body.get("aspect_ratio") or "1:1", 8, PICTURE_AREA)
        wanted = (body.get("width") or ratio[0], body.get("height") or ratio[1])
        names = [f"{job.id}-{index}.jpeg" for index in range(count - failed)]
        drawings = [Drawing(seed_of(job.seed, index), wanted, "jpeg") for index in range(count - failed)]
        counts: dict[str, Any] = {"success_count": str(count - failed), "failed_count": str(failed)}
        data: dict[str, Any] = {"image_urls": [], "image_base64": []}
        if self.options.painting == "base64":
            made_now = [await asyncio.to_thread(draw, drawing) for drawing in drawings]
            data["image_base64"] = [base64.b64encode(content).decode() for content in made_now]
        else:
            for name, drawing in zip(names, drawings, strict=True):
                self.gallery.put(name, drawing)
            until = self.relay.clock() + PICTURE_LIFE
            data["image_urls"] = [self.gallery.link(request, name, until) for name in names]
        if self.options.painting == "inside":
            inside = {"task_id": job.id, **{name: int(told) for name, told in counts.items()}}
            return web.json_response({"id": job.id, "data": data | inside, "base_resp": base_resp(*OK)})
        return web.json_response({"id": job.id, "data": data, "metadata": counts, "base_resp": base_resp(*OK)})


def _number(job: "Job") -> str:
    """The task's id: fifteen digits, as MiniMax has them."""
    return str(10**14 + int(job.id.replace("-", "")[:11], 16))


def _root(request: web.Request) -> str:
    return next(root for root in sorted(ROOTS, key=len, reverse=True) if request.path.startswith(f"{root}/"))
