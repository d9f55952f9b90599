"""/hailuo video: on the wire, what becomes of it, and what cannot be asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.errors import BROKEN, KEY_REFUSED, NO_QUOTA
from bot.providers.hailuo.mistakes import INPUT_REFUSED, NO_PLACE, NO_PLAN, OUTPUT_WITHHELD
from bot.task import Phase
from tests.discord.hailuo import (
    ELSE,
    FAST,
    FILE,
    FOX,
    LATER,
    OTHER,
    TWO,
    cinema,
    data,
    hailuo,
    made,
    picture,
    questions,
    sent,
)
from tests.discord.kit import GIF, here, refusal
from tests.world import World

VIDEO = "video_generation"
FOXES = {"model": TWO, "prompt": "a fox"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Hailuo."""
    async with cinema(tmp_path) as found:
        yield found


# ------------------------------------------------------------------------------------------------ on the wire

SENT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"prompt": "a fox"}, FOXES),
    ({"prompt": "a fox", "model": LATER, "duration": 10, "resolution": "768p"},
     {"prompt": "a fox", "model": LATER, "duration": 10, "resolution": "768P"}),
    ({"prompt": "a fox", "camera": "[Push in, Pan left]"}, {**FOXES, "prompt": "a fox [Push in, Pan left]"}),
    ({"first_frame": FILE}, {"model": TWO, "first_frame_image": data(FOX)}),
    ({"first_frame": FILE, "model": FAST, "prompt": "it runs"},
     {"model": FAST, "first_frame_image": data(FOX), "prompt": "it runs"}),
    ({"prompt": "a fox", "last_frame": ELSE}, {**FOXES, "last_frame_image": data(OTHER)}),
    (
        {"prompt": "a fox", "first_frame": FILE, "last_frame": ELSE, "duration": 6, "resolution": "1080P",
         "optimize": False, "fast": True, "watermark": True},
        {**FOXES, "first_frame_image": data(FOX), "last_frame_image": data(OTHER), "duration": 6,
         "resolution": "1080P", "prompt_optimizer": False, "fast_pretreatment": True, "aigc_watermark": True},
    ),
    ({"prompt": "a fox", "first_frame": FILE, "resolution": "512P", "duration": 10},
     {**FOXES, "first_frame_image": data(FOX), "resolution": "512P", "duration": 10}),
    (
        {"prompt": "she waves", "subject": FILE},
        {"model": "S2V-01", "prompt": "she waves",
         "subject_reference": [{"type": "character", "image": [data(FOX)]}]},
    ),
]  # fmt: skip


async def test_what_the_options_become(world: World) -> None:
    for options, body in SENT:
        task = await made(world, **options)
        assert sent(world)[-1] == (VIDEO, body)
        assert task.phase is Phase.DELIVERED, world.text(task)
        world.clock.now += 1
    assert len(sent(world)) == len(SENT)


async def test_a_delivered_video(world: World) -> None:
    task = await made(world, prompt="a fox", camera="Shake", optimize=True)
    assert world.card(task).title == "🐚 Hailuo · video"
    assert {field.name: field.value for field in world.card(task).fields}["Options"] == (
        r"`model` MiniMax\-Hailuo\-02 · `camera` \[Shake\] · `optimize` ✓"
    )
    assert [file.content_type for file in world.message(task).attachments] == ["video/mp4"]
    labels = world.labels(task)
    assert labels[0] == "Again" and "Last frame" in labels and labels[-2:] == ["Details", "Delete"]
    file = 10**17 + int(task.remote_id)
    assert questions(world) == {
        f"/minimax/v1/query/video_generation?task_id={task.remote_id}",
        f"/minimax/v1/files/retrieve?file_id={file}&task_id={task.remote_id}",
    }


async def test_again(world: World) -> None:
    task = await made(world, prompt="a fox", first_frame=FILE, resolution="512P")
    await world.press(task, "again")
    await world.pass_time(40, step=10.0)
    first, second = sent(world)
    assert first == second and (await world.task()).phase is Phase.DELIVERED


@pytest.mark.parametrize(
    ("prefix", "images"), [("/minimaxi", "data"), ("/minimax", "url")],
)  # fmt: skip
async def test_the_operators_route_and_links(tmp_path: Path, prefix: str, images: str) -> None:
    async with cinema(tmp_path, HAILUO_PREFIX=prefix, HAILUO_IMAGES=images) as world:
        task = await made(world, first_frame=FILE)
        ((path, body),) = sent(world, prefix)
        assert path == VIDEO
        assert body["first_frame_image"].startswith("data:" if images == "data" else "https://cdn.")
        assert task.phase is Phase.DELIVERED
        assert all(asked.startswith(f"{prefix}/v1/") for asked in questions(world))


# ------------------------------------------------------------------------------------------------ what comes back


