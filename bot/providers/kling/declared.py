"""Kling as a provider: how it is asked about, what its errors mean, what the reference leaves open (5, 12.5)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from bot.errors import KEY_REFUSED, NO_QUOTA, Busy, Invalid, Refused, Unavailable
from bot.lookup import Single
from bot.provider import Given, Options, PictureForm, Provider, Submission
from bot.providers.kling import answers
from bot.providers.kling.models import IMAGE_MODELS, VIDEO_MODELS
from bot.providers.kling.voices import CHINESE, VOICES
from bot.sniff import JPEG, PNG
from bot.text import Text, _, listed
from bot.wire import Call

WORDS_LIMIT = 2500
SMALLEST_SIDE = 300
WIDEST = 2.5
TIMEOUT = 120.0
"""Seconds that a submission may take: there may be several pictures in it."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=WORDS_LIMIT)]

POLICY = _("Kling's content policy refused it: {message}")
NO_RIGHT = _("The relay's Kling account has no right to this: {message}")
NO_ADDRESS = _("Kling does not take calls from the relay's address. The operator has to look at it.")
NO_PLACE = _("Kling works on as many requests of the relay as it may: this one waits for its turn.")
DOWN = _("Kling itself is down or overloaded right now.")
SAID = _("The relay refused: {message}")
_OPERATOR: Mapping[str, Text] = {
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), KEY_REFUSED),
    **dict.fromkeys(("1100", "1101", "1102"), NO_QUOTA),
    "1304": NO_ADDRESS,
}
_TOLD: Mapping[str, Text] = {
    "1103": NO_RIGHT,
    **dict.fromkeys(("1200", "1201", "1202", "1203"), SAID),
    **dict.fromkeys(("1300", "1301"), POLICY),
}
_DOWN = frozenset({"5000", "5001", "5002"})
_NOT_TAKEN = "5001"
_WRAPPED_BUSY = "parallel task over"
"""What 1303 says; a relay that hands it on as an error of its own loses the code (1.5)."""


Names = Annotated[str, AfterValidator(lambda value: ",".join(listed(value)))]


class KlingOptions(Options):
    """What the reference leaves open."""

    prefix: str = Field(default="/kling", description="Path prefix of the relay's Kling routes, such as `/pro/kling`.")
    images: Literal["base64", "url"] = Field(
        default="base64", description="How pictures are sent: `base64` (without a prefix) or `url` (Discord's link)."
    )
    models: Names = Field(
        default=",".join(VIDEO_MODELS), description="Comma-separated video models that the relay has."
    )
    model: str = Field(
        default="kling-v1-6", description="Video model when the user chooses none; only the v1 models can be extended."
    )
    image_models: Names = Field(
        default=",".join(IMAGE_MODELS), description="Comma-separated picture models that the relay has."
    )
    image_model: str = Field(default="kling-v1-5", description="Picture model when the user chooses none.")
    parent_task: bool = Field(
        default=True, description="Tell the relay which task a video is from when it is extended or lip-synced."
    )
    voice: str = Field(default="oversea_male1", description="Voice of a lip-sync when the user chooses none.")
    chinese_voice: str = Field(default="tiyuxi_xuedi", description="The same for a Chinese text.")

    @field_validator("models", "image_models")
    @classmethod
    def _names_one(cls, names: str) -> str:
        if not names:
            raise ValueError("names no model")
        return names

    @field_validator("voice", "chinese_voice")
    @classmethod
    def _speaks(cls, name: str, info: ValidationInfo) -> str:
        if info.field_name == "voice" and name in CHINESE and name not in VOICES["en"]:
            raise ValueError(f"“{name}” speaks Chinese only")
        return name

    @property
    def offered(self) -> list[str]:
        """The video models."""
        return listed(self.models)

    @property
    def offered_for_images(self) -> list[str]:
        """The picture models."""
        return listed(self.image_models)


def judge(_status: int, code: str, words: str) -> Exception | None:
    """What Kling's own error codes mean (5.9); they count for more than the HTTP status.

    An internal error or a time-out of Kling's may come after it took the request; only 5001 says that it did not.
    """
    detail = f"Kling {code}: {words}"
    if code in answers.BUSY or _WRAPPED_BUSY in words.lower():
        return Busy(NO_PLACE, detail)
    if code in _DOWN:
        return Unavailable(DOWN, detail, taken=code != _NOT_TAKEN)
    if code in _OPERATOR:
        return Refused(_OPERATOR[code], detail, code)
    if code in _TOLD:
        return Refused(Text(_TOLD[code].source, {"message": words or code}), detail, code)
    return None


def asked_at(kind: str, interval: float | None = None) -> Single:
    """How a request is asked about: under the path that it was made at (5.1)."""
    return Single(f"/v1/{kind}/{{id}}", coded=True, interval=interval)


KLING = Provider(
    name="kling",
    title="Kling",
    emoji="🎥",
    lookup=asked_at("videos/text2video"),
    accepted=answers.accepted,
    reports=answers.reports,
    options=KlingOptions,
    interval=10.0,
    patience=3600.0,
)


class Asked(Submission):
    """What every request shares: the way pictures are sent, the model under both of its names, Kling's errors.

    Fields in :attr:`OURS` are put into the body by the request itself.
    """

    OURS: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        """Base64 without a prefix, or a link (5.5)."""
        return KlingOptions.of(options).images

    @classmethod
    def check_input(cls, field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """Pictures have to be PNG or JPEG, not too small and not too long (5.5)."""
        if cls.takes(field) == "picture":
            check_picture(cls.option_name(field), given)
        return {}

    def body(self) -> dict[str, Any]:
        """What was chosen; a model is named twice, because some relays read the one and some the other name (5.3)."""
        chosen = {name: value for name, value in self.parameters().items() if name not in self.OURS and value != ""}
        return with_model(chosen)

    def call(self) -> Call:
        """The request."""
        return Call("POST", self.path, json=self.body(), paid=True, timeout=TIMEOUT, judge=judge)


def with_model(chosen: dict[str, Any]) -> dict[str, Any]:
    """``chosen`` with the model under its older name, too."""
    return {**chosen, "model": chosen["model_name"]} if "model_name" in chosen else chosen


def check_picture(option: str, given: Given) -> None:
    """Refuse a picture that Kling does not take with :class:`Invalid` (5.5)."""
    if given.kind not in {PNG, JPEG}:
        raise Invalid(_("`{option}`: Kling takes PNG and JPEG pictures only.", option=option))
    if given.pixels is None:
        return
    width, height = given.pixels
    if min(width, height) < SMALLEST_SIDE:
        raise Invalid(
            _(
                "`{option}` is too small: each side must have {least} pixels at least, it has {width} × {height}.",
                option=option,
                least=SMALLEST_SIDE,
                width=width,
                height=height,
            )
        )
    if max(width, height) > WIDEST * min(width, height):
        raise Invalid(
            _(
                "`{option}` is too long: its sides may be 1 to {most} at most, it has {width} × {height}.",
                option=option,
                most=WIDEST,
                width=width,
                height=height,
            )
        )
