"""Polling where there is no batch endpoint: a thousand tasks spread over five providers, each asked about by itself.

A round cannot be shorter than its calls one after the other, four at a time: that bound is what it is measured by.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure, p99
from bench.relay import KEY, a_relay
from bot.app import spare_what_is_loaded
from bot.config import load
from bot.engine import Core, Engine
from bot.engine.work import once
from bot.media import MediaStore
from bot.provider import Submission
from bot.providers.hailuo.videos import Video as Hailuo
from bot.providers.kling.videos import TextVideo as Kling
from bot.providers.pika.requests import Film as Pika
from bot.providers.replicate.requests import Video as Replicate
from bot.providers.runway.official import TextToVideo as Runway
from bot.relay import Relay
from bot.store import Store, connect
from bot.task import Phase, Place, Task, accept
from bot.wire import Call
from bot.workshop import Workshop

IN_FLIGHT = 1_000
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


class Dark:
    """A screen that nobody looks at."""

    def show(self, _task: Task) -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name)


@asynccontextmanager
async def an_engine(folder: Path, url: str, clock: Callable[[], float]) -> AsyncIterator[Engine]:
    """An engine over the relay at ``url``, without Discord; it counts its calls."""
    database_url = f"sqlite:///{folder / 'poll.db'}"
    environ = {"DISCORD_TOKEN": "none", "RELAY_URL": url, "RELAY_KEY": KEY, "DATABASE_URL": database_url}
    config = load(environ, env_file=None)
    async with AsyncExitStack() as stack:
        database = await connect(database_url)
        stack.push_async_callback(database.close)
        relay = Counted(url, KEY)
        stack.push_async_callback(relay.close)
        media = MediaStore(allow_private=True)
        stack.push_async_callback(media.close)
        yield Engine(Core(config, Store(database), relay, media, Workshop(), Dark(), clock))  # type: ignore[arg-type]


async def taken(engine: Engine, number: int, now: float) -> Task:
    """A task that the relay has taken."""
    submission = MADE[number % len(MADE)](f"prompt number {number} of a fox")
    kind = type(submission)
    route = submission.route(engine.core.config.options(kind.provider.name))
    (step,) = submission.steps()
    call = step.call({})
    assert isinstance(call, Call)
    report = step.read(await engine.core.relay.call(call, route), {})
    task = Task(
        id=f"{number:010d}",
        provider=kind.provider.name,
        action=kind.action,
        submission=submission.model_dump_json(exclude_none=True),
        caption=f"prompt number {number} of a fox",
        user_id=number,
        locale="en-US",
        place=Place(channel_id=1, message_id=number),
        created_at=now,
        phase=Phase.SENDING,
        route=route,
    )
    return accept(task, report, now, kind.provider.patience)


class Counted(Relay):
    """A relay client that counts the calls that were answered, by the place of each provider on the relay."""

    def __init__(self, base: str, key: str) -> None:
        super().__init__(base, key)
        self.answered: Counter[str] = Counter()

    async def call(self, call: Call, route: str = "", *, of: str = "") -> Any:
        """As the relay client does."""
        answer = await super().call(call, route, of=of)
        self.answered[(route + call.path).split("/")[1]] += 1
        return answer


async def singles(folder: Path) -> list[Figure]:
    """Rounds of polling with a thousand tasks in flight, each asked about by itself."""
    async with (
        a_relay(latency=LATENCY, still=True) as relay,
        an_engine(folder, relay.url, lambda: relay.now) as engine,
    ):
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
        Figure(f"{name}: loop lag, p99", p99(lag.found), "ms", LAG),
        Figure(f"{name}: loop lag, largest", max(lag.found), "ms", LAG, f"own work at most {max(lag.work):.0f} ms"),
    ]


async def check(engine: Engine, phase: Phase, count: int) -> None:
    """Stop if a round did not do what it is measured for."""
    rows = await engine.core.store.database.rows("SELECT COUNT(*) AS n FROM tasks WHERE phase = $1", phase)
    if rows[0]["n"] != count:
        raise SystemExit(f"{rows[0]['n']} tasks are {phase}, not {count}: this measures nothing")
