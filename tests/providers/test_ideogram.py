"""Ideogram: what is sent for each request."""

import json
from typing import Any

import pytest

from bot.provider import CATALOGUE, INPUT, Options, Submission
from bot.providers.ideogram import IDEOGRAM
from bot.providers.ideogram.changing import Edit, Reframe, ReplaceBackground
from bot.providers.ideogram.drawing import Drawn, Image, Remix
from bot.providers.ideogram.working import Describe, Upscale
from bot.wire import Call, Part

NEW = "/ideogram/v1/ideogram-v3"
PICTURE, MASK, ONE, TWO, THREE, FACE = (INPUT + name * 2 for name in "abcdef")
FOX = {"prompt": "a fox"}
MEMBERS = [{"color_hex": "#FF5733", "color_weight": 0.6}, {"color_hex": "#203040", "color_weight": 0.4}]


def called(made: Submission) -> list[Call]:
    """Every call that may be made for the request, the first first."""
    (step,) = made.steps()
    found = [choice.call({}) for choice in (step, *step.otherwise)]
    assert found[0] == made.call()
    return [call for call in found if isinstance(call, Call)]


def paid(path: str, *form: Part, json: Any = None) -> Call:
    return Call("POST", path, json=json, form=form, paid=True, timeout=180.0)


def sent(**fields: str) -> list[Part]:
    return [Part(name, value) for name, value in fields.items()]


def is_kept(made: Submission) -> bool:
    """Whether a stored request is the same one when it is read again."""
    return type(made).restored(made.model_dump_json(exclude_none=True)) == made


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({}, {"model": "V_2"}),
        ({"prompt": " a fox\n"}, {"model": "V_2"}),
        ({"model": "V_1", "negative_prompt": " rain "}, {"model": "V_1", "negative_prompt": "rain"}),
        ({"model": "2a turbo", "style_type": "render 3d"}, {"model": "V_2A_TURBO", "style_type": "RENDER_3D"}),
        ({"aspect_ratio": "16:9", "n": 8, "seed": 0}, {"aspect_ratio": "ASPECT_16_9", "num_images": 8, "seed": 0}),
        ({"aspect_ratio": "10x16"}, {"aspect_ratio": "ASPECT_10_16"}),
        ({"resolution": "1312 × 736"}, {"resolution": "RESOLUTION_1312_736"}),
        ({"magic_prompt": "OFF"}, {"magic_prompt_option": "OFF"}),
        ({"seed": 2**31 - 1}, {"seed": 2147483647}),
        ({"palette": "ember"}, {"color_palette": {"name": "EMBER"}}),
        ({"palette": "#203040:40, #ff5733:60"}, {"color_palette": {"members": MEMBERS}}),
        ({"palette": "203040=0.4;FF5733=60%"}, {"color_palette": {"members": MEMBERS}}),
        (
            {"palette": "#0af #abcdef"},
            {"color_palette": {"members": [{"color_hex": "#00AAFF"}, {"color_hex": "#ABCDEF"}]}},
        ),
        ({"transparent": False, "form": "json"}, {}),
    ],
)
def test_pictures_from_words_in_the_legacy_form(values: dict[str, Any], body: dict[str, Any]) -> None:
    made = Image.make(**{**FOX, **values})
    assert called(made) == [
        paid("/ideogram/generate", json={"image_request": {"model": "V_2", **FOX, **body}}),
    ]
    assert is_kept(made)


