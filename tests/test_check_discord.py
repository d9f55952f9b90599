"""What ``check`` says of Discord and of the relay."""

from pathlib import Path
from typing import Any

import pytest

from bot.demo.simulator import Simulator
from tests.test_check import ALL, TOKEN, Portal, database, found, nothing_stays, portal, relay, with_mark
from tests.wire_server import http, wire_server

__all__ = ["database", "nothing_stays", "portal", "relay"]
pytestmark = pytest.mark.usefixtures("database")


async def test_a_refused_token(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "another-token")
    code, lines = await found()
    assert (code, with_mark(lines, "PROBLEM")) == (1, ["Discord: the bot token is refused (DISCORD_TOKEN)"])
    assert "relay: Luma: ok" in with_mark(lines, "ok")


async def test_a_discord_that_is_not_there(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire_server() as gone:
        monkeypatch.setenv("DISCORD_API_URL", gone.url)
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["Discord: it cannot be reached (ClientConnectorError)"]


async def test_a_discord_that_answers_nonsense(
    portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire_server(http(404, b"<html>no", content_type="text/html")) as wrong:
        monkeypatch.setenv("DISCORD_API_URL", wrong.url)
        code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["Discord: it answers HTTP 404 <html>no"]


@pytest.mark.parametrize("answer", [http(200, b"<html>", content_type="text/html"), http(200, b"{}"), http(200, b"[")])
async def test_something_else_in_discords_place(
    portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    async with wire_server(answer) as wrong:
        monkeypatch.setenv("DISCORD_API_URL", wrong.url)
        code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["Discord: something else answers in its place (DISCORD_API_URL)"]


@pytest.mark.parametrize(
    ("changes", "mark", "words"),
    [
        ({"interactions_endpoint_url": "https://elsewhere.example/"}, "PROBLEM", "interactions endpoint URL"),
        ({"bot_require_code_grant": True}, "PROBLEM", "invite link does not work"),
        ({"integration_types_config": {"0": {}}}, "warning", "users' own accounts cannot install"),
        ({"integration_types_config": {"1": {}}}, "warning", "servers cannot install"),
        ({"integration_types_config": None}, "warning", "does not say who may install"),
    ],
)
async def test_switches_of_the_developer_portal(
    portal: Portal, relay: Simulator, changes: dict[str, Any], mark: str, words: str
) -> None:
    portal.application |= changes
    code, lines = await found()
    assert code == (1 if mark == "PROBLEM" else 0)
    [line] = with_mark(lines, mark)
    assert words in line


async def test_what_the_bot_lacks_in_each_server(portal: Portal, relay: Simulator) -> None:
    attach_files, embed_links, administrator = 1 << 15, 1 << 14, 1 << 3
    portal.guilds = [
        {"id": "7", "name": "Fine", "permissions": str(ALL | 1 << 40)},
        {"id": "8", "name": "Poor\n\x1b[31m", "permissions": str(ALL & ~attach_files & ~embed_links)},
        {"id": "9", "name": "Boss", "permissions": str(administrator)},
        {"id": "10", "name": "Silent"},
    ]
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["Discord: in Poor  [31m the bot lacks: Embed Links, Attach Files"]
    assert with_mark(lines, "warning") == ["Discord: it does not say what the bot may do in Silent"]


async def test_many_servers_are_all_looked_at(portal: Portal, relay: Simulator) -> None:
    portal.guilds = [{"id": str(n), "name": f"G{n}", "permissions": str(ALL)} for n in range(1, 451)]
    portal.guilds[-1]["permissions"] = "0"
    code, lines = await found()
    assert code == 1
    assert [line for line in lines if "in 450 server(s)" in line and "G20, …" in line] != []
    assert "in G450 the bot lacks" in with_mark(lines, "PROBLEM")[0]


async def test_no_server_yet(portal: Portal, relay: Simulator) -> None:
    portal.guilds = []
    code, lines = await found()
    assert (code, with_mark(lines, "warning")) == (0, ["Discord: the bot is in no server yet, use the invite link"])


async def test_guild_ids_must_be_the_bots(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILD_IDS", "7,99")
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["Discord: GUILD_IDS names server 99, where the bot is not"]


async def test_a_refused_key(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_KEY", "sk-somebody-else")
    code, lines = await found()
    assert code == 1
    assert with_mark(lines, "PROBLEM") == ["relay: The relay refused this bot's key. The operator has to look at it."]
    assert relay.count("POST", "/") == 0


async def test_a_relay_that_is_not_there(portal: Portal, relay: Simulator) -> None:
    await relay.close()
    code, lines = await found()
    assert code == 1
    [line] = with_mark(lines, "PROBLEM")
    assert line.startswith("relay: The relay could not be reached.")


async def test_a_relay_without_our_provider(portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS", "luma")
    relay.luma.offered = False
    code, lines = await found()
    assert (code, with_mark(lines, "warning")) == (1, ["relay: Luma: not offered"])
    assert with_mark(lines, "PROBLEM") == ["relay: it offers none of our providers"]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            400,
            {"code": "bad", "message": "ids are missing", "data": None},
            "relay: Luma: The relay refused: ids are missing",
        ),
        (503, {"error": {"message": "no channel"}}, "relay: Luma: The relay has no free channel for this: no channel"),
        (500, None, "relay: Luma: The relay had an internal error."),
    ],
)
async def test_a_provider_that_answers_with_words(
    portal: Portal, relay: Simulator, status: int, body: dict[str, Any] | None, words: str
) -> None:
    relay.faults.add(method="POST", path="/luma/tasks", status=status, body=body)
    code, lines = await found()
    assert (code, with_mark(lines, "warning")) == (0, [words])


@pytest.mark.parametrize("body", ["<!doctype html><html>a web page</html>", "hello"])
async def test_a_relay_without_a_list_of_models(portal: Portal, relay: Simulator, body: str) -> None:
    relay.faults.add(path="/v1/models", status=200, body=body)
    code, lines = await found()
    [warning] = with_mark(lines, "warning")
    assert (code, "is RELAY_URL right?" in warning) == (0, True)
    assert "relay: Luma: ok" in with_mark(lines, "ok")


async def test_no_secret_is_printed(
    portal: Portal, relay: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RELAY_KEY", "sk-good")
    portal.application["name"] = f"Name {TOKEN}"
    relay.faults.add(path="/v1/models", status=400, body={"error": {"message": "the key sk-good is bad"}})
    _code, lines = await found()
    assert "application Name *** (42)" in "\n".join(lines)
    assert "the key *** is bad" in "\n".join(lines)
    assert TOKEN not in "\n".join(lines)
