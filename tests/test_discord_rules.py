"""Every rule has a body that keeps it and one that breaks it; the real traffic of discord.py keeps them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from tests.discord_rules import (
    ALLOWANCES,
    Recorder,
    Rules,
    command_problems,
    command_size,
    description_path,
    message_problems,
    modal_problems,
    record,
    request_problems,
    traffic_problems,
)
from tests.discord_rules import schema as schema_module
from tests.discord_rules.cases import (
    BROKEN_COMMANDS,
    BROKEN_MESSAGES,
    BROKEN_REQUESTS,
    CREATE,
    FOX,
    GOOD_REQUESTS,
    ORIGINAL,
    QUIET,
    V2,
    button,
    choices,
    command,
    group,
    image,
    option,
    row,
    select,
    text,
)
from tests.discord_rules.sample import SampleBot, layout, picture


@pytest.fixture
def rules() -> Rules:
    """The rules of the description, which not every checkout has beside it."""
    loaded = Rules.load()
    if loaded is None:
        pytest.skip("Discord's OpenAPI description is not on this machine")
    return loaded


@pytest.mark.parametrize(("expected", "payloads"), BROKEN_COMMANDS)
def test_a_broken_command_is_found(expected: str, payloads: list[dict[str, Any]]) -> None:
    assert any(expected in problem for problem in command_problems(payloads)), command_problems(payloads)


def test_commands_at_their_limits_pass() -> None:
    options = [
        option(f"o{number}", required=number < 5, choices=choices(25 if number == 7 else 0)) for number in range(25)
    ]
    leaf = group("generate", *options)
    localised = {"name_localizations": {"ru": "имя", "hi": "हिन्दी", "th": "ชื่อ", "zh-CN": "名字"}}
    payloads = [
        command("a" * 32, description="d" * 100, **localised),
        command("nested", options=[leaf, group("more", leaf, kind=2)]),
        *(command(f"c{number}") for number in range(98)),
        *({"name": f"Look at {number}", "type": kind} for number in range(5) for kind in (2, 3)),
    ]
    assert command_problems(payloads) == []


def test_the_longest_localisation_counts() -> None:
    plain = command("luma", options=[option("a", description="bb", choices=choices(1, "ccc", "dddd"))])
    assert command_size(plain) == len("lumaVideosabbcccdddd")
    assert command_size({**plain, "description_localizations": {"ru": "x" * 50, "fr": "y"}}) == 4 + 50 + 1 + 2 + 3 + 4


@pytest.mark.parametrize(("expected", "body"), BROKEN_MESSAGES)
def test_a_broken_message_is_found(expected: str, body: dict[str, Any]) -> None:
    problems = message_problems({**QUIET, **body}, len(body.get("attachments", ())))
    assert len(problems) == 1
    assert expected in problems[0]


def test_messages_at_their_limits_pass() -> None:
    fields = [{"name": "n" * 20, "value": "v" * 20}] * 25
    embeds = [{"title": "t" * 256, "description": "d" * 4096, "fields": fields, "footer": {"text": "f" * 648}}]
    rows = [row(*(button(f"{line}{place}", label="x" * 80) for place in range(5))) for line in range(5)]
    files = [{"id": number, "filename": f"{number}.png"} for number in range(10)]
    old = {**QUIET, "content": "x" * 2000, "embeds": embeds, "components": rows, "attachments": files}
    assert message_problems(old, 10) == []
    inner = [row(select(25)), *(row(button(str(number))) for number in range(5)), *([text("x" * 150)] * 26)]
    parts = [{"type": 17, "components": inner}, text("x" * 100)]
    assert message_problems({**QUIET, "flags": V2, "content": None, "embeds": [], "components": parts}, 0) == []


def test_a_reference_is_judged_only_when_the_files_are_known() -> None:
    body = {**QUIET, "embeds": image("attachment://fox.png")}
    assert message_problems(body, 1, names=["fox.png"]) == []
    assert message_problems(body, 1) == []
    assert message_problems(body, 0, edit=True) == []
    assert message_problems({**body, **FOX}, 1) == []
    assert message_problems({**body, "attachments": [{"id": 5}]}, 0, edit=True) == []
    assert message_problems({**body, "attachments": []}, 0, edit=True) != []


def test_an_edit_without_text_needs_no_allowed_mentions() -> None:
    assert message_problems({"embeds": [{"title": "x"}], "components": [row(button())]}, 0, edit=True) == []
    assert message_problems({"content": "x"}, 0, edit=True) == ["allowed_mentions is missing"]
    assert message_problems({"flags": V2, "components": [text()]}, 0, edit=True) == ["allowed_mentions is missing"]


def test_modals() -> None:
    label = {"type": 18, "label": "Prompt", "component": {"type": 4, "style": 1, "custom_id": "a"}}
    assert modal_problems({"title": "x" * 45, "components": [label, text()]}) == []
    assert "title" in modal_problems({"title": "", "components": [label]})[0]
    assert "6 top-level" in modal_problems({"title": "x", "components": [text()] * 6})[0]
    assert "used 2 times" in modal_problems({"title": "x", "components": [label, label]})[0]
    assert "26 options" in modal_problems({"title": "x", "components": [{**label, "component": select(26)}]})[0]


@pytest.mark.parametrize(("method", "path", "body"), GOOD_REQUESTS)
def test_a_good_request_passes(rules: Rules, method: str, path: str, body: Any) -> None:
    assert request_problems(method, path, body, rules=rules) == []


@pytest.mark.parametrize(("expected", "method", "path", "body"), BROKEN_REQUESTS)
def test_a_broken_request_is_found(rules: Rules, expected: str, method: str, path: str, body: Any) -> None:
    problems = rules.check(method, path, body)
    assert any(expected in problem for problem in problems), problems
    assert all(len(problem) < 300 for problem in problems)


def test_many_problems_are_cut_short(rules: Rules) -> None:
    problems = rules.check("PATCH", ORIGINAL, {"embeds": [{"title": 5}] * 9})
    assert len(problems) == 6
    assert problems[-1].endswith("and 4 more")


def test_every_allowance_is_needed(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {**QUIET, **FOX}
    assert rules.check("POST", CREATE, body) == []
    monkeypatch.setattr(schema_module, "ALLOWANCES", ())
    strict = Rules(description_path().read_text(encoding="utf-8"))
    assert len(ALLOWANCES) == 1
    assert strict.check("POST", CREATE, body) == [f"POST {CREATE}: body.attachments[0].id: 0 is not of type 'string'"]


def test_without_the_description_only_the_other_limits_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_OPENAPI", str(tmp_path / "absent.json"))
    assert Rules.load() is None
    log: list[tuple[str, str, Any]] = [("POST", CREATE, {"content": "x"}), ("POST", "/nowhere", {})]
    assert traffic_problems(log, rules=None) == [f"POST {CREATE}: allowed_mentions is missing"]


async def play(env: simcord.Env) -> None:
    """Make the sample bot send everything it can."""
    guild = env.create_guild()
    channel = guild.create_text_channel("general")
    manager = guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
    user = guild.add_member(env.create_user("ann"), roles=[manager])
    await user.slash(channel, "luma generate", prompt="fox", image=("a.png", b"x"))
    message = channel.last_message
    assert message is not None
    await user.click(message, custom_id="v1:again:2")
    await user.select(message, ["1"], custom_id="v1:pick:2")
    await user.autocomplete(channel, "luma generate", "model", "x", prompt="f")
    shown = await user.slash(channel, "form")
    values: list[Any] = ["fox", ["1"], ("a.png", b"x"), "s"]
    fields = [top["component"]["custom_id"] for top in (shown.modal or {})["components"] if "component" in top]
    await user.submit_modal(shown, dict(zip(fields, values, strict=True)))
    await user.slash(channel, "post")
    await user.context_menu(channel, "Describe it", message)


async def test_real_traffic_passes(rules: Rules) -> None:
    with record(rules) as recorder:
        async with simcord.run(SampleBot()) as env:
            await play(env)
            sent = recorder.requests(env)
            assert recorder.problems(env) == []
            assert Recorder(rules).problems(env) == []
    assert len(sent) == 28
    assert sum(["fox.png"] in request for request in sent) == 6
    assert traffic_problems([request[:3] for request in sent], rules=rules) == []


async def test_a_bot_without_the_house_rule_is_found() -> None:
    bot = SampleBot()
    bot.allowed_mentions = discord.AllowedMentions(everyone=True, users=False, roles=False)
    with record() as recorder:
        async with simcord.run(bot) as env:
            channel = env.create_guild().create_text_channel("general")
            target = bot.get_channel(channel.id)
            assert isinstance(target, discord.TextChannel)
            await target.send("hello")
            bot.allowed_mentions = None
            message = await target.send("hello")
            await message.edit(content="again")
            problems = recorder.problems(env)
    assert [problem.rpartition(": ")[2] for problem in problems] == [
        "allowed_mentions parses everyone",
        *["allowed_mentions is missing"] * 2,
    ]


async def test_an_edit_of_a_layout_does_not_inherit_the_default_of_the_client() -> None:
    with record() as recorder:
        async with simcord.run(SampleBot()) as env:
            channel = env.create_guild().create_text_channel("general")
            target = env.bot.get_channel(channel.id)
            assert isinstance(target, discord.TextChannel)
            message = await target.send(view=layout(), file=picture())
            assert recorder.problems(env) == []
            await message.edit(view=layout())
            problems = recorder.problems(env)
            await message.edit(view=layout(), allowed_mentions=discord.AllowedMentions.none())
            assert recorder.problems(env) == problems
    assert problems == [f"PATCH /channels/{channel.id}/messages/{message.id}: allowed_mentions is missing"]
