"""Flux on the simulator over real loopback HTTP; its time is moved by hand."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.demo.simulator.core import BANNED_REASON, FAIL_REASON, Relay
from bot.demo.simulator.flux import MODELS, Flux, FluxOptions
from bot.demo.simulator.forms import UNSAFE_REASON
from bot.demo.simulator.openai_images import OpenAIImages
from bot.demo.simulator.recraft_rules import RecraftOptions

DONE = 11.0
RESULT = "/flux/v1/get_result"
RED, GREEN = (200, 30, 30), (30, 200, 30)


def picture(size: tuple[int, int] = (320, 256), colour: Any = RED, kind: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def half(size: tuple[int, int] = (320, 256)) -> bytes:
    """A mask whose left half is white."""
    out, mask = io.BytesIO(), Image.new("L", size, 0)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    mask.save(out, "PNG")
    return out.getvalue()


def raw(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Rig:
    """A relay with some of the picture providers, its clock and a client."""

    sim: Relay
    session: aiohttp.ClientSession
    now: float = 1_000_000.0
    flux: FluxOptions = field(default_factory=FluxOptions)
    recraft: RecraftOptions = field(default_factory=RecraftOptions)

    async def call(self, method: str, path: str, body: Any = None, key: str | None = "sk-good") -> tuple[int, Any]:
        """Status and body of one call: JSON is parsed; a FormData is sent as it is."""
        url = path if path.startswith("http") else self.sim.url + path
        sent: Any = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with self.session.request(method, url, headers=headers, **sent) as got:
            answer = await got.read()
            return got.status, json.loads(answer) if got.content_type == "application/json" else answer

    async def form(self, path: str, *parts: tuple[str, Any]) -> tuple[int, Any]:
        """The same for a multipart body: bytes are files, and so is a pair of a file's name and bytes."""
        form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
        for name, value in parts:
            if isinstance(value, str):
                form.add_field(name, value)
            else:
                filename, data = value if isinstance(value, tuple) else (f"{name}.png", value)
                form.add_field(name, io.BytesIO(data), filename=filename, content_type="image/png")
        return await self.call("POST", path, form)

    async def open(self, link: str) -> Image.Image:
        """The picture behind a link."""
        status, data = await self.call("GET", link, key=None)
        assert status == 200, data
        return Image.open(io.BytesIO(data))

    async def held(self, path: str, body: Any) -> "asyncio.Task[tuple[int, Any]]":
        """A call that the relay has accepted and does not answer."""
        before = len(self.sim.paid())
        task = asyncio.create_task(self.call("POST", path, body))
        while len(self.sim.paid()) == before:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert not task.done()
        return task

    async def submit(self, model: str = "flux-pro-1.1", prompt: str = "a paper boat", **fields: Any) -> str:
        """The id of an accepted submission."""
        status, shown = await self.call("POST", f"/flux/v1/{model}", {"prompt": prompt, **fields})
        assert status == 200, shown
        return str(shown["id"])

    async def get(self, job_id: str) -> Any:
        return (await self.call("GET", f"{RESULT}?id={job_id}"))[1]

    async def made(self, model: str = "flux-pro-1.1", prompt: str = "a boat", **fields: Any) -> Image.Image:
        """The picture of a submission whose time has passed."""
        job_id = await self.submit(model, prompt, **fields)
        self.now += DONE
        return await self.open((await self.get(job_id))["result"]["sample"])


def relay(rig: "list[Rig]") -> Relay:
    """A relay without providers whose clock is the rig's."""
    return Relay(clock=lambda: rig[0].now, pace=1.0, keys=("sk-good", "sk-else"), poor_keys=("sk-poor",))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made: list[Rig] = []
    sim = relay(made)
    async with aiohttp.ClientSession() as session:
        made.append(Rig(sim, session))
        sim.add(Flux(sim, made[0].flux))
        sim.add(OpenAIImages(sim, made[0].flux, made[0].recraft))
        async with sim:
            yield made[0]


