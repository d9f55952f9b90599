"""Discord that throttles, breaks and drops: every result still arrives, once."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.discord_server import Fault, LogEntry
from tests.e2e.stage import FINISHED, HURRY, a_stage, text_of

pytestmark = pytest.mark.process

LONG = 16 * 60
CROWD = 15
FINAL: dict[str, dict[str, Any]] = {
    "throttled": {"status": 429, "retry_after": 0.5, "times": 2},
    "broken": {"status": 500},
    "away": {"status": 503},
    "cut before": {"cut": "before"},
    "cut after": {"cut": "after"},
    "too large": {"status": 413, "code": 40005},
}
"""What happens to the edit that brings the result."""


def uploading(entry: LogEntry) -> bool:
    """Whether a request brings a file."""
    return bool(entry.files)


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


async def test_throttled_without_end_in_sight(tmp_path: Path) -> None:
    """Every second edit is answered 429 for a while."""
    async with a_stage(tmp_path) as stage:
        storm: list[Fault] = [
            stage.server.faults.add("PATCH", "*", 2, passes=passes, status=429, retry_after=0.2) for passes in range(6)
        ]
        for number in range(5):
            await stage.ask(f"fox {number}")
        await stage.ended()
        assert await stage.bot.stop() == 0
        assert sum(fault.hits for fault in storm) == 12
        stage.delivered()


async def test_the_final_edit_fails(tmp_path: Path) -> None:
    """By token and by the bot's own right, in every way that Discord has."""
    async with a_stage(tmp_path, dead_token="live", settings={"ACTIVE_TASKS_PER_USER": "20"}) as stage:
        await stage.begun(*(f"right {kind}" for kind in FINAL))
        stage.server.skip(LONG)
        await stage.begun(*(f"token {kind}" for kind in FINAL))
        for kind, fault in FINAL.items():
            for way, path in (("right", "/channels/*/messages/"), ("token", "/webhooks/*/messages/")):
                stage.server.faults.add(
                    "PATCH", f"{path}{stage.asked[f'{way} {kind}'].message_id}", when=uploading, **fault
                )
        stage.relay.release()
        await stage.ended(how=(FINISHED,))
        await stage.settled()
        assert await stage.bot.stop() == 0
        large = [f"{way} too large" for way in ("right", "token")]
        stage.delivered(*(prompt for prompt in stage.asked if prompt not in large))
        for prompt in large:
            message = stage.stored(stage.asked[prompt])
            assert message is not None
            assert message.attachments == []
            assert str(stage.relay.media_url) in text_of(message)
        assert stage.direct() == []


async def test_the_gateway_drops(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as both:
        for forget in (False, True):
            folder = tmp_path / str(forget)
            folder.mkdir()
            both.create_task(dropped_gateway(folder, forget=forget))


async def dropped_gateway(folder: Path, *, forget: bool) -> None:
    """The session is resumed, or ``forget`` a new one begins; commands and buttons work again."""
    async with a_stage(folder) as stage:
        server = stage.server
        await stage.begun("fox", "owl")
        back: Callable[[], Any] = (
            (lambda: server.gateway.identifies == 2) if forget else (lambda: server.gateway.resumes == 1)
        )
        dropped = asyncio.create_task(server.drop_gateway(4000, forget=forget))
        stage.relay.release()
        await stage.ended()
        await dropped
        await server.until(back, HURRY)
        await server.connected()
        cat = await stage.ask("cat")
        card = stage.stored(stage.asked["fox"])
        assert card is not None
        again = await server.click(stage.ann, card.id, f"v1:again:{stage.rows()['fox'].id}")
        await stage.ended([cat, again])
        assert await stage.bot.stop() == 0
        stage.delivered("owl", "cat")
        assert [len(stage.jobs()[prompt]) for prompt in ("fox", "owl", "cat")] == [2, 1, 1]
        stage.relay.jobs.popitem()  # the one of "again" has the same prompt, and is meant


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}], ids=["arrived", "lost"])
async def test_the_answer_to_the_acknowledgement_is_lost(tmp_path: Path, fault: dict[str, Any]) -> None:
    """If it arrived all the same, the request is accepted; if not, nothing was accepted and nothing was paid."""
    async with a_stage(tmp_path) as stage:
        stage.relay.release()
        stage.server.faults.add("POST", "/interactions/*/*/callback", **fault)
        asked = await stage.server.slash(stage.ann, stage.channel, "luma video", prompt="fox")
        if fault["cut"] == "after":
            stage.asked["fox"] = asked
            message = await asked.settled(lambda found: found["attachments"])
            assert message["attachments"][0]["filename"].startswith("fox-")
            assert [job.prompt for job in stage.relay.paid()] == ["fox"]
        else:
            await stage.ask("owl")
            await stage.ended()
            assert [job.prompt for job in stage.relay.paid()] == ["owl"]
        assert await stage.bot.stop() == 0
