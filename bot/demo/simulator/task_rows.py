"""The task object that Suno and Udio share, and the stages of a task (reference "relay-suno-…" sections 3.1, 3.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

OFFLINE = ("task_channel_disable", "该任务所属渠道已被禁用")
NO_TASK = ("task_not_exist", "task_not_exist")
NO_ORIGIN = ("task_not_exist", "task_origin_not_exist")
PARTIAL_REASON = "The second song could not be finished"
_STAGES = {"running": "IN_PROGRESS", "done": "SUCCESS", "failed": "FAILURE"}
_SLOW = 6


@dataclass(frozen=True, slots=True)
class RowShape:
    """The variants of a task object (3.1, 3.2)."""

    lower_case: bool = False
    milliseconds: bool = False
    numeric_progress: bool = False


def stage(relay: "Relay", job: "Job") -> str:
    """The task status: `NOT_START`, `SUBMITTED` and `QUEUED` share the seconds in the queue (3.2)."""
    moment = relay.look(job)
    if moment.state != "queued":
        return _STAGES[moment.state]
    waiting = job.queue * relay.pace * (_SLOW if job.said("slow") else 1)
    waited = relay.clock() - job.submitted_at
    return "NOT_START" if waited < waiting / 4 else "SUBMITTED" if waited < waiting / 2 else "QUEUED"


def task_row(relay: "Relay", job: "Job", action: str, data: Any, shape: RowShape) -> dict[str, Any]:
    """One task; like the stock gateway it stays at "0%" until it is at "100%" (3.1)."""
    moment = relay.look(job)
    status = stage(relay, job)
    over = moment.percent == 100
    return {
        "task_id": job.id,
        "notify_hook": str(job.body.get("notify_hook") or ""),
        "action": action,
        "status": status.lower() if shape.lower_case else status,
        "fail_reason": moment.reason,
        "submit_time": _time(job.submitted_at, shape),
        "start_time": _time(moment.started_at, shape),
        "finish_time": _time(moment.finished_at, shape),
        "progress": moment.percent if shape.numeric_progress else "100%" if over else "0%",
        "data": data,
    }


def _time(at: float, shape: RowShape) -> int:
    return int(at * 1000) if shape.milliseconds else int(at)


def success(data: Any) -> web.Response:
    """The envelope around an answer (2.2)."""
    return web.json_response({"code": "success", "message": "", "data": data})


def error_type(moment: "Moment") -> str:
    """The upstream's name for why a generation failed."""
    return "moderation_failure" if "moderation" in moment.reason else "generation_failure"


async def json_object(request: web.Request) -> dict[str, Any] | None:
    """The body, when it is a JSON object."""
    try:
        body = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
