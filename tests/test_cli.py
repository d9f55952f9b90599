"""The command line, as processes of their own."""

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest

from bot import __version__
from bot.health import serving
from bot.store import Store, connect
from bot.store.database import migrations, version
from tests.command_line import Ended, darkroom, program
from tests.discord_server import DiscordServer

pytestmark = pytest.mark.process

GOOD = {"DISCORD_TOKEN": "token-of-the-bot", "RELAY_URL": "http://127.0.0.1:1", "RELAY_KEY": "sk-of-the-operator"}
NEWEST = migrations()[-1][0]


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'darkroom.db'}"


async def ran(folder: Path, *arguments: str, **settings: str) -> Ended:
    return await darkroom(folder, *arguments, **{**GOOD, "DATABASE_URL": url(folder), **settings})


async def test_help_names_every_command(tmp_path: Path) -> None:
    ended = await darkroom(tmp_path, "--help")
    assert ended.code == 0
    for command in ("run", "demo", "check", "migrate", "health"):
        assert f" {command} " in ended.out


async def test_it_knows_its_version(tmp_path: Path) -> None:
    ended = await darkroom(tmp_path, "--version")
    assert (ended.code, ended.out) == (0, f"darkroom {__version__}\n")


async def test_without_a_command_it_helps(tmp_path: Path) -> None:
    ended = await darkroom(tmp_path)
    assert ended.code == 2
    assert "migrate" in ended.out + ended.err


async def test_the_console_script_is_the_same_program(tmp_path: Path) -> None:
    script = [sys.executable, "-c", "from bot.__main__ import main; main()"]  # what setuptools makes of its entry
    ended = await program([*script, "migrate"], tmp_path, {**GOOD, "DATABASE_URL": url(tmp_path)})
    assert (ended.code, ended.out) == (0, "The database is up to date.\n")


def test_the_console_script_is_declared() -> None:
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
    assert 'darkroom = "bot.__main__:main"' in project


@pytest.mark.parametrize("command", ["run", "migrate", "health"])
async def test_every_problem_of_the_settings_is_said_at_once(tmp_path: Path, command: str) -> None:
    ended = await darkroom(
        tmp_path, command, RELAY_URL="ftp://relay.example/v1", PROVIDERS="luma,nobody", LOG_LEVEL="LOUD",
        ACTIVE_TASKS_PER_USER="0", LUMA_IMAGES="paper",
    )  # fmt: skip
    assert ended.code == 2
    assert ended.out == ""
    said = [line.strip(" -") for line in ended.err.splitlines()]
    assert said[0] == "The settings cannot be used:"
    assert {line.split(":")[0] for line in said[1:]} == {
        "DISCORD_TOKEN", "RELAY_URL", "RELAY_KEY", "PROVIDERS", "LOG_LEVEL", "ACTIVE_TASKS_PER_USER", "LUMA_IMAGES",
    }  # fmt: skip
    assert "DISCORD_TOKEN: is required" in said
    assert list(tmp_path.iterdir()) == []


async def test_settings_are_read_from_the_file_beside(tmp_path: Path) -> None:
    lines = [*(f"{name}={value}" for name, value in GOOD.items()), "DATABASE_URL=sqlite:///here.db"]
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    assert (await darkroom(tmp_path, "migrate")).code == 0
    assert (tmp_path / "here.db").is_file()


async def test_migrate_makes_the_database_and_may_be_repeated(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    for _time in range(2):
        ended = await ran(tmp_path, "migrate", DATABASE_URL=url(folder))
        assert (ended.code, ended.out) == (0, "The database is up to date.\n"), ended.err
    database = await connect(url(folder), look_only=True)
    try:
        assert await version(database) == NEWEST
    finally:
        await database.close()


@pytest.mark.parametrize("command", ["migrate", "run"])
async def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path, command: str) -> None:
    database = await connect(url(tmp_path))
    await database.execute("INSERT INTO schema_version (version) VALUES (9999)")
    await database.close()
    ended = await ran(tmp_path, command)
    assert ended.code == 3
    assert "The database has version 9999" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["migrate", "run"])
async def test_a_database_in_use_is_refused_with_a_sentence(tmp_path: Path, command: str) -> None:
    database = await connect(url(tmp_path))
    try:
        ended = await ran(tmp_path, command)
    finally:
        await database.close()
    assert ended.code == 3
    assert "Another Darkroom is running on darkroom.db" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("age", "code", "words"), [(5.0, 0, "last heartbeat"), (600.0, 1, "last heartbeat 60")])
async def test_health_looks_at_the_heartbeat_beside_a_running_bot(
    tmp_path: Path, age: float, code: int, words: str
) -> None:
    database = await connect(url(tmp_path))
    try:
        await Store(database).remember("heartbeat", str(time.time() - age))
        ended = await ran(tmp_path, "health")
    finally:
        await database.close()
    assert ended.code == code, ended.err
    assert words in ended.out


async def test_health_without_a_heartbeat(tmp_path: Path) -> None:
    await (await connect(url(tmp_path))).close()
    ended = await ran(tmp_path, "health")
    assert (ended.code, ended.out) == (1, "no heartbeat yet\n")


async def test_health_without_a_database(tmp_path: Path) -> None:
    ended = await ran(tmp_path, "health")
    assert ended.code == 1
    assert "darkroom.db cannot be used" in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


async def test_health_asks_the_running_bot_where_it_has_a_port(tmp_path: Path, unused_tcp_port: int) -> None:
    port = str(unused_tcp_port)
    async with serving("127.0.0.1", unused_tcp_port):  # a bot that is just starting
        alive, ready = await asyncio.gather(
            ran(tmp_path, "health", HEALTH_PORT=port), ran(tmp_path, "health", "--ready", HEALTH_PORT=port)
        )
    assert (alive.code, json.loads(alive.out)["alive"]) == (0, True)
    assert (ready.code, json.loads(ready.out)["ready"]) == (1, False)
    assert list(tmp_path.iterdir()) == []


async def test_health_where_nobody_answers(tmp_path: Path, unused_tcp_port: int) -> None:
    off, silent = await asyncio.gather(
        ran(tmp_path, "health", "--ready"), ran(tmp_path, "health", HEALTH_PORT=str(unused_tcp_port))
    )
    assert (off.code, off.err) == (
        2,
        "HEALTH_PORT is not set, so the bot cannot be asked whether it is ready.\n",
    )
    assert silent.code == 1
    assert f"nothing answers on port {unused_tcp_port}" in silent.out


async def test_a_health_port_in_use_is_refused_with_a_sentence(tmp_path: Path, unused_tcp_port: int) -> None:
    async with serving("127.0.0.1", unused_tcp_port):
        ended = await ran(tmp_path, "run", HEALTH_PORT=str(unused_tcp_port))
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == (
        f"HEALTH_PORT {unused_tcp_port} on HEALTH_HOST 127.0.0.1 cannot be used: another program uses it already.\n"
    )
    assert list(tmp_path.iterdir()) == []


async def test_a_wrong_token_ends_with_a_sentence(tmp_path: Path) -> None:
    async with DiscordServer() as discord:
        ended = await ran(tmp_path, "run", DISCORD_API_URL=discord.api_url, DISCORD_TOKEN="wrong-token-of-the-bot")
    assert ended.code == 4
    assert "Discord refused the bot token (DISCORD_TOKEN)." in ended.err
    assert "Traceback" not in ended.err
    assert "wrong-token-of-the-bot" not in ended.err + ended.out
