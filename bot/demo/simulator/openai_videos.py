"""Videos in Sora's form on the simulated relay (reference "relay-suno-…" section 5.8)."""

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import forms
from .core import BANNED_REASON, BIG_SIZE
from .faults import invalid_url, key_of
from .openai_rules import OpenAIOptions, video_problem
from .pictures import make, padded, send
from .task_rows import RowShape, json_object, success, task_row

if TYPE_CHECKING:
    from .core import Job, Relay

_STATES = {"queued": "queued", "running": "in_progress", "done": "completed", "failed": "failed"}
_DOCS = {"queued": "processing", "running": "processing", "done": "succeeded", "failed": "failed"}
USUAL = {"model": "sora-2", "seconds": "4", "size": "720x1280"}


class OpenAIVideos:
    """Create, ask, download, remix, delete. `forms` holds every multipart body that arrived, for tests to read."""

    def __init__(self, relay: "Relay", options: OpenAIOptions) -> None:
        self.relay = relay
        self.options = options
        self.forms: list[forms.Form] = []

    def models(self) -> list[str]:
        """None: :class:`OpenAI` names them."""
        return []

    def routes(self) -> list[web.RouteDef]:
        """Everything under /v1/videos."""
        return [
            web.post("/v1/videos", self._here(self._create)),
            web.get("/v1/videos/{id}", self._here(self._tell)),
            web.get("/v1/videos/{id}/content", self._content),
            web.post("/v1/videos/{id}/remix", self._here(self._remix)),
            web.delete("/v1/videos/{id}", self._here(self._delete)),
        ]

    def _here(self, handler: forms.Handler) -> forms.Handler:
        return forms.offered(handler, lambda _request: self.options.offered)

    async def _create(self, request: web.Request) -> web.Response:
        form = await forms.read_form(request)
        if form is not None:
            self.forms.append(form)
        body: dict[str, Any] = dict(form.fields) if form is not None else await json_object(request) or {}
        files = form.files("input_reference") if form is not None else []
        if body.get("model", USUAL["model"]) not in self.options.models:
            says = f"No available channel for model {body.get('model')} under group default"
            return forms.gateway_error(request, 503, says, "model_not_found")
        if problem := video_problem(body, files[0].data if files else None):
            return self._wrong(request, 400, problem)
        return self._begun(request, "video", body)

    def _begun(
        self, request: web.Request, action: str, body: dict[str, Any], parent: str | None = None
    ) -> web.Response:
        prompt = body["prompt"]
        if refused := forms.refusal(self.relay, request, prompt):
            return refused
        whole = {**USUAL, **body}
        more = {"prompt": prompt, "parent": parent, "ratio": whole["size"].replace("x", ":"), "run": 20.0}
        job = self.relay.accept(request, "openai", action, whole, **more)
        return web.json_response(self._object(request, job), status=self.options.created)

    def _wrong(self, request: web.Request, status: int, problem: str) -> web.Response:
        code = "invalid_request" if self.options.codes else ""
        return forms.gateway_error(request, status, problem, code, "invalid_request_error")

    def _mine(self, request: web.Request) -> "Job | None":
        """The video of this key that the path names."""
        job = self.relay.jobs.get(request.match_info["id"].removeprefix("video_"))
        found = job is not None and (job.provider, job.key) == ("openai", key_of(request)) and "size" in job.body
        return None if job is None or not found or job.said("lost") else job

    def _unknown(self, request: web.Request) -> web.Response:
        return self._wrong(request, 404, f"Video with id '{request.match_info['id']}' not found.")

    async def _tell(self, request: web.Request) -> web.Response:
        job = self._mine(request)
        if job is None:
            return self._unknown(request)
        shown = self._object(request, job)
        return (
            success(task_row(self.relay, job, "generate", shown, RowShape()))
            if self.options.envelope
            else web.json_response(shown)
        )

    def _object(self, request: web.Request, job: "Job") -> dict[str, Any]:
        moment, done = self.relay.look(job), self.relay.look(job).state == "done"
        error = None
        if moment.reason:
            code = "moderation_blocked" if moment.reason == BANNED_REASON else "video_generation_failed"
            error = {"message": moment.reason, "code": code}
        shown = {
            "id": f"video_{job.id}",
            "task_id": f"video_{job.id}",
            "object": "video",
            "model": job.body["model"],
            "status": (_DOCS if self.options.docs else _STATES)[moment.state],
            "progress": f"{moment.percent}%" if self.options.percent_text else moment.percent,
            "created_at": int(job.submitted_at),
            "completed_at": int(moment.finished_at),
            "expires_at": 0,
            "seconds": job.body["seconds"],
            "size": job.body["size"],
            "quality": "standard",
            "remixed_from_video_id": f"video_{job.parent}" if job.parent else None,
            "error": error,
        }
        return shown | (self._link(request, job) if done else {})

    def _link(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Where the finished video is, in one of the places; nowhere when it has to be downloaded with the key."""
        link = self._address(request, job)
        shown: dict[str, dict[str, Any]] = {
            "metadata": {"metadata": {"url": link}},
            "text": {"metadata": '{"url": "' + link + '"}'},
            "url": {"url": link},
            "video_url": {"video_url": link},
        }
        return shown.get(self.options.link, {})

    def _address(self, request: web.Request, job: "Job") -> str:
        return self.relay.media_url or self.relay.media(request, job, "video", "mp4")

    async def _content(self, request: web.Request) -> web.StreamResponse:
        job = self._mine(request)
        if not self.options.offered:
            return invalid_url(request)
        if job is None:
            return self._unknown(request)
        if self.relay.look(job).state != "done":
            return self._wrong(request, 400, "Video is not ready yet, use GET /v1/videos/{video_id} to check status.")
        if self.options.link == "elsewhere":
            return web.Response(status=302, headers={"Location": self._address(request, job)})
        data = await asyncio.to_thread(make, "video", job.seed, job.ratio, "mp4")
        return await send(request, padded(data, BIG_SIZE if job.said("big") else 0))

    async def _remix(self, request: web.Request) -> web.Response:
        if not self.options.remixes:
            return invalid_url(request)
        source = self._mine(request)
        if source is None:
            return self._unknown(request)
        body = await json_object(request) or {}
        if set(body) != {"prompt"} or not isinstance(body["prompt"], str) or not body["prompt"].strip():
            return self._wrong(request, 400, "prompt is required, and nothing else")
        if self.relay.look(source).state != "done":
            return self._wrong(request, 400, "only a completed video can be remixed")
        return self._begun(request, "remix", {**source.body, **body}, source.id)

    async def _delete(self, request: web.Request) -> web.Response:
        job = self._mine(request)
        if job is None:
            return self._unknown(request)
        del self.relay.jobs[job.id]
        return web.json_response({"id": f"video_{job.id}", "object": "video.deleted", "deleted": True})
