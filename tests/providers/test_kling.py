"""Kling: which files it takes, what finished videos are good for, and what the operator can set."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import Invalid
from bot.lookup import Single
from bot.provider import CATALOGUE, Given, Submission
from bot.providers.kling import KlingOptions
from bot.providers.kling.after import can_extend, can_speak
from bot.providers.kling.choose import speaking
from bot.providers.kling.images import Image, TryOn
from bot.providers.kling.lips import LipSync
from bot.providers.kling.scenes import Effect, Multi, Omni
from bot.providers.kling.videos import Extend, ImageVideo, TextVideo
from bot.providers.kling.voices import VOICES, language_of
from bot.sniff import AAC, FLAC, GIF, JPEG, M4A, MOV, MP3, MP4, OGG, PNG, WAV, WEBM, WEBP
from bot.task import Place, Task

OPTIONS = KlingOptions()
KINDS: list[type[Submission]] = [TextVideo, ImageVideo, Multi, Extend, Effect, Omni, LipSync, Image, TryOn]


def test_each_kind_is_asked_about_where_it_was_made() -> None:
    assert len({kind.path for kind in KINDS}) == len(KINDS)
    assert {kind for (name, _action), kind in CATALOGUE.items() if name == "kling"} == set(KINDS)
    for kind in KINDS:
        assert isinstance(kind.lookup, Single) and kind.lookup.path == f"{kind.path}/{{id}}"


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Given(PNG, 1, pixels=(299, 400)), "`end_image` is too small: each side must have 300 pixels at least"),
        (Given(JPEG, 1, pixels=(300, 751)), "`end_image` is too long: its sides may be 1 to 2.5 at most"),
        (Given(WEBP, 1, pixels=(400, 400)), "`end_image`: Kling takes PNG and JPEG pictures only."),
        (Given(GIF, 1), "`end_image`: Kling takes PNG and JPEG pictures only."),
    ],
)
def test_a_picture_that_kling_does_not_take(given: Given, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        ImageVideo.check_input("image_tail", given, OPTIONS)
    assert str(caught.value).startswith(sentence)


def test_pictures_that_kling_takes() -> None:
    for kind, field in (
        (ImageVideo, "image"),
        (Multi, "image4"),
        (Effect, "image2"),
        (Image, "image"),
        (Omni, "image5"),
    ):
        for given in (Given(PNG, 1, pixels=(300, 750)), Given(JPEG, 1, pixels=(750, 300)), Given(PNG, 1)):
            assert kind.check_input(field, given, OPTIONS) == {}
    assert TryOn.check_input("human_image", Given(PNG, 1, pixels=(300, 300)), OPTIONS) == {}
    assert Omni.check_input("video", Given(WEBM, 1, seconds=90), OPTIONS) == {}


@pytest.mark.parametrize(
    ("field", "given", "sentence"),
    [
        ("video_url", Given(WEBM, 1, seconds=5), "Kling takes MP4 and MOV videos only."),
        ("video_url", Given(MP4, 1, seconds=1.5), "The video has 2 seconds: for a lip-sync it must have 2 to 10."),
        ("video_url", Given(MOV, 1, seconds=12), "The video has 12 seconds: for a lip-sync it must have 2 to 10."),
        ("audio_file", Given(OGG, 1, seconds=5), "Kling takes MP3, WAV, M4A and AAC recordings only."),
        ("audio_file", Given(FLAC, 1, seconds=5), "Kling takes MP3, WAV, M4A and AAC recordings only."),
        (
            "audio_file",
            Given(MP3, 1, seconds=300),
            "The recording has 300 seconds: for a lip-sync it may have 60 at most.",
        ),
        ("audio_file", Given(M4A, 5 * 1024**2 + 1), "The recording is too large for a lip-sync: at most 5 MiB."),
    ],
)
def test_files_that_a_lip_sync_does_not_take(field: str, given: Given, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        LipSync.check_input(field, given, OPTIONS)
    assert str(caught.value) == sentence


def test_files_that_a_lip_sync_takes() -> None:
    assert LipSync.check_input("video_url", Given(MP4, 20 * 1024**2, seconds=10.1), OPTIONS) == {}
    for kind in (MP3, WAV, M4A, AAC):
        assert LipSync.check_input("audio_file", Given(kind, 5 * 1024**2, seconds=60), OPTIONS) == {}


def test_how_files_are_handed_over() -> None:
    by_link = KlingOptions(images="url")
    assert [ImageVideo.input_form("image", given) for given in (OPTIONS, by_link)] == ["base64", "url"]
    assert [Omni.input_form("video", given) for given in (OPTIONS, by_link)] == ["url", "url"]
    assert [LipSync.input_form("audio_file", given) for given in (OPTIONS, by_link)] == ["base64", "base64"]
    assert (LipSync.input_form("video_url", OPTIONS), LipSync.takes("video_url")) == ("url", "video")


# ------------------------------------------------------------------------------------------------ afterwards


def finished(action: str, seconds: float | None = 5.1, **submission: Any) -> Task:
    data = {"video_id": "vid-1", **({"seconds": seconds} if seconds else {})}
    stored = json.dumps(submission)
    return Task(
        id="t", provider="kling", action=action, submission=stored, caption="", user_id=1, locale="en-US",
        place=Place(channel_id=1), created_at=0, finished_at=100.0, remote_id="r-1", data=data,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("task", "extends", "speaks"),
    [
        (finished("video", model_name="kling-v1-6"), True, True),
        (finished("animate", model_name="kling-v1"), True, True),
        (finished("animate", None), True, True),
        (finished("video", 10.4, model_name="kling-v2-1"), False, True),
        (finished("multi", model_name="kling-v1-6"), False, True),
        (finished("extend", 12.0), True, False),
        (finished("extend", 176.0), False, False),
    ],
)
def test_what_a_finished_video_can_be_used_for(task: Task, extends: bool, speaks: bool) -> None:
    assert (can_extend(task), can_speak(task)) == (extends, speaks)


def test_whose_voice_it_is() -> None:
    def body(**chosen: Any) -> Any:
        return speaking(OPTIONS, finished("video"), 200.0, chosen).body()["input"]

    assert body(text="hi")["voice_id"] == "oversea_male1"
    assert body(text="hi", voice_language="zh")["voice_id"] == "tiyuxi_xuedi"
    assert (body(text="hi")["task_id"], body(text="hi")["voice_language"]) == ("r-1", "en")
    assert language_of("hi", "mengwa-v1") == language_of("你好") == "zh"
    assert {OPTIONS.voice, OPTIONS.chinese_voice} <= set(VOICES["zh"])


@pytest.mark.parametrize(
    "given", [{"models": " , "}, {"image_models": ""}, {"voice": "mengwa-v1"}, {"images": "data"}], ids=str
)
def test_settings_that_cannot_be(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        KlingOptions.model_validate(given)
