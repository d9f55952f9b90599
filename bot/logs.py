"""Logging: structlog for ours, the standard library's for what the libraries say, one format for both.

What users write is logged at level DEBUG only. So are the relay's own words, which may repeat it in any form: they
stand in a line's ``detail``. Of the rest of a line, an exception or what a library says, :func:`about` keeps it out.
"""

import logging
import re
import secrets
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from functools import reduce
from typing import Any

import structlog

SHORTEST, SHORTEST_WORD = 4, 12
"""Characters of a piece of somebody's words that is kept out of the log, and of a single word in plain letters: what is
shorter may occur by chance, or be the value of an option."""
_OURS = frozenset({"timestamp", "level", "logger", "task", "exchange", "provider"})
"""What of a line is never anybody's words."""
_WORDS: ContextVar[tuple[str, ...]] = ContextVar("words", default=())
_BREAKS = re.compile(r"[\"'\\\x00-\x1f\x7f]+")
"""What JSON or Python may write in another way, so that what stands between is looked for."""


def about(words: Iterable[str] = (), **what: object) -> None:
    """Let every line that the running asyncio task logs from now on say ``what`` it is about.

    ``words`` are somebody's own: they are left out of those lines unless the level is DEBUG.
    """
    structlog.contextvars.bind_contextvars(**what)
    pieces = {piece.strip() for word in words for piece in _BREAKS.split(word)}
    _WORDS.set(tuple(sorted(filter(_tells, pieces), key=len, reverse=True)))


def _tells(piece: str) -> bool:
    plain = piece.isascii() and not any(map(str.isspace, piece))
    return len(piece) >= (SHORTEST_WORD if plain else SHORTEST)


def error_id() -> str:
    """A new short number that a user is told and a line of the log carries, so that the one leads to the other."""
    return secrets.token_hex(3)


def set_up(level: str, form: str) -> None:
    """Log to standard error at ``level``; ``form`` is ``console`` for people or ``json`` for machines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the others print local variables: keys and tokens
        )
    )
    ending: list[structlog.typing.Processor] = [structlog.processors.format_exc_info]
    if level != "DEBUG":
        ending.append(_without_words)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("discord", "asyncio", "aiohttp", "aiosqlite"):
        logging.getLogger(noisy).setLevel(max(logging.getLevelName(level), logging.WARNING))


def _without_words(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A line without its ``detail``, and without what :func:`about` keeps out of it."""
    event.pop("detail", None)
    for name, value in event.items():
        if isinstance(value, str) and name not in _OURS:
            event[name] = reduce(lambda line, words: line.replace(words, "…"), _WORDS.get(), value)
    return event
