"""The port between SQL and a database engine.

SQL is written once, in the part both SQLite and PostgreSQL understand, with ``$1`` parameters. An engine gives four
verbs; ``transaction()`` hands out the same verbs bound to one transaction.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

Row = Mapping[str, Any]
MIGRATIONS = Path(__file__).parent / "migrations"


class StoreProblem(Exception):
    """The database cannot be used; the message tells the operator what to do."""


class Connection(Protocol):
    """The verbs. Parameters are ``$1`` … in order."""

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        """Every row of a question, or of a statement with RETURNING."""
        ...

    async def one(self, sql: str, *args: Any) -> Row | None:
        """The first row, if any."""
        ...

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement; returns how many rows it touched."""
        ...

    async def many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        ...

    async def script(self, sql: str) -> None:
        """Run several statements without parameters."""
        ...


class Database(Connection, Protocol):
    """An open database. A statement outside a transaction is a transaction of its own."""

    shared: bool
    """Whether other processes may be at work on it."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """All or nothing; one writer at a time."""
        ...

    async def close(self) -> None:
        """Close it."""
        ...


async def connect(url: str, *, look_only: bool = False) -> Database:
    """Open the database behind ``url`` (``sqlite:///path`` or ``postgresql://…``) and bring it up to date.

    ``look_only`` opens it beside a running bot and changes nothing.

    Raises :class:`StoreProblem` when it cannot be opened, is in use by another process (SQLite), or is newer than
    this code.
    """
    database: Database
    if url.startswith("sqlite:///"):
        from bot.store.sqlite import open_sqlite

        path = Path(url.removeprefix("sqlite:///"))
        if not path.name:
            raise StoreProblem("DATABASE_URL names no file: sqlite:///data/darkroom.db, for example.")
        database = await open_sqlite(path, look_only=look_only)
    else:
        try:
            from bot.store.postgres import open_postgres
        except ImportError as error:
            raise StoreProblem("PostgreSQL needs the extra: pip install 'darkroom[postgres]'.") from error

        database = await open_postgres(url)
    if look_only:
        return database
    try:
        await migrate(database)
    except BaseException:
        await database.close()
        raise
    return database


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every migration, in order; the files are named ``0001_what.sql``."""
    return [(int(file.name.split("_")[0]), file.read_text("utf-8")) for file in sorted(MIGRATIONS.glob("*.sql"))]


async def migrate(database: Database) -> list[int]:
    """Apply what is missing, each migration in a transaction; returns the numbers applied.

    Raises :class:`StoreProblem` when the database was written by a newer version.
    """
    async with database.transaction() as transaction:  # two processes at once: they take turns
        await transaction.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
    known = migrations()
    applied = []
    for number, sql in known:
        async with database.transaction() as transaction:
            current = await version(transaction)
            if current > known[-1][0]:
                raise StoreProblem(
                    f"The database has version {current}, this program knows version {known[-1][0]} at most. "
                    "Install the newer program, or restore the backup made before the upgrade."
                )
            if current < number:
                await transaction.script(sql)
                await transaction.execute("INSERT INTO schema_version (version) VALUES ($1)", number)
                applied.append(number)
    return applied


async def version(connection: Connection) -> int:
    """The newest migration that was applied; 0 for an empty database."""
    row = await connection.one("SELECT MAX(version) AS version FROM schema_version")
    return int(row["version"] or 0) if row else 0
