"""Reading JSON of strangers: strict where it must be, never surprised."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import Text, _, fill, quoted
from bot.wire import (
    MAX_DEPTH,
    Call,
    clean,
    dig,
    explain,
    first_text,
    is_markup,
    link_of,
    loads,
    said,
    text_of,
)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"a": [1, null]}', {"a": [1, None]}, id="bytes"),
        pytest.param('{"a": 1}', {"a": 1}, id="text"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="byte order mark"),
        pytest.param("任".join(['"', '"']).encode(), "任", id="utf-8"),
        pytest.param(nested(MAX_DEPTH), json.loads(nested(MAX_DEPTH)), id="as deep as allowed"),
        pytest.param(rb'{"a": "cut \ud83d", "b": "\udc00\""}', {"a": "cut \ufffd", "b": '\ufffd"'}, id="half pairs"),
        pytest.param(rb'"\uD83C\uDFAC"', "🎬", id="whole pair"),
        pytest.param(rb'"\\ud83d"', r"\ud83d", id="escaped backslash is no escape"),
        pytest.param(b"1e3", 1000.0, id="float"),
    ],
)
def test_json_is_read(body: bytes | str, expected: Any) -> None:
    assert loads(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="page"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b"-Infinity", id="infinity"),
        pytest.param(b"1e400", id="number beyond floats"),
        pytest.param(b"1" * 5000, id="number beyond reason"),
        pytest.param(b'"\xff"', id="no utf-8"),
        pytest.param(b'{"a": 1} x', id="trailing words"),
        pytest.param(nested(MAX_DEPTH + 1).encode(), id="one too deep"),
        pytest.param(nested(200_000).encode(), id="far too deep"),
        pytest.param(('{"a":' * 45 + "1" + "}" * 45).encode(), id="deep objects"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(body)


@given(st.text())
def test_whatever_was_read_can_be_stored(words: str) -> None:
    whole, before, after = loads(json.dumps([words, "\ud83d" + words, words + "\udc00"]))
    assert (whole, before, after) == (words, "\ufffd" + words, words + "\ufffd")
    assert whole.encode().decode() == words


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("a", 0, "b"), 1),
        (("a", -1, "b"), 2),
        (("a", 2), None),
        (("a", -3), None),
        (("a", "0"), None),
        (("x", "y"), None),
        ((0,), None),
        ((), {"a": [{"b": 1}, {"b": 2}]}),
    ],
)
def test_dig(path: tuple[str | int, ...], expected: Any) -> None:
    assert dig({"a": [{"b": 1}, {"b": 2}]}, *path) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" a ", "a"), ("", ""), (7, "7"), (0, "0"), (1.5, "1.5"), (True, ""), (None, ""), ([1], ""), ({"a": 1}, "")],
)
def test_text_of(value: Any, expected: str) -> None:
    assert text_of(value) == expected


def test_first_text_skips_what_holds_no_words() -> None:
    assert first_text({"a": None, "b": " ", "c": [], "d": "word", "e": "later"}, "x", "a", "b", "c", "d", "e") == "word"
    assert first_text([], "a") == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(" https://cdn.example/a.mp4 ", "https://cdn.example/a.mp4", id="https"),
        pytest.param("http://cdn.example/a", "http://cdn.example/a", id="http"),
        pytest.param("https://e/" + "x" * 4086, "https://e/" + "x" * 4086, id="4096 characters"),
        pytest.param("https://e/" + "x" * 4087, "", id="4097 characters"),
        pytest.param("file:///etc/passwd", "", id="file"),
        pytest.param("javascript:alert(1)", "", id="script"),
        pytest.param("data:video/mp4;base64,AAAA", "", id="data"),
        pytest.param("297384756", "", id="MiniMax file id"),
        pytest.param(None, "", id="null"),
        pytest.param(["https://e/a"], "", id="array"),
    ],
)
def test_link_of(value: Any, expected: str) -> None:
    assert link_of(value) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"  <!DOCTYPE html><html>", True),
        (b"<HTML lang=en>", True),
        (b"<?xml version='1.0'?>", True),
        (b"<head>", True),
        (b"<b>bold", False),
        (b'{"a": "<html>"}', False),
        (b"", False),
    ],
)
def test_is_markup(body: bytes, expected: bool) -> None:
    assert is_markup(body) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("no (request id: 2025100908532)", "no", id="request id"),
        pytest.param("无效的令牌（request id: 20251009）", "无效的令牌", id="request id, full-width"),
        pytest.param("<h1>502 Bad</h1>\n<p>Gateway</p>", "502 Bad Gateway", id="tags"),
        pytest.param("a \t\n b", "a b", id="space"),
        pytest.param("x" * 300, "x" * 300, id="fits"),
        pytest.param("x" * 301, "x" * 299 + "…", id="cut"),
        pytest.param("x" * 298 + " yyy", "x" * 298 + "…", id="cut at a space"),
    ],
)
def test_clean(words: str, expected: str) -> None:
    assert clean(words) == expected


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"code": "success", "message": "", "data": []}, id="envelope"),
        pytest.param({"code": "SUCCESS", "data": None}, id="capitals"),
        pytest.param({"code": 200, "message": "success", "data": {}}, id="numeric 200"),
        pytest.param({"code": 0, "msg": "ok", "data": {}}, id="numeric 0"),
        pytest.param({"code": 1, "description": "submitted", "result": "17"}, id="Midjourney 1"),
        pytest.param({"code": True, "data": {}}, id="true"),
        pytest.param({"code": None, "data": {}}, id="null"),
        pytest.param({"code": "", "message": "", "data": {"task_id": "x"}}, id="empty code"),
        pytest.param({"success": True, "message": "", "data": {}}, id="console"),
        pytest.param({"id": "x", "state": "failed", "error": "nsfw"}, id="a failed task"),
        pytest.param({"id": "x", "state": "failed", "error": {"message": "nsfw"}}, id="a failed task, nested"),
        pytest.param({"id": "x", "status": "completed", "error": {}}, id="a task with an empty error"),
        pytest.param({"task_id": "x", "status": "FAILURE", "code": 5, "detail": "nsfw"}, id="a failed relay task"),
        pytest.param({"error": None, "url": "https://e/a"}, id="null error"),
        pytest.param({"error": "", "url": "https://e/a"}, id="empty error"),
        pytest.param({"message": "hello"}, id="words only"),
        pytest.param([{"error": {"message": "x"}}], id="array"),
        pytest.param("error", id="string"),
        pytest.param(None, id="null payload"),
    ],
)
def test_what_is_no_error(payload: Any) -> None:
    assert explain(payload)[1] == ""


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param({"code": "do_request_failed", "message": '{"detail":"busy"}'}, "busy", id="object"),
        pytest.param({"code": "x", "message": '{"error":{"message":"deep","code":"y"}}'}, "deep", id="error object"),
        pytest.param({"code": "x", "message": "{no json"}, "{no json", id="only looks like JSON"),
        pytest.param({"code": "x", "message": "[1]"}, "[1]", id="no error inside"),
        pytest.param({"error": {"message": '{"error":"inner"}', "code": None}}, "inner", id="flat inside"),
    ],
)
def test_a_message_that_is_json_is_opened_once(payload: Any, expected: str) -> None:
    assert explain(payload)[1] == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"message": "a", "msg": "b"}, "a"),
        ({"msg": "b", "detail": "d"}, "b"),
        ({"description": "c"}, "c"),
        ({"detail": {"reason": "r", "code": 1}}, "r"),
        ({"detail": "d", "title": "t"}, "d"),
        ({"detail": [{"loc": ["body", "prompt"], "msg": "field required", "type": "missing"}]}, "field required"),
        ({"title": "t"}, "t"),
        ({"base_resp": {"status_code": 1026, "status_msg": "sensitive"}}, "sensitive"),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_order_of_places_for_words(payload: Any, expected: str) -> None:
    assert said(payload) == expected


def test_a_call_is_a_value() -> None:
    call = Call("POST", "/luma/tasks", json={"ids": []})
    assert call == Call("POST", "/luma/tasks", json={"ids": []}, paid=False, one=False, timeout=60.0)


def test_a_text_fills_its_places_and_nested_texts() -> None:
    inner = _("at most {limit}", limit=5)
    assert str(_("{name} is too long, {why}.", name="x", why=inner)) == "x is too long, at most 5."
    assert str(Text("{missing} stays")) == "{missing} stays"
    assert str(quoted("{words} {limit} 50%")) == "{words} {limit} 50%"


def test_braces_in_somebody_s_words_are_not_filled() -> None:
    assert fill("{who}: {link}", {"who": "{link}", "link": "https://e"}) == "{link}: https://e"


@pytest.mark.parametrize(
    "value",
    [
        "https://cdn.example/a.mp4) [Free](https://evil.example",
        "https://cdn.example/a b.mp4",
        "https://",
        "http:///a",
        "https://x/\n"[:-1] + "\x00",
    ],
)
def test_no_link_that_a_reader_could_be_fooled_with(value: str) -> None:
    assert link_of(value) == ""


def test_an_ordinary_link() -> None:
    assert link_of(" https://cdn.example/a(1).mp4?sig=a%2Bb&x=[1] ") == "https://cdn.example/a(1).mp4?sig=a%2Bb&x=[1]"
