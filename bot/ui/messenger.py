"""The only place that edits cards. It keeps one pending state per card, the newest, and lets the governor decide."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from bot.engine.core import log_about
from bot.engine.ports import Attachment, Glance, Later, Link, Nowhere
from bot.metrics import Metrics
from bot.store import StoreProblem
from bot.task import ENDED, Media, Phase, Place, Task
from bot.text import _
from bot.ui.cards import Card, draw, message_link
from bot.ui.courier import Courier
from bot.ui.governor import Governor
from bot.ui.i18n import say

log = structlog.get_logger(__name__)
_BY_ANNOUNCEMENT = ENDED | {Phase.UNKNOWN, Phase.DONE}
"""Phases that reach the card by :meth:`Messenger.deliver` or :meth:`Messenger.announce`, which do not give up."""
REMEMBERED = 20000


def _delayed(task: Task) -> bool:
    """Whether the result is there but could not be fetched or delivered at once: the card says so meanwhile."""
    return task.phase is Phase.DONE and task.attempts > 0


class Messenger:
    """The engine's :class:`~bot.engine.ports.Screen` on Discord.

    ``newest`` reads a task's row; ``glance`` tells what a card shows beside the task; ``clock`` gives unix seconds.
    """

    def __init__(
        self,
        courier: Courier,
        newest: Callable[[str], Awaitable[Task | None]],
        clock: Callable[[], float],
        metrics: Metrics,
    ) -> None:
        self.newest = newest
        self.glance: Callable[[Task], Glance] = lambda _task: Glance()
        self._courier = courier
        self._clock = clock
        self._metrics = metrics
        self._governor = Governor()
        self._newest: dict[str, Task] = {}
        self._drawn: dict[str, str] = {}
        self._closed: set[tuple[int, int]] = set()
        self._told: set[str] = set()
        self._busy: dict[str, asyncio.Lock] = {}
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many cards wait to be redrawn."""
        return len(self._governor.wishes)

    # -------------------------------------------------------------------------------------------- progress

    def show(self, task: Task) -> None:
        """Redraw the card of ``task`` soon, unless a newer state comes first."""
        known = self._newest.get(task.id)
        if known is not None and known.version > task.version:
            return
        if task.phase in _BY_ANNOUNCEMENT and not _delayed(task):
            self._newest.pop(task.id, None)
            self._governor.forget(task.id)
            return
        if known is not None and _address(known.place) != _address(task.place):
            self._governor.forget(task.id)  # the card is somewhere else now: that one was never drawn
        self._newest[task.id] = task
        if _address(task.place) not in self._closed:
            now = self._clock()
            if task.id in self._governor.wishes:
                self._metrics.coalesced()
            self._governor.offer(task.id, self._bucket(task.place), now, now - task.created_at)
            self._wake.set()

    async def flush(self) -> int:
        """Send every edit that is allowed now; returns how many cards were redrawn."""
        cards = [self._newest[name] for name in self._governor.take(self._clock()) if name in self._newest]
        return sum(await asyncio.gather(*(self._redraw(task) for task in cards)))

    async def run(self) -> None:
        """Send edits as they become allowed, until cancelled."""
        running: set[asyncio.Task[bool]] = set()
        while True:
            self._wake.clear()
            now = self._clock()
            for name in self._governor.take(now):
                if name in self._newest:
                    step = asyncio.create_task(self._redraw(self._newest[name]))
                    running.add(step)
                    step.add_done_callback(running.discard)
            self._tidy(now)
            next_at = self._governor.next_at(now)
            try:
                async with asyncio.timeout(None if next_at is None else max(next_at - now, 0.05)):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _redraw(self, task: Task) -> bool:
        log_about(task)
        async with self._lock(task.id):
            newest = await self._as_stored(task.id)
            if newest is None:
                return False
            card = draw(newest, self.glance(newest))
            if self._drawn.get(task.id) == self._print(newest.place, card):
                return False
            if not (self._courier.by_token(newest.place) or newest.place.reachable):
                return False  # progress is not worth a refusal; the ending will find its way
            try:
                await self._courier.edit(newest.place, card)
            except Later as later:
                self._governor.offer(task.id, self._bucket(newest.place), self._clock(), 0.0)
                self._governor.postpone(task.id, self._clock() + later.seconds)
                self._wake.set()
                return False
            except Nowhere:
                log.info("a card can no longer be drawn", task=task.id)
                self._closed.add(_address(newest.place))
                return False
            except Exception:
                log.exception("drawing a card failed", task=task.id)
                return False
            self._drawn[task.id] = self._print(newest.place, card)
            return True

    async def _as_stored(self, task_id: str) -> Task | None:
        """The task as the row has it now: what was told may be older than what another worker did meanwhile."""
        told = self._newest.get(task_id)
        try:
            stored = await self.newest(task_id) if told is not None else None
        except StoreProblem:
            return told
        if stored is None or (stored.phase in _BY_ANNOUNCEMENT and not _delayed(stored)):
            self._newest.pop(task_id, None)
            return None
        return stored

    # -------------------------------------------------------------------------------------------- endings

    def limit(self, task: Task) -> int:
        """Bytes per file at the place where the task's card can be edited now."""
        return self._courier.limit(task.place)

    async def deliver(self, task: Task, files: Sequence[Attachment], links: Sequence[Link]) -> Place:
        """Attach the result to the card, or send it to the owner directly."""
        ended = replace(task, phase=Phase.DELIVERED, reason=None)
        card = draw(ended, self.glance(ended), links=links, files=[file.name for file in files])
        place = await self._put(task, card, files)
        if _address(place) != _address(task.place):
            self._told.add(task.id)
        return place

    async def announce(self, task: Task) -> Place:
        """Put how the task ended on the card, or tell the owner directly."""
        return await self._put(task, draw(task, self.glance(task)), [])

    async def _put(self, task: Task, card: Card, files: Sequence[Attachment]) -> Place:
        async with self._lock(task.id):
            self._governor.spend(task.id, self._bucket(task.place), self._clock())
            try:
                place = await self._courier.edit(task.place, card, files)
            except Nowhere:
                log.info("no way to the card, sending it directly", task=task.id, user=task.user_id)
                once = f"{task.id}-{task.phase}"  # a process that dies before it is noted sends it again
                place = await self._courier.send_direct(task.user_id, card, files, once)
            self._newest.pop(task.id, None)
            self._drawn.pop(task.id, None)
            self._governor.forget(task.id)
            return place

    async def sources(self, place: Place) -> list[Media]:
        """The files of an earlier card."""
        return await self._courier.fetch_attachments(place)

    async def ping(self, task: Task) -> None:
        """Tell the owner that the result is there, unless it came as a message of its own."""
        if task.id in self._told:
            self._told.discard(task.id)
            return
        text = say(_("{who}, it is finished: {link}", who=f"<@{task.user_id}>", link=message_link(task)), task.locale)
        try:
            await self._courier.reply(task.place, task.user_id, text)
        except Exception as error:
            log.info("no ping", task=task.id, error=type(error).__name__)

    # -------------------------------------------------------------------------------------------- helpers

    def _bucket(self, place: Place) -> str:
        return "" if self._courier.by_token(place) else str(place.channel_id)

    def _print(self, place: Place, card: Card) -> str:
        return f"{place.channel_id}/{place.message_id} {card.fingerprint}"

    def _lock(self, name: str) -> asyncio.Lock:
        return self._busy.setdefault(name, asyncio.Lock())

    def _tidy(self, now: float) -> None:
        self._governor.tidy(now)
        if len(self._busy) > REMEMBERED:
            self._busy = {name: lock for name, lock in self._busy.items() if lock.locked() or name in self._newest}
        for remembered in (self._closed, self._told):
            if len(remembered) > REMEMBERED:
                remembered.clear()


def _address(place: Place) -> tuple[int, int]:
    return place.channel_id, place.message_id
