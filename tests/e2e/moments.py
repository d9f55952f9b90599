"""The moments of the fault matrix, and the scene in which a task of every kind stands at every one of them.

| moment | kinds | how a task is kept there |
|---|---|---|
| before the row | all | the command is acknowledged, and the database takes nothing |
| between row and POST | all but stream | its user's only place is taken by another task |
| POST sent and unanswered | all | the relay does not answer |
| answered and unsaved | all but stream | the relay has answered, and the database takes nothing |
| polling | all but at once | the question is at the relay; of a stream: the answer has begun |
| downloading | all but stream | the file is asked for |
| uploading | all | the last edit is at Discord; it is lost if the process is |
| delivered and unsaved | all | Discord has the last edit, and the database takes nothing |
| in `input` | window | the relay asks, and its question stands open before the user |

Left out: what a kind does not have. An answer in one piece is not asked about; a stream has no line to stand in before
its POST, no file, and its answer is its result, so that "answered and unsaved" is "polling" there.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord.backend.models import Message

from tests.e2e.kinds import ALL, BATCH, FILES, SETTINGS, SINGLE, STEPS, STREAM, WINDOW, Kind, OneVideoEach
from tests.e2e.matrix import Matrix
from tests.e2e.stage import HURRY, a_stage


@dataclass(frozen=True)
class Moment:
    """How far a task has come, and the kinds that can be there. ``park`` brings one there and keeps it there."""

    name: str
    kinds: tuple[Kind, ...]
    park: Callable[[Matrix, Kind, str], Awaitable[None]]

    def of(self, kind: Kind) -> str:
        """What the task of that kind at this moment is called."""
        return f"{kind.name} {self.name}"

    @property
    def cells(self) -> list[str]:
        """The tasks at this moment."""
        return [self.of(kind) for kind in self.kinds]


# ------------------------------------------------------------------------------------------------ how they are parked


async def _unanswered(stage: Matrix, kind: Kind, name: str) -> None:
    gate = stage.gate(name, kind.paid, method="POST")
    await stage.order(kind, name)
    await stage.happened(gate.arrived)


async def _stored(stage: Matrix, kind: Kind, name: str) -> None:
    await stage.order(kind, name, like=UNANSWERED.of(kind))
    await stage.stands(name, "queued")


async def _polled(stage: Matrix, kind: Kind, name: str) -> None:
    if kind.streams:
        stage.relay.chat.pause, usual = stage.pause, stage.relay.chat.pause
        await stage.order(kind, name)
        await stage.server.until(lambda: len(stage.said(name).split()) > 2, HURRY)
        stage.relay.chat.pause = usual
        return
    gate = stage.gate(name, kind.asked, method="GET" if kind is not BATCH else "POST")
    await stage.order(kind, name)
    await stage.happened(gate.arrived)


async def _downloaded(stage: Matrix, kind: Kind, name: str) -> None:
    gate = stage.gate(name, "/media/*", method="GET")
    await stage.order(kind, name)
    await stage.happened(gate.arrived)


async def _uploaded(stage: Matrix, kind: Kind, name: str) -> None:
    gate = stage.gate_at_discord(name, lost=stage.lost and name == UPLOADING.of(kind))
    await stage.order(kind, name)
    await stage.happened(gate.arrived)


async def _asked(stage: Matrix, kind: Kind, name: str) -> None:
    """A picture whose variation opens a window, which is opened and not filled in."""
    await pressed(stage, kind, name)
    await stage.stands(name, "input")
    await opened(stage, name)


async def pressed(stage: Matrix, kind: Kind, name: str) -> None:
    """A picture, and the click on its button that makes Midjourney open a window."""
    stage.relay.midjourney.remix = True
    begun = await stage.order(kind, f"{name} begun")
    await stage.stands(f"{name} begun", "delivered")
    picture = stage.stored(begun)
    assert picture is not None
    person = stage.people[name] = stage.people[f"{name} begun"]
    stage.asked[name] = await stage.server.click(person, picture.id, button(picture, "V1"))
    stage.kinds[name] = kind


async def opened(stage: Matrix, name: str) -> None:
    """The form of a window, as soon as its card offers it."""
    card = stage.asked[name]
    await stage.server.until(lambda: stage.says(card, "Waiting for you"), HURRY)
    window = stage.known(name)
    assert window is not None and card.message_id is not None
    form = await stage.server.click(stage.people[name], card.message_id, f"v1:mj-continue:{window.id}")
    await form.acknowledged(HURRY)
    stage.forms[name] = form


async def _acknowledged(stage: Matrix, kind: Kind, name: str) -> None:
    handle = await stage.order(kind, name)
    await handle.acknowledged(HURRY)


def button(message: Message, label: str) -> str:
    """The custom_id of a message's button."""
    leaves = [leaf for row in message.components for leaf in row.get("components", [])]
    return next(str(leaf["custom_id"]) for leaf in leaves if leaf.get("label") == label)


