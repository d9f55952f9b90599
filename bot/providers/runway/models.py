"""What goes together: models with ratios, lengths, pictures and sound (reference ``relay-luma-…md`` 3.2, 3.3, 3.5,
3.6). What is said of a model that stands in no table here is left to the relay: such lists age quickly."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.errors import Invalid
from bot.text import _

Form = Literal["official", "pro", "tasks"]
PROMPT_UNITS = 1000
"""UTF-16 units of a prompt that Runway's own models read."""
MOST_SEED = 4294967295
_RATIO = re.compile(r"[1-9]\d{0,3}:[1-9]\d{0,3}")


@dataclass(frozen=True, slots=True)
class VideoModel:
    """What a model makes: ratios (``also`` those that older relays write), seconds, and what it can begin with.

    ``words`` are the ratios of a video from words alone (``None``: it needs a picture), ``usual`` the seconds that must
    be sent when none are chosen. ``ends`` says whether a picture may be the last, ``ends_alone`` without a first.
    """

    ratios: tuple[str, ...]
    seconds: tuple[int, ...]
    words: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    usual: int | None = None
    ends: bool = False
    ends_alone: bool = False
    sound: bool = False
    needs_prompt: bool = False


WIDE_AND_HIGH = ("1280:720", "720:1280")
SIX = (*WIDE_AND_HIGH, "1104:832", "832:1104", "960:960", "1584:672")
_FOUR = (*WIDE_AND_HIGH, "1920:1080", "1080:1920")
_OLD = ("1280:768", "768:1280")
_SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")
_TWO_TO_TEN = (5, 10, 2, 3, 4, 6, 7, 8, 9)
_VEO_31 = VideoModel(_FOUR, (8, 4, 6), words=_FOUR, ends=True, sound=True)
OFFICIAL: Mapping[str, VideoModel] = {
    "gen4_turbo": VideoModel(SIX, _TWO_TO_TEN),
    "gen4.5": VideoModel(SIX, _TWO_TO_TEN, words=WIDE_AND_HIGH, usual=5, needs_prompt=True),
    "gen3a_turbo": VideoModel(_OLD, (5, 10), also=("16:9", "9:16"), ends=True, ends_alone=True),
    "veo3": VideoModel(_FOUR, (8,), words=_FOUR, usual=8, sound=True),
    "veo3.1": _VEO_31,
    "veo3.1_fast": _VEO_31,
}
PRO: Mapping[str, VideoModel] = {
    "gen3": VideoModel(("16:9", "9:16"), (5, 10), words=("16:9", "9:16"), also=(*_OLD, *WIDE_AND_HIGH)),
    "gen4": VideoModel((*_SHAPES, *SIX), (5, 10), words=(*_SHAPES, *SIX)),
    "gen4_turbo": VideoModel((*_SHAPES, *SIX), (5, 10), words=(*_SHAPES, *SIX)),
    "gen2": VideoModel(_SHAPES, (5, 10), words=_SHAPES),
}
TASKS: Mapping[str, VideoModel] = {
    "europa": VideoModel(_OLD, (5, 10), words=_OLD, also=("16:9", "9:16"), ends=True, ends_alone=True),
    "gen3a": VideoModel(_OLD, (5, 10), words=_OLD, also=("16:9", "9:16"), ends=True, ends_alone=True),
    "gen3a_turbo": VideoModel(_OLD, (5, 10), also=("16:9", "9:16"), ends=True, ends_alone=True),
    "gen2": VideoModel((), (4,), words=()),
}
VIDEOS: Mapping[Form, Mapping[str, VideoModel]] = {"official": OFFICIAL, "pro": PRO, "tasks": TASKS}
"""The video models of each form."""

