"""What /recraft makes of pictures: forms on the wire, names of parts and paths, masks, and what cannot be used."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.recraft import (
    ROOT,
    calls,
    content,
    files,
    forms,
    gallery,
    made,
    mask,
    parts,
    picture,
    recraft,
    switches,
)
from tests.world import World

FILE, IMAGE = [("file", "file.png")], [("image", "image.png")]
MARKED = [*IMAGE, ("mask", "mask.png")]
FOX = ("prompt", "a fox")


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Recraft."""
    async with gallery(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("command", "options", "path", "form", "title", "names"),
    [
        ("vectorize", {}, "/images/vectorize", FILE, "vector picture", ["fox.svg", "preview.png"]),
        ("remove-background", {}, "/images/removeBackground", FILE, "picture without background", ["fox.png"]),
        ("upscale", {}, "/images/clarityUpscale", FILE, "larger picture", ["fox.png"]),
        ("upscale", {"how": "crisp"}, "/images/clarityUpscale", FILE, "larger picture", ["fox.png"]),
        (
            "upscale",
            {"how": "creative"},
            "/images/generativeUpscale",
            FILE,
            "larger picture with more detail",
            ["fox.png"],
        ),
        ("erase", {}, "/images/eraseRegion", MARKED, "picture with a part erased", ["fox.png"]),
        (
            "image-to-image",
            {"strength": 20, "n": 2},
            "/images/imageToImage",
            [*IMAGE, FOX, ("n", "2"), ("strength", "0.2")],
            "picture from a picture",
            ["a-fox-1.png", "a-fox-2.png"],
        ),
        (
            "inpaint",
            {"style": "digital_illustration", "substyle": "grain", "negative_prompt": "rain", "seed": 3},
            "/images/inpaint",
            [
                *MARKED,
                FOX,
                ("style", "digital_illustration"),
                ("substyle", "grain"),
                ("negative_prompt", "rain"),
                ("random_seed", "3"),
            ],
            "picture with a part redrawn",
            ["a-fox.png"],
        ),
        (
            "replace-background",
            {"colours": "#010203 #fff", "background": "#000", "artistic_level": 1, "no_text": True},
            "/images/replaceBackground",
            [
                *IMAGE,
                FOX,
                *[("controls[colors][][rgb][]", number) for number in ("1", "2", "3", "255", "255", "255")],
                *[("controls[background_color][rgb][]", "0")] * 3,
                ("controls[artistic_level]", "1"),
                ("controls[no_text]", "true"),
            ],
            "another background",
            ["a-fox.png"],
        ),
        (
            "generate-background",
            {"style": "vector_illustration", "model": "recraftv3"},
            "/images/generateBackground",
            [*MARKED, FOX, ("model", "recraftv3"), ("style", "vector_illustration")],
            "new background",
            ["a-fox.svg", "preview.png"],
        ),
    ],
)
async def test_what_is_sent_and_what_comes_back(
    studio: World,
    command: str,
    options: dict[str, Any],
    path: str,
    form: list[tuple[str, str]],
    title: str,
    names: list[str],
) -> None:
    task = await made(studio, command, **options)
    assert calls(studio) == [path]
    assert [parts(found) for found in forms(studio)] == [form]
    assert (task.phase, files(studio, task)) == (Phase.DELIVERED, names)
    assert studio.card(task).title == f"🖌️ Recraft · {title}"
    assert studio.text(task).splitlines()[1] == ("> a fox" if FOX in form else "> fox")
    assert forms(studio)[0].parts[0].data == picture()


async def test_the_preview_is_what_the_svg_shows(studio: World) -> None:
    task = await made(studio, "vectorize", image=("blue.png", picture(512, colour="blue")))
    svg, preview = await content(studio, task), await content(studio, task, 1)
    assert svg.startswith(b"<svg")
    with Image.open(io.BytesIO(preview)) as shown:
        assert max(shown.size) == 1024
        red, green, blue = shown.convert("RGB").getpixel((512, 512))  # type: ignore[misc]
    assert blue > 200 and red < 60 and green < 60


