"""OpenAI's media: what is sent, and what is refused before that."""

from typing import Any

import pytest

from bot.config import ConfigurationError, load
from bot.errors import Invalid
from bot.provider import CATALOGUE, Given, Options, Submission
from bot.providers.openai import OpenAIOptions, choose
from bot.providers.openai.models import known, may_say_how
from bot.providers.openai.moderation import Moderation
from bot.providers.openai.pictures import INPUTS, Edit, Image, OldEdit
from bot.providers.openai.sounds import Speech, Transcription, Translation
from bot.providers.openai.videos import Remix, Video
from bot.sniff import GIF, PNG
from bot.wire import Part

USUAL = OpenAIOptions()
PROMPT = {"prompt": "a fox"}
MIB = 2**20


def parts(submission: Submission) -> list[tuple[str, str]]:
    return [(part.name, part.value) for part in submission.call().form]


def test_every_paid_call_is_marked_and_has_its_time() -> None:
    calls = [
        Image.make(model="m", **PROMPT).call(),
        Edit.make(model="m", image="input:a", **PROMPT).call(),
        Speech.make(model="m", input="x", voice="v").call(),
        Transcription.make(model="m", file="input:a").call(),
        Translation.make(model="m", file="input:a").call(),
        Moderation.make(input="x").call(),
        Video.make(model="m", **PROMPT).call(),
        Remix.make(video_id="v/1", **PROMPT).call(),
    ]
    assert all(call.paid and call.method == "POST" and 60 <= call.timeout <= 300 for call in calls)
    assert [call.raw for call in calls] == [False, False, True, True, True, False, False, False]
    assert calls[-1].path == "/v1/videos/v%2F1/remix" and calls[-1].json == PROMPT


@pytest.mark.parametrize(
    ("model", "said"),
    [("dall-e-2", "url"), ("dall-e-3", "url"), ("gpt-image-1", None), ("gpt-image-2", None), ("site-painter", "url")],
)
def test_how_to_answer_is_said_only_to_models_that_leave_the_choice(model: str, said: str | None) -> None:
    options = OpenAIOptions(image_answers="url")
    assert choose.image(options, model, PROMPT).response_format == said
    assert choose.image(USUAL, model, PROMPT).response_format is None
    assert may_say_how(model) is (said is not None)


@pytest.mark.parametrize(
    ("given", "size"),
    [("1024x1024", "1024x1024"), (" 1024 × 1024 ", "1024x1024"), ("1024X1024", "1024x1024"), ("auto", "auto")],
)
def test_the_sign_for_times_becomes_a_letter(given: str, size: str) -> None:
    assert choose.image(USUAL, None, {**PROMPT, "size": given}).size == size


@pytest.mark.parametrize(("model", "most"), [("dall-e-2", 1000), ("dall-e-3", 4000), ("gpt-image-1", 32_000)])
def test_prompts_are_counted_in_characters(model: str, most: int) -> None:
    assert choose.image(USUAL, model, {"prompt": "狐" * most}).prompt
    with pytest.raises(Invalid, match=f"at most {most}"):
        choose.image(USUAL, model, {"prompt": "狐" * (most + 1)})


def test_an_edit_is_a_form() -> None:
    files = {"image": "input:a", "image2": "input:b", "mask": "input:m"}
    edit = choose.edit(USUAL, None, {**PROMPT, **files, "n": 2, "size": "auto"}, pictures=2)
    assert parts(edit) == [
        ("model", "gpt-image-1"), ("prompt", "a fox"), ("n", "2"), ("size", "auto"), ("image[]", "input:a"),
        ("image[]", "input:b"), ("mask", "input:m"),
    ]  # fmt: skip
    assert edit.masks["mask"].clear_edits and not edit.masks["mask"].black_edits
    assert [name for name, _value in edit.inputs_by_field()] == ["image", "mask", "image2"]


def test_an_edit_takes_as_many_pictures_as_its_model() -> None:
    assert len(INPUTS) == 16 and set(INPUTS) <= set(Edit.model_fields)
    assert isinstance(choose.edit(USUAL, "dall-e-2", PROMPT), OldEdit)
    assert isinstance(choose.edit(USUAL, "site-editor", PROMPT, pictures=16), Edit)
    for model, count in (("gpt-image-1", 17), ("site-editor", 17), ("dall-e-2", 2)):
        with pytest.raises(Invalid, match="pictures at most"):
            choose.edit(USUAL, model, PROMPT, pictures=count)


