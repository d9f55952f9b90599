"""Server-sent events, decoded from bytes as they arrive. Pure: chunks in, events out.

The standard's rules (WHATWG HTML, "Server-sent events"): lines end with CR, LF or CRLF, a colon begins a comment, the
data lines of one event are joined by LF, a blank line ends it.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 4 * 1024 * 1024
"""Characters of one event that are kept at most."""
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its ``name`` (``""`` when none was given) and its data."""

    name: str
    data: str


def _whole(line: str) -> bool:
    """Whether a line without an end is complete: data that are JSON, or words."""
    data = line.removeprefix("data:").strip()
    if not data.startswith(("{", "[")) or data == "[DONE]":
        return True
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


class TooLong(ValueError):
    """An event has no end in sight."""


class Decoder:
    """Decodes one stream. Bytes may be cut anywhere, in the middle of a character or a line end too."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest: list[str] = []
        self._waiting = 0
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that ``chunk`` completes. Raises :class:`TooLong`."""
        yield from self._decoded(self._text.decode(chunk))

    def end(self) -> Iterator[ServerEvent]:
        """What the stream's end completes: some servers leave the last blank line out, or the last line's end.

        A line that is cut off in the middle of its JSON is none.
        """
        last = self._taken() + self._text.decode(b"", final=True)
        yield from self._decoded(last if _whole(last) else "", final=True)
        yield from self._line("")

    def _decoded(self, text: str, *, final: bool = False) -> Iterator[ServerEvent]:
        """Looks at every character once, in however many pieces a line comes: in ``_rest`` is no line end, unless its
        last piece is a CR that may be the first half of CRLF."""
        if self._rest and self._rest[-1] == "\r":
            text = self._rest.pop() + text
            self._waiting -= 1
        start = 0
        for found in _LINE_END.finditer(text):
            if found.end() == len(text) and found.group() == "\r" and not final:
                break
            self._keep(text[start : found.start()])
            start = found.end()
            yield from self._line(self._taken())
        self._keep(text[start:].removesuffix("\r"))
        if text[start:].endswith("\r"):
            self._keep("\r")
        if final and self._rest:
            yield from self._line(self._taken())
        if self._waiting + self._size > LONGEST:
            raise TooLong(f"an event of more than {LONGEST} characters")

    def _keep(self, piece: str) -> None:
        """Remember a piece of a line that is not complete yet."""
        if piece:
            self._rest.append(piece)
            self._waiting += len(piece)

    def _taken(self) -> str:
        """What is remembered of a line, which is then forgotten."""
        line = "".join(self._rest)
        self._rest, self._waiting = [], 0
        return line

    def _line(self, line: str) -> Iterator[ServerEvent]:
        if not line:
            if self._data:
                yield ServerEvent(self._name, "\n".join(self._data))
            self._name, self._data, self._size = "", [], 0
            return
        name, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
                self._size += len(value) + 1
            case "event":
                self._name = value
