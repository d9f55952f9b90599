"""PostgreSQL, for those who outgrow one process (extra ``postgres``)."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from bot.store.database import Row, StoreProblem

_WRITER = 0x6461726B  # the advisory lock that makes transactions of all processes take turns


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise StoreProblem(f"{type(error).__name__}: {error}") from error


class _Verbs:
    """The verbs over anything of asyncpg that runs a query: a pool, or a connection in a transaction."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        with _translated():
            return [dict(row) for row in await self._runner.fetch(sql, *args)]

    async def one(self, sql: str, *args: Any) -> Row | None:
        with _translated():
            row = await self._runner.fetchrow(sql, *args)
        return dict(row) if row is not None else None

    async def execute(self, sql: str, *args: Any) -> int:
        with _translated():
            status: str = await self._runner.execute(sql, *args)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        with _translated():
            await self._runner.executemany(sql, parameters)

    async def script(self, sql: str) -> None:
        await self.execute(sql)


class Postgres(_Verbs):
    """An open pool of connections."""

    shared = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Verbs]:
        with _translated():
            async with self._runner.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _WRITER)
                yield _Verbs(connection)

    async def close(self) -> None:
        await self._runner.close()


async def open_postgres(url: str) -> Postgres:
    """Open a pool on the database behind ``url``."""
    try:
        pool = await asyncpg.create_pool(url, min_size=1, max_size=8, command_timeout=30)
    except ValueError as error:  # its words may hold a part of the password
        raise StoreProblem(
            f"DATABASE_URL cannot be read ({type(error).__name__}); special characters in the password are written "
            "as %-codes: %40 for @."
        ) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise StoreProblem(f"PostgreSQL cannot be reached: {error}") from error
    return Postgres(pool)
