"""Buttons, menus, panels and forms with ids that the bot never gave them, or gave to somebody else."""

from itertools import cycle, product

import pytest

from bot.engine.desk import new_id
from bot.task import Task
from bot.ui.actions import _FORMS, _HANDLERS, _STEPS
from bot.ui.chat import LIST
from bot.ui.panels import _PANELS
from tests.abuse.kit import click, submit
from tests.discord.chats import asked, exchange, messages
from tests.discord.kit import here, one_film, paid, refusal, requests, words_of
from tests.world import World, alone, answers, said

OTHER_VERSION = "This button or form belongs to another version of the bot and no longer works."
FOR_ALL = {"again"}
"""What everybody who sees a card may do: it becomes a task of their own."""
ARGUMENTS = ("", "0", "999", "\N{SUPERSCRIPT TWO}", "\N{FULLWIDTH DIGIT NINE}", "-1", "1.2", "x:y:z", "a" * 60)
OUT_OF_NOTHING = {"suno-compose"}
"""Forms that go on from no task: whoever sends one asks for something of their own."""
TYPED = {"prompt": "stolen", "text": "stolen", "title": "stolen", "name": "stolen", "style": "stolen"}


async def state(world: World) -> list[object]:
    """All that somebody else's click must not change: rows, conversations, what was paid for."""
    database = world.app.engine.core.store.database
    tables = ("tasks", "conversations", "exchanges", "inputs")
    return [*[await database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables], len(world.relay.paid())]


async def test_nobody_gets_anywhere_with_the_buttons_of_others(world: World) -> None:
    task, subjects = await secrets_of_ann(world)
    before, cards = await state(world), len(world.channel.history())
    arguments = cycle(ARGUMENTS)
    for action, subject in product(sorted({*_FORMS, *_HANDLERS, *_STEPS} - FOR_ALL), subjects):
        name = f"v1:{action}:{subject}:{next(arguments)}".rstrip(":")
        result = await click(world, world.ben, world.message(task), name)
        assert not result.modal or action == "picture", name
        assert all(answer.ephemeral for answer in answers(result)), name
        assert "a secret" not in said(result), name
    assert await state(world) == before
    assert len(world.channel.history()) == cards


async def test_nobody_gets_anywhere_with_the_forms_of_others(world: World) -> None:
    _task, subjects = await secrets_of_ann(world)
    before = await state(world)
    for action, subject in product(
        sorted({*_FORMS, "", "none"} - OUT_OF_NOTHING), (*subjects, "", "\N{SUPERSCRIPT TWO}:0:")
    ):
        result = await submit(world, world.ben, f"form:{action}:{subject}", TYPED)
        assert alone(result), (action, subject)
        assert "a secret" not in said(result)
    assert await state(world) == before


async def secrets_of_ann(world: World) -> tuple[Task, tuple[str, ...]]:
    """A task of hers, and every id that others might want to use: its own, those of a conversation, one of nothing."""
    one_film(world)
    task = await world.delivered()
    await asked(world, "a secret")
    said_last = await exchange(world)
    return task, (task.id, said_last.id, said_last.conversation_id, new_id())


