"""A task: one submission, for whom and where, what the relay last said of it, and when what happened.

Only values and pure functions live here. :func:`advance` is the single place that moves a task through its phases
because of what the relay said; the table of phases is in the README ("How a task flows").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.text import Text, _
from bot.wire import Call


class Phase(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    RUNNING = "running"
    INPUT = "input"
    DONE = "done"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ACTIVE = frozenset({Phase.SENDING, Phase.WAITING, Phase.RUNNING, Phase.INPUT})
"""Phases that occupy a slot of the user's and the provider's limit."""
POLLED = frozenset({Phase.WAITING, Phase.RUNNING, Phase.UNKNOWN})
ENDED = frozenset({Phase.DELIVERED, Phase.FAILED, Phase.CANCELLED})
UNFINISHED = frozenset(Phase) - ENDED - {Phase.UNKNOWN}


class State(StrEnum):
    """What the relay says of a submission, in our words."""

    QUEUED = "queued"
    RUNNING = "running"
    INPUT = "input"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """The relay itself gave up waiting; the result may still come."""


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a result. ``kind`` is ``video``, ``image``, ``audio`` or ``file``; ``lifetime`` of the link in
    seconds, ``None`` when nobody documents it."""

    url: str
    kind: str = "file"
    title: str = ""
    lifetime: float | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A further call that finishes a report: made once the report stood without media for ``after`` seconds.

    ``read`` turns the call's answer into the report that replaces it.
    """

    call: Call
    read: Callable[[Any], "Report"]
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the relay says about one submission.

    ``percent`` is 0 to 100 or ``None``; ``spare`` is media to fall back to when ``media`` stays empty (a watermarked
    version); ``preview`` is a picture's URL; ``data`` is what later steps need to know.
    """

    state: State
    remote_id: str = ""
    percent: int | None = None
    media: tuple[Media, ...] = ()
    spare: tuple[Media, ...] = ()
    reason: Text | None = None
    preview: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the card is, and the two addresses it can be edited by.

    ``token`` (an interaction's) works until ``token_until`` (unix seconds) and for files of at most ``token_limit``
    bytes. ``reachable`` says that the bot itself may write in the channel, with ``file_limit`` bytes per file.
    ``private`` cards are seen by their owner only and can be edited by token alone.
    """

    channel_id: int
    message_id: int = 0
    guild_id: int | None = None
    application_id: int = 0
    token: str = field(default="", repr=False)
    token_until: float = 0.0
    token_limit: int = 10 * 1024 * 1024
    file_limit: int = 10 * 1024 * 1024
    reachable: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The stored row. Times are unix seconds; ``due_at`` is when the next step is owed (``None``: none is)."""

    id: str
    provider: str
    action: str
    submission: str
    caption: str
    user_id: int
    locale: str
    place: Place
    created_at: float
    phase: Phase = Phase.QUEUED
    version: int = 0
    due_at: float | None = None
    lease_until: float = 0.0
    route: str = ""
    remote_id: str = ""
    percent: int | None = None
    media: tuple[Media, ...] = ()
    preview: str = ""
    reason: Text | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    parent_id: str = ""
    sent_at: float | None = None
    accepted_at: float | None = None
    finished_at: float | None = None
    ended_at: float | None = None
    linkless_since: float | None = None
    absences: int = 0
    attempts: int = 0
    probes: int = 0
    late: bool = False
    pinged: bool = False
    show_at: float | None = None
    """When set, how the task ended has not reached its card yet."""
    fresh: bool = False
    """The media links were asked for a second time because the first ones had died."""

    @property
    def ended(self) -> bool:
        return self.phase in ENDED


ABSENT_ROUNDS = 10
"""A task missing from this many batch answers in a row is asked for singly, and then given up."""
PROBES = (60.0, 300.0, 900.0, 3600.0, 86400.0, 86400.0, 86400.0)
"""Seconds between the slow questions about a task in ``unknown``."""

OUT_OF_PATIENCE = _("It takes far longer than usual.")
VANISHED = _("The relay no longer knows this task.")
RELAY_GAVE_UP = _("The relay gave up waiting for it.")
NO_FILE = _("The relay says it is finished but gives no file.")
UNANSWERED = _("The request was sent, but no certain answer came. It may have been charged.")


def accept(task: Task, report: Report, now: float, patience: float) -> Task:
    """The task after the relay took it: ``report`` is the answer to the submission and may already be final."""
    taken = replace(
        task, phase=Phase.WAITING, remote_id=report.remote_id, accepted_at=now, attempts=0, reason=None, due_at=now
    )
    return advance(taken, report, now, patience)


def advance(task: Task, report: Report | None, now: float, patience: float) -> Task:
    """The task after one round of asking; ``report`` is ``None`` when the relay did not mention it.

    ``patience`` is how many seconds after acceptance a task is polled before it becomes ``unknown``. A task that is
    finished or ended is returned unchanged: whatever the relay still says comes too late to matter.
    """
    if task.phase not in POLLED and task.phase is not Phase.INPUT:
        return task
    if report is None:
        return _missed(replace(task, absences=task.absences + 1), now, patience)
    task = replace(task, absences=0, preview=report.preview or task.preview, data={**task.data, **report.data})
    match report.state:
        case State.DONE if report.media:
            return finish(task, report.media, now)
        case State.DONE:
            since = task.linkless_since or now
            return _moving(replace(task, linkless_since=since), Phase.RUNNING, report.percent, now, patience)
        case State.FAILED:
            return fail(task, report.reason or _("The provider gave no reason."), now)
        case State.CANCELLED:
            return end(task, Phase.CANCELLED, report.reason or _("Cancelled at the provider."), now)
        case State.LOST:
            return lose(task, report.reason or RELAY_GAVE_UP, now)
        case State.INPUT:
            return replace(task, phase=Phase.INPUT, reason=None, due_at=None)
        case State.QUEUED:
            return _moving(task, Phase.WAITING, None, now, patience)
        case State.RUNNING:
            return _moving(task, Phase.RUNNING, report.percent, now, patience)


def finish(task: Task, media: tuple[Media, ...], now: float) -> Task:
    """The media are known; delivery is due at once."""
    return replace(
        task,
        phase=Phase.DONE,
        percent=100,
        media=media,
        reason=None,
        late=task.late or task.phase is Phase.UNKNOWN,
        finished_at=task.finished_at or now,
        due_at=now,
        show_at=None,
        attempts=0,
    )


def fail(task: Task, reason: Text, now: float) -> Task:
    """The task failed for ``reason``."""
    return end(task, Phase.FAILED, reason, now)


def end(task: Task, phase: Phase, reason: Text | None, now: float) -> Task:
    """The task ended in ``phase``; no further step is owed."""
    return replace(
        task,
        phase=phase,
        reason=reason,
        finished_at=task.finished_at or now,
        ended_at=now,
        due_at=None,
        lease_until=0.0,
        show_at=None if phase is Phase.DELIVERED else now,
    )


def lose(task: Task, reason: Text, now: float) -> Task:
    """The task's fate is unknown; it is probed slowly when the relay gave it an id."""
    if task.phase is Phase.UNKNOWN:
        return _probe_later(task, now)
    owed = now + PROBES[0] if task.remote_id else None
    return replace(task, phase=Phase.UNKNOWN, reason=reason, probes=0, due_at=owed, lease_until=0.0, show_at=now)


def _probe_later(task: Task, now: float) -> Task:
    probes = task.probes + 1
    owed = now + PROBES[probes] if probes < len(PROBES) else None
    return replace(task, probes=probes, due_at=owed)


def _missed(task: Task, now: float, patience: float) -> Task:
    if task.phase is Phase.UNKNOWN:
        return _probe_later(task, now)
    return lose(task, OUT_OF_PATIENCE, now) if _overdue(task, now, patience) else task


def _moving(task: Task, phase: Phase, percent: int | None, now: float, patience: float) -> Task:
    if _overdue(task, now, patience):
        return lose(task, OUT_OF_PATIENCE, now)
    known = [value for value in (task.percent, percent) if value is not None]
    forward = Phase.RUNNING if task.phase is Phase.RUNNING else phase
    return replace(task, phase=forward, percent=max(known) if known else None, reason=None)


def _overdue(task: Task, now: float, patience: float) -> bool:
    return now - (task.accepted_at or task.created_at) > patience


def wants_single(task: Task) -> bool:
    """Whether a batch left the task out so often that it should be asked for by itself."""
    return task.absences >= ABSENT_ROUNDS


def wants_follow_up(task: Task, report: Report | None, now: float) -> FollowUp | None:
    """The follow-up call that is due for a finished report without media, if any."""
    if report is None or report.state is not State.DONE or report.media or report.follow_up is None:
        return None
    since = task.linkless_since if task.linkless_since is not None else now
    return report.follow_up if now - since >= report.follow_up.after else None
