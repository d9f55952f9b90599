"""/flux image and edit: on the wire, on the card, and what cannot be asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.flux import ELSE, FILE, FOX, OTHER, WORDS, flux, made, pixels, raw, sent, studio, switches
from tests.discord.kit import one_film, refusal
from tests.world import World

NEW = "flux-2-pro,flux-2-flex,flux-pro-1.1,flux-kontext-pro"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Flux."""
    async with studio(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("model", "options", "body"),
    [
        ("flux-pro-1.1", {}, {}),
        ("flux-pro-1.1", {"prompt": " a fox \n"}, {"prompt": "a fox"}),
        (
            "flux-pro-1.1",
            {
                "width": 256,
                "height": 1440,
                "reference": FILE,
                "upsample": True,
                "seed": 7,
                "safety": 0,
                "format": "png",
            },
            {
                "width": 256,
                "height": 1440,
                "image_prompt": raw(FOX),
                "prompt_upsampling": True,
                "seed": 7,
                "safety_tolerance": 0,
                "output_format": "png",
            },
        ),
        (
            "flux-pro-1.1-ultra",
            {"aspect_ratio": "21:9", "raw": True, "reference": FILE, "reference_strength": 0.5},
            {"aspect_ratio": "21:9", "raw": True, "image_prompt": raw(FOX), "image_prompt_strength": 0.5},
        ),
        (
            "flux-pro",
            {"steps": 50, "guidance": 5.0, "interval": 4},
            {"steps": 50, "guidance": 5.0, "interval": 4},
        ),
        ("flux-dev", {"steps": 1, "guidance": 1.5}, {"steps": 1, "guidance": 1.5}),
        ("flux-kontext-max", {"aspect_ratio": "7:5"}, {"aspect_ratio": "7:5"}),
    ],
)
async def test_pictures_from_words(world: World, model: str, options: dict[str, Any], body: dict[str, Any]) -> None:
    task = await made(world, "image", model=model, **options)
    assert sent(world) == [(model, {"prompt": WORDS, **body})]
    assert task.phase is Phase.DELIVERED, world.text(task)


async def test_the_operators_models(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_MODELS=NEW, FLUX_EDIT_MODEL="flux-kontext-pro") as world:
        task = await made(world, "image", width=320, height=64, format="webp")
        assert await pixels(world, task) == ("WEBP", (320, 64))
        await made(world, "edit", image2=ELSE)
        more: dict[str, Any] = {f"image{number}": ELSE for number in range(2, 9)}
        await made(world, "edit", model="flux-2-flex", guidance=9.5, **more)
        first, second, third = sent(world)
        assert first == ("flux-2-pro", {"prompt": WORDS, "width": 320, "height": 64, "output_format": "webp"})
        two = {"prompt": "at night", "input_image": raw(FOX), "input_image_2": raw(OTHER)}
        assert second == ("flux-kontext-pro", two)
        assert third[0] == "flux-2-flex" and len(third[1]) == 10
        choices = await world.ann.autocomplete(world.channel, "flux image", "model", "2")
        assert [choice["value"] for choice in choices] == ["flux-2-pro", "flux-2-flex"]
        choices = await world.ann.autocomplete(world.channel, "flux edit", "model", "")
        assert [choice["value"] for choice in choices] == ["flux-kontext-pro", "flux-2-pro", "flux-2-flex"]
        choices = await world.ann.autocomplete(world.channel, "flux image", "aspect_ratio", "9")
        assert [choice["value"] for choice in choices] == ["21:9", "16:9", "9:16", "9:21"]
        result = await flux(world, "image", model="flux-dev")
        assert refusal(result) == f"There is no model “flux-dev” here. Known: {NEW.replace(',', ', ')}."


async def test_an_edit(world: World) -> None:
    task = await made(world, "edit", image3=ELSE, aspect_ratio="1:1", model="flux-kontext-max")
    pictures = {"input_image": raw(FOX), "input_image_2": raw(OTHER)}
    body = {"prompt": "at night", "aspect_ratio": "1:1", **pictures}
    assert sent(world) == [("flux-kontext-max", body)]
    assert await pixels(world, task) == ("PNG", (1024, 1024))
    assert world.card(task).title == "🌊 Flux · edited picture"


