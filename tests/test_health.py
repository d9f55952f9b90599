"""What the bot says of itself over HTTP, with the whole bot behind it."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import health
from bot.health import HealthProblem, Probe, asked, port_problem, serving
from tests.world import World, a_world

HOST = "127.0.0.1"


@dataclass
class Asked:
    """An answer of the server."""

    status: int
    type: str
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def wrong(self) -> dict[str, str]:
        """What is said to be wrong, by part."""
        return {part: found["why"] for part, found in self.json["parts"].items() if not found["ready"]}


class Asker:
    """Asks the server of one port."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __call__(self, path: str, **headers: str) -> Asked:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{HOST}:{self.port}{path}", headers=headers) as answer,
        ):
            return Asked(answer.status, answer.headers["Content-Type"], await answer.text())


@asynccontextmanager
async def watched(world: World, port: int) -> AsyncIterator[Asker]:
    """The world's app, asked on ``port``."""
    async with serving(HOST, port) as server, server.watching(world.app):
        yield Asker(port)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as found:
        yield found


async def test_before_there_is_an_app(unused_tcp_port: int) -> None:
    async with serving(HOST, unused_tcp_port):
        ask = Asker(unused_tcp_port)
        alive, ready, metrics = await ask("/healthz"), await ask("/readyz"), await ask("/metrics")
        assert (alive.status, alive.json["alive"]) == (200, True)
        assert (ready.status, ready.json["ready"]) == (503, False)
        assert ready.wrong == dict.fromkeys(("discord", "database", "relay"), "the bot is starting or stopping")
        assert metrics.status == 503
        assert (await ask("/elsewhere")).status == 404


async def test_all_is_well(world: World, unused_tcp_port: int) -> None:
    async with watched(world, unused_tcp_port) as ask:
        ready = await ask("/readyz")
        assert (ready.status, ready.type) == (200, "application/json; charset=utf-8")
        assert ready.json == {
            "ready": True,
            "parts": {"discord": {"ready": True}, "database": {"ready": True}, "relay": {"ready": True}},
        }


async def test_an_idle_relay_is_asked_for_free_and_not_again_and_again(world: World, unused_tcp_port: int) -> None:
    async with watched(world, unused_tcp_port) as ask:
        for _time in range(3):
            assert (await ask("/readyz")).status == 200
    assert [(call.method, call.path) for call in world.relay.calls] == [("GET", "/v1/models")]


async def test_the_relay_is_down(world: World, unused_tcp_port: int) -> None:
    await world.video()
    await world.work()
    async with watched(world, unused_tcp_port) as ask:
        assert (await ask("/readyz")).status == 200
        await world.relay.close()
        await world.pass_time(10)
        ready = await ask("/readyz")
        assert (ready.status, ready.wrong) == (503, {"relay": "The relay could not be reached."})
        assert (await ask("/healthz")).status == 200


async def test_the_relay_refuses_the_key(tmp_path: Path, unused_tcp_port: int) -> None:
    async with a_world(tmp_path, RELAY_KEY="sk-nobodys") as world, watched(world, unused_tcp_port) as ask:
        assert list((await ask("/readyz")).wrong) == ["relay"]
        assert "refused this bot's key" in (await ask("/readyz")).wrong["relay"]


@pytest.mark.parametrize("fault", ["error", "nothing"])
async def test_a_relay_without_a_list_of_models_is_there_all_the_same(
    world: World, unused_tcp_port: int, fault: str
) -> None:
    world.relay.faults.add(
        path="/v1/models", times=None, **({"status": 404} if fault == "error" else {"body": b"<html>"})
    )
    async with watched(world, unused_tcp_port) as ask:
        assert (await ask("/readyz")).wrong == {}


async def test_the_database_cannot_be_written(world: World, unused_tcp_port: int) -> None:
    database = world.app.engine.core.store.database
    async with watched(world, unused_tcp_port) as ask:
        await database.execute("PRAGMA query_only=ON")
        ready = await ask("/readyz")
        await database.execute("PRAGMA query_only=OFF")
        assert (ready.status, list(ready.wrong)) == (503, ["database"])
        assert "cannot be written" in ready.wrong["database"]


