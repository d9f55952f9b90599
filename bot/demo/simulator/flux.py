"""Flux on the simulated relay: submissions, questions and finetunes (reference "relay-midjourney-…" section 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from . import forms
from .core import BANNED_REASON
from .faults import key_of
from .forms import Check, flag, gateway_error, number, offered, one_of, text, whole, whole_or_zero
from .recraft_stills import Act, Drawing, Gallery, measure, sized
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

LINK_SECONDS = 600.0
LARGEST = 2048
_SOURCES = ("image", "input_image", "control_image", "preprocessed_image", "image_prompt")
_SISTERS = {"queued": "Queued", "running": "Processing", "Error": "Failed"}
_NO_FINETUNE = {"detail": "Finetune not found"}
_REPLICATE = {"queued": "starting", "running": "processing", "done": "succeeded", "failed": "failed"}

_PLAIN = {"prompt": text, "seed": whole(-(2**63)), "output_format": one_of("jpeg", "png")}
_PLAIN |= {"webhook_url": text, "webhook_secret": text}
_COMMON = _PLAIN | {"prompt_upsampling": flag, "safety_tolerance": whole(0, 6)}
_PRO = _COMMON | {"image_prompt": forms.picture, "width": whole(256, 1440, 32), "height": whole(256, 1440, 32)}
_DEV = _PRO | {"steps": whole(1, 50), "guidance": number(1.5, 5)}
_LEGACY = _DEV | {"interval": whole(1, 4)}
_ULTRA = _COMMON | {"aspect_ratio": forms.ratio, "image_prompt": forms.picture, "image_prompt_strength": number(0, 1)}
_INPUTS = {f"input_image{end}": forms.picture_or_link for end in ("", "_2", "_3", "_4", "_5", "_6", "_7", "_8")}
_MANY = dict.fromkeys(list(_INPUTS)[4:], forms.unwanted)
_KONTEXT = _COMMON | _INPUTS | _MANY | {"aspect_ratio": forms.ratio}
_FILL = _COMMON | {"image": forms.picture, "mask": forms.picture, "steps": whole(15, 50), "guidance": number(1.5, 100)}
_EXPAND = _FILL | {"mask": forms.unwanted} | dict.fromkeys(("top", "bottom", "left", "right"), whole(0, 2048))
_DEPTH = _COMMON | {"steps": whole(15, 50), "guidance": number(1, 100)}
_DEPTH |= dict.fromkeys(("control_image", "preprocessed_image"), forms.picture)
_CANNY = _DEPTH | dict.fromkeys(("canny_low_threshold", "canny_high_threshold"), whole(0, 500))
_TWO = _PLAIN | _INPUTS | {"width": whole_or_zero(64), "height": whole_or_zero(64), "safety_tolerance": whole(0, 5)}
_TWO |= {"output_format": one_of("jpeg", "png", "webp")}
_FLEX = _TWO | {"prompt_upsampling": flag, "guidance": number(1.5, 10), "steps": whole(1, 50)}
_TUNED = {"finetune_id": text, "finetune_strength": number(0, 2)}
_TRAINING: dict[str, Check] = {
    "file_data": forms.archive, "finetune_comment": text, "mode": one_of("character", "product", "style", "general"),
    "trigger_word": text, "iterations": whole(100, 1000), "learning_rate": number(0, 1), "captioning": flag,
    "priority": one_of("speed", "quality", "high_res_only"), "finetune_type": one_of("lora", "full"),
    "lora_rank": one_of(16, 32),
}  # fmt: skip
MODELS: dict[str, Mapping[str, Check]] = {
    "flux-pro-1.1": _PRO, "flux-pro": _LEGACY, "flux-dev": _DEV, "flux-pro-1.1-ultra": _ULTRA | {"raw": flag},
    "flux-kontext-pro": _KONTEXT, "flux-kontext-max": _KONTEXT, "flux-pro-1.0-fill": _FILL,
    "flux-pro-1.0-expand": _EXPAND, "flux-pro-1.0-canny": _CANNY, "flux-pro-1.0-depth": _DEPTH, "flux-2-pro": _TWO,
    "flux-2-pro-preview": _TWO, "flux-2-max": _TWO, "flux-2-flex": _FLEX, "flux-2-klein-4b": _TWO | _MANY,
    "flux-2-klein-9b": _TWO | _MANY, "flux-2-klein-9b-preview": _TWO | _MANY,
    "flux-pro-1.1-ultra-finetuned": _ULTRA | _TUNED, "flux-pro-1.0-fill-finetuned": _FILL | _TUNED,
    "flux-pro-finetuned": _LEGACY | _TUNED, "flux-pro-1.0-canny-finetuned": _CANNY | _TUNED,
    "flux-pro-1.0-depth-finetuned": _DEPTH | _TUNED,
}  # fmt: skip
"""What each model reads, and how a value is checked (2.2)."""
_NEEDED = {"kontext": "prompt", "canny": "prompt", "depth": "prompt", "flux-2": "prompt", "fill": "image"}
_NEEDED |= {"expand": "image", "finetuned": "finetune_id"}


@dataclass
class FluxOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Flux path is offered; else all are an `Invalid URL`
    models: Collection[str] = tuple(MODELS)  # another one is unknown (2.2)
    submit: Literal["id", "bfl", "code", "task_id", "data", "waits", "replicate"] = "id"  # the answer (2.3, 2.4)
    query: Literal["query", "path"] = "query"  # get_result?id= or get_result/{id} (2.1)
    result: Literal["sample", "samples", "output", "outputs"] = "sample"  # the last two as Replicate does (2.5)
    statuses: Literal["bfl", "sister"] = "bfl"  # the words of sister gateways (2.5)
    progress: Literal["share", "percent", "absent"] = "share"  # 0..1, 0..100 or none (2.5)
    reason: Literal["details", "error", "result"] = "details"  # where the reason of an `Error` stands (2.5)
    running_status: int = 200  # or 202 (2.5)
    unknown_status: int = 404  # of `Task not found`, or 200 (2.5)
    fresh_unknown: bool = False  # the first question after a submission does not find the task (6)
    renewed_links: bool = False  # every question gives a link with ten minutes of its own (0.4)
    strict_edits: bool = False  # safety_tolerance at most 2 when Kontext is given a picture (2.2)
    finetunes: bool = True  # the finetune paths work; BFL ended that service (2.2)
    openai: bool = True  # the OpenAI image form knows the Flux models (2.6)


class Flux:
    """The routes of one provider over the shared core; a job's action is its model."""

    def __init__(self, relay: "Relay", options: FluxOptions) -> None:
        self.relay = relay
        self.options = options
        self.gallery = Gallery(relay, "flux")
        self._deleted: set[str] = set()

    def models(self) -> list[str]:
        """Names for the model list."""
        return list(self.options.models) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Everything of 2.1 but the OpenAI form, and the pictures."""
        posts = {"finetune": self._train, "delete_finetune": self._about, "{model}": self._submit}
        gets = {"get_result": self._result, "get_result/{id}": self._result}
        gets |= {"finetune_details": self._about, "my_finetunes": self._finetunes}
        found = [web.post(f"/flux/v1/{path}", offered(handler, self._here)) for path, handler in posts.items()]
        found += [web.get(f"/flux/v1/{path}", offered(handler, self._here)) for path, handler in gets.items()]
        return [*found, self.gallery.route()]

    def _here(self, request: web.Request) -> bool:
        form = "path" if "id" in request.match_info else "query"
        asks = request.path.startswith("/flux/v1/get_result")
        return self.options.offered and (not asks or form == self.options.query)

    async def _submit(self, request: web.Request) -> web.Response:
        name, body = request.match_info["model"], await json_object(request)
        if name not in MODELS or name not in self.options.models:
            return web.json_response({"detail": "Not Found"}, status=404)
        needed = {field for kind, field in _NEEDED.items() if kind in name}
        if body is None or (wrong := forms.problems(MODELS[name], needed, body) or self._unfit(name, body)):
            return forms.unprocessable({"": "is not an object"} if body is None else wrong)
        if "-finetuned" in name and self._finetune(request, body["finetune_id"]) is None:
            return web.json_response(_NO_FINETUNE, status=404)
        prompt = body.get("prompt") or ""
        if refused := self._refusal(request, prompt):
            return refused
        job = self._accept(request, name, body, prompt)
        self.gallery.put(_file(job), _drawing(job))
        if self.options.submit == "waits":
            await forms.over(self.relay, request, job)
        return web.json_response(self._told(request, job))

    def _unfit(self, name: str, body: dict[str, Any]) -> dict[str, str]:
        """What is wrong with two fields together (2.2)."""
        given = {field for field, value in body.items() if value is not None}
        if "control_image" in MODELS[name] and not given & {"control_image", "preprocessed_image"}:
            return {"control_image": "is required"}
        if "mask" in given and len({measure(forms.decoded(body[field])) for field in ("image", "mask")}) > 1:
            return {"mask": "should have the size of the image"}
        strict = self.options.strict_edits and "kontext" in name and "input_image" in given
        loose = strict and (body.get("safety_tolerance") or 0) > 2
        return {"safety_tolerance": "should be at most 2 with a picture"} if loose else {}

    def _refusal(self, request: web.Request, prompt: str) -> web.Response | None:
        if "sim:quota" in prompt:  # one adapter answers 200 (2.4 c)
            return gateway_error(request, 200, "user quota is not enough", "insufficient_user_quota")
        return forms.refusal(self.relay, request, prompt)

    def _accept(self, request: web.Request, name: str, body: dict[str, Any], prompt: str) -> "Job":
        at_once = {"queue": 0.0, "run": forms.SLOW_RUN if "sim:slow" in prompt else 0.0}
        times = at_once if self.options.submit == "waits" else {}
        doom = forms.UNSAFE_REASON if "sim:unsafe" in prompt else ""
        return self.relay.accept(request, "flux", name, body, prompt=prompt, doom=doom, **times)

    def _told(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The answer to an accepted submission (2.3, 2.4)."""
        match self.options.submit:
            case "code":
                return {"code": "success", "data": job.id}
            case "task_id":
                return {"task_id": job.id}
            case "data":
                return {"data": {"id": job.id}}
            case "waits":
                shown = self._shown(request, job)
                return {"id": job.id, "status": shown["status"], "polling_url": self._link(request, job)}
            case "replicate":
                return self._replicate(request, job)
        hook = {"status": "Pending", "webhook_url": job.body["webhook_url"]} if job.body.get("webhook_url") else {}
        native = {"polling_url": f"https://api.bfl.example/v1/get_result?id={job.id}", "cost": 4.0, "output_mp": 0.79}
        return {"id": job.id} | hook | (native if self.options.submit == "bfl" else {})

    async def _result(self, request: web.Request) -> web.Response:
        asked = request.match_info.get("id") or request.query.get("id", "")
        job = self._mine(request, asked)
        if job is not None:
            job.asked += 1
        if job is None or job.said("lost") or (self.options.fresh_unknown and job.asked == 1):
            lost = {"id": asked, "status": "Task not found", "result": None, "progress": None, "details": None}
            return web.json_response(lost, status=self.options.unknown_status)
        shown = self._replicate(request, job) if "output" in self.options.result else self._shown(request, job)
        running = self.relay.look(job).state in ("queued", "running")
        return web.json_response(shown, status=self.options.running_status if running else 200)

    def _mine(self, request: web.Request, job_id: str) -> "Job | None":
        job = self.relay.jobs.get(job_id)
        return job if job and (job.provider, job.key) == ("flux", key_of(request)) else None

    def _shown(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """BFL's own object (2.5)."""
        moment = self.relay.look(job)
        status = _status(moment)
        shown: dict[str, Any] = {"id": job.id, "status": status, "result": None, "details": None, "preview": None}
        if self.options.progress != "absent":
            share = _progress(moment)
            shown["progress"] = share if self.options.progress == "share" else round(100 * share)
        if status == "Ready":
            shown["result"] = self._made(request, job, moment)
        elif status == "Error":
            shown[self.options.reason] = moment.reason if self.options.reason == "error" else {"error": moment.reason}
        elif moment.reason:
            shown["details"] = {"Moderation Reasons": [moment.reason]}
        if self.options.statuses == "sister":
            shown["status"] = _SISTERS.get(moment.state) or _SISTERS.get(status, status)
        return shown

    def _made(self, request: web.Request, job: "Job", moment: "Moment") -> dict[str, Any]:
        if job.action == "finetune":
            return {"finetune_id": job.id}
        link = self._link(request, job)
        media = {"samples": [link]} if self.options.result == "samples" else {"sample": link}
        seed = int(job.seed, 16) if job.body.get("seed") is None else job.body["seed"]
        start, end = moment.started_at, moment.finished_at
        times = {"start_time": start, "end_time": end, "duration": end - start}
        return media | times | {"prompt": job.prompt, "seed": seed}

    def _replicate(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Replicate's object (2.4 d, 2.5)."""
        moment = self.relay.look(job)
        link = self._link(request, job) if moment.state == "done" else None
        output = [link] if link and self.options.result == "outputs" else link
        urls = {"get": f"{request.scheme}://{request.host}/flux/v1/get_result?id={job.id}"}
        shown = {"id": job.id, "status": _REPLICATE[moment.state], "output": output, "urls": urls}
        return shown | {"error": moment.reason or None}

    def _link(self, request: web.Request, job: "Job") -> str:
        """The signed link: ten minutes from the end of the work (0.4); with `sim:expired` over until it was tried."""
        start = self.relay.clock() if self.options.renewed_links else self.relay.look(job).finished_at
        dead = job.said("expired") and _file(job) not in self.gallery.refused
        return self.gallery.link(request, _file(job), start + (0 if dead else LINK_SECONDS))

    async def _train(self, request: web.Request) -> web.Response:
        body = await json_object(request) or {}
        if wrong := forms.problems(_TRAINING, ("file_data", "finetune_comment", "mode"), body):
            return forms.unprocessable(wrong)
        if not self.options.finetunes:
            return web.json_response({"detail": "Finetuning is no longer offered"}, status=410)
        if refused := self._refusal(request, body["finetune_comment"]):
            return refused
        return web.json_response({"finetune_id": self._accept(request, "finetune", body, body["finetune_comment"]).id})

    def _finetune(self, request: web.Request, finetune_id: Any) -> "Job | None":
        job = self._mine(request, str(finetune_id)) if self.options.finetunes else None
        return job if job and job.action == "finetune" and job.id not in self._deleted else None

    async def _finetunes(self, request: web.Request) -> web.Response:
        return web.json_response({"finetunes": [one for one in self.relay.jobs if self._finetune(request, one)]})

    async def _about(self, request: web.Request) -> web.Response:
        """The details of a finetune; with POST it is deleted."""
        asked = request.query if request.method == "GET" else await json_object(request) or {}
        job = self._finetune(request, asked.get("finetune_id"))
        if job is None:
            return web.json_response(_NO_FINETUNE, status=404)
        if request.method == "GET":
            kept = {name: value for name, value in job.body.items() if name != "file_data"}
            return web.json_response({"finetune_details": {"finetune_id": job.id} | kept})
        self._deleted.add(job.id)
        told = {"status": "success", "message": "deleted", "deleted_finetune_id": job.id}
        at = datetime.fromtimestamp(self.relay.clock(), UTC).isoformat()
        return web.json_response(told | {"timestamp": at})


def _status(moment: "Moment") -> str:
    if moment.state in ("queued", "running"):
        return "Pending"
    known = {"": "Ready", BANNED_REASON: "Request Moderated", forms.UNSAFE_REASON: "Content Moderated"}
    return known.get(moment.reason, "Error")


def _progress(moment: "Moment") -> float:
    """0, 0.4 and 0.8, then 1 (6)."""
    return {0: 0.0, 100: 1.0}.get(moment.percent, 0.4 if moment.percent < 53 else 0.8)


def _file(job: "Job") -> str:
    return f"{job.id}.{job.body.get('output_format') or ('png' if 'kontext' in job.action else 'jpeg')}"


def _drawing(job: "Job") -> Drawing:
    """How the picture of a job is made; a picture behind a link is not fetched."""
    body, checks = job.body, MODELS[job.action]
    source = next((data for field in _SOURCES if (data := forms.decoded(body.get(field)))), b"")
    of, sides = measure(source), [body.get(name) or 0 for name in ("left", "top", "right", "bottom")]
    act: Act = "patch" if "mask" in checks else "blend" if source else "paint"
    if "aspect_ratio" in checks:
        default = "16:9" if "image_prompt" in checks else f"{of[0]}:{of[1]}" if of else "1:1"
        size = sized(body.get("aspect_ratio") or default)
    elif "width" in checks:
        usual = (of or (1024, 1024)) if "input_image" in checks else (1024, 768)
        size = (body.get("width") or usual[0], body.get("height") or usual[1])
    else:
        size = of or (1024, 1024)
    if "left" in checks:
        act, size = "place", (size[0] + sides[0] + sides[2], size[1] + sides[1] + sides[3])
    size = (min(LARGEST, size[0]), min(LARGEST, size[1]))
    mask = forms.decoded(body.get("mask"))
    suffix: Any = _file(job).rpartition(".")[2]
    return Drawing(job.seed, size, suffix, act, source, mask, corner=(sides[0], sides[1]))
