"""The relay simulator over real loopback HTTP; its time is moved by hand."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import av
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image

from bot.demo import simulator as package
from bot.demo.simulator import PROMPT_WORDS, Job, Simulator
from bot.demo.simulator.core import BANNED_REASON, BIG_SIZE, FAIL_REASON, LATE_REASON
from bot.demo.simulator.pictures import Blob, dimensions, is_picture, padded

SUBMIT = "/luma/generations"
OFFICIAL = "/dream-machine/v1/generations"
DONE = 11.0


@dataclass
class Rig:
    """A simulator, its clock and a client."""

    sim: Simulator
    session: aiohttp.ClientSession
    now: float = 1_000_000.0

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = "sk-good", **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, parsed body (JSON, else bytes) and headers of one call; redirects are not followed."""
        url = path if path.startswith("http") else self.sim.url + path
        auth = {"Authorization": f"Bearer {key}"} if key else {}
        async with self.session.request(method, url, json=body, headers=auth | headers, allow_redirects=False) as got:
            raw = await got.read()
            parsed = json.loads(raw) if got.content_type == "application/json" and raw else raw
            return got.status, parsed, dict(got.headers)

    async def submit(self, prompt: str = "a paper boat", path: str = SUBMIT, **fields: Any) -> str:
        """The id of an accepted submission."""
        name = "prompt" if "dream-machine" in path else "user_prompt"
        status, shown, _ = await self.call("POST", path, {name: prompt, **fields})
        assert status == 201, shown
        return str((shown[0] if isinstance(shown, list) else shown)["id"])

    async def get(self, job_id: str, path: str = SUBMIT) -> Any:
        """A generation."""
        return (await self.call("GET", f"{path}/{job_id}"))[1]

    async def batch(self, *ids: str, **more: Any) -> Any:
        """The answer of the batch query."""
        return (await self.call("POST", "/luma/tasks", {"ids": ids}, **more))[1]

    async def row(self, job_id: str) -> Any:
        """The envelope of one job."""
        return (await self.batch(job_id))["data"][0]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Rig(sim, session)
        yield made


