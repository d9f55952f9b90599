"""OpenAI as the relay offers it, and what an operator chooses (reference ``relay-suno-…md`` 5)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bot.errors import Unreadable
from bot.provider import Options, Provider
from bot.task import Report, State
from bot.text import listed
from bot.wire import dig, words_in

VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")


def _some(names: str) -> str:
    found = ",".join(listed(names))
    if not found:
        raise ValueError("names nothing")
    return found


Names = Annotated[str, AfterValidator(_some)]


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
    image_models: Names = Field(
        default="gpt-image-1,dall-e-3,dall-e-2", description="Models of `/openai image`; the first is the usual one."
    )
    edit_models: Names = Field(
        default="gpt-image-1,dall-e-2", description="Models of `/openai edit`; the first is the usual one."
    )
    image_answers: Literal["", "url", "b64_json"] = Field(
        default="", description="What is asked for of models that leave the choice; empty: nothing is said."
    )
    edit_part: Literal["image", "image[]"] = Field(
        default="image[]", description="What several pictures of an edit are called in the form."
    )
    speech_models: Names = Field(
        default="gpt-4o-mini-tts,tts-1,tts-1-hd", description="Models of `/openai speech`; the first is the usual one."
    )
    voices: Names = Field(default=",".join(VOICES), description="Its voices; the first is the usual one.")
    hearing_models: Names = Field(
        default="whisper-1,gpt-4o-transcribe,gpt-4o-mini-transcribe",
        description="Models of `/openai transcribe` and `translate`; the first is the usual one.",
    )
    moderation_model: str = Field(default="", description="Model of `/openai moderate`; empty: the relay's own choice.")
    video_models: Names = Field(
        default="sora-2,sora-2-pro", description="Models of `/openai video`; the first is the usual one."
    )
    video_form: Literal["form", "json"] = Field(
        default="form", description="How a video without a picture is asked for: as a `form` or as `json`."
    )

    @property
    def painting(self) -> list[str]:
        """The models that make pictures."""
        return listed(self.image_models)

    @property
    def editing(self) -> list[str]:
        """The models that edit pictures."""
        return listed(self.edit_models)

    @property
    def speaking(self) -> list[str]:
        """The models that speak."""
        return listed(self.speech_models)

    @property
    def speakers(self) -> list[str]:
        """The voices."""
        return listed(self.voices)

    @property
    def hearing(self) -> list[str]:
        """The models that write down what is said."""
        return listed(self.hearing_models)

    @property
    def filming(self) -> list[str]:
        """The models that make videos."""
        return listed(self.video_models)


def accepted(payload: Any) -> Report:
    """A completion in one piece (5.1)."""
    text = words_in(dig(payload, "choices", 0, "message", "content"))
    if not text:
        raise Unreadable("no words", payload)
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
