"""A picture, a video that begins with it, its last frame, a longer video: ``kill -9`` in the middle of every step."""

import asyncio
import base64
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.demo.simulator.pictures import make
from tests.discord_server import Handle, LogEntry
from tests.e2e.stage import FILE, FINISHED, HURRY, UNKNOWN, VIDEO, Stage, a_stage, text_of

pytestmark = pytest.mark.process

FLUX, RESULT = "/flux/v1/flux-pro-1.1", "/flux/v1/get_result"
ANIMATE, EXTEND = "/kling/v1/videos/image2video", "/kling/v1/videos/video-extend"
FOX, RUNS, RESTS = "a fox in the snow", "it runs away", "it rests under a tree"
MODEL = {"model_name": "kling-v1-6", "model": "kling-v1-6"}
CHARGED = "It may have been charged."


@dataclass(frozen=True)
class Made:
    """One thing of the chain: its card's message, its task, the relay's id, and the task it was made from."""

    message: int
    task: str
    action: str
    phase: str
    remote: str
    parent: str


class Chain(Stage):
    """A stage for what one person makes, each thing from the one before; ``temporary`` is the bot's own folder."""

    temporary: Path
    watch: asyncio.Task[None]
    ordered: list[str]
    """What was asked of the relay, in order."""

    @property
    def newest(self) -> dict[str, str]:
        """The newest task."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            query = "SELECT id, action, phase, remote_id, body FROM tasks ORDER BY created_at DESC LIMIT 1"
            task, action, phase, remote, body = connection.execute(query).fetchone()
        return {
            "task": task, "action": action, "phase": phase, "remote": remote, "parent": json.loads(body)["parent_id"]
        }  # fmt: skip

    # ------------------------------------------------------------------ play

    async def restarted(self) -> None:
        """Killed while nobody works, and started again."""
        await self.bot.kill()
        await self.bot.start()

    async def picture(self) -> Handle:
        """``/image`` with Flux."""
        self.relay.media_url = None  # a picture, and not the video that is every other result here
        self.ordered.append(FOX)
        return await self.server.slash(self.ann, self.channel, "image", options={"prompt": FOX, "with": "flux"})

    async def animated(self, picture: Made, *, restarted: bool = False) -> Handle:
        """The button of a picture, its menu and its form; with a restart before anything is chosen."""
        self.relay.media_url = f"{self.relay.url}{VIDEO}"
        menu = await self.server.click(self.ann, picture.message, f"v1:picture:{picture.task}:video")
        shown = await menu.settled(lambda message: message["components"], HURRY)
        if restarted:
            await self.restarted()
        form = await self.server.select(self.ann, shown["id"], f"v1:use::{picture.task}", ["kling-video"])
        return await self._filled(form, RUNS)

    async def last_frame(self, video: Made) -> Handle:
        """The button of a video."""
        return await self.server.click(self.ann, video.message, f"v1:picture:{video.task}:frame")

    async def longer(self, video: Made, *, restarted: bool = False) -> Handle:
        """The button of a video and its form; with a restart before it is sent."""
        form = await self.server.click(self.ann, video.message, f"v1:kling-extend:{video.task}")
        await form.acknowledged(HURRY)
        if restarted:
            await self.restarted()
        return await self._filled(form, RESTS)

    async def again(self, lost: Made) -> Handle:
        """The button of a card whose fate nobody knows."""
        self.ordered.append(self.ordered[-1])
        return await self.server.click(self.ann, lost.message, f"v1:retry:{lost.task}")

    async def _filled(self, form: Handle, words: str) -> Handle:
        await form.acknowledged(HURRY)
        self.ordered.append(words)
        return await self.server.submit_modal(self.ann, form, {"prompt": words})

    async def made(self, order: Coroutine[Any, Any, Handle], *moments: "Moment") -> Made:
        """What an order comes to; the bot is killed at every moment, one after the other, and started again."""
        card = None
        for moment in moments:
            killed = moment(self)
            if card is None:
                card = await order
            else:
                await self.bot.launch()  # it may not live to see Discord
            await self.happened(killed)
            self.let_be()
            assert self.newest["phase"] not in {"delivered", "failed", "unknown"}
        if card is None:
            card = await order
        else:
            await self.bot.start()
        await self.ended([card])
        await self.settled()
        assert card.message_id is not None
        return Made(card.message_id, **self.newest)

    async def settled(self) -> None:
        """Wait until the newest task is stored as ended, too."""
        async with asyncio.timeout(HURRY):
            while self.newest["phase"] not in {"delivered", "unknown"}:
                await asyncio.sleep(0.02)

    # ------------------------------------------------------------------ look

    def card(self, made: Made) -> str:
        """What a card says."""
        return text_of(self.server.stored(made.message))

    def file(self, made: Made) -> bytes:
        """What a finished card holds: one file, that of its own task."""
        assert (made.phase, FINISHED in self.card(made)) == ("delivered", True)
        (attached,) = self.server.stored(made.message).attachments
        assert made.task[:4] in attached["filename"]
        content = self.server.backend.cdn.get(attached["url"])
        assert content is not None
        return content

    def holds(self, picture: Made, video: Made, frame: Made, longer: Made) -> None:
        """Every card holds its own file, once, and there are no others with a file."""
        film = make("video", "e2e", "16:9", "mp4")
        with Image.open(io.BytesIO(self.file(picture))) as shown:
            assert shown.size == (1024, 768)
        with Image.open(io.BytesIO(self.file(frame))) as shown:
            assert (shown.format, shown.size) == ("PNG", (480, 270))
        assert self.file(video) == self.file(longer) == film
        assert [made.action for made in (video, frame, longer)] == ["animate", "last-frame", "extend"]
        here = self.server.backend.messages[self.channel.id].values()
        with_files = {message.id for message in here if message.attachments}
        assert with_files == {made.message for made in (picture, video, frame, longer)}

    def sent(self) -> list[tuple[str, Any]]:
        """(path, body) of all that the relay was asked to make."""
        return [(call.path, call.json) for call in self.relay.calls if call.method == "POST"]

    def questions(self) -> set[str]:
        """What Flux and Kling were asked about."""
        calls = {call.path for call in self.relay.calls if call.method == "GET"}
        return {path for path in calls if path.startswith(("/flux/", "/kling/"))}

    def paid_once(self) -> None:
        """What was asked for was charged, each thing as often as it was asked for."""
        assert [job.prompt for job in self.relay.paid()] == self.ordered


@asynccontextmanager
async def a_chain(folder: Path) -> AsyncIterator[Chain]:
    """A stage with a temporary folder of its own."""
    temporary = folder / "temporary"
    temporary.mkdir()
    async with a_stage(folder, kind=Chain, settings={"TMPDIR": str(temporary), "POLL_INTERVAL": "0.1"}) as chain:
        assert isinstance(chain, Chain)
        chain.temporary, chain.ordered = temporary, []
        yield chain


# ------------------------------------------------------------------------------------------------ moments

Moment = Callable[[Chain], asyncio.Event]
"""From now on the bot will be killed at that moment; the event says that it was."""


def asked_about(path: str) -> Moment:
    return lambda chain: chain.kill_on_call(path, method="GET", cut="before")


def answered(path: str, method: str = "GET") -> Moment:
    """The relay has done its work, and the bot does not learn of it."""
    return lambda chain: chain.kill_on_call(path, method=method, hook_when="after", cut="after")


def uploaded(*, lost: bool = False) -> Moment:
    """Discord has the file, or has lost it, and the bot does not learn of it."""

    def with_file(entry: LogEntry) -> bool:
        return entry.method == "PATCH" and bool(entry.files)

    return lambda chain: chain.kill_on_request(with_file, lost=lost)


def being_made(chain: Chain) -> asyncio.Event:
    """A worker is at work: what it makes something from and what it makes lie in the bot's own folder."""
    killed = asyncio.Event()

    async def strike() -> None:
        async with asyncio.timeout(HURRY):
            while len(list(chain.temporary.glob("*/*"))) < 2:
                await asyncio.sleep(0.005)
        await chain.bot.kill()
        killed.set()

    chain.watch = asyncio.create_task(strike())
    return killed


