"""The use cases and the three workers that move tasks: submit, poll, deliver. Knows nothing of Discord."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.engine.account import Accounts
from bot.engine.core import Core
from bot.engine.deliver import Announcer, Deliverer
from bot.engine.desk import Asker, Desk, Order
from bot.engine.models import Models
from bot.engine.pictures import Pictures
from bot.engine.poll import Poller
from bot.engine.submit import Submitter
from bot.engine.work import forever, once
from bot.store import StoreProblem

log = structlog.get_logger(__name__)
HOUSEKEEPING = 30.0
RECENT = 900.0
"""Cards of tasks this young (seconds) are redrawn at start-up: the old process may have died before it drew them."""
CLAIMS = 1.0
"""Seconds that workers get at shutdown to begin the steps they have just claimed."""
GRACE = 6.0
"""Seconds that steps under way get at shutdown before they are cut off."""

__all__ = ["Asker", "Core", "Desk", "Engine", "Order"]


class Engine:
    """The workers over one :class:`Core`."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.submitter = Submitter(core)
        self.poller = Poller(core)
        self.deliverer = Deliverer(core, self.poller)
        self.announcer = Announcer(core)
        self.desk = Desk(core, self.submitter)
        self.pictures = Pictures(core)
        self.account = Accounts(core)
        self.models = Models(core, self.account)
        self._loops: list[asyncio.Task[None]] = []
        self._chores: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def recover(self) -> int:
        """Look after what a dead process left; returns how many requests were on the wire."""
        rescued = await self._rescue()
        for task in await self.core.store.recent(self.core.clock() - RECENT, limit=500):
            self.core.screen.show(task)
        await self.core.learn()
        return rescued

    async def _rescue(self) -> int:
        """A request that was on the wire when its process died has an unknown fate."""
        now = self.core.clock()
        left = await self.core.store.interrupted(now)
        for task in left:
            log.warning("was being sent when the process stopped", task=task.id, provider=task.provider)
            await self.core.keep(replace(self.submitter.interrupted(task), lease_until=0.0))
        return len(left)

    async def step(self) -> int:
        """One step of every worker, waited for; returns how many tasks were moved. For tests and tools."""
        submitted = await once(self.submitter)
        polled = await once(self.poller)
        return submitted + polled + await once(self.deliverer) + await once(self.announcer)

    def start(self) -> None:
        """Begin working until :meth:`stop`."""
        core = self.core
        self._stopping.clear()
        self.core.closing = False
        workers = (
            (self.submitter, core.wake_submit),
            (self.poller, core.wake_poll),
            (self.deliverer, core.wake_deliver),
            (self.announcer, core.wake_announce),
        )
        self._loops = [
            asyncio.create_task(forever(worker, wake, core.clock, self._stopping), name=type(worker).__name__)
            for worker, wake in workers
        ]
        self._chores = [
            asyncio.create_task(self._keep_house(), name="housekeeping"),
            asyncio.create_task(self.models.keep_fresh(), name="models"),
        ]

    async def stop(self) -> None:
        """Accept and begin nothing new, finish what is on the wire, leave the rest to be resumed."""
        self.core.closing = True
        self._stopping.set()
        self.core.wake()
        for chore in self._chores:
            chore.cancel()
        if self._loops:
            _ended, late = await asyncio.wait(self._loops, timeout=CLAIMS)
            for loop in late:
                loop.cancel()
        await asyncio.gather(*self._loops, *self._chores, return_exceptions=True)
        crews = (self.submitter.crew, self.poller.crew, self.deliverer.crew, self.announcer.crew, self.models.crew)
        await asyncio.gather(*(crew.drain(GRACE) for crew in crews))

    async def _keep_house(self) -> None:
        while True:
            with suppress(StoreProblem):
                await self.tidy()
            await asyncio.sleep(HOUSEKEEPING)

    async def tidy(self) -> None:
        """Note that the process lives, learn durations, forget old pictures, look after other processes' remains."""
        now = self.core.clock()
        await self.core.store.remember("heartbeat", repr(now))
        await self.core.learn()
        await self.core.store.prune_taken(now - 86400.0)
        await self.core.store.prune_inputs(now - self.core.config.settings.keep_inputs_days * 86400.0)
        if self.core.store.database.shared:
            await self._rescue()
