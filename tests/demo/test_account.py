"""The simulated console: what the bot does not ask for as well, in the shapes of the reference."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator

SIGNED = {"Authorization": "access-token-of-the-relay", "New-Api-User": "4711"}
KEY = {"Authorization": "Bearer sk-good"}
VIDEO = {"user_prompt": "a fox"}


@pytest.fixture
async def relay() -> AsyncIterator[Simulator]:
    """A relay with one charged video."""
    async with Simulator() as relay, aiohttp.ClientSession() as session:
        async with session.post(f"{relay.url}/luma/generations", json=VIDEO, headers=KEY) as answer:
            assert answer.status == 201
        yield relay


async def get(relay: Simulator, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(relay.url + path, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.json(content_type=None) if answer.status < 300 else None


async def test_every_endpoint_of_the_account(relay: Simulator) -> None:
    job = relay.paid()[0]
    for path in ("/api/task/self?p=1&page_size=20", f"/api/task/self?task_id={job.id}"):
        status, answer = await get(relay, path, SIGNED)
        assert status == 200 and [row["task_id"] for row in answer["data"]["items"]] == [job.id]
    assert (await get(relay, "/api/task/self?task_id=other", SIGNED))[1]["data"]["items"] == []
    keys = (await get(relay, "/api/token/?p=0&size=20", SIGNED))[1]["data"]["items"]
    assert [(key["used_quota"], key["expired_time"]) for key in keys] == [(150_000, -1)]
    found = (await get(relay, "/api/log/self/search?keyword=luma", SIGNED))[1]["data"]
    assert [line["model_name"] for line in found] == ["luma_generate"]
    assert (await get(relay, "/api/models", SIGNED))[1]["data"] == {"1": relay.model_names()}


async def test_the_account_is_for_those_who_show_its_token(relay: Simulator) -> None:
    wrong = [{}, KEY, {**SIGNED, "Authorization": "other"}, {**SIGNED, "New-Api-User": "1"}]
    answers = [await get(relay, "/api/user/self", headers) for headers in wrong]
    assert [status for status, _answer in answers] == [401, 200, 200, 401]
    relay.account.console = "new"
    assert [(await get(relay, "/api/user/self", headers))[0] for headers in wrong] == [401] * 4
    forks = [{**SIGNED, "Authorization": f"Bearer {SIGNED['Authorization']}"}, SIGNED]
    assert [(await get(relay, "/api/user/self", headers))[0] for headers in forks] == [200, 200]
    relay.account.raw_token = True
    assert [(await get(relay, "/api/user/self", headers))[0] for headers in forks] == [401, 200]


async def test_asking_for_a_new_token_makes_the_old_one_worthless(relay: Simulator) -> None:
    new = (await get(relay, "/api/user/token", SIGNED))[1]["data"]
    assert (await get(relay, "/api/user/self", SIGNED))[1]["success"] is False
    assert (await get(relay, "/api/user/self", {**SIGNED, "Authorization": new}))[1]["success"] is True


async def test_the_key_and_its_log(relay: Simulator) -> None:
    assert (await get(relay, "/api/usage/token"))[0] == 401
    assert (await get(relay, "/api/usage/token", {"Authorization": "Bearer sk-none"}))[1]["success"] is False
    assert (await get(relay, "/api/usage/token", KEY))[1]["data"]["total_used"] == 150_000
    for path, headers in (
        ("/api/log/token?key=good", None),
        ("/api/log/token?key=sk-good", None),
        ("/api/log/token", KEY),
    ):
        (line,) = (await get(relay, path, headers))[1]["data"]
        assert (line["model_name"], line["quota"]) == ("luma_generate", 150_000)


async def test_a_failed_task_is_paid_back(relay: Simulator) -> None:
    job = relay.paid()[0]
    relay.fail(job.id, "no")
    refund, _charge = (await get(relay, "/api/log/token", KEY))[1]["data"]
    assert refund["type"] == 4 and job.id in refund["content"]
    assert (await get(relay, "/api/user/self", SIGNED))[1]["data"]["used_quota"] == 0


async def test_single_models(relay: Simulator) -> None:
    assert (await get(relay, "/v1/models/gpt-4o", KEY))[1]["id"] == "gpt-4o"
    status, answer = await get(relay, "/v1/models/nothing", KEY)
    assert (status, answer["error"]["code"]) == (200, "model_not_found")
    ratios = (await get(relay, "/api/ratio_config"))[1]["data"]["model_ratio"]
    assert ratios["gpt-4o"] == 1.25


async def test_a_demo_relay_looks_used(relay: Simulator) -> None:
    relay.account.past = 5
    lines = (await get(relay, "/api/log/token", KEY))[1]["data"]
    assert len(lines) > 15 and lines == (await get(relay, "/api/log/token", KEY))[1]["data"]
