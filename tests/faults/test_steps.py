"""A task of several steps, and what goes wrong between them: paid once each, and what is there is delivered."""

from typing import Any

import pytest

from bot.demo.simulator.faults import HTML_PAGE
from bot.engine.submit import ATTEMPTS, NOT_CHARGED
from bot.errors import KEY_REFUSED, NO_QUOTA, OVERLOADED
from bot.task import PARTLY, UNANSWERED, VANISHED, Phase, Task
from bot.text import Text, _
from tests.discord.songs import finished, press, recording, song, sung, suno
from tests.faults.tools import READERS, assert_card_says, hurried, reader_of
from tests.world import World

CONCAT: dict[str, Any] = {"method": "POST", "path": "/suno/submit/concat"}
LONGER: dict[str, Any] = {"at": "20", "lyrics": "[Bridge]\non", "title": "Longer", "join": True}
REFUSED = {"code": "fail_to_fetch_task", "message": "no such clip", "data": None}
NO_CHANNEL = {"error": {"message": "No available channel", "type": "new_api_error", "code": ""}}
NOT_OFFERED_HERE = _("This relay does not offer that feature.")
UNCLEAR = _("The relay gave an unexpected answer. It may have been charged.")
DAY = 86400.0


async def extended(world: World, reader: str = "ann", seconds: float = 0) -> Task:
    """A song that is being extended and joined, some time after the relay took the first step."""
    who = reader_of(world, reader)
    origin = await sung(world, who)
    await suno(world, "extend", who, song=song(origin), **LONGER)
    await world.pass_time(seconds)
    return await world.task()


def charged(world: World) -> list[str]:
    """What was paid for after the first song."""
    return [job.action for job in world.relay.paid()[1:]]


def files(world: World, task: Task) -> int:
    """How many files the card holds."""
    return len(world.message(task).attachments)


# ------------------------------------------------------------------------------------------------ the second step


@READERS
@pytest.mark.parametrize(
    ("fault", "why", "taken"),
    [
        ({"status": 400, "body": REFUSED}, _("The relay refused: {message}", message="no such clip"), False),
        ({"status": 401}, KEY_REFUSED, False),
        ({"status": 403, "body": {"code": "quota_not_enough", "message": "no", "data": None}}, NO_QUOTA, False),
        ({"status": 200, "body": HTML_PAGE}, NOT_OFFERED_HERE, False),
        ({"status": 404}, NOT_OFFERED_HERE, False),
        ({"status": 307, "headers": {"Location": "/elsewhere"}, "body": ""}, NOT_OFFERED_HERE, False),
        ({"status": 502, "work": True}, UNANSWERED, True),
        ({"status": 500}, UNANSWERED, False),
        ({"status": 504, "body": HTML_PAGE, "work": True}, UNANSWERED, True),
        ({"cut": "before"}, UNANSWERED, False),
        ({"cut": "after"}, UNANSWERED, True),
        ({"body": {"code": "success", "data": {}}, "work": True}, UNCLEAR, True),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
async def test_without_its_second_step_the_part_is_delivered(
    world: World, reader: str, fault: dict[str, Any], why: Text, taken: bool
) -> None:
    world.relay.faults.add(**CONCAT, **fault)
    task = await extended(world, reader, 30)
    note = Text(PARTLY.source, {"why": why})
    assert (task.phase, task.note, task.step) == (Phase.DELIVERED, note, 1)
    assert_card_says(world, task, _("✅ Finished"), note)
    assert files(world, task) == 2
    await world.pass_time(2 * DAY, step=DAY / 4)
    assert await world.task() == task
    assert charged(world) == ["music", "concat"][: 1 + taken]
    assert world.relay.count("POST", CONCAT["path"]) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 429, "headers": {"Retry-After": "3"}}, {"status": 429}, {"status": 503, "body": NO_CHANNEL}],
    ids=["429 with a time", "429", "503"],
)
async def test_a_second_step_that_was_turned_away_is_sent_again(world: World, fault: dict[str, Any]) -> None:
    world.relay.faults.add(**CONCAT, times=3, **fault)
    task = await extended(world, seconds=90)
    assert (task.phase, task.note, task.step) == (Phase.DELIVERED, None, 1)
    assert files(world, task) == 3
    assert [len(task.data["clips"]), len({clip["id"] for clip in task.data["clips"]})] == [3, 3]
    assert charged(world) == ["music", "concat"]
    assert world.relay.count("POST", CONCAT["path"]) == 4


