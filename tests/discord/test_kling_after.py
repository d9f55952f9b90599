"""Kling: what a finished video is used for, and what begins with any picture, video or words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.task import Phase, Task
from tests.discord.kit import here, one_film, refusal
from tests.discord.kling import (
    FILE,
    FOX,
    SPEECH,
    WORDS,
    film,
    kling,
    made,
    named,
    questions,
    raw,
    recording,
    sent,
    studio,
)
from tests.world import World

USUAL = ["Again", "Extend", "Lip-sync"]
V16, V15 = named("kling-v1-6"), named("kling-v1-5")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Kling."""
    async with studio(tmp_path) as found:
        one_film(found)
        yield found


# ------------------------------------------------------------------------------------------------ afterwards


async def filled(world: World, task: Task, key: str, typed: dict[str, str]) -> Task:
    """What the form of a button came to."""
    form = await world.press(task, key)
    await world.ann.submit_modal(form, typed)
    await world.pass_time(30)
    world.clock.now += 1
    return await world.task()


async def test_the_button_extend_goes_on_and_on(world: World) -> None:
    first = await made(world, "video", prompt=WORDS)
    assert world.labels(first)[:3] == USUAL
    second = await filled(world, first, "kling-extend", {"prompt": "it sinks"})
    assert (second.phase, second.parent_id) == (Phase.DELIVERED, first.id)
    third = await filled(world, second, "kling-extend", {"prompt": ""})
    source = {"video_id": f"vid-{first.remote_id}", "task_id": first.remote_id}
    again = {"video_id": f"vid-{second.remote_id}", "task_id": second.remote_id}
    assert sent(world)[1:] == [
        ("videos/video-extend", {**source, "prompt": "it sinks"}),
        ("videos/video-extend", again),
    ]
    assert third.phase is Phase.DELIVERED and questions(world) == {"videos/text2video", "videos/video-extend"}


async def test_the_command_extend(world: World) -> None:
    world.relay.kling.needs_task = True
    first = await made(world, "video", prompt=WORDS)
    await made(world, "image", prompt="no video")
    offered = await world.ann.autocomplete(world.channel, "kling extend", "video", "")
    assert [choice["value"] for choice in offered] == [f"{first.id}.0"]
    task = await made(world, "extend", video=f"{first.id}.0", prompt="it sinks", negative_prompt="rain", cfg=0.2)
    source = {"video_id": f"vid-{first.remote_id}", "task_id": first.remote_id}
    wanted = {**source, "prompt": "it sinks", "negative_prompt": "rain", "cfg_scale": 0.2}
    assert sent(world)[-1] == ("videos/video-extend", wanted) and task.phase is Phase.DELIVERED


async def test_only_what_kling_can_extend_is_offered(world: World) -> None:
    later = await made(world, "video", prompt=WORDS, model="kling-v2-master")
    assert world.labels(later)[:2] == ["Again", "Lip-sync"]
    sentence = "Kling makes only videos of its v1 models longer, and only up to three minutes."
    assert refusal(await kling(world, "extend", video=later.id)) == sentence
    world.relay.kling.length = "177.5"
    long = await made(world, "video", prompt=WORDS)
    assert not {"Extend"} & set(world.labels(long))
    assert refusal(await kling(world, "lip-sync", video=long.id, text="hi")) == (
        "For a lip-sync a video must have 2 to 10 seconds."
    )
    image = await made(world, "image", prompt=WORDS)
    assert not set(USUAL[1:]) & set(world.labels(image))
    assert refusal(await kling(world, "extend", video=image.id)).startswith("Kling did not say")


async def test_a_video_that_kling_has_deleted(world: World) -> None:
    task = await made(world, "video", prompt=WORDS)
    world.clock.now += 31 * 86400
    sentence = "Kling deletes its videos after 30 days: that one is gone."
    assert refusal(await kling(world, "extend", video=task.id)) == sentence
    assert refusal(await kling(world, "lip-sync", video=task.id, text="hi")) == sentence


async def test_the_button_lip_sync(world: World) -> None:
    first = await made(world, "video", prompt=WORDS)
    task = await filled(world, first, "kling-lips", {"text": "你好", "voice": ""})
    source = {
        "task_id": first.remote_id,
        "video_id": f"vid-{first.remote_id}",
        "mode": "text2video",
        "voice_speed": 1.0,
    }
    spoken = {**source, "text": "你好", "voice_id": "tiyuxi_xuedi", "voice_language": "zh"}
    assert sent(world)[-1] == ("videos/lip-sync", {"input": spoken})
    assert (task.phase, task.parent_id, task.caption) == (Phase.DELIVERED, first.id, "你好")
    await filled(world, first, "kling-lips", {"text": "Hello", "voice": "uk_boy1"})
    spoken = {**source, "text": "Hello", "voice_id": "uk_boy1", "voice_language": "en"}
    assert sent(world)[-1] == ("videos/lip-sync", {"input": spoken})


