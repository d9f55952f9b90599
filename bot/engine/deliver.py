"""From ``done`` to ``delivered``: fetch the media and hand them to the screen.

Delivery is a step of its own with its own retries; a delivery that fails never makes a task fail while its result can
still be had.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import structlog

from bot.engine.cadence import backoff
from bot.engine.core import EARLIER, Core, log_about, lookup_of
from bot.engine.files import Files, is_link
from bot.engine.places import Places, Seat
from bot.engine.poll import Poller
from bot.engine.ports import Attachment, Later, Link, Nowhere, TooBig
from bot.engine.work import Crew
from bot.errors import CallFailed, NotOffered, Refused
from bot.media import MediaProblem, TooLarge
from bot.recipes import ASIDE
from bot.store import StoreProblem
from bot.task import BY_KEY, Media, Phase, Place, State, Task, end
from bot.text import Text, _
from bot.workshop import WorkshopProblem

log = structlog.get_logger(__name__)
LEASE = 90.0
WIDTH = 12
MOST = 4 * WIDTH
"""Deliveries at a time, those included that wait for a slow server."""
PER_USER, PER_CHANNEL, PER_SERVER = 4, 4, WIDTH
"""How many of them may be one user's, of one channel whose edits share a budget, and of one server's files."""
SHARE_PAUSE = 2.0
MAX_FILES = 10
DOWNLOADS = 6
"""A file whose server misbehaves is tried this often before its link is delivered instead, if it has one."""
UPLOADS = 24
"""A delivery that Discord keeps putting off is tried this often, over about an hour and a half."""
SHOWN_AT_THE_END = frozenset({Phase.FAILED, Phase.CANCELLED, Phase.UNKNOWN, Phase.DELIVERED})
"""A delivered task has something to show without its files when it was asked for again and they are gone."""
LINK_IT = "link_only"
"""In a task's data: a file that cannot be fetched now is shown as its link, which may work for the reader."""
TOO_LARGE = _("Too large for Discord:")
SHRUNK = _("Made smaller to fit into Discord; in full:")
SHRUNK_ALONE = _("Made smaller to fit into Discord:")
NOT_ATTACHED = _("Could not be attached:")
HELD_BACK = _(
    "The result is kept, but it is too large to be attached here, and there is no link to it. "
    "`/tasks show` brings it to a place that takes larger files."
)
NOT_YET = _("The result was made, but it could not be fetched: {why} It is kept; `/tasks show` tries again.")
NOWHERE = _("The result is ready, but there was no place left to show it. `/tasks show` brings it back.")


class HeldBack(Exception):
    """There is nothing that could be shown here, not even a link."""


