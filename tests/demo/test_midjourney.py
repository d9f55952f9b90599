"""Midjourney on the simulator over real loopback HTTP: life, queries and switches; its time is moved by hand."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from PIL import Image

from bot.demo.simulator import Simulator
from bot.demo.simulator.midjourney import Midjourney, MidjourneyOptions
from bot.demo.simulator.midjourney_tasks import INTERNAL, UNSAFE, WINDOW_LOST
from tests.demo.test_simulator import Rig

PROMPT = "a lighthouse at dusk --ar 16:9 --v 6.1"
DONE, VIDEO_DONE = 11.0, 19.0


class Gallery(Simulator):
    """A simulator with Midjourney, and the two ways in without `Authorization` (0.1)."""

    midjourney: MidjourneyOptions

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not hasattr(self, "midjourney"):
            self.midjourney = MidjourneyOptions()
            self.add(Midjourney(self, self.midjourney))

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        known = request.headers.get("mj-api-secret") in self.keys
        if not request.match_info.http_exception and (known or "/mj/image/" in request.path):
            return await handler(request)
        return await super()._answer(request, handler)


class Easel(Rig):
    """A simulator with a client that paints."""

    @property
    def mj(self) -> MidjourneyOptions:
        """The switches."""
        assert isinstance(self.sim, Gallery)
        return self.sim.midjourney

    async def post(self, path: str, body: Any, **more: Any) -> Any:
        """The answer of a POST that is not an HTTP error."""
        status, shown, _ = await self.call("POST", path if "/mj/" in path else f"/mj{path}", body, **more)
        assert status == 200, shown
        return shown

    async def start(self, body: dict[str, Any] | None = None, path: str = "/submit/imagine") -> str:
        """The id of an accepted task."""
        shown = await self.post(path, {"prompt": PROMPT} if body is None else body)
        assert shown["code"] in (1, 22), shown
        return str(shown["result"])

    async def task(self, task_id: str, **more: Any) -> Any:
        """A task object."""
        status, shown, _ = await self.call("GET", f"/mj/task/{task_id}/fetch", **more)
        assert status == 200, shown
        return shown

    async def done(self, body: dict[str, Any] | None = None, path: str = "/submit/imagine") -> Any:
        """A task whose time has passed."""
        task_id = await self.start(body, path)
        self.now += VIDEO_DONE
        return await self.task(task_id)

    async def press(self, task: Any, label: str, **more: Any) -> Any:
        """The answer to the button with this label or emoji."""
        custom_id = next(one["customId"] for one in task["buttons"] if label in (one["label"], one["emoji"]))
        return await self.post("/submit/action", {"taskId": task["id"], "customId": custom_id, **more})

    async def pressed(self, task: Any, label: str, **more: Any) -> Any:
        """The finished task that the button made."""
        shown = await self.press(task, label, **more)
        assert shown["code"] == 1, shown
        self.now += VIDEO_DONE
        return await self.task(shown["result"])

    async def picture(self, url: str) -> Image.Image:
        """A picture; no key is needed."""
        status, body, headers = await self.call("GET", url, key=None)
        assert (status, headers["Content-Type"].split("/")[0]) == (200, "image"), body
        return Image.open(io.BytesIO(body))


@asynccontextmanager
async def easel() -> AsyncIterator[Easel]:
    """A fresh simulator and its client."""
    made: Easel
    async with Gallery(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Easel(sim, session)
        yield made


@pytest.fixture
async def rig() -> AsyncIterator[Easel]:
    async with easel() as made:
        yield made


def data_url(size: tuple[int, int], *white: tuple[int, int, int, int], mode: str = "RGB") -> str:
    """A black PNG of this size with white rectangles."""
    picture, out = Image.new(mode, size), io.BytesIO()
    for box in white:
        picture.paste("white", box)
    picture.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def gateway(word: str) -> dict[str, Any]:
    """An error of the gateway."""
    return {"description": f"{word} ", "type": "upstream_error", "code": 4}


# ---------------------------------------------------------------------------------------------------- life


async def test_the_life_of_a_task(rig: Easel) -> None:
    shown = await rig.post("/submit/imagine", {"prompt": PROMPT, "state": "u42", "base64Array": []})
    assert (shown["code"], shown["properties"]) == (1, {"discordInstanceId": "1118138338562560102"})
    seen, row = [], {}
    for at in (0.0, 1.5, 2.5, 5.5, 9.0, 10.5):
        rig.now = 1_000_000.0 + at
        row = await rig.task(shown["result"])
        seen.append((row["status"], row["progress"], row["imageUrl"].rpartition("/")[2], len(row["buttons"])))
    assert seen == [
        ("NOT_START", "0%", "", 0), ("SUBMITTED", "0%", "", 0), ("IN_PROGRESS", "15%", "", 0),
        ("IN_PROGRESS", "46%", "preview46.webp", 0), ("IN_PROGRESS", "78%", "preview78.webp", 0),
        ("SUCCESS", "100%", "grid.png", 9),
    ]  # fmt: skip
    assert [row[f"{name}Time"] - 1_000_000_000 for name in ("submit", "start", "finish")] == [0, 2000, 10000]
    told = {name: row[name] for name in ("action", "prompt", "state", "mode", "botType")}
    assert told == {"action": "IMAGINE", "prompt": PROMPT, "state": "u42", "mode": "FAST", "botType": "MID_JOURNEY"}
    assert (row["imageWidth"], row["imageHeight"], row["properties"]["finalPrompt"]) == (960, 540, PROMPT)
    [job] = rig.sim.paid()
    assert (job.id, job.provider, job.action, job.tier) == (row["id"], "midjourney", "IMAGINE", "FAST")


async def test_the_preview_is_blurred_and_the_grid_is_sharp(rig: Easel) -> None:
    task_id = await rig.start()
    rig.now += 6
    preview = await rig.picture((await rig.task(task_id))["imageUrl"])
    rig.now += 6
    grid = await rig.picture((await rig.task(task_id))["imageUrl"])
    assert [(one.format, one.size) for one in (preview, grid)] == [("WEBP", (960, 536)), ("PNG", (960, 540))]
    quarters = [grid.crop((x, y, x + 480, y + 270)).tobytes() for y in (0, 270) for x in (0, 480)]
    assert len(set(quarters)) == 4


@pytest.mark.parametrize(
    ("prefix", "body", "mode", "half"),
    [
        ("/mj", {}, "FAST", 6.0), ("/mj-fast/mj", {}, "FAST", 6.0), ("/mj-relax/mj", {}, "RELAX", 18.0),
        ("/mj-turbo/mj", {}, "TURBO", 3.0), ("/fast/mj", {}, "FAST", 6.0), ("/relax/mj", {}, "RELAX", 18.0),
        ("/turbo/mj", {"mode": "RELAX"}, "TURBO", 3.0), ("/mj", {"mode": "TURBO"}, "TURBO", 3.0),
        ("/mj", {"accountFilter": {"modes": ["RELAX"]}}, "RELAX", 18.0), ("/mj", {"prompt": "x --turbo"}, "TURBO", 3.0),
    ],
)  # fmt: skip
async def test_prefixes_share_one_store_and_change_the_speed(
    rig: Easel, prefix: str, body: dict[str, Any], mode: str, half: float
) -> None:
    shown = await rig.post(f"{prefix}/submit/imagine", {"prompt": "a boat", **body})
    rig.now += half
    for at in ("/mj", "/mj-relax/mj", "/turbo/mj"):
        row = (await rig.call("GET", f"{at}/task/{shown['result']}/fetch"))[1]
        assert (row["mode"], row["status"], row["progress"]) == (mode, "IN_PROGRESS", "46%")


# ---------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("word", "status", "answer"),
    [
        ("banned", 200, {"code": 24, "result": None,
                         "properties": {"promptEn": "a cat sim:banned", "bannedWord": "sim:banned"}}),
        ("full", 200, {"code": 23, "result": None, "properties": {}}),
        ("quota", 400, gateway("quota_not_enough")),
    ],
)  # fmt: skip
async def test_words_that_refuse(rig: Easel, word: str, status: int, answer: dict[str, Any]) -> None:
    got, shown, _ = await rig.call("POST", "/mj/submit/imagine", {"prompt": f"a cat sim:{word}"})
    assert (got, shown | answer, rig.sim.paid()) == (status, shown, [])


async def test_words_of_the_core(rig: Easel) -> None:
    for word, first in (("html", (200, "text/html")), ("throttle", (429, "application/json"))):
        status, _, headers = await rig.call("POST", "/mj/submit/imagine", {"prompt": f"sim:{word}"})
        assert (status, headers["Content-Type"].split(";")[0]) == first
    await rig.start({"prompt": "sim:throttle"})
    assert (await rig.call("POST", "/mj/submit/imagine", {"prompt": "x"}, key="sk-poor"))[0] == 400
    task = await rig.done({"prompt": "sim:expired"})
    assert (await rig.call("GET", task["imageUrl"], key=None))[0] == 403
    assert (await rig.call("HEAD", (await rig.task(task["id"]))["imageUrl"], key=None))[0] == 200
    assert len(rig.sim.paid()) == 2


@pytest.mark.parametrize(
    ("prompt", "during", "progress", "reason"),
    [
        ("sim:fail", "40%", "", INTERNAL), ("sim:fail100", "40%", "100%", INTERNAL), ("sim:unsafe", "46%", "", UNSAFE),
        ("a cat --ar wide", "46%", "", "[Invalid parameter] --ar"),
    ],
)  # fmt: skip
async def test_words_that_fail(rig: Easel, prompt: str, during: str, progress: str, reason: str) -> None:
    task_id = await rig.start({"prompt": prompt})
    rig.now += 6
    row = await rig.task(task_id)
    assert (row["status"], row["progress"]) == ("IN_PROGRESS", during)
    rig.now += 6
    row = await rig.task(task_id)
    assert (row["status"], row["progress"], row["failReason"]) == ("FAILURE", progress, reason)
    assert (row["imageUrl"], row["buttons"], row["finishTime"] > 0) == ("", [], True)


async def test_queue_slow_numeric_and_lost(rig: Easel) -> None:
    shown = await rig.post("/submit/imagine", {"prompt": "sim:queue sim:numeric"})
    assert (shown["code"], shown["properties"]["numberOfQueues"], type(shown["result"])) == (22, 2, int)
    rig.now += 20
    assert (await rig.task(shown["result"]))["status"] == "SUBMITTED"
    rig.now += 11
    assert (await rig.task(shown["result"]))["status"] == "SUCCESS"
    slow, lost = await rig.start({"prompt": "sim:slow"}), await rig.start({"prompt": "sim:lost"})
    rig.now += 10_000
    assert (await rig.task(slow))["progress"] == "78%"
    rig.sim.finish(slow)
    assert (await rig.task(slow))["status"] == "SUCCESS"
    rows = await rig.post("/task/list-by-condition", {"ids": [slow, lost, "unknown"]})
    assert [row["id"] for row in rows] == [slow]
    assert (await rig.task(lost))["status"] == "SUCCESS"
    rig.mj.lost = "all"
    assert (await rig.call("GET", f"/mj/task/{lost}/fetch"))[1] == gateway("task_no_found")


# ---------------------------------------------------------------------------------------------------- queries


async def test_batches(rig: Easel) -> None:
    ids = [await rig.start() for _ in range(3)]
    for path in ("/mj/task/list-by-condition", "/mj-fast/mj/task/list-by-ids"):
        rows = await rig.post(path, {"ids": [*ids, "unknown", ids[0]]})
        assert (sorted(row["id"] for row in rows), [row["id"] for row in rows] != ids) == (ids, True)
    assert await rig.post("/task/list-by-condition", {"ids": []}) == []
    assert (await rig.call("POST", "/mj/task/list-by-condition", []))[1] == gateway("bind_request_body_failed")
    rig.mj.shuffle = False
    rig.mj.batch = "data"
    assert [row["id"] for row in (await rig.post("/task/list-by-condition", {"ids": ids}))["data"]] == ids
    rig.mj.batch = "code"
    assert (await rig.post("/task/list-by-condition", {"ids": ids[:1]}))["code"] == 1
    for batch, status in (("html", 200), ("missing", 404)):
        rig.mj.batch = batch  # type: ignore[assignment]  # a table is wider than its rows
        got, shown, _ = await rig.call("POST", "/mj/task/list-by-condition", {"ids": ids})
        assert (got, isinstance(shown, bytes)) == (status, batch == "html")


async def test_keys_and_unknown_ids(rig: Easel) -> None:
    assert (await rig.call("POST", "/mj/submit/imagine", {"prompt": "x"}, key=None))[0] == 401
    secret = {"mj-api-secret": "sk-good"}
    assert (await rig.call("POST", "/mj/submit/imagine", {"prompt": "x"}, key=None, **secret))[1]["code"] == 1
    rig.sim.keys |= {"sk-else"}
    task_id = await rig.start()
    assert (await rig.call("GET", f"/mj/task/{task_id}/fetch", key="sk-else"))[1] == gateway("task_no_found")
    for unknown, answer in (("null", (200, None)), ("empty", (204, b""))):
        rig.mj.unknown = unknown  # type: ignore[assignment]  # a table is wider than its rows
        assert (await rig.call("GET", "/mj/task/1/fetch"))[:2] == answer


async def test_like_new_api(rig: Easel) -> None:
    rig.mj.like_new_api()
    rig.now += 1
    task_id = await rig.start({"prompt": "a boat sim:queue"})
    assert (await rig.task(task_id))["status"] == ""
    rig.now = 1_000_034.0  # the upstream is done, but was asked 14 seconds ago
    row = await rig.task(task_id)
    assert (row["status"], "mode" in row) == ("SUBMITTED", False)
    rig.now = 1_000_035.0
    row = await rig.task(task_id)
    assert row["imageUrl"].startswith(f"{rig.sim.url}/mj/image/{task_id}?rand=")
    assert (await rig.picture(row["imageUrl"])).size == (720, 720)
    single = await rig.press(row, "U1")
    assert (await rig.press(row, "U1"))["code"] == 1
    rig.now += 45
    single = await rig.task(single["result"])
    window = await rig.press(single, "Vary (Region)")
    assert window["code"] == 21
    rig.now += 4000
    row = await rig.task(window["result"])
    assert (row["status"], row["progress"], row["failReason"]) == ("FAILURE", "100%", WINDOW_LOST)
    for method, path in (("GET", "task/list"), ("POST", f"task/{task_id}/cancel"), ("POST", "submit/show")):
        assert (await rig.call(method, f"/mj/{path}"))[0] == 404
    assert (await rig.call("POST", "/fast/mj/submit/imagine", {}))[0] == 404
