"""What the fault tests share: the log as values, private answers taken apart, and a database that refuses."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import InteractionResult, MemberActor

from bot.engine.work import once
from bot.relay import Relay
from bot.store import StoreProblem
from bot.task import Task
from bot.text import Text
from bot.ui.i18n import say
from tests.world import World

READERS = pytest.mark.parametrize("reader", ["ann", "lin"])
"""Who asks: ann reads English, lin reads Chinese."""


class Log(logging.Handler):
    """The structured log entries of a test, oldest first."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.entries: list[dict[str, Any]] = []
        self._changed = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what is ours."""
        if isinstance(record.msg, dict):
            self.entries.append(record.msg)
            self._changed.set()

    def about(self, **values: object) -> list[dict[str, Any]]:
        """The entries that carry all of ``values``."""
        return [entry for entry in self.entries if values.items() <= entry.items()]

    async def until(self, **values: object) -> None:
        """Wait until an entry carries ``values``."""
        async with asyncio.timeout(10):
            while not self.about(**values):
                self._changed.clear()
                await self._changed.wait()


def reader_of(world: World, name: str) -> MemberActor:
    """The member with a name."""
    found: MemberActor = getattr(world, name)
    return found


def language(world: World, who: MemberActor) -> str:
    """What a member's client speaks."""
    return world.locales.get(who.id, "en-US")


def answer(result: InteractionResult) -> tuple[str, str]:
    """The private answer to an interaction: its words, and the short id under them."""
    messages = [*([result.response] if result.response else []), *result.followups]
    (private,) = [message for message in messages if message.ephemeral]
    words, _line, short_id = private.content.rpartition("\n-# ")
    return words, short_id


def seen_by_all(world: World) -> int:
    """How many messages of the channel everybody sees."""
    return sum(not message.flags.ephemeral for message in world.channel.history(viewer=world.ben.user))


async def assert_refused(
    world: World, log: Log, result: InteractionResult, who: MemberActor, text: Text, *, what: str, cards: int = 0
) -> None:
    """A private sentence in the reader's language, its id in the log, nothing new in the channel."""
    words, short_id = answer(result)
    assert words == say(text, language(world, who))
    (entry,) = log.about(id=short_id)
    assert (entry["what"], entry["user"]) == (what, who.id)
    assert seen_by_all(world) == cards


async def assert_nothing_happened(world: World) -> None:
    """Nothing stored, nothing sent, nothing charged."""
    await world.pass_time(60)
    assert await world.tasks() == []
    assert world.relay.calls == []


def assert_card_says(world: World, task: Task, *texts: Text) -> None:
    """The card shows every one of ``texts`` in its owner's language, and the task's id."""
    for text in texts:
        assert say(text, task.locale) in world.text(task)
    assert world.card(task).footer.text == task.id


def actions(world: World, task: Task) -> list[str]:
    """What the buttons under a card do."""
    rows = [row for row in world.message(task).components if isinstance(row, discord.ActionRow)]
    buttons = [child for row in rows for child in row.children if isinstance(child, discord.Button)]
    return [(button.custom_id or "v1:open").split(":")[1] for button in buttons]


def unlimited(world: World) -> None:
    """From now on Discord no longer checks the lengths of ``/luma`` options, as if somebody forged them."""
    command = world.env.backend.find_command("luma", world.guild.id, type=1)
    assert command is not None
    for leaf in command["options"]:
        for option in leaf["options"]:
            option.pop("min_length", None)
            option.pop("max_length", None)


async def waiting(world: World, reader: str = "ann", prompt: str = "a fox") -> Task:
    """A task that the relay took."""
    await world.video(reader_of(world, reader), prompt)
    await world.app.engine.step()
    return await world.task()


async def try_to_work(world: World) -> None:
    """One step of every worker as their loops take it: a database that fails is no reason to stop."""
    engine = world.app.engine
    for worker in (engine.submitter, engine.poller, engine.deliverer, engine.announcer):
        try:
            await once(worker)
        except StoreProblem:
            continue
    await world.app.messenger.flush()


async def impatient(world: World) -> None:
    """Let the database give up waiting for a lock soon, so that tests need not wait for seconds."""
    await world.app.engine.core.store.database.rows("PRAGMA busy_timeout = 20")


@asynccontextmanager
async def hurried(world: World, longest: float) -> AsyncIterator[None]:
    """The real relay client, waiting at most ``longest`` seconds for an answer instead of a minute."""
    core = world.app.engine.core
    usual, core.relay = core.relay, Relay(world.relay.url, "sk-good", longest=longest)
    try:
        yield
    finally:
        await core.relay.close()
        core.relay = usual


class Lock:
    """Another program that holds the database's write lock."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "darkroom.db", isolation_level=None)

    def take(self) -> None:
        """From now on nobody else can write."""
        self._connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        """Others may write again."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        self.release()
        self._connection.close()


@contextmanager
def a_lock(folder: Path) -> Iterator[Lock]:
    """A second connection to the world's database."""
    lock = Lock(folder)
    try:
        yield lock
    finally:
        lock.close()
