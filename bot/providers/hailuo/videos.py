"""Videos: what is sent, and what of it fits together (reference ``relay-luma-…md`` 7.1)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, PictureForm, Prompt
from bot.providers.hailuo import camera
from bot.providers.hailuo.declared import HAILUO, Asked, HailuoOptions
from bot.providers.hailuo.models import MODELS, USUAL_DURATION, Model
from bot.sniff import GIF
from bot.text import _

PROMPT_LIMIT = 2000
PICTURE_BYTES = 20_000_000
SHORT_SIDE = 300
WIDEST = 2.5
VideoPrompt = Annotated[Prompt, StringConstraints(max_length=PROMPT_LIMIT)]


class Video(
    Asked,
    provider=HAILUO,
    action="video",
    path="/v1/video_generation",
    label=_("video"),
    kind="video",
):
    """Words, a first and a last frame, or a picture of somebody to a video. ``subject`` is that picture; ``camera``
    are moves in brackets, which go behind the prompt."""

    model: str
    prompt: VideoPrompt | None = None
    camera: str | None = None
    first_frame_image: Picture | None = Field(default=None, title="first_frame")
    last_frame_image: Picture | None = Field(default=None, title="last_frame")
    subject: Picture | None = None
    duration: int | None = None
    resolution: str | None = None
    prompt_optimizer: bool | None = Field(default=None, title="optimize")
    fast_pretreatment: bool | None = Field(default=None, title="fast")
    aigc_watermark: bool | None = Field(default=None, title="watermark")

    @field_validator("camera")
    @classmethod
    def _known_moves(cls, typed: str | None) -> str | None:
        return camera.cue(typed or "") or None

    @field_validator("resolution")
    @classmethod
    def _in_capitals(cls, typed: str | None) -> str | None:
        return (typed or "").strip().upper() or None

    @model_validator(mode="after")
    def _fits(self) -> "Video":
        camera.check_prompt(self.prompt or "")
        if self.prompt and len(self.words) > PROMPT_LIMIT:
            given = len(self.words)
            raise Invalid(
                _("With its camera moves the prompt has {given} characters, at most {limit}.",
                  given=given, limit=PROMPT_LIMIT)
            )  # fmt: skip
        known = MODELS.get(self.model)
        if known is not None:
            self._check_size(known)
            self._check_extras(known)
        return self

    def _check_size(self, known: Model) -> None:
        """Refuse what the table of durations and resolutions does not have."""
        seconds = self.duration or USUAL_DURATION
        if seconds not in known.sizes:
            allowed = ", ".join(map(str, known.sizes))
            raise Invalid(
                _("{model} makes videos of {allowed} seconds, not of {given}.",
                  model=self.model, allowed=allowed, given=seconds)
            )  # fmt: skip
        if not self.resolution or self.resolution in known.sizes[seconds]:
            return
        if self.resolution not in known.resolutions:
            allowed = ", ".join(known.resolutions)
            raise Invalid(
                _("{model} has no resolution {given}, only {allowed}.",
                  model=self.model, given=self.resolution, allowed=allowed)
            )  # fmt: skip
        allowed = ", ".join(str(number) for number, names in known.sizes.items() if self.resolution in names)
        raise Invalid(
            _("{model} makes {resolution} for {allowed} seconds only, not for {given}.",
              model=self.model, resolution=self.resolution, allowed=allowed, given=seconds)
        )  # fmt: skip

    def _check_extras(self, known: Model) -> None:
        if self.camera and not known.camera:
            raise Invalid(
                _("{model} does not follow camera moves: choose another model, or leave `camera` out.",
                  model=self.model)
            )  # fmt: skip
        if self.fast_pretreatment and not known.pretreatment:
            raise Invalid(
                _("`fast` is for MiniMax-Hailuo-02 and 2.3 only, not for {model}: leave it out.", model=self.model)
            )

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        return HailuoOptions.of(options).images

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """JPEG, PNG or WebP, below 20 MB, with a shorter side of more than 300 pixels, between 2:5 and 5:2."""
        if given.kind is GIF:
            raise Invalid(_("Hailuo takes JPEG, PNG and WebP pictures, but no GIF."))
        if given.size >= PICTURE_BYTES:
            raise Invalid(_("The picture is too large: Hailuo takes less than {limit} MB.", limit=20))
        if given.pixels is None:
            return {}
        width, height = given.pixels
        if min(width, height) <= SHORT_SIDE:
            raise Invalid(
                _("The picture is too small: {width} × {height} pixels; each side must have more than {limit}.",
                  width=width, height=height, limit=SHORT_SIDE)
            )  # fmt: skip
        if max(width, height) > WIDEST * min(width, height):
            raise Invalid(
                _("The picture is too long and narrow: {width} × {height} pixels; it must be between 2:5 and 5:2.",
                  width=width, height=height)
            )  # fmt: skip
        return {}

    @property
    def words(self) -> str:
        """The prompt with the camera moves behind it."""
        return " ".join(filter(None, (self.prompt, self.camera)))

    def body(self) -> dict[str, Any]:
        """The moves go into the prompt, the subject into its list."""
        body = self.model_dump(mode="json", exclude_none=True, exclude={"camera", "subject", "prompt"})
        somebody: Mapping[str, Any] = {"type": "character", "image": [self.subject]}
        return (
            body
            | ({"prompt": self.words} if self.words else {})
            | ({"subject_reference": [somebody]} if self.subject else {})
        )
