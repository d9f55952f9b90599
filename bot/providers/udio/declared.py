"""Udio as a provider: how it is asked about, and what the reference leaves open (``relay-suno-…md`` 8, 11.4)."""

from typing import Literal

from pydantic import Field

from bot.lookup import Batch, Single
from bot.provider import Options, Provider
from bot.providers.udio import answers

Style = Literal["auto", "official", "task"]


class UdioOptions(Options):
    """What the reference leaves open."""

    style: Style = Field(
        default="auto",
        description="Form of the requests: `official`, `task`, or `auto`: official, else task where it is not offered.",
    )
    flat: bool = Field(default=False, description="Send the fields themselves, without `gen_params` around them.")


SONGS = Batch(
    "/udio/query?ids={ids}",
    single="/udio/query?ids={id}",
    size=20,
    parts=True,
    reports=answers.songs,
    interval=5.0,
    fresh=600.0,
)
TASK = Single("/udio/fetch/{id}", read=answers.task, interval=10.0)
UDIO = Provider(
    name="udio",
    title="Udio",
    emoji="🎶",
    lookup=SONGS,
    accepted=answers.accepted,
    reports=answers.songs,
    options=UdioOptions,
    interval=5.0,
    patience=900.0,
    lookups={answers.SONGS: SONGS, answers.TASK: TASK},
)
