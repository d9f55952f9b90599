"""Recraft, and the OpenAI image form, on the simulator over real loopback HTTP; its time is moved by hand."""

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.demo.simulator.account import Account, AccountOptions
from bot.demo.simulator.flux import MODELS, Flux
from bot.demo.simulator.openai_images import FLUX_NAMES, OpenAIImages
from bot.demo.simulator.recraft import Recraft
from bot.demo.simulator.recraft_rules import SEED_ENDPOINTS, WORKS
from tests.demo.test_flux import RED, Rig, half, picture, relay

GENERATE, IMAGES = "/recraft/v1/images/generations", "/recraft/v1/images/"
STYLES = "/recraft/v1/styles"
PARTS = {"prompt": "a boat", "strength": "0.4", "size": "1024x1365", "n": "1"}


class Desk(Rig):
    """A relay with Recraft on it."""

    module: Recraft

    async def work(self, name: str, *more: tuple[str, Any], image: str = "image", **fields: str) -> tuple[int, Any]:
        """An operation on a red picture with a mask whose left half is white."""
        files = [(image, picture()), ("mask", half())]
        return await self.form(IMAGES + name, *(PARTS | fields).items(), *files, *more)

    async def worked(self, name: str, *more: tuple[str, Any], **fields: str) -> Image.Image:
        """The picture that an operation made."""
        status, shown = await self.work(name, *more, **fields)
        assert status == 200, shown
        return await self.open((shown.get("image") or shown["data"][0])["url"])


@pytest.fixture
async def rig() -> AsyncIterator[Desk]:
    made: list[Rig] = []
    sim = relay(made)
    async with aiohttp.ClientSession() as session:
        rig = Desk(sim, session)
        made.append(rig)
        rig.module = Recraft(sim, rig.recraft)
        sim.add(rig.module)
        sim.add(Flux(sim, rig.flux))
        sim.add(OpenAIImages(sim, rig.flux, rig.recraft))
        sim.add(Account(sim, AccountOptions()))
        async with sim:
            yield rig


async def test_pictures(rig: Desk) -> None:
    body = {"prompt": "a boat", "n": 2, "size": "1024x1280", "style": "digital_illustration", "substyle": "grain"}
    status, shown = await rig.call("POST", GENERATE, body)
    assert (status, shown["created"], shown["credits"]) == (200, 1_000_000, 80)
    links = [row["url"] for row in shown["data"]]
    one, other = [await rig.open(link) for link in links]
    assert (one.format, one.size, other.size, one == other) == ("PNG", (1024, 1280), (1024, 1280), False)
    rig.now += 24 * 3600
    assert (await rig.call("GET", links[0]))[0] == 403
    rig.recraft.bare = True
    shown = (await rig.call("POST", GENERATE, body | {"response_format": "b64_json", "image_format": "webp", "n": 1}))[
        1
    ]
    assert list(shown) == ["data"]
    assert Image.open(io.BytesIO(base64.b64decode(shown["data"][0]["b64_json"]))).format == "WEBP"
    assert [(job.provider, job.action) for job in rig.sim.paid()] == [("recraft", "generations")] * 2


async def test_colours_and_vectors(rig: Desk) -> None:
    pixels = []
    for controls in (
        {},
        {"colors": [{"rgb": [255, 0, 0]}], "artistic_level": 5, "background_color": {"rgb": [0, 0, 0]}},
    ):
        shown = (await rig.call("POST", GENERATE, {"prompt": "a boat", "controls": controls}))[1]
        pixels.append((await rig.open(shown["data"][0]["url"])).getpixel((5, 5)))
    assert pixels[0] != pixels[1]
    for body in ({"style": "vector_illustration"}, {"style": "icon", "model": "recraftv2"}):
        link = (await rig.call("POST", GENERATE, {"prompt": "a boat", **body}))[1]["data"][0]["url"]
        async with rig.session.get(link) as got:
            assert (got.content_type, (await got.read())[:4]) == ("image/svg+xml", b"<svg")
    assert (await rig.work("inpaint", style="vector_illustration"))[0] == 200


