"""A relay with the stock routes alone (music, lyrics, fetch): what works, and what is said of the rest."""

from typing import Any

import pytest

from bot.sniff import MP4, sniff
from bot.task import Phase, Task
from tests.discord.kit import refusal
from tests.discord.songs import (
    CUSTOM,
    FETCH,
    MUSIC,
    chain,
    clips,
    content,
    fill,
    finished,
    forget,
    names,
    one_tune,
    recording,
    song,
    sung,
    suno,
)
from tests.world import World

MISSING = "This relay does not offer that feature. Nothing was charged."
REFUSED = "This relay does not offer that. It can be tried again <t:"
HOUR = 3600.0


async def stock(world: World, **options: Any) -> Task:
    """A finished song, on a relay that offers little."""
    world.relay.suno.stock = True
    return await sung(world, **options)


async def test_songs_work(world: World) -> None:
    world.relay.suno.stock = True
    one_tune(world)
    for options in (CUSTOM, {"description": "a fox"}, {"style": "lofi", "instrumental": True}):
        task = await finished(world, "song", seconds=15, **options)
        assert task.phase is Phase.DELIVERED and len(names(world, task)) == 2


async def test_lyrics_work(world: World) -> None:
    world.relay.suno.stock = True
    task = await finished(world, "lyrics", about="tides")
    assert task.phase is Phase.DELIVERED
    one_tune(world)
    await fill(world, await world.press(task, "suno-write"))
    await world.pass_time(15)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_extend_works(world: World) -> None:
    origin = await stock(world)
    part = await finished(world, "extend", seconds=15, song=song(origin), at="20")
    assert chain(world) == [MUSIC, FETCH]
    assert part.phase is Phase.DELIVERED and clips(part)[0]["origin"] == "extend"


async def test_the_join_is_said_not_to_be_offered_once_the_extension_is_there(world: World) -> None:
    origin = await stock(world)
    part = await finished(world, "extend", song=song(origin), at="20", join=True)
    assert part.phase is Phase.DELIVERED and len(names(world, part)) == 2
    assert "a later step did not work out. This relay does not offer that feature." in world.text(part)
    assert not [label for label in world.labels(part) if "Join" in label]
    paid = len(world.relay.paid())
    result = await suno(world, "extend", song=song(origin), at="20", join=True)
    assert refusal(result).startswith(REFUSED)  # before anything is paid for
    assert len(world.relay.paid()) == paid


FREE: list[tuple[str, dict[str, Any], str]] = [
    ("timing", {}, "Timing"),
    ("wav", {}, "WAV"),
    ("midi", {}, ""),
    ("sample", {"from": "1", "to": "9"}, ""),
    ("persona create", {"name": "Voice"}, "Persona"),
]


@pytest.mark.parametrize(("command", "options", "label"), FREE)
async def test_what_is_not_offered(world: World, command: str, options: dict[str, Any], label: str) -> None:
    """Said so, for nothing; refused at once for an hour, its button hidden; then it is tried again."""
    origin = await stock(world)
    if label:
        assert f"{label} 1" in world.labels(origin)
    task = await finished(world, command, seconds=1, song=song(origin), **options)
    assert task.phase is Phase.FAILED and world.text(task).splitlines()[-1] == MISSING
    assert len(world.relay.paid()) == 1
    forget(world)
    assert refusal(await suno(world, command, song=song(origin), **options)).startswith(REFUSED)
    await world.press(task, "retry")
    assert world.relay.calls == []
    later = await sung(world)
    assert not [found for found in world.labels(later) if label and found.startswith(label)]
    await world.pass_time(HOUR, step=600)
    world.relay.suno.stock = False
    one_tune(world, "wav" if command == "wav" else "mp3")
    found = await finished(world, command, song=song(origin), **options)
    assert found.phase is Phase.DELIVERED
    one_tune(world)
    last = await sung(world)
    assert not label or f"{label} 1" in world.labels(last)


@pytest.mark.parametrize(
    ("command", "options"), [("style", {"style": "sad"}), ("upload", {"audio": ("hum.mp3", recording(10))})]
)
async def test_what_needs_no_song_is_not_offered_either(world: World, command: str, options: dict[str, Any]) -> None:
    world.relay.suno.stock = True
    task = await finished(world, command, seconds=1, **options)
    assert task.phase is Phase.FAILED and world.text(task).splitlines()[-1] == MISSING
    assert refusal(await suno(world, command, **options)).startswith(REFUSED)
    assert world.relay.paid() == []


async def test_the_refusal_says_when(world: World) -> None:
    origin = await stock(world)
    await finished(world, "wav", seconds=0, song=song(origin))
    until = round(world.clock.now + HOUR)
    result = await suno(world, "wav", song=song(origin))
    assert refusal(result) == f"{REFUSED}{until}:R>."


async def test_a_button_that_is_still_there_says_so_too(world: World) -> None:
    origin = await stock(world)
    await finished(world, "wav", seconds=0, song=song(origin))
    result = await world.ann.click(world.message(origin), custom_id=f"v1:suno-wav:{origin.id}:1")
    assert refusal(result).startswith(REFUSED)


async def test_one_that_works_again_is_offered_again_at_once(world: World) -> None:
    """Somebody else's request was on its way and worked: the word is no longer believed."""
    origin = await stock(world)
    await finished(world, "persona create", seconds=0, song=song(origin), name="x")
    await world.pass_time(HOUR, step=900)
    world.relay.suno.stock = False
    await finished(world, "persona create", seconds=0, song=song(origin), name="x")
    assert "Persona 1" in world.labels(await sung(world))


async def test_the_film_is_made_by_ourselves(world: World) -> None:
    origin = await stock(world)
    task = await finished(world, "mp4", seconds=5, song=song(origin))
    assert task.phase is Phase.DELIVERED and sniff(await content(world, task)) is MP4
    assert "MP4 1" in world.labels(await sung(world))


async def test_a_web_page_instead_of_an_answer_is_not_remembered(world: World) -> None:
    """Something in front of the relay said it, not the relay: the next one is tried."""
    origin = await sung(world)
    world.relay.faults.add(method="GET", path="/suno/act/timing/*", status=404, body="<html>no</html>")
    task = await finished(world, "timing", seconds=1, song=song(origin))
    assert world.text(task).splitlines()[-1] == MISSING
    task = await finished(world, "timing", seconds=1, song=song(origin))
    assert task.phase is Phase.DELIVERED


async def test_no_suno_at_all(world: World) -> None:
    world.relay.suno.offered = False
    task = await finished(world, "song", seconds=1, **CUSTOM)
    assert world.text(task).splitlines()[-1] == MISSING
    assert refusal(await suno(world, "song", **CUSTOM)).startswith(REFUSED)
