"""Many tasks at a time: the loop stays with everybody, and writes are gathered."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.engine.batches import Again, Turns
from bot.store import Store, connect
from tests.store import a_task

NOW = 1_790_000_000.0


async def test_work_of_milliseconds_is_done_one_at_a_time_with_others_between() -> None:
    turns, under_way, passes = Turns(), 0, [0]

    async def others() -> None:
        while True:
            passes[-1] += 1
            await asyncio.sleep(0)

    async def work() -> None:
        nonlocal under_way
        async with turns.turn():
            under_way += 1
            assert under_way == 1
            time.sleep(0.002)
            under_way -= 1
            passes.append(0)

    spinning = asyncio.create_task(others())
    await asyncio.gather(*(work() for _piece in range(5)))
    spinning.cancel()
    assert min(passes[1:]) > 5


async def test_a_turn_that_fails_does_not_keep_the_next_waiting() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="x"):
        async with turns.turn():
            raise ValueError("x")
    async with asyncio.timeout(1), turns.turn():
        pass


@pytest.mark.parametrize(("one_of_many", "writes"), [(True, 1), (False, 3)])
async def test_what_comes_by_the_hundred_is_written_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_of_many: bool, writes: int
) -> None:
    database = await connect(f"sqlite:///{tmp_path / 'a.db'}")
    store = Store(database)
    tasks = [a_task(f"{number}", due_at=NOW) for number in range(3)]
    await store.add_all(tasks)
    await store.claim([tasks[0].phase], NOW, 90, 10)
    written = 0
    whole = store.reschedule

    async def counted(due: Mapping[float, Sequence[str]]) -> None:
        nonlocal written
        written += 1
        await whole(due)

    monkeypatch.setattr(store, "reschedule", counted)
    again = Again(store)

    async def put(number: int) -> None:
        await asyncio.sleep(0.02 * number)
        await again.put({NOW + 5: [tasks[number].id]}, one_of_many=one_of_many)

    await asyncio.gather(*(put(number) for number in range(3)))
    assert written == writes
    stored = [await store.get(task.id) for task in tasks]
    assert [(task.due_at, task.lease_until) for task in stored if task is not None] == [(NOW + 5, 0.0)] * 3
    await database.close()
