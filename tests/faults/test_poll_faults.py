"""What goes wrong while the relay works: nothing is lost, the back-off grows, and what recovers is delivered."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.simulator.faults import HTML_PAGE
from bot.task import Phase
from tests.faults.tools import Log, hurried, waiting
from tests.world import START, World

BATCH: dict[str, Any] = {"method": "POST", "path": "/luma/tasks"}
SINGLE = "/luma/generations/"
TASK_ERROR = {"code": "get_tasks_failed", "message": "database is locked", "data": None}
HOUR = 3600.0


def asked_at(world: World, path: str = "/luma/tasks") -> list[int]:
    """When the relay was asked about tasks, in seconds since the beginning."""
    return [round(call.at - START) for call in world.relay.calls if call.path == path]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 500, "body": TASK_ERROR},
        {"status": 502, "body": HTML_PAGE},
        {"status": 503},
        {"status": 429},
        {"status": 403, "body": TASK_ERROR},
        {"status": 401},
        {"status": 200, "body": {"success": False, "message": "busy"}},
        {"cut": "before"},
        {"cut": "after"},
    ],
    ids=repr,
)
async def test_a_relay_that_fails_while_it_is_asked(world: World, log: Log, fault: dict[str, Any]) -> None:
    world.relay.faults.add(**BATCH, **fault, times=5)
    await waiting(world)
    await world.pass_time(150)
    task = await world.task()
    assert (task.phase, task.absences) == (Phase.WAITING, 0)
    await world.pass_time(30)
    assert asked_at(world) == [0, 5, 15, 35, 75, 155]
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.DELIVERED, None)
    assert len(world.message(task).attachments) == 1
    assert (world.relay.count("POST", "/luma/generations"), len(world.relay.paid())) == (1, 1)
    assert [entry["seconds"] for entry in log.about(event="polling put off")] == [5, 10, 20, 40, 80]


async def test_a_relay_that_says_when_to_ask_again(world: World) -> None:
    world.relay.faults.add(**BATCH, status=429, headers={"Retry-After": "40"}, times=2)
    await waiting(world)
    await world.pass_time(100)
    assert asked_at(world) == [0, 40, 80]
    assert (await world.task()).phase is Phase.DELIVERED


async def test_silence_while_it_is_asked(world: World) -> None:
    world.relay.faults.add(**BATCH, hang=True)
    async with hurried(world, 0.2):
        await waiting(world)
        await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_one_outage_of_many_calls_counts_once(world: World) -> None:
    """Three calls a round fail together; the pause after the first round is still the shortest."""
    model = await waiting(world)
    world.relay.faults.add(**BATCH, status=500, times=6)
    copies = [
        replace(model, id=f"copy{number:06}", remote_id=f"nobody-{number}", due_at=START) for number in range(120)
    ]
    await world.app.engine.core.store.add_all(copies)
    world.relay.calls.clear()
    await world.pass_time(40)
    assert asked_at(world)[:7] == [0, 0, 0, 5, 5, 5, 15]


async def test_while_asking_fails_everything_else_goes_on(world: World) -> None:
    """A broken question slows only the questions: requests are taken and sent, results are delivered."""
    await world.video(prompt="a fox")
    fault = world.relay.faults.add(method="GET", path="/media/*", status=500)
    await world.pass_time(10)
    broken = world.relay.faults.add(**BATCH, status=500, times=None)
    await world.video(world.ben, "a fox")
    await world.pass_time(20)
    phases = {task.user_id: task.phase for task in await world.tasks()}
    assert fault.seen == 1
    assert broken.seen >= 2
    assert phases == {world.ann.id: Phase.DELIVERED, world.ben.id: Phase.WAITING}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404},
        {"status": 501, "body": {"code": "not_implemented", "message": "no", "data": None}},
        {"status": 200, "body": HTML_PAGE},
        {"status": 200, "body": b"{"},
        {"status": 405, "body": HTML_PAGE},
    ],
    ids=repr,
)
async def test_a_relay_without_the_batch_question_is_asked_singly(
    world: World, log: Log, fault: dict[str, Any]
) -> None:
    world.relay.faults.add(**BATCH, **fault, times=None)
    await waiting(world)
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
    assert asked_at(world) == [0]
    assert world.relay.count("GET", SINGLE) >= 3
    assert len(log.about(event="no batch lookup here, asking singly")) == 1
    world.relay.faults.clear()
    await world.pass_time(HOUR, step=600)
    await waiting(world)
    await world.pass_time(30)
    assert len(asked_at(world)) >= 2


async def test_a_relay_that_knows_no_path_for_a_while_loses_no_task(world: World) -> None:
    """Every path answers 404 for twenty seconds: that says nothing about the tasks."""
    await waiting(world, prompt="a fox sim:slow")
    await world.pass_time(65)
    assert (await world.task()).phase is Phase.DELIVERED
    world.relay.hold = True
    await waiting(world)
    await world.pass_time(70)
    fault = world.relay.faults.add(path="/luma/*", status=404, times=None)
    await world.pass_time(20)
    assert fault.seen >= 2
    task = max(await world.tasks(), key=lambda found: found.created_at)
    assert task.phase is Phase.RUNNING
    world.relay.faults.clear()
    world.relay.release()
    await world.pass_time(60)
    assert {found.phase for found in await world.tasks()} == {Phase.DELIVERED}


# ------------------------------------------------------------------------------------------------ shapes


@pytest.mark.parametrize("batch", ["envelope", "array"])
@pytest.mark.parametrize("switch", ["", "nested_string_data", "missing_progress", "fresh_unknown"])
async def test_every_variant_of_the_batch_answer(world: World, batch: Any, switch: str) -> None:
    world.relay.luma.batch = batch
    if switch:
        setattr(world.relay.luma, switch, True)
    task = await world.delivered()
    assert task.phase is Phase.DELIVERED
    assert task.media[0].url.startswith(f"{world.relay.url}/media/video/")
    assert world.message(task).attachments[0].size > 10_000
    assert world.relay.count("GET", SINGLE) == 0


def _reshaped(world: World, how: Callable[[list[dict[str, Any]]], Any]) -> Callable[[], Awaitable[None]]:
    """A hook that answers a batch question with ``how`` of what the relay itself would say."""
    fault = world.relay.faults.add(**BATCH, status=200, times=None)

    async def hook() -> None:
        states = {"queued": "QUEUED", "running": "IN_PROGRESS", "done": "SUCCESS"}
        shown = []
        for job in world.relay.paid():
            inner = {"id": job.id, "state": "completed", "video": {"download_url": f"{world.relay.url}/{CLIP}"}}
            moment = world.relay.look(job)
            done = moment.state == "done"
            shown.append({"task_id": job.id, "status": states[moment.state], "data": inner if done else None})
        fault.body = how(shown)

    fault.hook = hook
    return hook


CLIP = "media/video/abc-16x9.mp4"
STRANGER = {"task_id": "stranger", "status": "SUCCESS", "data": {"state": "completed", "video": {}}}


@pytest.mark.parametrize(
    "how",
    [
        lambda shown: {"code": "success", "data": [STRANGER, *reversed(shown), STRANGER]},
        lambda shown: {"code": "success", "data": [*shown, *shown]},
        lambda shown: {"code": 1, "data": [None, 7, "x", {}, [], {"task_id": ""}, *shown]},
        lambda shown: {"code": "success", "message": "", "data": {"0": 1} if len(shown) < 2 else shown},
        lambda shown: {"code": "success", "data": json.dumps(shown)},
    ],
    ids=["strangers", "twice", "rubbish between", "object", "string"],
)
async def test_answers_that_hold_more_or_less_than_was_asked(
    world: World, how: Callable[[list[dict[str, Any]]], Any]
) -> None:
    _reshaped(world, how)
    await world.video(prompt="a fox")
    await world.video(world.ben, "a fox")
    await world.pass_time(60)
    assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 2
    assert len({task.remote_id for task in await world.tasks()}) == 2


async def test_two_requests_that_the_relay_gives_the_same_id(world: World) -> None:
    world.relay.faults.add(**{**BATCH, "path": "/luma/generations"}, status=201, body={"id": "same"}, times=2)
    done = {"task_id": "same", "status": "SUCCESS", "data": {"video": {"download_url": f"{world.relay.url}/{CLIP}"}}}
    world.relay.faults.add(**BATCH, status=200, body={"code": "success", "data": [done]}, times=None)
    await world.video(prompt="a fox")
    await world.video(world.ben, "a fox")
    await world.pass_time(10)
    assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 2
    assert next(call.json for call in world.relay.calls if call.path == "/luma/tasks") == {"ids": ["same"]}
