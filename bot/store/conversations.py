"""Conversations and their exchanges in the database."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog
from pydantic import TypeAdapter

from bot.store.database import Database, Row
from bot.store.repository import Input, keep_input
from bot.store.rows import escaped, searchable, sentence, storable
from bot.talk import LIVE, Conversation, Exchange

log = structlog.get_logger(__name__)
LEASE = 60.0
"""Seconds after which a process that was heard nothing of no longer sees to its answers."""
_CONVERSATION, _EXCHANGE = TypeAdapter(Conversation), TypeAdapter(Exchange)
_OF_CONVERSATION = ("id", "provider", "user_id", "title", "created_at", "updated_at", "thread_id")
_OF_EXCHANGE = ("id", "conversation_id", "number", "user_id", "state", "version", "created_at")
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))


class Conversations:
    """What was said, by whom."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def begin(self, conversation: Conversation, exchange: Exchange, inputs: Sequence[Input] = ()) -> None:
        """Store a new conversation with its first question."""
        async with self.database.transaction() as transaction:
            columns = (*_OF_CONVERSATION, "search", "body")
            await transaction.execute(_insert("conversations", columns), *_conversation_values(conversation))
            await _add(transaction, exchange, inputs)

    async def go_on(self, exchange: Exchange, inputs: Sequence[Input] = ()) -> None:
        """Store a further question."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE conversations SET updated_at = $1 WHERE id = $2", exchange.created_at, exchange.conversation_id
            )
            await _add(transaction, exchange, inputs)

    async def save(self, exchange: Exchange, lease_until: float = 0.0) -> Exchange | None:
        """Store a changed exchange unless somebody changed it since it was read; returns what is stored.

        Until ``lease_until`` (unix seconds) another process takes it that this one sees to the answer.
        """
        saved = replace(exchange, version=exchange.version + 1)
        changed = await self.database.execute(
            "UPDATE exchanges SET state = $1, version = $2, shown = $3, lease_until = $4, body = $5 "
            "WHERE id = $6 AND version = $7",
            str(saved.state), saved.version, int(saved.shown), lease_until, _body(_EXCHANGE, saved, _OF_EXCHANGE),
            saved.id, exchange.version,
        )  # fmt: skip
        return saved if changed else None

    async def conversation(self, name: str) -> Conversation | None:
        """The conversation, if it exists."""
        row = await self.database.one("SELECT * FROM conversations WHERE id = $1", name)
        return _conversation(row) if row is not None else None

    async def of_thread(self, thread_id: int) -> Conversation | None:
        """The conversation that goes on in a thread, if there is one."""
        row = await self.database.one("SELECT * FROM conversations WHERE thread_id = $1", thread_id)
        return _conversation(row) if row is not None else None

    async def change(self, name: str, how: Callable[[Conversation], Conversation]) -> Conversation | None:
        """Change a conversation as it is now; returns it, ``None`` when it does not exist any more."""
        async with self.database.transaction() as transaction:
            row = await transaction.one("SELECT * FROM conversations WHERE id = $1", name)
            if row is None:
                return None
            changed = how(_conversation(row))
            await transaction.execute(
                "UPDATE conversations SET title = $1, search = $2, updated_at = $3, thread_id = $4, body = $5 "
                "WHERE id = $6",
                storable(changed.title), searchable(storable(changed.title)), changed.updated_at,
                changed.thread_id, _body(_CONVERSATION, changed, _OF_CONVERSATION), name,
            )  # fmt: skip
            return changed

    async def delete(self, name: str) -> None:
        """Forget a conversation and all that was said in it."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "DELETE FROM exchange_inputs WHERE exchange_id IN "
                "(SELECT id FROM exchanges WHERE conversation_id = $1)",
                name,
            )
            await transaction.execute("DELETE FROM exchanges WHERE conversation_id = $1", name)
            await transaction.execute("DELETE FROM conversations WHERE id = $1", name)

    async def of_user(
        self, user_id: int, provider: str, search: str = "", *, limit: int = 25, offset: int = 0
    ) -> list[Conversation]:
        """A user's conversations with one provider, newest first."""
        rows = await self.database.rows(
            "SELECT * FROM conversations WHERE user_id = $1 AND provider = $2 AND search LIKE $3 ESCAPE '!' "
            "ORDER BY updated_at DESC LIMIT $4 OFFSET $5",
            user_id, provider, f"%{escaped(searchable(search))}%", limit, offset,
        )  # fmt: skip
        return [_conversation(row) for row in rows]

    async def exchange(self, name: str) -> Exchange | None:
        """The exchange, if it exists."""
        row = await self.database.one("SELECT * FROM exchanges WHERE id = $1", name)
        return _exchange(row) if row is not None else None

    async def said(self, conversation_id: str) -> list[Exchange]:
        """The exchanges of a conversation in order; of one that was asked again, the newest that has an answer, unless
        another is on its way."""
        rows = await self.database.rows(
            "SELECT * FROM exchanges WHERE conversation_id = $1 ORDER BY number, created_at", conversation_id
        )
        counting: dict[int, Exchange] = {}
        for one in _exchanges(rows):
            known = counting.get(one.number)
            if known is None or one.state in LIVE or one.answer.strip() or not known.answer.strip():
                counting[one.number] = one
        return list(counting.values())

    async def unshown(self, now: float) -> list[Exchange]:
        """The exchanges whose end has not reached their messages, and which no other process sees to at ``now``.

        Where there are no other processes, these are all that a dead one left.
        """
        until = now if self.database.shared else math.inf
        return _exchanges(
            await self.database.rows(
                "SELECT * FROM exchanges WHERE shown = 0 AND lease_until <= $1 ORDER BY created_at", until
            )
        )

    async def live_of(self, user_id: int) -> int:
        """How many answers to a user are on their way."""
        row = await self.database.one(
            f"SELECT COUNT(*) AS n FROM exchanges WHERE shown = 0 AND state IN ({_LIVE}) AND user_id = $1", user_id
        )
        return int(row["n"]) if row else 0


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"