async def test_the_command_lip_sync_of_a_finished_video(tmp_path: Path) -> None:
    async with studio(tmp_path, KLING_PARENT_TASK="false", KLING_VOICE="uk_man2") as world:
        one_film(world)
        first = await made(world, "video", prompt=WORDS)
        offered = await world.ann.autocomplete(world.channel, "kling lip-sync", "video", "boat")
        assert [choice["value"] for choice in offered] == [f"{first.id}.0"]
        await made(world, "lip-sync", video=f"{first.id}.0", text="Hello", speed=1.5)
        video = {"video_id": f"vid-{first.remote_id}"}
        spoken = {
            "mode": "text2video",
            "text": "Hello",
            "voice_id": "uk_man2",
            "voice_language": "en",
            "voice_speed": 1.5,
        }
        assert sent(world)[-1] == ("videos/lip-sync", {"input": {**video, **spoken}})
        task = await made(world, "lip-sync", video=first.id, audio=SPEECH)
        heard = {"mode": "audio2video", "audio_type": "file", "audio_file": raw(recording())}
        assert sent(world)[-1] == ("videos/lip-sync", {"input": {**video, **heard}})
        assert (task.phase, task.parent_id) == (Phase.DELIVERED, first.id)
        assert questions(world) == {"videos/text2video", "videos/lip-sync"}


async def test_the_command_lip_sync_of_any_video(world: World) -> None:
    task = await made(world, "lip-sync", file=("film.mp4", film()), text="Hello", voice="mengwa-v1")
    ((kind, body),) = sent(world)
    assert kind == "videos/lip-sync" and body["input"].pop("video_url").startswith("https://")
    spoken = {
        "mode": "text2video",
        "text": "Hello",
        "voice_id": "mengwa-v1",
        "voice_language": "zh",
        "voice_speed": 1.0,
    }
    assert body == {"input": spoken} and task.phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ from anywhere


async def test_animate_and_draw_by_any_picture(world: World) -> None:
    message = await world.ben.send(world.channel, "look", attachments=[FILE])
    form = await world.ann.context_menu(world.channel, "Animate", message)
    if form.modal is None:
        form = await world.ann.select(here(form), ["kling-video"])
    await world.ann.submit_modal(form, {"prompt": ""})
    await world.pass_time(30)
    menu = await world.ann.context_menu(world.channel, "Use as input…", message)
    form = await world.ann.select(here(menu), ["kling-image"])
    await world.ann.submit_modal(form, {"prompt": WORDS})
    await world.pass_time(30)
    by = {**V15, "prompt": WORDS, "image": raw(FOX), "image_reference": "subject"}
    assert sent(world) == [("videos/image2video", {**V16, "image": raw(FOX)}), ("images/generations", by)]
    assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 2


async def test_any_video_is_made_to_speak(tmp_path: Path) -> None:
    async with studio(tmp_path, "kling,luma") as world:
        one_film(world)
        first = await world.delivered()
        result = await world.ann.click(world.message(first), custom_id=f"v1:picture:{first.id}:lipsync")
        await world.ann.submit_modal(result, {"text": "Hello", "voice": ""})
        await world.pass_time(30)
        ((kind, body),) = sent(world)
        assert kind == "videos/lip-sync" and body["input"]["video_url"] == world.relay.media_url
        assert body["input"]["voice_id"] == "oversea_male1" and (await world.task()).parent_id == first.id


async def test_behind_the_plain_commands(world: World) -> None:
    for command, options in (("video", {}), ("video", {"image": FILE}), ("image", {}), ("image", {"image": FILE})):
        await world.ann.slash(world.channel, command, prompt=WORDS, **options, **{"with": "kling"})
        await world.pass_time(30)
    by = {**V15, "prompt": WORDS, "image": raw(FOX), "image_reference": "subject"}
    assert sent(world) == [
        ("videos/text2video", {**V16, "prompt": WORDS}),
        ("videos/image2video", {**V16, "prompt": WORDS, "image": raw(FOX)}),
        ("images/generations", {**V15, "prompt": WORDS}),
        ("images/generations", by),
    ]
