"""/openai video and remix: asked about until finished, downloaded with the relay's key where that is needed."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.demo.simulator.core import BANNED_REASON
from bot.demo.simulator.faults import HTML_PAGE
from bot.demo.simulator.openai_rules import OWN
from bot.demo.simulator.openai_videos import OpenAIVideos
from bot.providers.openai.mistakes import GONE
from bot.task import Phase, Task
from tests.discord.kit import here, one_film, refusal
from tests.discord.openai import ELSE, FILE, FREE, files, form, forms, made, openai, sent, workroom
from tests.world import World

WORDS = "a paper boat"
BODY = {"model": "sora-2", "prompt": WORDS}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with OpenAI, where every video with a link is the same one."""
    async with workroom(tmp_path) as found:
        one_film(found)
        yield found


async def film(world: World, **options: Any) -> Task:
    """A video that had its time."""
    return await made(world, "video", 40, **{"prompt": WORDS, **options})


def questions(world: World) -> list[str]:
    """The paths of everything but media that was asked for, without the ids."""
    asked = [call.path for call in world.relay.calls if call.method == "GET" and not call.path.startswith("/media/")]
    return list(dict.fromkeys("/".join(part for part in path.split("/") if "video_" not in part) for path in asked))


# ------------------------------------------------------------------------------------------------ create, ask


SWITCHES: list[dict[str, Any]] = [
    {},
    {"docs": True, "created": 201, "percent_text": True, "link": "url"},
    {"link": "video_url"},
    {"link": "text"},
    {"envelope": True},
]


async def test_a_video(world: World) -> None:
    for switches in SWITCHES:
        for name, value in switches.items():
            setattr(world.relay.openai, name, value)
        await openai(world, "video", prompt=WORDS, seconds="8 s", size="1280x720")
        await world.pass_time(10)
        assert "Being made" in world.text(await world.task())
        await world.pass_time(30)
        task = await world.task()
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert [name for name, _content in await files(world, task)] == [f"a-paper-boat-{task.id[:4]}.mp4"]
        assert world.card(task).title == "🌀 OpenAI · video"
        assert world.labels(task)[:2] == ["Again", "Remix"]
    assert [got.fields for got in forms(world, OpenAIVideos)] == [{**BODY, "seconds": "8", "size": "1280x720"}] * 5
    assert questions(world) == ["/v1/videos"]


async def test_a_video_asked_for_as_json(tmp_path: Path) -> None:
    async with workroom(tmp_path, OPENAI_VIDEO_FORM="json") as world:
        one_film(world)
        task = await film(world, model="sora-2-pro", seconds="12", size="1792x1024")
        body = {"model": "sora-2-pro", "prompt": WORDS, "seconds": "12", "size": "1792x1024"}
        assert sent(world) == [("videos", body)] and task.phase is Phase.DELIVERED


@pytest.mark.parametrize("options", [{}, {"link": "elsewhere"}], ids=["relay", "redirect"])
async def test_a_video_without_a_link_is_downloaded_with_the_key(world: World, options: dict[str, str]) -> None:
    world.relay.openai.link = options.get("link", "content")  # type: ignore[assignment]
    task = await film(world)
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert task.media[0].url == f"relay:/v1/videos/{task.remote_id}/content"
    ((name, content),) = await files(world, task)
    assert name.endswith(".mp4") and content[4:8] == b"ftyp"
    (asked,) = [call for call in world.relay.calls if call.path.endswith("/content")]
    assert asked.headers["Authorization"] == "Bearer sk-good"
    media = [call for call in world.relay.calls if call.path.startswith("/media/")]
    assert all("Authorization" not in call.headers for call in media) and len(media) == ("link" in options)
    assert "relay:" not in world.text(task)


async def test_a_large_one_is_made_smaller_and_nobody_is_sent_to_the_relay(world: World) -> None:
    world.relay.openai.link = "content"
    task = await film(world, prompt="a boat sim:big")
    assert task.phase is Phase.DELIVERED, world.text(task)
    ((_name, content),) = await files(world, task)
    assert len(content) < 10 * 2**20
    assert "Open" not in world.labels(task) and "relay:" not in world.text(task)


