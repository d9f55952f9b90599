"""Many tasks, several workers, and a process that dies: nothing twice, nothing lost, nobody waits for somebody else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.engine.poll import LEASE
from bot.engine.submit import NOT_CHARGED, NOT_OFFERED
from bot.task import OUT_OF_PATIENCE, UNANSWERED, Phase, Task
from bot.text import Text
from tests.faults.tools import READERS, Log, assert_card_says, impatient, reader_of, try_to_work, waiting
from tests.world import START, World, a_world

IN_FLIGHT = {Phase.SENDING, Phase.WAITING, Phase.RUNNING}


@pytest.fixture
async def second(world: World) -> AsyncIterator[Engine]:
    """Another engine over the same database, relay and Discord, as a second process would be."""
    engine = Engine(replace(world.app.engine.core))
    yield engine
    await engine.stop()


async def rows(world: World, model: Task, count: int) -> None:
    """Copies of ``model`` in flight, each with a job of its own at the relay, owned by a user of its own."""
    (job,) = world.relay.paid()
    copies = []
    for number in range(count):
        name = f"{number:08}-copy"
        world.relay.jobs[name] = replace(job, id=name)
        copies.append(replace(model, id=f"copy{number:06}", remote_id=name, user_id=number + 1, due_at=START))
    await world.app.engine.core.store.add_all(copies)


async def test_a_thousand_tasks_cost_twenty_questions_a_round_and_all_settle(world: World) -> None:
    model = await waiting(world, prompt="a fox sim:fail")
    await rows(world, model, 999)
    for _round in range(2):
        world.relay.calls.clear()
        world.clock.now += 5
        await world.app.engine.poller.start_due()
        await world.app.engine.poller.crew.drain(30)
        asked = [call.json["ids"] for call in world.relay.calls if call.path == "/luma/tasks"]
        assert (len(asked), len(world.relay.calls), sum(map(len, asked))) == (20, 20, 1000)
        assert len({name for ids in asked for name in ids}) == 1000
    assert Counter(task.phase for task in await world.tasks()) == {Phase.FAILED: 1000}


# ------------------------------------------------------------------------------------------------ two of everything


async def together(world: World, second: Engine, part: str) -> int:
    """Both engines take one kind of step at the same moment; returns how many steps there were."""
    workers = [getattr(engine, part) for engine in (world.app.engine, second)]
    begun = await asyncio.gather(*(worker.start_due() for worker in workers))
    steps = [step for steps in begun for step in steps]
    await asyncio.gather(*steps)
    return len(steps)


async def test_two_engines_submit_nothing_twice(world: World, second: Engine) -> None:
    for _number in range(5):
        await world.video(prompt="a fox")
        await world.video(world.ben, prompt="a fox")
    for _round in range(4):
        await together(world, second, "submitter")
    assert len(world.relay.paid()) == world.relay.count("POST", "/luma/generations") == 10
    assert {task.phase for task in await world.tasks()} == {Phase.WAITING}
    assert len({task.remote_id for task in await world.tasks()}) == 10


async def test_two_engines_ask_about_nothing_twice(world: World, second: Engine) -> None:
    model = await waiting(world)
    await rows(world, model, 120)
    world.relay.calls.clear()
    world.clock.now += 5
    await together(world, second, "poller")
    asked = Counter(name for call in world.relay.calls for name in call.json["ids"])
    assert (len(asked), set(asked.values())) == (121, {1})


async def test_two_engines_deliver_and_announce_nothing_twice(world: World, second: Engine) -> None:
    await world.video(prompt="a fox")
    await world.video(world.ben, prompt="a fox sim:fail")
    await world.app.engine.step()
    world.clock.now += 15
    await together(world, second, "poller")
    world.env.http_requests.clear()
    assert await together(world, second, "deliverer") == 1
    assert await together(world, second, "announcer") == 1
    edits = [entry for entry in world.env.http_requests if entry.method == "PATCH"]
    assert len(edits) == 2
    assert world.relay.count("GET", "/media/") == 1


async def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ends(world: World, second: Engine) -> None:
    """The first engine claims and dies before it asks; the second waits for the lease, not for ever."""
    await waiting(world)
    world.clock.now += 15
    store = world.app.engine.core.store
    (held,) = await store.claim([Phase.WAITING], world.clock.now, LEASE, 10)
    assert await second.step() == 0
    assert await store.next_due([Phase.WAITING]) == held.lease_until == world.clock.now + LEASE
    world.clock.now += LEASE - 1
    assert await second.step() == 0
    world.clock.now += 1
    await second.step()
    assert (await world.task()).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ cancelled meanwhile


@pytest.mark.parametrize("prompt", ["a fox", "a fox sim:fail", "a fox sim:late"])
async def test_a_late_answer_changes_nothing_for_a_cancelled_task(world: World, prompt: str) -> None:
    """The user cancels while the question is on the wire: the answer comes for a task that is over."""
    task = await waiting(world, prompt=prompt)
    world.clock.now += 15

    async def cancel() -> None:
        await world.ann.slash(world.channel, "tasks cancel", id=task.id)

    world.relay.faults.add(method="POST", path="/luma/tasks", hook=cancel, hook_when="after")
    await world.work()
    cancelled = await world.task()
    assert (cancelled.phase, cancelled.media, cancelled.due_at) == (Phase.CANCELLED, (), None)
    said = world.text(cancelled)
    await world.pass_time(600, step=30)
    assert await world.task() == cancelled
    assert world.text(cancelled) == said
    assert world.relay.count("POST", "/luma/tasks") == 2


# ------------------------------------------------------------------------------------------------ limits and fairness


async def in_flight(world: World) -> Counter[int]:
    """Tasks in flight, by user."""
    return Counter(task.user_id for task in await world.tasks() if task.phase in IN_FLIGHT)


async def test_the_limits_hold_at_every_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at whenever a request arrives at the relay and after every step."""
    members = [world.guild.add_member(world.env.create_user(f"user{number}")) for number in range(12)]
    for member in members:
        for _number in range(6):
            await world.video(member, prompt="a fox sim:fail")
    seen: list[tuple[int, int]] = []

    async def look() -> None:
        flying = await in_flight(world)
        seen.append((max(flying.values()), flying.total()))

    world.relay.faults.add(method="POST", path="/luma/generations", hook=look, times=None)
    for _step in range(12):
        await world.app.engine.step()
        flying = await in_flight(world)
        seen.append((max(flying.values(), default=0), flying.total()))
        world.clock.now += 5
    assert (max(user for user, _all in seen), max(total for _user, total in seen)) == (5, 50)
    assert {task.phase for task in await world.tasks()} == {Phase.FAILED}
    assert len(world.relay.paid()) == 72


