"""The server against a stock discord.py bot in a process of its own."""

import asyncio
import io
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from tests.discord_server import BotProcess, DiscordServer, LogEntry, NotConnectedError

STOCK_BOT = [sys.executable, str(Path(__file__).with_name("stock_bot.py"))]
MIB = 1024 * 1024

pytestmark = pytest.mark.process


class Scene:
    """A server with one guild, one channel and one user."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.bot = BotProcess(server, STOCK_BOT)
        self.guild: GuildHandle = server.guild()
        self.channel: ChannelHandle = self.guild.create_text_channel("general")
        self.ann: UserHandle = server.user("ann")

    async def drawn(self, **options: Any) -> dict[str, Any]:
        """Out: the final message of a finished /stock draw."""
        handle = await self.server.slash(self.ann, self.channel, "stock draw", prompt="fox", **options)
        message = await handle.settled(lambda found: found["attachments"])
        await self.server.until(lambda: handle.followups)
        return message

    async def touched(self, message: dict[str, Any], **overrides: Any) -> str:
        """Press "touch" (an edit with the bot token). Out: the bot's private report."""
        handle = await self.server.click(self.ann, message["id"], "stock:do:touch", **overrides)
        return str((await handle.settled(lambda found: found["content"]))["content"])

    async def content(self, message: dict[str, Any], wanted: str) -> None:
        """Wait until the message says `wanted`."""
        await self.server.until(lambda: self.server.message(self.channel, message["id"])["content"] == wanted)


