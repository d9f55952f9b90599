"""Discord that throttles many at once: every result still arrives, once. What else it does is in the matrix."""

import asyncio
from pathlib import Path

import pytest

from tests.discord_server import Fault
from tests.e2e.stage import a_stage
from tests.test_health import Asker
from tests.test_metrics import Figures

pytestmark = pytest.mark.process

LONG = 16 * 60
CROWD = 15


async def test_a_storm(tmp_path: Path) -> None:
    """Fifteen results for one channel at once, with Discord's own budgets (in seconds that are a fifth as long)."""
    async with asyncio.TaskGroup() as both:
        for late in (False, True):
            folder = tmp_path / str(late)
            folder.mkdir()
            both.create_task(storm(folder, late=late))


async def storm(folder: Path, *, late: bool) -> None:
    """Results by token, or ``late`` by the bot's own right, where all share the channel's budget."""
    async with a_stage(folder, limits=True, dead_token="live", settings={"ACTIVE_TASKS_PER_USER": "20"}) as stage:
        budgets = stage.server.limits.budgets
        budgets.update({name: (count, seconds / 5) for name, (count, seconds) in budgets.items() if name != "global"})
        await stage.begun(*(f"fox {number}" for number in range(CROWD)))
        if late:
            stage.server.skip(LONG)
        stage.relay.release()
        await stage.ended()
        assert await stage.bot.stop() == 0
        stage.delivered()
        uploads = [entry for entry in stage.server.log if entry.files and entry.status == 200]
        assert len(uploads) == CROWD
        assert len(stage.server.limits.refused) <= CROWD
        assert stage.direct() == []


async def test_throttled_without_end_in_sight(tmp_path: Path, unused_tcp_port: int) -> None:
    """Every second edit is answered 429 for a while, and each of these answers is counted."""
    async with a_stage(tmp_path, settings={"HEALTH_PORT": str(unused_tcp_port)}) as stage:
        storm: list[Fault] = [
            stage.server.faults.add("PATCH", "*", 2, passes=passes, status=429, retry_after=0.2) for passes in range(6)
        ]
        for number in range(5):
            await stage.ask(f"fox {number}")
        await stage.ended()
        await stage.settled()
        figures = Figures((await Asker(unused_tcp_port)("/metrics")).text)
        assert await stage.bot.stop() == 0
        assert figures("darkroom_edits_total", outcome="throttled") == 12
        assert sum(fault.hits for fault in storm) == 12
        stage.delivered()