@pytest.mark.parametrize(("images", "begins"), [("data", "data:image/png;base64,iVBOR"), ("url", "https://")])
async def test_other_ways_to_send_a_picture(tmp_path: Path, images: str, begins: str) -> None:
    async with studio(tmp_path, FLUX_IMAGES=images) as world:
        await made(world, "edit")
        await made(world, "expand")
        (_edit, edited), (_expand, widened) = sent(world)
        assert edited["input_image"].startswith(begins)
        assert widened["image"] == raw(FOX) if images == "url" else widened["image"].startswith(begins)


async def test_the_card(world: World) -> None:
    task = await made(world, "image", model="flux-dev", steps=9, seed=7, upsample=True, format="png", reference=FILE)
    embed = world.card(task)
    options = {field.name: field.value for field in embed.fields}["Options"] or ""
    shown = [r"`model` flux\-dev", "`upsample` ✓", "`seed` 7", "`format` png", "`steps` 9", "`reference` 🖼️"]
    assert options.split(" · ") == shown
    assert embed.title == "🌊 Flux · picture"
    assert world.text(task).splitlines()[-1] == "Seed: 7"
    assert world.labels(task) == ["Again", "Edit", "Vary", "Animate", "Use as input…", "Details", "Delete"]
    assert await pixels(world, task) == ("PNG", (1024, 768))


async def test_again(world: World) -> None:
    task = await made(world, "edit")
    await world.press(task, "again", world.ben)
    await world.pass_time(30)
    first, second = sent(world)
    assert first == second
    assert [found.phase for found in await world.tasks()] == [Phase.DELIVERED] * 2


# ------------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        (
            "image",
            {"model": "flux-pro-1.1-ultra", "width": 1024},
            "flux-pro-1.1-ultra has no `width`: choose an `aspect_ratio` instead.",
        ),
        ("image", {"aspect_ratio": "1:1"}, "flux-pro-1.1 has no `aspect_ratio`: give `width` and `height` instead."),
        ("image", {"width": 300}, "`width` must be a multiple of 32 with flux-pro-1.1, such as 288."),
        ("image", {"height": 2048}, "`height` must be from 256 to 1440 with flux-pro-1.1; 2048 was given."),
        ("image", {"raw": True}, "flux-pro-1.1 has no `raw`: leave it out, or choose another model."),
        ("image", {"format": "webp"}, "flux-pro-1.1 makes jpeg, png only."),
        ("image", {"prompt": "  "}, "“prompt” is empty."),
        ("image", {"model": "flux-9"}, "There is no model “flux-9” here."),
        ("image", {"reference_strength": 0.5}, "`reference_strength` goes with a `reference` picture only."),
        (
            "image",
            {"model": "flux-kontext-pro", "reference": FILE},
            "flux-kontext-pro has no `reference`: leave it out, or choose another model.",
        ),
        (
            "image",
            {"model": "flux-pro-1.1-ultra", "aspect_ratio": "wide"},
            "`aspect_ratio` must be written like 16:9 and lie between 21:9 and 9:21.",
        ),
        ("edit", {"model": "flux-dev"}, "There is no model “flux-dev” here. Known: flux-kontext-pro, flux-kontext-max"),
        (
            "edit",
            {f"image{number}": ELSE for number in range(2, 6)},
            "flux-kontext-pro takes 4 pictures at most, not 5.",
        ),
        ("edit", {"image": ("a.txt", b"words")}, "a.txt is not a picture. PNG, JPEG, WebP and GIF can be used."),
        ("edit", {"steps": 9}, "flux-kontext-pro has no `steps`: leave it out, or choose another model."),
    ],
)
async def test_what_cannot_be_asked_for(world: World, command: str, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await flux(world, command, **options)).startswith(sentence)
    assert await world.tasks() == [] and world.relay.calls == []


async def test_strict_edits(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_STRICT_EDITS="true") as world:
        switches(world).strict_edits = True
        sentence = "With a picture, `safety` may be 2 at most with flux-kontext-pro."
        assert refusal(await flux(world, "edit", safety=3)) == sentence
        assert (await made(world, "edit", safety=2)).phase is Phase.DELIVERED


@pytest.mark.parametrize(
    "options",
    [{"safety": 7}, {"safety": -1}, {"steps": 51}, {"guidance": 10.5}, {"interval": 5}, {"width": 63},
     {"reference_strength": 1.1}, {"format": "gif"}],
)  # fmt: skip
async def test_what_discord_itself_refuses(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await flux(world, "image", **options)


async def test_luma_is_as_it_was(world: World) -> None:
    one_film(world)
    assert (await world.delivered()).phase is Phase.DELIVERED
