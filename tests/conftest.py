"""Fixtures for all tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import logs
from tests.world import World, a_world


@pytest.fixture(autouse=True, scope="session")
def logging_as_in_production() -> None:
    """Structured logs through the standard library, so that tests can watch them."""
    logs.set_up("INFO", "json")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The whole bot in one process."""
    async with a_world(tmp_path) as found:
        yield found
