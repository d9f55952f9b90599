"""A task: one submission, for whom and where, what the relay last said of it, and when what happened.

Only values and pure functions live here. :func:`advance` is the single place that moves a task through its phases
because of what the relay said; the table of phases is in the README ("How a task flows").
"""

from collections.abc import Callable, Mapping, Sequence
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
POLLED = frozenset({Phase.WAITING, Phase.RUNNING, Phase.INPUT, Phase.UNKNOWN})
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


BY_KEY = "relay:"
"""Prefix of the path of a file that is downloaded from the relay itself, with its key."""


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a result.

    ``kind`` is ``video``, ``image``, ``audio`` or ``file``; ``lifetime`` of the link in seconds, ``None`` when nobody
    documents it. A short result that came in the answer itself is a ``data:`` URL; one that only the relay's key opens
    is :data:`BY_KEY` and its path there. ``note`` is a line about it (length, style) and ``picture`` the URL of its
    cover. With a ``recipe`` (``bot.recipes``) the file is made by ourselves from the one at ``url`` and ``picture``.
    """

    url: str
    kind: str = "file"
    title: str = ""
    lifetime: float | None = None
    note: str = ""
    picture: str = ""
    recipe: str = ""


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
    version); ``preview`` is a picture's URL; ``data`` is what later steps need to know. ``text`` is a result in words,
    ``note`` what has to be said beside a result (a part of it failed), ``playing`` what can be heard or seen already
    while the rest is made. ``lookup`` names the provider's lookup that answers for ``remote_id`` when it is not the
    step's own.
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
    text: str = ""
    note: Text | None = None
    playing: tuple[Media, ...] = ()
    lookup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the card is, and the two addresses it can be edited by.

    ``token`` (an interaction's) works until ``token_until`` (unix seconds) and for files of at most ``token_limit``
    bytes. ``reachable`` says that the bot itself may write in the channel, with ``file_limit`` bytes per file.
    ``private`` cards are seen by their owner only and can be edited by token alone. ``own`` is a thread of a
    conversation's own, whose edits nobody else has a share of.
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
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The stored row. Times are unix seconds; ``due_at`` is when something is owed to it (``None``: nothing is).

    A submission of several ``steps`` is at ``step`` (from 0): its own request was accepted at ``step_at`` and is asked
    about as ``remote_id`` by the provider's lookup named ``lookup`` (``""``: the submission's own). What the earlier
    steps have made is in ``media`` and ``data``.
    """

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
    preview_at: float = 0.0
    step: int = 0
    steps: int = 1
    step_at: float | None = None
    lookup: str = ""
    text: str = ""
    note: Text | None = None
    playing: tuple[Media, ...] = ()

    @property
    def ended(self) -> bool:
        return self.phase in ENDED

    @property
    def taken_at(self) -> float:
        """When the relay took the request that is asked about now."""
        return self.step_at or self.accepted_at or self.created_at


ANSWER = "answer"
"""In a task's data: what the user has answered to the relay's question."""
ANSWER_FILES = "answer_files"
"""In a task's data: the stored inputs that the answer refers to."""
WAITING_ID = "waiting"
"""In a task's data: the relay's id of the request that waited for the answer."""
ABSENT_ROUNDS = 10
"""A task missing from this many batch answers in a row is asked for singly, and then given up."""
ANSWERED_WITHIN = 86400.0
"""Seconds that a question of the relay waits for its user."""
ANSWER_SETTLES = 90.0
"""Seconds for which a relay that looks seldom may still say that it waits for what was answered already."""
PREVIEW_PAUSE = 10.0
"""Least seconds between two pictures of a result in the making."""
ASKED_AGAIN = 600.0
"""Seconds between two looks at a request that waits for its user."""
PROBES = (60.0, 300.0, 900.0, 3600.0, 86400.0, 86400.0, 86400.0)
"""Seconds between the slow questions about a task in ``unknown``."""

OUT_OF_PATIENCE = _("It takes far longer than usual.")
NAMELESS = _("The relay never told the number of this task, so it cannot be asked about it.")
VANISHED = _("The relay no longer knows this task.")
RELAY_GAVE_UP = _("The relay gave up waiting for it.")
NO_FILE = _("The relay says it is finished but gives no file.")
UNANSWERED = _("The request was sent, but no certain answer came. It may have been charged.")
PARTLY = _("This is only a part of it, because a later step did not work out. {why}")
RETRIED = "retried"
"""In a task's data: the task that has taken its place; nothing more is paid for this one."""


def changed(task: Task, **values: Any) -> Task:
    """``task`` with other ``values``, or itself if it has them: of most tasks nothing changes, and a copy is dear."""
    return task if all(getattr(task, name) == value for name, value in values.items()) else replace(task, **values)


