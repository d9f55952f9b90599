"""``make demo``: the real app between a simulated relay and a simulated Discord, shown in a browser."""

import asyncio
import signal
import tempfile
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import discord
import simcord
from simcord import SetupError
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from bot.app import App, assemble
from bot.config import Config, load
from bot.demo.discord import Stage, make_real, markdown_as_discord, menus_stay_open
from bot.demo.memory import Memory
from bot.demo.simulator import PROMPT_WORDS, AccountOptions, Simulator

REFRESH = 1.0
KEY = "sk-good"
ACCOUNT = AccountOptions(granted=100_000_000, key_granted=100_000_000, past=29)
"""A relay account that has been used for a month, so that `/relay usage` has something to draw."""
VIEWERS = {"guest": "en-US", "访客": "zh-CN"}
"""Who can be chosen on the page, and the language of their Discord."""


def demo_config(relay_url: str, folder: Path) -> Config:
    """Settings of the offline world; nothing of the operator's own is used."""
    return load(
        {
            "DISCORD_TOKEN": "offline",
            "THREAD_MESSAGES": "all",
            "DISCORD_API_URL": "",
            "RELAY_URL": relay_url,
            "RELAY_KEY": KEY,
            "RELAY_ACCESS_TOKEN": ACCOUNT.access_token,
            "RELAY_USER_ID": str(ACCOUNT.user_id),
            "RELAY_QUOTA_PER_UNIT": str(ACCOUNT.unit),
            "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
            "PROVIDERS": "",
            "GUILD_IDS": "",
            "ALLOW_PRIVATE_MEDIA": "true",
            "POLL_INTERVAL": "1",
            "LUMA_OFFICIAL": "true",
            "LUMA_PREFIX": "",
        },
        env_file=None,
    )


@asynccontextmanager
async def offline_world(port: int = 0, pace: float = 1.0, folder: Path | None = None) -> AsyncIterator[str]:
    """Everything at work; gives the address of the page. ``pace`` stretches the relay's durations.

    What is in ``folder`` goes on: the bot's database and the simulated Discord; without one, nothing is kept.
    """
    with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as temporary:
        memory = Memory(folder) if folder is not None else None
        async with (
            Simulator(pace=pace, account=ACCOUNT) as relay,
            assemble(demo_config(relay.url, folder or Path(temporary)), shard_count=1) as app,
            _discord(app, memory) as env,
            app.working(),
            _shown(env, relay.url, port, memory) as address,
        ):
            yield address


def _discord(app: App, memory: Memory | None) -> simcord.run:
    world = simcord.run(app.client, check_errors=False)
    if memory is not None:
        memory.recall(world)
    return world


@asynccontextmanager
async def _shown(env: simcord.Env, relay_url: str, port: int, memory: Memory | None) -> AsyncIterator[str]:
    """One channel with the two viewers in it, on a page that keeps itself fresh; gives its address."""
    locales: dict[int, str] = {}
    make_real(env, time.time, locales)
    channel = (memory.channel(env) if memory is not None else None) or _new_channel(env)
    viewers = _viewers(env)
    locales.update({viewer.id: locale for viewer, locale in zip(viewers, VIEWERS.values(), strict=True)})
    preview = env.preview(channel, viewers=viewers, layout="channel", port=port, timezone=_timezone())
    if memory is not None:
        memory.same_page(preview)
    with markdown_as_discord(), menus_stay_open():
        async with preview as page, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10.0)) as session:
            at_work = [asyncio.create_task(_keep_fresh(Stage(page, env, locales, relay_url), session))]
            if memory is not None:
                at_work.append(asyncio.create_task(memory.keep(env, page)))
            try:
                yield page.url
            finally:
                for task in at_work:
                    task.cancel()
                await asyncio.gather(*at_work, return_exceptions=True)


def _new_channel(env: simcord.Env) -> ChannelHandle:
    """A server with one channel and the two viewers."""
    env.backend.bot_user.name = "Darkroom"
    guild = env.create_guild("Darkroom demo")
    operators = guild.create_role("operators", permissions=discord.Permissions(manage_guild=True))
    for name in VIEWERS:
        guild.add_member(env.create_user(name), roles=[operators])
    return guild.create_text_channel("darkroom", topic="Type / to begin. “Viewing as” above changes the language.")


def _viewers(env: simcord.Env) -> list[MemberActor]:
    """The people that can be chosen, in the order of their names above."""
    (guild,) = env.backend.guilds.values()
    people = {env.backend.get_user(number).name: number for number in guild.members}
    handles = [UserHandle(env, env.backend.get_user(people[name])) for name in VIEWERS]
    return [MemberActor(env, GuildHandle(env, guild), handle) for handle in handles]


async def _keep_fresh(stage: Stage, session: aiohttp.ClientSession) -> None:
    """Show what the bot edits by itself, and the pictures it points at."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(REFRESH):
                await stage.pictures.asked.wait()
        await stage.pictures.fetch(session)
        stage.refresh()


def _timezone() -> str:
    """This machine's time zone by its distance from UTC, as the zones of whole hours are called."""
    offset = datetime.now().astimezone().utcoffset() or timedelta()
    hours, rest = divmod(offset, timedelta(hours=1))
    return f"Etc/GMT{-hours:+d}" if hours and not rest and -12 <= hours <= 14 else "UTC"


async def show(*, port: int, browser: bool, pace: float = 1.0, folder: Path | None = None) -> None:
    """Run the offline world until interrupted, and tell how to use it."""
    stop = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: the interrupt then comes as an exception
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with offline_world(port, pace, folder) as address:
            _introduce(address)
            if browser:
                with suppress(webbrowser.Error):
                    await asyncio.to_thread(webbrowser.open, address)
            await stop.wait()
    except SetupError as error:  # above all a port that is taken
        raise SystemExit(f"The demo cannot be shown: {error}") from None


def _introduce(address: str) -> None:
    print("Darkroom, offline: a simulated Discord with the real bot in it. Open this page:\n")
    print(address, flush=True)
    print("\nType / and choose /luma video, /suno song or /claude chat. You can be “guest” (English) or “访客” (中文).")
    print("Words in the prompt that make the simulated relay misbehave:")
    for word, meaning in PROMPT_WORDS.items():
        print(f"  {word:<14} {meaning}")
    print("\nCtrl+C ends it.", flush=True)
