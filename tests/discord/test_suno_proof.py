"""Requests that a stock relay would take for a plain song: it is asked first, for nothing, whether it knows them."""

from typing import Any

import pytest

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.songs import CUSTOM, clip_id, finished, forget, song, submitted, sung, suno
from tests.world import World

MISSING = "This relay does not offer that feature. Nothing was charged."
REFUSED = "This relay does not offer that. It can be tried again <t:"


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("cover", {"style": "metal"}),
        ("replace", {"from": "2", "to": "12", "lyrics": "on"}),
        ("layer", {"add": "vocals", "lyrics": "on"}),
        ("stems", {}),
        ("stems", {"all": True}),
    ],
)
async def test_what_a_stock_relay_would_misunderstand(world: World, command: str, options: dict[str, Any]) -> None:
    world.relay.suno.stock = True
    origin = await sung(world)
    task = await finished(world, command, seconds=15, song=song(origin), **options)
    assert (task.phase, len(world.relay.paid())) == (Phase.FAILED, 1)
    assert world.text(task).splitlines()[-1] == MISSING
    forget(world)
    assert refusal(await suno(world, command, song=song(origin), **options)).startswith(REFUSED)
    assert world.relay.calls == []
    shown = world.labels(await sung(world))
    assert not [label for label in shown if label.lower().startswith(command)]


async def test_a_persona_on_a_relay_that_has_lost_the_feature(world: World) -> None:
    origin = await sung(world)
    persona = await finished(world, "persona create", song=song(origin), name="Voice")
    world.relay.suno.stock = True
    task = await finished(world, "song", seconds=15, **CUSTOM, persona=persona.id)
    assert task.phase is Phase.FAILED and len(world.relay.paid()) == 2


async def test_a_relay_that_knows_it_is_asked_once_before(world: World) -> None:
    origin = await sung(world)
    await finished(world, "cover", song=song(origin), style="metal")
    asked = [f"{call.method} {call.path}" for call in world.relay.calls][:2]
    assert asked == [f"GET /suno/feed/{clip_id(origin)}", "POST /suno/submit/music"]
    assert len(submitted(world)) == 1
