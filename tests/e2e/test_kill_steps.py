"""``kill -9`` at every moment of a task of several steps: it goes on in the right one, and pays for none twice."""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.demo.simulator.sounds import make
from tests.discord_server import Handle, LogEntry
from tests.e2e.stage import FILE, FINISHED, UNKNOWN, Stage, a_stage, text_of

pytestmark = pytest.mark.process

MUSIC, CONCAT, FETCH = "/suno/submit/music", "/suno/submit/concat", "/suno/fetch"
STORAGE, BUCKET, FINISH, STATE = "/suno/uploads/audio", "/bucket/*", "*/upload-finish", "/suno/uploads/audio/*"
CLIP, FEED, WAV = "*/initialize-clip", "/suno/feed/*", "/suno/act/wav/*"
TUNE = "/media/sound/song/a1-0-100.mp3"
"""A second of music for all."""
PART = "This is only a part of it, because a later step did not work out."
CHARGED = "It may have been charged."
WAITING = ("waiting", "running")


class Studio(Stage):
    """A stage for one song, and for what one person makes of it."""

    @property
    def task(self) -> Mapping[str, Any]:
        """The newest task: its phase, the relay's id, the step it is at."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            query = "SELECT id, phase, remote_id, body FROM tasks ORDER BY created_at DESC LIMIT 1"
            name, phase, remote, body = connection.execute(query).fetchone()
        return {"id": name, "phase": phase, "remote": remote, "step": json.loads(body).get("step", 0)}

    async def order(self, command: str, **options: Any) -> Handle:
        """A command of ``/suno``; the handle, before the bot has answered."""
        handle = await self.server.slash(self.ann, self.channel, f"suno {command}", options=options)
        self.asked[command] = handle
        return handle

    async def sung(self) -> str:
        """A song that is delivered, as the option ``song`` names it."""
        await self.order("song", lyrics="la la", style="pop", title="Lanterns")
        await self.ended()
        return f"{self.task['id']}.0"

    @property
    def charged(self) -> list[str]:
        """What was paid for, but for the song."""
        return [job.action for job in self.relay.paid() if job.body.get("title") != "Lanterns"]

    def paid_once(self) -> None:
        """No request was charged twice."""
        counts = Counter(json.dumps([job.action, job.body], sort_keys=True) for job in self.relay.paid())
        assert [request for request, count in counts.items() if count > 1] == []

    def holds(self, handle: Handle, files: int, *words: str) -> None:
        """The card has so many files of the newest task, and says so."""
        message = self.stored(handle)
        assert message is not None
        assert [self.task["id"][:4] in file["filename"] for file in message.attachments] == [True] * files
        assert [word for word in words if word not in text_of(message)] == []
        assert (PART in text_of(message)) is (PART in words)


@asynccontextmanager
async def a_studio(folder: Path) -> AsyncIterator[Studio]:
    """A stage with one short tune for every song."""
    async with a_stage(folder, kind=Studio) as studio:
        assert isinstance(studio, Studio)
        studio.relay.media_url = f"{studio.relay.url}{TUNE}"
        yield studio


def on_the_card(words: str = "", *, file: bool = False) -> Callable[[LogEntry], bool]:
    """Whether a request to Discord draws these words, or brings a file."""

    def wanted(entry: LogEntry) -> bool:
        drawn = str(entry.json.get("embeds", "")) if isinstance(entry.json, dict) else ""
        return entry.method == "PATCH" and words in drawn and bool(entry.files) >= file

    return wanted


@dataclass(frozen=True)
class Moment:
    """When the bot is killed: at a call of the relay (``answered``: after its work), or at a request to Discord.

    ``step`` and ``phases`` are how the task stands then; ``held``: nothing that is begun now finishes before; ``busy``:
    a call that the relay turns away before, for longer than the bot lives.
    """

    name: str
    call: str = ""
    method: str = "*"
    step: int = 0
    phases: tuple[str, ...] = ("sending",)
    answered: bool = False
    passes: int = 0
    request: Callable[[LogEntry], bool] | None = None
    lost: bool = False
    held: bool = False
    busy: str = ""

    def arm(self, studio: Studio) -> asyncio.Event:
        """From now on it will come."""
        if self.busy:
            studio.relay.faults.add(path=self.busy, status=429, headers={"Retry-After": "600"})
        if self.request is not None:
            return studio.kill_on_request(self.request, lost=self.lost)
        if self.answered:
            return studio.kill_on_call(self.call, passes=self.passes, hook_when="after", cut="after")
        return studio.kill_on_call(self.call, passes=self.passes, method=self.method, cut="before")


async def killed_at(studio: Studio, moment: Moment, begin: Callable[[], Any]) -> None:
    """Begin, and be killed at the moment; then the task stands where it has to."""
    studio.relay.hold = moment.held
    killed = moment.arm(studio)
    await begin()
    await studio.happened(killed)
    studio.let_be()
    assert (studio.task["step"], studio.task["phase"] in moment.phases) == (moment.step, True), moment.name
    if moment.busy:
        studio.rewrite("UPDATE tasks SET due_at = 0 WHERE phase = 'queued'")


async def ended(studio: Studio, handle: Handle) -> None:
    """The last process ends the task, and itself when it is told to."""
    studio.relay.release()
    await studio.bot.start()
    await studio.ended([handle])
    assert await studio.bot.stop() == 0


async def through(studio: Studio, moments: list[Moment], command: str, **options: Any) -> Handle:
    """A command whose task is killed at every moment, one after the other, and ends in the last process."""
    await killed_at(studio, moments[0], lambda: studio.order(command, **options))
    for moment in moments[1:]:
        await killed_at(studio, moment, studio.bot.launch)  # it may not live to see Discord
    await ended(studio, studio.asked[command])
    return studio.asked[command]


LONGER: dict[str, Any] = {"at": "20", "lyrics": "on and on", "title": "Longer", "join": True}
HARMLESS = [
    Moment("the first step is asked about", FETCH, step=0, phases=WAITING),
    Moment("the first step is done, but nobody knows", FETCH, step=0, phases=WAITING, answered=True),
    Moment("between the steps", step=1, phases=("queued",), request=on_the_card("overloaded"), busy=CONCAT),
    Moment("the second step is asked about", FETCH, step=1, phases=WAITING, held=True),
    Moment("download", FILE, step=1, phases=("done",), answered=True),
    Moment("upload is lost", step=1, phases=("done",), request=on_the_card(file=True), lost=True),
    Moment("upload arrives, but is not answered", step=1, phases=("done",), request=on_the_card(file=True)),
]


async def test_extend_and_join(tmp_path: Path) -> None:
    async with a_studio(tmp_path) as studio:
        handle = await through(studio, HARMLESS, "extend", song=await studio.sung(), **LONGER)
        assert (studio.task["phase"], studio.task["step"]) == ("delivered", 1)
        studio.holds(handle, 3, FINISHED)
        assert studio.charged == ["music", "concat"]
        assert studio.relay.count("POST", CONCAT) == 2  # one of them was turned away


@pytest.mark.parametrize(
    ("moment", "charged", "files", "words"),
    [
        (Moment("the first POST arrives", MUSIC), [], 0, (UNKNOWN, CHARGED)),
        (Moment("the first POST is charged", MUSIC, answered=True), ["music"], 0, (UNKNOWN, CHARGED)),
        (Moment("the second POST arrives", CONCAT, step=1), ["music"], 2, (FINISHED, PART, CHARGED)),
        (
            Moment("the second POST is charged", CONCAT, step=1, answered=True),
            ["music", "concat"],
            2,
            (FINISHED, PART, CHARGED),
        ),
    ],
    ids=lambda value: value.name.replace(" ", "-") if isinstance(value, Moment) else "",
)
async def test_extend_and_join_with_a_request_on_the_wire(
    tmp_path: Path, moment: Moment, charged: list[str], files: int, words: tuple[str, ...]
) -> None:
    """It is not sent again: what is there is delivered, and the card says what nobody knows."""
    async with a_studio(tmp_path) as studio:
        handle = await through(studio, [moment], "extend", song=await studio.sung(), **LONGER)
        studio.holds(handle, files, *words)
        assert studio.charged == charged
        assert studio.relay.count("POST", moment.call) == 1 + (moment.call == MUSIC)


HUM = ("hum.wav", make("vocals", "b2-0-800", "wav"))
STEPS = [
    Moment("a place in the storage is asked for", STORAGE, answered=True),
    Moment("the file is stored", BUCKET, step=1, answered=True),
    Moment("it is said to be stored", FINISH, step=2, answered=True),
    Moment("it is waited for", STATE, "GET", step=2, phases=WAITING),
    Moment("the clip is asked about", FEED, step=3, phases=WAITING),
]


async def test_upload_in_five_steps(tmp_path: Path) -> None:
    """What is free is done again without harm, and the clip is made once."""
    async with a_studio(tmp_path) as studio:
        handle = await through(studio, STEPS, "upload", audio=HUM)
        studio.holds(handle, 1, FINISHED)
        assert studio.charged == ["initialize-clip"]
        calls = Counter(call.path.rpartition("/")[2] for call in studio.relay.calls if call.method == "POST")
        assert [calls[name] for name in ("audio", "suno-uploads", "upload-finish", "initialize-clip")] == [2, 2, 2, 1]


@pytest.mark.parametrize(
    ("answered", "charged"), [(False, []), (True, ["initialize-clip"])], ids=["arrives", "charged"]
)
async def test_upload_with_its_last_step_on_the_wire(tmp_path: Path, answered: bool, charged: list[str]) -> None:
    async with a_studio(tmp_path) as studio:
        handle = await through(
            studio, [Moment("the clip is made", CLIP, step=3, answered=answered)], "upload", audio=HUM
        )
        studio.holds(handle, 0, UNKNOWN, CHARGED)
        assert studio.charged == charged
        assert sum(call.path.endswith("/initialize-clip") for call in studio.relay.calls) == 1


async def test_a_wav_is_asked_for_as_often_as_it_takes(tmp_path: Path) -> None:
    async with a_studio(tmp_path) as studio:
        moments = [
            Moment("it is asked for", WAV),
            Moment("the answer says not yet", WAV, answered=True),
            Moment("it is asked for again", WAV, step=0, phases=WAITING, passes=1),
        ]
        handle = await through(studio, moments, "wav", song=await studio.sung())
        studio.holds(handle, 1, FINISHED)
        assert studio.charged == []


async def test_a_chain_outlives_a_stop(tmp_path: Path) -> None:
    """Told to stop while its second request is on the wire: the answer is waited for, and the next process goes on."""
    async with a_studio(tmp_path) as studio:
        song = await studio.sung()
        arrived = studio.arrival(CONCAT, delay=0.5)
        handle = await studio.order("extend", song=song, **LONGER)
        await studio.happened(arrived)
        assert await studio.bot.stop() == 0
        assert (studio.task["step"], studio.task["phase"] in WAITING, bool(studio.task["remote"])) == (1, True, True)
        studio.let_be()
        await ended(studio, handle)
        studio.holds(handle, 3, FINISHED)
        assert studio.charged == ["music", "concat"]
        assert studio.relay.count("POST", CONCAT) == 1