async def test_a_second_step_that_is_turned_away_for_good(world: World) -> None:
    world.relay.faults.add(**CONCAT, times=None, status=429)
    task = await extended(world, seconds=3000)
    assert (task.phase, task.note) == (Phase.DELIVERED, Text(PARTLY.source, {"why": OVERLOADED}))
    assert files(world, task) == 2
    assert world.relay.count("POST", CONCAT["path"]) == ATTEMPTS
    assert charged(world) == ["music"]


async def vanished(world: World) -> tuple[Task, Any]:
    """A task whose second step the relay has charged and forgotten, and that step's job."""
    await extended(world, seconds=12)
    assert charged(world) == ["music", "concat"]
    job = world.relay.jobs.pop(world.relay.paid()[-1].id)
    await world.pass_time(120)
    task = await world.task()
    assert (task.phase, task.reason, task.step) == (Phase.UNKNOWN, VANISHED, 1)
    return task, job


async def test_a_second_step_that_vanished_comes_late_after_all(world: World) -> None:
    task, job = await vanished(world)
    world.relay.jobs[job.id] = job
    await world.pass_time(400, step=50)
    task = await world.task()
    assert (task.phase, task.late, task.note, files(world, task)) == (Phase.DELIVERED, True, None, 3)
    assert charged(world) == ["music", "concat"]


async def test_a_second_step_that_never_comes_back(world: World) -> None:
    """In the end nobody asks any more, and the part is delivered."""
    await vanished(world)
    await world.pass_time(5 * DAY, step=DAY / 6)
    task = await world.task()
    assert (task.phase, task.note) == (Phase.DELIVERED, Text(PARTLY.source, {"why": VANISHED}))
    assert files(world, task) == 2
    assert world.relay.count("POST", CONCAT["path"]) == 1


# ------------------------------------------------------------------------------------------------ Retry


@pytest.mark.parametrize("late", [True, False], ids=["the old one comes late", "the old one never comes"])
async def test_retry_resumes_at_the_step_whose_fate_is_unknown(world: World, late: bool) -> None:
    """The first step is not paid for again, and its part is delivered once."""
    task, job = await vanished(world)
    world.clock.now += 1
    await world.press(task, "retry")
    await world.pass_time(30)
    heir = await world.task()
    assert (heir.parent_id, heir.phase, heir.step, heir.note) == (task.id, Phase.DELIVERED, 1, None)
    assert files(world, heir) == 3
    world.relay.jobs.update({job.id: job} if late else {})
    await world.pass_time(5 * DAY, step=DAY / 6)
    old = Phase.DELIVERED if late else Phase.UNKNOWN
    assert [found.phase for found in await world.tasks()] == [Phase.DELIVERED, old, Phase.DELIVERED]
    assert world.relay.count("POST", "/suno/submit/music") == 1
    assert world.relay.count("POST", CONCAT["path"]) == 2


async def test_a_first_step_that_comes_late_after_a_retry_is_not_gone_on_with(world: World) -> None:
    await extended(world)
    job = world.relay.jobs.pop(world.relay.paid()[-1].id)
    await world.pass_time(120)
    task = await world.task()
    assert (task.phase, task.step) == (Phase.UNKNOWN, 0)
    world.clock.now += 1
    await world.press(task, "retry")
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
    world.relay.jobs[job.id] = job
    await world.pass_time(1000, step=50)
    (late,) = [found for found in await world.tasks() if found.id == task.id]
    assert (late.phase, late.late, late.step, files(world, late)) == (Phase.DELIVERED, True, 0, 2)
    assert sorted(charged(world)) == ["concat", "music", "music"]


async def test_retry_of_a_link_that_the_relay_could_not_use_begins_anew(world: World) -> None:
    """Asking again how that upload went would only be told the same again."""
    await suno(world, "upload", audio=("hum.mp3", recording()))
    await world.work()
    world.relay.fail(world.relay.paid()[-1].id, "not downloadable")
    await world.pass_time(10)
    task = await world.task()
    assert (task.phase, task.step) == (Phase.FAILED, 1)
    world.clock.now += 1
    await world.press(task, "retry")
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
    assert world.relay.count("POST", "/suno/uploads/audio-url") == 2


# ------------------------------------------------------------------------------------------------ free steps

UPLOAD = ("hum.wav", recording(8, "wav"))
FREE = ["/suno/uploads/audio", "/bucket/*", "*/upload-finish", "/suno/uploads/audio/*", "/suno/feed/*"]


