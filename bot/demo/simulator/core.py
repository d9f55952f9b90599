"""The part every provider shares: keys, the record of calls, jobs and their life, faults, media, start and stop.

Wire facts: reference "relay-luma-…" sections 1.1, 1.2, 1.5 and "relay-suno-…" sections 1 and 2.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from .faults import HTML_PAGE, Cut, Faults, invalid_url, key_of, request_id, shape_a, task_error
from .pictures import media_routes, serve

PROMPT_WORDS: dict[str, str] = {
    "sim:fail": "the task runs and then fails, with a reason and progress 100%",
    "sim:banned": "the task fails with a moderation reason",
    "sim:slow": "everything takes six times as long",
    "sim:queue": "the task waits about 20 seconds in the queue first",
    "sim:lost": "the task is accepted and charged, but no query ever knows its id",
    "sim:html": "the submission is answered with an HTML page and status 200; nothing is charged",
    "sim:quota": "the submission is refused: the relay account has no quota left",
    "sim:nolink": "the finished task carries only a watermarked link; the clean one must be asked for",
    "sim:throttle": "the first submission is answered 429 with Retry-After: 2, the next one is accepted",
    "sim:late": "the task fails with a time-out reason and 30 seconds later succeeds after all",
    "sim:big": "the finished video or song is larger than 10 MiB (12 MiB)",
    "sim:expired": "the first media link answers 403; a fresh query then gives a link that works",
    "sim:partial": "one of the two songs fails with a reason, the other is fine and the task is a success",
    "sim:full": "the submission is turned away: the queue is full (Midjourney code 23) or 429; nothing is charged",
    "sim:unsafe": "a picture is made and then withheld, or fails, for its content",
    "sim:numeric": "Midjourney answers the task id as a JSON number",
    "sim:rewrite": "a Midjourney button that waits for a window is answered as if it had been accepted",
    "sim:cut": "the connection breaks in the middle of a chat answer",
    "sim:silent": "a chat answer stops in the middle and nothing more comes",
    "sim:error": "an error comes in the middle of a chat answer",
    "sim:revoked": "the key is revoked in the middle of a chat answer",
    "sim:overloaded": "a chat question is turned away because the provider is overloaded",
    "sim:length": "a chat answer ends because it has reached the longest that is allowed",
    "sim:empty": "a chat answer or a transcript holds no words",
    "sim:echo": "a chat answer repeats the question",
    "sim:offline": "a song that goes on from another one is refused: the account that made that one is offline",
}
"""Words that may stand anywhere in a prompt, and what each makes the simulator do."""

BANNED_REASON = "The prompt was refused by content moderation"
FAIL_REASON = "The model could not finish this generation"
LATE_REASON = "任务超时\uff0860分钟\uff09"  # the gateway's own words, reference 1.4
BIG_SIZE = 12 * 1024 * 1024
LATE_AFTER = 30.0
QUEUE_FOR = 20.0
PUBLIC = ("/media/", "/bucket/", "/api/")


@dataclass(slots=True)
class Recorded:
    """One request as it arrived. `status` is what was answered: None while open, 0 when the connection was cut."""

    method: str
    path: str
    headers: Mapping[str, str]
    json: Any
    size: int
    at: float
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """How a job stands at one time; `percent` is 0..100, the two times are 0 while not reached."""

    state: Literal["queued", "running", "done", "failed"]
    percent: int
    started_at: float = 0.0
    finished_at: float = 0.0
    reason: str = ""


@dataclass(slots=True)
class Job:
    """One accepted (= charged) submission: `queue` and `run` normal seconds; with a `doom` it ends failed for that."""

    id: str
    provider: str
    action: str
    body: dict[str, Any]
    submitted_at: float
    key: str
    prompt: str = ""
    tier: str = ""
    ratio: str = "16:9"
    parent: str | None = None
    queue: float = 2.0
    run: float = 8.0
    forced: Moment | None = None
    asked: int = 0
    link: int = 0
    doom: str = ""

    def said(self, word: str) -> bool:
        """Whether the prompt contains `sim:<word>`."""
        return f"sim:{word}" in words(self.prompt)

    @property
    def seed(self) -> str:
        """Eight hex digits that decide the look of the job's media; the same prompt always looks the same."""
        return hashlib.sha256(f"{self.parent or ''}{self.prompt}".encode()).hexdigest()[:8]

    def at(self, now: float, pace: float = 1.0, held_since: float | None = None) -> Moment:
        """The job's state at `now`: nothing but its submission time, its prompt words and the pace decide it."""
        if self.forced:
            return self.forced
        stretch = pace * (6 if self.said("slow") else 1)
        start = self.submitted_at + self.queue * stretch + (QUEUE_FOR * pace if self.said("queue") else 0)
        end = start + self.run * stretch
        if (now if held_since is None else min(now, held_since)) >= end:
            return self._ending(start, end, now if held_since is None else held_since, LATE_AFTER * pace)
        if now < start:
            return Moment("queued", 0)
        done = (now - start) / (end - start)
        return Moment("running", min(95, 10 + int(85 * done)), start)

    def _ending(self, start: float, end: float, now: float, late: float) -> Moment:
        if self.said("late") and not self.doom and now >= end + late:
            return Moment("done", 100, start, end + late)
        reasons = {"banned": BANNED_REASON, "fail": FAIL_REASON, "late": LATE_REASON}
        reason = self.doom or next((text for word, text in reasons.items() if self.said(word)), "")
        return Moment("failed" if reason else "done", 100, start, end, reason)


class Module(Protocol):
    """What a simulated provider gives the core."""

    def routes(self) -> list[web.RouteDef]:
        """The provider's routes."""

    def models(self) -> list[str]:
        """Names for `GET /v1/models`."""


