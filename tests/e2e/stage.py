"""Where the end-to-end tests play: Discord on a socket, the relay simulator, and ``python -m bot run`` between them."""

import asyncio
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from simcord.backend.models import Message
from simcord.builders import ChannelHandle, UserHandle

from bot.demo.simulator import Job, Simulator
from tests.discord_rules import Rules, traffic_problems
from tests.discord_server import BotProcess, DiscordServer, Handle, LogEntry

ROOT = Path(__file__).parents[2]
BOT = [sys.executable, "-m", "bot", "run"]
KEY = "sk-good"
PACE = 0.02
POST, POLL, FILE = "/luma/generations", "/luma/tasks", "/media/*"
VIDEO = "/media/video/e2e-16x9.mp4"
"""One video for all: making each its own would take a second of the machine's time."""
FINISHED, FAILED, UNKNOWN = "✅ Finished", "❌ It did not work", "❔ Nobody knows"
ENDS = (FINISHED, FAILED, UNKNOWN)
HURRY = 30.0
"""Seconds that anything waited for may take at most."""


@dataclass(frozen=True)
class Row:
    """A stored task, as an operator would look at it."""

    id: str
    prompt: str
    phase: str
    remote_id: str


class OneVideo(Simulator):
    """A relay whose results are all the same video."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and give out the video from there."""
        url = await super().start(host, port)
        self.media_url = f"{url}{VIDEO}"
        return url


