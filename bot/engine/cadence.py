"""When to ask again: pure functions of ages, past durations and failures. All times are seconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

YOUNG = 180.0
SLOWEST = 30.0
SOON = 0.1
"""Least share of an interval between two questions about a young task."""


@dataclass(frozen=True, slots=True)
class Typical:
    """How long a provider's finished tasks took: the quick tenth, and the middle."""

    low: float
    median: float


def typical(durations: Sequence[float]) -> Typical | None:
    """Summarise past durations; ``None`` for fewer than three."""
    if len(durations) < 3:
        return None
    ordered = sorted(durations)
    return Typical(low=ordered[len(ordered) // 10], median=ordered[len(ordered) // 2])


def next_poll(now: float, age: float, interval: float, usual: Typical | None) -> float:
    """When to ask next about a task that the relay took ``age`` seconds ago.

    The moment is a multiple of ``interval``, so that all tasks of a provider fall due together and share one call; one
    that was asked about between two such moments, as new ones are, joins the others at the next. A task is left alone
    while it cannot be finished yet (60 % of what the quickest tenth took), asked every ``interval`` while it is young,
    and ever more slowly from its fourth minute on.
    """
    wait = interval * SOON
    if usual is not None and age < usual.low * 0.6:
        wait = min(max(usual.low * 0.6 - age, interval), max(SLOWEST, interval))
    elif age > YOUNG:
        wait = max(interval, min(interval * (age / YOUNG), SLOWEST))
    return math.ceil((now + wait * 0.999) / interval) * interval


def backoff(failures: int, first: float, most: float = 300.0) -> float:
    """How long to leave something alone after ``failures`` failures in a row (1 or more)."""
    return min(first * 2.0 ** min(failures - 1, 16), most)
