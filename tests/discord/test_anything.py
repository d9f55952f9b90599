"""/video, /image and /song: whoever makes it, with and without a picture, and who is offered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult

from bot.engine.cadence import Typical
from bot.engine.core import submission_of
from bot.errors import Problem
from bot.provider import CATALOGUE
from bot.task import Phase, Task
from bot.ui.makers import Maker, Result, makers, register_maker
from tests.discord.flux import picture
from tests.discord.kit import one_film, refusal
from tests.discord.songs import one_tune
from tests.world import World, a_world

ALL = "luma,flux,recraft,ideogram,midjourney,suno,udio,pika"
FOX = ("fox.png", picture(320, 400))
DAY = 86400.0


@asynccontextmanager
async def studio(folder: Path, providers: str = ALL, **settings: Any) -> AsyncIterator[World]:
    """The world with those providers."""
    async with a_world(folder, PROVIDERS=providers, **settings) as found:
        yield found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A bot with providers of every kind."""
    async with studio(tmp_path) as found:
        yield found


async def ask(world: World, of: Result, by: str = "", *, picture: bool = False, **options: Any) -> InteractionResult:
    """One of the three commands."""
    given = {"prompt": "a fox", **({"image": FOX} if picture else {}), **({"with": by} if by else {}), **options}
    return await world.ann.slash(world.channel, of, **given)


async def made(world: World, of: Result, **options: Any) -> Task:
    """What it came to."""
    await ask(world, of, **options)
    await world.pass_time(60)
    world.clock.now += 1
    return await world.task()


async def offered(world: World, of: Result, typed: str = "") -> dict[str, str]:
    """Who is offered: value to name, in order."""
    found = await world.ann.autocomplete(world.channel, of, "with", typed)
    return {choice["value"]: choice["name"] for choice in found}


# ------------------------------------------------------------------------------------------------ every maker


@pytest.mark.parametrize(
    ("of", "maker", "picture", "path", "field"),
    [
        ("video", "luma", False, "/luma/generations", ""),
        ("video", "luma", True, "/luma/generations", "image_url"),
        ("video", "pika", False, "/pika/generate", ""),
        ("video", "pika", True, "/pika/generate", "image"),
        ("video", "midjourney", True, "/mj/submit/video", "image"),
        ("image", "flux", False, "/flux/v1/flux-pro-1.1", ""),
        ("image", "flux", True, "/flux/v1/flux-kontext-pro", "input_image"),
        ("image", "recraft", False, "/recraft/v1/images/generations", ""),
        ("image", "recraft", True, "/recraft/v1/images/imageToImage", "image"),
        ("image", "ideogram", False, "/ideogram/generate", ""),
        ("image", "ideogram", True, "/ideogram/remix", "image"),
        ("image", "midjourney", False, "/mj/submit/imagine", ""),
        ("image", "midjourney", True, "/mj/submit/edits", "image"),
        ("song", "suno", False, "/suno/submit/music", ""),
        ("song", "udio", False, "/udio/generate-proxy", ""),
    ],
)
async def test_every_maker(world: World, of: Result, maker: str, picture: bool, path: str, field: str) -> None:
    if of == "video":
        one_film(world)
    if of == "song":
        one_tune(world)
    task = await made(world, of, picture=picture, by=maker)
    assert (task.provider, task.phase) == (maker, Phase.DELIVERED), world.text(task)
    (first, *_more) = [call for call in world.relay.calls if call.method == "POST" and call.status in {200, 201}]
    assert first.path == path
    assert [name for name, _stored in submission_of(task).inputs_by_field()] == [field] * picture
    assert "a fox" in world.text(task) and len(world.relay.paid()) == 1


@pytest.mark.parametrize("of", ["video", "image", "song"])
async def test_whoever_makes_it_can_be_asked(tmp_path: Path, of: Result) -> None:
    async with a_world(tmp_path) as world:
        found = makers(world.app.client, of)
        assert found
        for maker in found:
            assert CATALOGUE[maker.name, maker.kind.action] is maker.kind
            for picture in (False, True):
                try:
                    submission, field = maker.make("a fox", picture)
                except Problem:  # it needs a picture
                    assert not picture
                    continue
                assert submission.provider is maker.kind.provider
                assert not field or (field in type(submission).model_fields and submission.takes(field) == "picture")
                assert "a fox" in submission.caption


async def test_videos_of_midjourney_need_a_picture(world: World) -> None:
    result = await ask(world, "video", by="midjourney")
    assert refusal(result) == "A video of Midjourney's begins with a picture: give `image`."
    assert world.relay.calls == []


async def test_a_song_of_many_words(world: World) -> None:
    result = await ask(world, "song", prompt="la " * 70, by="suno")
    assert refusal(result) == "Suno takes at most 200 characters here, not 210: use `/suno write` for more."
    assert world.relay.calls == []


