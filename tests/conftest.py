"""Fixtures for all tests."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from bot import logs
from bot.app import spare_what_is_loaded
from tests.world import World, a_world

hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile(
    "fuzz", deadline=None, max_examples=10_000, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True, scope="session")
def logging_as_in_production() -> None:
    """Structured logs through the standard library, so that tests can watch them."""
    logs.set_up("INFO", "json")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The whole bot in one process."""
    async with a_world(tmp_path) as found:
        yield found


def pytest_collection_finish() -> None:
    """What has been imported stays; looking through it again and again takes an eighth of the time of a test."""
    spare_what_is_loaded()
    gc.set_threshold(50_000, 20, 50)
