"""/kling: every command on the wire, in every shape of answers, and what is offered."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.providers.kling.voices import CHINESE, ENGLISH
from bot.task import Phase
from tests.discord.kit import one_film
from tests.discord.kling import (
    BOAT,
    COAT,
    FILE,
    FOX,
    OTHER,
    THIRD,
    WORDS,
    film,
    kling,
    made,
    named,
    questions,
    raw,
    sent,
    studio,
)
from tests.world import World, said


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Kling."""
    async with studio(tmp_path) as found:
        one_film(found)
        yield found


V16, V15, V1 = named("kling-v1-6"), named("kling-v1-5"), named("kling-v1")
COUPLE = {"mode": "std", "duration": "5", "images": [raw(FOX), raw(BOAT)]}
CAMERA = {"type": "simple", "config": {"zoom": -7}}
COMMANDS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("video", {"prompt": WORDS}, "videos/text2video", {**V16, "prompt": WORDS}),
    (
        "video",
        {
            "prompt": WORDS,
            "mode": "pro",
            "duration": "10",
            "aspect_ratio": "9:16",
            "negative_prompt": "rain",
            "cfg": 0.7,
        },
        "videos/text2video",
        {
            **V16,
            "prompt": WORDS,
            "mode": "pro",
            "duration": "10",
            "aspect_ratio": "9:16",
            "negative_prompt": "rain",
            "cfg_scale": 0.7,
        },
    ),
    (
        "video",
        {"prompt": WORDS, "camera": "zoom", "strength": -7},
        "videos/text2video",
        {**V1, "prompt": WORDS, "camera_control": CAMERA},
    ),
    (
        "video",
        {"prompt": WORDS, "camera": "down_back", "model": "kling-v1"},
        "videos/text2video",
        {**V1, "prompt": WORDS, "camera_control": {"type": "down_back"}},
    ),
    (
        "video",
        {"prompt": WORDS, "sound": True},
        "videos/text2video",
        {**named("kling-v2-6"), "prompt": WORDS, "mode": "pro", "sound": "on"},
    ),
    (
        "video",
        {"prompt": WORDS, "model": "kling-v3", "duration": "15", "sound": True},
        "videos/text2video",
        {**named("kling-v3"), "prompt": WORDS, "duration": "15", "sound": "on"},
    ),
    ("video", {"image": FILE}, "videos/image2video", {**V16, "image": raw(FOX)}),
    (
        "video",
        {"prompt": WORDS, "image": FILE, "end_image": OTHER},
        "videos/image2video",
        {**V16, "prompt": WORDS, "mode": "pro", "image": raw(FOX), "image_tail": raw(BOAT)},
    ),
    (
        "video",
        {"image": FILE, "camera": "pan"},
        "videos/image2video",
        {**V15, "mode": "pro", "image": raw(FOX), "camera_control": {"type": "simple", "config": {"pan": 5}}},
    ),
    (
        "video",
        {"image": FILE, "mask": OTHER},
        "videos/image2video",
        {**V1, "image": raw(FOX), "static_mask": raw(BOAT)},
    ),
    (
        "multi",
        {"prompt": WORDS, "image": FILE, "image2": OTHER, "image3": THIRD, "mode": "pro", "aspect_ratio": "1:1"},
        "videos/multi-image2video",
        {
            **V16,
            "prompt": WORDS,
            "mode": "pro",
            "aspect_ratio": "1:1",
            "image_list": [{"image": raw(FOX)}, {"image": raw(BOAT)}, {"image": raw(COAT)}],
        },
    ),
    (
        "effect",
        {"scene": "squish", "image": FILE},
        "videos/effects",
        {"effect_scene": "squish", "input": {**V16, "duration": "5", "image": raw(FOX)}},
    ),
    (
        "effect",
        {"scene": "hug", "image": FILE, "image2": OTHER},
        "videos/effects",
        {"effect_scene": "hug", "input": {**V16, **COUPLE}},
    ),
    (
        "effect",
        {"scene": "moon_walk", "image": FILE},
        "videos/effects",
        {"effect_scene": "moon_walk", "input": {"image": raw(FOX)}},
    ),
    (
        "omni",
        {"prompt": WORDS, "first_image": FILE, "end_image": OTHER, "image3": THIRD, "duration": "7"},
        "videos/omni-video",
        {
            **named("kling-video-o1"),
            "prompt": WORDS,
            "duration": "7",
            "image_list": [
                {"image_url": raw(FOX), "type": "first_frame"},
                {"image_url": raw(BOAT), "type": "end_frame"},
                {"image_url": raw(COAT)},
            ],
        },
    ),
    (
        "image",
        {
            "prompt": WORDS,
            "n": 2,
            "aspect_ratio": "3:2",
            "negative_prompt": "rain",
            "model": "kling-v2",
            "resolution": "2k",
        },
        "images/generations",
        {
            **named("kling-v2"),
            "prompt": WORDS,
            "n": 2,
            "aspect_ratio": "3:2",
            "negative_prompt": "rain",
            "resolution": "2k",
        },
    ),
    (
        "image",
        {"prompt": WORDS, "image": FILE, "fidelity": 0.6, "human_fidelity": 0.4},
        "images/generations",
        {
            **V15,
            "prompt": WORDS,
            "image": raw(FOX),
            "image_reference": "subject",
            "image_fidelity": 0.6,
            "human_fidelity": 0.4,
        },
    ),
    (
        "try-on",
        {"person": FILE, "garment": THIRD},
        "images/kolors-virtual-try-on",
        {**named("kolors-virtual-try-on-v1"), "human_image": raw(FOX), "cloth_image": raw(COAT)},
    ),
]