def picture_uri(kind: str = "PNG") -> str:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (200, 90, 60)).save(out, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"


# ---------------------------------------------------------------------------------------------------- common


def test_it_imports_nothing_from_the_rest_of_the_bot() -> None:
    sources = [path.read_text() for path in Path(package.__file__).parent.glob("*.py")]
    assert len(sources) > 25
    assert not [line for text in sources for line in text.splitlines() if line.startswith(("from bot", "import bot"))]


async def test_keys(rig: Rig) -> None:
    for key in (None, "sk-other"):
        status, shown, headers = await rig.call("POST", SUBMIT, {"user_prompt": "x"}, key=key)
        assert (status, shown["error"]["type"]) == (401, "new_api_error")
        assert f"(request id: {headers['X-Oneapi-Request-Id']})" in shown["error"]["message"]
    for path, field in ((SUBMIT, "user_prompt"), (OFFICIAL, "prompt")):
        status, shown, _ = await rig.call("POST", path, {field: "x"}, key="sk-poor")
        assert (status, shown["code"], shown["data"]) == (403, "quota_not_enough", None)
    assert (await rig.batch(key="sk-poor"))["data"] == []
    assert rig.sim.paid() == []


async def test_what_a_check_asks(rig: Rig) -> None:
    status, shown, _ = await rig.call("GET", "/api/status", key=None)
    assert (status, shown["success"], shown["data"]["server_address"]) == (200, True, rig.sim.url)
    models = (await rig.call("GET", "/v1/models"))[1]
    assert (models["object"], models["data"][0]["id"]) == ("list", "luma_video")
    assert (await rig.call("GET", "/v1/models", key=None))[0] == 401
    for options in vars(rig.sim).values():
        if hasattr(options, "offered"):
            options.offered = False
    rig.sim.pika.forms = ()
    assert (await rig.call("GET", "/v1/models"))[1]["data"] == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/kling/v1/videos"), ("DELETE", SUBMIT), ("GET", "/")])
async def test_unknown_paths(rig: Rig, method: str, path: str) -> None:
    status, shown, headers = await rig.call(method, path, key=None)
    assert (status, shown["error"]["message"]) == (404, f"Invalid URL ({method} {path})")
    assert headers["X-Oneapi-Request-Id"]


async def test_calls_are_recorded_in_order(rig: Rig) -> None:
    job_id = await rig.submit("a fox")
    rig.now += 1
    await rig.call("GET", f"{SUBMIT}/{job_id}?x=1")
    first, second = rig.sim.calls
    assert (first.method, first.path, first.json, first.status) == ("POST", SUBMIT, {"user_prompt": "a fox"}, 201)
    assert (first.headers["authorization"], first.size > 10, second.at - first.at) == ("Bearer sk-good", True, 1.0)
    assert (second.path, second.json, second.size) == (f"{SUBMIT}/{job_id}?x=1", None, 0)
    assert (rig.sim.count("POST", "/luma"), rig.sim.count("GET", "/luma"), rig.sim.count("GET", "/mj")) == (1, 1, 0)
    [job] = rig.sim.paid()
    assert (job.id, job.provider, job.action, job.key) == (job_id, "luma", "generate", "sk-good")


async def test_it_runs_under_a_test_server_and_again_after_a_stop() -> None:
    sim = Simulator()
    async with TestServer(sim.app) as server, aiohttp.ClientSession() as session:
        sim.url = str(server.make_url("")).rstrip("/")
        job_id = await Rig(sim, session).submit()
        sim.finish(job_id)
        shown = await Rig(sim, session).get(job_id)
        assert shown["video"]["download_url"].startswith(f"{sim.url}/media/video/")
    sim = Simulator()
    port = int((await sim.start()).rsplit(":", 1)[1])
    await sim.close()
    assert await sim.start(port=port) == f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        assert (await Rig(sim, session).call("GET", "/api/status"))[0] == 200
    await sim.close()


# ---------------------------------------------------------------------------------------------------- life


async def test_the_life_of_a_job(rig: Rig) -> None:
    job_id = await rig.submit()
    seen = []
    for at in (0, 1.9, 2.1, 6.0, 9.9, 10.1):
        rig.now = 1_000_000.0 + at
        row = await rig.row(job_id)
        seen.append((row["status"], row["progress"], (await rig.get(job_id))["state"]))
    assert seen == [
        ("QUEUED", "0%", "pending"), ("QUEUED", "0%", "pending"), ("IN_PROGRESS", "11%", "processing"),
        ("IN_PROGRESS", "52%", "processing"), ("IN_PROGRESS", "93%", "processing"), ("SUCCESS", "100%", "completed"),
    ]  # fmt: skip
    row = await rig.row(job_id)
    assert [row[f"{name}_time"] - 1_000_000 for name in ("submit", "start", "finish")] == [0, 2, 10]
    rig.sim.pace = 10
    assert (await rig.get(job_id))["state"] == "pending"


async def test_forced_states_and_hold(rig: Rig) -> None:
    early = await rig.submit()
    rig.now += DONE
    rig.sim.hold = True
    ids = [await rig.submit() for _ in range(3)]
    rig.now += 500
    states = [(await rig.get(job_id))["state"] for job_id in (early, *ids)]
    assert states == ["completed", "processing", "processing", "processing"]
    rig.sim.finish(ids[0])
    rig.sim.fail(ids[1], "out of paint")
    assert (await rig.get(ids[0]))["state"] == "completed"
    assert (await rig.get(ids[1]))["failure_reason"] == "out of paint"
    assert rig.sim.hold
    rig.sim.release()
    assert (await rig.get(ids[2]))["state"] == "completed"


# ---------------------------------------------------------------------------------------------------- words


def test_every_word_is_described() -> None:
    used = "fail banned slow queue lost html quota nolink throttle late big expired partial offline"
    further = "full unsafe numeric rewrite"
    chat = "cut silent error revoked overloaded length empty echo"
    assert set(PROMPT_WORDS) == {f"sim:{word}" for word in f"{used} {further} {chat}".split()}
    assert all(PROMPT_WORDS.values())


@pytest.mark.parametrize(("word", "reason"), [("fail", FAIL_REASON), ("banned", BANNED_REASON)])
async def test_words_that_fail(rig: Rig, word: str, reason: str) -> None:
    job_id = await rig.submit(f"a cat sim:{word}, please")
    rig.now += DONE
    row = await rig.row(job_id)
    assert (row["status"], row["progress"], row["fail_reason"]) == ("FAILURE", "100%", reason)
    assert (row["data"]["state"], row["data"]["video"]) == ("failed", None)


@pytest.mark.parametrize(
    ("word", "moments"),
    [
        ("slow", {1: "pending", 11: "queued", 13: "processing", 59: "processing", 61: "completed"}),
        ("queue", {1: "pending", 3: "queued", 21: "queued", 23: "processing", 31: "completed"}),
    ],
)
async def test_words_that_take_time(rig: Rig, word: str, moments: dict[int, str]) -> None:
    job_id = await rig.submit(f"sim:{word}")
    for at, state in moments.items():
        rig.now = 1_000_000.0 + at
        assert (await rig.get(job_id))["state"] == state


async def test_late(rig: Rig) -> None:
    job_id = await rig.submit("sim:late")
    rig.now += DONE
    row = await rig.row(job_id)
    assert (row["status"], row["fail_reason"]) == ("FAILURE", LATE_REASON)
    assert len(LATE_REASON) == 10
    rig.now += 30
    row = await rig.row(job_id)
    assert (row["status"], row["fail_reason"], bool(row["data"]["video"])) == ("SUCCESS", "", True)


async def test_lost(rig: Rig) -> None:
    job_id = await rig.submit("sim:lost")
    assert (await rig.batch(job_id))["data"] is None
    status, shown, _ = await rig.call("GET", f"{SUBMIT}/{job_id}")
    assert (status, shown) == (400, {"code": "task_not_exist", "message": "task_not_exist", "data": None})
    assert [job.id for job in rig.sim.paid()] == [job_id]


async def test_words_that_refuse(rig: Rig) -> None:
    status, shown, headers = await rig.call("POST", SUBMIT, {"user_prompt": "sim:html"})
    assert (status, headers["Content-Type"][:9], shown[:9]) == (200, "text/html", b"<!doctype")
    status, shown, _ = await rig.call("POST", SUBMIT, {"user_prompt": "sim:quota"})
    assert (status, shown["code"]) == (403, "quota_not_enough")
    status, shown, headers = await rig.call("POST", SUBMIT, {"user_prompt": "sim:throttle"})
    assert (status, headers["Retry-After"], "error" in shown) == (429, "2", True)
    assert rig.sim.paid() == []
    await rig.submit("sim:throttle")


async def test_nolink(rig: Rig) -> None:
    job_id = await rig.submit("sim:nolink")
    rig.now += DONE
    shown = await rig.get(job_id)
    assert (shown["state"], shown["video"]["download_url"], shown["video_raw"]) == ("completed", None, None)
    clean = (await rig.call("GET", f"{SUBMIT}/{job_id}/download_video_url"))[1]["url"]
    marked = shown["video"]["url"]
    bodies = [(await rig.call("GET", link, key=None))[1] for link in (clean, marked)]
    assert [body[4:8] for body in bodies] == [b"ftyp", b"ftyp"]
    assert bodies[0] != bodies[1]


async def test_expired(rig: Rig) -> None:
    job_id = await rig.submit("sim:expired")
    rig.now += DONE
    link = (await rig.get(job_id))["video"]["download_url"]
    assert (await rig.get(job_id))["video"]["download_url"] == link
    assert [(await rig.call("GET", link, key=None))[0] for _ in range(2)] == [403, 403]
    fresh = (await rig.get(job_id))["video"]["download_url"]
    assert [(await rig.call("GET", fresh, key=None))[0] for _ in range(2)] == [200, 200]
    assert (await rig.call("GET", fresh.replace(job_id, "nobody"), key=None))[0] == 403


async def test_big(rig: Rig) -> None:
    job_id = await rig.submit("sim:big")
    rig.now += DONE
    status, body, headers = await rig.call("GET", (await rig.get(job_id))["video"]["download_url"], key=None)
    assert (status, len(body), headers["Content-Length"]) == (200, BIG_SIZE, str(BIG_SIZE))
    assert BIG_SIZE > 10 * 1024 * 1024
    assert frames_of(body) == (72, 480, 270, "h264")


# ---------------------------------------------------------------------------------------------------- luma


@pytest.mark.parametrize(
    "wrong",
    [
        {}, [], {"user_prompt": "  "}, {"user_prompt": 7}, {"user_prompt": "x", "aspect_ratio": "5:4"},
        {"user_prompt": "x", "loop": "yes"}, {"user_prompt": "x", "image_url": "ftp://a/b.png"},
        {"user_prompt": "x", "image_url": "data:image/png;base64,%%%"}, {"user_prompt": "x", "image_url": 5},
        {"user_prompt": "x", "image_end_url": "data:image/png;base64,aGVsbG8="},
        {"user_prompt": "x", "image_end_url": picture_uri().replace("image/png", "text/plain")},
    ],
)  # fmt: skip
async def test_wrong_submissions(rig: Rig, wrong: Any) -> None:
    parent = await rig.submit()
    rig.now += DONE
    for path in (SUBMIT, f"{SUBMIT}/{parent}/extend"):
        status, shown, _ = await rig.call("POST", path, wrong)
        assert (status, shown["code"], shown["data"]) == (400, "invalid_request", None)
    assert len(rig.sim.paid()) == 1


@pytest.mark.parametrize("link", [None, "", "https://a.example/b.png", picture_uri(), picture_uri("JPEG")])
async def test_pictures_that_are_accepted(rig: Rig, link: str | None) -> None:
    await rig.submit(image_url=link, image_end_url=link, loop=False, expand_prompt=True, aspect_ratio="9:16")
    assert rig.sim.paid()[0].ratio == "9:16"


async def test_the_answer_to_a_submission(rig: Rig) -> None:
    shown = (await rig.call("POST", f"{SUBMIT}/", {"user_prompt": "a boat"}))[1]
    assert (shown["prompt"], shown["state"], shown["video"]) == ("a boat", "pending", None)
    assert shown["created_at"] == "1970-01-12T13:46:40.000+00:00"
    rig.sim.luma.submit = "array"
    shown = (await rig.call("POST", SUBMIT, {"user_prompt": "a boat"}))[1]
    assert [item["state"] for item in shown] == ["pending"]


async def test_a_finished_generation(rig: Rig) -> None:
    job_id = await rig.submit(aspect_ratio="9:16")
    rig.now += DONE
    shown = await rig.get(job_id)
    assert (shown["video"]["width"], shown["video"]["height"]) == (270, 480)
    for link in (shown["thumbnail"]["url"], shown["last_frame"]["url"]):
        status, body, headers = await rig.call("GET", link, key=None)
        assert (status, headers["Content-Type"], Image.open(io.BytesIO(body)).size) == (200, "image/jpeg", (270, 480))
    rig.sim.media_url = "http://127.0.0.1:1/elsewhere"
    video = (await rig.get(job_id))["video"]
    assert {video["url"], video["download_url"]} == {"http://127.0.0.1:1/elsewhere"}


async def test_extend(rig: Rig) -> None:
    parent = await rig.submit(aspect_ratio="21:9")
    for job_id in ("unknown", parent):
        status, shown, _ = await rig.call("POST", f"{SUBMIT}/{job_id}/extend", {"user_prompt": "on"})
        assert (status, shown["data"]) == (400, None)
    rig.now += DONE
    for end in ("", "/"):
        await rig.submit("on", f"{SUBMIT}/{parent}/extend{end}")
    status, shown, _ = await rig.call("POST", f"{SUBMIT}/{parent}/extend", {"user_prompt": "on"}, key="sk-poor")
    assert (status, shown["message"]) == (400, "task_origin_not_exist")
    first, extended, _ = rig.sim.paid()
    assert (extended.parent, extended.action, extended.ratio) == (parent, "extend", "21:9")
    assert extended.seed != first.seed


async def test_download_of_what_is_not_there(rig: Rig) -> None:
    job_id = await rig.submit()
    assert (await rig.call("GET", f"{SUBMIT}/nobody/download_video_url"))[1]["code"] == "task_not_exist"
    assert (await rig.call("GET", f"{SUBMIT}/{job_id}/download_video_url"))[0] == 400
    rig.sim.luma.link_delay = 60
    rig.now += 69
    shown = await rig.get(job_id)
    assert (shown["state"], shown["video"]["download_url"]) == ("completed", None)
    assert (await rig.call("GET", f"{SUBMIT}/{job_id}/download_video_url"))[0] == 400
    rig.now += 2
    assert (await rig.get(job_id))["video"]["download_url"]
    assert (await rig.call("GET", f"{SUBMIT}/{job_id}/download_video_url"))[0] == 200


async def test_the_batch(rig: Rig) -> None:
    rig.sim.keys |= {"sk-else"}
    ids = [await rig.submit(f"number {index}") for index in range(6)]
    assert await rig.batch() == {"code": "success", "message": "", "data": []}
    assert (await rig.batch("unknown"))["data"] is None
    assert (await rig.batch(*ids, key="sk-else"))["data"] is None
    assert (await rig.call("POST", "/luma/tasks/", {"ids": "one"}))[0] == 400
    found = [row["task_id"] for row in (await rig.batch(*ids, "unknown", ids[0]))["data"]]
    assert (sorted(found), found != ids) == (sorted(ids), True)
    pair = [row["task_id"] for row in (await rig.batch(*ids[:2]))["data"]]
    assert pair == ids[1::-1]
    rig.sim.luma.shuffle = False
    assert [row["task_id"] for row in (await rig.batch(*ids))["data"]] == ids


async def test_switches_of_the_envelope(rig: Rig) -> None:
    rig.sim.luma.fresh_unknown = True
    job_id = await rig.submit()
    assert (await rig.batch(job_id))["data"] is None
    row = await rig.row(job_id)
    assert (row["action"], row["data"], row["fail_reason"]) == ("LUMA_VIDEO", None, "")
    rig.sim.luma.nested_string_data = rig.sim.luma.missing_progress = True
    rig.now += DONE
    row = await rig.row(job_id)
    assert (json.loads(row["data"])["state"], "progress" in row) == ("completed", False)
    single = await rig.submit()
    assert (await rig.get(single))["code"] == "task_not_exist"
    assert (await rig.get(single))["state"] == "pending"


async def test_the_bare_array(rig: Rig) -> None:
    rig.sim.luma.batch = "array"
    job_id = await rig.submit()
    assert await rig.batch() == []
    assert await rig.batch("unknown") == []
    assert (await rig.batch(job_id))[0]["artifact"]["video"] is None
    rig.now += DONE
    [shown] = await rig.batch(job_id)
    assert shown["artifact"]["video"] == shown["video"]
    assert shown["request"] == {"prompt": "a paper boat", "aspect_ratio": "16:9"}


@pytest.mark.parametrize("path", ["/luma/generations", OFFICIAL])
async def test_a_task_is_found_under_its_own_tier_only(rig: Rig, path: str) -> None:
    job_id = await rig.submit(path=f"/pro{path}")
    assert (await rig.get(job_id, f"/pro{path}"))["id"] == job_id
    for tier in ("", "/vip"):
        assert (await rig.get(job_id, f"{tier}{path}"))["code"] == "task_not_exist"
    assert (await rig.batch(job_id))["data"] is None
    status, shown, _ = await rig.call("POST", "/pro/luma/tasks", {"ids": [job_id]})
    assert (status, shown["data"][0]["task_id"]) == (200, job_id)


@pytest.mark.parametrize("path", [OFFICIAL, f"/luma{OFFICIAL}"])
async def test_the_official_form(rig: Rig, path: str) -> None:
    parent = await rig.submit(path=path, model="ray-2", keyframes={})
    states = []
    for _ in range(3):
        states.append((await rig.get(parent, path))["state"])
        rig.now += 5
    assert states == ["queued", "dreaming", "completed"]
    shown = await rig.get(parent, path)
    assert (shown["model"], shown["assets"]["video"].endswith("-16x9.mp4")) == ("ray-2", True)
    frames = {"frame0": {"type": "generation", "id": parent}, "frame1": {"type": "image", "url": "https://a.example"}}
    await rig.submit("sim:fail", path, keyframes=frames)
    rig.now += DONE
    assert (await rig.get(rig.sim.paid()[-1].id, path))["failure_reason"] == FAIL_REASON
    rig.sim.luma.official = False
    assert (await rig.call("POST", path, {"prompt": "x"}))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        [], {"user_prompt": "x"}, {"prompt": "x", "keyframes": []}, {"prompt": "x", "keyframes": {"frame0": "y"}},
        {"prompt": "x", "keyframes": {"frame0": {"type": "image", "url": picture_uri()}}},
        {"prompt": "x", "keyframes": {"frame1": {"type": "generation", "id": "nobody"}}},
        {"prompt": "x", "keyframes": {"frame2": {"type": "image", "url": "https://a.example"}}},
        {"prompt": "x", "aspect_ratio": "2:1"},
    ],
)  # fmt: skip
async def test_wrong_official_submissions(rig: Rig, wrong: Any) -> None:
    status, shown, _ = await rig.call("POST", OFFICIAL, wrong)
    assert (status, list(shown), rig.sim.paid()) == (400, ["detail"], [])


