"""What /ideogram makes of pictures: forms on the wire, masks, and what cannot be used."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.task import Phase
from tests.discord.ideogram import NEW, calls, fields, forms, gallery, ideogram, made
from tests.discord.kit import refusal
from tests.discord.recraft import mask, picture
from tests.world import World

OLD, FILE, MARKED = {"model": "V_2"}, {"image_file": "image_file.png"}, {"mask": "mask.png"}
FOX, NEW_FILE = {"prompt": "a fox"}, {"image": "image.png"}


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Ideogram."""
    async with gallery(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("command", "options", "path", "form", "title"),
    [
        ("remix", {}, "remix", {**FILE, "image_request": {**FOX, **OLD}}, "picture from a picture"),
        (
            "remix",
            {"image_weight": 30, "aspect_ratio": "16:9", "n": 2, "magic_prompt": "OFF", "palette": "fresh"},
            "remix",
            {
                **FILE,
                "image_request": {
                    **FOX,
                    **OLD,
                    "image_weight": 30,
                    "aspect_ratio": "ASPECT_16_9",
                    "num_images": 2,
                    "magic_prompt_option": "OFF",
                    "color_palette": {"name": "FRESH"},
                },
            },
            "picture from a picture",
        ),
        (
            "remix",
            {"model": "V_3", "image_weight": 30, "negative_prompt": "rain", "resolution": "512x1536"},
            f"{NEW}remix",
            {**NEW_FILE, **FOX, "image_weight": "30", "negative_prompt": "rain", "resolution": "512x1536"},
            "picture from a picture",
        ),
        (
            "edit",
            {"style_type": "DESIGN", "n": 2},
            "edit",
            {**FILE, **MARKED, **FOX, **OLD, "style_type": "DESIGN", "num_images": "2"},
            "edited picture",
        ),
        (
            "edit",
            {"model": "V_3", "style_preset": "aura", "style_image": ("a.png", picture())},
            f"{NEW}edit",
            {
                **NEW_FILE,
                **MARKED,
                **FOX,
                "style_preset": "AURA",
                "style_reference_images": "style_reference_images.png",
            },
            "edited picture",
        ),
        ("reframe", {}, "reframe", {**FILE, **OLD, "resolution": "RESOLUTION_1024_640"}, "reframed picture"),
        (
            "reframe",
            {"model": "V_3", "resolution": "800x1280", "speed": "QUALITY"},
            f"{NEW}reframe",
            {**NEW_FILE, "resolution": "800x1280", "rendering_speed": "QUALITY"},
            "reframed picture",
        ),
        (
            "replace-background",
            {"seed": 0, "magic_prompt": "AUTO"},
            f"{NEW}replace-background",
            {**NEW_FILE, **FOX, "seed": "0", "magic_prompt": "AUTO"},
            "another background",
        ),
        ("upscale", {}, "upscale", {**FILE, "image_request": {}}, "larger picture"),
        (
            "upscale",
            {"prompt": "a fox", "resemblance": 1, "detail": 100, "n": 2, "magic_prompt": "OFF", "seed": 3},
            "upscale",
            {
                **FILE,
                "image_request": {
                    **FOX,
                    "resemblance": 1,
                    "detail": 100,
                    "num_images": 2,
                    "magic_prompt_option": "OFF",
                    "seed": 3,
                },
            },
            "larger picture",
        ),
    ],
)
async def test_on_the_wire(
    studio: World, command: str, options: dict[str, Any], path: str, form: dict[str, Any], title: str
) -> None:
    task = await made(studio, command, **options)
    assert (task.phase, calls(studio)) == (Phase.DELIVERED, [path])
    assert [fields(found) for found in forms(studio)] == [form]
    assert [part.data for part in forms(studio)[0].files("image", "image_file")] == [picture()]
    assert studio.card(task).title == f"🔤 Ideogram · {title}"
    assert len(studio.message(task).attachments) == options.get("n", 1)


async def test_what_a_card_without_words_says(studio: World) -> None:
    task = await made(studio, "upscale")
    assert "> fox" in studio.text(task)


async def test_again_with_a_picture(studio: World) -> None:
    task = await made(studio, "edit", model="V_3")
    await studio.press(task, "again")
    await studio.work()
    first, second = forms(studio)
    assert first == second
    assert [task.phase for task in await studio.tasks()] == [Phase.DELIVERED] * 2


# ------------------------------------------------------------------------------------------------ masks


def tones(content: bytes) -> list[tuple[int, Any]]:
    """How much of a mask is black and white."""
    with Image.open(io.BytesIO(content)) as found:
        return sorted(found.convert("L").getcolors() or [], key=lambda pair: pair[1])


