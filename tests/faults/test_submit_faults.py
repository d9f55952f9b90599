"""What the relay answers to a submission, or does not: what the card says, what the row holds, what was paid."""

from typing import Any

import pytest

from bot.demo.simulator.faults import HTML_PAGE
from bot.engine.submit import NOT_CHARGED
from bot.errors import BROKEN, CUT_OFF, KEY_REFUSED, NO_QUOTA, OVERLOADED, UNREACHABLE
from bot.task import UNANSWERED, Phase, Task
from bot.text import Text, _
from tests.faults.tools import READERS, Log, actions, assert_card_says, hurried, reader_of
from tests.world import START, World

SUBMIT: dict[str, Any] = {"method": "POST", "path": "/luma/generations"}
REFUSED = {"code": "invalid_request", "message": "that shape is not supported", "data": None}
NO_CHANNEL = {"error": {"message": "No available channel (request id: 7f)", "type": "new_api_error", "code": ""}}
NOT_OFFERED_HERE = _("This relay does not offer that feature.")
UNREADABLE = _("The relay gave an unexpected answer.")


def free(why: Text) -> Text:
    return Text(NOT_CHARGED.source, {"why": why})


async def asked(world: World, reader: str, prompt: str = "a fox") -> Task:
    """A request that was sent once."""
    await world.video(reader_of(world, reader), prompt)
    await world.work()
    return await world.task()


def posts(world: World) -> int:
    """How many submissions arrived at the relay."""
    return world.relay.count("POST", "/luma/generations")


@READERS
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 401}, KEY_REFUSED),
        (
            {"status": 403, "body": {"code": "quota_not_enough", "message": "no quota", "data": None}},
            NO_QUOTA,
        ),
        ({"status": 400, "body": REFUSED}, _("The relay refused: {message}", message=REFUSED["message"])),
        ({"status": 404}, NOT_OFFERED_HERE),
        ({"status": 501}, NOT_OFFERED_HERE),
        ({"status": 404, "body": HTML_PAGE}, NOT_OFFERED_HERE),
        ({"status": 200, "body": HTML_PAGE}, NOT_OFFERED_HERE),
    ],
    ids=["401", "403 quota", "400", "404", "501", "404 html", "200 html"],
)
async def test_a_refusal_ends_the_task_and_nothing_was_charged(
    world: World, log: Log, reader: str, fault: dict[str, Any], why: Text
) -> None:
    world.relay.faults.add(**SUBMIT, **fault)
    task = await asked(world, reader)
    assert (task.phase, task.reason, task.remote_id) == (Phase.FAILED, free(why), "")
    assert_card_says(world, task, free(why))
    assert actions(world, task) == ["retry", "details", "delete"]
    assert log.about(event="submission failed", task=task.id) != []
    await world.pass_time(3600, step=600)
    assert (posts(world), world.relay.paid()) == (1, [])


@pytest.mark.parametrize("word", ["html", "quota"])
async def test_a_refusal_by_a_prompt_word(world: World, word: str) -> None:
    task = await asked(world, "ann", f"a fox sim:{word}")
    assert task.reason == free({"html": NOT_OFFERED_HERE, "quota": NO_QUOTA}[word])
    assert world.relay.paid() == []


async def test_a_relay_without_luma(world: World) -> None:
    world.relay.luma.offered = False
    task = await asked(world, "ann")
    assert (task.phase, task.reason) == (Phase.FAILED, free(NOT_OFFERED_HERE))


