"""The questions and changes that Darkroom's parts ask of the database, in SQL that both engines run."""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import TypeAdapter

from bot.store.database import Connection, Database, Row
from bot.store.rows import escaped, searchable, sentence, storable
from bot.task import ACTIVE, POLLED, Phase, Place, Task

log = structlog.get_logger(__name__)
_TASK = TypeAdapter(Task)
_COLUMNS = (
    "id", "provider", "action", "submission", "caption", "user_id", "phase", "version", "due_at", "lease_until",
    "show_at", "route", "remote_id", "created_at", "accepted_at", "finished_at", "ended_at",
)  # fmt: skip
_ALL = (*_COLUMNS, "search", "body")
_SENTENCES = ("reason", "note")
AT_ONCE, REST = 50, 0.001
"""Rows that are read in one go, a millisecond, and seconds for others after that."""
_INSERT = f"INSERT INTO tasks ({', '.join(_ALL)}) VALUES ({', '.join(f'${n}' for n in range(1, len(_ALL) + 1))})"
_UPDATE = (
    f"UPDATE tasks SET {', '.join(f'{name} = ${n}' for n, name in enumerate(_ALL, start=1))} "
    f"WHERE id = $1 AND version = ${len(_ALL) + 1}"
)


def _phases(phases: Iterable[Phase]) -> str:
    return ", ".join(f"'{phase}'" for phase in sorted(phases))