# ------------------------------------------------------------------------------------------------ who makes it


async def test_if_nobody_is_named_it_goes_by_title(world: World) -> None:
    assert list(await offered(world, "video")) == ["luma", "midjourney", "pika"]
    assert list(await offered(world, "image")) == ["flux", "ideogram", "midjourney", "recraft"]
    assert list(await offered(world, "song")) == ["suno", "udio"]
    one_film(world)
    assert (await made(world, "video")).provider == "luma"


async def test_the_operator_s_order(tmp_path: Path) -> None:
    order = {"VIDEO_WITH": "pika,luma", "IMAGE_WITH": "ideogram,recraft", "SONG_WITH": "udio"}
    async with studio(tmp_path, ALL.replace("ideogram,", ""), **order) as world:
        assert list(await offered(world, "video")) == ["pika", "luma", "midjourney"]
        assert list(await offered(world, "image")) == ["recraft", "flux", "midjourney"]
        assert list(await offered(world, "song")) == ["udio", "suno"]
        one_film(world)
        assert (await made(world, "video")).provider == "pika"
        assert (await made(world, "video", by="luma")).provider == "luma"


@pytest.mark.parametrize("name", ["Recraft", " recraft ", "RECRAFT"])
async def test_a_name_as_somebody_types_it(world: World, name: str) -> None:
    assert (await made(world, "image", by=name)).provider == "recraft"


async def test_a_name_that_nobody_has(world: World) -> None:
    videos, songs = await ask(world, "video", by="recraft"), await ask(world, "song", by="recraft")
    assert refusal(videos) == "“recraft” cannot make that here. These can: Luma, Midjourney, Pika."
    assert refusal(songs) == "“recraft” cannot make that here. These can: Suno, Udio."
    assert world.relay.calls == [] and await world.tasks() == []


async def test_nobody_is_offered(tmp_path: Path) -> None:
    async with studio(tmp_path, "luma") as world:
        assert await offered(world, "image") == await offered(world, "song") == {}
        assert refusal(await ask(world, "image")) == "No provider of this bot can make that."
        assert refusal(await ask(world, "song", by="luma")) == "No provider of this bot can make that."


async def test_what_the_relay_lacks_is_left_out(world: World) -> None:
    one_film(world)
    world.relay.luma.offered = False
    assert (await made(world, "video")).phase is Phase.FAILED
    assert list(await offered(world, "video")) == ["midjourney", "pika"]
    sentence = refusal(await ask(world, "video", by="luma"))
    assert sentence == "“luma” cannot make that here. These can: Midjourney, Pika."
    world.clock.now += DAY
    assert list(await offered(world, "video")) == ["luma", "midjourney", "pika"]


async def test_only_what_can_be_had_here_is_offered(tmp_path: Path) -> None:
    async with studio(tmp_path, "pika,suno") as world:
        assert list(await offered(world, "video")) == ["pika"]
        assert list(await offered(world, "song")) == ["suno"]


async def test_a_picture_that_is_not_taken(world: World) -> None:
    (flux, *_others) = makers(world.app.client, "image")
    register_maker(Maker("image", flux.kind, lambda prompt, _picture: flux.make(prompt, False)))
    sentence = refusal(await ask(world, "image", picture=True, by="flux"))
    assert sentence == "Flux cannot begin with a picture here. Choose another with `with`."
    assert world.relay.calls == [] and await world.tasks() == []


async def test_a_file_that_is_no_picture(world: World) -> None:
    sentence = refusal(await ask(world, "image", image=("fox.png", b"words")))
    assert sentence == "fox.png is not a picture. PNG, JPEG, WebP and GIF can be used."
    assert world.relay.calls == []


# ------------------------------------------------------------------------------------------------ how long it takes


async def test_how_long_it_usually_takes(world: World) -> None:
    one_film(world)
    for _time in range(3):
        await made(world, "video", by="luma")
    await world.app.engine.core.learn()
    assert await offered(world, "video") == {
        "luma": "🎬 Luma · usually 10 s", "midjourney": "⛵ Midjourney", "pika": "🐇 Pika"
    }  # fmt: skip


async def test_nothing_is_said_of_a_wait_that_nobody_knows(world: World) -> None:
    assert await offered(world, "image", "IDEO") == {"ideogram": "🔤 Ideogram"}
    assert await offered(world, "image", "nothing") == {}


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89.4, "89 s"), (91, "2 min"), (180, "3 min"), (3601, "60 min")]
)
async def test_seconds_and_minutes(world: World, seconds: float, words: str) -> None:
    world.app.engine.core.usual["udio", "song"] = Typical(seconds / 2, seconds)
    assert await offered(world, "song", "udio") == {"udio": f"🎶 Udio · usually {words}"}
