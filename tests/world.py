"""The whole bot in one process: real client in SimCord, real engine, real SQLite, the relay simulator on loopback.

Time stands still until a test moves it; the engine's workers and the messenger take their steps when told to.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord import InteractionResult, MemberActor, ResponseMessage
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from bot.app import App, assemble
from bot.config import load
from bot.demo.discord import make_real
from bot.demo.simulator import Simulator
from bot.task import Task
from tests.discord_rules import Recorder, record

START = 1_790_000_000.0
IDLE_ROUNDS = 3


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """What a test needs, and the verbs to move it."""

    env: simcord.Env
    app: App
    relay: Simulator
    clock: Clock
    guild: GuildHandle
    channel: ChannelHandle
    ann: MemberActor
    ben: MemberActor
    lin: MemberActor
    recorder: Recorder
    folder: Path
    running: AsyncExitStack
    """What ends with the app."""
    locales: dict[int, str] = field(default_factory=dict)

    async def restart(self, **settings: str) -> None:
        """End the app and begin another one over the same database; settings are the new app's."""
        await self.running.aclose()
        self.app = await self.running.enter_async_context(an_app(self.folder, self.relay.url, self.clock, **settings))
        await self.env.restart_bot(self.app.client)
        await self.app.engine.recover()
        await self.app.talk.answers.recover()

    async def work(self) -> None:
        """Let engine and messenger do everything that is due at this moment."""
        idle = 0
        while idle < IDLE_ROUNDS:
            moved = await self.app.engine.step()
            moved += await self.app.messenger.flush()
            moved += await self.app.talk.answers.step()
            idle = 0 if moved else idle + 1

    async def pass_time(self, seconds: float, step: float = 5.0) -> None:
        """Move all clocks on, in steps, working after each."""
        end = self.clock.now + seconds
        await self.work()
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + step, end)
            await self.work()

    async def tasks(self) -> list[Task]:
        """Every stored task, oldest first."""
        rows = await self.app.engine.core.store.database.rows("SELECT id FROM tasks ORDER BY created_at, id")
        found = [await self.app.engine.core.store.get(row["id"]) for row in rows]
        return [task for task in found if task is not None]

    async def task(self) -> Task:
        """The newest task."""
        return (await self.tasks())[-1]

    async def video(self, who: MemberActor | None = None, prompt: str = "a fox", **options: Any) -> InteractionResult:
        """``/luma video``."""
        return await (who or self.ann).slash(self.channel, "luma video", prompt=prompt, **options)

    async def delivered(self, who: MemberActor | None = None, prompt: str = "a fox", **options: Any) -> Task:
        """A video that was asked for and delivered."""
        await self.video(who, prompt, **options)
        await self.pass_time(60)
        return await self.task()

    def message(self, task: Task) -> discord.Message:
        """The card of ``task``."""
        return self.message_at(task.place.channel_id, task.place.message_id)

    def message_at(self, channel_id: int, message_id: int) -> discord.Message:
        """A message by its address."""
        from simcord.results import to_discord_message

        return to_discord_message(self.env, self.env.backend.get_message(channel_id, message_id))

    def card(self, task: Task) -> discord.Embed:
        """The embed of the card."""
        return self.message(task).embeds[0]

    def text(self, task: Task) -> str:
        """What the card says, in one string."""
        embed = self.card(task)
        return f"{embed.title}\n{embed.description}"

    def labels(self, task: Task) -> list[str]:
        """The labels of the card's buttons."""
        return labels(self.message(task))

    async def press(self, task: Task, action: str, who: MemberActor | UserHandle | None = None) -> InteractionResult:
        """Click a button of the card."""
        return await (who or self.ann).click(self.message(task), custom_id=f"v1:{action}:{task.id}")

    def direct(self, who: MemberActor) -> list[discord.Message]:
        """Direct messages that the bot sent to ``who``."""
        return who.user.dm_channel.history(viewer=who.user)


