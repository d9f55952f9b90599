"""/kling: what cannot be asked for, what Kling turns away, and relays that lack something."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import one_film, refusal
from tests.discord.kling import FILE, OTHER, SPEECH, WORDS, film, kling, made, picture, recording, sent, studio
from tests.world import World

SMALL, LONG = ("small.png", picture(299, 300)), ("long.png", picture(800, 300))
GIF = ("fox.gif", picture(kind="GIF"))
FILM = ("film.mp4", film())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Kling."""
    async with studio(tmp_path) as found:
        one_film(found)
        yield found


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("video", {}, "Say what the video shows, or give an `image`."),
    ("video", {"prompt": WORDS, "duration": "7"}, "kling-v1-6 makes no videos of 7 seconds. It can do: 5, 10."),
    ("video", {"prompt": WORDS, "aspect_ratio": "4:3"}, "kling-v1-6 does not have the shape 4:3."),
    (
        "video",
        {"image": FILE, "end_image": OTHER, "camera": "zoom"},
        "Only one of these at a time: an end picture, a mask, camera control.",
    ),
    ("video", {"image": FILE, "aspect_ratio": "16:9"}, "The video has the shape of its picture: leave"),
    ("video", {"prompt": WORDS, "mask": OTHER}, "A `mask` goes with an `image` only."),
    ("video", {"prompt": WORDS, "model": "kling-v1-6", "sound": True}, "kling-v1-6 makes silent videos."),
    ("video", {"image": SMALL}, "`image` is too small: each side must have 300 pixels at least, it has 299 × 300."),
    ("video", {"image": FILE, "end_image": LONG}, "`end_image` is too long: its sides may be 1 to 2.5 at most"),
    ("video", {"image": GIF}, "`image`: Kling takes PNG and JPEG pictures only."),
    ("video", {"image": ("x.png", b"no")}, "x.png is not a picture."),
    ("multi", {"prompt": WORDS, "image": FILE, "image4": SMALL}, "`image4` is too small"),
    ("effect", {"scene": "hug", "image": FILE}, "“hug” is for two people: give `image2`, too."),
    ("effect", {"scene": "squish", "image": FILE, "image2": OTHER}, "“squish” is for one picture"),
    ("omni", {"prompt": WORDS, "use": "base"}, "`use` and `keep_sound` go with a `video` only."),
    ("image", {"prompt": WORDS, "image": FILE, "negative_prompt": "rain"}, "With a reference picture there is no"),
    ("image", {"prompt": WORDS, "reference": "face"}, "`reference`, `fidelity` and `human_fidelity` go with"),
    ("try-on", {"person": SMALL, "garment": FILE}, "`person` is too small"),
    ("lip-sync", {"text": "hi"}, "Give one video: one of your finished ones with `video`, or a `file`."),
    ("lip-sync", {"file": FILM}, "Give what is to be said: a `text`, or a recording with `audio`."),
    ("lip-sync", {"file": FILM, "text": "x" * 121}, "“text” is too long: 121 characters, at most 120."),
    (
        "lip-sync",
        {"file": FILM, "audio": ("talk.wav", recording(300))},
        "The recording has 300 seconds: for a lip-sync it may have 60 at most.",
    ),
    (
        "lip-sync",
        {"file": FILM, "audio": ("talk.wav", recording(30, rate=192000))},
        "The recording is too large for a lip-sync: at most 5 MiB.",
    ),
    (
        "lip-sync",
        {"file": FILM, "audio": SPEECH, "voice": "AOT"},
        "`voice`, `language` and `speed` go with a `text` only.",
    ),
    ("lip-sync", {"file": ("x.mp4", b"no"), "text": "hi"}, "x.mp4 is no video."),
    ("lip-sync", {"video": "nothing", "text": "hi"}, "There is no task “nothing”."),
    ("extend", {"video": "nothing.0"}, "There is no task “nothing”."),
]


async def test_what_cannot_be_asked_for(world: World) -> None:
    for command, options, sentence in REFUSED:
        told = refusal(await kling(world, command, **options))
        assert told.startswith(sentence), told
    assert await world.tasks() == [] and world.relay.calls == []


