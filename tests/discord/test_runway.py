"""/runway in the official form: every command on the wire, its card, and what cannot be asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.runway import CDN, CLIP, FOX, MP4, OFFICIAL, OTHER, asked, film, made, offered, packed, runway, sent
from tests.discord.runway import studio as studio_of
from tests.world import World, said

VERSION = "2024-11-06"
TASK = f"{OFFICIAL}/tasks/{{id}}"
GEN4 = {"model": "gen4_turbo", "promptText": "it runs", "ratio": "1280:720", "promptImage": packed(FOX)}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Runway."""
    async with studio_of(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("command", "options", "path", "body"),
    [
        ("video", {"prompt": "it runs", "image": FOX}, "image_to_video", GEN4),
        (
            "video",
            {"prompt": "a fox", "seed": 0},
            "text_to_video",
            {"model": "gen4.5", "promptText": "a fox", "ratio": "1280:720", "duration": 5, "seed": 0},
        ),
        (
            "video",
            {
                "prompt": "it runs", "image": FOX, "end_image": OTHER, "model": "veo3.1", "ratio": "1080:1920",
                "duration": 6, "seed": 4294967295, "audio": False, "negative_prompt": "rain",
            },
            "image_to_video",
            {
                "promptImage": [
                    {"uri": packed(FOX), "position": "first"}, {"uri": packed(OTHER), "position": "last"},
                ],
                "model": "veo3.1", "promptText": "it runs", "ratio": "1080:1920", "duration": 6, "seed": 4294967295,
                "audio": False, "negativePrompt": "rain",
            },
        ),
        (
            "video",
            {"end_image": FOX, "model": "gen3a_turbo", "ratio": "768:1280", "duration": 5},
            "image_to_video",
            {
                "model": "gen3a_turbo", "ratio": "768:1280", "duration": 5,
                "promptImage": [{"uri": packed(FOX), "position": "last"}],
            },
        ),
        (
            "restyle",
            {"video": CLIP, "prompt": "in snow", "ratio": "21:9", "seed": 7, "image": FOX, "at": 1.5, "image2": OTHER,
             "at2": 3.0},
            "video_to_video",
            {
                "model": "aleph2", "videoUri": packed(CLIP), "promptText": "in snow", "targetAspectRatio": "21:9",
                "seed": 7, "keyframes": [{"seconds": 1.5, "uri": packed(FOX)}, {"seconds": 3, "uri": packed(OTHER)}],
            },
        ),
        (
            "restyle",
            {"video": CLIP, "prompt": "in snow", "model": "gen4_aleph", "ratio": "1280:720", "image": FOX},
            "video_to_video",
            {
                "model": "gen4_aleph", "videoUri": packed(CLIP), "promptText": "in snow", "ratio": "1280:720",
                "references": [{"type": "image", "uri": packed(FOX)}],
            },
        ),
        (
            "act",
            {"performance": film(), "image": FOX, "expression": 4, "body_control": True, "ratio": "960:960",
             "seed": 3},
            "character_performance",
            {
                "model": "act_two", "character": {"type": "image", "uri": packed(FOX)},
                "reference": {"type": "video", "uri": packed(film())}, "expressionIntensity": 4, "bodyControl": True,
                "ratio": "960:960", "seed": 3,
            },
        ),
        (
            "act",
            {"performance": film(), "character": CLIP},
            "character_performance",
            {
                "model": "act_two", "character": {"type": "video", "uri": packed(CLIP)},
                "reference": {"type": "video", "uri": packed(film())},
            },
        ),
        ("upscale", {"video": CLIP, "model": "upscale_v1"}, "video_upscale",
         {"model": "upscale_v1", "videoUri": packed(CLIP)}),
        (
            "upscale",
            {"video": CLIP, "resolution": "4k", "creativity": 0, "sharpen": 100, "grain": 5, "flavor": "vivid",
             "fps_boost": True},
            "video_upscale",
            {
                "model": "magnific_video_upscaler_creative", "videoUri": packed(CLIP), "resolution": "4k",
                "creativity": 0, "sharpen": 100, "smartGrain": 5, "flavor": "vivid", "fpsBoost": True,
            },
        ),
    ],
)  # fmt: skip
async def test_videos(world: World, command: str, options: dict[str, Any], path: str, body: dict[str, Any]) -> None:
    task = await made(world, command, **options)
    assert sent(world) == [(f"{OFFICIAL}/{path}", body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert asked(world) == {("GET", TASK)}
    versions = {call.headers.get("X-Runway-Version") for call in world.relay.calls if OFFICIAL in call.path}
    assert versions == {VERSION}
    assert task.media[0].lifetime == 86400.0
    assert world.labels(task) == [
        "Again", "Upscale", "Restyle", "Last frame", "Use as input…", "Details", "Delete",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "options", "path", "body"),
    [
        ("image", {"prompt": "a fox"}, "text_to_image",
         {"model": "gen4_image", "promptText": "a fox", "ratio": "1024:1024"}),
        (
            "image",
            {"prompt": "@hero and @owl", "model": "gen4_image_turbo", "ratio": "1920:1080", "seed": 1, "image": FOX,
             "tag": "@hero", "image2": OTHER, "tag2": "owl", "image3": FOX},
            "text_to_image",
            {
                "model": "gen4_image_turbo", "promptText": "@hero and @owl", "ratio": "1920:1080", "seed": 1,
                "referenceImages": [
                    {"uri": packed(FOX), "tag": "hero"}, {"uri": packed(OTHER), "tag": "owl"}, {"uri": packed(FOX)},
                ],
            },
        ),
        (
            "upscale",
            {"image": FOX, "scale": 16, "flavor": "photo", "sharpen": 1, "grain": 2, "detail": 3},
            "image_upscale",
            {
                "model": "magnific_precision_upscaler_v2", "imageUri": packed(FOX), "scaleFactor": 16,
                "flavor": "photo", "sharpen": 1, "smartGrain": 2, "ultraDetail": 3,
            },
        ),
    ],
)  # fmt: skip
async def test_pictures(world: World, command: str, options: dict[str, Any], path: str, body: dict[str, Any]) -> None:
    task = await made(world, command, **options)
    assert sent(world) == [(f"{OFFICIAL}/{path}", body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert [media.kind for media in task.media] == ["image"]


async def test_what_a_card_says(world: World) -> None:
    await runway(world, "video", prompt="it runs", image=FOX, duration=5)
    await world.work()
    task = await world.task()
    assert world.card(task).title == "🛫 Runway · video"
    fields = {field.name: field.value for field in world.card(task).fields}
    assert fields["Options"] == "`model` gen4\\_turbo · `ratio` 1280\\:720 · `duration` 5 · `image` 🖼️"
    world.clock.now += 1
    upscaled = await made(world, "upscale", image=FOX)
    assert "fox" in world.text(upscaled)


async def test_files_as_links(tmp_path: Path) -> None:
    async with studio_of(tmp_path, RUNWAY_FILES="url") as world:
        await runway(world, "restyle", video=CLIP, prompt="in snow", image=FOX)
        await world.work()
        ((_path, body),) = sent(world)
        assert body["videoUri"].startswith(CDN) and body["keyframes"][0]["uri"].startswith(CDN)
        assert body["keyframes"][0]["seconds"] == 0


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("video", {}, "Say with `prompt` what the video shows, or give an `image`."),
    ("video", {"image": FOX, "duration": 12}, "gen4_turbo makes no videos of 12 seconds."),
    ("video", {"image": FOX, "ratio": "4:3"}, "gen4_turbo does not make 4:3."),
    ("video", {"image": FOX, "end_image": OTHER}, "gen4_turbo cannot end with a picture"),
    ("video", {"image": ("a.txt", b"no")}, "a.txt is not a picture."),
    ("video", {"image": ("a.png", FOX[1] + bytes(4_000_000))}, "Runway takes pictures of at most 3.75 MiB here."),
    ("restyle", {"video": FOX, "prompt": "x"}, "fox.png is no video."),
    ("restyle", {"video": ("a.mp4", MP4 + bytes(13_000_000)), "prompt": "x"},
     "Runway takes videos of at most 12 MiB here."),
    ("act", {"performance": CLIP}, "Say who is to perform"),
    ("image", {"prompt": "x", "tag": "hero"}, "`tag` is there without a picture"),
    ("upscale", {}, "Give what is to be larger"),
]  # fmt: skip


async def test_what_cannot_be_asked_for(world: World) -> None:
    for command, options, sentence in REFUSED:
        found = refusal(await runway(world, command, **options))
        assert found.startswith(sentence), found
    assert await world.tasks() == [] and world.relay.calls == []


async def test_only_what_the_model_has_is_offered(world: World) -> None:
    assert await offered(world, "video", "model") == [
        "gen4_turbo", "gen4.5", "gen3a_turbo", "veo3", "veo3.1", "veo3.1_fast",
    ]  # fmt: skip
    assert await offered(world, "video", "model", "turbo") == ["gen4_turbo", "gen3a_turbo"]
    assert await offered(world, "video", "ratio", "768", model="gen3a_turbo") == ["1280:768", "768:1280"]
    assert len(await offered(world, "video", "ratio")) == 6
    assert await offered(world, "video", "ratio", model="seedance2") == []
    assert await offered(world, "video", "duration", model="veo3.1") == [8, 4, 6]
    assert await offered(world, "video", "duration", "1") == [10]
    assert await offered(world, "video", "style") == await offered(world, "video", "motion") == []
    assert await offered(world, "restyle", "model") == ["aleph2", "gen4_aleph"]
    assert await offered(world, "restyle", "ratio", "21") == ["21:9"]
    assert await offered(world, "restyle", "ratio", model="gen4_aleph") == []
    assert await offered(world, "act", "ratio", "960") == ["960:960"]
    assert await offered(world, "image", "model") == ["gen4_image", "gen4_image_turbo"]
    assert await offered(world, "image", "ratio", "2112") == ["2112:912"]
    assert await offered(world, "upscale", "model") == [
        "magnific_video_upscaler_creative", "upscale_v1", "magnific_precision_upscaler_v2",
    ]  # fmt: skip
    assert await offered(world, "upscale", "flavor", "photo") == ["photo", "photo_denoiser"]
    assert await offered(world, "upscale", "flavor", model="magnific_video_upscaler_creative") == ["vivid", "natural"]


# ------------------------------------------------------------------------------------------------ what comes of it


@pytest.mark.parametrize(
    "switches",
    [
        {"submit": "status", "shape": "enveloped"},
        {"submit": "row", "shape": "enveloped", "nested_string_data": True},
        {"late_output": True, "fresh_unknown": True},
    ],
)
async def test_every_variant_of_the_answers(world: World, switches: dict[str, Any]) -> None:
    for name, value in switches.items():
        setattr(world.relay.runway, name, value)
    task = await made(world, "video", prompt="a fox")
    assert task.phase is Phase.DELIVERED, world.text(task)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("banned", "Runway's content filter refused what was given."),
        ("unsafe", "Runway made it, but its content filter withheld the result."),
        ("fail", "What Runway's model made was of no use. Trying it again may help."),
        ("quota", "The relay account has no credit left."),
    ],
)
async def test_why_it_did_not_work_out(world: World, word: str, sentence: str) -> None:
    task = await made(world, "video", prompt=f"a fox sim:{word}")
    assert task.phase is Phase.FAILED and sentence in world.text(task).replace("\\", "")


