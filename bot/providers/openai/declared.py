"""OpenAI as the relay offers it, and what an operator chooses (reference ``relay-suno-…md`` 5)."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from bot.errors import Unreadable
from bot.provider import Options, Provider
from bot.task import Report, State
from bot.wire import dig, words_in


class OpenAIOptions(Options):
    """What an operator chooses."""

    chat_model: str = Field(default="gpt-4o-mini", description="The model that answers if none is named.")
    chat_models: str = Field(
        default="gpt-4o-mini, gpt-4o, gpt-5-mini, o4-mini",
        description="Models that are suggested while the relay's own list is not known.",
    )
    stream_usage: bool = Field(
        default=True, description="Ask for the count of tokens with a stream; a few relays refuse that."
    )


def accepted(payload: Any) -> Report:
    """A completion in one piece (5.1)."""
    text = words_in(dig(payload, "choices", 0, "message", "content"))
    if not text:
        raise Unreadable(str(payload)[:300])
    return Report(state=State.DONE, text=text)


def reports(payload: Any) -> Iterable[Report]:
    """Nothing is asked about later."""
    return [accepted(payload)]


OPENAI = Provider(
    name="openai",
    title="OpenAI",
    emoji="🌀",
    lookup=None,
    accepted=accepted,
    reports=reports,
    options=OpenAIOptions,
)
