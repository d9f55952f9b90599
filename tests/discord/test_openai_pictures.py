"""/openai image and edit: with the models of the reference and with free names, in each form of the answer."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from simcord import OptionError

from bot.demo.simulator.openai_images import OpenAIImages
from bot.demo.simulator.openai_rules import OWN
from bot.task import Phase
from tests.discord.kit import GIF, refusal
from tests.discord.openai import ELSE, FILE, FOX, FREE, files, form, half, made, openai, picture, pixels, sent, workroom
from tests.world import World

WORDS = "a lighthouse"
SQUARE = ("square.png", picture(64, 64))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with OpenAI."""
    async with workroom(tmp_path) as found:
        yield found


# ------------------------------------------------------------------------------------------------ from words


@pytest.mark.parametrize(
    ("options", "body", "found"),
    [
        ({}, {"model": "gpt-image-1"}, [("PNG", (1024, 1024))]),
        (
            {"model": "gpt-image-1", "size": "1536 × 1024", "quality": "low", "background": "opaque", "format": "webp",
             "compression": 40, "moderation": "low", "count": 2},
            {"model": "gpt-image-1", "size": "1536x1024", "quality": "low", "background": "opaque",
             "output_format": "webp", "output_compression": 40, "moderation": "low", "n": 2},
            [("WEBP", (1536, 1024))] * 2,
        ),
        (
            {"model": "dall-e-3", "size": "1024x1792", "quality": "hd", "style": "natural"},
            {"model": "dall-e-3", "size": "1024x1792", "quality": "hd", "style": "natural"},
            [("PNG", (1024, 1792))],
        ),
        ({"model": "dall-e-2", "size": "256x256"}, {"model": "dall-e-2", "size": "256x256"}, [("PNG", (256, 256))]),
    ],
)  # fmt: skip
async def test_a_picture(
    world: World, options: dict[str, Any], body: dict[str, Any], found: list[tuple[str, tuple[int, int]]]
) -> None:
    task = await made(world, "image", prompt=WORDS, **options)
    assert sent(world) == [("images/generations", {"prompt": WORDS, **body})]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert await pixels(world, task) == found
    assert world.card(task).title == "🌀 OpenAI · picture"
    assert len(world.relay.paid()) == 1


async def test_a_prompt_that_was_rewritten_is_shown(world: World) -> None:
    task = await made(world, "image", prompt=WORDS, model="dall-e-3")
    assert "The model worked from this: a lighthouse, in the light of dusk" in world.text(task)


@pytest.mark.parametrize("switches", [{"data_urls": True}, {"empty_keys": False}])
async def test_forms_of_a_packed_picture(world: World, switches: dict[str, bool]) -> None:
    for name, value in switches.items():
        setattr(world.relay.openai, name, value)
    task = await made(world, "image", prompt=WORDS)
    assert await pixels(world, task) == [("PNG", (1024, 1024))]


@pytest.mark.parametrize(("model", "said"), [("dall-e-2", "b64_json"), ("gpt-image-1", None), ("gpt-image-2", None)])
async def test_the_operator_may_choose_the_answer(tmp_path: Path, model: str, said: str | None) -> None:
    async with workroom(tmp_path, OPENAI_IMAGE_ANSWERS="b64_json") as world:
        world.relay.openai.models = (*OWN, "gpt-image-2")
        task = await made(world, "image", prompt=WORDS, model=model)
        ((_path, body),) = sent(world)
        assert body.get("response_format") == said
        assert task.phase is Phase.DELIVERED


async def test_a_model_that_only_the_relay_knows_may_be_asked_for_anything(world: World) -> None:
    world.relay.openai.models = ("site-painter",)
    task = await made(world, "image", prompt="x" * 5000, model="site-painter", style="vivid", quality="ultra", count=4)
    ((_path, body),) = sent(world)
    assert body == {"model": "site-painter", "prompt": "x" * 5000, "style": "vivid", "quality": "ultra", "n": 4}
    assert task.phase is Phase.DELIVERED


NOT_ASKED_FOR: list[Any] = [
    ({"prompt": " "}, "“prompt” is empty."),
    ({"model": "dall-e-2", "prompt": "x" * 1001}, "“prompt” is too long: 1001 characters, at most 1000."),
    ({"model": "dall-e-3", "prompt": "x" * 4001}, "“prompt” is too long: 4001 characters, at most 4000."),
    ({"model": "dall-e-3", "count": 2}, "dall-e-3 makes 1 at a time at most, not 2."),
    ({"model": "dall-e-3", "size": "512x512"}, "dall-e-3 knows no `size` 512x512, only: 1024x1024, 1792x1024, "
                                               "1024x1792."),
    ({"size": "1792x1024"}, "gpt-image-1 knows no `size` 1792x1024, only: 1024x1024, 1536x1024, 1024x1536, auto."),
    ({"quality": "hd"}, "gpt-image-1 knows no `quality` hd, only: auto, low, medium, high."),
    ({"style": "vivid"}, "`style` cannot be chosen with gpt-image-1: leave it out."),
    ({"format": "gif"}, "gpt-image-1 knows no `format` gif, only: png, jpeg, webp."),
    ({"background": "blue"}, "gpt-image-1 knows no `background` blue, only: auto, transparent, opaque."),
    ({"moderation": "none"}, "gpt-image-1 knows no `moderation` none, only: auto, low."),
    ({"model": "dall-e-2", "quality": "hd"}, "`quality` cannot be chosen with dall-e-2: leave it out."),
    ({"model": "dall-e-3", "background": "opaque"}, "`background` cannot be chosen with dall-e-3: leave it out."),
    ({"compression": 50}, "`compression` goes with the formats jpeg and webp only."),
    ({"compression": 50, "format": "png"}, "`compression` goes with the formats jpeg and webp only."),
]  # fmt: skip


