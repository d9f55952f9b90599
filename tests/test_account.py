"""The relay's account, models, prices and log: every form of answer, and no surprise whatever the JSON."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import account
from bot.account import Account, Key, Line, Site, dollars, moment
from bot.errors import CallFailed, NotOffered, Refused, Throttled, Unavailable, Unreadable, decipher
from bot.prices import (
    MODELS,
    OWN_MODELS,
    PRICING,
    Model,
    ModelKind,
    Price,
    Pricing,
    matching,
    rate,
    read_models,
    read_pricing,
)
from bot.relay import Relay
from bot.usage import DAY, HOUR, Period, chart_of, labels_of, period_of, usage_of
from bot.wire import ACCESS_TOKEN, KEY, USER_ID, Call
from tests.wire_server import http, wire_server

FIXTURES = Path(__file__).parent / "fixtures" / "account"
UNIT = 500_000.0
NOW = 1_790_000_000.0


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


def answer(call: Call, name: str, status: int = 200) -> Any:
    """What the relay client would hand on."""
    body = (FIXTURES / f"{name}.json").read_bytes()
    return decipher(status, {}, body, known_path=call.one, coded=call.coded, judge=call.judge)


# ---------------------------------------------------------------------------------------------------- questions


def test_the_account_is_asked_about_with_the_access_token_and_every_name_of_the_user_header() -> None:
    calls = [account.ACCOUNT, account.log_page(1), account.total(1, 2), OWN_MODELS]
    for call in calls:
        assert call.headers["Authorization"] == ACCESS_TOKEN
        assert {name for name, value in call.headers.items() if value == USER_ID} == {
            "New-Api-User", "Rix-Api-User", "X-Api-User", "Veloera-User", "voapi-user", "User-id", "neo-api-user",
        }  # fmt: skip
        assert not call.paid and not call.query
    for call in (
        account.SITE,
        *account.KEY_LIMITS,
        account.SUBSCRIPTION,
        MODELS,
        PRICING,
        account.billed("2025-01-31"),
    ):
        assert not call.headers and not call.query


def test_the_paths_of_the_reference() -> None:
    assert account.ACCOUNT.path == "/api/user/self"
    assert [call.path for call in account.KEY_LIMITS] == ["/api/usage/token", "/api/usage/token/"]
    assert (account.KEY_LOG.path, account.KEY_LOG.query) == ("/api/log/token", {"key": KEY})
    assert account.log_page(3, size=10).path == "/api/log/self?p=3&page_size=10&type=0"
    assert account.log_page(1, since=10.9, until=20, uses=True).path == (
        "/api/log/self?p=1&page_size=100&type=2&start_timestamp=10&end_timestamp=20"
    )
    assert account.total(10, 20).path == "/api/log/self/stat?type=2&start_timestamp=10&end_timestamp=20"
    start = "/v1/dashboard/billing/usage?start_date=2020-01-01"
    assert account.billed("2025-01-31").path == f"{start}&end_date=2025-01-31"


TOKEN, NUMBER = "access-token-of-the-operator", "4711"


async def failing(status: int, payload: Any, log: pytest.LogCaptureFixture) -> tuple[str, dict[str, str]]:
    """Everything that is said about a failed question about the account, and the headers it was asked with."""
    async with wire_server(http(status, json.dumps(payload).encode())) as wire:
        relay = Relay(wire.url, "sk-secret-of-the-operator", access_token=f" {TOKEN}\n", user_id=NUMBER)
        try:
            with pytest.raises(CallFailed) as caught:
                await relay.call(account.ACCOUNT)
        finally:
            await relay.close()
    error = caught.value
    return f"{error} {error!r} {error.detail} {error.text} {log.text}", wire.requests[0][1]


@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_neither_token_nor_number_is_ever_said(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    words = f"user {NUMBER} has no right with {TOKEN}, balance 47110"
    said, headers = await failing(status, {"success": False, "message": words}, caplog)
    assert headers["authorization"] == TOKEN
    assert headers["rix-api-user"] == headers["new-api-user"] == NUMBER
    assert TOKEN not in said and f"{NUMBER} " not in said and "sk-secret" not in said
    assert "user *** has no right with ***, balance 47110" in said


async def test_the_key_in_a_query_is_never_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    key = "sk-secret+of/the operator"
    async with wire_server(http(404, b'{"error": {"message": "Invalid URL"}}')) as wire:
        relay = Relay(wire.url, key)
        try:
            with pytest.raises(NotOffered):
                await relay.call(account.KEY_LOG)
        finally:
            await relay.close()
    line, headers, _body = wire.requests[0]
    assert parse_qs(line.split()[1].partition("?")[2]) == {"key": [key]}
    assert headers["authorization"] == f"Bearer {key}"
    assert "secret" not in caplog.text


# ---------------------------------------------------------------------------------------------------- the account


@pytest.mark.parametrize("name", ["self", "self-bare"])
def test_the_account(name: str) -> None:
    found = account.read_account(answer(account.ACCOUNT, name), UNIT)
    assert found == Account("Demo", "default", remaining=6.5, used=3.5, requests=812)


def test_other_units() -> None:
    assert account.read_account(fixture("self"), 100.0).remaining == 32500.0


def test_a_banned_account() -> None:
    assert account.read_account({"data": {"quota": 1, "status": 2}, "success": True}, UNIT).banned


@pytest.mark.parametrize(
    ("name", "status"),
    [("self-refused", 200), ("self-refused", 401), ("self-refused-code", 401), ("self-refused", 403)],
)
def test_a_refused_access_token_is_named_whatever_the_status(name: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        answer(account.ACCOUNT, name, status)
    assert "refused the access token (" in str(caught.value)
    assert str(caught.value).endswith("Check `RELAY_ACCESS_TOKEN` and `RELAY_USER_ID`.")


@pytest.mark.parametrize(("status", "kind"), [(404, NotOffered), (429, Throttled), (502, Unavailable)])
def test_other_failures_keep_their_meaning(status: int, kind: type[CallFailed]) -> None:
    with pytest.raises(kind):
        answer(account.ACCOUNT, "self-refused", status)


def test_an_answer_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(Unreadable) as caught:
        account.read_account({"success": True, "data": {"email": "demo@example.org", "id": 4711}}, UNIT)
    assert "demo" not in caught.value.detail and "4711" not in caught.value.detail


# ---------------------------------------------------------------------------------------------------- the key


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("key", Key("bot", granted=10.0, used=3.5, remaining=6.5)),
        ("key-summary", Key("", granted=10.0, used=3.5, remaining=6.5, expires_at=1893456000.0)),
        ("key-unlimited", Key("bot", used=3.5, unlimited=True)),
        ("key-limited", Key("bot", 10.0, 3.5, 6.5, expires_at=1893456000.0, models=("suno_music",))),
        ("key-limited-words", Key("bot", 10.0, 3.5, 6.5, models=("gpt-4o", "suno_music"))),
    ],
)
def test_the_key(name: str, expected: Key) -> None:
    assert account.read_key(answer(account.KEY_LIMITS[0], name), UNIT) == expected


def test_an_unknown_key() -> None:
    with pytest.raises(Refused, match="token not found"):
        answer(account.KEY_LIMITS[0], "key-unknown")


def test_billing() -> None:
    limit, usage = fixture("billing-subscription"), fixture("billing-usage")
    assert account.read_billing(limit, usage, Site()) == Key(granted=10.0, used=3.5, remaining=6.5)
    assert account.read_billing(limit, None, Site()) == Key(granted=10.0)
    raw = Site(in_currency=False, unit=2.0)
    assert account.read_billing(limit, usage, raw) == Key(granted=5.0, used=1.75, remaining=3.25)
    unlimited = fixture("billing-subscription-unlimited")
    for site in (Site(), raw):
        assert account.read_billing(unlimited, None, site) == Key(unlimited=True, expires_at=1893456000.0)


def test_an_error_of_billing_under_200() -> None:
    with pytest.raises(Refused, match=r"record not found$"):
        answer(account.SUBSCRIPTION, "billing-error")


# ---------------------------------------------------------------------------------------------------- the site, the log


def test_the_site() -> None:
    assert account.read_site(answer(account.SITE, "status")) == Site("Some relay", "v0.8", 500_000.0)
    assert account.read_site(answer(account.SITE, "status-raw")) == Site("Some relay", "v0.6", 100_000.0, False)
    assert account.read_site({"success": True, "data": {"quota_per_unit": 0}}) == Site()
    assert account.read_notice(answer(account.NOTICE, "notice")) == "# Closed on **Sunday**"


LINE = Line("9", NOW, account.USE, "gpt-4o-mini", 0.005, "", "bot", 120, 340, 3.0)
REFUND = Line("8", NOW - 1000, 4, "", 0.0, "refund of task t-1")


@pytest.mark.parametrize(("name", "total", "bare"), [("log", 42, False), ("log-older", None, True)])
def test_the_log(name: str, total: int | None, bare: bool) -> None:
    assert account.read_lines(answer(account.log_page(1), name), UNIT) == account.Lines((LINE, REFUND), total, bare)
    assert LINE.spent and not REFUND.spent


@pytest.mark.parametrize("name", ["log-empty", "log-none"])
def test_a_log_without_lines(name: str) -> None:
    assert account.read_lines(answer(account.log_page(1), name), UNIT).lines == ()


def test_a_sum() -> None:
    assert account.read_total(answer(account.total(1, 2), "stat"), UNIT) == 1.5


def test_money() -> None:
    amounts = {1.23454: "$1.2345", 0: "$0.0000", -2.5: "-$2.5000", 1234.5: "$1,234.5000", -0.00001: "$0.0000"}
    assert {usd: dollars(usd) for usd in amounts} == amounts


MOMENTS: list[tuple[Any, float | None]] = [
    (1893456000, 1893456000.0),
    (1893456000000, 1893456000.0),
    ("1893456000", 1893456000.0),
]
NEVER: tuple[Any, ...] = (0, -1, None, "", "never", True, 10**300, [], {}, 9e15)


def test_moments() -> None:
    assert [moment(given) for given, _seconds in MOMENTS] == [seconds for _given, seconds in MOMENTS]
    assert [moment(given) for given in NEVER] == [None] * len(NEVER)


# ---------------------------------------------------------------------------------------------------- models, prices


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("models", ["gpt-4o-mini", "claude-sonnet-4"]),
        ("models-older", ["gpt-4o-mini"]),
        ("models-anthropic", ["claude-sonnet-4"]),
        ("models-own", ["gpt-4o-mini", "suno_music"]),
        ("models-channels", ["gpt-4o-mini", "suno_music"]),
    ],
)
def test_lists_of_models(name: str, ids: list[str]) -> None:
    assert [model.id for model in read_models(answer(MODELS, name))] == ids


KINDS: dict[str, str] = {
    "chat": "gpt-4o o4-mini grok-4 deepseek-chat qwen2.5-72b-instruct claude-sonnet-4 chatgpt-4o-latest gemini-2.5-pro",
    "image": "dall-e-3 gpt-image-1 flux-pro gemini-2.5-flash-image mj_imagine recraftv3 gen4_image kolors-v1",
    "speech": "tts-1 tts-1-hd gpt-4o-mini-tts speech-02-hd",
    "transcription": "whisper-1 gpt-4o-transcribe gpt-4o-mini-transcribe",
    "video": "sora-2 veo3 kling-v1 luma_video wan2.1-t2v MiniMax-Hailuo-02 viduq1 S2V-01 gen4_turbo gen4.5 act_two",
    "other": "text-embedding-3-small suno_music udio omni-moderation-latest gpt-4o-realtime-preview jina-reranker-v2",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_name_tells(kind: str) -> None:
    assert {name: Model(name).kind for name in KINDS[kind].split()} == dict.fromkeys(KINDS[kind].split(), kind)


def test_what_the_relay_tells_of_a_model() -> None:
    assert Model("new-thing", endpoints=frozenset({"image-generation", "openai"})).kind == "image"
    assert Model("new-thing", endpoints=frozenset({"openai-video"})).kind == "video"
    assert Model("new-thing", endpoints=frozenset({"embeddings"})).kind == "other"
    assert Model("new-thing", endpoints=frozenset({"anthropic", "openai"})).fits(["claude"])
    assert Model("claude-sonnet-4").fits(["claude"]) and Model("claude-sonnet-4").fits(["chat"])
    assert not Model("gpt-4o").fits(["claude"])


@pytest.mark.parametrize(
    ("current", "kinds", "ids"),
    [
        ("", ["chat"], ["gpt-5", "claude-a", "gpt-4o"]),
        ("4O", ["chat"], ["gpt-4o"]),
        ("gpt", ["chat"], ["gpt-5", "gpt-4o"]),
        ("", ["claude"], ["claude-a"]),
        ("-1", ["speech", "transcription"], ["tts-1", "whisper-1"]),
        ("d", None, ["dall-e-3", "claude-a"]),
        ("nothing", None, []),
    ],
)
def test_matching_models(current: str, kinds: list[ModelKind] | None, ids: list[str]) -> None:
    models = [Model("gpt-4o"), Model("whisper-1"), Model("claude-a"), Model("tts-1"), Model("dall-e-3")]
    models.append(Model("gpt-5", created=1_760_000_000))
    assert [model.id for model in matching(models, current, kinds)] == ids


def test_prices() -> None:
    found = read_pricing(answer(PRICING, "pricing"))
    assert found.ratios == {"default": 1.0, "vip": 0.5}
    assert found.of("suno_music") == Price("suno_music", per_call=0.1, groups=("default",))
    mini = found.of("gpt-4o-mini")
    assert mini is not None and (mini.prompt, mini.completion) == (0.15, 0.6)
    assert (mini.owner, mini.groups, mini.about) == ("openai", ("default", "vip"), "small")
    assert str(mini.words) == "$0.15/$0.60 per 1M"
    assert str(found.prices["suno_music"].words) == "$0.10 per call"
    vip = found.of("gpt-4o-mini", "vip")
    assert vip is not None and str(vip.words) == "$0.075/$0.30 per 1M"
    assert found.of("unknown") is None
    assert read_pricing(fixture("pricing-bare")).prices == found.prices


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"quota_type": 0, "model_ratio": 1.25, "completion_ratio": 0}, "$2.50 per 1M"),
        ({"quota_type": 0, "model_ratio": "1.25", "completion_ratio": "4"}, "$2.50/$10.00 per 1M"),
        ({"model_price": 0.04}, "$0.04 per call"),
        ({"model_ratio": 0, "model_price": 0.000123}, "$0.000123 per call"),
        ({"model_ratio": 15, "model_price": 0}, "$30.00 per 1M"),
        ({"quota_type": 1, "model_price": -1}, None),
        ({"quota_type": 0}, None),
        ({"quota_type": 1}, None),
        ({"model_name": "", "quota_type": 1, "model_price": 1}, None),
    ],
)
def test_a_line_of_the_price_list(item: dict[str, Any], words: str | None) -> None:
    prices = read_pricing([{"model_name": "m", **item}, "nothing"]).prices
    assert [str(price.words) for price in prices.values()] == ([words] if words else [])


def test_rates() -> None:
    rates = {0.15: "$0.15", 0.1 + 0.2: "$0.30", 0.075: "$0.075", 0.0: "$0.00", 12: "$12.00"}
    assert {usd: rate(usd) for usd in rates} == rates


# ---------------------------------------------------------------------------------------------------- usage


def test_periods_begin_at_midnight() -> None:
    midnight = NOW // DAY * DAY
    assert period_of(1, NOW) == Period(midnight, HOUR, 24)
    assert period_of(7, NOW) == Period(midnight - 6 * DAY, DAY, 7)
    assert labels_of(period_of(1, NOW))[:3] == ["00", "01", "02"]
    assert labels_of(period_of(7, NOW))[-1] == "09-21"
    assert period_of(30, NOW).until == midnight + DAY


def used(at: float, model: str, usd: float, kind: int = account.USE) -> Line:
    return Line(str(at), at, kind, model, usd)


def test_what_was_used_day_by_day_and_model_by_model() -> None:
    period = period_of(7, NOW)
    lines = [used(NOW, "a", 1.0), used(NOW - DAY, "b", 3.0), used(NOW - 1, "a", 0.5), used(NOW, "a", 9.0, 4)]
    found = usage_of([*lines, used(NOW - 40 * DAY, "a", 7.0)], period)
    assert found.slots == (0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 1.5)
    assert [(share.model, share.usd, share.calls) for share in found.shares] == [("b", 3.0, 1), ("a", 1.5, 2)]
    assert (found.usd, found.calls, found.whole) == (4.5, 3, True)


def test_known_sums_count_more_than_lines() -> None:
    found = usage_of([used(NOW, "a", 1.0)], period_of(7, NOW), [0, 0, 0, 0, 0, 5.0, 2.0])
    assert (found.usd, found.whole) == (7.0, False)
    chart = chart_of(found, labels_of(found.period))
    assert chart["bars"][-1] == {"label": "09-21", "parts": [1.0, 1.0]}
    assert chart["rest"] == 6.0


def test_a_chart_tells_the_dearest_models_apart() -> None:
    found = usage_of([used(NOW, f"m{n}", n) for n in range(10)], period_of(1, NOW))
    chart = chart_of(found, labels_of(found.period))
    assert [model["name"] for model in chart["models"]] == ["m9", "m8", "m7", "m6", "m5", "m4"]
    assert chart["rest"] == 0 + 1 + 2 + 3
    assert [len(bar["parts"]) for bar in chart["bars"]] == [7] * 24
    assert math.isclose(sum(sum(bar["parts"]) for bar in chart["bars"]), 45.0)


def test_nothing_was_used() -> None:
    found = usage_of([], period_of(7, NOW))
    assert (found.usd, found.shares, found.slots) == (0.0, (), (0.0,) * 7)


# ---------------------------------------------------------------------------------------------------- any JSON

MEMBERS = (
    "data success message code items total quota used_quota request_count object hard_limit_usd total_usage id "
    "total_granted total_used total_available unlimited_quota model_limits model_limits_enabled expires_at created_at "
    "type model_name model_price model_ratio completion_ratio quota_type group_ratio enable_groups quota_per_unit "
    "supported_endpoint_types created use_time prompt_tokens"
)
NAMES = st.sampled_from(MEMBERS.split())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = LEAVES | st.sampled_from([True, 0, 1, 2, 10**400, 1e308, -1, "1", "[1]", '{"data": []}', "Infinity", "nan"])
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=30,
)
READERS: list[Callable[[Any], Any]] = [
    lambda payload: account.read_account(payload, UNIT),
    lambda payload: account.read_key(payload, UNIT),
    lambda payload: account.read_billing(payload, payload, Site(in_currency=False)),
    lambda payload: account.read_lines(payload, UNIT),
    lambda payload: account.read_total(payload, UNIT),
    account.read_site,
    account.read_notice,
    read_models,
    read_pricing,
]


@pytest.mark.parametrize("number", range(len(READERS)))
@given(payload=JSON)
def test_no_answer_surprises_a_reader(number: int, payload: Any) -> None:
    try:
        found = READERS[number](payload)
    except Unreadable:
        return
    if isinstance(found, account.Lines):
        usage = usage_of(found.lines, period_of(30, NOW))
        assert len(json.dumps(chart_of(usage, labels_of(usage.period)), allow_nan=False)) > 0
        assert all(dollars(line.usd) for line in found.lines)
    if isinstance(found, Pricing):
        assert all(str(price.times(2.0).words) for price in found.prices.values())
