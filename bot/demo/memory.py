"""What the simulated Discord knows, kept in a file: so that a demo that was ended, or killed, goes on."""

import asyncio
import pickle
from pathlib import Path
from typing import Any

import simcord
from simcord.backend import Backend
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env

_EVERY = 0.2
"""Seconds between two looks at whether something has changed."""
_KEPT = vars(Backend()).keys() - {"clock", "subscribers", "http_requests", "transcript", "faults"}
"""Parts of SimCord's backend, whose version is pinned; the others end with the process."""


class Memory:
    """The state of the simulated Discord and the key of its page, in one file of ``folder``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "discord.state"
        self._known: dict[str, Any] = {}
        self._written = -1

    def recall(self, run: simcord.run) -> None:
        """Let a world that has not begun know what the last one knew, if there was one."""
        if self._path.exists():
            self._known = pickle.loads(self._path.read_bytes())  # noqa: S301 - a file of this demo's own
            vars(run._env.backend).update(self._known["backend"])

    def channel(self, env: Env) -> ChannelHandle | None:
        """The channel that was shown, or ``None`` if this is a new world."""
        if not self._known:
            return None
        found = env.backend.get_channel(self._known["channel"])
        return ChannelHandle(env, GuildHandle(env, env.backend.get_guild(int(found.guild_id or 0))), found)

    def same_page(self, page: simcord.Preview) -> None:
        """Let a page that is not served yet have the address of the last one, if its port is the same."""
        page.capability = self._known.get("page", page.capability)

    async def keep(self, env: Env, page: simcord.Preview) -> None:
        """Write down everything that changes, until cancelled."""
        while True:
            if len(env.backend.transcript) != self._written:
                self._written = len(env.backend.transcript)
                await asyncio.to_thread(self._write, pickle.dumps(_state(env, page)))
            await asyncio.sleep(_EVERY)

    def _write(self, content: bytes) -> None:
        new = self._path.with_suffix(".new")
        new.write_bytes(content)
        new.replace(self._path)


def _state(env: Env, page: simcord.Preview) -> dict[str, Any]:
    backend = {name: getattr(env.backend, name) for name in _KEPT}
    return {"backend": backend, "channel": page.channel.id, "page": page.capability}
