"""Figures of the database and of polling. Each has a target; one that misses is marked, nothing fails because of it."""

import statistics
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import load
from bot.demo.simulator import Job, Simulator
from bot.engine import Core, Engine
from bot.engine.work import once
from bot.media import MediaStore
from bot.providers.luma import Generate
from bot.relay import Relay
from bot.store import Filter, Store, connect
from bot.task import Phase, Place, Task
from bot.workshop import Workshop

ROWS = 1_000_000
OWN = 10_000
ME = 7
IN_FLIGHT = 1_000


@dataclass(frozen=True)
class Figure:
    """One measured value and what it should be at most."""

    name: str
    value: float
    unit: str
    target: float
    beside: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target


def finished(number: int, user_id: int) -> Task:
    """A delivered task as it stands in a long-used database."""
    created = 1_700_000_000.0 + number
    return Task(
        id=f"{number:010d}",
        provider="luma",
        action="generate",
        submission=Generate(user_prompt=f"prompt number {number} of a fox").model_dump_json(exclude_none=True),
        caption=f"prompt number {number} of a fox",
        user_id=user_id,
        locale="en-US",
        place=Place(channel_id=1, message_id=number),
        created_at=created,
        phase=Phase.DELIVERED,
        remote_id=f"r{number}",
        accepted_at=created + 1,
        finished_at=created + 90,
        ended_at=created + 92,
    )


async def fill(store: Store) -> None:
    """A million finished tasks, every hundredth of them ours."""
    share = ROWS // OWN
    for start in range(0, ROWS, 20_000):
        numbers = range(start, start + 20_000)
        await store.add_all([finished(n, ME if n % share == 0 else 1000 + n % 5000) for n in numbers])
    await store.database.execute("ANALYZE")


async def timed(doing: Callable[[], Awaitable[object]], times: int = 50) -> float:
    """Median milliseconds."""
    found = []
    for _turn in range(times):
        begin = time.perf_counter()
        await doing()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


async def history(folder: Path) -> list[Figure]:
    """Questions on a database with a million finished rows."""
    database = await connect(f"sqlite:///{folder / 'history.db'}")
    try:
        store = Store(database)
        await fill(store)
        now = 1_800_000_000.0
        return [
            Figure("list, first page", await timed(lambda: store.of_user(ME, Filter(), limit=6)), "ms", 10),
            Figure("list, page 1000", await timed(lambda: store.of_user(ME, Filter(), offset=5000, limit=6)), "ms", 10),
            Figure(
                "list, by provider and status",
                await timed(lambda: store.of_user(ME, Filter("luma", (Phase.FAILED,)), limit=6)),
                "ms",
                10,
            ),
            Figure(
                "search, a common word", await timed(lambda: store.of_user(ME, Filter(search="fox"), limit=6)), "ms", 10
            ),
            Figure(
                "search, a word nobody used",
                await timed(lambda: store.of_user(ME, Filter(search="xylophone"), limit=6), 10),
                "ms",
                10,
            ),
            Figure("what is due", await timed(lambda: store.claim([Phase.WAITING], now, 1.0, 100)), "ms", 10),
            Figure("what waits in line", await timed(store.waiting), "ms", 10),
            Figure("who is active", await timed(store.active), "ms", 10),
            Figure("past durations", await timed(lambda: store.durations([("luma", "generate")]), 10), "ms", 50),
        ]
    finally:
        await database.close()


class Dark:
    """A screen that nobody looks at; it counts."""

    def __init__(self) -> None:
        self.shown = 0

    def show(self, _task: Task) -> None:
        """Count."""
        self.shown += 1

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name)


@asynccontextmanager
async def an_engine(
    folder: Path,
    url: str,
    screen: Dark,
    clock: Callable[[], float],
    client: type[Relay] = Relay,
) -> AsyncIterator[Engine]:
    """An engine over the simulator at ``url``, without Discord; ``client`` is what it calls the relay with."""
    config = load(
        {
            "DISCORD_TOKEN": "none",
            "RELAY_URL": url,
            "RELAY_KEY": "sk-good",
            "DATABASE_URL": f"sqlite:///{folder / 'poll.db'}",
        },
        env_file=None,
    )
    database = await connect(config.settings.database_url)
    relay = client(config.settings.relay_url, "sk-good")
    media = MediaStore(allow_private=True)
    try:
        yield Engine(Core(config, Store(database), relay, media, Workshop(), screen, clock))  # type: ignore[arg-type]
    finally:
        await media.close()
        await relay.close()
        await database.close()


async def polling(folder: Path) -> list[Figure]:
    """A round of polling with many tasks in flight."""
    now = [1_790_000_000.0]
    screen = Dark()
    async with (
        Simulator(clock=lambda: now[0]) as relay,
        an_engine(folder, relay.url, screen, lambda: now[0]) as engine,
    ):
        relay.hold = True
        store = engine.core.store
        for number in range(IN_FLIGHT):
            task = replace(
                finished(number, number), phase=Phase.WAITING, ended_at=None, finished_at=None, due_at=now[0],
                created_at=now[0], accepted_at=now[0], remote_id=str(uuid.uuid4()),
            )  # fmt: skip
            relay.jobs[task.remote_id] = Job(task.remote_id, "luma", "generate", {}, now[0], "sk-good", prompt="x")
            await store.add(task)
        figures = []
        for turn in range(3):
            before, cpu = relay.count("POST", "/luma/tasks"), time.process_time()
            begin = time.perf_counter()
            await once(engine.poller)
            figures = [
                Figure("poll calls a round", relay.count("POST", "/luma/tasks") - before, "calls", -(-IN_FLIGHT // 50)),
                Figure("a round, wall clock", (time.perf_counter() - begin) * 1000, "ms", 2000),
                Figure("a round, CPU (both ends)", (time.process_time() - cpu) * 1000, "ms", 2000),
            ]
            refused = [call for call in relay.calls if call.status != 200]
            if refused:
                raise SystemExit(f"the relay answered {refused[0].status}: this measures nothing")
            now[0] += 10.0 * (turn + 1)
        return figures
