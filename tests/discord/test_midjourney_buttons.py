"""The buttons under finished pictures, videos and texts: drawn as Midjourney has them, and pressed."""

from typing import Any

import discord
import pytest

from bot.providers.midjourney.buttons import kept
from bot.task import Phase, Task
from tests.discord.kit import STRANGER, forge, refusal
from tests.discord.midjourney import (
    FOX,
    arrived,
    click,
    followed,
    go_on,
    grid,
    made,
    marked,
    mj,
    number_of,
    picture,
    press,
    sent,
    shapes,
    upscaled,
    waiting,
)
from tests.world import World, alone, said

GRID = ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]
ZOOMS = ["🔍 Zoom Out 2x", "🔍 Zoom Out 1.5x", "🔍 Custom Zoom"]
PANS = ["⬅️", "➡️", "⬆️", "⬇️"]
ANIMATES = ["🎞️ Animate (High motion)", "🎞️ Animate (Low motion)"]
VARIES = ["🪄 Vary (Subtle)", "🪄 Vary (Strong)", "🖌️ Vary (Region)"]
SINGLE = ["Upscale (Subtle)", "Upscale (Creative)", *VARIES, *ZOOMS, *PANS, *ANIMATES]
EXTENDS = ["🎞️ Extend (High motion)", "🎞️ Extend (Low motion)"]
RED = picture("red")


def rows(world: World, task: Task) -> list[list[str]]:
    """Midjourney's buttons as they are drawn, row by row."""
    drawn = [
        [
            f"{button.emoji or ''} {button.label or ''}".strip()
            for button in row.children
            if isinstance(button, discord.Button) and (button.custom_id or "").startswith("v1:mj:")
        ]
        for row in world.message(task).components
        if isinstance(row, discord.ActionRow)
    ]
    return [row for row in drawn if row]


def in_fives(names: list[str]) -> list[list[str]]:
    """In rows as they should be drawn."""
    return [names[start : start + 5] for start in range(0, len(names), 5)]


# ------------------------------------------------------------------------------------------------ drawn


@pytest.mark.parametrize(
    ("command", "options", "names"),
    [
        ("imagine", {"prompt": FOX}, GRID),
        ("describe", {"image": RED}, ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "🔄"]),
        ("shorten", {"prompt": "a long prompt about a fox"}, ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣"]),
        ("video", {"image": RED, "prompt": "it runs", "count": 2}, ["U1", "U2", *EXTENDS]),
        ("face-swap", {"face": RED, "image": RED}, []),
    ],
)
async def test_buttons_of_what_is_asked_for(
    world: World, command: str, options: dict[str, Any], names: list[str]
) -> None:
    task = await made(world, command, 30, **options)
    assert task.phase is Phase.DELIVERED
    assert rows(world, task) == in_fives(names)
    assert "Details" in world.labels(task) and "Delete" in world.labels(task)


async def test_buttons_of_one_picture(world: World) -> None:
    """Bookmark and link are left out; what is not square can be made so."""
    task = await upscaled(world, aspect_ratio="16:9")
    assert rows(world, task) == in_fives([*SINGLE[:8], "↔️ Make Square", *SINGLE[8:]])
    assert not [one for one in kept(task) if "BOOKMARK" in one.id or "http" in one.id]


async def test_a_used_button_is_green(world: World) -> None:
    first = await grid(world)
    child = await followed(world, first, "V3")
    again = await followed(world, child, "U1")
    assert not any(one.used for one in kept(again))
    assert world.text(again).startswith("⛵ Midjourney · picture\n> U1")


# ------------------------------------------------------------------------------------------------ pressed


async def test_press_under_a_grid(world: World) -> None:
    parent = await grid(world)
    for name in GRID:
        await pressed(world, parent, name)


async def test_press_under_one_picture(world: World) -> None:
    """Those that open a window are left to the tests of windows."""
    parent = await upscaled(world)
    for button in kept(parent):
        if not button.window:
            await pressed(world, parent, button.name)


async def test_press_make_square(world: World) -> None:
    child = await pressed(world, await upscaled(world, aspect_ratio="16:9"), "Make Square")
    [(width, height)] = await shapes(world, child)
    assert width == height


async def test_press_under_a_video(world: World) -> None:
    film = await made(world, "video", 30, image=RED, prompt="it runs", count=1)
    world.relay.calls.clear()
    clip = await pressed(world, film, "U1")
    assert len(world.message(clip).attachments) == 1
    assert rows(world, clip) == [EXTENDS]


async def test_press_a_description_again(world: World) -> None:
    text = await made(world, "describe", image=RED)
    world.relay.calls.clear()
    again = await pressed(world, text, "🔄")
    assert again.text != text.text and rows(world, again) == [["1️⃣", "2️⃣", "3️⃣", "4️⃣", "🔄"]]