async def test_what_discord_itself_refuses(world: World) -> None:
    beyond: list[tuple[str, dict[str, Any]]] = [
        ("video", {"prompt": WORDS, "cfg": 1.1}),
        ("video", {"prompt": WORDS, "strength": 11, "camera": "roll"}),
        ("image", {"prompt": WORDS, "n": 10}),
        ("lip-sync", {"file": FILM, "text": "hi", "speed": 0.7}),
    ]
    for command, options in beyond:
        with pytest.raises(OptionError):
            await kling(world, command, **options)


async def test_somebody_elses_video(world: World) -> None:
    task = await made(world, "video", prompt=WORDS)
    sentence = "Only the one who asked for this can do that."
    assert refusal(await kling(world, "extend", world.ben, video=task.id)) == sentence
    assert refusal(await kling(world, "lip-sync", world.ben, video=task.id, text="hi")) == sentence


async def test_an_empty_speech(world: World) -> None:
    task = await made(world, "video", prompt=WORDS)
    form = await world.press(task, "kling-lips")
    assert refusal(await world.ann.submit_modal(form, {"text": "  ", "voice": ""})) == "“text” is empty."


# ------------------------------------------------------------------------------------------------ turned away


@pytest.mark.parametrize("coded", [False, True], ids=["status", "code"])
async def test_too_many_at_once_wait_their_turn(world: World, coded: bool) -> None:
    world.relay.kling.coded, world.relay.kling.parallel = coded, 0
    await kling(world, "video", prompt=WORDS)
    await world.pass_time(3 * 3600, step=600)
    task = await world.task()
    assert task.phase is Phase.QUEUED and task.attempts > 3
    assert "this one waits for its turn" in world.text(task)
    world.relay.kling.parallel = 1
    await world.pass_time(3 * 3600, step=600)
    assert (await world.task()).phase is Phase.DELIVERED and len(world.relay.paid()) == 1


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        (
            "sim:unsafe",
            "Kling's content policy refused it: Failure to pass the risk control system Nothing was charged.",
        ),
        ("sim:quota", "The relay account has no credit left. The operator has to top it up. Nothing was charged."),
        ("sim:html", "This relay does not offer that feature. Nothing was charged."),
        ("sim:fail", "The model could not finish this generation"),
        ("sim:banned", "The prompt was refused by content moderation"),
    ],
)
async def test_what_becomes_of_it_is_said(world: World, prompt: str, sentence: str) -> None:
    task = await made(world, "video", prompt=prompt)
    assert task.phase is Phase.FAILED and sentence in world.text(task)


async def test_a_model_that_the_relay_lacks_says_nothing_of_the_others(world: World) -> None:
    world.relay.kling.models = ("kling-v1",)
    task = await made(world, "video", prompt=WORDS)
    assert str(task.reason) == "The relay refused: model kling-v1-6 does not exist Nothing was charged."
    assert (await made(world, "video", prompt=WORDS, model="kling-v1")).phase is Phase.DELIVERED


async def test_a_kind_that_the_relay_lacks_is_not_offered_any_more(world: World) -> None:
    world.relay.kling.missing = ("videos/video-extend",)
    first = await made(world, "video", prompt=WORDS)
    task = await made(world, "extend", video=first.id)
    assert task.phase is Phase.FAILED and len(sent(world)) == 2
    assert refusal(await kling(world, "extend", video=first.id)).startswith("This relay does not offer that.")
    assert "Extend" not in world.labels(await made(world, "video", prompt=WORDS))


async def test_new_api_has_two_kinds_only(world: World) -> None:
    world.relay.kling.form = "new-api"
    assert (await made(world, "image", prompt=WORDS)).phase is Phase.FAILED
    assert (await made(world, "video", image=FILE)).phase is Phase.DELIVERED


async def test_a_task_that_nobody_knows_and_one_that_comes_late(world: World) -> None:
    await kling(world, "video", prompt="sim:lost")
    await world.pass_time(600, step=30)
    assert (await world.task()).phase is Phase.UNKNOWN
    world.relay.media_url = None
    marked = await made(world, "video", prompt="sim:nolink")
    await world.pass_time(300, step=30)
    (task,) = [task for task in await world.tasks() if task.id == marked.id]
    assert task.phase is Phase.DELIVERED and "watermarked" in task.media[0].url
