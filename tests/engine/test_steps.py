"""Steps and lookups: asked about together as far as possible, never mixed up, and gone on with only where it is due."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.engine.cadence import Typical
from bot.engine.poll import NO_BATCH_FOR
from bot.lookup import Batch
from bot.providers.suno.declared import SUNO
from bot.step import Step
from bot.task import OUT_OF_PATIENCE, PARTLY, UNANSWERED, Phase, Report, State, Task
from bot.text import Text
from bot.wire import Call, Upload
from tests.discord.songs import clip_id, forget, press, song, sung, suno
from tests.world import World, a_world

FEED = "GET /suno/feed/"
LONGER: dict[str, Any] = {"at": "20", "lyrics": "[Bridge]\non", "title": "Longer", "join": True}


def asked(world: World, *beginnings: str) -> list[str]:
    """The calls that begin like this, in order."""
    calls = [f"{call.method} {call.path}" for call in world.relay.calls]
    return [call for call in calls if call.startswith(beginnings)]


def ids_of(calls: list[str]) -> Iterator[list[str]]:
    """The ids in calls of the feed."""
    return (call.removeprefix(FEED).split(",") for call in calls)


def delivered_files(world: World, task: Task) -> int:
    """How many files the card of a delivered task holds."""
    assert task.phase is Phase.DELIVERED
    return len(world.message(task).attachments)


# ------------------------------------------------------------------------------------------------ results in parts


async def test_the_parts_of_a_request_are_asked_about_in_one_call(tmp_path: Path) -> None:
    """A relay that answers with the clips themselves: three times twelve stems and three songs, twenty ids a call."""
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="9") as world:
        origin = await sung(world)
        world.relay.suno.submit = "clips"
        for number in range(3):
            await suno(world, "stems", song=song(origin), all=True)
            await suno(world, "song", description=f"fox {number}")
        await world.pass_time(1)
        tasks = (await world.tasks())[1:]
        assert sorted(len(task.remote_id.split(",")) for task in tasks) == [2, 2, 2, 12, 12, 12]
        assert {task.lookup for task in tasks} == {"feed"}
        await world.pass_time(60)
        files = [delivered_files(world, task) for task in (await world.tasks())[1:]]
        assert sorted(files) == [2, 2, 2, 10, 10, 10]  # Discord takes ten
        calls = [ids for ids in ids_of(asked(world, FEED)) if ids != [clip_id(origin)]]
        assert all(len(ids) == len(set(ids)) <= 20 for ids in calls)
        wholes = [set(task.remote_id.split(",")) for task in tasks]
        assert all(whole <= set(ids) or whole.isdisjoint(ids) for ids in calls for whole in wholes)
        assert len(calls) == 3 * len([ids for ids in calls if wholes[0] <= set(ids)])


async def test_more_parts_than_one_call_takes() -> None:
    lookup = Batch("/feed/{ids}", single="/feed/{id}", size=20, parts=True)
    names = [f"c-{number}" for number in range(45)]
    assert [len(call.path.split(",")) for call in lookup.calls(names)] == [20, 20, 5]
    assert lookup.ask("a,b/c").path == "/feed/a,b%2Fc"


async def test_a_part_that_never_comes_is_waited_for_and_then_missed(world: World) -> None:
    origin = await sung(world)
    await press(world, origin, "stems")
    await world.work()
    first, _second = (await world.task()).remote_id.split(",")
    known = {"id": first, "title": "Voice", "status": "complete", "audio_url": world.relay.media_url}
    world.relay.faults.add(path="/suno/feed/*", times=None, body=[known])
    await world.pass_time(SUNO.patience - 10, step=30)
    assert (await world.task()).phase is Phase.RUNNING
    await world.pass_time(60, step=30)
    task = await world.task()
    assert (task.note, delivered_files(world, task)) == (OUT_OF_PATIENCE, 1)
    assert [clip["id"] for clip in task.data["clips"]] == [first]


# ------------------------------------------------------------------------------------------------ many lookups


async def by_action(world: World) -> dict[str, Task]:
    """The tasks but for the first, by what they are."""
    return {task.action: task for task in (await world.tasks())[1:]}


async def everything(world: World) -> None:
    """A song is there, and another one, lyrics, stems and a WAV are asked for at once."""
    origin = await sung(world)
    forget(world)
    await suno(world, "song", description="a fox")
    await suno(world, "lyrics", about="a fox")
    await press(world, origin, "stems")
    await press(world, origin, "wav")


def parts_of(task: Task) -> str:
    """The ids of a request's parts."""
    return ",".join(sorted(task.remote_id.split(",")))