async def pressed(world: World, parent: Task, name: str) -> Task:
    """What a button came to: its own id was sent, and the card says where it comes from."""
    wanted = kept(parent)[number_of(parent, name)]
    child = await followed(world, parent, name, 40)
    body = {"taskId": parent.remote_id, "customId": wanted.id, "chooseSameChannel": True}
    assert sent(world) == [("action", body)]
    world.relay.calls.clear()
    assert (child.phase, child.parent_id) == (Phase.DELIVERED, parent.id)
    link = world.message(parent).jump_url
    lines = world.text(child).replace("\\", "").splitlines()
    assert f"**{name}** of {link}" in lines, lines
    return child


# ------------------------------------------------------------------------------------------------ the main way


async def test_imagine_upscale_region_animate(world: World) -> None:
    first = await made(world, "imagine", prompt=FOX, speed="fast")
    single = await followed(world, first, "U2")
    window = await waiting(world, single, "Vary (Region)")
    await world.restart()
    form = await go_on(world, window)
    [size] = await shapes(world, single)
    await world.ann.submit_modal(form, {"prompt": "a red hat", "mask": marked(size)})
    hats = await arrived(world)
    assert (hats.id, hats.phase) == (window.id, Phase.DELIVERED)
    one = await followed(world, hats, "U1")
    film = await followed(world, one, "Animate (High motion)", 40)
    assert len(world.message(film).attachments) == 4
    found = [(path.removeprefix("mj-fast/"), body) for path, body in sent(world)]
    assert [path for path, _body in found] == ["imagine", "action", "action", "modal", "action", "action"]
    parents = [first.remote_id, single.remote_id, hats.remote_id, one.remote_id]
    assert [body["taskId"] for path, body in found if path == "action"] == parents
    assert found[3][1]["taskId"] == window.remote_id and found[3][1]["prompt"] == "a red hat"
    assert found[3][1]["maskBase64"].startswith("data:image/png;base64,")
    assert [task.action for task in world.relay.paid()] == ["IMAGINE", "UPSCALE", "INPAINT", "UPSCALE", "VIDEO"]


@pytest.mark.parametrize(("command", "name"), [("describe", "3️⃣"), ("shorten", "5️⃣")])
async def test_a_picture_from_a_suggestion(world: World, command: str, name: str) -> None:
    given: dict[str, Any] = {"image": RED} if command == "describe" else {"prompt": "a fox in the snow at dusk"}
    text = await made(world, command, **given)
    wanted = next(line for line in text.text.splitlines() if line.startswith(name)).removeprefix(name).strip()
    window = await waiting(world, text, name)
    assert window.caption == f"{name} · {wanted}"
    form = await go_on(world, window)
    assert form.modal is not None and form.modal["components"][0]["component"]["value"] == wanted
    await world.ann.submit_modal(form, {"prompt": f"{wanted} at night"})
    task = await arrived(world)
    assert task.phase is Phase.DELIVERED and rows(world, task) == in_fives(GRID)
    assert sent(world)[-1] == ("modal", {"taskId": window.remote_id, "prompt": f"{wanted} at night"})
    assert len(world.relay.paid()) == 2


# ------------------------------------------------------------------------------------------------ split, and refusals


async def test_split(world: World) -> None:
    task = await grid(world)
    await world.press(task, "mj-split")
    single = await arrived(world, 5)
    assert single.phase is Phase.DELIVERED
    assert await shapes(world, single) == [(360, 360)] * 4
    assert sent(world) == [] and len(world.relay.paid()) == 1


async def test_somebody_else_presses(world: World) -> None:
    task = await grid(world)
    assert refusal(await press(world, task, "U1", world.ben)) == STRANGER
    assert refusal(await world.press(task, "mj-split", world.ben)) == STRANGER
    assert sent(world) == []


async def test_a_button_that_is_no_longer_there(world: World) -> None:
    task = await grid(world)
    for argument in ("30", "x"):
        forge(world, world.message(task), f"v1:mj:{task.id}:{argument}")
        result = await world.ann.click(world.message(task), custom_id=f"v1:mj:{task.id}:{argument}")
        assert refusal(result) == "This picture no longer has that button."
    assert sent(world) == []


async def test_the_relay_no_longer_has_the_button(world: World) -> None:
    task = await grid(world)
    body = {"code": 4, "description": "关联按钮不存在", "result": None, "properties": {}}
    world.relay.faults.add(method="POST", path="/mj/submit/action", body=body)
    child = await followed(world, task, "U1", 5)
    assert child.phase is Phase.FAILED and "关联按钮不存在" in world.text(child)
    assert len(world.relay.paid()) == 1


async def test_a_parent_that_is_not_finished(world: World) -> None:
    await mj(world, "imagine", prompt=FOX)
    await world.work()
    task = await world.task()
    forge(world, world.message(task), f"v1:mj:{task.id}:0")
    assert refusal(await click(world, task, 0)) == "That task is not finished yet, or it did not work out."


async def test_settings(world: World) -> None:
    options: list[tuple[dict[str, Any], str]] = [
        ({}, "asks you"),
        ({"confirm_remix": True}, "at once"),
        ({}, "at once"),
    ]
    for given, words in options:
        result = await mj(world, "settings", **given)
        assert alone(result) and words in said(result)
