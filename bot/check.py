"""``python -m bot check``: look at everything Darkroom needs, say everything that is wrong, change nothing."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route
from pydantic import SecretStr, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import logs
from bot.account import ACCOUNT, DEFAULT_UNIT, read_account
from bot.config import ConfigurationError, Settings, load
from bot.errors import CallFailed, NotOffered, Refused, Unreadable
from bot.health import port_problem
from bot.provider import Options, Provider, providers
from bot.relay import Relay
from bot.store import Database, StoreProblem, connect
from bot.store.database import migrations, version
from bot.ui.client import NO_INTENT, PERMISSIONS, aim
from bot.wire import Call, dig

DISCORD_PATIENCE = 60.0
MIN_SECRET = 6
_MODELS = Call("GET", "/v1/models", timeout=20.0)
_ACCOUNT = ("relay_access_token", "relay_user_id")
_INSTALLS = {"0": "servers", "1": "users' own accounts"}


@dataclass
class Findings:
    """What was found, a line each; ``wrong`` once a problem keeps a part of the bot from working."""

    out: TextIO
    secrets: list[str]
    wrong: bool = False

    def ok(self, words: str) -> None:
        self._say("ok     ", words)

    def warn(self, words: str) -> None:
        self._say("warning", words)

    def problem(self, words: str) -> None:
        self.wrong = True
        self._say("PROBLEM", words)

    def _say(self, mark: str, words: str) -> None:
        for secret in self.secrets:
            words = words.replace(secret, "***")
        line = "".join(letter if letter.isprintable() else " " for letter in f"{mark} {words}")
        encoding = self.out.encoding or "utf-8"
        print(line.encode(encoding, "replace").decode(encoding), file=self.out, flush=True)


@dataclass(frozen=True)
class Setup:
    """The settings that can be used by themselves, also when others are wrong."""

    values: Mapping[str, Any]
    offered: Mapping[str, Provider]
    options: Mapping[str, Options]


async def examine(out: TextIO) -> int:
    """Write a line about every finding to ``out``; the exit code is 1 when something is wrong."""
    logs.set_up("CRITICAL", "console")
    findings = Findings(out, [])
    setup = _settings(findings)
    for looking, needed in (
        (_database, ("database_url",)),
        (_discord, ("discord_token", "discord_api_url")),
        (_relay, ("relay_url", "relay_key")),
        (_health, ("health_host", "health_port")),
    ):
        if all(name in setup.values for name in needed):
            await looking(findings, setup)
        else:
            findings.warn(f"{looking.__name__[1:]}: not asked, its settings are needed for that")
    return 1 if findings.wrong else 0


class _OneSetting(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")


def _settings(findings: Findings) -> Setup:
    """Every problem of the settings at once, and what is usable all the same."""
    values = _usable()
    findings.secrets += _secrets(values)
    try:
        config = load()
    except ConfigurationError as error:
        for problem in error.problems:
            findings.problem(f"settings: {problem}")
            values.pop(problem.partition(":")[0].lower(), None)
    else:
        findings.ok("settings: all of them can be used")
        return Setup(values, config.providers, {name: config.options(name) for name in config.providers})
    wanted = values.get("providers")
    offered = {name: found for name, found in providers().items() if not wanted or name in wanted}
    return Setup(values, offered, {name: found.options() for name, found in offered.items()})


def _usable() -> dict[str, Any]:
    """The settings that are right by themselves."""
    found = {}
    for name, field in Settings.model_fields.items():
        fields: dict[str, Any] = {name: (field.annotation, field)}
        try:
            found[name] = getattr(create_model(name, __base__=_OneSetting, **fields)(), name)
        except ValidationError:
            continue
    return found


def _secrets(values: Mapping[str, Any]) -> list[str]:
    """What must never be printed, the password of the database among it."""
    found = [value.get_secret_value().strip() for value in values.values() if isinstance(value, SecretStr)]
    with suppress(ValueError):  # an address that cannot be read
        found.append(urlsplit(values.get("database_url", "")).password or "")
    return sorted((secret for secret in found if len(secret) >= MIN_SECRET), key=len, reverse=True)


async def _database(findings: Findings, setup: Setup) -> None:
    url = setup.values["database_url"]
    if url.startswith("sqlite:///") and not await asyncio.to_thread(_file_can_be_used, findings, url):
        return
    try:
        database = await connect(url, look_only=True)
    except StoreProblem as problem:
        findings.problem(f"database: {problem}")
        return
    try:
        await _schema(findings, database)
    finally:
        await database.close()


async def _schema(findings: Findings, database: Database) -> None:
    """Compare the version of the database with that of this program."""
    newest = migrations()[-1][0]
    try:
        found = await version(database)
    except StoreProblem as problem:
        if "schema_version" not in str(problem):
            findings.problem(f"database: {problem}")
            return
        found = 0
    if found > newest:
        findings.problem(f"database: it has version {found}, this program knows version {newest} at most")
    else:
        findings.ok(f"database: version {found}" + ("" if found == newest else f", {newest} after the next start"))


def _file_can_be_used(findings: Findings, url: str) -> bool:
    """Whether there is a file to look into; says so when there is none, or none that can be written."""
    path = Path(url.removeprefix("sqlite:///"))
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True) or not folder.is_dir():
        findings.problem(f"database: nothing can be written in {folder}")
        return path.is_file()
    if not path.exists():
        findings.ok(f"database: {path} does not exist yet, the first start makes it")
        return False
    if not os.access(path, os.W_OK, effective_ids=True):
        findings.problem(f"database: {path} cannot be written")
    return True


async def _discord(findings: Findings, setup: Setup) -> None:
    if setup.values["discord_api_url"]:
        aim(setup.values["discord_api_url"])
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(DISCORD_PATIENCE), client:
            await client.login(setup.values["discord_token"].get_secret_value())
            await _application(findings, client, setup.values.get("thread_messages", ""))
            await _guilds(findings, client, setup.values.get("guild_ids", []))
    except discord.LoginFailure:
        findings.problem("Discord: the bot token is refused (DISCORD_TOKEN)")
    except discord.HTTPException as error:
        findings.problem(f"Discord: it answers HTTP {error.status} {error.text}"[:300])
    except (aiohttp.ClientError, OSError) as error:
        findings.problem(f"Discord: it cannot be reached ({type(error).__name__})")
    except (LookupError, TypeError, ValueError):  # discord.py takes every answer for Discord's
        findings.problem("Discord: something else answers in its place (DISCORD_API_URL)")


async def _application(findings: Findings, client: discord.Client, thread_messages: str) -> None:
    """Who the token belongs to, and the switches of the developer portal that matter."""
    application = client.application
    assert application is not None  # noqa: S101 - known after a login
    findings.ok(f"Discord: logged in as {client.user}, application {application.name} ({application.id})")
    flags = application.flags
    if thread_messages != "all":
        findings.ok("Discord: no privileged intent is needed")
    elif flags.gateway_message_content or flags.gateway_message_content_limited:
        findings.ok("Discord: the Message Content intent is on")
    else:
        findings.problem(f"Discord: THREAD_MESSAGES=all needs the Message Content intent; {NO_INTENT}")
    if application.interactions_endpoint_url:
        findings.problem("Discord: the application has an interactions endpoint URL, so no command reaches the bot")
    if application.bot_require_code_grant:
        findings.problem("Discord: “Requires OAuth2 Code Grant” is on, so the invite link does not work")
    await _installs(findings, client)
    findings.ok(f"Discord: invite link {discord.utils.oauth_url(application.id, permissions=PERMISSIONS)}")


async def _installs(findings: Findings, client: discord.Client) -> None:
    """Who may install the application."""
    kinds = None
    with suppress(discord.HTTPException):
        kinds = dig(await client.http.request(Route("GET", "/applications/@me")), "integration_types_config")
    if not isinstance(kinds, dict):
        findings.warn("Discord: it does not say who may install the application")
        return
    for kind, name in _INSTALLS.items():
        if kind in kinds:
            findings.ok(f"Discord: {name} may install the application")
        else:
            findings.warn(f"Discord: {name} cannot install the application (developer portal, Installation)")


async def _guilds(findings: Findings, client: discord.Client, wanted: list[int]) -> None:
    """In which servers the bot is, and what it lacks there."""
    guilds: list[Any] = []
    while page := await client.http.get_guilds(200, after=guilds[-1]["id"] if guilds else None, with_counts=False):
        guilds += page
        if len(page) < 200:
            break
    names = ", ".join(guild["name"] for guild in guilds[:20])
    if guilds:
        findings.ok(f"Discord: in {len(guilds)} server(s): {names}{', …' if len(guilds) > 20 else ''}")
    else:
        findings.warn("Discord: the bot is in no server yet, use the invite link")
    for guild in guilds:
        _permissions(findings, guild)
    for missing in set(wanted) - {int(guild["id"]) for guild in guilds}:
        findings.problem(f"Discord: GUILD_IDS names server {missing}, where the bot is not")


def _permissions(findings: Findings, guild: Mapping[str, Any]) -> None:
    """What the bot may not do in one server, by its roles (a channel may still forbid more)."""
    told = str(guild.get("permissions", ""))
    if not told.isdigit():
        findings.warn(f"Discord: it does not say what the bot may do in {guild['name']}")
        return
    granted = discord.Permissions(int(told))
    missing = [name.replace("_", " ").title() for name, needed in PERMISSIONS if needed and not getattr(granted, name)]
    if missing and not granted.administrator:
        findings.problem(f"Discord: in {guild['name']} the bot lacks: {', '.join(missing)}")


async def _relay(findings: Findings, setup: Setup) -> None:
    known = {name: setup.values.get(name, SecretStr("")).get_secret_value().strip() for name in _ACCOUNT}
    relay = Relay(
        setup.values["relay_url"],
        setup.values["relay_key"].get_secret_value(),
        access_token=known["relay_access_token"],
        user_id=known["relay_user_id"],
    )
    try:
        if not await _key(findings, relay):
            return
        await _account(findings, relay, known)
        options = setup.options
        answers = [
            await _provider(findings, relay, found, options[name].prefix) for name, found in setup.offered.items()
        ]
    finally:
        await relay.close()
    if not any(answers):
        findings.problem("relay: it offers none of our providers")


async def _health(findings: Findings, setup: Setup) -> None:
    """Whether the port can be opened on which the bot says how it is; nothing, if none is wanted."""
    host, port = setup.values["health_host"], setup.values["health_port"]
    if port:
        problem = await port_problem(host, port)
        if problem:
            findings.problem(f"health: {problem}")
        else:
            findings.ok(f"health: port {port} on {host} can be used")


async def _key(findings: Findings, relay: Relay) -> bool:
    """Whether it makes sense to ask the relay for more."""
    try:
        models = dig(await relay.call(_MODELS), "data")
    except Refused as refusal:
        findings.problem(f"relay: {refusal}")
        return False
    except (NotOffered, Unreadable):
        findings.warn("relay: it has no list of models, so the key could not be tried; is RELAY_URL right?")
        return True
    except CallFailed as failure:
        findings.problem(f"relay: {failure} ({failure.detail})")
        return False
    count = f", {len(models)} models" if isinstance(models, list) else ""
    findings.ok(f"relay: the key is accepted{count}")
    return True


async def _account(findings: Findings, relay: Relay, known: Mapping[str, str]) -> None:
    """Whether the access token serves, where one is set."""
    lacking = [name.upper() for name, value in known.items() if not value]
    if len(lacking) == len(known):
        return
    if lacking:
        findings.problem(f"relay: the account cannot be asked about without {lacking[0]}")
        return
    try:
        account = read_account(await relay.call(ACCOUNT), DEFAULT_UNIT)
    except Refused as refusal:
        findings.problem(f"relay: {refusal}")
    except CallFailed as failure:
        findings.warn(f"relay: the access token could not be tried: {failure}")
    else:
        findings.ok("relay: the access token is accepted")
        if account.banned:
            findings.problem("relay: the account is banned")


async def _provider(findings: Findings, relay: Relay, provider: Provider, route: str) -> bool:
    """Whether the relay offers ``provider``, as far as that can be told for free."""
    if provider.probe is None:
        findings.ok(f"relay: {provider.title}: cannot be tried for free")
        return True
    try:
        await relay.call(provider.probe, route)
    except NotOffered:
        findings.warn(f"relay: {provider.title}: not offered")
        return False
    except CallFailed as failure:
        findings.warn(f"relay: {provider.title}: {failure}")
        return True
    findings.ok(f"relay: {provider.title}: ok")
    return True
