"""What is logged: never what stands in local variables, which hold keys and tokens."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged in the one or the other format, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    stream = io.StringIO()
    handlers = logging.getLogger().handlers
    logs.set_up("INFO", request.param)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    logs.set_up("INFO", "json")
    logging.getLogger().handlers = handlers


def call_discord() -> None:
    """Fails like a library that has the token in a local variable."""
    token = "".join(["MTIz", "NDU2", ".secret"])
    headers = {"Authorization": f"Bot {token}"}
    raise RuntimeError(f"{len(headers)} header")


def test_a_traceback_names_the_error_and_no_secret(written: io.StringIO) -> None:
    log = structlog.get_logger("bot.test")
    try:
        call_discord()
    except RuntimeError:
        log.exception("unexpected error", id="abc123")
    assert "RuntimeError: 1 header" in written.getvalue()
    assert "abc123" in written.getvalue()
    assert "MTIz" + "NDU2" not in written.getvalue()
