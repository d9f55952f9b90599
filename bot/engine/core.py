"""What the engine's workers share: the resources, the clock, and the one way to store and show a change."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from bot import logs
from bot.config import Config
from bot.engine.cadence import Typical, typical
from bot.engine.ports import Screen
from bot.errors import Problem
from bot.lookup import Lookup
from bot.media import MediaStore
from bot.metrics import Metrics
from bot.provider import CATALOGUE, INPUT, Provider, Submission, kind_of
from bot.relay import Relay
from bot.sniff import HEAD, by_mime, sniff
from bot.step import Step
from bot.store import Store, StoreProblem
from bot.store.repository import Input
from bot.task import Media, Phase, Report, Task, with_answer
from bot.text import _
from bot.workshop import Workshop

log = structlog.get_logger(__name__)
Stored = TypeVar("Stored")
INLINE = 64 * 1024
"""Characters of a ``data:`` link that may stay in a task's row."""
CLOSING = _("The bot is being restarted. Please try again in a minute; nothing was charged.")
EARLIER = "earlier"
"""In a task's data: channel, message and guild of the card that holds its files, while they are shown elsewhere."""


@dataclass
class Core:
    """Resources and helpers. ``clock`` gives unix seconds; ``screen`` is where tasks are shown."""

    config: Config
    store: Store
    relay: Relay
    media: MediaStore
    workshop: Workshop
    screen: Screen
    clock: Callable[[], float]
    metrics: Metrics = field(default_factory=Metrics)
    wake_submit: asyncio.Event = field(default_factory=asyncio.Event)
    wake_poll: asyncio.Event = field(default_factory=asyncio.Event)
    wake_deliver: asyncio.Event = field(default_factory=asyncio.Event)
    wake_announce: asyncio.Event = field(default_factory=asyncio.Event)
    usual: dict[tuple[str, str], Typical] = field(default_factory=dict)
    missing: dict[tuple[str, str], float] = field(default_factory=dict)
    """What the relay said it does not offer, by provider and action: until when that is believed, unix seconds."""
    closing: bool = False
    """The process is about to end: nothing new is accepted."""

    def check_open(self) -> None:
        """Raise :class:`Problem` when nothing new is accepted any more."""
        if self.closing:
            raise Problem(CLOSING)

    def provider(self, task: Task) -> Provider:
        """The task's provider."""
        return submission_class(task).provider

    def interval(self, provider: Provider, lookup: Lookup = None) -> float:
        """Seconds between rounds of polling."""
        own = lookup.interval if lookup is not None else None
        return self.config.settings.poll_interval or own or provider.interval

    def patience(self, task: Task) -> float:
        """Seconds after its acceptance that a request is polled before its fate is unknown."""
        lookup = lookup_of(task)
        own = lookup.patience if lookup is not None else None
        return own or self.provider(task).patience

    def lacks(self, provider: str, action: str) -> bool:
        """Whether the relay said lately that it does not offer this."""
        return self.missing.get((provider, action), 0.0) > self.clock()

    async def keep(self, task: Task) -> Task | None:
        """Store a changed task and show it; ``None`` when somebody changed it meanwhile (then nothing happened)."""
        saved = await self.store.save(task)
        if saved is not None:
            self.screen.show(saved)
            self.wake()
        return saved

    async def keep_surely(self, task: Task) -> Task | None:
        """Like :meth:`keep`, for what must not be forgotten: a database that fails is tried until it works."""
        return await self.surely(task.id, lambda: self.keep(task))

    async def change_surely(self, task_id: str, how: Callable[[Task], Task]) -> Task | None:
        """Like :meth:`change`, for what must not be forgotten."""
        return await self.surely(task_id, lambda: self.change(task_id, how))

    async def surely(self, name: str, doing: Callable[[], Awaitable[Stored]], what: str = "a task") -> Stored:
        """What ``doing`` stores of the row called ``name``, tried until the database takes it."""
        pause = 0.5
        while True:
            try:
                return await doing()
            except StoreProblem as problem:
                log.error(f"cannot store {what}, trying again", row=name, why=str(problem))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15.0)

    async def change(self, task_id: str, how: Callable[[Task], Task]) -> Task | None:
        """Apply ``how`` to the stored task, again if somebody else was faster; ``None`` when it does not exist."""
        while True:
            task = await self.store.get(task_id)
            if task is None:
                return None
            changed = how(task)
            if changed is task:
                return task
            saved = await self.keep(changed)
            if saved is not None:
                return saved

    async def kept(self, task: Task, report: Report) -> Report:
        """``report``; of files that came in the answer itself, the large ones are put into the store."""
        if not any(len(media.url) > INLINE for media in report.media):
            return report
        found = [await asyncio.to_thread(_unpacked, media) for media in report.media]
        items = [item for _media, item in found if item is not None]
        await self.surely(task.id, lambda: self.store.keep_inputs(task.id, items, self.clock()), "files of an answer")
        return replace(report, media=tuple(media for media, _item in found))

    async def answered(self, task: Task) -> Task:
        """``task``; when the relay asks something that its user has settled once for all, with that answer."""
        if task.phase is not Phase.INPUT:
            return task
        kind = submission_class(task)
        settings = await self.surely(task.id, lambda: self.store.settings_of(task.user_id), "what a user has set")
        answer = kind.own_answer(task, settings)
        return task if answer is None else with_answer(task, answer, self.clock())

    def wake(self) -> None:
        """Something changed: every worker looks again."""
        for event in (self.wake_submit, self.wake_poll, self.wake_deliver, self.wake_announce):
            event.set()

    async def learn(self) -> None:
        """Take the providers' past durations from the store."""
        found: dict[tuple[str, str], list[float]] = {}
        for provider, action, seconds in await self.store.durations(list(CATALOGUE)):
            found.setdefault((provider, action), []).append(seconds)
        usual = {key: typical(values) for key, values in found.items()}
        self.usual = {key: value for key, value in usual.items() if value is not None}


