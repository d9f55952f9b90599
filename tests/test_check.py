"""``python -m bot check``: against good and bad settings, Discords, relays and databases."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.http import Route

from bot import logs
from bot.check import examine
from bot.demo.simulator import Simulator
from bot.provider import providers
from bot.store import connect
from bot.store.database import migrations
from bot.ui.client import PERMISSIONS
from tests.command_line import darkroom
from tests.discord_server import DiscordServer

TOKEN = "token-of-the-bot"
ALL = PERMISSIONS.value
NEWEST = migrations()[-1][0]


def as_json(payload: Any) -> web.Response:
    """Discord's content type has no charset, and discord.py looks closely."""
    return web.Response(body=json.dumps(payload).encode(), content_type="application/json")


class Portal:
    """The few answers of Discord that a check asks for, to be changed by a test."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {
            "id": "1",
            "username": "darkroom",
            "discriminator": "0",
            "avatar": None,
            "bot": True,
        }
        self.application: dict[str, Any] = {
            "id": "42", "name": "Studio", "icon": None, "description": "", "bot_public": True, "verify_key": "0",
            "bot_require_code_grant": False, "owner": self.user, "flags": 0, "team": None,
            "integration_types_config": {"0": {}, "1": {}},
        }  # fmt: skip
        self.guilds: list[dict[str, Any]] = [{"id": "7", "name": "Studio", "permissions": str(ALL)}]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/users/@me", self._answer("user"))
        app.router.add_get("/oauth2/applications/@me", self._answer("application"))
        app.router.add_get("/applications/@me", self._answer("application"))
        app.router.add_get("/users/@me/guilds", self._page)
        return app

    def _answer(self, name: str) -> Any:
        async def handler(request: web.Request) -> web.Response:
            if request.headers["Authorization"] != f"Bot {TOKEN}":
                return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
            return as_json(getattr(self, name))

        return handler

    async def _page(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        found = [guild for guild in self.guilds if int(guild["id"]) > after]
        return as_json(found[: int(request.query["limit"])])


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Away from any ``.env``; what a check sets for its process is taken back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    yield
    logs.set_up("INFO", "json")


@pytest.fixture
async def portal(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Portal]:
    portal = Portal()
    async with TestServer(portal.app()) as server:
        monkeypatch.setenv("DISCORD_API_URL", str(server.make_url("")).rstrip("/"))
        monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
        yield portal


@pytest.fixture
async def relay(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    async with Simulator() as relay:
        monkeypatch.setenv("RELAY_URL", relay.url)
        monkeypatch.setenv("RELAY_KEY", "sk-good")
        yield relay


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "data" / "darkroom.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    return file


async def found() -> tuple[int, list[str]]:
    """The exit code and the lines."""
    out = io.StringIO()
    code = await examine(out)
    return code, out.getvalue().splitlines()


def with_mark(lines: list[str], mark: str) -> list[str]:
    return [line.removeprefix(mark).strip() for line in lines if line.startswith(mark)]


# ---------------------------------------------------------------------------------------------------- all is well


@pytest.mark.parametrize(
    ("flags", "mark", "words"),
    [
        (0, "PROBLEM", "Discord: THREAD_MESSAGES=all needs the Message Content intent; switch it on in the"),
        (1 << 19, "ok", "Discord: the Message Content intent is on"),
    ],
)
async def test_the_message_content_intent(
    portal: Portal, relay: Simulator, database: Path, monkeypatch: pytest.MonkeyPatch, flags: int, mark: str, words: str
) -> None:
    monkeypatch.setenv("THREAD_MESSAGES", "all")
    portal.application["flags"] = flags
    _code, lines = await found()
    assert any(line.startswith(words) for line in with_mark(lines, mark))


async def test_all_is_well(portal: Portal, relay: Simulator, database: Path) -> None:
    code, lines = await found()
    assert (code, with_mark(lines, "PROBLEM"), with_mark(lines, "warning")) == (0, [], [])
    models = [name for module in relay._modules for name in module.models()]
    assert with_mark(lines, "ok") == [
        "settings: all of them can be used",
        f"database: {database} does not exist yet, the first start makes it",
        "Discord: logged in as darkroom, application Studio (42)",
        "Discord: no privileged intent is needed",
        "Discord: servers may install the application",
        "Discord: users' own accounts may install the application",
        "Discord: invite link https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands"
        f"&permissions={ALL}",
        "Discord: in 1 server(s): Studio",
        f"relay: the key is accepted, {len(models)} models",
        *(
            f"relay: {provider.title}: {'ok' if provider.probe else 'cannot be tried for free'}"
            for provider in providers().values()
        ),
    ]
    assert not database.parent.exists()


async def test_as_a_process(tmp_path: Path) -> None:
    """Against the simulated Discord, which does not know everything that is asked."""
    async with DiscordServer(strict=False) as discord, Simulator() as relay:
        discord.guild("Studio")
        settings = {**discord.environ, "RELAY_URL": relay.url, "RELAY_KEY": "sk-good"}
        ended = await darkroom(tmp_path, "check", **settings)
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert "Discord: it does not say who may install the application" in with_mark(lines, "warning")
    assert any("in 1 server(s): Studio" in line for line in with_mark(lines, "ok"))
    assert any("https://discord.com/oauth2/authorize?client_id=" in line for line in with_mark(lines, "ok"))
    assert "relay: Luma: ok" in with_mark(lines, "ok")
    assert len(relay.paid()) == 0
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------------- settings


async def test_every_wrong_setting_at_once_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    ended = await darkroom(
        tmp_path, "check", RELAY_URL="relay.example", LOG_LEVEL="LOUD", LUMA_IMAGES="paper", DATABASE_URL="sqlite:///x.db"
    )  # fmt: skip
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (1, "")
    names = {line.split(": ")[1] for line in with_mark(lines, "PROBLEM")}
    assert names == {"DISCORD_TOKEN", "RELAY_URL", "RELAY_KEY", "LOG_LEVEL", "LUMA_IMAGES"}
    assert with_mark(lines, "ok") == ["database: x.db does not exist yet, the first start makes it"]
    assert with_mark(lines, "warning") == [
        "discord: not asked, its settings are needed for that", "relay: not asked, its settings are needed for that",
    ]  # fmt: skip


async def test_a_wrong_setting_does_not_hide_the_others(
    portal: Portal, relay: Simulator, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMA_IMAGES", "paper")
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    code, lines = await found()
    assert code == 1
    assert len(with_mark(lines, "PROBLEM")) == 2
    assert "database: not asked, its settings are needed for that" in with_mark(lines, "warning")
    assert "Discord: in 1 server(s): Studio" in with_mark(lines, "ok")
    assert "relay: Luma: ok" in with_mark(lines, "ok")


# ---------------------------------------------------------------------------------------------------- account


async def test_the_access_token(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "access token" not in "\n".join((await found())[1])
    monkeypatch.setenv("RELAY_ACCESS_TOKEN", relay.account.access_token)
    monkeypatch.setenv("RELAY_USER_ID", str(relay.account.user_id))
    code, lines = await found()
    assert (code, "relay: the access token is accepted" in with_mark(lines, "ok")) == (0, True)
    relay.account.access_token, relay.account.banned = "another", True
    code, lines = await found()
    (words,) = with_mark(lines, "PROBLEM")
    assert code == 1 and words.startswith("relay: The relay refused the access token (")
    monkeypatch.setenv("RELAY_ACCESS_TOKEN", "another")
    assert with_mark((await found())[1], "PROBLEM") == ["relay: the account is banned"]
    relay.faults.add(method="GET", path="/api/user/self", status=404)
    code, lines = await found()
    told = "relay: the access token could not be tried: This relay does not offer that feature."
    assert (code, told in with_mark(lines, "warning")) == (0, True)
    assert not any(call.path == "/api/user/token" for call in relay.calls)


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [("RELAY_ACCESS_TOKEN", "access-token", "RELAY_USER_ID"), ("RELAY_USER_ID", "4711", "RELAY_ACCESS_TOKEN")],
)
async def test_half_of_what_the_account_needs(
    portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch, name: str, value: str, other: str
) -> None:
    monkeypatch.setenv(name, value)
    code, lines = await found()
    assert (code, with_mark(lines, "PROBLEM")) == (1, [f"relay: the account cannot be asked about without {other}"])


async def test_an_account_that_is_no_number(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_USER_ID", "access-token")
    lines = (await found())[1]
    assert "settings: RELAY_USER_ID: must be the number of the relay account" in with_mark(lines, "PROBLEM")


# ---------------------------------------------------------------------------------------------------- database


async def test_a_health_port_is_tried_if_one_is_wanted(
    portal: Portal, relay: Simulator, database: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    _code, lines = await found()
    assert [line for line in lines if " health: " in line] == []
    monkeypatch.setenv("HEALTH_PORT", str(unused_tcp_port))
    _code, lines = await found()
    assert f"ok      health: port {unused_tcp_port} on 127.0.0.1 can be used" in lines
    monkeypatch.setenv("HEALTH_HOST", "192.0.2.1")
    code, lines = await found()
    problems = [line for line in with_mark(lines, "PROBLEM") if "health: " in line]
    assert (code, len(problems)) == (1, 1)
    assert "this machine has no such address" in problems[0]


async def test_the_database_is_looked_at_and_left_alone(portal: Portal, relay: Simulator, database: Path) -> None:
    running = await connect(f"sqlite:///{database}")
    try:
        assert f"database: version {NEWEST}" in with_mark((await found())[1], "ok")
    finally:
        await running.close()
    before = {path.name: path.read_bytes() for path in database.parent.iterdir()}
    assert (await found())[0] == 0
    assert {path.name: path.read_bytes() for path in database.parent.iterdir()} == before


async def test_a_newer_database(portal: Portal, relay: Simulator, database: Path) -> None:
    newer = await connect(f"sqlite:///{database}")
    await newer.execute("INSERT INTO schema_version (version) VALUES (9999)")
    await newer.close()
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == [
        f"database: it has version 9999, this program knows version {NEWEST} at most"
    ]


async def test_an_empty_file_is_filled_by_the_next_start(portal: Portal, relay: Simulator, database: Path) -> None:
    database.parent.mkdir()
    database.touch()
    code, lines = await found()
    assert (code, f"database: version 0, {NEWEST} after the next start" in with_mark(lines, "ok")) == (0, True)
    assert database.read_bytes() == b""


async def test_a_file_that_is_no_database(portal: Portal, relay: Simulator, database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"Dear diary, " * 1000)
    code, lines = await found()
    assert code == 1
    assert "The file is no database" in with_mark(lines, "PROBLEM")[0]


async def test_a_place_where_nothing_can_be_written(portal: Portal, relay: Simulator, database: Path) -> None:
    database.parent.write_bytes(b"a file where the folder should be")
    code, lines = await found()
    assert (code, with_mark(lines, "PROBLEM")) == (1, [f"database: nothing can be written in {database.parent}"])


async def test_a_server_that_is_not_there_and_its_password(
    portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://hunter22:hunter22@/db?host={tmp_path}")
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM")[0].startswith("database: PostgreSQL cannot be reached")
    assert "hunter22" not in "\n".join(lines)
