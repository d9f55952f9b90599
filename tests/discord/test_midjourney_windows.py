"""What Midjourney asks in a window: code 21 in both meanings, rewritten or polled, remix, masks, custom zoom."""

from typing import Any

import pytest

from bot.providers.midjourney.buttons import kept
from bot.task import Phase, Task
from tests.discord.flux import manager
from tests.discord.kit import STRANGER, refusal
from tests.discord.midjourney import (
    FOX,
    File,
    arrived,
    followed,
    go_on,
    grid,
    made,
    marked,
    mj,
    picture,
    sent,
    upscaled,
    waiting,
)
from tests.world import World

NO_MASK = "A mask is needed: white where the picture is to change."
OVER = "This was answered already, or it is over."
ZOOM = "Say how far to zoom, from 1 to 2: end the prompt with `--zoom 1.8`, for example."


async def region(world: World) -> Task:
    """A change of a region that waits for its mask."""
    return await waiting(world, await upscaled(world), "Vary (Region)")


async def phase(world: World, task: Task) -> Phase:
    """Where the task stands now."""
    return (await world.app.engine.desk.known(task.id)).phase


# ------------------------------------------------------------------------------------------------ both meanings of 21


@pytest.mark.parametrize("rewrite", [False, True])
async def test_what_was_done_already(world: World, rewrite: bool) -> None:
    parent = await grid(world)
    world.relay.midjourney.rewrite = rewrite
    first = await followed(world, parent, "U2")
    second = await followed(world, parent, "U2", 6)
    assert second.id != first.id and second.remote_id == first.remote_id
    assert (first.phase, second.phase) == (Phase.DELIVERED, Phase.DELIVERED)
    assert len(world.relay.paid()) == 2


@pytest.mark.parametrize("rewrite", [False, True])
async def test_remix_asks(world: World, rewrite: bool) -> None:
    """Rewritten, the answer looks like success, and only the poll tells."""
    parent = await grid(world)
    world.relay.midjourney.remix, world.relay.midjourney.rewrite = True, rewrite
    window = await followed(world, parent, "V1", 11)
    assert window.phase is Phase.INPUT and world.labels(window)[:2] == ["Continue", "Cancel"]
    assert len(world.relay.paid()) == 1
    form = await go_on(world, window)
    assert form.modal is not None
    assert [row["component"].get("value") for row in form.modal["components"]] == [FOX]
    await world.ann.submit_modal(form, {"prompt": "a bear"})
    task = await arrived(world)
    assert (task.phase, task.remote_id) == (Phase.DELIVERED, window.remote_id)
    assert sent(world)[-1] == ("modal", {"taskId": window.remote_id, "prompt": "a bear"})
    assert len(world.relay.paid()) == 2


async def test_a_prompt_that_is_not_allowed(world: World) -> None:
    """The window stays open, and may be answered otherwise."""
    parent = await grid(world)
    world.relay.midjourney.remix = True
    await manager(world).slash(world.channel, "safety add", rule="kraken")
    window = await followed(world, parent, "V1", 11)
    refused = await world.ann.submit_modal(await go_on(world, window), {"prompt": "a kraken"})
    assert refusal(refused).startswith("The rule “kraken” does not allow")
    assert await phase(world, window) is Phase.INPUT and sent(world)[-1][0] != "modal"
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "a bear"})
    assert (await arrived(world)).phase is Phase.DELIVERED


@pytest.mark.parametrize("rewrite", [False, True])
@pytest.mark.parametrize("name", ["V1", "🔄"])
async def test_remix_confirmed_by_itself(world: World, rewrite: bool, name: str) -> None:
    parent = await grid(world)
    await mj(world, "settings", confirm_remix=True)
    world.relay.midjourney.remix, world.relay.midjourney.rewrite = True, rewrite
    task = await followed(world, parent, name, 25)
    assert task.phase is Phase.DELIVERED
    assert [path for path, _body in sent(world)] == ["action", "modal"]
    assert sent(world)[1][1] == {"taskId": task.remote_id, "prompt": FOX}


@pytest.mark.parametrize(("command", "count"), [("describe", 4), ("shorten", 5)])
async def test_press_every_suggestion(world: World, command: str, count: int) -> None:
    """Confirmed by itself, each comes to the pictures of its own line."""
    given: dict[str, Any] = {"image": picture()} if command == "describe" else {"prompt": "a fox in the snow at dusk"}
    await mj(world, "settings", confirm_remix=True)
    text = await made(world, command, **given)
    lines = [line.partition("\u20e3")[2].strip() for line in text.text.splitlines() if "\u20e3" in line]
    world.relay.calls.clear()
    for number, line in enumerate(lines):
        task = await followed(world, text, kept(text)[number].name, 25)
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert sent(world)[-1] == ("modal", {"taskId": task.remote_id, "prompt": line})
    assert len(lines) == count == len([path for path, _body in sent(world) if path == "modal"])


async def test_a_mask_is_asked_for_all_the_same(world: World) -> None:
    await mj(world, "settings", confirm_remix=True)
    assert (await region(world)).phase is Phase.INPUT


async def test_a_prompt_that_the_relay_rewrites(world: World) -> None:
    parent = await grid(world, f"{FOX} sim:rewrite")
    world.relay.midjourney.remix = True
    assert (await followed(world, parent, "V2", 11)).phase is Phase.INPUT


async def test_the_window_answers_with_another_id(world: World) -> None:
    parent = await grid(world)
    world.relay.midjourney.remix, world.relay.midjourney.modal = True, "other"
    window = await waiting(world, parent, "V1")
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "a bear"})
    task = await arrived(world)
    assert task.phase is Phase.DELIVERED and task.remote_id != window.remote_id