async def test_a_throttled_task_waits_in_the_queue(world: World) -> None:
    await runway(world, "video", prompt="a fox sim:queue")
    await world.pass_time(15)
    task = await world.task()
    assert task.phase is Phase.WAITING
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_too_many_requests_are_no_failure(world: World) -> None:
    await runway(world, "video", prompt="a fox sim:full")
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.QUEUED and world.relay.paid() == []


async def test_an_expired_link_is_asked_for_again(world: World) -> None:
    world.relay.media_url = None
    task = await made(world, "video", prompt="a fox sim:expired")
    assert task.phase is Phase.DELIVERED and task.fresh


async def test_cancel_stops_it_for_real(world: World) -> None:
    await runway(world, "video", prompt="a fox")
    await world.work()
    task = await world.task()
    await world.press(task, "cancel")
    await world.work()
    assert "Stopped at the provider." in world.text(task)
    assert ("DELETE", TASK) in asked(world)


async def test_cancel_where_the_relay_cannot(world: World) -> None:
    world.relay.runway.cancels = False
    await runway(world, "video", prompt="a fox")
    await world.work()
    task = await world.task()
    await world.press(task, "cancel")
    await world.work()
    assert "The relay cannot be stopped: it will finish and may charge for it." in world.text(task)


async def test_an_endpoint_that_the_relay_does_not_have(world: World) -> None:
    world.relay.runway.endpoints = ("image_to_video",)
    task = await made(world, "video", prompt="a fox")
    assert task.phase is Phase.FAILED and world.relay.paid() == []
    assert "This relay does not offer that feature. Nothing was charged." in world.text(task)
    assert refusal(await runway(world, "video", prompt="a fox")).startswith("This relay does not offer that.")
    assert (await made(world, "video", image=FOX)).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ uses and makers


