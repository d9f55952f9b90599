"""SQLite: one file, WAL, one connection for writing and one for reading, one process."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from bot.store.database import Row, StoreProblem

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;"
AT_ONCE, REST = 500, 0.002
"""Rows that are made into objects in one go, two milliseconds; then others have their turn."""
_LOOKING = "PRAGMA busy_timeout=5000; PRAGMA query_only=ON;"


def _named(args: Sequence[Any]) -> dict[str, Any]:
    return {str(number): value for number, value in enumerate(args, start=1)}


_ADVICE = {
    sqlite3.SQLITE_BUSY: "The database is locked by another program; close whatever has it open.",
    sqlite3.SQLITE_READONLY: "The database cannot be written; look at the rights of the file and its folder.",
    sqlite3.SQLITE_FULL: "The disk of the database is full.",
    sqlite3.SQLITE_CORRUPT: "The database is damaged; restore a backup.",
    sqlite3.SQLITE_NOTADB: "The file is no database.",
}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _problem(error) from error


def _problem(error: sqlite3.Error) -> StoreProblem:
    """What the operator can do about ``error``, then SQLite's own words."""
    advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # without the finer code in the upper bits
    words = f"{type(error).__name__}: {error}"
    return StoreProblem(f"{advice} ({words})" if advice else words)


class _Verbs:
    """The verbs over one aiosqlite connection."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        with _translated():
            found = await self._connection.execute_fetchall(sql, _named(args))
        rows: list[Row] = []
        for number, row in enumerate(found):
            if number and number % AT_ONCE == 0:
                await asyncio.sleep(REST)
            rows.append(dict(row))
        return rows

    async def one(self, sql: str, *args: Any) -> Row | None:
        found = await self.rows(sql, *args)
        return found[0] if found else None

    async def execute(self, sql: str, *args: Any) -> int:
        with _translated():
            async with self._connection.execute(sql, _named(args)) as cursor:
                return cursor.rowcount

    async def many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        with _translated():
            await self._connection.executemany(sql, [_named(row) for row in parameters])

    async def script(self, sql: str) -> None:
        for statement in sql.split(";"):
            if statement.strip():
                await self.execute(statement)


class SQLite(_Verbs):
    """An open SQLite database; reads never wait for the writer."""

    shared = False

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, lock: int | None) -> None:
        super().__init__(writer)
        self._reader = _Verbs(reader)
        self._reader_connection = reader
        self._lock = lock
        self._turn = asyncio.Lock()

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        if sql.lstrip()[:6].upper() == "SELECT":
            return await self._reader.rows(sql, *args)
        async with self._turn:
            return await super().rows(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        async with self._turn:
            return await super().execute(sql, *args)

    async def many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        async with self.transaction() as transaction:
            await transaction.many(sql, parameters)

    async def script(self, sql: str) -> None:
        async with self.transaction() as transaction:
            await transaction.script(sql)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Verbs]:
        async with self._turn:
            verbs = _Verbs(self._connection)
            try:
                await verbs.execute("BEGIN IMMEDIATE")  # inside: cancelled here, it is carried out all the same
                yield verbs
                await verbs.execute("COMMIT")
            except BaseException:
                with suppress(StoreProblem):
                    await asyncio.shield(verbs.execute("ROLLBACK"))
                raise

    async def close(self) -> None:
        try:
            await self._reader_connection.close()
            await self._connection.close()
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)


async def open_sqlite(path: Path, *, look_only: bool = False) -> SQLite:
    """Open (and make) the file, alone: a second process is refused, so that no step is ever done twice.

    ``look_only`` opens an existing file for reading, beside whoever works on it.
    """
    address = f"file:{quote(str(path))}"
    if look_only:
        in_use = await asyncio.to_thread(path.with_name(path.name + "-wal").exists)
        # when nobody is at work on it, SQLite would make files beside it and leave them
        writer, reader = await _opened(path, f"{address}?mode=ro{'' if in_use else '&immutable=1'}", _LOOKING)
        return SQLite(writer, reader, None)
    lock = await asyncio.to_thread(_lock, path)
    try:
        writer, reader = await _opened(path, address, _PRAGMAS)
    except BaseException:
        os.close(lock)
        raise
    return SQLite(writer, reader, lock)


async def _opened(path: Path, address: str, pragmas: str) -> list[aiosqlite.Connection]:
    """A connection to write and one to read, or none at all."""
    opened: list[aiosqlite.Connection] = []
    try:
        await asyncio.to_thread(_try, path, address)
        for _role in ("writer", "reader"):
            opened.append(await aiosqlite.connect(address, uri=True, isolation_level=None))
            opened[-1].row_factory = sqlite3.Row
            for pragma in pragmas.split(";"):
                await opened[-1].execute(pragma)
    except BaseException as error:
        for connection in opened:
            await connection.close()
        if isinstance(error, sqlite3.Error):
            raise StoreProblem(f"The database {path.name} cannot be used: {_problem(error)}") from error
        raise
    return opened


def _try(path: Path, address: str) -> None:
    """What aiosqlite would leave a thread behind for, and what SQLite would only say at the first change."""
    sqlite3.connect(address, uri=True).close()
    if "?mode=ro" not in address and not os.access(path, os.W_OK, effective_ids=True):
        raise StoreProblem(f"The database {path.name} cannot be used: {_ADVICE[sqlite3.SQLITE_READONLY]}")


def _lock(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreProblem(f"The folder of the database cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StoreProblem(
            f"Another Darkroom is running on {path.name}. Stop it first, or use PostgreSQL for more than one process."
        ) from error
    return lock