@pytest.mark.parametrize("confirm", [False, True])
async def test_a_relay_that_looks_seldom(world: World, confirm: bool) -> None:
    """Fifteen seconds long it still says that the window waits, although it was answered."""
    parent = await grid(world)
    await mj(world, "settings", confirm_remix=confirm)
    world.relay.midjourney.like_new_api()
    world.relay.midjourney.remix = True
    window = await followed(world, parent, "V1", 20 if not confirm else 1)
    if not confirm:
        assert window.phase is Phase.INPUT
        await world.ann.submit_modal(await go_on(world, window), {"prompt": "a bear"})
        await world.pass_time(3, 1)
        assert await phase(world, window) is not Phase.INPUT
    task = await arrived(world, 75)
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert [path for path, _body in sent(world)] == ["action", "modal"]
    assert len(world.relay.paid()) == 2


# ------------------------------------------------------------------------------------------------ what is answered


async def test_custom_zoom(world: World) -> None:
    window = await waiting(world, await upscaled(world), "Custom Zoom")
    first = await go_on(world, window)
    assert first.modal is not None
    assert first.modal["components"][0]["component"]["value"] == f"{FOX} --zoom 2"
    for words in (FOX, f"{FOX} --zoom 3", f"{FOX} --zoom 0.5", f"{FOX} --zoom 1.2.3"):
        form = await go_on(world, window)
        assert refusal(await world.ann.submit_modal(form, {"prompt": words})) == ZOOM
        assert await phase(world, window) is Phase.INPUT
    await world.ann.submit_modal(await go_on(world, window), {"prompt": f"{FOX} --zoom 1.4"})
    task = await arrived(world)
    assert task.phase is Phase.DELIVERED
    assert sent(world)[-1] == ("modal", {"taskId": window.remote_id, "prompt": f"{FOX} --zoom 1.4"})


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (marked((30, 30)), "The mask has another size than the picture: both must have the same width and height."),
        (marked((360, 360), nothing=True), "Nothing is marked in the mask: paint white what is to be changed."),
        (("mask.txt", b"white everywhere"), "mask.txt is not a picture. PNG, JPEG, WebP and GIF can be used."),
    ],
)
async def test_a_wrong_mask(world: World, mask: File, why: str) -> None:
    window = await region(world)
    result = await world.ann.submit_modal(await go_on(world, window), {"prompt": "a hat", "mask": mask})
    assert refusal(result) == why
    assert await phase(world, window) is Phase.INPUT
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "a hat", "mask": marked((360, 360))})
    assert (await arrived(world)).phase is Phase.DELIVERED
    assert [path for path, _body in sent(world)] == ["action", "modal"]


async def test_a_picture_painted_over_is_a_mask(world: World) -> None:
    window = await region(world)
    mask = picture("magenta", (360, 360))
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "a hat", "mask": mask})
    assert (await arrived(world)).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ who, and how often


async def test_somebody_else_answers(world: World) -> None:
    window = await region(world)
    assert refusal(await go_on(world, window, world.ben)) == STRANGER
    form = await go_on(world, window)
    values: dict[str, Any] = {"prompt": "a hat", "mask": marked((360, 360))}
    assert await phase(world, window) is Phase.INPUT
    await world.ann.submit_modal(form, values)
    await world.work()
    assert [path for path, _body in sent(world)] == ["action", "modal"]


async def test_answered_twice(world: World) -> None:
    parent = await grid(world)
    world.relay.midjourney.remix = True
    window = await waiting(world, parent, "V1")
    forms = [await go_on(world, window), await go_on(world, window)]
    await world.ann.submit_modal(forms[0], {"prompt": "a bear"})
    assert refusal(await world.ann.submit_modal(forms[1], {"prompt": "a cat"})) == OVER
    assert (await arrived(world)).phase is Phase.DELIVERED
    assert [body.get("prompt") for path, body in sent(world) if path == "modal"] == ["a bear"]


async def test_cancelled_while_it_waits(world: World) -> None:
    window = await region(world)
    form = await go_on(world, window)
    await world.press(window, "cancel")
    await world.work()
    task = await world.task()
    assert task.phase is Phase.CANCELLED
    assert "Nothing was charged" in world.text(task) and "Continue" not in world.labels(task)
    values = {"prompt": "a hat", "mask": marked((360, 360))}
    assert refusal(await world.ann.submit_modal(form, values)) == OVER
    assert len(world.relay.paid()) == 2


async def test_nobody_answers_for_a_day(world: World) -> None:
    window = await region(world)
    await world.pass_time(86400 - 1200, 600)
    assert await phase(world, window) is Phase.INPUT
    await world.pass_time(2400, 600)
    assert await phase(world, window) is Phase.CANCELLED
    assert "Nobody answered what the relay asked." in world.text(window)


async def test_the_relay_gives_the_window_up(world: World) -> None:
    parent = await upscaled(world)
    world.relay.midjourney.like_new_api()
    window = await followed(world, parent, "Vary (Region)", 20)
    await world.pass_time(5400, 300)
    assert await phase(world, window) is Phase.UNKNOWN
    assert len(world.relay.paid()) == 2


async def test_a_refused_answer_ends_in_its_reason(world: World) -> None:
    parent = await grid(world)
    world.relay.midjourney.remix = True
    window = await waiting(world, parent, "V1")
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "sim:banned"})
    task = await arrived(world, 5)
    assert task.phase is Phase.FAILED
    assert "Midjourney does not allow the word “sim:banned”." in world.text(task).replace("\\", "")
