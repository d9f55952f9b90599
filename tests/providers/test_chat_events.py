"""What the events of both chat streams mean; no event whatsoever surprises their readers."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CallFailed, Refused, Throttled, Unavailable, Unreadable
from bot.provider import Options, providers
from bot.providers import claude
from bot.providers.openai import OpenAIOptions
from bot.providers.openai import chat as openai
from bot.sse import ServerEvent
from bot.talk import File, Manner, Piece, Role, Said, Stop, Talker, visible

providers()
NAMES = st.sampled_from(["type", "delta", "text", "error", "choices", "content", "message", "usage", "code"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)


def claude_event(kind: str, **more: Any) -> Piece:
    return claude.event(ServerEvent(kind, json.dumps({"type": kind, **more})))


@pytest.mark.parametrize(
    ("kind", "more", "piece"),
    [
        (
            "message_start",
            {"message": {"usage": {"input_tokens": 12, "output_tokens": 1}, "stop_reason": None}},
            Piece(tokens_in=12, tokens_out=1),
        ),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}, Piece()),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": "A"}}, Piece(text="A")),
        ("content_block_start", {"index": 0, "content_block": {"type": "tool_use", "id": "x"}}, Piece()),
        ("ping", {}, Piece()),
        ("content_block_delta", {"delta": {"type": "text_delta", "text": "Hi"}}, Piece(text="Hi")),
        ("content_block_delta", {"delta": {"text": "Hi"}}, Piece(text="Hi")),
        ("content_block_delta", {"delta": {"type": "thinking_delta", "thinking": "Hm"}}, Piece(thought="Hm")),
        ("content_block_delta", {"delta": {"type": "signature_delta", "signature": "c2ln"}}, Piece()),
        ("content_block_delta", {"delta": {"type": "input_json_delta", "partial_json": "{"}}, Piece()),
        ("content_block_stop", {"index": 0}, Piece()),
        (
            "message_delta",
            {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
            Piece(stop=Stop.END, tokens_out=4),
        ),
        ("message_delta", {"delta": {"stop_reason": "stop_sequence"}}, Piece(stop=Stop.END)),
        ("message_delta", {"delta": {"stop_reason": "max_tokens"}}, Piece(stop=Stop.LENGTH)),
        ("message_delta", {"delta": {"stop_reason": "refusal"}}, Piece(stop=Stop.FILTER)),
        ("message_delta", {"delta": {"stop_reason": "pause_turn"}}, Piece(stop=Stop.OTHER)),
        (
            "message_delta",
            {"delta": {"stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 4}}},
            Piece(stop=Stop.END, tokens_in=9, tokens_out=4),
        ),
        ("message_stop", {}, Piece(over=True)),
        ("something_new", {"x": 1}, Piece()),
    ],
)
def test_an_event_of_claude(kind: str, more: dict[str, Any], piece: Piece) -> None:
    assert claude_event(kind, **more) == piece


def test_claude_without_names_and_without_types() -> None:
    assert claude.event(ServerEvent("", '{"type":"content_block_delta","delta":{"text":"Hi"}}')) == Piece(text="Hi")
    assert claude.event(ServerEvent("content_block_delta", '{"delta":{"text":"Hi"}}')) == Piece(text="Hi")


def chunk(delta: Any, stop: str | None = None, **more: Any) -> Piece:
    choices = [{"index": 0, "delta": delta, "finish_reason": stop}]
    return openai.event(ServerEvent("", json.dumps({"choices": choices, **more})))


@pytest.mark.parametrize(
    ("delta", "stop", "more", "piece"),
    [
        ({"role": "assistant", "content": ""}, None, {}, Piece()),
        ({"content": "Hi"}, None, {}, Piece(text="Hi")),
        ({"content": None}, None, {}, Piece()),
        ({"reasoning_content": "Hm"}, None, {}, Piece(thought="Hm")),
        ({"reasoning": "Hm"}, None, {}, Piece(thought="Hm")),
        ({"tool_calls": [{"index": 0}]}, None, {}, Piece()),
        ({}, "stop", {}, Piece(stop=Stop.END)),
        ({}, "length", {}, Piece(stop=Stop.LENGTH)),
        ({}, "content_filter", {}, Piece(stop=Stop.FILTER)),
        ({}, "tool_calls", {}, Piece(stop=Stop.OTHER)),
        (
            {"content": "."},
            "stop",
            {"usage": {"prompt_tokens": 11, "completion_tokens": 3}},
            Piece(text=".", stop=Stop.END, tokens_in=11, tokens_out=3),
        ),
    ],
)
def test_a_chunk_of_openai(delta: Any, stop: str | None, more: dict[str, Any], piece: Piece) -> None:
    assert chunk(delta, stop, **more) == piece


def test_the_last_chunks_of_openai() -> None:
    usage = '{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3}}'
    assert openai.event(ServerEvent("", usage)) == Piece(tokens_in=11, tokens_out=3)
    assert openai.event(ServerEvent("", "[DONE]")) == openai.event(ServerEvent("", " [DONE] ")) == Piece(over=True)


ERRORS = [
    ({"error": {"type": "overloaded_error", "message": "Overloaded"}}, Throttled, "overloaded"),
    ({"error": {"type": "rate_limit_error", "message": "slow"}}, Throttled, "overloaded"),
    ({"error": {"code": "invalid_api_key", "message": "no", "type": "x"}}, Refused, "key"),
    ({"error": {"type": "authentication_error", "message": "no"}}, Refused, "key"),
    ({"error": {"code": "insufficient_user_quota", "message": "no"}}, Refused, "credit"),
    ({"error": {"type": "api_error", "message": "boom"}}, Unavailable, "internal error"),
    ({"error": {"type": "invalid_request_error", "message": "too long"}}, Refused, "too long"),
]


@pytest.mark.parametrize(("payload", "kind", "words"), ERRORS)
@pytest.mark.parametrize("read", [claude.event, openai.event])
def test_an_error_in_the_middle(
    read: Callable[[ServerEvent], Piece], payload: dict[str, Any], kind: type[CallFailed], words: str
) -> None:
    with pytest.raises(kind, match=words):
        read(ServerEvent("error", json.dumps({"type": "error", **payload})))


@pytest.mark.parametrize("talker", [claude.CHAT, openai.CHAT])
@given(payload=JSON, name=st.sampled_from(["", "error", "message_stop", "whole"]))
def test_nothing_surprises_them(talker: Talker, payload: Any, name: str) -> None:
    for read, given_to in ((talker.event, ServerEvent(name, json.dumps(payload))), (talker.whole, payload)):
        with suppress(CallFailed):
            piece = read(given_to)
            assert (type(piece.text), type(piece.thought)) == (str, str)


@pytest.mark.parametrize("talker", [claude.CHAT, openai.CHAT])
@pytest.mark.parametrize("data", ["", "{", "NaN", "<html>"])
def test_what_is_no_json(talker: Talker, data: str) -> None:
    with pytest.raises(Unreadable):
        talker.event(ServerEvent("", data))


def test_a_whole_answer() -> None:
    message = {
        "content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
    }
    assert claude.whole({**message, "usage": {"input_tokens": 1, "output_tokens": 2}}) == Piece(
        text="Hi", stop=Stop.END, tokens_in=1, tokens_out=2
    )
    choice = {"message": {"content": "Hi"}, "finish_reason": "stop"}
    assert openai.whole({"choices": [choice]}) == Piece(text="Hi", stop=Stop.END)


def test_what_is_asked() -> None:
    said = [Said(Role.USER, "Hi", (File("image/png", "a.png", b"x"),)), Said(Role.MODEL, "Yes?"), Said(Role.USER, "Go")]
    asked = claude.ask(said, Manner("m", thinking=9000, most=100), Options())
    assert asked.paid and asked.path == "/v1/messages"
    assert asked.json["max_tokens"] == 9000 + 100
    assert asked.json["messages"][0]["content"][0]["source"]["data"] == "eA=="
    completion = openai.ask(said, Manner("m", most=100), OpenAIOptions(stream_usage=False))
    assert completion.paid and completion.json["max_tokens"] == 100 and "stream_options" not in completion.json


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Hi", "Hi"),
        ("<think>hm</think>\n\nHi", "Hi"),
        ("<think>hm", ""),
        ("\n<think>a\nb</think>Hi <think>no</think>", "Hi <think>no</think>"),
    ],
)
def test_what_models_think_aloud(answer: str, shown: str) -> None:
    assert visible(answer) == shown
