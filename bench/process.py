"""The bot as a process of its own, and what the system and its own metrics say of it."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.discord_server import BotProcess, DiscordServer

ROOT = Path(__file__).parents[1]
KEY = "sk-good"
HURRY = 60.0
LATE = "darkroom_loop_lag_seconds_bucket"
TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pid: int | str) -> float:
    """Seconds of processor time that the process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int | str) -> float:
    """MiB of memory that the process has."""
    return _memory(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most MiB that it ever had, or had since :func:`forget_peak`."""
    return _memory(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Count the peak from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _memory(pid: int | str, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


@dataclass(frozen=True)
class Seen:
    """The bot's metrics at one moment: values by name and labels, and how often its loop was how late (seconds)."""

    values: Mapping[tuple[str, frozenset[tuple[str, str]]], float]
    late: Mapping[float, float]

    def total(self, name: str, **labels: str) -> float:
        """The sum of a metric over all labels that are not named."""
        return sum(
            value
            for (found, has), value in self.values.items()
            if found == name and labels.items() <= dict(has).items()
        )


def lag(before: Seen, after: Seen, share: float) -> float:
    """Milliseconds that the loop was late at most in ``share`` of the looks at it between two moments."""
    counts = {edge: count - before.late.get(edge, 0.0) for edge, count in sorted(after.late.items())}
    wanted = share * max(counts.values(), default=0.0)
    return next((edge * 1000 for edge, count in counts.items() if count >= wanted), 0.0)


class Bot(BotProcess):
    """The bot between a simulated Discord and a relay; ``settings`` go into its environment."""

    def __init__(
        self, server: DiscordServer, relay: str, folder: Path, settings: Mapping[str, str] | None = None, *,
        running: bool = True,
    ) -> None:  # fmt: skip
        self.port = _free_port()
        environ = {
            "RELAY_URL": relay,
            "RELAY_KEY": KEY,
            "DATABASE_URL": f"sqlite:///{folder / 'darkroom.db'}",
            "ALLOW_PRIVATE_MEDIA": "true",
            "LOG_LEVEL": "WARNING",
            "HEALTH_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **(settings or {}),
        }
        super().__init__(server, [sys.executable, "-m", "bench.bot"], environ, cwd=folder, running=running)

    async def metrics(self) -> Seen | None:
        """What the bot says of itself; ``None`` when it does not answer yet."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}/metrics", headers={"Accept": "text/plain"}) as answer,
            ):
                if answer.status != 200:
                    return None
                return _seen(await answer.text())
        except aiohttp.ClientError:
            return None

    async def seen(self) -> Seen:
        """What the running bot says of itself."""
        found = await self.metrics()
        if found is None:
            raise SystemExit(f"the bot does not tell its metrics\n{self.output}")
        return found

    async def reported(self, count: int) -> float:
        """Wait until so many answers about tasks have been stored; when that was, in ``time.monotonic``."""
        async with asyncio.timeout(HURRY):
            while True:
                found = await self.metrics()
                if found is not None and found.total("darkroom_reports_total") >= count:
                    return time.monotonic()
                await asyncio.sleep(0.1)


def _seen(text: str) -> Seen:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return Seen(
        {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples},
        {
            float(sample.labels["le"]): sample.value
            for sample in samples
            if sample.name == "darkroom_loop_lag_seconds_bucket"
        },
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
