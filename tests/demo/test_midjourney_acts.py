"""Midjourney's buttons and windows on the simulator."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.simulator.midjourney_acts import NO_BUTTON, NO_MASK, NO_WINDOW, NO_ZOOM, OFFLINE
from bot.demo.simulator.midjourney_buttons import press_of
from bot.demo.simulator.midjourney_pictures import NO_AREA, NOT_A_PICTURE
from bot.demo.simulator.midjourney_tasks import EXISTS, WINDOW
from tests.demo.test_midjourney import PROMPT, VIDEO_DONE, Easel, data_url, easel, gateway

ACTION, MODAL = "/submit/action", "/submit/modal"
WHITE = (10, 10, 200, 200)
SIZE = (480, 270)
SINGLE = [
    "Upscale (Subtle)", "Upscale (Creative)", "Vary (Subtle)", "Vary (Strong)", "Vary (Region)", "Zoom Out 2x",
    "Zoom Out 1.5x", "Custom Zoom", "Make Square", "⬅️", "➡️", "⬆️", "⬇️", "Animate (High motion)",
    "Animate (Low motion)", "❤️", "Web",
]  # fmt: skip


@pytest.fixture
async def rig() -> AsyncIterator[Easel]:
    async with easel() as made:
        yield made


def labels(task: Any) -> list[str]:
    return [one["label"] or one["emoji"] for one in task["buttons"]]


# ---------------------------------------------------------------------------------------------------- buttons


async def test_a_grid_and_its_second_quarter(rig: Easel) -> None:
    grid = await rig.done()
    assert labels(grid) == ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]
    assert {(one["type"], one["style"]) for one in grid["buttons"]} == {(2, 2)}
    single = await rig.pressed(grid, "U2")
    assert (single["action"], single["prompt"], labels(single)) == ("UPSCALE", PROMPT, SINGLE)
    assert (single["buttons"][-1]["customId"], single["buttons"][0]["customId"].split("::")[2]) == (
        "", "upsample_v6r1_2x_subtle",
    )  # fmt: skip
    whole, quarter = [await rig.picture(one["imageUrl"]) for one in (grid, single)]
    assert quarter.tobytes() == whole.crop((480, 0, 960, 270)).tobytes()
    green = [one["label"] for one in (await rig.task(grid["id"]))["buttons"] if one["style"] == 3]
    assert green == ["U2"]


async def test_the_same_button_twice(rig: Easel) -> None:
    grid = await rig.done()
    first = await rig.press(grid, "U1")
    again = await rig.press(grid, "U1")
    assert (again["code"], again["description"], again["result"]) == (21, EXISTS, first["result"])
    assert again["properties"] == {"status": "NOT_START", "imageUrl": ""}
    rig.now += 11
    again = await rig.press(grid, "U1")
    row = await rig.task(first["result"])
    assert again["properties"] == {"status": "SUCCESS", "imageUrl": row["imageUrl"]}
    assert len(rig.sim.paid()) == 2
    rig.sim.fail(first["result"], "out of paint")
    assert (await rig.press(grid, "U1"))["code"] == 1
    assert (await rig.press(grid, "V1"))["result"] != (await rig.press(grid, "V1"))["result"]


@pytest.mark.parametrize(
    ("label", "action", "size", "buttons"),
    [
        ("Upscale (Subtle)", "UPSCALE", (960, 540), 17), ("Upscale (Creative)", "UPSCALE", (960, 540), 17),
        ("Vary (Subtle)", "LOW_VARIATION", (960, 540), 9), ("Vary (Strong)", "HIGH_VARIATION", (960, 540), 9),
        ("Zoom Out 2x", "ZOOM", (480, 270), 17), ("Zoom Out 1.5x", "ZOOM", (480, 270), 17),
        ("Make Square", "ZOOM", (360, 360), 16), ("⬅️", "PAN", (1176, 440), 9), ("⬇️", "PAN", (784, 660), 9),
    ],
)  # fmt: skip
async def test_what_a_single_picture_becomes(
    rig: Easel, label: str, action: str, size: tuple[int, int], buttons: int
) -> None:
    single = await rig.pressed(await rig.done(), "U1")
    made = await rig.pressed(single, label)
    assert (made["action"], len(made["buttons"])) == (action, buttons)
    assert (made["imageWidth"], made["imageHeight"]) == size
    assert rig.sim.jobs[made["id"]].parent == single["id"]


async def test_what_the_pictures_show(rig: Easel) -> None:
    single = await rig.pressed(await rig.done(), "U3")
    old = (await rig.picture(single["imageUrl"])).convert("RGB")
    zoomed = await rig.picture((await rig.pressed(single, "Zoom Out 2x"))["imageUrl"])
    inner = zoomed.crop((120, 68, 360, 202)).resize((24, 13))
    difference = [abs(one - other) for one, other in zip(inner.tobytes(), old.resize((24, 13)).tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 4
    rerolled = await rig.pressed(await rig.done(), "🔄")
    assert (rerolled["action"], len(rerolled["buttons"])) == ("REROLL", 9)


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({}, 400, gateway("custom_id_is_required")),
        ({"customId": "MJ::Dance::1"}, 400, gateway("unknown_action:MJ::Dance::1")),
        ({"customId": "MJ::BOOKMARK::h"}, 400, gateway("unknown_action:MJ::BOOKMARK::h")),
        ({"customId": "MJ::JOB::upsample::1::h", "taskId": "5"}, 400, gateway("task_not_found")),
        ({"customId": "MJ::JOB::upsample::1::h"}, 200,
         {"code": 4, "description": NO_BUTTON, "result": None, "properties": {}}),
    ],
)  # fmt: skip
async def test_wrong_actions(rig: Easel, body: dict[str, Any], status: int, answer: dict[str, Any]) -> None:
    grid = await rig.done()
    assert (await rig.call("POST", f"/mj{ACTION}", {"taskId": grid["id"]} | body))[:2] == (status, answer)
    assert len(rig.sim.paid()) == 1


async def test_parents_that_cannot_be_used(rig: Easel) -> None:
    task_id = await rig.start()
    body = {"taskId": task_id, "customId": "MJ::JOB::upsample::1::h"}
    assert (await rig.call("POST", f"/mj{ACTION}", body))[1] == gateway("task_status_not_success")
    grid = await rig.done({"prompt": "sim:offline"})
    body = {"taskId": grid["id"], "customId": grid["buttons"][0]["customId"]}
    assert (await rig.call("POST", f"/mj{ACTION}", body))[1] == gateway(OFFLINE)
    rig.mj.old_parser, rig.mj.refused_status = True, 404
    assert press_of("MJ::CustomZoom::h", old=True)
    shown = (await rig.call("POST", f"/mj{ACTION}", {"taskId": "5", "customId": "MJ::Job::PicReader::1"}))[1]
    assert shown == gateway("unknown_action:MJ::Job::PicReader::1")
    body = {"taskId": task_id, "customId": "MJ::JOB::variation::1::h"}
    assert (await rig.call("POST", f"/mj{ACTION}", body))[0] == 404


LEGACY: list[tuple[str, dict[str, Any], str]] = [
    ("change", {}, "task_id_is_required"), ("change", {"taskId": "5"}, "action_is_required"),
    ("change", {"taskId": "5", "action": "DANCE"}, "unknown_action"),
    ("change", {"taskId": "5", "action": "UPSCALE"}, "index_is_required"),
    ("change", {"taskId": "5", "action": "REROLL"}, "task_not_found"),
    ("simple-change", {}, "content_is_required"), ("simple-change", {"content": "5 U9"}, "content_parse_failed"),
    ("simple-change", {"content": "5 U1"}, "task_not_found"), ("modal", {}, "task_id_is_required"),
    ("modal", {"taskId": "5"}, "task_not_found"),
]  # fmt: skip


async def test_wrong_legacy_forms(rig: Easel) -> None:
    for path, body, word in LEGACY:
        assert (await rig.call("POST", f"/mj/submit/{path}", body))[:2] == (400, gateway(word))


async def test_the_legacy_forms(rig: Easel) -> None:
    grid = await rig.done()
    first = await rig.post("/submit/change", {"taskId": grid["id"], "action": "UPSCALE", "index": 2})
    again = await rig.post("/submit/simple-change", {"content": f"{grid['id']} u2"})
    assert (first["code"], again["code"], again["result"]) == (1, 21, first["result"])
    for content, action in (("V3", "VARIATION"), ("R", "REROLL")):
        made = await rig.done({"content": f"{grid['id']} {content}"}, "/submit/simple-change")
        assert (made["action"], len(made["buttons"])) == (action, 9)
    single = await rig.task(first["result"])
    assert (await rig.post("/submit/simple-change", {"content": f"{single['id']} U1"}))["description"] == NO_BUTTON


# ---------------------------------------------------------------------------------------------------- windows


async def test_a_region_is_painted_anew(rig: Easel) -> None:
    single = await rig.pressed(await rig.done(), "U1")
    window = await rig.press(single, "Vary (Region)")
    told = {name: window[name] for name in ("code", "description", "properties")}
    assert told == {"code": 21, "description": WINDOW, "properties": {"finalPrompt": "", "remix": True}}
    row = await rig.task(window["result"])
    assert (row["action"], row["status"], len(rig.sim.paid())) == ("INPAINT", "MODAL", 2)
    for mask, problem in (
        ("", NO_MASK), ("data:image/png;base64,AAAA", NOT_A_PICTURE), (data_url(SIZE), NO_AREA),
        (data_url((480, 272), WHITE), "the mask has 480x272 pixels, the picture 480x270"),
    ):  # fmt: skip
        shown = await rig.post(MODAL, {"taskId": row["id"], "prompt": "a hat", "maskBase64": mask})
        assert (shown["code"], shown["description"]) == (4, problem)
    mask = data_url(SIZE, (0, 0, 240, 270))
    shown = await rig.post(MODAL, {"taskId": row["id"], "prompt": "a hat", "maskBase64": mask})
    assert (shown["code"], shown["result"], len(rig.sim.paid())) == (1, row["id"], 3)
    assert (await rig.post(MODAL, {"taskId": row["id"], "maskBase64": mask}))["description"] == NO_WINDOW
    rig.now += 11
    made = await rig.task(row["id"])
    assert (made["prompt"], made["maskBase64"], len(made["buttons"])) == ("a hat", mask, 9)
    old, new = [await rig.picture(one["imageUrl"]) for one in (single, made)]
    left, right = (0, 0, 240, 270), (240, 0, 480, 270)
    assert new.crop(right).tobytes() == old.crop(right).tobytes()
    assert new.crop(left).tobytes() != old.crop(left).tobytes()


async def test_a_custom_zoom(rig: Easel) -> None:
    single = await rig.pressed(await rig.done(), "U1")
    window = await rig.press(single, "Custom Zoom")
    assert window["properties"]["finalPrompt"] == f"{PROMPT} --zoom 2"
    for prompt in ("", "a hat", "a hat --zoom 3"):
        assert (await rig.post(MODAL, {"taskId": window["result"], "prompt": prompt}))["description"] == NO_ZOOM
    shown = (await rig.post(MODAL, {"taskId": window["result"], "prompt": "sea --zoom 1.8 --ar 1:1"}))["result"]
    rig.now += 11
    made = await rig.task(shown)
    assert (made["imageWidth"], made["imageHeight"], "Make Square" in labels(made)) == (360, 360, False)


async def test_remix(rig: Easel) -> None:
    grid = await rig.done()
    rig.mj.remix = True
    window = await rig.press(grid, "V1")
    assert (window["code"], window["properties"]) == (21, {"finalPrompt": PROMPT, "remix": True})
    assert (await rig.press(grid, "V1", accountFilter={"remixAutoConsidered": True}))["code"] == 1
    assert (await rig.press(grid, "U1"))["code"] == 1
    rig.mj.remix = False
    for more in ({"enableRemix": True}, {"accountFilter": {"remix": True}}):
        assert (await rig.press(grid, "🔄", **more))["code"] == 21
    rig.mj.modal, rig.mj.properties = "other", "absent"
    shown = await rig.post(MODAL, {"taskId": window["result"], "prompt": ""})
    assert (shown["result"] != window["result"], "properties" in shown) == (True, False)
    assert (await rig.post(MODAL, {"taskId": window["result"]}))["code"] == 4
    assert (await rig.task(window["result"]))["status"] == "MODAL"
    rig.now += VIDEO_DONE
    made = await rig.task(shown["result"])
    assert (made["status"], made["prompt"], "properties" in made) == ("SUCCESS", PROMPT, False)


async def test_rewritten_codes(rig: Easel) -> None:
    single = await rig.pressed(await rig.done({"prompt": "a boat sim:rewrite"}), "U1")
    window = await rig.press(single, "Vary (Region)")
    assert (window["code"], (await rig.task(window["result"]))["status"]) == (1, "MODAL")
    rig.mj.rewrite = True
    assert (await rig.post("/submit/imagine", {"prompt": "sim:queue"}))["code"] == 1
    grid = await rig.done()
    rig.mj.remix, rig.mj.properties = True, "null"
    for label in ("V1", "🔄"):
        window = await rig.press(grid, label)
        assert (window["code"], window["properties"]) == (1, None)
        assert (await rig.task(window["result"]))["status"] == "MODAL"
    assert (await rig.press(await rig.pressed(grid, "U2"), "Custom Zoom"))["code"] == 21