class Deliverer:
    """Delivers finished tasks, a few at a time."""

    def __init__(self, core: Core, poller: Poller) -> None:
        self.core = core
        self.crew = Crew("deliver")
        self._poller = poller
        self._files = Files(core)
        self._places = Places(WIDTH, MOST, core.wake_deliver.set)

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin delivering what is due, as far as there is room; nobody's slow files take all of it."""
        if not self._places.room:
            return []
        now = self.core.clock()
        begun, later = [], []
        for task in await self.core.store.claim([Phase.DONE], now, LEASE, self._places.room):
            shares = {("user", task.user_id): PER_USER, **_channel(task, now), **_servers(task)}
            if not self._places.fair(shares):
                later.append(task.id)
                continue
            seat = self._places.take(shares)
            begun.append(self.crew.start(self._deliver(task, seat)))
            seat.of(begun[-1])
        await self.core.store.reschedule({now + SHARE_PAUSE: later} if later else {})
        return begun

    async def due(self) -> float | None:
        """When the next delivery is due; while there is no room, the end of one wakes the worker."""
        return await self.core.store.next_due([Phase.DONE]) if self._places.room else None

    async def _deliver(self, task: Task, seat: Seat) -> None:
        log_about(task)
        with self.core.metrics.delivering(task.provider) as step:
            async with self._held(task):
                after = await self._tried(task, seat)
            step.outcome = after.phase
        saved = await self.core.keep_surely(replace(after, lease_until=0.0))
        if saved is None:  # it was moved or deleted meanwhile: the newer row decides what is still to do
            await self.core.store.reschedule({self.core.clock(): [task.id]})
        elif saved.phase is Phase.DELIVERED:
            log.info("delivered", task=task.id, provider=task.provider, user=task.user_id, late=task.late)
            if task.ended_at is None:
                self.core.metrics.delivered(task.provider, self.core.clock() - task.created_at)
            await self._ping(saved)
        self.core.wake()

    async def _tried(self, task: Task, seat: Seat) -> Task:
        """The task after one try to deliver it."""
        try:
            return await self._delivered(task, seat)
        except Later as later:
            return self._again(task, later.seconds)
        except Nowhere:
            log.warning("no place to deliver to", task=task.id)
            return replace(task, due_at=None, reason=NOWHERE)
        except MediaProblem as problem:
            return await self._without_media(task, problem)
        except HeldBack:
            return self._kept(task, HELD_BACK)
        except Exception:
            log.exception("a delivery failed unexpectedly, trying again", task=task.id)
            return self._again(task, 30.0)

    async def _delivered(self, task: Task, seat: Seat) -> Task:
        limit = self.core.screen.limit(task)
        async with AsyncExitStack() as stack:
            files: list[Attachment] = []
            links: list[Link] = []
            dead: list[MediaProblem] = []
            for number, media in enumerate(task.media):
                if len(files) == MAX_FILES:
                    links += self._instead(media, task, NOT_ATTACHED)
                    continue
                try:
                    ready = await stack.enter_async_context(self._files.prepared(media, limit, task.route))
                except TooLarge:
                    links += self._instead(media, task, TOO_LARGE)
                except WorkshopProblem as problem:
                    log.warning("a file could not be made", task=task.id, recipe=media.recipe, why=str(problem))
                    links += self._instead(media, task, problem.text)
                except MediaProblem as problem:
                    if not (task.fresh and (problem.gone or task.data.get(LINK_IT))):
                        raise
                    dead.append(problem)  # the others are worth having
                    links += self._instead(media, task, problem.text if problem.gone else NOT_ATTACHED)
                else:
                    name = f"{file_name(task, number, len(task.media))}.{ready.file.kind.extension}"
                    files.append(Attachment(ready.file.path, name, ready.file.size, media))
                    why = SHRUNK if is_link(media) else SHRUNK_ALONE
                    links += [self._link(media, task, why)] if ready.shrunk else []
            if dead and len(dead) == len(task.media) and not task.data.get(LINK_IT):
                raise dead[0]
            seat.give_back(*_servers(task))
            place = await self._present(task, files, links)
        now = self.core.clock()
        return replace(end(task, Phase.DELIVERED, None, now), place=place, attempts=0)

    async def _present(self, task: Task, files: list[Attachment], links: list[Link]) -> Place:
        """Down the ladder: everything attached, then the largest file as a link, until Discord takes it."""
        while True:
            if task.media and not files and not any(link.url.startswith("http") for link in links):
                raise HeldBack
            try:
                return await self.core.screen.deliver(task, files, links)
            except TooBig:
                if not files:
                    raise Later(60.0) from None
                largest = max(files, key=lambda file: file.size)
                log.info("too large for Discord, linking", task=task.id, bytes=largest.size)
                files.remove(largest)
                if largest.media.recipe in ASIDE:
                    continue
                links[:] = [link for link in links if link.url != largest.media.url]  # of which it was a rendition
                links += self._instead(largest.media, task, TOO_LARGE)

    def _kept(self, task: Task, why: Text) -> Task:
        """The task whose result is there and cannot be shown now; `/tasks show` goes on with it."""
        log.error("a result is kept back", task=task.id, why=why.source)
        if task.ended_at is not None:  # it was delivered before and is only shown again
            return replace(task, phase=Phase.DELIVERED, reason=why, due_at=None, show_at=self.core.clock())
        return replace(task, due_at=None, reason=why, show_at=self.core.clock())

    def _instead(self, media: Media, task: Task, why: Text) -> list[Link]:
        """The link in place of a file; none in place of what is only handy beside what it is made from."""
        return [] if media.recipe in ASIDE else [self._link(media, task, why)]

    def _link(self, media: Media, task: Task, why: Text) -> Link:
        expires = None if media.lifetime is None else (task.finished_at or self.core.clock()) + media.lifetime
        return Link(media.url, media.title, why, expires)

    def _again(self, task: Task, seconds: float) -> Task:
        attempts = task.attempts + 1
        if attempts >= UPLOADS:
            log.error("delivery given up, the result waits in /tasks", task=task.id)
            return replace(task, due_at=None, reason=NOWHERE, attempts=attempts)
        wait = max(seconds, backoff(attempts, 5.0))
        return replace(task, due_at=self.core.clock() + wait, attempts=attempts)

    async def _without_media(self, task: Task, problem: MediaProblem) -> Task:
        """A file could not be fetched: get a fresh link, wait, take it from an older card, or be honest."""
        now = self.core.clock()
        log.warning("media not fetched", task=task.id, attempts=task.attempts, error=str(problem))
        linked = any(map(is_link, task.media))
        if not problem.gone and task.attempts + 1 < (DOWNLOADS if linked else UPLOADS):
            return replace(task, due_at=now + backoff(task.attempts + 1, 5.0), attempts=task.attempts + 1)
        if not task.fresh:
            fresh = await self._fresh_media(task)
            if fresh is None and task.attempts + 1 < UPLOADS:
                return replace(task, due_at=now + backoff(task.attempts + 1, 5.0), attempts=task.attempts + 1)
            fresh = fresh or ()
            media = (*fresh, *task.media[len(fresh) :])  # what earlier steps have made stands behind
            return replace(task, media=media, fresh=True, due_at=now, attempts=0)
        if task.ended_at is not None:  # it was delivered before and is only shown again
            return replace(task, phase=Phase.DELIVERED, reason=problem.text, due_at=None, show_at=now)
        if not (problem.gone or linked):
            return self._kept(task, Text(NOT_YET.source, {"why": problem.text}))
        if not problem.gone:
            return replace(task, data={**task.data, LINK_IT: True}, due_at=now)
        text = _("The result was made, but it cannot be fetched: {why} It may have been charged.", why=problem.text)
        return end(task, Phase.FAILED, text, now)

    async def _fresh_media(self, task: Task) -> tuple[Media, ...] | None:
        """The files as the relay, or an older card, has them now; ``None``: the relay could not be asked."""
        lookup = lookup_of(task)
        earlier = await self.core.screen.sources(_earlier(task)) if task.ended_at is not None else []
        if lookup is None or not task.remote_id:
            return tuple(earlier)
        try:
            report = await self._poller.ask(task, lookup)
            if report is not None and report.state is State.DONE and not report.media and report.follow_up is not None:
                report = report.follow_up.read(
                    await self.core.relay.call(report.follow_up.call, task.route, of=task.provider)
                )
        except CallFailed as error:
            certain = isinstance(error, NotOffered) or (isinstance(error, Refused) and error.unknown_task)
            log.info("no fresh link", task=task.id, **error.logged)
            return tuple(earlier) or (() if certain else None)
        return (report.media or report.spare if report is not None else ()) or tuple(earlier)

    async def _ping(self, task: Task) -> None:
        """Tell the owner of a long task, once: the row says so before the message goes out."""
        took = (task.finished_at or 0.0) - task.created_at
        if took <= 60.0 or task.pinged or task.place.private:
            return
        settings = await self.core.store.settings_of(task.user_id)
        if settings.get("ping", True):
            marked = await self.core.store.save(replace(task, pinged=True))
            if marked is not None:
                await self.core.screen.ping(marked)

    @asynccontextmanager
    async def _held(self, task: Task) -> AsyncIterator[None]:
        """Keep the claim for as long as the delivery takes."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(LEASE / 3)
                with suppress(StoreProblem):
                    await self.core.store.renew(task.id, self.core.clock() + LEASE)

        keeper = asyncio.create_task(renew())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)


class Announcer:
    """Puts on their cards how tasks ended that have no result: failed, cancelled, unknown."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.crew = Crew("announce")
        self._places = Places(MOST, MOST, core.wake_announce.set)

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin showing what has not been shown yet."""
        if not self._places.room:
            return []
        now, begun = self.core.clock(), []
        for task in await self.core.store.claim_unshown(now, LEASE, self._places.room):
            shares = _channel(task, now)
            if not self._places.fair(shares):
                await self.core.store.shown(task, now + SHARE_PAUSE)
                continue
            begun.append(self.crew.start(self._announce(task)))
            self._places.take(shares).of(begun[-1])
        return begun

    async def due(self) -> float | None:
        """When the next end is due to be shown; while there is no room, the end of one wakes the worker."""
        return await self.core.store.next_unshown() if self._places.room else None

    async def _announce(self, task: Task) -> None:
        log_about(task)
        again_at = None
        try:
            newest = await self.core.store.get(task.id)
            kept = newest is not None and newest.phase is Phase.DONE and newest.due_at is None
            if newest is not None and (kept or newest.phase in SHOWN_AT_THE_END):
                place = await self.core.screen.announce(newest)
                if place != newest.place:
                    await self.core.store.move(task.id, newest.place, place)
        except Later as later:
            again_at = self.core.clock() + max(later.seconds, 1.0)
        except Nowhere:
            log.warning("no place to say how a task ended", task=task.id)
        await self.core.store.shown(task, again_at)


def _channel(task: Task, now: float) -> Mapping[Hashable, int]:
    """The share of the channel, whose budget of edits is everybody's once an interaction's own is over."""
    return {("channel", task.place.channel_id): PER_CHANNEL} if task.place.token_until <= now else {}


def _servers(task: Task) -> Mapping[Hashable, int]:
    """The shares of the servers that the task's files are on."""
    at_the_relay = {BY_KEY for media in task.media if media.url.startswith(BY_KEY)}
    elsewhere = {media.url.split("/", 3)[2] for media in task.media if is_link(media) and media.url.count("/") > 1}
    return {("server", name): PER_SERVER for name in at_the_relay | elsewhere}


def _earlier(task: Task) -> Place:
    """Where the card is that got the files before."""
    known = task.data.get(EARLIER)
    if known is None:
        return task.place
    channel_id, message_id, guild_id = known
    return Place(channel_id=channel_id, message_id=message_id, guild_id=guild_id)


_UNSAFE = re.compile(r"\W+")


def file_name(task: Task, number: int, count: int) -> str:
    """A short name made from what was asked for, safe on every system; without extension."""
    words = _UNSAFE.sub("-", task.media[number].title or task.caption).strip("-_").lower()[:48].rstrip("-_")
    told_apart = len({media.title for media in task.media}) == count
    suffix = f"-{number + 1}" if count > 1 and not told_apart else ""
    return f"{words or task.provider}-{task.id[:4]}{suffix}"
