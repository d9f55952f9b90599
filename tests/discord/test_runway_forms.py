"""/runway in the two forms that follow the web page: on the wire, how they are asked, and Extend."""

from pathlib import Path
from typing import Any

import pytest

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.runway import CDN, CLIP, FOX, OTHER, asked, film, made, offered, runway, sent, studio
from tests.world import World, said

FEED, FEED_BY_GET = ("POST", "/runway/feed"), ("GET", "/runway/feed?task_id={id}")
TASK = ("GET", "/runway/tasks/{id}")


def without_links(value: Any) -> Any:
    """``value`` with only the names of the files that its links to Discord lead to."""
    if isinstance(value, dict):
        return {name: without_links(child) for name, child in value.items()}
    return value.rpartition("/")[2] if isinstance(value, str) and value.startswith(CDN) else value


@pytest.mark.parametrize(
    ("command", "options", "path", "body"),
    [
        ("video", {"prompt": "a fox"}, "generate", {"prompt": "a fox"}),
        (
            "video",
            {"image": FOX, "model": "gen4_turbo", "ratio": "1280:720", "duration": 5, "style": "noir"},
            "generate",
            {"model": "gen4_turbo", "ratio": "1280:720", "style": "noir", "image": "fox.png",
             "options": {"seconds": 5}},
        ),
        (
            "video",
            {"prompt": "a fox", "model": "gen2", "motion": "x=2 bg_x_pan=-1.5", "ratio": "21:9"},
            "generate",
            {"prompt": "a fox", "model": "gen2", "ratio": "21:9",
             "options": {"motion_vector": {"x": 2.0, "bg_x_pan": -1.5}}},
        ),
        (
            "video",
            {"prompt": "a fox", "image": FOX, "end_image": OTHER},
            "generate",
            {"prompt": "a fox", "image": "fox.png", "image_end": "owl.png"},
        ),
        (
            "restyle",
            {"video": film(), "prompt": "in snow", "model": "gen4", "strength": 0.25, "flip": True},
            "video2video",
            {"video": "act.mp4", "prompt": "in snow", "model": "gen4",
             "options": {"structure_transformation": 0.25, "flip": True}},
        ),
        ("act", {"performance": film(), "image": FOX}, "act_one", {"video": "act.mp4", "image": "fox.png"}),
    ],
)  # fmt: skip
async def test_form_pro(tmp_path: Path, command: str, options: dict[str, Any], path: str, body: dict[str, Any]) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro", RUNWAY_END_FRAME="image_end") as world:
        task = await made(world, command, **options)
        assert without_links(sent(world)[0][1]) == body
        assert [where for where, _body in sent(world)] == [f"/runway/pro/{path}"]
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert asked(world) == {FEED}
        (feed, *_more) = [call.json for call in world.relay.calls if call.path == "/runway/feed"]
        assert feed == {"task_id": task.remote_id}


@pytest.mark.parametrize(
    ("switches", "questions"),
    [
        ({"feed": "get"}, {FEED, FEED_BY_GET}),
        ({"feed": "enveloped"}, {FEED}),
        ({"state": False, "digits": "number"}, {FEED}),
        ({"state": False, "fresh_unknown": True}, {FEED, FEED_BY_GET}),
    ],
)
async def test_how_form_pro_is_asked(tmp_path: Path, switches: dict[str, Any], questions: set[tuple[str, str]]) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro") as world:
        for name, value in switches.items():
            setattr(world.relay.runway, name, value)
        task = await made(world, "video", prompt="a fox")
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert asked(world) == questions


