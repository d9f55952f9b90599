"""/suno song, write, lyrics and style: what the options and forms become on the wire."""

from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import here, refusal
from tests.discord.songs import (
    CUSTOM,
    FETCH,
    MUSIC,
    WORDS,
    bodies_to,
    chain,
    fill,
    finished,
    forget,
    names,
    one_tune,
    prefilled,
    submitted,
    sung,
    suno,
)
from tests.world import World, a_world, labels

AUK = {"mv": "chirp-auk"}
OWN = {"prompt": WORDS, "tags": "dream pop", "title": "Lanterns", **AUK}
TWO_SLIDERS = {
    "create_mode": "custom",
    "control_sliders": {"weirdness_constraint": 0.7, "style_weight": 0.0},
    "can_control_sliders": ["weirdness_constraint", "style_weight"],
}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (
            {"description": "calm piano"},
            {"gpt_description_prompt": "calm piano", "make_instrumental": False, "prompt": "", **AUK},
        ),
        (
            {"description": " tense score ", "instrumental": True, "model": "chirp-crow"},
            {"gpt_description_prompt": "tense score", "make_instrumental": True, "prompt": "", "mv": "chirp-crow"},
        ),
        (CUSTOM, {**OWN, "make_instrumental": False}),
        (
            {"style": "lofi", "instrumental": True},
            {"prompt": "", "tags": "lofi", "title": "", "make_instrumental": True, **AUK},
        ),
        (
            {**CUSTOM, "negative_style": "metal", "weirdness": 70, "style_weight": 0},
            {**OWN, "make_instrumental": False, "negative_tags": "metal", "metadata": TWO_SLIDERS},
        ),
        (
            {**CUSTOM, "vocal": "f", "model": "chirp-fenix"},
            {
                **OWN,
                "mv": "chirp-fenix",
                "make_instrumental": False,
                "vocal_gender": "f",
                "metadata": {"vocal_gender": "f"},
            },
        ),
    ],
)
async def test_every_mode_on_the_wire(world: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    result = await suno(world, "song", **options)
    assert result.deferred and world.relay.calls == []
    await world.work()
    assert chain(world) == [MUSIC, FETCH]
    assert submitted(world) == [body]
    assert [call.json["action"] for call in world.relay.calls if call.path == "/suno/fetch"] == ["MUSIC"]


@pytest.mark.parametrize(
    ("where", "members"),
    [("top", {"vocal_gender": "m"}), ("metadata", {"metadata": {"vocal_gender": "m"}})],
)
async def test_where_the_voice_stands_is_a_setting(tmp_path: Path, where: str, members: dict[str, Any]) -> None:
    async with a_world(tmp_path, SUNO_VOCAL=where, SUNO_MODEL="chirp-bluejay") as world:
        await suno(world, "song", **CUSTOM, vocal="m")
        await world.work()
        assert submitted(world) == [{**OWN, "mv": "chirp-bluejay", "make_instrumental": False, **members}]


async def test_the_models_are_a_setting(tmp_path: Path) -> None:
    async with a_world(tmp_path, SUNO_MODELS="mv-auk, chirp-v4", SUNO_MODEL="mv-auk") as world:
        found = await world.ann.autocomplete(world.channel, "suno song", "model", "")
        assert [(choice["name"], choice["value"]) for choice in found] == [
            ("mv-auk", "mv-auk"),
            ("v4 · chirp-v4", "chirp-v4"),
        ]
        result = await suno(world, "song", **CUSTOM, model="chirp-auk")
        assert refusal(result) == "There is no model “chirp-auk” here. Known: mv-auk, chirp-v4."


async def test_models_newest_first(world: World) -> None:
    found = await world.ann.autocomplete(world.channel, "suno song", "model", "")
    assert [choice["name"] for choice in found] == [
        "v5.5 · chirp-fenix",
        "v5 · chirp-crow",
        "v4.5+ · chirp-bluejay",
        "v4.5-all · chirp-auk-turbo",
        "v4.5 · chirp-auk",
        "v4 · chirp-v4",
        "v3.5 · chirp-v3-5",
        "v3 · chirp-v3-0",
    ]
    for command in ("write", "extend", "cover", "replace", "layer"):
        found = await world.ann.autocomplete(world.channel, f"suno {command}", "model", " V5"[1:])
        assert [choice["value"] for choice in found] == ["chirp-fenix", "chirp-crow"]


async def test_discord_keeps_the_limits_of_the_options(world: World) -> None:
    refused: list[dict[str, Any]] = [
        {"description": "x" * 201},
        {"title": "x" * 81},
        {"weirdness": 101},
        {"style_weight": -1},
        {"vocal": "x"},
    ]
    for options in refused:
        with pytest.raises(OptionError):
            await suno(world, "song", **options)
    assert await world.tasks() == []


# ------------------------------------------------------------------------------------------------ persona


async def test_a_persona_sings(world: World) -> None:
    origin = await sung(world)
    persona = await finished(world, "persona create", song=f"{origin.id}.1", name="Lantern voice")
    root = origin.data["clips"][1]["id"]
    forget(world)
    await suno(world, "song", **CUSTOM, persona=persona.id)
    await suno(world, "song", **CUSTOM, persona=persona.id, voice_only=True, model="chirp-crow")
    await suno(world, "song", **CUSTOM, persona=persona.id, model="chirp-v4")
    await world.pass_time(15)
    voice = {"generation_type": "TEXT", "persona_id": persona.data["persona"], "artist_clip_id": root}
    bodies = sorted(submitted(world), key=lambda body: body["mv"])
    assert bodies == [
        {**OWN, "task": "artist_consistency", **voice},
        {**OWN, "task": "artist_consistency_vox", **voice, "mv": "chirp-crow"},
        {**OWN, "task": "artist_consistency", **voice, "mv": "chirp-v4-tau"},
    ]
    assert {task.parent_id for task in (await world.tasks())[2:]} == {persona.id}
    assert {task.phase for task in await world.tasks()} == {Phase.DELIVERED}


# ------------------------------------------------------------------------------------------------ write


async def test_long_lyrics_in_a_form(world: World) -> None:
    one_tune(world)
    form = await suno(world, "write", model="chirp-bluejay", vocal="f")
    assert form.modal is not None and form.modal["title"] == "Write a song"
    assert prefilled(form) == {"lyrics": "", "style": "", "title": ""}
    result = await fill(world, form, lyrics=WORDS * 90, style="folk", title="Long")
    await world.pass_time(15)
    task = await world.task()
    assert here(result).id == task.place.message_id and task.phase is Phase.DELIVERED
    voice = {"vocal_gender": "f", "metadata": {"vocal_gender": "f"}}
    own = {"prompt": WORDS * 90, "tags": "folk", "title": "Long", "make_instrumental": False}
    assert submitted(world) == [{**own, "mv": "chirp-bluejay", **voice}]


async def test_a_form_without_lyrics_is_an_instrumental(world: World) -> None:
    await fill(world, await suno(world, "write"), style="lofi", lyrics="  ")
    await world.work()
    assert submitted(world) == [{"prompt": "", "tags": "lofi", "title": "", "make_instrumental": True, **AUK}]


async def test_an_empty_form(world: World) -> None:
    result = await fill(world, await suno(world, "write"), title="Nothing")
    assert refusal(result).startswith("Say what to sing: a `description` or `lyrics`")
    assert await world.tasks() == []


async def test_a_form_after_a_restart(world: World) -> None:
    form = await suno(world, "write", model="chirp-crow")
    await world.restart()
    await fill(world, form, style="lofi")
    await world.work()
    assert [body["mv"] for body in submitted(world)] == ["chirp-crow"]


async def test_no_form_when_the_line_is_full(tmp_path: Path) -> None:
    async with a_world(tmp_path, QUEUED_TASKS_PER_USER="1") as world:
        await suno(world, "song", **CUSTOM)
        result = await suno(world, "write")
        assert result.modal is None
        assert refusal(result) == "You already have 1 requests waiting in line. Wait for some, or cancel one."


# ------------------------------------------------------------------------------------------------ lyrics, style


async def test_lyrics_become_a_song(world: World) -> None:
    task = await finished(world, "lyrics", about="tides")
    assert chain(world) == ["POST /suno/submit/lyrics", FETCH]
    assert bodies_to(world, "/suno/submit/lyrics") == [{"prompt": "tides"}]
    assert {call.json["action"] for call in world.relay.calls[1:]} == {"LYRICS"}
    assert "\\[Chorus\\]\nOh, tides" in world.text(task)
    assert world.labels(task) == ["Again", "Make this a song", "Details", "Delete"]
    one_tune(world)
    form = await world.press(task, "suno-write")
    written = prefilled(form)
    assert written["title"] == "Tides" and written["style"] == "folk, warm"
    assert written["lyrics"].startswith("[Verse]\nThe morning finds us with tides")
    forget(world)
    await fill(world, form, title="Ebb")
    await world.pass_time(15)
    made = await world.task()
    assert (made.parent_id, made.phase) == (task.id, Phase.DELIVERED)
    assert chain(world) == [MUSIC, FETCH]
    own = {"prompt": written["lyrics"].strip(), "tags": "folk, warm", "title": "Ebb"}
    assert submitted(world) == [{**own, "make_instrumental": False, **AUK}]
    assert len(names(world, made)) == 2


async def test_a_style_becomes_a_song(world: World) -> None:
    task = await finished(world, "style", style=" sad piano ")
    assert chain(world) == ["POST /suno/act/tags"]
    assert bodies_to(world, "/suno/act/tags") == [{"original_tags": "sad piano"}]
    richer = "sad piano, intimate vocals, warm analogue production, wide stereo image"
    assert richer in world.text(task)
    assert labels(world.message(task)) == ["Again", "Make this a song", "Details", "Delete"]
    form = await world.press(task, "suno-write")
    assert prefilled(form) == {"lyrics": "", "style": richer, "title": ""}
    await fill(world, form, lyrics=WORDS)
    await world.work()
    assert submitted(world) == [{"prompt": WORDS, "tags": richer, "title": "", "make_instrumental": False, **AUK}]


async def test_lyrics_that_fail(world: World) -> None:
    task = await finished(world, "lyrics", about="sim:banned words")
    assert task.phase is Phase.FAILED
    assert "The prompt was refused by content moderation" in world.text(task)
    assert world.labels(task) == ["Retry", "Details", "Delete"]
