"""A demo goes on where the one before it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import simcord
from simcord.actors import MemberActor
from simcord.builders import UserHandle
from simcord.env import Env

from bot.demo.memory import Memory

INTENTS = discord.Intents(guilds=True, guild_messages=True)


@asynccontextmanager
async def evening(folder: Path) -> AsyncIterator[tuple[Env, Memory]]:
    """A simulated Discord that knows what the last one in ``folder`` knew."""
    memory = Memory(folder)
    run = simcord.run(discord.Client(intents=INTENTS))
    memory.recall(run)
    async with run as env:
        yield env, memory


async def test_nothing_is_known_at_first(tmp_path: Path) -> None:
    async with evening(tmp_path / "new") as (env, memory):
        assert memory.channel(env) is None


async def test_what_was_said_is_known_afterwards(tmp_path: Path) -> None:
    async with evening(tmp_path) as (env, memory):
        guild = env.create_guild("Studio")
        channel, ann = guild.create_text_channel("general"), guild.add_member(env.create_user("ann"))
        page = env.preview(channel, viewers=[ann])
        keeping = asyncio.create_task(memory.keep(env, page))
        said = await ann.send(channel, "Hello", attachments=[("a.txt", b"words")])
        written = tmp_path / "discord.state"
        async with asyncio.timeout(5):
            while not (written.exists() and b"Hello" in written.read_bytes()):
                await asyncio.sleep(0.01)
        keeping.cancel()
        key = page.capability

    async with evening(tmp_path) as (env, memory):
        known = memory.channel(env)
        assert known is not None and (known.id, known.name) == (channel.id, "general")
        assert env.backend.get_message(known.id, said.id).content == "Hello"
        (attached,) = env.backend.get_message(known.id, said.id).attachments
        assert env.backend.cdn.get(attached["url"]) == b"words"
        assert known.guild is not None
        viewer = MemberActor(env, known.guild, UserHandle(env, env.backend.get_user(ann.id)))
        again = env.preview(known, viewers=[viewer])
        memory.same_page(again)
        assert again.capability == key
