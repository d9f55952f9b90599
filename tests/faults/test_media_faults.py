"""The result is made, and then its file, or Discord, stands in the way."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.engine.deliver import NOT_ATTACHED, NOWHERE, TOO_LARGE, UPLOADS
from bot.media import MediaStore
from bot.task import Media, Phase, Task
from bot.text import Text, _
from tests.faults.tools import READERS, Log, actions, assert_card_says, reader_of, waiting
from tests.world import World, a_world

EDIT = "/webhooks/*/messages/*"
GONE = _("The link to the result no longer works (HTTP {status}).", status=404)
PRIVATE = _("The link to the result points into a private network and was not followed.")


def unfetchable(why: Text) -> Text:
    return _("The result was made, but it cannot be fetched: {why} It may have been charged.", why=why)


def too_large(url: str) -> Text:
    """What a card says of a file that did not fit."""
    return _link(TOO_LARGE, url)


def _link(why: Text, url: str) -> Text:
    shown = Text("[{name}]({url})", {"name": _("the result"), "url": url})
    return _("{why} {link} (the link may stop working, save it soon)", why=why, link=shown)


async def finished(world: World, reader: str = "ann", seconds: float = 12) -> Task:
    """A task some time after the relay finished it."""
    await waiting(world, reader)
    await world.pass_time(seconds)
    return await world.task()


@READERS
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("missing", GONE),
        ("html", _("The link to the result leads to a web page instead of a file.")),
        ("redirect?to=/media/missing", GONE),
    ],
)
async def test_a_link_that_leads_nowhere(world: World, log: Log, reader: str, path: str, why: Text) -> None:
    """A fresh link is asked for once; when that leads nowhere too, the card says so."""
    world.relay.media_url = f"{world.relay.url}/media/{path}"
    task = await finished(world, reader)
    assert (task.phase, task.reason, task.fresh) == (Phase.FAILED, unfetchable(why), True)
    assert_card_says(world, task, unfetchable(why))
    assert actions(world, task) == ["retry", "details", "delete"]
    assert len(log.about(event="media not fetched", task=task.id)) == 2
    assert world.relay.count("GET", f"/luma/generations/{task.remote_id}") == 1
    assert len(world.relay.paid()) == 1


async def test_a_link_that_died_is_replaced_by_a_fresh_one(world: World) -> None:
    await world.video(prompt="a fox sim:expired")
    await world.pass_time(15)
    task = await world.task()
    assert (task.phase, task.fresh) == (Phase.DELIVERED, True)
    assert len(world.message(task).attachments) == 1
    assert world.relay.count("GET", f"/luma/generations/{task.remote_id}") == 1


@asynccontextmanager
async def downloading_with(world: World, media: MediaStore) -> AsyncIterator[None]:
    """The real downloader with other settings."""
    core = world.app.engine.core
    usual, core.media = core.media, media
    try:
        yield
    finally:
        await core.media.close()
        core.media = usual


@pytest.mark.parametrize("path", ["cut", "slow"])
async def test_a_file_that_breaks_off_is_tried_for_minutes(world: World, log: Log, path: str) -> None:
    await world.delivered(world.ben)  # the relay needs a second to make its first video
    world.relay.media_url = f"{world.relay.url}/media/{path}"
    async with downloading_with(world, MediaStore(allow_private=True, timeout=0.1)):
        task = await finished(world)
        assert (task.phase, task.attempts) == (Phase.DONE, 1)
        world.relay.media_url = None
        await world.pass_time(300, step=15)
    task = await world.task()
    assert task.phase is Phase.DELIVERED
    assert len(world.message(task).attachments) == 1
    attempts = [entry["attempts"] for entry in log.about(event="media not fetched", task=task.id)]
    assert attempts == [0, 1, 2, 3, 4, 5]
    assert len(world.relay.paid()) == 2


@READERS
async def test_a_file_that_never_comes_is_left_to_the_reader_as_a_link(world: World, reader: str) -> None:
    world.relay.media_url = f"{world.relay.url}/media/cut"
    await waiting(world, reader)
    await world.pass_time(600, step=20)
    task = await world.task()
    assert (task.phase, task.reason, task.fresh) == (Phase.DELIVERED, None, True)
    assert_card_says(world, task, _link(NOT_ATTACHED, world.relay.media_url))
    assert actions(world, task)[:2] == ["open", "again"]


@pytest.mark.parametrize("query", ["", "&chunked=1"], ids=["says its size", "does not say it"])
@READERS
async def test_a_file_of_300_mb_becomes_a_link(world: World, reader: str, query: str) -> None:
    world.relay.media_url = f"{world.relay.url}/media/huge?size={300 * 1024 * 1024}{query}"
    task = await finished(world, reader)
    assert (task.phase, task.reason) == (Phase.DELIVERED, None)
    assert_card_says(world, task, too_large(world.relay.media_url))
    assert actions(world, task)[:2] == ["open", "again"]
    assert world.message(task).attachments == []


# ------------------------------------------------------------------------------------------------ addresses


@pytest.fixture
async def inside() -> Any:
    """A service in the operator's network that nobody from outside may reach, and how often it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"\x89PNG\r\n\x1a\n secret", content_type="image/png")

    app = web.Application()
    app.router.add_get("/{path}", answer)
    async with TestServer(app, host="127.0.0.2") as server:
        yield str(server.make_url("/secret")), asked


