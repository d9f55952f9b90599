"""/openai speech, transcribe, translate and moderate: what is spoken can be written down again."""

import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.demo.simulator.openai import STRANGE_WORDS, OpenAI
from bot.demo.simulator.openai_rules import OWN
from bot.providers.openai.answers import FLAGGED, NOT_FLAGGED, NOTHING_HEARD
from bot.sniff import sniff
from bot.task import Phase, Task
from bot.ui.cards import option_line
from tests.discord.kit import here, one_film, refusal
from tests.discord.openai import FILE, FREE, files, form, made, openai, sent, workroom
from tests.world import World

WORDS = "The fox waits at the door. It has all the time in the world."
SPOKEN = {"model": "gpt-4o-mini-tts", "input": WORDS, "voice": "alloy"}
MIB = 2**20


def recording(size: int = 0) -> tuple[str, bytes]:
    """One second of silence, as WAV, in a file of so many bytes at least."""
    samples = bytes(16_000)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 16_000, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16,
                       b"data", 16_000)  # fmt: skip
    return "talk.wav", (head + samples).ljust(size, b"\0")


TALK = recording()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with OpenAI."""
    async with workroom(tmp_path) as found:
        yield found


async def only_file(world: World, task: Task) -> tuple[str, bytes]:
    (found,) = await files(world, task)
    return found


# ------------------------------------------------------------------------------------------------ speech


SPEECHES: list[Any] = [
    ({}, {}, "audio/mpeg", "mp3"),
    (
        {"voice": "nova", "format": "opus", "speed": 2.5, "instructions": "like a bear"},
        {"voice": "nova", "response_format": "opus", "speed": 2.5, "instructions": "like a bear"},
        "audio/ogg",
        "ogg",
    ),
    ({"model": "tts-1", "format": "aac"}, {"model": "tts-1", "response_format": "aac"}, "audio/aac", "aac"),
    ({"format": "flac"}, {"response_format": "flac"}, "audio/flac", "flac"),
    ({"format": "wav"}, {"response_format": "wav"}, "audio/wav", "wav"),
]


async def test_speech(world: World) -> None:
    for options, more, mime, extension in SPEECHES:
        task = await made(world, "speech", text=WORDS, **options)
        assert sent(world)[-1] == ("audio/speech", SPOKEN | more)
        assert task.phase is Phase.DELIVERED, world.text(task)
        name, content = await only_file(world, task)
        kind = sniff(content[:512])
        assert kind is not None and kind.mime == mime and name.endswith(f".{extension}")
        assert world.card(task).title == "🌀 OpenAI · speech" and WORDS in world.text(task)
        assert world.labels(task) == ["Again", "Details", "Delete"]
    assert {call.headers["Accept"] for call in world.relay.calls} == {"*/*"}


NOT_SPOKEN: list[Any] = [
    ({"text": " "}, "“text” is empty."),
    (
        {"model": "tts-1-hd", "instructions": "like a bear"},
        "`instructions` cannot be chosen with tts-1-hd: leave it out.",
    ),
]


async def test_what_cannot_be_spoken(world: World) -> None:
    for options, sentence in NOT_SPOKEN:
        assert refusal(await openai(world, "speech", **{"text": WORDS, **options})) == sentence
    assert world.relay.calls == []


async def test_what_discord_itself_refuses(world: World) -> None:
    beyond: list[dict[str, Any]] = [{"text": "x" * 4097}, {"speed": 4.1}, {"speed": 0.2}, {"format": "pcm"}]
    for options in beyond:
        with pytest.raises(OptionError):
            await openai(world, "speech", **{"text": WORDS, **options})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"body": {"audio": "?"}}, "The relay gave an unexpected answer. It may have been charged."),
        ({"body": "no sound but words"}, "This relay does not offer that feature."),
        ({"status": 400, "body": {"error": {"message": "voice is unknown", "code": "invalid_audio_request"}}},
         f"The relay refused: voice is unknown {FREE}"),
    ],
)  # fmt: skip
async def test_answers_that_are_no_sound(world: World, answer: dict[str, Any], sentence: str) -> None:
    if isinstance(answer["body"], str):
        answer = {"body": f"<!doctype html><html>{answer['body']}</html>"}
    world.relay.faults.add(path="/v1/audio/speech", **answer)
    task = await made(world, "speech", text=WORDS)
    assert sentence in world.text(task)


# ------------------------------------------------------------------------------------------------ transcripts


async def test_a_speech_is_written_down_word_for_word(world: World) -> None:
    spoken = await made(world, "speech", text=WORDS)
    task = await made(world, "transcribe", audio=await only_file(world, spoken))
    got = form(world, OpenAI)
    assert got.fields == {"model": "whisper-1"}
    (part,) = got.files("file")
    assert (part.filename, part.data) == ("file.mpeg", (await only_file(world, spoken))[1])
    assert task.phase is Phase.DELIVERED and task.text == WORDS
    assert WORDS in world.text(task) and await files(world, task) == []
    assert world.card(task).title == "🌀 OpenAI · transcript"


async def test_every_option_of_a_transcript(world: World) -> None:
    options: dict[str, Any] = {"language": "DE", "prompt": "Fuchs", "temperature": 0.5, "timestamps": "word"}
    task = await made(world, "transcribe", audio=TALK, model="gpt-4o-transcribe", format="verbose_json", **options)
    assert form(world, OpenAI).fields == {
        "model": "gpt-4o-transcribe", "prompt": "Fuchs", "response_format": "verbose_json", "temperature": "0.5",
        "language": "de", "timestamp_granularities[]": "word",
    }  # fmt: skip
    name, content = await only_file(world, task)
    whole = json.loads(content)
    assert name.endswith(".json") and whole["text"] == STRANGE_WORDS and whole["words"][0]["word"] == "Nobody"
    assert "`audio` 🎵" in option_line(task)
    assert STRANGE_WORDS in world.text(task) and r"Language: english · 0\:01" in world.text(task)


@pytest.mark.parametrize(
    ("form_", "beginning"),
    [("srt", "1\n00:00:00,000 --> 00:00:0"), ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:0")],
)
async def test_subtitles_come_as_a_file(world: World, form_: str, beginning: str) -> None:
    task = await made(world, "transcribe", audio=TALK, format=form_)
    name, content = await only_file(world, task)
    assert name.endswith(f".{form_}") and content.decode().startswith(beginning)
    assert STRANGE_WORDS not in world.text(task) and task.phase is Phase.DELIVERED


async def test_a_text_is_shown(world: World) -> None:
    task = await made(world, "transcribe", audio=TALK, format="text")
    assert form(world, OpenAI).fields == {"model": "whisper-1", "response_format": "text"}
    assert STRANGE_WORDS in world.text(task)


async def test_long_words_come_as_a_file_too(world: World) -> None:
    spoken = "There is no end to it. " * 2500
    world.relay.faults.add(path="/v1/audio/transcriptions", body={"text": spoken})
    task = await made(world, "transcribe", audio=TALK)
    name, content = await only_file(world, task)
    assert name.endswith(".txt") and content.decode() == spoken.strip()
    assert world.text(task).endswith("…") and len(world.text(task)) < 4096


async def test_a_recording_without_words(world: World) -> None:
    task = await made(world, "transcribe", audio=TALK, prompt="sim:empty")
    assert task.phase is Phase.FAILED and str(NOTHING_HEARD) in world.text(task)


async def test_translation(world: World) -> None:
    task = await made(world, "translate", audio=TALK, format="srt", prompt="foxes", temperature=0.0)
    assert form(world, OpenAI).fields == {
        "model": "whisper-1", "prompt": "foxes", "response_format": "srt", "temperature": "0.0",
    }  # fmt: skip
    assert [path for path, _body in sent(world)] == ["audio/translations"]
    assert (await only_file(world, task))[0].endswith(".srt")
    assert world.card(task).title == "🌀 OpenAI · English transcript"


async def test_a_film_is_listened_to(world: World) -> None:
    one_film(world)
    film = await world.delivered()
    assert "Use as input…" in world.labels(film)
    menu = await world.ann.click(world.message(film), custom_id=f"v1:picture:{film.id}")
    await world.ann.select(here(menu), values=["openai-hear"])
    await world.work()
    (part,) = form(world, OpenAI).files("file")
    assert part.filename == "file.mp4" and (await world.task()).phase is Phase.DELIVERED


NOT_WRITTEN: list[Any] = [
    ({"audio": recording(26 * MIB)}, "talk.wav is too large: at most 25 MiB."),
    (
        {"audio": ("talk.txt", b"a talk")},
        "talk.txt is no recording. MP3, WAV, M4A, OGG, FLAC, MP4 and WebM can be used.",
    ),
    ({"audio": FILE}, "fox.png is no recording. MP3, WAV, M4A, OGG, FLAC, MP4 and WebM can be used."),
]


async def test_what_cannot_be_written_down(world: World) -> None:
    for options, sentence in NOT_WRITTEN:
        for command in ("transcribe", "translate"):
            assert refusal(await openai(world, command, **options)) == sentence
    assert await world.tasks() == [] and world.relay.calls == []


NOT_FITTING: list[Any] = [
    ({"language": "german"}, "`language` is a code of two letters, such as en or zh."),
    ({"timestamps": "word"}, "`timestamps` goes with the format verbose_json only."),
    ({"timestamps": "word", "format": "srt"}, "`timestamps` goes with the format verbose_json only."),
    ({"prompt": " "}, "“prompt” is empty."),
]


async def test_options_that_do_not_fit(world: World) -> None:
    for options, sentence in NOT_FITTING:
        assert refusal(await openai(world, "transcribe", audio=TALK, **options)) == sentence


async def test_models_for_speech_and_for_recordings(world: World) -> None:
    async def offered(command: str, option: str) -> list[str]:
        found = await world.ann.autocomplete(world.channel, f"openai {command}", option, "")
        return [choice["value"] for choice in found]

    world.relay.openai.models = (*OWN, "site-tts", "omni-moderation-latest")
    assert await offered("speech", "model") == ["gpt-4o-mini-tts", "tts-1", "tts-1-hd", "site-tts"]
    assert (await offered("transcribe", "model"))[0] == (await offered("translate", "model"))[0] == "whisper-1"
    assert (await offered("speech", "voice"))[0] == "alloy"
    assert await offered("moderate", "model") == ["omni-moderation-latest"]


# ------------------------------------------------------------------------------------------------ moderation


async def test_a_flagged_text(world: World) -> None:
    task = await made(world, "moderate", text="I will murder you, idiot")
    assert sent(world) == [("moderations", {"input": "I will murder you, idiot"})]
    assert task.text.splitlines() == ["🚩 violence · 0.97", "🚩 harassment · 0.96"]
    assert task.phase is Phase.DELIVERED and str(FLAGGED) in world.text(task)
    assert world.relay.paid() == []


async def test_a_harmless_text(world: World) -> None:
    task = await made(world, "moderate", text="a fox", model="omni-moderation-latest")
    assert sent(world) == [("moderations", {"input": "a fox", "model": "omni-moderation-latest"})]
    assert str(NOT_FLAGGED) in world.text(task) and "🚩" not in world.text(task)


async def test_a_forbidden_text_may_be_asked_about(tmp_path: Path) -> None:
    async with workroom(tmp_path, MODERATION="strict", BLOCKED_WORDS="murder") as world:
        task = await made(world, "moderate", text="murder")
        assert task.phase is Phase.DELIVERED
        assert refusal(await openai(world, "speech", text="murder")).startswith("The rule “murder”")
        assert refusal(await openai(world, "speech", text="so much blood")).startswith("The moderation refused")


async def test_an_empty_text(world: World) -> None:
    assert refusal(await openai(world, "moderate", text=" ")) == "“text” is empty."
