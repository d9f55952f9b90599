"""Pika on the simulated relay: its two forms (reference "relay-luma-…" sections 3.5, 4.1 to 4.3)."""

import base64
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from .faults import invalid_url, key_of, task_error
from .forms import Check, flag, number, one_of, text, whole
from .pictures import is_picture, is_url
from .task_rows import NO_TASK, RowShape, json_object, stage, success, task_row

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

TIERS = ("", "/vip")
EFFECTS = (
    "Levitate", "Decapitate", "Eye-pop", "Ta-da", "Deflate", "Crumble", "Dissolve", "Squish", "Inflate", "Melt",
    "Crush", "Cake-ify", "Explode", "Peel", "Poke", "Tear",
)  # fmt: skip
STYLES = ("Anime", "Moody", "3D", "Watercolor", "Natural", "Claymation", "Black & white")
RATIOS = ("16:9", "9:16", "1:1", "5:2", "4:5", "4:3", "3:4")
_STATES = {"queued": "queued", "running": "pending", "done": "finished", "failed": "error"}
_DIGITS = {"queued": "0", "running": "1", "done": "3", "failed": "2"}
_WORDS = {"queued": "queued", "running": "processing", "done": "succeeded", "failed": "failed"}
_PARAMETERS: dict[str, Check] = {
    "guidanceScale": number(5, 25),
    "motion": whole(1, 4),
    "negativePrompt": text,
    "seed": whole(0),
}
_CAMERA: dict[str, Check] = {
    "zoom": one_of("in", "out"),
    "pan": one_of("left", "right"),
    "tilt": one_of("up", "down"),
    "rotate": one_of("cw", "ccw"),
}

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class PikaOptions:
    """Switches: the variants that the reference lists."""

    forms: Collection[str] = ("generate", "pro")  # another one is an `Invalid URL` (4.1, 4.2)
    submit: Literal["id", "data.id", "data.task_id", "task_id"] = "id"  # where `generate` answers the id (4.1)
    query: Literal["post", "get"] = "post"  # how `pro` is asked (4.2)
    answers: Literal["raw", "enveloped"] = "raw"  # a question is answered in the relay's envelope (1.2, 3.5)
    nested_string_data: bool = False  # the envelope's inner `data` is JSON text (1.2)
    videos: Literal["empty", "missing"] = "empty"  # what a queued task has for videos (4.1)
    states: bool = False  # `pro` names its state in words, too (3.5)
    callback: bool = False  # `pro` insists on a callback_url (4.2)
    fresh_unknown: bool = False  # the first question after a request does not find the task (1.3)