async def test_a_newcomer_does_not_wait_behind_somebody_s_pile(tmp_path: Path) -> None:
    """ann has fifty requests in line and five slots; ben's first one goes out at the next moment."""
    async with a_world(tmp_path, QUEUED_TASKS_PER_USER="60") as world:
        for _number in range(50):
            await world.video(prompt="a fox")
        await world.app.engine.step()
        world.clock.now += 1
        await world.video(world.ben, prompt="a fox")
        await world.app.engine.step()
        flying = await in_flight(world)
        assert flying == {world.ann.id: 5, world.ben.id: 1}


async def test_freed_slots_of_a_full_provider_go_round_the_users(tmp_path: Path) -> None:
    """When the provider is full, the next free slots go to those who have fewest tasks in flight, then by age."""
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="60", QUEUED_TASKS_PER_USER="60") as world:
        for _number in range(55):
            await world.video(prompt="a fox sim:slow")
        await world.app.engine.step()
        assert await in_flight(world) == {world.ann.id: 50}
        world.clock.now += 1
        await world.video(world.ben, prompt="a fox sim:slow")
        await world.video(world.lin, prompt="a fox sim:slow")
        for job in world.relay.paid()[:3]:
            world.relay.fail(job.id, "over")
        world.clock.now += 5
        await world.app.engine.poller.start_due()
        await world.app.engine.poller.crew.drain(30)
        await world.app.engine.step()
        assert await in_flight(world) == {world.ann.id: 48, world.ben.id: 1, world.lin.id: 1}


