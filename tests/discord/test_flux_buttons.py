"""Flux: the buttons of a finished picture, and OpenAI's form."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase, Task
from tests.discord.flux import (
    ELSE,
    FOX,
    OTHER,
    WORDS,
    flux,
    forms,
    made,
    picture,
    pixels,
    raw,
    sent,
    serve_attachments,
    studio,
    switches,
)
from tests.discord.kit import STRANGER, refusal
from tests.world import World

OPENAI = {
    "FLUX_OPENAI_MODELS": "flux-schnell,flux-kontext-pro",
    "FLUX_MODELS": "flux-schnell,flux-kontext-pro,flux-dev",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Flux."""
    async with studio(tmp_path) as found:
        yield found


@pytest.fixture
async def openai(tmp_path: Path) -> AsyncIterator[World]:
    """The world where two models are asked for in OpenAI's form."""
    async with studio(tmp_path, **OPENAI) as found:
        yield found


async def on_the_card(world: World, task: Task) -> bytes:
    """The picture on a card."""
    (file,) = world.message(task).attachments
    return await file.read()


async def change(world: World, task: Task, prompt: str = "at night") -> Task:
    """What the button and its form come to."""
    form = await world.press(task, "flux-edit")
    assert form.modal is not None and form.modal["title"] == "Edit this picture"
    await world.ann.submit_modal(form, {"prompt": prompt})
    await world.pass_time(30)
    world.clock.now += 1
    return await world.task()


# ------------------------------------------------------------------------------------------------ Edit and Vary


