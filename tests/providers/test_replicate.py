"""Replicate: what is asked for, with which calls, and what is refused before."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import Invalid
from bot.provider import INPUT
from bot.providers.replicate import ReplicateOptions, choose
from bot.providers.replicate.models import PRESETS, model_of
from bot.providers.replicate.requests import Image, Prediction, Run, Video
from bot.providers.replicate.words import inputs_of
from bot.wire import Call

OPTIONS = ReplicateOptions()
SHA = "5" * 64
SCHNELL, DEV = "black-forest-labs/flux-schnell", "black-forest-labs/flux-dev"
KONTEXT = "black-forest-labs/flux-kontext-pro"


def calls(submission: Prediction) -> list[tuple[str, str, Any]]:
    """(method, path, body) of the forms in the order in which they are tried."""
    (step,) = submission.steps()
    found = [choice.call({}) for choice in (step, *step.otherwise)]
    assert all(isinstance(call, Call) and call.paid for call in found)
    return [(call.method, call.path, call.json) for call in found if isinstance(call, Call)]


# ------------------------------------------------------------------------------------------------ inputs


TYPED: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("prompt=a fox", {"prompt": "a fox"}),
    ("prompt=a fox; at night; seed=7", {"prompt": "a fox; at night", "seed": 7}),
    ("prompt = a=b\n\n seed = 7 \nscale=0.5", {"prompt": "a=b", "seed": 7, "scale": 0.5}),
    ("a=true\nb=false\nc=null\nd=True", {"a": True, "b": False, "c": None, "d": "True"}),
    ('megapixels="1"', {"megapixels": "1"}),
    ('prompt="a; seed=3"; seed=4', {"prompt": "a; seed=3", "seed": 4}),
    ('prompt=5" and 6"; seed=4', {"prompt": '5" and 6"', "seed": 4}),
    ('prompt="unended', {"prompt": '"unended'}),
    ("prompt=[Push in] a fox", {"prompt": "[Push in] a fox"}),
    ('images=["@1", "@2"]', {"images": ["@1", "@2"]}),
    ("zip=007\nx=NaN\ny=1e999", {"zip": "007", "x": "NaN", "y": "1e999"}),
    ('{"prompt": "a\\nb", "n": [1, {"c": null}]}', {"prompt": "a\nb", "n": [1, {"c": None}]}),
    ("{}", {}),
]


def test_inputs_as_they_are_typed() -> None:
    for words, found in TYPED:
        assert inputs_of(words) == found, words


MISTAKES: list[tuple[str, str]] = [
    ("a fox", "“a fox” has no `=`. Write each input as `key=value` in its own line, or all of them as JSON."),
    ("prompt=a\nfox", "“fox” has no `=`."),
    ('{"prompt":x}', "The inputs begin like JSON, but they are none: Expecting value: line 1 column 11"),
    ("{" * 50, "The inputs begin like JSON, but they are none:"),
    ('{"a":' * 50 + "1" + "}" * 50, "The inputs begin like JSON, but they are none: nested too deeply."),
    ("[1]", "The inputs must be one JSON object, with a name for each of them."),
    ("seed=1\nseed=2", "The input “seed” is given twice: leave one of them out."),
    ('{"seed": 1, "a": {"b": 1, "b": 2}}', "The input “b” is given twice: leave one of them out."),
    ("a b=1", "“a b” cannot be the name of an input."),
    ("=1", "“” cannot be the name of an input."),
    ("prompt=", "“prompt” is empty."),
]


def test_inputs_that_are_none() -> None:
    for words, sentence in MISTAKES:
        with pytest.raises(Invalid) as caught:
            inputs_of(words)
        assert str(caught.value).startswith(sentence)


# ------------------------------------------------------------------------------------------------ models


@pytest.mark.parametrize(
    ("words", "model"),
    [
        (" a/b ", "a/b"),
        ("A-1/b.c_d", "A-1/b.c_d"),
        (f"a/b:{SHA}", f"a/b:{SHA}"),
        (SHA, SHA),
        ("https://replicate.com/a/b/", "a/b"),
        (f"replicate.com/a/b/versions/{SHA}", f"a/b:{SHA}"),
    ],
)
def test_models(words: str, model: str) -> None:
    assert model_of(words) == model


def test_what_is_no_model() -> None:
    for words in ("", "flux", "a/b/c", "a/b:1", "a b/c", "../b", "a/b?x", SHA[:-1], "a/" + "b" * 200):
        with pytest.raises(Invalid, match="is no model"):
            model_of(words)


def test_only_what_is_listed() -> None:
    options = ReplicateOptions(models=" a/b , c/d:" + SHA, only_listed=True)
    for model in ("a/b", "A/b", f"a/b:{SHA}", f"c/d:{SHA}"):
        assert choose.offered(options, model) == model
    for model in ("c/d", SHA, SCHNELL):
        with pytest.raises(Invalid) as caught:
            choose.offered(options, model)
        assert str(caught.value) == f"The model “{model}” is not offered here. There are: a/b, c/d:{SHA}."
    assert choose.offered(OPTIONS, "x/y") == "x/y"


def test_settings_that_cannot_be() -> None:
    wrong: list[dict[str, Any]] = [{"models": "a/b,flux"}, {"wait": 61}, {"wait": -1}, {"submit": "x"}, {"files": "x"}]
    for given in wrong:
        with pytest.raises(ValidationError):
            ReplicateOptions(**given)


# ------------------------------------------------------------------------------------------------ calls


def test_both_forms_in_the_order_of_the_setting() -> None:
    given = {"prompt": "a fox", "seed": 7}
    in_body = ("POST", "/replicate/v1/predictions", {"model": "a/b", "input": given})
    in_path = ("POST", "/replicate/v1/models/a/b/predictions", {"input": given})
    words = "prompt=a fox; seed=7"
    assert calls(choose.run(OPTIONS, "a/b", words, {})) == [in_body, in_path]
    assert calls(choose.run(ReplicateOptions(submit="models"), "a/b", words, {})) == [in_path, in_body]


@pytest.mark.parametrize("model", [SHA, f"a/b:{SHA}"])
def test_a_version_has_one_form(model: str) -> None:
    submission = choose.run(ReplicateOptions(submit="models"), model, "", {})
    assert calls(submission) == [("POST", "/replicate/v1/predictions", {"version": model, "input": {}})]
    assert submission.call().json == submission.body()


@pytest.mark.parametrize(("wait", "headers"), [(0, {}), (10, {"Prefer": "wait=10"})])
def test_the_relay_may_wait(wait: int, headers: dict[str, str]) -> None:
    call = choose.run(ReplicateOptions(wait=wait), "a/b", "", {}).call()
    assert (call.headers, call.timeout) == (headers, 60.0 + wait)


def test_files_stand_where_the_inputs_refer_to_them() -> None:
    chosen = choose.run(OPTIONS, "a/b", '{"a": "@2", "b": [{"c": " @1 "}], "d": "@bob"}', {1: "image", 2: "audio"})
    files = {"file1": f"{INPUT}one", "file2": f"{INPUT}two"}
    submission = Run.make(**{**chosen.model_dump(), **files})
    assert submission.body()["input"] == {"a": f"{INPUT}two", "b": [{"c": f"{INPUT}one"}], "d": "@bob"}
    assert submission.inputs_by_field() == [("file1", "one"), ("file2", "two")]
    assert [Run.takes(name) for name in ("file1", "file4")] == ["file", "file"]
    assert Run.picture_form(ReplicateOptions(files="url")) == "url"


@pytest.mark.parametrize(
    ("model", "family", "name"),
    [("a/b", "image", "image"), ("a/b", "audio", "audio"), ("a/b", "video", "video"), ("a/b", "application", "image"),
     (KONTEXT, "image", "input_image"), (f"{KONTEXT}:{SHA}", "image", "input_image"),
     ("minimax/video-01", "image", "first_frame_image"), (SCHNELL, "image", "image"), (KONTEXT, "video", "video")],
)  # fmt: skip
def test_a_file_without_a_reference(model: str, family: str, name: str) -> None:
    assert choose.run(OPTIONS, model, "prompt=x", {3: family}).input == {"prompt": "x", name: "@3"}


@pytest.mark.parametrize(
    ("inputs", "files", "sentence"),
    [
        ("image=@1", {}, "An input refers to file 1 as `@1`, but there is no such file."),
        ('{"a": ["@1", "@12"]}', {1: "image"}, "An input refers to file 12 as `@12`, but there is no such file."),
        ("a=@1", {1: "image", 2: "image"}, "No input uses file 2: say which one does, as in `image=@2`."),
        ("", {1: "image", 2: "image"}, "No input uses file 2: say which one does, as in `image=@2`."),
        ("image=https://x.example/a.png", {1: "image"}, "The input “image” is given twice: leave one of them out."),
    ],
)
def test_files_that_do_not_fit_the_inputs(inputs: str, files: dict[int, str], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        choose.run(OPTIONS, "a/b", inputs, files)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("given", "caption"),
    [({"prompt": " a fox "}, "a fox"), ({"seed": 1, "image": "@1", "text": "hello"}, "hello"), ({"prompt": 7}, "a/b"),
     ({"image": "https://x.example/a.png"}, "a/b"), ({}, "a/b")],
)  # fmt: skip
def test_what_a_run_is_called(given: dict[str, Any], caption: str) -> None:
    assert Run.make(model="a/b", input=given).caption == caption


# ------------------------------------------------------------------------------------------------ pictures, videos


def test_a_picture_with_everything() -> None:
    chosen = {"prompt": "a fox", "aspect_ratio": "16:9", "seed": 7, "count": 2, "image": "https://x.example/a.png"}
    made = choose.picture(OPTIONS, chosen, model=DEV, inputs="guidance=2.5", with_picture=True)
    assert made.wire_input() == {
        "prompt": "a fox", "image": "https://x.example/a.png", "aspect_ratio": "16:9", "seed": 7, "num_outputs": 2,
        "guidance": 2.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("with_picture", "models", "model"),
    [(False, OPTIONS.models, SCHNELL), (True, OPTIONS.models, KONTEXT), (True, f"{SCHNELL},{DEV}", DEV),
     (False, f"minimax/video-01,{DEV}", DEV)],
)  # fmt: skip
def test_the_usual_model_for_a_picture(with_picture: bool, models: str, model: str) -> None:
    options = ReplicateOptions(models=models)
    made = choose.picture(options, {"prompt": "x"}, model="", inputs="", with_picture=with_picture)
    assert made.model == model


def test_the_usual_model_for_a_video() -> None:
    live = ReplicateOptions(models="minimax/video-01-live,minimax/video-01")
    assert choose.video(live, "x", model="", inputs="", with_picture=False).model == "minimax/video-01"
    assert choose.video(live, "x", model="", inputs="", with_picture=True).model == "minimax/video-01-live"


@pytest.mark.parametrize(
    ("model", "chosen", "inputs", "with_picture", "sentence"),
    [
        (SCHNELL, {}, "", True, f"{SCHNELL} takes no `image`: leave it out, or choose another model."),
        (KONTEXT, {"count": 2}, "", False, f"{KONTEXT} takes no `n`: leave it out, or choose another model."),
        ("recraft-ai/recraft-v3", {"seed": 1}, "", False,
         "recraft-ai/recraft-v3 takes no `seed`: leave it out, or choose another model."),
        (SCHNELL, {"aspect_ratio": "wide"}, "", False,
         "`aspect_ratio` must be written like 16:9, or be `match_input_image`."),
        (SCHNELL, {"seed": 1}, "seed=2", False, "The input “seed” is given twice: leave one of them out."),
        (SCHNELL, {}, "prompt=x", False, "The input “prompt” is given twice: leave one of them out."),
        (SCHNELL, {"prompt": " "}, "", False, "“prompt” is empty."),
        (SCHNELL, {}, "image=@1", False,
         "`@1` can be used with `/replicate run` only: here the picture has an option of its own."),
        ("minimax/video-01", {}, "", False, "minimax/video-01 makes videos: use `/replicate video`."),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be(
    model: str, chosen: dict[str, Any], inputs: str, with_picture: bool, sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        choose.picture(OPTIONS, {"prompt": "x", **chosen}, model=model, inputs=inputs, with_picture=with_picture)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("model", "inputs", "sentence"),
    [
        ("minimax/video-01-live", "", "minimax/video-01-live begins with a picture: give it one with `image`."),
        (SCHNELL, "", f"{SCHNELL} makes pictures: use `/replicate image`."),
        ("x", "", "“x” is no model. Write `owner/name`, `owner/name:version`, or the 64 characters of a version."),
    ],
)
def test_videos_that_cannot_be(model: str, inputs: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        choose.video(OPTIONS, "x", model=model, inputs=inputs, with_picture=False)
    assert str(caught.value) == sentence


def test_a_picture_may_be_given_as_a_link() -> None:
    made = choose.video(
        OPTIONS,
        "x",
        model="minimax/video-01-live",
        inputs="first_frame_image=https://x.example/a.png",
        with_picture=False,
    )
    assert made.wire_input() == {"prompt": "x", "first_frame_image": "https://x.example/a.png"}


def test_models_that_nobody_knows() -> None:
    chosen = {"prompt": "x", "seed": 1, "count": 2, "aspect_ratio": "1:1", "image": "https://x.example/a.png"}
    made = choose.picture(OPTIONS, chosen, model="a/b", inputs="", with_picture=True)
    assert made.wire_input() == {
        "prompt": "x", "image": "https://x.example/a.png", "aspect_ratio": "1:1", "seed": 1, "num_outputs": 2,
    }  # fmt: skip
    assert choose.video(OPTIONS, "x", model="a/b", inputs="", with_picture=True).model == "a/b"


def test_nothing_that_suits_is_listed() -> None:
    none = ReplicateOptions(models=SCHNELL)
    with pytest.raises(Invalid, match="known to make that: choose one with `model`"):
        choose.video(none, "x", model="", inputs="", with_picture=False)
    with pytest.raises(Invalid, match="takes a picture for that"):
        choose.picture(none, {"prompt": "x"}, model="", inputs="", with_picture=True)
    with pytest.raises(Invalid, match="edits pictures"):
        choose.edits(none)


def test_a_preset_says_what_its_inputs_are_called() -> None:
    for name, preset in PRESETS.items():
        kind = Image if preset.kind == "image" else Video
        made = kind.make(model=name, prompt="x", **({"image": f"{INPUT}one"} if preset.picture else {}))
        assert made.wire_input() == {"prompt": "x", **({preset.picture: f"{INPUT}one"} if preset.picture else {})}
