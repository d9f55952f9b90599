"""/luma video: what the options become on the wire, and what cannot be asked for."""

import base64
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import GIF, OF_A_VIDEO, PNG, asked, bodies, one_film, paid, refusal
from tests.world import World, a_world, alone, said

DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()
OWN = {"user_prompt": "a fox", "aspect_ratio": "16:9"}


@pytest.fixture
async def official(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Luma's own models."""
    async with a_world(tmp_path, LUMA_OFFICIAL="true") as found:
        yield found


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({}, OWN),
        ({"prompt": "  a fox \n"}, OWN),
        ({"aspect_ratio": "9:21"}, {**OWN, "aspect_ratio": "9:21"}),
        ({"loop": True, "expand": False}, {**OWN, "loop": True, "expand_prompt": False}),
        ({"loop": False, "expand": True}, {**OWN, "loop": False, "expand_prompt": True}),
        ({"model": "own"}, OWN),
        ({"model": ""}, OWN),
        ({"image": ("a.png", PNG)}, {**OWN, "image_url": DATA}),
        ({"end_image": ("b.png", PNG)}, {**OWN, "image_end_url": DATA}),
        ({"image": ("a.png", PNG), "end_image": ("a.png", PNG)}, {**OWN, "image_url": DATA, "image_end_url": DATA}),
    ],
)
async def test_own_form_on_the_wire(world: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    result = await world.video(**options)
    await world.work()
    assert paid(world) == [("/luma/generations", body)]
    assert not result.ephemeral
    assert (await world.task()).phase is Phase.WAITING


async def test_every_option_at_once_and_what_the_card_says_of_it(world: World) -> None:
    await world.video(
        aspect_ratio="1:1", loop=True, expand=True, image=("a.png", PNG), end_image=("b.gif", GIF), model="own"
    )
    await world.work()
    gif = "data:image/gif;base64," + base64.b64encode(GIF).decode()
    body = {"aspect_ratio": "1:1", "loop": True, "expand_prompt": True, "image_url": DATA, "image_end_url": gif}
    assert paid(world) == [("/luma/generations", {"user_prompt": "a fox", **body})]
    fields = {field.name: field.value for field in world.card(await world.task()).fields}
    assert fields["Asked by"] == world.ann.mention
    assert fields["Options"] is not None
    assert sorted(fields["Options"].split(" · ")) == [
        r"`aspect_ratio` 1\:1",
        "`end_image` 🖼️",
        "`expand` ✓",
        "`image` 🖼️",
        "`loop` ✓",
    ]


async def test_pictures_as_links(tmp_path: Path) -> None:
    async with a_world(tmp_path, LUMA_IMAGES="url") as world:
        await world.video(image=("a.png", PNG), end_image=("b.gif", GIF))
        await world.work()
        ((path, body),) = paid(world)
        assert path == "/luma/generations"
        assert body["image_url"].startswith("https://cdn.simcord.invalid/") and body["image_url"].endswith("/a.png")
        assert body["image_end_url"].endswith("/b.gif")
        assert (await world.task()).phase is Phase.WAITING


async def test_prefix_is_used_for_submission_and_questions(tmp_path: Path) -> None:
    async with a_world(tmp_path, LUMA_PREFIX="/pro") as world:
        task = await world.delivered()
        assert paid(world) == [("/pro/luma/generations", OWN)]
        assert asked(world) == {("POST", "/pro/luma/tasks")}
        assert task.phase is Phase.DELIVERED


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"model": "ray-2"}, {"model": "ray-2"}),
        (
            {"model": "ray-flash-2", "duration": "9s", "resolution": "1080p", "loop": True, "aspect_ratio": "21:9"},
            {"model": "ray-flash-2", "duration": "9s", "resolution": "1080p", "loop": True, "aspect_ratio": "21:9"},
        ),
    ],
)
async def test_official_form_on_the_wire(official: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    await official.video(**options)
    await official.work()
    assert paid(official) == [
        ("/dream-machine/v1/generations", {"prompt": "a fox", "aspect_ratio": "16:9", **body}),
    ]


async def test_official_form_is_delivered(official: World) -> None:
    task = await official.delivered(model="ray-2")
    assert asked(official) == {("GET", "/dream-machine/v1/generations")}
    assert [file.filename for file in official.message(task).attachments] == [f"a-fox-{task.id[:4]}.mp4"]
    assert official.labels(task) == ["Again", *OF_A_VIDEO, "Details", "Delete"]


async def test_official_form_takes_pictures_as_links_in_keyframes(official: World) -> None:
    await official.video(model="ray-2", image=("a.png", PNG), end_image=("b.gif", GIF))
    await official.video(model="ray-2", end_image=("b.gif", GIF))
    await official.work()
    last, both = sorted((body["keyframes"] for _path, body in paid(official)), key=len)
    assert both["frame0"]["type"] == "image" and both["frame0"]["url"].endswith("/a.png")
    assert both["frame1"]["url"].startswith("https://cdn.simcord.invalid/")
    assert list(last) == ["frame1"] and last["frame1"]["url"].endswith("/b.gif")


async def test_official_prefix(tmp_path: Path) -> None:
    async with a_world(tmp_path, LUMA_OFFICIAL="true", LUMA_OFFICIAL_PREFIX="/luma", LUMA_PREFIX="/vip") as world:
        one_film(world)
        await world.delivered(model="ray-2")
        await world.delivered()
        assert [path for path, _body in paid(world)] == [
            "/luma/dream-machine/v1/generations",
            "/vip/luma/generations",
        ]
        assert asked(world) == {("GET", "/luma/dream-machine/v1/generations"), ("POST", "/vip/luma/tasks")}
        assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"duration": "5s"}, "Length and resolution can be chosen for Luma's own models only: choose one with"),
        ({"resolution": "4k", "model": "own"}, "Length and resolution can be chosen for Luma's own models only"),
        ({"model": "ray-2", "expand": True}, "`expand` works without `model` only."),
        ({"model": "ray-9"}, "“model” must be one of: ray-2 or ray-flash-2."),
        ({"prompt": "   "}, "“prompt” is empty."),
    ],
)
async def test_what_excludes_each_other(official: World, options: dict[str, Any], sentence: str) -> None:
    result = await official.video(**options)
    await official.work()
    assert refusal(result).startswith(sentence)
    assert (await official.tasks(), official.relay.calls, official.channel.history()) == ([], [], [])


