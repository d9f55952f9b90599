"""What cannot be asked for is said in a sentence of its own, and nothing is paid for it."""

from typing import Any

import pytest
from simcord import InteractionResult, OptionError

from bot.providers.luma import LUMA
from bot.task import Phase, Task
from bot.ui.actions import OTHER_VERSION
from tests.discord.kit import STRANGER, forge, one_film, refusal
from tests.discord.songs import (
    CUSTOM,
    fill,
    finished,
    forget,
    press,
    song,
    sung,
    suno,
)
from tests.world import World

LENGTH = "`{}` is outside of the song: it is 0:24 long, {} was given."
NO_TIME = "`{}` is no time: “{}”. Write seconds (92.5) or 1:32."
ORDER = "The section must end after it begins: `from` is {}, `to` is {}."
SECTION: dict[str, Any] = {"lyrics": "on and on"}


async def refused(world: World, result: InteractionResult, tasks: int = 1) -> str:
    """The sentence; the relay heard of nothing, and no task was made."""
    await world.pass_time(10)
    assert world.relay.calls == [] and len(await world.tasks()) == tasks
    return refusal(result)


# ------------------------------------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("extend", {"at": "0:25"}, LENGTH.format("at", "0:25")),
        ("extend", {"at": "0"}, LENGTH.format("at", "0:00")),
        ("extend", {"at": "1:00:00"}, LENGTH.format("at", "60:00")),
        ("extend", {"at": "soon"}, NO_TIME.format("at", "soon")),
        ("extend", {"at": "-5"}, NO_TIME.format("at", "-5")),
        ("replace", {"from": "9", "to": "0:09", **SECTION}, ORDER.format("0:09", "0:09")),
        ("replace", {"from": "12", "to": "9", **SECTION}, ORDER.format("0:12", "0:09")),
        ("replace", {"from": "12", "to": "25", **SECTION}, LENGTH.format("to", "0:25")),
        ("replace", {"from": "x", "to": "9", **SECTION}, NO_TIME.format("from", "x")),
        ("replace", {"from": "2", "to": "", **SECTION}, NO_TIME.format("to", "")),
        ("layer", {"add": "vocals", "from": "30", "lyrics": "on"}, ORDER.format("0:30", "0:24")),
        ("layer", {"add": "vocals", "to": "2:00", "lyrics": "on"}, LENGTH.format("to", "2:00")),
        ("sample", {"from": "8", "to": "2"}, ORDER.format("0:08", "0:02")),
        ("sample", {"from": "8", "to": "200"}, LENGTH.format("to", "3:20")),
        ("sample", {"from": "a", "to": "b"}, NO_TIME.format("from", "a")),
    ],
)
async def test_times(world: World, command: str, options: dict[str, Any], sentence: str) -> None:
    origin = await sung(world)
    assert await refused(world, await suno(world, command, song=song(origin), **options)) == sentence


async def test_times_in_a_form(world: World) -> None:
    origin = await sung(world)
    form = await press(world, origin, "extend")
    assert await refused(world, await fill(world, form, at="noon")) == NO_TIME.format("at", "noon")
    form = await press(world, origin, "replace")
    result = await fill(world, form, from_="0:20", to="0:10", lyrics="on")
    assert await refused(world, result) == ORDER.format("0:20", "0:10")


async def test_the_end_as_it_is_shown_is_the_end(world: World) -> None:
    """A length is shown in whole seconds; what is read there may be typed."""
    origin = await sung(world)
    await suno(world, "extend", song=song(origin), at="0:24")
    await world.work()
    assert world.relay.calls[0].json["continue_at"] == 24.0


# ------------------------------------------------------------------------------------------------ which song


@pytest.mark.parametrize("command", ["extend", "join", "cover", "stems", "timing", "wav", "mp4", "midi"])
async def test_somebody_elses_song(world: World, command: str) -> None:
    origin = await sung(world)
    more = {"style": "metal"} if command == "cover" else {}
    result = await suno(world, command, world.ben, song=song(origin), **more)
    assert await refused(world, result) == STRANGER


@pytest.mark.parametrize("action", ["extend", "cover", "replace", "persona", "stems", "wav"])
async def test_somebody_elses_button(world: World, action: str) -> None:
    origin = await sung(world)
    result = await press(world, origin, action, 1, world.ben)
    assert result.modal is None and await refused(world, result) == STRANGER


