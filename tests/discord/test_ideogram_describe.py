"""/ideogram describe: a picture in words, which can become pictures again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, MemberActor

from bot.task import Phase, Task
from tests.discord.ideogram import bodies, calls, fields, forms, gallery, made
from tests.discord.kit import STRANGER, forge, refusal
from tests.world import World

FILE, DRAW = {"image_file": "image_file.png"}, "ideogram-draw"


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Ideogram."""
    async with gallery(tmp_path) as found:
        yield found


async def described(world: World, **options: Any) -> Task:
    task = await made(world, "describe", **options)
    assert task.phase is Phase.DELIVERED
    return task


async def press(world: World, task: Task, number: int, who: MemberActor | None = None) -> InteractionResult:
    """Click the button of a description, counted from 0."""
    found = await (who or world.ann).click(world.message(task), custom_id=f"v1:{DRAW}:{task.id}:{number}")
    await world.work()
    return found


@pytest.mark.parametrize(
    ("options", "form"), [({}, FILE), ({"version": "V_2"}, {**FILE, "describe_model_version": "V_2"})]
)
async def test_a_picture_in_words(studio: World, options: dict[str, Any], form: dict[str, Any]) -> None:
    task = await described(studio, **options)
    assert (calls(studio), [fields(found) for found in forms(studio)]) == (["describe"], [form])
    assert studio.card(task).title == "🔤 Ideogram · description"
    words = studio.text(task)
    assert "1. A picture of 256 by 256 pixels, mostly" in words and "2. A study in" in words
    assert studio.labels(task) == ["Make a picture of 1", "Make a picture of 2", "Again", "Details", "Delete"]
    assert studio.message(task).attachments == []


async def test_a_description_becomes_a_picture(studio: World) -> None:
    task = await described(studio)
    words = task.data["descriptions"][1]
    await press(studio, task, 1)
    assert bodies(studio) == [{"image_request": {"prompt": words, "model": "V_2"}}]
    drawn = next(one for one in await studio.tasks() if one.action == "image")
    assert (drawn.phase, drawn.parent_id, drawn.caption) == (Phase.DELIVERED, task.id, words)


async def test_the_button_works_after_a_restart_with_the_model_of_then(studio: World) -> None:
    task = await described(studio)
    await studio.restart(PROVIDERS="luma,ideogram", IDEOGRAM_MODEL="V_3", IDEOGRAM_V3_FORM="json")
    studio.relay.ideogram.encodings = ("json",)
    await press(studio, task, 0)
    assert bodies(studio) == [{"prompt": task.data["descriptions"][0]}]


async def test_only_the_owner_makes_pictures_of_it(studio: World) -> None:
    task = await described(studio)
    assert refusal(await press(studio, task, 0, studio.ben)) == STRANGER
    assert len(await studio.tasks()) == 1


async def test_a_description_that_is_not_there(studio: World) -> None:
    task = await described(studio)
    forge(studio, studio.message(task), f"v1:{DRAW}:{task.id}:2")
    assert refusal(await press(studio, task, 2)) == "That description is no longer there."


async def test_one_description(studio: World) -> None:
    studio.relay.faults.add(path="/ideogram/*", status=200, body={"descriptions": [{"text": "A *fox*"}]})
    task = await described(studio)
    assert r"A \*fox\*" in studio.text(task)
    assert studio.labels(task)[0] == "Make a picture of it"


async def test_no_description(studio: World) -> None:
    studio.relay.faults.add(path="/ideogram/*", status=200, body={"descriptions": []})
    task = await made(studio, "describe")
    assert task.phase is Phase.FAILED
    assert "Ideogram found no words for this picture." in studio.text(task)
