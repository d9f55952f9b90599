"""What the relay refuses in its own words, no longer knows, or answers too late: said plainly, and never a dead end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase, Task
from tests.discord.flux import Studio, serve_attachments
from tests.discord.midjourney import (
    FOX,
    arrived,
    followed,
    go_on,
    grid,
    made,
    marked,
    picture,
    sent,
    upscaled,
    waiting,
)
from tests.world import World, a_world

ACTION, MODAL = "/mj/submit/action", "/mj/submit/modal"


def stock(words: str) -> dict[str, Any]:
    """How stock new-api passes a refusal on (0.3)."""
    return {"description": f"{words} ", "type": "upstream_error", "code": 4}


def own(code: int, words: str) -> dict[str, Any]:
    """How the proxy itself refuses (0.3)."""
    return {"code": code, "description": words, "result": None, "properties": {}}


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, stock("该任务所属渠道已被禁用"), "The account that made the picture is gone"),
        (400, stock("quota_not_enough"), "The relay account has no credit left."),
        (200, own(4, "quota_not_enough"), "The relay account has no credit left."),
        (400, stock("unknown_action:MJ::JOB::upsample::2::h"), "This relay does not offer that feature."),
        (400, stock("task_not_found"), "The relay no longer knows the original"),
        (404, own(3, "关联任务不存在或已失效"), "关联任务不存在或已失效"),
        (400, own(24, "可能包含敏感词") | {"properties": {"bannedWord": "blood"}}, "敏感词"),
    ],
)
async def test_a_refused_button(world: World, status: int, body: dict[str, Any], why: str) -> None:
    """It ends with its reason; the other buttons of the same kind go on working."""
    parent = await grid(world)
    world.relay.faults.add(method="POST", path=ACTION, status=status, body=body)
    refused = await followed(world, parent, "U2", 2)
    assert refused.phase is Phase.FAILED and why in world.text(refused).replace("\\", "")
    assert (await followed(world, parent, "U3")).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 2


async def test_a_relay_without_videos(world: World) -> None:
    """What it answers then (1.11) says that nothing was made."""
    world.relay.midjourney.video = False
    task = await made(world, "video", 5, image=picture("red"), prompt="it runs")
    assert task.phase is Phase.FAILED
    assert "This relay does not offer that feature. Nothing was charged." in world.text(task)


@pytest.mark.parametrize("unknown", ["error", "null", "empty"])
async def test_a_task_that_nobody_knows(world: World, unknown: Any) -> None:
    """Ten rounds without it, then a question of its own: the relay does not know it, and other tasks do not suffer."""
    world.relay.midjourney.lost, world.relay.midjourney.unknown = "all", unknown
    lost = await made(world, "imagine", 90, prompt=f"{FOX} sim:lost")
    assert lost.phase is Phase.UNKNOWN and "The relay no longer knows this task." in world.text(lost)
    assert (await made(world, "imagine", prompt=FOX)).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ windows


async def test_a_cut_answer_to_a_window_is_looked_after(world: World) -> None:
    """Its id is known: the result is found without the answer."""
    window = await waiting(world, await upscaled(world), "Vary (Region)")
    world.relay.faults.add(method="POST", path=MODAL, cut="after")
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "a hat", "mask": marked((360, 360))})
    task = await arrived(world, 5)
    assert task.phase in {Phase.WAITING, Phase.RUNNING} and task.remote_id == window.remote_id
    task = await arrived(world, 60)
    assert (task.phase, task.late) == (Phase.DELIVERED, False)
    assert [path for path, _body in sent(world)] == ["action", "modal"]


async def test_an_answer_that_never_arrived_can_be_given_again(world: World) -> None:
    window = await waiting(world, await upscaled(world), "Custom Zoom")
    world.relay.faults.add(method="POST", path=MODAL, cut="before")
    await world.ann.submit_modal(await go_on(world, window), {"prompt": f"{FOX} --zoom 1.4"})
    await world.pass_time(200)
    await world.ann.submit_modal(await go_on(world, window), {"prompt": f"{FOX} --zoom 1.6"})
    assert (await arrived(world, 30)).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 3


async def test_retry_of_a_refused_answer_asks_again(world: World) -> None:
    """The old window may be closed, and the same words would be refused again."""
    parent = await grid(world)
    world.relay.midjourney.remix = True
    window = await waiting(world, parent, "V1")
    await world.ann.submit_modal(await go_on(world, window), {"prompt": "sim:banned"})
    failed = await arrived(world, 5)
    await world.press(failed, "retry")
    again = await arrived(world, 2)
    assert again.phase is Phase.INPUT and again.remote_id != window.remote_id
    await world.ann.submit_modal(await go_on(world, again), {"prompt": "a bear"})
    assert (await arrived(world)).phase is Phase.DELIVERED
    assert len(world.relay.paid()) == 2


@pytest.fixture
async def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A world in which attachments can be fetched from Discord."""
    async with a_world(tmp_path, simulator=Studio) as world:
        serve_attachments(world, monkeypatch)
        yield world


def forget(world: World, task: Task) -> None:
    """The relay's link of the task's picture is over."""
    world.relay.faults.add(path=task.media[0].url.removeprefix(world.relay.url), status=404, times=9)


async def test_a_region_of_an_old_picture(old: World) -> None:
    """The card still has it."""
    parent = await upscaled(old)
    window = await waiting(old, parent, "Vary (Region)")
    forget(old, parent)
    await old.ann.submit_modal(await go_on(old, window), {"prompt": "a hat", "mask": marked((360, 360))})
    assert (await arrived(old)).phase is Phase.DELIVERED


async def test_an_old_grid_is_split(old: World) -> None:
    parent = await grid(old)
    forget(old, parent)
    await old.press(parent, "mj-split")
    single = await arrived(old, 10)
    assert single.phase is Phase.DELIVERED and len(old.message(single).attachments) == 4
    await old.press(single, "again")
    assert (await arrived(old, 10)).phase is Phase.DELIVERED
