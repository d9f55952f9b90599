"""How the newest requests of each provider ended: what ``/relay status`` is made of."""

import json
from dataclasses import dataclass
from typing import Any

from bot.store.database import Database, Row
from bot.store.rows import sentence
from bot.talk import LIVE
from bot.talk import State as Answer
from bot.task import ACTIVE, Phase
from bot.text import Text

_OVER = ", ".join(f"'{phase}'" for phase in (Phase.DELIVERED, Phase.FAILED, Phase.UNKNOWN))
_ACTIVE = ", ".join(f"'{phase}'" for phase in sorted(ACTIVE))
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))
_OPEN = "ended_at IS NULL AND user_id > 0"
"""Not over. Every user has a positive number: told so, SQLite looks only at what is open, not through all there is."""
_GIVEN = frozenset({str(Phase.DELIVERED), str(Answer.DONE), str(Answer.STOPPED)})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended: whether it came to something, when it was made, how many seconds it took, and why not."""

    ok: bool
    at: float
    seconds: float | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How many requests of a provider are on their way, and how many wait in line."""

    under_way: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How many tasks of a provider are in a phase, and how many of them a worker holds."""

    provider: str
    phase: str
    tasks: int
    claimed: int


class Outcomes:
    """Questions about tasks and answers of chats alike."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def latest(self, provider: str, limit: int) -> list[Outcome]:
        """The newest requests that are over, newest first; what somebody cancelled says nothing of the provider."""
        tasks = await self.database.rows(
            f"SELECT phase, created_at, accepted_at, finished_at, body FROM tasks WHERE provider = $1 "
            f"AND phase IN ({_OVER}) ORDER BY created_at DESC LIMIT $2",
            provider, limit,
        )  # fmt: skip
        answers = await self.database.rows(
            "SELECT exchanges.state, exchanges.created_at, exchanges.body FROM exchanges "
            "JOIN conversations ON conversations.id = exchanges.conversation_id WHERE conversations.provider = $1 "
            f"AND exchanges.state NOT IN ({_LIVE}) ORDER BY exchanges.created_at DESC LIMIT $2",
            provider, limit,
        )  # fmt: skip
        found = [*map(_of_task, tasks), *map(_of_answer, answers)]
        return sorted(found, key=lambda outcome: outcome.at, reverse=True)[:limit]

    async def load(self) -> dict[str, Load]:
        """What is not over yet, by provider."""
        found: dict[str, Load] = {}
        for row in await self.database.rows(
            f"SELECT provider, phase IN ({_ACTIVE}) AS active, COUNT(*) AS n FROM tasks WHERE {_OPEN} "
            f"AND phase IN ('queued', {_ACTIVE}) GROUP BY 1, 2"
        ):
            _count(found, row["provider"], row["n"], active=bool(row["active"]))
        for row in await self.database.rows(
            "SELECT conversations.provider AS provider, COUNT(*) AS n FROM exchanges "
            "JOIN conversations ON conversations.id = exchanges.conversation_id "
            f"WHERE exchanges.shown = 0 AND exchanges.state IN ({_LIVE}) GROUP BY 1"
        ):
            _count(found, row["provider"], row["n"], active=True)
        return found

    async def unfinished(self, now: float) -> list[Unfinished]:
        """All tasks that are not over at unix time ``now``, counted."""
        rows = await self.database.rows(
            "SELECT provider, phase, COUNT(*) AS tasks, SUM(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END) AS claimed "
            f"FROM tasks WHERE {_OPEN} GROUP BY provider, phase",
            now,
        )
        return [Unfinished(row["provider"], row["phase"], int(row["tasks"]), int(row["claimed"])) for row in rows]


def _count(found: dict[str, Load], provider: str, number: int, *, active: bool) -> None:
    before = found.get(provider, Load())
    under_way, waiting = (number, 0) if active else (0, number)
    found[provider] = Load(before.under_way + under_way, before.waiting + waiting)


def _of_task(row: Row) -> Outcome:
    began, ended = row["accepted_at"], row["finished_at"]
    return _outcome(row["phase"], row, ended - began if began is not None and ended is not None else None)


def _of_answer(row: Row) -> Outcome:
    ended = json.loads(row["body"]).get("ended_at")
    return _outcome(row["state"], row, ended - row["created_at"] if isinstance(ended, int | float) else None)


def _outcome(word: str, row: Row, seconds: float | None) -> Outcome:
    reason: Any = sentence(json.loads(row["body"]).get("reason"))
    ok = word in _GIVEN
    return Outcome(ok, row["created_at"], seconds if ok else None, reason if isinstance(reason, Text) else None)
