"""What every provider's reader keeps to, whatever the relay answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid, NotOffered, Refused, Throttled, Unavailable, Unreadable
from bot.lookup import Single
from bot.provider import CATALOGUE, TALKING, Provider, Submission, providers
from bot.step import Known, Step
from bot.task import BY_KEY, Report, merged
from bot.wire import loads

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROVIDERS = sorted(providers().values(), key=lambda provider: provider.name)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["SUCCESS", "failed", "completed", "https://cdn.example/a.mp4", "{}", "[]", '{"id":', '[{"id":1}]']
    )
)
NAMES = st.sampled_from(
    [
        "id", "task_id", "state", "status", "data", "code", "video", "download_url", "fail_reason", "progress", "error",
        "clips", "clip_id", "audio_url", "metadata", "text", "url", "fields", "aligned_words", "instruments", "notes",
        "songs", "finished", "track_ids", "image", "b64_json",
    ]
)  # fmt: skip
JSONS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
NEEDED: dict[str, dict[str, Any]] = {
    "flux/edit": {"model": "flux-kontext-pro"},
    "flux/expand": {"top": 1},
    "flux/image": {"model": "flux-pro-1.1", "prompt": "x"},
    "hailuo/music": {"prompt": "a slow waltz", "lyrics": "round and round"},
    "ideogram/reframe": {"resolution": "1024x1024"},
    "kling/animate": {"image": "https://cdn.example/a.png"},
    "kling/lip-sync": {"video_id": "vid-1", "text": "x", "voice_id": "oversea_male1"},
    "kling/video": {"prompt": "x"},
    "midjourney/split": {"grid": "https://cdn.example/g.png"},
    "midjourney/show": {"jobId": "0f3c2b1a-1111-4222-8333-444455556666"},
    "pika/effect": {"effect": "Melt"},
    "replicate/image": {"model": "black-forest-labs/flux-schnell"},
    "replicate/run": {"model": "black-forest-labs/flux-schnell"},
    "replicate/video": {"model": "minimax/video-01"},
    "runway/restyle": {"prompt": "x"},
    "runway/text": {"prompt": "x"},
    "suno/mp4": {"audio": "https://cdn.example/a.mp3"},
    "suno/song": {"prompt": "x"},
}
"""What an example of a submission needs besides its required fields."""
KNOWN: dict[str, tuple[Known, ...]] = {
    "suno/upload": (
        {"given": "u-1", "uploaded": "c-1"},
        {"given": "u-1", "upload": "s-1", "url": "https://bucket.example/", "fields": {}},
    )
}
"""What earlier steps may have found out; a step's reader relies on what they always do."""
by_name = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: str(provider.name))
Reader = Callable[[Any], Iterable[Report]]


def example(key: tuple[str, str]) -> Submission:
    """A submission with a value for every field that it requires."""
    kind = CATALOGUE[key]
    required = {
        name: _value(field.annotation) for name, field in kind.model_fields.items() if field.is_required()
    } | NEEDED.get("/".join(key), {})
    return kind.make(**required)


def _value(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    return 1 if annotation in {int, float} else [] if get_origin(annotation) in {list, tuple} else "x"


def single_reader(read: Callable[[Any, str], Report]) -> Reader:
    return lambda payload: [read(payload, "id-1")]


def step_reader(step: Step, following: Step | None, known: Known) -> Reader:
    """The step's reader; what it found out must be enough for the call of the next one."""

    def read(payload: Any) -> Iterator[Report]:
        report = step.read(payload, known)
        if following is not None:
            with suppress(Invalid):
                following.call({**known, **report.data})
        yield report

    return read


def readers_of(provider: Provider) -> Iterator[Reader]:
    """Every way in which an answer of the provider is read."""
    keys = [key for key in CATALOGUE if key[0] == provider.name]
    yield provider.reports
    yield lambda payload: [provider.accepted(payload)]
    for lookup in (*provider.lookups.values(), *{CATALOGUE[key].lookup for key in keys}):
        if isinstance(lookup, Single) and lookup.read is not None:
            yield single_reader(lookup.read)
        elif lookup is not None and not isinstance(lookup, Single) and lookup.reports is not None:
            yield lookup.reports
    for key in keys:
        steps = example(key).steps()
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            for choice in (step, *step.otherwise):
                for known in KNOWN.get("/".join(key), ({},)):
                    yield step_reader(choice, following, known)


READERS = {provider.name: list(readers_of(provider)) for provider in PROVIDERS}


def recorded(provider: Provider) -> list[Any]:
    files = sorted((FIXTURES / provider.name).glob("*.json"))
    assert files, f"{provider.name} has no fixtures"
    return [json.loads(file.read_text()) for file in files]


RECORDED = {provider.name: recorded(provider) for provider in PROVIDERS}


def _mutated(draw: st.DrawFn, value: Any, replacement: Any) -> Any:
    """``value`` with something inside it, or all of it, replaced, removed or wrapped."""
    children = list(value.items()) if isinstance(value, dict) else list(enumerate(value or [])) if _array(value) else []
    if not children or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([replacement, [value], {"data": value}, {"code": "success", "data": value}, ""]))
    key, child = draw(st.sampled_from(children))
    changed = {**value} if isinstance(value, dict) else list(value)
    if draw(st.integers(0, 5)) == 0:
        del changed[key]
    else:
        changed[key] = _mutated(draw, child, replacement)
    return changed


