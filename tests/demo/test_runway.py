"""The simulated Runway refuses what the reference does not allow, in each form's own shape."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator

KEY = {"Authorization": "Bearer sk-good"}
HEADERS = {**KEY, "X-Runway-Version": "2024-11-06"}
VIDEO = {"model": "gen4_turbo", "ratio": "1280:720", "promptImage": "https://cdn.example/a.png"}
LAST = {"uri": "https://cdn.example/a.png", "position": "last"}


@pytest.fixture
async def relay() -> AsyncIterator[Simulator]:
    async with Simulator(clock=lambda: 1_790_000_000.0) as found:
        yield found


async def ask(relay: Simulator, method: str, path: str, body: Any = None, headers: Any = None) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, relay.url + path, json=body, headers=headers or HEADERS) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("image_to_video", {**VIDEO, "ratio": "16:9"}, "ratio"),
        ("image_to_video", {**VIDEO, "duration": "5"}, "duration"),
        ("image_to_video", {**VIDEO, "audio": True}, "audio"),
        (
            "image_to_video",
            {**VIDEO, "promptImage": [{"uri": VIDEO["promptImage"], "position": "last"}]},
            "promptImage",
        ),
        ("image_to_video", {**VIDEO, "made_up": 1}, "made_up"),
        ("text_to_video", {"model": "gen4_turbo", "promptText": "x", "ratio": "1280:720"}, "model"),
        ("text_to_image", {"model": "gen4_image_turbo", "promptText": "x", "ratio": "1024:1024"}, "referenceImages"),
        ("video_upscale", {"model": "upscale_v1", "videoUri": "https://cdn.example/a.mp4", "sharpen": 1}, "sharpen"),
    ],
)
async def test_official_refusals(relay: Simulator, path: str, body: Any, words: str) -> None:
    status, answer = await ask(relay, "POST", f"/runwayml/v1/{path}", body)
    assert status == 400 and answer["error"].startswith(words) and relay.paid() == []


async def test_the_version_is_asked_for(relay: Simulator) -> None:
    status, _answer = await ask(relay, "POST", "/runwayml/v1/image_to_video", VIDEO, KEY)
    assert status == 400 and relay.paid() == []


async def test_the_reverse_forms_refuse_in_their_own_words(relay: Simulator) -> None:
    status, answer = await ask(relay, "POST", "/runway/pro/generate", {"ratio": "1:1", "prompt": "x"})
    assert (status, answer["code"], answer["data"]) == (200, 400, None)
    status, answer = await ask(relay, "POST", "/runway/tasks", {"taskType": "gen5", "options": {}})
    assert status == 400 and "taskType" in answer["error"] and relay.paid() == []


async def test_a_task_is_known_under_the_tier_that_made_it(relay: Simulator) -> None:
    _status, made = await ask(relay, "POST", "/pro/runwayml/v1/image_to_video", VIDEO)
    assert (await ask(relay, "GET", f"/pro/runwayml/v1/tasks/{made['id']}"))[0] == 200
    assert (await ask(relay, "GET", f"/runwayml/v1/tasks/{made['id']}"))[0] == 400