@pytest.mark.parametrize(
    "switches",
    [
        {"shape": "enveloped"},
        {"shape": "linked", "submit": "data"},
        {"shape": "enveloped", "nested_string_data": True, "missing_progress": True, "numeric_code": True},
        {"numbers": True, "lower_case": True, "submit": "status"},
        {"fresh_unknown": True},
        {"shape": "linked", "fresh_unknown": True, "retrieve": False},
        {"link_delay": 30.0},
    ],
)
async def test_the_relays_ways_to_answer(world: World, switches: dict[str, Any]) -> None:
    for name, value in switches.items():
        setattr(world.relay.hailuo, name, value)
    task = await made(world, prompt="a fox", seconds=90)
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert len(world.relay.paid()) == 1
    retrieved = any("files/retrieve" in path for path in questions(world))
    assert retrieved == (switches.get("shape") != "linked")


async def test_a_file_that_cannot_be_asked_for(world: World) -> None:
    world.relay.hailuo.retrieve = False
    task = await made(world, prompt="a fox", seconds=300)
    assert task.phase is Phase.UNKNOWN
    assert "The relay says it is finished but gives no file." in world.text(task)


async def test_a_link_that_died_is_asked_for_anew(world: World) -> None:
    world.relay.media_url = None
    task = await made(world, prompt="a fox sim:expired", seconds=60)
    assert task.phase is Phase.DELIVERED
    assert sum("files/retrieve" in call.path for call in world.relay.calls) == 2


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("sim:unsafe", str(OUTPUT_WITHHELD)),
        ("sim:banned", str(OUTPUT_WITHHELD)),
        ("sim:fail", "The model could not finish this generation (1024)"),
    ],
)
async def test_a_failure_has_its_reason(world: World, word: str, sentence: str) -> None:
    for shape in ("raw", "enveloped"):
        world.relay.hailuo.shape = shape
        task = await made(world, prompt=f"a fox {word}")
        assert task.phase is Phase.FAILED
        assert sentence in world.text(task).replace("\\", "")
        world.clock.now += 1


REFUSALS = [
    (1026, str(INPUT_REFUSED)),
    (1004, str(KEY_REFUSED)),
    (2049, str(KEY_REFUSED)),
    (1008, str(NO_QUOTA)),
    (2056, str(NO_QUOTA)),
    (2013, "The relay refused: something (2013)"),
    (2061, str(NO_PLAN)),
]


async def test_a_refusal_has_its_sentence_and_costs_nothing(world: World) -> None:
    for code, sentence in REFUSALS:
        own = {"task_id": "", "base_resp": {"status_code": code, "status_msg": "something"}}
        gateway = {"code": str(code), "message": "something", "data": None}
        for status, body in ((200, own), (400, gateway)):
            world.relay.faults.add(method="POST", status=status, body=body)
            task = await made(world, prompt="a fox", seconds=0)
            assert task.phase is Phase.FAILED
            said = world.text(task).replace("\\", "")
            assert sentence in said and "Nothing was charged." in said
            world.clock.now += 1
    assert world.relay.paid() == []


async def test_what_passes_is_waited_for(world: World) -> None:
    for count, code in enumerate((1002, 1039, 1000, 1001, 1024, 1033), 1):
        body = {"task_id": "", "base_resp": {"status_code": code, "status_msg": "later"}}
        world.relay.faults.add(method="POST", body=body, times=2)
        task = await made(world, prompt="a fox", seconds=0)
        assert task.phase is Phase.QUEUED
        assert str(NO_PLACE if code in {1002, 1039} else BROKEN) in world.text(task)
        await world.pass_time(100, step=20.0)
        assert (await world.task()).phase is Phase.DELIVERED
        assert len(world.relay.paid()) == count and len(sent(world)) == 3 * count
        world.clock.now += 1


async def test_too_many_requests_for_hours_are_no_failure(world: World) -> None:
    task = await made(world, prompt="a fox sim:full", seconds=0)
    await world.pass_time(7200, step=400.0)
    task = await world.task()
    assert task.phase is Phase.QUEUED and task.attempts > 12


async def test_a_question_that_goes_wrong_is_asked_again(world: World) -> None:
    busy = {"base_resp": {"status_code": 1000, "status_msg": "unknown error"}}
    world.relay.faults.add(method="GET", path="/minimax/*", body=busy, times=2)
    task = await made(world, prompt="a fox", seconds=120)
    assert task.phase is Phase.DELIVERED


async def test_a_relay_without_hailuo(world: World) -> None:
    world.relay.hailuo.offered = False
    task = await made(world, prompt="a fox", seconds=0)
    assert "This relay does not offer that feature. Nothing was charged." in world.text(task)


# ------------------------------------------------------------------------------------------------ what cannot be


