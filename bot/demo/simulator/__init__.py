"""A relay in one process: it speaks the wire of the gateway, with delays, failures on request and real media.

It imports nothing from the rest of the bot, so that it stays a second, independent opinion of the wire.

    async with Simulator() as sim:          # or TestServer(sim.app), or await sim.start(port=8099)
        sim.luma.batch = "array"            # switches of one provider
        sim.faults.add(method="POST", path="/luma/generations", status=502)
        ...                                 # talk to sim.url with the key "sk-good"
        assert len(sim.paid()) == 1
"""

import time
from collections.abc import Callable, Collection

from .account import Account, AccountOptions
from .chat import Chat, ChatOptions
from .console import Console
from .core import PROMPT_WORDS, Job, Moment, Recorded, Relay
from .faults import Fault, Faults
from .flux import Flux, FluxOptions
from .hailuo import Hailuo
from .hailuo_rules import HailuoOptions
from .ideogram import Ideogram
from .ideogram_rules import IdeogramOptions
from .kling import Kling, KlingOptions
from .luma import Luma, LumaOptions
from .midjourney import Midjourney, MidjourneyOptions
from .openai import OpenAI
from .openai_images import OpenAIImages
from .openai_rules import OpenAIOptions
from .openai_videos import OpenAIVideos
from .pika import Pika, PikaOptions
from .recraft import Recraft
from .recraft_rules import RecraftOptions
from .replicate import Replicate
from .replicate_rules import ReplicateOptions
from .runway import Runway
from .runway_shapes import RunwayOptions
from .sounds import Sounds
from .suno import Suno, SunoOptions
from .udio import Udio, UdioOptions

__all__ = [
    "PROMPT_WORDS",
    "AccountOptions",
    "Fault",
    "Faults",
    "HailuoOptions",
    "Job",
    "KlingOptions",
    "LumaOptions",
    "Moment",
    "OpenAIOptions",
    "Recorded",
    "Relay",
    "ReplicateOptions",
    "RunwayOptions",
    "Simulator",
    "SunoOptions",
    "UdioOptions",
]


class Simulator(Relay):
    """The common core with every simulated provider on it; each provider's switches are one attribute."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        pace: float = 1.0,
        keys: Collection[str] = ("sk-good",),
        poor_keys: Collection[str] = ("sk-poor",),
        account: AccountOptions | None = None,
    ) -> None:
        super().__init__(clock=clock, pace=pace, keys=keys, poor_keys=poor_keys)
        self.luma = LumaOptions()
        self.add(Luma(self, self.luma))
        self.add(Sounds(self))
        self.midjourney = MidjourneyOptions()
        self.add(Midjourney(self, self.midjourney))
        self.flux = FluxOptions()
        self.add(Flux(self, self.flux))
        self.recraft = RecraftOptions()
        self.add(Recraft(self, self.recraft))
        self.openai = OpenAIOptions()
        self.add(OpenAIImages(self, self.flux, self.recraft, self.openai))
        self.add(OpenAI(self, self.openai))
        self.add(OpenAIVideos(self, self.openai))
        self.ideogram = IdeogramOptions()
        self.add(Ideogram(self, self.ideogram))
        self.kling = KlingOptions()
        self.add(Kling(self, self.kling))
        self.suno = SunoOptions()
        self.add(Suno(self, self.suno))
        self.pika = PikaOptions()
        self.add(Pika(self, self.pika))
        self.runway = RunwayOptions()
        self.add(Runway(self, self.runway))
        self.udio = UdioOptions()
        self.add(Udio(self, self.udio))
        self.replicate = ReplicateOptions()
        self.add(Replicate(self, self.replicate))
        self.hailuo = HailuoOptions()
        self.add(Hailuo(self, self.hailuo))
        self.account = account or AccountOptions()
        self.add(Account(self, self.account))
        self.add(Console(self, self.account))
        self.chat = ChatOptions()
        self.add(Chat(self, self.chat))