def labels(message: discord.Message) -> list[str]:
    """The labels of a message's buttons."""
    return [
        child.label or ""
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    ]


def answers(result: InteractionResult) -> list[ResponseMessage]:
    """The messages that the bot answered with; a card that was only acknowledged by its own button is none."""
    first = result.response
    clicked = result._interaction.source_message_id  # simcord keeps it to itself
    own = [first] if first is not None and (first.id != clicked or first.ephemeral) else []
    return [*own, *result.followups]


def said(result: InteractionResult) -> str:
    """What the bot answered with words."""
    return "\n".join(answer.content for answer in answers(result) if answer.content)


def alone(result: InteractionResult) -> bool:
    """Whether every answer was for the asker's eyes only."""
    found = answers(result)
    return bool(found) and all(answer.ephemeral for answer in found)


@asynccontextmanager
async def a_world(
    folder: Path, *, allow_unexpected: bool = False, simulator: type[Simulator] = Simulator, **settings: str
) -> AsyncIterator[World]:
    """The world, checked at its end: what was sent to Discord is valid, and nothing failed unexpectedly."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        watched = stack.enter_context(unexpected_errors())
        recorder = stack.enter_context(record())
        relay = await stack.enter_async_context(simulator(clock=clock))
        running = await stack.enter_async_context(AsyncExitStack())
        app = await running.enter_async_context(an_app(folder, relay.url, clock, **settings))
        env = await stack.enter_async_context(simulated_discord(app.client))
        locales: dict[int, str] = {}
        make_real(env, clock, locales)
        guild = env.create_guild("Studio")
        channel = guild.create_text_channel("general")
        ann, ben, lin = (guild.add_member(env.create_user(name)) for name in ("ann", "ben", "lin"))
        locales[lin.id] = "zh-CN"
        world = World(env, app, relay, clock, guild, channel, ann, ben, lin, recorder, folder, running, locales)
        yield world
        assert recorder.problems(env) == []
        assert allow_unexpected or watched == []


@asynccontextmanager
async def simulated_discord(client: discord.Client) -> AsyncIterator[simcord.Env]:
    """SimCord around ``client``; unlike ``simcord.run`` it may be ended in another context than it was begun in.

    A fixture's end runs in a copy of the context of its beginning, where context variables cannot be reset.
    """
    env = simcord.Env(client, check_errors=False, settle_timeout=20.0)
    await env.start()
    clock = env.time_context()
    clock.__enter__()
    try:
        yield env
    finally:
        await env.shutdown()
        with suppress(ValueError):
            clock.__exit__(None, None, None)


@asynccontextmanager
async def an_app(folder: Path, relay_url: str, clock: Clock, **settings: str) -> AsyncIterator[App]:
    """The app alone, over the database in ``folder``."""
    given = {
        "DISCORD_TOKEN": "token",
        "RELAY_URL": relay_url,
        "RELAY_KEY": "sk-good",
        "DATABASE_URL": f"sqlite:///{folder / 'darkroom.db'}",
        "ALLOW_PRIVATE_MEDIA": "true",
        "POLL_INTERVAL": "5",
        "CLICKS_PER_10_SECONDS": "0",  # time stands still while people click
        **settings,
    }
    async with assemble(load(given, env_file=None), clock=clock, shard_count=1) as app:
        core = app.engine.core
        for session in (core.relay._session, core.media._session):
            # SimCord waits for what a command has begun, and takes the closing of idle connections for such a thing
            connector = session.connector
            assert connector is not None
            connector._keepalive_timeout = 0.01  # there is no public way once it stands
        yield app


class _Watcher(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "unexpected" in message or "Ignoring exception" in message or record.exc_info:
            self.found.append(message)


@contextmanager
def unexpected_errors() -> Iterator[list[str]]:
    """Errors that were logged without being an expected answer to something."""
    watcher = _Watcher()
    logging.getLogger().addHandler(watcher)
    try:
        yield watcher.found
    finally:
        logging.getLogger().removeHandler(watcher)