@pytest.mark.parametrize("action", ["wav", "extend", "cover", "persona"])
@pytest.mark.parametrize(("number", "told"), [("7", "That task has no song 8, only 1."), ("x", "")])
async def test_a_button_that_nobody_made(world: World, action: str, number: str, told: str) -> None:
    origin = await sung(world, **{**CUSTOM, "title": "Half sim:partial"})
    name = f"v1:suno-{action}:{origin.id}:{number}"
    forge(world, world.message(origin), name)
    result = await world.ann.click(world.message(origin), custom_id=name)
    other = "There is no task “" if action == "wav" else str(OTHER_VERSION)
    assert result.modal is None and (await refused(world, result)).startswith(told or other)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("{id}.2", "That task has no song 3, only 2."),
        ("{id}.17", "That task has no song 18, only 2."),
        ("{id}.12345", "There is no task “{id}.12345”."),
        ("{id}.x", "There is no task “{id}.x”."),
        ("0123456789.0", "There is no task “0123456789”."),
        ("1. Lanterns (1) 0:24 · just now", "There is no task “1. Lanterns (1) 0:24 · just now”."),
        ("", "There is no task “”."),
    ],
)
async def test_a_song_that_does_not_exist(world: World, value: str, sentence: str) -> None:
    origin = await sung(world)
    result = await suno(world, "wav", song=value.format(id=origin.id))
    assert await refused(world, result) == sentence.format(id=origin.id)


async def test_a_task_alone_means_its_first_song(world: World) -> None:
    origin = await sung(world)
    await suno(world, "timing", song=f" {origin.id.upper()} ")
    await world.work()
    assert world.relay.calls[0].path.endswith(str(origin.data["clips"][0]["id"]))


@pytest.mark.parametrize("prompt", ["a fox", "sim:fail", "sim:late"])
async def test_a_song_that_is_not_finished(world: World, prompt: str) -> None:
    task = await finished(world, "song", seconds=0 if prompt == "a fox" else 15, description=prompt)
    forget(world)
    world.relay.hold = True
    result = await suno(world, "cover", song=song(task), style="metal")
    assert refusal(result) == "That task is not finished yet, or it did not work out."
    assert len(await world.tasks()) == 1


async def test_a_task_of_another_provider(world: World) -> None:
    one_film(world)
    film = await world.delivered()
    forget(world)
    result = await suno(world, "extend", song=song(film), at="3")
    assert await refused(world, result) == "That task belongs to another provider."
    assert film.provider == LUMA.name


async def test_a_task_without_songs(world: World) -> None:
    task = await finished(world, "lyrics", about="tides")
    forget(world)
    assert await refused(world, await suno(world, "wav", song=task.id)) == "There is no song in that task."


async def test_a_song_is_no_video(world: World) -> None:
    origin = await sung(world)
    result = await world.ann.slash(world.channel, "luma extend", task=origin.id, prompt="more")
    assert await refused(world, result) == "That task belongs to another provider."