Inside = tuple[str, list[str]]


@READERS
@pytest.mark.parametrize(
    "form",
    ["{url}", "http://localhost:{port}/", "http://[::ffff:127.0.0.2]:{port}/", "http://0x7f.2:{port}/"],
)
async def test_a_link_into_a_private_network_is_not_followed(
    tmp_path: Path, inside: Inside, reader: str, form: str
) -> None:
    url, asked = inside
    async with a_world(tmp_path, ALLOW_PRIVATE_MEDIA="false") as world:
        world.relay.media_url = form.format(url=url, port=url.split(":")[2].split("/")[0])
        task = await finished(world, reader)
        assert (task.phase, task.reason) == (Phase.FAILED, unfetchable(PRIVATE))
        assert_card_says(world, task, unfetchable(PRIVATE))
    assert asked == []


async def test_a_redirect_into_a_private_network_is_not_followed(world: World, inside: Inside) -> None:
    """The relay's address counts as public here, so that only the second hop is private."""
    url, asked = inside
    world.relay.media_url = f"{world.relay.url}/media/redirect?to={url}"
    async with downloading_with(world, MediaStore(allow_private=False, public=lambda found: found == "127.0.0.1")):
        task = await finished(world)
    assert world.relay.count("GET", "/media/redirect") == 2
    assert (task.phase, task.reason) == (Phase.FAILED, unfetchable(PRIVATE))
    assert asked == []


# ------------------------------------------------------------------------------------------------ Discord


def when_fetched(world: World, what: Callable[[], object]) -> None:
    """Do something at the moment the file is fetched: what the bot then sends to Discord is the result."""

    async def hook() -> None:
        what()

    hooked: Callable[[], Awaitable[object]] = hook
    world.relay.faults.add(method="GET", path="/media/*", hook=hooked)


