"""Suno: the exact first call of each submission, and what is tried where a relay does not have that."""

from typing import Any

import pytest

from bot.lookup import Batch, Single
from bot.provider import CATALOGUE, INPUT, Submission
from bot.providers.suno import SUNO, SunoOptions
from bot.providers.suno.acts import Lyrics, Midi, Mp4, Persona, Style, Timing, VocalSample, Wav
from bot.providers.suno.models import MODELS, model_of, remix_name
from bot.providers.suno.remixes import Cover, Layer, Replace, Stems
from bot.providers.suno.songs import Extend, Join, Song
from bot.providers.suno.uploads import Recording
from bot.wire import Call
from tests.providers.suno import COVER, MP3, WORDS, song

AUK, MUSIC = "chirp-auk", "/suno/submit/music"
CUSTOM = {"prompt": WORDS, "tags": "dream pop", "title": "Lanterns", "mv": AUK}
EMPTY = {"prompt": "", "tags": "", "title": "", "mv": AUK}


def paid(path: str, body: Any, method: str = "POST", timeout: float = 60.0) -> Call:
    return Call(method, path, json=body, paid=True, timeout=timeout)


def free(path: str) -> Call:
    return Call("GET", path, timeout=60.0)


def fetch(action: str) -> Call:
    return Call("POST", "/suno/fetch", json={"ids": ["a", "b"], "action": action}, timeout=30.0)


def voice(where: str) -> dict[str, Any]:
    made = Song.make(**CUSTOM, vocal_gender="f", vocal_in=where, weirdness=30, style_weight=100, negative_tags="drums")
    return {name: value for name, value in made.body().items() if name in {"vocal_gender", "metadata"}}


DESCRIBED = {"prompt": "", "mv": "chirp-v4", "gpt_description_prompt": "calm piano", "make_instrumental": False}
SLIDERS = {
    "create_mode": "custom",
    "control_sliders": {"weirdness_constraint": 0.3, "style_weight": 1.0},
    "can_control_sliders": ["weirdness_constraint", "style_weight"],
}
PERSONA = {"generation_type": "TEXT", "persona_id": "p-1", "artist_clip_id": "c-1"}
EXTENDED = {"task": "extend", "task_id": "t-1", "continue_clip_id": "c-1", "continue_at": 92.5}
COVERED = {
    "task": "cover", "cover_clip_id": "c-1", "generation_type": "TEXT", "negative_tags": "", "continue_clip_id": None,
    "continue_at": None, "continued_aligned_prompt": None, "infill_start_s": None, "infill_end_s": None,
}  # fmt: skip
REPLACED = {
    "task": "infill", "generation_type": "TEXT", "continue_clip_id": "c-1", "task_id": "t-1", "infill_start_s": 20.0,
    "infill_end_s": 34.0, "continue_at": None, "continued_aligned_prompt": None, "negative_tags": "",
}  # fmt: skip
LAYERED = {"override_fields": ["prompt", "tags"], "mv": "chirp-bluejay"}
STEMS = {
    "task": "gen_stem", "generation_type": "TEXT", "title": "Lanterns", "mv": AUK, "prompt": "",
    "make_instrumental": True, "continue_clip_id": "c-1", "task_id": "t-1", "continued_aligned_prompt": None,
    "continue_at": None, "stem_type_id": 91, "stem_type_group_name": "Two", "stem_task": "two",
}  # fmt: skip
NAMED = {"root_clip_id": "c-1", "name": "Voice", "description": "", "is_public": False, "clips": ["c-1"]}