async def test_every_command_on_the_wire(world: World) -> None:
    for command, options, kind, body in COMMANDS:
        world.relay.calls.clear()
        task = await made(world, command, **options)
        assert task.phase is Phase.DELIVERED, (command, options, world.text(task))
        assert sent(world) == [(kind, body)]
        assert questions(world) == {kind}
        assert len(world.message(task).attachments) == body.get("n", 1)


async def test_a_video_of_omni_is_given_by_its_link(world: World) -> None:
    task = await made(
        world, "omni", prompt=WORDS, video=("film.mp4", film()), use="base", keep_sound=True, model="kling-v3-omni"
    )
    ((_kind, body),) = sent(world)
    (video,) = body.pop("video_list")
    assert body == {**named("kling-v3-omni"), "prompt": WORDS}
    assert video.pop("video_url").startswith("https://")
    assert video == {"refer_type": "base", "keep_original_sound": "yes"} and task.phase is Phase.DELIVERED


@pytest.mark.parametrize(
    "switches",
    [{"form": "enveloped"}, {"form": "enveloped", "string_data": True}, {"form": "new-api"}, {"fresh_unknown": True}],
    ids=lambda switches: "-".join(map(str, switches.values())),
)
async def test_every_shape_of_answers(world: World, switches: dict[str, Any]) -> None:
    for name, value in switches.items():
        setattr(world.relay.kling, name, value)
    first = await made(world, "video", prompt=WORDS)
    second = await made(world, "video", image=FILE)
    assert [task.phase for task in (first, second)] == [Phase.DELIVERED] * 2
    assert {kind for kind, _body in sent(world)} == questions(world) == {"videos/text2video", "videos/image2video"}
    assert first.data == {"video_id": f"vid-{first.remote_id}", "seconds": 5.1}
    assert first.media[0].lifetime == 30 * 86400


async def test_pictures_by_their_links_and_another_path_prefix(tmp_path: Path) -> None:
    async with studio(tmp_path, KLING_IMAGES="url", KLING_PREFIX="/pro/kling", KLING_MODEL="kling-v1") as world:
        one_film(world)
        task = await made(world, "video", image=FILE)
        (call,) = [call for call in world.relay.calls if call.method == "POST"]
        assert (call.path, call.json["model"]) == ("/pro/kling/v1/videos/image2video", "kling-v1")
        assert call.json["image"].startswith("https://") and task.phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ what is offered


async def offered(world: World, command: str, option: str, typed: str = "", **chosen: Any) -> list[str]:
    found = await world.ann.autocomplete(world.channel, f"kling {command}", option, typed, **chosen)
    return [choice["value"] for choice in found]


async def test_what_the_chosen_model_has(world: World) -> None:
    assert await offered(world, "video", "duration", model="kling-v3") == [str(length) for length in range(3, 16)]
    assert await offered(world, "video", "duration", model="kling-v9") == ["5", "10"]
    assert await offered(world, "video", "aspect_ratio", "16") == ["16:9", "9:16"]
    assert await offered(world, "video", "model", sound=True) == ["kling-v2-6", "kling-v3"]
    assert "kling-v2-1" not in await offered(world, "video", "model", "v2-1")
    assert await offered(world, "effect", "scene", "hug") == ["hug"]
    assert await offered(world, "effect", "model", scene="kiss") == ["kling-v1-6", "kling-v1-5", "kling-v1"]
    assert await offered(world, "effect", "duration", scene="squish") == ["5"]
    assert await offered(world, "multi", "model") == ["kling-v1-6"]
    assert await offered(world, "multi", "duration") == ["5", "10"]
    assert await offered(world, "omni", "model") == ["kling-video-o1", "kling-v3-omni"]
    assert (await offered(world, "omni", "duration"))[-1] == "10"
    assert await offered(world, "omni", "aspect_ratio", "1:1") == ["1:1"]
    assert await offered(world, "image", "model", "v2-n") == ["kling-v2-new"]
    assert "21:9" in await offered(world, "image", "aspect_ratio")
    assert len(await offered(world, "try-on", "model")) == 2
    assert await offered(world, "lip-sync", "voice", "peppa") == ["PeppaPig_platform"]
    assert await offered(world, "lip-sync", "voice", language="zh") == [*CHINESE, *ENGLISH][:25]


async def test_what_the_operator_offers(tmp_path: Path) -> None:
    async with studio(tmp_path, KLING_MODELS="kling-v1-6, kling-v9", KLING_IMAGE_MODELS="kling-v2") as world:
        assert await offered(world, "video", "model") == ["kling-v1-6", "kling-v9"]
        assert await offered(world, "image", "model") == ["kling-v2"]
        assert said(await kling(world, "video", prompt=WORDS, sound=True)) == ""
        assert (await world.tasks())[0].submission.count("kling-v9")
