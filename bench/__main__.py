"""Measures, prints a table and writes ``bench.json``. Names of parts as arguments measure these alone."""

import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.figures import IN_FLIGHT, ROWS, Figure, history, polling
from bench.singles import singles
from bench.streams import streams
from bot import logs

PARTS: dict[str, Callable[[Path], Awaitable[list[Figure]]]] = {
    "polling": polling,
    "singles": singles,
    "history": history,
    "streams": streams,
}


async def measure(names: list[str]) -> list[Figure]:
    """The figures of the named parts."""
    found = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
            found += await PARTS[name](Path(folder))
    return found


def main() -> None:
    """Measure, print, write."""
    logs.set_up("WARNING", "console")
    figures = asyncio.run(measure(sys.argv[1:] or list(PARTS)))
    for figure in figures:
        mark = "ok  " if figure.met else "MISS"
        beside = f"   {figure.beside}" if figure.beside else ""
        print(f"{mark} {figure.name:<58} {figure.value:9.2f} {figure.unit:<6} target {figure.target:g}{beside}")
    report = {
        "python": sys.version.split()[0],
        "machine": platform.machine(),
        "rows": ROWS,
        "in_flight": IN_FLIGHT,
        "figures": [{"name": f.name, "value": f.value, "unit": f.unit, "target": f.target} for f in figures],
    }
    Path("bench.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