@pytest.mark.parametrize(
    ("values", "fields", "parts"),
    [
        ({}, {}, []),
        ({"n": 2, "seed": 7}, {"num_images": 2, "seed": 7}, sent(num_images="2", seed="7")),
        ({"aspect_ratio": "4:5"}, {"aspect_ratio": "4x5"}, sent(aspect_ratio="4x5")),
        ({"resolution": "800x1280"}, {"resolution": "800x1280"}, sent(resolution="800x1280")),
        (
            {"speed": "turbo", "magic_prompt": "ON"},
            {"rendering_speed": "TURBO", "magic_prompt": "ON"},
            sent(rendering_speed="TURBO", magic_prompt="ON"),
        ),
        (
            {"style_preset": "80s illustration", "style_type": "FICTION"},
            {"style_preset": "80S_ILLUSTRATION", "style_type": "FICTION"},
            sent(style_preset="80S_ILLUSTRATION", style_type="FICTION"),
        ),
        (
            {"style_codes": "7a3f09c2, 00000000 7A3F09C2"},
            {"style_codes": ["7A3F09C2", "00000000"]},
            [Part("style_codes", "7A3F09C2"), Part("style_codes", "00000000")],
        ),
        (
            {"palette": "#ff5733:60 #203040:40", "negative_prompt": "rain"},
            {"color_palette": {"members": MEMBERS}, "negative_prompt": "rain"},
            sent(color_palette=json.dumps({"members": MEMBERS}), negative_prompt="rain"),
        ),
    ],
)
def test_pictures_from_words_with_the_newest_model(
    values: dict[str, Any], fields: dict[str, Any], parts: list[Part]
) -> None:
    made = Image.make(**FOX, model="V_3", **values)
    first, second = called(made)
    assert (first.path, second.path) == (f"{NEW}/generate", f"{NEW}/generate")
    assert first.json is None and sorted(map(repr, first.form)) == sorted(map(repr, [Part("prompt", "a fox"), *parts]))
    assert second == paid(f"{NEW}/generate", json={**FOX, **fields})
    assert is_kept(made)


@pytest.mark.parametrize(
    ("form", "kinds"),
    [("auto", ["form", "json"]), ("multipart", ["form"]), ("json", ["json"]), (None, ["form", "json"])],
)
def test_the_form_the_operator_chose(form: str | None, kinds: list[str]) -> None:
    for transparent in (False, True):
        made = Image.make(**FOX, model="V_3", form=form, transparent=transparent)
        assert ["form" if call.form else "json" for call in called(made)] == kinds
        with_picture = Image.make(**FOX, model="V_3", form=form, character_image=FACE)
        assert [bool(call.form) for call in called(with_picture)] == [True]


def test_pictures_to_go_by() -> None:
    made = Image.make(**FOX, model="3.0", style_image=ONE, style_image3=THREE, character_image=FACE)
    assert called(made) == [
        paid(
            f"{NEW}/generate",
            Part("style_reference_images", ONE),
            Part("style_reference_images", THREE),
            Part("character_reference_images", FACE),
            Part("prompt", "a fox"),
        )
    ]
    assert {*made.inputs()} == {name.removeprefix(INPUT) for name in (ONE, THREE, FACE)}


def test_transparent_pictures() -> None:
    chosen = {"aspect_ratio": "16:9", "negative_prompt": "rain", "n": 2, "seed": 1, "magic_prompt": "OFF"}
    made = Image.make(**FOX, model="V_3", transparent=True, upscale_factor="X2", speed="QUALITY", **chosen)
    path = f"{NEW}/generate-transparent"
    first, second = called(made)
    assert (first.path, {part.name: part.value for part in first.form}) == (
        path,
        {
            **FOX,
            "aspect_ratio": "16x9",
            "negative_prompt": "rain",
            "num_images": "2",
            "seed": "1",
            "magic_prompt": "OFF",
            "upscale_factor": "X2",
            "rendering_speed": "QUALITY",
        },
    )
    assert second == paid(path, json=second.json) and second.json["num_images"] == 2
    assert is_kept(made)


def test_remix_in_the_legacy_form() -> None:
    made = Remix.make(prompt="ein Fuchs, grün", image=PICTURE, image_weight=30, aspect_ratio="1:1", palette="MELON")
    (call,) = called(made)
    first, second = call.form
    assert (call.path, first, second.name) == ("/ideogram/remix", Part("image_file", PICTURE), "image_request")
    assert "grün" in second.value
    assert json.loads(second.value) == {
        "prompt": "ein Fuchs, grün",
        "model": "V_2",
        "image_weight": 30,
        "aspect_ratio": "ASPECT_1_1",
        "color_palette": {"name": "MELON"},
    }
    assert is_kept(made)


def test_remix_with_the_newest_model() -> None:
    made = Remix.make(**FOX, model="V_3", image=PICTURE, image_weight=1, style_image2=TWO, form="json")
    (call,) = called(made)
    assert call.path == f"{NEW}/remix"
    assert call.form[:2] == (Part("image", PICTURE), Part("style_reference_images", TWO))
    assert {*call.form[2:]} == {Part("prompt", "a fox"), Part("image_weight", "1")}


