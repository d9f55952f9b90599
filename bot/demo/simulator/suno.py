"""Suno on the simulated relay: submissions, tasks and the feed (reference "relay-suno-…" section 7).

The actions on finished clips are in `suno_acts`, uploads in `suno_uploads`, the switches in `suno_options`.
"""

import json
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .faults import invalid_url, key_of, task_error
from .suno_acts import Acts
from .suno_clips import Library, without_words
from .suno_music import STOCK_FIELDS, compose, join, lyrics_text, offline, plan_of, texts_of, titled, upstream_problem
from .suno_music import wrong_type as wrong_type_of
from .suno_options import SunoOptions
from .suno_uploads import Uploads
from .task_rows import NO_ORIGIN, NO_TASK, json_object, stage, success, task_row

if TYPE_CHECKING:
    from .core import Job, Relay

__all__ = ["Suno", "SunoOptions"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MODELS = ("music", "lyrics", "concat", "uploads", "persona_create")
ACT_MODELS = ("stems", "timing", "wav", "mp4", "midi", "tags", "vox")
TASKS = ("music", "lyrics", "concat", "uploads")
LYRICS_RUN = 4.0


class Suno:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: SunoOptions) -> None:
        self.relay = relay
        self.options = options
        self.library = Library(relay, options)
        self.acts = Acts(self.library)
        self.uploads = Uploads(self.library)
        self._dice = random.Random(1)
        self._submits = {"music": self._music, "lyrics": self._lyrics, "concat": self._concat}

    def models(self) -> list[str]:
        """Names for the model list (7.2)."""
        if not self.options.offered:
            return []
        names = [*MODELS[:2]] if self.options.stock else [*MODELS, *(f"act_{name}" for name in ACT_MODELS)]
        return [f"suno_{name}" for name in names]

    def routes(self) -> list[web.RouteDef]:
        """Every path of 7.1; of those that stock gateways have too, `stock` leaves only three."""
        core: list[tuple[str, str, Handler]] = [
            ("POST", "/suno/submit/{action}", self._submit),
            ("GET", "/suno/fetch/{id}", self._single),
            ("POST", "/suno/fetch", self._batch),
        ]
        more = [("GET", "/suno/feed/{ids}", self._feed), *self.acts.routes(), *self.uploads.routes()]
        found = [web.route(method, path, self._offered(handler, stock=True)) for method, path, handler in core]
        found += [web.route(method, path, self._offered(handler, stock=False)) for method, path, handler in more]
        return [*found, *self.uploads.public_routes()]

    def _offered(self, handler: Handler, *, stock: bool) -> Handler:
        async def offered(request: web.Request) -> web.StreamResponse:
            here = self.options.offered and (stock or not self.options.stock)
            return await handler(request) if here else invalid_url(request)

        return offered

    # -------------------------------------------------------------------------------------------- submissions

    async def _submit(self, request: web.Request) -> web.Response:
        body, action = await json_object(request), request.match_info["action"].lower()
        if body is None:
            return task_error(400, "invalid_request", "the body is not a JSON object")
        if action not in self._submits or (self.options.stock and action == "concat"):
            return task_error(400, "invalid_request", "invalid_action")
        return self._submits[action](request, body)

    def _music(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if self.options.stock:
            body = {name: body[name] for name in STOCK_FIELDS if name in body}
        if name := wrong_type_of(body):
            return task_error(400, "invalid_request", f"cannot unmarshal the field {name}")
        origin = body.get("task_id") or None
        needs = body.get("continue_clip_id") and self.options.strict and body.get("task") != "upload_extend"
        if needs and origin is None:
            return task_error(400, "invalid_request", "task id is empty")
        if origin is not None and self._task(request, origin) is None:
            return task_error(400, *NO_ORIGIN)
        plan = plan_of(self.library, body)
        if problem := upstream_problem(body, self.options) or offline(body, plan):
            return task_error(400, *problem)
        if refused := self.relay.refusal(request, texts_of(body)):
            return refused
        parent = plan.source.job.id if plan.source else origin
        job = self.relay.accept(request, "suno", "music", body, prompt=texts_of(body), ratio="1:1", parent=parent)
        compose(self.library, job, plan)
        return self._accepted(request, job)

    def _lyrics(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not prompt.strip():
            return task_error(400, "invalid_request", "prompt_empty")
        if refused := self.relay.refusal(request, prompt):
            return refused
        job = self.relay.accept(request, "suno", "lyrics", body, prompt=prompt, run=LYRICS_RUN)
        return self._accepted(request, job)

    def _concat(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if not isinstance(body.get("clip_id"), str) or not body["clip_id"]:
            return task_error(400, "invalid_request", "clip_id is required")
        if not isinstance(body.get("is_infill", False), bool):
            return task_error(400, "invalid_request", "cannot unmarshal the field is_infill")
        if refused := self.relay.refusal(request, ""):
            return refused
        part = self.library.find(body["clip_id"])
        job = self.relay.accept(request, "suno", "concat", body, ratio="1:1", parent=part.job.id if part else None)
        join(self.library, job)
        return self._accepted(request, job)

    def _accepted(self, request: web.Request, job: "Job") -> web.Response:
        if self.options.submit == "id":
            return success(job.id)
        raw = {"id": job.id, "clips": self.library.songs(request, self.library.of(job)), "status": "complete"}
        return success({"task_id": job.id} if self.options.submit == "object" else raw)

    # -------------------------------------------------------------------------------------------- questions

    async def _single(self, request: web.Request) -> web.Response:
        job = self._task(request, request.match_info["id"])
        if job is None:
            return task_error(400, *NO_TASK)
        return success(self._data(request, job) if self.options.bare_fetch else self._row(request, job))

    async def _batch(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        ids = body.get("ids") if body else None
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            return task_error(400, "invalid_request", "ids must be a list of strings")
        found = [job for one in dict.fromkeys(ids) if (job := self._task(request, one)) is not None]
        if self.options.shuffle:
            asked = list(found)
            self._dice.shuffle(found)
            found = found if found != asked else [*found[1:], *found[:1]]
        return success([self._row(request, job) for job in found] if found or not ids else None)

    async def _feed(self, request: web.Request) -> web.Response:
        ids = dict.fromkeys(request.match_info["ids"].split(","))
        songs = self.library.songs(request, [clip for one in ids if (clip := self.library.find(one.strip()))])
        if self.options.feed == "envelope":
            return success(songs)
        return web.json_response(songs if self.options.feed == "array" else {"clips": songs})

    def _task(self, request: web.Request, task_id: str) -> "Job | None":
        """The task of this key; a lost one is never found."""
        job = self.relay.jobs.get(task_id)
        mine = job is not None and (job.provider, job.key) == ("suno", key_of(request)) and job.action in TASKS
        return job if mine and job and not job.said("lost") else None

    # -------------------------------------------------------------------------------------------- shapes

    def _row(self, request: web.Request, job: "Job") -> dict[str, Any]:
        return task_row(self.relay, job, job.action.upper(), self._data(request, job), self.options.row)

    def _data(self, request: web.Request, job: "Job") -> Any:
        """What a task has made, null until the gateway has asked Suno for the first time (3.1, 7.5, 7.14)."""
        data: Any = None
        if stage(self.relay, job) != "NOT_START":
            data = self._verses(job) if job.action == "lyrics" else self._songs(request, job)
        return json.dumps(data) if self.options.songs == "text" and data else data

    def _songs(self, request: web.Request, job: "Job") -> Any:
        songs = self.library.songs(request, self.library.of(job))
        if job.action == "uploads":
            return songs[0] | {"clip_id": songs[0]["id"]}
        keyed = {song["id"]: song for song in songs}
        shapes = {"clips": {"clips": songs}, "clips_keyed": {"clips": keyed}, "keyed": keyed}
        return shapes.get(self.options.songs, songs)

    def _verses(self, job: "Job") -> Any:
        moment = self.relay.look(job)
        if moment.state not in ("done", "failed"):
            return None
        failed, about = moment.state == "failed", without_words(job.prompt)
        shown: dict[str, Any] = {"id": job.id, "title": "" if failed else titled(about)}
        shown |= {"text": "" if failed else lyrics_text(about), "tags": [] if failed else ["folk", "warm"]}
        shown["error_message"] = moment.reason
        if self.options.lyrics_list:
            return [shown | {"state": "failed" if failed else "succeeded"}]
        return shown | {"status": "error" if failed else "complete"}