async def test_one_s_own_task_with_the_buttons_of_other_providers(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    before = await state(world)
    for action, argument in zip(sorted({*_FORMS, *_STEPS}), cycle(ARGUMENTS), strict=False):
        if not action.startswith(("luma", "picture")):
            result = await click(world, world.ann, world.message(task), f"v1:{action}:{task.id}:{argument}".rstrip(":"))
            assert alone(result) or result.modal, (action, argument)
    assert await state(world) == before


STRANGE = (
    "x", "v1", "v1:", "v0:again:0000000000", "v1:again", "v1:again:short", "v1:again:0000000000:", "form:x:y",
    "v1:AGAIN:0000000000", "v1:again:0000000000\n", "v1:page:x::::", "v1:page:9999999:::", "v1:page:-1:::",
    "v1:panel:relay:x:", "v1:use:zz:", "v1:again:0000000000:" + "a" * 61, "\N{SUPERSCRIPT TWO}",
    "v1:page:\N{SUPERSCRIPT TWO}:::",
)  # fmt: skip


async def test_ids_that_are_none_of_ours(world: World) -> None:
    message = await world.ann.send(world.channel, "x")
    for name in STRANGE:
        assert said(await click(world, world.ann, message, name)) == OTHER_VERSION, name


async def test_ids_that_lead_nowhere(world: World) -> None:
    message = await world.ann.send(world.channel, "x")
    for name, sentence in {
        "v1:none:0000000000": OTHER_VERSION,
        "v1:again:0000000000": "There is no task “0000000000”.",
        "v1:panel:none:0:": "This panel belongs to another version of the bot. Use the command again.",
    }.items():
        assert refusal(await click(world, world.ann, message, name)) == sentence


async def test_pages_of_the_history_show_one_s_own_tasks_only(world: World) -> None:
    one_film(world)
    await world.delivered(prompt="a secret")
    page = await world.ann.slash(world.channel, "tasks list")
    for name in ("v1:page:0:::", "v1:page:0:luma::", "v1:page:0:luma:delivered:secret", "v1:page:0:none:none:%"):
        result = await click(world, world.ben, here(page).message, name)
        assert "a secret" not in words_of(result.response)
    nines = "\N{FULLWIDTH DIGIT NINE}" * 6
    far = f"v1:page:{nines}:::"
    assert "nothing on this page" in words_of((await click(world, world.ben, here(page).message, far)).response)


async def test_panels_of_the_operator_are_for_the_operator(world: World) -> None:
    message = await world.ann.send(world.channel, "x")
    for panel, (page, about) in product(
        sorted(_PANELS), [(0, ""), (1, "\N{SUPERSCRIPT TWO}"), (99999, "x" * 50), (2, "%")]
    ):
        if panel != "help" and not panel.startswith(LIST):
            result = await click(world, world.ben, message, f"v1:panel:{panel}:{page}:{about}")
            assert "Only" in refusal(result), panel


async def test_pages_of_conversations_show_one_s_own_only(world: World) -> None:
    await asked(world, "a secret")
    for user, seen in ((world.ann, True), (world.ben, False)):
        page = await user.slash(world.channel, "claude conversations list")
        for about in ("", "secret", "%", "x" * 50):
            result = await click(world, user, here(page).message, f"v1:panel:{LIST}claude:0:{about}")
            assert ("a secret" in words_of(result.response)) is (seen and about in {"", "secret"}), (user.name, about)


@pytest.mark.parametrize("of", ["task", "nothing"])
async def test_a_picture_that_is_not_kept(world: World, of: str) -> None:
    one_film(world)
    task = await world.delivered()
    name = f"v1:use:{'0' * 64 if of == 'nothing' else ''}:{task.id if of == 'task' else ''}"
    before = await state(world)
    for values in (["none"], ["\N{SUPERSCRIPT TWO}"], ["luma-video"], [""], []):
        result = await click(world, world.ben, world.message(task), name, *values)
        assert alone(result) or result.modal  # a form that leads nowhere
    assert await state(world) == before


async def test_only_cards_of_the_task_are_deleted(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    theirs = await world.ben.send(world.channel, "mine")
    await asked(world, "x", world.ben)
    answer = messages(world, await exchange(world))[0]
    for target in (
        f"{world.channel.id}.{theirs.id}",
        f"{world.channel.id}.{answer.id}",
        "²",
        "1",
        ".",
        "1.²",
        "9" * 60,
    ):
        result = await click(world, world.ann, world.message(task), f"v1:delete-now:{task.id}:{target}")
        assert refusal(result) == OTHER_VERSION, target
    assert requests(world, "DELETE", "/channels/") == []
    assert {theirs.id, answer.id} <= {message.id for message in world.channel.history()}


async def test_the_older_card_of_a_task_can_be_deleted(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    older = world.message(task)
    await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(10)
    assert (await world.task()).place.message_id != older.id
    asked_first = await world.ann.click(older, custom_id=f"v1:delete:{task.id}")
    await world.ann.click(here(asked_first).message, label="Yes, delete it")
    assert len(requests(world, "DELETE", f"/channels/{world.channel.id}/messages/{older.id}")) == 1
    assert paid(world)