async def test_the_database_is_locked_by_another_program(
    world: World, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.3)
    async with watched(world, unused_tcp_port) as ask:
        with closing(sqlite3.connect(world.folder / "darkroom.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ready = await ask("/readyz")
            assert (ready.status, ready.wrong) == (503, {"database": "no answer within 0.3 s"})
            assert (await ask("/healthz")).status == 200
            other.execute("ROLLBACK")
        monkeypatch.setattr(health, "PATIENCE", 10.0)
        assert (await ask("/readyz")).wrong == {}


async def test_a_connection_to_discord_is_lost(world: World, unused_tcp_port: int) -> None:
    async with watched(world, unused_tcp_port) as ask:
        await world.app.client.shards[0].disconnect()
        ready = await ask("/readyz")
        assert (ready.status, ready.wrong) == (503, {"discord": "0 of 1 connections are open"})
        await world.app.client.shards[0].connect()
        assert (await ask("/readyz")).status == 200


async def test_after_the_app_there_is_nothing_to_say_of_it(world: World, unused_tcp_port: int) -> None:
    async with serving(HOST, unused_tcp_port) as server:
        ask = Asker(unused_tcp_port)
        async with server.watching(world.app):
            assert (await ask("/readyz")).status == 200
        assert (await ask("/readyz")).status == 503
        assert (await ask("/healthz")).status == 200


# ---------------------------------------------------------------------------------------------------- the port


async def test_no_port_is_opened_unless_one_is_wanted() -> None:
    async with serving("no such address", 0) as server:
        assert server is not None


async def test_a_port_that_is_taken(unused_tcp_port: int) -> None:
    async with AsyncExitStack() as stack:
        other = await asyncio.start_server(lambda _reader, writer: writer.close(), HOST, unused_tcp_port)
        stack.push_async_callback(other.wait_closed)
        stack.callback(other.close)
        words = f"HEALTH_PORT {unused_tcp_port} on HEALTH_HOST {HOST} cannot be used: another program uses it already."
        with pytest.raises(HealthProblem) as caught:
            async with serving(HOST, unused_tcp_port):
                raise AssertionError("it was opened")
        assert str(caught.value) == words
        assert await port_problem(HOST, unused_tcp_port) == words


async def test_a_port_that_a_running_bot_has_is_no_problem(unused_tcp_port: int) -> None:
    assert await port_problem(HOST, unused_tcp_port) == ""
    async with serving(HOST, unused_tcp_port):
        assert await port_problem(HOST, unused_tcp_port) == ""


@pytest.mark.parametrize(("host", "words"), [("192.0.2.1", "no such address"), ("no.such.host.invalid", "HEALTH_HOST")])
async def test_an_address_that_this_machine_does_not_have(host: str, words: str, unused_tcp_port: int) -> None:
    assert words in await port_problem(host, unused_tcp_port)


async def test_asking_where_nobody_answers(unused_tcp_port: int) -> None:
    ok, words = await asked("0.0.0.0", unused_tcp_port, "/healthz")
    assert not ok
    assert words == f"nothing answers on port {unused_tcp_port} of 127.0.0.1 (ClientConnectorError)"


# ---------------------------------------------------------------------------------------------------- probes


async def test_a_question_is_asked_once_for_all_who_want_to_know() -> None:
    asked_times = 0

    async def ask() -> str:
        nonlocal asked_times
        asked_times += 1
        await asyncio.sleep(0)
        return f"answer {asked_times}"

    probe = Probe(ask, every=3600.0)
    assert await asyncio.gather(*(probe.answer() for _ in range(5))) == ["answer 1"] * 5
    assert await probe.answer() == "answer 1"
    eager = Probe(ask, every=0.0)
    assert [await eager.answer(), await eager.answer()] == ["answer 2", "answer 3"]