async def test_every_lookup_of_a_provider_in_one_round(world: World) -> None:
    await everything(world)
    await world.work()
    tasks = await by_action(world)
    found = [call.json for call in world.relay.calls if call.path == "/suno/fetch"]
    assert sorted(found, key=lambda body: body["action"]) == [
        {"action": "LYRICS", "ids": [tasks["lyrics"].remote_id]},
        {"action": "MUSIC", "ids": [tasks["song"].remote_id]},
    ]
    assert [",".join(sorted(ids)) for ids in ids_of(asked(world, FEED))] == [parts_of(tasks["stems"])]
    assert asked(world, "GET /suno/act/wav") == [f"GET /suno/act/wav/{tasks['wav'].remote_id}"] * 2
    await world.pass_time(40)
    assert {task.phase for task in await world.tasks()} == {Phase.DELIVERED}


@pytest.mark.parametrize("path", ["/suno/fetch", "/suno/feed/*", "/suno/act/wav/*"])
@pytest.mark.parametrize("fault", [{"status": 502}, {"cut": "before"}, {"status": 429}], ids=["502", "cut", "429"])
async def test_a_lookup_that_is_down_does_not_hold_up_the_others(
    world: World, path: str, fault: dict[str, Any]
) -> None:
    await everything(world)
    await world.work()
    down = world.relay.faults.add(path=path, times=None, **fault)
    await world.pass_time(40)
    late = {"/suno/fetch": {"song", "lyrics"}, "/suno/feed/*": {"stems"}, "/suno/act/wav/*": {"wav"}}[path]
    found = await by_action(world)
    assert {action for action, task in found.items() if task.phase is not Phase.DELIVERED} == late
    world.relay.faults.remove(down)
    await world.pass_time(300, step=10)
    assert {task.phase for task in await world.tasks()} == {Phase.DELIVERED}


async def test_a_batch_that_is_missing_is_missed_by_its_own_tasks_only(world: World) -> None:
    await everything(world)
    world.relay.faults.add(method="POST", path="/suno/fetch", times=None, status=404)
    await world.pass_time(40)
    tasks = await by_action(world)
    assert {task.phase for task in tasks.values()} == {Phase.DELIVERED}
    assert len(asked(world, "POST /suno/fetch")) in {1, 2}  # both kinds may have been on their way
    singly = {f"GET /suno/fetch/{tasks[action].remote_id}" for action in ("song", "lyrics")}
    assert set(asked(world, "GET /suno/fetch/")) == singly
    assert {",".join(sorted(ids)) for ids in ids_of(asked(world, FEED))} == {parts_of(tasks["stems"])}
    world.relay.faults.clear()
    forget(world)
    world.clock.now += NO_BATCH_FOR
    await suno(world, "song", description="an owl")
    await world.pass_time(20)
    assert asked(world, "GET /suno/fetch/") == []
    assert asked(world, "POST /suno/fetch") != []


# ------------------------------------------------------------------------------------------------ going on


async def extended(world: World) -> Task:
    """A song that is being extended and joined."""
    origin = await sung(world)
    forget(world)
    await suno(world, "extend", song=song(origin), **LONGER)
    await world.work()
    return await world.task()


def of_music(world: World, task: Task, status: str, *songs: dict[str, Any]) -> None:
    """From now on the relay says this of a task."""
    shown = {"task_id": task.remote_id, "status": status, "progress": "50%", "data": list(songs)}
    world.relay.faults.add(path="/suno/fetch", times=None, body={"code": "success", "message": "", "data": [shown]})


async def test_a_first_step_whose_files_come_by_a_further_call_is_gone_on_with(world: World) -> None:
    task = await extended(world)
    clips = await clips_of(world, task)
    of_music(world, task, "SUCCESS", *({"id": name, "status": "complete", "audio_url": ""} for name in clips))
    await world.pass_time(100)
    world.relay.faults.clear()
    await world.pass_time(30)
    task = await world.task()
    assert (task.step, task.note, delivered_files(world, task)) == (1, None, 3)
    assert [call.json["clip_id"] for call in world.relay.calls if call.path.endswith("/concat")] == [clips[0]]


