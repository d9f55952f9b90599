"""Pika: what is sent in either form, and what cannot be asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.lookup import Single
from bot.provider import Given, Options
from bot.providers.pika import PIKA, Effect, Film, PikaOptions
from bot.providers.pika.requests import EFFECTS
from bot.sniff import PNG
from bot.step import Step
from bot.wire import Call

PICTURE, CLIP = "https://cdn.example/in.png", "https://cdn.example/in.mp4"
PARAMETERS = {"guidanceScale": 12, "motion": 1, "negativePrompt": ""}
SETTINGS = {"frameRate": 24, "camera": {}, "parameters": PARAMETERS}
PLAIN = {"promptText": "a fox", "model": "2.0", "pikaffect": "", "options": {**SETTINGS, "extend": False}}
PRO = {"prompt": "a fox", "ratio": "16:9", "model": 1.5, "options": SETTINGS}
CHOSEN = {"pan": "left", "tilt": "down", "rotate": "ccw", "zoom": "in", "frame_rate": 8}
CHOSEN |= {"motion": 4, "guidance": 25, "negative_prompt": "rain", "seed": 0}
CAMERA = {"pan": "left", "tilt": "down", "rotate": "ccw", "zoom": "in"}
ALL_CHOSEN = {
    "frameRate": 8,
    "camera": CAMERA,
    "parameters": {"guidanceScale": 25, "motion": 4, "negativePrompt": "rain", "seed": 0},
}


def body(submission: Film | Effect) -> Any:
    call = submission.call()
    assert (call.method, call.paid) == ("POST", True)
    assert call.path == ("/pika/generate" if submission.form == "generate" else "/pika/pro/generate")
    return call.json


def shaped(ratio: float, **more: Any) -> dict[str, Any]:
    return {**PLAIN, "options": {"aspectRatio": ratio, **SETTINGS, "extend": False, **more}}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, shaped(16 / 9)),
        ({"aspect_ratio": "3:4", "model": "1.5"}, shaped(0.75) | {"model": "1.5"}),
        ({"aspect_ratio": "5:2"}, shaped(2.5)),
        ({"aspect_ratio": " 1 x 1 "}, shaped(1.0)),
        ({"image": PICTURE}, {**PLAIN, "image": PICTURE}),
        ({"video": CLIP}, {**PLAIN, "video": CLIP}),
        ({"video": CLIP, "aspect_ratio": "9:16"}, {**shaped(0.5625), "video": CLIP}),
        (CHOSEN, shaped(16 / 9, **ALL_CHOSEN)),
        ({"sound": False, "style": ""}, shaped(16 / 9)),
    ],
)
def test_a_video_in_the_form_generate(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert body(Film.make(prompt="a fox", **given)) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, PRO),
        ({"aspect_ratio": "3:4", "model": "2.0"}, {**PRO, "ratio": "3:4", "model": 2.0}),
        ({"image": PICTURE}, {**PRO, "image": PICTURE}),
        ({"image": PICTURE, "shape": "4:5"}, {**PRO, "image": PICTURE, "ratio": "4:5"}),
        ({"image": PICTURE, "shape": "4:5", "aspect_ratio": "1:1"}, {**PRO, "image": PICTURE, "ratio": "1:1"}),
        ({"video": CLIP}, {**PRO, "video": CLIP}),
        ({"sound": True, "style": "Anime"}, {**PRO, "sfx": True, "style": "Anime"}),
        ({"sound": False}, {**PRO, "sfx": False}),
        ({"callback": "https://bot.example/hook"}, {**PRO, "callback_url": "https://bot.example/hook"}),
        (CHOSEN, {**PRO, "options": ALL_CHOSEN}),
    ],
)
def test_a_video_in_the_form_pro(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert body(Film.make(prompt="a fox", form="pro", **given)) == wanted


def test_an_effect() -> None:
    usual = Effect.make(effect="cakeify", image=PICTURE)
    effect = {"promptText": "Cake-ify it", "pikaffect": "Cake-ify", "image": PICTURE}
    assert (usual.effect, usual.caption, body(usual)) == ("Cake-ify", "Cake-ify it", {**PLAIN, **effect})
    own = Effect.make(effect="Melt", image=PICTURE, prompt="it runs down", form="pro", shape="1:1", seed=5)
    melted = {"prompt": "it runs down", "style": "Melt", "image": PICTURE, "ratio": "1:1"}
    parameters = {"parameters": {**PARAMETERS, "seed": 5}}
    assert body(own) == {**PRO, **melted, "options": {**SETTINGS, **parameters}}
    assert len(EFFECTS) == 16 and all(Effect.make(effect=name.upper()).effect == name for name in EFFECTS)


def calls(step: Step) -> list[Call]:
    found = [choice.call({}) for choice in (step, *step.otherwise)]
    return [call for call in found if isinstance(call, Call)]


@pytest.mark.parametrize("form", ["generate", "pro"])
def test_where_one_form_is_not_offered_the_other_is_tried(form: str) -> None:
    (step,) = Film.make(prompt="a fox", form=form).steps()
    forms = ["generate", "pro"] if form == "generate" else ["pro", "generate"]
    bodies = {"/pika/generate": shaped(16 / 9), "/pika/pro/generate": PRO}
    assert [choice.lookup for choice in (step, *step.otherwise)] == forms
    assert [(call.path, call.json) for call in calls(step)] == sorted(bodies.items(), reverse=form == "pro")


def test_how_either_form_is_asked() -> None:
    generate, pro = PIKA.lookups["generate"], PIKA.lookups["pro"]
    assert isinstance(generate, Single) and isinstance(pro, Single) and pro.otherwise is not None
    asked = [lookup.ask("a/b") for lookup in (generate, pro, pro.otherwise)]
    assert [(call.method, call.path, call.json) for call in asked] == [
        ("GET", "/pika/feed/a%2Fb", None),
        ("POST", "/pika/feed", {"task_id": "a/b"}),
        ("GET", "/pika/feed?task_id=a%2Fb", None),
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"prompt": " "}, "“prompt” is empty."),
        ({"motion": 0}, "`motion` must lie between 1 and 4."),
        ({"motion": 5}, "`motion` must lie between 1 and 4."),
        ({"guidance": 26}, "`guidance` must lie between 5 and 25."),
        ({"frame_rate": 25}, "`frame_rate` must lie between 1 and 24."),
        ({"aspect_ratio": "wide"}, "`aspect_ratio` must be written like 16:9 and lie between 5:2 and 2:5."),
        ({"aspect_ratio": "21:9"}, None),
        ({"aspect_ratio": "3:1"}, "`aspect_ratio` must be written like 16:9 and lie between 5:2 and 2:5."),
        ({"aspect_ratio": "0:0"}, "`aspect_ratio` must be written like 16:9 and lie between 5:2 and 2:5."),
        ({"pan": "up"}, "“pan” must be one of: left or right."),
        ({"image": PICTURE, "video": CLIP}, "Give either `image` or `video`, not both."),
        (
            {"image": PICTURE, "aspect_ratio": "1:1"},
            "The video takes the shape of the picture: leave `aspect_ratio` out.",
        ),
        ({"image": PICTURE, "aspect_ratio": "1:1", "form": "pro"}, None),
        ({"sound": True}, "This relay's form of Pika does not know `sound`: leave it out."),
        ({"style": "Anime"}, "This relay's form of Pika does not know `style`: leave it out."),
        ({"style": "melt", "form": "pro"}, "“melt” is an effect: use `/pika effect` with a picture."),
    ],
)
def test_limits_of_a_video(given: dict[str, Any], sentence: str | None) -> None:
    if sentence is None:
        assert Film.make(**{"prompt": "a fox", **given}).call().paid
        return
    with pytest.raises(Invalid) as caught:
        Film.make(**{"prompt": "a fox", **given})
    assert str(caught.value.text) == sentence


def test_what_the_other_form_cannot_say() -> None:
    (step,) = Film.make(prompt="a fox", form="pro", sound=True).steps()
    with pytest.raises(Invalid, match="does not know `sound`"):
        step.otherwise[0].call({})
    for model in ("turbo", "nan", "1e999"):
        with pytest.raises(Invalid, match=f"as a number, such as 1.5, not “{model}”"):
            Film.make(prompt="a fox", model=model).steps()[0].otherwise[0].call({})
    (step,) = Film.make(prompt="a fox", form="pro", image=PICTURE, aspect_ratio="1:1").steps()
    assert calls(step)[1].json == {**PLAIN, "image": PICTURE}


@pytest.mark.parametrize("name", ["burn", "", "🐇", "melts"])
def test_an_effect_that_nobody_knows(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        Effect.make(effect=name)
    assert str(caught.value.text) == f"There is no effect “{name}”. There are {', '.join(EFFECTS)}."


@pytest.mark.parametrize("form", ["generate", "pro"])
def test_an_effect_without_a_picture(form: str) -> None:
    (step,) = Effect.make(effect="Melt", form=form).steps()
    with pytest.raises(Invalid, match="An effect needs a picture"):
        step.call({})


@pytest.mark.parametrize(
    ("pixels", "shape"),
    [((640, 360), "16:9"), ((3000, 4000), "3:4"), ((5000, 100), "5:2"), ((100, 5000), "9:16"), ((101, 100), "1:1"),
     ((0, 10), None), (None, None)],
)  # fmt: skip
def test_the_shape_of_a_picture(pixels: tuple[int, int] | None, shape: str | None) -> None:
    found = Film.check_input("image", Given(PNG, 100, pixels=pixels), Options())
    assert found == ({"shape": shape} if shape else {})


def test_how_files_are_given() -> None:
    assert Film.takes("video") == "video" and Film.takes("image") == "picture"
    for form in ("url", "data", "base64"):
        options = PikaOptions.model_validate({"images": form})
        assert Film.input_form("image", options) == form
        assert Film.input_form("video", options) == "url"


def test_the_operator_s_models() -> None:
    assert PikaOptions().offered == ["2.0", "1.5"]
    assert PikaOptions(models=" 2.2, ,1.5").offered == ["2.2", "1.5"]
