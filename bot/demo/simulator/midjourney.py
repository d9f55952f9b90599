"""Midjourney on the simulated relay: every path under every speed, and the queries (reference "relay-midjourney-…" 1).

What begins something new is in `midjourney_submits`, what goes on from a task in `midjourney_acts`, tasks in
`midjourney_tasks`, their JSON and media in `midjourney_shapes`, the switches in `midjourney_options`.
"""

import random
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .faults import HTML_PAGE, invalid_url, key_of
from .midjourney_acts import Acts
from .midjourney_options import MidjourneyOptions
from .midjourney_shapes import Shapes
from .midjourney_submits import Submits
from .midjourney_tasks import ACCEPTED, Refused, Task, Tasks, gateway
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Relay

__all__ = ["Midjourney", "MidjourneyOptions"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Submit = Callable[[web.Request, dict[str, Any]], Awaitable[web.Response]]

PREFIXES = ("/mj", "/{mode:(?:mj-)?(?:fast|relax|turbo)}/mj")
EXTRAS = ("/submit/retexture", "/submit/show", "/insight-face/video-swap")
LISTS = ("/task/list", "/task/queue", "/task/page")
LISTED = 100
KINDS = (
    "imagine", "variation", "reroll", "blend", "modal", "zoom", "shorten", "high_variation", "low_variation", "pan",
    "inpaint", "custom_zoom", "describe", "upscale", "upload", "video", "edits",
)  # fmt: skip


class Midjourney:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: MidjourneyOptions) -> None:
        self.relay = relay
        self.options = options
        self.tasks = Tasks(relay, options)
        self.shapes = Shapes(self.tasks)
        self.submits = Submits(self.tasks, self.shapes)
        self.acts = Acts(self.tasks, self.shapes)
        self._dice = random.Random(1)

    def models(self) -> list[str]:
        """Names for the model list (1.11)."""
        return [*(f"mj_{kind}" for kind in KINDS), "swap_face"] if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Every path of 1.2 under every prefix of 1.1."""
        gets: dict[str, Handler] = {
            "/task/list": self._list, "/task/queue": self._queue, "/task/{id}/fetch": self._fetch,
            "/task/{id}/image-seed": self._seed, "/image/{id}": self.shapes.image,
        }  # fmt: skip
        posts: dict[str, Submit] = {
            "/task/list-by-condition": self._batch, "/task/list-by-ids": self._batch, "/task/page": self._page,
            "/task/{id}/cancel": self._cancel, **self._submissions(),
        }  # fmt: skip
        found = [web.get(at + path, self._offered(path, gets[path])) for at in PREFIXES for path in gets]
        found += [web.post(at + path, self._offered(path, _posted(posts[path]))) for at in PREFIXES for path in posts]
        return [*found, *self.shapes.routes()]

    def _submissions(self) -> dict[str, Submit]:
        new, acts = self.submits, self.acts
        return {
            "/submit/imagine": new.imagine, "/submit/blend": new.blend, "/submit/describe": new.describe,
            "/submit/shorten": new.shorten, "/submit/upload-discord-images": new.upload, "/submit/edits": new.edits,
            "/submit/edit": new.edits, "/submit/video": new.video, "/submit/retexture": new.edits,
            "/submit/show": new.show, "/insight-face/swap": new.swap, "/insight-face/video-swap": new.swap,
            "/submit/action": acts.action, "/submit/modal": acts.modal, "/submit/change": acts.change,
            "/submit/simple-change": acts.simple_change,
        }  # fmt: skip

    def _offered(self, path: str, handler: Handler) -> Handler:
        async def offered(request: web.Request) -> web.StreamResponse:
            options, mode = self.options, request.match_info.get("mode", "mj-")
            here = options.offered and (options.plain_prefixes or mode.startswith("mj-"))
            here = here and (options.extras or path not in EXTRAS) and (options.lists or path not in LISTS)
            if not here or (path.endswith("/cancel") and options.cancel == "off"):
                return invalid_url(request)
            try:
                return await handler(request)
            except Refused as refused:
                return refused.response

        return offered

    # -------------------------------------------------------------------------------------------- queries

    async def _fetch(self, request: web.Request) -> web.Response:
        """One task (1.8)."""
        task = self.tasks.find(request, request.match_info["id"])
        if task and not (task.said("lost") and self.options.lost == "all"):
            return web.json_response(self.shapes.task(request, task))
        if self.options.unknown == "error":
            raise gateway("task_no_found")
        return web.Response(status=204) if self.options.unknown == "empty" else web.json_response(None)

    async def _batch(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """Many tasks: a bare array, without the ids that nobody knows (1.8, 1.12)."""
        if self.options.batch == "html":
            return web.Response(text=HTML_PAGE, content_type="text/html")
        if self.options.batch == "missing":
            return invalid_url(request)
        ids = body.get("ids")
        if not isinstance(ids, list):
            raise gateway("bind_request_body_failed")
        known = [task for one in dict.fromkeys(map(str, ids)) if (task := self.tasks.find(request, one))]
        found = [task for task in known if not task.said("lost")]
        if self.options.shuffle:
            asked = list(found)
            self._dice.shuffle(found)
            found = found if found != asked else [*found[1:], *found[:1]]
        rows = [self.shapes.task(request, task) for task in found]
        shapes: dict[str, Any] = {"data": {"data": rows}, "code": {"code": 1, "description": "成功", "data": rows}}
        return web.json_response(shapes.get(self.options.batch, rows))

    async def _seed(self, request: web.Request) -> web.Response:
        """The seed of a finished task, the one its prompt names or any (1.10)."""
        task = self.tasks.find(request, request.match_info["id"])
        if task is None:
            raise gateway("task_no_found")
        if self.tasks.stand(task).status != "SUCCESS":
            raise gateway("task_status_not_success")
        named = re.search(r"--seed\s+(\d+)", task.prompt)
        seed = named[1] if named else str(int(task.hash[:8], 16))
        numeric = self.options.numeric or task.said("numeric")
        return web.json_response({"code": 1, "description": "成功", "result": int(seed) if numeric else seed})

    async def _list(self, request: web.Request) -> web.Response:
        """The last hundred tasks (1.10)."""
        return web.json_response([self.shapes.task(request, task) for task in self._mine(request)[:LISTED]])

    async def _queue(self, request: web.Request) -> web.Response:
        """What waits (1.10)."""
        waiting = [task for task in self._mine(request) if self.tasks.stand(task).status in ("NOT_START", "SUBMITTED")]
        return web.json_response([self.shapes.task(request, task) for task in waiting])

    async def _page(self, request: web.Request, _: dict[str, Any]) -> web.Response:
        """The first page of all tasks (1.10)."""
        tasks = self._mine(request)
        rows = [self.shapes.task(request, task) for task in tasks[:LISTED]]
        return web.json_response({"content": rows, "totalElements": len(tasks)})

    def _mine(self, request: web.Request) -> list[Task]:
        """The tasks of this key, newest first."""
        return [task for task in reversed(self.tasks.all.values()) if task.key == key_of(request)]

    async def _cancel(self, request: web.Request, _: dict[str, Any]) -> web.Response:
        """End a task early: an empty answer, or one like that of a submission (1.10)."""
        task = self.tasks.find(request, request.match_info["id"])
        if task is None:
            raise gateway("task_no_found")
        self.tasks.cancel(task)
        return web.Response() if self.options.cancel == "empty" else self.tasks.answer(task, 1, ACCEPTED, {})


def _posted(submit: Submit) -> Handler:
    """A handler that reads the body first; an empty one is an empty object."""

    async def posted(request: web.Request) -> web.StreamResponse:
        body = await json_object(request) if await request.read() else {}
        if body is None:
            raise gateway("bind_request_body_failed")
        return await submit(request, body)

    return posted