@pytest.mark.parametrize("later", [0, 3600])
async def test_edit(world: World, later: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when the provider's link has ended long ago: the picture is taken from the card."""
    serve_attachments(world, monkeypatch)
    first = await made(world, "image", width=320, height=256)
    content = await on_the_card(world, first)
    world.clock.now += later
    task = await change(world, first)
    assert sent(world)[1] == ("flux-kontext-pro", {"prompt": "at night", "input_image": raw(content)})
    assert (task.phase, task.parent_id, task.action) == (Phase.DELIVERED, first.id, "edit")
    assert await pixels(world, task) == ("PNG", (1152, 928))
    await world.press(task, "again")
    await world.pass_time(30)
    assert sent(world)[2] == sent(world)[1]


async def test_edit_by_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with studio(tmp_path, FLUX_IMAGES="url") as world:
        serve_attachments(world, monkeypatch)
        first = await made(world, "image", width=320, height=256)
        await change(world, first)
        (file,) = world.message(first).attachments
        assert sent(world)[1][1]["input_image"] == file.url


async def test_edit_while_the_provider_still_has_it(world: World) -> None:
    first = await made(world, "image", width=320, height=256)
    content = await on_the_card(world, first)
    await change(world, first)
    assert sent(world)[1][1]["input_image"] == raw(content)


async def test_vary(world: World) -> None:
    first = await made(world, "image", width=320, height=256)
    content = await on_the_card(world, first)
    await world.press(first, "flux-vary")
    await world.pass_time(30)
    assert sent(world)[1] == ("flux-pro-1.1", {"prompt": WORDS, "image_prompt": raw(content)})
    task = await world.task()
    assert (task.phase, task.parent_id) == (Phase.DELIVERED, first.id)


async def test_vary_what_had_no_prompt(world: World) -> None:
    first = await made(world, "expand")
    await world.press(first, "flux-vary")
    await world.pass_time(30)
    assert set(sent(world)[1][1]) == {"image_prompt"}


@pytest.mark.parametrize("action", ["flux-edit", "flux-vary"])
async def test_somebody_elses_picture(world: World, action: str) -> None:
    task = await made(world, "image")
    assert refusal(await world.press(task, action, world.ben)) == STRANGER
    assert len(sent(world)) == 1


async def test_a_picture_that_is_nowhere_any_more(world: World) -> None:
    task = await made(world, "image")
    world.clock.now += 3600
    stored = world.env.backend.get_message(task.place.channel_id, task.place.message_id)
    stored.attachments = []
    assert (
        refusal(await world.press(task, "flux-vary")) == "There is no picture of that task that can still be fetched."
    )


async def test_nothing_that_varies_is_offered(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_MODELS="flux-kontext-pro") as world:
        task = await made(world, "image")
        sentence = "None of the models that this bot offers takes a `reference` picture."
        assert refusal(await world.press(task, "flux-vary")) == sentence


async def test_nothing_that_edits_is_offered(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_MODELS="flux-dev") as world:
        sentence = "None of the models that this bot offers edits pictures."
        assert refusal(await flux(world, "edit")) == sentence


# ------------------------------------------------------------------------------------------------ OpenAI's form


def posted(world: World) -> list[tuple[str, Any]]:
    """What was sent in OpenAI's form."""
    calls = [call for call in world.relay.calls if call.path.startswith("/v1/images")]
    return [(call.path, call.json) for call in calls]


async def test_a_picture_at_once(openai: World) -> None:
    await flux(openai, "image", width=1280, height=960)
    await openai.work()
    task = await openai.task()
    body = {"model": "flux-schnell", "prompt": WORDS, "size": "1280x960"}
    assert posted(openai) == [("/v1/images/generations", body)]
    assert task.phase is Phase.DELIVERED and await pixels(openai, task) == ("PNG", (1280, 960))
    assert openai.labels(task) == ["Again", "Edit", "Vary", "Animate", "Use as input…", "Details", "Delete"]


async def test_the_other_form_is_still_there(openai: World) -> None:
    task = await made(openai, "image", model="flux-dev", steps=3)
    assert sent(openai) == [("flux-dev", {"prompt": WORDS, "steps": 3})]
    await openai.press(task, "flux-vary")
    await openai.pass_time(30)
    assert sent(openai)[1][0] == "flux-dev"


@pytest.mark.parametrize("part", ["image", "image[]"])
async def test_an_edit_as_a_form(tmp_path: Path, part: str) -> None:
    async with studio(tmp_path, **OPENAI, FLUX_OPENAI_PART=part) as world:
        task = await made(world, "edit", image2=ELSE, aspect_ratio="1:1", seconds=0)
        (form,) = forms(world)
        assert form.fields == {"model": "flux-kontext-pro", "prompt": "at night", "aspect_ratio": "1:1"}
        assert [(found.name, found.data) for found in form.files("image", "image[]")] == [(part, FOX), (part, OTHER)]
        assert task.phase is Phase.DELIVERED and await pixels(world, task) == ("PNG", (1024, 1024))


async def test_the_edit_button_in_openais_form(openai: World) -> None:
    first = await made(openai, "image", seconds=0)
    content = await on_the_card(openai, first)
    task = await change(openai, first)
    (form,) = forms(openai)
    assert [found.data for found in form.files("image")] == [content]
    assert (task.phase, task.action, task.parent_id) == (Phase.DELIVERED, "openai-edit", first.id)


@pytest.mark.parametrize("side", [64, 512])
async def test_a_picture_in_the_answer_itself(openai: World, side: int) -> None:
    content = picture(side, side, colour=(1, 2, 3)) + b"\0" * (100_000 if side > 64 else 0)
    packed = {"created": 1, "data": [{"b64_json": base64.b64encode(content).decode()}]}
    openai.relay.faults.add(method="POST", path="/v1/images/generations", status=200, body=packed)
    task = await made(openai, "image", seconds=0)
    assert task.phase is Phase.DELIVERED and await on_the_card(openai, task) == content


@pytest.mark.parametrize(
    ("prompt", "phase", "words"),
    [
        ("sim:banned", Phase.FAILED, "The relay refused: The request was refused by content moderation"),
        ("sim:fail", Phase.UNKNOWN, "It may have been charged."),
        ("sim:quota", Phase.FAILED, "The relay account has no credit left"),
        ("sim:html", Phase.FAILED, "This relay does not offer that feature."),
        ("sim:full", Phase.QUEUED, "The relay is overloaded right now."),
    ],
)
async def test_how_it_can_end(openai: World, prompt: str, phase: Phase, words: str) -> None:
    task = await made(openai, "image", prompt=prompt, seconds=0)
    assert (task.phase, words in openai.text(task)) == (phase, True), openai.text(task)


async def test_a_relay_without_this_form(openai: World) -> None:
    switches(openai).openai = False
    task = await made(openai, "image", seconds=0)
    assert task.phase is Phase.QUEUED and "The relay has no free channel for this" in openai.text(task)


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("image", {"seed": 1}, "`seed` cannot be chosen with flux-schnell on this relay: leave it out."),
        (
            "image",
            {"reference": ELSE},
            "`reference` cannot be chosen with flux-schnell on this relay: leave it out.",
        ),
        (
            "image",
            {"aspect_ratio": "1:1", "width": 512},
            "Give either `aspect_ratio`, or `width` and `height`.",
        ),
        ("edit", {f"image{n}": ELSE for n in range(2, 6)}, "flux-kontext-pro takes 4 pictures at most, not 5."),
        ("edit", {"model": "flux-schnell"}, "There is no model “flux-schnell” here. Known: flux-kontext-pro."),
    ],
)
async def test_what_cannot_be_asked_for(openai: World, command: str, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await flux(openai, command, **options)) == sentence
    assert await openai.tasks() == [] and openai.relay.calls == []
