"""Kling on the simulated relay: every documented route, raw, enveloped and as new-api answers (5.1, 5.2, 5.9)."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .faults import invalid_url, key_of, request_id, task_error
from .kling_rules import KNOWN, MODELS, RULES, VIDEO_MODELS, problem
from .task_rows import json_object, success

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

TIERS = ("", "/pro", "/vip")
NEW_API = ("videos/text2video", "videos/image2video")  # what new-api itself routes (8.3)
EXTENDABLE = ("videos/text2video", "videos/image2video", "videos/video-extend")
_STATES = {"queued": "submitted", "running": "processing", "done": "succeed", "failed": "failed"}
_ROWS = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_ACTIONS = {"videos/text2video": "textGenerate", "videos/image2video": "generate"}
_HTTP = {1103: 403, 1200: 400, 1201: 400, 1202: 404, 1203: 404, 1300: 400, 1301: 400, 1302: 429, 1303: 429}


@dataclass
class KlingOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Kling path is offered; else all are an `Invalid URL`
    missing: Collection[str] = ()  # kinds of requests (`videos/effects`) that this relay does not have
    form: Literal["raw", "enveloped", "new-api"] = "raw"  # the shape of the answers (5.2)
    models: Collection[str] = MODELS  # another one is unknown: 1203 (5.9)
    parallel: int | None = None  # more unfinished requests than this are turned away: 1303 (5.9)
    coded: bool = False  # an error has HTTP 200 and only its code says so (5.9)
    nulls: bool = True  # `task_result` is null until success; else it is absent (5.2)
    string_data: bool = False  # the envelope's inner `data` is JSON text (1.2)
    needs_task: bool = False  # extend and lip-sync need the parent's task id, too (5.6)
    fresh_unknown: bool = False  # the first question after a submission does not find the task (1.3)
    length: str = "5.1"  # seconds that a finished video says it has (5.2)


class Kling:
    """The routes of one provider over the shared core; a job's action is the kind of its request."""

    def __init__(self, relay: "Relay", options: KlingOptions) -> None:
        self.relay = relay
        self.options = options

    def models(self) -> list[str]:
        """Names for the model list."""
        return list(self.options.models) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Every kind under every tier (1.1, 5.1)."""
        found: list[web.RouteDef] = []
        for tier in TIERS:
            base = f"{tier}/kling/v1/{{group:videos|images}}/{{kind}}"
            found += [web.post(base, self._submit), web.get(f"{base}/{{id}}", self._query)]
        return found

    # -------------------------------------------------------------------------------------------- submissions

    async def _submit(self, request: web.Request) -> web.Response:
        kind = _kind(request)
        if not self._here(kind):
            return invalid_url(request)
        body = await json_object(request)
        if body is None:
            return self._error(request, 1200, "Request body is invalid")
        said = problem(kind, body)
        if said:
            return self._error(request, 1201, said)
        prompt = _prompt(body)
        refused = self._refusal(request, kind, body) or self._parent_problem(request, kind, body)
        refused = refused or self._busy(request, prompt) or self.relay.refusal(request, prompt)
        if refused:
            return refused
        parent = self._parent(request, body)
        ratio = parent.ratio if parent else str(body.get("aspect_ratio") or "16:9")
        place = {"tier": _tier(request), "ratio": ratio, "parent": parent.id if parent else None}
        job = self.relay.accept(request, "kling", kind, body, prompt=prompt, **place)
        return self._accepted(request, job)

    def _here(self, kind: str) -> bool:
        narrow = self.options.form == "new-api" and kind not in NEW_API
        return self.options.offered and kind in RULES and kind not in self.options.missing and not narrow

    def _refusal(self, request: web.Request, kind: str, body: dict[str, Any]) -> web.Response | None:
        """A model that this relay does not have, or a prompt that Kling's policy turns away at once (5.9)."""
        name = body.get("model_name")
        known = KNOWN.get(kind, VIDEO_MODELS)
        if name is not None and (name not in known or name not in self.options.models):
            return self._error(request, 1203, f"model {name} does not exist")
        unsafe = "sim:unsafe" in _prompt(body)
        return self._error(request, 1301, "Failure to pass the risk control system") if unsafe else None

    def _busy(self, request: web.Request, prompt: str) -> web.Response | None:
        most = self.options.parallel
        under_way = [
            job
            for job in self.relay.jobs.values()
            if job.provider == "kling" and self.relay.look(job).state in ("queued", "running")
        ]
        if "sim:full" in prompt or (most is not None and len(under_way) >= most):
            return self._error(request, 1303, "parallel task over resource pack limit")
        return None

    def _parent_problem(self, request: web.Request, kind: str, body: dict[str, Any]) -> web.Response | None:
        """What is wrong with the video that a request goes on from (5.6, 5.7)."""
        given = body.get("input", body)
        if "video_id" not in given:
            return None
        parent = self._parent(request, body)
        if parent is None or self.relay.look(parent).state != "done":
            return self._error(request, 1201, "video_id does not exist")
        if self.options.needs_task and given.get("task_id") != parent.id:
            return self._error(request, 1201, "task_id is required")
        model = str(parent.body.get("model_name") or "kling-v1")
        first = parent.action == "videos/video-extend" or model in ("kling-v1", "kling-v1-5", "kling-v1-6")
        if kind == "videos/video-extend" and not (first and parent.action in EXTENDABLE):
            return self._error(request, 1201, "this video cannot be extended")
        return None

    def _parent(self, request: web.Request, body: dict[str, Any]) -> "Job | None":
        name = str(body.get("input", body).get("video_id") or "").removeprefix("vid-")
        job = self.relay.jobs.get(name)
        return job if job and (job.provider, job.key) == ("kling", key_of(request)) else None

    def _accepted(self, request: web.Request, job: "Job") -> web.Response:
        if self.options.form == "new-api":
            answer = {"id": job.id, "task_id": job.id, "object": "video", "model": job.body.get("model_name") or ""}
            return web.json_response({**answer, "status": "queued", "progress": 0, "created_at": int(job.submitted_at)})
        if self.options.form == "enveloped":
            return success(self._row(request, job))
        return self._official(request, self._task(request, job))

    # -------------------------------------------------------------------------------------------- questions

    async def _query(self, request: web.Request) -> web.Response:
        kind, job = _kind(request), self.relay.jobs.get(request.match_info["id"])
        if not self._here(kind):
            return invalid_url(request)
        mine = job and (job.provider, job.key, job.action) == ("kling", key_of(request), kind)
        if job is None or not mine or job.tier != _tier(request) or job.said("lost"):
            return self._unknown(request)
        job.asked += 1
        if self.options.fresh_unknown and job.asked == 1:
            return self._unknown(request)
        if self.options.form == "raw":
            return self._official(request, self._task(request, job))
        return success(self._row(request, job))

    def _unknown(self, request: web.Request) -> web.Response:
        if self.options.form == "raw":
            return self._error(request, 1203, "task not found")
        return task_error(400, "task_not_exist", "task_not_exist")

    # -------------------------------------------------------------------------------------------- shapes

    def _official(self, request: web.Request, data: dict[str, Any]) -> web.Response:
        return web.json_response({"code": 0, "message": "SUCCEED", "request_id": request_id(request), "data": data})

    def _error(self, request: web.Request, code: int, message: str) -> web.Response:
        """An error of Kling's own (5.9)."""
        body = {"code": code, "message": message, "request_id": request_id(request)}
        return web.json_response(body, status=200 if self.options.coded else _HTTP[code])

    def _task(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Kling's own object (5.2)."""
        moment = self.relay.look(job)
        shown: dict[str, Any] = {"task_id": job.id, "task_status": _STATES[moment.state]}
        shown |= {"task_status_msg": moment.reason, "task_info": {}}
        shown |= {"created_at": int(job.submitted_at * 1000), "updated_at": int(self.relay.clock() * 1000)}
        if moment.state == "done":
            shown["task_result"] = self._result(request, job)
        elif self.options.nulls:
            shown["task_result"] = None
        return shown

    def _result(self, request: web.Request, job: "Job") -> dict[str, Any]:
        if job.action.startswith("images/"):
            count = int(job.body.get("n") or 1)
            alike = [replace(job, prompt=f"{job.prompt} {number}" if number else job.prompt) for number in range(count)]
            links = [self.relay.media(request, one, "image", "png") for one in alike]
            return {"images": [{"index": number, "url": link} for number, link in enumerate(links)]}
        clean = self.relay.media_url or self.relay.media(request, job, "video", "mp4")
        marked = self.relay.media(request, job, "watermarked", "mp4")
        video = {"id": f"vid-{job.id}", "url": clean, "watermark_url": marked, "duration": self.options.length}
        return {"videos": [video | ({"url": ""} if job.said("nolink") else {})]}

    def _row(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The gateway's task row around Kling's full reply (1.2, 5.2)."""
        moment = self.relay.look(job)
        reply = {"code": 0, "message": "SUCCEED", "request_id": request_id(request), "data": self._task(request, job)}
        inner: Any = None if moment.state == "queued" else reply
        return {
            "task_id": job.id,
            "action": _ACTIONS.get(job.action, "generate"),
            "status": _ROWS[moment.state],
            "fail_reason": self._said(request, job, moment),
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": f"{moment.percent}%",
            "data": json.dumps(inner) if self.options.string_data and inner else inner,
        }

    def _said(self, request: web.Request, job: "Job", moment: "Moment") -> str:
        """The old gateway keeps the link of a result where the reason of a failure stands (1.2)."""
        if moment.state == "done" and self.options.form == "enveloped":
            result = self._result(request, job)
            return str((result.get("videos") or result["images"])[0]["url"])
        return moment.reason


def _kind(request: web.Request) -> str:
    return f"{request.match_info['group']}/{request.match_info['kind']}"


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")


def _prompt(body: dict[str, Any]) -> str:
    """The words of a request, in which `sim:` words may stand."""
    given = body.get("input", body)
    return str(body.get("prompt") or given.get("text") or body.get("effect_scene") or "")
