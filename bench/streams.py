"""Chat answers at scale: the bot in a process of its own, between a Discord on a socket that enforces its budgets and
the relay simulator. 600 tokens an answer, 40 tokens a second, the first after 0.4 s."""

import asyncio
import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure, p99
from bot.demo.simulator import Simulator
from tests.discord_server import BotProcess, DiscordServer, Handle, LogEntry

ROOT = Path(__file__).parents[1]
ANSWER = 15.4
"""Seconds that an answer takes at the relay."""
PATIENCE = 60.0


@dataclass
class Stream:
    """One answer: when it was asked for, and every write of it that Discord took."""

    prompt: str
    asked_at: float
    handle: Handle
    writes: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    @property
    def texts(self) -> list[float]:
        """When words became visible."""
        return [at for at, body in self.writes if body.get("content")]

    @property
    def ended_at(self) -> float | None:
        """When the whole answer stood there, with its buttons."""
        return next((at for at, body in self.writes if "chat-reply" in str(body.get("components"))), None)

    @property
    def largest_gap(self) -> float:
        """The longest time without a visible change."""
        texts = self.texts
        return max((later - one for one, later in itertools.pairwise(texts)), default=0.0)


@dataclass
class Stage:
    """The two servers and what is going on between them."""

    server: DiscordServer
    relay: Simulator
    streams: list[Stream] = field(default_factory=list)

    async def run(self, count: int, channels: int, apart: float, **options: Any) -> list[Stream]:
        """Ask for ``count`` answers over ``channels``, each ``apart`` seconds after the one before; wait for all."""
        case = f"{count}x{channels}{''.join(options)}"
        guild = self.server.guild(f"Bench {case}")
        rooms = [guild.create_text_channel(f"room-{number}") for number in range(channels)]
        people = [self.server.user(f"user{case}n{number}") for number in range(count)]
        begun = []
        for number, person in enumerate(people):
            prompt = f"{case}/{number}: 600 tokens with code"
            asked_at = time.monotonic()
            handle = await self.server.slash(person, rooms[number % channels], "claude chat", prompt=prompt, **options)
            begun.append(Stream(prompt, asked_at, handle))
            await asyncio.sleep(apart)
        deadline = time.monotonic() + ANSWER + PATIENCE
        while time.monotonic() < deadline:
            self._sort(begun)
            if all(stream.ended_at for stream in begun):
                break
            await asyncio.sleep(0.2)
        return begun

    def _sort(self, begun: list[Stream]) -> None:
        """Give every stream its writes: an interaction's token names it, or the thread under its message."""
        owners = {stream.handle.record.token: stream for stream in begun}
        owners |= {str(stream.handle.message_id): stream for stream in begun if stream.handle.message_id}
        for stream in begun:
            stream.writes.clear()
        for entry in self.server.log:
            parts = entry.path.split("/")
            owner = owners.get(parts[3] if parts[1] == "webhooks" else parts[2])
            if entry.status in {200, 201} and owner is not None:
                owner.writes.append((entry.at, entry.json or {}))


def open_fences(entries: list[LogEntry]) -> int:
    """Writes that show a code fence that is not closed."""
    contents = [entry.json.get("content") or "" for entry in entries if isinstance(entry.json, dict)]
    return sum(content.count("```") % 2 for content in contents)


def figures_of(
    name: str, begun: list[Stream], ended: dict[str, float], targets: dict[str, tuple[float, str]]
) -> list[Figure]:
    """What a case came to."""
    whole = [stream for stream in begun if stream.ended_at is not None]
    values: dict[str, Callable[[], float]] = {
        "first text p99": lambda: p99([stream.texts[0] - stream.asked_at for stream in whole]),
        "complete p99": lambda: p99([(stream.ended_at or 0.0) - ended[stream.prompt] for stream in whole]),
        "largest gap p99": lambda: p99([stream.largest_gap for stream in whole]),
        "abandoned": lambda: float(len(begun) - len(whole)),
    }
    return [
        Figure(f"{name}: {what}", values[what](), "" if what == "abandoned" else "s", target, beside)
        for what, (target, beside) in targets.items()
    ]


async def streams(folder: Path) -> list[Figure]:
    """One answer, ten in one channel, ten over ten, a hundred over ten."""
    found: list[Figure] = []
    async with Simulator() as relay, DiscordServer(limits=True) as server:
        environ = {
            "RELAY_URL": relay.url,
            "RELAY_KEY": "sk-good",
            "DATABASE_URL": f"sqlite:///{folder / 'streams.db'}",
            "PROVIDERS": "claude",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }
        async with BotProcess(server, [sys.executable, "-m", "bot", "run"], environ, cwd=folder) as bot:
            stage, ended = Stage(server, relay), relay.chat.ended
            one = await stage.run(1, 1, 0.0)
            found += figures_of("1 stream", one, ended, {"largest gap p99": (1.3, "llmcord 1.9")})
            ten = await stage.run(10, 1, 0.0)
            targets = {
                "first text p99": (1.0, "llmcord 10.8"),
                "complete p99": (0.6, "llmcord 15.3"),
                "largest gap p99": (2.0, "llmcord 15.2"),
            }
            found += figures_of("10 in one channel", ten, ended, targets)
            threads = await stage.run(10, 1, 0.0, thread=True)
            targets = {"first text p99": (1.0, ""), "largest gap p99": (2.0, "")}
            found += figures_of("10 in threads of one channel", threads, ended, targets)
            spread = await stage.run(10, 10, 0.44)
            found += figures_of(
                "10 over 10 channels, 0.44 s apart", spread, ended, {"largest gap p99": (2.0, "llmcord 14.8")}
            )
            hundred = await stage.run(100, 10, 0.0)
            targets = {
                "first text p99": (2.0, "llmcord 19.9"),
                "complete p99": (3.0, "llmcord 17.2"),
                "abandoned": (0.0, "llmcord 2"),
            }
            found += figures_of("100 over 10 channels", hundred, ended, targets)
            found.append(
                Figure("writes with an unclosed code fence", open_fences(server.log), "", 0.0, "llmcord 24-57 %")
            )
            await bot.stop()
    return found