SUBMISSIONS: dict[str, tuple[Submission, list[Call]]] = {
    "description": (Song.make(mv="chirp-v4", gpt_description_prompt=" calm piano "), [paid(MUSIC, DESCRIBED)]),
    "described instrumental": (
        Song.make(mv="chirp-v4", gpt_description_prompt="calm piano", make_instrumental=True),
        [paid(MUSIC, DESCRIBED | {"make_instrumental": True})],
    ),
    "custom": (Song.make(**CUSTOM), [paid(MUSIC, CUSTOM | {"make_instrumental": False})]),
    "instrumental": (
        Song.make(mv=AUK, tags="lofi", title="Lamp", make_instrumental=True),
        [paid(MUSIC, EMPTY | {"tags": "lofi", "title": "Lamp", "make_instrumental": True})],
    ),
    "everything": (
        Song.make(**CUSTOM, negative_tags="drums", vocal_gender="f", weirdness=30, style_weight=100),
        [
            paid(
                MUSIC,
                CUSTOM
                | {"make_instrumental": False, "negative_tags": "drums", "vocal_gender": "f"}
                | {"metadata": SLIDERS | {"vocal_gender": "f"}},
            )
        ],
    ),
    "persona": (
        Song.make(**CUSTOM, persona_id="p-1", artist_clip_id="c-1"),
        [paid(MUSIC, CUSTOM | PERSONA | {"task": "artist_consistency"})],
    ),
    "voice of a persona": (
        Song.make(**CUSTOM, persona_id="p-1", artist_clip_id="c-1", voice_only=True),
        [paid(MUSIC, CUSTOM | PERSONA | {"task": "artist_consistency_vox"})],
    ),
    "extend": (Extend.of(song(), 92.5, **CUSTOM), [paid(MUSIC, CUSTOM | EXTENDED)]),
    "extend without its task": (
        Extend.of(song(task=""), 92.5, **CUSTOM),
        [paid(MUSIC, CUSTOM | {name: value for name, value in EXTENDED.items() if name != "task_id"})],
    ),
    "extend an upload": (
        Extend.of(song(8, origin="upload"), 30.0, **CUSTOM),
        [paid(MUSIC, CUSTOM | {"task": "upload_extend", "continue_clip_id": "c-8", "continue_at": 30.0})],
    ),
    "join an extension": (
        Join.make(clip_id="c-3"),
        [paid("/suno/submit/concat", {"clip_id": "c-3", "is_infill": False})],
    ),
    "join a section": (
        Join.make(clip_id="c-3", is_infill=True, title="Lanterns"),
        [paid("/suno/submit/concat", {"clip_id": "c-3", "is_infill": True})],
    ),
    "cover": (Cover.make(**CUSTOM, cover_clip_id="c-1"), [paid(MUSIC, CUSTOM | COVERED)]),
    "cover without drums": (
        Cover.make(**CUSTOM | {"mv": "chirp-v4-tau"}, cover_clip_id="c-1", negative_tags="drums"),
        [paid(MUSIC, CUSTOM | COVERED | {"mv": "chirp-v4-tau", "negative_tags": "drums"})],
    ),
    "replace": (Replace.of(song(), 20.0, 34.0, **CUSTOM), [paid(MUSIC, CUSTOM | REPLACED)]),
    "vocals": (
        Layer.of(song(), "vocals", 0.0, 60.0, **CUSTOM | {"mv": "chirp-bluejay"}),
        [
            paid(
                MUSIC,
                CUSTOM
                | LAYERED
                | {"task": "overpainting", "overpainting_clip_id": "c-1"}
                | {"overpainting_start_s": 0.0, "overpainting_end_s": 60.0},
            )
        ],
    ),
    "instruments to the end": (
        Layer.of(song(), "instrumental", 5.0, None, mv="chirp-bluejay", tags="folk"),
        [
            paid(
                MUSIC,
                {"prompt": "", "tags": "folk", "title": ""}
                | LAYERED
                | {"task": "underpainting", "underpainting_clip_id": "c-1"}
                | {"underpainting_start_s": 5.0, "underpainting_end_s": 121.4},
            )
        ],
    ),
    "stems": (
        Stems.of(song(), all_of_them=False),
        [paid("/suno/act/stems/c-1", None, "GET"), paid("/suno/act/stems/c-1", {}), paid(MUSIC, STEMS)],
    ),
    "all stems": (
        Stems.of(song(task="", model="chirp-crow"), all_of_them=True),
        [
            paid(
                MUSIC,
                {name: value for name, value in STEMS.items() if name != "task_id"}
                | {"stem_type_group_name": "Twelve", "stem_task": "twelve"},
            )
        ],
    ),
    "lyrics": (Lyrics.make(prompt=" tides "), [paid("/suno/submit/lyrics", {"prompt": "tides"}, timeout=150.0)]),
    "style": (Style.make(original_tags="sad piano"), [paid("/suno/act/tags", {"original_tags": "sad piano"})]),
    "timing": (Timing.of(song()), [free("/suno/act/timing/c-1")]),
    "wav": (Wav.of(song(id="c/1")), [free("/suno/act/wav/c%2F1")]),
    "midi": (Midi.of(song()), [free("/suno/act/midi/c-1")]),
    "mp4": (Mp4.of(song()), [free("/suno/act/mp4/c-1"), Call("GET", "/suno/feed/c-1", timeout=30.0)]),
    "sample": (
        VocalSample.cut(song(), 10.0, 40.0),
        [paid("/suno/act/vox/c-1", {"vocal_start_s": 10.0, "vocal_end_s": 40.0})],
    ),
    "persona of a song": (
        Persona.of(song(), " Voice "),
        [paid("/suno/persona/create/", NAMED), paid("/suno/persona/create", NAMED)],
    ),
    "upload by link": (
        Recording.make(audio=f"{INPUT}7", name="my tune"),
        [
            paid("/suno/uploads/audio-url", {"url": "input:7"}, timeout=120.0),
            Call("POST", "/suno/uploads/audio", json={"extension": "mp3"}),
        ],
    ),
    "upload as a file": (
        Recording.make(audio=f"{INPUT}7", extension="wav", by_link=False),
        [Call("POST", "/suno/uploads/audio", json={"extension": "wav"})],
    ),
}


