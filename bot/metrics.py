"""What is counted and timed while the bot works, in Prometheus' terms.

One :class:`Metrics` belongs to one app and has a registry of its own. Labels take only values that stand in the code
or in a protocol (providers, phases, statuses), never what a user gave.
"""

import asyncio
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import prometheus_client as prometheus
from prometheus_client.exposition import choose_encoder

from bot import __version__

STEP = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds of a call or a step: from a quick answer to one that is the picture itself."""
LONG = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds that somebody waits for a result."""
LAG = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds that the event loop is late."""
SAMPLE = 0.25
"""Seconds between two looks at how late the event loop is."""
NONE = "none"
"""The provider of a call that is about none of them, and the status of a request that nobody answered."""


@dataclass
class Step:
    """Something that is being timed; ``outcome`` is what came of it, to be set before it ends."""

    outcome: str = "broken off"


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the moment of a scrape.

    ``tasks`` are the unfinished ones by (provider, phase), ``claimed`` how many of them a worker holds. ``under_way``
    are the steps that each worker has begun. ``latencies`` are seconds by shard.
    """

    tasks: Mapping[tuple[str, str], int] = field(default_factory=dict)
    claimed: int = 0
    cards: int = 0
    under_way: Mapping[str, int] = field(default_factory=dict)
    streams: int = 0
    guilds: int = 0
    shards: int = 0
    connected: int = 0
    latencies: Mapping[int, float] = field(default_factory=dict)
    ready: Mapping[str, bool] = field(default_factory=dict)


class _New:
    """Makes metrics in one registry, all of them called ``darkroom_…``."""

    def __init__(self, registry: prometheus.CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, meaning: str, *labels: str) -> prometheus.Counter:
        return prometheus.Counter(name, meaning, labels, namespace="darkroom", registry=self._registry)

    def seconds(self, name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = STEP) -> prometheus.Histogram:
        return prometheus.Histogram(
            name, meaning, labels, namespace="darkroom", unit="seconds", registry=self._registry, buckets=buckets
        )

    def gauge(self, name: str, meaning: str, *labels: str) -> prometheus.Gauge:
        return prometheus.Gauge(name, meaning, labels, namespace="darkroom", registry=self._registry)