async def test_a_relay_that_does_not_offer_luma(rig: Rig) -> None:
    rig.sim.luma.offered = False
    paths = [("POST", SUBMIT), ("GET", f"{SUBMIT}/x"), ("POST", "/luma/tasks"), ("GET", f"{OFFICIAL}/x")]
    for method, path in paths:
        status, shown, _ = await rig.call(method, path, {})
        assert (status, shown["error"]["message"]) == (404, f"Invalid URL ({method} {path})")


# ---------------------------------------------------------------------------------------------------- faults


async def test_answers_instead(rig: Rig) -> None:
    faults = rig.sim.faults
    faults.add(method="POST", path="/luma/*", times=2, status=502, headers={"Retry-After": "3"}, body=b"<html>")
    faults.add(path=SUBMIT, status=418, body={"detail": "tea"})
    faults.add(path=SUBMIT, status=500)
    answers = [await rig.call("POST", SUBMIT, {"user_prompt": "x"}) for _ in range(5)]
    assert [status for status, _, _ in answers] == [502, 502, 418, 500, 201]
    assert (answers[0][1], answers[0][2]["Retry-After"]) == (b"<html>", "3")
    assert (answers[2][1], "error" in answers[3][1]) == ({"detail": "tea"}, True)
    assert (len(rig.sim.paid()), [call.status for call in rig.sim.calls]) == (1, [502, 502, 418, 500, 201])


