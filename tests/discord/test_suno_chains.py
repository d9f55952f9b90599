"""The scenarios of the reference (7.18), each by command and by button, as the calls that the relay recorded."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.task import Phase, Task
from tests.discord.songs import (
    CONCAT,
    FETCH,
    MUSIC,
    NULLS,
    WORDS,
    asked_ids,
    bodies_to,
    chain,
    clip_id,
    clips,
    fill,
    finished,
    names,
    press,
    song,
    submitted,
    sung,
    suno,
)
from tests.world import World

Ask = Callable[[World, Task], Awaitable[Any]]
WAY = ("by", ["command", "button"])
BRIDGE = "[Bridge]\non and on"


async def made(world: World) -> Task:
    """What was asked for, once it is there."""
    await world.pass_time(30)
    task = await world.task()
    assert task.phase is Phase.DELIVERED, world.text(task)
    return task


# ------------------------------------------------------------------------------------------------ 1, 3: parts, joined


def proof(origin: Task, number: int = 0) -> str:
    """The free question before a request that a stock relay would take for a plain song."""
    return f"GET /suno/feed/{clip_id(origin, number)}"


@pytest.mark.parametrize(*WAY)
async def test_1_extend_and_join(world: World, by: str) -> None:
    origin = await sung(world)
    if by == "command":
        await suno(world, "extend", song=song(origin, 1), at="0:18.5", lyrics=BRIDGE, join=True)
    else:
        form = await press(world, origin, "extend", 1)
        await fill(world, form, at="0:18.5", lyrics=BRIDGE)
    whole = await made(world)
    assert chain(world) == [MUSIC, FETCH, CONCAT, FETCH]
    [body] = submitted(world)
    assert body == {
        "task": "extend",
        "task_id": origin.remote_id,
        "continue_clip_id": clip_id(origin, 1),
        "continue_at": 18.5,
        "prompt": BRIDGE,
        "tags": "dream pop",
        "title": "Lanterns",
        "mv": "chirp-auk",
    }
    extension, joining = world.relay.paid()[-2:]
    part = bodies_to(world, "/suno/submit/concat")[0]["clip_id"]
    assert bodies_to(world, "/suno/submit/concat") == [{"clip_id": part, "is_infill": False}]
    assert asked_ids(world) == [(extension.id,), (joining.id,)]
    assert part in {str(clip["id"]) for clip in clips(whole)}
    assert clips(whole)[0]["origin"] == "concat" and clips(whole)[0]["seconds"] == 30.5
    assert (whole.parent_id, whole.action) == (origin.id, "extend")


async def test_1_in_two_tasks_and_once_more(world: World) -> None:
    """Extend, extend the extension, then join by its button: the whole history becomes one song."""
    first = await sung(world)
    await suno(world, "extend", song=song(first), at="20", lyrics=BRIDGE)
    second = await made(world)
    await suno(world, "extend", song=song(second, 1), at="10", lyrics=BRIDGE)
    third = await made(world)
    assert submitted(world)[1]["task_id"] == second.remote_id
    assert submitted(world)[1]["continue_clip_id"] == clip_id(second, 1)
    assert world.labels(third)[:3] == ["Join 1", "Extend 1", "Cover 1"]
    await press(world, third, "join", 1)
    whole = await made(world)
    assert bodies_to(world, "/suno/submit/concat") == [{"clip_id": clip_id(third, 1), "is_infill": False}]
    assert clips(whole)[0]["seconds"] == 20 + 10 + 12
    assert "Join" not in " ".join(world.labels(whole)) and "Extend" in world.labels(whole)


@pytest.mark.parametrize(*WAY)
async def test_2_cover(world: World, by: str) -> None:
    origin = await sung(world)
    if by == "command":
        await suno(world, "cover", song=song(origin), style="metal", title="Loud", model="chirp-v4")
    else:
        await fill(world, await press(world, origin, "cover"), style="metal", title="Loud")
    cover = await made(world)
    assert chain(world) == [proof(origin), MUSIC, FETCH]
    mv = "chirp-v4-tau" if by == "command" else "chirp-auk"
    own = {"prompt": WORDS, "tags": "metal", "title": "Loud", "mv": mv, "negative_tags": ""}
    more = {"task": "cover", "cover_clip_id": clip_id(origin), "generation_type": "TEXT"}
    assert submitted(world) == [{**own, **more, **NULLS}]
    assert clips(cover)[0]["origin"] == "cover"
    assert names(world, cover) == [f"loud-{number}-{cover.id[:4]}.mp3" for number in (1, 2)]


@pytest.mark.parametrize(*WAY)
async def test_3_replace_a_section(world: World, by: str) -> None:
    origin = await sung(world)
    if by == "command":
        options: dict[str, Any] = {"from": "0:05", "to": "17.5", "lyrics": BRIDGE}
        await suno(world, "replace", song=song(origin, 1), **options)
    else:
        await fill(world, await press(world, origin, "replace", 1), from_="0:05", to="17.5", lyrics=BRIDGE)
    whole = await made(world)
    assert chain(world) == [proof(origin, 1), MUSIC, FETCH, CONCAT, FETCH]
    [body] = submitted(world)
    assert body == {
        "task": "infill",
        "generation_type": "TEXT",
        "continue_clip_id": clip_id(origin, 1),
        "task_id": origin.remote_id,
        "infill_start_s": 5.0,
        "infill_end_s": 17.5,
        "prompt": BRIDGE,
        "tags": "dream pop",
        "title": "Lanterns",
        "mv": "chirp-auk",
        "continue_at": None,
        "continued_aligned_prompt": None,
        "negative_tags": "",
    }
    [concat] = bodies_to(world, "/suno/submit/concat")
    assert concat["is_infill"] is True
    assert clips(whole)[0]["seconds"] == 24.0


# ------------------------------------------------------------------------------------------------ 4: persona


@pytest.mark.parametrize(*WAY)
async def test_4_persona(world: World, by: str) -> None:
    origin = await sung(world)
    if by == "command":
        await suno(world, "persona create", song=song(origin, 1), name="Lantern voice", about="low")
    else:
        await fill(world, await press(world, origin, "persona", 1), name="Lantern voice", about="low")
    persona = await made(world)
    assert world.labels(persona) == ["Again", "Sing as this persona", "Details", "Delete"]
    if by == "command":
        await suno(world, "song", lyrics=BRIDGE, style="folk", title="Next", persona=persona.id)
    else:
        form = await world.press(persona, "suno-sing")
        await fill(world, form, lyrics=BRIDGE, style="folk", title="Next")
    await made(world)
    assert chain(world) == ["POST /suno/persona/create/", proof(origin, 1), MUSIC, FETCH]
    root = clip_id(origin, 1)
    assert bodies_to(world, "/suno/persona/create/") == [
        {"root_clip_id": root, "name": "Lantern voice", "description": "low", "clips": [root], "is_public": False}
    ]
    own = {"prompt": BRIDGE, "tags": "folk", "title": "Next", "mv": "chirp-auk"}
    voice = {"persona_id": persona.data["persona"], "artist_clip_id": root}
    assert submitted(world) == [{**own, "task": "artist_consistency", "generation_type": "TEXT", **voice}]


# ------------------------------------------------------------------------------------------------ 5 to 8, 13: files


def command_of(name: str) -> Ask:
    """The command about a task's second song."""

    async def ask(world: World, task: Task) -> None:
        await suno(world, name, song=song(task, 1))

    return ask


