"""/hailuo speech, music and image: answered at once, where the relay has them."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from simcord import OptionError

from bot.providers.hailuo.choose import SWITCHED_OFF
from bot.providers.hailuo.mistakes import INPUT_REFUSED, OUTPUT_WITHHELD
from bot.sniff import sniff
from bot.task import Phase, Task
from tests.discord.hailuo import FILE, FOX, cinema, data, hailuo, made, picture, sent
from tests.discord.kit import GIF, refusal
from tests.world import World

SPOKEN = {
    "model": "speech-2.6-hd", "text": "Hello there", "stream": False, "voice_setting": {"voice_id": "female-shaonv"},
    "audio_setting": {"format": "mp3"}, "output_format": "hex",
}  # fmt: skip
SONG = {"prompt": "a slow waltz", "lyrics": "round and round"}
SUNG = {"model": "music-2.0", **SONG, "audio_setting": {"format": "mp3"}, "output_format": "hex"}
PAINTED = {"model": "image-01", "prompt": "a fox", "response_format": "url"}
NOT_OFFERED = "This relay does not offer that feature. Nothing was charged."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Hailuo."""
    async with cinema(tmp_path) as found:
        found.relay.media_url = None
        yield found


async def heard(world: World, task: Task) -> str:
    """The type of the sound on the card, by its bytes."""
    (file,) = world.message(task).attachments
    kind = sniff((await file.read())[:512])
    assert kind is not None
    return kind.mime


# ------------------------------------------------------------------------------------------------ speech and music


