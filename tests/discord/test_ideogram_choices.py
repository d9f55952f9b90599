"""/ideogram image: what the operator chooses, what is offered, and what cannot be asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.ideogram import NEW, calls, gallery, ideogram, made, offered
from tests.discord.kit import refusal
from tests.discord.recraft import picture
from tests.world import World

WITHOUT = "This relay does not offer that feature. Nothing was charged."


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Ideogram."""
    async with gallery(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("settings", "encodings", "status", "count", "phase"),
    [
        ({}, ("multipart",), 415, 1, Phase.DELIVERED),
        ({}, ("json",), 415, 2, Phase.DELIVERED),
        ({}, ("json",), 400, 2, Phase.DELIVERED),
        ({"IDEOGRAM_V3_FORM": "json"}, ("json",), 415, 1, Phase.DELIVERED),
        ({"IDEOGRAM_V3_FORM": "multipart"}, ("json",), 415, 1, Phase.FAILED),
    ],
)
async def test_how_requests_to_the_newest_model_are_written(
    tmp_path: Path, settings: dict[str, str], encodings: tuple[str, ...], status: int, count: int, phase: Phase
) -> None:
    async with gallery(tmp_path, **settings) as world:
        world.relay.ideogram.encodings = encodings
        world.relay.ideogram.encoding_status = status
        task = await made(world, "image", model="V_3", n=2)
        assert (task.phase, len(calls(world))) == (phase, count)
        assert len(world.relay.paid()) == (phase is Phase.DELIVERED)
        if phase is Phase.FAILED:
            assert "Nothing was charged." in world.text(task)


async def test_a_request_with_pictures_is_never_repeated_as_json(studio: World) -> None:
    studio.relay.ideogram.encodings = ("json",)
    task = await made(studio, "replace-background")
    assert (task.phase, len(calls(studio))) == (Phase.FAILED, 1)


async def test_the_usual_model(tmp_path: Path) -> None:
    async with gallery(tmp_path, IDEOGRAM_MODEL="V_3", IDEOGRAM_PREFIX="") as world:
        await made(world, "image")
        assert calls(world) == [f"{NEW}generate"]


async def test_without_the_newest_model(tmp_path: Path) -> None:
    async with gallery(tmp_path, IDEOGRAM_V3="false") as world:
        known = "It has 1.0, 1.0 Turbo, 2.0, 2.0 Turbo, 2a, 2a Turbo."
        sentence = f"This bot's relay is not set up for Ideogram 3.0. {known}"
        for command, options in (("image", {"model": "3.0"}), ("image", {"transparent": True})):
            assert refusal(await ideogram(world, command, **options)) == sentence
        assert refusal(await ideogram(world, "replace-background")) == sentence
        assert await offered(world, "image", "model") == [
            *("V_2A_TURBO", "V_2A", "V_2_TURBO", "V_2", "V_1_TURBO", "V_1")
        ]
        assert (await world.tasks(), calls(world)) == ([], [])


async def test_the_speeds(tmp_path: Path, studio: World) -> None:
    assert await offered(studio, "image", "speed") == ["TURBO", "DEFAULT", "QUALITY"]
    result = await ideogram(studio, "image", model="V_3", speed="flash")
    assert refusal(result) == "This bot's relay has no speed FLASH. It has TURBO, DEFAULT, QUALITY."
    await studio.restart(IDEOGRAM_ALL_SPEEDS="true", PROVIDERS="luma,ideogram")
    assert await offered(studio, "image", "speed", "la") == ["FLASH", "BALANCED"]
    assert (await made(studio, "image", model="V_3", speed="flash")).phase is Phase.DELIVERED


async def test_a_relay_without_ideogram(studio: World) -> None:
    studio.relay.ideogram.offered = False
    task = await made(studio, "image")
    assert (task.phase, WITHOUT in studio.text(task)) == (Phase.FAILED, True)
    assert refusal(await ideogram(studio, "image")).startswith("This relay does not offer that.")


async def test_a_relay_without_the_newest_model_still_has_the_others(studio: World) -> None:
    studio.relay.ideogram.endpoints = ("generate",)
    task = await made(studio, "image", model="V_3")
    assert (task.phase, WITHOUT in studio.text(task)) == (Phase.FAILED, True)
    assert refusal(await ideogram(studio, "image", model="V_3")).startswith("This relay does not offer that.")
    assert (await made(studio, "image")).phase is Phase.DELIVERED
    assert len(studio.relay.paid()) == 1


# ------------------------------------------------------------------------------------------------ what is offered


async def test_the_models(studio: World) -> None:
    assert (await offered(studio, "image", "model"))[0] == "V_3"
    assert await offered(studio, "remix", "model", "turbo") == ["V_2A_TURBO", "V_2_TURBO", "V_1_TURBO"]
    assert await offered(studio, "edit", "model") == ["V_3", "V_2_TURBO", "V_2"]
    assert await offered(studio, "reframe", "model", "V_3") == ["V_3"]