def button_of(name: str) -> Ask:
    """The button of a task's second song."""

    async def ask(world: World, task: Task) -> None:
        await press(world, task, name, 1)

    return ask


@pytest.mark.parametrize("way", [command_of, button_of])
@pytest.mark.parametrize(
    ("name", "times"),
    [("timing", 1), ("wav", 3), ("mp4", 3)],
)
async def test_6_7_8_files(world: World, name: str, times: int, way: Callable[[str], Ask]) -> None:
    """The same question until the answer is there; nothing but that is asked."""
    origin = await sung(world)
    await way(name)(world, origin)
    task = await made(world)
    path = f"GET /suno/act/{name}/{clip_id(origin, 1)}"
    assert chain(world) == [path]
    assert world.relay.count("GET", f"/suno/act/{name}/") == times
    assert (task.parent_id, task.caption) == (origin.id, "Lanterns")
    assert len(world.relay.paid()) == 1


@pytest.mark.parametrize("way", [command_of, button_of])
async def test_5_stems(world: World, way: Callable[[str], Ask]) -> None:
    origin = await sung(world)
    await way("stems")(world, origin)
    stems = await made(world)
    ids = ",".join(clip_id(stems, number) for number in (0, 1))
    either = {f"GET /suno/feed/{joined}" for joined in (ids, ",".join(reversed(ids.split(","))))}
    asked, *more = chain(world)
    assert asked == f"GET /suno/act/stems/{clip_id(origin, 1)}"
    assert len(more) == 1 and more[0] in either
    assert sorted(names(world, stems)) == [
        f"lanterns-instrumental-{stems.id[:4]}.mp3",
        f"lanterns-vocals-{stems.id[:4]}.mp3",
    ]
    assert world.labels(stems) == ["MIDI 1", "WAV 1", "MIDI 2", "WAV 2", "Again", "Details", "Delete"]