# ------------------------------------------------------------------------------------------------ a process that dies


@READERS
async def test_a_request_on_the_wire_when_the_process_died_has_an_unknown_fate(
    world: World, log: Log, reader: str
) -> None:
    await world.video(reader_of(world, reader))
    await world.work()
    task = await world.task()
    died = replace(task, phase=Phase.SENDING, remote_id="", accepted_at=None, due_at=None, lease_until=START + 300)
    assert await world.app.engine.core.store.save(died) is not None
    assert await world.app.engine.recover() == 1
    await world.work()
    task = await world.task()
    assert (task.phase, task.reason, task.due_at, task.show_at) == (Phase.UNKNOWN, UNANSWERED, None, None)
    assert_card_says(world, task, UNANSWERED)
    assert len(log.about(event="was being sent when the process stopped", task=task.id)) == 1
    await world.pass_time(86400, step=21600)
    assert world.relay.count("POST", "/luma/generations") == 1


async def test_an_announcement_that_is_owed_survives_a_restart(tmp_path: Path) -> None:
    """Discord is down when a task fails, and the process stops before it is back."""
    async with a_world(tmp_path) as world:
        task = await waiting(world, prompt="a fox sim:fail")
        world.env.inject_error("PATCH", "*", status=503, times=None)
        await world.pass_time(20)
        task = await world.task()
        assert (task.phase, task.show_at is not None) == (Phase.FAILED, True)
        world.env.backend.faults.clear()
        after = Engine(replace(world.app.engine.core))
        await after.recover()
        world.clock.now += 120
        await after.step()
        task = await world.task()
        assert task.show_at is None
        assert "The model could not finish this generation" in world.text(task)


async def test_leases_of_the_dead_process_hold_up_nothing_after_a_restart(world: World) -> None:
    await waiting(world)
    world.clock.now += 15
    assert len(await world.app.engine.core.store.claim([Phase.WAITING], world.clock.now, LEASE, 10)) == 1
    await world.app.engine.recover()
    await world.work()
    assert (await world.task()).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ another version


@READERS
async def test_what_waits_for_a_provider_that_was_taken_away_ends_and_says_so(world: World, reader: str) -> None:
    await world.video(reader_of(world, reader))
    world.app.config.providers = {}
    await world.work()
    task = await world.task()
    why = Text(NOT_CHARGED.source, {"why": NOT_OFFERED})
    assert (task.phase, task.reason) == (Phase.FAILED, why)
    assert_card_says(world, task, why)
    assert world.relay.calls == []


async def test_a_task_of_a_kind_that_this_version_lacks_holds_up_no_other(world: World) -> None:
    """Left by a newer version: it runs out of patience, gives its slot back, and the others go on meanwhile."""
    model = await waiting(world)
    strange = replace(model, id="strange000", provider="tomorrow", action="dream", remote_id="x", user_id=7)
    await world.app.engine.core.store.add_all([strange])
    await world.pass_time(60)
    phases = {task.id: task.phase for task in await world.tasks()}
    assert phases == {model.id: Phase.DELIVERED, "strange000": Phase.WAITING}
    await world.pass_time(1800, step=30)
    task = await world.app.engine.core.store.get("strange000")
    assert task is not None
    assert (task.phase, task.reason) == (Phase.UNKNOWN, OUT_OF_PATIENCE)


async def test_a_step_that_the_database_fails_is_taken_again(world: World, log: Log) -> None:
    await impatient(world)
    await waiting(world)
    await world.app.engine.core.store.database.rows("PRAGMA query_only = ON")
    world.clock.now += 15
    await try_to_work(world)
    await world.app.engine.core.store.database.rows("PRAGMA query_only = OFF")
    await try_to_work(world)
    await world.work()
    assert (await world.task()).phase is Phase.DELIVERED