ALEPH, ALEPH_2 = "gen4_aleph", "aleph2"
RESTYLES: Mapping[Form, tuple[str, ...]] = {
    "official": (ALEPH_2, ALEPH), "pro": ("gen3", "gen4"), "tasks": ("europa", "gen3a"),
}  # fmt: skip
ALEPH_2_RATIOS = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
KEYFRAMES = 5
ACT = "act_two"
IMAGE, IMAGE_TURBO = "gen4_image", "gen4_image_turbo"
IMAGE_RATIOS = (
    "1024:1024", "1080:1080", "1168:880", "1360:768", "1440:1080", "1080:1440", "1808:768", "1920:1080", "1080:1920",
    "2112:912", "1280:720", "720:1280", "720:720", "960:720", "720:960", "1680:720",
)  # fmt: skip
IMAGES: Mapping[str, tuple[str, ...]] = {IMAGE: IMAGE_RATIOS, IMAGE_TURBO: IMAGE_RATIOS}
"""The picture models with their ratios."""
UPSCALE_1, UPSCALE_2 = "upscale_v1", "magnific_video_upscaler_creative"
ENLARGE = "magnific_precision_upscaler_v2"
VIDEO_FLAVORS = ("vivid", "natural")
PICTURE_FLAVORS = ("sublime", "photo", "photo_denoiser")


def check_prompt(model: str, prompt: str, known: bool) -> None:
    """Refuse a prompt that one of Runway's own models would not read to its end."""
    units = len(prompt.encode("utf-16-le", "replace")) // 2
    if known and units > PROMPT_UNITS:
        raise Invalid(
            _("{model} reads prompts of at most {limit} characters; this one has {given}.",
              model=model, limit=PROMPT_UNITS, given=units)
        )  # fmt: skip


def check_ratio(model: str, ratio: str | None, allowed: Sequence[str] | None, also: Sequence[str] = ()) -> None:
    """Refuse a ratio that ``model`` does not make; ``None`` as ``allowed``: nobody knows which it makes."""
    if ratio is None:
        return
    if not _RATIO.fullmatch(ratio):
        raise Invalid(_("`ratio` must be written like 16:9 or 1280:720."))
    if allowed is not None and ratio not in (*allowed, *also):
        if not allowed:
            raise Invalid(_("{model} has no `ratio`: leave it out.", model=model))
        raise Invalid(
            _("{model} does not make {ratio}. It makes: {ratios}.", model=model, ratio=ratio, ratios=", ".join(allowed))
        )


def check_seconds(model: str, seconds: int | None, allowed: Sequence[int]) -> None:
    """Refuse a length that ``model`` does not make."""
    if seconds is not None and allowed and seconds not in allowed:
        known = ", ".join(str(one) for one in sorted(allowed))
        raise Invalid(
            _("{model} makes no videos of {given} seconds. It makes: {known} seconds.",
              model=model, given=seconds, known=known)
        )  # fmt: skip


def check_video(form: Form, model: str, *, ratio: str | None, seconds: int | None, picture: bool) -> None:
    """Refuse a ratio or length that a known model does not have; ``picture``: it begins (or ends) with one."""
    known = VIDEOS[form].get(model)
    if known is None:
        check_ratio(model, ratio, None)
        return
    check_ratio(model, ratio, known.ratios if picture else known.words, known.also)
    check_seconds(model, seconds, known.seconds)


def check_pictures(form: Form, model: str, *, first: bool, last: bool) -> None:
    """Refuse pictures that a known model cannot begin or end with, and none where it needs one."""
    models = VIDEOS[form]
    known = models.get(model)
    if known is None:
        return
    if last and not known.ends:
        able = ", ".join(name for name, other in models.items() if other.ends)
        raise Invalid(
            _("{model} cannot end with a picture: leave `end_image` out, or choose another model ({able}).",
              model=model, able=able)
        )  # fmt: skip
    if last and not first and not known.ends_alone:
        raise Invalid(_("{model} needs an `image` to begin with, too.", model=model))
    if not first and not last and known.words is None:
        able = ", ".join(name for name, other in models.items() if other.words is not None)
        raise Invalid(
            _("{model} begins with a picture: give an `image`, or choose another model ({able}).",
              model=model, able=able)
        )  # fmt: skip


def check_sound(model: str, chosen: Mapping[str, object]) -> None:
    """Refuse options that only models with sound have; ``chosen`` are those options by name."""
    known = OFFICIAL.get(model)
    wrong = [name for name, value in chosen.items() if value is not None]
    if known is not None and not known.sound and wrong:
        able = ", ".join(name for name, other in OFFICIAL.items() if other.sound)
        raise Invalid(
            _("`{option}` works with {able} only, not with {model}.", option=wrong[0], able=able, model=model)
        )
