"""Flux: by the operator's settings: which model, in which form, and how the result is asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.lookup import Single
from bot.provider import INPUT
from bot.providers.flux import FLUX, FluxOptions
from bot.providers.flux.choose import edit, from_words, varied
from bot.providers.flux.finetunes import Finetune
from bot.providers.flux.models import PICTURES
from bot.providers.flux.openai import OpenaiEdit, OpenaiImage
from bot.providers.flux.requests import INPUTS, Edit, Image
from bot.providers.flux.tools import Fill
from bot.wire import Call, Part
from tests.providers.flux import STORED, WORDS, paid, sent

# ------------------------------------------------------------------------------------------------ being asked about


@pytest.mark.parametrize(("asked", "path"), [("query", "get_result?id=a%2Fb"), ("path", "get_result/a%2Fb")])
def test_how_a_result_is_asked_for(asked: str, path: str) -> None:
    for made in (Image.make(model="flux-dev", **WORDS, asked=asked), Fill.make(asked=asked)):
        (step,) = made.steps()
        report = step.read({"id": "1"}, {})
        lookup = FLUX.lookups[report.lookup]
        assert isinstance(lookup, Single) and report.lookup == asked
        assert lookup.ask("a/b") == Call("GET", f"/flux/v1/{path}", one=True, coded=True, timeout=30.0)
    (step,) = Finetune.make(finetune_comment="x", mode="style", asked=asked).steps()
    report = step.read({"finetune_id": "1"}, {})
    lookup = FLUX.lookups[report.lookup]
    assert isinstance(lookup, Single) and (lookup.ask("a/b").path, lookup.interval) == (f"/flux/v1/{path}", 30.0)


def test_a_model_that_is_missing_says_nothing_of_the_others() -> None:
    features = {Image.make(model=model, **WORDS).steps()[0].feature for model in PICTURES}
    assert features == {f"image/{model}" for model in PICTURES}


# ------------------------------------------------------------------------------------------------ choosing the form


KONTEXT = FluxOptions(openai_models="flux-schnell,flux-kontext-max", models="flux-dev, flux-schnell ,flux-kontext-max")


def test_the_operators_models() -> None:
    plain = FluxOptions()
    assert plain.usual == "flux-pro-1.1" and plain.editing == ["flux-kontext-pro", "flux-kontext-max"]
    other = FluxOptions(model="flux-dev", edit_model="flux-kontext-max")
    assert other.usual == "flux-dev" and other.editing[0] == "flux-kontext-max"
    assert from_words(other, None, WORDS) == Image(model="flux-dev", prompt="a lighthouse")
    assert from_words(FluxOptions(result="path"), "flux-pro", WORDS) == Image(
        model="flux-pro", prompt="a lighthouse", asked="path"
    )
    made = edit(FluxOptions(strict_edits=True), None, WORDS, pictures=1)
    assert made == Edit(model="flux-kontext-pro", prompt="a lighthouse", strict=True)
    with pytest.raises(Invalid) as caught:
        from_words(plain, "flux-2-pro", WORDS)
    assert str(caught.value.text).startswith("There is no model “flux-2-pro” here. Known: flux-pro-1.1, ")
    with pytest.raises(Invalid, match=r"There is no model “flux-dev” here\. Known: flux-kontext-pro, flux-kontext-max"):
        edit(plain, "flux-dev", WORDS, pictures=1)
    with pytest.raises(Invalid, match="None of the models"):
        edit(FluxOptions(models="flux-dev"), None, WORDS, pictures=1)
    with pytest.raises(Invalid, match="flux-kontext-pro takes 4 pictures at most, not 5"):
        edit(plain, None, WORDS, pictures=5)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"models": "flux-9"}, "there is no model “flux-9”"),
        ({"models": " , "}, "names no model"),
        ({"model": "flux-2-pro"}, "“flux-2-pro” is not among FLUX_MODELS"),
        ({"edit_model": "flux-dev"}, "“flux-dev” does not edit pictures"),
    ],
)
def test_what_an_operator_cannot_set(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        FluxOptions(**values)


@pytest.mark.parametrize(
    ("chosen", "body"),
    [
        ({}, {}),
        ({"width": 512}, {"size": "512x1024"}),
        ({"height": 768}, {"size": "1024x768"}),
        ({"width": 1280, "height": 960, "seed": None}, {"size": "1280x960"}),
        ({"aspect_ratio": "3:2"}, {"aspect_ratio": "3:2"}),
    ],
)
def test_openais_form(chosen: dict[str, Any], body: dict[str, Any]) -> None:
    made = from_words(KONTEXT, "flux-schnell", {**WORDS, **chosen})
    assert isinstance(made, OpenaiImage)
    assert sent(made) == paid("/v1/images/generations", {"model": "flux-schnell", **WORDS, **body})


def test_an_edit_in_openais_form() -> None:
    given = {**WORDS, "aspect_ratio": "1:1", INPUTS[0]: STORED, INPUTS[1]: f"{INPUT}def"}
    made = edit(KONTEXT, None, given, pictures=2)
    assert isinstance(made, OpenaiEdit) and made.inputs() == ["abc", "def"]
    words = (Part("model", "flux-kontext-max"), Part("prompt", "a lighthouse"), Part("aspect_ratio", "1:1"))
    files = (Part("image", STORED), Part("image", f"{INPUT}def"))
    assert sent(made) == Call("POST", "/v1/images/edits", form=(*words, *files), paid=True, timeout=180.0)
    other = edit(KONTEXT.model_copy(update={"openai_part": "image[]"}), None, given, pictures=2)
    assert [part.name for part in sent(other).form[3:]] == ["image[]", "image[]"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"seed": 1}, "`seed` cannot be chosen with flux-kontext-max on this relay: leave it out."),
        ({"step_count": 1}, "`steps` cannot be chosen with flux-kontext-max on this relay: leave it out."),
        ({"image_prompt": STORED}, "`reference` cannot be chosen with flux-kontext-max on this relay: leave it out."),
        ({"aspect_ratio": "1:1", "width": 512}, "Give either `aspect_ratio`, or `width` and `height`."),
    ],
)
def test_what_openais_form_does_not_have(chosen: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        from_words(KONTEXT, "flux-kontext-max", {**WORDS, **chosen})
    assert str(caught.value.text) == sentence


def test_variations() -> None:
    assert varied(FluxOptions(), "a lighthouse", STORED).call().json == {**WORDS, "image_prompt": STORED}
    assert varied(FluxOptions(model="flux-kontext-pro"), "", STORED).call().path == "/flux/v1/flux-pro-1.1"
    with pytest.raises(Invalid, match="takes a `reference` picture"):
        varied(FluxOptions(models="flux-kontext-pro"), "a lighthouse", STORED)