async def test_faults_without_end_additions_and_work(rig: Rig) -> None:
    endless = rig.sim.faults.add(path="/luma/tasks", times=None, status=503)
    assert [(await rig.call("POST", "/luma/tasks", {"ids": []}))[0] for _ in range(3)] == [503] * 3
    assert endless.seen == 3
    rig.sim.faults.remove(endless)
    rig.sim.faults.add(method="GET", path="/api/*", times=None, headers={"X-More": "1"}, delay=0.01)
    status, shown, headers = await rig.call("GET", "/api/status")
    assert (status, shown["success"], headers["X-More"]) == (200, True, "1")
    rig.sim.faults.clear()
    assert "X-More" not in (await rig.call("GET", "/api/status"))[2]
    rig.sim.faults.add(path=SUBMIT, status=504, body="gateway time-out", work=True)
    assert (await rig.call("POST", SUBMIT, {"user_prompt": "x"}))[0] == 504
    assert len(rig.sim.paid()) == 1


@pytest.mark.parametrize(("cut", "paid"), [("before", 0), ("after", 1)])
async def test_cut_connections(rig: Rig, cut: Any, paid: int) -> None:
    rig.sim.faults.add(path=SUBMIT, cut=cut)
    with pytest.raises(aiohttp.ClientConnectionError):
        await rig.call("POST", SUBMIT, {"user_prompt": "x"})
    assert (len(rig.sim.paid()), rig.sim.calls[0].status) == (paid, 0)


