"""Personas: made from a song, listed, called something else, put away, and used."""

from typing import Any

from simcord import InteractionResult

from bot.task import Phase, Task
from tests.discord.kit import STRANGER, refusal
from tests.discord.songs import (
    CUSTOM,
    bodies_to,
    chain,
    clip_id,
    fill,
    finished,
    forget,
    one_tune,
    prefilled,
    press,
    results,
    song,
    sung,
    suno,
)
from tests.world import World, alone, said

CREATE = "/suno/persona/create/"
NONE = "That is not a persona. Choose one from the list, or make one with `/suno persona create`."


async def persona_of(world: World, origin: Task, name: str = "Lantern voice", **options: Any) -> Task:
    """A persona of a task's first song."""
    return await finished(world, "persona create", seconds=1, song=song(origin), name=name, **options)


async def offered(world: World, command: str = "song", typed: str = "") -> list[tuple[str, str]]:
    """The personas that an option offers to ann."""
    found = await world.ann.autocomplete(world.channel, f"suno {command}", "persona", typed)
    return [(choice["name"], choice["value"]) for choice in found]


async def test_a_new_persona(world: World) -> None:
    origin = await sung(world)
    task = await persona_of(world, origin, about=" low and warm ")
    assert task.phase is Phase.DELIVERED and task.parent_id == origin.id
    assert world.text(task).splitlines()[:3] == ["🎵 Suno · persona", "> Lantern voice", "✅ Finished · 0 s"]
    assert [body["description"] for body in bodies_to(world, CREATE)] == ["low and warm"]
    assert [job.action for job in world.relay.paid()] == ["music", "persona"]
    assert results(world, task) == []


async def test_the_form_behind_the_button_knows_the_song(world: World) -> None:
    origin = await sung(world)
    form = await press(world, origin, "persona", 1)
    assert form.modal is not None and form.modal["title"] == "Make a persona"
    assert prefilled(form) == {"name": "Lanterns", "about": ""}
    await fill(world, form)
    await world.work()
    assert bodies_to(world, CREATE)[0]["root_clip_id"] == clip_id(origin, 1)


async def test_without_the_slash_where_it_is_not_offered_with_it(world: World) -> None:
    origin = await sung(world)
    world.relay.suno.persona_slash = "without"
    task = await persona_of(world, origin)
    assert task.phase is Phase.DELIVERED
    assert chain(world) == ["POST /suno/persona/create/", "POST /suno/persona/create"]
    assert len(world.relay.paid()) == 2


async def test_the_list_is_ones_own(world: World) -> None:
    origin = await sung(world)
    result = await suno(world, "persona list")
    assert alone(result)
    assert said(result) == "You have no personas yet. `/suno persona create` makes one from a song."
    first = await persona_of(world, origin, "Alto *one*")
    world.clock.now += 10
    second = await persona_of(world, origin, "Bass")
    result = await suno(world, "persona list")
    lines = said(result).splitlines()
    assert [line.partition(" · ")[0] for line in lines] == ["👤 **Bass**", "👤 **Alto \\*one\\***"]
    assert f"/{second.place.message_id}" in lines[0]
    assert await offered(world) == [("Bass", second.id), ("Alto *one*", first.id)]
    assert await offered(world, typed="alto") == [("Alto *one*", first.id)]
    assert said(await suno(world, "persona list", world.ben)).startswith("You have no personas yet.")
    assert await world.ben.autocomplete(world.channel, "suno song", "persona", "") == []


async def test_rename(world: World) -> None:
    task = await persona_of(world, await sung(world))
    forget(world)
    result = await suno(world, "persona rename", persona=task.id, name=" Tenor `x` ")
    assert alone(result) and said(result) == "It is called Tenor \\`x\\` now."
    assert [name for name, _id in await offered(world, "persona rename")] == ["Tenor `x`"]
    assert refusal(await suno(world, "persona rename", persona=task.id, name="  ")) == "“name” is empty."
    assert world.relay.calls == []  # Suno has no such thing


async def test_delete(world: World) -> None:
    task = await persona_of(world, await sung(world))
    assert await offered(world, "persona delete") == [("Lantern voice", task.id)]
    result = await suno(world, "persona delete", persona=task.id)
    assert alone(result)
    assert said(result) == "Lantern voice is no longer offered. At Suno itself it stays."
    assert await offered(world) == [] and await offered(world, "persona rename") == []
    assert said(await suno(world, "persona list")).startswith("You have no personas yet.")


async def test_a_renamed_one_is_shown_with_its_name(world: World) -> None:
    """The card that is shown anew has the name that it is known by."""
    task = await persona_of(world, await sung(world))
    await suno(world, "persona rename", persona=task.id, name="Tenor")
    await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(5)
    assert "> Tenor\n✅ Finished" in world.text(await world.task())
    assert world.labels(await world.task()) == ["Again", "Sing as this persona", "Details", "Delete"]


async def _with(world: World, who: str, value: str) -> InteractionResult:
    asker = {"ann": world.ann, "ben": world.ben}[who]
    return await suno(world, "song", asker, **CUSTOM, persona=value)


async def test_what_is_no_persona_of_ones_own(world: World) -> None:
    origin = await sung(world)
    task = await persona_of(world, origin)
    forget(world)
    assert refusal(await _with(world, "ben", task.id)) == STRANGER
    assert refusal(await _with(world, "ann", origin.id)) == NONE
    assert refusal(await _with(world, "ann", "Lantern voice")) == "There is no task “Lantern voice”."
    also: list[tuple[str, dict[str, Any]]] = [("rename", {"name": "x"}), ("delete", {})]
    for command, options in also:
        found = await suno(world, f"persona {command}", world.ben, persona=task.id, **options)
        assert refusal(found) == STRANGER
        found = await suno(world, f"persona {command}", persona=origin.id, **options)
        assert refusal(found) == NONE
    assert world.relay.calls == []


async def test_sing_as_this_persona_is_its_owners(world: World) -> None:
    task = await persona_of(world, await sung(world))
    result = await world.press(task, "suno-sing", world.ben)
    assert refusal(result) == STRANGER and result.modal is None


async def test_a_persona_whose_account_is_gone(world: World) -> None:
    origin = await sung(world, **{**CUSTOM, "title": "Off sim:offline"})
    task = await persona_of(world, origin)
    one_tune(world)
    await suno(world, "song", **CUSTOM, persona=task.id)
    await world.work()
    failed = (await world.tasks())[-1]
    assert failed.phase is Phase.FAILED
    assert "Nothing was charged." in world.text(failed)
