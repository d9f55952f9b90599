"""How Runway's tasks look on the simulated relay, in each of its forms (reference "relay-luma-…" 3.4 to 3.6)."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from . import runway_rules as rules
from .core import BANNED_REASON, LATE_REASON
from .forms import UNSAFE_REASON

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

_STATUSES = {"queued": "PENDING", "running": "RUNNING", "done": "SUCCEEDED", "failed": "FAILED"}
_ROW_STATUSES = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_DIGITS = {"queued": 0, "running": 1, "done": 3, "failed": 2}
_STATES = {"queued": "pending", "running": "running", "done": "succeeded", "failed": "failed"}
_CODES = {BANNED_REASON: "SAFETY.INPUT.TEXT", UNSAFE_REASON: "SAFETY.OUTPUT.VIDEO", LATE_REASON: ""}
_PICTURES = ("text_to_image", "image_upscale")


@dataclass
class RunwayOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Runway path is offered; else all are an `Invalid URL`
    endpoints: Collection[str] = tuple(rules.OFFICIAL)  # of the official form; another is an `Invalid URL` (3.3)
    pro: bool = True  # form A is offered (3.5)
    tasks: bool = True  # form B is offered (3.6)
    submit: Literal["id", "status", "row"] = "id"  # the official answer to a submission (3.2)
    shape: Literal["raw", "enveloped"] = "raw"  # the official answer to a question (3.4)
    nested_string_data: bool = False  # the envelope's inner `data` is JSON text (1.2)
    late_output: bool = False  # the first answer of a finished task has no `output` (3.4)
    cancels: bool = True  # DELETE works (3.4)
    feed: Literal["post", "get", "enveloped"] = "post"  # how form A is asked, or answers like 1.2 (3.5)
    digits: Literal["text", "number"] = "text"  # what `status` is in form A (3.5)
    state: bool = True  # form A has the newer `state` (3.5)
    end_frame: str = "image_end"  # what form A calls the last picture (3.5)
    fresh_unknown: bool = False  # the first question after a submission does not find the task (11)


class Shapes:
    """A task as each form shows it; `cancelled` are the jobs that were."""

    def __init__(self, relay: "Relay", options: RunwayOptions) -> None:
        self.relay = relay
        self.options = options
        self.cancelled: set[str] = set()
        self._told: set[str] = set()

    def official(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Runway's own object (3.4)."""
        moment = self.relay.look(job)
        status = self._status(job, moment)
        shown: dict[str, Any] = {"id": job.id, "status": status, "createdAt": _iso(job.submitted_at)}
        if status == "RUNNING":
            shown["progress"] = moment.percent / 100
        if status == "FAILED":
            code = _CODES.get(moment.reason, "INTERNAL.BAD_OUTPUT.CODE01")
            shown |= {"failure": moment.reason, **({"failureCode": code} if code else {})}
        if status == "SUCCEEDED" and not self._waits_for_output(job):
            shown["output"] = [self._link(request, job)]
        return shown

    def _waits_for_output(self, job: "Job") -> bool:
        first = self.options.late_output and job.id not in self._told
        self._told.add(job.id)
        return first

    def _status(self, job: "Job", moment: "Moment") -> str:
        if job.id in self.cancelled:
            return "CANCELLED"
        return "THROTTLED" if moment.state == "queued" and job.said("queue") else _STATUSES[moment.state]

    def row(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """The relay's envelope around it (1.2, 3.4)."""
        moment = self.relay.look(job)
        inner = self.official(request, job) if job.action.startswith("official") else self.pro(request, job)
        return {
            "task_id": job.id,
            "action": job.action.rpartition("/")[2].upper(),
            "status": _ROW_STATUSES[moment.state],
            "fail_reason": moment.reason,
            "submit_time": int(job.submitted_at),
            "start_time": int(moment.started_at),
            "finish_time": int(moment.finished_at),
            "progress": f"{moment.percent}%",
            "data": json.dumps(inner) if self.options.nested_string_data else inner,
        }

    def pro(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Form A's object (3.5)."""
        moment = self.relay.look(job)
        digit, done, failed = _DIGITS[moment.state], moment.state == "done", moment.state == "failed"
        thumbnail, last = (self.relay.media(request, job, kind, "jpg") for kind in ("thumbnail", "last_frame"))
        return {
            "task_id": job.id,
            "status": str(digit) if self.options.digits == "text" else digit,
            **({"state": _STATES[moment.state]} if self.options.state else {}),
            "prompt": job.prompt,
            "prompt_en": job.prompt,
            "video_url": self._link(request, job) if done else "",
            "poster": thumbnail if done else "",
            "last_frame": last if done else "",
            "msg": moment.reason if failed else None,
            "point": "200",
            "refund": "1" if failed else "0",
            "create_time": str(int(job.submitted_at)),
            "update_time": str(int(self.relay.clock())),
        }

    def task(self, request: web.Request, job: "Job") -> dict[str, Any]:
        """Form B's object (3.6)."""
        moment = self.relay.look(job)
        size = [int(side) for side in job.ratio.split(":")]
        made = {"url": self._link(request, job), "previewUrls": [], "metadata": {"duration": 5, "dimensions": size}}
        return {
            "id": job.id,
            "name": job.body["options"].get("name"),
            "createdAt": _iso(job.submitted_at),
            "updatedAt": _iso(self.relay.clock()),
            "taskType": job.body["taskType"],
            "options": job.body["options"],
            "status": self._status(job, moment),
            "error": {"message": moment.reason} if moment.reason else None,
            "progressText": None,
            "progressRatio": str(moment.percent / 100),
            "estimatedTimeToStartSeconds": None,
            "artifacts": [made] if moment.state == "done" else [],
        }

    def _link(self, request: web.Request, job: "Job") -> str:
        if job.action.endswith(_PICTURES):
            return self.relay.media(request, job, "image", "png")
        return self.relay.media_url or self.relay.media(request, job, "video", "mp4")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
