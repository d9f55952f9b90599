"""The simulated Discord itself: clock, backend and world builders, with no bot inside this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from simcord._clock import Clock
from simcord.backend import Backend
from simcord.backend.cdn import CDN_BASE
from simcord.env import Env

DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024


class WallClock(Clock):
    """Real time plus the seconds the test has skipped (`elapsed`)."""

    def now(self) -> datetime:
        """Out: the aware UTC instant of the simulated Discord."""
        return datetime.now(UTC) + timedelta(seconds=self.elapsed)


class SocketBackend(Backend):
    """A backend on real time whose INTERACTION_CREATE payloads can be overridden field by field."""

    def __init__(self, size_limit: int = DEFAULT_SIZE_LIMIT) -> None:
        self.size_limit = size_limit
        self._overrides: dict[str, Any] = {}
        super().__init__(clock=WallClock())

    @contextmanager
    def overriding(self, fields: Mapping[str, Any]) -> Iterator[None]:
        """In: top-level payload fields that replace the defaults of interactions emitted inside the block."""
        self._overrides = dict(fields)
        try:
            yield
        finally:
            self._overrides = {}

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """In: a gateway event. Interactions get the size limit, the install owner and the overrides."""
        if event == "INTERACTION_CREATE":
            owner = {"0": str(payload.get("guild_id", 0))}
            defaults = {"attachment_size_limit": self.size_limit, "authorizing_integration_owners": owner}
            payload = {**payload, **defaults, **self._overrides}
        super().emit(event, payload)


class World(Env):
    """World builders and actors of SimCord around an idle client: nothing is attached, hooked or settled."""

    backend: SocketBackend

    def __init__(self, size_limit: int = DEFAULT_SIZE_LIMIT) -> None:
        super().__init__(discord.Client(intents=discord.Intents(guilds=True)))
        self.backend = SocketBackend(size_limit)

    async def _settle_internal(self, **_: Any) -> None:
        """The bot lives in another process: there is nothing to wait for here."""


class Localizer:
    """Moves attachment addresses between SimCord's placeholder host and the local origin, both ways."""

    def __init__(self) -> None:
        self.origin = CDN_BASE

    def outward(self, text: str) -> str:
        """In: JSON text as SimCord made it. Out: the same text with addresses the bot can fetch."""
        return text.replace(CDN_BASE, self.origin)

    def inward(self, text: str) -> str:
        """In: JSON text from the bot. Out: the same text with SimCord's own addresses."""
        return text.replace(self.origin, CDN_BASE)
