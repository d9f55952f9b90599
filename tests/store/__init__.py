"""The store, on a real SQLite file and on a real PostgreSQL server."""

from dataclasses import replace
from typing import Any

from bot.task import Phase, Place, Task

NOW = 1_000.0


def a_task(task_id: str = "t1", **changes: Any) -> Task:
    """A queued task that is due at once, with some fields changed."""
    task = Task(
        id=task_id,
        provider="luma",
        action="generate",
        submission='{"user_prompt":"a fox"}',
        caption="a fox",
        user_id=1,
        locale="en-US",
        place=Place(channel_id=10, message_id=20, token="interaction-token"),
        created_at=NOW,
        due_at=NOW,
    )
    return replace(task, **changes)


def ended(task_id: str, at: float = NOW + 60, **changes: Any) -> Task:
    """A delivered task."""
    times = {"due_at": None, "accepted_at": NOW, "finished_at": at, "ended_at": at}
    return a_task(task_id, **{"phase": Phase.DELIVERED, **times, **changes})
