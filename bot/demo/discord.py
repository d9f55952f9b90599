"""A simulated Discord (SimCord) around the real bot: real time, and users who each read their own language."""

import time
from collections.abc import Mapping
from typing import Any

import simcord
from simcord._clock import Clock

SIZE_LIMIT = 10 * 1024 * 1024


class WallClock(Clock):
    """The simulated Discord's clock, kept at ``base() `` unix seconds plus what was skipped."""

    def __init__(self, base: Any = time.time) -> None:
        super().__init__()
        self._base = base
        self._start = base()
        self._skipped = 0.0
        self._epoch = self._epoch.fromtimestamp(self._start, self._epoch.tzinfo)

    @property
    def elapsed(self) -> float:
        """Seconds since the world was made."""
        return float(self._base() - self._start + self._skipped) if hasattr(self, "_base") else 0.0

    @elapsed.setter
    def elapsed(self, value: float) -> None:
        if hasattr(self, "_base"):
            self._skipped += value - self.elapsed


def make_real(env: simcord.Env, clock: Any = time.time, locales: Mapping[int, str] | None = None) -> None:
    """Let ``env`` keep the time of ``clock`` and give each interaction what live Discord would.

    ``locales`` maps user ids to the locale their client speaks; it may be filled later. SimCord itself sends
    everybody as ``en-US``, without an install owner.
    """
    backend = env.backend
    backend.clock = WallClock(clock)
    spoken: Mapping[int, str] = {} if locales is None else locales
    emit = backend.emit

    def emit_as_discord(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            guild = payload.get("guild_id")
            payload = {
                **payload,
                "locale": spoken.get(int(user["id"]), "en-US"),
                "attachment_size_limit": SIZE_LIMIT,
                "authorizing_integration_owners": {"0": str(guild or 0)},
            }
        emit(event, payload)

    backend.emit = emit_as_discord  # type: ignore[method-assign]  # the one seam that SimCord offers for it
