"""/relay: what the operator sees of the account, the key, models, prices, usage, the log, and the providers."""

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
from PIL import Image
from simcord import InteractionResult, MemberActor, ResponseMessage

from bot.account import USER_HEADERS
from bot.demo.simulator.ledger import Line
from bot.engine.models import EVERY
from bot.task import Phase
from bot.text import _
from bot.ui.cards import plain
from bot.ui.i18n import say
from tests.discord.flux import manager
from tests.discord.kit import buttons, forge, here, one_film, refusal, words_of
from tests.world import START, World, a_world, alone

TOKEN: dict[str, Any] = {"RELAY_ACCESS_TOKEN": "access-token-of-the-relay", "RELAY_USER_ID": "4711"}
COMMANDS = ("account", "key", "models", "pricing", "usage", "logs", "status")
MANAGERS = "Only those who may manage this server can do that."
NOT_SET = "For that the bot needs the relay's system access token. Settings that are missing: "
REFUSED = "). Check `RELAY_ACCESS_TOKEN` and `RELAY_USER_ID`."
DAY = 86400.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with an access token."""
    async with a_world(tmp_path, PROVIDERS="luma, claude", **TOKEN) as found:
        one_film(found)
        found.relay.chat.first = found.relay.chat.pause = 0.0
        found.relay.openai.offered = False  # its many models are of no interest here
        yield found
        assert asked(found, "/api/user/token") == []


@pytest.fixture
def kim(world: World) -> MemberActor:
    """Somebody who may manage the server."""
    return manager(world)


def asked(world: World, path: str) -> list[str]:
    """The paths of the questions that reached the relay and begin so."""
    return [call.path for call in world.relay.calls if call.path.startswith(path)]


def forget(world: World) -> None:
    """Let what was answered be too old to be kept."""
    world.clock.now += EVERY + 1


async def panel(world: World, who: MemberActor, command: str, **options: str) -> ResponseMessage:
    """The private panel of a command."""
    result = await who.slash(world.channel, f"relay {command}", **options)
    assert alone(result) and here(result).flags.components_v2
    return here(result)


async def lines(world: World, who: MemberActor, command: str, **options: str) -> list[str]:
    """What the panel says, without Markdown's escapes."""
    return read(await panel(world, who, command, **options))


def read(message: ResponseMessage | None) -> list[str]:
    return words_of(message).replace("\\", "").splitlines()


async def pressed(who: MemberActor, message: ResponseMessage, label: str) -> ResponseMessage:
    return here(await who.click(message, label=label))


async def problem(world: World, who: MemberActor, command: str, **options: str) -> str:
    """The sentence of a command that does not work."""
    return refusal(await who.slash(world.channel, f"relay {command}", **options))


@contextmanager
def switched(world: World, **switches: Any) -> Iterator[None]:
    """Another kind of relay, for a while."""
    options = world.relay.account
    before = {name: getattr(options, name) for name in switches}
    for name, value in switches.items():
        setattr(options, name, value)
    yield
    for name, value in before.items():
        setattr(options, name, value)


def book(world: World, monkeypatch: pytest.MonkeyPatch, *booked: Line) -> None:
    """Let the relay's books hold these lines, newest first."""
    monkeypatch.setattr("bot.demo.simulator.ledger.Ledger.lines", lambda _ledger, _key="": list(booked))


# ------------------------------------------------------------------------------------------------ who may


async def test_nobody_else_may_use_it(world: World) -> None:
    world.guild.set_command_permissions(world.app.client.command_ids["relay"], {world.ben: True})
    for command in COMMANDS:
        assert await problem(world, world.ben, command) == MANAGERS
    assert asked(world, "/api/") == []


async def test_the_buttons_are_for_managers_too(world: World) -> None:
    role = world.guild.create_role("former", permissions=discord.Permissions(manage_guild=True))
    former = world.guild.add_member(world.env.create_user("jo"), roles=[role])
    first = await panel(world, former, "usage")
    role._role.permissions = 0  # simcord has no public way to take a right away
    result = await former.click(first, label="Today")
    assert refusal(result) == MANAGERS


async def test_normal_members_do_not_even_see_it(world: World, kim: MemberActor) -> None:
    assert not [name for name in world.ann.available_commands(world.channel) if name.startswith("relay")]
    assert "relay account" in kim.available_commands(world.channel)


