"""The card of songs: two players, an embed and buttons for each, what plays already, what failed."""

import discord

from bot.sniff import MP3, sniff
from bot.sound import length_of
from bot.task import Phase
from tests.discord.songs import (
    CUSTOM,
    clip_id,
    clips,
    content,
    finished,
    names,
    one_tune,
    results,
    submitted,
    sung,
    suno,
)
from tests.world import World

ROW = ("Extend", "Cover", "Replace", "Stems", "WAV", "MP4", "Timing", "Persona")
COMMON = ["Again", "Details", "Delete"]


def rows(message: discord.Message) -> list[list[str]]:
    """The labels of the buttons, row by row."""
    return [
        [child.label or "" for child in row.children if isinstance(child, discord.Button)]
        for row in message.components
        if isinstance(row, discord.ActionRow)
    ]


async def test_one_card_with_two_players(world: World) -> None:
    task = await finished(world, "song", seconds=15, **CUSTOM)
    assert len(world.channel.history()) == 1
    assert names(world, task) == [f"lanterns-{number}-{task.id[:4]}.mp3" for number in (1, 2)]
    files = [await content(world, task, number) for number in (0, 1)]
    assert files[0] != files[1]
    assert [sniff(file) for file in files] == [MP3, MP3]
    assert [round(length_of(file) or 0) for file in files] == [24, 24]
    assert results(world, task) == [f"**Lanterns \\({number}\\)**\n0\\:24 · dream pop" for number in (1, 2)]
    covers = [embed.thumbnail.url or "" for embed in world.message(task).embeds[1:]]
    assert all(cover.startswith(f"{world.relay.url}/media/image/") for cover in covers)
    assert covers[0] != covers[1]
    assert [clip["id"] for clip in clips(task)] == [clip_id(task), clip_id(task, 1)]
    assert world.text(task) == "🎵 Suno · song\n> Lanterns\n✅ Finished · 10 s"
    fields = {field.name: field.value for field in world.card(task).fields}
    assert fields["Asked by"] == world.ann.mention
    assert "`model` chirp\\-auk" in (fields["Options"] or "") and "`vocal_in`" not in (fields["Options"] or "")


async def test_buttons_of_each_song_in_rows(world: World) -> None:
    task = await sung(world)
    first, second = ([f"{label} {number}" for label in ROW] for number in (1, 2))
    assert rows(world.message(task)) == [first[:5], first[5:], second[:5], second[5:], COMMON]


async def test_buttons_of_a_model_that_has_no_stems(world: World) -> None:
    task = await sung(world, **CUSTOM, model="chirp-crow")
    shown = world.labels(task)
    assert "Replace 2" in shown and "Stems 1" not in shown and "Stems 2" not in shown


async def test_what_plays_already(world: World) -> None:
    await suno(world, "song", **CUSTOM, weirdness=30)
    await world.pass_time(5)
    task = await world.task()
    assert task.phase is Phase.RUNNING
    *_others, line = world.text(task).splitlines()
    assert line.startswith("▶️ It can be heard already: [Lanterns \\(1\\)](")
    assert line.count("/media/audiopipe/") == line.count("?item_id=") == 2
    assert "%" not in world.text(task)
    assert world.labels(task) == ["Cancel", "Details"]
    one_tune(world)
    await world.pass_time(10)
    assert "heard already" not in world.text(task)


async def test_progress_as_time_against_past_durations(world: World) -> None:
    for _turn in range(5):
        await sung(world)
    await world.app.engine.tidy()
    await suno(world, "song", **CUSTOM)
    await world.pass_time(5)
    begun = round(world.clock.now - 5)
    words = world.text(await world.task())
    assert f"Started <t:{begun}:R>" in words and "Expected <t:" in words
    assert "▰" not in words


async def test_one_of_two_failed(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", seconds=15, **{**CUSTOM, "title": "Half sim:partial"})
    assert task.phase is Phase.DELIVERED
    assert len(names(world, task)) == 1 and len(results(world, task)) == 1
    assert "One of the songs failed: The second song could not be finished" in world.text(task)
    assert rows(world.message(task)) == [list(ROW[:5]), list(ROW[5:]), COMMON]
    await world.ann.click(world.message(task), custom_id=f"v1:suno-wav:{task.id}:0")
    assert (await world.tasks())[-1].action == "wav"


async def test_both_failed(world: World) -> None:
    task = await finished(world, "song", seconds=15, lyrics="sim:fail", style="x")
    assert world.text(task).splitlines()[2:] == ["❌ It did not work", "The model could not finish this generation"]
    assert world.labels(task) == ["Retry", "Details", "Delete"]
    assert names(world, task) == [] and results(world, task) == []


async def test_refused_by_the_moderation(world: World) -> None:
    task = await finished(world, "song", seconds=15, description="sim:banned")
    assert world.text(task).splitlines()[3:] == ["The prompt was refused by content moderation"]


async def test_no_credit(world: World) -> None:
    task = await finished(world, "song", seconds=0, description="sim:quota")
    assert world.text(task).splitlines()[3:] == [
        "The relay account has no credit left. The operator has to top it up. Nothing was charged."
    ]
    assert world.relay.paid() == []


async def test_a_result_that_comes_late(world: World) -> None:
    one_tune(world)
    task = await finished(world, "song", seconds=15, description="sim:late")
    assert task.phase is Phase.UNKNOWN
    assert world.labels(task) == ["Check again", "Retry", "Details", "Delete"]
    await world.pass_time(70)
    assert "It arrived late, but it arrived." in world.text(task)
    assert len(names(world, task)) == 2


async def test_songs_too_large_for_discord_come_as_links(world: World) -> None:
    task = await finished(world, "song", seconds=15, **{**CUSTOM, "title": "Big sim:big"})
    assert task.phase is Phase.DELIVERED and names(world, task) == []
    lines = world.text(task).splitlines()[3:]
    assert [line.partition(" [")[0] for line in lines] == ["Too large for Discord:"] * 2
    assert all("size=12582912" in line for line in lines)
    assert "Extend 2" in world.labels(task)


async def test_links_that_lapsed_are_asked_for_anew(world: World) -> None:
    task = await finished(world, "song", seconds=30, **{**CUSTOM, "title": "Old sim:expired"})
    assert task.phase is Phase.DELIVERED and len(names(world, task)) == 2
    assert len(world.relay.paid()) == 1


async def test_again_makes_the_same_song_anew(world: World) -> None:
    task = await sung(world, **CUSTOM, weirdness=10, vocal="m")
    world.clock.now += 1
    await world.press(task, "again", world.ben)
    await world.pass_time(15)
    again = await world.task()
    assert (again.user_id, again.parent_id, again.phase) == (world.ben.id, task.id, Phase.DELIVERED)
    assert submitted(world)[0]["metadata"]["control_sliders"] == {"weirdness_constraint": 0.1}
    assert clip_id(again) != clip_id(task)


async def test_the_card_is_shown_again_elsewhere(world: World) -> None:
    task = await sung(world)
    await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(5)
    moved = await world.task()
    assert moved.place.message_id != task.place.message_id
    assert len(names(world, moved)) == 2 and rows(world.message(moved))[-1] == COMMON
    assert len(results(world, moved)) == 2


async def test_the_lyrics_are_no_markup(world: World) -> None:
    task = await sung(world, lyrics="@everyone [x](http://evil.example)", style="**loud**", title="`a` <@1>")
    words = "\n".join([world.text(task), *results(world, task)])
    assert "\\*\\*loud\\*\\*" in words and "\\`a\\` \\<\\@1\\>" in words
    assert world.message(task).mentions == []
