"""When to ask again: never sooner than useful, never much later than needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.cadence import SLOWEST, Typical, backoff, next_poll, typical

NOW = 1_760_000_400.0
FAST, SLOW = Typical(low=10.0, median=20.0), Typical(low=240.0, median=300.0)


@pytest.mark.parametrize(
    ("durations", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([1.0, 2.0], None, id="two"),
        pytest.param([30.0, 10.0, 20.0], Typical(10.0, 20.0), id="three"),
        pytest.param([1.0, *[100.0] * 9], Typical(100.0, 100.0), id="one lucky strike of ten"),
        pytest.param([float(n) for n in range(100, 0, -1)], Typical(11.0, 51.0), id="a hundred"),
    ],
)
def test_typical(durations: list[float], expected: Typical | None) -> None:
    assert typical(durations) == expected


@pytest.mark.parametrize(
    ("age", "interval", "usual", "wait"),
    [
        pytest.param(0.0, 10.0, None, 10.0, id="new"),
        pytest.param(180.0, 10.0, None, 10.0, id="three minutes old"),
        pytest.param(270.0, 10.0, None, 20.0, id="older, on the grid"),
        pytest.param(360.0, 10.0, None, 20.0, id="six minutes old"),
        pytest.param(3600.0, 10.0, None, SLOWEST, id="an hour old"),
        pytest.param(0.0, 60.0, None, 60.0, id="slow provider"),
        pytest.param(3600.0, 60.0, None, 60.0, id="slow provider, an hour old"),
        pytest.param(0.0, 10.0, SLOW, 30.0, id="cannot be finished yet"),
        pytest.param(130.0, 10.0, SLOW, 20.0, id="nearly there"),
        pytest.param(140.0, 10.0, SLOW, 10.0, id="very nearly there"),
        pytest.param(144.0, 10.0, SLOW, 10.0, id="may be finished"),
        pytest.param(400.0, 10.0, SLOW, 30.0, id="late for a slow one"),
        pytest.param(0.0, 10.0, FAST, 10.0, id="fast provider"),
        pytest.param(0.0, 0.25, None, 0.25, id="demo"),
        pytest.param(0.0, 0.25, SLOW, 30.0, id="demo that learned"),
    ],
)
def test_next_poll(age: float, interval: float, usual: Typical | None, wait: float) -> None:
    assert next_poll(NOW, age, interval, usual) == NOW + wait


def test_tasks_of_one_provider_fall_due_together() -> None:
    assert {next_poll(NOW + offset, 5.0, 10.0, None) for offset in (0.0, 0.1, 3.0, 8.9)} == {NOW + 10.0}


def test_nothing_is_asked_about_twice_at_almost_the_same_moment() -> None:
    assert next_poll(NOW + 9.5, 5.0, 10.0, None) == NOW + 20.0


@given(
    st.floats(1.7e9, 1.9e9),
    st.floats(0, 1e6),
    st.sampled_from([0.25, 5.0, 10.0, 15.0, 60.0]),
    st.none() | st.builds(Typical, low=st.floats(0, 1e4), median=st.floats(0, 1e4)),
)
def test_the_next_question_is_near(now: float, age: float, interval: float, usual: Typical | None) -> None:
    when = next_poll(now, age, interval, usual)
    assert now < when <= now + max(SLOWEST, interval) + interval
    assert when - now >= interval * 0.09


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, 5.0), (2, 10.0), (3, 20.0), (4, 40.0), (6, 160.0), (7, 300.0), (1000, 300.0)]
)
def test_backoff(failures: int, wait: float) -> None:
    assert backoff(failures, 5.0) == wait


def test_backoff_has_another_end_when_told() -> None:
    assert backoff(50, 1.0, most=8.0) == 8.0