@pytest.mark.parametrize("way", [command_of, button_of])
async def test_13_midi_of_a_stem(world: World, way: Callable[[str], Ask]) -> None:
    origin = await sung(world)
    stems = await finished(world, "stems", song=song(origin))
    world.relay.calls.clear()
    await way("midi")(world, stems)
    task = await made(world)
    assert chain(world) == [f"GET /suno/act/midi/{clip_id(stems, 1)}"]
    assert world.relay.count("GET", "/suno/act/midi/") == 3
    assert names(world, task)[0].endswith(f"{task.id[:4]}.mid")


# ------------------------------------------------------------------------------------------------ 9, 11, 12 and more


async def test_9_all_stems(world: World) -> None:
    origin = await sung(world)
    await suno(world, "stems", song=song(origin), all=True)
    stems = await made(world)
    assert chain(world) == [proof(origin), MUSIC, FETCH]
    assert submitted(world) == [
        {
            "task": "gen_stem",
            "generation_type": "TEXT",
            "title": "Lanterns",
            "mv": "chirp-auk",
            "prompt": "",
            "make_instrumental": True,
            "continue_clip_id": clip_id(origin),
            "task_id": origin.remote_id,
            "continued_aligned_prompt": None,
            "continue_at": None,
            "stem_type_id": 91,
            "stem_type_group_name": "Twelve",
            "stem_task": "twelve",
        }
    ]
    files = names(world, stems)
    assert len(files) == 10 and f"lanterns-drums-{stems.id[:4]}.mp3" in files
    assert world.text(stems).count("Could not be attached:") == 2


@pytest.mark.parametrize(
    ("add", "task", "times", "span"),
    [
        ("vocals", "overpainting", {"from": "0:02", "to": "20"}, (2.0, 20.0)),
        ("instrumental", "underpainting", {}, (0.0, 24.0)),
    ],
)
async def test_11_12_layers(
    world: World, add: str, task: str, times: dict[str, Any], span: tuple[float, float]
) -> None:
    origin = await sung(world, style="lofi", title="Desk lamp", instrumental=True)
    await suno(world, "layer", song=song(origin), add=add, lyrics=BRIDGE, style="folk", **times)
    await made(world)
    assert chain(world) == [proof(origin), MUSIC, FETCH]
    own = {"prompt": BRIDGE, "tags": "folk", "title": "Desk lamp", "mv": "chirp-auk", "task": task}
    section = {f"{task}_clip_id": clip_id(origin), f"{task}_start_s": span[0], f"{task}_end_s": span[1]}
    assert submitted(world) == [{**own, **section, "override_fields": ["prompt", "tags"]}]


async def test_vocal_sample(world: World) -> None:
    origin = await sung(world)
    times: dict[str, Any] = {"from": "1", "to": "0:09"}
    await suno(world, "sample", song=song(origin), **times)
    sample = await made(world)
    assert chain(world) == [f"POST /suno/act/vox/{clip_id(origin)}"]
    assert bodies_to(world, f"/suno/act/vox/{clip_id(origin)}") == [{"vocal_start_s": 1.0, "vocal_end_s": 9.0}]
    assert names(world, sample) == [f"lanterns-{sample.id[:4]}.mp3"]
    assert f"`{sample.data['vox']}`".replace("`", "\\`").replace("-", "\\-") in world.text(sample)