@pytest.mark.parametrize(("submission", "calls"), SUBMISSIONS.values(), ids=SUBMISSIONS)
def test_the_exact_calls(submission: Submission, calls: list[Call]) -> None:
    first = submission.steps()[0]
    assert [step.call({}) for step in (first, *first.otherwise)] == calls
    stored = CATALOGUE["suno", submission.action].restored(submission.model_dump_json())
    assert stored == submission
    first = stored.steps()[0]
    assert [step.call({}) for step in (first, *first.otherwise)] == calls


def test_every_action_is_in_the_table() -> None:
    actions = {action for provider, action in CATALOGUE if provider == "suno"}
    assert {submission.action for submission, _calls in SUBMISSIONS.values()} == actions


def test_where_the_wanted_voice_stands() -> None:
    assert voice("top") == {"vocal_gender": "f", "metadata": SLIDERS}
    assert voice("metadata") == {"metadata": SLIDERS | {"vocal_gender": "f"}}
    assert voice("both") == {"vocal_gender": "f", "metadata": SLIDERS | {"vocal_gender": "f"}}


def test_a_film_of_our_own_is_the_last_resort() -> None:
    (step,) = Mp4.of(song(), audio=MP3, image=COVER).steps()
    asked, made = step.otherwise
    assert asked.call({}) == Call("GET", "/suno/feed/c-1", timeout=30.0)
    assert made.call({}) is None
    (media,) = made.read(None, {}).media
    assert (media.url, media.kind, media.picture, media.recipe) == (MP3, "video", COVER, "film")


def test_what_is_shown_of_a_submission() -> None:
    captions = {name: submission.caption for name, (submission, _calls) in SUBMISSIONS.items()}
    assert captions["description"] == "calm piano"
    assert captions["custom"] == "Lanterns"
    assert captions["instruments to the end"] == "folk"
    assert (captions["stems"], captions["lyrics"], captions["upload by link"]) == ("Lanterns", "tides", "my tune")
    assert Song.make(mv=AUK, prompt=WORDS).caption == WORDS


@pytest.mark.parametrize(
    ("name", "tau", "expected"),
    [
        ("chirp-v4", True, "chirp-v4-tau"),
        ("chirp-v3-5", True, "chirp-v3-5-tau"),
        ("chirp-v4", False, "chirp-v4"),
        ("chirp-auk", True, "chirp-auk"),
        ("mv-auk", True, "mv-auk"),
    ],
)
def test_the_name_of_a_model_for_remixes(name: str, *, tau: bool, expected: str) -> None:
    assert remix_name(name, tau=tau) == expected
    assert model_of(expected).lyrics == model_of(name).lyrics


def test_the_operator_s_options() -> None:
    assert SunoOptions().offered_models == list(MODELS)
    assert SunoOptions.model_validate({"models": " chirp-crow, ,mv-auk "}).offered_models == ["chirp-crow", "mv-auk"]
    assert Recording.picture_form(SunoOptions()) == "url"


@pytest.mark.parametrize(
    ("name", "calls", "single"),
    [
        ("music", [fetch("MUSIC")], "/suno/fetch/a"),
        ("lyrics", [fetch("LYRICS")], "/suno/fetch/a"),
        ("feed", [Call("GET", "/suno/feed/a,b", timeout=30.0)], "/suno/feed/a"),
        ("uploaded", [Call("GET", "/suno/feed/a,b", timeout=30.0)], "/suno/feed/a"),
        ("uploaded-task", [], "/suno/fetch/a"),
        ("processed", [], "/suno/uploads/audio/a"),
        ("wav", [], "/suno/act/wav/a"),
        ("mp4", [], "/suno/act/mp4/a"),
        ("midi", [], "/suno/act/midi/a"),
    ],
)
def test_the_lookups(name: str, calls: list[Call], single: str) -> None:
    lookup = SUNO.lookups[name]
    assert lookup is not None
    assert isinstance(lookup, Single) is not bool(calls)
    assert (lookup.calls(["a", "b"]) if isinstance(lookup, Batch) else []) == calls
    assert lookup.ask("a") == Call("GET", single, one=True, timeout=30.0)
    assert (lookup.interval or SUNO.interval) >= 5.0


def test_every_lookup_is_in_the_table_and_the_usual_one_among_them() -> None:
    assert SUNO.lookup is SUNO.lookups["music"]
    assert len(SUNO.lookups) == 9


def test_suno_is_looked_for_without_paying() -> None:
    assert SUNO.probe == Call("POST", "/suno/fetch", json={"ids": [], "action": "MUSIC"}, timeout=15.0)