_ACTIVE, _POLLED = _phases(ACTIVE), _phases(POLLED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of a user's tasks: by provider, by phases, by words in the caption, by actions (empty: any)."""

    provider: str = ""
    phases: tuple[Phase, ...] = ()
    search: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What slot planning needs to know of a queued task."""

    id: str
    user_id: int
    provider: str
    due_at: float


@dataclass(frozen=True, slots=True)
class Input:
    """A stored picture; ``url`` is where Discord had it."""

    id: str
    mime: str
    url: str
    content: bytes


class Store:
    """Tasks and what belongs to them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # -------------------------------------------------------------------------------------------- single tasks

    async def add(
        self, task: Task, inputs: Sequence[Input] = (), *, used: Sequence[str] = (), instead_of: Task | None = None
    ) -> bool:
        """Store a new task with its pictures: ``inputs`` are new ones, ``used`` names ones that are stored already.

        ``instead_of`` is a changed task that is stored in the same transaction; if somebody else changed it since it
        was read, nothing is stored and the answer is ``False``.
        """
        async with self.database.transaction() as transaction:
            if instead_of is not None:
                values = _values(replace(instead_of, version=instead_of.version + 1))
                if not await transaction.execute(_UPDATE, *values, instead_of.version):
                    return False
            await _keep_inputs(transaction, task.id, inputs, used, task.created_at)
            await transaction.execute(_INSERT, *_values(task))
        return True

    async def keep_inputs(self, task_id: str, inputs: Sequence[Input], now: float) -> None:
        """Store further files of a task."""
        async with self.database.transaction() as transaction:
            await _keep_inputs(transaction, task_id, inputs, (), now)

    async def hold_input(self, item: Input, now: float) -> None:
        """Store a picture that no task refers to yet; it is forgotten like one that none needs any more."""
        async with self.database.transaction() as transaction:
            await keep_input(transaction, item, now)

    async def add_all(self, tasks: Sequence[Task]) -> None:
        """Store many new tasks that have no pictures, in one transaction."""
        await self.database.many(_INSERT, [_values(task) for task in tasks])

    async def get(self, task_id: str) -> Task | None:
        """The task, if it exists."""
        row = await self.database.one("SELECT * FROM tasks WHERE id = $1", task_id)
        return _task(row) if row is not None else None

    async def save(self, task: Task) -> Task | None:
        """Store a changed task unless somebody changed it since it was read; returns what is stored, or ``None``."""
        saved = replace(task, version=task.version + 1)
        changed = await self.database.execute(_UPDATE, *_values(saved), task.version)
        return saved if changed else None

    async def save_all(self, tasks: Sequence[Task]) -> None:
        """Store many changed tasks in one transaction; one that somebody else changed meanwhile is left alone."""
        if tasks:
            rows = [(*_values(replace(task, version=task.version + 1)), task.version) for task in tasks]
            await self.database.many(_UPDATE, rows)

    # -------------------------------------------------------------------------------------------- work that is due

    async def claim(self, phases: Iterable[Phase], now: float, lease: float, limit: int) -> list[Task]:
        """Take tasks in ``phases`` whose step is due, for ``lease`` seconds; nobody else gets them meanwhile."""
        rows = await self.database.rows(
            "UPDATE tasks SET lease_until = $1 WHERE id IN (SELECT id FROM tasks WHERE due_at IS NOT NULL "
            f"AND phase IN ({_phases(phases)}) AND due_at <= $2 AND lease_until <= $2 ORDER BY due_at LIMIT $3) "
            "AND lease_until <= $2 RETURNING *",
            now + lease, now, limit,
        )  # fmt: skip
        return await _tasks(rows)

    async def next_due(self, phases: Iterable[Phase]) -> float | None:
        """When the next step of a task in ``phases`` may be taken."""
        row = await self.database.one(
            "SELECT MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due FROM tasks "
            f"WHERE due_at IS NOT NULL AND phase IN ({_phases(phases)})"
        )
        return row["due"] if row else None

    async def reschedule(self, due: Mapping[float, Sequence[str]]) -> None:
        """Give tasks their next due time and end their lease, without any other change.

        One that is not claimed any more was changed meanwhile, and has a due time of its own.
        """
        for when, ids in due.items():
            for start in range(0, len(ids), 500):
                chunk = ids[start : start + 500]
                places = ", ".join(f"${n}" for n in range(2, len(chunk) + 2))
                await self.database.execute(
                    "UPDATE tasks SET due_at = $1, lease_until = 0 "
                    f"WHERE due_at IS NOT NULL AND lease_until > 0 AND id IN ({places})",
                    when, *chunk,
                )  # fmt: skip

    async def renew(self, task_id: str, until: float) -> None:
        """Keep a claimed task for longer."""
        await self.database.execute(
            "UPDATE tasks SET lease_until = $1 WHERE id = $2 AND lease_until > 0", until, task_id
        )

    async def interrupted(self, now: float) -> list[Task]:
        """Tasks that were being sent when their process died: nobody knows whether the relay took them.

        In a database of our own, every other lease that the dead process held is ended as well; and what was begun
        while the clock was ahead is due now, not when the clock has come that far again.
        """
        if not self.database.shared:
            await self.database.execute("UPDATE tasks SET lease_until = 0 WHERE lease_until > 0 AND ended_at IS NULL")
            await self.database.execute("UPDATE tasks SET show_at = $1 WHERE show_at > $1", now)
            await self.database.execute(
                "UPDATE tasks SET due_at = $1 WHERE due_at > $1 AND created_at > $1 AND ended_at IS NULL", now
            )
        rows = await self.database.rows(
            "SELECT * FROM tasks WHERE ended_at IS NULL AND phase = 'sending' AND lease_until <= $1", now
        )
        return await _tasks(rows)

    async def claim_unshown(self, now: float, lease: float, limit: int) -> list[Task]:
        """Take tasks whose end has not reached their card yet, for ``lease`` seconds."""
        rows = await self.database.rows(
            "UPDATE tasks SET show_at = $1 WHERE id IN (SELECT id FROM tasks WHERE show_at IS NOT NULL "
            "AND show_at <= $2 ORDER BY show_at LIMIT $3) AND show_at <= $2 RETURNING *",
            now + lease, now, limit,
        )  # fmt: skip
        return await _tasks(rows)

    async def next_unshown(self) -> float | None:
        """When the next end is due to be shown."""
        row = await self.database.one("SELECT MIN(show_at) AS due FROM tasks WHERE show_at IS NOT NULL")
        return row["due"] if row else None

    async def shown(self, task: Task, again_at: float | None = None) -> None:
        """The end of ``task`` (as it was claimed) is on its card, or shall be tried ``again_at``."""
        await self.database.execute(
            "UPDATE tasks SET show_at = $1 WHERE id = $2 AND show_at = $3", again_at, task.id, task.show_at
        )

    async def move(self, task_id: str, origin: Place, place: Place) -> None:
        """The card went from ``origin`` to ``place``; if it has been moved elsewhere meanwhile, that stays."""
        async with self.database.transaction() as transaction:
            row = await transaction.one("SELECT * FROM tasks WHERE id = $1", task_id)
            task = _task(row) if row is not None else None
            if task is not None and task.place == origin:
                moved = replace(task, place=place, version=task.version + 1)
                await transaction.execute(_UPDATE, *_values(moved), task.version)

    async def recent(self, since: float, limit: int) -> list[Task]:
        """Unfinished tasks made after ``since``, newest first."""
        rows = await self.database.rows(
            "SELECT * FROM tasks WHERE ended_at IS NULL AND due_at IS NOT NULL AND created_at > $1 "
            "ORDER BY created_at DESC LIMIT $2",
            since, limit,
        )  # fmt: skip
        return await _tasks(rows)

    # -------------------------------------------------------------------------------------------- slots

    async def waiting(self) -> list[Waiting]:
        """Every queued task, oldest first."""
        rows = await self.database.rows(
            "SELECT id, user_id, provider, due_at FROM tasks "
            "WHERE due_at IS NOT NULL AND phase = 'queued' ORDER BY created_at, id"
        )
        return [Waiting(row["id"], row["user_id"], row["provider"], row["due_at"]) for row in rows]

    async def active(self, users: Collection[int]) -> tuple[dict[int, int], dict[str, int]]:
        """How many tasks are in flight: of these ``users`` each, and of everybody by provider."""
        counted = f"COUNT(*) AS n FROM tasks WHERE ended_at IS NULL AND phase IN ({_ACTIVE})"
        rows = await self.database.rows(f"SELECT provider, {counted} GROUP BY provider")
        providers = {row["provider"]: row["n"] for row in rows}
        wanted = list(users)
        by_user: dict[int, int] = {}
        for start in range(0, len(wanted), 500):
            chunk = wanted[start : start + 500]
            places = ", ".join(f"${n}" for n in range(1, len(chunk) + 1))
            rows = await self.database.rows(
                f"SELECT user_id, {counted} AND user_id IN ({places}) GROUP BY user_id", *chunk
            )
            by_user |= {row["user_id"]: row["n"] for row in rows}
        return by_user, providers

    async def queued_by(self, user_id: int) -> int:
        """How many tasks of a user wait in line."""
        row = await self.database.one(
            "SELECT COUNT(*) AS n FROM tasks WHERE ended_at IS NULL AND phase = 'queued' AND user_id = $1", user_id
        )
        return int(row["n"]) if row else 0

    async def durations(self, kinds: Iterable[tuple[str, str]]) -> list[tuple[str, str, float]]:
        """(provider, action, seconds) of the newest finished tasks of these ``kinds``, at most 50 of each."""
        found: list[tuple[str, str, float]] = []
        for provider, action in kinds:
            newest = await self.database.rows(
                "SELECT finished_at - accepted_at AS seconds FROM tasks WHERE provider = $1 AND action = $2 "
                "AND phase = 'delivered' ORDER BY finished_at DESC LIMIT 50",
                provider, action,
            )  # fmt: skip
            found += [(provider, action, float(row["seconds"])) for row in newest if row["seconds"] is not None]
        return found

    # -------------------------------------------------------------------------------------------- history

    async def of_user(self, user_id: int, which: Filter, *, offset: int = 0, limit: int = 25) -> list[Task]:
        """A user's tasks, newest first."""
        conditions, values = ["user_id = $1"], [user_id, limit, offset]
        if which.provider:
            values.append(which.provider)  # type: ignore[arg-type]  # a parameter list holds any kind
            conditions.append(f"provider = ${len(values)}")
        if which.phases:
            conditions.append(f"phase IN ({_phases(which.phases)})")
        if which.actions:
            places = ", ".join(f"${len(values) + n}" for n in range(1, len(which.actions) + 1))
            values += which.actions  # type: ignore[arg-type]
            conditions.append(f"action IN ({places})")
        if which.search:
            values.append(f"%{escaped(searchable(which.search))}%")  # type: ignore[arg-type]
            conditions.append(f"search LIKE ${len(values)} ESCAPE '!'")
        rows = await self.database.rows(
            f"SELECT * FROM tasks WHERE id IN (SELECT id FROM tasks WHERE {' AND '.join(conditions)} "
            "ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3) ORDER BY created_at DESC, id DESC",
            *values,
        )
        return await _tasks(rows)

    # -------------------------------------------------------------------------------------------- inputs

    async def input(self, input_id: str) -> Input | None:
        """A stored picture, if it is still kept."""
        row = await self.database.one("SELECT id, mime, url, content FROM inputs WHERE id = $1", input_id)
        return Input(row["id"], row["mime"], row["url"], bytes(row["content"])) if row is not None else None

    async def has_input(self, input_id: str) -> bool:
        """Whether a picture is still kept."""
        return await self.database.one("SELECT 1 AS found FROM inputs WHERE id = $1", input_id) is not None

    async def prune_inputs(self, before: float) -> int:
        """Forget pictures that no task which may still need them refers to and that nobody used since ``before``."""
        gone = await self.database.execute(
            "DELETE FROM inputs WHERE used_at < $1 AND id NOT IN (SELECT input_id FROM task_inputs "
            "JOIN tasks ON tasks.id = task_inputs.task_id WHERE tasks.ended_at > $1 OR (tasks.ended_at IS NULL "
            "AND (tasks.phase <> 'unknown' OR tasks.due_at IS NOT NULL OR tasks.created_at > $1))) "
            "AND id NOT IN (SELECT input_id FROM exchange_inputs JOIN exchanges ON exchanges.id = exchange_id "
            "JOIN conversations ON conversations.id = conversation_id WHERE conversations.updated_at > $1)",
            before,
        )
        if gone:
            for table in ("task_inputs", "exchange_inputs"):
                await self.database.execute(f"DELETE FROM {table} WHERE input_id NOT IN (SELECT id FROM inputs)")
        return gone

    async def take(self, asked_in: int, now: float) -> bool:
        """Note that somebody takes an interaction or a message (its id); whether nobody did before."""
        return bool(
            await self.database.execute(
                "INSERT INTO taken (id, taken_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", asked_in, now
            )
        )

    async def is_taken(self, asked_in: int) -> bool:
        """Whether somebody took an interaction or a message (its id)."""
        return bool(await self.database.rows("SELECT 1 FROM taken WHERE id = $1", asked_in))

    async def prune_taken(self, before: float) -> int:
        """Forget what was taken before that time: Discord does not tell of it again."""
        return await self.database.execute("DELETE FROM taken WHERE taken_at < $1", before)

    # -------------------------------------------------------------------------------------------- users, memory

    async def settings_of(self, user_id: int) -> dict[str, Any]:
        """What a user has set; empty when nothing."""
        row = await self.database.one("SELECT settings FROM users WHERE user_id = $1", user_id)
        return dict(json.loads(row["settings"])) if row is not None else {}

    async def change_settings(self, user_id: int, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Merge ``changes`` into a user's settings; returns the result."""
        async with self.database.transaction() as transaction:
            row = await transaction.one("SELECT settings FROM users WHERE user_id = $1", user_id)
            merged = {**(json.loads(row["settings"]) if row else {}), **changes}
            await _upsert(transaction, "users", "user_id", "settings", user_id, json.dumps(merged))
        return merged

    async def recall(self, name: str) -> str:
        """A remembered value; ``""`` when there is none."""
        row = await self.database.one("SELECT value FROM memory WHERE name = $1", name)
        return str(row["value"]) if row is not None else ""

    async def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        await _upsert(self.database, "memory", "name", "value", name, value)


async def _keep_inputs(
    connection: Connection, task_id: str, inputs: Sequence[Input], used: Sequence[str], now: float
) -> None:
    for item in inputs:
        await keep_input(connection, item, now)
    for name in {item.id for item in inputs} | set(used):
        await connection.execute(
            "INSERT INTO task_inputs (task_id, input_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", task_id, name
        )


async def keep_input(connection: Connection, item: Input, now: float) -> None:
    """Store a file, or note that it is used again."""
    await connection.execute(
        "INSERT INTO inputs (id, mime, url, content, used_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (id) DO UPDATE SET url = $3, used_at = $5",
        item.id, item.mime, item.url, item.content, now,
    )  # fmt: skip


async def _upsert(connection: Connection, table: str, key: str, column: str, name: Any, value: str) -> None:
    await connection.execute(
        f"INSERT INTO {table} ({key}, {column}) VALUES ($1, $2) ON CONFLICT ({key}) DO UPDATE SET {column} = $2",
        name, value,
    )  # fmt: skip


def _values(task: Task) -> tuple[Any, ...]:
    whole = _TASK.dump_python(task, mode="json")
    columns = [whole.pop(name) for name in _COLUMNS]
    body = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return tuple(storable(value) for value in (*columns, searchable(task.caption), body))


def _task(row: Row) -> Task:
    body = json.loads(row["body"])
    body |= {name: sentence(body.get(name)) for name in _SENTENCES}
    return _TASK.validate_python({**body, **{name: row[name] for name in _COLUMNS}})


async def _tasks(rows: Iterable[Row]) -> list[Task]:
    """The tasks of ``rows``; one that cannot be read is logged, and does not take the others with it."""
    found = []
    for number, row in enumerate(rows):
        if number and number % AT_ONCE == 0:
            await asyncio.sleep(REST)
        try:
            found.append(_task(row))
        except ValueError as error:
            log.error("a stored task cannot be read", task=row["id"], why=str(error)[:300])
    return found


__all__ = ["Filter", "Input", "Place", "Store", "Waiting"]
