"""What the running bot says of itself over HTTP: that it lives, whether it is ready, and its figures.

``/healthz`` answers as long as the event loop does, ``/readyz`` looks at what the bot needs, ``/metrics`` is for
Prometheus. The server stands before anything else does, and until all the rest is gone.
"""

import asyncio
import errno
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from yarl import URL

from bot.app import App
from bot.errors import CallFailed, NotOffered, Throttled, Unreadable
from bot.metrics import Standing
from bot.store import StoreProblem
from bot.store.outcomes import Outcomes
from bot.task import ENDED, Phase
from bot.wire import Call

log = structlog.get_logger(__name__)
PARTS = ("discord", "database", "relay")
RECENT = 180.0
"""Seconds for which an answer of the relay shows that it can be used; after that, and after a failure, it is asked."""
PATIENCE = 3.0
"""Seconds that a part may take to answer."""
DATABASE_EVERY, RELAY_EVERY = 2.0, 15.0
"""Seconds for which what a part answered is not asked again, however often somebody wants to know."""
NOT_YET = "the bot is starting or stopping"
_MODELS = Call("GET", "/v1/models", timeout=20.0)
"""A question that costs nothing."""


class HealthProblem(Exception):
    """The server cannot be opened; the message tells the operator why."""


class Probe:
    """A question that is asked once at a time, and not again for ``every`` seconds: whoever wants to know meanwhile
    gets the same answer. ``ask`` gives what is wrong, or ``""``; it never raises."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, str]], every: float) -> None:
        self._ask = ask
        self._every = every
        self._asked_at = -math.inf
        self._asking: asyncio.Task[str] | None = None

    async def answer(self) -> str:
        """What is wrong, or ``""``."""
        if self._asking is None or (self._asking.done() and time.monotonic() - self._asked_at >= self._every):
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._ask())
        done, _late = await asyncio.wait({self._asking}, timeout=PATIENCE)
        return self._asking.result() if done else f"no answer within {PATIENCE:g} s"

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)


class Readiness:
    """Whether an app has all that it needs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._database = Probe(self._ask_database, DATABASE_EVERY)
        self._relay = Probe(self._ask_relay, RELAY_EVERY)

    async def look(self) -> dict[str, str]:
        """What is wrong with each part, ``""`` where nothing is."""
        database, relay = await asyncio.gather(self._database.answer(), self._relay_now())
        return dict(zip(PARTS, (self._discord(), database, relay), strict=True))

    async def close(self) -> None:
        """Look no more."""
        await asyncio.gather(self._database.close(), self._relay.close())

    def _discord(self) -> str:
        client = self._app.client
        shards = client.shards
        connected = sum(not shard.is_closed() for shard in shards.values())
        if not shards or client.is_closed():
            return "not connected"
        if connected < len(shards):
            return f"{connected} of {len(shards)} connections are open"
        return "" if client.is_ready() else "connected, and waiting for the servers"

    async def _ask_database(self) -> str:
        """Write for once: a database that can only be read, is locked or has no room left is of no use."""
        try:
            await self._app.engine.core.store.remember("readiness", repr(time.time()))
        except StoreProblem as problem:
            return str(problem)
        return ""

    async def _relay_now(self) -> str:
        answered_at = self._app.engine.core.relay.answered_at
        if answered_at is not None and time.monotonic() - answered_at <= RECENT:
            return ""
        return await self._relay.answer()

    async def _ask_relay(self) -> str:
        try:
            await self._app.engine.core.relay.call(_MODELS)
        except (NotOffered, Unreadable, Throttled):  # it answers, and that is enough
            return ""
        except CallFailed as error:
            return str(error)
        return ""


