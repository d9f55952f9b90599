"""Suno: what cannot be asked for, and how it is said."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import Given, Options, Submission
from bot.providers.suno import SunoOptions
from bot.providers.suno.acts import Lyrics, Persona, Style, VocalSample
from bot.providers.suno.models import MODELS
from bot.providers.suno.remixes import Cover, Layer, Replace, Stems
from bot.providers.suno.songs import Extend, Song
from bot.providers.suno.uploads import Recording
from bot.sniff import MP3, WAV
from tests.providers.suno import WORDS, song

AUK, OLD = "chirp-auk", "chirp-v4"
MIXED = "Give either a `description`, or `lyrics`, `style` and `title`: Suno ignores those beside the first."
NOTHING = "Say what to sing: a `description` or `lyrics`; for an `instrumental` a `style` will do."
LYRICLESS = "An instrumental has no lyrics: leave `lyrics` or `instrumental` out."
SOLO = "Only v4.5 and newer models take the voice of a persona alone."


def refused(make: Callable[[], Any]) -> str:
    with pytest.raises(Invalid) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("field", "what"), [("prompt", "lyrics"), ("tags", "style"), ("negative_tags", "negative_style")]
)
@pytest.mark.parametrize("name", [*MODELS, "chirp-v4-tau", "chirp-newest"])
def test_the_lengths_of_each_model(name: str, field: str, what: str) -> None:
    old = name in {"chirp-v4", "chirp-v3-5", "chirp-v3-0", "chirp-v4-tau"}
    limit = {("prompt", True): 3000, ("prompt", False): 5000}.get((field, old), 200 if old else 1000)
    values = {"mv": name, "prompt": WORDS}
    Song.make(**values | {field: f"  {'x' * limit}\n"})
    version = MODELS[name].version if name in MODELS else "v4" if old else name
    sentence = refused(lambda: Song.make(**values | {field: "x" * (limit + 1)}))
    assert sentence == f"`{what}` is too long for {version}: {limit + 1} characters, at most {limit}."


SONGS: list[tuple[dict[str, Any], str]] = [
    ({"gpt_description_prompt": "x", "prompt": WORDS}, MIXED),
    ({"gpt_description_prompt": "x", "tags": "folk"}, MIXED),
    ({"gpt_description_prompt": "x", "title": "Lamp"}, MIXED),
    ({"prompt": WORDS, "make_instrumental": True}, LYRICLESS),
    ({}, NOTHING),
    ({"prompt": " \n"}, NOTHING),
    ({"tags": "folk"}, NOTHING),
    ({"title": "Lamp", "make_instrumental": True}, NOTHING),
    ({"make_instrumental": True}, NOTHING),
    ({"persona_id": "p-1", "gpt_description_prompt": "x"}, "A persona sings `lyrics`: leave `description` out."),
    (
        {"persona_id": "p-1", "tags": "folk", "make_instrumental": True},
        "A persona sings `lyrics`: leave `instrumental` out.",
    ),
    ({"prompt": WORDS, "mv": OLD, "persona_id": "p-1", "voice_only": True}, SOLO),
    ({"prompt": WORDS, "title": "x" * 81}, "“title” is too long: 81 characters, at most 80."),
    ({"gpt_description_prompt": "x" * 201}, "“description” is too long: 201 characters, at most 200."),
    ({"prompt": WORDS, "mv": OLD, "vocal_gender": "f"}, "v4 chooses the voice itself: leave `vocal` out."),
    ({"prompt": WORDS, "vocal_gender": "x"}, "“vocal” must be one of: m or f."),
    (
        {"prompt": WORDS, "weirdness": 101},
        "“weirdness” cannot be used: Input should be less than or equal to 100.",
    ),
    (
        {"prompt": WORDS, "style_weight": -1},
        "“style_weight” cannot be used: Input should be greater than or equal to 0.",
    ),
]


@pytest.mark.parametrize(("values", "sentence"), SONGS)
def test_a_song_that_cannot_be_asked_for(values: dict[str, Any], sentence: str) -> None:
    assert refused(lambda: Song.make(**{"mv": AUK} | values)) == sentence


@pytest.mark.parametrize(
    "values",
    [
        {"gpt_description_prompt": "x" * 200},
        {"prompt": WORDS, "title": "x" * 80},
        {"prompt": WORDS},
        {"tags": "folk", "make_instrumental": True},
        {"gpt_description_prompt": "x", "make_instrumental": True},
        {"prompt": WORDS, "vocal_gender": "f", "weirdness": 0, "style_weight": 100},
        {"prompt": WORDS, "persona_id": "p-1", "voice_only": True},
    ],
)
def test_a_song_that_can(values: dict[str, Any]) -> None:
    Song.make(mv=AUK, **values)


ORDER = "The section must end after it begins: `from` is {start}, `to` is {end}."
UNKNOWN = "`at` is outside of the song: it is ? long, 0:00 was given."
OUTSIDE = "`{option}` is outside of the song: it is 2:01 long, {given} was given."


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Extend.of(song(), 0.0, mv=AUK), OUTSIDE.format(option="at", given="0:00")),
        (lambda: Extend.of(song(), 122.0, mv=AUK), OUTSIDE.format(option="at", given="2:02")),
        (lambda: Extend.of(song(seconds=0.0), 0.0, mv=AUK), UNKNOWN),
        (lambda: Replace.of(song(), 10.0, 300.0, mv=AUK), OUTSIDE.format(option="to", given="5:00")),
        (lambda: Replace.of(song(), 34.0, 20.0, mv=AUK), ORDER.format(start="0:34", end="0:20")),
        (lambda: Replace.of(song(), 20.0, 20.0, mv=AUK), ORDER.format(start="0:20", end="0:20")),
        (lambda: Layer.of(song(), "vocals", 0.0, 122.0, mv=AUK), OUTSIDE.format(option="to", given="2:02")),
        (lambda: Layer.of(song(), "vocals", 121.4, None, mv=AUK), ORDER.format(start="2:01", end="2:01")),
        (lambda: Layer.of(song(), "drums", 0.0, 9.0, mv=AUK), "“adds” must be one of: vocals or instrumental."),
        (lambda: VocalSample.cut(song(), 10.0, 122.0), OUTSIDE.format(option="to", given="2:02")),
        (lambda: VocalSample.cut(song(), 10.0, 9.0), ORDER.format(start="0:10", end="0:09")),
    ],
)
def test_times_outside_of_the_song(make: Callable[[], Submission], sentence: str) -> None:
    assert refused(make) == sentence


def test_the_last_second_is_the_end() -> None:
    clip = song(seconds=119.6)
    assert Extend.of(clip, 120.0, mv=AUK).continue_at == 119.6
    assert Replace.of(clip, 90.0, 120.0, mv=AUK).infill_end_s == 119.6
    assert Layer.of(clip, "vocals", 0.0, 120.0, mv=AUK).end == 119.6
    assert VocalSample.cut(clip, 0.0, 120.0).vocal_end_s == 119.6
    assert Extend.of(clip, 60.0, mv=AUK).continue_at == 60.0
    assert Extend.of(song(seconds=0.0), 500.0, mv=AUK).continue_at == 500.0


@pytest.mark.parametrize(
    ("model", "version"), [("chirp-v4", "v4"), ("chirp-crow", "v5"), ("chirp-v4-tau", "v4"), ("other", "other")]
)
def test_only_one_model_can_be_taken_apart(model: str, version: str) -> None:
    sentence = refused(lambda: Stems.of(song(model=model), all_of_them=False))
    assert sentence == f"Only songs of v4.5 (chirp-auk) can be taken apart; this one is of {version}."
    Stems.of(song(model=model), all_of_them=True)


@pytest.mark.parametrize("model", ["chirp-auk", ""])
def test_a_song_that_can_be_taken_apart(model: str) -> None:
    assert Stems.of(song(model=model), all_of_them=False).clip_id == "c-1"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: Persona.of(song(origin="upload"), "Voice"),
            "An uploaded recording cannot become a persona: make a song first, for example a cover.",
        ),
        (lambda: Persona.of(song(), "  "), "“name” is empty."),
        (lambda: Persona.of(song(), "x" * 51), "“name” is too long: 51 characters, at most 50."),
        (lambda: Persona.of(song(), "x", "y" * 501), "“description” is too long: 501 characters, at most 500."),
        (lambda: Lyrics.make(prompt=" "), "“prompt” is empty."),
        (lambda: Lyrics.make(prompt="x" * 1001), "“prompt” is too long: 1001 characters, at most 1000."),
        (lambda: Style.make(original_tags=""), "“style” is empty."),
        (
            lambda: Cover.make(mv=AUK, cover_clip_id="c-1", title="x" * 81),
            "“title” is too long: 81 characters, at most 80.",
        ),
        (
            lambda: Cover.make(mv="chirp-v4-tau", cover_clip_id="c-1", tags="x" * 201),
            "`style` is too long for v4: 201 characters, at most 200.",
        ),
    ],
)
def test_what_else_cannot_be_asked_for(make: Callable[[], Submission], sentence: str) -> None:
    assert refused(make) == sentence


@pytest.mark.parametrize(
    ("seconds", "options", "sentence"),
    [
        (None, SunoOptions(), "The length of this recording cannot be told; the file may be damaged."),
        (5.4, SunoOptions(), "Suno takes recordings from 0:06 to 2:00; this one is 0:05 long."),
        (120.6, SunoOptions(), "Suno takes recordings from 0:06 to 2:00; this one is 2:01 long."),
        (61.0, SunoOptions(upload_max=60.0), "Suno takes recordings from 0:06 to 1:00; this one is 1:01 long."),
        (3.0, Options(), "Suno takes recordings from 0:06 to 2:00; this one is 0:03 long."),
    ],
)
def test_a_recording_that_is_too_short_or_too_long(seconds: float | None, options: Options, sentence: str) -> None:
    given = Given(MP3, 1000, seconds)
    assert refused(lambda: Recording.check_input("audio", given, options)) == sentence


@pytest.mark.parametrize(
    ("kind", "how", "known"),
    [
        (MP3, "auto", {"extension": "mp3", "by_link": True}),
        (WAV, "auto", {"extension": "wav", "by_link": False}),
        (WAV, "url", {"extension": "wav", "by_link": True}),
        (MP3, "local", {"extension": "mp3", "by_link": False}),
    ],
)
@pytest.mark.parametrize("seconds", [5.9, 120.4])
def test_how_a_recording_is_handed_over(kind: Any, how: str, known: dict[str, Any], seconds: float) -> None:
    options = SunoOptions.model_validate({"upload": how})
    assert Recording.check_input("audio", Given(kind, 1000, seconds), options) == known
    assert Recording.takes("audio") == "sound"
    assert Recording.make(audio="input:7", name="input:9").inputs() == ["7"]