mutated = st.composite(_mutated)


def _array(value: Any) -> bool:
    return isinstance(value, list)


def check(provider: Provider, payload: Any) -> None:
    """Read ``payload`` in every way; only two errors may come of it, or reports whose parts are sound."""
    for read in READERS[provider.name]:
        found: list[Report] = []
        with suppress(Unreadable, NotOffered, Refused, Throttled, Unavailable):
            found = list(read(payload))
        for report in found:
            check_report(provider, report, payload)
        assert (merged(found) is None) == (not found)


def check_report(provider: Provider, report: Report, payload: Any) -> None:
    assert isinstance(report, Report)
    assert report.percent is None or 0 <= report.percent <= 100
    assert report.lookup in {"", *provider.lookups}
    for media in (*report.media, *report.spare, *report.playing):
        assert media.url.startswith(("http://", "https://", "data:", f"{BY_KEY}/"))
        assert media.kind in {"video", "image", "audio", "file"}
    json.dumps([report.remote_id + report.text + report.preview, dict(report.data)], allow_nan=False)
    if report.follow_up is not None:
        with suppress(Unreadable, NotOffered, Refused, Throttled, Unavailable):
            check_report(provider, report.follow_up.read(payload), payload)


@given(payload=JSONS)
def test_no_json_surprises_a_reader(payload: Any) -> None:
    for provider in PROVIDERS:
        check(provider, payload)


@by_name
@given(data=st.data())
def test_no_change_of_a_recorded_answer_surprises_a_reader(provider: Provider, data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(RECORDED[provider.name]))
    for _time in range(data.draw(st.integers(1, 3))):
        payload = data.draw(mutated(payload, data.draw(JSONS)))
    check(provider, payload)


@by_name
def test_no_recorded_answer_surprises_the_readers_of_the_others(provider: Provider) -> None:
    for payloads in RECORDED.values():
        for payload in payloads:
            check(provider, payload)


@by_name
def test_the_deepest_json_that_is_let_through_is_read(provider: Provider) -> None:
    for opening, closing in (("[", "]"), ('{"data":', "}"), ('{"code":0,"data":', "}"), ('{"error":', "}")):
        check(provider, loads(opening * 40 + "1" + closing * 40))
    check(provider, loads(json.dumps("[" * 5000)))


@by_name
def test_a_provider_is_complete(provider: Provider) -> None:
    actions = [kind for (name, _action), kind in CATALOGUE.items() if name == provider.name]
    assert actions or provider.name in TALKING
    assert provider.name == provider.name.lower()
    assert provider.title
    assert provider.emoji
    assert provider.interval > 0
    assert provider.patience > provider.interval
    assert provider.active > 0


@pytest.mark.parametrize("key", sorted(CATALOGUE), ids="/".join)
def test_a_submission_is_complete(key: tuple[str, str]) -> None:
    kind: type[Submission] = CATALOGUE[key]
    assert (kind.provider.name, kind.action) == key
    assert kind.path.startswith("/")
    assert kind.caption_field in kind.model_fields
    assert kind.kind in {"video", "image", "audio", "file", "text"}
    assert {name.strip("{}") for name in kind.path.split("/") if name.startswith("{")} <= set(kind.model_fields)


@pytest.mark.parametrize("key", sorted(CATALOGUE), ids="/".join)
def test_the_steps_of_a_submission_are_complete(key: tuple[str, str]) -> None:
    submission = example(key)
    assert submission.steps()
    lookups = submission.provider.lookups
    for step in submission.steps():
        assert all(choice.lookup in {"", *lookups} for choice in (step, *step.otherwise))
        assert step.feature == "" or (key[0], step.feature.partition("/")[0]) in CATALOGUE
    assert all(not step.action or (key[0], step.action) in CATALOGUE for step in type(submission).next_steps)