@pytest_asyncio.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A scene whose bot is connected; parametrize indirectly with keyword arguments of the server."""
    async with DiscordServer(**getattr(request, "param", {})) as server:
        scene = Scene(server)
        async with scene.bot:
            yield scene


def with_server(**options: Any) -> pytest.MarkDecorator:
    """In: keyword arguments for the server of one test."""
    return pytest.mark.parametrize("scene", [options], indirect=True, ids=["-".join(options)])


async def test_login_sync_and_a_whole_command(scene: Scene) -> None:
    server = scene.server
    assert {command["name"] for command in server.commands()} == {"stock", "Count letters"}
    choices = await server.autocomplete(scene.ann, scene.channel, "stock draw", "model", "et")
    assert choices == [{"name": "Beta", "value": "beta"}]
    image = ("a.png", b"\x89PNG" + bytes(2 * MIB))
    handle = await server.slash(
        scene.ann, scene.channel, "stock draw", prompt="fox", model="beta", image=image, locale="zh-CN"
    )
    message = await handle.settled(lambda found: found["attachments"])
    assert (message["content"], handle.answered, handle.ephemeral) == ("fox by beta", True, False)
    async with aiohttp.ClientSession() as web, web.get(message["attachments"][0]["url"]) as answer:
        assert await answer.read() == image[1][::-1]
    private = await server.until(lambda: handle.followups)
    assert (private[0]["content"], private[0]["flags"] & 64) == ("done for zh-CN", 64)
    assert [entry.json.get("content") for entry in server.requests("PATCH", "@original")] == [
        "1 %",
        "50 %",
        "fox by beta",
    ]
    assert server.requests("PATCH", "@original")[-1].files == [("result.bin", len(image[1]))]


async def test_buttons_menus_modals_and_direct_messages(scene: Scene) -> None:
    server, message = scene.server, await scene.drawn()
    report = await scene.touched(message, attachment_size_limit=50 * MIB, locale="de")
    assert report == f"touched, limit {50 * MIB}"
    await scene.content(message, "touched by de")
    assert await scene.touched(message) == f"touched, limit {10 * MIB}"
    await server.select(scene.ann, message["id"], "stock:size", ["large"])
    await scene.content(message, "size large")
    opened = await server.click(scene.ann, message["id"], "stock:do:note")
    await opened.acknowledged()
    noted = await server.submit_modal(scene.ann, opened, {"Text": "hello"})
    assert (await noted.settled())["content"] == "noted hello"
    assert noted.ephemeral
    counted = await server.context_menu(scene.ann, scene.channel, "Count letters", int(message["id"]))
    assert (await counted.settled())["content"] == "10 letters"
    private = await server.slash(scene.ann, scene.ann.dm_channel, "stock draw", prompt="fox")
    assert (await private.settled(lambda found: found["attachments"]))["content"] == "fox by alpha"


async def test_old_buttons_work_after_sigkill_and_restart(scene: Scene) -> None:
    message = await scene.drawn()
    await scene.bot.kill()
    with pytest.raises(NotConnectedError):
        await scene.server.click(scene.ann, message["id"], "stock:do:touch")
    await scene.bot.start()
    assert scene.server.gateway.identifies == 2
    assert await scene.touched(message) == f"touched, limit {10 * MIB}"


async def test_gateway_drops_resumes_and_new_sessions(scene: Scene) -> None:
    server, message = scene.server, await scene.drawn()
    await server.drop_gateway(4000)
    await server.until(lambda: server.gateway.resumes == 1)
    assert await scene.touched(message)
    server.gateway.ask_reconnect()
    await server.until(lambda: server.gateway.resumes == 2 and server.gateway.connected)
    assert await scene.touched(message)
    await server.drop_gateway(4000, forget=True)
    await server.until(lambda: server.gateway.refused_resumes == 1)
    await server.until(lambda: server.gateway.identifies == 2)
    assert await scene.touched(message)


@pytest.mark.parametrize(
    ("scene", "verdict"),
    [({}, "token 404/10015"), ({"dead_token": "live"}, "token 401/50027")],
    indirect=["scene"],
    ids=["simcord", "live"],
)
async def test_interaction_tokens_die_after_fifteen_minutes(scene: Scene, verdict: str) -> None:
    server, message = scene.server, await scene.drawn()
    held = await server.click(scene.ann, message["id"], "stock:do:hold")
    await held.acknowledged()
    server.skip(14 * 60)
    await server.click(scene.ann, message["id"], "stock:do:use")
    await scene.content(message, "token alive")
    server.skip(60)
    await server.click(scene.ann, message["id"], "stock:do:use")
    await scene.content(message, verdict)


async def test_injected_failures(scene: Scene) -> None:
    server, message = scene.server, await scene.drawn()
    throttled = server.faults.add("PATCH", "/webhooks/*/messages/@original", status=429, times=2)
    assert await scene.touched(message)
    assert throttled.hits == 2
    broken = server.faults.add("PATCH", "/channels/*/messages/*", status=500)
    assert (await scene.touched(message)).startswith("touched")
    assert broken.hits == 1
    server.faults.add("PATCH", "/channels/*/messages/*", status=503)
    assert await scene.touched(message) == "failed DiscordServerError 0"
    server.faults.add("PATCH", "/channels/*/messages/*", cut="before")
    assert await scene.touched(message, locale="fr") == "failed ServerDisconnectedError 0"
    server.faults.add("PATCH", "/channels/*/messages/*", cut="after")
    assert await scene.touched(message, locale="ko") == "failed ServerDisconnectedError 0"
    assert server.message(scene.channel, message["id"])["content"] == "touched by ko"
    assert [entry.status for entry in server.requests("PATCH", f"/messages/{message['id']}")] == [
        200,
        500,
        200,
        503,
        None,
        None,
    ]


async def test_lost_places(scene: Scene) -> None:
    server, message, other = scene.server, await scene.drawn(), await scene.drawn()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold(entry: LogEntry) -> None:
        assert entry.json["content"].startswith("touched")
        reached.set()
        await go_on.wait()

    server.faults.add("PATCH", "/channels/*/messages/*", hook=hold)
    handle = await server.click(scene.ann, message["id"], "stock:do:touch")
    await asyncio.wait_for(reached.wait(), 5)
    server.delete_message(message["id"])
    go_on.set()
    assert (await handle.settled())["content"] == "failed NotFound 10008"
    server.kick_bot(scene.guild)
    assert await scene.touched(other) == "failed Forbidden 50001"


@with_server(limits=True)
async def test_limits_pace_a_well_behaved_bot(scene: Scene) -> None:
    scene.server.limits.budgets["edit"] = (5, 1.0)
    message = await scene.drawn()
    started = time.monotonic()
    await scene.server.click(scene.ann, message["id"], "stock:do:burst")
    await scene.content(message, "burst over")
    assert time.monotonic() - started > 0.9
    assert len(scene.server.requests("PATCH", message["id"])) == 8
    assert scene.server.limits.refused == []


async def test_limits_refuse_a_greedy_client() -> None:
    async with DiscordServer(limits=True) as server, aiohttp.ClientSession() as web:
        channel = server.guild().create_text_channel("general")
        bot = {"Authorization": f"Bot {server.token}"}
        address = f"{server.api_url}/channels/{channel.id}/messages"
        answers = []
        for number in range(6):
            async with web.post(address, headers=bot, json={"content": str(number)}) as answer:
                answers.append((answer.status, answer.headers, await answer.json()))
        left = [(status, headers["X-RateLimit-Remaining"]) for status, headers, _ in answers]
        assert left == [(200, str(4 - number)) for number in range(5)] + [(429, "0")]
        _, headers, body = answers[-1]
        assert 0 < body["retry_after"] <= 5.0
        assert headers["Via"]
        async with asyncio.TaskGroup() as group:
            many = [group.create_task(_status(web, server.api_url + "/users/@me", bot)) for _ in range(60)]
        assert {task.result() for task in many} == {200, 429}
        assert {refused.path for refused in server.limits.refused} == {f"/channels/{channel.id}/messages", "/users/@me"}


async def test_a_bot_that_cannot_log_in_is_reported_with_its_output() -> None:
    async with DiscordServer() as server:
        with pytest.raises(RuntimeError, match="LoginFailure"):
            async with BotProcess(server, STOCK_BOT, {"DISCORD_TOKEN": "wrong"}):
                pass
        assert [(entry.path, entry.status) for entry in server.log] == [("/users/@me", 401)]


async def test_a_bot_that_talks_much_is_heard_to_the_end() -> None:
    words = f"print('x' * {2 * MIB}); print('Traceback')"
    async with DiscordServer() as server, BotProcess(server, [sys.executable, "-c", words], running=False) as bot:
        await (await bot.launch()).wait()
        assert len(bot.output) > 2 * MIB
        assert bot.output.endswith("Traceback\n")


async def test_large_uploads_wrong_tokens_and_unknown_routes() -> None:
    server = DiscordServer()
    with pytest.raises(ExceptionGroup, match="cannot do"):
        async with server, aiohttp.ClientSession() as web:
            channel = server.guild().create_text_channel("general")
            bot = {"Authorization": f"Bot {server.token}"}
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", '{"attachments": [{"id": 0, "description": "big"}]}')
            form.add_field("files[0]", io.BytesIO(bytes(60 * MIB)), filename="b\u00fcg #1.bin")
            async with web.post(f"{server.api_url}/channels/{channel.id}/messages", headers=bot, data=form) as answer:
                attachment = (await answer.json())["attachments"][0]
            assert (attachment["size"], attachment["description"]) == (60 * MIB, "big")
            async with web.get(attachment["url"]) as blob:
                assert len(await blob.read()) == 60 * MIB
            assert await _status(web, server.api_url + "/users/@me", {"Authorization": "Bot wrong"}) == 401
            assert await _status(web, server.api_url + "/no/such/route", bot) == 501


async def _status(web: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> int:
    async with web.get(address, headers=headers) as answer:
        await answer.read()
        return answer.status
