"""Files that are made on the way to Discord: films, smaller renditions, and what stands in their way."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import av
import pytest

from bot.engine.deliver import LINK_IT, NOT_ATTACHED, SHRUNK, TOO_LARGE
from bot.engine.files import SHRUNK_FROM
from bot.task import Media, Phase, Task
from bot.text import Text, _
from bot.workshop import DAMAGED, MISSING, TOO_SLOW, Workshop
from tests.discord.songs import TUNE
from tests.faults.tools import READERS, assert_card_says, waiting
from tests.world import World

MIB = 1024 * 1024
HANGING = (sys.executable, "-c", "import signal; signal.pause()")
CRASHING = (sys.executable, "-c", "import os; os.abort()")
LYING = (sys.executable, "-c", 'print(\'{"problem": "", "why": ""}\')')
GONE = _("The link to the result no longer works (HTTP {status}).", status=404)


def at(world: World, path: str) -> str:
    """A file of the relay."""
    return f"{world.relay.url}/media/{path}"


def song(world: World, picture: str = "", **changes: Any) -> Media:
    """A film that is to be made of a song of one second."""
    cover = at(world, picture) if picture else ""
    return replace(Media(at(world, f"sound/song/{TUNE}.mp3"), "video", picture=cover, recipe="film"), **changes)


def video(world: World, size: int) -> Media:
    """A short video in so many bytes."""
    return Media(at(world, f"bigvideo?size={size}"), "video")


async def delivered(world: World, *media: Media, reader: str = "ann", seconds: float = 10) -> Task:
    """A task that came to ``media``, some time later."""
    await waiting(world, reader)
    await world.pass_time(5)
    task = replace(await world.task(), phase=Phase.DONE, media=media, due_at=world.clock.now)
    assert await world.app.engine.core.store.save(task) is not None
    await world.pass_time(seconds)
    return await world.task()


def linked(why: Text, media: Media) -> Text:
    """What a card says of a file behind a link."""
    shown = Text("[{name}]({url})", {"name": _("the result"), "url": media.url})
    return _("{why} {link} (the link may stop working, save it soon)", why=why, link=shown)


async def streams(world: World, task: Task) -> list[str]:
    """What is in the only file on a card, which is named like a video."""
    (file,) = world.message(task).attachments
    assert file.filename.endswith(".mp4")
    with av.open(io.BytesIO(await file.read()), "r") as opened:
        return sorted(stream.type for stream in opened.streams)


@asynccontextmanager
async def working_with(world: World, workshop: Workshop) -> AsyncIterator[None]:
    """Another workshop."""
    core = world.app.engine.core
    usual, core.workshop = core.workshop, workshop
    try:
        yield
    finally:
        await workshop.close()
        core.workshop = usual


async def nothing_more(world: World, task: Task) -> None:
    """It is over: nothing is fetched or tried again."""
    fetched = world.relay.count("GET", "/media/")
    await world.pass_time(3600, step=300)
    assert (await world.task(), world.relay.count("GET", "/media/")) == (task, fetched)


# ------------------------------------------------------------------------------------------------ films


@pytest.mark.parametrize(
    "picture", ["", "image/a1-1x1.png", "missing", "html", "cut", "huge?size=300000000", f"sound/song/{TUNE}.mp3"]
)
async def test_a_film_with_its_cover_or_without(world: World, picture: str) -> None:
    """A cover that cannot be had, or that is none, is no reason to do without the film."""
    task = await delivered(world, song(world, picture))
    assert (task.phase, task.fresh) == (Phase.DELIVERED, False)
    assert await streams(world, task) == ["audio", "video"]


@READERS
async def test_a_film_whose_song_is_gone(world: World, reader: str) -> None:
    task = await delivered(world, song(world, "image/a1-1x1.png", url=at(world, "missing")), reader=reader)
    why = _("The result was made, but it cannot be fetched: {why} It may have been charged.", why=GONE)
    assert (task.phase, task.reason) == (Phase.FAILED, why)
    assert_card_says(world, task, why)
    await nothing_more(world, task)


async def test_a_film_that_is_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    film = song(world)
    monkeypatch.setattr(world.app.messenger, "limit", lambda _task: 2000)
    task = await delivered(world, film)
    assert task.phase is Phase.DELIVERED and world.message(task).attachments == []
    assert_card_says(world, task, linked(TOO_LARGE, film))


@READERS
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"needs": ("no_such_package",)}, MISSING),
        ({"worker": CRASHING}, DAMAGED),
        ({"worker": LYING}, DAMAGED),
        ({"worker": HANGING, "limit": 0.3}, TOO_SLOW),
    ],
    ids=["missing", "crash", "no file", "too slow"],
)
async def test_a_film_that_cannot_be_made_is_a_link(
    world: World, reader: str, options: dict[str, Any], why: Text
) -> None:
    film = song(world)
    async with working_with(world, Workshop(**options)):
        task = await delivered(world, film, reader=reader)
        assert (task.phase, task.attempts) == (Phase.DELIVERED, 0)
        assert_card_says(world, task, linked(why, film))
        assert world.message(task).attachments == []
        await nothing_more(world, task)


async def test_a_film_of_something_that_is_no_sound(world: World) -> None:
    film = song(world, url=at(world, "image/a1-1x1.png"))
    task = await delivered(world, film)
    assert_card_says(world, task, linked(DAMAGED, film))


# ------------------------------------------------------------------------------------------------ smaller ones


async def test_a_smaller_rendition(world: World) -> None:
    large = video(world, 12 * MIB)
    task = await delivered(world, large)
    assert_card_says(world, task, linked(SHRUNK, large))
    assert "video" in await streams(world, task)
    assert 0 < world.message(task).attachments[0].size <= task.place.token_limit
    assert world.relay.count("GET", "/media/bigvideo") == 2


@pytest.mark.parametrize(
    "options",
    [{"needs": ("no_such_package",)}, {"worker": CRASHING}, {"worker": LYING}, {"worker": HANGING, "limit": 0.3}],
    ids=["missing", "crash", "no file", "too slow"],
)
async def test_a_video_that_cannot_be_made_smaller_is_a_link(world: World, options: dict[str, Any]) -> None:
    large = video(world, 12 * MIB)
    async with working_with(world, Workshop(**options)):
        task = await delivered(world, large)
        assert (task.phase, task.fresh, task.attempts) == (Phase.DELIVERED, False, 0)
        assert_card_says(world, task, linked(TOO_LARGE, large))
        assert world.message(task).attachments == []
        assert world.relay.count("GET", "/media/bigvideo") == (1 if "needs" in options else 2)
        await nothing_more(world, task)


async def test_nobody_waits_for_somebody_else_s_rendition(world: World) -> None:
    """While another is made a link has to do; what can be made in no other way waits for its turn."""
    large = video(world, 12 * MIB)
    workshop = Workshop(worker=HANGING)
    async with working_with(world, workshop):
        other = asyncio.create_task(workshop.make("film", [], world.folder / "other.mp4"))
        await asyncio.sleep(0)
        assert workshop.busy
        task = await delivered(world, large)
        assert_card_says(world, task, linked(TOO_LARGE, large))
        assert world.relay.count("GET", "/media/bigvideo") == 1
        await workshop.close()
        await asyncio.gather(other, return_exceptions=True)
        assert not workshop.busy


@pytest.mark.parametrize(
    ("size", "kind"),
    [(SHRUNK_FROM + 1, "video"), (12 * MIB, "image"), (12 * MIB, "audio"), (12 * MIB, "file")],
    ids=["too large a video", "image", "audio", "file"],
)
async def test_what_is_not_made_smaller(world: World, size: int, kind: str) -> None:
    large = replace(video(world, size), kind=kind)
    task = await delivered(world, large)
    assert_card_says(world, task, linked(TOO_LARGE, large))
    assert world.relay.count("GET", "/media/bigvideo") == 1


async def test_a_rendition_that_discord_finds_too_large_still(world: World) -> None:
    """One link, not two of the same."""
    large = video(world, 12 * MIB)

    async def refuse() -> None:
        world.env.inject_error("PATCH", "/webhooks/*/messages/*", status=413, code=40005)

    world.relay.faults.add(method="GET", path="/media/bigvideo")  # the first, which finds it too large
    world.relay.faults.add(method="GET", path="/media/bigvideo", hook=refuse)
    task = await delivered(world, large)
    assert_card_says(world, task, linked(TOO_LARGE, large))
    assert world.text(task).count(large.url) == 1
    assert world.message(task).attachments == []


# ------------------------------------------------------------------------------------------------ one of several


@READERS
async def test_a_dead_file_beside_one_that_lives(world: World, reader: str) -> None:
    """What can be had is delivered, and the other's link says why it leads nowhere."""
    dead, good = Media(at(world, "missing"), "video"), Media(at(world, "video/abc-16x9.mp4"), "video")
    task = await delivered(world, dead, good, reader=reader)
    assert (task.phase, task.fresh, task.data.get(LINK_IT)) == (Phase.DELIVERED, True, None)
    assert_card_says(world, task, linked(GONE, dead))
    assert [file.filename.rpartition("-")[2] for file in world.message(task).attachments] == ["2.mp4"]
    await nothing_more(world, task)


async def test_a_file_that_never_comes_beside_one_that_does(world: World) -> None:
    """In the end the one is attached and the other linked: perhaps its link works for the reader."""
    world.relay.faults.add(path="/media/video/*", times=None, status=503)
    stuck, good = Media(at(world, "video/abc-16x9.mp4"), "video"), Media(at(world, "image/a1-1x1.png"), "image")
    task = await delivered(world, stuck, good, seconds=3600)
    assert (task.phase, task.fresh) == (Phase.DELIVERED, True)
    assert_card_says(world, task, linked(NOT_ATTACHED, task.media[0]))
    assert [file.filename.rpartition("-")[2] for file in world.message(task).attachments] == ["2.png"]
    await nothing_more(world, task)


async def test_several_dead_files(world: World) -> None:
    media = [Media(at(world, f"missing?{number}"), "video") for number in range(2)]
    task = await delivered(world, *media)
    assert task.phase is Phase.FAILED
    await nothing_more(world, task)
