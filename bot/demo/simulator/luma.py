"""Luma on the simulated relay: own form, official form, both batch families (reference "relay-luma-…" section 2)."""

import base64
import binascii
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .faults import invalid_url, key_of, task_error

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

TIERS = ("", "/pro", "/vip")
OFFICIAL = "/dream-machine/v1/generations"
_OWN_STATES = {"queued": "pending", "running": "processing", "done": "completed", "failed": "failed"}
_OFFICIAL_STATES = {"queued": "queued", "running": "dreaming", "done": "completed", "failed": "failed"}
_ENVELOPE_STATES = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}


@dataclass
class LumaOptions:
    """Switches: the variants that the reference lists."""

    batch: Literal["envelope", "array"] = "envelope"
    submit: Literal["object", "array"] = "object"
    nested_string_data: bool = False
    missing_progress: bool = False
    fresh_unknown: bool = False
    official: bool = True
    offered: bool = True
    link_delay: float = 0.0
    """Seconds (times the pace) that a finished task is "completed" before it has its clean link."""


class Luma:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: LumaOptions) -> None:
        self.relay = relay
        self.options = options

    def models(self) -> list[str]:
        """Names for the model list."""
        return ["luma_video", *(["ray-2", "ray-flash-2"] if self.options.official else [])]

    def routes(self) -> list[web.RouteDef]:
        """Own form under every tier, official form with and without the provider's name."""
        found: list[web.RouteDef] = []
        for tier in TIERS:
            own = f"{tier}/luma/generations"
            for slash in ("", "/"):
                found += [
                    web.post(f"{own}{slash}", self._submit),
                    web.post(f"{own}/{{id}}/extend{slash}", self._extend),
                    web.post(f"{tier}/luma/tasks{slash}", self._batch),
                ]
            found += [
                web.get(f"{own}/{{id}}", self._single),
                web.get(f"{own}/{{id}}/download_video_url", self._download),
            ]
        for base in (OFFICIAL, f"/luma{OFFICIAL}"):
            found += [web.post(base, self._official_submit), web.get(f"{base}/{{id}}", self._official_single)]
        return found

    # -------------------------------------------------------------------------------------------- submissions

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        problem = self._own_problem(request, body)
        if problem is not None:
            return problem
        return self._accepted(request, body, "generate", None)

    async def _extend(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        problem = self._own_problem(request, body)
        if problem is not None:
            return problem
        parent = self._known(request, request.match_info["id"])
        if parent is None or self.relay.look(parent).state != "done":
            return task_error(400, "task_not_exist", "task_not_exist")
        return self._accepted(request, body, "extend", parent.id)

    def _own_problem(self, request: web.Request, body: Any) -> web.StreamResponse | None:
        if not self.options.offered:
            return invalid_url(request)
        prompt = body.get("user_prompt") if isinstance(body, dict) else None
        if not isinstance(prompt, str) or not prompt.strip():
            return task_error(400, "invalid_request", "user_prompt is required")
        for name in ("image_url", "image_end_url"):
            if body.get(name) and not _is_picture(body[name], data_uris=True):
                return task_error(400, "invalid_request", f"{name} is neither a URL nor a picture")
        return self.relay.refusal(request, prompt)

    def _accepted(self, request: web.Request, body: dict[str, Any], action: str, parent: str | None) -> web.Response:
        job = self.relay.accept(
            request,
            "luma",
            action,
            body,
            prompt=body["user_prompt"],
            ratio=body.get("aspect_ratio") or "16:9",
            parent=parent,
            tier=_tier(request),
        )
        shown = self._generation(request, job)
        return web.json_response([shown] if self.options.submit == "array" else shown, status=201)

    async def _official_submit(self, request: web.Request) -> web.StreamResponse:
        if not (self.options.offered and self.options.official):
            return invalid_url(request)
        body = await _json(request)
        prompt = body.get("prompt") if isinstance(body, dict) else None
        if not isinstance(prompt, str) or not prompt.strip():
            return web.json_response({"detail": "prompt is required"}, status=400)
        for frame in (body.get("keyframes") or {}).values():
            if not self._is_frame(request, frame):
                return web.json_response(
                    {"detail": "keyframes must be public URLs or finished generations"}, status=400
                )
        refused = self.relay.refusal(request, prompt)
        if refused is not None:
            return refused
        job = self.relay.accept(
            request,
            "luma",
            "official",
            body,
            prompt=prompt,
            ratio=body.get("aspect_ratio") or "16:9",
            tier=_tier(request),
        )
        return web.json_response(self._official(request, job), status=201)

    def _is_frame(self, request: web.Request, frame: Any) -> bool:
        if not isinstance(frame, dict):
            return False
        if frame.get("type") == "generation":
            parent = self._known(request, str(frame.get("id")))
            return parent is not None and self.relay.look(parent).state == "done"
        return _is_picture(frame.get("url"), data_uris=False)

    # -------------------------------------------------------------------------------------------- questions

    async def _batch(self, request: web.Request) -> web.StreamResponse:
        if not self.options.offered:
            return invalid_url(request)
        body = await _json(request)
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list):
            return task_error(400, "invalid_request", "ids is required")
        found = [job for name in dict.fromkeys(map(str, ids)) if (job := self._visible(request, name)) is not None]
        random.shuffle(found)
        if self.options.batch == "array":
            return web.json_response([self._generation(request, job, artifact=True) for job in found])
        data = [self._envelope(request, job) for job in found] if found or not ids else None
        return web.json_response({"code": "success", "message": "", "data": data})

    async def _single(self, request: web.Request) -> web.StreamResponse:
        job = self._visible(request, request.match_info["id"])
        if job is None:
            return task_error(400, "task_not_exist", "task_not_exist")
        return web.json_response(self._generation(request, job))

    async def _official_single(self, request: web.Request) -> web.StreamResponse:
        job = self._visible(request, request.match_info["id"])
        if job is None:
            return web.json_response({"detail": "Generation not found"}, status=404)
        return web.json_response(self._official(request, job))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        job = self._visible(request, request.match_info["id"])
        if job is None or self.relay.look(job).state != "done":
            return task_error(400, "task_not_exist", "task_not_exist")
        return web.json_response({"url": self._link(request, job)})

    def _known(self, request: web.Request, job_id: str) -> "Job | None":
        job = self.relay.jobs.get(job_id)
        return job if job is not None and job.key == key_of(request) and job.tier == _tier(request) else None

    def _visible(self, request: web.Request, job_id: str) -> "Job | None":
        """The job as a query finds it: not a lost one, and a fresh one only from the second question on."""
        job = self._known(request, job_id)
        if job is None or job.said("lost"):
            return None
        job.asked += 1
        return None if self.options.fresh_unknown and job.asked == 1 else job

    # -------------------------------------------------------------------------------------------- shapes

    def _envelope(self, request: web.Request, job: "Job") -> dict[str, Any]:
        moment = self.relay.look(job)
        inner: Any = self._generation(request, job) if moment.state != "queued" else None
        if self.options.nested_string_data and inner is not None:
            inner = json.dumps(inner)
        shown = {
            "id": 4000 + list(self.relay.jobs).index(job.id),
            "task_id": job.id,
            "platform": "luma_free",
            "action": "LUMA_VIDEO",
            "status": _ENVELOPE_STATES[moment.state],
            "fail_reason": moment.reason,
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": f"{moment.percent}%",
            "data": inner,
        }
        if self.options.missing_progress:
            del shown["progress"]
        return shown

    def _generation(self, request: web.Request, job: "Job", *, artifact: bool = False) -> dict[str, Any]:
        moment = self.relay.look(job)
        shown: dict[str, Any] = {
            "id": job.id,
            "prompt": job.prompt,
            "state": _OWN_STATES[moment.state],
            "created_at": datetime.fromtimestamp(job.submitted_at, UTC).isoformat(),
            "video": None,
            "liked": None,
            "estimate_wait_seconds": None,
            "thumbnail": None,
            "last_frame": None,
            "queue_state": None,
            "batch_id": "",
            "video_raw": None,
        }
        if moment.state == "failed":
            shown["failure_reason"] = moment.reason
        if moment.state == "done":
            shown |= self._media(request, job, moment, artifact=artifact)
        return shown

    def _media(self, request: web.Request, job: "Job", moment: "Moment", *, artifact: bool) -> dict[str, Any]:
        picture = self.relay.media(request, job, "picture", "jpg")
        thumbnail = {"url": picture, "width": 480, "height": 270, "media_type": "image"}
        video: dict[str, Any] = {"url": self._link(request, job) + "#watermark", "width": 480, "height": 270}
        waits = self.relay.clock() < moment.finished_at + self.options.link_delay * self.relay.pace
        if not job.said("nolink") and not waits:
            video["download_url"] = self._link(request, job)
        if artifact:
            return {"artifact": {"video": video, "thumbnail": thumbnail, "created_at": "0001-01-01T00:00:00Z"}}
        return {"video": video, "thumbnail": thumbnail, "last_frame": thumbnail}

    def _official(self, request: web.Request, job: "Job") -> dict[str, Any]:
        moment = self.relay.look(job)
        done = moment.state == "done"
        return {
            "id": job.id,
            "generation_type": "video",
            "state": _OFFICIAL_STATES[moment.state],
            "failure_reason": moment.reason or None,
            "created_at": datetime.fromtimestamp(job.submitted_at, UTC).isoformat(),
            "assets": {"video": self._link(request, job), "image": None} if done else None,
            "model": job.body.get("model"),
            "request": job.body,
        }

    def _link(self, request: web.Request, job: "Job") -> str:
        return self.relay.media_url or self.relay.media(request, job, "video", "mp4")


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


def _is_picture(value: Any, *, data_uris: bool) -> bool:
    if not isinstance(value, str):
        return False
    if value.startswith(("http://", "https://")):
        return True
    head, _comma, encoded = value.partition(",")
    if not (data_uris and head.startswith("data:image/") and head.endswith(";base64")):
        return False
    try:
        return base64.b64decode(encoded, validate=True)[:4] in {b"\x89PNG", b"RIFF", b"GIF8"} or base64.b64decode(
            encoded
        ).startswith(b"\xff\xd8\xff")
    except binascii.Error:
        return False
