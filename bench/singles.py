"""Polling where there is no batch endpoint: a thousand tasks spread over five providers, each asked about by itself.

A round cannot be shorter than its calls one after the other, four at a time: that bound is what it is measured by.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.figures import IN_FLIGHT, Dark, Figure, an_engine, finished
from bench.relay import START
from bot.app import spare_what_is_loaded
from bot.engine import Engine
from bot.engine.work import once
from bot.provider import Submission
from bot.providers.hailuo.videos import Video as Hailuo
from bot.providers.kling.videos import TextVideo as Kling
from bot.providers.pika.requests import Film as Pika
from bot.providers.replicate.requests import Video as Replicate
from bot.providers.runway.official import TextToVideo as Runway
from bot.relay import Relay
from bot.task import Phase, Task, accept
from bot.wire import Call

LATENCY = 0.1
"""Seconds until the relay answers a call."""
SLACK = 1.5
"""How much longer than its bound a round may take."""
LAG = 50.0
GRAIN = 0.005
MADE: tuple[Callable[[str], Submission], ...] = (
    lambda prompt: Runway.make(prompt=prompt, model="gen4.5", ratio="1280:720", duration=5),
    lambda prompt: Pika.make(prompt=prompt, model="2.0"),
    lambda prompt: Kling.make(prompt=prompt, model_name="kling-v1-6"),
    lambda prompt: Replicate.make(prompt=prompt, model="minimax/video-01"),
    lambda prompt: Hailuo.make(prompt=prompt, model="MiniMax-Hailuo-02"),
)
"""A plain request to each provider that has no batch endpoint."""
WIDTH = 4
"""Calls at a time to one provider."""
ROUNDS: Mapping[str, tuple[float, Phase, int]] = {
    "all wait": (0.0, Phase.WAITING, IN_FLIGHT),
    "most move on": (30.0, Phase.RUNNING, IN_FLIGHT * 4 // 5),  # Pika says the same of what waits and what moves
    "all finish": (400.0, Phase.DONE, IN_FLIGHT),
}
"""What a round finds: the seconds that pass before it, and how many tasks stand how after it."""


@dataclass
class Lag:
    """How many milliseconds later than it should a short sleep ended, each time.

    ``work`` is how much of the processor's time the loop itself took meanwhile: the rest belongs to other processes.
    """

    found: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look for as long as the context lasts."""
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            begin, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(GRAIN)
            self.found.append((time.perf_counter() - begin - GRAIN) * 1000)
            self.work.append((time.thread_time() - busy) * 1000)

    @property
    def p99(self) -> float:
        """The 99th percentile."""
        return sorted(self.found)[int(len(self.found) * 0.99)]


class Clockwork:
    """The relay's process, and the time that it shares with the engine."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.url = url
        self.now = START
        self._process = process

    async def move(self, seconds: float) -> None:
        """Let time pass for both."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n".encode())
        await self._process.stdout.readline()
        self.now += seconds


@asynccontextmanager
async def a_relay() -> AsyncIterator[Clockwork]:
    """The relay in a process of its own."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.relay", str(LATENCY), stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[1]
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Clockwork(process, (await process.stdout.readline()).decode().strip())
    finally:
        process.stdin.close()
        await process.wait()


async def taken(engine: Engine, number: int, now: float) -> Task:
    """A task that the relay has taken."""
    submission = MADE[number % len(MADE)](f"prompt number {number} of a fox")
    kind = type(submission)
    route = submission.route(engine.core.config.options(kind.provider.name))
    (step,) = submission.steps()
    call = step.call({})
    assert isinstance(call, Call)
    report = step.read(await engine.core.relay.call(call, route), {})
    task = replace(
        finished(number, number), provider=kind.provider.name, action=kind.action, route=route,
        submission=submission.model_dump_json(exclude_none=True), phase=Phase.SENDING,
        created_at=now, accepted_at=None, finished_at=None, ended_at=None,
    )  # fmt: skip
    return accept(task, report, now, kind.provider.patience)


class Counted(Relay):
    """A relay client that counts the calls that were answered, by the place of each provider on the relay."""

    def __init__(self, base: str, key: str) -> None:
        super().__init__(base, key)
        self.answered: Counter[str] = Counter()

    async def call(self, call: Call, route: str = "") -> Any:
        """As the relay client does."""
        answer = await super().call(call, route)
        self.answered[(route + call.path).split("/")[1]] += 1
        return answer


async def singles(folder: Path) -> list[Figure]:
    """Rounds of polling with a thousand tasks in flight, each asked about by itself."""
    async with a_relay() as relay, an_engine(folder, relay.url, Dark(), lambda: relay.now, Counted) as engine:
        spare_what_is_loaded()
        tasks = [taken(engine, number, relay.now) for number in range(IN_FLIGHT)]
        await engine.core.store.add_all(await asyncio.gather(*tasks))
        found: list[Figure] = []
        for name, (seconds, phase, count) in ROUNDS.items():
            await relay.move(seconds)
            found += await a_round(engine, f"five providers, {name}")
            await check(engine, phase, count)
        return found


async def a_round(engine: Engine, name: str) -> list[Figure]:
    """One round: its calls, how long it took, and how late the event loop was meanwhile."""
    client, lag = engine.core.relay, Lag()
    assert isinstance(client, Counted)
    client.answered.clear()
    begin = time.perf_counter()
    async with lag.watched():
        await once(engine.poller)
    took = (time.perf_counter() - begin) * 1000
    bound = max(client.answered.values()) * LATENCY / WIDTH * 1000
    return [
        Figure(f"{name}: calls", client.answered.total(), "calls", 2 * IN_FLIGHT),
        Figure(f"{name}: wall clock", took, "ms", bound * SLACK, f"calls x latency / width: {bound:.0f} ms"),
        Figure(f"{name}: loop lag, p99", lag.p99, "ms", LAG),
        Figure(f"{name}: loop lag, largest", max(lag.found), "ms", LAG, f"own work at most {max(lag.work):.0f} ms"),
    ]


async def check(engine: Engine, phase: Phase, count: int) -> None:
    """Stop if a round did not do what it is measured for."""
    rows = await engine.core.store.database.rows("SELECT COUNT(*) AS n FROM tasks WHERE phase = $1", phase)
    if rows[0]["n"] != count:
        raise SystemExit(f"{rows[0]['n']} tasks are {phase}, not {count}: this measures nothing")