WRONG: list[dict[str, Any]] = [
    {"prompt": ""}, {"prompt": "船" * 334}, {"n": 7}, {"n": 0}, {"size": "1000x1000"}, {"style": "any"},
    {"style": "icon"}, {"style": "logo_raster", "model": "recraftv2"}, {"substyle": "grain"},
    {"style": "digital_illustration", "substyle": "hdr"}, {"style_id": "nobody"}, {"model": "recraftv4"},
    {"style": "realistic_image", "style_id": "x"}, {"response_format": "file"}, {"image_format": "jpeg"},
    {"controls": []}, {"controls": {"colors": [{"rgb": [0, 0, 256]}]}}, {"controls": {"artistic_level": 6}},
    {"controls": {"no_text": 1}}, {"random_seed": -1}, {"text_layout": [{"text": "A", "bbox": [[0, 0]] * 3}]},
    {"text_layout": [{"text": "A", "bbox": [[0, 0]] * 4}], "model": "recraftv2"}, {"expire": "yes"},
]  # fmt: skip


async def test_wrong_requests(rig: Desk) -> None:
    for change in WRONG:
        status, shown = await rig.call("POST", GENERATE, {"prompt": "a boat"} | change)
        assert (status, shown.get("error", {}).get("code")) == (400, "invalid_request"), change
    rig.recraft.errors = "native"
    assert sorted((await rig.call("POST", GENERATE, {}))[1]) == ["code", "message"]
    assert rig.sim.paid() == []


async def test_right_requests(rig: Desk) -> None:
    layout = [{"text": "A", "bbox": [[0, 0], [1, 0], [1, 1], [0, 1]]}]
    least: list[dict[str, Any]] = [{"prompt": "船" * 333}, {"style": None, "n": 6}, {"text_layout": layout}]
    for body in (*least, {"model": "refm1"}):
        assert (await rig.call("POST", GENERATE, {"prompt": "a boat"} | body))[0] == 200
    rig.recraft.new_models, rig.recraft.most = True, 2
    for body in ({"model": "recraftv4_pro", "prompt": "x" * 10_000}, {"model": "recraftv4", "size": "16:9"}):
        assert (await rig.call("POST", GENERATE, {"prompt": "a boat"} | body))[0] == 200
    for body in ({"model": "recraftv4", "style": "realistic_image"}, {"n": 3}):
        assert (await rig.call("POST", GENERATE, {"prompt": "a boat"} | body))[0] == 400
    for path, status in (("explore", 200), ("generations/vector", 200), ("explore/similar", 400)):
        assert (await rig.call("POST", IMAGES + path, {"prompt": "a boat"}))[0] == status
    raster = {"prompt": "a boat", "style": "vector_illustration"}
    assert (await rig.call("POST", f"{IMAGES}generations/raster", raster))[0] == 400


@pytest.mark.parametrize("name", WORKS)
async def test_every_operation(rig: Desk, name: str) -> None:
    status, shown = await rig.work(name)
    media = shown["image"] if WORKS[name].single else shown["data"][0]
    assert (status, (await rig.call("GET", media["url"]))[0], rig.sim.paid()[0].action) == (200, 200, name)
    if WORKS[name].masked:
        assert (await rig.form(IMAGES + name, *PARTS.items(), ("image", picture())))[0] == 400
        small = (("image", picture()), ("mask", half((300, 256))))
        assert (await rig.form(IMAGES + name, *PARTS.items(), *small))[0] == 400
    for field in WORKS[name].needs:
        assert (await rig.work(name, **{field: ""}))[0] == 400
    assert len(rig.sim.paid()) == 1


async def test_what_operations_make(rig: Desk) -> None:
    assert (await rig.worked("clarityUpscale")).size == (640, 512)
    cut = await rig.worked("removeBackground")
    assert (cut.mode, cut.getpixel((0, 0)), cut.getpixel((160, 128))) == ("RGBA", (*RED, 0), (*RED, 255))
    for name in ("inpaint", "generateBackground"):
        made = await rig.worked(name)
        assert (made.size, made.getpixel((300, 99)), made.getpixel((20, 20)) == RED) == ((320, 256), RED, False)
    backdrop = await rig.worked("replaceBackground")
    assert (backdrop.getpixel((160, 128)), backdrop.getpixel((1, 1)) == RED) == (RED, False)
    assert (await rig.worked("eraseRegion")).getpixel((300, 99)) == RED
    wide = await rig.worked("outpaint", expand_left="100", expand_bottom="20", size="")
    assert (wide.size, wide.getpixel((100, 0)), wide.getpixel((99, 0)) == RED) == ((420, 276), RED, False)
    assert (await rig.worked("outpaint", zoom_out_percentage="50", size="")).size == (480, 384)
    assert (await rig.worked("outpaint")).size == (await rig.worked("variateImage")).size == (1024, 1365)
    shown = (await rig.work("vectorize", svg_compression="on", max_num_shapes="9"))[1]["image"]
    assert (await rig.call("GET", shown["url"]))[1].count(f"#{bytes(RED).hex()}".encode()) == 1024