# ------------------------------------------------------------------------------------------------ the chain


async def test_killed_in_the_middle_of_every_step(tmp_path: Path) -> None:
    async with a_chain(tmp_path) as chain:
        picture = await chain.made(chain.picture(), asked_about(RESULT), answered(FILE))
        order = chain.animated(picture, restarted=True)
        video = await chain.made(order, answered(f"{ANIMATE}/*"), uploaded(lost=True))
        frame = await chain.made(chain.last_frame(video), being_made, uploaded())
        order = chain.longer(video, restarted=True)
        longer = await chain.made(order, asked_about(f"{EXTEND}/*"), uploaded())
        assert await chain.bot.stop() == 0

        chain.holds(picture, video, frame, longer)
        assert [made.parent for made in (video, frame, longer)] == [picture.task, video.task, video.task]
        assert chain.sent() == requests(chain, picture, video)
        assert chain.questions() == {
            f"{RESULT}?id={picture.remote}", f"{ANIMATE}/{video.remote}", f"{EXTEND}/{longer.remote}"
        }  # fmt: skip


async def test_killed_before_the_answers_are_stored(tmp_path: Path) -> None:
    """Nobody knows what became of a request that was on the wire: it is not sent again before its user says so."""
    async with a_chain(tmp_path) as chain:
        picture = await lost(chain, chain.picture(), FLUX)
        video = await lost(chain, chain.animated(picture), ANIMATE)
        frame = await chain.made(chain.last_frame(video))
        longer = await lost(chain, chain.longer(video), EXTEND)
        assert await chain.bot.stop() == 0

        chain.holds(picture, video, frame, longer)
        assert chain.sent() == [one for one in requests(chain, picture, video) for _time in range(2)]


async def lost(chain: Chain, order: Coroutine[Any, Any, Handle], path: str) -> Made:
    """Killed when the relay has taken an order; what the user gets who asks for it once more."""
    made = await chain.made(order, answered(path, "POST"))
    said = chain.card(made)
    assert (made.phase, made.remote, UNKNOWN in said, CHARGED in said) == ("unknown", "", True, True)
    assert chain.relay.count("POST", path) == 1
    return await chain.made(chain.again(made))


def requests(chain: Chain, picture: Made, video: Made) -> list[tuple[str, Any]]:
    """What the relay has to be sent (reference ``relay-midjourney-…md`` 2.2, ``relay-luma-…md`` 5.5, 5.6)."""
    begins = base64.b64encode(chain.file(picture)).decode()
    return [
        (FLUX, {"prompt": FOX}),
        (ANIMATE, {**MODEL, "prompt": RUNS, "image": begins}),
        (EXTEND, {"video_id": f"vid-{video.remote}", "task_id": video.remote, "prompt": RESTS}),
    ]
