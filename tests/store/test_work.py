"""Which steps are due, and who may take them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from bot.store import Store, connect, repository
from bot.store.repository import AT_ONCE, Waiting
from bot.task import POLLED, Phase, Task
from tests.store import NOW, a_task, ended


async def stored(store: Store, *tasks: Task) -> None:
    for task in tasks:
        assert await store.add(task)


def ids(tasks: list[Task]) -> list[str]:
    return sorted(task.id for task in tasks)


async def claimed(store: Store, now: float = NOW, lease: float = 30.0, limit: int = 10) -> list[str]:
    return ids(await store.claim([Phase.QUEUED], now, lease, limit))


async def test_only_what_is_due_in_the_phase_is_claimed(store: Store) -> None:
    await stored(
        store,
        a_task("due"),
        a_task("later", due_at=NOW + 1),
        a_task("never", due_at=None),
        a_task("running", phase=Phase.RUNNING),
        a_task("leased", lease_until=NOW + 1),
        ended("ended"),
    )
    assert await claimed(store) == ["due"]
    assert ids(await store.claim(POLLED, NOW, 30.0, 10)) == ["running"]


async def test_a_claim_is_a_lease_that_runs_out(store: Store) -> None:
    await stored(store, a_task())
    taken = await store.claim([Phase.QUEUED], NOW, 30.0, 10)
    assert taken == [replace(a_task(), lease_until=NOW + 30)]
    assert await claimed(store) == []
    assert await claimed(store, NOW + 29.9) == []
    assert await claimed(store, NOW + 30) == ["t1"]


async def test_reading_many_rows_leaves_others_their_turn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.add_all([a_task(f"t{number}") for number in range(5 * AT_ONCE)])
    seen: list[str] = []
    read = repository._task

    def noted(row: Mapping[str, Any]) -> Task:
        seen.append("row")
        return read(row)

    async def others() -> None:
        while True:
            seen.append("turn")
            await asyncio.sleep(0)

    monkeypatch.setattr(repository, "_task", noted)
    busy = asyncio.create_task(others())
    assert len(await claimed(store, limit=5 * AT_ONCE)) == 5 * AT_ONCE
    busy.cancel()
    assert max(len(list(turns)) for what, turns in groupby(seen) if what == "row") == AT_ONCE


async def test_a_renewed_lease_lasts_longer_and_an_ended_one_stays_ended(store: Store) -> None:
    await stored(store, a_task())
    await claimed(store)
    await store.renew("t1", NOW + 60)
    assert await claimed(store, NOW + 59) == []
    await store.reschedule({NOW: ["t1"]})
    await store.renew("t1", NOW + 99)
    assert await claimed(store, NOW + 1) == ["t1"]


async def test_the_longest_overdue_is_claimed_first(store: Store) -> None:
    await stored(store, *(a_task(f"t{n}", due_at=NOW - n) for n in range(6)))
    assert await claimed(store, limit=2) == ["t4", "t5"]
    assert await claimed(store, limit=3) == ["t1", "t2", "t3"]
    assert await claimed(store, limit=3) == ["t0"]


async def test_two_claimers_never_get_the_same_row(store: Store, url: str) -> None:
    await store.add_all([a_task(f"t{n:03}") for n in range(200)])
    second = await connect(url) if store.database.shared else None
    stores = [store, Store(second) if second else store]
    try:
        shares = await asyncio.gather(*(stores[n % 2].claim([Phase.QUEUED], NOW, 30.0, 7) for n in range(60)))
    finally:
        if second:
            await second.close()
    taken = [task.id for share in shares for task in share]
    assert len(taken) == len(set(taken))
    left = await store.claim([Phase.QUEUED], NOW, 30.0, 1000)
    assert len(taken) + len(left) == 200


async def test_next_due_counts_leases(store: Store) -> None:
    assert await store.next_due([Phase.QUEUED]) is None
    await stored(store, a_task("a", due_at=NOW + 5), a_task("b", due_at=NOW, lease_until=NOW + 3), ended("c"))
    assert await store.next_due([Phase.QUEUED]) == NOW + 3
    assert await store.next_due([Phase.QUEUED, Phase.RUNNING]) == NOW + 3
    assert await store.next_due([Phase.RUNNING]) is None
    await claimed(store, NOW + 3, lease=100.0)
    assert await store.next_due([Phase.QUEUED]) == NOW + 5


async def test_reschedule_moves_and_releases_only_what_is_owed_a_step(store: Store) -> None:
    many = [a_task(f"t{n:04}") for n in range(1100)]
    await store.add_all([*many, ended("over")])
    assert len(await store.claim([Phase.QUEUED], NOW, 30.0, 2000)) == 1100
    names = [task.id for task in many]
    await store.reschedule({NOW + 10: [*names[:1050], "over", "ghost"], NOW + 20: names[1050:], NOW + 30: []})
    assert await claimed(store, NOW + 9.9, limit=2000) == []
    assert await claimed(store, NOW + 10, limit=2000) == names[:1050]
    assert await claimed(store, NOW + 20, limit=2000) == names[1050:]
    over = await store.get("over")
    assert over == ended("over")


async def test_rescheduling_leaves_the_version_alone(store: Store) -> None:
    await stored(store, a_task())
    await claimed(store)
    await store.reschedule({NOW + 10: ["t1"]})
    assert await store.save(a_task(caption="changed")) is not None


async def test_rescheduling_leaves_alone_what_was_changed_meanwhile(store: Store) -> None:
    await stored(store, a_task())
    await claimed(store)
    assert await store.save(a_task(due_at=NOW, lease_until=0.0)) is not None
    await store.reschedule({NOW + 600: ["t1"]})
    assert await claimed(store, NOW) == ["t1"]


async def test_what_was_being_sent_is_found_after_a_crash(store: Store) -> None:
    sending = a_task("sending", phase=Phase.SENDING, lease_until=NOW - 1)
    held = a_task("held", phase=Phase.SENDING, lease_until=NOW + 50)
    other = a_task("other", lease_until=NOW + 50)
    await stored(store, sending, held, other, ended("ended"))
    found = ids(await store.interrupted(NOW))
    if store.database.shared:  # somebody else's lease is no sign of a crash
        assert found == ["sending"]
        assert await claimed(store) == []
    else:
        assert found == ["held", "sending"]
        assert await claimed(store) == ["other"]


async def test_recent_ones_for_their_cards(store: Store) -> None:
    await stored(
        store,
        a_task("old", created_at=NOW - 10),
        a_task("a", created_at=NOW + 1),
        a_task("b", created_at=NOW + 2, phase=Phase.RUNNING),
        a_task("idle", created_at=NOW + 3, due_at=None, phase=Phase.UNKNOWN),
        ended("ended", created_at=NOW + 4),
    )
    assert [task.id for task in await store.recent(NOW, limit=10)] == ["b", "a"]
    assert [task.id for task in await store.recent(NOW, limit=1)] == ["b"]


async def test_slots(store: Store) -> None:
    await stored(
        store,
        a_task("q2", created_at=NOW + 2, user_id=2),
        a_task("q1", created_at=NOW + 1),
        a_task("q0", created_at=NOW + 1, provider="suno", due_at=NOW + 9),
        a_task("s", phase=Phase.SENDING),
        a_task("r", phase=Phase.RUNNING, provider="suno"),
        a_task("i", phase=Phase.INPUT, due_at=None),
        a_task("w", phase=Phase.WAITING, user_id=2),
        a_task("u", phase=Phase.UNKNOWN),
        a_task("d", phase=Phase.DONE),
        ended("e"),
    )
    assert await store.waiting() == [
        Waiting("q0", 1, "suno", NOW + 9),
        Waiting("q1", 1, "luma", NOW),
        Waiting("q2", 2, "luma", NOW),
    ]
    assert await store.active({1, 3}) == ({1: 3}, {"luma": 3, "suno": 1})
    assert [await store.queued_by(user) for user in (1, 2, 3)] == [2, 1, 0]


async def test_ends_are_claimed_until_they_are_shown(store: Store) -> None:
    await stored(
        store,
        ended("a", phase=Phase.FAILED, show_at=NOW),
        ended("b", phase=Phase.FAILED, show_at=NOW + 5),
        ended("c"),
    )
    assert await store.next_unshown() == NOW
    [taken] = await store.claim_unshown(NOW, 30.0, 10)
    assert (taken.id, taken.show_at) == ("a", NOW + 30)
    assert await store.claim_unshown(NOW, 30.0, 10) == []
    assert await store.next_unshown() == NOW + 5
    await store.shown(taken)
    assert ids(await store.claim_unshown(NOW + 100, 30.0, 10)) == ["b"]


async def test_an_end_that_could_not_be_shown_is_tried_again(store: Store) -> None:
    await stored(store, ended("a", phase=Phase.FAILED, show_at=NOW))
    [first] = await store.claim_unshown(NOW, 30.0, 10)
    await store.shown(first, again_at=NOW + 7)
    assert await store.next_unshown() == NOW + 7
    [second] = await store.claim_unshown(NOW + 7, 30.0, 10)
    await store.shown(first)  # whose claim was over: says nothing any more
    assert await store.next_unshown() == second.show_at == NOW + 37
    await store.shown(second)
    assert await store.next_unshown() is None


async def test_two_never_show_the_same_end(store: Store) -> None:
    await store.add_all([ended(f"t{n:03}", phase=Phase.FAILED, show_at=NOW) for n in range(60)])
    shares = await asyncio.gather(*(store.claim_unshown(NOW, 30.0, 7) for _ in range(12)))
    taken = [task.id for share in shares for task in share]
    taken += ids(await store.claim_unshown(NOW, 30.0, 100))
    assert sorted(taken) == [f"t{n:03}" for n in range(60)]


async def test_durations_of_the_newest_deliveries(store: Store) -> None:
    await store.add_all([ended(f"t{n}", NOW + 100 + n) for n in range(55)])
    await stored(
        store,
        ended("song", provider="suno", action="song", finished_at=NOW + 9.5),
        ended("failed", phase=Phase.FAILED, finished_at=NOW + 1),
        ended("no-accept", action="other", accepted_at=None),
    )
    found = await store.durations([("luma", "generate"), ("suno", "song"), ("luma", "other")])
    assert sorted(seconds for provider, _action, seconds in found if provider == "luma") == [
        float(n) for n in range(105, 155)
    ]
    assert ("suno", "song", 9.5) in found
    assert len(found) == 51
