"""How tasks end that the relay fails, forgets, gives up, or finishes without a file; and what still arrives late."""

from itertools import pairwise
from typing import Any

import pytest

from bot.task import NO_FILE, OUT_OF_PATIENCE, RELAY_GAVE_UP, VANISHED, Phase, Task
from bot.text import _, quoted
from tests.faults.tools import READERS, Log, actions, answer, assert_card_says, reader_of, waiting
from tests.world import START, World

BATCH: dict[str, Any] = {"method": "POST", "path": "/luma/tasks"}
DOWNLOAD = "/luma/generations/*/download_video_url"
MINUTE, DAY = 60.0, 86400.0


@READERS
@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("fail", "The model could not finish this generation"),
        ("banned", "The prompt was refused by content moderation"),
    ],
)
async def test_a_failed_generation_gives_the_provider_s_reason(
    world: World, reader: str, word: str, reason: str
) -> None:
    await waiting(world, reader, f"a fox sim:{word}")
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.FAILED, quoted(reason))
    assert_card_says(world, task, quoted(reason))


@READERS
async def test_a_relay_that_gives_up_and_then_succeeds(world: World, reader: str) -> None:
    await waiting(world, reader, "a fox sim:late")
    await world.pass_time(20)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.UNKNOWN, RELAY_GAVE_UP)
    assert_card_says(world, task, RELAY_GAVE_UP)
    await world.pass_time(70)
    await assert_arrived_late(world)


@READERS
async def test_out_of_patience_and_then_the_result_after_all(world: World, reader: str) -> None:
    world.relay.hold = True
    await waiting(world, reader)
    await world.pass_time(1790, step=30)
    assert (await world.task()).phase is Phase.RUNNING
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.UNKNOWN, OUT_OF_PATIENCE)
    assert_card_says(world, task, OUT_OF_PATIENCE)
    world.relay.release()
    await world.pass_time(70)
    await assert_arrived_late(world)


async def assert_arrived_late(world: World) -> None:
    """Delivered on its card, which says that it is late; paid once."""
    task = await world.task()
    assert (task.phase, task.late, task.reason) == (Phase.DELIVERED, True, None)
    assert_card_says(world, task, _("It arrived late, but it arrived."))
    assert len(world.message(task).attachments) == 1
    assert len(world.relay.paid()) == 1


async def test_a_key_that_is_revoked_and_given_back(world: World, log: Log) -> None:
    task = await waiting(world)
    good, world.relay.keys = world.relay.keys, frozenset()
    await world.pass_time(120)
    assert (await world.task()).phase is Phase.WAITING
    assert {entry["error"] for entry in log.about(event="polling put off")} == {
        "The relay refused this bot's key. The operator has to look at it."
    }
    world.relay.keys = good
    await world.pass_time(120)
    assert (await world.task()).phase is Phase.DELIVERED
    assert (await world.task()).id == task.id


async def test_a_key_that_stays_revoked_ends_in_unknown(world: World) -> None:
    await waiting(world)
    good, world.relay.keys = world.relay.keys, frozenset()
    await world.pass_time(2400, step=60)
    assert (await world.task()).reason == OUT_OF_PATIENCE
    world.relay.keys = good
    await world.pass_time(1200, step=60)
    await assert_arrived_late(world)


# ------------------------------------------------------------------------------------------------ lost


async def lost(world: World, reader: str = "ann") -> Task:
    """A task that the relay took and then never knew."""
    await waiting(world, reader, "a fox sim:lost")
    while (await world.task()).phase is not Phase.UNKNOWN:
        await world.pass_time(5)
    return await world.task()


@READERS
async def test_a_task_that_the_relay_forgot_is_given_up_after_many_rounds(world: World, reader: str) -> None:
    await waiting(world, reader, "a fox sim:lost")
    await world.pass_time(45)
    task = await world.task()
    assert (task.phase, task.absences, world.relay.count("GET", "/luma")) == (Phase.WAITING, 10, 0)
    await world.pass_time(75)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.UNKNOWN, VANISHED)
    assert_card_says(world, task, VANISHED)
    assert actions(world, task) == ["check", "retry", "details", "delete"]
    assert world.relay.count("GET", f"/luma/generations/{task.remote_id}") >= 1