FAILED: list[tuple[int, Any]] = [(400, None), (404, None), (500, None), (200, HTML_PAGE), (200, {"status": "not yet"})]


async def test_a_download_that_fails_is_tried_again(world: World) -> None:
    world.relay.openai.link = "content"
    for status, body in FAILED:
        world.relay.faults.add(path="/v1/videos/*/content", status=status, body=body)
        task = await film(world)
        await world.pass_time(20)
        assert (await world.task()).phase is Phase.DELIVERED, (status, body)
        assert world.relay.count("GET", f"/v1/videos/{task.remote_id}/content") == 2


async def test_a_download_that_is_gone_for_good(world: World) -> None:
    world.relay.openai.link = "content"
    world.relay.faults.add(path="/v1/videos/*/content", status=404, times=None)
    task = await film(world)
    assert task.phase is Phase.FAILED
    assert "The result was made, but it cannot be fetched" in world.text(task)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [("a boat sim:fail", "The model could not finish this generation"), ("sim:banned", BANNED_REASON)],
)
async def test_a_video_that_fails(world: World, prompt: str, sentence: str) -> None:
    task = await film(world, prompt=prompt)
    assert task.phase is Phase.FAILED and sentence in world.text(task)


NOT_ASKED_FOR: list[Any] = [
    ({"prompt": " "}, "“prompt” is empty."),
    ({"seconds": "5"}, "sora-2 knows no `seconds` 5, only: 4, 8, 12."),
    ({"seconds": "long"}, "`seconds` must be a whole number, such as 8."),
    ({"size": "1792x1024"}, "sora-2 knows no `size` 1792x1024, only: 720x1280, 1280x720."),
    ({"size": "720p", "model": "sora-2-pro"},
     "sora-2-pro knows no `size` 720p, only: 720x1280, 1280x720, 1024x1792, 1792x1024."),
    ({"image": ("a.txt", b"a boat")}, "a.txt is not a picture. PNG, JPEG, WebP and GIF can be used."),
]  # fmt: skip


async def test_what_cannot_be_asked_for(world: World) -> None:
    for options, sentence in NOT_ASKED_FOR:
        assert refusal(await openai(world, "video", **{"prompt": WORDS, **options})) == sentence
    assert await world.tasks() == [] and world.relay.calls == []


async def test_an_unknown_model(world: World) -> None:
    task = await film(world, model="zoetrope")
    sentence = "The relay has no model “zoetrope”, or nobody who offers it. Choose another with `model`."
    assert f"{sentence} {FREE}" in world.text(task)


async def test_a_model_that_only_the_relay_knows(world: World) -> None:
    world.relay.openai.models = (*OWN, "site-film")
    task = await film(world, model="site-film", seconds="5", image=FILE)
    got = form(world, OpenAIVideos)
    assert got.fields == {"model": "site-film", "prompt": WORDS, "seconds": "5"}
    assert got.files("input_reference")[0].data == FILE[1] and task.phase is Phase.DELIVERED


async def test_choices_follow_the_model(world: World) -> None:
    async def offered(option: str, **chosen: Any) -> list[str]:
        found = await world.ann.autocomplete(world.channel, "openai video", option, "", **chosen)
        return [choice["value"] for choice in found]

    assert await offered("size") == ["720x1280", "1280x720"]
    assert await offered("size", model="sora-2-pro") == ["720x1280", "1280x720", "1024x1792", "1792x1024"]
    assert (await offered("seconds"), await offered("seconds", model="else")) == (["4", "8", "12"], [])
    assert (await offered("model"))[:2] == ["sora-2", "sora-2-pro"]


