"""Styles of one's own: made from pictures, listed, called something else, put away, and used."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase, Task
from tests.discord.kit import STRANGER, refusal
from tests.discord.recraft import calls, files, forms, gallery, made, parts, picture, recraft, switches
from tests.world import World, alone, said

BASE = ("style", "digital_illustration")
NONE = "That is not one of your styles. Choose one, or make one with `/recraft style create`."


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Recraft."""
    async with gallery(tmp_path) as found:
        yield found


def pictures(count: int) -> dict[str, Any]:
    return {f"image{number}": (f"{number}.png", picture(255 + number)) for number in range(1, count + 1)}


async def offered(world: World, command: str = "image", option: str = "own_style", typed: str = "") -> list[Any]:
    """The styles that an option offers to ann."""
    found = await world.ann.autocomplete(world.channel, f"recraft {command}", option, typed)
    return [(choice["name"], choice["value"]) for choice in found]


async def test_a_new_style(studio: World) -> None:
    task = await made(studio, "style create", name=" Ink *blots* ", **pictures(5))
    assert task.phase is Phase.DELIVERED and task.caption == "Ink *blots*"
    assert [parts(form) for form in forms(studio)] == [
        [BASE, *((f"file{number}", f"file{number}.png") for number in range(1, 6))]
    ]
    assert task.data["style_id"] == studio.relay.paid()[0].id
    assert studio.text(task).splitlines()[:2] == ["🖌️ Recraft · own style", r"> Ink \*blots\*"]
    assert studio.labels(task) == ["Again", "Draw in this style", "Details", "Delete"]
    assert files(studio, task) == []


async def test_pictures_left_out_between_others(studio: World) -> None:
    await made(studio, "style create", base="icon", image3=("3.png", picture(300)))
    assert [parts(form) for form in forms(studio)] == [
        [("style", "icon"), ("file1", "file1.png"), ("file2", "file2.png")]
    ]


@pytest.mark.parametrize("status", [400, 422])
async def test_the_other_names_of_the_pictures(studio: World, status: int) -> None:
    switches(studio).style_parts, switches(studio).missing_status = "images", status
    task = await made(studio, "style create", **pictures(2))
    assert task.phase is Phase.DELIVERED
    assert [parts(form) for form in forms(studio)] == [
        [BASE, ("file1", "file1.png"), ("file2", "file2.png")],
        [BASE, ("images", "images.png"), ("images", "images.png")],
    ]
    assert len(studio.relay.paid()) == 1


@pytest.mark.parametrize(("setting", "name"), [("images", "images"), ("numbered", "file1")])
async def test_the_names_that_the_operator_chose(tmp_path: Path, setting: str, name: str) -> None:
    async with gallery(tmp_path, RECRAFT_STYLE_PARTS=setting) as world:
        await made(world, "style create")
        assert [parts(form) for form in forms(world)] == [[BASE, (name, f"{name}.png")]]


@pytest.mark.parametrize("answer", ["id", "style_id", "full"])
async def test_every_form_of_the_answer(studio: World, answer: Any) -> None:
    switches(studio).style_answer = answer
    task = await made(studio, "style create")
    assert task.data["style_id"] == studio.relay.paid()[0].id


async def test_drawing_in_one_s_own_style(studio: World) -> None:
    style = await made(studio, "style create", name="Ink")
    for command in ("image", "image-to-image", "inpaint"):
        task = await made(studio, command, own_style=style.id)
        assert task.phase is Phase.DELIVERED, studio.text(task)
        fields = {field.name: field.value for field in studio.card(task).fields}
        assert "`own_style` Ink" in (fields["Options"] or "")
    jobs = [job for job in studio.relay.paid() if job.action != "styles"]
    assert [job.body["style_id"] for job in jobs] == [style.data["style_id"]] * 3
    assert all("style" not in job.body and "own_style" not in job.body and "base" not in job.body for job in jobs)


async def test_a_style_of_vector_pictures(studio: World) -> None:
    style = await made(studio, "style create", base="vector_illustration")
    assert files(studio, await made(studio, "image", own_style=style.id)) == ["a-fox.svg", "preview.png"]


