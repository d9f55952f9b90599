"""The form of a window that Midjourney opened: its call fails, its process is killed, its card cannot be drawn.

What became of it is asked of the relay; where that still waits, its user answers again. It is paid once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.task import ANSWER_SETTLES
from tests.discord_server import LogEntry
from tests.e2e.kinds import SETTINGS, WINDOW, OneVideoEach
from tests.e2e.matrix import Matrix
from tests.e2e.moments import INPUT, filled_in, opened, pressed
from tests.e2e.shift import MovedClock
from tests.e2e.stage import a_stage
from tests.e2e.test_matrix_discord import PASSING
from tests.e2e.test_matrix_relay import FAULTS

pytestmark = pytest.mark.process
CALL = "/mj/submit/modal"
OPEN_AGAIN = ("broken", "page for an error", "lost")
"""Faults after which the relay says that the window is open still: its user answers once more."""


class Room(Matrix):
    """A stage whose clock can be moved."""

    clock: MovedClock

    async def answered_again(self, *names: str) -> None:
        """Wait until the bot believes that these windows are open still, and fill them in."""
        self.clock.move(ANSWER_SETTLES)
        for name in names:
            await self.stands(name, "input")
            await opened(self, name)
            await filled_in(self, name)


@asynccontextmanager
async def a_room(folder: Path) -> AsyncIterator[Room]:
    """A stage that ends with the bot being told to stop."""
    clock = MovedClock(folder / "shift")
    settings = {**SETTINGS, **clock.settings}
    async with a_stage(folder, kind=Room, simulator=OneVideoEach, settings=settings) as stage:
        assert isinstance(stage, Room)
        stage.clock = clock
        yield stage
        assert await stage.bot.stop() == 0


async def test_its_call_fails(tmp_path: Path) -> None:
    async with a_room(tmp_path) as stage:
        rules = {}

        async def answer(name: str, how: Any) -> None:
            await INPUT.park(stage, WINDOW, name)
            rule = rules[name] = stage.relay.faults.add(path=CALL, when=stage.about(name), **how)
            await filled_in(stage, name)
            if name in OPEN_AGAIN:
                await stage.until(lambda: rule.seen)
                await stage.stands(name, "waiting")
            else:
                await stage.over(name)

        *faults, page = FAULTS
        await asyncio.gather(*(answer(fault.name, fault.how) for fault in faults))
        assert [stage.charged(name) for name in OPEN_AGAIN] == [[]] * len(OPEN_AGAIN)
        await stage.answered_again(*OPEN_AGAIN)
        await stage.over(*OPEN_AGAIN)
        await answer(page.name, page.how)  # it means that the relay has no windows
        assert [name for name, rule in rules.items() if not rule.seen] == []
        stage.delivered(*(fault.name for fault in faults))
        stage.failed(page.name)


@pytest.mark.parametrize("arrived", [False, True])
async def test_killed_while_it_is_on_the_wire(tmp_path: Path, arrived: bool) -> None:
    async with a_room(tmp_path) as stage:
        await INPUT.park(stage, WINDOW, "bear")
        fault: dict[str, Any] = {"hook_when": "after"} if arrived else {"cut": "before"}
        killed = stage.kill_on_call(CALL, **fault)
        await filled_in(stage, "bear")
        await stage.happened(killed)
        assert len(stage.charged("bear")) == arrived
        await stage.bot.start()
        if not arrived:
            await stage.stands("bear", "waiting")
            await stage.answered_again("bear")
        await stage.over("bear")
        stage.delivered("bear")


def offers(name: str) -> Callable[[LogEntry], bool]:
    """Whether a request to Discord shows that the window of that name is open."""
    return lambda entry: "mj-continue" in str(entry.json) and f"· {name} begun" in str(entry.json)


async def test_its_card_cannot_be_drawn(tmp_path: Path) -> None:
    async with a_room(tmp_path) as stage:

        async def draw(name: str) -> None:
            rule = stage.server.faults.add("PATCH", "*", when=offers(name), **PASSING[name])
            await pressed(stage, WINDOW, name)
            await opened(stage, name)
            assert rule.hits, name
            await filled_in(stage, name)
            await stage.over(name)

        await asyncio.gather(*map(draw, PASSING))
        stage.delivered(*PASSING)