async def test_what_cannot_be_asked_for(world: World) -> None:
    for options, sentence in NOT_ASKED_FOR:
        assert refusal(await openai(world, "image", **{"prompt": WORDS, **options})) == sentence
    assert await world.tasks() == [] and world.relay.calls == []


async def test_what_discord_itself_refuses(world: World) -> None:
    beyond: list[dict[str, Any]] = [{"count": 11}, {"compression": 101}, {"prompt": ""}]
    for options in beyond:
        with pytest.raises(OptionError):
            await openai(world, "image", **{"prompt": WORDS, **options})


REFUSALS: list[Any] = [
    ("sim:banned", None, "OpenAI's content filter refused it: The request was refused by content moderation. "
                         "Put it in other words, or use another picture."),
    ("a boat", "painter",
     "The relay has no model “painter”, or nobody who offers it. Choose another with `model`."),
    ("sim:quota", None, "The relay account has no credit left. The operator has to top it up."),
]  # fmt: skip


async def test_refusals(world: World) -> None:
    for prompt, model, sentence in REFUSALS:
        task = await made(world, "image", prompt=prompt, model=model or "gpt-image-1")
        assert task.phase is Phase.FAILED and f"{sentence} {FREE}" in world.text(task)
    assert world.relay.paid() == []


async def test_a_crowded_relay_is_asked_again(world: World) -> None:
    task = await made(world, "image", wait=10, prompt="a boat sim:throttle")
    assert task.phase is Phase.DELIVERED and len(sent(world)) == 2


async def test_choices_follow_the_model(world: World) -> None:
    async def offered(option: str, **chosen: Any) -> list[str]:
        found = await world.ann.autocomplete(world.channel, "openai image", option, "", **chosen)
        return [choice["value"] for choice in found]

    assert await offered("size", model="dall-e-3") == ["1024x1024", "1792x1024", "1024x1792"]
    assert await offered("size") == ["1024x1024", "1536x1024", "1024x1536", "auto"]
    assert await offered("style", model="dall-e-3") == ["vivid", "natural"]
    assert await offered("style") == []
    assert await offered("quality", model="else") == ["auto", "low", "medium", "high", "standard", "hd"]
    assert await offered("background") == ["auto", "transparent", "opaque"]
    assert await offered("moderation") == ["auto", "low"]
    assert await offered("format") == ["png", "jpeg", "webp"]
    found = await offered("model")
    assert found[:3] == ["gpt-image-1", "dall-e-3", "dall-e-2"] and len(found) == 25 and "whisper-1" not in found
    editing = await world.ann.autocomplete(world.channel, "openai edit", "model", "")
    named = [choice["value"] for choice in editing]
    assert named[:2] == ["gpt-image-1", "dall-e-2"]
    assert "dall-e-3" not in named and len(named) > 20


# ------------------------------------------------------------------------------------------------ edits


async def test_one_picture_is_edited(world: World) -> None:
    options: dict[str, Any] = {
        "size": "1024x1536",
        "quality": "low",
        "background": "opaque",
        "format": "jpeg",
        "count": 2,
    }
    task = await made(world, "edit", image=FILE, prompt="at night", **options)
    got = form(world, OpenAIImages)
    assert got.fields == {
        "model": "gpt-image-1", "prompt": "at night", "size": "1024x1536", "quality": "low", "background": "opaque",
        "output_format": "jpeg", "n": "2",
    }  # fmt: skip
    assert [(part.name, part.filename, part.data) for part in got.files("image", "image[]", "mask")] == [
        ("image", "image.png", FOX)
    ]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert await pixels(world, task) == [("JPEG", (1024, 1536))] * 2
    assert world.card(task).title == "🌀 OpenAI · edited picture"


@pytest.mark.parametrize("part", ["image", "image[]"])
async def test_sixteen_pictures(tmp_path: Path, part: str) -> None:
    async with workroom(tmp_path, OPENAI_EDIT_PART=part) as world:
        more: dict[str, Any] = {f"image{number}": ELSE for number in range(2, 17)}
        task = await made(world, "edit", image=FILE, prompt="all together", **more)
        got = form(world, OpenAIImages).files("image", "image[]")
        assert [one.name for one in got] == [part] * 16 and got[0].data == FOX
        assert task.phase is Phase.DELIVERED


