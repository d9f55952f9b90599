"""Pika on the simulator over real loopback HTTP; its time is moved by hand."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator
from bot.demo.simulator.core import FAIL_REASON
from tests.demo.test_simulator import Rig

GENERATE, PRO, FEED = "/pika/generate", "/pika/pro/generate", "/pika/feed"
PICTURE = "https://cdn.example/in.png"
SETTINGS: dict[str, Any] = {"frameRate": 24, "camera": {}, "parameters": {"guidanceScale": 12, "motion": 1}}
PLAIN: dict[str, Any] = {"promptText": "a fox", "model": "2.0", "pikaffect": "", "options": SETTINGS}
IN_PRO: dict[str, Any] = {"prompt": "a fox", "ratio": "16:9", "model": 1.5, "options": SETTINGS}
DONE = 11.0


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Rig(sim, session)
        yield made


async def test_the_form_generate(rig: Rig) -> None:
    status, made, _ = await rig.call("POST", GENERATE, PLAIN)
    assert status == 200 and list(made) == ["id"]
    path = f"{FEED}/{made['id']}"
    assert (await rig.call("GET", path))[1]["videos"] == []
    rig.now += 5
    (video,) = (await rig.call("GET", path))[1]["videos"]
    assert (video["status"], video["resultUrl"], video["error"]) == ("pending", "", "")
    rig.now += DONE
    (video,) = (await rig.call("GET", path))[1]["videos"]
    assert (video["status"], video["progress"]) == ("finished", 100)
    assert (await rig.call("GET", video["resultUrl"], key=None))[2]["Content-Type"] == "video/mp4"
    assert (await rig.call("POST", FEED, {"task_id": made["id"]}))[0] == 400


async def test_the_form_pro(rig: Rig) -> None:
    status, made, _ = await rig.call("POST", PRO, IN_PRO | {"prompt": "a fox sim:fail"})
    assert (status, made["code"]) == (200, 200)
    asked = {"task_id": made["data"]["task_id"]}
    digits, shown = [], {}
    for seconds in (0.0, 5.0, DONE):
        rig.now += seconds
        shown = (await rig.call("POST", FEED, asked))[1]["data"]
        digits.append(shown["status"])
    assert digits == ["0", "1", "2"]
    assert (shown["msg"], shown["refund"], shown["video_url"]) == (FAIL_REASON, "1", None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"promptText": ""}, "promptText is required"),
        ({"pikaffect": "Burn", "image": PICTURE}, "pikaffect should be one of"),
        ({"pikaffect": "Melt"}, "pikaffect needs an image"),
        ({"image": ""}, "image should be a picture"),
        ({"video": "data:video/mp4;base64,AAAA"}, "video should be a link"),
        ({"image": PICTURE, "options": {**SETTINGS, "aspectRatio": 1}}, "aspectRatio is not permitted with an image"),
        ({"options": {**SETTINGS, "frameRate": 25}}, "frameRate should be an integer"),
        ({"options": {**SETTINGS, "camera": {"pan": "up"}}}, "pan should be one of"),
        ({"options": {**SETTINGS, "parameters": {"motion": 0}}}, "motion should be an integer"),
        ({"sfx": True}, "sfx is not known"),
    ],
)
async def test_bodies_that_generate_refuses(rig: Rig, wrong: dict[str, Any], says: str) -> None:
    status, shown, _ = await rig.call("POST", GENERATE, PLAIN | wrong)
    assert (status, shown["code"]) == (400, "invalid_request") and says in shown["message"], shown
    assert rig.sim.paid() == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ratio": None}, "ratio is required"),
        ({"model": "1.5"}, "model should be a number"),
        ({"image": "iVBORw0KGgo="}, "image should be a link"),
        ({"style": "Melt"}, "this style needs an image"),
        ({"options": {**SETTINGS, "extend": False}}, "extend is not known"),
    ],
)
async def test_bodies_that_pro_refuses(rig: Rig, wrong: dict[str, Any], says: str) -> None:
    status, shown, _ = await rig.call("POST", PRO, IN_PRO | wrong)
    assert (status, shown["code"]) == (200, 400) and says in shown["msg"], shown
    assert rig.sim.paid() == []
