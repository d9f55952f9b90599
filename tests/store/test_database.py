"""What holds for both engines: migrations, transactions, and errors that say what to do."""

import asyncio
from pathlib import Path

import pytest

from bot.store import Database, Store, StoreProblem, connect
from bot.store.database import migrate, migrations, version
from tests.store import a_task
from tests.store.conftest import Server

NEWEST = migrations()[-1][0]


async def count(database: Database) -> int:
    row = await database.one("SELECT COUNT(*) AS n FROM memory")
    assert row is not None
    return int(row["n"])


async def put(database: Database, name: str) -> None:
    async with database.transaction() as transaction:
        await transaction.execute("INSERT INTO memory (name, value) VALUES ($1, $2)", name, "x")


# ---------------------------------------------------------------------------------------------------- migrations


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _sql in migrations()] == list(range(1, NEWEST + 1))


async def test_a_fresh_database_is_brought_up_to_date_once(database: Database) -> None:
    assert await version(database) == NEWEST
    assert await migrate(database) == []
    assert [row["version"] for row in await database.rows("SELECT version FROM schema_version")] == list(
        range(1, NEWEST + 1)
    )


async def test_what_was_stored_is_there_after_a_restart(url: str) -> None:
    first = await connect(url)
    await Store(first).add(a_task())
    await first.close()
    second = await connect(url)
    try:
        assert await Store(second).get("t1") == a_task()
    finally:
        await second.close()


async def test_a_newer_database_is_refused_and_left_alone(url: str) -> None:
    database = await connect(url)
    await database.execute("INSERT INTO schema_version (version) VALUES ($1)", NEWEST + 41)
    await database.close()
    for _attempt in range(2):  # the refusal holds on to nothing
        with pytest.raises(StoreProblem, match=f"version {NEWEST + 41}.*version {NEWEST} at most.*newer program"):
            await connect(url)
    beside = await connect(url, look_only=True)
    try:
        assert await version(beside) == NEWEST + 41
    finally:
        await beside.close()


async def test_a_migration_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(StoreProblem):
        async with database.transaction() as transaction:
            await transaction.script("CREATE TABLE half (x BIGINT); CREATE TABLE tasks (x BIGINT)")
    with pytest.raises(StoreProblem, match="half"):
        await database.rows("SELECT x FROM half")


@pytest.mark.postgres
async def test_many_processes_may_start_at_once(postgres: Server) -> None:
    postgres.sql("SET client_min_messages = error; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    opened = await asyncio.gather(*(connect(postgres.url) for _ in range(6)))
    try:
        assert [row["version"] for row in await opened[0].rows("SELECT version FROM schema_version")] == list(
            range(1, NEWEST + 1)
        )
    finally:
        for database in opened:
            await database.close()


# ---------------------------------------------------------------------------------------------------- verbs


async def test_statements_say_how_many_rows_they_touched(database: Database) -> None:
    await database.many("INSERT INTO memory (name, value) VALUES ($1, $2)", [(str(n), "x") for n in range(12)])
    assert await database.execute("UPDATE memory SET value = $1 WHERE name < $2", "y", "3") == 5
    assert await database.execute("DELETE FROM memory WHERE value = $1", "z") == 0
    touched = await database.rows("UPDATE memory SET value = $1 WHERE name = $2 RETURNING name, value", "r", "7")
    assert touched == [{"name": "7", "value": "r"}]
    assert await database.one("SELECT value FROM memory WHERE name = $1", "none") is None


async def test_a_script_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(StoreProblem):
        await database.script("INSERT INTO memory VALUES ('a', 'x'); INSERT INTO memory VALUES ('a', 'x');")
    assert await count(database) == 0
    await database.script("INSERT INTO memory VALUES ('a', 'x'); INSERT INTO memory VALUES ('b', 'x');")
    assert await count(database) == 2


async def test_a_senseless_statement_is_a_store_problem(database: Database) -> None:
    for doing in (database.rows, database.execute, database.one, database.script):
        with pytest.raises(StoreProblem):
            await doing("SELEC nothing")
    with pytest.raises(StoreProblem):
        await database.many("INSERT INTO nowhere VALUES ($1)", [(1,)])
    await put(database, "still at work")
    assert await count(database) == 1


# ---------------------------------------------------------------------------------------------------- transactions


async def test_a_transaction_that_raises_changes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as transaction:
            await transaction.execute("INSERT INTO memory (name, value) VALUES ('a', 'x')")
            raise ZeroDivisionError
    assert await count(database) == 0


async def test_others_see_a_transaction_when_it_is_done(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.execute("INSERT INTO memory (name, value) VALUES ('a', 'x')")
        assert await transaction.one("SELECT value FROM memory WHERE name = 'a'") == {"value": "x"}
        assert await count(database) == 0  # and nobody who reads has to wait
    assert await count(database) == 1


async def test_transactions_take_turns(database: Database, url: str) -> None:
    other = await connect(url) if database.shared else database
    await database.execute("INSERT INTO memory (name, value) VALUES ('n', '0')")

    async def increment(where: Database) -> None:
        async with where.transaction() as transaction:
            row = await transaction.one("SELECT value FROM memory WHERE name = 'n'")
            assert row is not None
            await transaction.execute("UPDATE memory SET value = $1 WHERE name = 'n'", str(int(row["value"]) + 1))

    try:
        await asyncio.gather(*(increment((database, other)[n % 2]) for n in range(30)))
    finally:
        if other is not database:
            await other.close()
    assert await database.one("SELECT value FROM memory") == {"value": "30"}


async def test_a_cancelled_transaction_changes_nothing(database: Database) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with database.transaction() as transaction:
            await transaction.execute("INSERT INTO memory (name, value) VALUES ('a', 'x')")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(database) == 0
    await put(database, "b")
    assert await count(database) == 1


async def test_a_cancellation_at_any_moment_does_not_stop_the_next_writer(database: Database) -> None:
    for steps in range(25):
        task = asyncio.create_task(put(database, f"cancelled {steps}"))
        for _step in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await put(database, f"next {steps}")
        assert await database.one("SELECT name FROM memory WHERE name = $1", f"next {steps}") is not None


# ---------------------------------------------------------------------------------------------------- PostgreSQL


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="PostgreSQL cannot be reached"):
        await connect(f"postgresql://somebody@/db?host={tmp_path}")


@pytest.mark.parametrize("rest", ["user:hunter2#x@127.0.0.1/db", "user:hunter2:x@127.0.0.1:hunter2/db"])
async def test_an_address_that_cannot_be_read_keeps_its_password(rest: str) -> None:
    with pytest.raises(StoreProblem) as caught:
        await connect(f"postgresql://{rest}")
    assert "DATABASE_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.postgres
async def test_an_unknown_database_is_named(postgres: Server) -> None:
    with pytest.raises(StoreProblem, match='"nowhere" does not exist'):
        await connect(postgres.url.replace("/postgres?", "/nowhere?"))


@pytest.mark.postgres
async def test_a_connection_that_dies_is_a_store_problem_and_then_replaced(postgres: Server) -> None:
    postgres.sql("SET client_min_messages = error; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    database = await connect(postgres.url)
    try:
        with pytest.raises(StoreProblem):
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO memory (name, value) VALUES ('a', 'x')")
                postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
                await transaction.execute("INSERT INTO memory (name, value) VALUES ('b', 'x')")
        assert await count(database) == 0
        await put(database, "c")
        assert await count(database) == 1
    finally:
        await database.close()
