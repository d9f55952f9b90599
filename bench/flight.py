"""Tasks in flight: rows as the bot has them, and the same tasks as the relay knows them, both made from a number."""

import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from bench.process import Bot
from bot.demo.simulator import Job, Simulator
from bot.demo.simulator.core import Module
from bot.demo.simulator.midjourney import Midjourney
from bot.demo.simulator.midjourney_pictures import Look
from bot.demo.simulator.midjourney_tasks import Task as Picture
from bot.demo.simulator.suno import Suno
from bot.provider import Submission
from bot.providers.luma import Generate
from bot.providers.midjourney.requests import Imagine
from bot.providers.suno.songs import Song
from bot.store import Store, connect
from bot.task import Phase, Place, Task
from tests.discord_server import DiscordServer

MIXED = ("luma", "suno", "midjourney")
PER_USER = 5
FIRST_USER = 10_000


def provider_of(number: int) -> str:
    """Whose task it is: a third each."""
    return MIXED[number % len(MIXED)]


def remote_id(number: int) -> str:
    """What the relay calls it."""
    if provider_of(number) == "midjourney":
        return f"{1_700_000_000_000_000 + number}"
    return str(uuid.UUID(int=number, version=4))


def prompt_of(number: int) -> str:
    """What was asked for."""
    return f"prompt number {number} of a fox on a frozen lake in the first light of a winter morning"


def submission_of(number: int) -> Submission:
    """What was asked for, as a submission."""
    prompt = prompt_of(number)
    match provider_of(number):
        case "luma":
            return Generate.make(user_prompt=prompt)
        case "suno":
            return Song.make(gpt_description_prompt=prompt, mv="chirp-auk")
        case _:
            return Imagine.make(prompt=prompt)


def row(number: int, place: Place, created_at: float, accepted_at: float) -> Task:
    """The bot's row of it: the relay has taken it, and it is due to be asked about."""
    submission = submission_of(number)
    return Task(
        id=f"{number:010d}",
        provider=type(submission).provider.name,
        action=type(submission).action,
        submission=submission.model_dump_json(exclude_none=True),
        caption=prompt_of(number),
        user_id=FIRST_USER + number // PER_USER,
        locale="en-US",
        place=place,
        created_at=created_at,
        phase=Phase.WAITING,
        due_at=accepted_at,
        sent_at=accepted_at,
        accepted_at=accepted_at,
        step_at=accepted_at,
        remote_id=remote_id(number),
    )


async def store(folder: Path, tasks: Sequence[Task]) -> None:
    """Put rows into the database that a bot in ``folder`` opens."""
    database = await connect(f"sqlite:///{folder / 'darkroom.db'}")
    try:
        await Store(database).add_all(tasks)
    finally:
        await database.close()


async def settled(folder: Path, server: DiscordServer, relay: str, cards: Sequence[Place], created_at: float) -> None:
    """Leave a database in ``folder`` whose tasks stand as the relay says: a bot has asked about each of them once."""
    now = time.time()
    await store(folder, [row(number, card, created_at, now) for number, card in enumerate(cards)])
    async with Bot(server, relay, folder) as bot:
        await bot.reported(len(cards))
        await bot.stop()


async def fall_due(folder: Path, when: float) -> None:
    """Let all tasks of a bot that is not running be due at ``when`` (unix seconds), taken by the relay just now."""
    database = await connect(f"sqlite:///{folder / 'darkroom.db'}")
    try:
        await database.execute(
            "UPDATE tasks SET due_at = $1, lease_until = 0, accepted_at = $2, "
            "body = json_set(body, '$.step_at', $2) WHERE due_at IS NOT NULL",
            when, time.time(),
        )  # fmt: skip
    finally:
        await database.close()


class Busy(Simulator):
    """A relay that can be given tasks as if they had been submitted."""

    def add(self, module: Module) -> None:
        """Put a provider's routes on the relay, and remember those that keep tasks of their own."""
        if isinstance(module, Suno):
            self.songs = module
        if isinstance(module, Midjourney):
            self.pictures = module
        super().add(module)

    def take(self, number: int, key: str, run: float) -> None:
        """Know the task, as one that was submitted just now and runs for ``run`` seconds."""
        provider, name, prompt, now = provider_of(number), remote_id(number), prompt_of(number), self.clock()
        actions = {"luma": "generate", "suno": "music", "midjourney": "IMAGINE"}
        job = Job(name, provider, actions[provider], {}, now, key, prompt=prompt, queue=0.0, run=run)
        self.jobs[name] = job
        if provider == "suno":
            for index in range(2):
                self.songs.library.add(job, index, kind="gen", title="Fox", tags="folk", mv="chirp-auk")
        if provider == "midjourney":
            picture = Picture(name, key, "IMAGINE", "grid", prompt, "FAST", "MID_JOURNEY", {}, now, final_prompt=prompt)
            picture.looks = (Look(job.seed, (1, 1)),) * 4
            picture.job = job
            self.pictures.tasks.all[name] = picture
