"""Fixtures of the fault tests."""

import logging
from collections.abc import Iterator

import pytest

from tests.faults.tools import Log


@pytest.fixture
def log() -> Iterator[Log]:
    """What the bot logs during the test."""
    found = Log()
    logging.getLogger().addHandler(found)
    yield found
    logging.getLogger().removeHandler(found)