class Pika:
    """The routes of one provider over the shared core."""

    def __init__(self, relay: "Relay", options: PikaOptions) -> None:
        self.relay = relay
        self.options = options

    def models(self) -> list[str]:
        """Names for the model list."""
        return ["pika"] if self.options.forms else []

    def routes(self) -> list[web.RouteDef]:
        """Both forms under every tier (1.1)."""
        found: list[web.RouteDef] = []
        for tier in TIERS:
            feed = f"{tier}/pika/feed"
            found += [
                web.post(f"{tier}/pika/generate", self._offered(self._generate, "generate")),
                web.get(f"{feed}/{{id}}", self._offered(self._feed, "generate")),
                web.post(f"{tier}/pika/pro/generate", self._offered(self._pro, "pro")),
                web.post(feed, self._offered(self._asked, "pro", "post")),
                web.get(feed, self._offered(self._asked, "pro", "get")),
            ]
        return found

    def _offered(self, handler: Handler, form: str, query: str = "") -> Handler:
        async def offered(request: web.Request) -> web.Response:
            here = form in self.options.forms and query in {"", self.options.query}
            return await handler(request) if here else invalid_url(request)

        return offered

    # -------------------------------------------------------------------------------------------- submissions

    async def _generate(self, request: web.Request) -> web.Response:
        """The form `generate` (4.1)."""
        body = await json_object(request)
        if body is None or (problem := _generate_problem(body)):
            return task_error(400, "invalid_request", "the body is not a JSON object" if body is None else problem)
        prompt = body["promptText"]
        if refused := self.relay.refusal(request, prompt):
            return refused
        shape = body["options"].get("aspectRatio", 16 / 9)
        ratio = min(RATIOS, key=lambda one: abs(_value(one) - shape))
        job = self._accept(request, "generate", body, prompt, ratio)
        match self.options.submit:
            case "id":
                return web.json_response({"id": job.id})
            case "task_id":
                return web.json_response({"task_id": job.id})
            case "data.id":
                return web.json_response({"data": {"id": job.id}})
        return success({"task_id": job.id})

    async def _pro(self, request: web.Request) -> web.Response:
        """The form `pro`, which says of its errors in an answer of status 200 (1.5, 4.2)."""
        body = await json_object(request)
        problem = "the body is not a JSON object" if body is None else _pro_problem(body)
        if body is not None and self.options.callback and not problem and not is_url(body.get("callback_url")):
            problem = "callback_url is required"
        if body is None or problem:
            return web.json_response({"code": 400, "msg": problem})
        if refused := self.relay.refusal(request, body["prompt"]):
            return refused
        job = self._accept(request, "pro", body, body["prompt"], body["ratio"])
        return _told({"task_id": job.id})

    def _accept(self, request: web.Request, form: str, body: dict[str, Any], prompt: str, ratio: str) -> "Job":
        return self.relay.accept(request, "pika", form, body, prompt=prompt, ratio=ratio, tier=_tier(request))

    # -------------------------------------------------------------------------------------------- questions

    async def _feed(self, request: web.Request) -> web.Response:
        job = self._visible(request, "generate", request.match_info["id"])
        if job is None:
            return task_error(400, *NO_TASK)
        shown = self._generation(request, job)
        return self._enveloped(job, shown) if self.options.answers == "enveloped" else web.json_response(shown)

    async def _asked(self, request: web.Request) -> web.Response:
        body = await json_object(request) if request.method == "POST" else dict(request.query)
        job = self._visible(request, "pro", str((body or {}).get("task_id")))
        if job is None:
            return task_error(400, *NO_TASK)
        shown = self._task(request, job)
        return self._enveloped(job, shown) if self.options.answers == "enveloped" else _told(shown)

    def _visible(self, request: web.Request, form: str, job_id: str) -> "Job | None":
        """A job of this key, form and tier that is not lost; a fresh one only from the second question on."""
        job = self.relay.jobs.get(job_id)
        wanted = ("pika", form, key_of(request), _tier(request))
        if job is None or (job.provider, job.action, job.key, job.tier) != wanted or job.said("lost"):
            return None
        job.asked += 1
        return None if self.options.fresh_unknown and job.asked == 1 else job

    # -------------------------------------------------------------------------------------------- shapes

    def _enveloped(self, job: "Job", inner: dict[str, Any]) -> web.Response:
        """The relay's own row around the provider's object; empty until it has asked the provider (1.2)."""
        data: Any = None if stage(self.relay, job) == "NOT_START" else inner
        packed = json.dumps(data) if self.options.nested_string_data and data else data
        return success(task_row(self.relay, job, "PIKA_VIDEO", packed, RowShape()))

    def _generation(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The object of the form `generate` (4.1)."""
        moment = self.relay.look(job)
        shown: dict[str, Any] = {"id": job.id, "promptText": job.prompt}
        if moment.state == "queued":
            return shown if self.options.videos == "missing" else shown | {"videos": []}
        done = moment.state == "done" and not job.said("nolink")
        parameters = job.body["options"]["parameters"]
        video = {
            "id": f"{job.id}-1",
            "status": _STATES[moment.state],
            "progress": moment.percent,
            "seed": parameters.get("seed", int(job.seed, 16)),
            "resultUrl": self._link(request, job) if done else "",
            "sharingUrl": f"{request.scheme}://{request.host}/share/{job.id}" if done else "",
            "videoPoster": self._still(request, job, moment),
            "imageThumb": self._still(request, job, moment),
            "duration": 3,
            "error": moment.reason,
        }
        return shown | {"videos": [video]}

    def _task(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The object of the form `pro` (3.5)."""
        moment = self.relay.look(job)
        done = moment.state == "done"
        shown = {
            "task_id": job.id,
            "status": _DIGITS[moment.state],
            "prompt": job.prompt,
            "prompt_en": job.prompt,
            "video_url": self._link(request, job) if done and not job.said("nolink") else None,
            "poster": self._still(request, job, moment) or None,
            "last_frame": self.relay.media(request, job, "last_frame", "jpg") if done else None,
            "msg": moment.reason or None,
            "point": "200",
            "refund": "1" if moment.state == "failed" else "0",
            "create_time": str(int(job.submitted_at)),
            "update_time": str(int(self.relay.clock())),
        }
        return shown | ({"state": _WORDS[moment.state]} if self.options.states else {})

    def _link(self, request: web.Request, job: "Job") -> str:
        return self.relay.media_url or self.relay.media(request, job, "video", "mp4")

    def _still(self, request: web.Request, job: "Job", moment: "Moment") -> str:
        return self.relay.media(request, job, "thumbnail", "jpg") if moment.state == "done" else ""


def _told(data: Any) -> web.Response:
    return web.json_response({"code": 200, "msg": "成功", "data": data, "exec_time": 0.03})


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")


def _value(ratio: str) -> float:
    wide, high = ratio.split(":")
    return int(wide) / int(high)


# ------------------------------------------------------------------------------------------------ bodies


def _link(value: Any) -> str:
    return "" if is_url(value) else "should be a link"


def _picture(value: Any) -> str:
    """A link, a data URI or bare base64 (4.1)."""
    if is_picture(value):
        return ""
    try:
        return "" if value and base64.b64decode(value, validate=True) else "should be a picture"
    except (TypeError, ValueError):
        return "should be a picture"


def _object(checks: Mapping[str, Check]) -> Check:
    """An object with no members but these."""
    return lambda value: _problem(value, checks) if isinstance(value, dict) else "should be an object"


def _problem(body: Mapping[str, Any], checks: Mapping[str, Check], *required: str) -> str:
    """What is wrong with an object, or nothing."""
    if missing := [name for name in required if body.get(name) in (None, "")]:
        return f"{missing[0]} is required"
    if strange := [name for name in body if name not in checks]:
        return f"{strange[0]} is not known"
    return next((f"{name} {says}" for name, value in body.items() if (says := checks[name](value))), "")


_SETTINGS: dict[str, Check] = {
    "frameRate": whole(1, 24),
    "camera": _object(_CAMERA),
    "parameters": _object(_PARAMETERS),
}
_GENERATE: dict[str, Check] = {
    "promptText": text,
    "model": text,
    "pikaffect": one_of("", *EFFECTS),
    "options": _object({**_SETTINGS, "aspectRatio": number(0.4, 2.5), "extend": flag}),
    "image": _picture,
    "video": _link,
}
_PRO: dict[str, Check] = {
    "prompt": text,
    "ratio": one_of(*RATIOS),
    "callback_url": _link,
    "style": one_of(*STYLES, *EFFECTS),
    "sfx": flag,
    "model": number(0, 99),
    "image": _link,
    "video": _link,
    "options": _object(_SETTINGS),
}


def _generate_problem(body: dict[str, Any]) -> str:
    """What is wrong with a body of the form `generate` (4.1), or nothing."""
    if problem := _problem(body, _GENERATE, "promptText", "options"):
        return problem
    if body.get("pikaffect") and "image" not in body:
        return "pikaffect needs an image"
    return "aspectRatio is not permitted with an image" if "image" in body and "aspectRatio" in body["options"] else ""


def _pro_problem(body: dict[str, Any]) -> str:
    """What is wrong with a body of the form `pro` (4.2), or nothing."""
    if problem := _problem(body, _PRO, "prompt", "ratio", "options"):
        return problem
    return "this style needs an image" if body.get("style") in EFFECTS and "image" not in body else ""
