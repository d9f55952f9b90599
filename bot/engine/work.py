"""Workers: a loop that waits for work, and the crew of steps it has begun."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, Protocol

import structlog

from bot.store import StoreProblem

log = structlog.get_logger(__name__)
IDLE = 30.0
"""A worker looks at least this often, in seconds, even if nobody wakes it."""


class Crew:
    """The steps a worker has begun and that are not finished yet. A step that raises is logged, never lost."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, step: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a step."""
        context = copy_context()  # the line about a step that raises says what the step had said of itself
        task = asyncio.create_task(step, name=f"{self._name}-step", context=context)
        self._running.add(task)
        task.add_done_callback(self._ended, context=context)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StoreProblem):
            log.error("the database failed a step", worker=self._name, why=str(error))
        elif error is not None:
            log.error("a step failed unexpectedly", worker=self._name, exc_info=error)

    async def drain(self, grace: float) -> None:
        """Wait up to ``grace`` seconds for what is under way, then cancel the rest."""
        if self._running:
            _done, late = await asyncio.wait(set(self._running), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class Worker(Protocol):
    """A part of the engine that takes steps when they are due."""

    crew: Crew

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin every step that is due; returns them."""
        ...

    async def due(self) -> float | None:
        """When the next step is due, unix seconds; ``None``: nothing is planned."""
        ...


async def once(worker: Worker) -> int:
    """Take every step that is due and wait until they are done; returns how many. For tests and tools."""
    steps = await worker.start_due()
    await asyncio.gather(*steps)
    return len(steps)


async def forever(worker: Worker, wake: asyncio.Event, clock: Callable[[], float], stopping: asyncio.Event) -> None:
    """Take steps as they fall due, until ``stopping`` is set and the worker is woken; it is not cut off between
    claiming a row and beginning its step. A failing database is waited for, not fatal."""
    while not stopping.is_set():
        pause = IDLE
        wake.clear()
        try:
            started = await worker.start_due()
            for step in started:  # what it leaves behind may be due long before the claim it had would have ended
                step.add_done_callback(lambda _step: wake.set())
            next_at = await worker.due()
            if next_at is not None:
                # A step begun just now still holds its row; do not spin on it.
                pause = min(max(next_at - clock(), 0.5 if started else 0.05), IDLE)
        except StoreProblem as problem:
            log.error("the database cannot be used, trying again", worker=type(worker).__name__, why=str(problem))
            pause = 2.0
        except Exception:  # a worker that dies would stop everybody's tasks
            log.exception("a worker failed unexpectedly, trying again", worker=type(worker).__name__)
            pause = 5.0
        try:
            async with asyncio.timeout(pause):
                await wake.wait()
        except TimeoutError:
            pass
