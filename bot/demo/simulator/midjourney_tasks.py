"""Midjourney's tasks: how they come to be, how they stand, and how a submission is answered (reference 1.3, 1.4, 1.9).

A task that waits for its window costs nothing and is no job of the core; every other one is.
"""

import re
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import midjourney_buttons as buttons
from .core import FAIL_REASON, words
from .faults import key_of
from .midjourney_buttons import Makes, Press
from .midjourney_options import MidjourneyOptions
from .midjourney_pictures import Look

if TYPE_CHECKING:
    from .core import Job, Moment, Relay

SPEEDS: dict[str, tuple[float, float]] = {"FAST": (2.0, 8.0), "TURBO": (1.0, 4.0), "RELAX": (6.0, 24.0)}
WEIGHTS: dict[str, float] = {"describe": 0.5, "shorten": 0.5, "video": 2.0, "clip": 0.5}
"""Seconds in the queue and at work for each speed, and how much longer than a picture other things take."""

ACCEPTED, WINDOW, EXISTS = "提交成功", "Waiting for window confirm", "任务已存在"
UNSAFE = "可能包含敏感词"
INTERNAL = f"[Internal Server Error] {FAIL_REASON}"
CANCELLED = "取消任务"
WINDOW_LOST = "上游任务超时（超过1小时）"
WINDOW_LASTS = 3600.0
AHEAD = 2
INSTANCE = "1118138338562560102"
OVER = ("SUCCESS", "FAILURE", "CANCEL")
SLOW = 6


class Refused(Exception):
    """A submission that is not accepted, with its answer."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("description"))
        self.response = web.json_response(body, status=status)


def gateway(word: str) -> Refused:
    """What the gateway itself refuses: description and an empty result, joined by a space (0.3, 1.11)."""
    return Refused(400, {"description": f"{word} ", "type": "upstream_error", "code": 4})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a task stands; the times are 0 while not reached."""

    status: str
    progress: str | None = "0%"
    started_at: float = 0.0
    finished_at: float = 0.0
    reason: str = ""

    @property
    def percent(self) -> int:
        """The progress as a number."""
        return int((self.progress or "0").rstrip("%") or 0)


