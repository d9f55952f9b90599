"""Stopping on request, starting when something else is down, and refusing to start.

Stopping in the middle of work is in ``test_matrix_process.py``.
"""

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.stage import HURRY, POST, UNKNOWN, Stage, a_stage
from tests.test_health import Asker
from tests.test_metrics import Figures

pytestmark = pytest.mark.process

BOTH = pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)


async def stopped(stage: Stage, how: signal.Signals, within: float) -> None:
    """The signal ends the process with 0, in time."""
    begun = time.monotonic()
    assert await stage.bot.stop(how) == 0
    assert time.monotonic() - begun < within


@BOTH
async def test_idle(tmp_path: Path, how: signal.Signals) -> None:
    async with a_stage(tmp_path) as stage:
        await stage.ask("fox")
        await stage.ended()
        await stopped(stage, how, within=10)


async def test_a_request_that_hangs(tmp_path: Path) -> None:
    """It is cut off in the end; nobody knows what became of it, and it is not sent again."""
    async with asyncio.TaskGroup() as both:
        for how in (signal.SIGTERM, signal.SIGINT):
            folder = tmp_path / how.name
            folder.mkdir()
            both.create_task(hanging(folder, how))


async def hanging(folder: Path, how: signal.Signals) -> None:
    """A stage on which a request is answered by nobody when the signal comes."""
    async with a_stage(folder) as stage:
        await stage.begun("fox")
        arrived = stage.arrival(POST, hang=True)
        await stage.ask("owl")
        await stage.happened(arrived)
        stage.relay.release()
        await stopped(stage, how, within=10)
        stage.let_be()
        assert stage.rows()["owl"].phase == "sending"
        await stage.bot.start()
        await stage.ended()
        assert await stage.bot.stop() == 0
        assert stage.rows()["owl"].phase == "unknown"
        assert stage.says(stage.asked["owl"], UNKNOWN)
        assert stage.relay.count("POST", POST) == 2
        stage.delivered("fox")


async def test_the_relay_is_down_at_the_start(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        await stage.begun("fox")
        await stage.bot.kill()
        port = int(stage.relay.url.rpartition(":")[2])
        await stage.relay.close()
        await stage.bot.start()
        owl = await stage.ask("owl")
        await stage.server.until(lambda: stage.says(owl, "could not be reached"))
        await stage.relay.start(port=port)
        stage.relay.release()
        await stage.ended()
        assert await stage.bot.stop() == 0
        stage.delivered()


LOGIN: dict[str, list[dict[str, Any]]] = {
    "account": [{"method": "GET", "path_pattern": "/users/@me", "status": 503}],
    "address": [{"method": "GET", "path_pattern": "/gateway/bot", "status": 503}],
    "commands": [  # aiohttp itself repeats a PUT once
        {"method": "PUT", "path_pattern": "/applications/*/commands", "cut": "before", "times": 2},
    ],
    "gateway": [{"method": "GET", "path_pattern": "/gateway/bot", "status": 503, "passes": 1}],
    "all": [
        {"method": "GET", "path_pattern": "/users/@me", "cut": "before", "times": 2},
        {"method": "GET", "path_pattern": "/gateway/bot", "status": 503, "passes": 1},
    ],
}
"""Where a start can break off, and how."""


async def test_discord_is_down_at_the_start(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as together:
        for where, faults in LOGIN.items():
            folder = tmp_path / where
            folder.mkdir()
            together.create_task(started_late(folder, faults))


async def started_late(folder: Path, faults: list[dict[str, Any]]) -> None:
    """The bot tries again until it can start, and then works."""
    async with a_stage(folder, running=False) as stage:
        down = [stage.server.faults.add(**fault) for fault in faults]
        await stage.bot.start(seconds=HURRY)
        assert [fault.hits for fault in down] == [fault.get("times", 1) for fault in faults]
        assert stage.bot.output.count("Discord cannot be reached, trying again") == len(faults)
        await stage.ask("fox")
        await stage.ended()
        assert await stage.bot.stop() == 0
        stage.delivered()


async def test_stopping_while_discord_is_down(tmp_path: Path, unused_tcp_port: int) -> None:
    async with a_stage(tmp_path, running=False, settings={"HEALTH_PORT": str(unused_tcp_port)}) as stage:
        down = stage.server.faults.add("GET", "/users/@me", None, cut="before")
        await stage.bot.launch()
        await stage.server.until(lambda: down.hits)
        ask = Asker(unused_tcp_port)
        assert (await ask("/healthz")).status == 200
        ready = await ask("/readyz")
        assert (ready.status, ready.wrong) == (503, {"discord": "not connected"})
        await stopped(stage, signal.SIGTERM, within=10)


async def test_a_wrong_token(tmp_path: Path) -> None:
    async with a_stage(tmp_path, running=False) as stage:
        code, said = await stage.another(DISCORD_TOKEN="wrong")
        assert code == 4
        assert "Discord refused the bot token (DISCORD_TOKEN)." in said
        assert "Traceback" not in said


async def test_a_second_process_on_the_same_database(tmp_path: Path, unused_tcp_port: int) -> None:
    """It is refused; the first one goes on, and says over HTTP how it is until it has stopped."""
    async with a_stage(tmp_path, settings={"HEALTH_PORT": str(unused_tcp_port)}) as stage:
        code, said = await stage.another(HEALTH_PORT="0")
        assert code == 3
        assert "Another Darkroom is running on darkroom.db." in said
        assert "Traceback" not in said
        await stage.ask("fox")
        await stage.ended()
        await stage.settled()
        await healthy(Asker(unused_tcp_port))
        assert await stage.bot.stop() == 0
        with pytest.raises(aiohttp.ClientConnectorError):
            await Asker(unused_tcp_port)("/healthz")
        stage.delivered()


async def healthy(ask: Asker) -> None:
    """A process that has delivered one video says that all is well, and has counted it."""
    async with asyncio.timeout(HURRY):
        while (ready := await ask("/readyz")).status != 200:  # for two seconds servers may still be told of
            assert ready.wrong.keys() == {"discord"}
            await asyncio.sleep(0.05)
    alive, metrics = await ask("/healthz"), Figures((await ask("/metrics")).text)
    assert (alive.json["alive"], ready.json["ready"]) == (True, True)
    assert metrics("darkroom_deliveries_total", provider="luma", outcome="delivered") == 1
    edits = metrics("darkroom_discord_requests_total", method="PATCH", status="200")
    assert edits == metrics("darkroom_edits_total", outcome="sent")
    assert (metrics("darkroom_gateway_latency_seconds", shard="0") or 0) > 0
    assert (metrics("darkroom_loop_lag_seconds_count") or 0) > 0
    assert (metrics("process_resident_memory_bytes") or 0) > 10_000_000
