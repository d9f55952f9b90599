"""What the relay account has used, day by day and model by model, from the lines of its log. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.account import Line

HOUR, DAY = 3600.0, 86400.0
SHOWN = 6
"""Models that a chart tells apart."""


@dataclass(frozen=True, slots=True)
class Period:
    """``count`` times from ``since`` (unix seconds), each of ``step`` seconds; days are those of UTC."""

    since: float
    step: float
    count: int

    @property
    def until(self) -> float:
        """When it ends."""
        return self.since + self.step * self.count

    @property
    def times(self) -> list[tuple[float, float]]:
        """The beginning and end of each time."""
        return [(self.since + n * self.step, self.since + (n + 1) * self.step) for n in range(self.count)]


@dataclass(frozen=True, slots=True)
class Share:
    """What one model has cost: altogether, and in each time."""

    model: str
    usd: float
    calls: int
    slots: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used in a period, in dollars. ``slots`` are all models together, ``shares`` the dearest first.

    ``calls`` are those that ``shares`` are made of; not ``whole``: only the newest ones.
    """

    period: Period
    slots: tuple[float, ...]
    shares: tuple[Share, ...]
    calls: int
    whole: bool = True

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(self.slots)


def period_of(days: int, now: float) -> Period:
    """Today in hours (``days`` is 1), or the last ``days`` days, today among them."""
    today = now // DAY * DAY
    return Period(today, HOUR, 24) if days == 1 else Period(today - (days - 1) * DAY, DAY, days)


def labels_of(period: Period) -> list[str]:
    """What stands under the bars of a chart: hours, or days without their year."""
    form = "%H" if period.step < DAY else "%m-%d"
    return [datetime.fromtimestamp(since, UTC).strftime(form) for since, _until in period.times]


def usage_of(lines: Iterable[Line], period: Period, totals: Sequence[float] | None = None) -> Usage:
    """Sum up what was used; ``totals`` are known amounts of each time, which the lines do not cover then."""
    slots: dict[str, list[float]] = {}
    calls: dict[str, int] = {}
    for line in lines:
        number = int((line.at - period.since) // period.step)
        if line.spent and 0 <= number < period.count:
            slots.setdefault(line.model, [0.0] * period.count)[number] += line.usd
            calls[line.model] = calls.get(line.model, 0) + 1
    shares = [Share(model, sum(values), calls[model], tuple(values)) for model, values in slots.items()]
    shares.sort(key=lambda share: (-share.usd, share.model))
    summed = tuple(sum(values) for values in zip(*(share.slots for share in shares), strict=True))
    known = tuple(totals) if totals is not None else summed or (0.0,) * period.count
    return Usage(period, known, tuple(shares), sum(calls.values()), whole=totals is None)


def chart_of(usage: Usage, labels: Sequence[str]) -> dict[str, Any]:
    """What the recipe ``chart`` draws: a bar for each time, parted by models, and the dearest models.

    ``labels`` are the words under the bars.
    """
    shown = usage.shares[:SHOWN]
    rest = usage.usd - sum(share.usd for share in shown)
    bars = []
    for number, (label, whole) in enumerate(zip(labels, usage.slots, strict=True)):
        parts = [share.slots[number] for share in shown]
        bars.append({"label": label, "parts": [*parts, max(0.0, whole - sum(parts))]})
    models = [{"name": share.model, "usd": share.usd} for share in shown]
    return {"bars": bars, "models": models, "rest": rest if rest > 1e-9 else 0.0}