async def test_a_picture(rig: Rig) -> None:
    job_id = await rig.submit(width=512, height=256, seed=7)
    seen, shown = [], {}
    for at in (0, 4, 8, 10.1):
        rig.now = 1_000_000.0 + at
        shown = await rig.get(job_id)
        seen.append((shown["status"], shown["progress"], bool(shown["result"])))
    assert seen == [("Pending", 0.0, False), ("Pending", 0.4, False), ("Pending", 0.8, False), ("Ready", 1.0, True)]
    result = shown["result"]
    assert (result["prompt"], result["seed"], result["duration"]) == ("a paper boat", 7, 8.0)
    made = await rig.open(result["sample"])
    assert (made.format, made.size) == ("JPEG", (512, 256))
    assert [(job.id, job.action) for job in rig.sim.paid()] == [(job_id, "flux-pro-1.1")]
    for path, key in ((f"{RESULT}?id=nobody", "sk-good"), (f"{RESULT}?id={job_id}", "sk-else")):
        status, shown = await rig.call("GET", path, key=key)
        assert (status, shown["status"], shown["result"]) == (404, "Task not found", None)


async def test_a_link_ends_after_ten_minutes(rig: Rig) -> None:
    job_id = await rig.submit()
    rig.now += DONE
    link = (await rig.get(job_id))["result"]["sample"]
    rig.now += 580
    assert (await rig.call("GET", link, key=None))[0] == 200
    assert (await rig.call("GET", link.replace("&sig=", "&sig=0"), key=None))[0] == 403
    rig.now += 20
    assert (await rig.call("GET", link, key=None))[0] == 403
    assert (await rig.get(job_id))["result"]["sample"] == link
    rig.flux.renewed_links = True
    assert (await rig.call("GET", (await rig.get(job_id))["result"]["sample"], key=None))[0] == 200
    job_id = await rig.submit(prompt="sim:expired")
    rig.now += DONE
    links = [(await rig.get(job_id))["result"]["sample"] for _ in range(2)]
    assert (links[0], (await rig.call("GET", links[0], key=None))[0]) == (links[1], 403)
    assert (await rig.call("GET", (await rig.get(job_id))["result"]["sample"], key=None))[0] == 200


SOURCE, MASK = raw(picture()), raw(half())


RANGES: list[tuple[str, str, Any]] = [
    ("flux-pro-1.1", "width", 1000), ("flux-pro-1.1", "width", 1472), ("flux-pro-1.1", "height", "512"),
    ("flux-pro-1.1", "seed", 1.5), ("flux-pro-1.1", "output_format", "webp"), ("flux-pro-1.1", "prompt", 5),
    ("flux-pro-1.1", "safety_tolerance", 7), ("flux-pro-1.1", "prompt_upsampling", "yes"),
    ("flux-pro-1.1", "image_prompt", f"data:image/png;base64,{SOURCE}"), ("flux-pro", "interval", 5),
    ("flux-dev", "steps", 0), ("flux-dev", "guidance", 1.4), ("flux-pro-1.1-ultra", "aspect_ratio", "22:9"),
    ("flux-pro-1.1-ultra", "image_prompt_strength", 1.1), ("flux-pro-1.1-ultra", "raw", 1),
    ("flux-kontext-pro", "prompt", ""), ("flux-kontext-max", "input_image_5", SOURCE),
    ("flux-kontext-pro", "input_image", "picture"), ("flux-pro-1.0-fill", "image", None),
    ("flux-pro-1.0-fill", "steps", 14), ("flux-pro-1.0-fill", "mask", raw(half((64, 64)))),
    ("flux-pro-1.0-expand", "top", 2049), ("flux-pro-1.0-expand", "mask", MASK),
    ("flux-pro-1.0-canny", "control_image", None), ("flux-pro-1.0-canny", "canny_low_threshold", 501),
    ("flux-pro-1.0-depth", "guidance", 0.5), ("flux-2-pro", "width", 63), ("flux-2-max", "safety_tolerance", 6),
    ("flux-2-flex", "guidance", 11), ("flux-2-klein-4b", "input_image_5", SOURCE),
    ("flux-pro-1.1-ultra-finetuned", "finetune_strength", 2.1), ("flux-pro-finetuned", "finetune_id", None),
]  # fmt: skip


