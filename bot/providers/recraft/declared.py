"""Recraft as a provider: how it is called, and what the reference leaves open (``relay-midjourney-…md`` 3, 8.4)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bot.provider import Options, Provider
from bot.providers.recraft import answers
from bot.providers.recraft.styles import family_of
from bot.wire import Call, Part

FilePart = Literal["auto", "file", "image"]
StyleParts = Literal["auto", "numbered", "images"]
PATIENCE = 300.0
"""Seconds that an answer may take: the picture is made meanwhile (0.2)."""
AT_ONCE = 16
"""Requests in flight: each holds a connection until its picture is there, and other providers need some too."""


def _known(value: str) -> str:
    """A list of models, without spaces; raises ``ValueError`` for one that nobody knows."""
    names = [part.strip() for part in value.split(",") if part.strip()]
    for name in names:
        family_of(name)
    if not names:
        raise ValueError("must name a model")
    return ",".join(names)


class RecraftOptions(Options):
    """What the reference leaves open."""

    models: Annotated[str, AfterValidator(_known)] = Field(
        default="recraftv3,recraftv2", description="Comma-separated models that the relay has, newest first."
    )
    most: int = Field(default=6, ge=1, le=6, description="Pictures of one request at most; some relays make 2.")
    file_part: FilePart = Field(
        default="auto",
        description="Name of the picture in vectorize, remove-background and upscale: `file`, `image`, or `auto`: "
        "`file`, and `image` where the relay says that the picture is missing.",
    )
    style_parts: StyleParts = Field(
        default="auto",
        description="Names of the pictures of a new style: `numbered` (`file1` …), `images`, or `auto`: numbered, and "
        "`images` where the relay says that they are missing.",
    )
    largest_mb: float = Field(
        default=5.0, gt=0, description="Pictures must be smaller than this, in MiB; those of a new style together."
    )

    @property
    def offered_models(self) -> list[str]:
        """The relay's models, newest first."""
        return self.models.split(",")

    @property
    def largest(self) -> int:
        """Bytes that a picture may not reach."""
        return round(self.largest_mb * 1024 * 1024)


def paid(path: str, *, json: Any = None, form: tuple[Part, ...] = ()) -> Call:
    """A request that is answered with the result."""
    return Call("POST", path, json=json, form=form, paid=True, timeout=PATIENCE)


RECRAFT = Provider(
    name="recraft",
    title="Recraft",
    emoji="🖌️",
    lookup=None,
    accepted=answers.drawn,
    reports=lambda _payload: (),
    options=RecraftOptions,
    active=AT_ONCE,
)