@READERS
@pytest.mark.parametrize(("status", "code"), [(413, 40005), (413, 0), (400, 40005), (400, 50045)])
async def test_a_file_that_discord_finds_too_large_becomes_a_link(
    world: World, log: Log, reader: str, status: int, code: int
) -> None:
    when_fetched(world, lambda: world.env.inject_error("PATCH", EDIT, status=status, code=code))
    task = await finished(world, reader)
    assert (task.phase, task.reason) == (Phase.DELIVERED, None)
    assert_card_says(world, task, too_large(task.media[0].url))
    assert world.message(task).attachments == []
    assert len(log.about(event="too large for Discord, linking", task=task.id)) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_result_is_offered_to_discord_until_it_is_taken(world: World, status: int) -> None:
    when_fetched(world, lambda: world.env.inject_error("PATCH", EDIT, status=status, times=8))
    task = await finished(world)
    assert (task.phase, task.attempts) == (Phase.DONE, 1)
    await world.pass_time(1300, step=20)
    task = await world.task()
    assert (task.phase, task.attempts, task.reason) == (Phase.DELIVERED, 0, None)
    assert len(world.message(task).attachments) == 1


async def test_a_discord_that_is_down_for_hours_keeps_the_result_for_later(world: World, log: Log) -> None:
    when_fetched(world, lambda: world.env.inject_error("PATCH", "*", status=503, times=None))
    await finished(world)
    world.env.inject_error("POST", "/users/@me/channels", status=503, times=None)
    await world.pass_time(3600, step=60)
    assert (await world.task()).due_at is not None
    await world.pass_time(3600, step=60)
    task = await world.task()
    assert (task.phase, task.due_at, task.attempts, task.reason) == (Phase.DONE, None, UPLOADS, NOWHERE)
    assert len(log.about(event="delivery given up, the result waits in /tasks")) == 1
    world.env.backend.faults.clear()
    await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(10)
    task = await world.task()
    assert task.phase is Phase.DELIVERED
    assert len(world.message(task).attachments) == 1
    assert len(world.relay.paid()) == 1


@READERS
async def test_a_deleted_card_brings_the_result_as_a_direct_message(world: World, reader: str) -> None:
    who = reader_of(world, reader)
    task = await waiting(world, reader)
    world.env.backend.delete_message(task.place.channel_id, task.place.message_id)
    await world.pass_time(15)
    task = await world.task()
    (message,) = world.direct(who)
    assert (task.phase, task.place.channel_id) == (Phase.DELIVERED, who.user.dm_channel.id)
    assert len(message.attachments) == 1
    assert_card_says(world, task, _("✅ Finished"))


async def test_of_two_files_one_is_too_large(world: World) -> None:
    task = await finished(world, seconds=5)
    small, large = f"{world.relay.url}/media/video/abc-16x9.mp4", f"{world.relay.url}/media/bigvideo?size=120000000"
    two = replace(task, phase=Phase.DONE, media=(Media(large, "video"), Media(small, "video")))
    assert await world.app.engine.core.store.save(two) is not None
    await world.pass_time(10)
    task = await world.task()
    assert task.phase is Phase.DELIVERED
    assert_card_says(world, task, too_large(large))
    assert [file.filename.rsplit("-", 1)[1] for file in world.message(task).attachments] == ["2.mp4"]


async def test_of_two_files_discord_takes_the_smaller(world: World) -> None:
    task = await finished(world, seconds=5)
    small, large = f"{world.relay.url}/media/video/abc-16x9.mp4", f"{world.relay.url}/media/bigvideo?size=900000"
    two = replace(task, phase=Phase.DONE, media=(Media(small, "video"), Media(large, "video")))
    assert await world.app.engine.core.store.save(two) is not None
    when_fetched(world, lambda: world.env.inject_error("PATCH", EDIT, status=413, code=40005))
    await world.pass_time(10)
    task = await world.task()
    assert_card_says(world, task, too_large(large))
    assert len(world.message(task).attachments) == 1


async def test_a_card_says_so_while_its_result_cannot_be_fetched(world: World) -> None:
    world.relay.media_url = f"{world.relay.url}/media/cut"
    await world.video(prompt="a fox behind a bad line")
    await world.pass_time(20)
    task = await world.task()
    assert (task.phase, task.attempts > 0) == (Phase.DONE, True)
    assert_card_says(world, task, _("📦 Finished, fetching the result"))
    world.relay.media_url = None