class Stage:
    """The two servers, the process, some people, and the verbs to play and to look."""

    def __init__(
        self, folder: Path, server: DiscordServer, relay: Simulator, settings: Mapping[str, str], *, running: bool
    ) -> None:
        self.server = server
        self.relay = relay
        self.database = folder / "darkroom.db"
        self.environ = {
            "RELAY_URL": relay.url,
            "RELAY_KEY": KEY,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "ALLOW_PRIVATE_MEDIA": "true",
            "POLL_INTERVAL": "0.3",
            "LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self._folder = folder
        self.bot = BotProcess(server, BOT, self.environ, cwd=folder, running=running)
        self.guild = server.guild("Studio")
        self.channel: ChannelHandle = self.guild.create_text_channel("general")
        self.ann: UserHandle = server.user("ann")
        self.asked: dict[str, Handle] = {}

    async def another(self, **settings: str) -> tuple[int, str]:
        """Run a second process with the same settings but for ``settings``; its exit code and what it said."""
        environ = {**os.environ, **self.server.environ, **self.environ, **settings}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *BOT, env=environ, cwd=self._folder, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        try:
            said, complained = await asyncio.wait_for(process.communicate(), HURRY)
        finally:
            if process.returncode is None:
                process.kill()
        return await process.wait(), (said + complained).decode()

    # ------------------------------------------------------------------ play

    async def ask(self, prompt: str, who: UserHandle | None = None, **overrides: Any) -> Handle:
        """``/luma video`` with a prompt that nobody used before; the handle, before the bot has answered."""
        assert prompt not in self.asked
        channel = overrides.pop("channel", self.channel)
        handle = await self.server.slash(who or self.ann, channel, "luma video", prompt=prompt, **overrides)
        self.asked[prompt] = handle
        return handle

    async def begun(self, *prompts: str, who: UserHandle | None = None, **overrides: Any) -> None:
        """Ask for videos that do not finish before the relay is released; returns when the relay works on them."""
        self.relay.hold = True
        for prompt in prompts:
            await self.ask(prompt, who, **overrides)
        await self.moving(len(prompts), prompts)

    async def show(self, prompt: str, channel: ChannelHandle | None = None, **overrides: Any) -> Handle:
        """``/tasks show`` for the task with that prompt."""
        task = self.rows()[prompt]
        where = channel or self.channel
        return await self.server.slash(self.ann, where, "tasks show", options={"id": task.id}, **overrides)

    async def ended(self, handles: Iterable[Handle] | None = None, how: tuple[str, ...] = ENDS) -> None:
        """Wait until the cards (all that were asked for, if none is named) say how their tasks ended."""
        wanted = list(self.asked.values() if handles is None else handles)
        await self.server.until(lambda: all(self.says(handle, *how) for handle in wanted), HURRY)

    async def settled(self) -> None:
        """Wait until every task is stored as delivered: a card may say so before the answer to its edit is there."""
        async with asyncio.timeout(HURRY):
            while any(row.phase != "delivered" for row in self.rows().values()):
                await asyncio.sleep(0.05)

    async def moving(self, count: int, among: Collection[str] = ()) -> None:
        """Wait until the bot has asked the relay about ``count`` tasks: then it has stored what the relay took."""
        polled: set[str] = set()
        enough = asyncio.Event()

        async def look() -> None:
            polled.update(self.relay.jobs[name].prompt for name in self.relay.calls[-1].json["ids"])
            if len(polled & set(among or polled)) >= count:
                enough.set()

        watch = self.relay.faults.add(path=POLL, times=None, hook=look)
        await self.happened(enough)
        self.relay.faults.remove(watch)

    async def happened(self, event: asyncio.Event) -> None:
        """Wait for something that a fault does."""
        await asyncio.wait_for(event.wait(), HURRY)

    def kill_on_request(
        self, wanted: Callable[[LogEntry], bool], *, passes: int = 0, lost: bool = False
    ) -> asyncio.Event:
        """Kill the bot at a request to Discord that is ``wanted``, after some that pass; ``lost``: it never takes
        effect there."""
        killed = asyncio.Event()
        strike = self._strike(killed)

        async def hook(_entry: LogEntry) -> None:
            await strike()

        cut: Literal["before"] | None = "before" if lost else None
        self.server.faults.add("*", "*", passes=passes, when=wanted, hook=hook, cut=cut)
        return killed

    def kill_on_call(self, path: str, *, passes: int = 0, **fault: Any) -> asyncio.Event:
        """Kill the bot at a call of the relay that matches, after some that pass; ``fault`` as for the simulator."""
        killed = asyncio.Event()
        if passes:
            self.relay.faults.add(path=path, times=passes)
        self.relay.faults.add(path=path, hook=self._strike(killed), **fault)
        return killed

    def arrival(self, path: str, **fault: Any) -> asyncio.Event:
        """Tell when the relay is called at ``path`` for the first time from now on; every call suffers ``fault``."""
        arrived = asyncio.Event()

        async def note() -> None:
            arrived.set()

        self.relay.faults.add(path=path, times=None, hook=note, **fault)
        return arrived

    def _strike(self, killed: asyncio.Event) -> Callable[[], Awaitable[None]]:
        async def strike() -> None:
            await self.bot.kill()
            killed.set()

        return strike

    def let_be(self) -> None:
        """No more faults anywhere."""
        self.server.faults.clear()
        self.relay.faults.clear()

    def rewrite(self, statement: str, *values: Any) -> None:
        """Change the database of a bot that is not running."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement, values)

    # ------------------------------------------------------------------ look

    def rows(self) -> dict[str, Row]:
        """The stored tasks by prompt."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            found = connection.execute("SELECT id, caption, phase, remote_id FROM tasks").fetchall()
        return {row[1]: Row(*row) for row in found}

    def stored(self, handle: Handle) -> Message | None:
        """The message that is the answer to a command."""
        number = handle.message_id
        here = self.server.backend.messages.get(handle.record.channel_id, {})
        return here.get(number) if number is not None else None

    def says(self, handle: Handle, *words: str) -> bool:
        """Whether the card shows one of ``words``."""
        message = self.stored(handle)
        return message is not None and any(word in text_of(message) for word in words)

    def direct(self, who: UserHandle | None = None) -> list[Message]:
        """The direct messages that the bot sent to somebody."""
        channel = self.server.backend.dm_channels.get((who or self.ann).id)
        here = self.server.backend.messages.get(channel, {}) if channel is not None else {}
        return [here[number] for number in sorted(here)]

    def jobs(self) -> dict[str, list[Job]]:
        """What the relay took and charged, by prompt."""
        found: dict[str, list[Job]] = {}
        for job in self.relay.paid():
            found.setdefault(job.prompt, []).append(job)
        return found

    def delivered(self, *prompts: str) -> None:
        """The cards (all of them, if none is named) hold their own file, once, and each was paid for once."""
        rows, jobs = self.rows(), self.jobs()
        for prompt in prompts or self.asked:
            message = self.stored(self.asked[prompt])
            assert message is not None
            assert FINISHED in text_of(message)
            assert (rows[prompt].phase, len(jobs[prompt])) == ("delivered", 1)
            self.holds_file(message, rows[prompt])

    def holds_file(self, message: Message, row: Row) -> None:
        """The message has the task's own file attached, and nothing else."""
        assert [row.id[:4] in attachment["filename"] for attachment in message.attachments] == [True]

    def paid_once(self) -> None:
        """Nothing was charged twice, and nothing that nobody asked for."""
        counts = Counter(job.prompt for job in self.relay.paid())
        assert [prompt for prompt, count in counts.items() if count > 1] == []
        assert counts.keys() <= self.asked.keys()

    def clean(self, *, traces: bool = False) -> None:
        """All that was sent to Discord is valid, no secret is in the log, and nothing failed unexpectedly."""
        sent = [
            (entry.method, entry.path, entry.json, [name for name, _size in entry.files]) for entry in self.server.log
        ]
        assert traffic_problems(sent, rules=Rules.load()) == []
        output = self.bot.output
        secrets = [KEY, self.server.token, *self.server.backend.interaction_tokens]
        assert [secret for secret in secrets if secret in output] == []
        mistakes = ("Traceback", "unexpectedly", "unexpected error", "Unclosed", "never retrieved", "was never awaited")
        assert traces or [word for word in mistakes if word in output] == [], output


def text_of(message: Message) -> str:
    """What a message says in its text and its embeds."""
    return "\n".join(
        [message.content, *(f"{embed.get('title')}\n{embed.get('description')}" for embed in message.embeds)]
    )


@asynccontextmanager
async def a_stage(
    folder: Path,
    *,
    running: bool = True,
    pace: float = PACE,
    traces: bool = False,
    settings: Mapping[str, str] | None = None,
    kind: type[Stage] = Stage,
    simulator: type[Simulator] = OneVideo,
    **options: Any,
) -> AsyncIterator[Stage]:
    """A stage, with the bot running unless told otherwise, checked at its end; ``options`` are the server's."""
    async with simulator(pace=pace) as relay, DiscordServer(**options) as server:
        stage = kind(folder, server, relay, settings or {}, running=running)
        async with stage.bot:
            yield stage
            stage.paid_once()
            stage.clean(traces=traces)
