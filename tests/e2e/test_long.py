"""Tasks that outlive the click they came from: past a quarter of an hour, past their channel, past their card."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import discord
import pytest
from simcord.backend.models.channel import Overwrite
from simcord.builders import ChannelHandle, UserHandle
from simcord.enums import OverwriteType

from tests.e2e.stage import FINISHED, HURRY, Stage, a_stage, text_of

pytestmark = pytest.mark.process

LONG = 16 * 60
FORMS: dict[Literal["live", "simcord"], int] = {"live": 50027, "simcord": 10015}
"""What Discord says of a token that is over, by the server's way of saying it."""


async def test_a_dead_token(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as both:
        for dead in FORMS:
            folder = tmp_path / dead
            folder.mkdir()
            both.create_task(dead_token(folder, dead))


async def dead_token(folder: Path, dead: Literal["live", "simcord"]) -> None:
    """The card is drawn and the result is brought by the bot's own right; the dead token is tried once."""
    async with a_stage(folder, dead_token=dead) as stage:
        stage.relay.hold = True
        handles = [await stage.ask(prompt) for prompt in ("fox", "owl")]
        await stage.server.until(lambda: all(stage.says(handle, "Waiting", "sent") for handle in handles))
        stage.server.skip(LONG)
        await stage.server.until(lambda: all(stage.says(handle, "95 %") for handle in handles), HURRY)
        stage.relay.release()
        await stage.ended()
        assert await stage.bot.stop() == 0
        stage.delivered()
        for handle in handles:
            found = stage.server.requests("PATCH", f"/{handle.message_id}")
            (upload,) = [entry for entry in found if entry.files and entry.status == 200]
            assert upload.path == f"/channels/{stage.channel.id}/messages/{handle.message_id}"
            refused = [entry.code for entry in found if entry.status != 200]
            assert refused == [FORMS[dead]]
        assert stage.direct() == []


class Loss:
    """A person with a card in a guild of their own, and the way this place is lost."""

    def __init__(self, stage: Stage, name: str, lose: Callable[[Stage, "Loss"], None]) -> None:
        self.prompt = f"fox {name}"
        self.guild = stage.server.guild(name)
        self.channel: ChannelHandle = self.guild.create_text_channel("general")
        self.person: UserHandle = stage.server.user(name)
        self._lose = lose

    def happen(self, stage: Stage) -> None:
        """Lose the place."""
        self._lose(stage, self)


def kicked(stage: Stage, place: Loss) -> None:
    stage.server.kick_bot(place.guild)


def forbidden(stage: Stage, place: Loss) -> None:
    deny = discord.Permissions(view_channel=True).value
    bot = stage.server.backend.bot_user.id
    stage.server.backend.set_overwrite(place.channel.id, Overwrite(bot, OverwriteType.MEMBER, deny=deny))


def channel_gone(stage: Stage, place: Loss) -> None:
    stage.server.delete_channel(place.channel)


def card_gone(stage: Stage, place: Loss) -> None:
    number = stage.asked[place.prompt].message_id
    assert number is not None
    stage.server.delete_message(number)


LOSSES = (kicked, forbidden, channel_gone, card_gone)


async def test_lost_places_end_in_direct_messages(tmp_path: Path) -> None:
    async with a_stage(tmp_path, dead_token="live", running=False) as stage:
        places = [Loss(stage, lose.__name__, lose) for lose in LOSSES]
        await stage.bot.start()
        for place in places:
            await stage.begun(place.prompt, who=place.person, channel=place.channel)
        stage.server.skip(LONG)
        for place in places:
            place.happen(stage)
        stage.relay.release()
        await stage.server.until(lambda: all(stage.direct(place.person) for place in places), HURRY)
        assert await stage.bot.stop() == 0
        for place in places:
            (message,) = stage.direct(place.person)
            row = stage.rows()[place.prompt]
            assert row.phase == "delivered"
            assert FINISHED in text_of(message)
            stage.holds_file(message, row)


async def test_a_direct_message_is_sent_once_though_the_process_dies(tmp_path: Path) -> None:
    async with a_stage(tmp_path, dead_token="live") as stage:
        await stage.begun("fox", "owl sim:fail")
        stage.server.skip(LONG)
        stage.server.delete_channel(stage.channel)
        killed = stage.kill_on_request(lambda entry: entry.method == "POST" and bool(entry.files))
        stage.relay.release()
        await stage.happened(killed)
        stage.rewrite("UPDATE tasks SET created_at = created_at - 120")  # long enough ago for a ping
        stage.let_be()
        await stage.bot.start()
        await stage.server.until(
            lambda: len(stage.direct()) >= 2 and len(stage.server.requests("POST", dm_path(stage))) >= 3, HURRY
        )
        assert await stage.bot.stop() == 0
        assert {row.phase for row in stage.rows().values()} == {"delivered", "failed"}
        messages = stage.direct()
        assert sorted(len(message.attachments) for message in messages) == [0, 1]


def dm_path(stage: Stage) -> str:
    return f"/channels/{stage.server.backend.dm_channels[stage.ann.id]}/messages"


async def test_what_nobody_could_be_told_waits_for_tasks_show(tmp_path: Path) -> None:
    async with a_stage(tmp_path, dead_token="live") as stage:
        await stage.begun("fox", "owl sim:fail")
        stage.server.skip(LONG)
        stage.server.delete_channel(stage.channel)
        refused = stage.server.faults.add("POST", "/channels/*/messages", None, status=403, code=50007)
        stage.relay.release()
        await stage.server.until(lambda: refused.hits >= 2, HURRY)
        assert await stage.bot.stop() == 0
        assert {prompt: row.phase for prompt, row in stage.rows().items()} == {"fox": "done", "owl sim:fail": "failed"}
        stage.channel = stage.guild.create_text_channel("elsewhere")
        await stage.bot.start()
        for prompt, words in (("fox", FINISHED), ("owl sim:fail", "could not finish")):
            shown = await stage.show(prompt)
            await stage.ended([shown])
            assert stage.says(shown, words)
            stage.asked[prompt] = shown
        assert await stage.bot.stop() == 0
        stage.delivered("fox")
        assert stage.direct() == []


async def test_where_the_bot_itself_is_not(tmp_path: Path) -> None:
    """Installed by a user only: the token is the only way to the card, a direct message the only way after it."""
    async with a_stage(tmp_path, dead_token="live", running=False) as stage:
        ben = stage.server.user("ben")
        await stage.bot.start()
        stage.server.kick_bot(stage.guild)
        for person, prompt in ((stage.ann, "fox"), (ben, "owl")):
            here = {
                "authorizing_integration_owners": {"1": str(person.id)},
                "app_permissions": discord.Permissions.none(),
                "context": 2,
            }
            await stage.begun(prompt, who=person, **here)
            if prompt == "fox":
                stage.relay.release()
                await stage.ended()
        stage.server.skip(LONG)
        stage.relay.release()
        await stage.server.until(lambda: stage.direct(ben), HURRY)
        assert await stage.bot.stop() == 0
        stage.delivered("fox")
        assert stage.direct() == []
        (message,) = stage.direct(ben)
        stage.holds_file(message, stage.rows()["owl"])