@pytest.mark.parametrize("model", ["V_2", "V_3"])
async def test_a_user_s_white_is_ideogram_s_black(studio: World, model: str) -> None:
    small = Image.new("L", (256, 256), 0)
    small.paste(255, (0, 0, 64, 256))
    out = io.BytesIO()
    small.save(out, "PNG")
    await made(studio, "edit", model=model, mask=("mask.png", out.getvalue()))
    (sent,) = forms(studio)[0].files("mask")
    assert tones(sent.data) == [(64 * 256, 0), (192 * 256, 255)]


async def test_a_picture_that_was_painted_over_is_a_mask(studio: World) -> None:
    painted = Image.new("RGB", (256, 256), "red")
    painted.paste("lime", (0, 0, 256, 32))
    out = io.BytesIO()
    painted.save(out, "PNG")
    await made(studio, "edit", mask=("mask.png", out.getvalue()))
    (sent,) = forms(studio)[0].files("mask")
    assert tones(sent.data) == [(32 * 256, 0), (224 * 256, 255)]


# ------------------------------------------------------------------------------------------------ how it can end


@pytest.mark.parametrize("command", ["remix", "edit", "reframe", "replace-background", "upscale", "describe"])
async def test_a_cut_connection_is_never_sent_again(studio: World, command: str) -> None:
    studio.relay.faults.add(method="POST", path="/ideogram/*", cut="after")
    assert (await made(studio, command)).phase is Phase.UNKNOWN
    await studio.pass_time(3600, step=600)
    assert len(calls(studio)) == 1


@pytest.mark.parametrize(("command", "prompt"), [("remix", "sim:unsafe"), ("edit", "sim:unsafe")])
async def test_a_withheld_picture(studio: World, command: str, prompt: str) -> None:
    task = await made(studio, command, prompt=prompt)
    assert task.phase is Phase.FAILED
    assert "Ideogram's safety check withheld every picture." in studio.text(task)


@pytest.mark.parametrize("command", ["reframe", "replace-background"])
async def test_what_the_relay_does_not_have(studio: World, command: str) -> None:
    studio.relay.ideogram.endpoints = ("generate", "remix", "edit", "upscale", "describe")
    task = await made(studio, command)
    assert "This relay does not offer that feature. Nothing was charged." in studio.text(task)
    assert refusal(await ideogram(studio, command)).startswith("This relay does not offer that.")


# ------------------------------------------------------------------------------------------------ mistakes


def oblong() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 256), "red").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        (
            "edit",
            {"mask": ("mask.png", mask(128))},
            "The mask has another size than the picture: both must have the same width and height.",
        ),
        (
            "edit",
            {"mask": ("mask.png", picture(256, colour="black"))},
            "Nothing is marked in the mask: paint white what is to be changed.",
        ),
        ("edit", {"model": "V_2A"}, "Ideogram 2a cannot do that; 2.0, 2.0 Turbo, 3.0 can."),
        ("edit", {"speed": "TURBO"}, "Ideogram 2.0 takes no `speed`: leave it out, or choose another model: 3.0."),
        (
            "reframe",
            {"image": ("fox.png", oblong())},
            "Only Ideogram 3.0 reframes a picture that is not square (320 × 256 pixels): choose it with `model`.",
        ),
        ("reframe", {"resolution": "1:1"}, "Ideogram 2.0 has no resolution “1x1”. Choose one from the list."),
        ("reframe", {"palette": "EMBER"}, "Ideogram 2.0 takes no `palette`: leave it out,"),
        ("remix", {"prompt": " "}, "“prompt” is empty."),
        *(
            (command, {"image": ("fox.gif", picture(kind="GIF"))}, "Ideogram takes PNG, JPEG and WebP pictures only.")
            for command in ("remix", "edit", "reframe", "replace-background", "upscale", "describe")
        ),
        ("upscale", {"image": ("fox.txt", b"words")}, "fox.txt is not a picture."),
        ("describe", {"image": ("fox.png", bytes(11 * 1024 * 1024))}, "fox.png is too large: at most 10 MiB."),
    ],
)
async def test_what_cannot_be_used(studio: World, command: str, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await ideogram(studio, command, **options)).startswith(sentence)
    await studio.work()
    assert (await studio.tasks(), calls(studio)) == ([], [])


async def test_the_newest_model_reframes_any_picture(studio: World) -> None:
    task = await made(studio, "reframe", model="V_3", resolution="1536x512", image=("fox.png", oblong()))
    assert task.phase is Phase.DELIVERED
