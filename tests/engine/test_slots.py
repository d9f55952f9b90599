"""Who may start next: nobody waits behind somebody else's pile."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.slots import Plan, plan
from bot.store.repository import Waiting

NOW = 1_760_000_000.0
ANNA, BEN, CARLA = 1, 2, 3


def line(*entries: tuple[int, int], provider: str = "luma") -> list[Waiting]:
    """Waiting tasks, oldest first: (user, how many) one after the other, named by user and number."""
    numbers = {user: count(1) for user, _many in entries}
    return [
        Waiting(f"{user}.{next(numbers[user])}", user, provider, 0.0) for user, many in entries for _ in range(many)
    ]


def planned(
    waiting: list[Waiting],
    by_user: dict[int, int] | None = None,
    by_provider: dict[str, int] | None = None,
    *,
    per_user: int = 5,
    luma: int = 50,
    suno: int = 50,
) -> Plan:
    limits = {"luma": luma, "suno": suno}
    return plan(waiting, by_user or {}, by_provider or {}, per_user=per_user, per_provider=limits, now=NOW)


def test_nobody_waits() -> None:
    assert planned([]) == Plan((), {}, None)


def test_everything_starts_when_there_is_room() -> None:
    assert planned(line((ANNA, 2), (BEN, 1))) == Plan(("1.1", "2.1", "1.2"), {}, None)


def test_a_pile_of_one_user_does_not_delay_another() -> None:
    found = planned(line((ANNA, 100), (BEN, 1), (CARLA, 2)), luma=4)
    assert found.start == ("1.1", "2.1", "3.1", "1.2")
    assert found.positions["3.2"] == 1
    assert found.positions["1.3"] == 2
    assert found.positions["1.100"] == 99


def test_who_has_nothing_in_flight_comes_first() -> None:
    found = planned(line((ANNA, 2), (BEN, 2)), {ANNA: 2}, {"luma": 2}, luma=4)
    assert found.start == ("2.1", "2.2")
    assert found.positions == {"1.1": 1, "1.2": 2}


def test_a_user_s_limit() -> None:
    found = planned(line((ANNA, 4)), {ANNA: 3}, {"luma": 3})
    assert found.start == ("1.1", "1.2")
    assert found.positions == {"1.3": 1, "1.4": 2}
    assert planned(line((ANNA, 1)), {ANNA: 5}).start == ()
    assert planned(line((ANNA, 1)), {ANNA: 9}).start == ()


def test_a_provider_s_limit_holds_back_its_own_tasks_only() -> None:
    waiting = [*line((ANNA, 2)), *line((BEN, 2), provider="suno")]
    found = planned(waiting, {}, {"luma": 1}, luma=1)
    assert found.start == ("2.1", "2.2")
    assert found.positions == {"1.1": 1, "1.2": 2}


def test_every_provider_has_its_own_line() -> None:
    waiting = [*line((ANNA, 2)), *line((BEN, 2), provider="suno")]
    assert planned(waiting, luma=0, suno=0).positions == {"1.1": 1, "1.2": 2, "2.1": 1, "2.2": 2}


def test_a_provider_that_is_not_offered_starts_nothing() -> None:
    found = planned(line((ANNA, 1), provider="gone"))
    assert (found.start, found.positions, found.wake_at) == ((), {"1.1": 1}, None)


def test_who_waits_for_a_moment_takes_no_slot_until_then() -> None:
    waiting = [
        Waiting("later", ANNA, "luma", NOW + 30),
        Waiting("soon", ANNA, "luma", NOW + 10),
        Waiting("now", BEN, "luma", NOW),
    ]
    found = planned(waiting, luma=1)
    assert found.start == ("now",)
    assert found.positions == {"later": 1, "soon": 2}
    assert found.wake_at == NOW + 30, "the slot was free only when the first of the line was looked at"
    assert planned(waiting[:2]).wake_at == NOW + 10
    assert planned(waiting[1::-1]).wake_at == NOW + 10


@pytest.mark.parametrize(("due_at", "starts"), [(NOW - 1, True), (NOW, True), (NOW + 0.001, False)])
def test_the_moment_itself(due_at: float, starts: bool) -> None:
    found = planned([Waiting("x", ANNA, "luma", due_at)])
    assert found.start == (("x",) if starts else ())
    assert found.wake_at == (None if starts else due_at)


def test_the_oldest_of_equals_comes_first() -> None:
    waiting = [Waiting(f"t{user}", user, "luma", 0.0) for user in (5, 3, 9, 1)]
    assert planned(waiting, luma=2).start == ("t5", "t3")


WAITING = st.lists(
    st.builds(
        Waiting,
        id=st.uuids().map(str),
        user_id=st.integers(1, 4),
        provider=st.sampled_from(["luma", "suno", "gone"]),
        due_at=st.sampled_from([0.0, NOW, NOW + 5]),
    ),
    max_size=30,
    unique_by=lambda task: task.id,
)
IN_FLIGHT = st.dictionaries(st.integers(1, 4), st.integers(0, 6), max_size=4)


@given(WAITING, IN_FLIGHT, st.integers(0, 8), st.integers(0, 8), st.integers(1, 4))
def test_no_plan_breaks_a_limit_or_forgets_anybody(
    waiting: list[Waiting], by_user: dict[int, int], luma: int, suno: int, per_user: int
) -> None:
    found = planned(waiting, by_user, {"luma": 2}, per_user=per_user, luma=luma, suno=suno)
    by_id = {task.id: task for task in waiting}
    started = [by_id[name] for name in found.start]
    assert set(found.start) | set(found.positions) == set(by_id)
    assert not set(found.start) & set(found.positions)
    assert all(task.due_at <= NOW for task in started)
    for user in range(1, 5):
        mine = sum(task.user_id == user for task in started)
        assert mine == 0 or mine + by_user.get(user, 0) <= per_user
    for name, limit, already in (("luma", luma, 2), ("suno", suno, 0), ("gone", 0, 0)):
        sent = sum(task.provider == name for task in started)
        assert sent == 0 or sent + already <= limit
        places = [found.positions[task.id] for task in waiting if task.provider == name and task.id in found.positions]
        assert sorted(places) == list(range(1, len(places) + 1))
    for task in waiting:  # nobody is left waiting for no reason
        if task.id in found.positions and task.due_at <= NOW:
            full_user = by_user.get(task.user_id, 0) + sum(t.user_id == task.user_id for t in started) >= per_user
            limit, already = {"luma": (luma, 2), "suno": (suno, 0), "gone": (0, 0)}[task.provider]
            assert full_user or already + sum(t.provider == task.provider for t in started) >= limit
