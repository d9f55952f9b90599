"""/ideogram image: on the wire, on the card, and how it can end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase
from tests.discord.ideogram import NEW, bodies, calls, fields, forms, gallery, made
from tests.discord.kit import bodies as requests
from tests.discord.recraft import picture
from tests.discord_rules import command_size
from tests.world import World

WITHOUT = "This relay does not offer that feature. Nothing was charged."


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Ideogram."""
    async with gallery(tmp_path) as found:
        yield found


async def test_the_size_of_the_command(studio: World) -> None:
    (registered,) = requests(studio, "PUT", "/commands")
    (command,) = [one for one in registered if one["name"] == "ideogram"]
    assert command_size(command) <= 7000  # of 8000


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({}, {}),
        ({"model": "V_1_TURBO", "negative_prompt": "rain"}, {"model": "V_1_TURBO", "negative_prompt": "rain"}),
        (
            {"aspect_ratio": "16:9", "style_type": "ANIME", "magic_prompt": "OFF", "model": "V_2A"},
            {
                "aspect_ratio": "ASPECT_16_9",
                "style_type": "ANIME",
                "magic_prompt_option": "OFF",
                "model": "V_2A",
            },
        ),
        (
            {"resolution": "512x1536", "n": 2, "seed": 7, "palette": "#ff5733:60 #203040:40"},
            {
                "resolution": "RESOLUTION_512_1536",
                "num_images": 2,
                "seed": 7,
                "color_palette": {
                    "members": [
                        {"color_hex": "#FF5733", "color_weight": 0.6},
                        {"color_hex": "#203040", "color_weight": 0.4},
                    ]
                },
            },
        ),
    ],
)
async def test_image_in_the_legacy_form(studio: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    task = await made(studio, "image", **options)
    assert bodies(studio) == [{"image_request": {"prompt": "a fox", "model": "V_2", **body}}]
    assert (task.phase, calls(studio)) == (Phase.DELIVERED, ["generate"])
    assert len(studio.message(task).attachments) == options.get("n", 1)
    assert studio.card(task).title == "🔤 Ideogram · picture"
    assert {"Again", "Details", "Delete"} <= {*studio.labels(task)}


async def test_image_with_the_newest_model(studio: World) -> None:
    chosen: dict[str, Any] = {
        "style_codes": "7a3f09c2 00000000",
        "palette": "melon",
        "speed": "TURBO",
        "n": 2,
        "aspect_ratio": "4:5",
    }
    task = await made(studio, "image", model="V_3", **chosen)
    assert (task.phase, calls(studio)) == (Phase.DELIVERED, [f"{NEW}generate"])
    assert [fields(form) for form in forms(studio)] == [
        {
            "prompt": "a fox",
            "num_images": "2",
            "rendering_speed": "TURBO",
            "style_codes": ["7A3F09C2", "00000000"],
            "color_palette": '{"name": "MELON"}',
            "aspect_ratio": "4x5",
        }
    ]
    assert len(studio.message(task).attachments) == 2


async def test_pictures_to_go_by(studio: World) -> None:
    files: dict[str, Any] = {
        name: (f"{name}.png", picture()) for name in ("style_image", "style_image3", "character_image")
    }
    task = await made(studio, "image", model="V_3", **files)
    assert task.phase is Phase.DELIVERED
    (form,) = forms(studio)
    assert fields(form) == {
        "prompt": "a fox",
        "style_reference_images": ["style_reference_images.png"] * 2,
        "character_reference_images": "character_reference_images.png",
    }
    assert [part.data for part in form.files("character_reference_images")] == [picture()]


async def test_transparent_pictures_need_no_model(studio: World) -> None:
    task = await made(studio, "image", transparent=True, upscale_factor="X2", speed="QUALITY")
    assert (task.phase, calls(studio)) == (Phase.DELIVERED, [f"{NEW}generate-transparent"])
    assert fields(forms(studio)[0]) == {"prompt": "a fox", "upscale_factor": "X2", "rendering_speed": "QUALITY"}


async def test_what_the_card_says_of_the_options(studio: World) -> None:
    task = await made(studio, "image", model="V_3", palette="#f80", n=2, style_preset="art deco")
    shown = {field.name: field.value for field in studio.card(task).fields}
    assert sorted((shown["Options"] or "").split(" · ")) == [
        r"`model` V\_3",
        "`n` 2",
        r"`palette` \#FF8800",
        r"`style_preset` ART\_DECO",
    ]


async def test_the_words_it_was_drawn_from_are_told(studio: World) -> None:
    task = await made(studio, "image", magic_prompt="ON", n=2)
    assert "✨ a fox, with fine detail and soft light" in studio.text(task)
    assert [about["resolution"] for about in task.data["pictures"]] == ["1024x1024"] * 2
    assert "✨" not in studio.text(await made(studio, "image", magic_prompt="OFF"))


async def test_again(studio: World) -> None:
    task = await made(studio, "image", seed=3, aspect_ratio="3:1")
    await studio.press(task, "again")
    await studio.work()
    first, second = bodies(studio)
    assert first == second
    assert [task.phase for task in await studio.tasks()] == [Phase.DELIVERED] * 2


# ------------------------------------------------------------------------------------------------ how it can end


@pytest.mark.parametrize("model", ["V_2", "V_3"])
@pytest.mark.parametrize(
    ("prompt", "phase", "words"),
    [
        ("sim:fail", Phase.UNKNOWN, "no certain answer came. It may have been charged."),
        ("sim:banned", Phase.FAILED, "The prompt or the image failed the safety check Nothing was charged."),
        ("sim:quota", Phase.FAILED, "The relay account has no credit left."),
        ("sim:html", Phase.FAILED, WITHOUT),
        ("sim:full", Phase.QUEUED, "The relay is overloaded right now."),
        ("sim:throttle", Phase.QUEUED, "The relay is overloaded right now."),
    ],
)
async def test_how_it_can_end(studio: World, model: str, prompt: str, phase: Phase, words: str) -> None:
    studio.relay.ideogram.encodings = ("multipart", "json")
    task = await made(studio, "image", prompt=prompt, model=model)
    assert (task.phase, words in studio.text(task)) == (phase, True), studio.text(task)
    assert studio.relay.paid() == []


@pytest.mark.parametrize("link", ["null", "empty"])
async def test_withheld_pictures(studio: World, link: Any) -> None:
    studio.relay.ideogram.withheld = link
    task = await made(studio, "image", prompt="sim:unsafe", n=2)
    assert task.phase is Phase.FAILED
    assert "Ideogram's safety check withheld every picture." in studio.text(task)
    task = await made(studio, "image", prompt="sim:partial", n=3)
    assert task.phase is Phase.DELIVERED
    assert "Ideogram's safety check withheld 1 of 3 pictures." in studio.text(task)
    assert len(studio.message(task).attachments) == 2


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 502, "work": True}, {"status": 504}])
async def test_a_cut_connection_is_never_sent_again(studio: World, fault: dict[str, Any]) -> None:
    studio.relay.faults.add(method="POST", path="/ideogram/*", **fault)
    assert (await made(studio, "image", model="V_3")).phase is Phase.UNKNOWN
    await studio.pass_time(3600, step=600)
    assert len(calls(studio)) == 1
    assert studio.labels(await studio.task()) == ["Retry", "Details", "Delete"]


@pytest.mark.parametrize("body", [{"code": 0, "message": "", "data": {"task_id": "1"}}, {"created": "x"}])
async def test_an_unexpected_answer(studio: World, body: dict[str, Any]) -> None:
    studio.relay.faults.add(method="POST", path="/ideogram/*", status=200, body=body)
    task = await made(studio, "image")
    assert task.phase is Phase.UNKNOWN
    assert "The relay gave an unexpected answer. It may have been charged." in studio.text(task)


async def test_a_refusal_without_words(studio: World) -> None:
    studio.relay.ideogram.silent = True
    studio.relay.ideogram.all_speeds = False
    await studio.restart(IDEOGRAM_ALL_SPEEDS="true", PROVIDERS="luma,ideogram")
    task = await made(studio, "image", model="V_3", speed="BALANCED")
    assert (task.phase, len(calls(studio))) == (Phase.FAILED, 1)
    assert "The relay refused: HTTP 400 Nothing was charged." in studio.text(task)
