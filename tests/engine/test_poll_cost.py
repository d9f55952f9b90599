"""What a round of polling costs when a thousand tasks of two providers are in flight."""

import uuid
from collections import Counter
from dataclasses import replace

from bot.demo.simulator import Job
from bot.provider import Submission
from bot.providers.luma import Generate
from bot.providers.midjourney.requests import Imagine
from bot.providers.suno.songs import Song
from bot.task import Phase, Place, Task
from tests.world import World

MANY = 500
BATCH = 50


def in_flight(submission: Submission, number: int, now: float) -> Task:
    """A task that the relay has taken."""
    return Task(
        id=f"{submission.provider.name[0]}{number:09d}",
        provider=submission.provider.name,
        action=submission.action,
        submission=submission.model_dump_json(exclude_none=True),
        caption="a fox",
        user_id=1000 + number,
        locale="en-US",
        place=Place(channel_id=1, message_id=number + 1),
        created_at=now,
        phase=Phase.WAITING,
        due_at=now,
        accepted_at=now,
        step_at=now,
        remote_id=str(uuid.uuid4()),
    )


async def crowd(world: World) -> list[Task]:
    """Five hundred songs and as many films, known to the relay."""
    made: list[tuple[Submission, str]] = [
        (Generate(user_prompt="a fox"), "generate"),
        (Song(mv="chirp-auk", gpt_description_prompt="a fox"), "music"),
    ]
    now = world.clock.now
    tasks = [in_flight(submission, number, now) for submission, _action in made for number in range(MANY)]
    actions = {submission.provider.name: action for submission, action in made}
    for task in tasks:
        job = Job(task.remote_id, task.provider, actions[task.provider], {}, now, "sk-good", prompt="a fox")
        world.relay.jobs[job.id] = job
    await world.app.engine.core.store.add_all(tasks)
    return tasks


def asked(world: World) -> Counter[str]:
    """How often each path was asked since the last time; every answer was a good one."""
    assert {call.status for call in world.relay.calls} == {200}
    found = Counter(f"{call.method} {call.path}" for call in world.relay.calls)
    world.relay.calls.clear()
    return found


async def test_ten_questions_a_provider_and_round(world: World) -> None:
    world.relay.hold = True
    tasks = await crowd(world)
    for _round in range(3):
        await world.app.engine.step()
        ids = [name for call in world.relay.calls for name in call.json["ids"]]
        assert sorted(ids) == sorted(task.remote_id for task in tasks)
        assert asked(world) == {"POST /luma/tasks": MANY // BATCH, "POST /suno/fetch": MANY // BATCH}
        world.clock.now += 30


async def test_clips_are_asked_about_in_twenties(world: World) -> None:
    """What is known by the ids of its clips alone goes into calls of at most twenty ids (7.15)."""
    world.relay.hold = True
    tasks = [task for task in await crowd(world) if task.provider == "suno"]
    store = world.app.engine.core.store
    for task in tasks:
        current = await store.get(task.id)
        assert current is not None
        await store.save(replace(current, lookup="feed", remote_id=f"{uuid.uuid4()},{uuid.uuid4()}"))
    await world.app.engine.step()
    feeds = [call for call in world.relay.calls if call.path.startswith("/suno/feed/")]
    assert len(feeds) == 2 * MANY // 20
    assert all(len(call.path.rpartition("/")[2].split(",")) <= 20 for call in feeds)


async def test_a_thousand_pictures_of_midjourney(world: World) -> None:
    """Nobody knows them, yet they are asked about together, fifty at a time."""
    tasks = [in_flight(Imagine(prompt="a fox"), number, world.clock.now) for number in range(2 * MANY)]
    await world.app.engine.core.store.add_all([replace(task, route="") for task in tasks])
    await world.app.engine.step()
    assert asked(world) == {"POST /mj/task/list-by-condition": 2 * MANY // BATCH}