def eaten(mode: str = "RGBA") -> bytes:
    """The picture with its left half erased, as OpenAI's own masks are."""
    whole, out = Image.open(io.BytesIO(FOX)).convert(mode), io.BytesIO()
    whole.paste((255, 0, 0, 0), (0, 0, 32, 48))
    whole.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("given", [half(), eaten()], ids=["white", "transparent"])
async def test_a_mask_becomes_transparent_where_it_was_white(world: World, given: bytes) -> None:
    task = await made(world, "edit", image=FILE, prompt="a door", mask=("mask.png", given))
    (mask,) = form(world, OpenAIImages).files("mask")
    found = Image.open(io.BytesIO(mask.data))
    assert (mask.filename, found.format, found.mode, found.size) == ("mask.png", "PNG", "RGBA", (64, 48))
    assert (found.getpixel((5, 20)), found.getpixel((60, 20))) == ((0, 0, 0, 0), (0, 0, 0, 255))
    assert task.phase is Phase.DELIVERED, world.text(task)


async def test_the_old_model_edits_a_square_png(world: World) -> None:
    task = await made(world, "edit", image=SQUARE, prompt="a door", model="dall-e-2", mask=("m.png", half(64, 64)))
    got = form(world, OpenAIImages)
    assert got.fields == {"model": "dall-e-2", "prompt": "a door"}
    assert [part.name for part in got.files("image", "image[]", "mask")] == ["image", "mask"]
    assert task.phase is Phase.DELIVERED, world.text(task)


NOT_EDITED: list[Any] = [
    ({"prompt": " "}, "“prompt” is empty."),
    ({"model": "dall-e-3"}, "dall-e-3 does not edit pictures."),
    ({"model": "dall-e-2"}, "dall-e-2 edits square pictures only; this one has 64x48 pixels."),
    ({"model": "dall-e-2", "image": ("a.jpg", picture(64, 64, kind="JPEG"))}, "dall-e-2 edits PNG pictures only."),
    ({"model": "dall-e-2", "image": ("a.png", picture(64, 64) + bytes(4 * 1024**2))},
     "dall-e-2 edits pictures below 4 MB only."),
    ({"model": "dall-e-2", "image2": ELSE}, "dall-e-2 takes 1 pictures at most, not 2."),
    ({"model": "dall-e-2", "image": SQUARE, "prompt": "x" * 1001},
     "“prompt” is too long: 1001 characters, at most 1000."),
    ({"size": "512x512"}, "gpt-image-1 knows no `size` 512x512, only: 1024x1024, 1536x1024, 1024x1536, auto."),
    ({"image": ("a.gif", GIF)}, "`image` must be a PNG, JPEG or WebP picture."),
    ({"image": ("a.txt", b"a fox")}, "a.txt is not a picture. PNG, JPEG, WebP and GIF can be used."),
    ({"mask": ("mask.png", half(32, 48))},
     "The mask has another size than the picture: both must have the same width and height."),
    ({"mask": ("mask.png", picture(colour="black"))}, "Nothing is marked"),
]  # fmt: skip


async def test_what_cannot_be_edited(world: World) -> None:
    for options, sentence in NOT_EDITED:
        said = refusal(await openai(world, "edit", **{"image": FILE, "prompt": "at night", **options}))
        assert said.startswith(sentence), said
    assert await world.tasks() == [] and world.relay.calls == []


async def test_a_relay_that_does_not_edit(world: World) -> None:
    world.relay.openai.edits = False
    task = await made(world, "edit", image=FILE, prompt="at night")
    assert f"This relay does not offer that feature. {FREE}" in world.text(task)
    said = refusal(await openai(world, "edit", image=FILE, prompt="at night"))
    assert said.startswith("This relay does not offer that.")


# ------------------------------------------------------------------------------------------------ any picture, /image


async def test_any_picture_is_edited(world: World) -> None:
    task = await made(world, "image", prompt=WORDS, model="dall-e-2", size="256x256")
    assert "Edit" in world.labels(task) and "Animate" in world.labels(task)
    window = await world.ann.click(world.message(task), custom_id=f"v1:picture:{task.id}:edit")
    await world.ann.submit_modal(window, {"prompt": "at night"})
    await world.work()
    ((name, content),) = await files(world, task)
    assert form(world, OpenAIImages).files("image")[0].data == content and name.endswith(".png")
    assert (await world.task()).action == "edit" and (await world.task()).phase is Phase.DELIVERED


async def test_image_asks_openai(tmp_path: Path) -> None:
    async with workroom(tmp_path, PROVIDERS="openai") as world:
        await world.ann.slash(world.channel, "image", prompt=WORDS)
        await world.work()
        assert sent(world) == [("images/generations", {"model": "gpt-image-1", "prompt": WORDS})]
        await world.ann.slash(world.channel, "image", prompt="at night", image=FILE)
        await world.work()
        assert form(world, OpenAIImages).fields == {"model": "gpt-image-1", "prompt": "at night"}
        assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 2
