"""A clock that is put back or forward, while the bot runs and between two runs."""

import pytest

from bot.app import SteadyClock
from bot.task import Phase
from tests.world import World

HOUR = 3600.0


class Clocks:
    """The wall's clock, which may jump, and the one that counts evenly."""

    def __init__(self) -> None:
        self.wall, self.elapsed = 1_800_000_000.0, 50.0

    def pass_time(self, seconds: float) -> None:
        """Time goes by, on both."""
        self.wall += seconds
        self.elapsed += seconds


@pytest.mark.parametrize(
    ("jump", "shown"),
    [(0.0, 20.0), (HOUR, HOUR + 20.0), (-HOUR, 20.0)],
    ids=["none", "forward is followed", "back is not"],
)
def test_a_jump(jump: float, shown: float) -> None:
    clocks = Clocks()
    steady = SteadyClock(lambda: clocks.wall, lambda: clocks.elapsed)
    begun = steady()
    clocks.pass_time(10.0)
    clocks.wall += jump
    clocks.pass_time(10.0)
    assert steady() - begun == shown


def test_back_and_forward_again() -> None:
    clocks = Clocks()
    steady = SteadyClock(lambda: clocks.wall, lambda: clocks.elapsed)
    begun = steady()
    clocks.wall -= HOUR
    assert steady() == begun
    clocks.wall += HOUR
    clocks.pass_time(10.0)
    assert steady() == begun + 10.0


async def test_what_was_planned_while_the_clock_was_ahead_is_due_after_a_restart(world: World) -> None:
    await world.ann.slash(world.channel, "luma video", prompt="a fox")
    task = await world.task()
    assert task.phase is Phase.QUEUED
    world.clock.now -= HOUR
    await world.app.engine.recover()
    again = await world.task()
    assert again.due_at == world.clock.now
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_what_waits_for_its_time_still_waits_after_a_restart(world: World) -> None:
    world.relay.faults.add(method="POST", path="/luma/generations", status=429, headers={"Retry-After": "600"})
    await world.ann.slash(world.channel, "luma video", prompt="a fox")
    world.clock.now += 1
    await world.app.engine.step()
    before = await world.task()
    await world.app.engine.recover()
    after = await world.task()
    assert (after.phase, after.due_at) == (Phase.QUEUED, before.due_at)
    assert after.due_at is not None and after.due_at > world.clock.now
