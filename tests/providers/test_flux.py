"""Flux: pictures from words and edits: what is sent, and what cannot be asked for."""

from typing import Any

import pytest

from bot.provider import CATALOGUE, INPUT, Options
from bot.providers.flux import FluxOptions
from bot.providers.flux.finetunes import Finetune
from bot.providers.flux.models import PICTURES
from bot.providers.flux.requests import INPUTS, Edit, Image
from bot.providers.flux.tools import Canny, Depth, Expand, Fill, Finetuned
from tests.providers.flux import STORED, WORDS, paid, refused, sent

EVERY = ("image", "edit", "fill", "expand", "canny", "depth", "finetuned", "finetune", "openai", "openai-edit")


def test_every_kind_of_request() -> None:
    assert sorted(action for name, action in CATALOGUE if name == "flux") == sorted(EVERY)


# ------------------------------------------------------------------------------------------------ from words


FULL: dict[str, dict[str, Any]] = {
    "flux-pro-1.1": {"image_prompt": STORED, "width": 256, "height": 1440},
    "flux-pro-1.1-ultra": {"aspect_ratio": "21:9", "raw": True, "image_prompt": STORED, "image_prompt_strength": 0.5},
    "flux-pro": {"width": 1440, "height": 256, "step_count": 50, "guidance": 5.0, "interval": 4},
    "flux-dev": {"width": 512, "height": 512, "step_count": 1, "guidance": 1.5},
    "flux-kontext-pro": {"aspect_ratio": "9:21"},
    "flux-kontext-max": {"aspect_ratio": "1:1"},
}


@pytest.mark.parametrize("model", FULL)
def test_a_picture_from_words(model: str) -> None:
    common = {"prompt_upsampling": False, "seed": 0, "safety_tolerance": 6, "output_format": "png"}
    made = Image.make(model=model, prompt="  a lighthouse ", **FULL[model], **common)
    body = {("steps" if name == "step_count" else name): value for name, value in FULL[model].items()}
    assert sent(made) == paid(f"/flux/v1/{model}", {**WORDS, **body, **common})
    assert sent(Image.make(model=model, **WORDS)) == paid(f"/flux/v1/{model}", WORDS)
    assert made.inputs() == (["abc"] if "image_prompt" in body else [])


@pytest.mark.parametrize("model", [name for name in PICTURES if name.startswith("flux-2")])
def test_flux_two(model: str) -> None:
    most = {"width": 64, "height": 4096, "safety_tolerance": 5, "output_format": "webp", "seed": -1}
    assert sent(Image.make(model=model, **WORDS, **most)) == paid(f"/flux/v1/{model}", {**WORDS, **most})
    flex = {"prompt_upsampling": True, "guidance": 10.0, "step_count": 50}
    if model == "flux-2-flex":
        body = {"prompt_upsampling": True, "guidance": 10.0, "steps": 50}
        assert sent(Image.make(model=model, **WORDS, **flex)).json == {**WORDS, **body}
    else:
        for name, value in flex.items():
            assert refused(Image, model=model, **WORDS, **{name: value}).startswith(f"{model} has no `")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": " "}, "“prompt” is empty."),
        ({"model": "flux-9"}, "There is no model “flux-9” here."),
        (
            {"model": "flux-pro-1.1-ultra", "width": 1024},
            "flux-pro-1.1-ultra has no `width`: choose an `aspect_ratio` instead.",
        ),
        (
            {"model": "flux-kontext-max", "height": 1024},
            "flux-kontext-max has no `height`: choose an `aspect_ratio` instead.",
        ),
        ({"aspect_ratio": "1:1"}, "flux-pro-1.1 has no `aspect_ratio`: give `width` and `height` instead."),
        ({"raw": True}, "flux-pro-1.1 has no `raw`: leave it out, or choose another model."),
        ({"raw": False}, "flux-pro-1.1 has no `raw`: leave it out, or choose another model."),
        ({"step_count": 5}, "flux-pro-1.1 has no `steps`: leave it out, or choose another model."),
        (
            {"model": "flux-kontext-pro", "image_prompt": STORED},
            "flux-kontext-pro has no `reference`: leave it out, or choose another model.",
        ),
        (
            {"image_prompt": STORED, "image_prompt_strength": 0.1},
            "flux-pro-1.1 has no `reference_strength`: leave it out, or choose another model.",
        ),
        ({"width": 255}, "`width` must be from 256 to 1440 with flux-pro-1.1; 255 was given."),
        ({"height": 1472}, "`height` must be from 256 to 1440 with flux-pro-1.1; 1472 was given."),
        ({"width": 1000}, "`width` must be a multiple of 32 with flux-pro-1.1, such as 992."),
        ({"model": "flux-dev", "guidance": 5.5}, "`guidance` must be from 1.5 to 5 with flux-dev; 5.5 was given."),
        ({"model": "flux-dev", "step_count": 0}, "`steps` must be from 1 to 50 with flux-dev; 0 was given."),
        ({"model": "flux-pro", "interval": 5}, "`interval` must be from 1 to 4 with flux-pro; 5 was given."),
        ({"safety_tolerance": 7}, "`safety` must be from 0 to 6 with flux-pro-1.1; 7 was given."),
        ({"model": "flux-2-pro", "safety_tolerance": 6}, "`safety` must be from 0 to 5 with flux-2-pro; 6 was given."),
        ({"model": "flux-2-pro", "width": 63}, "`width` must be at least 64 with flux-2-pro."),
        ({"output_format": "webp"}, "flux-pro-1.1 makes jpeg, png only."),
        ({"output_format": "gif"}, "“format” must be one of: jpeg, png or webp."),
    ],
)
def test_what_a_model_does_not_take(values: dict[str, Any], sentence: str) -> None:
    assert refused(Image, **{"model": "flux-pro-1.1", **WORDS, **values}) == sentence


