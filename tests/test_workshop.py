"""The worker processes: what they get, and that whatever happens to them harms nobody."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import recipes
from bot.workshop import ENVIRONMENT, Workshop, WorkshopProblem
from tests.test_sound import tone

SCRIPT = f"""
import fcntl, json, os, runpy, select, signal, sys
job = json.loads(sys.argv[1])
match job["recipe"]:
    case "hang":
        with open(job["target"], "w") as half:
            half.write("half of it")
        with open(job["sources"][0], "w") as told:
            told.write(str(os.getpid()))
        signal.pause()
    case "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    case "say":
        os.write(1, job["parameters"]["words"].encode())
        sys.exit(job["parameters"]["code"])
    case "tell":
        runpy.run_path({recipes.__file__!r})["confine"](100)
        import resource
        limits = [resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in ("AS", "FSIZE", "CPU", "CORE")]
        with open(job["target"], "w") as out:
            json.dump([dict(os.environ), limits, os.getpriority(os.PRIO_PROCESS, 0)], out)
        print('{{"problem": "", "why": ""}}')
    case "alone":
        lock = open(job["sources"][0], "w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        select.select([], [], [], 0.05)
        open(job["target"], "w").write("done")
        print('{{"problem": "", "why": ""}}')
    case _:
        runpy.run_path({recipes.__file__!r}, run_name="__main__")
"""
"""A worker that also behaves as badly as a hostile file could make it."""
WORKER = (sys.executable, "-P", "-c", SCRIPT)
DAMAGED = "it is damaged, or of an unexpected kind"


@asynccontextmanager
async def a_workshop(**options: Any) -> AsyncIterator[Workshop]:
    found = Workshop(**options)
    try:
        yield found
    finally:
        await found.close()


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    async with a_workshop() as found:
        yield found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def problem(workshop: Workshop, recipe: str, source: Path, **parameters: Any) -> str:
    """What stands in the way, as something must; nothing may be left then."""
    target = source.parent / "target"
    with pytest.raises(WorkshopProblem) as caught:
        await workshop.make(recipe, [source], target, **parameters)
    assert not target.exists()
    return str(caught.value)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 48), (200, 30, 40)).save(path)
    return path


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A pipe in which a worker that hangs says who it is."""
    path = tmp_path / "told"
    os.mkfifo(path)
    return path


async def hanging(told: Path) -> int:
    """Wait until a worker hangs: its process id."""
    return int(await asyncio.to_thread(told.read_text))


async def test_a_worker_that_hangs_is_killed_and_the_next_one_works(tmp_path: Path, picture: Path) -> None:
    async with a_workshop(worker=WORKER, limit=2.0) as workshop:
        assert "took too long" in await problem(workshop, "hang", tmp_path / "told")
        assert not is_alive(int((tmp_path / "told").read_text()))
        await workshop.make("quarter", [picture], tmp_path / "made", number=1)
    assert (tmp_path / "made").stat().st_size > 0


async def test_real_work_that_takes_too_long(tmp_path: Path) -> None:
    song = tone(tmp_path / "song.wav", 20)
    async with a_workshop(limit=0.2) as workshop:
        assert "took too long" in await problem(workshop, "film", song)


async def test_a_worker_that_crashes_harms_nobody(tmp_path: Path, picture: Path) -> None:
    async with a_workshop(worker=WORKER) as workshop:
        assert DAMAGED in await problem(workshop, "crash", picture)
        await workshop.make("quarter", [picture], tmp_path / "made", number=1)
    assert (tmp_path / "made").stat().st_size > 0


async def test_a_cancelled_job_leaves_nothing(tmp_path: Path, told: Path, picture: Path) -> None:
    async with a_workshop(worker=WORKER) as workshop:
        job = asyncio.create_task(workshop.make("hang", [told], tmp_path / "target"))
        assert not workshop.busy
        pid = await hanging(told)
        assert workshop.busy
        assert (tmp_path / "target").exists()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert not workshop.busy
        assert not is_alive(pid)
        assert not (tmp_path / "target").exists()
        await workshop.make("quarter", [picture], tmp_path / "made", number=1)


async def test_closing_ends_what_is_being_made(tmp_path: Path, told: Path, picture: Path) -> None:
    async with a_workshop(worker=WORKER) as workshop:
        jobs = [asyncio.create_task(problem(workshop, "hang", told)) for _number in range(2)]  # one waits for its turn
        pid = await hanging(told)
        await workshop.close()
        assert not is_alive(pid)
        assert await asyncio.gather(*jobs) == ["The bot is shutting down."] * 2
        assert "shutting down" in await problem(workshop, "quarter", picture, number=1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", 0),
        ("", 1),
        ("no JSON\n", 0),
        ("[]\n", 0),
        ("null\n", 0),
        ('{"problem": ""}\n', 0),
        ('{"problem": {"a": 1}, "why": []}\n', 0),
        ("[" * 50_000 + "\n", 0),
        ('{"problem": "", "why": ""}\n', 1),
        ('{"problem": "", "why": ""}\n', 0),  # and yet there is no file
    ],
)
async def test_whatever_a_worker_says(picture: Path, words: str, code: int) -> None:
    async with a_workshop(worker=WORKER) as workshop:
        assert DAMAGED in await problem(workshop, "say", picture, words=words, code=code)


