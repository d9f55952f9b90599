"""Hailuo: what is sent, and what cannot be asked for."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import INPUT, Given, Options, Submission
from bot.providers.hailuo import HAILUO, HailuoOptions, Image, Music, Speech, Video, camera, choose
from bot.providers.hailuo.choose import FIRST, LAST, SUBJECT
from bot.providers.hailuo.models import MODELS, durations, resolutions
from bot.sniff import GIF, JPEG, Kind
from bot.wire import Call

STORED, ELSE = f"{INPUT}abc", f"{INPUT}def"
OPTIONS = HailuoOptions()
TWO, LATER, FAST = "MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast"


def sent(made: Submission, path: str, timeout: float = 60.0) -> Any:
    """The body of the one call of a request, which is the same after it was stored."""
    (step,) = made.steps()
    call = step.call({})
    assert isinstance(call, Call) and call == made.call()
    assert type(made).restored(made.model_dump_json(exclude_none=True)) == made
    assert call == Call("POST", path, json=call.json, paid=True, timeout=timeout)
    return call.json


def film(**values: Any) -> Any:
    return sent(Video.make(**values), "/v1/video_generation")


def refused(**values: Any) -> str:
    """Why a video is not asked for; ``files`` are the files that come along, ``model`` the one that was chosen."""
    files, model = values.pop("files", ()), values.pop("model", None)
    with pytest.raises(Invalid) as caught:
        choose.video(OPTIONS, model, {"prompt": "a fox", **values}, files)
    return str(caught.value.text)


# ------------------------------------------------------------------------------------------------ videos


def test_videos_from_words_and_frames() -> None:
    assert film(model=LATER, prompt=" a fox ") == {"model": LATER, "prompt": "a fox"}
    assert film(model=FAST, first_frame_image=STORED) == {"model": FAST, "first_frame_image": STORED}
    whole = {
        "model": TWO, "prompt": "a fox", "first_frame_image": STORED, "last_frame_image": ELSE, "duration": 10,
        "resolution": "768P", "prompt_optimizer": False, "fast_pretreatment": True, "aigc_watermark": False,
    }  # fmt: skip
    assert film(**{**whole, "resolution": " 768p"}) == whole
    assert Video.make(**whole).inputs() == ["abc", "def"]


def test_a_video_of_somebody() -> None:
    somebody = [{"type": "character", "image": [STORED]}]
    body = {"model": "S2V-01", "prompt": "she waves", "subject_reference": somebody}
    assert film(model="S2V-01", prompt="she waves", subject=STORED) == body
    assert Video.make(model="S2V-01", prompt="she waves", subject=STORED).inputs() == ["abc"]


TYPED_MOVES: list[tuple[Any, ...]] = [
    ("[Push in]", "a fox [Push in]"),
    ("push in", "a fox [Push in]"),
    ("[Push in, Pan left]", "a fox [Push in, Pan left]"),
    ("[push in] [pan  LEFT];Shake", "a fox [Push in, Pan left, Shake]"),
    ("[]", "a fox"),
]


def test_camera_moves_go_behind_the_prompt() -> None:
    for typed, prompt in TYPED_MOVES:
        assert film(model=TWO, prompt="a fox", camera=typed) == {"model": TWO, "prompt": prompt}


def test_camera_moves_alone() -> None:
    body = film(model=TWO, first_frame_image=STORED, camera="Shake")
    assert body == {"model": TWO, "first_frame_image": STORED, "prompt": "[Shake]"}


@pytest.mark.parametrize(
    ("files", "model"),
    [((), TWO), ((FIRST,), TWO), ((LAST,), TWO), ((FIRST, LAST), TWO), ((SUBJECT,), "S2V-01")],
)
def test_the_model_when_none_is_chosen(files: tuple[str, ...], model: str) -> None:
    assert choose.video(OPTIONS, None, {"prompt": "a fox"}, files).model == model


@pytest.mark.parametrize(
    ("models", "files", "model"),
    [
        (f"{FAST},{LATER}", (), LATER),
        (f"{FAST},{LATER}", (FIRST,), FAST),
        (f"{LATER},T2V-01", (LAST,), TWO),
        ("T2V-01,I2V-01", (FIRST,), "I2V-01"),
        ("T2V-01", (SUBJECT,), "S2V-01"),
        ("brand-new", (FIRST,), "brand-new"),
    ],
)
def test_the_operators_models(models: str, files: tuple[str, ...], model: str) -> None:
    assert choose.video(HailuoOptions(models=models), None, {"prompt": "a fox"}, files).model == model


TABLE = {
    TWO: {(6, "512P"), (6, "768P"), (6, "1080P"), (10, "512P"), (10, "768P")},
    LATER: {(6, "768P"), (6, "1080P"), (10, "768P")},
    FAST: {(6, "768P"), (6, "1080P"), (10, "768P")},
    **{name: {(6, "720P")} for name in MODELS if not name.startswith("MiniMax")},
}
FILES = {"S2V-01": (SUBJECT,), "T2V-01": (), "T2V-01-Director": ()}


def test_the_table_of_durations_and_resolutions() -> None:
    for model in MODELS:
        files = FILES.get(model, (FIRST,))
        taken = set()
        for seconds in (5, 6, 10):
            for resolution in ("512P", "720P", "768P", "1080P", "2K"):
                try:
                    choose.video(OPTIONS, model, {"prompt": "x", "duration": seconds, "resolution": resolution}, files)
                except Invalid:
                    continue
                taken.add((seconds, resolution))
        assert taken == TABLE[model]


def test_what_can_be_chosen_with_a_model() -> None:
    assert resolutions(TWO, None) == ["512P", "768P", "1080P"] and resolutions(TWO, 10) == ["512P", "768P"]
    assert resolutions(LATER, 10) == ["768P"] and resolutions("T2V-01", 10) == []
    assert resolutions("new", 10) == ["512P", "720P", "768P", "1080P"]
    assert durations(TWO, None) == [6, 10] and durations(TWO, "1080P") == [6] and durations(LATER, "512P") == []
    assert durations("S2V-01", None) == [6] and durations("new", "4K") == [6, 10]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"duration": 5}, f"{TWO} makes videos of 6, 10 seconds, not of 5."),
        ({"model": "T2V-01", "duration": 10}, "T2V-01 makes videos of 6 seconds, not of 10."),
        ({"resolution": "720p"}, f"{TWO} has no resolution 720P, only 512P, 768P, 1080P."),
        (
            {"model": LATER, "resolution": "512P", "files": (FIRST,)},
            f"{LATER} has no resolution 512P, only 768P, 1080P.",
        ),
        ({"duration": 10, "resolution": "1080P"}, f"{TWO} makes 1080P for 6 seconds only, not for 10."),
        (
            {"resolution": "512P"},
            "512P is for videos that begin with a picture: give a `first_frame`, or choose another resolution.",
        ),
        (
            {"resolution": "512P", "files": (FIRST, LAST)},
            "A `last_frame` does not go with 512P: choose 768P or 1080P.",
        ),
        (
            {"model": LATER, "files": (LAST,)},
            f"{LATER} cannot end with a given picture: choose {TWO}, or leave `last_frame` out.",
        ),
        ({"model": FAST}, f"{FAST} begins with a picture: give a `first_frame`, or choose another model."),
        ({"model": "I2V-01-live"}, "I2V-01-live begins with a picture: give a `first_frame`, or choose another model."),
        (
            {"model": "T2V-01", "files": (FIRST,)},
            "T2V-01 takes no `first_frame`: leave it out, or choose another model.",
        ),
        ({"model": "S2V-01"}, "S2V-01 shows somebody whom you know: give a picture of them as `subject`."),
        ({"model": TWO, "files": (SUBJECT,)}, f"{TWO} takes no `subject`: choose S2V-01, or leave it out."),
        ({"prompt": None}, "Say what the video shows, or give a `first_frame`."),
        ({"prompt": None, "files": (LAST,)}, "Say what the video shows, or give a `first_frame`."),
        ({"prompt": None, "files": (SUBJECT,)}, "Say what the one in the picture does."),
        (
            {"model": "T2V-01", "camera": "Shake"},
            "T2V-01 does not follow camera moves: choose another model, or leave `camera` out.",
        ),
        (
            {"model": "T2V-01", "fast_pretreatment": True},
            "`fast` is for MiniMax-Hailuo-02 and 2.3 only, not for T2V-01: leave it out.",
        ),
        ({"camera": "Push in,Shake,Pan left,Tilt up"}, "At most 3 camera moves go together, not 4."),
        (
            {"prompt": "a fox [Push in, Shake, Pan left, tilt up]"},
            "At most 3 camera moves go together, not 4.",
        ),
        ({"prompt": " "}, "“prompt” is empty."),
        ({"prompt": "x" * 2001}, "“prompt” is too long: 2001 characters, at most 2000."),
        (
            {"prompt": "x" * 1995, "camera": "Shake"},
            "With its camera moves the prompt has 2003 characters, at most 2000.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(values: dict[str, Any], sentence: str) -> None:
    assert refused(**values) == sentence


@pytest.mark.parametrize("values", [{"camera": "[Fly over]"}, {"prompt": "a fox [push in, Fly over]"}])
def test_an_unknown_move(values: dict[str, Any]) -> None:
    assert refused(**values).startswith("There is no camera move “Fly over”. Known: Truck left, Truck right,")


def test_other_words_in_brackets_are_no_camera_moves() -> None:
    assert film(model=TWO, prompt="a sign [keep out, danger, do not, enter]")["prompt"].endswith("enter]")


def test_a_model_that_only_the_relay_knows_is_not_checked() -> None:
    made = choose.video(OPTIONS, "new", {"prompt": "x", "duration": 15, "resolution": "4k", "camera": "Shake"}, (LAST,))
    assert made.body() == {"model": "new", "prompt": "x [Shake]", "duration": 15, "resolution": "4K"}


# ------------------------------------------------------------------------------------------------ pictures given


@pytest.mark.parametrize(
    ("kind", "size", "pixels", "sentence"),
    [
        (GIF, 1, (400, 400), "Hailuo takes JPEG, PNG and WebP pictures, but no GIF."),
        (JPEG, 20_000_000, (400, 400), "The picture is too large: Hailuo takes less than 20 MB."),
        (JPEG, 1, (300, 400), "The picture is too small: 300 × 400 pixels; each side must have more than 300."),
        (
            JPEG, 1, (301, 753),
            "The picture is too long and narrow: 301 × 753 pixels; it must be between 2:5 and 5:2.",
        ),
        (
            JPEG, 1, (1003, 401),
            "The picture is too long and narrow: 1003 × 401 pixels; it must be between 2:5 and 5:2.",
        ),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_used(kind: Kind, size: int, pixels: tuple[int, int], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Video.check_input(FIRST, Given(kind, size, pixels=pixels), OPTIONS)
    assert str(caught.value.text) == sentence


FITTING: list[Any] = [(301, 301), (1000, 400), (400, 1000), None]


def test_pictures_that_can_be_used() -> None:
    for pixels in FITTING:
        assert Video.check_input(FIRST, Given(JPEG, 19_999_999, pixels=pixels), OPTIONS) == {}


def test_the_operator_says_how_pictures_are_sent() -> None:
    for kind in (Video, Image):
        assert [kind.picture_form(HailuoOptions(images=form)) for form in ("data", "url")] == ["data", "url"]
        assert kind.picture_form(Options()) == "data"


def test_the_route_is_the_operators() -> None:
    made = Video.make(model=TWO, prompt="x")
    assert made.route(OPTIONS) == "/minimax" and made.route(HailuoOptions(prefix="/minimaxi")) == "/minimaxi"
    assert HAILUO.lookup is not None
    assert HAILUO.lookup.ask("1 2").path == "/v1/query/video_generation?task_id=1%202"


# ------------------------------------------------------------------------------------------------ at once


def test_speech() -> None:
    body = {
        "model": "speech-2.6-hd", "text": "Hello", "stream": False, "voice_setting": {"voice_id": "female-shaonv"},
        "audio_setting": {"format": "mp3"}, "output_format": "hex",
    }  # fmt: skip
    assert sent(choose.speech(OPTIONS, {"text": " Hello "}), "/v1/t2a_v2", 120.0) == body
    voice = {"voice_id": "mine", "speed": 0.5, "vol": 10.0, "pitch": -12, "emotion": "sad"}
    chosen = {"text": "Hello", "model": "m", **voice, "language_boost": "English", "format": "flac"}
    assert sent(choose.speech(HailuoOptions(sound="url"), chosen), "/v1/t2a_v2", 120.0) == body | {
        "model": "m", "voice_setting": voice, "language_boost": "English", "audio_setting": {"format": "flac"},
        "output_format": "url",
    }  # fmt: skip
    assert choose.speech(HailuoOptions(speech_models="a,b", voices="x, y"), {"text": "t"}).voice_id == "x"


def test_music() -> None:
    chosen = {"prompt": "a slow waltz", "lyrics": "round and round", "model": None, "format": "wav"}
    body = {
        "model": "music-2.0", "prompt": "a slow waltz", "lyrics": "round and round",
        "audio_setting": {"format": "wav"}, "output_format": "hex",
    }  # fmt: skip
    assert sent(choose.music(OPTIONS, chosen), "/v1/music_generation", 280.0) == body
    newer = HailuoOptions(music_models="music-9")
    assert "lyrics" not in sent(choose.music(newer, {"prompt": "a slow waltz"}), "/v1/music_generation", 280.0)


def test_pictures() -> None:
    path, form = "/v1/image_generation", {"response_format": "url"}
    assert sent(choose.image(OPTIONS, {"prompt": "a fox"}), path, 180.0) == {
        "model": "image-01", "prompt": "a fox", **form,
    }  # fmt: skip
    whole = {"model": "m", "prompt": "a fox", "n": 9, "seed": 0, "width": 512, "height": 768, "prompt_optimizer": True}
    somebody = [{"type": "character", "image_file": STORED}]
    made = sent(choose.image(OPTIONS, {**whole, "subject": STORED}), path, 180.0)
    assert made == whole | form | {"subject_reference": somebody}


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (Music, {"model": "music-2.0", "prompt": "a slow waltz"},
         "music-2.0 sings only what it is given: add `lyrics`."),
        (Image, {"width": 512}, "Give both `width` and `height`, or neither."),
        (Image, {"height": 512}, "Give both `width` and `height`, or neither."),
        (Image, {"width": 512, "height": 512, "aspect_ratio": "1:1"},
         "Give either `aspect_ratio`, or `width` and `height`."),
        (Image, {"n": 10}, "“count” cannot be used: Input should be less than or equal to 9."),
        (Music, {"prompt": "x" * 2001}, "“prompt” is too long: 2001 characters, at most 2000."),
        (Music, {"lyrics": "x" * 3001, "prompt": "a slow waltz"},
         "“lyrics” is too long: 3001 characters, at most 3000."),
        (Speech, {"text": " "}, "“text” is empty."),
        (Speech, {"speed": 2.1}, "“speed” cannot be used: Input should be less than or equal to 2."),
        (Speech, {"vol": 10.1}, "“volume” cannot be used: Input should be less than or equal to 10."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_at_once(kind: type[Submission], values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        kind.make(**{"model": "x", "prompt": "a fox", "text": "x", "voice_id": "x", **values})
    assert str(caught.value.text) == sentence


def test_what_the_operator_has_switched_off() -> None:
    options = HailuoOptions(speech=False, music=False, pictures=False)
    for ask in (choose.speech, choose.music, choose.image):
        with pytest.raises(Invalid) as caught:
            ask(options, {"prompt": "a slow waltz", "text": "x"})
        assert caught.value.text == choose.SWITCHED_OFF


LISTS: list[Any] = ["models", "voices", "speech_models", "music_models", "picture_models"]


def test_a_list_that_names_nothing() -> None:
    for name in LISTS:
        with pytest.raises(ValueError, match="names nothing"):
            HailuoOptions.model_validate({name: " , "})


# ------------------------------------------------------------------------------------------------ moves as one types


COMPLETIONS: list[tuple[Any, ...]] = [
    ("pu", ["[Push in]", "[Pull out]"]),
    ("[Push in, sh", ["[Push in, Shake]", "[Push in, Tracking shot]", "[Push in, Static shot]"]),
    ("[Push in, Shake, Static shot]", ["[Push in, Shake, Static shot]"]),
    ("[Push in] [Shake] Static", ["[Push in, Shake, Static shot]"]),
    ("Push in, Shake, Tilt up, Tilt down", []),
    ("nothing, Shake", []),
    ("nothing", []),
]


def test_completions() -> None:
    for typed, found in COMPLETIONS:
        assert camera.completions(typed)[:3] == found[:3]


def test_all_completions() -> None:
    assert camera.completions("") == [f"[{move}]" for move in camera.MOVES]
    more = camera.completions("[Push in]")
    assert more[0] == "[Push in]" and len(more) == len(camera.MOVES)
    assert all(camera.cue(one) == one for one in more)
