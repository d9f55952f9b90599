"""Udio: what is sent for each request, and what cannot be asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.lookup import Batch, Single
from bot.provider import CATALOGUE, Options
from bot.providers.udio import UDIO
from bot.providers.udio.declared import UdioOptions
from bot.providers.udio.requests import OFFICIAL, TASK, Extend, Music, Song
from bot.providers.udio.songs import Song as Found
from bot.wire import Call

A, B = "5e0c9a41-7d22-4f0e-9b13-0a1b2c3d4e5f", "6f1dab52-8e33-4a1f-8c24-1b2c3d4e5f60"
LYRICS = "[Verse]\nA line in amber"
USUAL = {
    "prompt": "warm soul",
    "lyrics": "",
    "lyrics_type": "generate",
    "model_type": "udio32-v1.5",
    "config": {"mode": "regular"},
    "negative_prompt": "",
    "bypass_prompt_optimization": False,
    "seed": -1,
    "song_section_start": 0,
    "song_section_end": 1,
    "lyrics_placement_start": 0.08,
    "lyrics_placement_end": 0.9,
    "prompt_strength": 0.5,
    "clarity_strength": 0.25,
    "lyrics_strength": 0.5,
    "generation_quality": 0.75,
}
SOURCE = {"source_type": "song", "song_id": A}


def called(made: Music) -> list[Call]:
    """Every call that may be made for the request, the first first."""
    (step,) = made.steps()
    found = [choice.call({}) for choice in (step, *step.otherwise)]
    assert found[0] == made.call()
    return [call for call in found if isinstance(call, Call)]


def fields(made: Music) -> dict[str, Any]:
    """What is inside of ``gen_params``."""
    (inside,) = made.call().json.values()
    return dict(inside)


def paid(path: str, body: dict[str, Any]) -> Call:
    return Call("POST", path, json=body, paid=True, timeout=60.0)


@pytest.mark.parametrize(
    ("style", "paths"),
    [("auto", [OFFICIAL, TASK]), ("official", [OFFICIAL]), ("task", [TASK]), (None, [OFFICIAL, TASK])],
)
def test_the_form_the_operator_chose(style: str | None, paths: list[str]) -> None:
    made = Song.make(prompt=" warm soul ", style=style)
    assert called(made) == [paid(path, {"gen_params": USUAL}) for path in paths]


def test_fields_without_gen_params() -> None:
    assert Song.make(prompt="warm soul", flat=True, style="task").call() == paid(TASK, USUAL)


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        ({"lyrics": f" {LYRICS}\n"}, {"lyrics": LYRICS, "lyrics_type": "user"}),
        ({"lyrics": " \n"}, {}),
        ({"lyrics": "la", "instrumental": False}, {"lyrics": "la", "lyrics_type": "user"}),
        ({"instrumental": True}, {"lyrics_type": "instrumental"}),
        ({"instrumental": True, "lyrics": " "}, {"lyrics_type": "instrumental"}),
        ({"model_type": "udio130-v1.5"}, {"model_type": "udio130-v1.5"}),
        ({"negative_prompt": "drums", "seed": 0}, {"negative_prompt": "drums", "seed": 0}),
        (
            {"seed": 2**31 - 1, "bypass_prompt_optimization": True},
            {"seed": 2147483647, "bypass_prompt_optimization": True},
        ),
        ({"song_section_start": 40, "song_section_end": 41}, {"song_section_start": 0.4, "song_section_end": 0.41}),
        (
            {"lyrics_placement_start": 0, "lyrics_placement_end": 95},
            {"lyrics_placement_start": 0, "lyrics_placement_end": 0.95},
        ),
        (
            {"prompt_strength": 100, "clarity_strength": 0, "lyrics_strength": 7},
            {"prompt_strength": 1, "clarity_strength": 0, "lyrics_strength": 0.07},
        ),
        ({"generation_quality": 100}, {"generation_quality": 1}),
    ],
)
def test_what_a_choice_changes(values: dict[str, Any], changed: dict[str, Any]) -> None:
    made = Song.make(prompt="warm soul", **values)
    assert fields(made) == {**USUAL, **changed}
    assert Song.restored(made.model_dump_json(exclude_none=True)) == made


@pytest.mark.parametrize(("side", "mode"), [(None, "continuation"), ("after", "continuation"), ("before", "precede")])
@pytest.mark.parametrize("context", [None, 1, 130])
def test_a_longer_song(side: str | None, mode: str, context: int | None) -> None:
    made = Extend.make(prompt="warm soul", song_id=A, side=side, context_length=context)
    config = {"mode": mode, "context_length": context or 130, "source": SOURCE}
    assert fields(made) == {**USUAL, "config": config, "song_section_start": 0.4}
    assert [call.path for call in called(made)] == [OFFICIAL, TASK]


def test_a_longer_song_is_like_the_one_that_goes_on() -> None:
    parent = Song.make(
        prompt="warm soul", model_type="udio130-v1.5", instrumental=True, seed=7, negative_prompt="drums"
    )
    like = fields(Extend.of(Found(A), parent))
    config = {"mode": "continuation", "context_length": 130, "source": SOURCE}
    wanted = {**USUAL, "model_type": "udio130-v1.5", "lyrics_type": "instrumental", "song_section_start": 0.4}
    assert like == {**wanted, "config": config}
    other = fields(
        Extend.of(Found(A), parent, prompt="cold", lyrics="la", model_type="udio32-v1.5", song_section_start=90)
    )
    assert (other["prompt"], other["lyrics_type"], other["model_type"]) == ("cold", "user", "udio32-v1.5")
    assert other["song_section_start"] == 0.9
    assert fields(Extend.of(Found(A), parent, instrumental=False))["lyrics_type"] == "generate"
    assert fields(Extend.of(Found(A), parent, lyrics=" "))["lyrics_type"] == "instrumental"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": " "}, "“prompt” is empty."),
        ({"instrumental": True, "lyrics": "la"}, "An instrumental has no lyrics: leave `lyrics` out."),
        ({"instrumental": True, "lyrics_strength": 50}, "An instrumental has no lyrics: leave `lyrics_strength` out."),
        ({"instrumental": True, "lyrics_placement_end": 50}, "An instrumental has no lyrics: leave `lyrics_end` out."),
        (
            {"song_section_start": 50, "song_section_end": 50},
            "`section_start` must lie before `section_end`: they are 50 % and 50 %.",
        ),
        ({"song_section_end": 0}, "`section_start` must lie before `section_end`: they are 0 % and 0 %."),
        ({"lyrics_placement_start": 95}, "`lyrics_start` must lie before `lyrics_end`: they are 95 % and 90 %."),
        ({"model_type": "udio"}, "“model” must be one of: udio32-v1.5 or udio130-v1.5."),
        ({"generation_quality": 60}, "“quality” must be one of: 25, 50, 75 or 100."),
        ({"clarity_strength": 101}, "“clarity” cannot be used: Input should be less than or equal to 100."),
        ({"song_section_start": -1}, "“section_start” cannot be used: Input should be greater than or equal to 0."),
        ({"seed": -2}, "“seed” cannot be used: Input should be greater than or equal to -1."),
        ({"seed": 2**31}, "“seed” cannot be used: Input should be less than or equal to 2147483647."),
    ],
)
def test_what_cannot_be_asked_for(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Song.make(**{"prompt": "warm soul", **values})
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"song_section_end": 40}, "`section_start` must lie before `section_end`: they are 40 % and 40 %."),
        ({"context_length": 0}, "“context” cannot be used: Input should be greater than or equal to 1."),
        ({"context_length": 131}, "“context” cannot be used: Input should be less than or equal to 130."),
        ({"side": "left"}, "“side” must be one of: after or before."),
    ],
)
def test_what_a_longer_song_cannot_be(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Extend.of(Found(A), Song.make(prompt="warm soul"), **values)
    assert str(caught.value) == sentence


def test_the_actions_and_what_a_card_does_not_show() -> None:
    assert {action: kind for (name, action), kind in CATALOGUE.items() if name == "udio"} == {
        "song": Song,
        "extend": Extend,
    }
    assert {name for name in Extend.model_fields if not Extend.is_shown(name)} == {"song_id", "style", "flat"}
    assert Song.make(prompt="warm soul").parameters().keys() == {"prompt", "model_type", "style", "flat"}
    assert Song.make(prompt="warm soul").inputs() == []
    assert Song.make(prompt="warm soul").route(Options(prefix="/pro")) == "/pro"
    assert UdioOptions() == UdioOptions(style="auto", flat=False, prefix="")


def test_the_lookups() -> None:
    batch, single = UDIO.lookups["songs"], UDIO.lookups["task"]
    assert isinstance(batch, Batch) and isinstance(single, Single)
    assert UDIO.lookup == Song.lookup == batch
    assert batch.ids(f"{A},{B}") == [A, B]
    many = [f"id-{number}" for number in range(41)]
    assert [call.path.count(",") + 1 for call in batch.calls(many)] == [20, 20, 1]
    assert batch.calls(["a b", "c"]) == [Call("GET", "/udio/query?ids=a%20b,c", timeout=30.0)]
    assert batch.ask(f"{A},{B}") == Call("GET", f"/udio/query?ids={A},{B}", one=True, timeout=30.0)
    assert single.ask("a/b") == Call("GET", "/udio/fetch/a%2Fb", one=True, timeout=30.0)