async def test_ranges(rig: Rig) -> None:
    base = {"prompt": "x", "image": SOURCE, "control_image": SOURCE, "finetune_id": "x"}
    for model, name, value in RANGES:
        status, shown = await rig.call("POST", f"/flux/v1/{model}", base | {name: value})
        assert (status, [row["loc"] for row in shown["detail"]]) == (422, [["body", name]]), (model, name, value)
        assert all(row["msg"] and row["type"] for row in shown["detail"])
    assert rig.sim.paid() == []


async def test_every_model_takes_its_least(rig: Rig) -> None:
    base = {"prompt": "x", "image": SOURCE, "control_image": SOURCE, "seed": None}
    for model in MODELS:
        status = (await rig.call("POST", f"/flux/v1/{model}", base | {"finetune_id": "nobody"}))[0]
        assert status == (404 if model.endswith("finetuned") else 200)
    assert len(rig.sim.paid()) == len([model for model in MODELS if "finetuned" not in model])
    assert await rig.call("POST", "/flux/v1/flux-9", base) == (404, {"detail": "Not Found"})
    assert (await rig.call("POST", "/flux/v1/flux-dev", ["x"]))[0] == 422
    rig.flux.strict_edits = True
    edit = base | {"input_image": SOURCE, "safety_tolerance": 3}
    assert (await rig.call("POST", "/flux/v1/flux-kontext-pro", edit))[0] == 422


async def test_looks(rig: Rig) -> None:
    assert (await rig.made("flux-pro-1.1-ultra", aspect_ratio="21:9")).size == (1568, 672)
    made = await rig.made("flux-kontext-pro", input_image=SOURCE)
    assert (made.format, made.size) == ("PNG", (1152, 928))
    assert (await rig.made("flux-2-pro", width=0, height=64, output_format="webp")).format == "WEBP"
    filled = await rig.made("flux-pro-1.0-fill", image=SOURCE, mask=MASK, output_format="png")
    assert (filled.size, filled.getpixel((300, 100)), filled.getpixel((20, 20)) != RED) == ((320, 256), RED, True)
    wide = await rig.made("flux-pro-1.0-expand", image=SOURCE, left=100, bottom=64, output_format="png")
    assert (wide.size, wide.getpixel((100, 255)), wide.getpixel((99, 255)) == RED) == ((420, 320), RED, False)
    clear = raw(picture(colour=(200, 30, 30, 0), mode="RGBA"))
    assert (await rig.made("flux-pro-1.0-fill", image=clear, output_format="png")).getpixel((300, 100)) != RED


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("banned", "Request Moderated", {"Moderation Reasons": [BANNED_REASON]}),
        ("unsafe", "Content Moderated", {"Moderation Reasons": [UNSAFE_REASON]}),
        ("fail", "Error", {"error": FAIL_REASON}), ("slow", "Pending", None), ("queue", "Pending", None),
    ],
)  # fmt: skip
async def test_words_of_a_task(rig: Rig, word: str, status: str, reason: Any) -> None:
    job_id = await rig.submit(prompt=f"sim:{word}")
    assert (await rig.get(job_id))["status"] == "Pending"
    rig.now += DONE
    shown = await rig.get(job_id)
    assert (shown["status"], shown["details"], shown["result"]) == (status, reason, None)
    if word == "fail":
        for rig.flux.reason in ("result", "error"):
            assert FAIL_REASON in str((await rig.get(job_id))[rig.flux.reason])


async def test_words_that_refuse(rig: Rig) -> None:
    paths = ("/flux/v1/flux-dev", "/v1/images/generations")
    bodies = [{"model": "flux", "prompt": f"sim:{word}"} for word in ("quota", "full", "html", "throttle")]
    told = [[await rig.call("POST", path, body) for body in bodies] for path in paths]
    assert [[status for status, _ in rows] for rows in told] == [[200, 429, 200, 429], [403, 429, 200, 200]]
    assert {rows[0][1]["error"]["code"] for rows in told} == {"insufficient_user_quota"}
    assert told[0][2][1].startswith(b"<!doctype")
    assert (await rig.call("POST", paths[0], {"prompt": "x"}, key="sk-poor"))[0] == 403
    assert (await rig.get(await rig.submit(prompt="sim:lost")))["status"] == "Task not found"


