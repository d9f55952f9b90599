"""Kling on the simulator over real loopback HTTP; its time is moved by hand."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator
from bot.demo.simulator.core import FAIL_REASON
from tests.demo.test_simulator import Rig
from tests.discord.kling import FOX, picture, raw

ROOT = "/kling/v1/"
WORDS = {"prompt": "a paper boat"}
FRAME = {"image": raw(FOX)}
PRO = {"model_name": "kling-v1-6", "model": "kling-v1-6", "mode": "pro"}
DONE = 11.0
SPEECH = {"mode": "text2video", "text": "hi", "voice_id": "AOT", "voice_language": "en"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Rig(sim, session)
        yield made


async def test_from_submitted_to_a_real_video(rig: Rig) -> None:
    status, made, _ = await rig.call("POST", f"{ROOT}videos/text2video", WORDS)
    assert (status, made["code"], made["data"]["task_status"]) == (200, 0, "submitted")
    path, found = f"{ROOT}videos/text2video/{made['data']['task_id']}", []
    shown: dict[str, Any] = {}
    for seconds in (0.0, 5.0, DONE):
        rig.now += seconds
        shown = (await rig.call("GET", path))[1]["data"]
        found.append((shown["task_status"], shown["task_result"] is None))
    assert found == [("submitted", True), ("processing", True), ("succeed", False)]
    (video,) = shown["task_result"]["videos"]
    assert (await rig.call("GET", video["url"], key=None))[2]["Content-Type"] == "video/mp4"
    assert (await rig.call("GET", path.replace("text2video", "image2video")))[1]["code"] == 1203
    assert (await rig.call("GET", f"/pro{path}"))[0] == 404


async def test_several_pictures_that_differ(rig: Rig) -> None:
    made = (await rig.call("POST", f"{ROOT}images/generations", {**WORDS, "n": 3}))[1]["data"]
    rig.now += DONE
    shown = (await rig.call("GET", f"{ROOT}images/generations/{made['task_id']}"))[1]["data"]
    images = shown["task_result"]["images"]
    assert [image["index"] for image in images] == [0, 1, 2] and len({image["url"] for image in images}) == 3


async def test_the_shapes_of_the_gateway(rig: Rig) -> None:
    rig.sim.kling.form, rig.sim.kling.string_data = "enveloped", True
    row = (await rig.call("POST", f"{ROOT}videos/text2video", {"prompt": "x sim:fail"}))[1]["data"]
    assert (row["status"], row["data"]) == ("QUEUED", None)
    rig.now += DONE
    row = (await rig.call("GET", f"{ROOT}videos/text2video/{row['task_id']}"))[1]["data"]
    assert (row["status"], row["fail_reason"], row["progress"]) == ("FAILURE", FAIL_REASON, "100%")
    assert isinstance(row["data"], str)
    rig.sim.kling.form = "new-api"
    made = (await rig.call("POST", f"{ROOT}videos/image2video", FRAME))[1]
    assert (made["object"], made["status"], made["id"]) == ("video", "queued", made["task_id"])
    assert (await rig.call("POST", f"{ROOT}images/generations", WORDS))[0] == 404


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("videos/text2video", {}, "prompt is required"),
    ("videos/text2video", {**WORDS, "duration": 5}, "duration should be one of"),
    ("videos/text2video", {**WORDS, "seed": 7}, "seed is not supported"),
    ("videos/text2video", {**WORDS, "model_name": "kling-v1"}, "model and model_name should be the same"),
    ("videos/text2video", {**WORDS, **PRO, "sound": "on"}, "sound is not supported"),
    (
        "videos/text2video",
        {**WORDS, "camera_control": {"type": "simple", "config": {"pan": 0}}},
        "camera_control exactly",
    ),
    ("videos/image2video", WORDS, "image and image_tail cannot both be empty"),
    ("videos/image2video", {"image": f"data:image/png;base64,{raw(FOX)}"}, "image File is not in a valid base64"),
    ("videos/image2video", {"image": raw(picture(299, 400))}, "image image dimensions"),
    ("videos/image2video", {**FRAME, **PRO, "mode": "std", "image_tail": raw(FOX)}, "image_tail is not supported"),
    (
        "videos/image2video",
        {**FRAME, **PRO, "image_tail": raw(FOX), "static_mask": raw(FOX)},
        "image_tail, static_mask and camera_control exclude each other",
    ),
    ("videos/multi-image2video", {**WORDS, "image_list": [FRAME] * 5}, "image_list should be 1 to 4"),
    ("videos/video-extend", {"video_id": "vid-9"}, "video_id does not exist"),
    ("videos/lip-sync", {"input": {"video_id": "vid-9", "mode": "text2video", "text": "hi"}}, "voice_id is required"),
    ("videos/lip-sync", {"input": {**SPEECH, "video_id": "vid-9", "text": "x" * 121}}, "text at most 120"),
    ("videos/lip-sync", {"input": SPEECH}, "either video_id or video_url is required"),
    ("videos/effects", {"effect_scene": "hug", "input": {**FRAME, "duration": "5"}}, "images is required"),
    ("videos/omni-video", {**WORDS, "video_list": [{"video_url": raw(FOX)}]}, "video_list video_url should be a URL"),
    ("images/generations", {**WORDS, **FRAME, "negative_prompt": "x"}, "negative_prompt is not supported with image"),
    ("images/kolors-virtual-try-on", {"human_image": raw(FOX)}, "cloth_image is required"),
]


async def test_bodies_are_checked_as_the_reference_says(rig: Rig) -> None:
    for kind, body, words in WRONG:
        status, shown, _ = await rig.call("POST", ROOT + kind, body)
        assert (status, shown["code"]) == (400, 1201) and shown["message"].startswith(words), shown
    assert rig.sim.paid() == []


async def test_errors_in_klings_own_shape(rig: Rig) -> None:
    strange = {**WORDS, "model_name": "kling-v9", "model": "kling-v9"}
    assert (await rig.call("POST", f"{ROOT}videos/text2video", strange))[1]["code"] == 1203
    rig.sim.kling.parallel = 0
    status, shown, _ = await rig.call("POST", f"{ROOT}videos/text2video", WORDS)
    assert (status, shown["code"], set(shown)) == (429, 1303, {"code", "message", "request_id"})
    rig.sim.kling.coded = True
    assert (await rig.call("POST", f"{ROOT}videos/text2video", WORDS))[0] == 200
    rig.sim.kling.offered = False
    assert (await rig.call("POST", f"{ROOT}videos/text2video", WORDS))[0] == 404
    assert "kling-v1" not in str((await rig.call("GET", "/v1/models"))[1]["data"])
