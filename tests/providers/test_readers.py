"""What every provider's reader keeps to, whatever the relay answers."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Unreadable
from bot.provider import CATALOGUE, Provider, Submission, providers
from bot.task import Report
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
    ["id", "task_id", "state", "status", "data", "code", "video", "download_url", "fail_reason", "progress", "error"]
)
JSONS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
by_name = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: str(provider.name))


def recorded(provider: Provider) -> list[Any]:
    files = sorted((FIXTURES / provider.name).glob("*.json"))
    assert files, f"{provider.name} has no fixtures"
    return [json.loads(file.read_text()) for file in files]


def mutated(draw: st.DrawFn, value: Any, replacement: Any) -> Any:
    """``value`` with something inside it, or all of it, replaced, removed or wrapped."""
    children = list(value.items()) if isinstance(value, dict) else list(enumerate(value or [])) if _array(value) else []
    if not children or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([replacement, [value], {"data": value}, {"code": "success", "data": value}, ""]))
    key, child = draw(st.sampled_from(children))
    changed = {**value} if isinstance(value, dict) else list(value)
    if draw(st.integers(0, 5)) == 0:
        del changed[key]
    else:
        changed[key] = mutated(draw, child, replacement)
    return changed


def _array(value: Any) -> bool:
    return isinstance(value, list)


def check(provider: Provider, payload: Any) -> None:
    """Read ``payload`` in every way; only ``Unreadable`` may come of it, or reports whose parts are sound."""
    found: list[Report] = []
    with suppress(Unreadable):
        accepted = provider.read_accepted(payload)
        assert accepted.remote_id or accepted.media or accepted.reason
        found.append(accepted)
    with suppress(Unreadable):
        found += provider.reports(payload)
    for report in found:
        assert report.percent is None or 0 <= report.percent <= 100
        assert all(media.url.startswith(("http://", "https://")) for media in (*report.media, *report.spare))
        if report.follow_up is not None:
            assert isinstance(report.follow_up.read(payload), Report)


@by_name
@settings(max_examples=200, deadline=None)
@given(payload=JSONS)
def test_no_json_surprises_a_reader(provider: Provider, payload: Any) -> None:
    check(provider, payload)


@by_name
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_of_a_recorded_answer_surprises_a_reader(provider: Provider, data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(recorded(provider)))
    for _time in range(data.draw(st.integers(1, 3))):
        payload = data.draw(st.composite(mutated)(payload, data.draw(JSONS)))
    check(provider, payload)


@by_name
def test_the_deepest_json_that_is_let_through_is_read(provider: Provider) -> None:
    for opening, closing in (("[", "]"), ('{"data":', "}"), ('{"code":0,"data":', "}"), ('{"error":', "}")):
        check(provider, loads(opening * 40 + "1" + closing * 40))
    check(provider, loads(json.dumps("[" * 5000)))


@by_name
def test_a_provider_is_complete(provider: Provider) -> None:
    actions = [kind for (name, _action), kind in CATALOGUE.items() if name == provider.name]
    assert actions
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
    assert kind.kind in {"video", "image", "audio", "file"}
    assert {name.strip("{}") for name in kind.path.split("/") if name.startswith("{")} <= set(kind.model_fields)