BAD: list[tuple[dict[str, Any], str]] = [
    ({"duration": 9}, f"{TWO} makes videos of 6, 10 seconds, not of 9."),
    ({"duration": 10, "resolution": "1080P"}, f"{TWO} makes 1080P for 6 seconds only, not for 10."),
    ({"resolution": "4K"}, f"{TWO} has no resolution 4K, only 512P, 768P, 1080P."),
    ({"resolution": "512P"}, "512P is for videos that begin with a picture: give a `first_frame`, or choose another"),
    ({"model": "I2V-01"}, "I2V-01 begins with a picture: give a `first_frame`, or choose another model."),
    ({"model": FAST}, f"{FAST} begins with a picture: give a `first_frame`, or choose another model."),
    ({"model": LATER, "last_frame": FILE}, f"{LATER} cannot end with a given picture: choose {TWO}"),
    ({"first_frame": FILE, "last_frame": ELSE, "resolution": "512P"}, "A `last_frame` does not go with 512P"),
    ({"model": "S2V-01"}, "S2V-01 shows somebody whom you know: give a picture of them as `subject`."),
    ({"camera": "Fly"}, "There is no camera move “Fly”. Known: Truck left, Truck right"),
    ({"camera": "Shake, Tilt up, Push in, Pan left"}, "At most 3 camera moves go together, not 4."),
    ({"prompt": None}, "Say what the video shows, or give a `first_frame`."),
    ({"prompt": "x" * 1999, "camera": "Shake"}, "With its camera moves the prompt has 2007 characters, at most 2000."),
    ({"first_frame": ("a.png", picture(300, 400))}, "The picture is too small: 300 × 400 pixels"),
    ({"last_frame": ("a.png", picture(301, 800))}, "The picture is too long and narrow: 301 × 800 pixels"),
    ({"subject": ("a.gif", GIF)}, "Hailuo takes JPEG, PNG and WebP pictures, but no GIF."),
    ({"first_frame": ("a.txt", b"a fox")}, "a.txt is not a picture."),
]


async def test_what_cannot_be_asked_for(world: World) -> None:
    for options, sentence in BAD:
        given = {name: value for name, value in {"prompt": "a fox", **options}.items() if value is not None}
        said = refusal(await hailuo(world, "video", **given))
        assert said.startswith(sentence), said
    assert await world.tasks() == [] and world.relay.calls == []


async def test_what_discord_itself_refuses(world: World) -> None:
    with pytest.raises(OptionError):
        await hailuo(world, "video", prompt="x" * 2001)


# ------------------------------------------------------------------------------------------------ while typing


async def offered(world: World, option: str, typed: str = "", **chosen: Any) -> list[Any]:
    found = await world.ann.autocomplete(world.channel, "hailuo video", option, typed, **chosen)
    return [choice["value"] for choice in found]


async def test_only_what_the_model_has_is_offered(world: World) -> None:
    assert await offered(world, "resolution") == ["512P", "768P", "1080P"]
    assert await offered(world, "resolution", model=LATER) == ["768P", "1080P"]
    assert await offered(world, "resolution", model=LATER, duration=10) == ["768P"]
    assert await offered(world, "resolution", "7", model="T2V-01") == ["720P"]
    assert await offered(world, "duration", model=LATER) == [6, 10]
    assert await offered(world, "duration", model=LATER, resolution="1080p") == [6]
    assert await offered(world, "duration", model="S2V-01") == [6]
    assert await offered(world, "model", "2v-01-d") == ["T2V-01-Director", "I2V-01-Director"]


async def test_camera_moves_are_completed(world: World) -> None:
    assert await offered(world, "camera", "pu") == ["[Push in]", "[Pull out]"]
    assert await offered(world, "camera", "[Push in] til") == ["[Push in, Tilt up]", "[Push in, Tilt down]"]
    assert len(await offered(world, "camera")) == 15


async def test_the_operators_models(tmp_path: Path) -> None:
    async with cinema(tmp_path, HAILUO_MODELS=f"{LATER},new") as world:
        assert await offered(world, "model") == [LATER, "new"]
        await hailuo(world, "video", prompt="a fox")
        await world.work()
        assert sent(world) == [(VIDEO, {"model": LATER, "prompt": "a fox"})]


# ------------------------------------------------------------------------------------------------ other ways in


async def test_a_picture_is_animated(world: World) -> None:
    message = await world.ann.send(world.channel, "look", attachments=[FILE])
    result = await world.ann.context_menu(world.channel, "Animate", message)
    form = await world.ann.select(here(result), ["hailuo-video"])
    await world.ann.submit_modal(form, {"prompt": "it runs"})
    await world.pass_time(40, step=10.0)
    assert sent(world) == [(VIDEO, {"model": TWO, "prompt": "it runs", "first_frame_image": data(FOX)})]
    assert (await world.task()).phase is Phase.DELIVERED


async def test_behind_the_command_for_any_provider(world: World) -> None:
    await world.ann.slash(world.channel, "video", prompt="a fox")
    await world.ann.slash(world.channel, "video", prompt="it runs", image=FILE, **{"with": "hailuo"})
    await world.work()
    found = {body["prompt"]: body for _path, body in sent(world)}
    assert found == {"a fox": FOXES, "it runs": {"model": TWO, "prompt": "it runs", "first_frame_image": data(FOX)}}


async def test_a_restart_loses_nothing(world: World) -> None:
    await hailuo(world, "video", prompt="a fox", first_frame=FILE)
    await world.work()
    await world.restart(PROVIDERS="hailuo", HAILUO_PREFIX="/minimaxi")
    await world.pass_time(40, step=10.0)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(sent(world)) == 1
