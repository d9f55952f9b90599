"""The files that go with a question to a model: pictures, texts and documents, known by their bytes."""

import hashlib

from bot.engine.inputs import PICTURE_LIMIT
from bot.errors import Problem
from bot.sniff import HEAD, PDF, PICTURES, sniff
from bot.store.repository import Input
from bot.text import _

DOCUMENT_LIMIT = 10 * 1024 * 1024
LONGEST_TEXT = 100_000
"""Characters of a text file."""
MOST_FILES = 4
TEXT_MIME = "text/plain"


def check_paper_size(size: int, name: str) -> None:
    """Refuse a file of too many bytes with :class:`Problem`, before it is read."""
    most = max(PICTURE_LIMIT, DOCUMENT_LIMIT)
    if size > most:
        raise Problem(_("{file} is too large: at most {limit} MiB.", file=name, limit=most // 1024**2))


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
    """The words of a file, ``None`` when it holds none."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in words or not words.strip() else words
