"""Many tasks at a time: which of them share a call, and which share a write."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import TypeVar

from bot.lookup import Batch
from bot.store import Store
from bot.task import Task

Item = TypeVar("Item")
PIECE = 10
REST, LONGEST_REST = 2.0, 0.1
"""How many times as long as a piece of work the rest after it is, and seconds that it lasts at most."""


class Again:
    """Stores when tasks are asked about next; what comes while the database is at work goes in together after that."""

    GATHER = 0.1
    """Seconds that ``one_of_many`` waits for the others: a write of its own for each fifty costs more than theirs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._waiting: dict[float, list[str]] = defaultdict(list)

    async def put(self, due: Mapping[float, Sequence[str]], *, one_of_many: bool = False) -> None:
        """Return when the ids are stored under their times; what the database does not take goes with the next."""
        for when, ids in due.items():
            self._waiting[when] += ids
        if one_of_many:
            await asyncio.sleep(self.GATHER)
        async with self._turn:
            for when in list(self._waiting):
                ids = self._waiting.pop(when)
                try:
                    await self._store.reschedule({when: ids})
                except BaseException:
                    self._waiting[when] += ids
                    raise


class Turns:
    """Milliseconds of work that come by the hundred have the loop one at a time, and leave most of it to others."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Do what must not wait for anybody in here; the next has its turn after a rest."""
        async with self._lock:
            begun = time.perf_counter()
            try:
                yield
            finally:
                await asyncio.sleep(min(REST * (time.perf_counter() - begun), LONGEST_REST))


async def in_pieces(items: Iterable[Item], size: int = PIECE) -> AsyncIterator[Item]:
    """The ``items``; after every ``size`` of them others have the loop."""
    for number, item in enumerate(items, 1):
        yield item
        if number % size == 0:
            await asyncio.sleep(0)


def chunks(lookup: Batch, tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """The tasks in groups of at most ``lookup.size`` ids; a relay may give two requests the same id."""
    chunk: list[Task] = []
    ids: set[str] = set()
    for task in sorted(tasks, key=attrgetter("remote_id")):
        own = lookup.ids(task.remote_id)
        if chunk and len(ids) + sum(name not in ids for name in own) > lookup.size:
            yield chunk
            chunk, ids = [], set()
        chunk.append(task)
        ids.update(own)
    if chunk:
        yield chunk
