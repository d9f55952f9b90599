"""The relay fails one call of a task: the one that costs money, a question how far it is, or the download.

Left out: an answer in one piece is not asked about, and a stream has no length, no further question and no file (that
it breaks in the middle is in ``test_talk.py``); a file that is shorter than was sent looks whole to whoever fetches it.
The relay as a whole is down in ``test_matrix_process.py``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.demo.simulator.faults import HTML_PAGE
from bot.demo.simulator.faults import Fault as Rule
from tests.e2e.kinds import ALL, BATCH, FILES, SETTINGS, SINGLE, STEPS, STREAM, Kind, OneVideoEach
from tests.e2e.matrix import Matrix
from tests.e2e.stage import a_stage

pytestmark = pytest.mark.process
Outcome = Literal["delivered", "unknown", "failed"]


@dataclass(frozen=True)
class Fault:
    """What happens to a call (``how``, as the simulator takes it), and what comes of a task whose POST it happens to;
    of a stream, which is not asked for again by itself, too."""

    name: str
    posted: Outcome
    how: Mapping[str, Any]
    streamed: Outcome | None = "failed"
    downloaded: Mapping[str, Any] | None = field(default_factory=dict)
    """What is different of a download: there is no answer to spoil but the file."""


FAULTS = [
    Fault("slow", "delivered", {"delay": 1.5}, streamed="delivered"),
    Fault("storm", "delivered", {"status": 429, "headers": {"Retry-After": "1"}, "times": 2}),
    Fault("broken", "unknown", {"status": 500}),
    Fault("away", "delivered", {"status": 503}),
    Fault("page for an error", "unknown", {"status": 502, "body": HTML_PAGE}),
    Fault("too short", "unknown", {"flaw": "longer"}, None, {"status": 200, "body": bytes(999)}),
    Fault("too long", "unknown", {"flaw": "shorter"}, None, None),
    Fault("half closed", "unknown", {"flaw": "half"}, None, {"status": 200, "body": bytes(999)}),
    Fault("lost", "unknown", {"cut": "before"}),
    Fault("cut", "unknown", {"cut": "after"}, streamed="delivered"),
    Fault("page", "failed", {"status": 200, "body": HTML_PAGE}),
]
"""The page that stands for an answer comes last: it means that the relay does not offer such things."""


class Suffering(Matrix):
    """A stage that remembers the faults of single calls."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.suffered: list[Rule] = []


@asynccontextmanager
async def an_open_stage(folder: Path) -> AsyncIterator["Suffering"]:
    """A stage that ends with the bot being told to stop, when everything is over; every fault has happened then."""
    async with a_stage(folder, kind=Suffering, simulator=OneVideoEach, settings=SETTINGS) as stage:
        assert isinstance(stage, Suffering)
        yield stage
        assert await stage.bot.stop() == 0
        assert [rule for rule in stage.suffered if not rule.seen] == []


def fail(stage: Suffering, kind: Kind, fault: Fault, path: str, method: str, more: Mapping[str, Any]) -> str:
    """From now on the first call there that is about a task suffers; what the task is called."""
    name = f"{kind.name} {fault.name}"
    rule = stage.relay.faults.add(method=method, path=path, when=stage.about(name), **{**fault.how, **more})
    stage.suffered.append(rule)
    return name


async def test_the_call_that_costs_money(tmp_path: Path) -> None:
    async with an_open_stage(tmp_path) as stage:

        async def ask(kind: Kind) -> None:
            names: list[str] = []
            for fault in FAULTS:
                if kind is STREAM and fault.streamed is None:
                    continue
                if fault is FAULTS[-1]:
                    await stage.over(*names)
                names.append(fail(stage, kind, fault, kind.paid, "POST", {}))
                await stage.order(kind, names[-1])
            await stage.over(*names)

        await asyncio.gather(*map(ask, ALL))
        judge: dict[str, Callable[[str], None]] = {
            "delivered": stage.delivered, "unknown": stage.unknown, "failed": stage.failed
        }  # fmt: skip
        for fault in FAULTS:
            for kind in FILES:
                judge[fault.posted](f"{kind.name} {fault.name}")
            if fault.streamed is not None:
                judge[fault.streamed](f"{STREAM.name} {fault.name}")


async def test_a_question_how_far_it_is(tmp_path: Path) -> None:
    """One after the other, for what is wrong with an answer about many puts them all off."""
    async with an_open_stage(tmp_path) as stage:

        async def ask(kind: Kind) -> None:
            for fault in FAULTS:
                name = fail(stage, kind, fault, kind.asked, "POST" if kind is BATCH else "GET", {})
                await stage.order(kind, name)
                await stage.over(name)
                stage.delivered(name)

        await asyncio.gather(*map(ask, (BATCH, SINGLE, STEPS)))


async def test_the_download(tmp_path: Path) -> None:
    async with an_open_stage(tmp_path) as stage:
        names = []
        for fault in FAULTS:
            if fault.downloaded is None:
                continue
            for kind in FILES:
                names.append(fail(stage, kind, fault, "/media/*", "GET", fault.downloaded))
                await stage.order(kind, names[-1])
        await stage.over(*names)
        stage.delivered(*names)