async def test_forms_of_the_submission(rig: Rig) -> None:
    found = []
    for rig.flux.submit in ("id", "bfl", "code", "task_id", "data", "waits", "replicate"):
        found.append((await rig.call("POST", "/flux/v1/flux-dev", {"prompt": "x"}))[1])
    ids = [job.id for job in rig.sim.paid()]
    assert (found[0], found[2]) == ({"id": ids[0]}, {"code": "success", "data": ids[2]})
    assert (found[1]["id"], found[1]["polling_url"][:23]) == (ids[1], "https://api.bfl.example")
    assert (found[3], found[4], found[5]["status"]) == ({"task_id": ids[3]}, {"data": {"id": ids[4]}}, "Ready")
    assert (await rig.open(found[5]["polling_url"])).size == (1024, 768)
    assert (found[6]["id"], found[6]["status"], found[6]["output"]) == (ids[6], "starting", None)
    rig.flux.submit = "waits"
    assert (await rig.call("POST", "/flux/v1/flux-dev", {"prompt": "sim:fail"}))[1]["status"] == "Error"
    task = await rig.held("/flux/v1/flux-dev", {"prompt": "sim:slow"})
    rig.now += 361
    assert (await task)[1]["status"] == "Ready"


async def test_forms_of_the_result(rig: Rig) -> None:
    job_id = await rig.submit()
    rig.flux.fresh_unknown, rig.flux.unknown_status, rig.flux.running_status = True, 200, 202
    path = f"{RESULT}?id={job_id}"
    assert [(await rig.call("GET", path))[0] for _ in range(2)] == [200, 202]
    rig.flux.statuses, rig.flux.progress = "sister", "percent"
    assert [(await rig.get(job_id))[name] for name in ("status", "progress")] == ["Queued", 0]
    rig.now += 4
    assert [(await rig.get(job_id))[name] for name in ("status", "progress")] == ["Processing", 40]
    rig.flux.result, rig.flux.progress = "output", "absent"
    assert (await rig.get(job_id))["status"] == "processing"
    rig.now += DONE
    link = (await rig.get(job_id))["output"]
    assert link.startswith(f"{rig.sim.url}/media/flux/")
    rig.flux.result = "outputs"
    assert ((await rig.get(job_id))["output"], (await rig.get(job_id))["status"]) == ([link], "succeeded")
    rig.flux.result, rig.flux.query = "samples", "path"
    assert (await rig.call("GET", path))[0] == 404
    shown = (await rig.call("GET", f"{RESULT}/{job_id}"))[1]
    assert (shown["result"]["samples"], "progress" in shown, shown["status"]) == ([link], False, "Ready")


async def test_finetunes(rig: Rig) -> None:
    body = {"file_data": raw(b"PK\3\4"), "finetune_comment": "my dog", "mode": "character"}
    for wrong in ({"file_data": SOURCE}, {"mode": "cat"}, {"iterations": 99}, {"finetune_comment": None}):
        assert (await rig.call("POST", "/flux/v1/finetune", body | wrong))[0] == 422
    one = (await rig.call("POST", "/flux/v1/finetune", body))[1]["finetune_id"]
    rig.now += DONE
    assert (await rig.get(one))["result"] == {"finetune_id": one}
    assert (await rig.call("GET", "/flux/v1/my_finetunes"))[1] == {"finetunes": [one]}
    about = (await rig.call("GET", f"/flux/v1/finetune_details?finetune_id={one}"))[1]["finetune_details"]
    assert about["finetune_comment"] == "my dog"
    assert (await rig.made("flux-pro-finetuned", finetune_id=one)).size == (1024, 768)
    gone = (await rig.call("POST", "/flux/v1/delete_finetune", {"finetune_id": one}))[1]
    assert (gone["status"], gone["deleted_finetune_id"]) == ("success", one)
    assert (await rig.call("POST", "/flux/v1/delete_finetune", {"finetune_id": one}))[0] == 404
    rig.flux.finetunes = False
    assert (await rig.call("POST", "/flux/v1/finetune", body))[0] == 410
