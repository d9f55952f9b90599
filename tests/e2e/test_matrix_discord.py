"""Discord fails one request of a task: the acknowledgement, a drawing of its progress, or the edit with its result.

The edit with the result goes by the interaction's token, and in a second round by the bot's own right, because the
token is over: Discord says so itself then (50027) when it is tried.

Left out: files and progress of a stream (it has none of the first, and its progress is in ``test_talk.py``), drawings
by the bot's own right (``test_long.py``), and codes that a way cannot give: only a token is dead, only a right is lost.
Every kind of task is drawn by the same code, so that one stands for all where no file is brought.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.discord_server import Fault, LogEntry
from tests.e2e.kinds import ALL, AT_ONCE, BATCH, FILES, SETTINGS, STREAM, Kind, OneVideoEach
from tests.e2e.matrix import Matrix
from tests.e2e.stage import HURRY, a_stage

pytestmark = pytest.mark.process
LONG = 16 * 60
PASSING: dict[str, Mapping[str, Any]] = {
    "throttled": {"status": 429, "retry_after": 0.3, "times": 2},
    "throttled everywhere": {"status": 429, "retry_after": 0.3, "everywhere": True},
    "old": {"status": 429, "code": 30046, "retry_after": 0.3},
    "old and refused": {"status": 400, "code": 30046},
    "broken": {"status": 500},
    "away": {"status": 503},
    "lost": {"cut": "before"},
    "cut": {"cut": "after"},
}
"""What happens to a request that would work a moment later."""
ACKNOWLEDGED = {name: how for name, how in PASSING.items() if not name.startswith("old")}
"""What happens to an acknowledgement, which is never old."""
DEAD: dict[str, Mapping[str, Any]] = {
    "50027": {"status": 401, "code": 50027},
    "10015": {"status": 404, "code": 10015},
    "10008": {"status": 404, "code": 10008},
}
"""What a token is refused with for good: the bot's own right does it."""
CLOSED: dict[str, Mapping[str, Any]] = {
    "10008": {"status": 404, "code": 10008},
    "50001": {"status": 403, "code": 50001},
    "50013": {"status": 403, "code": 50013},
}
"""What the bot's own right is refused with for good: the result comes as a direct message."""
LARGE: Mapping[str, Any] = {"status": 413, "code": 40005}


@dataclass(frozen=True)
class Way:
    """How the bot reaches a card: the path of an edit, and what it may be refused with for good."""

    name: str
    path: str
    final: Mapping[str, Mapping[str, Any]]


TOKEN = Way("token", "/webhooks/*", DEAD)
RIGHT = Way("right", "/channels/*", CLOSED)


class Placed(Matrix):
    """A stage whose tasks wait at the relay until they are let go."""

    async def waiting(self, names: Mapping[str, Kind]) -> None:
        """Ask for all; an answer in one piece, or a stream, is held, for it would come at once."""
        self.relay.hold = True
        for name, kind in names.items():
            if kind in {AT_ONCE, STREAM}:
                self.gate(name, kind.paid, method="POST")
            await self.order(kind, name)
        await asyncio.gather(*(self.happened(gate.arrived) for gate in self.gates.values()))
        others = set(names) - self.gates.keys()
        await self.until(
            lambda: others <= {one.name for one in self.everything() if one.phase in {"waiting", "running"}}
        )

    def linked(self, name: str) -> None:
        """The card has a link in place of its file."""
        known = self.known(name)
        assert known is not None
        assert (known.phase, len(self.charged(name)), self.holders(known)) == ("delivered", 1, [])
        assert f"{self.relay.url}/media/" in self.said(name)


@pytest.mark.parametrize("way", [TOKEN, RIGHT], ids=lambda way: way.name)
async def test_the_result(tmp_path: Path, way: Way) -> None:
    async with a_stage(tmp_path, kind=Placed, simulator=OneVideoEach, settings=SETTINGS, dead_token="live") as stage:
        assert isinstance(stage, Placed)
        kinds, planned = {}, {}
        for kind in ALL:
            for fault, how in {**PASSING, **way.final, "large": LARGE}.items():
                if (kind, fault) != (STREAM, "large"):
                    kinds[f"{kind.name} {fault}"] = kind
                    planned[f"{kind.name} {fault}"] = {"times": None if fault in way.final else 1, **how}
        await stage.waiting(kinds)
        if way is RIGHT:
            stage.server.skip(LONG)
        rules = [
            stage.server.faults.add("PATCH", way.path, when=stage.ending(name), **how) for name, how in planned.items()
        ]
        stage.relay.release()
        stage.open()
        await stage.over(*kinds)
        assert await stage.bot.stop() == 0
        assert [rule.pattern for rule in rules if not rule.hits] == []
        large = {f"{kind.name} large" for kind in FILES}
        stage.delivered(*(kinds.keys() - large))
        for name in large:
            stage.linked(name)
        assert len(stage.direct_messages()) == (len(CLOSED) * len(ALL) if way is RIGHT else 0)


async def test_the_acknowledgement_and_the_progress(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Placed, simulator=OneVideoEach, settings=SETTINGS, dead_token="live") as stage:
        assert isinstance(stage, Placed)
        rules: list[Fault] = []
        for fault, how in {**PASSING, **DEAD}.items():
            name = f"drawing {fault}"
            rules.append(stage.server.faults.add("PATCH", "/webhooks/*", when=drawing(stage, name), **how))
            await stage.order(BATCH, name)
        for kind in (BATCH, STREAM):
            for fault, how in ACKNOWLEDGED.items():
                name = f"{kind.name} {fault}"
                rules.append(stage.server.faults.add("POST", "*", when=acknowledging(stage, name), **how))
                await stage.order(kind, name)
        lost = [f"{kind.name} lost" for kind in (BATCH, STREAM)]
        await stage.over(*(name for name in stage.kinds if name not in lost))
        await stage.server.until(lambda: all(rule.hits for rule in rules), HURRY)
        assert await stage.bot.stop() == 0
        stage.delivered(*(name for name in stage.kinds if name not in lost))
        stage.not_accepted(*lost)


def acknowledging(stage: Matrix, name: str) -> Callable[[LogEntry], bool]:
    """Whether a request is the first answer to the command of a task."""
    return lambda entry: name in stage.asked and entry.path.startswith(f"/interactions/{stage.asked[name].id}/")


def drawing(stage: Matrix, name: str) -> Callable[[LogEntry], bool]:
    """Whether a request draws the progress of a task."""

    def wanted(entry: LogEntry) -> bool:
        number = stage.asked[name].message_id if name in stage.asked else None
        return number is not None and entry.path.endswith(f"/{number}") and not entry.files

    return wanted
