"""Asking the relay about unfinished tasks: one call for up to 50 of them where a batch endpoint exists."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot import logs
from bot.engine.batches import Again, Turns, chunks, in_pieces
from bot.engine.cadence import backoff, next_poll
from bot.engine.core import Core, log_about, lookup_of
from bot.engine.work import Crew
from bot.errors import CallFailed, NotOffered, Refused, Throttled, Unreadable
from bot.lookup import Batch, Lookup, Single
from bot.provider import Provider
from bot.store import StoreProblem
from bot.task import (
    NAMELESS,
    NO_FILE,
    POLLED,
    VANISHED,
    FollowUp,
    Phase,
    Report,
    State,
    Task,
    advance,
    complete,
    lose,
    merged,
    wants_follow_up,
    wants_single,
)

log = structlog.get_logger(__name__)
LEASE = 90.0
CLAIM = 20_000
GROUPED = 500
"""Claimed tasks that are sorted into groups at a time."""
BATCH_WIDTH = 4
SINGLE_MISSES = 5
"""A task that its own question does not find this often in a row is given up."""
ABOUT_THE_REQUEST = frozenset({400, 413, 422})
"""Statuses of a refusal that is about the ids in a batch, not about the relay or the key."""
NO_BATCH_FOR = 3600.0
FOLLOW_UP_GRACE = 180.0
Group = tuple[str, str, Lookup]


@dataclass(frozen=True, slots=True)
class Outage:
    """A provider does not answer: how many rounds in a row, and when it is asked again."""

    rounds: int
    until: float


class Poller:
    """Claims what is due, asks, and stores what changed."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.crew = Crew("poll")
        self._outages: dict[str, Outage] = {}
        self._in_line: set[str] = set()
        """The tasks of the rounds that are under way whose turn has not come yet."""
        self._batch_missing: dict[tuple[str, str], float] = {}
        self._widths: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._again = Again(core.store)
        self._turns = Turns()

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin a round for every group of due tasks that are asked about alike."""
        kinds: dict[tuple[str, ...], list[Task]] = defaultdict(list)
        claimed = await self.core.store.claim(POLLED, self.core.clock(), LEASE, CLAIM)
        async for task in in_pieces(claimed, GROUPED):
            if task.id in self._in_line:
                continue  # its lease ended while it waits for its turn
            if task.remote_id:
                kinds[task.provider, task.route, task.action, task.lookup].append(task)
            elif task.phase in {Phase.WAITING, Phase.RUNNING}:
                self.crew.start(self._keep(task, lose(task, NAMELESS, self.core.clock())))
        groups: dict[Group, list[Task]] = defaultdict(list)
        for alike in kinds.values():
            groups[alike[0].provider, alike[0].route, lookup_of(alike[0])] += alike
        return [self.crew.start(self._round(group, tasks)) for group, tasks in groups.items()]

    async def due(self) -> float | None:
        """When the next task is due to be asked about."""
        return await self.core.store.next_due(POLLED)

    async def _round(self, group: Group, tasks: list[Task]) -> None:
        logs.about(provider=group[0])
        names = {task.id for task in tasks}
        self._in_line |= names
        try:
            with self.core.metrics.polling(group[0]):
                await self._asked_all(group, tasks)
        except StoreProblem:
            self.crew.start(self._release(group[0], tasks))
            raise
        finally:
            self._in_line -= names

    async def _release(self, provider: str, tasks: Sequence[Task]) -> None:
        """What was found out could not be stored: it is asked again as soon as the database works."""
        now, names = self.core.clock(), [task.id for task in tasks]
        await self.core.surely(provider, lambda: self.core.store.reschedule({now: names}), "when to ask again")
        self.core.wake()

    async def _asked_all(self, group: Group, tasks: list[Task]) -> None:
        name, route, lookup = group
        singly = tasks
        if isinstance(lookup, Batch) and self._batch_missing.get((name, lookup.path), 0.0) <= self.core.clock():
            singly = [task for task in tasks if wants_single(task)]
            await self._ask_together(lookup, route, [task for task in tasks if not wants_single(task)])
        if lookup is None:  # of a kind that this version cannot ask about: patience is all there is
            await self._settle([(task, None) for task in tasks])
        elif singly:
            await self._ask_singly(lookup, singly)

    # -------------------------------------------------------------------------------------------- in batches

    async def _ask_together(self, lookup: Batch, route: str, tasks: list[Task]) -> None:
        width = asyncio.Semaphore(BATCH_WIDTH)

        async def ask(chunk: list[Task]) -> None:
            async with width:
                self._in_line.difference_update(task.id for task in chunk)
                found = await self._ask_chunk(lookup, route, chunk)
            await self._settle(found, one_of_many=len(parts) > BATCH_WIDTH)

        parts = list(chunks(lookup, tasks))
        await asyncio.gather(*(ask(chunk) for chunk in parts))

    async def _ask_chunk(self, lookup: Batch, route: str, tasks: list[Task]) -> list[tuple[Task, Report | None]]:
        """What the relay says of each; of none, where it could not be asked about all of them at once."""
        provider = self.core.provider(tasks[0])
        try:
            reports: dict[str, Report] = {}
            for call in lookup.calls(
                list(dict.fromkeys(name for task in tasks for name in lookup.ids(task.remote_id)))
            ):
                answer = await self.core.relay.call(call, route, of=provider.name)
                async with self._turns.turn():  # to read an answer about many is some milliseconds' work
                    async for report in in_pieces(_reader(provider, lookup)(answer)):
                        reports[report.remote_id] = report
        except (NotOffered, Unreadable) as error:
            log.warning("no batch lookup here, asking singly", provider=provider.name, **error.logged)
            self._batch_missing[provider.name, lookup.path] = self.core.clock() + NO_BATCH_FOR
            await self._ask_singly(lookup, tasks)
        except CallFailed as error:
            if isinstance(error, Refused) and (error.unknown_task or error.status in ABOUT_THE_REQUEST):
                log.warning("a batch was refused, asking about it singly", provider=provider.name, **error.logged)
                await self._ask_singly(lookup, tasks)  # one bad id must not keep its neighbours waiting
            else:
                await self._put_off(provider, tasks, error)
        else:
            self._outages.pop(provider.name, None)
            return [(task, merged([reports.get(i) for i in lookup.ids(task.remote_id)])) for task in tasks]
        return []

    # -------------------------------------------------------------------------------------------- one by one

    async def _ask_singly(self, lookup: Batch | Single, tasks: list[Task]) -> None:
        most = lookup.width if isinstance(lookup, Single) else BATCH_WIDTH
        width = self._widths.setdefault((tasks[0].provider, most), asyncio.Semaphore(most))  # of all its rounds

        async def ask(task: Task) -> None:
            log_about(task)  # an asyncio task of its own: its neighbours' lines say nothing of it
            async with width:
                self._in_line.discard(task.id)
                await self._ask_one(lookup, task)

        await asyncio.gather(*(ask(task) for task in tasks))

    async def _ask_one(self, lookup: Batch | Single, task: Task) -> None:
        provider = self.core.provider(task)
        try:
            report = await self.ask(task, lookup)
        except CallFailed as error:
            if not (isinstance(error, Refused) and error.unknown_task):
                await self._put_off(provider, [task], error)
                return
            report = None
        self._outages.pop(provider.name, None)
        if report is None and self._missing_for_good(task, lookup):
            await self._keep(task, replace(lose(task, VANISHED, self.core.clock()), absences=0))
            return
        await self._settle([(task, report)])

    async def ask(self, task: Task, lookup: Batch | Single) -> Report | None:
        """The relay's report on one task, asked for by itself. Raises a ``CallFailed``."""
        try:
            return await self._asked(task, lookup)
        except (NotOffered, Refused) as error:
            other = lookup.otherwise if isinstance(lookup, Single) else None
            if other is None or (isinstance(error, Refused) and not error.unknown_task):
                raise
            return await self.ask(task, other)

    async def _asked(self, task: Task, lookup: Batch | Single) -> Report | None:
        payload = await self.core.relay.call(lookup.ask(task.remote_id), task.route, of=task.provider)
        if isinstance(lookup, Single) and lookup.read is not None:
            return lookup.read(payload, task.remote_id)
        reports = list(_reader(self.core.provider(task), lookup)(payload))
        by_id, ids = _by_id(reports), lookup.ids(task.remote_id)
        if not by_id.keys() & set(ids):  # an answer about one need not repeat its id
            return reports[0] if reports and len(ids) == 1 else None
        return merged([by_id.get(name) for name in ids])

    def _missing_for_good(self, task: Task, lookup: Batch | Single) -> bool:
        if task.phase is Phase.UNKNOWN or self.core.clock() - task.taken_at < lookup.fresh:
            return False
        return wants_single(task) or task.absences + 1 >= SINGLE_MISSES

    # -------------------------------------------------------------------------------------------- results

    async def _settle(self, found: Sequence[tuple[Task, Report | None]], *, one_of_many: bool = False) -> None:
        """Advance each task by its report; store what changed, and give the rest only their next time."""
        changed: list[Task] = []
        unchanged: dict[float, list[str]] = defaultdict(list)
        came_to: Counter[tuple[str, str]] = Counter()
        async for task, report in in_pieces(found):
            after = await self.core.answered(await self._advanced(task, report))
            due = self._next(after) if after.phase in {Phase.WAITING, Phase.RUNNING} else after.due_at
            if due is not None and _same(task, after):
                unchanged[due].append(task.id)
                came_to[task.provider, "unchanged"] += 1
            else:
                changed.append(replace(after, due_at=due, lease_until=0.0))
                came_to[task.provider, after.phase] += 1
        for (provider, outcome), tasks in came_to.items():
            self.core.metrics.reported(provider, outcome, tasks)
        await self.core.store.save_all(changed)
        await self._again.put(unchanged, one_of_many=one_of_many)
        for task in changed:
            self.core.screen.show(replace(task, version=task.version + 1))
        if changed:
            self.core.wake()

    async def _advanced(self, task: Task, report: Report | None) -> Task:
        now, patience = self.core.clock(), self.core.patience(task)
        after = advance(task, report, now, patience)
        if report is None or report.state is not State.DONE or report.media or after.phase not in POLLED:
            return after
        asked = wants_follow_up(after, report, now)
        if asked is not None:
            with structlog.contextvars.bound_contextvars(task=task.id, user=task.user_id):
                answer = await self._followed(asked, task)
            if answer is not None and answer.media:
                return complete(after, replace(answer, note=answer.note or report.note), now)
        waited = now - (after.linkless_since or now)
        limit = (report.follow_up.after + FOLLOW_UP_GRACE) if report.follow_up else FOLLOW_UP_GRACE
        if report.spare and (asked is not None or waited >= limit):
            return complete(after, replace(report, media=report.spare), now)
        if waited < limit:
            return after
        return after if after.phase is Phase.UNKNOWN else lose(after, NO_FILE, now)

    async def _followed(self, asked: FollowUp, task: Task) -> Report | None:
        try:
            return asked.read(await self.core.relay.call(asked.call, task.route, of=task.provider))
        except CallFailed as error:
            log.info("follow-up failed", **error.logged)
            return None

    def _next(self, task: Task) -> float:
        """When to ask again, reckoned from when it was due: an answer that took a while must not cost a round."""
        now, interval = self.core.clock(), self.core.interval(self.core.provider(task), lookup_of(task))
        asked = task.due_at if task.due_at is not None and 0 <= now - task.due_at < interval / 2 else now
        usual = self.core.usual.get((task.provider, task.action)) if task.steps == 1 else None
        return next_poll(asked, now - task.taken_at, interval, usual)

    async def _put_off(self, provider: Provider, tasks: Sequence[Task], error: CallFailed) -> None:
        """The relay did not answer for this provider: leave its tasks alone for a while, longer each round."""
        now = self.core.clock()
        until = self._outage(provider, error, now).until
        seconds = round(until - now)
        log.warning("polling put off", provider=provider.name, tasks=len(tasks), seconds=seconds, **error.logged)
        late = [
            task for task in tasks if task.phase is not Phase.UNKNOWN and now - task.taken_at > self.core.patience(task)
        ]
        given_up = [after for task in late if (after := advance(task, None, now, self.core.patience(task))) != task]
        await self.core.store.save_all([replace(task, lease_until=0.0) for task in given_up])
        for task in given_up:
            self.core.screen.show(replace(task, version=task.version + 1))
            self.core.metrics.reported(task.provider, task.phase)
        gone = {task.id for task in given_up}
        self.core.metrics.reported(provider.name, "put off", len(tasks) - len(gone))
        await self.core.store.reschedule({until: [task.id for task in tasks if task.id not in gone]})

    def _outage(self, provider: Provider, error: CallFailed, now: float) -> Outage:
        """The provider's outage; further failures before it is asked again belong to the same round."""
        known = self._outages.get(provider.name)
        if known is None or now >= known.until:
            rounds = known.rounds + 1 if known is not None else 1
            wait = backoff(rounds, self.core.interval(provider))
            if isinstance(error, Throttled) and error.retry_after is not None:
                wait = max(error.retry_after, 1.0)
            known = self._outages[provider.name] = Outage(rounds, now + wait)
        return known

    async def _keep(self, before: Task, after: Task) -> None:
        if after != before:
            self.core.metrics.reported(before.provider, after.phase)
            await self.core.keep(replace(after, lease_until=0.0))


def _same(task: Task, after: Task) -> bool:
    """Whether nothing but the times of the next question differs."""
    return after is task or replace(after, due_at=task.due_at, lease_until=task.lease_until) == task


def _reader(provider: Provider, lookup: Batch | Single) -> Callable[[Any], Iterable[Report]]:
    return (lookup.reports if isinstance(lookup, Batch) else None) or provider.reports


def _by_id(reports: Iterable[Report]) -> dict[str, Report]:
    return {report.remote_id: report for report in reports}