async def _add(transaction: Any, exchange: Exchange, inputs: Sequence[Input]) -> None:
    values = [storable(_EXCHANGE.dump_python(exchange, mode="json")[name]) for name in _OF_EXCHANGE]
    await transaction.execute(
        _insert("exchanges", (*_OF_EXCHANGE, "shown", "lease_until", "body")),
        *values, int(exchange.shown), exchange.created_at + LEASE, _body(_EXCHANGE, exchange, _OF_EXCHANGE),
    )  # fmt: skip
    for item in inputs:
        await keep_input(transaction, item, exchange.created_at)
    for name in {file.id for file in exchange.files}:
        await transaction.execute(
            "INSERT INTO exchange_inputs (exchange_id, input_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            exchange.id, name,
        )  # fmt: skip


def _conversation_values(conversation: Conversation) -> list[Any]:
    whole = _CONVERSATION.dump_python(conversation, mode="json")
    columns = [storable(whole[name]) for name in _OF_CONVERSATION]
    search = searchable(storable(conversation.title))
    return [*columns, search, _body(_CONVERSATION, conversation, _OF_CONVERSATION)]


def _body(adapter: TypeAdapter[Any], value: Any, columns: Iterable[str]) -> str:
    whole = adapter.dump_python(value, mode="json")
    for name in columns:
        whole.pop(name)
    return str(storable(json.dumps(whole, ensure_ascii=False, separators=(",", ":"))))


def _conversation(row: Row) -> Conversation:
    return _CONVERSATION.validate_python({**json.loads(row["body"]), **{name: row[name] for name in _OF_CONVERSATION}})


def _exchange(row: Row) -> Exchange:
    body = json.loads(row["body"])
    body["reason"] = sentence(body.get("reason"))
    return _EXCHANGE.validate_python({**body, **{name: row[name] for name in _OF_EXCHANGE}})


def _exchanges(rows: Iterable[Row]) -> list[Exchange]:
    """The exchanges of ``rows``; one that cannot be read is logged, and does not take the others with it."""
    found = []
    for row in rows:
        try:
            found.append(_exchange(row))
        except ValueError as error:
            log.error("a stored exchange cannot be read", exchange=row["id"], why=str(error)[:300])
    return found