async def test_the_button_of_a_style(studio: World) -> None:
    style = await made(studio, "style create", name="Ink")
    form = await studio.press(style, "recraft-draw")
    assert form.modal is not None and form.modal["title"] == "Draw in this style"
    await studio.ann.submit_modal(form, {"prompt": "a cat"})
    await studio.work()
    task = await studio.task()
    assert (task.phase, task.parent_id, task.caption) == (Phase.DELIVERED, style.id, "a cat")
    assert studio.relay.paid()[-1].body == {"prompt": "a cat", "style_id": style.data["style_id"]}
    result = await studio.press(style, "recraft-draw", studio.ben)
    assert refusal(result) == STRANGER and result.modal is None


async def test_the_list_is_ones_own(studio: World) -> None:
    result = await recraft(studio, "style list")
    assert alone(result)
    assert said(result) == "You have no styles yet. `/recraft style create` makes one from pictures."
    first = await made(studio, "style create", name="Ink *one*")
    second = await made(studio, "style create", name="Chalk")
    lines = said(await recraft(studio, "style list")).splitlines()
    assert [line.partition(" · ")[0] for line in lines] == ["🖌️ **Chalk**", "🖌️ **Ink \\*one\\***"]
    assert f"/{second.place.message_id}" in lines[0]
    assert await offered(studio) == [("Chalk", second.id), ("Ink *one*", first.id)]
    assert await offered(studio, "inpaint", typed="ink") == [("Ink *one*", first.id)]
    assert said(await recraft(studio, "style list", studio.ben)).startswith("You have no styles yet.")
    assert await studio.ben.autocomplete(studio.channel, "recraft image", "own_style", "") == []


async def test_rename_and_delete(studio: World) -> None:
    task = await made(studio, "style create")
    before = calls(studio)
    result = await recraft(studio, "style rename", style=task.id, name=" Ink `x` ")
    assert alone(result) and said(result) == "It is called Ink \\`x\\` now."
    assert await offered(studio, "style rename", "style") == [("Ink `x`", task.id)]
    assert refusal(await recraft(studio, "style rename", style=task.id, name="  ")) == "“name” is empty."
    result = await recraft(studio, "style delete", style=task.id)
    assert alone(result) and said(result) == "Ink \\`x\\` is no longer offered. At Recraft itself it stays."
    assert await offered(studio) == await offered(studio, "style delete", "style") == []
    assert calls(studio) == before  # the account there is the relay's, not the user's


async def _using(world: World, value: str, who: Any = None) -> str:
    return refusal(await recraft(world, "image", who, own_style=value))


async def test_what_is_no_style_of_ones_own(studio: World) -> None:
    style, drawing = await made(studio, "style create"), await made(studio, "image")
    before = calls(studio)
    assert await _using(studio, style.id, studio.ben) == STRANGER
    assert await _using(studio, drawing.id) == NONE
    assert await _using(studio, "Mine") == "There is no task “Mine”."
    also: list[tuple[str, dict[str, Any]]] = [("rename", {"name": "x"}), ("delete", {})]
    for command, options in also:
        found = await recraft(studio, f"style {command}", studio.ben, style=style.id, **options)
        assert refusal(found) == STRANGER
        assert refusal(await recraft(studio, f"style {command}", style=drawing.id, **options)) == NONE
    both = await recraft(studio, "image", own_style=style.id, style="realistic_image")
    assert refusal(both) == "Choose either `style` and `substyle` or `own_style`, not both."
    assert calls(studio) == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "  "}, "“name” is empty."),
        ({"image2": ("b.png", picture(200))}, "This picture is too small for Recraft: 200 × 200 pixels,"),
        ({"image5": ("b.gif", picture(kind="GIF"))}, "Recraft takes PNG, JPEG and WebP pictures only."),
        (
            {
                "image1": ("a.png", picture() + bytes(3 * 1024 * 1024)),
                "image2": ("b.png", picture(300) + bytes(2 * 1024 * 1024)),
            },
            "The pictures are too large for Recraft: 5 MiB together, but they must have less than 5 MiB.",
        ),
    ],
)
async def test_styles_that_cannot_be_made(studio: World, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await recraft(studio, "style create", **options)).startswith(sentence)
    assert await studio.tasks() == [] and calls(studio) == []


async def test_a_style_that_the_relay_refused(studio: World) -> None:
    studio.relay.faults.add(path="/recraft/*", status=400, body={"code": "x", "message": "Bad pictures"})
    task: Task = await made(studio, "style create")
    assert task.phase is Phase.FAILED and "Bad pictures Nothing was charged." in studio.text(task)
    assert await offered(studio) == [] and len(calls(studio)) == 1