async def clips_of(world: World, task: Task) -> list[str]:
    """The songs that the relay is making for a task."""
    world.clock.now += 2
    found = await world.app.engine.core.relay.call(Call("GET", f"/suno/fetch/{task.remote_id}"))
    return [clip["id"] for clip in found["data"]["data"]]


async def test_a_first_step_of_which_a_part_is_there_when_patience_ends_is_gone_on_with(world: World) -> None:
    task = await extended(world)
    first, second = await clips_of(world, task)
    ready = {"id": first, "status": "complete", "audio_url": world.relay.media_url}
    of_music(world, task, "IN_PROGRESS", ready, {"id": second, "status": "streaming"})
    await world.pass_time(SUNO.patience + 60, step=30)
    world.relay.faults.clear()
    await world.pass_time(30)
    task = await world.task()
    assert (task.step, task.note, delivered_files(world, task)) == (1, None, 2)


async def test_past_durations_are_of_whole_tasks_and_do_not_slow_the_first_step(world: World) -> None:
    world.app.engine.core.usual["suno", "extend"] = Typical(low=200.0, median=300.0)
    await extended(world)
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_a_link_that_died_in_a_chain_is_said_once(world: World) -> None:
    """Its parts are dead too: no way leads back to delivering them."""
    task = await extended(world)
    world.relay.faults.add(path="/media/*", times=None, status=404)
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.due_at, task.fresh) == (Phase.FAILED, None, True)
    assert "it cannot be fetched" in world.text(task)
    fetched = world.relay.count("GET", "/media/")
    await world.pass_time(3600, step=60)
    assert world.relay.count("GET", "/media/") == fetched <= 6


# ------------------------------------------------------------------------------------------------ interrupted

FREE, PAID = Call("GET", "/free"), Call("POST", "/paid", paid=True)


def a_step(call: Any, *otherwise: Step) -> Step:
    return Step(
        call=lambda _known: call, accepted=lambda _answer, _known: Report(state=State.DONE), otherwise=otherwise
    )


def failing(_known: Any) -> Call:
    raise KeyError("upload")


@pytest.mark.parametrize(
    ("step", "paid"),
    [
        (a_step(FREE), False),
        (a_step(None), False),
        (a_step(Upload("https://e/", "input:1", "a.wav")), False),
        (a_step(PAID), True),
        (a_step(FREE, a_step(None), a_step(PAID)), True),
        (a_step(PAID, a_step(FREE)), True),
        (Step(call=failing, accepted=lambda _answer, _known: Report(state=State.DONE)), True),
    ],
    ids=["free", "nothing", "upload", "paid", "paid instead", "free instead", "nobody can tell"],
)
def test_what_may_cost_money(step: Step, paid: bool) -> None:
    assert step.paid({}) is paid


async def cut_off(world: World, step: int) -> None:
    """Make the newest task one whose request of that step was on the wire when the process died."""
    task = await world.task()
    sending = replace(task, phase=Phase.SENDING, step=step, remote_id="", lookup="", lease_until=world.clock.now + 300)
    assert await world.app.engine.core.store.save(sending) is not None


@pytest.mark.parametrize(
    ("step", "phase", "why"),
    [(0, Phase.UNKNOWN, UNANSWERED), (1, Phase.DONE, Text(PARTLY.source, {"why": UNANSWERED}))],
)
async def test_a_paid_step_that_was_cut_off_by_the_end_of_the_process(
    world: World, step: int, phase: Phase, why: Text
) -> None:
    task = await extended(world)
    await world.pass_time(10 * step)
    await cut_off(world, step)
    forget(world)
    await world.restart()
    task = await world.task()
    assert (task.phase, task.reason or task.note) == (phase, why)
    await world.pass_time(60)
    assert asked(world, "POST /suno/submit") == []


async def test_a_free_step_that_was_cut_off_is_begun_again(world: World) -> None:
    origin = await sung(world)
    await press(world, origin, "wav")
    await world.work()
    await cut_off(world, 0)
    await world.restart()
    assert (await world.task()).phase is Phase.QUEUED
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
