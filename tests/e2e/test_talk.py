"""Answers outlive a killed process, edits that Discord refuses, dead tokens, a relay that breaks off, and a stop.

Each ends whole, or with what came, a plain sentence and Continue.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from simcord.backend.models import Message

from bot.demo.simulator.chat import reply_to
from bot.engine.talk import GO_ON
from bot.talk import FENCE
from tests.discord_server import Handle, LogEntry
from tests.e2e.stage import HURRY, Stage, a_stage

pytestmark = pytest.mark.process

RESTARTED = "The bot was restarted in the middle of this answer."
SETTINGS = {"PROVIDERS": "claude", "ACTIVE_TASKS_PER_USER": "20"}
LONG = "Tell me of 500 words with code"


class Parlour(Stage):
    """A stage for conversations."""

    async def say(self, prompt: str) -> Handle:
        """Ask Claude; the handle, before the bot has answered."""
        handle = await self.server.slash(self.ann, self.channel, "claude chat", prompt=prompt)
        self.asked[prompt] = handle
        return handle

    def answer(self, handle: Handle) -> list[Message]:
        """The messages of an answer, oldest first: the first is the command's own, the others are stored."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            bodies = [json.loads(body) for (body,) in connection.execute("SELECT body FROM exchanges")]
        further = [body["messages"] for body in bodies if body["place"]["message_id"] == handle.message_id]
        here = self.server.backend.messages.get(handle.record.channel_id, {})
        found = [self.stored(handle), *(here.get(name) for name in (further[0] if further else []))]
        return [message for message in found if message is not None]

    def text(self, handle: Handle) -> str:
        """Everything that the messages say."""
        return "\n".join(message.content for message in self.answer(handle))

    def buttons(self, handle: Handle) -> str:
        """The buttons under the last message, as they are sent."""
        messages = self.answer(handle)
        return str(messages[-1].components) if messages else ""

    async def growing(self, handle: Handle, words: int = 40) -> None:
        """Wait until so many words stand there."""
        await looked(lambda: len(self.text(handle).split()) >= words)

    async def over(self, handle: Handle) -> None:
        """Wait until the answer has the buttons of its end."""
        await looked(lambda: "chat-again" in self.buttons(handle))

    async def ended_row(self) -> dict[str, Any]:
        """The newest exchange, once it is stored that its end is shown: the messages may say so a moment before."""
        await looked(lambda: bool(self.row()["shown"]))
        return self.row()

    def complete(self, prompt: str) -> bool:
        """Whether the messages hold the whole of the answer that the relay gave to a prompt, to the letter."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            bodies = [json.loads(body) for (body,) in connection.execute("SELECT body FROM exchanges")]
        (answer,) = [body["answer"] for body in bodies if body["question"] == prompt]
        given = reply_to([prompt], [])
        return bool(answer == given and whole(self.text(self.asked[prompt])) == whole(given))

    def open_fences(self) -> int:
        """Writes that show code whose fence is not closed."""
        contents = [entry.json.get("content") or "" for entry in self.server.log if isinstance(entry.json, dict)]
        return sum(content.count(FENCE) % 2 for content in contents)

    def row(self) -> dict[str, Any]:
        """The newest exchange as it is stored."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute("SELECT * FROM exchanges ORDER BY created_at DESC LIMIT 1").fetchone())


async def looked(condition: Callable[[], bool]) -> None:
    """Wait for what is partly told by the database, of which no event speaks."""
    async with asyncio.timeout(HURRY):
        while not condition():
            await asyncio.sleep(0.05)


def is_writing(entry: LogEntry) -> bool:
    """Whether a request shows a part of an answer."""
    return "chat-stop" in str(entry.json)


def is_last(entry: LogEntry) -> bool:
    """Whether a request shows the end of an answer."""
    return "chat-again" in str(entry.json)


def whole(text: str) -> str:
    """The words without spaces and fences."""
    return "".join(text.split()).replace("```python", "").replace(FENCE, "")


async def test_killed_in_the_middle(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 0.5  # seconds at the stage's pace: a hundredth
        handle = await stage.say(LONG)
        await stage.growing(handle, 60)
        await stage.bot.kill()
        shown = stage.text(handle)
        assert shown
        await stage.bot.start()
        await stage.over(handle)
        assert RESTARTED in str(stage.answer(handle)[-1].embeds)
        assert "chat-go-on" in stage.buttons(handle)
        assert (await stage.ended_row())["state"] == "cut"
        assert len(stage.relay.paid()) == 1
        name = stage.row()["id"]
        stage.relay.chat.pause = 0.0
        again = await stage.server.click(stage.ann, stage.answer(handle)[-1].id, f"v1:chat-go-on:{name}")
        stage.asked[GO_ON] = again
        await stage.over(again)
        assert (await stage.ended_row())["state"] == "done"
        assert await stage.bot.stop() == 0


FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"status": 429, "retry_after": 0.5},
    "broken": {"status": 500},
    "away": {"status": 503},
    "cut before": {"cut": "before"},
    "cut after": {"cut": "after"},
}
"""What happens to edits in the middle of an answer, and to the last one."""


async def test_edits_that_fail(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 0.3
        handles = {}
        for name in FAULTS:
            handles[name] = await stage.say(f"{LONG}: {name}")
        for name, fault in FAULTS.items():
            await stage.growing(handles[name], 5)
            path = f"/webhooks/*/{handles[name].record.token}/*"
            stage.server.faults.add("*", path, when=is_writing, times=2, **fault)
            stage.server.faults.add("PATCH", path, when=is_last, **fault)
        for name, handle in handles.items():
            await stage.over(handle)
            assert stage.complete(f"{LONG}: {name}"), name
        assert stage.open_fences() == 0
        assert await stage.bot.stop() == 0


async def test_a_token_that_dies_in_the_middle(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, dead_token="live", settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 0.6
        handle = await stage.say(LONG)
        await stage.growing(handle, 20)
        stage.server.skip(16 * 60)
        await stage.over(handle)
        assert stage.complete(LONG)
        assert (await stage.ended_row())["state"] == "done"


async def test_told_to_stop_in_the_middle(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 5.0
        handle = await stage.say(LONG)
        await stage.growing(handle, 5)
        began = stage.row()["version"]
        assert await stage.bot.stop() == 0
        assert stage.row()["version"] > began
        kept = stage.row()
        assert "Tell me" in kept["body"] and kept["shown"] == 0
        await stage.bot.start()
        await stage.over(handle)
        assert RESTARTED in str(stage.answer(handle)[-1].embeds)


BROKEN_OFF = {
    "cut": "The connection to the relay broke in the middle of this answer.",
    "error": "The relay is overloaded right now.",
    "revoked": "The relay refused this bot's key. The operator has to look at it.",
}
"""What the relay does in the middle of an answer (words of the simulator), and what is said of it."""


async def test_a_relay_that_breaks_off(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        for word, sentence in BROKEN_OFF.items():
            handle = await stage.say(f"Tell me of 60 words sim:{word}")
            await stage.over(handle)
            assert sentence in str(stage.answer(handle)[-1].embeds), word
            assert "chat-go-on" in stage.buttons(handle) and len(stage.text(handle).split()) > 5, word
            assert (await stage.ended_row())["state"] == "cut", word
        assert len(stage.relay.paid()) == len(BROKEN_OFF)
        assert await stage.bot.stop() == 0