@pytest.mark.parametrize(
    ("words", "ratio"),
    [("16:9", "16:9"), (" 16 : 9", "16:9"), ("16/9", "16:9"), ("7:5", "7:5"), ("21:9", "21:9"), ("9:21", "9:21"),
     ("22:9", ""), ("9:22", ""), ("16x9", ""), ("1:0", ""), ("0:1", ""), ("wide", ""), ("1:1:1", "")],
)  # fmt: skip
def test_ratios(words: str, ratio: str) -> None:
    values = {"model": "flux-pro-1.1-ultra", **WORDS, "aspect_ratio": words}
    if ratio:
        assert Image.make(**values).call().json["aspect_ratio"] == ratio
    else:
        wanted = "`aspect_ratio` must be written like 16:9 and lie between 21:9 and 9:21."
        assert refused(Image, **values) == wanted


# ------------------------------------------------------------------------------------------------ edits


def test_an_edit() -> None:
    pictures = {name: f"{INPUT}{number}" for number, name in enumerate(INPUTS[:4])}
    made = Edit.make(model="flux-kontext-max", prompt="at night", aspect_ratio="3:2", safety_tolerance=3, **pictures)
    body = {"prompt": "at night", "safety_tolerance": 3, "aspect_ratio": "3:2", **pictures}
    assert sent(made) == paid("/flux/v1/flux-kontext-max", body)
    assert made.inputs() == ["0", "1", "2", "3"]


def test_an_edit_with_eight_pictures() -> None:
    pictures = {name: f"{INPUT}{number}" for number, name in enumerate(INPUTS)}
    body = {**WORDS, "width": 1000, "steps": 9, **pictures}
    made = Edit.make(model="flux-2-flex", **WORDS, width=1000, step_count=9, **pictures)
    assert sent(made) == paid("/flux/v1/flux-2-flex", body)


def test_edits_that_cannot_be() -> None:
    assert refused(Edit, model="flux-dev", **WORDS) == "flux-dev does not edit pictures."
    strict = {"model": "flux-kontext-pro", **WORDS, "strict": True}
    sentence = "With a picture, `safety` may be 2 at most with flux-kontext-pro."
    assert refused(Edit, **strict, safety_tolerance=3) == sentence
    assert Edit.make(**strict, safety_tolerance=2).call().json == {**WORDS, "safety_tolerance": 2}
    assert Edit.make(**{**strict, "model": "flux-2-max"}, safety_tolerance=5).call().json["safety_tolerance"] == 5


@pytest.mark.parametrize(
    ("images", "edits", "others"),
    [("base64", "base64", "base64"), ("data", "data", "data"), ("url", "url", "base64")],
)
def test_how_pictures_are_sent(images: str, edits: str, others: str) -> None:
    options = FluxOptions(images=images)  # type: ignore[arg-type]  # as the environment gives it
    assert Edit.picture_form(options) == edits
    for kind in (Image, Fill, Expand, Canny, Depth, Finetuned):
        assert kind.picture_form(options) == others
    assert Finetune.picture_form(options) == "base64"
    assert Edit.picture_form(Options()) == Image.picture_form(Options()) == "base64"


def test_every_model_is_tested() -> None:
    assert {*PICTURES} == {*FULL, *(name for name in PICTURES if name.startswith("flux-2"))}
