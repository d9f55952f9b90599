"""The files that go with a question to a model: pictures, texts and documents, known by their bytes."""

import hashlib
from collections.abc import Collection

from bot.engine.inputs import PICTURE_LIMIT
from bot.errors import Problem
from bot.sniff import HEAD, PDF, PICTURES, sniff
from bot.store.repository import Input
from bot.text import _

DOCUMENT_LIMIT = 10 * 1024 * 1024
LONGEST_TEXT = 100_000
"""Characters of a text file."""
MOST_FILES, TOGETHER = 4, 16 * 1024 * 1024
"""Files of a question, and their bytes together."""
TEXT_MIME = "text/plain"
CHINESE = 0.04
"""Share of the commonest signs of Chinese among those beyond ASCII from which bytes are taken for GB 18030."""
_COMMON = frozenset("，。、：；！？“”（）的一是不了在人有我他这中大来上个们到说时要就出会可也你对生能")


def check_paper_size(size: int, name: str) -> None:
    """Refuse a file of too many bytes with :class:`Problem`, before it is read."""
    most = max(PICTURE_LIMIT, DOCUMENT_LIMIT)
    if size > most:
        raise Problem(_("{file} is too large: at most {limit} MiB.", file=name, limit=most // 1024**2))


def check_sizes(files: Collection[tuple[int, str]]) -> None:
    """Refuse files (bytes, name) that are too large, or too many, with :class:`Problem`."""
    if len(files) > MOST_FILES:
        raise Problem(_("At most {limit} files go with a question.", limit=MOST_FILES))
    for size, name in files:
        check_paper_size(size, name)
    if sum(size for size, _name in files) > TOGETHER:
        raise Problem(_("The files are too large together: at most {limit} MiB.", limit=TOGETHER // 1024**2))


def paper_of(content: bytes, url: str, name: str, *, documents: bool) -> Input:
    """A file of a question; with ``documents`` PDF is taken. Blocks; raises :class:`Problem`."""
    check_paper_size(len(content), name)
    kind = sniff(content[:HEAD])
    if kind in PICTURES and kind is not None:
        return _input(content, kind.mime, url)
    if kind is PDF:
        if documents:
            return _input(content, PDF.mime, url)
        raise Problem(
            _("{file} is a PDF, which this provider does not read: give a picture or a text file.", file=name)
        )
    words = _text(content)
    if kind is not None or words is None:
        raise Problem(_("{file} is neither a picture nor a text file.", file=name))
    if len(words) > LONGEST_TEXT:
        raise Problem(
            _(
                "{file} is too long: {given} characters, at most {limit}.",
                file=name,
                given=len(words),
                limit=LONGEST_TEXT,
            )
        )
    return _input(words.encode(), TEXT_MIME, url)


def _input(content: bytes, mime: str, url: str) -> Input:
    return Input(hashlib.sha256(content).hexdigest(), mime, url, content)


def _text(content: bytes) -> str | None:
    """The words of a file in UTF-8, in UTF-16 that says so, or in GB 18030; ``None`` when it holds none."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            words = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in words or not words.strip() or (encoding == "gb18030" and not _is_chinese(words)):
            return None
        return words
    return None


def _is_chinese(words: str) -> bool:
    """Whether words that were no UTF-8 read as Chinese: other encodings, read so, give letters that nobody uses."""
    beyond = [letter for letter in words if letter > "\x7f"]
    return sum(letter in _COMMON for letter in beyond) >= CHINESE * len(beyond)
