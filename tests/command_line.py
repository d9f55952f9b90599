"""Running the program the way an operator does: its own process, with nothing but the given settings."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.provider import providers

ROOT = Path(__file__).parents[1]
SECONDS = 60.0


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of ours, and with ``settings``."""
    ours = tuple(f"{name.upper()}_" for name in providers())
    names = {name.upper() for name in Settings.model_fields}
    kept = {
        name: value for name, value in os.environ.items() if name.upper() not in names and not name.startswith(ours)
    }
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


async def darkroom(folder: Path, *arguments: str, **settings: str) -> Ended:
    """Run ``python -m bot`` with ``arguments`` in ``folder``, where no ``.env`` is but the test's."""
    return await program([sys.executable, "-m", "bot", *arguments], folder, settings)


async def program(command: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Ended:
    """Run ``command`` in ``folder`` until it ends."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