@READERS
@pytest.mark.parametrize(
    ("fault", "why", "wait"),
    [
        ({"status": 429, "headers": {"Retry-After": "90"}}, OVERLOADED, 90),
        ({"status": 429}, OVERLOADED, 5),
        ({"status": 429, "headers": {"Retry-After": "soon"}}, OVERLOADED, 5),
        ({"status": 429, "body": HTML_PAGE, "headers": {"Retry-After": "30"}}, OVERLOADED, 30),
        (
            {"status": 503, "body": NO_CHANNEL},
            _("The relay has no free channel for this: {message}", message="No available channel"),
            5,
        ),
    ],
    ids=["429 Retry-After", "429", "429 with a word", "429 html", "503"],
)
async def test_turned_away_means_back_into_the_line_and_sent_later(
    world: World, log: Log, reader: str, fault: dict[str, Any], why: Text, wait: int
) -> None:
    world.relay.faults.add(**SUBMIT, **fault)
    task = await asked(world, reader)
    assert (task.phase, task.reason, task.due_at) == (Phase.QUEUED, why, START + wait)
    await world.pass_time(wait - 1)
    again = _("Next attempt {when}", when=f"<t:{round(START) + wait}:R>")
    assert_card_says(world, task, why, again, _("Place in line: {place}", place=1))
    assert posts(world) == 1
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.reason, task.attempts) == (Phase.DELIVERED, None, 0)
    assert (posts(world), len(world.relay.paid())) == (2, 1)
    assert log.about(event="submission failed", task=task.id) != []


@READERS
async def test_turned_away_for_half_an_hour_ends_honestly(world: World, reader: str) -> None:
    world.relay.faults.add(**SUBMIT, status=429, times=None)
    await world.video(reader_of(world, reader))
    moments = []
    for _second in range(2400):
        before = posts(world)
        await world.work()
        if posts(world) > before:
            moments.append(round(world.clock.now - START))
        if (await world.task()).phase is Phase.FAILED:
            break
        world.clock.now += 5
    assert moments == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215, 1515, 1815]
    task = await world.task()
    assert_card_says(world, task, free(OVERLOADED))
    assert world.relay.paid() == []


async def test_one_task_that_is_turned_away_holds_up_no_other(world: World) -> None:
    world.relay.faults.add(**SUBMIT, status=429, headers={"Retry-After": "3600"})
    turned_away = await asked(world, "ann")
    for _number in range(4):
        await world.video(prompt="a fox")
    await world.pass_time(60)
    others = [task for task in await world.tasks() if task.id != turned_away.id]
    assert [task.phase for task in others] == [Phase.DELIVERED] * 4


UNCERTAIN: list[tuple[dict[str, Any], int, Text]] = [
    ({"status": 500}, 0, BROKEN),
    ({"status": 500, "work": True}, 1, BROKEN),
    ({"status": 502, "body": HTML_PAGE}, 0, BROKEN),
    ({"status": 503, "body": HTML_PAGE}, 0, BROKEN),
    ({"status": 524, "body": HTML_PAGE, "work": True}, 1, BROKEN),
    ({"cut": "before"}, 0, CUT_OFF),
    ({"cut": "after"}, 1, CUT_OFF),
]


@READERS
@pytest.mark.parametrize(("fault", "paid", "why"), UNCERTAIN, ids=repr)
async def test_no_certain_answer_means_never_again(
    world: World, log: Log, reader: str, fault: dict[str, Any], paid: int, why: Text
) -> None:
    world.relay.faults.add(**SUBMIT, **fault)
    task = await asked(world, reader)
    assert (task.phase, task.reason, task.due_at) == (Phase.UNKNOWN, UNANSWERED, None)
    assert_card_says(world, task, UNANSWERED)
    (entry,) = log.about(event="submission failed", task=task.id)
    assert entry["error"] == str(why)
    await world.pass_time(7 * 86400, step=21600)
    assert (posts(world), len(world.relay.paid())) == (1, paid)
    assert (await world.task()).phase is Phase.UNKNOWN
    assert actions(world, task) == ["retry", "details", "delete"]


