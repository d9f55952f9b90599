"""What each of Hailuo's video models can do (reference ``relay-luma-…md`` 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

USUAL_DURATION = 6
PICTURE_ONLY = "512P"
"""The resolution of videos that begin with a picture."""


@dataclass(frozen=True, slots=True)
class Model:
    """``sizes``: the resolutions for each duration in seconds. ``first``: whether a first frame is needed, may be
    given, or has no place. ``last``: a last frame may be given; ``camera``: camera moves are followed."""

    sizes: Mapping[int, tuple[str, ...]]
    first: Literal["needed", "taken", "not taken"] = "taken"
    last: bool = False
    subject: bool = False
    camera: bool = False
    pretreatment: bool = False

    @property
    def resolutions(self) -> list[str]:
        """Every resolution, from the smallest."""
        return list(dict.fromkeys(name for names in self.sizes.values() for name in names))


_TWO = {6: ("512P", "768P", "1080P"), 10: ("512P", "768P")}
_LATER = {6: ("768P", "1080P"), 10: ("768P",)}
_ONE = {6: ("720P",)}
MODELS: Mapping[str, Model] = {
    "MiniMax-Hailuo-02": Model(_TWO, last=True, camera=True, pretreatment=True),
    "MiniMax-Hailuo-2.3": Model(_LATER, camera=True, pretreatment=True),
    "MiniMax-Hailuo-2.3-Fast": Model(_LATER, first="needed", camera=True, pretreatment=True),
    "T2V-01": Model(_ONE, first="not taken"),
    "T2V-01-Director": Model(_ONE, first="not taken", camera=True),
    "I2V-01": Model(_ONE, first="needed"),
    "I2V-01-Director": Model(_ONE, first="needed", camera=True),
    "I2V-01-live": Model(_ONE, first="needed"),
    "S2V-01": Model(_ONE, first="not taken", subject=True),
    "video-01": Model(_ONE),
    "video-01-live2d": Model(_ONE, first="needed"),
}
"""What is known of each; whatever else a relay has is asked for unchecked."""
WITH_SUBJECT, WITH_LAST_FRAME = "S2V-01", "MiniMax-Hailuo-02"
OLD_NAMES = ("video-01", "video-01-live2d")
OFFERED = tuple(name for name in MODELS if name not in OLD_NAMES)


def resolutions(model: str, duration: int | None) -> list[str]:
    """What can be chosen with a model (of an unknown one: anything), for a duration if that is chosen already."""
    known = MODELS.get(model)
    if known is None:
        return sorted({name for one in MODELS.values() for name in one.resolutions}, key=lambda name: int(name[:-1]))
    return list(known.sizes.get(duration, ())) if duration else known.resolutions


def durations(model: str, resolution: str | None) -> list[int]:
    """The seconds that can be chosen with a model, for a resolution if that is chosen already."""
    known = MODELS.get(model)
    sizes = _TWO if known is None else known.sizes
    return [seconds for seconds, names in sizes.items() if known is None or not resolution or resolution in names]
