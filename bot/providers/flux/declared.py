"""Flux as a provider: how it is asked about, and what the reference leaves open (``relay-midjourney-…md`` 2, 8)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.lookup import Single
from bot.provider import Options, PictureForm, Provider
from bot.providers.flux import answers
from bot.providers.flux.models import EARLIER, PICTURES
from bot.text import listed

Asked = Literal["query", "path"]
QUERY, PATH = "/flux/v1/get_result?id={id}", "/flux/v1/get_result/{id}"
TRAINING_PATIENCE = 6 * 3600.0


Names = Annotated[str, AfterValidator(lambda value: ",".join(listed(value)))]


class FluxOptions(Options):
    """What the reference leaves open."""

    openai_models: Names = Field(
        default="",
        description="Comma-separated models that are asked for in OpenAI's image form, as the relay calls them.",
    )
    models: Names = Field(
        default=",".join(EARLIER),
        description="Comma-separated models that the relay has; FLUX.2 (`flux-2-pro`, …) is there only if you add it.",
    )
    model: str = Field(
        default="", description="Model of `/flux image` when the user chooses none; empty: the first of `FLUX_MODELS`."
    )
    edit_model: str = Field(default="", description="The same for `/flux edit`; empty: the first that edits.")
    result: Asked = Field(
        default="query", description="How the relay is asked for a result: `query` (`get_result?id=`) or `path`."
    )
    images: PictureForm = Field(
        default="base64",
        description="How pictures are sent: `base64`, `data` (with its type), `url` (Discord's link, edits only).",
    )
    strict_edits: bool = Field(default=False, description="With a picture Kontext takes `safety` up to 2 only.")
    openai_part: Literal["image", "image[]"] = Field(
        default="image", description="What the pictures of an edit are called in OpenAI's form."
    )
    finetunes: Names = Field(
        default="", description="Comma-separated finetunes that `/flux finetuned` offers to everybody."
    )

    @field_validator("models")
    @classmethod
    def _known_models(cls, names: str, info: ValidationInfo) -> str:
        known = {*PICTURES, *listed(info.data.get("openai_models", ""))}
        strangers = [name for name in listed(names) if name not in known]
        if strangers:
            raise ValueError(
                f"there is no model “{strangers[0]}” (known: {', '.join(PICTURES)}; others by FLUX_OPENAI_MODELS)"
            )
        if not listed(names):
            raise ValueError("names no model")
        return names

    @field_validator("model", "edit_model")
    @classmethod
    def _offered_model(cls, name: str, info: ValidationInfo) -> str:
        if name and name not in listed(info.data.get("models", name)):
            raise ValueError(f"“{name}” is not among FLUX_MODELS")
        return name

    @field_validator("edit_model")
    @classmethod
    def _editing_model(cls, name: str) -> str:
        if name and not can_edit(name):
            raise ValueError(f"“{name}” does not edit pictures")
        return name

    @property
    def in_openai_form(self) -> list[str]:
        """The models that are asked for in OpenAI's form."""
        return listed(self.openai_models)

    @property
    def offered(self) -> list[str]:
        """The models that make pictures from words."""
        return listed(self.models)

    @property
    def editing(self) -> list[str]:
        """Those of them that edit pictures, the usual one first."""
        found = [name for name in self.offered if can_edit(name)]
        return sorted(found, key=lambda name: name != self.edit_model)

    @property
    def usual(self) -> str:
        """The model when the user chooses none."""
        return self.model or self.offered[0]

    @property
    def offered_finetunes(self) -> list[str]:
        """The finetunes that everybody may use."""
        return listed(self.finetunes)


def can_edit(model: str) -> bool:
    """Whether a model works on given pictures; of one that only the relay knows its name tells it."""
    return PICTURES[model].pictures > 0 if model in PICTURES else "kontext" in model


FLUX = Provider(
    name="flux",
    title="Flux",
    emoji="🌊",
    lookup=Single(QUERY, coded=True),
    accepted=answers.accepted,
    reports=answers.results,
    options=FluxOptions,
    interval=3.0,
    patience=600.0,
    lookups={
        "query": Single(QUERY, coded=True),
        "path": Single(PATH, coded=True),
        "training-query": Single(
            QUERY, read=answers.training, interval=30.0, patience=TRAINING_PATIENCE, fresh=600.0, coded=True
        ),
        "training-path": Single(
            PATH, read=answers.training, interval=30.0, patience=TRAINING_PATIENCE, fresh=600.0, coded=True
        ),
    },
)
