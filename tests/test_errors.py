"""Every error shape and status of the references, and the exception it becomes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    BROKEN,
    CUT_OFF,
    KEY_REFUSED,
    NO_QUOTA,
    OVERLOADED,
    CallFailed,
    Invalid,
    NotOffered,
    Problem,
    Refused,
    Throttled,
    Unavailable,
    Unreadable,
    decipher,
    retry_after,
)
from bot.text import _

HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"
NOT_OFFERED = "This relay does not offer that feature."
UNEXPECTED = "The relay gave an unexpected answer."
NO_CHANNEL = "The relay has no free channel for this: "
SAID = "The relay refused: "


def openai(message: str, code: Any = None, kind: str = "new_api_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": "", "code": code}}


def task_error(code: Any, message: str = "") -> dict[str, Any]:
    return {"code": code, "message": message or str(code), "data": None}


def failing(status: int, body: Any, *, known_path: bool = False, headers: dict[str, str] | None = None) -> CallFailed:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    with pytest.raises(CallFailed) as caught:
        decipher(status, headers or {}, raw, known_path=known_path)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        pytest.param(401, openai("无效的令牌"), Refused, str(KEY_REFUSED), id="401 shape A"),
        pytest.param(401, openai("Invalid token", "invalid_api_key"), Refused, str(KEY_REFUSED), id="401 with a code"),
        pytest.param(401, {"success": False, "message": "x"}, Refused, str(KEY_REFUSED), id="401 console"),
        pytest.param(401, openai("该令牌额度已用尽 !token.UnlimitedQuota"), Refused, str(NO_QUOTA), id="401 key limit"),
        pytest.param(401, b"Unauthorized", Refused, str(KEY_REFUSED), id="401 text"),
        pytest.param(403, openai("low", "insufficient_user_quota"), Refused, str(NO_QUOTA), id="403 balance, shape A"),
        pytest.param(403, openai("low", "pre_consume_token_quota_failed"), Refused, str(NO_QUOTA), id="403 key limit"),
        pytest.param(403, task_error("quota_not_enough"), Refused, str(NO_QUOTA), id="403 balance, shape B"),
        pytest.param(403, task_error("insufficient_user_quota"), Refused, str(NO_QUOTA), id="403 balance, newer B"),
        pytest.param(403, openai("该令牌无权访问模型 M"), Refused, SAID + "该令牌无权访问模型 M", id="403 model"),
        pytest.param(403, openai("no", "access_denied"), Refused, SAID + "no", id="403 denied"),
        pytest.param(400, openai("bad (request id: 20)", "invalid_request"), Refused, SAID + "bad", id="400 shape A"),
        pytest.param(400, task_error("invalid_request", "prompt_empty"), Refused, SAID + "prompt_empty", id="400 B"),
        pytest.param(400, task_error("task_not_exist"), Refused, SAID + "task_not_exist", id="400 unknown task"),
        pytest.param(400, task_error("channel_not_found"), Refused, SAID + "channel_not_found", id="400 channel"),
        pytest.param(400, task_error("task_channel_disable", "已被禁用"), Refused, SAID + "已被禁用", id="400 off"),
        pytest.param(400, task_error("invalid_api_platform"), NotOffered, NOT_OFFERED, id="400 platform"),
        pytest.param(413, openai("too big", "read_request_body_failed"), Refused, SAID + "too big", id="413"),
        pytest.param(413, b"<html>413</html>", Refused, SAID + "413", id="413 page"),
        pytest.param(404, openai("Invalid URL (POST /x)", ""), NotOffered, NOT_OFFERED, id="404 unknown path"),
        pytest.param(404, b"404 page not found", NotOffered, NOT_OFFERED, id="404 text"),
        pytest.param(405, b"", NotOffered, NOT_OFFERED, id="405 empty"),
        pytest.param(501, openai("no", "api_not_implemented"), NotOffered, NOT_OFFERED, id="501 shape A"),
        pytest.param(501, task_error("not_implemented"), NotOffered, NOT_OFFERED, id="501 shape B"),
        pytest.param(501, HTML, NotOffered, NOT_OFFERED, id="501 page"),
        pytest.param(429, openai("当前分组上游负载已饱和"), Throttled, str(OVERLOADED), id="429 shape A"),
        pytest.param(429, task_error("x", "slow down"), Throttled, str(OVERLOADED), id="429 shape B"),
        pytest.param(429, b"", Throttled, str(OVERLOADED), id="429 empty"),
        pytest.param(429, HTML, Throttled, str(OVERLOADED), id="429 page"),
        pytest.param(503, openai("无可用渠道"), Unavailable, NO_CHANNEL + "无可用渠道", id="503 shape A"),
        pytest.param(503, openai("no M", "model_not_found"), Unavailable, NO_CHANNEL + "no M", id="503 newer"),
        pytest.param(503, {}, Unavailable, str(BROKEN), id="503 without words"),
        pytest.param(503, b"busy", Unavailable, str(BROKEN), id="503 text"),
        pytest.param(503, HTML, Unavailable, str(BROKEN), id="503 page"),
        pytest.param(408, openai("timeout"), Unavailable, str(CUT_OFF), id="408 shape A"),
        pytest.param(408, b"", Unavailable, str(CUT_OFF), id="408 empty"),
        pytest.param(500, openai("x", "do_request_failed"), Unavailable, str(BROKEN), id="500 shape A"),
        pytest.param(500, task_error("insert_task_failed"), Unavailable, str(BROKEN), id="500 shape B"),
        pytest.param(500, HTML, Unavailable, str(BROKEN), id="500 page"),
        *(pytest.param(s, HTML, Unavailable, str(BROKEN), id=f"{s} page") for s in (502, 504, 520, 522, 524)),
        pytest.param(502, openai("x", "bad_response_status_code"), Unavailable, str(BROKEN), id="502 shape A"),
        pytest.param(422, {"detail": "bad ratio"}, Refused, SAID + "bad ratio", id="422 Luma detail"),
        pytest.param(400, {"detail": {"reason": "r", "code": 1}}, Refused, SAID + "r", id="400 Luma reason"),
        pytest.param(422, {"detail": [{"msg": "field required"}]}, Refused, SAID + "field required", id="422 list"),
        pytest.param(422, {"title": "t", "detail": "d", "status": 422}, Refused, SAID + "d", id="422 Replicate"),
        pytest.param(400, {"code": 1201, "message": "m", "request_id": "q"}, Refused, SAID + "m", id="400 Kling"),
        pytest.param(200, {"code": 1201, "message": "m", "request_id": "q"}, Refused, SAID + "m", id="200 Kling"),
        pytest.param(200, {"code": 400, "msg": "bad"}, Refused, SAID + "bad", id="200 Runway reverse"),
        pytest.param(200, {"success": False, "message": "无权"}, Refused, SAID + "无权", id="200 console"),
        pytest.param(200, {"success": False}, Refused, SAID + "error", id="200 console without words"),
        pytest.param(200, {"type": "error", "error": {"message": "m"}}, Refused, SAID + "m", id="200 Anthropic"),
        pytest.param(400, {"error": "text", "code": "c", "details": "d"}, Refused, SAID + "text", id="400 flat"),
        pytest.param(400, {"message": "m", "type": "t", "param": None, "code": None}, Refused, SAID + "m", id="bare A"),
        pytest.param(400, {"description": "d", "type": "upstream_error", "code": 4}, Refused, SAID + "d", id="400 MJ"),
        pytest.param(400, {"message": "m"}, Refused, SAID + "m", id="400 words only"),
        pytest.param(400, {"base_resp": {"status_msg": "m"}}, Refused, SAID + "m", id="400 MiniMax"),
        pytest.param(400, {}, Refused, SAID + "HTTP 400", id="400 no words"),
        pytest.param(402, b"", Refused, SAID + "HTTP 402", id="402 empty"),
        pytest.param(403, b"<html><b>Just</b> a moment</html>", Refused, SAID + "Just a moment", id="403 page"),
        pytest.param(400, task_error("fail_to_fetch_task", '{"detail":"no"}'), Refused, SAID + "no", id="JSON inside"),
        pytest.param(200, HTML, NotOffered, NOT_OFFERED, id="200 page"),
        pytest.param(200, b"", Unreadable, UNEXPECTED, id="200 empty"),
        pytest.param(201, b"fine", Unreadable, UNEXPECTED, id="201 text"),
        pytest.param(200, b'{"a": NaN}', Unreadable, UNEXPECTED, id="200 NaN"),
    ],
)  # fmt: skip
def test_the_exception_of_an_answer(status: int, body: Any, kind: type[CallFailed], message: str) -> None:
    error = failing(status, body)
    assert type(error) is kind
    assert str(error) == message
    assert error.detail.startswith(f"HTTP {status} ")


@pytest.mark.parametrize(
    ("status", "body", "taken"),
    [
        pytest.param(400, openai("x"), False, id="400"),
        pytest.param(401, openai("x"), False, id="401"),
        pytest.param(404, b"", False, id="404"),
        pytest.param(408, openai("x"), True, id="408 may have been taken"),
        pytest.param(429, b"", False, id="429"),
        pytest.param(500, openai("x"), True, id="500"),
        pytest.param(502, HTML, True, id="502"),
        pytest.param(503, openai("x"), False, id="503 with a proper error body"),
        pytest.param(503, {}, True, id="503 with JSON but no error"),
        pytest.param(503, HTML, True, id="503 of a proxy"),
        pytest.param(524, HTML, True, id="524"),
        pytest.param(200, b"ok", True, id="200 unreadable"),
        pytest.param(200, HTML, False, id="200 page of the relay"),
    ],
)
def test_whether_the_request_may_have_been_taken(status: int, body: Any, taken: bool) -> None:
    assert failing(status, body).taken is taken


@pytest.mark.parametrize(
    ("status", "body", "known_path", "unknown_task"),
    [
        pytest.param(400, task_error("task_not_exist"), True, True, id="task_not_exist"),
        pytest.param(400, task_error("task_origin_not_exist"), False, True, id="task_origin_not_exist"),
        pytest.param(404, {"detail": "Generation not found"}, True, True, id="404 about a task"),
        pytest.param(400, task_error("invalid_request"), True, False, id="another 400"),
        pytest.param(403, openai("no"), True, False, id="403"),
    ],
)
def test_a_task_that_the_relay_does_not_know(status: int, body: Any, known_path: bool, unknown_task: bool) -> None:
    error = failing(status, body, known_path=known_path)
    assert isinstance(error, Refused)
    assert error.unknown_task is unknown_task


def test_a_404_text_is_a_missing_path_even_where_a_task_was_asked_for() -> None:
    assert isinstance(failing(404, b"404 page not found", known_path=True), NotOffered)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7.0), (" 2.5 ", 2.5), ("0", 0.0), ("-3", 0.0), ("86400", 3600.0), ("inf", 3600.0),
        ("nan", None), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, expected: float | None) -> None:
    assert retry_after({"Retry-After": value}) == expected
    for body in (b"", openai("x")):
        error = failing(429, body, headers={"Retry-After": value})
        assert isinstance(error, Throttled)
        assert error.retry_after == expected


def test_no_retry_after() -> None:
    assert retry_after({}) is None


def test_a_refusal_carries_code_and_status() -> None:
    error = failing(400, task_error("invalid_request", "prompt_empty"))
    assert isinstance(error, Refused)
    assert (error.code, error.status) == ("invalid_request", 400)
    assert error.detail == 'HTTP 400 {"code": "invalid_request", "message": "prompt_empty", "data": null}'


def test_long_words_are_cut_for_the_user_and_for_the_log() -> None:
    error = failing(400, openai("long " * 400))
    assert len(str(error)) == len(SAID) + 300
    assert str(error).endswith("…")
    assert len(error.detail) == len("HTTP 400 ") + 500


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_good_answer_is_returned(status: int) -> None:
    assert decipher(status, {}, b'{"id": "x", "state": "pending"}') == {"id": "x", "state": "pending"}


def test_a_failed_generation_is_no_failed_call() -> None:
    answer = {"id": "x", "state": "failed", "error": {"message": "nsfw"}, "detail": "nsfw"}
    assert decipher(200, {}, json.dumps(answer).encode()) == answer


def test_a_provider_may_judge_its_own_errors() -> None:
    seen: list[tuple[int, str, str]] = []

    def judge(status: int, code: str, words: str) -> Exception | None:
        seen.append((status, code, words))
        return Throttled(_("Busy."), retry_after=3.0) if code == "1303" else None

    busy, other = b'{"code": 1303, "message": "over limit"}', b'{"code": 1201, "message": "bad"}'
    with pytest.raises(Throttled) as caught:
        decipher(200, {}, busy, judge=judge)
    assert caught.value.retry_after == 3.0
    with pytest.raises(Refused, match="bad"):
        decipher(400, {}, other, judge=judge)
    assert decipher(200, {}, b'{"code": 0, "data": {}}', judge=judge) == {"code": 0, "data": {}}
    assert seen == [(200, "1303", "over limit"), (400, "1201", "bad")]


def test_payment_required_means_no_credit() -> None:
    with pytest.raises(Refused, match="no credit left"):
        decipher(402, {}, b'{"detail": "payment required"}')


def test_an_invalid_input_is_a_value_error_with_a_sentence() -> None:
    error = Invalid(_("at most {limit}", limit=5))
    assert isinstance(error, ValueError)
    assert isinstance(error, Problem)
    assert str(error) == "at most 5"


def outcome(status: int, headers: dict[str, str], body: bytes, known_path: bool) -> Any:
    """What ``decipher`` does, as long as it is something that it may do."""
    try:
        return decipher(status, headers, body, known_path=known_path)
    except CallFailed as error:
        assert str(error)
        return error


STATUSES = st.integers(100, 599) | st.sampled_from([200, 201, 400, 401, 403, 404, 408, 429, 500, 501, 503, 524])
HEADERS = st.dictionaries(st.just("Retry-After"), st.text(max_size=12))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEYS = st.sampled_from(
    ["error", "code", "message", "msg", "detail", "data", "id", "success", "title", "status", "type"]
)
JSONS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
)


@given(STATUSES, HEADERS, st.binary(max_size=200), st.booleans())
def test_no_bytes_surprise(status: int, headers: dict[str, str], body: bytes, known_path: bool) -> None:
    answer = outcome(status, headers, body, known_path)
    assert status < 400 or isinstance(answer, CallFailed)


@given(STATUSES, HEADERS, JSONS, st.booleans())
def test_no_json_surprises(status: int, headers: dict[str, str], payload: Any, known_path: bool) -> None:
    answer = outcome(status, headers, json.dumps(payload).encode(), known_path)
    assert isinstance(answer, CallFailed) if status >= 400 else isinstance(answer, CallFailed) or answer == payload