def accept(task: Task, report: Report, now: float, patience: float) -> Task:
    """The task after the relay took it: ``report`` is the answer to the submission and may already be final."""
    taken = replace(
        task,
        phase=Phase.WAITING,
        remote_id=report.remote_id,
        lookup=report.lookup,
        accepted_at=task.accepted_at or now,
        step_at=now,
        attempts=0,
        reason=None,
        due_at=now,
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
    task = changed(
        task,
        absences=0,
        **_preview(task, report, now),
        playing=report.playing or task.playing,
        note=report.note or (task.note if report.state is State.QUEUED else None),
        data=_known_after(task, report),
    )
    match report.state:
        case State.DONE if report.media or report.text or (report.data and _goes_on(task)):
            return complete(task, report, now)
        case State.DONE:
            since = task.linkless_since or now
            return _moving(replace(task, linkless_since=since), Phase.RUNNING, report.percent, now, patience)
        case State.FAILED:
            return fail(task, report.reason or _("The provider gave no reason."), now)
        case State.CANCELLED:
            why = report.reason or _("Cancelled at the provider.")
            return _finish_partly(task, why, now) if _has_part(task) else end(task, Phase.CANCELLED, why, now)
        case State.LOST:
            return lose(task, report.reason or RELAY_GAVE_UP, now)
        case State.INPUT:
            return _asked(task, now)
        case _ if report.media and _overdue(task, now, patience):
            part = replace(report, state=State.DONE, note=report.note or OUT_OF_PATIENCE)
            return complete(task, part, now)
        case State.QUEUED:
            return _moving(task, Phase.WAITING, None, now, patience)
        case State.RUNNING:
            return _moving(task, Phase.RUNNING, report.percent, now, patience)


def complete(task: Task, report: Report, now: float) -> Task:
    """The present step has come to something: the next one is due, or it was the last."""
    return proceed(task, report, now) if _goes_on(task) else finish(task, report, now)


def _goes_on(task: Task) -> bool:
    return task.step + 1 < task.steps and not task.data.get(RETRIED)


def proceed(task: Task, report: Report, now: float) -> Task:
    """A step of several is done, the next one is due; what this one made is kept in case a later one fails."""
    return replace(
        task,
        phase=Phase.QUEUED,
        step=task.step + 1,
        remote_id="",
        lookup="",
        percent=None,
        media=report.media or task.media,
        data=_known_after(task, report),
        playing=(),
        reason=None,
        late=task.late or task.phase is Phase.UNKNOWN,
        show_at=None,
        linkless_since=None,
        sent_at=None,
        due_at=now,
        lease_until=0.0,
        attempts=0,
        absences=0,
        probes=0,
    )


def _preview(task: Task, report: Report, now: float) -> dict[str, Any]:
    """The picture that shows how far it is; it is not exchanged too often."""
    if not report.preview or report.preview == task.preview or now - task.preview_at < PREVIEW_PAUSE:
        return {}
    return {"preview": report.preview, "preview_at": now}


def _known_after(task: Task, report: Report) -> Mapping[str, Any]:
    """The task's data with the report's; what a later step comes to stands, once it is done, before the earlier."""
    if not task.step:
        return {**task.data, **report.data}
    found = dict(task.data)
    for name, value in report.data.items():
        old = task.data.get(name)
        if not (isinstance(value, list) and isinstance(old, list)):
            found[name] = value
        elif report.state is State.DONE:
            found[name] = [*value, *(one for one in old if one not in value)]
    return found


def _asked(task: Task, now: float) -> Task:
    """The relay waits for the user, who has a day."""
    if task.data.get(WAITING_ID) and now - task.taken_at < ANSWER_SETTLES:
        return replace(task, phase=Phase.WAITING, reason=None)
    if _overdue(task, now, ANSWERED_WITHIN):
        return end(task, Phase.CANCELLED, _("Nobody answered what the relay asked."), now)
    return replace(task, phase=Phase.INPUT, reason=None, due_at=now + ASKED_AGAIN)


def with_answer(task: Task, answer: Mapping[str, Any], now: float) -> Task:
    """The user has answered what the relay asked: the step for that is due at once."""
    return replace(
        proceed(task, Report(state=State.DONE), now),
        steps=task.step + 2,
        data={**task.data, ANSWER: dict(answer), WAITING_ID: task.remote_id},
    )


def finish(task: Task, report: Report, now: float) -> Task:
    """The result is known: ``report``'s media and text, then what earlier steps have made; delivery is due at once."""
    earlier = task.media if task.step else ()
    return replace(
        task,
        phase=Phase.DONE,
        percent=100,
        media=(*report.media, *(media for media in earlier if media not in report.media)),
        text=report.text,
        note=report.note,
        data=_known_after(task, report),
        playing=(),
        reason=None,
        late=task.late or task.phase is Phase.UNKNOWN,
        finished_at=task.finished_at or now,
        due_at=now,
        show_at=None,
        attempts=0,
    )


def fail(task: Task, reason: Text, now: float) -> Task:
    """The task failed for ``reason``; what earlier steps have made is delivered all the same."""
    return _finish_partly(task, reason, now) if _has_part(task) else end(task, Phase.FAILED, reason, now)


def _has_part(task: Task) -> bool:
    """Whether an earlier step has made something that is worth having, and no other task has taken it over."""
    return task.step > 0 and bool(task.media) and not task.data.get(RETRIED)


def _finish_partly(task: Task, why: Text, now: float) -> Task:
    note = Text(PARTLY.source, {"why": why})
    part = finish(task, Report(state=State.DONE, media=task.media, note=note), now)
    return replace(part, late=task.late)


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
    """The task's fate is unknown; it is probed slowly when the relay gave it an id.

    What was to be gone on with after an answer is known by the id under which it waited.
    """
    if task.phase is Phase.UNKNOWN:
        return _probe_later(task, now)
    task = replace(task, remote_id=task.remote_id or str(task.data.get(WAITING_ID, "")))
    if _has_part(task) and not task.remote_id:
        return _finish_partly(task, reason, now)
    owed = now + PROBES[0] if task.remote_id else None
    return replace(task, phase=Phase.UNKNOWN, reason=reason, probes=0, due_at=owed, lease_until=0.0, show_at=now)


def _probe_later(task: Task, now: float) -> Task:
    probes = task.probes + 1
    if probes < len(PROBES):
        return replace(task, probes=probes, due_at=now + PROBES[probes])
    if _has_part(task):
        return _finish_partly(task, task.reason or VANISHED, now)
    return replace(task, probes=probes, due_at=None)


def _missed(task: Task, now: float, patience: float) -> Task:
    if task.phase is Phase.UNKNOWN:
        return _probe_later(task, now)
    if task.phase is Phase.INPUT:
        return _asked(task, now)
    return lose(task, OUT_OF_PATIENCE, now) if _overdue(task, now, patience) else task


def _moving(task: Task, phase: Phase, percent: int | None, now: float, patience: float) -> Task:
    if _overdue(task, now, patience):
        return lose(task, OUT_OF_PATIENCE, now)
    known = [value for value in (task.percent, percent) if value is not None]
    forward = Phase.RUNNING if task.phase is Phase.RUNNING else phase
    return changed(task, phase=forward, percent=max(known) if known else None, reason=None)


def _overdue(task: Task, now: float, patience: float) -> bool:
    return now - task.taken_at > patience


def wants_single(task: Task) -> bool:
    """Whether a batch left the task out so often that it should be asked for by itself."""
    return task.absences >= ABSENT_ROUNDS


def wants_follow_up(task: Task, report: Report | None, now: float) -> FollowUp | None:
    """The follow-up call that is due for a finished report without media, if any."""
    if report is None or report.state is not State.DONE or report.media or report.follow_up is None:
        return None
    since = task.linkless_since if task.linkless_since is not None else now
    return report.follow_up if now - since >= report.follow_up.after else None


def merged(reports: Sequence[Report | None]) -> Report | None:
    """One report about a request whose result the relay gives in parts; ``None`` in it: a part nobody mentions yet.

    It is running until every part has ended, done when one has worked out, and names the reason of one that has not.
    """
    known = [report for report in reports if report is not None]
    if len(reports) == 1 or not known:
        return known[0] if known else None
    done = [report for report in known if report.state is State.DONE]
    failed = [report for report in known if report.state in {State.FAILED, State.CANCELLED, State.LOST}]
    open_parts = len(reports) - len(done) - len(failed)
    first = done[0] if done else failed[0] if failed else known[0]
    note = next((report.note or report.reason for report in failed if report.note or report.reason), None)
    percents = [report.percent for report in known if report.percent is not None]
    state = first.state
    if open_parts:
        state = State.RUNNING if any(report.state is not State.QUEUED for report in known) else State.QUEUED
    return replace(
        first,
        state=state,
        percent=min(percents) if percents else None,
        media=told_apart([media for report in done for media in report.media]),
        playing=tuple(media for report in known for media in report.playing),
        preview=next((report.preview for report in known if report.preview), ""),
        data=_joined([report.data for report in known]),
        text="\n\n".join(report.text for report in done if report.text),
        note=_("A part of it failed: {why}", why=note) if done and note is not None else None,
    )


def told_apart(media: Sequence[Media]) -> tuple[Media, ...]:
    """Files whose titles are alike, numbered."""
    titles = [one.title for one in media]
    if len(set(titles)) == len(titles):
        return tuple(media)
    return tuple(
        replace(one, title=f"{one.title} ({number})") if one.title and titles.count(one.title) > 1 else one
        for number, one in enumerate(media, start=1)
    )


def _joined(data: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The members of all; lists of the same name are put together."""
    found: dict[str, Any] = {}
    for one in data:
        for name, value in one.items():
            both = isinstance(value, list) and isinstance(found.get(name), list)
            found[name] = [*found[name], *value] if both else value
    return found
