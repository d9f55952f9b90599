"""Kling: what does not go together, and why."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import Given, Submission
from bot.providers.kling import KlingOptions
from bot.providers.kling.choose import image, video
from bot.providers.kling.images import Image
from bot.providers.kling.lips import LipSync
from bot.providers.kling.models import VIDEO_MODELS
from bot.providers.kling.scenes import Effect, Multi, Omni
from bot.providers.kling.videos import ImageVideo, TextVideo
from bot.sniff import PNG

OPTIONS = KlingOptions()
A, B, C = "https://cdn.example/a.png", "https://cdn.example/b.png", "https://cdn.example/c.mp4"


def refused(kind: type[Submission], **given: Any) -> str:
    with pytest.raises(Invalid) as caught:
        kind.make(**given)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------ videos


def clip(**given: Any) -> dict[str, Any]:
    return {"model_name": "kling-v1-6", "prompt": "x", **given}


SHORT = "`duration` is a number of seconds, such as 5."
ONE = "Only one of these at a time: an end picture, a mask, camera control."
SHAPE = "The video has the shape of its picture: leave `aspect_ratio` out."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"prompt": " "}, "Say what the video shows, or give an `image`."),
        ({"prompt": "x" * 2501}, "“prompt” is too long: 2501 characters, at most 2500."),
        ({"duration": "7"}, "kling-v1-6 makes no videos of 7 seconds. It can do: 5, 10."),
        ({"duration": "five"}, SHORT),
        ({"duration": "5s", "model_name": "kling-v9"}, SHORT),
        ({"duration": "2", "model_name": "kling-v3"}, "kling-v3 makes no videos of 2 seconds. It can do: 3, 4, 5, "),
        ({"aspect_ratio": "4:3"}, "kling-v1-6 does not have the shape 4:3. It has: 16:9, 9:16, 1:1."),
        ({"aspect_ratio": "wide"}, "`aspect_ratio` is written like 16:9."),
        ({"model_name": "kling-v2-1"}, "kling-v2-1 makes videos from pictures only: give an `image`."),
        ({"model_name": "kling-v2-master", "mode": "pro"}, "kling-v2-master has only one mode: leave `mode` out."),
        ({"model_name": "kling-v2-6", "cfg_scale": 0.5}, "kling-v2-6 does not know `cfg`: leave it out."),
        ({"sound": True}, "kling-v1-6 makes silent videos. These have sound: kling-v2-6, kling-v3, kling-v3-omni."),
        ({"model_name": "kling-v2-6", "sound": True}, "With kling-v2-6, `sound` needs `mode` Pro."),
        ({"camera": "zoom"}, "kling-v1-6 cannot do that: leave `camera` out."),
        (
            {"model_name": "kling-v1", "camera": "zoom", "duration": "10"},
            "With kling-v1, `camera` goes with a `duration` of 5 seconds only.",
        ),
        ({"camera_strength": 3}, "`strength` goes with a `camera` move only."),
        ({"camera": "down_back", "camera_strength": 3}, "That `camera` move has no `strength`: leave it out."),
        ({"camera": "zoom", "camera_strength": 0}, "A `strength` of 0 moves nothing: give -10 to 10."),
    ],
)
def test_a_video_from_words_that_cannot_be(given: dict[str, Any], sentence: str) -> None:
    assert refused(TextVideo, **clip(**given)).startswith(sentence)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"image": A, "aspect_ratio": "16:9"}, SHAPE),
        ({"image": A, "image_tail": B}, "With kling-v1-6, `end_image` needs `mode` Pro."),
        ({"image": A, "image_tail": B, "camera": "pan", "mode": "pro"}, ONE),
        ({"image": A, "image_tail": B, "static_mask": B, "mode": "pro"}, ONE),
        ({"image": A, "static_mask": B, "camera": "pan"}, ONE),
        (
            {"model_name": "kling-v1", "image": A, "image_tail": B, "duration": "10"},
            "With kling-v1, `end_image` goes with a `duration` of 5 seconds only.",
        ),
        (
            {"model_name": "kling-v2-1-master", "image": A, "image_tail": B},
            "kling-v2-1-master cannot do that: leave `end_image` out.",
        ),
        (
            {"model_name": "kling-v2-6", "image": A, "image_tail": B, "mode": "pro", "sound": True},
            "With kling-v2-6, `sound` and an end picture exclude each other.",
        ),
        ({"image": A, "static_mask": B}, "kling-v1-6 cannot do that: leave `mask` out."),
        ({"model_name": "kling-v1", "image": A, "camera": "pan"}, "kling-v1 cannot do that: leave `camera` out."),
    ],
)
def test_a_video_from_a_picture_that_cannot_be(given: dict[str, Any], sentence: str) -> None:
    assert refused(ImageVideo, **clip(**given)) == sentence


def test_where_a_video_may_end_with_a_picture() -> None:
    def fits(model: str, mode: str | None, duration: str) -> bool:
        try:
            ImageVideo.make(model_name=model, image=A, image_tail=B, mode=mode, duration=duration)
        except Invalid:
            return False
        return True

    pro, modes = {("pro", "5"), ("pro", "10")}, (None, "std", "pro")
    every = {(mode, length) for mode in modes for length in ("5", "10")}
    known = {"kling-v1": {(mode, "5") for mode in modes}, "kling-v3": every}
    known |= {name: set() for name in ("kling-v2-master", "kling-v2-1-master")}
    for model in VIDEO_MODELS:
        found = {(mode, length) for mode, length in every if fits(model, mode, length)}
        assert found == known.get(model, pro), model


def test_models_that_nobody_knows_are_left_to_the_server() -> None:
    ImageVideo.make(model_name="kling-v9", image=A, image_tail=B, sound=True, cfg_scale=1, duration="30", mode="std")
    TextVideo.make(model_name="kling-v9", prompt="x", camera="roll", aspect_ratio="4:3")


def test_a_mask_without_its_picture_and_of_another_shape() -> None:
    with pytest.raises(Invalid, match="A `mask` goes with an `image` only"):
        video(OPTIONS, {"prompt": "x", "static_mask": B})
    wide, high = Given(PNG, 1, pixels=(1600, 900)), Given(PNG, 1, pixels=(900, 1600))
    ImageVideo.check_together({"image": wide, "static_mask": Given(PNG, 1, pixels=(801, 450))})
    ImageVideo.check_together({"image": wide, "image_tail": high})
    with pytest.raises(Invalid, match="another shape than the picture"):
        ImageVideo.check_together({"image": wide, "static_mask": high})


def test_the_usual_model_unless_only_another_one_can() -> None:
    few = KlingOptions(models="kling-v2-5-turbo", model="kling-v2-master")
    assert video(few, {"prompt": "x"}).model_name == "kling-v2-master"
    with pytest.raises(Invalid, match="kling-v2-master cannot do that: leave `camera` out"):
        video(few, {"prompt": "x", "camera": "roll"})
    with pytest.raises(Invalid, match="kling-v1-6 makes no videos of 15 seconds"):
        video(OPTIONS, {"prompt": "x", "duration": "15"})
    assert video(OPTIONS, {"prompt": "x", "sound": True, "duration": "15"}).model_name == "kling-v3"


# ------------------------------------------------------------------------------------------------ scenes


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (Multi, {"prompt": ""}, "“prompt” is empty."),
        (Multi, {"prompt": "x", "duration": "7"}, "kling-v1-6 makes no videos of 7 seconds."),
        (Multi, {"prompt": "x", "aspect_ratio": "4:3"}, "kling-v1-6 does not have the shape 4:3."),
        (Effect, {"effect_scene": "hug", "image": A}, "“hug” is for two people: give `image2`, too."),
        (Effect, {"effect_scene": "squish", "image2": B}, "“squish” is for one picture: leave `image2` out."),
        (Effect, {"effect_scene": "squish", "mode": "pro"}, "“squish” has only one mode: leave `mode` out."),
        (Effect, {"effect_scene": "squish", "duration": "10"}, "“squish” always has 5 seconds: leave `duration` out."),
        (
            Effect,
            {"effect_scene": "squish", "model_name": "kling-v1"},
            "“squish” can be made with these models: kling-v1-6.",
        ),
        (
            Effect,
            {"effect_scene": "kiss", "image2": B, "model_name": "kling-v3"},
            "“kiss” can be made with these models: kling-v1-6, kling-v1-5, kling-v1.",
        ),
        (Effect, {"effect_scene": "kiss", "image2": B, "duration": "7"}, "kiss makes no videos of 7 seconds."),
        (Effect, {"effect_scene": "no such/scene"}, "“scene” cannot be used"),
        (Omni, {"prompt": "x", "duration": "11"}, "kling-video-o1 makes no videos of 11 seconds."),
        (Omni, {"prompt": "x", "sound": True}, "kling-video-o1 makes silent videos. These have sound: kling-v3-omni."),
        (Omni, {"prompt": "x", "refer_type": "base"}, "`use` and `keep_sound` go with a `video` only."),
        (Image, {"model_name": "kling-v1", "prompt": " "}, "“prompt” is empty."),
        (
            Image,
            {"model_name": "kling-v2", "prompt": "x", "image": A, "negative_prompt": "y"},
            "With a reference picture there is no `negative_prompt`: leave one of the two out.",
        ),
        (
            Image,
            {"model_name": "kling-v1-5", "prompt": "x", "image": A},
            "kling-v1-5 has to know what of the picture counts: `reference`.",
        ),
        (
            Image,
            {"model_name": "kling-v2", "prompt": "x", "image_reference": "face"},
            "`reference`, `fidelity` and `human_fidelity` go with an `image` only.",
        ),
        (
            Image,
            {"model_name": "kling-v2", "prompt": "x", "image": A, "image_reference": "face", "human_fidelity": 0.5},
            "`human_fidelity` goes with the reference “subject” only.",
        ),
        (
            Image,
            {"model_name": "kling-v1-5", "prompt": "x", "resolution": "2k"},
            "kling-v1-5 makes pictures of 1k only: leave `resolution` out.",
        ),
        (
            Image,
            {"model_name": "kling-v1", "prompt": "x", "aspect_ratio": "9:21"},
            "kling-v1 does not have the shape 9:21.",
        ),
        (LipSync, {"text": "hi"}, "Give one video: one of your finished ones with `video`, or a `file`."),
        (LipSync, {"text": "hi", "video_id": "v", "video_url": C}, "Give one video:"),
        (LipSync, {"video_id": "v"}, "Give what is to be said: a `text`, or a recording with `audio`."),
        (LipSync, {"video_id": "v", "text": "hi", "audio_file": A}, "Give what is to be said:"),
        (LipSync, {"video_id": "v", "text": "x" * 121}, "“text” is too long: 121 characters, at most 120."),
        (
            LipSync,
            {"video_id": "v", "audio_file": A, "voice_speed": 1.5},
            "`voice`, `language` and `speed` go with a `text` only.",
        ),
        (
            LipSync,
            {"video_id": "v", "text": "hi", "voice_id": "mengwa-v1", "voice_language": "en"},
            "The voice mengwa-v1 speaks Chinese only.",
        ),
    ],
)
def test_what_does_not_go_together(kind: type[Submission], given: dict[str, Any], sentence: str) -> None:
    assert refused(kind, **given).startswith(sentence)


def test_a_scene_that_nobody_lists_takes_what_is_chosen() -> None:
    body = Effect.make(effect_scene=" moon_walk ", image=A, image2=B, duration="10", model_name="kling-v9").body()
    models = {"model_name": "kling-v9", "model": "kling-v9"}
    assert body == {"effect_scene": "moon_walk", "input": {**models, "duration": "10", "images": [A, B]}}


def test_a_reference_is_named_where_it_must_be() -> None:
    assert image(OPTIONS, {"prompt": "x", "image": A}).image_reference == "subject"
    assert image(OPTIONS, {"prompt": "x", "image": A, "image_reference": "face"}).image_reference == "face"
    assert image(OPTIONS, {"prompt": "x", "image": A, "model_name": "kling-v2"}).image_reference is None