async def test_a_lost_task_is_asked_about_ever_more_slowly_and_then_left_alone(world: World) -> None:
    task = await lost(world)
    given_up = world.clock.now
    asked: list[float] = []
    for _probe in range(20):
        if task.due_at is None:
            break
        world.clock.now = task.due_at
        before = len(world.relay.calls)
        await world.work()
        assert len(world.relay.calls) == before + 1
        asked.append(world.clock.now)
        task = await world.task()
    pauses = [late - early for early, late in pairwise([given_up, *asked])]
    assert pauses == [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, DAY, DAY, DAY]
    calls = len(world.relay.calls)
    await world.pass_time(30 * DAY, step=DAY)
    assert len(world.relay.calls) == calls
    assert (await world.task()).phase is Phase.UNKNOWN


@READERS
async def test_check_again_finds_what_the_relay_remembers_after_all(world: World, reader: str) -> None:
    task = await lost(world, reader)
    world.relay.jobs[task.remote_id].prompt = "a fox"
    result = await world.press(task, "check", reader_of(world, reader))
    words = _("The relay is being asked. If the result is there, it appears here.")
    assert words.source in str(result.followups[-1].content) or reader == "lin"
    await world.work()
    await assert_arrived_late(world)


async def test_a_lost_task_that_is_known_again_goes_on_as_before(world: World) -> None:
    task = await lost(world)
    world.relay.hold = True
    job = world.relay.jobs[task.remote_id]
    job.prompt, job.submitted_at = "a fox", world.clock.now
    await world.pass_time(90)
    task = await world.task()
    assert (task.phase, task.reason, task.absences) == (Phase.RUNNING, None, 0)
    assert VANISHED.source not in world.text(task)
    world.relay.release()
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.late) == (Phase.DELIVERED, False)


async def test_a_task_without_a_number_cannot_be_checked(world: World, log: Log) -> None:
    world.relay.faults.add(method="POST", path="/luma/generations", cut="after")
    task = await waiting(world)
    assert "check" not in actions(world, task)
    result = await world.ann.slash(world.channel, "tasks cancel", id=task.id)
    assert answer(result)[0] == "This task is already over."


# ------------------------------------------------------------------------------------------------ links


async def test_completed_without_a_link_yet(world: World) -> None:
    world.relay.luma.link_delay = 30.0
    await waiting(world)
    await world.pass_time(25)
    task = await world.task()
    assert (task.phase, task.media, task.linkless_since) == (Phase.RUNNING, (), START + 10)
    await world.pass_time(30)
    task = await world.task()
    assert (task.phase, "/media/video/" in task.media[0].url) == (Phase.DELIVERED, True)
    assert world.relay.count("GET", "/luma/generations/") == 0


async def test_a_link_that_does_not_come_is_asked_for(world: World) -> None:
    await waiting(world, prompt="a fox sim:nolink")
    await world.pass_time(125, step=10)
    assert (await world.task()).phase is Phase.RUNNING
    assert world.relay.count("GET", "/luma/generations/") == 0
    await world.pass_time(30)
    task = await world.task()
    assert (task.phase, "/media/video/" in task.media[0].url) == (Phase.DELIVERED, True)
    assert world.relay.count("GET", f"/luma/generations/{task.remote_id}/download_video_url") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 404},
        {"status": 400},
        {"cut": "before"},
        {"body": {"url": None}},
        {"body": b"<html>"},
    ],
    ids=repr,
)
async def test_the_watermarked_video_is_better_than_none(world: World, fault: dict[str, Any]) -> None:
    world.relay.faults.add(method="GET", path=DOWNLOAD, times=None, **fault)
    await waiting(world, prompt="a fox sim:nolink")
    await world.pass_time(180, step=10)
    task = await world.task()
    assert (task.phase, "/media/watermarked/" in task.media[0].url) == (Phase.DELIVERED, True)
    assert len(world.message(task).attachments) == 1


@READERS
async def test_finished_without_any_file(world: World, reader: str) -> None:
    task = await waiting(world, reader)
    (job,) = world.relay.paid()
    empty = {"task_id": job.id, "status": "SUCCESS", "data": {"id": job.id, "state": "completed", "video": None}}
    world.relay.faults.add(**BATCH, body={"code": "success", "data": [empty]}, times=None)
    world.relay.faults.add(method="GET", path=DOWNLOAD, status=404, times=None)
    await world.pass_time(290, step=10)
    assert (await world.task()).phase is Phase.RUNNING
    await world.pass_time(40)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.UNKNOWN, NO_FILE)
    assert_card_says(world, task, NO_FILE)
    world.relay.faults.clear()
    await world.pass_time(70)
    await assert_arrived_late(world)