@pytest.mark.parametrize("path", FREE)
@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"cut": "before"}, {"cut": "after"}, {"status": 503, "body": HTML_PAGE}],
    ids=["502", "cut", "answer cut", "503"],
)
async def test_a_free_step_is_repeated_until_it_works(world: World, path: str, fault: dict[str, Any]) -> None:
    world.relay.faults.add(path=path, times=3, **fault)
    task = await finished(world, "upload", seconds=120, audio=UPLOAD)
    assert (task.phase, task.step, task.note) == (Phase.DELIVERED, 3, None)
    assert [job.action for job in world.relay.paid()] == ["initialize-clip"]


async def test_a_free_step_that_is_not_answered_is_never_lost(world: World) -> None:
    for path in FREE[0], FREE[2]:
        world.relay.faults.add(method="POST", path=path, times=2, hang=True)
    async with hurried(world, 0.3):
        task = await finished(world, "upload", seconds=90, audio=UPLOAD)
    assert (task.phase, task.step) == (Phase.DELIVERED, 3)
    assert [job.action for job in world.relay.paid()] == ["initialize-clip"]


@READERS
async def test_a_storage_that_no_longer_takes_the_file(world: World, reader: str) -> None:
    """Its permission is over: said at once, and Retry asks for another."""
    who = reader_of(world, reader)
    world.relay.faults.add(path="/bucket/*", status=403)
    task = await finished(world, "upload", who, audio=UPLOAD)
    why = _("The file could not be uploaded to the provider's storage (HTTP {status}).", status=403)
    assert (task.phase, task.reason, task.step) == (Phase.FAILED, why, 1)
    assert_card_says(world, task, why)
    world.clock.now += 1
    await world.press(task, "retry", who)
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
    assert world.relay.count("POST", "/suno/uploads/audio") == 2 + 1 + 1  # and the last two steps of the second


# ------------------------------------------------------------------------------------------------ alternatives

GONE: list[dict[str, Any]] = [{"status": 404}, {"status": 405}, {"status": 200, "body": HTML_PAGE}]


@pytest.mark.parametrize("fault", GONE, ids=["404", "405", "html"])
async def test_stems_in_three_ways(world: World, fault: dict[str, Any]) -> None:
    origin = await sung(world)
    world.relay.suno.stems = "gen_stem"
    world.relay.faults.add(path="/suno/act/stems/*", times=2, **fault)
    await press(world, origin, "stems")
    await world.pass_time(30)
    task = await world.task()
    assert (task.phase, files(world, task)) == (Phase.DELIVERED, 2)
    assert world.relay.count("GET", "/suno/act/stems/") == world.relay.count("POST", "/suno/act/stems/") == 1
    assert charged(world) == ["music"]


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        ({"status": 502, "work": True}, 1),
        ({"status": 400, "body": REFUSED}, 0),
        ({"cut": "after"}, 1),
    ],
    ids=["502", "400", "cut"],
)
async def test_stems_are_asked_for_in_one_way_only_where_it_is_not_missing(
    world: World, fault: dict[str, Any], taken: int
) -> None:
    origin = await sung(world)
    world.relay.faults.add(path="/suno/act/stems/*", **fault)
    await press(world, origin, "stems")
    await world.pass_time(30)
    assert (await world.task()).phase is (Phase.UNKNOWN if taken else Phase.FAILED)
    assert charged(world) == ["stems"] * taken
    assert world.relay.count("POST", "/suno/") - world.relay.count("POST", "/suno/fetch") == 0


@pytest.mark.parametrize(
    ("slash", "elsewhere"), [("both", 0), ("with", 0), ("without", 0), ("both", 301), ("both", 307), ("both", 308)]
)
async def test_a_persona_with_a_slash_or_without(world: World, slash: Any, elsewhere: int) -> None:
    origin = await sung(world)
    world.relay.suno.persona_slash = slash
    if elsewhere:
        there = {"Location": "/suno/persona/create"}
        world.relay.faults.add(path="/suno/persona/create/", status=elsewhere, headers=there, body="")
    await suno(world, "persona create", song=song(origin), name="Lantern voice")
    await world.pass_time(10)
    assert (await world.task()).phase is Phase.DELIVERED
    assert charged(world) == ["persona"]
    assert world.relay.count("POST", "/suno/persona/create") == 1 + (slash == "without" or bool(elsewhere))


async def test_where_no_way_is_offered_nothing_was_charged(world: World) -> None:
    origin = await sung(world)
    world.relay.faults.add(path="/suno/persona/create*", times=None, status=404)
    await suno(world, "persona create", song=song(origin), name="Lantern voice")
    await world.pass_time(10)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.FAILED, Text(NOT_CHARGED.source, {"why": NOT_OFFERED_HERE}))
    assert world.relay.count("POST", "/suno/persona/create") == 2
    assert charged(world) == []