# ------------------------------------------------------------------------------------------------ account


async def test_the_account(world: World, kim: MemberActor) -> None:
    await world.delivered()
    assert await lines(world, kim, "account") == [
        "### 🏦 Relay account",
        "**Balance** $9.7000",
        "**Used** $0.3000",
        "**Requests** 1",
        "**Group** default",
        "-# Demo · Relay simulator",
    ]
    (call,) = [call for call in world.relay.calls if call.path == "/api/user/self"]
    assert call.headers["Authorization"] == TOKEN["RELAY_ACCESS_TOKEN"]
    assert {call.headers[name] for name in USER_HEADERS} == {"4711"}


async def test_answers_are_kept_for_a_minute(world: World, kim: MemberActor) -> None:
    for _time in range(3):
        await panel(world, kim, "account")
    assert len(asked(world, "/api/user/self")) == 1
    world.clock.now += 61
    world.relay.account.banned = True
    assert "⛔ The relay has banned this account." in await lines(world, kim, "account")


async def test_in_chinese(world: World, kim: MemberActor) -> None:
    world.locales[kim.id] = "zh-CN"
    labels = (_("Balance"), _("Used"), _("Requests"), _("Group"))
    found = await lines(world, kim, "account")
    assert [line.split("**")[1] for line in found[1:5]] == [say(label, "zh-CN") for label in labels]


@pytest.mark.parametrize(("site", "own", "balance"), [(1_000_000, "", "$5.0000"), (1_000_000, "100", "$50,000.0000")])
async def test_other_units(tmp_path: Path, site: int, own: str, balance: str) -> None:
    settings = {**TOKEN, **({"RELAY_QUOTA_PER_UNIT": own} if own else {})}
    async with a_world(tmp_path, PROVIDERS="luma", **settings) as world:
        world.relay.account.unit = site
        assert f"**Balance** {balance}" in await lines(world, manager(world), "account")


async def test_without_a_status_the_usual_unit_counts(world: World, kim: MemberActor) -> None:
    world.relay.account.status = False
    assert "**Balance** $10.0000" in await lines(world, kim, "account")


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "`RELAY_ACCESS_TOKEN`, `RELAY_USER_ID`"),
        ({"RELAY_USER_ID": "4711"}, "`RELAY_ACCESS_TOKEN`"),
        ({"RELAY_ACCESS_TOKEN": "access-token"}, "`RELAY_USER_ID`"),
    ],
)
async def test_what_is_not_set_is_named(tmp_path: Path, settings: dict[str, Any], missing: str) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", **settings) as world:
        kim = manager(world)
        sentence = f"{NOT_SET}{missing}. What this bot's own key may use can be seen without: `/relay key`."
        assert await problem(world, kim, "account") == sentence
        world.relay.account.key_log = False
        assert await problem(world, kim, "usage") == sentence
        assert await problem(world, kim, "logs") == sentence
        assert asked(world, "/api/user") == []


async def test_a_refused_token(world: World, kim: MemberActor) -> None:
    invalid, other = "无权进行此操作，access token 无效", "New-Api-User 与登录用户不匹配"
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"access_token": "another-token"}, invalid),
        ({"access_token": "another-token", "console": "new"}, invalid),
        ({"user_id": 5}, other),
    ]
    for switches, words in wrong:
        with switched(world, **switches):
            for command in ("account", "usage", "logs"):
                sentence = await problem(world, kim, command)
                assert sentence.startswith("The relay refused the access token (")
                assert sentence.endswith(plain(words, 100) + REFUSED)


async def test_a_relay_that_wants_the_token_bare(world: World, kim: MemberActor) -> None:
    world.relay.account.raw_token = True
    assert "**Balance** $10.0000" in await lines(world, kim, "account")


FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"status": 502, "body": "<html>Bad Gateway</html>"}, "The relay had an internal error."),
    ({"status": 429}, "The relay is overloaded right now."),
    ({"cut": "before", "times": 2}, "The connection to the relay broke before it answered."),
    ({"body": "<!doctype html><p>Home</p>"}, "This relay does not offer that feature."),
    ({"body": {"success": True, "data": {"email": "a@b"}}}, "The relay gave an unexpected answer."),
    ({"body": [1, 2]}, "The relay gave an unexpected answer."),
]


