"""Luma on the simulated relay: own form, official form, both batch families (reference "relay-luma-…" section 2)."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .faults import invalid_url, key_of, task_error
from .pictures import dimensions, is_picture, is_url

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

TIERS = ("", "/pro", "/vip")
OFFICIAL = "/dream-machine/v1/generations"
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
_OWN_STATES = {"queued": "pending", "running": "processing", "done": "completed", "failed": "failed"}
_OFFICIAL_STATES = {"queued": "queued", "running": "dreaming", "done": "completed", "failed": "failed"}
_ENVELOPE_STATES = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_NO_TASK = ("task_not_exist", "task_not_exist")

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class LumaOptions:
    """Switches: the variants that the reference lists."""

    batch: Literal["envelope", "array"] = "envelope"  # family A or B of the batch query (2.6)
    submit: Literal["object", "array"] = "object"  # a submission answers the generation or a list of one (2.1)
    nested_string_data: bool = False  # the envelope's inner `data` is JSON text (1.2)
    missing_progress: bool = False  # the envelope has no `progress` (1.2)
    fresh_unknown: bool = False  # the first query for an id does not find it (1.3)
    shuffle: bool = True  # a batch is not answered in the order of the request (1.3)
    official: bool = True  # the official form is offered
    offered: bool = True  # any Luma path is offered; else all are an `Invalid URL`
    link_delay: float = 0.0  # seconds (times the pace) a task is "completed" before it has its clean link (2.5)


class Luma:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: LumaOptions) -> None:
        self.relay = relay
        self.options = options
        self._dice = random.Random(1)

    def models(self) -> list[str]:
        """Names for the model list."""
        if not self.options.offered:
            return []
        return ["luma_video", *(["ray-2", "ray-flash-2"] if self.options.official else [])]

    def routes(self) -> list[web.RouteDef]:
        """Own form, and official form with and without the provider's name, each under every tier (1.1, 2.7)."""
        found: list[web.RouteDef] = []
        for tier in TIERS:
            own = f"{tier}/luma/generations"
            posts = {own: self._submit, f"{own}/{{id}}/extend": self._extend, f"{tier}/luma/tasks": self._batch}
            gets = {f"{own}/{{id}}": self._single, f"{own}/{{id}}/download_video_url": self._download}
            for base in (f"{tier}{OFFICIAL}", f"{tier}/luma{OFFICIAL}"):
                posts[base] = self._official_submit
                gets[f"{base}/{{id}}"] = self._official_single
            found += [web.get(path, self._offered(handler)) for path, handler in gets.items()]
            found += [web.post(path + end, self._offered(posts[path])) for path in posts for end in ("", "/")]
        return found

    def _offered(self, handler: Handler) -> Handler:
        async def offered(request: web.Request) -> web.Response:
            here = self.options.offered and (self.options.official or OFFICIAL not in request.path)
            return await handler(request) if here else invalid_url(request)

        return offered

    # -------------------------------------------------------------------------------------------- submissions

    async def _submit(self, request: web.Request) -> web.Response:
        body = await _json(request)
        if problem := _own_problem(body):
            return task_error(400, "invalid_request", problem)
        refused = self.relay.refusal(request, body["user_prompt"])
        return refused or self._accepted(request, body, "generate", body.get("aspect_ratio") or "16:9")

    async def _extend(self, request: web.Request) -> web.Response:
        body = await _json(request)
        if problem := _own_problem(body):
            return task_error(400, "invalid_request", problem)
        parent = self._known(request, request.match_info["id"])
        if parent is None:
            return task_error(400, "task_not_exist", "task_origin_not_exist")
        if self.relay.look(parent).state != "done":
            return task_error(400, "invalid_request", "the origin task is not completed")
        refused = self.relay.refusal(request, body["user_prompt"])
        return refused or self._accepted(request, body, "extend", parent.ratio, parent.id)

    def _accepted(
        self, request: web.Request, body: dict[str, Any], action: str, ratio: str, parent: str | None = None
    ) -> web.Response:
        place = {"tier": _tier(request), "ratio": ratio, "parent": parent}
        job = self.relay.accept(request, "luma", action, body, prompt=body["user_prompt"], **place)
        shown = self._generation(request, job)
        return web.json_response([shown] if self.options.submit == "array" else shown, status=201)

    async def _official_submit(self, request: web.Request) -> web.Response:
        body = await _json(request)
        if problem := self._official_problem(request, body):
            return web.json_response({"detail": problem}, status=400)
        refused = self.relay.refusal(request, body["prompt"])
        if refused:
            return refused
        place = {"tier": _tier(request), "ratio": body.get("aspect_ratio") or "16:9"}
        job = self.relay.accept(request, "luma", "official", body, prompt=body["prompt"], **place)
        return web.json_response(self._official(request, job), status=201)

    def _official_problem(self, request: web.Request, body: Any) -> str:
        if problem := _common_problem(body, "prompt"):
            return problem
        frames = {} if body.get("keyframes") is None else body["keyframes"]
        if not isinstance(frames, dict) or not frames.keys() <= {"frame0", "frame1"}:
            return "keyframes must be an object with frame0 and frame1"
        wrong = [name for name, frame in frames.items() if not self._is_frame(request, frame)]
        return f"{wrong[0]} must be an image with a public URL or a completed generation" if wrong else ""

    def _is_frame(self, request: web.Request, frame: Any) -> bool:
        if not isinstance(frame, dict):
            return False
        if frame.get("type") == "generation":
            parent = self._known(request, str(frame.get("id")))
            return parent is not None and self.relay.look(parent).state == "done"
        return frame.get("type") == "image" and is_url(frame.get("url"))

    # -------------------------------------------------------------------------------------------- questions

    async def _batch(self, request: web.Request) -> web.Response:
        body = await _json(request)
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list):
            return task_error(400, "invalid_request", "ids is required")
        found = [job for name in dict.fromkeys(map(str, ids)) if (job := self._visible(request, name)) is not None]
        if self.options.shuffle:
            asked = list(found)
            self._dice.shuffle(found)
            found = found if found != asked else [*found[1:], *found[:1]]
        if self.options.batch == "array":
            return web.json_response([self._sibling(request, job) for job in found])
        data = [self._envelope(request, job) for job in found] if found or not ids else None
        return web.json_response({"code": "success", "message": "", "data": data})

    async def _single(self, request: web.Request) -> web.Response:
        job = self._visible(request, request.match_info["id"])
        return web.json_response(self._generation(request, job)) if job else task_error(400, *_NO_TASK)

    async def _official_single(self, request: web.Request) -> web.Response:
        job = self._visible(request, request.match_info["id"])
        return web.json_response(self._official(request, job)) if job else task_error(400, *_NO_TASK)

    async def _download(self, request: web.Request) -> web.Response:
        job = self._visible(request, request.match_info["id"])
        if job is None:
            return task_error(400, *_NO_TASK)
        moment = self.relay.look(job)
        if moment.state != "done" or self._link_waits(moment):
            return web.json_response({"detail": "the video is not ready"}, status=400)
        return web.json_response({"url": self._link(request, job)})

    def _known(self, request: web.Request, job_id: str) -> "Job | None":
        """The job of this key that was made under this path's tier."""
        job = self.relay.jobs.get(job_id)
        mine = job is not None and (job.provider, job.key, job.tier) == ("luma", key_of(request), _tier(request))
        return job if mine else None

    def _visible(self, request: web.Request, job_id: str) -> "Job | None":
        """The job as a query finds it: not a lost one, and a fresh one only from the second question on."""
        job = self._known(request, job_id)
        if job is None or job.said("lost"):
            return None
        job.asked += 1
        return None if self.options.fresh_unknown and job.asked == 1 else job

    # -------------------------------------------------------------------------------------------- shapes

    def _envelope(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Family A: a task row; `data` is null until the gateway has asked the provider (1.2)."""
        moment = self.relay.look(job)
        inner: Any = None if moment.state == "queued" else self._generation(request, job)
        shown = {
            "id": int(job.id[:6], 16),
            "created_at": _iso(job.submitted_at),
            "updated_at": _iso(self.relay.clock()),
            "task_id": job.id,
            "platform": "luma_free",
            "action": "LUMA_VIDEO",
            "status": _ENVELOPE_STATES[moment.state],
            "fail_reason": moment.reason,
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": f"{moment.percent}%",
            "data": json.dumps(inner) if self.options.nested_string_data and inner else inner,
        }
        if self.options.missing_progress:
            del shown["progress"]
        return shown

    def _sibling(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Family B: the generation with its media a second time under `artifact`."""
        shown = self._generation(request, job)
        names = ("video", "video_raw", "thumbnail", "last_frame")
        shown["artifact"] = {name: shown[name] for name in names} | {"created_at": "0001-01-01T00:00:00Z"}
        shown["request"] = {"prompt": job.prompt, "aspect_ratio": job.ratio}
        return shown

    def _generation(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Luma's own object (2.1, 2.5)."""
        moment = self.relay.look(job)
        state = _OWN_STATES[moment.state]
        if moment.state == "queued" and self.relay.clock() >= job.submitted_at + job.queue * self.relay.pace:
            state = "queued"
        shown: dict[str, Any] = {"id": job.id, "prompt": job.prompt, "state": state}
        shown |= {"created_at": _iso(job.submitted_at), "batch_id": "", "liked": None, "queue_state": None}
        shown |= dict.fromkeys(("estimate_wait_seconds", "video", "video_raw", "thumbnail", "last_frame"))
        if moment.state == "failed":
            shown["failure_reason"] = moment.reason
        return shown | (self._media(request, job, moment) if moment.state == "done" else {})

    def _media(self, request: web.Request, job: "Job", moment: "Moment") -> dict[str, Any]:
        """What a finished generation has more; without a clean link only the watermarked video is there."""
        width, height = dimensions(job.ratio)
        size = {"width": width, "height": height}
        thumbnail, last = (self.relay.media(request, job, kind, "jpg") for kind in ("thumbnail", "last_frame"))
        clean = None if job.said("nolink") or self._link_waits(moment) else self._link(request, job)
        marked = self.relay.media_url or self.relay.media(request, job, "watermarked", "mp4")
        raw = {"url": clean, **size, "duration": 3.0, "media_type": "video"}
        return {
            "video": {"url": marked, **size, "thumbnail": thumbnail, "download_url": clean},
            "video_raw": raw if clean else None,
            "thumbnail": {"url": thumbnail, **size, "palette": [], "media_type": "image"},
            "last_frame": {"url": last, **size, "media_type": "image"},
        }

    def _official(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The official Generation (2.7, 2.8)."""
        moment = self.relay.look(job)
        done = moment.state == "done"
        return {
            "id": job.id,
            "generation_type": "video",
            "state": _OFFICIAL_STATES[moment.state],
            "failure_reason": moment.reason or None,
            "created_at": _iso(job.submitted_at),
            "assets": {"video": self._link(request, job), "image": None, "progress_video": None} if done else None,
            "model": job.body.get("model"),
            "version": None,
            "request": job.body,
        }

    def _link_waits(self, moment: "Moment") -> bool:
        return self.relay.clock() < moment.finished_at + self.options.link_delay * self.relay.pace

    def _link(self, request: web.Request, job: "Job") -> str:
        return self.relay.media_url or self.relay.media(request, job, "video", "mp4")


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")


def _own_problem(body: Any) -> str:
    """What is wrong with a body of the own form (2.1), or nothing."""
    if problem := _common_problem(body, "user_prompt"):
        return problem
    wrong = [name for name in ("image_url", "image_end_url") if not is_picture(body.get(name) or None)]
    return f"{wrong[0]} is neither a URL nor a data URI of a picture" if wrong else ""


def _common_problem(body: Any, prompt: str) -> str:
    """What is wrong with the fields that both forms share, or nothing."""
    if not isinstance(body, dict):
        return "the body is not a JSON object"
    if not isinstance(body.get(prompt), str) or not body[prompt].strip():
        return f"{prompt} is required"
    if (body.get("aspect_ratio") or "16:9") not in RATIOS:
        return "aspect_ratio is unknown"
    flags = [name for name in ("loop", "expand_prompt") if not isinstance(body.get(name, False), bool)]
    return f"{flags[0]} must be true or false" if flags else ""
