"""Hailuo on the simulator over real loopback HTTP; its time is moved by hand."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator
from tests.demo.test_simulator import Rig

ROOT = "/minimax/v1"
PICTURE = "https://cdn.example/in.png"
TWO = "MiniMax-Hailuo-02"
PLAIN: dict[str, Any] = {"model": TWO, "prompt": "a fox"}
SPOKEN: dict[str, Any] = {"model": "speech-2.6-hd", "text": "Hello", "voice_setting": {"voice_id": "x"}}
DONE = 30.0


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Rig(sim, session)
        yield made


async def asked(rig: Rig, number: str, root: str = ROOT) -> Any:
    return (await rig.call("GET", f"{root}/query/video_generation?task_id={number}"))[1]


async def test_a_video_and_its_file(rig: Rig) -> None:
    status, made, _ = await rig.call("POST", f"{ROOT}/video_generation", PLAIN)
    assert status == 200 and made["base_resp"] == {"status_code": 0, "status_msg": "success"}
    number, words = made["task_id"], []
    for seconds in (0.0, 5.0, DONE):
        rig.now += seconds
        words.append((await asked(rig, number))["status"])
    assert words == ["Queueing", "Processing", "Success"]
    file = (await asked(rig, number))["file_id"]
    told = (await rig.call("GET", f"{ROOT}/files/retrieve?file_id={file}&task_id={number}"))[1]
    link = told["file"]["download_url"]
    assert (await rig.call("GET", link, key=None))[2]["Content-Type"] == "video/mp4"
    wrong = (await rig.call("GET", f"{ROOT}/files/retrieve?file_id={file}&task_id=1"))[1]
    assert wrong["base_resp"]["status_code"] == 2013


async def test_a_task_is_known_under_the_prefix_that_made_it(rig: Rig) -> None:
    number = (await rig.call("POST", f"{ROOT}/video_generation", PLAIN))[1]["task_id"]
    assert (await asked(rig, number, "/minimaxi/v1"))["base_resp"]["status_code"] == 2013
    assert (await asked(rig, number))["status"] == "Queueing"


async def test_the_envelope(rig: Rig) -> None:
    rig.sim.hailuo.shape = "linked"
    number = (await rig.call("POST", f"{ROOT}/video_generation", PLAIN))[1]["task_id"]
    assert (await asked(rig, number))["data"]["data"] is None
    rig.now += DONE
    row = (await asked(rig, number))["data"]
    assert (row["status"], row["progress"], row["fail_reason"]) == ("SUCCESS", "100%", row["data"]["file_id"])
    assert row["data"]["file"]["download_url"].startswith("http")
    assert (await asked(rig, "1"))["code"] == "task_not_exist"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"model": "new"}, "model new is unknown"),
        ({"prompt": ""}, "prompt is required"),
        ({"prompt": "x" * 2001}, "prompt should be a text of at most 2000 characters"),
        ({"prompt": "[Push in, Shake, Tilt up, Pan left]"}, "prompt has too many camera moves"),
        ({"camera": "Shake"}, "camera is unknown"),
        ({"duration": "6"}, "duration should be one of"),
        ({"duration": 10, "resolution": "1080P"}, "resolution is not supported"),
        ({"resolution": "512P"}, "first_frame_image is required"),
        ({"model": "I2V-01"}, "first_frame_image is required"),
        ({"first_frame_image": "AAAA"}, "first_frame_image should be a link or a data URI"),
        ({"first_frame_image": PICTURE, "last_frame_image": PICTURE, "resolution": "512P"}, "last_frame_image is not"),
        ({"model": "S2V-01"}, "subject_reference is required"),
        ({"subject_reference": [{"type": "character", "image": PICTURE}]}, "subject_reference should be one"),
        ({"subject_reference": [{"type": "character", "image": [PICTURE]}]}, "subject_reference is not supported"),
        ({"model": "T2V-01", "fast_pretreatment": True}, "fast_pretreatment is not supported"),
    ],
)
async def test_a_wrong_body_is_told_in_either_way(rig: Rig, wrong: dict[str, Any], says: str) -> None:
    status, told, _ = await rig.call("POST", f"{ROOT}/video_generation", PLAIN | wrong)
    assert (status, told["task_id"], told["base_resp"]["status_code"]) == (200, "", 2013)
    assert told["base_resp"]["status_msg"].startswith(f"invalid params: {says}")
    rig.sim.hailuo.errors = "task_error"
    status, told, _ = await rig.call("POST", f"{ROOT}/video_generation", PLAIN | wrong)
    assert (status, told["code"]) == (400, "2013") and told["message"].startswith("hailuo api error: invalid params")
    assert rig.sim.paid() == []


async def test_wrong_bodies_of_what_is_answered_at_once(rig: Rig) -> None:
    for call, body, says in (
        ("t2a_v2", SPOKEN | {"speed": 1}, "speed is unknown"),
        ("t2a_v2", SPOKEN | {"voice_setting": {"voice_id": "x", "speed": 3}}, "voice_setting speed should be"),
        ("t2a_v2", SPOKEN | {"audio_setting": {"format": "ogg"}}, "audio_setting format should be one of"),
        ("music_generation", {"model": "music-2.0", "prompt": "a slow waltz"}, "lyrics is required"),
        ("music_generation", {"model": "music-9", "prompt": "short"}, "prompt should be a text of 10 to 2000"),
        ("image_generation", {"model": "image-01", "prompt": "a fox", "n": 10}, "n should be an integer"),
        ("image_generation", {"model": "x", "prompt": "a fox"}, "model is unknown"),
    ):
        told = (await rig.call("POST", f"{ROOT}/{call}", body))[1]
        assert told["base_resp"]["status_msg"].startswith(f"invalid params: {says}"), told
    assert rig.sim.paid() == []
