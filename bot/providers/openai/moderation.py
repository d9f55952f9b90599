"""What a text is flagged for (reference ``relay-suno-…md`` 5.7)."""

from pydantic import Field

from bot.provider import Prompt, Submission
from bot.providers.openai import answers, mistakes
from bot.providers.openai.declared import OPENAI
from bot.providers.openai.pictures import Name
from bot.step import Step
from bot.text import _
from bot.wire import Call


class Moderation(
    Submission,
    provider=OPENAI,
    action="moderate",
    path="/v1/moderations",
    label=_("moderation"),
    kind="text",
    caption="input",
):
    """A text, looked at."""

    input: Prompt = Field(title="text")
    model: Name | None = None

    def told(self) -> list[str]:
        """Nothing that the bot's own text safety would refuse: this is the way to ask about such words."""
        return []

    def call(self) -> Call:
        """The request."""
        return Call(
            "POST", self.path, json=self.body(), paid=True, timeout=60.0, judge=mistakes.judge(self.model or "")
        )

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step.asking(self.call(), answers.moderation),)
