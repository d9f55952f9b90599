"""Measures, prints a table and writes ``bench.json``. Names of parts as arguments measure these alone, ``all`` all."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.acknowledge import acknowledge
from bench.delivery import delivery
from bench.figures import Figure, machine
from bench.history import history
from bench.polling import polling
from bench.restart import restart
from bench.results import crowd, results
from bench.singles import singles
from bench.streams import streams
from bot import logs

Part = Callable[[Path], Awaitable[list[Figure]]]
PARTS: dict[str, Part] = {
    "polling": polling,
    "results": results,
    "acknowledge": acknowledge,
    "delivery": delivery,
    "history": history,
    "restart": restart,
}
MORE: dict[str, Part] = {
    "crowd": crowd,
    "singles": singles,
    "streams": streams,
}
"""Parts that are measured only when they are named."""


async def measure(names: list[str]) -> dict[str, list[Figure]]:
    """The figures of the named parts; they are printed as they come."""
    found = {}
    for name in names:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
            found[name] = await (PARTS | MORE)[name](Path(folder))
        print(f"\n{name} ({time.monotonic() - begun:.0f} s)")
        for figure in found[name]:
            print(figure.line, flush=True)
    return found


def main() -> None:
    """Measure, print, write."""
    logs.set_up("WARNING", "console")
    about, wanted = machine(), sys.argv[1:] or list(PARTS)
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    found = asyncio.run(measure([*PARTS, *MORE] if wanted == ["all"] else wanted))
    parts = {
        name: [
            {"name": f.name, "value": f.value, "unit": f.unit, "target": f.target, "met": f.met, "beside": f.beside}
            for f in figures
        ]
        for name, figures in found.items()
    }
    report = {"machine": about, "parts": parts}
    Path("bench.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