@pytest.mark.parametrize(
    ("kind", "field", "given", "taken"),
    [
        (OldEdit, "image", Given(PNG, 4 * MIB - 1, pixels=(512, 512)), True),
        (OldEdit, "image", Given(PNG, 4 * MIB, pixels=(512, 512)), False),
        (OldEdit, "image", Given(PNG, 10, pixels=(512, 511)), False),
        (OldEdit, "image", Given(GIF, 10, pixels=(512, 512)), False),
        (OldEdit, "mask", Given(GIF, 10, pixels=(512, 511)), True),
        (Edit, "image2", Given(GIF, 10), False),
        (Edit, "image2", Given(PNG, 9 * MIB, pixels=(3, 1)), True),
    ],
)
def test_files_of_an_edit(kind: type[Submission], field: str, given: Given, taken: bool) -> None:
    if taken:
        assert kind.check_input(field, given, Options()) == {}
    else:
        with pytest.raises(Invalid):
            kind.check_input(field, given, Options())


def test_a_transcript_is_asked_for_with_a_form() -> None:
    heard = Transcription.make(
        model="whisper-1", file="input:a", name="talk.mp3", response_format="verbose_json", temperature=0.0,
        language=" DE ", timestamp_granularities="segment", prompt="Fuchs",
    )  # fmt: skip
    assert parts(heard) == [
        ("model", "whisper-1"), ("prompt", "Fuchs"), ("response_format", "verbose_json"), ("temperature", "0.0"),
        ("language", "de"), ("timestamp_granularities[]", "segment"), ("file", "input:a"),
    ]  # fmt: skip
    assert heard.caption == "talk.mp3" and heard.takes("file") == "recording"
    assert {"language", "timestamp_granularities"}.isdisjoint(Translation.model_fields)


@pytest.mark.parametrize(
    ("model", "chosen", "pixels", "size"),
    [
        ("sora-2", {}, None, None),
        ("sora-2", {}, (300, 200), (1280, 720)),
        ("sora-2", {}, (300, 300), (720, 1280)),
        ("sora-2-pro", {"size": "1792x1024"}, (300, 300), (1792, 1024)),
        ("site-film", {}, (300, 200), None),
        ("site-film", {"size": "640x480"}, (300, 200), (640, 480)),
        ("site-film", {"size": "auto"}, (300, 200), None),
    ],
)
def test_the_size_of_a_video_and_of_its_picture(
    model: str, chosen: dict[str, str], pixels: tuple[int, int] | None, size: tuple[int, int] | None
) -> None:
    given = Given(PNG, 10, pixels=pixels)
    known_by_it = Video.check_input("input_reference", given, Options())
    video = choose.video(USUAL, model, {**PROMPT, **chosen, **known_by_it})
    assert video.frame("input_reference", given) == size
    assert video.body().get("size") == (chosen.get("size") or ("{}x{}".format(*size) if size else None))


def test_a_video_is_a_form_unless_the_operator_wants_json() -> None:
    json = OpenAIOptions(video_form="json")
    body = {"model": "sora-2", **PROMPT, "seconds": "8"}
    assert parts(choose.video(USUAL, None, {**PROMPT, "seconds": "8"})) == list(body.items())
    assert choose.video(json, None, {**PROMPT, "seconds": "08s"}).call().json == body
    with_picture = choose.video(json, None, {**PROMPT, "input_reference": "input:a"}).call()
    assert with_picture.json is None and with_picture.form[-1] == Part("input_reference", "input:a")


@pytest.mark.parametrize("seconds", ["0", "-4", "1000", "4.5", "four", "٤", ""])
def test_what_is_no_length(seconds: str) -> None:
    with pytest.raises(Invalid):
        Video.make(model="site-film", seconds=seconds, **PROMPT)


def test_values_worth_suggesting() -> None:
    assert known("style", "dall-e-3") == ("vivid", "natural") and known("style", "gpt-image-1") == ()
    assert known("quality", "site-painter") == ("auto", "low", "medium", "high", "standard", "hd")


def test_nothing_but_a_moderation_escapes_the_text_safety() -> None:
    assert Moderation.make(input="words").told() == []
    assert "words" in Speech.make(model="m", input="words", voice="v").told()


def test_settings() -> None:
    needed = {"DISCORD_TOKEN": "t", "RELAY_URL": "http://x", "RELAY_KEY": "k"}

    def options(**given: str) -> Any:
        return load({**needed, **given}, env_file=None).options("openai")

    assert options(OPENAI_IMAGE_MODELS=" a , b ").painting == ["a", "b"]
    assert (options().editing, options().filming[0]) == (["gpt-image-1", "dall-e-2"], "sora-2")
    for name in ("IMAGE_MODELS", "EDIT_MODELS", "SPEECH_MODELS", "VOICES", "HEARING_MODELS", "VIDEO_MODELS"):
        with pytest.raises(ConfigurationError, match=f"OPENAI_{name}: names nothing"):
            options(**{f"OPENAI_{name}": " , "})


def test_answers_at_once_are_not_asked_about() -> None:
    asked = {action for (name, action), kind in CATALOGUE.items() if name == "openai" and kind.lookup is not None}
    assert asked == {"video", "remix"}
