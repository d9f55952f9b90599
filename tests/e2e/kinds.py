"""The kinds of work in the fault matrix: one provider for each way of asking the relay how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.demo.simulator import Job, Simulator
from bot.demo.simulator.sounds import make
from tests.e2e.stage import VIDEO


@dataclass(frozen=True)
class Kind:
    """A way in which a result is asked for: the command and its option, and the relay's paths for the call that costs
    money and for the question how far it is (``""``: there is none)."""

    name: str
    command: str
    paid: str
    asked: str = ""
    option: str = "prompt"
    streams: bool = False

    def given(self, name: str) -> Mapping[str, Any]:
        """The options of the command of a cell."""
        return {self.option: (f"{name}.wav", RECORDING) if self.option == "audio" else name}


RECORDING = make("vocals", "b2-0-800", "wav")
BATCH = Kind("batch", "luma video", "/luma/generations", "/luma/tasks")
SINGLE = Kind("single", "hailuo video", "*/v1/video_generation", "*/v1/query/video_generation")
AT_ONCE = Kind("at-once", "recraft image", "/recraft/v1/images/generations")
STEPS = Kind("steps", "suno upload", "*/initialize-clip", "/suno/uploads/audio/*", "audio")
STREAM = Kind("stream", "claude chat", "/v1/messages", streams=True)
WINDOW = Kind("window", "midjourney imagine", "/mj/submit/*", "/mj/*")
FILES = (BATCH, SINGLE, AT_ONCE, STEPS)
ALL = (*FILES, STREAM)
SETTINGS = {"PROVIDERS": "luma,hailuo,recraft,suno,claude,midjourney", "ACTIVE_TASKS_PER_USER": "1"}


class OneVideoEach(Simulator):
    """A relay whose videos are all the same, with the name of its cell in the address of each."""

    def media(self, request: web.Request, job: Job, kind: str, suffix: str) -> str:
        """The link of a job's result."""
        if kind != "video":
            return super().media(request, job, kind, suffix)
        return f"{request.scheme}://{request.host}{VIDEO}?of={quote(job.prompt)}"
