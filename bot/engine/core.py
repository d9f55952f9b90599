"""What the engine's workers share: the resources, the clock, and the one way to store and show a change."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from bot.config import Config
from bot.engine.cadence import Typical, typical
from bot.engine.ports import Screen
from bot.media import MediaStore
from bot.provider import CATALOGUE, Provider, Submission, kind_of
from bot.relay import Relay
from bot.store import Store, StoreProblem
from bot.task import Task

log = structlog.get_logger(__name__)
EARLIER = "earlier"
"""In a task's data: channel, message and guild of the card that holds its files, while they are shown elsewhere."""


@dataclass
class Core:
    """Resources and helpers. ``clock`` gives unix seconds; ``screen`` is where tasks are shown."""

    config: Config
    store: Store
    relay: Relay
    media: MediaStore
    screen: Screen
    clock: Callable[[], float]
    wake_submit: asyncio.Event = field(default_factory=asyncio.Event)
    wake_poll: asyncio.Event = field(default_factory=asyncio.Event)
    wake_deliver: asyncio.Event = field(default_factory=asyncio.Event)
    wake_announce: asyncio.Event = field(default_factory=asyncio.Event)
    usual: dict[tuple[str, str], Typical] = field(default_factory=dict)

    def provider(self, task: Task) -> Provider:
        """The task's provider."""
        return submission_class(task).provider

    def interval(self, provider: Provider) -> float:
        """Seconds between rounds of polling."""
        return self.config.settings.poll_interval or provider.interval

    async def keep(self, task: Task) -> Task | None:
        """Store a changed task and show it; ``None`` when somebody changed it meanwhile (then nothing happened)."""
        saved = await self.store.save(task)
        if saved is not None:
            self.screen.show(saved)
            self.wake()
        return saved

    async def keep_surely(self, task: Task) -> Task | None:
        """Like :meth:`keep`, for what must not be forgotten: a database that fails is tried until it works."""
        return await self._surely(task.id, lambda: self.keep(task))

    async def change_surely(self, task_id: str, how: Callable[[Task], Task]) -> Task | None:
        """Like :meth:`change`, for what must not be forgotten."""
        return await self._surely(task_id, lambda: self.change(task_id, how))

    async def _surely(self, task_id: str, doing: Callable[[], Awaitable[Task | None]]) -> Task | None:
        pause = 0.5
        while True:
            try:
                return await doing()
            except StoreProblem as problem:
                log.error("cannot store a task, trying again", task=task_id, why=str(problem))
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


def submission_class(task: Task) -> type[Submission]:
    """The class that made the task's submission."""
    return kind_of(task.provider, task.action)


def submission_of(task: Task) -> Submission:
    """The submission, rebuilt from the row; raises :class:`Problem` when this version would not accept it any more."""
    return submission_class(task).restored(task.submission)