def _unpacked(media: Media) -> tuple[Media, Input | None]:
    """A file, and what it holds if its link is a large ``data:`` one: then the link refers to what is stored."""
    about, _comma, packed = media.url.partition(",")
    if len(media.url) <= INLINE or not about.startswith("data:") or not about.endswith(";base64"):
        return media, None
    try:
        content = base64.b64decode(packed, validate=True)
    except ValueError:  # the delivery will say that it is damaged
        return media, None
    kind = by_mime(about.removeprefix("data:"))
    if kind is None or kind.family != "text":  # only of a text its type says more than its bytes
        kind = sniff(content[:HEAD])
    item = Input(hashlib.sha256(content).hexdigest(), kind.mime if kind else "application/octet-stream", "", content)
    return replace(media, url=INPUT + item.id), item


def log_about(task: Task) -> None:
    """Let what is logged from now on say which task it is about, and leave out what its user wrote."""
    try:
        told = submission_of(task).told()
    except Problem:
        told = []
    logs.about([task.caption, *told], task=task.id, provider=task.provider, user=task.user_id)


def submission_class(task: Task) -> type[Submission]:
    """The class that made the task's submission."""
    return kind_of(task.provider, task.action)


def lookup_of(task: Task) -> Lookup:
    """How the relay is asked about the task at its present step."""
    kind = submission_class(task)
    return kind.provider.lookups.get(task.lookup) if task.lookup else kind.lookup


def step_of(task: Task) -> Step:
    """The step the task is at; raises :class:`Problem` when this version would not accept its submission any more."""
    steps = submission_of(task).steps()
    return steps[min(task.step, len(steps) - 1)]


def submission_of(task: Task) -> Submission:
    """The submission, rebuilt from the row; raises :class:`Problem` when this version would not accept it any more."""
    return submission_class(task).restored(task.submission)
