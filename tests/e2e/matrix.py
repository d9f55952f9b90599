"""The stage of the fault matrix: many tasks at once, each held where the test wants it, and how they came out.

Each task is known everywhere by what its user asked for: in the bot's database, in the relay's books, on its card.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from simcord.backend.models import Message
from simcord.builders import UserHandle

from bot.demo.simulator import Job, Recorded
from bot.demo.simulator.chat import reply_to
from tests.discord_server import Handle, LogEntry
from tests.e2e.kinds import WINDOW, Kind
from tests.e2e.stage import FAILED, FINISHED, HURRY, UNKNOWN, Stage, text_of

CHARGED = "It may have been charged."
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{12,}")


class Gate:
    """Where a request waits for the test; ``newest`` tells which it is when nobody says so."""

    def __init__(self, newest: Callable[[], LogEntry | Recorded]) -> None:
        self.arrived = asyncio.Event()
        self.opened = asyncio.Event()
        self.request: LogEntry | Recorded | None = None
        self._newest = newest

    async def passed(self, entry: LogEntry | None = None) -> None:
        """Arrive, and go on when the gate is opened."""
        self.request = entry or self._newest()
        self.arrived.set()
        await self.opened.wait()

    @property
    def answered(self) -> bool:
        """Whether the request that waited was answered."""
        return self.request is not None and self.request.status is not None


@dataclass
class Known:
    """A task or an answer as it is stored: where it stands, whether it is over and shown, all that is known of it."""

    id: str
    name: str
    phase: str
    over: bool
    text: str
    user_id: int


class Matrix(Stage):
    """A stage with many tasks of every kind, each held at its moment until ``open`` lets it go on."""

    lost: bool = False
    """Whether an upload that is held will never reach Discord."""
    pause: float = 2.0
    """Seconds (at a pace of 1) between two words of an answer that is to be met on its way."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kinds: dict[str, Kind] = {}
        self.people: dict[str, UserHandle] = {}
        self.gates: dict[str, Gate] = {}
        self.forms: dict[str, Handle] = {}

    # ------------------------------------------------------------------ play

    async def order(self, kind: Kind, name: str, *, like: str = "") -> Handle:
        """Ask for what the cell is called, as a person of its own or as the one who asked for ``like``."""
        person = self.people[name] = self.people[like] if like else self.server.user(name)
        self.kinds[name] = kind
        handle = await self.server.slash(person, self.channel, kind.command, options=kind.given(name))
        self.asked[name] = handle
        return handle

    def gate(self, name: str, path: str, *, method: str = "*") -> Gate:
        """Hold the next call of the relay at ``path`` that is about a cell."""
        gate = self.gates[name] = Gate(lambda: self.relay.calls[-1])
        self.relay.faults.add(method=method, path=path, hook=gate.passed, when=self.about(name))
        return gate

    def gate_at_discord(self, name: str, *, lost: bool) -> Gate:
        """Hold the request that shows the end of a cell's work; ``lost``: it never arrives."""
        gate = self.gates[name] = Gate(lambda: self.relay.calls[-1])
        self.server.faults.add("PATCH", "*", hook=gate.passed, cut="before" if lost else None, when=self.ending(name))
        return gate

    def ending(self, name: str) -> Callable[[LogEntry], bool]:
        """Whether a request to Discord shows the end of a cell's work, on its own message."""

        def wanted(entry: LogEntry) -> bool:
            number = self.asked[name].message_id
            mine = number is not None and entry.path.endswith(f"/{number}")
            last = "chat-again" in str(entry.json) if self.kinds[name].streams else bool(entry.files)
            return mine and last

        return wanted

    def open(self, *names: str) -> None:
        """Let what is held go on: some cells, or all."""
        for name in names or self.gates:
            self.gates[name].opened.set()

    async def stands(self, name: str, *phases: str) -> None:
        """Wait until the cell is stored in one of these phases."""
        await self.until(lambda: (found := self.known(name)) is not None and found.phase in phases)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what the database tells, of which no event speaks."""
        async with asyncio.timeout(HURRY):
            while not condition():
                await asyncio.sleep(0.03)

    # ------------------------------------------------------------------ look

    def everything(self) -> list[Known]:
        """Every task and every answer."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            tasks = connection.execute(
                "SELECT id, caption, phase, show_at IS NULL AND (ended_at IS NOT NULL OR phase = 'unknown'), "
                "remote_id || ' ' || body, user_id FROM tasks ORDER BY created_at"
            ).fetchall()
            answers = connection.execute("SELECT id, body, state, shown, user_id FROM exchanges").fetchall()
        found = [
            Known(name, caption, phase, bool(over), text, user) for name, caption, phase, over, text, user in tasks
        ]
        for name, body, state, shown, user in answers:
            found.append(Known(name, json.loads(body)["question"], state, bool(shown), body, user))
        return found

    def known(self, name: str) -> Known | None:
        """What is stored of a cell."""
        return self.by_name().get(name)

    def about(self, name: str) -> Callable[[], bool]:
        """Whether the newest call of the relay is about a cell."""

        def meant() -> bool:
            call = self.relay.calls[-1]
            return name in self._cells(f"{unquote(call.path)}\n{json.dumps(call.json)}")

        return meant

    def _cells(self, text: str) -> set[str]:
        """The cells that a text names, by their own names or by ids that are stored with them."""
        found = {name for name in self.kinds if f'"{name}"' in text or f"of={name}\n" in text}
        ids = set(_IDS.findall(text))
        if not found and ids:
            found = {one.name for one in self.everything() if any(name in one.text for name in ids)}
        return found

    def charged(self, name: str) -> list[Job]:
        """What was paid for a cell."""
        return [job for job in self.relay.paid() if self._payer(job) == name]

    def _payer(self, job: Job) -> str:
        if job.prompt in self.kinds:
            return job.prompt
        return next(iter(self._cells(json.dumps(job.body))), job.prompt)

    def paid_once(self) -> None:
        """Nothing was charged twice, and nothing that nobody asked for."""
        payers = [self._payer(job) for job in self.relay.paid()]
        assert sorted(payers) == sorted(set(payers))
        assert set(payers) <= self.kinds.keys()

    def holders(self, known: Known) -> list[Message]:
        """The messages anywhere that hold a task's file."""
        channels = self.server.backend.messages.values()
        messages = [message for channel in channels for message in channel.values()]
        return [one for one in messages if any(f"-{known.id[:4]}." in file["filename"] for file in one.attachments)]

    def direct_messages(self) -> list[Message]:
        """What was sent to people directly."""
        channels = [self.server.backend.messages.get(number, {}) for number in self.server.backend.dm_channels.values()]
        return [message for channel in channels for message in channel.values()]

    # ------------------------------------------------------------------ judge

    async def over(self, *names: str) -> None:
        """Wait until each is stored as ended and shown, or was not accepted and its user was told."""
        left: list[str] = []

        def all_over() -> bool:
            stored = self.by_name()
            left[:] = [name for name in names if not (stored[name].over if name in stored else self.said(name).strip())]
            return not left

        try:
            await self.until(all_over)
        except TimeoutError as error:
            error.add_note(f"not over: {left}")
            raise

    def by_name(self) -> dict[str, Known]:
        """What is stored of all cells; of a window the newest task, and not the picture that it began with."""
        everything = self.everything()
        windows = {self.people[name].id: name for name, kind in self.kinds.items() if kind is WINDOW}
        return {windows.get(one.user_id, one.name): one for one in everything}

    def said(self, name: str) -> str:
        """What the cell's card says, or what its user was told instead."""
        handle = self.asked[name]
        message = self.stored(handle)
        told = [str(followup["content"]) for followup in handle.followups]
        return "\n".join([text_of(message) if message is not None else "", *told])

    def delivered(self, *names: str) -> None:
        """Each was paid once and has its result, once."""
        for name in names:
            known = self.known(name)
            assert known is not None, name
            assert len(self.charged(name)) == 1, name
            if self.kinds[name].streams:
                assert known.phase == "done", (name, known.phase)
                self._whole(name, json.loads(known.text))
            else:
                assert known.phase == "delivered", (name, known.phase, self.said(name))
                (message,) = self.holders(known)
                assert FINISHED in text_of(message), name
                assert len(message.attachments) == 1, name

    def _whole(self, name: str, body: Mapping[str, Any]) -> None:
        """The answer is complete, and is shown once."""
        assert body["answer"] == reply_to([name], [])
        place = self.server.backend.messages[body["place"]["channel_id"]]
        shown = "".join(place[number].content for number in (body["place"]["message_id"], *body["messages"]))
        assert "".join(shown.split()) == "".join(body["answer"].split()), name

    def unknown(self, *names: str) -> None:
        """Nobody knows what became of it, and its card says so; it was not sent again."""
        for name in names:
            known = self.known(name)
            assert known is not None
            assert len(self.charged(name)) <= 1
            if self.kinds[name].streams:
                assert known.phase in {"cut", "failed"}
            else:
                assert (known.phase, self.holders(known)) == ("unknown", []), name
                assert UNKNOWN in self.said(name) and CHARGED in self.said(name), name
            assert self.why(name), name

    def why(self, name: str) -> str:
        """The reason that is shown: on a card below the line that says how it ended, beside an answer by itself."""
        known = self.known(name)
        assert known is not None
        if not self.kinds[name].streams:
            lines = iter(self.said(name).splitlines())
            return next(" ".join(lines) for line in lines if UNKNOWN in line or FAILED in line)
        body = json.loads(known.text)
        last = (body["place"]["message_id"], *body["messages"])[-1]
        message = self.server.backend.messages[body["place"]["channel_id"]][last]
        return "".join(str(embed.get("description") or "") for embed in message.embeds)

    def not_accepted(self, *names: str) -> None:
        """Nothing is stored, and nothing was paid."""
        for name in names:
            assert (self.known(name), self.charged(name)) == (None, []), name

    def failed(self, *names: str) -> None:
        """Each did not work, was not paid, and its user was told why."""
        for name in names:
            known = self.known(name)
            assert known is not None
            assert (known.phase, self.charged(name), self.holders(known)) == ("failed", [], []), name
            assert self.kinds[name].streams or FAILED in self.said(name), name
            assert self.why(name), name

    def honest(self, *names: str) -> None:
        """Each came to an end that its user was told of: delivered, nobody knows, or not accepted."""
        for name in names:
            known = self.known(name)
            if known is None:
                self.not_accepted(name)
                assert self.said(name).strip(), name
            elif known.phase in {"done", "delivered"}:
                self.delivered(name)
            else:
                self.unknown(name)