@READERS
async def test_silence_until_the_time_out(world: World, log: Log, reader: str) -> None:
    """The relay takes the connection and says nothing; the real client waits for the time it is allowed."""
    world.relay.faults.add(**SUBMIT, hang=True)
    async with hurried(world, 0.2):
        task = await asked(world, reader)
        assert (task.phase, task.reason) == (Phase.UNKNOWN, UNANSWERED)
        assert_card_says(world, task, UNANSWERED)
        (entry,) = log.about(event="submission failed", task=task.id)
        assert entry["why"] == "no answer within 0.2 s"
        await world.video(world.ben, "a fox")
        await world.pass_time(60)
    phases = {found.user_id: found.phase for found in await world.tasks()}
    assert phases == {reader_of(world, reader).id: Phase.UNKNOWN, world.ben.id: Phase.DELIVERED}
    assert posts(world) == 2


@READERS
@pytest.mark.parametrize(
    "body",
    [{"state": "pending"}, [], {"id": ""}, {"code": "success", "data": None}, {"id": None}, b'"\xff', b"[" * 5000],
    ids=lambda body: repr(body)[:30],
)
async def test_an_answer_without_an_id(world: World, log: Log, reader: str, body: Any) -> None:
    world.relay.faults.add(**SUBMIT, status=200, body=body, work=True)
    task = await asked(world, reader)
    assert (task.phase, task.remote_id, task.due_at) == (Phase.UNKNOWN, "", None)
    assert_card_says(world, task, _("The relay gave an unexpected answer. It may have been charged."))
    (entry,) = log.about(event="submission failed", task=task.id)
    assert entry["error"] == str(UNREADABLE)
    await world.pass_time(86400, step=21600)
    assert (posts(world), len(world.relay.paid())) == (1, 1)


@pytest.mark.parametrize("form", ["object", "array", "bare", "wrapped", "task_id", "wrapped bare"])
async def test_every_documented_way_to_say_the_id(world: World, form: str) -> None:
    """The relay's own answer is replaced by one of the shapes of the reference; the job behind it is real."""

    async def reshape() -> None:
        (job,) = world.relay.paid()
        bodies: dict[str, Any] = {
            "object": {"id": job.id, "state": "pending"},
            "array": [{"id": job.id, "state": "pending"}],
            "bare": f'"{job.id}"',
            "wrapped": {"code": "success", "message": "", "data": {"id": job.id, "state": "queued"}},
            "task_id": {"task_id": job.id, "status": "", "data": None},
            "wrapped bare": {"code": "success", "message": "", "data": job.id},
        }
        fault.body = bodies[form]

    fault = world.relay.faults.add(**SUBMIT, status=201, hook=reshape, hook_when="after", work=True)
    task = await asked(world, "ann")
    (job,) = world.relay.paid()
    assert (task.phase, task.remote_id) == (Phase.WAITING, job.id)
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_the_array_family_of_submission_answers(world: World) -> None:
    world.relay.luma.submit = "array"
    assert (await world.delivered()).remote_id == world.relay.paid()[0].id


@READERS
async def test_a_relay_that_is_down_and_comes_back(world: World, log: Log, reader: str) -> None:
    port = int(world.relay.url.rsplit(":", 1)[1])
    await world.relay.close()
    task = await asked(world, reader)
    assert (task.phase, task.reason, task.due_at) == (Phase.QUEUED, UNREACHABLE, START + 5)
    await world.pass_time(100)
    again = _("Next attempt {when}", when=f"<t:{round(START) + 155}:R>")
    assert_card_says(world, await world.task(), UNREACHABLE, again)
    await world.relay.start(port=port)
    await world.pass_time(120)
    task = await world.task()
    assert (task.phase, task.reason) == (Phase.DELIVERED, None)
    assert len(world.relay.paid()) == 1
    assert len(log.about(event="submission failed", task=task.id)) == 5


async def test_the_key_is_in_no_card_and_no_log(world: World, log: Log) -> None:
    world.relay.faults.add(**SUBMIT, status=400, body={"code": "x", "message": "bad key sk-good", "data": None})
    task = await asked(world, "ann")
    assert task.phase is Phase.FAILED
    assert "Bearer" not in str(log.entries)