async def test_part_names(rig: Desk) -> None:
    seen = []
    for rig.recraft.part_name in ("both", "file", "image"):
        seen.append([(await rig.work("vectorize", image=name))[0] for name in ("file", "image", "picture")])
    assert seen == [[200, 200, 400], [200, 400, 400], [400, 200, 400]]
    rig.recraft.missing_status = 422
    status, shown = await rig.work("vectorize", image="file")
    assert (status, shown["error"]["message"][:17]) == (422, "image is required")
    assert (await rig.work("imageToImage", image="file"))[0] == 422
    assert rig.module.forms[0].files("file")[0].data == picture()
    forms = []
    for rig.recraft.single in ("data", "string"):
        forms.append((await rig.work("vectorize"))[1])
    assert (forms[0]["data"][0]["url"][:4], forms[1]["image"][:4]) == ("http", "http")


async def test_flattened_controls(rig: Desk) -> None:
    rgb = [("controls[colors][][rgb][]", value) for value in ("1", "2", "3", "4", "5", "6")]
    back = [("controls[background_color][rgb][]", value) for value in ("7", "8", "9")]
    await rig.worked("imageToImage", *rgb, *back, ("controls[artistic_level]", "3"), ("controls[no_text]", "true"))
    body = rig.sim.paid()[0].body
    assert body["controls"] == {
        "colors": [{"rgb": [1, 2, 3]}, {"rgb": [4, 5, 6]}],
        "background_color": {"rgb": [7, 8, 9]},
        "artistic_level": 3,
        "no_text": True,
    }
    assert (body["strength"], body["n"], body["size"]) == (0.4, 1, "1024x1365")
    assert (await rig.work("imageToImage", ("controls[colors][][rgb][]", "300")))[0] == 400
    assert (await rig.work("imageToImage", strength="1.1"))[0] == 400


PICTURES: list[tuple[bytes, int]] = [
    (b"no picture", 400), (picture((255, 300)), 400), (picture((4097, 256)), 400), (picture((4096, 4000)), 400),
    (picture((256, 256), kind="WEBP"), 200), (picture((256, 256), kind="GIF"), 400),
    (picture() + bytes(5 * 1024 * 1024), 400),
]  # fmt: skip


async def test_limits_of_a_picture(rig: Desk) -> None:
    told = [(await rig.form(f"{IMAGES}removeBackground", ("file", data)))[0] for data, _ in PICTURES]
    assert told == [status for _, status in PICTURES]
    assert (await rig.form(f"{IMAGES}crispUpscale", ("file", picture((32, 32)))))[0] == 200
    assert (await rig.call("POST", f"{IMAGES}crispUpscale", {"image": "x"}))[0] == 400


async def test_styles(rig: Desk) -> None:
    base = ("style", "vector_illustration")
    numbered = [(f"file{index}", picture()) for index in range(1, 6)]
    status, shown = await rig.form(STYLES, base, *numbered)
    assert (status, list(shown), rig.sim.paid()[0].action) == (200, ["id"], "styles")
    style = shown["id"]
    body = {"prompt": "a boat", "style_id": style}
    link = (await rig.call("POST", GENERATE, body))[1]["data"][0]["url"]
    assert (await rig.call("GET", link))[1][:4] == b"<svg"
    assert (await rig.call("POST", GENERATE, body | {"substyle": "thin"}))[0] == 400
    for wrong in ([base], numbered, [("style", "any"), *numbered], [base, *numbered, ("images", picture())]):
        assert (await rig.form(STYLES, *wrong))[0] == 400
    seen = []
    for rig.recraft.style_parts in ("any", "numbered", "files", "images"):
        seen.append([(await rig.form(STYLES, base, (name, picture())))[0] for name in ("file1", "files", "images")])
    assert seen == [[200] * 3, [200, 400, 400], [400, 200, 400], [400, 400, 200]]
    for rig.recraft.style_answer in ("style_id", "full"):
        shown = (await rig.form(STYLES, base, ("images", picture())))[1]
        assert ("style_id" in shown) == (rig.recraft.style_answer == "style_id")
    assert (shown["style"], len((await rig.call("GET", STYLES))[1]["styles"])) == ("vector_illustration", 9)
    one = f"{STYLES}/{style}"
    assert [(await rig.call(method, one))[0] for method in ("GET", "DELETE", "GET")] == [200, 204, 404]
    assert [(await rig.call("GET", path))[0] for path in (f"{STYLES}/basic", "/recraft/v1/users/me")] == [200, 200]