async def test_the_mask_is_white_where_something_changes(studio: World) -> None:
    """As it was given, and from the picture painted over; what reaches Recraft is black and white."""
    painted = io.BytesIO()
    whole = Image.new("RGB", (256, 256), "red")
    whole.paste((0, 0, 255), (0, 0, 128, 256))
    whole.save(painted, "PNG")
    for given in (mask(), painted.getvalue()):
        assert (await made(studio, "inpaint", mask=("m.png", given))).phase is Phase.DELIVERED
    for form in forms(studio):
        with Image.open(io.BytesIO(form.files("mask")[0].data)) as found:
            assert (found.mode, found.size) == ("L", (256, 256))
            assert (found.getpixel((5, 5)), found.getpixel((250, 5))) == (255, 0)


# ------------------------------------------------------------------------------------------------ other names


@pytest.mark.parametrize("errors", ["gateway", "native"])
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("command", ["vectorize", "remove-background", "upscale"])
async def test_the_other_name_of_the_picture(studio: World, command: str, status: int, errors: Any) -> None:
    """A refusal that says that there was no picture: nothing was charged, so it is sent under the other name."""
    switches(studio).part_name, switches(studio).missing_status, switches(studio).errors = "image", status, errors
    task = await made(studio, command)
    assert task.phase is Phase.DELIVERED
    assert [parts(form) for form in forms(studio)] == [FILE, IMAGE]
    assert len(studio.relay.paid()) == 1


async def test_where_nobody_knows_what_was_charged_nothing_is_sent_again(studio: World) -> None:
    switches(studio).part_name, switches(studio).missing_status = "image", 500
    task = await made(studio, "vectorize")
    assert (task.phase, len(forms(studio))) == (Phase.UNKNOWN, 1)


@pytest.mark.parametrize(
    ("setting", "form", "phase"), [("image", IMAGE, Phase.DELIVERED), ("file", FILE, Phase.FAILED)]
)
async def test_the_name_that_the_operator_chose(
    tmp_path: Path, setting: str, form: list[tuple[str, str]], phase: Phase
) -> None:
    async with gallery(tmp_path, RECRAFT_FILE_PART=setting) as world:
        switches(world).part_name = "image"
        assert (await made(world, "vectorize")).phase is phase
        assert [parts(found) for found in forms(world)] == [form]


async def test_a_picture_that_was_refused_for_something_else(studio: World) -> None:
    task = await made(studio, "vectorize", image=("fox.png", picture(300)))
    assert task.phase is Phase.DELIVERED
    studio.relay.faults.add(path="/recraft/*", status=400, body={"code": "x", "message": "The picture is not allowed"})
    task = await made(studio, "vectorize")
    assert task.phase is Phase.FAILED and "The picture is not allowed Nothing was charged." in studio.text(task)
    assert len(calls(studio)) == 2


@pytest.mark.parametrize(
    ("how", "usual", "official"),
    [("crisp", "clarityUpscale", "crispUpscale"), ("creative", "generativeUpscale", "creativeUpscale")],
)
async def test_the_newer_names_of_the_upscales(studio: World, how: str, usual: str, official: str) -> None:
    switches(studio).endpoints = [f"images/{official}"]
    task = await made(studio, "upscale", how=how)
    assert task.phase is Phase.DELIVERED
    assert list(dict.fromkeys(calls(studio))) == [f"/images/{usual}", f"/images/{official}"]
    assert len(studio.relay.paid()) == 1


async def test_one_upscale_that_is_not_offered_does_not_hide_the_other(studio: World) -> None:
    switches(studio).endpoints = ["images/clarityUpscale"]
    assert (await made(studio, "upscale", how="creative")).phase is Phase.FAILED
    assert refusal(await recraft(studio, "upscale", how="creative")).startswith("This relay does not offer that.")
    assert (await made(studio, "upscale")).phase is Phase.DELIVERED


@pytest.mark.parametrize("command", ["image-to-image", "inpaint", "replace-background", "generate-background", "erase"])
async def test_what_the_gateway_may_not_have(studio: World, command: str) -> None:
    switches(studio).endpoints = ["images/generations"]
    task = await made(studio, command)
    assert task.phase is Phase.FAILED
    assert "This relay does not offer that feature. Nothing was charged." in studio.text(task)
    assert len(calls(studio)) == 1
    assert (await made(studio, "image")).phase is Phase.DELIVERED