class Metrics:
    """The figures of one app."""

    def __init__(self) -> None:
        self._registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self._registry)
        prometheus.PlatformCollector(registry=self._registry)
        prometheus.GCCollector(registry=self._registry)
        build = prometheus.Info("darkroom_build", "What is running.", registry=self._registry)
        build.info({"version": __version__, "python": platform.python_version()})
        new = _New(self._registry)

        way = ("provider", "outcome")
        self._submissions = new.counter("submissions", "Steps of tasks that were sent, by the phase after them.", *way)
        self._submit = new.seconds("submit", "How long sending a step of a task took.", "provider")
        self._reports = new.counter(
            "reports", "Tasks that were asked about, by the phase after that, or unchanged, or put off.", *way
        )
        self._poll = new.seconds("poll", "How long a round of asking took.", "provider")
        self._deliveries = new.counter(
            "deliveries", "Deliveries that were tried, by the phase after them (done: it is tried again).", *way
        )
        self._deliver = new.seconds("deliver", "How long fetching and attaching a result took.", "provider")
        self._result = new.seconds("result", "From a request to its delivered result.", "provider", buckets=LONG)
        self._answers = new.counter("answers", "Answers of chats, by how they ended.", *way)

        self._calls = new.counter("relay_calls", "Calls of the relay, by HTTP status.", "provider", "status")
        self._call = new.seconds("relay_call", "How long a call of the relay took.", "provider")
        self._edits = new.counter(
            "edits", "Messages that were written or changed, by what Discord said (throttled: and repeated).", "outcome"
        )
        self._coalesced = new.counter("edits_coalesced", "Changes of cards that a newer one overtook.")
        self._requests = new.counter("discord_requests", "Requests to Discord, by HTTP status.", "method", "status")
        self._lag = new.seconds("loop_lag", "How late the event loop is.", buckets=LAG)

        self._tasks = new.gauge("tasks", "Unfinished tasks.", "provider", "phase")
        self._claimed = new.gauge("tasks_claimed", "Unfinished tasks that a worker holds.")
        self._cards = new.gauge("cards_waiting", "Cards that wait to be redrawn.")
        self._under_way = new.gauge("steps_under_way", "Steps that were begun and are not finished.", "worker")
        self._streams = new.gauge("streams", "Answers that are being streamed.")
        self._guilds = new.gauge("guilds", "Servers that the bot is in.")
        self._shards = new.gauge("shards", "Connections to Discord that there should be.")
        self._connected = new.gauge("shards_connected", "Connections to Discord that are open.")
        self._latency = new.gauge("gateway_latency_seconds", "From a heartbeat to its acknowledgement.", "shard")
        self._ready = new.gauge("ready", "Whether a part that the bot needs can be used (1) or not (0).", "part")

    # -------------------------------------------------------------------------------------------- steps of tasks

    @contextmanager
    def submitting(self, provider: str) -> Iterator[Step]:
        """Time the sending of a step."""
        with _timed(self._submit, self._submissions, provider) as step:
            yield step

    @contextmanager
    def polling(self, provider: str) -> Iterator[None]:
        """Time a round of asking."""
        with self._poll.labels(provider).time():
            yield

    def reported(self, provider: str, outcome: str, tasks: int = 1) -> None:
        """So many tasks were asked about, and came to ``outcome``."""
        self._reports.labels(provider, outcome).inc(tasks)

    @contextmanager
    def delivering(self, provider: str) -> Iterator[Step]:
        """Time a delivery."""
        with _timed(self._deliver, self._deliveries, provider) as step:
            yield step

    def delivered(self, provider: str, seconds: float) -> None:
        """A result reached its card ``seconds`` after it was asked for."""
        self._result.labels(provider).observe(seconds)

    def answered(self, provider: str, outcome: str) -> None:
        """An answer of a chat ended."""
        self._answers.labels(provider, outcome).inc()

    # -------------------------------------------------------------------------------------------- relay, Discord, loop

    def called(self, provider: str, status: int, seconds: float) -> None:
        """The relay was called; ``status`` 0: it did not answer."""
        self._calls.labels(provider or NONE, str(status or NONE)).inc()
        self._call.labels(provider or NONE).observe(seconds)

    def edited(self, outcome: str) -> None:
        """A message was written or changed, or Discord would not have it."""
        self._edits.labels(outcome).inc()

    def coalesced(self) -> None:
        """A change of a card was overtaken by a newer one before it was drawn."""
        self._coalesced.inc()

    def requested(self, method: str, status: int) -> None:
        """Discord was asked for something; ``status`` 0: it did not answer."""
        self._requests.labels(method, str(status or NONE)).inc()

    async def watch_loop(self) -> None:
        """Measure how late the event loop is, until cancelled."""
        while True:
            before = perf_counter()
            await asyncio.sleep(SAMPLE)
            self._lag.observe(max(0.0, perf_counter() - before - SAMPLE))

    # -------------------------------------------------------------------------------------------- scrapes

    def exposed(self, now: Standing, accept: str = "") -> tuple[bytes, str]:
        """Everything as text, and its content type; ``accept`` is the header of the one who asks.

        It may be done in a thread, by one at a time.
        """
        for gauge, values in (
            (self._tasks, now.tasks),
            (self._under_way, {(worker,): count for worker, count in now.under_way.items()}),
            (self._latency, {(str(shard),): seconds for shard, seconds in now.latencies.items()}),
            (self._ready, {(part,): ready for part, ready in now.ready.items()}),
        ):
            gauge.clear()
            for labels, value in values.items():
                gauge.labels(*labels).set(value)
        for gauge, number in (
            (self._claimed, now.claimed),
            (self._cards, now.cards),
            (self._streams, now.streams),
            (self._guilds, now.guilds),
            (self._shards, now.shards),
            (self._connected, now.connected),
        ):
            gauge.set(number)
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


@contextmanager
def _timed(seconds: prometheus.Histogram, outcomes: prometheus.Counter, provider: str) -> Iterator[Step]:
    """Time a step, and count what came of it."""
    step = Step()
    with seconds.labels(provider).time():
        try:
            yield step
        finally:
            outcomes.labels(provider, step.outcome).inc()
