"""What a finished video can be used for: to be made longer, to speak (reference ``relay-luma-…md`` 5.6, 5.7)."""

import json
import re
from collections.abc import Sequence
from typing import Any

from bot.errors import Invalid
from bot.providers.kling.answers import LIFETIME, SECONDS, VIDEO_ID
from bot.step import NextStep
from bot.task import Task
from bot.text import _

EXTEND = NextStep("kling-extend", _("Extend"), "⏩", action="extend")
LIP_SYNC = NextStep("kling-lips", _("Lip-sync"), "👄", action="lip-sync")
EXTENDED = frozenset({"video", "animate", "extend"})
"""The requests whose videos can be made longer."""
LONGEST = 180.0
LONGEST_EXTENSION = 5.0
SPEAKS = (2.0, 10.5)
"""Seconds of a video that can be made to speak: 2 to 10, and what a video of 10 seconds has more."""
_FIRST = re.compile(r"kling-v1(-\d+)?")


def can_extend(task: Task) -> bool:
    """Whether Kling can make the task's video longer: only those of its first models, up to three minutes."""
    chosen = json.loads(task.submission).get("model_name") or "kling-v1"
    first = task.action == "extend" or _FIRST.fullmatch(str(chosen)) is not None
    short = _seconds(task) + LONGEST_EXTENSION <= LONGEST
    return task.action in EXTENDED and bool(task.data.get(VIDEO_ID)) and first and short


def can_speak(task: Task) -> bool:
    """Whether the task's video can be lip-synced by its id."""
    return bool(task.data.get(VIDEO_ID)) and (not _seconds(task) or SPEAKS[0] <= _seconds(task) <= SPEAKS[1])


def steps_after(task: Task) -> Sequence[tuple[NextStep, int | None]]:
    """The buttons of a finished video."""
    possible = ((EXTEND, can_extend(task)), (LIP_SYNC, can_speak(task)))
    return [(step, None) for step, can in possible if can]


def parent_fields(task: Task, *, tell_task: bool, now: float) -> dict[str, Any]:
    """The fields that name a finished video; refuses one that Kling has deleted with :class:`Invalid`."""
    name = task.data.get(VIDEO_ID)
    if not name:
        raise Invalid(_("Kling did not say what it calls that video, so it cannot go on from it."))
    if now - (task.finished_at or now) >= LIFETIME:
        raise Invalid(_("Kling deletes its videos after 30 days: that one is gone."))
    return {"video_id": name, "task_id": task.remote_id if tell_task else None}


def _seconds(task: Task) -> float:
    found = task.data.get(SECONDS)
    return float(found) if isinstance(found, int | float) else 0.0
