"""What comes as a file: WAV, film, timed lyrics, notes, stems; and how long one waits for it."""

import io
from pathlib import Path
from typing import Any

import mido
import pytest

from bot.sniff import MIDI, MP3, MP4, WAV, sniff
from bot.sound import length_of
from bot.task import Phase
from tests.discord.songs import (
    CUSTOM,
    MUSIC,
    WORDS,
    chain,
    clip_id,
    content,
    finished,
    forget,
    names,
    one_tune,
    press,
    song,
    submitted,
    sung,
    suno,
)
from tests.world import World, a_world


async def test_wav(world: World) -> None:
    origin = await sung(world)
    one_tune(world, "wav")
    task = await finished(world, "wav", song=song(origin))
    assert names(world, task) == [f"lanterns-{task.id[:4]}.wav"]
    file = await content(world, task)
    assert sniff(file) is WAV and length_of(file) == pytest.approx(1.0)
    assert world.text(task).splitlines()[0] == "🎵 Suno · WAV"
    assert world.labels(task) == ["Again", "Details", "Delete"]


@pytest.mark.parametrize("answer", ["envelope", "data"])
async def test_wav_in_other_words(world: World, answer: str) -> None:
    origin = await sung(world)
    world.relay.suno.wav = answer  # type: ignore[assignment]  # one of the switch's values
    one_tune(world, "wav")
    task = await finished(world, "wav", song=song(origin))
    assert sniff(await content(world, task)) is WAV


async def test_wav_that_never_comes(world: World) -> None:
    """Asked about every five seconds for three minutes, then its fate is unknown and it is said so."""
    origin = await sung(world)
    path = f"/suno/act/wav/{clip_id(origin)}"
    world.relay.faults.add(method="GET", path=path, body={"wav_file_url": None}, times=None)
    task = await finished(world, "wav", seconds=200, song=song(origin))
    assert task.phase is Phase.UNKNOWN
    assert 36 <= world.relay.count("GET", path) <= 39
    assert "It takes far longer than usual." in world.text(task)


async def test_film_of_the_relay(world: World) -> None:
    origin = await sung(world)
    one_tune(world, "mp4")
    task = await finished(world, "mp4", song=song(origin))
    assert names(world, task) == [f"lanterns-{task.id[:4]}.mp4"]
    assert sniff(await content(world, task)) is MP4
    assert chain(world) == [f"GET /suno/act/mp4/{clip_id(origin)}"]


async def test_film_in_the_songs_record(world: World) -> None:
    """A relay without the call, whose songs have a film already."""
    origin = await sung(world)
    one_tune(world, "mp4")
    world.relay.suno.mp4, world.relay.suno.video_in_songs = False, True
    task = await finished(world, "mp4", seconds=5, song=song(origin))
    assert chain(world) == [f"GET /suno/act/mp4/{clip_id(origin)}", f"GET /suno/feed/{clip_id(origin)}"]
    assert sniff(await content(world, task)) is MP4


async def test_film_that_we_make(world: World) -> None:
    """Neither the call nor a film in the record: the cover and the sound become one."""
    origin = await sung(world)
    world.relay.suno.mp4 = False
    task = await finished(world, "mp4", seconds=5, song=song(origin))
    assert task.phase is Phase.DELIVERED
    assert names(world, task) == [f"lanterns-{task.id[:4]}.mp4"]
    film = await content(world, task)
    assert sniff(film) is MP4 and length_of(film) == pytest.approx(1.0, abs=0.6)
    assert any(call.path.startswith("/media/image/") for call in world.relay.calls)
    assert len(world.relay.paid()) == 1


async def test_timed_lyrics(world: World) -> None:
    origin = await sung(world)
    task = await finished(world, "timing", seconds=5, song=song(origin))
    assert names(world, task) == [f"lanterns-{task.id[:4]}-1.lrc", f"lanterns-{task.id[:4]}-2.srt"]
    lrc, srt = [(await content(world, task, number)).decode() for number in (0, 1)]
    assert lrc == "[ti:Lanterns]\n[00:00.50]Lanterns over water\n"
    assert srt == "1\n00:00:00,500 --> 00:00:23,220\nLanterns over water\n"


