"""/udio song: on the wire, on the card, how it can end, and what cannot be asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.udio import OFFICIAL, TASK, USUAL, sent, sing, song_ids, studio, sung
from tests.world import World


@pytest.fixture
async def udio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Udio's official form."""
    async with studio(tmp_path) as found:
        yield found


@pytest.fixture(params=["official", "task"])
async def either(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A relay with either form; the bot does not know which."""
    async with studio(tmp_path) as found:
        found.relay.udio.style = request.param
        yield found


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({}, {}),
        ({"lyrics": "[Verse]\nla", "seed": 7}, {"lyrics": "[Verse]\nla", "lyrics_type": "user", "seed": 7}),
        (
            {"instrumental": True, "model": "udio130-v1.5"},
            {"lyrics_type": "instrumental", "model_type": "udio130-v1.5"},
        ),
        (
            {
                "section_start": 90,
                "section_end": 99,
                "lyrics_start": 0,
                "lyrics_end": 100,
                "quality": 25,
                "manual": True,
            },
            {
                "song_section_start": 0.9,
                "song_section_end": 0.99,
                "lyrics_placement_start": 0,
                "lyrics_placement_end": 1,
                "generation_quality": 0.25,
                "bypass_prompt_optimization": True,
            },
        ),
        (
            {"prompt_strength": 1, "clarity": 2, "lyrics_strength": 3, "negative_prompt": "drums"},
            {"prompt_strength": 0.01, "clarity_strength": 0.02, "lyrics_strength": 0.03, "negative_prompt": "drums"},
        ),
    ],
)
async def test_song_on_the_wire(udio: World, options: dict[str, Any], changed: dict[str, Any]) -> None:
    result = await sing(udio, **options)
    await udio.work()
    assert sent(udio) == [(OFFICIAL, {**USUAL, **changed})]
    assert not result.ephemeral
    assert (await udio.task()).phase in {Phase.WAITING, Phase.RUNNING}


async def test_both_songs_on_the_card(either: World) -> None:
    task = await sung(either, quality=100)
    assert task.phase is Phase.DELIVERED
    assert [path for path, _fields in sent(either)] == [OFFICIAL if either.relay.udio.style == "official" else TASK]
    message = either.message(task)
    assert len(message.attachments) == len(song_ids(task)) == 2
    assert all(file.filename.endswith(".mp3") for file in message.attachments)
    whole, first, second = message.embeds
    assert whole.title == "🎶 Udio · song"
    options = {field.name: field.value for field in whole.fields}["Options"] or ""
    assert sorted(options.split(" · ")) == [r"`model` udio32\-v1.5", "`quality` 100"]
    for shown in (first, second):
        assert shown.description is not None and "soul, analog" in shown.description
        assert shown.thumbnail.url is not None
    assert either.labels(task) == ["Extend 1", "Extend 2", "Again", "Details", "Delete"]


async def test_many_songs_share_one_question(udio: World) -> None:
    for who in (udio.ann, udio.ben, udio.lin):
        await sing(udio, who)
    await udio.pass_time(30)
    assert {task.phase for task in await udio.tasks()} == {Phase.DELIVERED}
    asked = [call.path for call in udio.relay.calls if call.path.startswith("/udio/query")]
    assert len(asked) <= 7 and {path.count(",") for path in asked} == {5}


@pytest.mark.parametrize(
    ("settings", "offered", "path"),
    [
        ({"UDIO_STYLE": "task"}, "task", TASK),
        ({"UDIO_STYLE": "official"}, "official", OFFICIAL),
        ({"UDIO_STYLE": "auto"}, "task", TASK),
    ],
)
async def test_the_operator_s_style(tmp_path: Path, settings: dict[str, str], offered: Any, path: str) -> None:
    async with studio(tmp_path, **settings) as world:
        world.relay.udio.style = offered
        assert (await sung(world)).phase is Phase.DELIVERED
        tried = [call.path for call in world.relay.calls if call.method == "POST" and call.path.startswith("/udio")]
        assert tried == ([OFFICIAL, TASK] if settings["UDIO_STYLE"] == "auto" else [path])


async def test_a_style_that_the_relay_does_not_have(tmp_path: Path) -> None:
    async with studio(tmp_path, UDIO_STYLE="official") as world:
        world.relay.udio.style = "task"
        assert (await sung(world)).phase is Phase.FAILED
        assert world.relay.paid() == []


async def test_fields_without_gen_params(tmp_path: Path) -> None:
    async with studio(tmp_path, UDIO_FLAT="true") as world:
        world.relay.udio.flat_body = True
        assert (await sung(world)).phase is Phase.DELIVERED
        (call,) = [call for call in world.relay.calls if call.path == OFFICIAL]
        assert call.json == USUAL


async def test_a_relay_without_udio(udio: World) -> None:
    udio.relay.udio.offered = False
    task = await sung(udio)
    assert task.phase is Phase.FAILED
    assert "This relay does not offer that feature. Nothing was charged." in udio.text(task)
    assert refusal(await sing(udio)).startswith("This relay does not offer that.")


@pytest.mark.parametrize(
    ("prompt", "phase", "words"),
    [
        ("warm sim:fail", Phase.FAILED, "The model could not finish this generation"),
        ("warm sim:banned", Phase.FAILED, "The prompt was refused by content moderation"),
        ("warm sim:quota", Phase.FAILED, "The relay account has no credit left"),
        ("warm sim:partial", Phase.DELIVERED, "The second song could not be finished"),
        ("warm sim:throttle", Phase.DELIVERED, "✅ Finished"),
        ("warm sim:expired", Phase.DELIVERED, "✅ Finished"),
    ],
)
async def test_how_it_can_end(either: World, prompt: str, phase: Phase, words: str) -> None:
    either.relay.media_url = None if "expired" in prompt else either.relay.media_url
    task = await sung(either, prompt=prompt)
    assert (task.phase, words in either.text(task)) == (phase, True), either.text(task)
    if "partial" in prompt:
        assert len(either.message(task).attachments) == len(song_ids(task)) == 1
        assert either.labels(task)[0] == "Extend"


async def test_a_late_success_is_delivered(either: World) -> None:
    await sing(either, prompt="warm sim:late")
    await either.pass_time(150)
    task = await either.task()
    assert (task.phase, task.late) == (Phase.DELIVERED, True)
    assert len(either.relay.paid()) == 1


async def test_songs_that_nobody_knows(either: World) -> None:
    await sing(either, prompt="warm sim:lost")
    await either.pass_time(720, step=20)  # a song may stay unseen for ten minutes
    task = await either.task()
    assert task.phase is Phase.UNKNOWN
    assert len(either.relay.paid()) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"instrumental": True, "lyrics": "la"}, "An instrumental has no lyrics: leave `lyrics` out."),
        ({"instrumental": True, "lyrics_end": 50}, "An instrumental has no lyrics: leave `lyrics_end` out."),
        (
            {"section_start": 60, "section_end": 40},
            "`section_start` must lie before `section_end`: they are 60 % and 40 %.",
        ),
        ({"lyrics_end": 8}, "`lyrics_start` must lie before `lyrics_end`: they are 8 % and 8 %."),
        ({"prompt": " "}, "“prompt” is empty."),
    ],
)
async def test_what_cannot_be_asked_for(udio: World, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await sing(udio, **options)) == sentence
    assert await udio.tasks() == []


@pytest.mark.parametrize("options", [{"seed": -2}, {"clarity": 101}, {"section_start": -1}, {"model": "v2"}])
async def test_what_discord_itself_refuses(udio: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await sing(udio, **options)
