"""The file: one process at a time, and every way in which a file system says no."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store import Database, Store, StoreProblem, connect
from bot.store.database import version
from tests.store import a_task

NOBODY = 65534
OPEN = "import asyncio, sys; from bot.store import connect; database = asyncio.run(connect(sys.argv[1]))"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "darkroom.db"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    opened = await connect(f"sqlite:///{file}")
    yield opened
    await opened.close()


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of one's own, without the rights of root, before whom no file is read-only."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        with tempfile.TemporaryDirectory(prefix="rights-", dir="/tmp") as folder:
            try:
                yield Path(folder)
            finally:
                Path(folder).chmod(stat.S_IRWXU)
    finally:
        if root:
            os.seteuid(0)


# ---------------------------------------------------------------------------------------------------- one process


async def test_a_second_process_is_refused(database: Database, file: Path) -> None:
    command = [sys.executable, "-c", OPEN, f"sqlite:///{file}"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "Another Darkroom is running on darkroom.db" in refused.stderr


async def test_the_next_one_may_when_the_first_has_closed(file: Path) -> None:
    first = await connect(f"sqlite:///{file}")
    with pytest.raises(StoreProblem, match="Another Darkroom"):
        await connect(f"sqlite:///{file}")
    await first.close()
    await first.close()  # says nothing
    second = await connect(f"sqlite:///{file}")
    await second.close()


async def test_looking_beside_a_running_one(database: Database, file: Path) -> None:
    await Store(database).add(a_task())
    beside = await connect(f"sqlite:///{file}", look_only=True)
    try:
        assert await Store(beside).get("t1") == a_task()
        with pytest.raises(StoreProblem, match="cannot be written"):
            await Store(beside).remember("a", "b")
        await Store(database).remember("heartbeat", "5")
        assert await Store(beside).recall("heartbeat") == "5"
    finally:
        await beside.close()


async def test_looking_creates_nothing(file: Path) -> None:
    with pytest.raises(StoreProblem, match=r"darkroom\.db cannot be used"):
        await connect(f"sqlite:///{file}", look_only=True)
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("name", ["a b.db", "50%25.db", "who?.db", "no#1.db", "狐狸.db"])
async def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folders' / name}"
    database = await connect(url)
    await database.close()
    beside = await connect(url, look_only=True)
    try:
        assert await version(beside) > 0
    finally:
        await beside.close()
    assert (tmp_path / "new" / "folders" / name).is_file()


# ---------------------------------------------------------------------------------------------------- unusable files


async def test_an_address_without_a_file() -> None:
    with pytest.raises(StoreProblem, match="names no file"):
        await connect("sqlite:///")


async def test_a_file_that_is_no_database(file: Path) -> None:
    file.write_bytes(b"Dear diary, " * 1000)
    for _attempt in range(2):
        with pytest.raises(StoreProblem, match=r"darkroom\.db cannot be used: The file is no database"):
            await connect(f"sqlite:///{file}")
    assert file.read_bytes() == b"Dear diary, " * 1000


async def test_a_folder_in_place_of_the_file(file: Path) -> None:
    file.mkdir()
    with pytest.raises(StoreProblem, match=r"darkroom\.db cannot be used"):
        await connect(f"sqlite:///{file}")


async def test_a_file_in_place_of_the_folder(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(StoreProblem, match="folder of the database cannot be written"):
        await connect(f"sqlite:///{file / 'darkroom.db'}")


async def test_a_read_only_folder() -> None:
    with unprivileged() as folder:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(StoreProblem, match="folder of the database cannot be written: Permission denied"):
            await connect(f"sqlite:///{folder / 'darkroom.db'}")
        with pytest.raises(StoreProblem, match="folder of the database cannot be written: Permission denied"):
            await connect(f"sqlite:///{folder / 'data' / 'darkroom.db'}")


async def test_a_read_only_file() -> None:
    with unprivileged() as folder:
        file = folder / "darkroom.db"
        database = await connect(f"sqlite:///{file}")
        await database.close()
        file.chmod(stat.S_IRUSR)
        with pytest.raises(StoreProblem, match="cannot be written; look at the rights of the file"):
            await connect(f"sqlite:///{file}")
        beside = await connect(f"sqlite:///{file}", look_only=True)
        assert await version(beside) > 0
        await beside.close()


# ---------------------------------------------------------------------------------------------------- at work


async def test_a_database_that_another_program_locks(database: Database, file: Path) -> None:
    store = Store(database)
    await store.add(a_task("before"))
    await database.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreProblem, match="locked by another program"):
            await store.add(a_task("during"))
        with pytest.raises(StoreProblem, match="locked by another program"):
            await store.remember("heartbeat", "1")
        assert await store.get("before") == a_task("before")
        other.execute("ROLLBACK")
    assert await store.add(a_task("after"))
    assert await store.get("during") is None


async def test_a_short_lock_is_waited_for(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        adding = asyncio.create_task(Store(database).add(a_task()))
        await Store(database).recall("read while the writer waits")
        other.execute("ROLLBACK")
        assert await adding
    assert await Store(database).get("t1") == a_task()


async def test_a_full_disk_stores_nothing_and_harms_nothing(database: Database) -> None:
    store = Store(database)
    await store.add(a_task("before"))
    row = await database.rows("PRAGMA page_count")
    await database.execute(f"PRAGMA max_page_count = {row[0]['page_count'] + 1}")
    with pytest.raises(StoreProblem, match="disk of the database is full"):
        await store.add(a_task("during", data={"big": "x" * 200_000}))
    assert await store.get("during") is None
    assert await store.get("before") == a_task("before")
    await database.execute("PRAGMA max_page_count = 1000000")
    assert await store.add(a_task("during", data={"big": "x" * 200_000}))
    assert await store.get("during") is not None


async def test_a_damaged_file_says_so(database: Database, file: Path) -> None:
    await Store(database).add_all([a_task(f"t{n:03}", data={"big": "x" * 3000}) for n in range(100)])
    await database.close()
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StoreProblem, match="damaged; restore a backup"):
        await connect(f"sqlite:///{file}")