async def test_the_ratios_and_sizes_of_the_model(studio: World) -> None:
    assert len(await offered(studio, "image", "aspect_ratio")) == 11
    assert await offered(studio, "image", "aspect_ratio", "5", model="V_3") == ["4:5", "5:4"]
    assert await offered(studio, "image", "aspect_ratio", "16x", model="nonsense") == ["16:9", "16:10"]
    sizes = await offered(studio, "image", "resolution")
    assert (len(sizes), sizes[0]) == (25, "1024x1024")
    assert await offered(studio, "remix", "resolution", "720") == ["720x1280", "1280x720"]
    assert await offered(studio, "reframe", "resolution", "800 x", model="V_3") == ["800x1280"]


async def test_the_presets_and_palettes(studio: World) -> None:
    assert len(await offered(studio, "image", "style_preset")) == 25
    assert await offered(studio, "edit", "style_preset", "art d") == ["ART_DECO"]
    assert await offered(studio, "reframe", "palette", "m") == ["EMBER", "MAGIC", "MELON", "MOSAIC", "ULTRAMARINE"]
    assert await offered(studio, "image", "palette", "#fff:50") == ["#fff:50"]


# ------------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "  "}, "“prompt” is empty."),
        ({"model": "V_9"}, "“model” must be one of: V_1, V_1_TURBO, V_2, V_2_TURBO, V_2A, V_2A_TURBO or V_3."),
        ({"aspect_ratio": "1:1", "resolution": "1024x1024"}, "Choose either `aspect_ratio` or `resolution`, not both."),
        ({"aspect_ratio": "5:4"}, "Ideogram 2.0 has no aspect ratio “5:4”. Known: 1:1,"),
        ({"resolution": "1x1"}, "Ideogram 2.0 has no resolution “1x1”. Choose one from the list."),
        ({"style_type": "DESIGN", "model": "V_1"}, "Ideogram 1.0 takes no `style_type`: leave it out,"),
        ({"style_type": "FICTION"}, "Ideogram 2.0 has no style type FICTION."),
        ({"negative_prompt": "rain", "model": "V_2A"}, "Ideogram 2a takes no `negative_prompt`: leave it out,"),
        ({"palette": "EMBER", "model": "V_2A"}, "Ideogram 2a takes no `palette`: leave it out,"),
        ({"palette": "orange"}, "“orange” is no palette."),
        ({"style_codes": "00000000"}, "Ideogram 2.0 takes no `style_codes`: leave it out,"),
        ({"style_codes": "1", "model": "V_3"}, "“1” is no style code."),
        (
            {"style_codes": "00000000", "style_type": "DESIGN", "model": "V_3"},
            "Style codes exclude a style type: leave `style_codes` or `style_type` out.",
        ),
        (
            {"style_codes": "00000000", "style_image2": ("a.png", picture()), "model": "V_3"},
            "Style codes exclude style pictures: leave `style_codes` or `style_image` out.",
        ),
        ({"style_image": ("a.png", picture())}, "Ideogram 2.0 takes no `style_image`: leave it out,"),
        (
            {"style_image": ("a.gif", picture(kind="GIF")), "model": "V_3"},
            "Ideogram takes PNG, JPEG and WebP pictures only.",
        ),
        ({"transparent": True, "model": "V_2"}, "Ideogram 2.0 takes no `transparent`: leave it out,"),
        ({"transparent": True, "palette": "EMBER"}, "A transparent picture takes no `palette`:"),
        ({"upscale_factor": "X2"}, "`upscale_factor` is for transparent pictures:"),
    ],
)
async def test_what_cannot_be_asked_for(studio: World, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await ideogram(studio, "image", **options)).startswith(sentence)
    await studio.work()
    assert (await studio.tasks(), calls(studio)) == ([], [])


async def test_the_fastest_speed_makes_no_transparent_pictures(tmp_path: Path) -> None:
    async with gallery(tmp_path, IDEOGRAM_ALL_SPEEDS="true") as world:
        result = await ideogram(world, "image", transparent=True, speed="FLASH")
        assert refusal(result) == "The speed FLASH makes no transparent pictures: choose another one."


async def test_style_pictures_that_are_too_large_together(studio: World) -> None:
    half = ("a.png", picture() + bytes(6 * 1024 * 1024))
    result = await ideogram(studio, "image", model="V_3", style_image=half, style_image2=half)
    assert refusal(result) == "The style pictures are too large: at most 10 MiB together."
    assert await studio.tasks() == []


@pytest.mark.parametrize("options", [{"n": 0}, {"n": 9}, {"style_type": "any"}, {"magic_prompt": "x"}, {"seed": -1}])
async def test_what_discord_itself_refuses(studio: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await ideogram(studio, "image", **options)