async def test_timing_of_an_instrumental(world: World) -> None:
    origin = await sung(world, style="lofi", title="Desk lamp", instrumental=True)
    task = await finished(world, "timing", seconds=5, song=song(origin))
    assert task.phase is Phase.FAILED
    assert "This song has no sung words that could be timed." in world.text(task)


async def test_notes(world: World) -> None:
    origin = await sung(world)
    task = await finished(world, "midi", song=song(origin))
    assert names(world, task) == [f"lanterns-{task.id[:4]}.mid"]
    file = await content(world, task)
    assert sniff(file) is MIDI
    tracks = mido.MidiFile(file=io.BytesIO(file)).tracks
    assert [track.name for track in tracks] == ["Voice", "Piano", "Bass"]
    assert all(any(message.type == "note_on" for message in track) for track in tracks)


@pytest.mark.parametrize("shape", ["get", "post", "gen_stem"])
async def test_stems_of_every_relay(world: World, shape: str) -> None:
    """``GET``; where that is not offered ``POST``, then a request for music (7.9)."""
    origin = await sung(world)
    world.relay.suno.stems = shape  # type: ignore[assignment]  # one of the switch's values
    task = await finished(world, "stems", song=song(origin))
    path = f"/suno/act/stems/{clip_id(origin)}"
    ways = {
        "get": [f"GET {path}"],
        "post": [f"GET {path}", f"POST {path}"],
        "gen_stem": [f"GET {path}", f"POST {path}", f"GET /suno/feed/{clip_id(origin)}", MUSIC],
    }
    tried = ways[shape]
    assert chain(world)[: len(tried)] == tried
    assert [job.action for job in world.relay.paid()[1:]] == ["music" if shape == "gen_stem" else "stems"]
    assert [body["stem_task"] for body in submitted(world)] == (["two"] if shape == "gen_stem" else [])
    assert len(names(world, task)) == 2 and sniff(await content(world, task)) is MP3


async def test_stems_by_their_titles(world: World) -> None:
    origin = await sung(world)
    task = await finished(world, "stems", song=song(origin))
    assert [name.rpartition("-")[0] for name in names(world, task)] == ["lanterns-vocals", "lanterns-instrumental"]


async def test_everything_in_an_envelope(world: World) -> None:
    """Relays that wrap Suno's own answers."""
    origin = await sung(world)
    world.relay.suno.envelope = True
    for command in ("stems", "timing", "midi", "wav", "persona create"):
        options: dict[str, Any] = {"name": "Voice"} if command == "persona create" else {}
        one_tune(world, "wav" if command == "wav" else "mp3")
        task = await finished(world, command, song=song(origin), **options)
        assert task.phase is Phase.DELIVERED, command


async def test_a_button_that_costs_nothing_twice(world: World) -> None:
    """What is free may be asked again, in the place of the first one or beside it."""
    origin = await sung(world)
    one_tune(world, "wav")
    await press(world, origin, "wav")
    world.clock.now += 2
    await press(world, origin, "wav")
    await world.pass_time(15)
    assert [task.phase for task in await world.tasks()] == [Phase.DELIVERED] * 3
    assert len(world.relay.paid()) == 1


async def test_what_waits_is_told_by_time(world: World) -> None:
    origin = await sung(world)
    await suno(world, "midi", song=song(origin))
    await world.work()
    words = world.text(await world.task())
    assert "🎨 Being made" in words and "Started <t:" in words and "%" not in words


async def test_a_small_house_without_the_workshop(tmp_path: Path) -> None:
    """A film that cannot be made is said so, with the song's own link."""
    async with a_world(tmp_path) as world:
        origin = await sung(world, **{**CUSTOM, "lyrics": WORDS})
        world.app.engine.core.workshop.available = False
        world.relay.suno.mp4 = False
        forget(world)
        task = await finished(world, "mp4", seconds=5, song=song(origin))
        assert task.phase is Phase.DELIVERED and names(world, task) == []
        assert "This bot is not set up to work on media." in world.text(task)
        assert "/media/sound/song/" in world.text(task)