async def test_words(rig: Desk) -> None:
    words = ("banned", "unsafe", "full", "fail", "quota", "html", "throttle", "throttle", "queue", "late")
    told = [await rig.call("POST", GENERATE, {"prompt": f"sim:{word}"}) for word in words]
    assert [status for status, _ in told] == [400, 400, 429, 500, 403, 200, 429, 200, 200, 200]
    assert told[3][1] == {"code": "custom_router_error", "message": "unknown error", "data": None}
    assert told[4][1]["error"]["code"] == "insufficient_user_quota"
    assert (await rig.form(f"{IMAGES}vectorize", ("file", ("sim:full.png", picture()))))[0] == 429
    assert (await rig.call("POST", GENERATE, {"prompt": "x"}, key="sk-poor"))[0] == 403
    assert len(rig.sim.paid()) == 3


async def test_answers_that_are_held(rig: Desk) -> None:
    slow = {"prompt": "sim:slow"}
    tasks = [await rig.held(GENERATE, slow) for _ in range(4)]
    ids = [job.id for job in rig.sim.paid()]
    rig.sim.finish(ids[0])
    rig.sim.fail(ids[1], "out of paint")
    assert [(await task)[0] for task in tasks[:2]] == [200, 500]
    tasks[2].cancel()
    rig.now += 361
    assert (await tasks[3])[0] == 200
    rig.sim.hold = True
    task = await rig.held(GENERATE, {"prompt": "x"})
    rig.sim.release()
    assert (await task)[0] == 200


async def test_what_is_offered(rig: Desk) -> None:
    rig.recraft.endpoints = SEED_ENDPOINTS
    names = ("clarityUpscale", "crispUpscale", "imageToImage", "vectorize", "dance")
    assert [(await rig.work(name))[0] for name in names] == [200, 404, 404, 200, 404]
    rig.recraft.offered = False
    status, shown = await rig.call("POST", GENERATE, {"prompt": "x"})
    assert (status, shown["error"]["message"]) == (404, f"Invalid URL (POST {GENERATE})")


async def test_the_openai_form(rig: Desk) -> None:
    path, edits = "/v1/images/generations", "/v1/images/edits"
    body = {"model": "flux-schnell", "prompt": "x", "size": "512x1024"}
    shown = (await rig.call("POST", path, body))[1]
    assert (shown["created"], (await rig.open(shown["data"][0]["url"])).size) == (1_000_000, (512, 1024))
    shown = (await rig.call("POST", path, body | {"response_format": "b64_json"}))[1]
    assert Image.open(io.BytesIO(base64.b64decode(shown["data"][0]["b64_json"]))).size == (512, 1024)
    vector = {"model": "recraftv3", "prompt": "x", "n": 2, "style": "vector_illustration", "substyle": "thin"}
    links = [row["url"] for row in (await rig.call("POST", path, vector))[1]["data"]]
    assert (len(links), (await rig.call("GET", links[0]))[1][:4]) == (2, b"<svg")
    wrong = vector | {"style": "vector_illustration_thin"}
    assert (await rig.call("POST", path, wrong))[0] == 400
    rig.recraft.openai_styles = "joined"
    assert (await rig.call("POST", path, wrong))[0] == 200
    for change in ({"n": 2}, {"size": "9x9"}, {"prompt": ""}, {"prompt": "sim:banned"}):
        assert (await rig.call("POST", path, body | change))[0] == 400
    assert (await rig.call("POST", path, body | {"prompt": "sim:fail"}))[0] == 500
    status, shown = await rig.call("POST", path, body | {"model": "dall-e-9"})
    assert (status, shown["error"]["code"]) == (503, "model_not_found")
    parts = (("model", "flux-kontext-pro"), ("prompt", "bluer"), ("image[]", picture()), ("image[]", picture()))
    shown = (await rig.form(edits, *parts))[1]
    assert (await rig.open(shown["data"][0]["url"])).size == (320, 256)
    assert [(await rig.form(edits, *less))[0] for less in (parts[1:], parts[:2], (*parts[:2], ("image", b"x")))] == [
        400
    ] * 3
    names = {row["id"] for row in (await rig.call("GET", "/v1/models"))[1]["data"]}
    assert names == {*MODELS, *FLUX_NAMES, "recraftv3"}
    rig.flux.offered = False
    assert [(await rig.call("POST", one, body))[0] for one in (path, "/flux/v1/flux-dev")] == [503, 404]
