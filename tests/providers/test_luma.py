"""Luma: what is sent for each submission, and what cannot be asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.lookup import Single
from bot.provider import CATALOGUE, INPUT, Options, Submission
from bot.providers.luma import LUMA, Extend, Generate, LumaOptions, OfficialGenerate
from bot.wire import Call

ID = "0b9f6a1e-1111-4222-9333-444455556666"
PNG = "https://cdn.example/first.png"
FRAME = {"type": "image", "url": PNG}


def paid(path: str, body: dict[str, Any]) -> Call:
    return Call("POST", path, json=body, paid=True, timeout=60.0)


@pytest.mark.parametrize(
    ("submission", "call"),
    [
        pytest.param(
            Generate.make(user_prompt=" a boat "),
            paid("/luma/generations", {"user_prompt": "a boat", "aspect_ratio": "16:9"}),
            id="text to video",
        ),
        pytest.param(
            Generate.make(
                user_prompt="a boat",
                aspect_ratio="9:21",
                expand_prompt=False,
                loop=True,
                image_url=PNG,
                image_end_url=f"{INPUT}77",
            ),
            paid(
                "/luma/generations",
                {
                    "user_prompt": "a boat",
                    "aspect_ratio": "9:21",
                    "expand_prompt": False,
                    "loop": True,
                    "image_url": PNG,
                    "image_end_url": "input:77",
                },
            ),
            id="everything",
        ),
        pytest.param(
            Generate.make(user_prompt="a boat", loop=None, image_url=None),
            paid("/luma/generations", {"user_prompt": "a boat", "aspect_ratio": "16:9"}),
            id="what was not given is not sent",
        ),
        pytest.param(
            Extend.make(user_prompt="it sinks", task_id=ID),
            paid(f"/luma/generations/{ID}/extend", {"user_prompt": "it sinks"}),
            id="extend",
        ),
        pytest.param(
            Extend.make(user_prompt="it sinks", task_id=ID, expand_prompt=True),
            paid(f"/luma/generations/{ID}/extend", {"user_prompt": "it sinks", "expand_prompt": True}),
            id="extend, prompt written out",
        ),
        pytest.param(
            OfficialGenerate.make(model="ray-2", prompt="a boat"),
            paid("/dream-machine/v1/generations", {"model": "ray-2", "prompt": "a boat", "aspect_ratio": "16:9"}),
            id="official",
        ),
        pytest.param(
            OfficialGenerate.make(
                model="ray-flash-2",
                prompt="a boat",
                loop=False,
                duration="9s",
                resolution="4k",
                image=PNG,
                end_image=PNG,
            ),
            paid(
                "/dream-machine/v1/generations",
                {
                    "model": "ray-flash-2",
                    "prompt": "a boat",
                    "aspect_ratio": "16:9",
                    "loop": False,
                    "duration": "9s",
                    "resolution": "4k",
                    "keyframes": {"frame0": FRAME, "frame1": FRAME},
                },
            ),
            id="official, first and last picture",
        ),
        pytest.param(
            OfficialGenerate.make(model="ray-2", prompt="on", extend_id=ID, end_image=PNG),
            paid(
                "/dream-machine/v1/generations",
                {
                    "model": "ray-2",
                    "prompt": "on",
                    "aspect_ratio": "16:9",
                    "keyframes": {"frame0": {"type": "generation", "id": ID}, "frame1": FRAME},
                },
            ),
            id="official extend",
        ),
    ],
)
def test_the_exact_call(submission: Submission, call: Call) -> None:
    assert submission.call() == call
    stored = CATALOGUE["luma", submission.action].model_validate_json(submission.model_dump_json())
    assert stored == submission
    assert stored.call() == call


def test_the_actions() -> None:
    names = {action: kind for (provider, action), kind in CATALOGUE.items() if provider == "luma"}
    assert names == {"generate": Generate, "extend": Extend, "official": OfficialGenerate}


@pytest.mark.parametrize("action", ["generate", "extend", "official"])
def test_the_caption_is_the_prompt(action: str) -> None:
    values = {"user_prompt": "a boat", "prompt": "a boat", "task_id": ID, "model": "ray-2"}
    assert CATALOGUE["luma", action].make(**values).caption == "a boat"


def test_stored_pictures_are_named_and_words_are_not() -> None:
    made = Generate.make(user_prompt=f"{INPUT} a boat", image_url=f"{INPUT}1", image_end_url=PNG)
    assert made.inputs() == ["1"]
    assert OfficialGenerate.make(model="ray-2", prompt=f"{INPUT}9", end_image=f"{INPUT}2").inputs() == ["2"]
    assert Extend.make(user_prompt=f"{INPUT}9", task_id=ID).inputs() == []


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (Generate, {"user_prompt": ""}, "“prompt” is empty."),
        (Generate, {"user_prompt": " \n "}, "“prompt” is empty."),
        (Generate, {"user_prompt": "x" * 5001}, "“prompt” is too long: 5001 characters, at most 5000."),
        (Generate, {"user_prompt": f" {'x' * 5001} "}, "“prompt” is too long: 5001 characters, at most 5000."),
        (Generate, {}, "“prompt” cannot be used: Field required."),
        (
            Generate,
            {"user_prompt": "x", "aspect_ratio": "2:1"},
            "“aspect_ratio” must be one of: 16:9, 1:1, 4:3, 3:4, 9:16, 21:9 or 9:21.",
        ),
        (Extend, {"user_prompt": "", "task_id": ID}, "“prompt” is empty."),
        (OfficialGenerate, {"prompt": "x", "model": "ray-9"}, "“model” must be one of: ray-2 or ray-flash-2."),
        (
            OfficialGenerate,
            {"prompt": "x" * 5001, "model": "ray-2"},
            "“prompt” is too long: 5001 characters, at most 5000.",
        ),
        (
            OfficialGenerate,
            {"prompt": "x", "model": "ray-2", "image": PNG, "extend_id": ID},
            "A video is continued from its own last frame: leave the first picture out.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(kind: type[Submission], values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        kind.make(**values)
    assert str(caught.value) == sentence


def test_the_longest_prompt_counts_without_the_space_around_it() -> None:
    made = Generate.make(user_prompt="  " + "任" * 5000 + "\n")
    assert made.caption == "任" * 5000


@pytest.mark.parametrize(
    ("kind", "options", "route", "form"),
    [
        (Generate, LumaOptions(), "", "data"),
        (Generate, LumaOptions(prefix="/pro", images="url"), "/pro", "url"),
        (Extend, LumaOptions(prefix="/vip", official_prefix="/luma"), "/vip", "data"),
        (OfficialGenerate, LumaOptions(prefix="/pro", images="data", official_prefix="/luma"), "/luma", "url"),
        (OfficialGenerate, LumaOptions(prefix="/pro"), "", "url"),
        (Generate, Options(prefix="/x"), "/x", "data"),
    ],
)
def test_the_operator_s_options(kind: type[Submission], options: Options, route: str, form: str) -> None:
    assert (kind.model_construct().route(options), kind.picture_form(options)) == (route, form)


def test_the_lookups() -> None:
    ids = [f"id-{number}" for number in range(120)]
    batch = LUMA.lookup
    assert batch is not None
    assert not isinstance(batch, Single)
    assert batch.calls(ids) == [
        Call("POST", "/luma/tasks", json={"ids": ids[start : start + 50]}, timeout=30.0) for start in (0, 50, 100)
    ]
    assert batch.calls([]) == []
    assert batch.ask(ID) == Call("GET", f"/luma/generations/{ID}", one=True, timeout=30.0)
    assert Generate.lookup == Extend.lookup == batch
    official = OfficialGenerate.lookup
    assert official is not None
    assert official.ask(ID) == Call("GET", f"/dream-machine/v1/generations/{ID}", one=True, timeout=30.0)


def test_luma_is_looked_for_without_paying() -> None:
    assert LUMA.probe == Call("POST", "/luma/tasks", json={"ids": []}, timeout=15.0)
