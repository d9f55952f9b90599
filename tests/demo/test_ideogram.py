"""Ideogram on the simulator over real loopback HTTP; its time is moved by hand."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import ideogram_rules as rules
from bot.demo.simulator.account import Account, AccountOptions
from bot.demo.simulator.ideogram import Ideogram
from bot.demo.simulator.ideogram_rules import SEED_ENDPOINTS, V3, WORKS, IdeogramOptions, size_of
from tests.demo.test_flux import RED, Rig, half, picture, relay

GENERATE, NEW = "/ideogram/generate", f"/ideogram/{V3}"
LEGACY = {"prompt": "a boat", "model": "V_2", "resolution": "RESOLUTION_512_1536"}
THREE = {"prompt": "a boat", "resolution": "512x1536", "rendering_speed": "TURBO"}
SQUARE = (256, 256)


class Desk(Rig):
    """A relay with Ideogram on it."""

    module: Ideogram
    ideogram: IdeogramOptions

    async def ask(self, **fields: Any) -> tuple[int, Any]:
        """A legacy generation."""
        return await self.call("POST", GENERATE, {"image_request": {"prompt": "a boat", **fields}})

    async def new(self, name: str, *more: tuple[str, Any], **fields: str) -> tuple[int, Any]:
        """An operation of 3.0, without files."""
        return await self.form(NEW + name, *({"prompt": "a boat"} | fields).items(), *more)

    async def work(self, name: str, *more: tuple[str, Any], size: tuple[int, int] = SQUARE, **fields: Any) -> Any:
        """Any operation on a red picture with a mask whose right half is black."""
        work = WORKS[name]
        plain = (THREE if name.startswith(V3) else LEGACY) | {"aspect_ratio": ""} | fields
        kept = {field: value for field, value in plain.items() if value}
        if name.endswith("edit") or name.endswith("inpaint"):
            kept.pop("resolution", None)
        nested = [("image_request", json.dumps(kept))] if work.nested else list(kept.items())
        files = [(work.picture, picture(size))] if work.picture else []
        masks = [("mask", half(SQUARE))] if work.masked else []
        return await self.form(f"/ideogram/{name}", *nested, *files, *masks, *more)


@pytest.fixture
async def rig() -> AsyncIterator[Desk]:
    made: list[Rig] = []
    sim = relay(made)
    async with aiohttp.ClientSession() as session:
        rig = Desk(sim, session)
        made.append(rig)
        rig.ideogram = IdeogramOptions()
        rig.module = Ideogram(sim, rig.ideogram)
        sim.add(rig.module)
        sim.add(Account(sim, AccountOptions()))
        async with sim:
            yield rig


def test_the_tables() -> None:
    tables = (rules.LEGACY_SIZES, rules.SIZES, rules.PRESETS, rules.RATIOS, rules.LEGACY_RATIOS)
    assert [len(set(table)) for table in tables] == [78, 69, 62, 15, 11]
    shapes = {"1x1": (1024, 1024), "16x9": (1312, 736), "1x3": (512, 1536), "ASPECT_16_9": (1312, 736)}
    assert {ratio: size_of({"aspect_ratio": ratio}) for ratio in shapes} == shapes


async def test_a_legacy_picture(rig: Desk) -> None:
    fields = {"aspect_ratio": "ASPECT_16_9", "num_images": 2, "seed": 5, "style_type": "ANIME"}
    status, shown = await rig.ask(**fields, magic_prompt_option="ON", color_palette={"name": "EMBER"})
    assert (status, shown["created"]) == (200, "1970-01-12T13:46:40.000000+00:00")
    links = [row.pop("url") for row in shown["data"]]
    assert shown["data"][1] == {
        "prompt": "a boat, with fine detail and soft light",
        "resolution": "1312x736",
        "is_image_safe": True,
        "seed": 6,
        "style_type": "ANIME",
    }
    made = await rig.open(links[0])
    assert (made.format, made.size) == ("PNG", (1312, 736))
    rig.now += 24 * 3600
    assert (await rig.call("GET", links[0]))[0] == 403
    rig.ideogram.created = "number"
    assert (await rig.ask())[1]["created"] == 1_086_400
    assert [(job.provider, job.action) for job in rig.sim.paid()] == [("ideogram", "generate")] * 2
    assert rig.sim.paid()[0].body["seed"] == 5


WRONG: list[dict[str, Any]] = [
    {"prompt": ""}, {"num_images": 9}, {"num_images": 0}, {"seed": 2**31}, {"aspect_ratio": "16x9"},
    {"aspect_ratio": "ASPECT_1_1", "resolution": "RESOLUTION_1024_1024"}, {"resolution": "RESOLUTION_1_1"},
    {"model": "V_9"}, {"model": "V_1", "style_type": "GENERAL"}, {"model": "V_2A", "style_type": "FICTION"},
    {"model": "V_2A", "negative_prompt": "x"}, {"model": "V_1", "color_palette": {"name": "EMBER"}},
    {"model": "V_1", "resolution": "RESOLUTION_1024_1024"}, {"color_palette": {"name": "MUD"}},
    {"color_palette": {"members": []}}, {"color_palette": {"members": [{"color_hex": "#12"}]}},
    {"color_palette": {"members": [{"color_hex": "#123", "color_weight": 0.01}]}},
    {"color_palette": {"members": [{"color_hex": "#123", "color_weight": w} for w in (0.2, 0.4)]}},
    {"magic_prompt_option": "MAYBE"}, {"magic_prompt_version": "V_0_9"}, {"style_type": "LOUD"},
]  # fmt: skip


async def test_wrong_legacy_requests(rig: Desk) -> None:
    for fields in WRONG:
        status, shown = await rig.ask(**fields)
        assert (status, type(shown["error"])) == (400, str), fields
    assert rig.sim.paid() == []


async def test_what_is_no_request(rig: Desk) -> None:
    bodies: list[Any] = [{"prompt": "x"}, [], {"image_request": "x"}]
    assert [(await rig.call("POST", GENERATE, body))[0] for body in bodies] == [400] * 3
    for path in ("remix", "upscale"):
        for request in ("a boat", "[]"):
            parts = (("image_file", picture()), ("image_request", request))
            assert (await rig.form(f"/ideogram/{path}", *parts))[0] == 400
        assert (await rig.form(f"/ideogram/{path}", ("image_file", picture())))[0] == 400
    assert (await rig.form("/ideogram/upscale", ("image_file", picture()), ("image_request", "{}")))[0] == 200
    rig.ideogram.silent = True
    assert await rig.ask(prompt="") == (400, b"")
    assert (await rig.call("POST", "/ideogram/remix", {"image_request": {}}))[0] == 415


@pytest.mark.parametrize("name", [name for name in WORKS if name not in ("generate", "describe")])
async def test_every_operation(rig: Desk, name: str) -> None:
    status, shown = await rig.work(name)
    assert (status, [job.action for job in rig.sim.paid()]) == (200, [name]), shown
    size = {"edit": "256x256", "inpaint": "256x256", "upscale": "512x512", "replace-background": "256x256"}
    expected = size.get(name.removeprefix(V3), "512x1536")
    assert shown["data"][0]["resolution"] == expected
    made = await rig.open(shown["data"][0]["url"])
    assert "x".join(map(str, made.size)) == expected
    if "transparent" in name:
        assert (made.mode, made.getpixel((0, 0))[3:]) == ("RGBA", (0,))  # type: ignore[index]
    for field in WORKS[name].needs:
        less: dict[str, Any] = {field: ""}
        assert (await rig.work(name, **less))[0] == 400
    if WORKS[name].masked:
        assert (made.getpixel((20, 20))[:3], made.getpixel((250, 20))[:3] == RED) == (RED, False)  # type: ignore[index]
        assert (await rig.work(name, size=(300, 256)))[0] == 400
    if WORKS[name].picture:
        wrong = [(WORKS[name].picture, b"no picture")]
        assert (await rig.work(name, *wrong))[0] == 400


async def test_legacy_rules_of_files(rig: Desk) -> None:
    assert (await rig.work("edit", model="V_2A"))[0] == 400
    assert (await rig.work("reframe", size=(300, 256)))[0] == 400
    rig.ideogram.largest_file = 100
    assert (await rig.work("upscale"))[0] == 400
    rig.ideogram.largest_file = 10_000
    assert rig.module.forms[0].files("image_file")[0].data == picture(SQUARE)
    assert rig.module.forms[0].fields["model"] == "V_2A"
    status, shown = await rig.form("/ideogram/describe", ("image_file", picture()), ("describe_model_version", "V_3"))
    assert (status, shown["descriptions"][0]["text"]) == (200, "A picture of 320 by 256 pixels, mostly #c81e1e")
    assert (await rig.form("/ideogram/describe", ("image_file", picture()), ("describe_model_version", "V_9")))[
        0
    ] == 400


PALETTE = json.dumps({"members": [{"color_hex": "#FF5733", "color_weight": 0.5}]})


RULES: list[tuple[list[tuple[str, Any]], int]] = [
    ([("style_codes", "0a1b2c3d"), ("style_codes", "12345678")], 200), ([("style_codes", "0a1b")], 400),
    ([("style_codes", "0a1b2c3d"), ("style_type", "GENERAL")], 400),
    ([("style_codes", "0a1b2c3d"), ("style_reference_images", picture())], 400),
    ([("style_reference_images", picture()), ("style_reference_images", picture())], 200),
    ([("color_palette", PALETTE)], 200), ([("color_palette", "EMBER")], 400), ([("style_preset", "WEIRD")], 200),
    ([("style_preset", "ODD")], 400), ([("aspect_ratio", "16x10"), ("num_images", "8")], 200),
    ([("aspect_ratio", "1x1"), ("resolution", "1024x1024")], 400), ([("num_images", "9")], 400),
    ([("seed", "x")], 400), ([("rendering_speed", "FLASH")], 200), ([("rendering_speed", "SLOW")], 400),
    ([("custom_model_uri", "model/boats/version/2")], 200), ([("custom_model_uri", "boats")], 400),
    ([("character_reference_images", picture())] * 2, 400),
    ([("character_reference_images", picture()), ("character_reference_images_mask", half())], 200),
    ([("character_reference_images", picture()), ("character_reference_images_mask", half(SQUARE))], 400),
    ([("character_reference_images_mask", half())], 400),
]  # fmt: skip


async def test_rules_of_3_0(rig: Desk) -> None:
    told = [(await rig.new("generate", *parts))[0] for parts, _ in RULES]
    assert told == [status for _, status in RULES]
    assert len(rig.sim.paid()) == told.count(200)


async def test_variants_of_3_0(rig: Desk) -> None:
    assert (await rig.new("generate-transparent", rendering_speed="FLASH"))[0] == 400
    shown = (await rig.new("generate-transparent", upscale_factor="X2", aspect_ratio="1x3"))[1]["data"][0]
    assert shown["upscaled_resolution"] == "1024x3072"
    rig.ideogram.all_speeds = False
    assert (await rig.new("generate", rendering_speed="FLASH"))[0] == 400
    body = {"prompt": "a boat", "style_codes": ["0a1b2c3d"], "num_images": 2}
    seen = []
    for rig.ideogram.encodings in (("multipart",), ("json",), ("multipart", "json")):
        plain = (await rig.call("POST", f"{NEW}generate", body))[0]
        seen.append((plain, (await rig.new("generate"))[0], (await rig.call("POST", f"{NEW}remix", body))[0]))
    assert seen == [(415, 200, 415), (200, 415, 415), (200, 200, 415)]


async def test_words(rig: Desk) -> None:
    words = ("banned", "fail", "full", "quota", "html", "throttle", "throttle", "queue")
    told = [await rig.ask(prompt=f"sim:{word}") for word in words]
    assert [status for status, _ in told] == [422, 500, 429, 403, 200, 429, 200, 200]
    assert (type(told[0][1]["error"]), told[3][1]["error"]["code"]) == (str, "insufficient_user_quota")
    for word, safe in (("unsafe", [False, False]), ("partial", [True, False])):
        rows = (await rig.ask(prompt=f"sim:{word}", num_images=2))[1]["data"]
        assert [(row["is_image_safe"], row["url"] is not None) for row in rows] == [(one, one) for one in safe]
    rig.ideogram.withheld = "empty"
    assert (await rig.new("generate", prompt="sim:unsafe"))[1]["data"][0]["url"] == ""
    file = ("image_file", ("sim:banned.png", picture()))
    assert (await rig.form("/ideogram/describe", file))[0] == 422
    assert (await rig.call("POST", GENERATE, {"image_request": LEGACY}, key="sk-poor"))[0] == 403
    assert len(rig.sim.paid()) == 5


async def test_slow_answers(rig: Desk) -> None:
    slow = {"image_request": {"prompt": "sim:slow"}}
    tasks = [await rig.held(GENERATE, slow) for _ in range(3)]
    one, other, _ = rig.sim.paid()
    rig.sim.finish(one.id)
    rig.sim.fail(other.id, "out of paint")
    assert [(await task)[0] for task in tasks[:2]] == [200, 500]
    rig.now += 361
    assert (await tasks[2])[0] == 200


async def test_what_is_offered(rig: Desk) -> None:
    assert (await rig.call("POST", "/ideogram/dance", {}))[0] == 404
    rig.ideogram.endpoints = SEED_ENDPOINTS
    assert [(await rig.ask())[0], (await rig.new("generate"))[0], (await rig.work("reframe"))[0]] == [200, 404, 404]
    rig.ideogram.offered = False
    status, shown = await rig.ask()
    assert (status, shown["error"]["message"]) == (404, f"Invalid URL (POST {GENERATE})")
    assert (await rig.call("GET", "/v1/models"))[1]["data"] == []
