"""Flux: every form of an answer, and how a picture can end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase
from tests.discord.flux import flux, made, studio, switches
from tests.discord.kit import refusal
from tests.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Flux."""
    async with studio(tmp_path) as found:
        yield found


@pytest.mark.parametrize("submit", ["id", "bfl", "code", "task_id", "data", "replicate"])
async def test_every_answer_to_a_request(world: World, submit: Any) -> None:
    switches(world).submit = submit
    task = await made(world, "image")
    assert task.phase is Phase.DELIVERED and len(world.relay.paid()) == 1
    assert task.remote_id == world.relay.paid()[0].id


async def test_a_relay_that_waits_for_the_end(world: World) -> None:
    switches(world).submit = "waits"
    await flux(world, "image")
    await world.work()
    task = await world.task()
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert world.relay.count("GET", "/flux/v1/get_result") == 0
    world.clock.now += 1
    failed = await made(world, "image", prompt="sim:unsafe")
    assert "its content filter withheld the result" in world.text(failed)


@pytest.mark.parametrize("result", ["sample", "samples", "output", "outputs"])
@pytest.mark.parametrize("statuses", ["bfl", "sister"])
async def test_every_answer_to_a_question(world: World, result: Any, statuses: Any) -> None:
    switches(world).result, switches(world).statuses, switches(world).running_status = result, statuses, 202
    task = await made(world, "image")
    assert task.phase is Phase.DELIVERED, world.text(task)


@pytest.mark.parametrize("progress", ["share", "percent", "absent"])
async def test_progress(world: World, progress: Any) -> None:
    switches(world).progress = progress
    await flux(world, "image", prompt="a fox sim:slow")
    await world.pass_time(45)
    task = await world.task()
    assert task.percent == (None if progress == "absent" else 80)
    assert task.phase is (Phase.WAITING if progress == "absent" else Phase.RUNNING)


async def test_the_result_by_path(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_RESULT="path") as world:
        switches(world).query = "path"
        task = await made(world, "image")
        assert task.phase is Phase.DELIVERED
        assert world.relay.count("GET", f"/flux/v1/get_result/{task.remote_id}") > 0


@pytest.mark.parametrize("status", [404, 200])
async def test_not_found_at_first(world: World, status: int) -> None:
    switches(world).fresh_unknown, switches(world).unknown_status = True, status
    task = await made(world, "image")
    assert task.phase is Phase.DELIVERED


@pytest.mark.parametrize("status", [404, 200])
async def test_not_found_for_good(world: World, status: int) -> None:
    switches(world).unknown_status = status
    task = await made(world, "image", seconds=30, prompt="a fox sim:lost")
    assert task.phase is Phase.WAITING
    await world.pass_time(600 if status == 200 else 60, step=20)
    task = await world.task()
    assert task.phase is Phase.UNKNOWN and len(world.relay.paid()) == 1


async def test_an_empty_202_is_under_way(world: World) -> None:
    world.relay.faults.add(method="GET", path="/flux/v1/get_result", status=202, body=b"", times=2)
    task = await made(world, "image")
    assert task.phase is Phase.DELIVERED


@pytest.mark.parametrize(
    ("word", "phase", "words"),
    [
        ("fail", Phase.FAILED, "The model could not finish this generation"),
        ("banned", Phase.FAILED, "Flux's content filter refused the prompt or a picture. Put it in other words, or"),
        ("unsafe", Phase.FAILED, "Flux made it, but its content filter withheld the result. Put it in other words."),
        ("quota", Phase.FAILED, "The relay account has no credit left"),
        ("html", Phase.FAILED, "This relay does not offer that feature. Nothing was charged."),
        ("full", Phase.QUEUED, "The relay is overloaded right now."),
        ("throttle", Phase.DELIVERED, "✅ Finished"),
        ("queue", Phase.DELIVERED, "✅ Finished"),
        ("expired", Phase.DELIVERED, "✅ Finished"),
    ],
)
async def test_how_it_can_end(world: World, word: str, phase: Phase, words: str) -> None:
    task = await made(world, "image", prompt=f"a fox sim:{word}", seconds=45)
    assert (task.phase, words in world.text(task)) == (phase, True), world.text(task)


@pytest.mark.parametrize("place", ["details", "error", "result"])
async def test_where_the_reason_stands(world: World, place: Any) -> None:
    switches(world).reason = place
    task = await made(world, "image", prompt="sim:fail")
    assert "The model could not finish this generation" in world.text(task)


async def test_the_reason_of_the_filter_is_named(world: World) -> None:
    task = await made(world, "image", prompt="sim:banned")
    assert "It named as the reason: The prompt was refused by content moderation" in world.text(task)


async def test_a_link_that_ended_while_nobody_could_fetch_it(world: World) -> None:
    """The relay gives the picture a fresh ten minutes when it is asked again."""
    switches(world).renewed_links = True
    world.relay.faults.add(method="GET", path="/media/flux/*", status=403, times=1)
    task = await made(world, "image", seconds=45)
    assert task.phase is Phase.DELIVERED and task.fresh


# ------------------------------------------------------------------------------------------------ not offered


async def test_a_model_that_the_relay_lacks_does_not_hide_the_others(world: World) -> None:
    switches(world).models = ("flux-dev",)
    task = await made(world, "image")
    assert "This relay does not offer that feature. Nothing was charged." in world.text(task)
    assert refusal(await flux(world, "image")).startswith("This relay does not offer that.")
    assert (await made(world, "image", model="flux-dev")).phase is Phase.DELIVERED


async def test_a_relay_without_flux(world: World) -> None:
    switches(world).offered = False
    task = await made(world, "edit")
    assert task.phase is Phase.FAILED and world.relay.paid() == []


async def test_the_prefix(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_PREFIX="/pro") as world:
        await made(world, "image")
        assert [call.path for call in world.relay.calls] == ["/pro/flux/v1/flux-pro-1.1"]
