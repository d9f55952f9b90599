"""Answers of two messages whose second one arrives at Discord while the answer to its request gets lost.

It is found again by its button, and written on: it neither stands there twice nor stays as it was.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.discord_server import Handle, LogEntry
from tests.e2e.stage import a_stage
from tests.e2e.test_talk import LONG, SETTINGS, Parlour, looked

pytestmark = pytest.mark.process

LATE = 16 * 60
"""Seconds after which an interaction's token is over."""


@dataclass(frozen=True)
class Loss:
    """``late``: after the token's time, by the bot's right. ``hidden``: nobody lets us look into the channel."""

    late: bool = False
    hidden: bool = False


def is_further(entry: LogEntry) -> bool:
    """Whether a request makes a further message of an answer."""
    return entry.method == "POST" and "chat-" in str(entry.json) and "/callback" not in entry.path


def nothing_else(stage: Parlour, handle: Handle) -> bool:
    """Whether the channel holds the messages of the answer and no other."""
    here = stage.server.backend.messages[handle.record.channel_id]
    return list(here) == [message.id for message in stage.answer(handle)]


@pytest.mark.parametrize("loss", [Loss(), Loss(late=True), Loss(late=True, hidden=True)], ids=str)
async def test_the_answer_to_a_further_message_is_lost(tmp_path: Path, loss: Loss) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS, dead_token="live") as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 0.3
        handle = await stage.say(LONG)
        await stage.growing(handle, 5)
        if loss.late:
            stage.server.skip(LATE)
        if loss.hidden:
            stage.server.faults.add("GET", "/channels/*/messages", status=403, code=50001, times=None)
        address = "/channels/*/messages" if loss.late else f"/webhooks/*/{handle.record.token}*"
        lost = stage.server.faults.add("POST", address, cut="after")
        await stage.over(handle)
        assert (await stage.ended_row())["state"] == "done"
        assert lost.hits == 1 and stage.complete(LONG) and nothing_else(stage, handle)
        assert await stage.bot.stop() == 0


async def test_the_answer_to_one_of_many_further_messages_is_lost(tmp_path: Path) -> None:
    """It has no button, for it is not the last."""
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        long = "Tell me of 900 words with code"
        lost = stage.server.faults.add("POST", "/webhooks/*", cut="after")
        handle = await stage.say(long)
        await stage.over(handle)
        assert (await stage.ended_row())["state"] == "done"
        assert lost.hits == 1 and stage.complete(long) and nothing_else(stage, handle)
        assert len(stage.answer(handle)) > 2
        assert await stage.bot.stop() == 0


@pytest.mark.parametrize("kept", ["all", "a line"])
async def test_killed_while_a_further_message_is_made(tmp_path: Path, kept: str) -> None:
    """With a line of the answer stored, there is nothing for the second message to say: it goes."""
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        stage.relay.chat.pause = 0.3
        handle = await stage.say(LONG)
        await stage.growing(handle, 5)
        await stage.happened(stage.kill_on_request(is_further))
        await looked(lambda: len(stage.server.backend.messages[handle.record.channel_id]) == 2)
        stage.let_be()
        if kept == "a line":
            stage.rewrite("UPDATE exchanges SET body = json_set(body, '$.answer', 'A line.')")
        await stage.bot.start()
        await stage.over(handle)
        assert (await stage.ended_row())["state"] == "cut"
        assert len(json.loads(stage.row()["body"])["messages"]) == (1 if kept == "all" else 0)
        assert "chat-go-on" in stage.buttons(handle) and nothing_else(stage, handle)
        assert await stage.bot.stop() == 0
