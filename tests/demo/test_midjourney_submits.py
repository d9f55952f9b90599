"""Midjourney's other submissions and queries on the simulator: texts, uploads, edits, faces, videos, cancelling."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.simulator.core import BIG_SIZE
from bot.demo.simulator.midjourney_pictures import NOT_A_PICTURE
from bot.demo.simulator.midjourney_submits import FACES, NO_VIDEO
from bot.demo.simulator.midjourney_tasks import CANCELLED
from tests.demo.test_midjourney import PROMPT, Easel, data_url, easel, gateway
from tests.demo.test_midjourney_acts import labels

PICTURE = data_url((32, 20), (0, 0, 16, 20))
LINK = "https://pictures.example/a.png"
VIDEO, EDITS, UPLOAD = "/submit/video", "/submit/edits", "/submit/upload-discord-images"
FRAME = {"prompt": "it sails", "image": PICTURE}


@pytest.fixture
async def rig() -> AsyncIterator[Easel]:
    async with easel() as made:
        yield made


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("imagine", {"prompt": "x", "base64Array": [PICTURE] * 4}, "base64List参数错误"),
    ("imagine", {"prompt": "x", "base64Array": [LINK]}, NOT_A_PICTURE),
    ("imagine", {"prompt": "x", "botType": "DALL_E"}, "botType参数错误"),
    ("blend", {"base64Array": [PICTURE]}, "base64List参数错误"),
    ("blend", {"base64Array": [PICTURE] * 6}, "base64List参数错误"),
    ("blend", {"base64Array": [PICTURE] * 2, "dimensions": "ROUND"}, "dimensions参数错误"),
    ("describe", {}, "base64或link不能为空"), ("describe", {"base64": "data:image/png;base64,AAAA"}, NOT_A_PICTURE),
    ("edits", {"prompt": "x"}, NOT_A_PICTURE), ("edits", {"prompt": "x", "image": "nothing"}, NOT_A_PICTURE),
    ("edits", {"prompt": "x", "image": PICTURE, "maskBase64": "AAAA"}, NOT_A_PICTURE),
    ("upload-discord-images", {"base64Array": []}, "base64List参数错误"), ("show", {}, "jobId不能为空"),
    ("video", {"image": PICTURE}, "prompt不能为空"), ("video", {"prompt": "x"}, "image不能为空"),
    ("video", FRAME | {"endImage": "nothing"}, NOT_A_PICTURE), ("video", FRAME | {"motion": "x"}, "motion参数错误"),
    ("video", FRAME | {"batchSize": 3}, "batchSize参数错误"), ("video", FRAME | {"loop": "x"}, "loop参数错误"),
    ("video", FRAME | {"videoType": "vid_9"}, "videoType参数错误"),
]  # fmt: skip


async def test_wrong_submissions(rig: Easel) -> None:
    for path, body, problem in WRONG:
        shown = await rig.post(f"/submit/{path}", body)
        assert shown == {"code": 4, "description": problem, "result": None, "properties": {}}, path
    assert rig.sim.paid() == []


MISSED: list[tuple[str, Any, str]] = [
    ("/submit/imagine", {"prompt": " "}, "prompt_is_required"), ("/submit/shorten", {}, "prompt_is_required"),
    (EDITS, {"image": PICTURE}, "prompt_is_required"), ("/insight-face/swap", {"sourceBase64": PICTURE}, FACES),
    (VIDEO, {"action": "extend"}, "task_id_is_required"),
    (VIDEO, {"action": "extend", "taskId": "5"}, "task_not_found"),
    ("/submit/imagine", [], "bind_request_body_failed"),
]  # fmt: skip


async def test_what_the_gateway_misses(rig: Easel) -> None:
    for path, body, word in MISSED:
        assert (await rig.call("POST", f"/mj{path}", body))[:2] == (400, gateway(word))


async def test_pictures_from_pictures(rig: Easel) -> None:
    body = {"prompt": "a boat", "base64Array": [PICTURE] * 3, "botType": "NIJI_JOURNEY"}
    grid = await rig.done(body)
    single = await rig.pressed(grid, "U1")
    assert [one["botType"] for one in (grid, single)] == ["NIJI_JOURNEY"] * 2
    assert "Make Square" not in labels(single)
    for form, size in (("PORTRAIT", (588, 880)), ("SQUARE", (720, 720)), ("LANDSCAPE", (880, 588))):
        made = await rig.done({"base64Array": [PICTURE] * 5, "dimensions": form}, "/submit/blend")
        assert (made["action"], (made["imageWidth"], made["imageHeight"])) == ("BLEND", size)
    made = await rig.done({"jobId": "0f3c2b1a"}, "/submit/show")
    assert (made["action"], len(made["buttons"])) == ("SHOW", 9)


async def test_describe_and_what_follows(rig: Easel) -> None:
    made = await rig.done({"base64": PICTURE}, "/submit/describe")
    lines = made["properties"]["finalPrompt"].split("\n\n")
    assert (made["promptEn"], [line[:3] for line in lines]) == ("\n\n".join(lines), ["1️⃣", "2️⃣", "3️⃣", "4️⃣"])
    assert (await rig.picture(made["imageUrl"])).size == (32, 20)
    assert (labels(made)[-1], len(made["buttons"])) == ("🔄", 5)
    window = await rig.press(made, "2️⃣")
    assert (window["code"], f"2️⃣ {window['properties']['finalPrompt']}") == (21, lines[1])
    grid = await rig.done({"taskId": window["result"]}, "/submit/modal")
    assert (grid["action"], f"2️⃣ {grid['prompt']}", len(grid["buttons"])) == ("IMAGINE", lines[1], 9)
    again = await rig.pressed(made, "🔄")
    assert (again["action"], again["prompt"] != made["prompt"], len(again["buttons"])) == ("DESCRIBE", True, 5)
    linked = await rig.done({"link": LINK}, "/submit/describe")
    assert linked["imageUrl"] == LINK
    shown = await rig.post("/submit/describe", {"link": f"{LINK}?sim:full"})
    assert shown["code"] == 23


async def test_shorten(rig: Easel) -> None:
    made = await rig.done({"prompt": "a very old lighthouse in the evening sim:numeric"}, "/submit/shorten")
    text = made["properties"]["finalPrompt"]
    assert (made["action"], labels(made)) == ("SHORTEN", ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣"])
    assert ("**lighthouse**" in text, "~~evening~~" in text, made["imageUrl"]) == (True, True, "")
    shortest = re.search("5️⃣ (.*)", text)
    window = await rig.press(made, "5️⃣")
    assert shortest and window["properties"]["finalPrompt"] == shortest[1] == "a"
    assert (window["code"], type(window["result"])) == (21, int)


async def test_uploads(rig: Easel) -> None:
    [url, other] = (await rig.post(UPLOAD, {"base64Array": [PICTURE, data_url((8, 8))]}))["result"]
    assert ((await rig.picture(url)).size, url != other, rig.sim.paid()) == ((32, 20), True, [])
    made = await rig.done({"prompt": "a frame", "image": url}, EDITS)
    assert (made["imageWidth"], made["imageHeight"]) == (912, 568)
    rig.mj.upload_result = "string"
    assert (await rig.post(UPLOAD, {"base64Array": [PICTURE]}))["result"] == url
    rig.mj.uploads = False
    assert (await rig.post(UPLOAD, {"base64Array": [PICTURE]}))["description"] == "禁止上传"
    assert (await rig.call("GET", "/media/midjourney/uploads/x.png", key=None))[0] == 404


async def test_edits_and_faces(rig: Easel) -> None:
    image = data_url((480, 270), (0, 0, 240, 270), mode="RGBA")  # the right half is transparent
    made = await rig.done({"prompt": "a sea", "image": image}, "/submit/edit")
    picture = await rig.picture(made["imageUrl"])
    assert (made["action"], picture.size, picture.getpixel((100, 100))) == ("EDITS", (960, 540), (255, 255, 255))
    assert picture.crop((240, 0, 480, 270)).getcolors(2) is None
    made = await rig.done({"prompt": "a sea", "base64Array": [image], "maskBase64": PICTURE}, EDITS)
    assert (made["status"], made["maskBase64"]) == ("SUCCESS", PICTURE)
    assert (await rig.done({"prompt": "a sea", "image": LINK}, "/submit/retexture"))["action"] == "RETEXTURE"
    for name, body in (
        ("swap", {"sourceBase64": PICTURE, "targetBase64": PICTURE}),
        ("video-swap", {"sourceUrl": LINK, "targetUrl": LINK}),
    ):
        made = await rig.done(body, f"/insight-face/{name}")
        assert (made["prompt"], made["buttons"], bool(made["videoUrl"])) == ("InsightFace", [], name != "swap")


async def test_videos(rig: Easel) -> None:
    made = await rig.done(FRAME | {"batchSize": 2, "motion": "high", "videoType": "vid_1.1_i2v_720"}, VIDEO)
    links = [one["url"] for one in made["videoUrls"]]
    assert (made["action"], made["videoUrl"], len(set(links))) == ("VIDEO", links[0], 2)
    assert labels(made) == ["U1", "U2", "Extend (High motion)", "Extend (Low motion)"]
    assert (await rig.picture(made["videoUrls"][0]["thumbnail"])).format == "JPEG"
    clip = await rig.pressed(made, "U2")
    assert (clip["action"], clip["videoUrl"], len(clip["buttons"])) == ("UPSCALE", links[1], 2)
    assert (await rig.press(made, "U2"))["code"] == 21
    longer = await rig.pressed(clip, "Extend (Low motion)")
    body = {"action": "extend", "taskId": made["id"], "index": 1}
    other = await rig.done(body, VIDEO)
    assert [len(one["videoUrls"]) for one in (longer, other)] == [4, 4]
    assert longer["videoUrl"] == other["videoUrl"]
    for index in (None, 2, "1", True):
        assert (await rig.post(VIDEO, body | {"index": index}))["description"] == "index参数错误"
    rig.mj.video = False
    assert (await rig.call("POST", f"/mj{VIDEO}", FRAME))[:2] == (
        500, {"description": NO_VIDEO, "type": "upstream_error", "code": 4},
    )  # fmt: skip


async def test_animated_pictures_and_the_files(rig: Easel) -> None:
    single = await rig.pressed(await rig.done({"prompt": "a boat sim:big"}), "U1")
    rig.mj.video_delay = 5.0
    shown = await rig.press(single, "Animate (High motion)")
    rig.now += 18
    row = await rig.task(shown["result"])
    assert (row["status"], row["videoUrl"], row["videoUrls"]) == ("SUCCESS", "", None)
    rig.now += 5
    rig.mj.video_urls = "strings"
    row = await rig.task(shown["result"])
    assert (len(row["videoUrls"]), row["videoUrls"][0]) == (4, row["videoUrl"])
    status, body, headers = await rig.call("GET", row["videoUrl"], key=None, Range="bytes=0-11")
    assert (status, body[4:8], headers["Content-Range"]) == (206, b"ftyp", f"bytes 0-11/{BIG_SIZE}")
    rig.sim.media_url = "https://media.example/x"
    row = await rig.task(shown["result"])
    assert (row["videoUrl"], row["imageUrl"]) == (rig.sim.media_url, rig.sim.media_url)


async def test_single_pictures_statuses_and_storage(rig: Easel) -> None:
    rig.mj.image_urls, rig.mj.lower_case, rig.mj.null_buttons, rig.mj.numeric = "objects", True, True, True
    task_id = await rig.start({"prompt": PROMPT, "noStorage": True})
    row = await rig.task(task_id)
    assert (row["status"], row["buttons"], type(row["id"]), row["imageUrls"]) == ("not_start", None, int, [])
    rig.now += 11
    row = await rig.task(task_id)
    assert "/media/midjourney/cdn/" in row["imageUrl"]
    grid, second = [await rig.picture(url) for url in (row["imageUrl"], row["imageUrls"][1]["url"])]
    assert second.tobytes() == grid.crop((480, 0, 960, 270)).tobytes()
    assert (await rig.picture(row["imageUrls"][1]["thumbnail"])).size == (120, 67)
    rig.mj.image_urls = "strings"
    assert (await rig.task(task_id))["imageUrls"][1].endswith("/2.png")


async def test_seeds_and_bare_images(rig: Easel) -> None:
    task_id = await rig.start({"prompt": "a boat --seed 42"})
    path, image = f"/mj/task/{task_id}/image-seed", f"/mj-fast/mj/image/{task_id}"
    assert (await rig.call("GET", path))[1] == gateway("task_status_not_success")
    assert (await rig.call("GET", image, key=None))[:2] == (500, {"error": "http_get_image_failed"})
    rig.now += 6
    assert (await rig.picture(image)).format == "WEBP"
    rig.now += 6
    assert (await rig.call("GET", path))[1] == {"code": 1, "description": "成功", "result": "42"}
    assert (await rig.picture(image)).format == "PNG"
    assert (await rig.call("GET", "/mj/task/5/image-seed"))[1] == gateway("task_no_found")
    assert (await rig.call("GET", "/mj/image/5", key=None))[:2] == (400, {"error": "midjourney_task_not_found"})
    assert (await rig.call("GET", f"/media/midjourney/mirror/{task_id}/0/5.png", key=None))[0] == 404


async def test_cancelling_and_lists(rig: Easel) -> None:
    ids = [await rig.start() for _ in range(3)]
    assert [row["id"] for row in (await rig.call("GET", "/mj/task/queue"))[1]] == ids[::-1]
    assert (await rig.post(f"/task/{ids[0]}/cancel", None))["code"] == 1
    rig.mj.cancel = "empty"
    assert await rig.post(f"/task/{ids[1]}/cancel", None) == b""
    rig.now += 20
    await rig.post(f"/task/{ids[2]}/cancel", None)
    rows = [await rig.task(one) for one in ids]
    assert [(row["status"], row["failReason"]) for row in rows] == [
        ("CANCEL", CANCELLED), ("FAILURE", CANCELLED), ("SUCCESS", ""),
    ]  # fmt: skip
    assert [row["id"] for row in (await rig.call("GET", "/mj/task/list"))[1]] == ids[::-1]
    assert (await rig.post("/task/page", {}))["totalElements"] == 3
    assert (await rig.call("POST", "/mj/task/5/cancel"))[1] == gateway("task_no_found")
    names = [row["id"] for row in (await rig.call("GET", "/v1/models"))[1]["data"]]
    assert {"mj_imagine", "mj_video", "swap_face"} <= set(names)
    rig.mj.offered = False
    for method, path in (("GET", "/mj/task/list"), ("POST", "/mj/submit/imagine"), ("GET", f"/mj/image/{ids[2]}")):
        assert (await rig.call(method, path))[0] == 404