@pytest.mark.parametrize("flaw", ["longer", "shorter", "half"])
async def test_answers_of_a_wrong_length(rig: Rig, flaw: Any) -> None:
    """The work is done, its answer cannot be read."""
    rig.sim.faults.add(path=SUBMIT, flaw=flaw)
    with pytest.raises((aiohttp.ClientError, ValueError)):
        await rig.call("POST", SUBMIT, {"user_prompt": "x"})
    assert len(rig.sim.paid()) == 1
    assert (await rig.call("POST", SUBMIT, {"user_prompt": "y"}))[0] == 201


async def test_a_fault_that_looks_closer(rig: Rig) -> None:
    rig.sim.faults.add(path=SUBMIT, status=502, when=lambda: rig.sim.calls[-1].json["user_prompt"] == "y")
    answers = [(await rig.call("POST", SUBMIT, {"user_prompt": words}))[0] for words in ("x", "y", "y")]
    assert answers == [201, 502, 201]


async def test_hang(rig: Rig) -> None:
    arrived = asyncio.Event()

    async def hook() -> None:
        arrived.set()

    rig.sim.faults.add(path=SUBMIT, hang=True)
    rig.sim.faults.add(path=SUBMIT, hang=True, hook=hook)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await rig.call("POST", SUBMIT, {"user_prompt": "x"})
    waiting = asyncio.create_task(rig.call("POST", SUBMIT, {"user_prompt": "x"}))
    async with asyncio.timeout(5):
        await arrived.wait()
        await rig.sim.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await waiting
    assert rig.sim.paid() == []