# ------------------------------------------------------------------------------------------------ from a picture


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, (1280, 720)),
        ({"size": "720x1280"}, (720, 1280)),
        ({"model": "sora-2-pro", "size": "1792x1024"}, (1792, 1024)),
    ],
)
async def test_a_picture_is_cut_to_the_size_of_the_video(
    world: World, options: dict[str, str], size: tuple[int, int]
) -> None:
    task = await film(world, image=FILE, **options)
    got = form(world, OpenAIVideos)
    assert got.fields == {**BODY, **options, "size": "{}x{}".format(*size)}
    (part,) = got.files("input_reference")
    found = Image.open(io.BytesIO(part.data))
    assert (part.filename, found.format, found.size) == ("input_reference.png", "PNG", size)
    assert task.phase is Phase.DELIVERED, world.text(task)


async def test_a_picture_of_the_right_size_stays_as_it_is(world: World) -> None:
    out = io.BytesIO()
    Image.new("RGB", (720, 1280), "green").save(out, "JPEG")
    await film(world, image=("tall.jpg", out.getvalue()))
    (part,) = form(world, OpenAIVideos).files("input_reference")
    assert part.data == out.getvalue() and form(world, OpenAIVideos).text("size") == "720x1280"


async def test_any_picture_is_animated(world: World) -> None:
    shown = await made(world, "edit", image=ELSE, prompt="blue")
    window = await world.ann.click(world.message(shown), custom_id=f"v1:picture:{shown.id}:video")
    if window.modal is None:
        window = await world.ann.select(here(window), values=["openai-video"])
    await world.ann.submit_modal(window, {"prompt": WORDS})
    await world.pass_time(40)
    (part,) = form(world, OpenAIVideos).files("input_reference")
    assert Image.open(io.BytesIO(part.data)).size == (720, 1280)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_video_asks_openai(tmp_path: Path) -> None:
    async with workroom(tmp_path, VIDEO_WITH="openai") as world:
        one_film(world)
        await world.ann.slash(world.channel, "video", prompt=WORDS, image=FILE)
        await world.pass_time(40)
        assert form(world, OpenAIVideos).text("size") == "1280x720"
        assert (await world.task()).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ remix


async def test_a_remix_by_its_button_and_another_by_the_command(world: World) -> None:
    first = await film(world)
    window = await world.press(first, "openai-remix")
    await world.ann.submit_modal(window, {"prompt": "at night"})
    await world.pass_time(40)
    second = await world.task()
    assert sent(world)[1] == (f"videos/{first.remote_id}/remix", {"prompt": "at night"})
    assert (second.action, second.phase, second.parent_id) == ("remix", Phase.DELIVERED, first.id)
    assert world.card(second).title == "🌀 OpenAI · remixed video" and world.labels(second)[:2] == ["Again", "Remix"]
    await made(world, "image", prompt=WORDS)
    choices = await world.ann.autocomplete(world.channel, "openai remix", "video", "")
    assert [choice["value"] for choice in choices] == [second.id, first.id]
    third = await made(world, "remix", 40, video=second.id, prompt="in the rain")
    assert sent(world)[-1] == (f"videos/{second.remote_id}/remix", {"prompt": "in the rain"})
    assert third.phase is Phase.DELIVERED


async def test_what_cannot_be_remixed(world: World) -> None:
    picture = await made(world, "image", prompt=WORDS)
    assert refusal(await openai(world, "remix", video=picture.id, prompt="at night")) == "That task is no video."
    assert refusal(await openai(world, "remix", video="nobody", prompt="at night")) == "There is no task “nobody”."
    task = await film(world)
    stranger = await openai(world, "remix", world.ben, video=task.id, prompt="at night")
    assert refusal(stranger) == "Only the one who asked for this can do that."
    assert refusal(await openai(world, "remix", video=task.id, prompt=" ")) == "“prompt” is empty."
    world.relay.jobs.clear()
    gone = await made(world, "remix", video=task.id, prompt="at night")
    assert f"{GONE} {FREE}" in world.text(gone)


async def test_a_relay_that_does_not_remix(world: World) -> None:
    first = await film(world)
    world.relay.openai.remixes = False
    task = await made(world, "remix", video=first.id, prompt="at night")
    assert f"This relay does not offer that feature. {FREE}" in world.text(task)
