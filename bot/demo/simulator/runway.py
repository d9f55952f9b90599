"""Runway on the simulated relay: the official form, and both that follow its web page (reference "relay-luma-…" 3)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import runway_rules as rules
from .faults import invalid_url, key_of, task_error
from .forms import UNSAFE_REASON, Handler
from .runway_shapes import RunwayOptions, Shapes
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Job, Relay

TIERS = ("", "/pro", "/vip")
OFFICIAL, REVERSE = "/runwayml/v1", ("/runway", "/runway/v1")
PRO = ("generate", "act_one", "video2video")
VERSION = "2024-11-06"
_NO_TASK = ("task_not_exist", "task_not_exist")
_SMALL = {"text_to_image": "1024:1024"}


class Runway:
    """The routes of one provider over the shared core; a job's action is its form and endpoint."""

    def __init__(self, relay: "Relay", options: RunwayOptions) -> None:
        self.relay = relay
        self.options = options
        self.shapes = Shapes(relay, options)

    def models(self) -> list[str]:
        """Names for the model list."""
        return ["gen4_turbo", "gen4.5", "gen3a_turbo", "act_two"] if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """All three forms, each under every tier (1.1)."""
        found: list[web.RouteDef] = []
        for tier in TIERS:
            official = f"{tier}{OFFICIAL}"
            found += [web.post(f"{official}/{name}", self._here(self._official_submit)) for name in rules.OFFICIAL]
            found.append(web.get(f"{official}/tasks/{{id}}", self._here(self._official_query)))
            found.append(web.delete(f"{official}/tasks/{{id}}", self._here(self._official_cancel)))
            for base in REVERSE:
                found += [web.post(f"{tier}{base}/pro/{name}", self._here(self._pro_submit)) for name in PRO]
                found.append(web.post(f"{tier}{base}/feed", self._here(self._pro_query)))
                found.append(web.get(f"{tier}{base}/feed", self._here(self._pro_query)))
                found.append(web.post(f"{tier}{base}/tasks", self._here(self._task_submit)))
                found.append(web.get(f"{tier}{base}/tasks/{{id}}", self._here(self._task_query)))
        return found

    def _here(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            return await handler(request) if self._is_offered(request) else invalid_url(request)

        return answer

    def _is_offered(self, request: web.Request) -> bool:
        name = request.path.rpartition("/")[2]
        if OFFICIAL in request.path:
            asks = "/tasks/" in request.path
            return self.options.offered and (asks or name in self.options.endpoints)
        if name == "feed":
            return (
                self.options.offered and self.options.pro and (request.method == "GET") == (self.options.feed == "get")
            )
        return self.options.offered and (self.options.tasks if "/tasks" in request.path else self.options.pro)

    # -------------------------------------------------------------------------------------------- official form

    async def _official_submit(self, request: web.Request) -> web.Response:
        name, body = request.path.rpartition("/")[2], await json_object(request)
        if request.headers.get("X-Runway-Version") != VERSION:
            return web.json_response({"error": "X-Runway-Version header is required"}, status=400)
        if body is None or (wrong := rules.OFFICIAL[name](body)):
            return web.json_response({"error": "not a JSON object" if body is None else wrong}, status=400)
        prompt = body.get("promptText") or ""
        if "sim:full" in prompt:
            return web.json_response({"error": "You have reached your daily task limit"}, status=429)
        if refused := self.relay.refusal(request, prompt):
            return refused
        job = self._accept(request, f"official/{name}", body, prompt, body.get("ratio") or _SMALL.get(name))
        if self.options.submit == "row":
            return web.json_response({"code": "success", "message": "", "data": self.shapes.row(request, job)})
        status = {"status": "PENDING"} if self.options.submit == "status" else {}
        return web.json_response({"id": job.id, **status})

    async def _official_query(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Runway-Version") != VERSION:
            return web.json_response({"error": "X-Runway-Version header is required"}, status=400)
        job = self._visible(request, "official", request.match_info["id"])
        if job is None:
            return task_error(400, *_NO_TASK)
        if self.options.shape == "enveloped":
            return web.json_response({"code": "success", "message": "", "data": self.shapes.row(request, job)})
        return web.json_response(self.shapes.official(request, job))

    async def _official_cancel(self, request: web.Request) -> web.Response:
        if not self.options.cancels:
            return invalid_url(request)
        job = self._known(request, "official", request.match_info["id"])
        if job is None or request.headers.get("X-Runway-Version") != VERSION:
            return web.json_response({"error": "Task not found"}, status=404)
        self.shapes.cancelled.add(job.id)
        return web.Response(status=204)

    # -------------------------------------------------------------------------------------------- form A

    async def _pro_submit(self, request: web.Request) -> web.Response:
        name, body = request.path.rpartition("/")[2], await json_object(request)
        check: dict[str, Callable[[dict[str, Any]], str]] = {
            "generate": lambda given: rules.generate(given, self.options.end_frame),
            "act_one": rules.act_one,
            "video2video": rules.video2video,
        }
        if body is None or (wrong := check[name](body)):
            return _pro_error(400, "not a JSON object" if body is None else wrong)
        prompt = body.get("prompt") or ""
        if "sim:full" in prompt:
            return _pro_error(429, "too many tasks")
        if refused := self.relay.refusal(request, prompt):
            return refused
        job = self._accept(request, f"pro/{name}", body, prompt, body.get("ratio"))
        return web.json_response({"code": 200, "msg": "成功", "data": {"task_id": job.id}, "exec_time": 0.67})

    async def _pro_query(self, request: web.Request) -> web.Response:
        body = await json_object(request) if request.method == "POST" else dict(request.query)
        job = self._visible(request, "pro", str((body or {}).get("task_id")))
        if job is None:
            return _pro_error(400, "task not exist")
        if self.options.feed == "enveloped":
            return web.json_response({"code": "success", "message": "", "data": self.shapes.row(request, job)})
        data = self.shapes.pro(request, job)
        return web.json_response({"code": 200, "msg": "成功", "data": data, "exec_time": 0.03})

    # -------------------------------------------------------------------------------------------- form B

    async def _task_submit(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        if body is None or (wrong := rules.task(body) or self._continues_nothing(request, body["options"])):
            return web.json_response({"error": "not a JSON object" if body is None else wrong}, status=400)
        options = body["options"]
        prompt = options.get("text_prompt") or options.get("gen2Options", {}).get("text_prompt") or ""
        if refused := self.relay.refusal(request, prompt):
            return refused
        ratio = f"{options.get('width', 1280)}:{options.get('height', 768)}"
        parent = options.get("extended_from_task_id")
        job = self._accept(request, "tasks/create", body, prompt, ratio, parent)
        return web.json_response({"task": self.shapes.task(request, job)})

    def _continues_nothing(self, request: web.Request, options: dict[str, Any]) -> str:
        """An extension needs a finished task and its file."""
        if "extended_from_task_id" not in options:
            return ""
        parent = self._known(request, "tasks", options["extended_from_task_id"])
        done = parent is not None and self.relay.look(parent).state == "done"
        return "" if done and options.get("init_video") else "extended_from_task_id names no finished task"

    async def _task_query(self, request: web.Request) -> web.Response:
        job = self._visible(request, "tasks", request.match_info["id"])
        return web.json_response({"task": self.shapes.task(request, job)}) if job else task_error(400, *_NO_TASK)

    # -------------------------------------------------------------------------------------------- all forms

    def _accept(
        self,
        request: web.Request,
        action: str,
        body: dict[str, Any],
        prompt: str,
        ratio: Any,
        parent: str | None = None,
    ) -> "Job":
        doom = UNSAFE_REASON if "sim:unsafe" in prompt else ""
        place = {"tier": _tier(request), "ratio": str(ratio or "16:9"), "parent": parent, "doom": doom}
        return self.relay.accept(request, "runway", action, body, prompt=prompt, **place)

    def _known(self, request: web.Request, form: str, job_id: str) -> "Job | None":
        """The job of this key and form that was made under this path's tier."""
        job = self.relay.jobs.get(job_id)
        if job is None or (job.provider, job.key, job.tier) != ("runway", key_of(request), _tier(request)):
            return None
        return job if job.action.startswith(form) else None

    def _visible(self, request: web.Request, form: str, job_id: str) -> "Job | None":
        """The job as a query finds it: not a lost one, and a fresh one only from the second question on."""
        job = self._known(request, form, job_id)
        if job is None or job.said("lost"):
            return None
        job.asked += 1
        return None if self.options.fresh_unknown and job.asked == 1 else job


def _pro_error(code: int, words: str) -> web.Response:
    """Form A says what is wrong in its own code (1.5)."""
    return web.json_response({"code": code, "msg": words, "data": None, "exec_time": 0.01})


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")
