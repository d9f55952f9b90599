"""The machine fails a bot with tasks of every kind at every moment: its database, its disk, its clock.

| fault | what comes of the tasks |
|---|---|
| database locked by another program | all are delivered; what could not be stored was not accepted, and its user told |
| disk full, of the database and of temporary files | the same |
| the clock jumps, forward or back | all are delivered |
"""

import asyncio
import os
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.e2e.moments import BEFORE_ROW, Scene, a_scene, locked
from tests.e2e.shift import MovedClock

pytestmark = pytest.mark.process
HOURS = 3600.0
SPOKEN = 64 * 1024
"""Bytes that a process whose files may not grow can still say, for what it says is a file, too."""


async def test_the_database_is_locked(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        stage = scene.stage
        async with locked(stage.database):
            await scene.unsaved()
            await stage.until(lambda: "locked by another program" in stage.bot.output)
        await scene.go_on()
        await scene.ended()
        scene.came_out({BEFORE_ROW: stage.honest})


async def test_the_disk_is_full(tmp_path: Path) -> None:
    async with a_disk(tmp_path) as folder, a_scene(folder, settings={"TMPDIR": str(folder)}) as scene:
        stage = scene.stage
        empty_log(stage.database)
        async with full(scene, folder):
            stage.open()
            await scene.begin()
            await stage.until(lambda: "cannot store" in stage.bot.output and "media not fetched" in stage.bot.output)
        await scene.go_on()
        await scene.ended()
        scene.came_out({BEFORE_ROW: stage.honest})


def empty_log(database: Path) -> None:
    """Bring all changes from the log into the database, so that the next one needs room."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@asynccontextmanager
async def a_disk(folder: Path) -> AsyncIterator[Path]:
    """A small disk of its own, where the system lets us have one; else the folder."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = await run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        if mounted:
            await run("umount", "--lazy", str(disk))


@asynccontextmanager
async def full(scene: Scene, disk: Path) -> AsyncIterator[None]:
    """Nothing can be written: the disk has no room, or (where it is not ours) no file of the process may grow."""
    if disk.is_mount():
        filler = disk / "filler"
        free = os.statvfs(disk)
        filler.write_bytes(bytes(free.f_bavail * free.f_frsize))
        yield
        filler.unlink()
        return
    process, most = scene.stage.bot.pid, len(scene.stage.bot.output.encode()) + SPOKEN
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (most, before[1]))
    yield
    resource.prlimit(process, resource.RLIMIT_FSIZE, before)


async def run(*command: str) -> bool:
    """Whether a command of the system worked."""
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    except OSError:
        return False
    return await process.wait() == 0


@pytest.mark.parametrize("hours", [5, -5], ids=["forward", "back"])
async def test_the_clock_jumps(tmp_path: Path, hours: int) -> None:
    clock = MovedClock(tmp_path / "shift")
    async with a_scene(tmp_path, settings=clock.settings) as scene:
        clock.move(hours * HOURS)
        scene.stage.open()
        await scene.begin()
        await scene.go_on()
        await scene.ended()
        scene.came_out()
