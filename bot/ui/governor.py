"""Which edit goes out when: a pure model of Discord's budgets, with the clock passed in.

Progress edits are paced by age and by what the channel can bear; a final result is never held back by progress.
Numbers: reference ``discord.md`` 0.4 and 3 (about five edits per five seconds and channel; edits of messages older
than an hour are scarcer still). They are planning figures: Discord's own answers still rule, through discord.py.
Of the fifty requests a second that a bot may make by its right the cards plan with half; growing answers have theirs in
:mod:`bot.ui.speaker`.
"""

from dataclasses import dataclass, field

CHANNEL_RATE = 0.8
CHANNEL_BURST = 4.0
GLOBAL_RATE = 20.0
GLOBAL_BURST = 10.0
OLD = 55 * 60.0


def pace(age: float) -> float:
    """Least seconds between progress edits of a card that is ``age`` seconds old."""
    for limit, seconds in ((60.0, 2.5), (300.0, 5.0), (900.0, 10.0), (OLD, 30.0)):
        if age < limit:
            return seconds
    return float("inf")


@dataclass
class Bucket:
    """A token bucket; it may go into debt, which only delays what is less urgent."""

    rate: float
    burst: float
    tokens: float
    at: float

    def level(self, now: float) -> float:
        """Tokens at ``now``."""
        return min(self.burst, self.tokens + (now - self.at) * self.rate)

    def take(self, now: float) -> None:
        """Spend one token."""
        self.tokens, self.at = self.level(now) - 1.0, now

    def ready_at(self, now: float) -> float:
        """When a whole token is there."""
        missing = 1.0 - self.level(now)
        return now if missing <= 0 else now + missing / self.rate


@dataclass
class Wish:
    """A card that wants to be redrawn. ``bucket`` is the channel that pays, ``""`` for an interaction's own budget."""

    bucket: str
    not_before: float
    since: float


@dataclass
class Governor:
    """Keeps one wish per card, the newest, and says which cards may be redrawn now."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _channels: dict[str, Bucket] = field(default_factory=dict)
    _everything: Bucket | None = None

    def offer(self, card: str, bucket: str, now: float, age: float) -> None:
        """A card changed; ``age`` is that of its message in seconds. Replaces an older wish of the same card."""
        last = self._last.get(card)
        not_before = now if last is None else max(now, last + pace(age))
        since = self.wishes[card].since if card in self.wishes else now
        if not_before != float("inf"):
            self.wishes[card] = Wish(bucket, not_before, since)

    def take(self, now: float) -> list[str]:
        """The cards whose redrawing may begin now, longest waiting first; their wishes are gone."""
        ready = sorted((wish.since, card) for card, wish in self.wishes.items() if wish.not_before <= now)
        chosen = []
        for _since, card in ready:
            bucket = self.wishes[card].bucket
            if bucket and not self._affordable(bucket, now):
                continue
            self.spend(card, bucket, now)
            chosen.append(card)
        return chosen

    def next_at(self, now: float) -> float | None:
        """When :meth:`take` may have something."""
        return min(
            (max(wish.not_before, self._paid_at(wish.bucket, now)) for wish in self.wishes.values()), default=None
        )

    def spend(self, card: str, bucket: str, now: float) -> None:
        """A card is being redrawn, wished or urgent; whatever it wished before is settled by that."""
        self.wishes.pop(card, None)
        self._last[card] = now
        if bucket:
            self._channel(bucket, now).take(now)
            self._all(now).take(now)

    def postpone(self, card: str, until: float) -> None:
        """Redrawing failed: not again before ``until``."""
        if card in self.wishes:
            self.wishes[card].not_before = max(self.wishes[card].not_before, until)

    def forget(self, card: str) -> None:
        """The card needs no more attention."""
        self.wishes.pop(card, None)
        self._last.pop(card, None)

    def tidy(self, now: float) -> None:
        """Forget full buckets."""
        self._channels = {name: bucket for name, bucket in self._channels.items() if bucket.level(now) < bucket.burst}

    def _paid_at(self, bucket: str, now: float) -> float:
        return max(self._channel(bucket, now).ready_at(now), self._all(now).ready_at(now)) if bucket else now

    def _affordable(self, bucket: str, now: float) -> bool:
        return self._channel(bucket, now).level(now) >= 1.0 and self._all(now).level(now) >= 1.0

    def _channel(self, name: str, now: float) -> Bucket:
        return self._channels.setdefault(name, Bucket(CHANNEL_RATE, CHANNEL_BURST, CHANNEL_BURST, now))

    def _all(self, now: float) -> Bucket:
        if self._everything is None:
            self._everything = Bucket(GLOBAL_RATE, GLOBAL_BURST, GLOBAL_BURST, now)
        return self._everything
