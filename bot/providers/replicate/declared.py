"""Replicate as a provider: how it is asked about, and what the reference leaves open (``relay-luma-…md`` 6, 12.6)."""

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field

from bot.lookup import Single
from bot.provider import Options, Provider
from bot.providers.replicate import answers
from bot.providers.replicate.models import PRESETS, bare_name, model_of
from bot.text import listed
from bot.wire import Call

Form = Literal["predictions", "models"]
PREDICTIONS = "/replicate/v1/predictions"


def _models(names: str) -> str:
    return ",".join(model_of(name) for name in listed(names))


class ReplicateOptions(Options):
    """What the reference leaves open."""

    models: Annotated[str, AfterValidator(_models)] = Field(
        default=",".join(PRESETS),
        description="Comma-separated models that are offered, as `owner/name`; the first that suits is the usual one.",
    )
    only_listed: bool = Field(default=False, description="Refuse every model that is not in `REPLICATE_MODELS`.")
    submit: Form = Field(
        default="predictions",
        description="Which form is tried first: `predictions` (the model in the body) or `models` (in the path).",
    )
    wait: int = Field(
        default=0, ge=0, le=60, description="Seconds that the relay may wait for a result (`Prefer: wait=…`); 0: none."
    )
    files: Literal["data", "url"] = Field(
        default="data",
        description="How files are sent: `data` (at best up to 256 kB each) or `url` (Discord's link).",
    )

    @property
    def listed(self) -> list[str]:
        """The offered models in the operator's order."""
        return listed(self.models)

    def offers(self, model: str) -> bool:
        """Whether a model may be asked for; one that is listed without a version in any of its versions."""
        known = {name.lower() for name in self.listed}
        return not self.only_listed or bool({model.lower(), bare_name(model).lower()} & known)


def _cancel(remote_id: str) -> Call:
    """Really stop it; a relay without that answers 404 or 405 (6.3)."""
    return Call("POST", f"{PREDICTIONS}/{quote(remote_id, safe='')}/cancel", one=True, timeout=30.0)


REPLICATE = Provider(
    name="replicate",
    title="Replicate",
    emoji="🧬",
    lookup=Single(f"{PREDICTIONS}/{{id}}"),
    accepted=answers.accepted,
    reports=answers.reports,
    options=ReplicateOptions,
    interval=5.0,
    patience=3600.0,
    cancel=_cancel,
)