def test_edit() -> None:
    old = Edit.make(**FOX, model="V_2_TURBO", image=PICTURE, mask=MASK, magic_prompt="ON", style_type="DESIGN", n=2)
    (call,) = called(old)
    assert (call.path, call.form[:2]) == ("/ideogram/edit", (Part("image_file", PICTURE), Part("mask", MASK)))
    assert {*call.form[2:]} == {
        *sent(prompt="a fox", model="V_2_TURBO", magic_prompt_option="ON", style_type="DESIGN", num_images="2")
    }
    new = Edit.make(**FOX, model="V_3", image=PICTURE, mask=MASK, magic_prompt="ON", character_image=FACE)
    (call,) = called(new)
    assert call == paid(
        f"{NEW}/edit",
        Part("image", PICTURE),
        Part("mask", MASK),
        Part("character_reference_images", FACE),
        *call.form[3:],
    )
    assert {*call.form[3:]} == {*sent(prompt="a fox", magic_prompt="ON")}
    assert Edit.masks["mask"].black_edits and Edit.masks["mask"].of == "image"


def test_reframe() -> None:
    old = Reframe.make(resolution="1024x640", image=PICTURE, size="512x512", name="fox", style_type="ANIME")
    (call,) = called(old)
    assert (call.path, call.form[0]) == ("/ideogram/reframe", Part("image_file", PICTURE))
    assert {*call.form[1:]} == {*sent(model="V_2", resolution="RESOLUTION_1024_640", style_type="ANIME")}
    new = Reframe.make(resolution="800:1280", model="V_3", image=PICTURE, size="512x300", palette="jungle")
    (call,) = called(new)
    assert (call.path, call.form[0]) == (f"{NEW}/reframe", Part("image", PICTURE))
    assert {*call.form[1:]} == {*sent(resolution="800x1280", color_palette='{"name": "JUNGLE"}')}
    assert is_kept(old) and is_kept(new)


def test_replace_background() -> None:
    made = ReplaceBackground.make(**FOX, image=PICTURE, n=3, style_preset="AURA")
    (call,) = called(made)
    assert (call.path, call.form[0]) == (f"{NEW}/replace-background", Part("image", PICTURE))
    assert {*call.form[1:]} == {*sent(prompt="a fox", num_images="3", style_preset="AURA")}


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({}, {}),
        ({"prompt": " a fox "}, FOX),
        (
            {"resemblance": 1, "detail": 100, "magic_prompt": "ON", "n": 2, "seed": 0},
            {"resemblance": 1, "detail": 100, "magic_prompt_option": "ON", "num_images": 2, "seed": 0},
        ),
    ],
)
def test_upscale(values: dict[str, Any], body: dict[str, Any]) -> None:
    made = Upscale.make(name="fox", image=PICTURE, **values)
    (call,) = called(made)
    first, second = call.form
    assert (call, first) == (paid("/ideogram/upscale", first, second), Part("image_file", PICTURE))
    assert (second.name, json.loads(second.value)) == ("image_request", body)
    assert made.caption == body.get("prompt", "fox")
    assert is_kept(made)


def test_describe() -> None:
    path, file = "/ideogram/describe", Part("image_file", PICTURE)
    assert called(Describe.make(name="fox", image=PICTURE)) == [paid(path, file)]
    version = Part("describe_model_version", "V_2")
    assert called(Describe.make(image=PICTURE, version="V_2")) == [paid(path, file, version)]


def test_what_a_relay_lacks_is_told_apart_by_form() -> None:
    for kind, values in ((Image, FOX), (Remix, FOX), (Edit, FOX), (Reframe, {"resolution": "1024x1024"})):
        assert issubclass(kind, Drawn)
        features = [kind.make(**values, model=model).steps()[0].feature for model in ("V_2", "V_3")]
        assert features == [f"{kind.action}/legacy", f"{kind.action}/new"]


def test_the_actions_and_what_a_card_does_not_show() -> None:
    mine = {action: kind for (name, action), kind in CATALOGUE.items() if name == "ideogram"}
    assert mine == {
        "image": Image,
        "remix": Remix,
        "edit": Edit,
        "reframe": Reframe,
        "replace-background": ReplaceBackground,
        "upscale": Upscale,
        "describe": Describe,
    }
    hidden = {name for kind in mine.values() for name in kind.model_fields if not kind.is_shown(name)}
    assert hidden == {"form", "name", "size"}
    assert Image.make(**FOX).route(Options(prefix="/pro")) == "/pro"
    assert (IDEOGRAM.lookup, [*IDEOGRAM.reports({})], IDEOGRAM.active) == (None, [], 10)
