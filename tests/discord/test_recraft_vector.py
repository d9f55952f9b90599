"""Vector pictures on the card: the SVG and a preview of it, whatever stands in the way of either."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.task import Phase
from tests.discord.recraft import content, files, gallery, made, picture, recraft
from tests.world import World


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Recraft."""
    async with gallery(tmp_path) as found:
        yield found


async def test_a_vector_picture_is_attached_with_a_preview(studio: World) -> None:
    task = await made(studio, "image", style="vector_illustration", substyle="line_art")
    assert files(studio, task) == ["a-fox.svg", "preview.png"]
    assert (await content(studio, task)).startswith(b"<svg")
    assert (await content(studio, task, 1)).startswith(b"\x89PNG")
    assert "http" not in studio.text(task)


async def test_six_vector_pictures_go_before_their_previews(studio: World) -> None:
    task = await made(studio, "image", style="vector_illustration", n=6)
    kinds = [name.rpartition(".")[2] for name in files(studio, task)]
    assert kinds == ["svg"] * 6 + ["png"] * 4
    assert "Could not be attached" not in studio.text(task) and "Open" not in studio.labels(task)


async def test_without_the_means_for_a_preview_the_svg_comes_alone(studio: World) -> None:
    studio.app.engine.core.workshop.available = False
    task = await made(studio, "image", style="vector_illustration")
    assert (task.phase, files(studio, task)) == (Phase.DELIVERED, ["a-fox.svg"])
    assert studio.text(task).endswith("✅ Finished · 0 s")


async def test_a_vector_picture_that_is_none_comes_as_it_is(studio: World) -> None:
    link = f"{studio.relay.url}/media/image/5ebbe2a2-1x1.png"
    studio.relay.faults.add(method="POST", path="/recraft/*", status=200, body={"data": [{"url": link}]})
    task = await made(studio, "image", style="vector_illustration")
    assert (task.phase, files(studio, task)) == (Phase.DELIVERED, ["a-fox.png"])
    assert "damaged" not in studio.text(task)


@pytest.mark.parametrize(("refusals", "left"), [(1, ["preview.png"]), (2, [])])
async def test_what_discord_does_not_take_is_linked_once(studio: World, refusals: int, left: list[str]) -> None:
    """The preview has no link of its own, and does not take that of its SVG away."""
    await recraft(studio, "vectorize", image=("fox.png", picture()))
    studio.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=refusals)
    await studio.work()
    task = await studio.task()
    assert (task.phase, files(studio, task)) == (Phase.DELIVERED, left)
    assert studio.text(task).count("Too large for Discord: [the result](") == 1
    assert studio.labels(task)[0] == "Open"


async def test_a_large_vector_picture_in_the_answer(studio: World) -> None:
    """It is kept in the store, and its preview is made from there."""
    head = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><!--'
    svg = head + b"x" * 200_000 + b'--><rect width="9" height="9" fill="blue"/></svg>'
    packed = base64.b64encode(svg).decode()
    studio.relay.faults.add(method="POST", path="/recraft/*", status=200, body={"data": [{"b64_json": packed}]})
    task = await made(studio, "image", style="vector_illustration")
    assert {media.url.partition(":")[0] for media in task.media} == {"input"}
    assert files(studio, task) == ["a-fox.svg", "preview.png"]
    assert await content(studio, task) == svg