async def test_every_failure_has_its_sentence(world: World, kim: MemberActor) -> None:
    for fault, sentence in FAILURES:
        world.relay.faults.add(method="GET", path="/api/user/self", **fault)
        assert await problem(world, kim, "account") == sentence
    assert "**Balance** $10.0000" in await lines(world, kim, "account")


# ------------------------------------------------------------------------------------------------ key


FORMS_OF_KEY: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["**Name** bot", "**Limit** $10.0000", "**Used** $0.3000", "**Left** $9.7000", "**Expires** never"]),
    ({"slash": True}, ["**Name** bot", "**Limit** $10.0000"]),
    ({"key_form": "summary", "expires_at": 1893456000}, ["**Limit** $10.0000", "**Used** $0.3000"]),
    ({"key_form": "billing"}, ["**Limit** $10.0000", "**Used** $0.3000", "**Left** $9.7000"]),
    ({"key_form": "billing", "in_currency": False}, ["**Limit** $10.0000", "**Used** $0.3000", "**Left** $9.7000"]),
    ({"key_form": "billing", "unlimited": True}, ["**Limit** no limit", "**Used** $0.3000", "**Left** no limit"]),
    ({"unlimited": True}, ["**Name** bot", "**Limit** no limit", "**Used** $0.3000", "**Left** no limit"]),
]


async def test_the_key_in_every_form(world: World, kim: MemberActor) -> None:
    await world.delivered()
    for switches, expected in FORMS_OF_KEY:
        with switched(world, **switches):
            found = await lines(world, kim, "key")
        assert found[0] == "### 🔑 This bot’s key" and found[1 : 1 + len(expected)] == expected, switches
        assert found[-1] == "**Models** all of them"
        forget(world)


async def test_a_limited_key_that_expires(world: World, kim: MemberActor) -> None:
    world.relay.account.limits, world.relay.account.expires_at = ("gpt-4o", "suno_music"), 1893456000
    found = await lines(world, kim, "key")
    assert found[-2:] == ["**Expires** <t:1893456000:f> (<t:1893456000:R>)", "**Models** gpt-4o, suno_music"]


async def test_a_key_that_cannot_be_asked_about(world: World, kim: MemberActor) -> None:
    world.relay.account.key_form = "none"
    assert await problem(world, kim, "key") == "This relay does not offer that feature."
    world.relay.account.key_form = "billing"
    world.relay.account.billing_error = "record not found"
    assert await problem(world, kim, "key") == "The relay refused: record not found"


# ------------------------------------------------------------------------------------------------ models, prices


async def test_the_models_in_pages_that_survive_a_restart(world: World, kim: MemberActor) -> None:
    first = await panel(world, kim, "models")
    known = sorted(world.relay.model_names())
    assert read(first)[0] == f"### 🏷️ Models of the relay: {len(known)}"
    assert [line.split("**")[1] for line in read(first)[1:21]] == known[:20]
    assert buttons(first) == {"Next": "v1:panel:relay-models:1:"}
    await world.restart(PROVIDERS="luma, claude", **TOKEN)
    second = await pressed(kim, first, "Next")
    assert [line.split("**")[1] for line in read(second)[1:21]] == known[20:40]
    assert list(buttons(second)) == ["Back", "Next"]
    assert read(await pressed(kim, second, "Back")) == read(first)


async def test_searching_models(world: World, kim: MemberActor) -> None:
    assert await lines(world, kim, "models", search="GPT-4o") == [
        "### 🏷️ Models of the relay: 2",
        "**gpt-4o** · conversations · $2.50/$10.00 per 1M",
        "**gpt-4o-mini** · conversations · $0.15/$0.60 per 1M",
    ]
    assert (await lines(world, kim, "models", search="*nothing*"))[1:] == ["Nothing has “*nothing*” in its name."]


@pytest.mark.parametrize("form", ["typed", "own"])
async def test_other_lists_of_models(world: World, kim: MemberActor, form: Any) -> None:
    world.relay.account.models = form
    assert len(await lines(world, kim, "models", search="gpt-4o")) == 3