@dataclass(slots=True, eq=False)
class Task:
    """One task. `texts` are suggestions, `looks` pictures, `clips` the seeds of videos, `source` a picture's link."""

    id: str
    key: str
    action: str
    makes: Makes
    prompt: str
    mode: str
    bot: str
    body: dict[str, Any]
    made_at: float
    parent: "Task | None" = None
    press: Press | None = None
    final_prompt: str = ""
    looks: tuple[Look, ...] = ()
    clips: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    source: str = ""
    spell: str = ""
    mask: str = ""
    cancelled: str = ""
    cancelled_at: float = 0.0
    job: "Job | None" = None
    pressed: "dict[str, Task]" = field(default_factory=dict)

    def said(self, word: str) -> bool:
        """Whether the prompt, or the one of the task it was made from, contains `sim:<word>`."""
        return f"sim:{word}" in words(self.words) or (self.parent is not None and self.parent.said(word))

    @property
    def words(self) -> str:
        """Where its `sim:` words may stand: the prompt, and the link of a picture that has none."""
        return f"{self.prompt} {self.spell}".strip()

    @property
    def hash(self) -> str:
        """The job hash in the ids of its buttons."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.id))

    def faces(self) -> list[dict[str, Any]]:
        """The buttons it has when it is finished (rule 4)."""
        if self.action.startswith("SWAP"):
            return []
        sets = {"grid": buttons.grid(self.hash), "describe": buttons.describe(), "shorten": buttons.shorten()}
        sets |= {"video": buttons.video(self.hash, len(self.clips)), "clip": buttons.clip(self.hash)}
        if self.makes == "single":
            sets["single"] = buttons.single(self.hash, self.prompt, square=self.looks[0].square)
        return buttons.drawn(sets[self.makes], frozenset(self.pressed))


class Tasks:
    """The store of all tasks, whatever prefix they were sent to (rule 6)."""

    def __init__(self, relay: "Relay", options: MidjourneyOptions) -> None:
        self.relay = relay
        self.options = options
        self.all: dict[str, Task] = {}
        self.uploads: dict[str, bytes] = {}

    # -------------------------------------------------------------------------------------------- life

    def new(self, request: web.Request, action: str, makes: Makes, body: dict[str, Any], **more: Any) -> Task:
        """A task that is not yet accepted; `more` are further fields of `Task`. What it has not, its parent gives."""
        parent: Task | None = more.get("parent")
        prompt = more.setdefault("prompt", parent.prompt if parent else str(body.get("prompt") or ""))
        more.setdefault("mode", _mode(request, body, prompt, parent))
        more.setdefault("bot", parent.bot if parent else _bot(body))
        more.setdefault("final_prompt", prompt)
        now = self.relay.clock()
        name = f"{int(now * 1000)}{len(self.all) % 1000:03d}"
        return Task(name, key_of(request), action, makes, body=body, made_at=now, **more)

    def again(self, task: Task) -> Task:
        """The same task under another id; the old one stays what it is (1.5)."""
        name = f"{int(self.relay.clock() * 1000)}{len(self.all) % 1000:03d}"
        return replace(task, id=name, made_at=self.relay.clock(), pressed={})

    def find(self, request: web.Request, task_id: object) -> Task | None:
        """The task of this key."""
        task = self.all.get(str(task_id))
        return task if task and task.key == key_of(request) else None

    def check(self, request: web.Request, prompt: str) -> web.Response | None:
        """The answer that refuses a valid paid submission for a word or for the key, or None (1.4, section 6)."""
        said = words(prompt)
        if "sim:quota" in said or key_of(request) in self.relay.poor_keys:
            raise gateway("quota_not_enough")
        if "sim:banned" in said:
            raise self.refused("可能包含敏感词", 24, {"promptEn": prompt, "bannedWord": "sim:banned"})
        if "sim:full" in said:
            raise self.refused("队列已满，请稍后尝试", 23)
        return self.relay.refusal(request, prompt)

    def charge(self, request: web.Request, task: Task) -> None:
        """Let the task run: it is now a job of the core, under the same id."""
        queue, run = SPEEDS[task.mode]
        weight = WEIGHTS.get(task.makes, 0.5 if task.action == "UPSCALE" else 1.0)
        more = {"queue": queue, "run": run * weight, "doom": _flaw(task), "ratio": ratio_of(task), "tier": task.mode}
        more |= {"prompt": task.words, "parent": task.parent.id if task.parent else None}
        job = self.relay.accept(request, "midjourney", task.action, task.body, **more)
        self.relay.jobs[task.id] = self.relay.jobs.pop(job.id)
        job.id, task.job = task.id, job
        self.all[task.id] = task

    def cancel(self, task: Task) -> None:
        """End a task early; what is over stays as it is (1.9, 1.10)."""
        if self.stand(task).status in OVER:
            return
        task.cancelled = "FAILURE" if self.options.cancel == "empty" else "CANCEL"
        task.cancelled_at = self.relay.clock()
        if task.job:
            self.relay.fail(task.id, CANCELLED)

    def stand(self, task: Task, lag: float = 0.0) -> Standing:
        """How the task stands, or with a `lag` (seconds): how it stood when the gateway looked last (1.8, 1.9)."""
        now, job = self.relay.clock(), task.job
        forced = bool(job and job.forced)
        seen = now // lag * lag if lag and not forced else now
        since = job.submitted_at if job else task.made_at
        if task.cancelled:
            return Standing(task.cancelled, "", 0.0, task.cancelled_at, CANCELLED)
        if seen < since:
            return Standing("")
        if job is None:
            # only a gateway that keeps its own list, and so lags, gives up a window (1.5)
            over = self.options.lag and seen >= since + WINDOW_LASTS * self.relay.pace
            return Standing("FAILURE", "100%", 0.0, seen, WINDOW_LOST) if over else Standing("MODAL")
        late = seen < now and not self.relay.hold
        return self._standing(job, job.at(seen, self.relay.pace) if late else self.relay.look(job), seen)

    def _standing(self, job: "Job", moment: "Moment", seen: float) -> Standing:
        """The life cycle of section 6 out of the core's one."""
        if moment.state == "queued":
            waiting = job.queue * self.relay.pace * (SLOW if job.said("slow") else 1)
            return Standing("NOT_START" if seen - job.submitted_at < waiting / 2 else "SUBMITTED")
        if moment.state == "running" or (moment.state == "done" and job.said("slow") and not job.forced):
            steps = ("40%",) if job.said("fail") else ("15%", "46%", "78%")
            done = (moment.percent - 10) / 85
            return Standing("IN_PROGRESS", steps[min(len(steps) - 1, int(done * 3 + 0.05))], moment.started_at)
        if moment.state == "done":
            return Standing("SUCCESS", "100%", moment.started_at, moment.finished_at)
        reason = INTERNAL if moment.reason == FAIL_REASON else moment.reason
        progress = "100%" if "sim:fail100" in job.prompt else self.options.failed_progress
        return Standing("FAILURE", progress, moment.started_at, moment.finished_at, reason)

    # -------------------------------------------------------------------------------------------- answers

    def refused(self, description: str, code: int = 4, properties: dict[str, Any] | None = None) -> Refused:
        """What the proxy behind the gateway refuses (0.3, 1.4)."""
        body = {"code": code, "description": description, "result": None, "properties": properties or {}}
        return Refused(self.options.refused_status if code == 4 else 200, body)

    def accepted(self, task: Task) -> web.Response:
        """The answer to a paid submission: code 1, or 22 with `sim:queue`."""
        where = {"discordInstanceId": INSTANCE}
        if "sim:queue" not in words(task.words):
            return self.answer(task, 1, ACCEPTED, where)
        return self.answer(task, 22, f"排队中，前面还有{AHEAD}个任务", where | {"numberOfQueues": AHEAD})

    def answer(self, task: Task, code: int, description: str, properties: dict[str, Any]) -> web.Response:
        """An answer with a task id; new-api rewrites the codes 21 and 22 in it (1.3, 1.4)."""
        hidden = code == 22 or (code == 21 and task.action not in ("INPAINT", "CUSTOM_ZOOM"))
        if (self.options.rewrite and hidden) or (code == 21 and task.said("rewrite")):
            code = 1
        result = int(task.id) if self.options.numeric or task.said("numeric") else task.id
        body = {"code": code, "description": description, "result": result, "properties": properties}
        return web.json_response(self.shaped(body))

    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        """The object with its properties as the switch wants them."""
        if self.options.properties == "absent":
            del body["properties"]
        elif self.options.properties == "null":
            body["properties"] = None
        return body


