"""Replicate on the simulated relay: create, get and cancel predictions (reference "relay-luma-…" section 6)."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .core import Moment
from .faults import invalid_url, key_of, shape_a, task_error
from .forms import gateway_error, offered
from .recraft_stills import Drawing, Gallery, Suffix, seed_of, sized
from .replicate_rules import Model, ReplicateOptions, found, wrong_inputs
from .sounds import link as sound_link
from .sounds import tune
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Job, Relay

TIERS = ("", "/pro", "/vip")
LINK_SECONDS = 3600.0
AREA = 256 * 256
CANCELED = "canceled"
_STATES = {"queued": "starting", "running": "processing", "done": "succeeded", "failed": "failed"}
_ROWS = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_WAIT = re.compile(r"wait(=([1-9]|[1-9][0-9]|60))?")
_NOT_FOUND = {"detail": "The requested resource could not be found."}
_USUAL_WAIT = 60


class Replicate:
    """The routes of one provider over the shared core; a job's action is its model."""

    def __init__(self, relay: "Relay", options: ReplicateOptions) -> None:
        self.relay = relay
        self.options = options
        self.gallery = Gallery(relay, "replicate")
        self._throttled: set[str] = set()

    def models(self) -> list[str]:
        """Names for the model list."""
        return sorted(self.options.allowed) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Both ways to create, the question and the cancelling under every tier, and the pictures (6.1, 6.3)."""
        found = [self.gallery.route()]
        for tier in TIERS:
            base = f"{tier}/replicate/v1/predictions"
            path = f"{tier}/replicate/v1/models/{{owner}}/{{name}}/predictions"
            found += [
                web.post(base, offered(self._create, lambda _: self.options.offered and self.options.predictions)),
                web.post(path, offered(self._create, lambda _: self.options.offered and self.options.by_model)),
                web.get(f"{base}/{{id}}", offered(self._get, lambda _: self.options.offered)),
                web.post(f"{base}/{{id}}/cancel", offered(self._cancel, lambda _: self.options.offered)),
            ]
        return found

    # -------------------------------------------------------------------------------------------- create

    async def _create(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        prefer = request.headers.get("Prefer", "")
        if body is None or (prefer and not _WAIT.fullmatch(prefer)):
            return _invalid("the body is not an object" if body is None else "Prefer is malformed")
        name = self._named(request, body)
        if isinstance(name, web.Response):
            return name
        model = found(name)
        if model is None:
            return web.json_response(_NOT_FOUND, status=404)
        if wrong := wrong_inputs(model, body.get("input")):
            return _invalid("\n".join(f"- input.{field} {says}" for field, says in wrong.items()), wrong)
        prompt = _prompt(body["input"])
        if refused := self._refusal(request, prompt):
            return refused
        job = self._accept(request, name, model, body, prompt, prefer)
        return web.json_response(self._shown(request, job), status=self.options.created)

    def _named(self, request: web.Request, body: dict[str, Any]) -> str | web.Response:
        """The model or version that is asked for, or why there is none (6.1)."""
        in_path = "owner" in request.match_info
        if strange := set(body) - {"model", "version", "input", "webhook", "webhook_events_filter", "stream"}:
            return _invalid(f"Additional property {min(strange)} is not allowed")
        if in_path:
            name: Any = "{owner}/{name}".format_map(request.match_info)
            given = body.keys() & {"model", "version"}
        else:
            name = body.get("model") or body.get("version")
            given = {"both"} if body.keys() >= {"model", "version"} else set()
        if given or not isinstance(name, str) or (":" in name and "version" not in body):
            return _invalid("- version: one of model and version is required")
        if not any(name == known or name == known.partition(":")[2] for known in self.options.allowed):
            if found(name):
                return task_error(503, "model_price_error", f"model {name} price not set")
            message = f"No available channel for model {name} under group default (distributor)"
            return web.json_response(_NOT_FOUND, status=404) if in_path else shape_a(request, 503, message)
        return name

    def _refusal(self, request: web.Request, prompt: str) -> web.Response | None:
        if "sim:full" in prompt or ("sim:throttle" in prompt and prompt not in self._throttled):
            self._throttled.add(prompt)
            detail = "Request was throttled. Your rate limit resets in ~30s."
            return web.json_response({"detail": detail}, status=429)
        if "sim:unsafe" in prompt:
            return gateway_error(request, 400, "The prompt was flagged as sensitive", "sensitive_words_detected")
        return self.relay.refusal(request, prompt.replace("sim:throttle", ""))

    def _accept(
        self, request: web.Request, name: str, model: Model, body: dict[str, Any], prompt: str, prefer: str
    ) -> "Job":
        """Charge it; with `Prefer` it is held until it is over, when that is soon enough."""
        ratio = body["input"].get("aspect_ratio", "1:1")
        ratio = ratio if re.fullmatch(r"\d+:\d+", ratio) else "1:1"
        more: dict[str, Any] = {"prompt": prompt, "tier": _tier(request)}
        more |= {"ratio": "16:9" if model.output == "video" else ratio}
        job = self.relay.accept(request, "replicate", name, body, **more)
        wanted = int(prefer.partition("=")[2] or _USUAL_WAIT) if prefer else 0
        if (job.queue + job.run) * self.relay.pace <= wanted and not job.said("slow"):
            job.queue = job.run = 0.0
        for number in range(_count(job, model)):
            suffix: Suffix = "svg" if model.output == "svg" else "png"
            seed = seed_of(job.seed, number)
            self.gallery.put(_file(job, model, number), Drawing(seed, sized(job.ratio, area=AREA), suffix))
        return job

    # -------------------------------------------------------------------------------------------- get and cancel

    async def _get(self, request: web.Request) -> web.Response:
        job = self._mine(request)
        if job is None or job.said("lost"):
            return web.json_response(_NOT_FOUND, status=404)
        job.asked += 1
        if self.options.fresh_unknown and job.asked == 1:
            return task_error(400, "task_not_exist", "task_not_exist")
        return web.json_response(self._shown(request, job))

    async def _cancel(self, request: web.Request) -> web.Response:
        if self.options.cancel == "missing":
            return invalid_url(request)
        if self.options.cancel == "forbidden":
            return web.json_response({"detail": "Method not allowed."}, status=405)
        job = self._mine(request)
        if job is None:
            return web.json_response(_NOT_FOUND, status=404)
        if self.relay.look(job).state in ("queued", "running"):
            self.relay.fail(job.id, CANCELED)
        return web.json_response(self._shown(request, job))

    def _mine(self, request: web.Request) -> "Job | None":
        job = self.relay.jobs.get(request.match_info["id"])
        mine = ("replicate", key_of(request), _tier(request))
        return job if job and (job.provider, job.key, job.tier) == mine else None

    # -------------------------------------------------------------------------------------------- shapes

    def _shown(self, request: web.Request, job: "Job") -> dict[str, Any]:
        shown = self._prediction(request, job)
        return shown if self.options.wire == "raw" else self._envelope(job, shown)

    def _envelope(self, job: "Job", prediction: dict[str, Any]) -> dict[str, Any]:
        moment = self.relay.look(job)
        row = {
            "task_id": job.id,
            "action": "generate",
            "status": _ROWS[moment.state],
            "fail_reason": moment.reason,
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": f"{moment.percent}%",
            "data": json.dumps(prediction) if self.options.wire == "nested" else prediction,
        }
        return {"code": "success", "message": "", "data": row}

    def _prediction(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Replicate's own object (6.2); a result that is over an hour old is deleted (6.5)."""
        moment, model = self.relay.look(job), found(job.action)
        removed = moment.state == "done" and self.relay.clock() >= moment.finished_at + LINK_SECONDS
        upstream = f"https://api.replicate.example/v1/predictions/{job.id}"
        status = CANCELED if moment.reason == CANCELED else _STATES[moment.state]
        return {
            "id": job.id,
            "model": job.action.partition(":")[0],
            "version": "hidden",
            "input": {} if removed else job.body["input"],
            "logs": "" if removed or not self.options.logs else _logs(moment),
            "output": self._output(request, job, model, moment) if model and not removed else None,
            "data_removed": removed,
            "error": moment.reason or None if status == "failed" else None,
            "status": status,
            "created_at": _iso(job.submitted_at),
            "started_at": _iso(moment.started_at) if moment.started_at else None,
            "completed_at": _iso(moment.finished_at) if moment.finished_at else None,
            "urls": {"get": upstream, "cancel": f"{upstream}/cancel", "web": "https://replicate.example/p/x"},
            "metrics": {"predict_time": job.run} if moment.state == "done" else {},
        }

    def _output(self, request: web.Request, job: "Job", model: Model, moment: Moment) -> Any:
        """What is there by now: lists grow while they are made (6.4)."""
        whole = self._whole(request, job, model, moment)
        if moment.state == "done":
            return whole
        growing = moment.state == "running" and isinstance(whole, list) and self.options.partial
        return (whole[: len(whole) * moment.percent // 100] or None) if growing else None

    def _whole(self, request: web.Request, job: "Job", model: Model, moment: Moment) -> Any:
        said = f"An answer to {job.prompt or 'a file'}: here it is."
        match model.output:
            case "video":
                return self.relay.media_url or self.relay.media(request, job, "video", "mp4")
            case "sound":
                return sound_link(self.relay, request, job, "instrumental", tune(job.seed, 3.0), "mp3")
            case "pieces":
                return re.findall(r"\s*\S+", said)
            case "words":
                return said
            case "object":
                return {"transcription": said, "detected_language": "english"}
        links = [self._link(request, job, model, number, moment) for number in range(_count(job, model))]
        if model.output == "mixed":
            return {"files": {"collage": links[0]}, "caption": said}
        return links if model.output == "images" else links[0]

    def _link(self, request: web.Request, job: "Job", model: Model, number: int, moment: Moment) -> str:
        """The signed link: an hour from the end of the work (6.5); with `sim:expired` over until it was tried."""
        name = _file(job, model, number)
        dead = job.said("expired") and name not in self.gallery.refused
        until = (moment.finished_at or self.relay.clock()) + (0 if dead else LINK_SECONDS)
        return self.gallery.link(request, name, until)


def _invalid(detail: str, fields: Mapping[str, str] | None = None) -> web.Response:
    """The answer to wrong inputs (6.6)."""
    shown = {
        "type": "https://replicate.example/docs/predictions/troubleshooting",
        "title": "Input validation failed",
        "status": 422,
        "detail": detail,
        "instance": "/v1/predictions",
        "invalid_fields": [{"field": f"input.{name}", "description": says} for name, says in (fields or {}).items()],
    }
    return web.json_response(shown, status=422)


def _tier(request: web.Request) -> str:
    return next((tier for tier in TIERS if tier and request.path.startswith(f"{tier}/")), "")


def _prompt(given: Mapping[str, Any]) -> str:
    """The words among the inputs: what is to be made, and where a `sim:` word may stand."""
    return " ".join(value for value in given.values() if isinstance(value, str) and not value.startswith("data:"))


def _count(job: "Job", model: Model) -> int:
    if model.output not in ("images", "image", "svg", "mixed"):
        return 0
    return int(job.body["input"].get("num_outputs", 1))


def _file(job: "Job", model: Model, number: int) -> str:
    return f"{job.id}-{number}.{'svg' if model.output == 'svg' else 'png'}"


def _logs(moment: Moment) -> str:
    """The lines of a progress bar (6.4)."""
    if moment.state == "queued":
        return ""
    bar = [f"{percent:3d}%|{'█' * (percent // 10):<10}| {percent // 5}/20" for percent in (0, moment.percent)]
    return "\n".join(["Using seed: 42", *bar])


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