async def test_no_list_of_models(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma") as world:
        world.relay.account.models = "none"
        assert await problem(world, manager(world), "models") == "This relay does not offer that feature."


async def test_prices(world: World, kim: MemberActor) -> None:
    assert await lines(world, kim, "pricing", model="gpt-4o") == [
        "### 🏷️ Prices: 2",
        "**gpt-4o** · $2.50/$10.00 per 1M",
        "**gpt-4o-mini** · $0.15/$0.60 per 1M",
        "-# Prices of the group default. 1M is a million tokens: of the question, then of the answer.",
    ]
    first = await panel(world, kim, "pricing")
    assert len(read(first)) == 22 and list(buttons(first)) == ["Next"]
    assert read(await pressed(kim, first, "Next"))[-1].startswith("-# page 2 of ")


async def test_the_group_pays_its_own_prices(world: World, kim: MemberActor) -> None:
    world.relay.account.group = "vip"
    world.relay.account.ratios = {"default": 1.0, "vip": 0.5}
    found = await lines(world, kim, "pricing", model="gpt-4o-mini")
    assert found[1] == "**gpt-4o-mini** · $0.075/$0.30 per 1M" and "group vip" in found[-1]
    world.relay.account.group = "guests"
    forget(world)
    assert (await lines(world, kim, "pricing", model="gpt-4o-mini"))[1].endswith("per 1M · not in this group")


async def test_prices_of_other_relays(world: World, kim: MemberActor) -> None:
    world.relay.account.prices = "bare"
    assert "**gpt-4o-mini** · $0.15/$0.60 per 1M" in await lines(world, kim, "pricing", model="mini")
    forget(world)
    world.relay.account.prices = "none"
    assert await problem(world, kim, "pricing") == "This relay does not offer that feature."


async def choices(world: World, who: MemberActor, typed: str) -> dict[str, str]:
    """Value to name of what is offered for a model."""
    found = await who.autocomplete(world.channel, "relay pricing", "model", typed)
    return {choice["value"]: choice["name"] for choice in found}


async def test_models_are_suggested_with_their_prices(world: World, kim: MemberActor) -> None:
    assert await choices(world, kim, "gpt-4") == {
        "gpt-4o": "gpt-4o · $2.50/$10.00 per 1M",
        "gpt-4o-mini": "gpt-4o-mini · $0.15/$0.60 per 1M",
    }
    assert len(await choices(world, kim, "")) == 25
    assert len(asked(world, "/v1/models")) == 1


async def test_the_list_is_refreshed_in_the_background(world: World, kim: MemberActor) -> None:
    await choices(world, kim, "gpt")
    world.relay.account.limits = ("gpt-4o",)
    forget(world)
    assert set(await choices(world, kim, "gpt-4")) == {"gpt-4o", "gpt-4o-mini"}
    assert set(await choices(world, kim, "gpt-4")) == {"gpt-4o"}
    assert len(asked(world, "/v1/models")) == 2


async def test_a_relay_that_is_away_leaves_what_is_known(world: World, kim: MemberActor) -> None:
    away = world.relay.faults.add(method="GET", path="/v1/models", times=None, status=503)
    assert await choices(world, kim, "gpt-4") == {}
    assert await choices(world, kim, "gpt-4") == {}
    assert away.seen == 1
    world.relay.faults.remove(away)
    forget(world)
    assert len(await choices(world, kim, "gpt-4")) == 2
    world.relay.faults.add(method="GET", path="/v1/models", times=None, status=503)
    forget(world)
    for _time in range(2):
        assert len(await choices(world, kim, "gpt-4")) == 2


async def test_a_slow_relay_does_not_hold_up_a_suggestion(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.models.MOMENT", 0.05)
    models = world.app.engine.models
    slow = world.relay.faults.add(method="GET", path="/v1/models", delay=0.4)
    assert await models.matching("gpt", ["chat"]) == []
    await models.crew.drain(5.0)
    assert slow.seen == 1
    labels = [str(offer.label) for offer in await models.matching("gpt-5", ["chat"])]
    assert labels == ["gpt-5-mini · $0.25/$2.00 per 1M"]
    assert all("claude" in offer.id for offer in await models.matching("", ["claude"]))
    assert len(asked(world, "/v1/models")) == 1


# ------------------------------------------------------------------------------------------------ usage


def drawn(message: ResponseMessage) -> Any:
    (file,) = message.attachments
    return file


async def test_usage_with_its_chart(world: World, kim: MemberActor) -> None:
    await world.delivered()
    await world.delivered()
    found = await panel(world, kim, "usage")
    assert read(found) == [
        "### 📊 Usage: 7 days",
        "**Spent** $0.6000",
        "**Requests** 2",
        "luma_generate · $0.6000 · 2 ×",
        "-# Days are those of UTC.",
    ]
    with Image.open(io.BytesIO(await drawn(found).read())) as picture:
        assert picture.format == "PNG" and picture.width == 1130
    assert {label: name.rpartition(":")[2] for label, name in buttons(found).items()} == {
        "Today": "1",
        "7 days": "7",
        "30 days": "30",
    }


async def test_other_periods_also_after_a_restart(world: World, kim: MemberActor) -> None:
    world.relay.account.past = 40
    found = await panel(world, kim, "usage", period="30")
    spent = [float(read(found)[1].partition("$")[2])]
    assert read(found)[0] == "### 📊 Usage: 30 days"
    await world.restart(PROVIDERS="luma, claude", **TOKEN)
    for label in ("7 days", "Today"):
        found = await pressed(kim, found, label)
        assert read(found)[0] == f"### 📊 Usage: {label}"
        spent.append(float((read(found)[1].partition("$")[2]) or 0))
    assert spent[0] > spent[1] > spent[2] == 0.0
    assert read(found)[1] == "Nothing was used." and found.attachments == []


async def test_a_busy_account_is_summed_up_by_the_relay(
    world: World, kim: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(START, 2, "gpt-4o", 500)
    book(world, monkeypatch, *(replace(line, at=START - number) for number in range(1200)))
    found = await lines(world, kim, "usage")
    assert found[1:3] == ["**Spent** $1.2000", "gpt-4o · $1.0000 · 1,000 ×"]
    assert found[-1].endswith("models are those of the newest 1000 requests.")
    assert len(asked(world, "/api/log/self?")) == 10 and len(asked(world, "/api/log/self/stat")) == 7


async def test_an_older_relay_counts_pages_from_zero(
    world: World, kim: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.relay.account.log = "array"
    line = Line(START, 2, "gpt-4o", 500_000)
    book(world, monkeypatch, *(replace(line, at=START - number) for number in range(25)))
    assert "**Spent** $25.0000" in await lines(world, kim, "usage")
    first = await panel(world, kim, "logs")
    assert len(read(first)) == 11 and list(buttons(first)) == ["Next"]
    third = await pressed(kim, await pressed(kim, first, "Next"), "Next")
    assert len(read(third)) == 7 and list(buttons(third)) == ["Back"]


async def test_without_the_token_the_key_s_own_log_serves(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma") as world:
        kim = manager(world)
        one_film(world)
        await world.delivered()
        note = (
            "Only what this bot's own key has used is known. "
            "For the whole account set `RELAY_ACCESS_TOKEN`, `RELAY_USER_ID`."
        )
        found = await lines(world, kim, "usage", period="1")
        assert "**Spent** $0.3000" in found and found[-1] == f"-# Days are those of UTC. {note}"
        logs = await lines(world, kim, "logs")
        assert len(logs) == 3 and logs[-1] == f"-# {note}"
        assert asked(world, "/api/log/self") == []


async def test_without_the_extra_the_numbers_are_shown(world: World, kim: MemberActor) -> None:
    await world.delivered()
    world.app.engine.core.workshop.available = False
    found = await panel(world, kim, "usage")
    assert "**Spent** $0.3000" in read(found) and found.attachments == []
    assert "The operator can install the extra “media”." in read(found)[-1]


# ------------------------------------------------------------------------------------------------ log


async def test_the_log(world: World, kim: MemberActor, monkeypatch: pytest.MonkeyPatch) -> None:
    book(
        world,
        monkeypatch,
        Line(START - 10, 2, "gpt-4o", 2500, "", 120, 3400, 3, "sk-good"),
        Line(START - 20, 4, content="refund of *task* t-1"),
        Line(START - 30, 3, content="quota changed"),
        *(Line(START - 40 - number, 2, "suno_music", 50_000) for number in range(9)),
    )
    first = await panel(world, kim, "logs")
    assert read(first)[:4] == [
        "### 📜 Log of the relay (page 1)",
        f"<t:{START - 10:.0f}:f> · **gpt-4o** · $0.0050 · 120 → 3,400 tokens · 3 s · bot",
        f"<t:{START - 20:.0f}:f> · *system* · refund of *task* t-1",
        f"<t:{START - 30:.0f}:f> · *administration* · quota changed",
    ]
    last = await pressed(kim, first, "Next")
    assert read(last)[-1].endswith("· *top-up* · top-up of 10 dollars") and list(buttons(last)) == ["Back"]


async def test_a_log_that_became_shorter(world: World, kim: MemberActor, monkeypatch: pytest.MonkeyPatch) -> None:
    book(world, monkeypatch, *(Line(START - number, 2, "gpt-4o", 1) for number in range(30)))
    first = await panel(world, kim, "logs")
    book(world, monkeypatch)
    second = await pressed(kim, first, "Next")
    assert read(second)[1:] == ["There is nothing on this page any more."]


# ------------------------------------------------------------------------------------------------ status


async def test_the_status_of_every_provider(world: World, kim: MemberActor) -> None:
    world.relay.account.notice = "Closed on **Sunday**"
    await world.delivered()
    await world.delivered(prompt="a fox sim:fail")
    await world.video(prompt="a fox sim:slow")
    await world.work()
    world.app.engine.core.missing["luma", "extend"] = world.clock.now + 60
    found = await everything(world, kim)
    assert found[1:3] == ["🟢 The relay answers. Relay simulator v1.0", "> Closed on **Sunday**"]
    assert after(found, "🎬 **Luma** · offered", 3) == [
        "⚠️ The relay does not have: longer video",
        "1 of 2 went well (50 %) · usually 10 s · 1 under way, 0 in line",
        f"-# Last error <t:{round((await world.tasks())[1].created_at)}:R>: The model could not finish this generation",
    ]
    assert after(found, "🎵 **Suno** · not offered: `PROVIDERS` leaves it out", 1) == [
        "none of its requests is over yet"
    ]


async def test_answers_of_chats_count(world: World, kim: MemberActor) -> None:
    for prompt in ("hello", "hello sim:overloaded"):
        await world.ann.slash(world.channel, "claude chat", prompt=prompt)
        await world.work()
        world.clock.now += 1
    found = after(await everything(world, kim), "✳️ **Claude** · offered", 2)
    assert found[0].startswith("1 of 2 went well (50 %)") and found[1].startswith("-# Last error <t:")


async def everything(world: World, who: MemberActor) -> list[str]:
    """What all pages of the status say."""
    page = await panel(world, who, "status")
    found = read(page)
    while "Next" in buttons(page):
        page = await pressed(who, page, "Next")
        found += read(page)
    return found


def after(found: list[str], line: str, count: int) -> list[str]:
    """The lines after one."""
    at = found.index(line) + 1
    return found[at : at + count]


async def test_the_status_when_the_relay_is_away(world: World, kim: MemberActor) -> None:
    world.relay.faults.add(method="GET", path="/api/status", times=None, status=503, body="<html>down</html>")
    found = await lines(world, kim, "status")
    assert found[1] == "🔴 The relay had an internal error."
    assert sum("**" in line for line in found) == 6


async def test_what_was_cancelled_says_nothing_of_the_provider(world: World, kim: MemberActor) -> None:
    await world.video()
    await world.app.messenger.flush()
    await world.press(await world.task(), "cancel")
    assert (await world.task()).phase is Phase.CANCELLED
    found = await everything(world, kim)
    assert after(found, "🎬 **Luma** · offered", 1) == ["none of its requests is over yet"]


async def test_a_panel_of_another_version(world: World, kim: MemberActor) -> None:
    task = await world.delivered()
    message = world.message(task)
    forge(world, message, "v1:panel:relay-nothing:0:")
    result: InteractionResult = await kim.click(world.message(task), custom_id="v1:panel:relay-nothing:0:")
    assert refusal(result) == "This panel belongs to another version of the bot. Use the command again."


async def test_named_operators_only(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma", OPERATOR_IDS="1", **TOKEN) as world:
        result = await manager(world).slash(world.channel, "relay account")
        assert refusal(result) == "Only the operators of this bot can do that."
        assert asked(world, "/api/user/self") == []
