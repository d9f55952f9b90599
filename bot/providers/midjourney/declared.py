"""Midjourney as a provider: how it is asked about, and what the reference leaves open (1.1, 1.12, 8)."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from bot.lookup import Batch
from bot.provider import Options, Provider
from bot.providers.midjourney import answers
from bot.wire import Call

Speed = Literal["default", "fast", "relax", "turbo"]
Bot = Literal["MID_JOURNEY", "NIJI_JOURNEY"]


class MidjourneyOptions(Options):
    """What the reference leaves open."""

    speed: Speed = Field(default="default", description="Speed when the user chooses none.")
    fast: str = Field(default="/mj-fast", description="Path prefix of the fast speed; some relays want `/fast`.")
    relax: str = Field(default="/mj-relax", description="Path prefix of the relaxed speed; some relays want `/relax`.")
    turbo: str = Field(default="/mj-turbo", description="Path prefix of the turbo speed; some relays want `/turbo`.")
    edits: Literal["image", "array"] = Field(
        default="image", description="How `/midjourney edit` sends its picture: `image`, or `array` (`base64Array`)."
    )
    official_links: bool = Field(default=False, description="Ask for Midjourney's own links (`noStorage`).")

    def route(self, speed: str) -> str:
        """The path prefix of a speed (1.1)."""
        chosen = self.speed if speed == "default" else speed
        return self.prefix + {"fast": self.fast, "relax": self.relax, "turbo": self.turbo}.get(chosen, "")


class Tasks(Batch):
    """Asks together, and about one by itself as Midjourney answers then: nothing at all for an unknown one (1.8)."""

    __slots__ = ()

    def ask(self, remote_id: str) -> Call:
        """The call about one task."""
        return replace(super().ask(remote_id), coded=True, judge=answers.judged)


MIDJOURNEY = Provider(
    name="midjourney",
    title="Midjourney",
    emoji="⛵",
    lookup=Tasks("/mj/task/list-by-condition", single="/mj/task/{id}/fetch", size=50),
    accepted=answers.accepted,
    reports=answers.tasks,
    options=MidjourneyOptions,
    interval=5.0,
    patience=3900.0,
    active=1000,
    probe=Call("POST", "/mj/task/list-by-condition", json={"ids": []}, timeout=15.0),
)