async def test_where_form_pro_begins_is_a_setting(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro", RUNWAY_PREFIX="/vip", RUNWAY_REVERSE_PATH="/runway/v1") as world:
        task = await made(world, "video", prompt="a fox")
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert sent(world)[0][0] == "/vip/runway/v1/pro/generate"
        assert asked(world) == {("POST", "/vip/runway/v1/feed")}


async def test_what_form_pro_does_not_have(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro") as world:
        for options, sentence in (
            ({"prompt": "x", "seed": 1}, "`seed` cannot be chosen on this bot's relay: leave it out."),
            ({"image": FOX, "end_image": OTHER}, "This relay's videos cannot end with a picture"),
            ({"prompt": "x", "ratio": "1:1"}, "gen3 does not make 1:1."),
        ):
            assert refusal(await runway(world, "video", **options)).startswith(sentence)
        long = refusal(await runway(world, "act", performance=CLIP, character=CLIP))
        assert long.startswith("On this relay only a picture can perform")
        assert await world.tasks() == [] and world.relay.calls == []
        assert await offered(world, "video", "model") == ["gen3", "gen4", "gen4_turbo", "gen2"]
        assert await offered(world, "video", "style") == ["cinematic"]
        assert await offered(world, "video", "motion", "pan") == ["bg_x_pan=1", "bg_y_pan=1"]
        assert await offered(world, "video", "ratio") == ["16:9", "9:16"]


@pytest.mark.parametrize(("word", "sentence"), [("fail", "The relay gave the credits back."), ("full", "too many")])
async def test_form_pro_says_no(tmp_path: Path, word: str, sentence: str) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro") as world:
        task = await made(world, "video", prompt=f"a fox sim:{word}")
        assert task.phase is Phase.FAILED and sentence in world.text(task)


# ------------------------------------------------------------------------------------------------ tasks

COMMON = {
    "seed": 7, "watermark": False, "enhance_prompt": True, "exploreMode": True, "resolution": "720p",
    "assetGroupName": "Generative Video", "name": "Gen-3 Alpha 7", "seconds": 5,
}  # fmt: skip
WIDE = {"width": 1280, "height": 768}


@pytest.mark.parametrize(
    ("command", "options", "kind", "body"),
    [
        ("video", {"prompt": "a fox"}, "europa", {**COMMON, **WIDE, "text_prompt": "a fox"}),
        (
            "video",
            {"image": FOX, "model": "gen3a_turbo", "ratio": "9:16", "duration": 10},
            "gen3a_turbo",
            {**COMMON, "text_prompt": "", "width": 768, "height": 1280, "seconds": 10, "init_image": "fox.png",
             "image_as_end_frame": False},
        ),
        (
            "video",
            {"prompt": "a fox", "end_image": FOX},
            "europa",
            {**COMMON, **WIDE, "text_prompt": "a fox", "init_image": "fox.png", "image_as_end_frame": True},
        ),
        (
            "restyle",
            {"video": CLIP, "prompt": "in snow", "strength": 0.5},
            "europa",
            {**COMMON, **WIDE, "text_prompt": "in snow", "video_prompt": "clip.mp4", "structure_transformation": 0.5},
        ),
        (
            "video",
            {"prompt": "a fox", "model": "gen2", "image": FOX},
            "gen2",
            {
                "name": "Gen-2 7", "seconds": 4, "exploreMode": True, "assetGroupName": "Generative Video",
                "gen2Options": {
                    "mode": "gen2", "seed": 7, "interpolate": True, "upscale": True, "watermark": False,
                    "motion_score": 22, "use_motion_score": True, "use_motion_vectors": False, "text_prompt": "a fox",
                    "image_prompt": "fox.png", "init_image": "fox.png",
                },
            },
        ),
    ],
)  # fmt: skip
async def test_form_tasks(
    tmp_path: Path, command: str, options: dict[str, Any], kind: str, body: dict[str, Any]
) -> None:
    async with studio(tmp_path, RUNWAY_FORM="tasks") as world:
        task = await made(world, command, **options, seed=7)
        ((path, whole),) = sent(world)
        assert path == "/runway/tasks"
        assert {**whole, "options": {n: without_links(v) for n, v in whole["options"].items()}} == {
            "taskType": kind, "internal": False, "options": body,
        }  # fmt: skip
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert asked(world) == {TASK}
        assert world.labels(task)[:2] == ["Again", "Extend"]


async def extended(world: World, task: Any) -> Any:
    """The card of what a press of Extend came to."""
    form = await world.press(task, "runway-extend")
    assert form.modal is not None and form.modal["title"] == "Extend this video"
    world.clock.now += 1
    return await world.ann.submit_modal(form, {"prompt": "it sits down"})


async def test_extend(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="tasks", RUNWAY_EXPLORE="false") as world:
        first = await made(world, "video", prompt="a fox", ratio="768:1280", duration=10)
        film_of_it = world.relay.media_url
        await extended(world, first)
        await world.pass_time(60)
        task = await world.task()
        options = sent(world)[1][1]["options"]
        assert task.phase is Phase.DELIVERED and task.parent_id == first.id
        assert (options["extended_from_task_id"], options["init_video"]) == (first.remote_id, film_of_it)
        assert (options["text_prompt"], options["seconds"], options["width"]) == ("it sits down", 10, 768)
        assert options["exploreMode"] is False


async def test_extend_asks_for_a_link_that_works(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="tasks") as world:
        first = await made(world, "video", prompt="a fox")
        world.relay.media_url = f"{world.relay.url}/media/video/0a1b2c3d-16x9.mp4"
        await extended(world, first)
        await world.work()
        assert sent(world)[1][1]["options"]["init_video"] == world.relay.media_url
        world.relay.faults.add(method="GET", path="/runway/tasks/*", status=502, body="<html>")
        await extended(world, first)
        await world.work()
        assert sent(world)[2][1]["options"]["init_video"] == first.media[0].url


async def test_only_that_form_extends(tmp_path: Path) -> None:
    async with studio(tmp_path) as world:
        task = await made(world, "video", prompt="a fox")
        assert "Extend" not in world.labels(task)


async def test_what_form_tasks_does_not_have(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="tasks") as world:
        for command, options, sentence in (
            ("video", {"image": FOX, "end_image": OTHER}, "This relay takes one picture only"),
            ("video", {"prompt": "x", "model": "gen3a_turbo"}, "gen3a_turbo begins with a picture"),
            ("video", {"prompt": "x", "duration": 7}, "europa makes no videos of 7 seconds."),
            ("act", {"performance": CLIP, "image": FOX}, "This bot's relay is not set up for that."),
            ("restyle", {"video": CLIP, "prompt": "x", "image": FOX}, "`image` cannot be chosen"),
        ):
            assert refusal(await runway(world, command, **options)).startswith(sentence)
        assert await world.tasks() == [] and world.relay.calls == []
        assert await offered(world, "video", "model") == ["europa", "gen3a", "gen3a_turbo", "gen2"]
        assert await offered(world, "restyle", "model") == ["europa", "gen3a"]


async def test_cancel_changes_nothing_there(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="tasks") as world:
        await runway(world, "video", prompt="a fox")
        await world.work()
        task = await world.task()
        assert not said(await world.press(task, "cancel"))
        await world.work()
        assert "The relay cannot be stopped" in world.text(task)


async def test_uses_and_makers_follow_the_form(tmp_path: Path) -> None:
    async with studio(tmp_path, RUNWAY_FORM="pro") as world:
        chosen: dict[str, Any] = {"prompt": "a fox", "with": "runway"}
        await world.ann.slash(world.channel, "video", **chosen, image=FOX)
        await world.pass_time(60)
        first = await world.task()
        world.clock.now += 1
        form = await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:restyle")
        await world.ann.submit_modal(form, {"prompt": "in snow"})
        await world.work()
        (generate, again) = sent(world)
        assert generate[0] == "/runway/pro/generate" and generate[1]["image"].startswith(CDN)
        assert again[0] == "/runway/pro/video2video" and again[1]["video"].startswith(("http://", "https://"))
