"""A video's last frame, made by ourselves, and what goes on from it."""

import io
from pathlib import Path

from PIL import Image

from bot.task import Phase
from tests.discord.kit import here, parts, refusal
from tests.world import World, a_world, alone, said

LAST = "Last frame"


async def test_a_button_makes_a_picture_at_no_cost(world: World) -> None:
    film = await world.delivered()
    assert LAST in world.labels(film)
    result = await world.ann.click(world.message(film), custom_id=f"v1:picture:{film.id}:frame")
    assert not alone(result)
    await world.work()
    task = await world.task()
    assert (task.provider, task.action, task.phase) == ("darkroom", "last-frame", Phase.DELIVERED)
    assert (task.parent_id, here(result).id) == (film.id, task.place.message_id)
    assert len(world.relay.paid()) == 1
    (file,) = world.message(task).attachments
    assert file.filename.endswith(".png")
    with Image.open(io.BytesIO(await file.read())) as frame:
        assert frame.format == "PNG" and frame.width > frame.height
    assert "Use as input…" in world.labels(task) and "Animate" in world.labels(task)


async def test_anybody_may_take_it_and_go_on_with_it(world: World) -> None:
    film = await world.delivered()
    await world.ben.click(world.message(film), custom_id=f"v1:picture:{film.id}:frame")
    await world.work()
    frame = await world.task()
    assert frame.user_id == world.ben.id
    world.clock.now += 1
    menu = await world.ben.click(world.message(frame), custom_id=f"v1:picture:{frame.id}")
    form = await world.ben.select(here(menu), ["luma-video"])
    await world.ben.submit_modal(form, {"prompt": "it goes on"})
    await world.pass_time(60)
    task = await world.task()
    assert (task.provider, task.phase, task.parent_id) == ("luma", Phase.DELIVERED, frame.id)
    assert world.relay.paid()[-1].body["image_url"].startswith("data:image/png;base64,")


async def test_the_menu_of_a_video_speaks_of_a_video(world: World) -> None:
    film = await world.delivered()
    menu = await world.ann.click(world.message(film), custom_id=f"v1:picture:{film.id}")
    assert alone(menu) and said(menu) == "What shall be done with this video?"
    (select,) = [part for part in parts(here(menu).components) if part["type"] == 3]
    assert "last-frame" in {option["value"] for option in select["options"]}


async def test_a_video_that_is_gone(world: World) -> None:
    film = await world.delivered()
    world.relay.faults.add(path="/media/*", status=404, times=None)
    result = await world.ann.click(world.message(film), custom_id=f"v1:picture:{film.id}:frame")
    assert refusal(result).startswith("There is no video of that task that can still be fetched")


async def test_without_the_extra_there_is_no_such_button(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="luma") as world:
        world.app.engine.core.workshop.available = False
        film = await world.delivered()
        assert LAST not in world.labels(film)
