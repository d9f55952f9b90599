"""The composition root: opens the resources, wires the layers, and lets go of everything in order."""

import asyncio
import gc
import pkgutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

import cogs
from bot.config import Config
from bot.engine import Core, Engine
from bot.engine.talk import Talk
from bot.media import MediaStore
from bot.metrics import Metrics
from bot.provider import providers
from bot.relay import Relay
from bot.scratch import sweep
from bot.store import Store, connect
from bot.store.conversations import Conversations
from bot.ui.client import Darkroom, aim
from bot.ui.courier import Courier
from bot.ui.messenger import Messenger
from bot.ui.speaker import Speaker
from bot.workshop import Workshop

TALK_GRACE = 1.0
"""Seconds that answers on their way get at shutdown; the next start repairs the others."""
log = structlog.get_logger(__name__)


@dataclass
class App:
    """The wired parts. The engine's loops run beside the client, not inside it."""

    config: Config
    engine: Engine
    client: Darkroom
    messenger: Messenger
    talk: Talk
    metrics: Metrics

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The engine and the messenger at work, after looking after what a dead process left."""
        rescued = await self.engine.recover()
        broken = await self.talk.answers.recover()
        log.info("engine starts", interrupted=rescued, answers=broken)
        loops = [
            asyncio.create_task(self.messenger.run(), name="messenger"),
            asyncio.create_task(self.talk.answers.run(), name="talk"),
        ]
        self.engine.start()
        try:
            yield
        finally:
            await asyncio.gather(self.engine.stop(), self.talk.answers.crew.drain(TALK_GRACE))
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            log.info("engine stopped")


class SteadyClock:
    """Unix seconds by the wall's clock, without ever going back.

    What is planned is planned in its seconds: a correction of the wall's clock by an hour back would else stop
    everything for an hour. Forward corrections are followed.
    """

    def __init__(self, wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._elapsed = wall, elapsed
        self._offset = wall() - elapsed()

    def __call__(self) -> float:
        """The time now."""
        elapsed = self._elapsed()
        self._offset = max(self._offset, self._wall() - elapsed)
        return elapsed + self._offset


def spare_what_is_loaded() -> None:
    """Tell the garbage collector that all there is now stays as long as the process.

    Everything stands still while it looks through what has been loaded, for more than 50 ms each time.
    """
    gc.collect()
    gc.freeze()


def offered_cogs(config: Config) -> list[str]:
    """The modules of ``cogs/``, without those of providers that the operator does not offer."""
    names = [module.name for module in pkgutil.iter_modules(cogs.__path__) if not module.name.startswith("_")]
    return [f"cogs.{name}" for name in names if name not in providers() or name in config.providers]


@asynccontextmanager
async def assemble(
    config: Config, *, clock: Callable[[], float] | None = None, shard_count: int | None = None
) -> AsyncIterator[App]:
    """Open everything that ``config`` names; closed again when the context ends.

    Raises :class:`~bot.store.StoreProblem` when the database cannot be used.
    """
    settings = config.settings
    clock = clock or SteadyClock()
    if settings.discord_api_url:
        aim(settings.discord_api_url)
    await asyncio.to_thread(sweep)
    async with AsyncExitStack() as stack:
        database = await connect(settings.database_url)
        stack.push_async_callback(database.close)
        metrics = Metrics()
        relay = Relay(
            settings.relay_url,
            settings.relay_key.get_secret_value(),
            access_token=settings.relay_access_token.get_secret_value(),
            user_id=settings.relay_user_id.get_secret_value(),
            observe=lambda seen: metrics.called(seen.of, seen.status, seen.seconds),
            most=settings.max_answer_mb * 1024 * 1024,
        )
        stack.push_async_callback(relay.close)
        media = MediaStore(allow_private=settings.allow_private_media)
        stack.push_async_callback(media.close)
        workshop = Workshop(pixels=settings.max_megapixels * 1_000_000)
        stack.push_async_callback(workshop.close)
        client = Darkroom(config, offered_cogs(config), clock=clock, shard_count=shard_count, metrics=metrics)
        store = Store(database)
        courier = Courier(client, clock, metrics)
        messenger = Messenger(courier, store.get, clock, metrics)
        engine = Engine(Core(config, store, relay, media, workshop, messenger, clock, metrics))
        talk = Talk(engine.core, Conversations(database), Speaker(courier, media.new_file, clock))
        client.attach(engine, talk)
        messenger.glance = client.glance
        yield App(config, engine, client, messenger, talk, metrics)
