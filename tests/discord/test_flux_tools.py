"""/flux fill, expand, canny, depth: on the wire, masks, and what cannot be asked for."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from simcord import OptionError

from bot.task import Phase
from tests.discord.flux import ELSE, FOX, OTHER, WORDS, flux, made, mask, picture, pixels, raw, sent, studio
from tests.discord.kit import refusal
from tests.world import World

COMMON = {"upsample": True, "seed": 7, "safety": 6, "format": "png"}
ON_THE_WIRE = {"prompt_upsampling": True, "seed": 7, "safety_tolerance": 6, "output_format": "png"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Flux."""
    async with studio(tmp_path) as found:
        yield found


def shown(content: str) -> Image.Image:
    """The picture behind bare base64."""
    return Image.open(io.BytesIO(base64.b64decode(content, validate=True)))


@pytest.mark.parametrize(
    ("command", "options", "body"),
    [
        ("expand", {}, {"image": raw(FOX), "top": 32}),
        (
            "expand",
            {"top": 0, "bottom": 2048, "left": 1, "right": 2, "prompt": "sky", "steps": 15, "guidance": 1.5, **COMMON},
            {
                "image": raw(FOX),
                "top": 0,
                "bottom": 2048,
                "left": 1,
                "right": 2,
                "prompt": "sky",
                "steps": 15,
                "guidance": 1.5,
                **ON_THE_WIRE,
            },
        ),
        ("canny", {}, {"prompt": WORDS, "control_image": raw(FOX)}),
        (
            "canny",
            {"image": None, "map": ELSE, "low": 0, "high": 500, "steps": 50, "guidance": 100.0, **COMMON},
            {
                "prompt": WORDS,
                "preprocessed_image": raw(OTHER),
                "canny_low_threshold": 0,
                "canny_high_threshold": 500,
                "steps": 50,
                "guidance": 100.0,
                **ON_THE_WIRE,
            },
        ),
        (
            "depth",
            {"steps": 15, "guidance": 1.0, **COMMON},
            {"prompt": WORDS, "control_image": raw(FOX), "steps": 15, "guidance": 1.0, **ON_THE_WIRE},
        ),
        ("depth", {"image": None, "map": ELSE}, {"prompt": WORDS, "preprocessed_image": raw(OTHER)}),
    ],
)
async def test_tools(world: World, command: str, options: dict[str, Any], body: dict[str, Any]) -> None:
    task = await made(world, command, **options)
    assert sent(world) == [(f"flux-pro-1.0-{command}", body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert world.labels(task) == ["Again", "Edit", "Vary", "Animate", "Use as input…", "Details", "Delete"]


async def test_a_wider_picture(world: World) -> None:
    task = await made(world, "expand", top=10, left=20, format="png")
    assert await pixels(world, task) == ("PNG", (84, 58))
    assert world.card(task).title == "🌊 Flux · wider picture"
    options = {field.name: field.value for field in world.card(task).fields}["Options"]
    assert options == "`format` png · `image` 🖼️ · `top` 10 · `left` 20"


# ------------------------------------------------------------------------------------------------ masks


def painted_over() -> bytes:
    """The picture with its left half painted over in green."""
    whole, out = Image.open(io.BytesIO(FOX)).convert("RGB"), io.BytesIO()
    ImageDraw.Draw(whole).rectangle((0, 0, 31, 47), fill=(0, 255, 0))
    whole.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("given", [mask(), painted_over()], ids=["white", "painted"])
async def test_white_is_painted_anew(world: World, given: bytes) -> None:
    task = await made(world, "fill", mask=("mask.png", given), prompt="a door", steps=15, guidance=60.5, format="png")
    ((model, body),) = sent(world)
    assert model == "flux-pro-1.0-fill" and task.phase is Phase.DELIVERED
    made_of = shown(body.pop("mask"))
    assert (made_of.mode, made_of.size) == ("L", (64, 48))
    assert (made_of.getpixel((5, 20)), made_of.getpixel((60, 20))) == (255, 0)
    wanted = {"prompt": "a door", "image": raw(FOX), "steps": 15, "guidance": 60.5, "output_format": "png"}
    assert body == wanted


async def test_what_is_transparent_is_painted_anew(world: World) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 48), (255, 0, 0, 0)).save(out, "PNG")
    task = await made(world, "fill", image=("hole.png", out.getvalue()), mask=None)
    assert sent(world) == [("flux-pro-1.0-fill", {"image": raw(out.getvalue())})]
    assert task.phase is Phase.DELIVERED


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        (
            "fill",
            {"mask": ("mask.png", mask(32, 48))},
            "The mask has another size than the picture: both must have the same width and height.",
        ),
        ("fill", {"mask": ("mask.png", picture(colour="black"))}, "Nothing is marked"),
        ("fill", {"mask": ("mask.txt", b"white")}, "mask.txt is not a picture."),
        (
            "fill",
            {"image": ("fox.jpg", picture(kind="JPEG")), "mask": None},
            "A JPEG has no transparent part, so a `mask` is needed: white where it is painted anew.",
        ),
        ("expand", {"top": None}, "Say where the picture is to grow: `top`, `bottom`, `left` or `right`, in pixels."),
        ("expand", {"top": 0}, "Say where the picture is to grow: `top`, `bottom`, `left` or `right`, in pixels."),
        ("canny", {"image": None}, "Give a picture: `image`, or a finished `map` of its lines or depths."),
        ("canny", {"map": ELSE}, "Give either `image` or `map`, not both."),
        ("depth", {"image": None}, "Give a picture: `image`, or a finished `map` of its lines or depths."),
        ("depth", {"map": ELSE}, "Give either `image` or `map`, not both."),
        ("canny", {"low": 300, "high": 300}, "`low` must be less than `high`: they are 300 and 300."),
        ("canny", {"low": 200}, "`low` must be less than `high`: they are 200 and 200."),
        ("depth", {"prompt": " "}, "“prompt” is empty."),
    ],
)
async def test_what_cannot_be_asked_for(world: World, command: str, options: dict[str, Any], sentence: str) -> None:
    said = refusal(await flux(world, command, **options))
    assert said.startswith(sentence), said
    assert await world.tasks() == [] and world.relay.calls == []


@pytest.mark.parametrize(
    ("command", "options"),
    [("fill", {"steps": 14}), ("fill", {"guidance": 100.5}), ("expand", {"top": 2049}), ("expand", {"left": -1}),
     ("canny", {"low": 501}), ("canny", {"steps": 51}), ("depth", {"guidance": 0.5}), ("depth", {"format": "webp"})],
)  # fmt: skip
async def test_what_discord_itself_refuses(world: World, command: str, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await flux(world, command, **options)
