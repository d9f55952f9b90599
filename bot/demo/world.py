"""``make demo``: the real app between a simulated relay and a simulated Discord, shown in a browser."""

import asyncio
import tempfile
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import simcord
from simcord import SetupError

from bot.app import assemble
from bot.config import Config, load
from bot.demo.discord import make_real
from bot.demo.simulator import PROMPT_WORDS, Simulator

REFRESH = 1.0
KEY = "sk-good"


def demo_config(relay_url: str, folder: Path) -> Config:
    """Settings of the offline world; nothing of the operator's own is used."""
    return load(
        {
            "DISCORD_TOKEN": "offline",
            "DISCORD_API_URL": "",
            "RELAY_URL": relay_url,
            "RELAY_KEY": KEY,
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
async def offline_world(port: int = 0, pace: float = 1.0) -> AsyncIterator[str]:
    """Everything at work; gives the address of the page. ``pace`` stretches the relay's durations."""
    with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as folder:
        async with (
            Simulator(pace=pace) as relay,
            assemble(demo_config(relay.url, Path(folder)), shard_count=1) as app,
            simcord.run(app.client, check_errors=False) as env,
        ):
            locales: dict[int, str] = {}
            make_real(env, time.time, locales)
            guild = env.create_guild("Darkroom demo")
            channel = guild.create_text_channel("darkroom")
            viewers = [guild.add_member(env.create_user(name)) for name in ("guest", "访客")]
            locales[viewers[1].id] = "zh-CN"
            async with app.working(), env.preview(channel, viewers=viewers, layout="channel", port=port) as page:
                refresher = asyncio.create_task(_keep_fresh(page))
                try:
                    yield page.url
                finally:
                    refresher.cancel()
                    await asyncio.gather(refresher, return_exceptions=True)


async def _keep_fresh(page: "simcord.Preview") -> None:
    """Show what the bot edits by itself; while somebody acts, the page is fresh anyway."""
    while True:
        await asyncio.sleep(REFRESH)
        with suppress(SetupError, TimeoutError):
            await page.refresh()


async def show(*, port: int, browser: bool) -> None:
    """Run the offline world until interrupted, and tell how to use it."""
    async with offline_world(port) as address:
        print("Darkroom, offline: a simulated Discord with the real bot in it. Open this page:\n")
        print(address, flush=True)
        print("\nType / and choose /luma video. You can be “guest” (English) or “访客” (中文).")
        print("Words in the prompt that make the simulated relay misbehave:")
        for word, meaning in PROMPT_WORDS.items():
            print(f"  {word:<14} {meaning}")
        print("\nCtrl+C ends it.", flush=True)
        if browser:
            with suppress(webbrowser.Error):
                await asyncio.to_thread(webbrowser.open, address)
        await asyncio.Event().wait()