BEFORE_ROW = Moment("before-row", ALL, _acknowledged)
UNANSWERED = Moment("unanswered", ALL, _unanswered)
BEFORE_POST = Moment("before-post", FILES, _stored)
UNSAVED_ANSWER = Moment("unsaved-answer", FILES, _unanswered)
POLLING = Moment("polling", (BATCH, SINGLE, STEPS, STREAM), _polled)
DOWNLOADING = Moment("downloading", FILES, _downloaded)
UPLOADING = Moment("uploading", ALL, _uploaded)
UNSAVED_DELIVERY = Moment("unsaved-delivery", ALL, _uploaded)
INPUT = Moment("input", (WINDOW,), _asked)
HELD = (INPUT, DOWNLOADING, UPLOADING, UNSAVED_DELIVERY, POLLING, UNANSWERED, BEFORE_POST, UNSAVED_ANSWER)
"""In the order in which tasks are brought there: a question that is held would keep others from being finished."""
UNSAVED = (UNSAVED_ANSWER, UNSAVED_DELIVERY)
MOMENTS = (*HELD, BEFORE_ROW)


async def filled_in(stage: Matrix, name: str) -> None:
    """Send the form of a window."""
    await stage.server.submit_modal(stage.people[name], stage.forms[name], {"prompt": name})


class Scene:
    """A stage with a task of every kind at every moment."""

    def __init__(self, stage: Matrix) -> None:
        self.stage = stage

    async def parked(self) -> None:
        """Bring them to all moments but those that need a database that takes nothing."""
        for moment in HELD:
            await asyncio.gather(*(moment.park(self.stage, kind, moment.of(kind)) for kind in moment.kinds))

    async def unsaved(self) -> None:
        """Bring the others to their moments, now that the database takes nothing."""
        names = [name for moment in UNSAVED for name in moment.cells]
        self.stage.open(*names)
        await self.stage.until(lambda: all(self.stage.gates[name].answered for name in names))
        await self.begin()

    async def begin(self) -> None:
        """Ask for what is not asked for yet."""
        await asyncio.gather(*(BEFORE_ROW.park(self.stage, kind, BEFORE_ROW.of(kind)) for kind in BEFORE_ROW.kinds))

    async def go_on(self) -> None:
        """Let everything go on, and fill in the form that was open."""
        self.stage.let_be()
        self.stage.open()
        for name in self.stage.forms:
            await filled_in(self.stage, name)

    async def ended(self, *without: Moment) -> None:
        """Wait until everything is over and shown, but for what was not accepted; and the bot stops by itself."""
        await self.stage.over(*(name for moment in MOMENTS if moment not in without for name in moment.cells))
        assert await self.stage.bot.stop() == 0

    def came_out(self, otherwise: Mapping[Moment | str, Callable[[str], None]] | None = None) -> None:
        """Everything was delivered, but for the moments and tasks that are named with how they came out."""
        known = otherwise or {}
        for moment in MOMENTS:
            for name in moment.cells:
                judge = known.get(name) or known.get(moment) or self.stage.delivered
                judge(name)


@asynccontextmanager
async def locked(database: Path) -> AsyncIterator[None]:
    """Another program holds the database: nothing can be stored."""
    with closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def a_scene(folder: Path, *, lost: bool = False, pause: float = 2.0, **options: Any) -> AsyncIterator[Scene]:
    """A stage with everything in its place.

    ``lost``: what is being uploaded will never arrive; ``pause``: hundredths of two seconds between two words of the
    answer that is coming.
    """
    settings = {**SETTINGS, **options.pop("settings", {})}
    async with a_stage(folder, kind=Matrix, simulator=OneVideoEach, settings=settings, **options) as stage:
        assert isinstance(stage, Matrix)
        stage.lost, stage.pause = lost, pause
        scene = Scene(stage)
        await scene.parked()
        yield scene
