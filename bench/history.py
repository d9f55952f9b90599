"""Questions on a database with a million finished rows, as a bot has it after years."""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from bench.figures import Figure
from bench.flight import prompt_of, submission_of
from bot.store import Filter, Store, connect
from bot.task import Phase, Place, Task

ROWS = 1_000_000
OWN = 10_000
ME = 7
TARGET = 10.0
_COPIED = ("phase", "version", "due_at", "lease_until", "show_at", "route", "submission", "body", "provider", "action")
_IN_A_HURRY = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA cache_size = -1000000",
)
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tasks' AND sql IS NOT NULL"
_FILL = f"""
INSERT INTO tasks (id, caption, search, remote_id, user_id, created_at, accepted_at, finished_at, ended_at,
    {", ".join(_COPIED)})
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS - 1})
SELECT printf('%010d', n), 'prompt number ' || n || substr(caption, 16), 'prompt number ' || n || substr(search, 16),
    'r' || n, CASE WHEN n % {ROWS // OWN} = 0 THEN {ME} ELSE 1000 + n % 5000 END,
    created_at + n, accepted_at + n, finished_at + n, ended_at + n, {", ".join(_COPIED)}
FROM numbers, tasks WHERE tasks.id = '{0:010d}'
"""


def delivered(number: int) -> Task:
    """A task as it stands in the database when all is over."""
    created, submission = 1_700_000_000.0, submission_of(0)
    return Task(
        id=f"{number:010d}",
        provider=type(submission).provider.name,
        action=type(submission).action,
        submission=submission.model_dump_json(exclude_none=True),
        caption=prompt_of(number),
        user_id=ME,
        locale="en-US",
        place=Place(channel_id=1, message_id=1),
        created_at=created,
        phase=Phase.DELIVERED,
        remote_id="r0",
        accepted_at=created + 1,
        finished_at=created + 90,
        ended_at=created + 92,
    )


async def fill(file: Path) -> None:
    """A million finished tasks, every hundredth of them ours: one that is stored as always, copied by SQLite itself."""
    database = await connect(f"sqlite:///{file}")
    try:
        await Store(database).add(delivered(0))
    finally:
        await database.close()
    await asyncio.to_thread(_copy, file)


def _copy(file: Path) -> None:
    """In a hurry: nobody needs the file if the machine fails meanwhile."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in _IN_A_HURRY:
            connection.execute(pragma)
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _made in indexes:
            connection.execute(f"DROP INDEX {name}")
        for statement in (_FILL, *(made for _name, made in indexes), "ANALYZE", "PRAGMA journal_mode = WAL"):
            connection.execute(statement)


async def timed(doing: Callable[[], Awaitable[object]], times: int = 50) -> float:
    """Median milliseconds."""
    found = []
    for _turn in range(times):
        begin = time.perf_counter()
        await doing()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


async def history(folder: Path) -> list[Figure]:
    """How long each question takes."""
    await fill(folder / "history.db")
    database = await connect(f"sqlite:///{folder / 'history.db'}")
    try:
        made = Store(database)
        page = await made.of_user(ME, Filter(search="of a fox"), offset=OWN - 6, limit=6)
        if [task.id for task in page][-1:] != [f"{0:010d}"]:
            raise SystemExit("the database is not filled: this measures nothing")
        return [Figure(name, await timed(ask), "ms", target) for name, ask, target in _questions(made)]
    finally:
        await database.close()


def _questions(made: Store) -> list[tuple[str, Callable[[], Awaitable[object]], float]]:
    now = 1_800_000_000.0
    return [
        ("list, first page", lambda: made.of_user(ME, Filter(), limit=6), TARGET),
        ("list, page 1000", lambda: made.of_user(ME, Filter(), offset=6000, limit=6), TARGET),
        ("list, by provider and status", lambda: made.of_user(ME, Filter("luma", (Phase.FAILED,)), limit=6), TARGET),
        ("search, a common word", lambda: made.of_user(ME, Filter(search="fox"), limit=6), TARGET),
        ("search, a word nobody used", lambda: made.of_user(ME, Filter(search="xylophone"), limit=6), TARGET),
        ("what is due", lambda: made.claim([Phase.WAITING], now, 1.0, 100), TARGET),
        ("what waits in line", made.waiting, TARGET),
        ("who is active", lambda: made.active([ME]), TARGET),
        ("past durations", lambda: made.durations([("luma", "generate")]), TARGET),
    ]
