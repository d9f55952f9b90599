"""A database that is locked, full or read-only: nothing half accepted, nothing forgotten, and then on as before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.store import StoreProblem
from bot.task import Phase
from bot.text import Text
from bot.ui.i18n import say
from tests.faults.tools import (
    READERS,
    Lock,
    Log,
    a_lock,
    impatient,
    language,
    reader_of,
    seen_by_all,
    try_to_work,
    waiting,
)
from tests.world import World

UNUSABLE = "The bot's database cannot be used right now, so nothing was accepted. Try again soon. Number: {id}"
TROUBLES = ["locked", "full", "read-only"]


@pytest.fixture
def lock(world: World, tmp_path: Path) -> Iterator[Lock]:
    """Somebody else who can lock the world's database."""
    assert world.app.config.settings.database_url.endswith(f"{tmp_path}/darkroom.db")
    with a_lock(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
async def quick(world: World) -> AsyncIterator[None]:
    """A world that gives up waiting for a lock soon."""
    await impatient(world)
    yield


async def begin(world: World, lock: Lock, trouble: str) -> None:
    """From now on the database takes nothing."""
    pragmas = {"full": "PRAGMA max_page_count = 1", "read-only": "PRAGMA query_only = ON"}
    if trouble == "locked":
        lock.take()
    else:
        await world.app.engine.core.store.database.rows(pragmas[trouble])


async def end(world: World, lock: Lock) -> None:
    """The database works again."""
    lock.release()
    for pragma in ("PRAGMA max_page_count = 1000000", "PRAGMA query_only = OFF"):
        await world.app.engine.core.store.database.rows(pragma)


def assert_told(world: World, log: Log, result: InteractionResult, who: MemberActor) -> None:
    """One private sentence with a number, under which the log says what happened."""
    messages = [*([result.response] if result.response else []), *result.followups]
    (private,) = [message for message in messages if message.ephemeral]
    short_id = private.content.rstrip("。. ")[-6:]
    assert private.content == say(Text(UNUSABLE, {"id": short_id}), language(world, who))
    (entry,) = log.about(id=short_id)
    assert (entry["event"], entry["level"]) == ("database problem", "error")


def noise() -> bytes:
    """A picture that compresses to nothing less than a megabyte: too much for a full disk."""
    import io

    out = io.BytesIO()
    Image.effect_noise((1200, 1200), 90).save(out, "PNG")
    return out.getvalue()


@READERS
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_request_that_cannot_be_stored_is_not_accepted(
    world: World, log: Log, lock: Lock, reader: str, trouble: str
) -> None:
    who = reader_of(world, reader)
    await begin(world, lock, trouble)
    result = await world.video(who, image=("a.png", noise()))
    assert_told(world, log, result, who)
    assert seen_by_all(world) == 0
    await try_to_work(world)
    await end(world, lock)
    await world.pass_time(60)
    assert await world.tasks() == []
    assert (await world.app.engine.core.store.database.one("SELECT COUNT(*) AS n FROM inputs")) == {"n": 0}
    assert world.relay.calls == []
    await world.video(who, image=("a.png", noise()))
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED


@READERS
@pytest.mark.parametrize("button", ["retry", "again"])
async def test_a_button_while_the_database_is_locked(
    world: World, log: Log, lock: Lock, reader: str, button: str
) -> None:
    who = reader_of(world, reader)
    prompt = "a fox sim:fail" if button == "retry" else "a fox"
    task = await world.delivered(who, prompt)
    lock.take()
    assert_told(world, log, await world.press(task, button, who), who)
    lock.release()
    await world.pass_time(60)
    assert await world.tasks() == [task]
    assert len(world.relay.paid()) == 1
    assert seen_by_all(world) == 1
    await world.press(task, button, who)
    await world.pass_time(60)
    assert len(await world.tasks()) == len(world.relay.paid()) == 2


@pytest.mark.parametrize("trouble", ["locked", "read-only"])
async def test_reading_goes_on_while_nothing_can_be_written(world: World, lock: Lock, trouble: str) -> None:
    task = await world.delivered()
    await begin(world, lock, trouble)
    result = await world.press(task, "details")
    assert task.id in result.followups[0].content if result.followups else True
    shown = await world.ann.slash(world.channel, "tasks list")
    assert shown.response is not None
    assert task.id in str(shown.response.components)
    await end(world, lock)


@pytest.mark.parametrize("trouble", ["locked", "read-only"])
async def test_a_queued_request_waits_for_the_database_and_is_sent_once(world: World, lock: Lock, trouble: str) -> None:
    await world.video()
    await begin(world, lock, trouble)
    for _round in range(3):
        await try_to_work(world)
    assert world.relay.calls == []
    assert (await world.task()).phase is Phase.QUEUED
    await end(world, lock)
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 1


@pytest.mark.parametrize("trouble", ["locked", "read-only"])
async def test_polling_waits_for_the_database(world: World, lock: Lock, trouble: str) -> None:
    await waiting(world)
    await begin(world, lock, trouble)
    calls = len(world.relay.calls)
    for _round in range(3):
        world.clock.now += 10
        await try_to_work(world)
    assert len(world.relay.calls) == calls
    await end(world, lock)
    await world.pass_time(10)
    assert (await world.task()).phase is Phase.DELIVERED


def meanwhile(world: World, method: str, path: str, what: Callable[[], Awaitable[None]]) -> None:
    """Do something after the relay did its work and before its answer arrives."""
    world.relay.faults.add(method=method, path=path, hook=what, hook_when="after")


@pytest.mark.parametrize("trouble", TROUBLES)
@READERS
async def test_the_number_of_a_paid_request_is_kept_until_it_can_be_stored(
    world: World, log: Log, lock: Lock, reader: str, trouble: str
) -> None:
    """The worst moment: the relay has taken the request, and the database takes nothing."""
    await world.video(reader_of(world, reader))
    meanwhile(world, "POST", "/luma/generations", lambda: begin(world, lock, trouble))
    at_work = asyncio.create_task(try_to_work(world))
    if trouble == "full":  # a full disk still takes what needs no new page; either way nothing may be lost
        await at_work
    else:
        await log.until(event="cannot store a task, trying again")
        assert log.about(event="relay took a task", remote=world.relay.paid()[0].id) != []
        assert (await world.task()).phase is Phase.SENDING
    await end(world, lock)
    await at_work
    task = await world.task()
    assert (task.phase, task.remote_id) == (Phase.WAITING, world.relay.paid()[0].id)
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 1


@pytest.mark.parametrize("trouble", ["locked", "read-only"])
async def test_what_polling_found_is_asked_again_when_it_could_not_be_stored(
    world: World, log: Log, lock: Lock, trouble: str
) -> None:
    await waiting(world)
    await world.pass_time(5)
    meanwhile(world, "POST", "/luma/tasks", lambda: begin(world, lock, trouble))
    world.clock.now += 10
    with pytest.raises(StoreProblem):
        await world.app.engine.step()
    await log.until(event="the database failed a step", worker="poll")
    await end(world, lock)
    await world.app.engine.poller.crew.drain(10)
    await world.pass_time(5)  # and not when the claim would have ended
    assert (await world.task()).phase is Phase.DELIVERED


async def test_a_delivered_result_is_not_delivered_twice(world: World, log: Log, lock: Lock) -> None:
    """The video is sent, and only then the database refuses: that it is delivered is stored as soon as that works."""
    task = await waiting(world)
    world.env.backend.delete_message(task.place.channel_id, task.place.message_id)

    async def lock_now() -> None:
        lock.take()

    meanwhile(world, "GET", "/media/*", lock_now)
    world.clock.now += 20
    at_work = asyncio.create_task(try_to_work(world))
    await log.until(event="cannot store a task, trying again")
    lock.release()
    await at_work
    await world.pass_time(120)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(world.direct(world.ann)) == 1


async def test_a_picture_that_cannot_be_read_at_the_moment_is_sent_later(world: World, log: Log) -> None:
    """A read that fails (a disk that does not answer) happens before anything is sent: back into the line."""
    await world.video(image=("a.png", noise()))
    await world.app.engine.core.store.database.execute("ALTER TABLE inputs RENAME TO gone")
    await try_to_work(world)
    task = await world.task()
    assert (task.phase, task.attempts, task.due_at) == (Phase.QUEUED, 1, world.clock.now + 5)
    assert len(log.about(event="cannot read a request, trying again", task=task.id)) == 1
    assert world.relay.calls == []
    await world.app.engine.core.store.database.execute("ALTER TABLE gone RENAME TO inputs")
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 1


async def test_the_loops_survive_a_database_that_comes_and_goes(world: World, log: Log, lock: Lock) -> None:
    """The same with the engine's own loops running, as in production."""
    async with world.app.working():
        lock.take()
        await world.video()
        await log.until(event="the database cannot be used, trying again")
        lock.release()
        await world.video()
        await log.until(event="relay took a task")
    assert len(world.relay.paid()) == 1
