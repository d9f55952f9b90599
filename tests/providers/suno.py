"""What the tests of Suno share: its recorded answers, and the songs that are in them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.provider import Submission
from bot.providers.suno.clips import Clip
from bot.task import Phase, Place, Report, State, Task

FIXTURES = Path(__file__).parent.parent / "fixtures" / "suno"
CDN = "https://cdn.example/"
MP3, WAV, MP4 = f"{CDN}c-1.mp3", f"{CDN}c-1.wav", f"{CDN}c-1.mp4"
COVER = f"{CDN}c-1-large.jpg"
STREAM = "https://audiopipe.example/?item_id=c-{number}"
WORDS = "[Verse]\nLanterns over water"


def recorded(name: str) -> Any:
    """The answer in a file of that name."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def names(pattern: str) -> list[str]:
    """The recorded answers that ``pattern`` fits."""
    return sorted(path.stem for path in FIXTURES.glob(f"{pattern}.json"))


def song(number: int = 1, **changes: Any) -> Clip:
    """One of the songs in the recorded answers."""
    made = Clip(
        id=f"c-{number}",
        state=State.DONE,
        title="Lanterns",
        audio=f"{CDN}c-{number}.mp3",
        image=f"{CDN}c-{number}-large.jpg",
        model="chirp-auk",
        tags="dream pop",
        lyrics=WORDS,
        seconds=121.4 if number == 1 else 118.0,
        origin="gen",
        task="t-1",
    )
    return replace(made, **changes)


def bare(report: Report) -> Report:
    """``report`` without its follow-up, which holds a function."""
    return replace(report, follow_up=None)


def finished(submission: Submission, *clips: Clip, **changes: Any) -> Task:
    """The delivered task of ``submission``, come to ``clips``."""
    task = Task(
        id="abc",
        provider="suno",
        action=submission.action,
        submission=submission.model_dump_json(),
        caption=submission.caption,
        user_id=1,
        locale="en-US",
        place=Place(channel_id=2),
        created_at=0.0,
        phase=Phase.DELIVERED,
        remote_id="t-1",
        steps=len(submission.steps()),
        step=len(submission.steps()) - 1,
        data={"clips": [clip.stored() for clip in clips]},
    )
    return replace(task, **changes)