class Health:
    """What the server answers with; there is nothing to say of an app before it is :meth:`watching` one."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._scraping = asyncio.Lock()
        self._app: App | None = None
        self._readiness: Readiness | None = None

    @asynccontextmanager
    async def watching(self, app: App) -> AsyncIterator[None]:
        """Speak of ``app``, and measure how late its event loop is, as long as the context lasts."""
        readiness = Readiness(app)
        self._app, self._readiness = app, readiness
        sampler = asyncio.create_task(app.metrics.watch_loop(), name="loop lag")
        try:
            yield
        finally:
            self._app = self._readiness = None
            sampler.cancel()
            await asyncio.gather(sampler, readiness.close(), return_exceptions=True)

    async def alive(self, _request: web.Request) -> web.Response:
        """The process lives and its event loop answers."""
        return web.json_response({"alive": True, "seconds": round(time.monotonic() - self._since, 1)})

    async def ready(self, _request: web.Request) -> web.Response:
        """Whether the bot has all that it needs, and what is wrong where it has not."""
        wrong = await self._wrong()
        parts = {part: {"ready": not why, **({"why": why} if why else {})} for part, why in wrong.items()}
        all_ready = not any(wrong.values())
        return web.json_response({"ready": all_ready, "parts": parts}, status=200 if all_ready else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """The figures, in the form that is asked for."""
        app = self._app
        if app is None:
            return web.Response(status=503, text=f"{NOT_YET}\n")
        accept = ",".join(request.headers.getall("Accept", []))
        async with self._scraping:
            standing = await standing_of(app, await self._wrong())
            body, content_type = await asyncio.to_thread(app.metrics.exposed, standing, accept)  # some 20 ms
        response = web.Response(body=body, headers={"Content-Type": content_type})
        response.enable_compression()
        return response

    async def _wrong(self) -> dict[str, str]:
        return dict.fromkeys(PARTS, NOT_YET) if self._readiness is None else await self._readiness.look()


async def standing_of(app: App, wrong: Mapping[str, str]) -> Standing:
    """How things stand with ``app``; ``wrong`` is what its parts lack."""
    engine, client = app.engine, app.client
    crews = {
        "submit": engine.submitter.crew,
        "poll": engine.poller.crew,
        "deliver": engine.deliverer.crew,
        "announce": engine.announcer.crew,
        "talk": app.talk.answers.crew,
    }
    none = {(provider, str(phase)): 0 for provider in app.config.able for phase in Phase if phase not in ENDED}
    try:
        unfinished = await Outcomes(engine.core.store.database).unfinished(engine.core.clock())
    except StoreProblem:
        unfinished, none = [], {}
    return Standing(
        tasks=none | {(one.provider, one.phase): one.tasks for one in unfinished},
        claimed=sum(one.claimed for one in unfinished),
        cards=app.messenger.waiting,
        under_way={name: len(crew) for name, crew in crews.items()},
        streams=app.talk.answers.streams,
        guilds=len(client.guilds),
        shards=client.shard_count or 0,
        connected=sum(not shard.is_closed() for shard in client.shards.values()),
        latencies={number: shard.latency for number, shard in client.shards.items() if math.isfinite(shard.latency)},
        ready={part: not why for part, why in wrong.items()},
    )


@asynccontextmanager
async def serving(host: str, port: int) -> AsyncIterator[Health]:
    """Answer on ``port`` of ``host`` (0: nowhere) until the context ends; raises :class:`HealthProblem`."""
    health = Health()
    if not port:
        yield health
        return
    runner = web.AppRunner(_application(health), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError) as error:
            raise HealthProblem(_unusable(host, port, error)) from None
        log.info("health is served", host=host, port=port)
        yield health
    finally:
        await runner.cleanup()


def _application(health: Health) -> web.Application:
    application = web.Application()
    application.router.add_get("/healthz", health.alive)
    application.router.add_get("/readyz", health.ready)
    application.router.add_get("/metrics", health.metrics)
    return application


def _unusable(host: str, port: int, error: Exception) -> str:
    """Why the server cannot be opened, for the operator."""
    code = getattr(error, "errno", None)
    why = {
        errno.EADDRINUSE: "another program uses it already",
        errno.EACCES: "this user may not use it (below 1024 only root may)",
        errno.EADDRNOTAVAIL: "this machine has no such address",
    }.get(code or 0, getattr(error, "strerror", None) or type(error).__name__)
    return f"HEALTH_PORT {port} on HEALTH_HOST {host} cannot be used: {why}."


async def asked(host: str, port: int, path: str) -> tuple[bool, str]:
    """What a running bot answers at ``path``: whether all is well, and the words for it. Raises nothing."""
    nearby = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - "everywhere" is no address to ask
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2 * PATIENCE)) as session,
            session.get(URL.build(scheme="http", host=nearby, port=port, path=path)) as response,
        ):
            return response.status == 200, await response.text()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return False, f"nothing answers on port {port} of {nearby} ({type(error).__name__})"


async def port_problem(host: str, port: int) -> str:
    """Why the server could not be opened, or ``""``; that a running bot of ours has it is no problem."""
    try:
        async with serving(host, port):
            return ""
    except HealthProblem as problem:
        ok, words = await asked(host, port, "/healthz")
        return "" if ok and '"alive": true' in words else str(problem)
