"""Media that we make ourselves from media, at no cost: each job in a process of its own.

What is worked on comes from strangers, and the decoders are written in C: a file may crash them, hang them or fill the
memory, and none of that may happen to the bot. A fresh process per job is the simplest thing that holds: there is no
pool to repair after a crash, giving up is killing, the worker's memory goes with it, and its environment holds none of
the bot's secrets. Starting it costs a third of a second, which no job here notices.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import structlog

from bot import recipes
from bot.errors import Problem
from bot.text import Text, _

log = structlog.get_logger(__name__)
NEEDS = ("av", "PIL")
WORKER = (sys.executable, "-P", recipes.__file__)
ENVIRONMENT = (
    *("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "TMPDIR"),
    "COVERAGE_PROCESS_CONFIG",  # so that the tests' coverage sees the worker
)
"""What the worker gets of our environment: enough to start Python."""
MISSING = _("This bot is not set up to work on media. The operator can install the extra “media”.")
DAMAGED = _("The file could not be worked on: it is damaged, or of an unexpected kind.")
TOO_SLOW = _("Working on the file took too long and was given up.")
STOPPED = _("The bot is shutting down.")
_PROBLEMS = {
    recipes.TOO_BIG: _("The picture or video is too large to be worked on."),
    recipes.TOO_LONG: _("The video is too long to be made small enough."),
    recipes.OTHER_SIZE: _("The mask has another size than the picture: both must have the same width and height."),
    recipes.NOTHING_MARKED: _("Nothing is marked in the mask: paint white what is to be changed."),
}


class WorkshopProblem(Problem):
    """Something could not be made."""


class Workshop:
    """Follows the recipes of ``bot.recipes``, at most ``width`` at once; one that takes ``limit`` seconds is given up.

    Pictures of more than ``pixels`` are not decoded.
    ``needs`` are the packages it cannot do without, ``worker`` is the command that does a job.
    """

    def __init__(
        self,
        *,
        width: int = 1,
        limit: float = 120.0,
        pixels: int = 64_000_000,
        needs: Sequence[str] = NEEDS,
        worker: Sequence[str] = WORKER,
    ) -> None:
        self.available = all(find_spec(name) is not None for name in needs)
        """Whether the extra ``media`` is installed."""
        self._turn = asyncio.Semaphore(width)
        self._limit = limit
        self._pixels = pixels
        self._worker = worker
        self._running: set[asyncio.subprocess.Process] = set()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether the next job would have to wait for its turn."""
        return self._turn.locked()

    async def make(
        self, recipe: str, sources: Sequence[Path], target: Path, **parameters: str | float | bool | None
    ) -> None:
        """Make ``target`` from ``sources`` as ``recipe`` says, with the recipe's own ``parameters``.

        Waits for its turn. Raises :class:`WorkshopProblem`, and leaves no file then.
        """
        if not self.available:
            raise WorkshopProblem(MISSING)
        order = {"recipe": recipe, **_places(sources, target), "parameters": parameters}
        order |= {"seconds": self._limit, "pixels": self._pixels}
        made = False
        try:
            async with self._turn:
                problem = await self._work(recipe, json.dumps(order))
            if problem is None and not await asyncio.to_thread(_holds_something, target):
                problem = DAMAGED
            if problem is not None:
                raise WorkshopProblem(problem)
            made = True
        finally:
            if not made:
                await asyncio.to_thread(target.unlink, missing_ok=True)

    async def _work(self, recipe: str, order: str) -> Text | None:
        """Let a worker do it: ``None``, or what stood in the way."""
        if self._closed:
            return STOPPED
        try:
            process = await self._start(order)
        except OSError as error:  # no memory or no more processes
            log.error("a worker could not be started", why=str(error))
            return _("The work on the file could not be started. Try it again later.")
        self._running.add(process)
        try:
            async with asyncio.timeout(self._limit):
                answer = await _answer(process)
                code = await process.wait()
        except TimeoutError:
            log.warning("a recipe took too long", recipe=recipe, seconds=self._limit)
            return TOO_SLOW
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()
            self._running.discard(process)
        return self._judge(recipe, code, answer)

    async def _start(self, order: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._worker,
            order,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            umask=0o077,
        )

    def _judge(self, recipe: str, code: int, answer: bytes) -> Text | None:
        if self._closed:
            return STOPPED
        problem, why = _told(answer)
        if code == 0 and not problem:
            return None
        log.warning("a recipe failed", recipe=recipe, code=code, problem=problem, why=why)
        return _PROBLEMS.get(problem, DAMAGED)

    async def close(self) -> None:
        """End what is being made; nothing is made any more."""
        self._closed = True
        running = list(self._running)
        for process in running:
            with suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*(process.wait() for process in running))


def _places(sources: Sequence[Path], target: Path) -> dict[str, object]:
    return {"sources": [str(path.absolute()) for path in sources], "target": str(target.absolute())}


async def _answer(process: asyncio.subprocess.Process) -> bytes:
    try:
        return await process.stdout.readline() if process.stdout is not None else b""
    except ValueError:  # far too long for an answer of ours
        return b""


def _told(answer: bytes) -> tuple[str, str]:
    """The problem and its reason. Nothing is taken for granted: the worker may have died, or run a stranger's code."""
    try:
        told = json.loads(answer)
        return str(told["problem"]), str(told["why"])[:500]
    except (ValueError, TypeError, KeyError, RecursionError):
        return recipes.DAMAGED, ""


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
