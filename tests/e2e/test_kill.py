"""``kill -9`` with twenty tasks in flight, and again with twenty more: nothing is lost, nothing is paid for twice.

One task of every kind at every single moment is in ``test_matrix_process.py``; here many of one kind race each other.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.discord_server import LogEntry
from tests.e2e.stage import FAILED, FINISHED, POLL, POST, UNKNOWN, Row, Stage, a_stage, text_of

pytestmark = pytest.mark.process

PEOPLE, EACH, AT_ONCE = 5, 4, 3
FAILING = (3, 12)


def drawing(entry: LogEntry) -> bool:
    return entry.method == "PATCH"


def uploading(entry: LogEntry) -> bool:
    return drawing(entry) and bool(entry.files)


def pinging(entry: LogEntry) -> bool:
    return entry.method == "POST" and "it is finished" in str((entry.json or {}).get("content", ""))


@dataclass(frozen=True)
class Moment:
    """When the bot is killed. ``early``: while the tasks are being taken, else once all that may run are at the relay.
    ``caught``: whether a request was on its way to the relay. ``again``: a second moment, after the restart."""

    name: str
    arm: Callable[[Stage], asyncio.Event]
    early: bool = False
    caught: bool = False
    again: Callable[[Stage], asyncio.Event] | None = None


MOMENTS = [
    Moment("just stored", lambda stage: stage.kill_on_request(drawing), early=True),
    Moment("delivered", lambda stage: stage.kill_on_request(uploading, passes=9, lost=True)),
    Moment(
        "ping",
        lambda stage: stage.kill_on_call(POLL, cut="before"),
        again=lambda stage: stage.kill_on_request(pinging, passes=3, lost=True),
    ),
    Moment(
        "twice in a row",
        lambda stage: stage.kill_on_call(POST, passes=3, hook_when="after", cut="after"),
        early=True,
        caught=True,
        again=lambda stage: stage.kill_on_request(uploading, passes=1),
    ),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name.replace(" ", "-"))
async def test_kill(tmp_path: Path, moment: Moment) -> None:
    async with a_stage(tmp_path, settings={"ACTIVE_TASKS_PER_USER": str(AT_ONCE)}) as stage:
        caught = await killed_at(stage, moment)
        assert bool(caught) >= moment.caught
        stage.let_be()
        if moment.again is not None:
            stage.rewrite("UPDATE tasks SET created_at = created_at - 120")  # long enough ago for a ping
            killed = moment.again(stage)
            await stage.bot.start()
            await crowd(stage, "owl")  # the first kill may have left nothing that goes on
            await stage.happened(killed)
            caught |= sending(stage)
            stage.let_be()
        accepted = stage.rows()
        await stage.bot.start()
        await stage.ended([stage.asked[prompt] for prompt in accepted])
        assert await stage.bot.stop() == 0
        judge(stage, accepted, caught)


async def killed_at(stage: Stage, moment: Moment) -> set[str]:
    """Twenty tasks of five people, killed at the moment; the prompts whose requests were on the wire."""
    stage.relay.hold = not moment.early
    if moment.early:
        killed = moment.arm(stage)
        await crowd(stage)
    else:
        await crowd(stage)
        await stage.moving(PEOPLE * AT_ONCE)
        killed = moment.arm(stage)
        stage.relay.release()
    await stage.happened(killed)
    stage.relay.release()
    return sending(stage)


async def crowd(stage: Stage, wish: str = "fox") -> None:
    """Everybody asks at once."""
    people = [stage.server.user(f"person {number}") for number in range(PEOPLE)]
    for number in range(PEOPLE * EACH):
        await stage.ask(f"{wish} {number}{' sim:fail' if number in FAILING else ''}", people[number % PEOPLE])


def sending(stage: Stage) -> set[str]:
    """The prompts whose requests were on the wire when the bot died."""
    return {row.prompt for row in stage.rows().values() if row.phase == "sending"}


def judge(stage: Stage, accepted: dict[str, Row], caught: set[str]) -> None:
    """Every accepted task has its honest end, on its own card, once."""
    rows, jobs = stage.rows(), stage.jobs()
    assert rows.keys() == accepted.keys()
    for prompt, handle in stage.asked.items():
        if prompt not in accepted:
            # Acknowledged, but the process died before the row was stored: it was not accepted, so its card may stay
            # "thinking" for ever. Nothing may have been charged for it.
            assert prompt not in jobs
            continue
        row, message = rows[prompt], stage.stored(handle)
        assert message is not None
        files = [attachment["filename"] for attachment in message.attachments]
        if prompt in caught:
            assert (row.phase, row.remote_id, files) == ("unknown", "", [])
            assert UNKNOWN in text_of(message)
            assert "It may have been charged." in text_of(message)
        elif "sim:fail" in prompt:
            assert (row.phase, len(jobs[prompt]), files) == ("failed", 1, [])
            assert FAILED in text_of(message)
            assert "could not finish" in text_of(message)
        else:
            assert (row.phase, len(jobs[prompt]), len(files)) == ("delivered", 1, 1)
            assert row.id[:4] in files[0]
            assert FINISHED in text_of(message)
    no_more_messages(stage)


def no_more_messages(stage: Stage) -> None:
    """Beside the cards there is at most one short reply for each, and nobody was written to directly."""
    cards = {handle.message_id for handle in stage.asked.values()}
    others = [
        text_of(found)
        for number, found in stage.server.backend.messages[stage.channel.id].items()
        if number not in cards
    ]
    assert all("it is finished" in text for text in others)
    assert [text for text, count in Counter(others).items() if count > 1] == []
    people = [user for user in stage.server.backend.users.values() if not user.bot]
    assert [user.name for user in people if user.id in stage.server.backend.dm_channels] == []