def ratio_of(task: Task) -> str:
    """Width to height of what the task makes."""
    return "{}:{}".format(*task.looks[0].size) if task.looks else "1:1"


def _flaw(task: Task) -> str:
    """Why the task will fail although it was accepted, or nothing."""
    if "sim:unsafe" in words(task.words):
        return UNSAFE
    wrong = re.search(r"--(?:ar|aspect)\b(?!\s+\d+:\d+)", task.prompt)
    return f"[Invalid parameter] {wrong[0]}" if wrong else ""


def _mode(request: web.Request, body: dict[str, Any], prompt: str, parent: Task | None) -> str:
    """The speed: the path's, the parent's, the account filter's, the body's, the prompt's, or fast (1.1)."""
    if hint := str(request.match_info.get("mode", "")):
        return hint.removeprefix("mj-").upper()
    if parent:
        return parent.mode
    accounts = body.get("accountFilter")
    asked = accounts.get("modes") if isinstance(accounts, dict) else None
    flag = re.search(r"--(fast|relax|turbo)\b", prompt)
    hints = [*(asked if isinstance(asked, list) else []), body.get("mode"), flag[1].upper() if flag else ""]
    return next((str(hint) for hint in hints if str(hint) in SPEEDS), "FAST")


def _bot(body: dict[str, Any]) -> str:
    return "NIJI_JOURNEY" if body.get("botType") in ("NIJI_JOURNEY", "niji") else "MID_JOURNEY"
