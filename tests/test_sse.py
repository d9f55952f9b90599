"""Server-sent events: whatever the network makes of them, the events are the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import sse
from bot.sse import Decoder, ServerEvent, TooLong


def decoded(*chunks: bytes) -> list[tuple[str, str]]:
    decoder = Decoder()
    found = [event for chunk in chunks for event in decoder.feed(chunk)]
    return [(event.name, event.data) for event in [*found, *decoder.end()]]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data:a\n\n", [("", "a")]),
        (b"data:  a\n\n", [("", " a")]),
        (b"event: ping\ndata: {}\n\n", [("ping", "{}")]),
        (b"data: a\r\n\r\ndata: b\r\r", [("", "a"), ("", "b")]),
        (b"data: a\ndata: b\n\n", [("", "a\nb")]),
        (b": PING\n\n: keep-alive\ndata: a\n\n", [("", "a")]),
        (b"event: lonely\n\ndata: a\n\n", [("", "a")]),
        (b"id: 7\nretry: 10\ndata: a\n\n", [("", "a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
        (b"data\n\n", [("", "")]),
        (b"data: a", [("", "a")]),
        (b"data: a\r", [("", "a")]),
        (b"data: a\n\ndata: [DONE]", [("", "a"), ("", "[DONE]")]),
        (b"data: \xff\n\n", [("", "�")]),
        (b"data: \xe2\x82", [("", "�")]),
        (b"", []),
        (b"<html>no events</html>", []),
    ],
)
def test_a_stream(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert decoded(stream) == events
    assert decoded(*(bytes([byte]) for byte in stream)) == events


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(stream) + 1) for place in places})
    return [stream[start:end] for start, end in zip([0, *ends], [*ends, len(stream)], strict=True)]


VALUES = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=30)
EVENTS = st.lists(st.tuples(VALUES.filter(lambda name: not name.startswith(" ")), st.lists(VALUES, min_size=1)))


@given(EVENTS, st.lists(st.integers(0, 10_000), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_wherever_it_is_cut(events: list[tuple[str, list[str]]], places: list[int], end: str) -> None:
    lines = [line for name, data in events for line in (f"event: {name}", *(f"data: {one}" for one in data), ": x", "")]
    stream = "".join(line + end for line in lines).encode()
    assert decoded(*cut(stream, places)) == [(name, "\n".join(data)) for name, data in events]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=10))
def test_no_bytes_surprise_and_no_cut_matters(stream: bytes, places: list[int]) -> None:
    assert decoded(*cut(stream, places)) == decoded(stream)


def test_json_of_many_lines() -> None:
    whole = json.dumps({"text": "für 你好 🎬"}, indent=1, ensure_ascii=False)
    stream = "".join(f"data: {line}\n" for line in whole.splitlines()) + "\n"
    ((_name, data),) = decoded(stream.encode())
    assert json.loads(data) == {"text": "für 你好 🎬"}


@pytest.mark.parametrize("stream", [b"data: " + b"x" * 200, b"data: xxxxxxxxxx\n" * 20])
def test_an_event_without_end(stream: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST", 100)
    with pytest.raises(TooLong):
        list(Decoder().feed(stream))


def test_events_are_values() -> None:
    assert ServerEvent("a", "b") == ServerEvent("a", "b")
