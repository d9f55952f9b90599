"""The simulated relay's books: what every job costs, and the lines that say so.

Wire facts: reference "relay-suno-…" sections 4.5 (prices) and 4.6 (lines).
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import Job, Relay

RATIOS = {
    "gpt-4o-mini": (0.075, 4.0),
    "gpt-4o": (1.25, 4.0),
    "gpt-5-mini": (0.125, 8.0),
    "o4-mini": (0.55, 4.0),
    "claude-sonnet-4-20250514": (1.5, 5.0),
    "claude-opus-4-20250514": (7.5, 5.0),
    "claude-3-5-haiku-20241022": (0.4, 5.0),
}
"""Ratio of the question's tokens (1 is $2 a million) and how many times as much the answer's cost."""
PRICES = {"luma": 0.3, "kling": 0.35, "runway": 0.5, "hailuo": 0.3, "suno": 0.1, "udio": 0.1, "midjourney": 0.08}
OTHERWISE = 0.04
"""Dollars of a call."""
SPOKEN = 120
"""Tokens of an answer, as far as the books are concerned."""
TOP_UP, CONSUME, SYSTEM = 1, 2, 4
DAY = 86400


@dataclass(slots=True)
class Line:
    """A line of the books."""

    at: float
    type: int
    model: str = ""
    quota: int = 0
    content: str = ""
    asked: int = 0
    answered: int = 0
    seconds: int = 0
    key: str = ""

    def shown(self, number: int) -> dict[str, Any]:
        """The line as the relay tells it."""
        return {
            "id": number,
            "user_id": 0,
            "created_at": int(self.at),
            "type": self.type,
            "content": self.content,
            "username": "demo",
            "token_name": "bot" if self.key else "",
            "model_name": self.model,
            "quota": self.quota,
            "prompt_tokens": self.asked,
            "completion_tokens": self.answered,
            "use_time": self.seconds,
            "is_stream": False,
            "group": "default",
            "other": "",
        }


class Ledger:
    """What was charged: made from the jobs, whenever somebody looks."""

    def __init__(self, relay: "Relay", unit: int, ratio: float, past: int) -> None:
        """`unit` are the quota units of a dollar, `ratio` is the group's; `past` days before today look used."""
        self._relay = relay
        self.unit = unit
        self.ratio = ratio
        self.past = past

    def lines(self, key: str = "") -> list[Line]:
        """Everything, newest first; of one key, if it is given."""
        found = [*self._invented(), *(line for job in self._relay.paid() for line in self._of(job))]
        found = [line for line in found if key in {"", line.key}]
        return sorted(found, key=lambda line: -line.at)

    def used(self, key: str = "") -> int:
        """Units that were used and not given back."""
        return sum(line.quota if line.type == CONSUME else -line.quota for line in self.lines(key))

    def row(self, model: str) -> dict[str, Any]:
        """A model's line in the price list."""
        ratio, completion = RATIOS.get(model, (0, 0))
        return {
            "model_name": model,
            "quota_type": 0 if ratio else 1,
            "model_ratio": ratio,
            "model_price": 0 if ratio else per_call(model),
            "owner_by": "",
            "completion_ratio": completion,
            "enable_groups": ["default", "vip"],
        }

    def _of(self, job: "Job") -> Iterator[Line]:
        model = billed_as(job)
        asked = len(job.prompt.split()) + 8 if model in RATIOS else 0
        quota = self._cost(model, asked, SPOKEN)
        answered = SPOKEN if asked else 0
        yield Line(job.submitted_at, CONSUME, model, quota, "", asked, answered, round(job.run), job.key)
        moment = self._relay.look(job)
        if moment.state == "failed":
            yield Line(moment.finished_at, SYSTEM, model, quota, f"refund of the failed task {job.id}", key=job.key)

    def _cost(self, model: str, asked: int, answered: int) -> int:
        if model in RATIOS:
            ratio, completion = RATIOS[model]
            return round((asked + answered * completion) * ratio * self.ratio)
        return round(per_call(model) * self.unit * self.ratio)

    def _invented(self) -> Iterator[Line]:
        today = int(self._relay.clock() // DAY)
        key = min(self._relay.keys, default="")
        for day in range(today - self.past, today):
            chance = random.Random(day)
            for _number in range(chance.randrange(4, 12)):
                model = chance.choice([*RATIOS, "luma_generate", "suno_music", "mj_imagine", "flux-kontext-pro"])
                asked, answered = chance.randrange(200, 9000), chance.randrange(100, 4000)
                tokens = (asked, answered) if model in RATIOS else (0, 0)
                quota = self._cost(model, asked, answered)
                yield Line(day * DAY + chance.randrange(DAY), CONSUME, model, quota, "", *tokens, 9, key)


def billed_as(job: "Job") -> str:
    """The name under which a job is charged."""
    model = job.body.get("model")
    return model if isinstance(model, str) and model else f"{job.provider}_{job.action}"


def per_call(model: str) -> float:
    """Dollars of a call."""
    return next((price for name, price in PRICES.items() if model.startswith(name)), OTHERWISE)


def numbered(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as the relay tells them, the oldest with the smallest number."""
    found = list(lines)
    return [line.shown(len(found) - number) for number, line in enumerate(found)]