async def test_a_worker_that_never_stops_talking(picture: Path) -> None:
    talker = (sys.executable, "-c", "import os\nwhile True: os.write(1, b'x' * 65536)")
    async with a_workshop(worker=talker, limit=0.5) as workshop:
        assert "took too long" in await problem(workshop, "say", picture)


async def test_a_worker_that_cannot_be_started(picture: Path) -> None:
    async with a_workshop(worker=("/no/such/python",)) as workshop:
        assert "could not be started" in await problem(workshop, "quarter", picture, number=1)


async def test_a_worker_gets_no_secret_and_little_else(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret-token")
    monkeypatch.setenv("RELAY_KEY", "sk-secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    async with a_workshop(worker=WORKER) as workshop:
        await workshop.make("tell", [picture], tmp_path / "target")
    environment, (memory, file, processor, core), nice = json.loads((tmp_path / "target").read_text())
    assert environment["LANG"] == "C.UTF-8"
    assert "secret" not in str(environment)
    assert set(environment) <= {*ENVIRONMENT, "LC_CTYPE"}
    assert (memory, file, core) == (recipes.MEMORY, recipes.LARGEST_FILE, 0)
    assert 100 <= processor <= 1000
    assert nice > os.getpriority(os.PRIO_PROCESS, 0)


async def test_one_at_a_time(tmp_path: Path) -> None:
    async with a_workshop(worker=WORKER) as workshop:
        jobs = [workshop.make("alone", [tmp_path / "lock"], tmp_path / str(number)) for number in range(4)]
        await asyncio.gather(*jobs)
    assert [(tmp_path / str(number)).read_text() for number in range(4)] == ["done"] * 4


async def test_two_at_a_time(tmp_path: Path, told: Path) -> None:
    os.mkfifo(tmp_path / "other")
    async with a_workshop(worker=WORKER, width=2) as workshop:
        pipes = (told, tmp_path / "other")
        jobs = [asyncio.create_task(workshop.make("hang", [pipe], pipe.with_suffix(".made"))) for pipe in pipes]
        one, other = await asyncio.gather(*map(hanging, pipes))
        assert one != other
        await workshop.close()
        assert [type(found) for found in await asyncio.gather(*jobs, return_exceptions=True)] == [WorkshopProblem] * 2


async def test_without_the_extra_nothing_is_made(tmp_path: Path, picture: Path) -> None:
    async with a_workshop(needs=("PIL", "no_such_package")) as workshop:
        assert not workshop.available
        (tmp_path / "target").touch()
        with pytest.raises(WorkshopProblem, match="extra “media”"):
            await workshop.make("quarter", [picture], tmp_path / "target", number=1)
    async with a_workshop() as workshop:
        assert workshop.available


def test_the_bot_itself_never_loads_the_libraries() -> None:
    script = "import sys, bot.workshop as w; print(w.Workshop().available, sorted({'av', 'PIL'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "True []"