@pytest.mark.parametrize(
    ("options", "body", "mime"),
    [
        ({}, SPOKEN, "audio/mpeg"),
        (
            {"voice": "mine", "model": "speech-9", "speed": 2.0, "volume": 0.5, "pitch": -12, "emotion": "sad",
             "language": "English", "format": "wav"},
            {**SPOKEN, "model": "speech-9", "language_boost": "English", "audio_setting": {"format": "wav"},
             "voice_setting": {"voice_id": "mine", "speed": 2.0, "vol": 0.5, "pitch": -12, "emotion": "sad"}},
            "audio/wav",
        ),
    ],
)  # fmt: skip
async def test_speech(world: World, options: dict[str, Any], body: dict[str, Any], mime: str) -> None:
    task = await made(world, "speech", seconds=0, text="Hello there", **options)
    assert sent(world) == [("t2a_v2", body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert await heard(world, task) == mime
    assert world.card(task).title == "🐚 Hailuo · speech"
    assert world.labels(task)[0] == "Again" and world.labels(task)[-2:] == ["Details", "Delete"]


async def test_again_says_it_once_more(world: World) -> None:
    task = await made(world, "speech", seconds=0, text="Hello there")
    await world.press(task, "again")
    await world.work()
    assert sent(world) == [("t2a_v2", SPOKEN)] * 2 and len(world.relay.paid()) == 2


async def test_music(world: World) -> None:
    task = await made(world, "music", seconds=0, **SONG)
    assert sent(world) == [("music_generation", SUNG)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert await heard(world, task) == "audio/mpeg"
    assert world.card(task).title == "🐚 Hailuo · song"


async def test_sounds_as_links(tmp_path: Path) -> None:
    async with cinema(tmp_path, HAILUO_SOUND="url") as world:
        world.relay.media_url = None
        task = await made(world, "speech", seconds=0, text="Hello there")
        assert sent(world) == [("t2a_v2", {**SPOKEN, "output_format": "url"})]
        assert task.phase is Phase.DELIVERED and await heard(world, task) == "audio/mpeg"


async def test_a_relay_that_answers_with_a_link_all_the_same(world: World) -> None:
    world.relay.hailuo.sound = "url"
    task = await made(world, "music", seconds=0, **SONG)
    assert task.phase is Phase.DELIVERED and await heard(world, task) == "audio/mpeg"


async def test_a_model_that_writes_its_own_lyrics(tmp_path: Path) -> None:
    async with cinema(tmp_path, HAILUO_MUSIC_MODELS="music-3.0") as world:
        world.relay.media_url = None
        await world.ann.slash(world.channel, "song", prompt=SONG["prompt"], **{"with": "hailuo"})
        await world.work()
        body = {name: value for name, value in SUNG.items() if name != "lyrics"}
        assert sent(world) == [("music_generation", {**body, "model": "music-3.0"})]
        assert (await world.task()).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ pictures


@pytest.mark.parametrize("painting", ["urls", "base64", "inside"])
async def test_pictures(world: World, painting: Any) -> None:
    world.relay.hailuo.painting = painting
    task = await made(world, "image", seconds=0, prompt="a fox", count=2, aspect_ratio="16:9", seed=7, optimize=True)
    body = {**PAINTED, "n": 2, "aspect_ratio": "16:9", "seed": 7, "prompt_optimizer": True}
    assert sent(world) == [("image_generation", body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert len(world.message(task).attachments) == 2
    assert world.card(task).title == "🐚 Hailuo · picture"


async def test_a_picture_of_somebody_in_a_size(world: World) -> None:
    task = await made(world, "image", seconds=0, prompt="a fox", width=640, height=512, subject=FILE)
    somebody = [{"type": "character", "image_file": data(FOX)}]
    body = {**PAINTED, "width": 640, "height": 512, "subject_reference": somebody}
    assert sent(world) == [("image_generation", body)]
    (file,) = world.message(task).attachments
    with Image.open(io.BytesIO(await file.read())) as found:
        assert found.size == (640, 512)


async def test_some_of_the_pictures_do_not_work_out(world: World) -> None:
    world.relay.hailuo.failed_pictures = 2
    task = await made(world, "image", seconds=0, prompt="a fox", count=3)
    assert "2 more did not work out." in world.text(task)
    assert len(world.message(task).attachments) == 1
    world.clock.now += 1
    none = await made(world, "image", seconds=0, prompt="a fox", count=2)
    assert none.phase is Phase.FAILED and str(OUTPUT_WITHHELD) in world.text(none)


async def test_behind_the_command_for_any_picture(world: World) -> None:
    await world.ann.slash(world.channel, "image", prompt="a fox", **{"with": "hailuo"})
    await world.work()
    assert sent(world) == [("image_generation", PAINTED)]
    said = refusal(await world.ann.slash(world.channel, "image", prompt="a fox", image=FILE))
    assert said == "Hailuo cannot begin with a picture here. Choose another with `with`."


# ------------------------------------------------------------------------------------------------ what cannot be

GIVEN: dict[str, dict[str, Any]] = {"speech": {"text": "Hello there"}, "music": SONG, "image": {"prompt": "a fox"}}


async def test_a_relay_that_does_not_have_it(world: World) -> None:
    switches = world.relay.hailuo
    switches.speech = switches.music = switches.pictures = False
    for command, options in GIVEN.items():
        task = await made(world, command, seconds=0, **options)
        assert NOT_OFFERED in world.text(task)
        world.clock.now += 1
    assert world.relay.paid() == []


async def test_what_the_operator_has_switched_off(tmp_path: Path) -> None:
    off = {f"HAILUO_{name}": "false" for name in ("SPEECH", "MUSIC", "PICTURES")}
    async with cinema(tmp_path, **off) as world:
        for command, options in GIVEN.items():
            assert refusal(await hailuo(world, command, **options)) == str(SWITCHED_OFF)
        assert await world.tasks() == []


async def test_what_the_filter_refuses(world: World) -> None:
    for word, sentence in (("sim:banned", INPUT_REFUSED), ("sim:unsafe", OUTPUT_WITHHELD)):
        task = await made(world, "speech", seconds=0, text=f"Hello {word}")
        assert task.phase is Phase.FAILED
        assert f"{sentence} Nothing was charged." in world.text(task)
        world.clock.now += 1
    assert world.relay.paid() == []


async def test_what_fails_at_the_provider_is_tried_again(world: World) -> None:
    body = {"data": None, "base_resp": {"status_code": 1024, "status_msg": "internal error"}}
    world.relay.faults.add(method="POST", body=body)
    task = await made(world, "speech", seconds=0, text="Hello there")
    assert task.phase is Phase.QUEUED
    await world.pass_time(30, step=10.0)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_an_answer_without_a_sound_may_have_been_charged(world: World) -> None:
    world.relay.faults.add(method="POST", body={"data": {"audio": ""}, "base_resp": {"status_code": 0}})
    task = await made(world, "speech", seconds=0, text="Hello there")
    assert task.phase is Phase.UNKNOWN and "It may have been charged." in world.text(task)


async def test_what_cannot_be_asked_for(world: World) -> None:
    bad: list[tuple[str, dict[str, Any], str]] = [
        ("music", {"prompt": "a slow waltz"}, "music-2.0 sings only what it is given: add `lyrics`."),
        ("image", {"prompt": "a fox", "width": 640}, "Give both `width` and `height`, or neither."),
        ("image", {"prompt": "a fox", "subject": ("a.gif", GIF)}, "Hailuo takes JPEG, PNG and WebP pictures"),
        ("image", {"prompt": "a fox", "subject": ("a.txt", b"x")}, "a.txt is not a picture."),
        ("speech", {"text": "  "}, "“text” is empty."),
    ]
    for command, options, sentence in bad:
        assert refusal(await hailuo(world, command, **options)).startswith(sentence)
    assert await world.tasks() == [] and world.relay.calls == []


async def test_a_small_picture_of_somebody_will_do(world: World) -> None:
    small = ("small.png", picture(64, 48))
    task = await made(world, "image", seconds=0, prompt="a fox", subject=small)
    assert task.phase is Phase.DELIVERED


async def test_what_discord_itself_refuses(world: World) -> None:
    for command, options in (
        ("speech", {"text": "x", "speed": 2.5}), ("speech", {"text": "x", "volume": 11.0}),
        ("speech", {"text": "x", "pitch": 13}), ("speech", {"text": "x", "format": "pcm"}),
        ("music", {"prompt": "a waltz"}), ("music", {**SONG, "lyrics": "x"}), ("image", {"prompt": "x", "count": 10}),
    ):  # fmt: skip
        with pytest.raises(OptionError):
            await hailuo(world, command, **options)


async def test_choices(tmp_path: Path) -> None:
    async with cinema(tmp_path, HAILUO_VOICES="a-1,b-2", HAILUO_SPEECH_MODELS="s-1") as world:
        for command, option, typed, found in (
            ("speech", "voice", "B", ["b-2"]), ("speech", "model", "", ["s-1"]), ("speech", "emotion", "s", [
                "sad", "disgusted", "surprised"]), ("speech", "language", "chi", ["Chinese", "Chinese,Yue"]),
            ("music", "model", "", ["music-2.0"]), ("image", "model", "", ["image-01"]),
            ("image", "aspect_ratio", "9:", ["9:16"]),
        ):  # fmt: skip
            choices = await world.ann.autocomplete(world.channel, f"hailuo {command}", option, typed)
            assert [choice["value"] for choice in choices] == found
