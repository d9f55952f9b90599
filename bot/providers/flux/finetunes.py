"""Finetunes: made, listed, looked at and deleted (reference ``relay-midjourney-…md`` 2.2, 8)."""

from dataclasses import replace
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from bot.provider import Archive, Options, PictureForm, Prompt, Submission
from bot.providers.flux.declared import FLUX, Asked
from bot.step import Step
from bot.text import _
from bot.wire import Call

MODES = ("character", "product", "style", "general")
LIST = Call("GET", "/flux/v1/my_finetunes", timeout=30.0)


def details(finetune_id: str) -> Call:
    """The question what is known of a finetune."""
    return Call("GET", f"/flux/v1/finetune_details?finetune_id={quote(finetune_id, safe='')}", one=True, timeout=30.0)


def delete(finetune_id: str) -> Call:
    """The request to delete a finetune; it costs nothing, and doing it twice does no harm."""
    return Call("POST", "/flux/v1/delete_finetune", json={"finetune_id": finetune_id}, one=True, timeout=30.0)


class Finetune(
    Submission,
    provider=FLUX,
    action="finetune",
    path="/flux/v1/finetune",
    label=_("finetune"),
    kind="text",
    caption="finetune_comment",
    lookup=FLUX.lookups["training-query"],
):
    """A finetune from a ZIP file of pictures; paid for by the operator, so only managers may ask for it."""

    managers_only = True

    finetune_comment: Prompt = Field(title="name", max_length=200)
    mode: Literal["character", "product", "style", "general"]
    file_data: Archive | None = Field(default=None, title="pictures")
    trigger_word: str | None = Field(default=None, max_length=100)
    iterations: int | None = Field(default=None, ge=100, le=1000)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    captioning: bool | None = None
    priority: Literal["speed", "quality", "high_res_only"] | None = None
    finetune_type: Literal["lora", "full"] | None = Field(default=None, title="type")
    lora_rank: Literal[16, 32] | None = Field(default=None, title="rank")
    asked: Asked = Field(default="query", repr=False)

    @classmethod
    def picture_form(cls, _options: Options, /) -> PictureForm:
        """Bare base64, whatever is set for pictures."""
        return "base64"

    def body(self) -> dict[str, Any]:
        """What was chosen."""
        return {name: value for name, value in self.parameters().items() if name != "asked"}

    def call(self) -> Call:
        """The request; the file may be large."""
        return replace(super().call(), timeout=180.0)

    def steps(self) -> tuple[Step, ...]:
        """One request, then the training is asked about by the finetune's id."""
        return (Step.asking(self.call(), FLUX.accepted, lookup=f"training-{self.asked}"),)
