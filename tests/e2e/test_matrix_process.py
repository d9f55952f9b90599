"""A process with tasks of every kind at every moment is killed, told to stop, or cut off from the relay or Discord.

| fault | what comes of the tasks |
|---|---|
| SIGKILL | what was at the relay without a stored answer is unknown, what was not stored was not accepted |
| SIGTERM | what is on the wire is finished, nothing is begun, the next process delivers; a stream may be cut |
| relay down | what was at the relay without an answer is unknown, an answer that was coming is cut |
| gateway drop, resumed or not | all are delivered |
"""

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.kinds import BATCH, STREAM
from tests.e2e.moments import BEFORE_POST, BEFORE_ROW, MOMENTS, POLLING, UNANSWERED, UNSAVED_ANSWER, a_scene, locked
from tests.e2e.stage import HURRY

pytestmark = pytest.mark.process
LATE = {BATCH: "batch too late", STREAM: "stream too late"}
AT_REST = {"queued", "waiting", "running", "input", "done", "delivered", "cut", "failed"}
"""What a process may leave behind that was told to stop: nothing is on the wire."""
STREAMS = {moment.of(STREAM) for moment in MOMENTS if STREAM in moment.kinds}
"""An answer that is coming gets a second to be complete, and is cut then."""
CUT = 50.0
"""The pace of an answer that is to be cut before it is complete."""


async def test_killed(tmp_path: Path) -> None:
    async with a_scene(tmp_path, lost=True, pause=CUT) as scene:
        stage = scene.stage
        async with locked(stage.database):
            await scene.unsaved()
            await stage.bot.kill()
        await stage.bot.start()
        await scene.go_on()
        await scene.ended(BEFORE_ROW)
        scene.came_out(
            {
                UNANSWERED: stage.unknown,
                UNSAVED_ANSWER: stage.unknown,
                POLLING.of(STREAM): stage.unknown,
                BEFORE_ROW: stage.not_accepted,
            }
        )


async def test_told_to_stop(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        stage = scene.stage
        async with locked(stage.database):
            await scene.unsaved()
            stopping, begun = asyncio.create_task(stage.bot.stop()), time.monotonic()
            await stage.until(lambda: "nothing new is begun" in stage.bot.output)
            for kind, name in LATE.items():
                await stage.order(kind, name)
            await stage.server.until(lambda: all("being restarted" in stage.said(name) for name in LATE.values()))
        stage.open()
        assert await stopping == 0
        assert time.monotonic() - begun < 10
        stored, unsent = stage.by_name(), BEFORE_ROW.of(STREAM)
        assert [name for name in BEFORE_POST.cells if stored[name].phase != "queued" or stage.charged(name)] == []
        assert {one.phase for one in stored.values() if one.name != unsent} <= AT_REST
        assert stage.charged(unsent) == []
        await stage.bot.start()
        await scene.go_on()
        await scene.ended()
        scene.came_out({BEFORE_ROW: stage.honest, **dict.fromkeys(STREAMS, stage.honest)})
        stage.not_accepted(*LATE.values())


async def test_the_relay_is_gone_for_a_while(tmp_path: Path) -> None:
    async with a_scene(tmp_path, pause=CUT) as scene:
        stage = scene.stage
        port = int(stage.relay.url.rpartition(":")[2])
        async with locked(stage.database):
            await scene.unsaved()
            await stage.relay.close()
        stage.let_be()
        await stage.until(lambda: "could not be reached" in stage.bot.output)
        await stage.relay.start(port=port)
        await scene.go_on()
        await scene.ended()
        scene.came_out(
            {
                UNANSWERED: stage.unknown,
                POLLING.of(STREAM): stage.unknown,
                BEFORE_ROW.of(STREAM): stage.honest,
            }
        )


@pytest.mark.parametrize("forget", [False, True], ids=["resumed", "begun-anew"])
async def test_the_gateway_drops(tmp_path: Path, forget: bool) -> None:
    async with a_scene(tmp_path) as scene:
        stage = scene.stage
        async with locked(stage.database):
            await scene.unsaved()
            await stage.server.drop_gateway(4000, forget=forget)
        gateway = stage.server.gateway
        await stage.server.until(lambda: gateway.identifies == 2 if forget else gateway.resumes == 1, HURRY)
        await stage.server.connected()
        await scene.go_on()
        await scene.ended()
        scene.came_out()
