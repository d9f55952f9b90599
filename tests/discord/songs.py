"""What the tests of songs share."""

from collections.abc import Mapping
from typing import Any

from simcord import InteractionResult, MemberActor

from bot.demo.simulator.sounds import make
from bot.task import Task
from tests.world import World

WORDS = "[Verse]\nLanterns over water"
CUSTOM: dict[str, Any] = {"lyrics": WORDS, "style": "dream pop", "title": "Lanterns"}
MUSIC, FETCH, CONCAT = "POST /suno/submit/music", "POST /suno/fetch", "POST /suno/submit/concat"
NULLS = dict.fromkeys(("continue_clip_id", "continue_at", "continued_aligned_prompt", "infill_start_s", "infill_end_s"))
TUNE = "a1-0-100"
"""A tune of one second."""


def one_tune(world: World, suffix: str = "mp3") -> None:
    """Let every result be the same short file, so that no time goes into making others."""
    world.relay.media_url = f"{world.relay.url}/media/sound/song/{TUNE}.{suffix}"


def recording(seconds: int = 30, suffix: str = "mp3") -> bytes:
    """A file that somebody brings."""
    return make("vocals", f"b2-0-{seconds * 100}", suffix)


async def suno(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/suno``."""
    return await (who or world.ann).slash(world.channel, f"suno {command}", **options)


async def finished(
    world: World, command: str, who: MemberActor | None = None, seconds: float = 30, **options: Any
) -> Task:
    """What a command of ``/suno`` came to."""
    before = {task.id for task in await world.tasks()}
    await suno(world, command, who, **options)
    await world.pass_time(seconds)
    (task,) = [task for task in await world.tasks() if task.id not in before]
    return task


async def sung(world: World, who: MemberActor | None = None, **options: Any) -> Task:
    """A song that was asked for and delivered, both times the same short tune; later calls are the only ones kept."""
    one_tune(world)
    task = await finished(world, "song", who, 15, **(options or CUSTOM))
    forget(world)
    return task


async def press(
    world: World, task: Task, action: str, number: int = 0, who: MemberActor | None = None
) -> InteractionResult:
    """Click a button of one of the songs."""
    return await (who or world.ann).click(world.message(task), custom_id=f"v1:suno-{action}:{task.id}:{number}")


async def fill(world: World, form: InteractionResult, **typed: str) -> InteractionResult:
    """Submit a form: what was filled in already stays unless something else is typed. ``from_`` stands for ``from``."""
    return await world.ann.submit_modal(form, prefilled(form) | {name.rstrip("_"): typed[name] for name in typed})


def prefilled(form: InteractionResult) -> dict[str, str]:
    """What stands in the fields of a form."""
    assert form.modal is not None
    fields = [row["component"] for row in form.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields}


def song(task: Task, number: int = 0) -> str:
    """One of a task's songs, as the option ``song`` names it."""
    return f"{task.id}.{number}"


def clips(task: Task) -> list[Mapping[str, Any]]:
    """The songs as they are kept with the task."""
    return list(task.data.get("clips", []))


def clip_id(task: Task, number: int = 0) -> str:
    """The relay's id of a song."""
    return str(clips(task)[number]["id"])


def forget(world: World) -> None:
    """Let the relay's record of calls begin anew."""
    world.relay.calls.clear()


def chain(world: World) -> list[str]:
    """The calls that reached the relay, in order; one that is repeated stands there once. Media are left out."""
    calls = [f"{call.method} {call.path}" for call in world.relay.calls if not call.path.startswith("/media/")]
    return [call for number, call in enumerate(calls) if number == 0 or calls[number - 1] != call]


def submitted(world: World) -> list[dict[str, Any]]:
    """The bodies of the requests for music, in order."""
    return [call.json for call in world.relay.calls if call.path == "/suno/submit/music"]


def bodies_to(world: World, path: str) -> list[Any]:
    """The bodies that were sent to one path."""
    return [call.json for call in world.relay.calls if call.path == path]


def asked_ids(world: World) -> list[tuple[str, ...]]:
    """Which tasks were asked about together, in order, repeats left out."""
    found = [tuple(call.json["ids"]) for call in world.relay.calls if call.path == "/suno/fetch"]
    return list(dict.fromkeys(found))


def names(world: World, task: Task) -> list[str]:
    """The names of the files on the card."""
    return [file.filename for file in world.message(task).attachments]


def results(world: World, task: Task) -> list[str]:
    """What the card says of each result."""
    return [embed.description or "" for embed in world.message(task).embeds[1:]]


async def content(world: World, task: Task, number: int = 0) -> bytes:
    """The bytes of a file on the card."""
    return await world.message(task).attachments[number].read()