@pytest.mark.parametrize("single", ["image", "data", "string"])
@pytest.mark.parametrize("bare", [True, False])
async def test_every_form_of_the_answer(studio: World, single: Any, bare: bool) -> None:
    switches(studio).single, switches(studio).bare = single, bare
    assert files(studio, await made(studio, "vectorize")) == ["fox.svg", "preview.png"]
    assert files(studio, await made(studio, "image-to-image")) == ["a-fox.png"]


async def test_a_cut_connection_is_never_sent_again(studio: World) -> None:
    studio.relay.faults.add(method="POST", path=f"{ROOT}/images/*", cut="after")
    task = await made(studio, "upscale", how="creative")
    await studio.pass_time(3600, step=600)
    assert ((await studio.task()).phase, len(calls(studio))) == (Phase.UNKNOWN, 1)
    await studio.press(task, "retry")  # by hand
    await studio.work()
    assert ((await studio.task()).phase, len(calls(studio))) == (Phase.DELIVERED, 2)


# ------------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("vectorize", {"image": ("a.txt", b"words")}, "a.txt is not a picture."),
        ("vectorize", {"image": ("a.gif", picture(kind="GIF"))}, "Recraft takes PNG, JPEG and WebP pictures only."),
        (
            "remove-background",
            {"image": ("a.png", picture(255))},
            "This picture is too small for Recraft: 255 × 255 pixels, but each side needs at least 256.",
        ),
        (
            "upscale",
            {"image": ("a.png", picture(31))},
            "This picture is too small for Recraft: 31 × 31 pixels, but each side needs at least 32.",
        ),
        ("upscale", {"image": ("a.png", picture(255)), "how": "creative"}, "This picture is too small for Recraft:"),
        (
            "image-to-image",
            {"image": ("a.png", picture(4097))},
            "Recraft takes pictures of at most 4096 pixels a side; this one has 4097 × 4097.",
        ),
        ("inpaint", {"image": ("a.png", picture(4001))}, "Recraft takes pictures of at most 16 megapixels;"),
        (
            "replace-background",
            {"image": ("a.png", picture() + bytes(5 * 1024 * 1024))},
            "This picture is too large for Recraft: 5 MiB, but it must have less than 5 MiB.",
        ),
        (
            "inpaint",
            {"mask": ("m.png", mask(300))},
            "The mask has another size than the picture: both must have the same width and height.",
        ),
        ("erase", {"mask": ("m.png", mask(200))}, "The mask has another size than the picture:"),
        ("generate-background", {"mask": ("m.png", picture(256, colour="black"))}, "Nothing is marked in the mask:"),
        ("image-to-image", {"prompt": "x" * 1001}, "The prompt is too long for Recraft: 1001 bytes"),
        ("inpaint", {"style": "logo_raster", "substyle": "grain"}, "The substyle grain does not belong to the style"),
        ("replace-background", {"model": "recraftv9"}, "There is no model “recraftv9” here."),
    ],
)
async def test_what_cannot_be_used(studio: World, command: str, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await recraft(studio, command, **options)).startswith(sentence)
    await studio.work()
    assert await studio.tasks() == [] and calls(studio) == []


async def test_the_operator_s_limit(tmp_path: Path) -> None:
    async with gallery(tmp_path, RECRAFT_LARGEST_MB="6") as world:
        switches(world).largest_file = 10 * 1024 * 1024
        large = ("a.png", picture() + bytes(5 * 1024 * 1024))
        assert (await made(world, "vectorize", image=large)).phase is Phase.DELIVERED


async def test_substyles_and_own_styles_are_offered_to_every_command(studio: World) -> None:
    for command in ("image-to-image", "inpaint", "replace-background", "generate-background"):
        name = f"recraft {command}"
        found = await studio.ann.autocomplete(studio.channel, name, "substyle", "neon", style="digital_illustration")
        assert [choice["value"] for choice in found] == ["neon_calm"]
        assert await studio.ann.autocomplete(studio.channel, name, "own_style", "") == []
        found = await studio.ann.autocomplete(studio.channel, name, "model", "")
        assert [choice["value"] for choice in found] == ["recraftv3", "recraftv2"]
