"""What a benchmark tells: figures with their targets, and of which machine they are."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MEMORY, PROCESSOR = Path("/proc/meminfo"), Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Figure:
    """One measured value and what it should be at most; without a ``target`` it is only worth knowing.

    ``beside`` is what helps to judge it: a bound, or what somebody else needs.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    beside: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.target is None or self.value <= self.target

    @property
    def line(self) -> str:
        """As a line of the table."""
        mark = "    " if self.target is None else "ok  " if self.met else "MISS"
        target = "" if self.target is None else f"target {self.target:.6g}"
        return f"{mark} {self.name:<58} {self.value:10.2f} {self.unit:<6} {target:<14} {self.beside}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of ``values`` do not exceed; the largest of few."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return percentile(values, 0.99)


def machine() -> dict[str, Any]:
    """Where and when it is measured. Memory is in MiB; what this system does not tell is ``None``."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _field(PROCESSOR, "model name"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": int(total.split()[0]) // 1024 if (total := _field(MEMORY, "MemTotal")) else None,
        "load": round(os.getloadavg()[0], 2),
    }


def _field(path: Path, name: str) -> str | None:
    """What stands behind ``name:`` in a file of the system."""
    if not path.exists():
        return None
    lines = (line.partition(":") for line in path.read_text("utf-8").splitlines())
    return next((value.strip() for key, _colon, value in lines if key.strip() == name), None)