# ------------------------------------------------------------------------------------------------ words and models


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"lyrics": "x" * 5001}, "`lyrics` is too long for v4.5: 5001 characters, at most 5000."),
        (
            {"lyrics": "x" * 3001, "model": "chirp-v4"},
            "`lyrics` is too long for v4: 3001 characters, at most 3000.",
        ),
        (
            {"lyrics": "x", "style": "y" * 201, "model": "chirp-v3-5"},
            "`style` is too long for v3.5: 201 characters, at most 200.",
        ),
        (
            {"lyrics": "x", "style": "y" * 1001, "model": "chirp-fenix"},
            "`style` is too long for v5.5: 1001 characters, at most 1000.",
        ),
        (
            {"lyrics": "x", "negative_style": "y" * 201, "model": "chirp-v4"},
            "`negative_style` is too long for v4: 201 characters, at most 200.",
        ),
        (
            {"lyrics": "x", "model": "chirp-v9"},
            "There is no model “chirp-v9” here. Known: chirp-fenix, chirp-crow, chirp-bluejay, chirp-auk-turbo, "
            "chirp-auk, chirp-v4, chirp-v3-5, chirp-v3-0.",
        ),
        (
            {"lyrics": "x", "vocal": "m", "model": "chirp-v4"},
            "v4 chooses the voice itself: leave `vocal` out.",
        ),
        (
            {"lyrics": "x", "style": "y", "instrumental": True},
            "An instrumental has no lyrics: leave `lyrics` or `instrumental` out.",
        ),
        (
            {"description": "x", "style": "y"},
            "Give either a `description`, or `lyrics`, `style` and `title`: Suno ignores those beside the first.",
        ),
        ({}, "Say what to sing: a `description` or `lyrics`; for an `instrumental` a `style` will do."),
        ({"style": "x"}, "Say what to sing: a `description` or `lyrics`; for an `instrumental` a `style` will do."),
        ({"lyrics": "   "}, "Say what to sing: a `description` or `lyrics`; for an `instrumental` a `style` will do."),
        ({"lyrics": "x", "voice_only": True}, "`voice_only` goes with a `persona`: choose one, or leave it out."),
    ],
)
async def test_words_and_models(world: World, options: dict[str, Any], sentence: str) -> None:
    assert await refused(world, await suno(world, "song", **options), tasks=0) == sentence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"description": "x"}, "A persona sings `lyrics`: leave `description` out."),
        ({"style": "x", "instrumental": True}, "A persona sings `lyrics`: leave `instrumental` out."),
        (
            {"lyrics": "x", "voice_only": True, "model": "chirp-v4"},
            "Only v4.5 and newer models take the voice of a persona alone.",
        ),
    ],
)
async def test_what_no_persona_does(world: World, options: dict[str, Any], sentence: str) -> None:
    persona = await finished(world, "persona create", song=song(await sung(world)), name="Voice")
    forget(world)
    assert await refused(world, await suno(world, "song", persona=persona.id, **options), tasks=2) == sentence


async def test_remixes_keep_the_limits_of_their_model(world: World) -> None:
    origin = await sung(world, **CUSTOM, model="chirp-v4")
    long: dict[str, Any] = {"style": "y" * 201}
    words = "`style` is too long for v4: 201 characters, at most 200."
    for command, more in (("cover", {}), ("extend", {"at": "9"}), ("layer", {"add": "vocals"})):
        assert await refused(world, await suno(world, command, song=song(origin), **{**long, **more})) == words
    section: dict[str, Any] = {"from": "2", "to": "9", "lyrics": "x" * 3001}
    result = await suno(world, "replace", song=song(origin), **section)
    assert await refused(world, result) == "`lyrics` is too long for v4: 3001 characters, at most 3000."
    with pytest.raises(OptionError):
        await suno(world, "cover", song=song(origin), style="x", title="x" * 81)


async def test_stems_of_another_model(world: World) -> None:
    origin = await sung(world, **CUSTOM, model="chirp-crow")
    result = await suno(world, "stems", song=song(origin))
    sentence = "Only songs of v4.5 (chirp-auk) can be taken apart; this one is of v5."
    assert await refused(world, result) == sentence


# ------------------------------------------------------------------------------------------------ the account is gone


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("extend", {"at": "20"}),
        ("cover", {"style": "metal"}),
        ("replace", {"from": "2", "to": "12", **SECTION}),
        ("layer", {"add": "instrumental", "style": "folk"}),
        ("stems", {"all": True}),
    ],
)
async def test_the_account_that_made_the_song_is_gone(world: World, command: str, options: dict[str, Any]) -> None:
    origin = await sung(world, **{**CUSTOM, "title": "Off sim:offline"})
    task: Task = await finished(world, command, seconds=5, song=song(origin), **options)
    assert task.phase is Phase.FAILED
    words = world.text(task)
    why = "The provider's account that made the original cannot be reached any more, so nothing can be made from it."
    assert f"{why} Make a new one. Nothing was charged." in words
    assert len(world.relay.paid()) == 1


async def test_a_task_that_the_relay_has_forgotten(world: World) -> None:
    origin = await sung(world)
    world.relay.jobs.pop(origin.remote_id)
    task = await finished(world, "extend", seconds=5, song=song(origin), at="20")
    why = "The relay no longer knows the original, so nothing can be made from it. Make a new one. Nothing was charged."
    assert why in world.text(task)