@pytest.mark.parametrize(("when", "paid"), [("before", 0), ("after", 1)])
async def test_hooks(rig: Rig, when: Any, paid: int) -> None:
    seen: list[list[Job]] = []

    async def hook() -> None:
        seen.append(rig.sim.paid())

    rig.sim.faults.add(path=SUBMIT, hook=hook, hook_when=when)
    await rig.submit()
    await rig.submit()
    assert [len(jobs) for jobs in seen] == [paid]


# ---------------------------------------------------------------------------------------------------- media


def frames_of(data: bytes) -> tuple[int, int, int, str]:
    with av.open(io.BytesIO(data), "r") as video:
        frames = list(video.decode(video=0))
        return len(frames), frames[0].width, frames[0].height, video.streams.video[0].codec_context.name


@pytest.mark.parametrize(("ratio", "width", "height"), [("16x9", 480, 270), ("9x16", 270, 480), ("1x1", 360, 360)])
async def test_videos_are_real(rig: Rig, ratio: str, width: int, height: int) -> None:
    status, body, headers = await rig.call("GET", f"/media/video/abc-{ratio}.mp4", key=None)
    assert (status, headers["Content-Type"], headers["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert body.index(b"moov") < body.index(b"mdat")
    assert frames_of(body) == (72, width, height, "h264")
    with av.open(io.BytesIO(body), "r") as video:
        assert (video.duration, video.streams.video[0].codec_context.pix_fmt) == (3_000_000, "yuv420p")


async def test_media_follow_from_the_seed(rig: Rig) -> None:
    seeds = ("one", "one", "two")
    bodies = [(await rig.call("GET", f"/media/image/{seed}-16x9.png", key=None))[1] for seed in seeds]
    assert bodies[0] == bodies[1] != bodies[2]
    assert Image.open(io.BytesIO(bodies[0])).format == "PNG"
    wrong = ["video/abc-16x9.jpg", "thumbnail/abc-16x9.mp4", "sound/abc-16x9.mp4", "video/..-16x9.mp4", "video/abc"]
    assert {(await rig.call("GET", f"/media/{name}", key=None))[0] for name in wrong} == {404}


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-99", 206, 0, 100), ("bytes=500-", 206, 500, 50_000), ("bytes=-10", 206, 49_990, 50_000),
        ("bytes=49990-60000", 206, 49_990, 50_000), ("bytes=50000-", 416, 0, 0), ("lines=1-2", 200, 0, 50_000),
    ],
)  # fmt: skip
async def test_ranges(rig: Rig, asked: str, status: int, start: int, stop: int) -> None:
    path = "/media/bigvideo?size=50000"
    whole = (await rig.call("GET", path, key=None))[1]
    got, body, headers = await rig.call("GET", path, key=None, Range=asked)
    assert (len(whole), got, body) == (50_000, status, whole[start:stop])
    shown = {200: None, 206: f"bytes {start}-{stop - 1}/50000", 416: "bytes */50000"}[status]
    assert headers.get("Content-Range") == shown


