"""Choosing a song by its title, and the same commands for somebody who reads Chinese."""

import re
from typing import Any

import pytest
from simcord import MemberActor

from bot.task import Phase
from tests.discord.songs import (
    CUSTOM,
    fill,
    finished,
    one_tune,
    press,
    recording,
    song,
    submitted,
    sung,
    suno,
)
from tests.world import World, alone, said

WITH_SONG = ("extend", "join", "cover", "replace", "stems", "layer", "timing", "wav", "mp4", "midi", "sample")


async def offered(
    world: World, command: str = "extend", typed: str = "", who: MemberActor | None = None
) -> list[tuple[str, str]]:
    """What the option ``song`` offers."""
    found = await (who or world.ann).autocomplete(world.channel, f"suno {command}", "song", typed)
    return [(choice["name"], choice["value"]) for choice in found]


async def test_both_songs_of_each_task(world: World) -> None:
    first = await sung(world)
    await world.pass_time(7200, step=3600)
    second = await sung(world, description="a red fox")
    assert await offered(world) == [
        ("1. A Red Fox 0:24 · just now", song(second, 0)),
        ("2. A Red Fox 0:24 · just now", song(second, 1)),
        ("1. Lanterns 0:24 · 2 h ago", song(first, 0)),
        ("2. Lanterns 0:24 · 2 h ago", song(first, 1)),
    ]
    assert [value for _name, value in await offered(world, typed=" LANTERN ")] == [song(first, 0), song(first, 1)]
    assert await offered(world, typed="nothing") == []


@pytest.mark.parametrize("command", [*WITH_SONG, "persona create"])
async def test_every_command_that_takes_a_song_offers_them(world: World, command: str) -> None:
    task = await sung(world)
    assert [value for _name, value in await offered(world, command)] == [song(task, 0), song(task, 1)]


async def test_ones_own_only_and_what_has_worked(world: World) -> None:
    await sung(world, world.ben)
    await finished(world, "song", seconds=15, description="sim:fail")
    await finished(world, "lyrics", about="tides")
    await world.video()
    await suno(world, "song", description="a fox")
    await world.work()
    assert await offered(world) == []
    assert len(await offered(world, who=world.ben)) == 2


async def test_a_single_song_has_no_number(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", seconds=15, **{**CUSTOM, "title": "Half sim:partial"})
    assert await offered(world) == [("Half sim:partial 0:24 · just now", song(task))]
    upload = await finished(world, "upload", audio=("My hum.mp3", recording(30)))
    assert ("0:30 · just now", song(upload)) == (offered_name(await offered(world), song(upload))[-15:], song(upload))


def offered_name(choices: list[tuple[str, str]], value: str) -> str:
    """The name under which a song is offered."""
    return next(name for name, found in choices if found == value)


async def test_by_the_title_that_suno_gave(world: World) -> None:
    """The search of the history knows what was asked for; what came of it is found too."""
    await sung(world)
    task = await sung(world, description="a song about eleven red foxes sim:partial")
    assert next(name for name, _value in await offered(world)) == "A Song About Eleven 0:24 · just now"
    assert [value for _name, value in await offered(world, typed="about eleven 0")] == [song(task)]
    assert [value for _name, value in await offered(world, typed="red foxes")] == [song(task)]


async def test_long_titles_fit(world: World) -> None:
    await sung(world, **{**CUSTOM, "title": "long " * 16})
    name, _value = (await offered(world))[0]
    assert len(name) <= 100 and name.endswith(" · just now")


async def test_at_most_25_and_songs_are_not_hidden_by_their_files(world: World) -> None:
    """Everything made of a song is a task too; the songs are found all the same."""
    origin = await sung(world)
    for _turn in range(9):
        for _file in range(3):
            await suno(world, "timing", song=song(origin))
        await world.pass_time(5)
    assert len(await world.tasks()) == 28
    assert [value for _name, value in await offered(world)] == [song(origin, 0), song(origin, 1)]
    for _turn in range(13):
        await sung(world)
    assert len(await offered(world)) == 25


async def test_a_remix_goes_on_in_its_own_model(world: World) -> None:
    """The special name that a cover of an old model has is no model for other requests (7.3)."""
    origin = await sung(world, **CUSTOM, model="chirp-v4")
    cover = await finished(world, "cover", song=song(origin), style="metal")
    await suno(world, "extend", song=song(cover), at="9")
    await world.work()
    assert [body["mv"] for body in submitted(world)] == ["chirp-v4-tau", "chirp-v4"]


async def test_after_a_restart(world: World) -> None:
    task = await sung(world)
    await world.restart()
    assert [value for _name, value in await offered(world)] == [song(task, 0), song(task, 1)]
    await press(world, task, "timing", 1)
    await world.pass_time(5)
    assert (await world.tasks())[-1].phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ another language


def chinese(words: str) -> bool:
    """Whether something in it is Chinese."""
    return re.search("[\u4e00-\u9fff]", words) is not None


async def test_cards_in_chinese(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", world.lin, 15, **CUSTOM, weirdness=20)
    assert task.phase is Phase.DELIVERED and task.locale == "zh-CN"
    assert chinese(world.text(task)) and len(world.message(task).embeds) == 3
    assert any(chinese(label) for label in world.labels(task))
    longer: dict[str, Any] = {"song": song(task), "at": "20", "join": True}
    await suno(world, "extend", world.lin, **longer)
    await world.pass_time(5)
    running = (await world.tasks())[-1]
    assert running.steps == 2 and chinese(world.text(running).splitlines()[3])
    await world.pass_time(30)
    for command in ("timing", "persona create"):
        options: dict[str, Any] = {"name": "声音"} if command == "persona create" else {}
        made = await finished(world, command, world.lin, song=song(task), **options)
        assert made.phase is Phase.DELIVERED
    assert "声音" in said(await suno(world, "persona list", world.lin))


async def test_errors_in_chinese(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", world.lin, 15, **CUSTOM)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("song", {"lyrics": "x" * 5001}),
        ("song", {"description": "x", "style": "y"}),
        ("extend", {"song": song(task), "at": "90"}),
        ("extend", {"song": song(task), "at": "soon"}),
        ("replace", {"song": song(task), "from": "9", "to": "2", "lyrics": "on"}),
        ("wav", {"song": song(task, 7)}),
        ("upload", {"audio": ("a.mp3", b"no")}),
        ("upload", {"audio": ("a.mp3", recording(2))}),
    ]
    for command, options in wrong:
        result = await suno(world, command, world.lin, **options)
        assert alone(result) and said(result), command
    assert len(await world.tasks()) == 1


async def test_the_form_in_chinese(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", world.lin, 15, **CUSTOM)
    form = await press(world, task, "extend", 0, world.lin)
    assert form.modal is not None and len(form.modal["title"]) <= 45
    answer = {"at": "0:20", "lyrics": "", "style": "", "join": "否"}
    await world.lin.submit_modal(form, answer)
    await world.pass_time(20)
    assert [job.action for job in world.relay.paid()] == ["music", "music"]  # not joined


@pytest.mark.parametrize(("word", "joined"), [("yes", True), ("是", True), ("no", False), (" N ", False), ("0", False)])
async def test_yes_and_no(world: World, word: str, joined: bool) -> None:
    origin = await sung(world)
    await fill(world, await press(world, origin, "extend"), at="20", join=word)
    await world.pass_time(30)
    assert len(submitted(world)) == 1
    assert [job.action for job in world.relay.paid()[1:]] == ["music", "concat"][: 1 + joined]
