"""Many tasks at a time: which of them share a call, and which share a write."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from bot.lookup import Batch
from bot.store import Store
from bot.task import Task


class Again:
    """Stores when tasks are asked about next; what comes while the database is at work goes in together after that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._waiting: dict[float, list[str]] = defaultdict(list)

    async def put(self, due: Mapping[float, Sequence[str]]) -> None:
        """Return when the ids are stored under their times; what the database does not take goes with the next."""
        for when, ids in due.items():
            self._waiting[when] += ids
        async with self._turn:
            for when in list(self._waiting):
                ids = self._waiting.pop(when)
                try:
                    await self._store.reschedule({when: ids})
                except BaseException:
                    self._waiting[when] += ids
                    raise


def chunks(lookup: Batch, tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """The tasks in groups of at most ``lookup.size`` ids; a relay may give two requests the same id."""
    chunk: list[Task] = []
    ids: set[str] = set()
    for task in sorted(tasks, key=attrgetter("remote_id")):
        own = lookup.ids(task.remote_id)
        if chunk and len(ids.union(own)) > lookup.size:
            yield chunk
            chunk, ids = [], set()
        chunk.append(task)
        ids.update(own)
    if chunk:
        yield chunk
