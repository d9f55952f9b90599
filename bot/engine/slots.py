"""Who may start next: slots go round-robin over users, then by age. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.store.repository import Waiting


@dataclass(frozen=True, slots=True)
class Plan:
    """``start``: ids to send now, in order. ``positions``: place in its provider's line by id, 1 is next.
    ``wake_at``: when a task that only waits for its time may start."""

    start: tuple[str, ...]
    positions: Mapping[str, int]
    wake_at: float | None


def plan(
    waiting: Sequence[Waiting],
    by_user: Mapping[int, int],
    by_provider: Mapping[str, int],
    *,
    per_user: int,
    per_provider: Mapping[str, int],
    now: float,
) -> Plan:
    """Choose among ``waiting`` (oldest first) so that nobody waits behind somebody else's pile.

    A task ranks behind as many others as its owner has in flight or ahead of it in line; equal ranks go by age.
    """
    ahead = dict(by_user)
    ranked: list[tuple[int, int, Waiting]] = []
    for age, task in enumerate(waiting):
        rank = ahead.get(task.user_id, 0)
        ahead[task.user_id] = rank + 1
        ranked.append((rank, age, task))
    ranked.sort(key=lambda entry: entry[:2])
    users, providers = dict(by_user), dict(by_provider)
    start: list[str] = []
    positions: dict[str, int] = {}
    line: dict[str, int] = {}
    wake_at: float | None = None
    for _rank, _age, task in ranked:
        free = users.get(task.user_id, 0) < per_user and providers.get(task.provider, 0) < per_provider.get(
            task.provider, 0
        )
        if free and task.due_at <= now:
            start.append(task.id)
            users[task.user_id] = users.get(task.user_id, 0) + 1
            providers[task.provider] = providers.get(task.provider, 0) + 1
            continue
        if free:
            wake_at = task.due_at if wake_at is None else min(wake_at, task.due_at)
        line[task.provider] = line.get(task.provider, 0) + 1
        positions[task.id] = line[task.provider]
    return Plan(tuple(start), positions, wake_at)