def words(prompt: str) -> frozenset[str]:
    """The `sim:` words in a prompt."""
    return frozenset(re.findall(r"sim:[a-z]+", prompt))


class Relay:
    """A relay without providers. `calls`, `jobs`, `faults`, `hold` and `media_url` are for tests to read and to set."""

    def __init__(
        self, *, clock: Callable[[], float], pace: float, keys: Collection[str], poor_keys: Collection[str]
    ) -> None:
        """`pace` multiplies every duration; `keys` are good, `poor_keys` are known but have no quota."""
        self.clock = clock
        self.pace = pace
        self.keys = frozenset(keys)
        self.poor_keys = frozenset(poor_keys)
        self.url = ""
        self.media_url: str | None = None
        self.calls: list[Recorded] = []
        self.jobs: dict[str, Job] = {}
        self.faults = Faults()
        self._held_since: float | None = None
        self._throttled: set[str] = set()
        self._modules: list[Module] = []
        self._runner: web.AppRunner | None = None
        self.app = web.Application(middlewares=[self._middleware], client_max_size=64 * 1024 * 1024)
        self.app.on_response_prepare.append(_stamp)
        self.app.on_shutdown.append(self.faults.release)
        self.app.add_routes([*media_routes(), *self.faults.media_routes()])
        self.app.add_routes([web.get("/media/expiring/{job}/{link}/{name}", self._expiring)])

    def add(self, module: Module) -> None:
        """Put a provider's routes on the relay."""
        self._modules.append(module)
        self.app.add_routes(module.routes())

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen on `host`:`port` (0: any free port) and return the base URL. May be called again after `close`."""
        self.faults.closing.clear()
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.url

    async def close(self) -> None:
        """Stop listening and drop every open connection; jobs and calls stay."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def hold(self) -> bool:
        """While True nothing finishes (what was finished before stays so); `finish` and `fail` still work."""
        return self._held_since is not None

    @hold.setter
    def hold(self, value: bool) -> None:
        self._held_since = self.clock() if value else None

    def release(self) -> None:
        """End `hold`: whatever had its time meanwhile is finished at once."""
        self.hold = False

    def paid(self) -> list[Job]:
        """Every accepted submission, oldest first: on the real relay each one costs money."""
        return list(self.jobs.values())

    def count(self, method: str, path_prefix: str) -> int:
        """How many requests with this method arrived at a path beginning like this."""
        return sum(call.method == method and call.path.startswith(path_prefix) for call in self.calls)

    def finish(self, job_id: str) -> None:
        """Make a job succeed now, whatever its prompt says."""
        self._force(job_id, "done", "")

    def fail(self, job_id: str, reason: str) -> None:
        """Make a job fail now."""
        self._force(job_id, "failed", reason)

    def _force(self, job_id: str, state: Literal["done", "failed"], reason: str) -> None:
        job, now = self.jobs[job_id], self.clock()
        job.forced = Moment(state, 100, self.look(job).started_at or now, now, reason)

    def look(self, job: Job) -> Moment:
        """How the job stands now."""
        return job.at(self.clock(), self.pace, self._held_since)

    def refusal(self, request: web.Request, prompt: str) -> web.Response | None:
        """The answer that refuses a valid submission (poor key or a prompt word), or None when it is accepted."""
        said = words(prompt)
        if "sim:html" in said:
            return web.Response(text=HTML_PAGE, content_type="text/html")
        if "sim:quota" in said or key_of(request) in self.poor_keys:
            return task_error(403, "quota_not_enough", "user quota is not enough")
        if "sim:throttle" in said and prompt not in self._throttled:
            self._throttled.add(prompt)
            return shape_a(request, 429, "The upstream load is saturated", headers={"Retry-After": "2"})
        return None

    def accept(self, request: web.Request, provider: str, action: str, body: dict[str, Any], **more: Any) -> Job:
        """Create (and charge) a job; `more` are further fields of `Job`."""
        job = Job(str(uuid.uuid4()), provider, action, body, self.clock(), key_of(request), **more)
        self.jobs[job.id] = job
        return job

    def media(self, request: web.Request, job: Job, kind: str, suffix: str) -> str:
        """The link of a job's media on the host the request was sent to; see `pictures` for kinds and suffixes."""
        base = f"{request.scheme}://{request.host}/media"
        name = f"{job.seed}-{job.ratio.replace(':', 'x')}.{suffix}"
        if kind == "video" and job.said("expired"):
            return f"{base}/expiring/{job.id}/{job.link}/{name}"
        padding = f"?size={BIG_SIZE}" if kind == "video" and job.said("big") else ""
        return f"{base}/{kind}/{name}{padding}"

    async def _expiring(self, request: web.Request) -> web.StreamResponse:
        job = self.jobs.get(request.match_info["job"])
        if job is None or request.match_info["link"] == "0":
            if job:
                job.link = 1
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="text/xml")
        return await serve(request, "video", request.match_info["name"])

    def model_names(self) -> list[str]:
        """What the relay offers, by the names that it is charged under."""
        return [name for module in self._modules for name in module.models()]

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.read()
        call = Recorded(request.method, request.path_qs, request.headers, _parsed(body), len(body), self.clock())
        self.calls.append(call)
        response = await self.faults.answer(request, lambda: self._answer(request, handler))
        call.status = 0 if isinstance(response, Cut) else response.status
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception:
            return invalid_url(request)
        public = request.path.startswith(PUBLIC) or "/mj/image/" in request.path
        if not public and key_of(request) not in self.keys | self.poor_keys:
            return shape_a(request, 401, "Invalid token")
        return await handler(request)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


async def _stamp(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Oneapi-Request-Id"] = request_id(request)
