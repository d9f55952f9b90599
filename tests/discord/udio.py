"""What the tests of Udio share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simcord import InteractionResult, MemberActor

from bot.task import Task
from tests.world import World, a_world

USUAL = {
    "prompt": "warm soul",
    "lyrics": "",
    "lyrics_type": "generate",
    "model_type": "udio32-v1.5",
    "config": {"mode": "regular"},
    "negative_prompt": "",
    "bypass_prompt_optimization": False,
    "seed": -1,
    "song_section_start": 0,
    "song_section_end": 1,
    "lyrics_placement_start": 0.08,
    "lyrics_placement_end": 0.9,
    "prompt_strength": 0.5,
    "clarity_strength": 0.25,
    "lyrics_strength": 0.5,
    "generation_quality": 0.75,
}
OFFICIAL, TASK = "/udio/generate-proxy", "/udio/submit/music"


@asynccontextmanager
async def studio(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Udio, where every song is the same second of sound."""
    async with a_world(folder, PROVIDERS="luma,udio", **settings) as found:
        found.relay.media_url = f"{found.relay.url}/media/sound/song/0a1b2c3d-0-100.mp3"
        yield found


async def sing(world: World, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """``/udio song``."""
    return await (who or world.ann).slash(world.channel, "udio song", **{"prompt": "warm soul", **options})


async def sung(world: World, who: MemberActor | None = None, **options: Any) -> Task:
    """Songs that were asked for and delivered."""
    await sing(world, who, **options)
    await world.pass_time(30)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(path, fields) of every request for songs that the relay took."""
    calls = [call for call in world.relay.calls if call.method == "POST" and call.path in {OFFICIAL, TASK}]
    return [(call.path, call.json["gen_params"]) for call in calls if call.status == 200]


def song_ids(task: Task) -> list[str]:
    return [song["id"] for song in task.data["songs"]]