async def test_official_model_without_the_setting(world: World) -> None:
    result = await world.video(model="ray-2")
    assert refusal(result) == "This bot's relay is not set up for Luma's own models. Leave `model` out."
    assert await world.tasks() == []


async def test_model_autocomplete(world: World) -> None:
    found = await world.ann.autocomplete(world.channel, "luma video", "model", "", prompt="x")
    assert [(choice["name"], choice["value"]) for choice in found] == [("The relay's default", "own")]
    assert await world.ann.autocomplete(world.channel, "luma video", "model", "ray", prompt="x") == []


async def test_model_autocomplete_with_official_models(official: World) -> None:
    found = await official.ann.autocomplete(official.channel, "luma video", "model", "")
    assert [choice["value"] for choice in found] == ["own", "ray-2", "ray-flash-2"]
    found = await official.ann.autocomplete(official.channel, "luma video", "model", "FLASH")
    assert [choice["value"] for choice in found] == ["ray-flash-2"]


async def test_discord_keeps_the_limits_of_the_options(world: World) -> None:
    refused: list[dict[str, Any]] = [
        {"prompt": "x" * 5001},
        {"prompt": ""},
        {"aspect_ratio": "2:1"},
        {"duration": "7s"},
    ]
    for options in refused:
        with pytest.raises(OptionError):
            await world.video(**options)
    await world.video(prompt="x" * 5000)
    await world.work()
    assert paid(world)[0][1]["user_prompt"] == "x" * 5000


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("words.png", b"just words", "words.png is not a picture. PNG, JPEG, WebP and GIF can be used."),
        ("empty.png", b"", "empty.png is not a picture."),
        ("film.mp4", b"\0\0\0\x20ftypisom", "film.mp4 is not a picture."),
        ("big.png", PNG.ljust(10 * 1024 * 1024 + 1), "big.png is too large: at most 10 MiB."),
    ],
)
async def test_pictures_that_are_none(world: World, name: str, content: bytes, sentence: str) -> None:
    result = await world.video(image=("good.png", PNG), end_image=(name, content))
    await world.work()
    assert refusal(result).startswith(sentence)
    assert (await world.tasks(), world.relay.calls, world.channel.history()) == ([], [], [])


async def test_picture_of_exactly_ten_mebibytes_is_taken(world: World) -> None:
    await world.video(image=("big.png", PNG.ljust(10 * 1024 * 1024)))
    await world.work()
    assert len(paid(world)[0][1]["image_url"]) > 13_000_000


async def test_a_picture_that_discord_does_not_give(world: World) -> None:
    world.env.backend.cdn.store_attachment = _nameless(world)  # type: ignore[method-assign]  # a file nobody can fetch
    result = await world.video(image=("a.png", PNG))
    assert refusal(result) == "a.png could not be read from Discord. Please try again."
    assert await world.tasks() == []


def _nameless(world: World) -> Any:
    store = world.env.backend.cdn.store_attachment

    def stored(*args: Any, **more: Any) -> dict[str, Any]:
        payload = dict(store(*args, **more))
        return {**payload, "url": payload["url"] + "/gone"}

    return stored


async def test_acknowledged_before_the_database_and_the_relay(world: World, tmp_path: Path) -> None:
    """With a database that another program holds, the defer went out all the same, and the user learns why."""
    await world.app.engine.core.store.database.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "darkroom.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    before = len(world.env.http_requests)
    try:
        result = await world.video(image=("a.png", PNG))
    finally:
        other.execute("ROLLBACK")
        other.close()
    first = world.env.http_requests[before]
    assert (first.method, first.path.rpartition("/")[2]) == ("POST", "callback")
    assert first.json is not None and first.json["type"] == 5
    assert said(result).startswith("The bot's database cannot be used right now, so nothing was accepted.")
    assert alone(result)
    assert (await world.tasks(), world.relay.calls, world.channel.history()) == ([], [], [])


async def test_nothing_is_sent_to_the_relay_by_the_command_itself(world: World) -> None:
    result = await world.video()
    assert result.deferred and world.relay.calls == []
    assert bodies(world, "POST", "/callback")[-1]["type"] == 5
    await world.work()
    assert world.relay.count("POST", "/luma/generations") == 1


async def test_too_many_in_line(tmp_path: Path) -> None:
    async with a_world(tmp_path, QUEUED_TASKS_PER_USER="2") as world:
        for _turn in range(2):
            await world.video()
        result = await world.video()
        assert refusal(result) == "You already have 2 requests waiting in line. Wait for some, or cancel one."
        await world.video(world.ben)
        assert sorted(task.user_id for task in await world.tasks()) == [world.ann.id, world.ann.id, world.ben.id]