async def test_head(rig: Rig) -> None:
    status, body, headers = await rig.call("HEAD", "/media/bigvideo?size=30000000", key=None)
    assert (status, body, headers["Content-Length"]) == (200, b"", "30000000")


async def test_media_that_misbehave(rig: Rig) -> None:
    status, _, headers = await rig.call("GET", "/media/html", key=None)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (await rig.call("GET", "/media/missing", key=None))[0] == 404
    status, _, headers = await rig.call("GET", "/media/redirect?to=http://127.0.0.1/x", key=None)
    assert (status, headers["Location"]) == (302, "http://127.0.0.1/x")
    for query, length in (("", "300000"), ("&chunked=1", None)):
        _, body, headers = await rig.call("GET", f"/media/huge?size=300000{query}", key=None)
        assert (len(body), headers.get("Content-Length")) == (300_000, length)
    with pytest.raises(aiohttp.ClientPayloadError):
        await rig.call("GET", "/media/cut?size=1000", key=None)
    async with rig.session.get(f"{rig.sim.url}/media/slow") as slow:
        assert await slow.content.readany() == b"\0"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await slow.content.readany()


def test_small_helpers() -> None:
    assert [dimensions(ratio) for ratio in ("16:9", "21:9", "1:100")] == [(480, 270), (550, 236), (180, 720)]
    assert is_picture(picture_uri("GIF")) and is_picture(picture_uri("WEBP"))
    assert padded(b"video", 10) == Blob(b"video", 5, "video/mp4")
    assert b"".join(padded(b"video", 50).read(0, 50)) == b"video\0\0\0\x01free" + (45).to_bytes(8, "big") + bytes(29)