async def test_a_video_leads_on(world: World) -> None:
    first = await made(world, "video", prompt="a fox")
    form = await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:restyle")
    assert form.modal is not None and form.modal["title"] == "🛫 Restyle"
    await world.ann.submit_modal(form, {"prompt": "in snow"})
    await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:upscale")
    await world.work()
    bodies = dict(sent(world)[1:])
    assert bodies[f"{OFFICIAL}/video_to_video"]["promptText"] == "in snow"
    assert bodies[f"{OFFICIAL}/video_to_video"]["videoUri"].startswith("data:video/mp4;base64,")
    assert bodies[f"{OFFICIAL}/video_upscale"]["model"] == "magnific_video_upscaler_creative"


async def test_a_picture_leads_on(world: World) -> None:
    first = await made(world, "image", prompt="a fox")
    menu = await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:video")
    assert menu.response is not None
    form = await world.ann.select(menu.response, ["runway-video"])
    await world.ann.submit_modal(form, {"prompt": ""})
    await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:upscale")
    await world.work()
    bodies = dict(sent(world)[1:])
    assert bodies[f"{OFFICIAL}/image_to_video"]["promptImage"].startswith("data:image/png;base64,")
    assert "promptText" not in bodies[f"{OFFICIAL}/image_to_video"]
    assert bodies[f"{OFFICIAL}/image_upscale"]["imageUri"].startswith("data:image/png;base64,")


async def test_behind_the_plain_commands(world: World) -> None:
    chosen: dict[str, Any] = {"prompt": "a fox", "with": "runway"}
    await world.ann.slash(world.channel, "video", **chosen)
    await world.ann.slash(world.channel, "video", **chosen, image=FOX)
    await world.ann.slash(world.channel, "image", **chosen)
    await world.ann.slash(world.channel, "image", **chosen, image=FOX)
    await world.work()
    paths = [path.rpartition("/")[2] for path, _body in sent(world)]
    assert sorted(paths) == ["image_to_video", "text_to_image", "text_to_image", "text_to_video"]


async def test_again_asks_for_the_same(world: World) -> None:
    task = await made(world, "video", prompt="it runs", image=FOX)
    result = await world.press(task, "again")
    await world.work()
    assert not said(result)
    assert sent(world) == [(f"{OFFICIAL}/image_to_video", GEN4)] * 2
