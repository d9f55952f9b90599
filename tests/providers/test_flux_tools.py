"""Flux: the tools and finetunes: what is sent, and what cannot be asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import Given, Submission
from bot.providers.flux.finetunes import LIST, Finetune, delete, details
from bot.providers.flux.models import MODELS, PICTURES, TUNED
from bot.providers.flux.requests import Image
from bot.providers.flux.tools import Canny, Depth, Expand, Fill, Finetuned, check_sources
from bot.sniff import JPEG, PNG
from bot.wire import Call
from tests.providers.flux import STORED, WORDS, paid, refused, sent

# ------------------------------------------------------------------------------------------------ tools


COMMON = {"prompt_upsampling": True, "seed": 7, "safety_tolerance": 0, "output_format": "jpeg"}


@pytest.mark.parametrize(
    ("kind", "model", "values", "body"),
    [
        (Fill, "fill", {"image": STORED}, {"image": STORED}),
        (
            Fill,
            "fill",
            {"prompt": "a door", "image": STORED, "mask": STORED, "step_count": 15, "guidance": 100.0},
            {"prompt": "a door", "image": STORED, "mask": STORED, "steps": 15, "guidance": 100.0},
        ),
        (Expand, "expand", {"image": STORED, "top": 1}, {"image": STORED, "top": 1}),
        (
            Expand,
            "expand",
            {"image": STORED, "top": 0, "bottom": 2048, "left": 1, "right": 2, "guidance": 1.5},
            {"image": STORED, "top": 0, "bottom": 2048, "left": 1, "right": 2, "guidance": 1.5},
        ),
        (
            Canny,
            "canny",
            {**WORDS, "control_image": STORED, "canny_low_threshold": 0, "canny_high_threshold": 500},
            {**WORDS, "control_image": STORED, "canny_low_threshold": 0, "canny_high_threshold": 500},
        ),
        (Canny, "canny", {**WORDS, "preprocessed_image": STORED}, {**WORDS, "preprocessed_image": STORED}),
        (
            Depth,
            "depth",
            {**WORDS, "control_image": STORED, "step_count": 50, "guidance": 1},
            {**WORDS, "control_image": STORED, "steps": 50, "guidance": 1},
        ),
    ],
)
def test_tools(kind: type[Submission], model: str, values: dict[str, Any], body: dict[str, Any]) -> None:
    assert sent(kind.make(**values, **COMMON)) == paid(f"/flux/v1/flux-pro-1.0-{model}", {**body, **COMMON})
    assert sent(kind.make(**values)).json == body


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (Fill, {"step_count": 14}, "`steps` must be from 15 to 50 with flux-pro-1.0-fill; 14 was given."),
        (Fill, {"guidance": 1}, "`guidance` must be from 1.5 to 100 with flux-pro-1.0-fill; 1 was given."),
        (Expand, {}, "Say where the picture is to grow: `top`, `bottom`, `left` or `right`, in pixels."),
        (
            Expand,
            {"top": 0, "left": 0},
            "Say where the picture is to grow: `top`, `bottom`, `left` or `right`, in pixels.",
        ),
        (Expand, {"top": 2049}, "`top` must be from 0 to 2048 with flux-pro-1.0-expand; 2049 was given."),
        (Canny, {}, "“prompt” cannot be used: Field required."),
        (
            Canny,
            {**WORDS, "canny_low_threshold": 200, "canny_high_threshold": 100},
            "`low` must be less than `high`: they are 200 and 100.",
        ),
        (Canny, {**WORDS, "canny_low_threshold": 200}, "`low` must be less than `high`: they are 200 and 200."),
        (Canny, {**WORDS, "canny_high_threshold": 50}, "`low` must be less than `high`: they are 50 and 50."),
        (
            Canny,
            {**WORDS, "canny_high_threshold": 501},
            "`high` must be from 0 to 500 with flux-pro-1.0-canny; 501 was given.",
        ),
        (Depth, {**WORDS, "guidance": 101}, "`guidance` must be from 1 to 100 with flux-pro-1.0-depth; 101 was given."),
    ],
)
def test_what_a_tool_does_not_take(kind: type[Submission], values: dict[str, Any], sentence: str) -> None:
    assert refused(kind, **values) == sentence


def test_a_jpeg_is_filled_with_a_mask_only() -> None:
    jpeg, png = Given(JPEG, 1), Given(PNG, 1)
    for kind in (Fill, Finetuned):
        kind.check_together({"image": png})
        kind.check_together({"image": jpeg, "mask": png})
        with pytest.raises(Invalid, match="A JPEG has no transparent part, so a `mask` is needed"):
            kind.check_together({"image": jpeg})
        assert kind.masks["mask"].of == "image" and not kind.masks["mask"].black_edits


def test_one_picture_to_follow() -> None:
    check_sources(1, None)
    check_sources(None, 1)
    with pytest.raises(Invalid, match="Give a picture"):
        check_sources(None, None)
    with pytest.raises(Invalid, match="not both"):
        check_sources(1, 1)


# ------------------------------------------------------------------------------------------------ finetunes


TUNED_FULL: dict[str, dict[str, Any]] = {
    "flux-pro-1.1-ultra-finetuned": {"aspect_ratio": "1:1", "image_prompt": STORED, "image_prompt_strength": 1.0},
    "flux-pro-finetuned": {"width": 256, "height": 256, "interval": 1, "guidance": 5.0},
    "flux-pro-1.0-fill-finetuned": {"image": STORED, "mask": STORED, "guidance": 60.0},
    "flux-pro-1.0-canny-finetuned": {"control_image": STORED, "canny_low_threshold": 1},
    "flux-pro-1.0-depth-finetuned": {"preprocessed_image": STORED, "guidance": 15.0},
}


@pytest.mark.parametrize("model", TUNED)
def test_a_picture_with_a_finetune(model: str) -> None:
    values = {**WORDS, "finetune_id": "f-1", "finetune_strength": 2.0, **TUNED_FULL[model]}
    assert sent(Finetuned.make(model=model, **values)) == paid(f"/flux/v1/{model}", values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"raw": True}, "{model} has no `raw`: leave it out, or choose another model."),
        ({"image": STORED}, "{model} has no `image`: leave it out, or choose another model."),
        ({"finetune_strength": 2.1}, "`strength` must be from 0 to 2 with {model}; 2.1 was given."),
        ({"finetune_id": ""}, "“finetune” is empty."),
        ({"width": 512}, "{model} has no `width`: choose an `aspect_ratio` instead."),
    ],
)
def test_what_a_finetune_does_not_take(values: dict[str, Any], sentence: str) -> None:
    model = "flux-pro-1.1-ultra-finetuned"
    given = {"model": model, **WORDS, "finetune_id": "f-1", **values}
    assert refused(Finetuned, **given) == sentence.format(model=model)


def test_making_a_finetune() -> None:
    least = {"finetune_comment": "my cat", "mode": "character", "file_data": STORED}
    assert sent(Finetune.make(**least)) == paid("/flux/v1/finetune", least)
    most = {
        **least,
        "trigger_word": "TOK",
        "iterations": 1000,
        "learning_rate": 0.00001,
        "captioning": False,
        "priority": "high_res_only",
        "finetune_type": "lora",
        "lora_rank": 16,
    }
    made = Finetune.make(**most)
    assert sent(made) == paid("/flux/v1/finetune", most)
    assert made.inputs() == ["abc"] and made.managers_only and Finetune.takes("file_data") == "archive"
    assert Finetune.takes("mode") == "picture" and not Image.managers_only
    for name, value in {"iterations": 99, "lora_rank": 8, "mode": "cat", "finetune_comment": " "}.items():
        refused(Finetune, **{**least, name: value})


def test_free_questions_about_finetunes() -> None:
    assert Call("GET", "/flux/v1/my_finetunes", timeout=30.0) == LIST
    assert details("a b/c").path == "/flux/v1/finetune_details?finetune_id=a%20b%2Fc"
    assert (delete("f-1").method, delete("f-1").path) == ("POST", "/flux/v1/delete_finetune")
    assert delete("f-1").json == {"finetune_id": "f-1"}
    assert not any(call.paid for call in (LIST, details("x"), delete("x")))


def test_every_tool_and_finetuned_model_is_tested() -> None:
    assert {*MODELS} - {*PICTURES} == {*TUNED_FULL} | {
        f"flux-pro-1.0-{tool}" for tool in ("fill", "expand", "canny", "depth")
    }
