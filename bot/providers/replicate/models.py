"""Replicate's models: how they are named, and what the known ones take (reference ``relay-luma-…md`` 6.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from bot.errors import Invalid
from bot.text import _

LONGEST = 200
"""Characters of a model's name, with its version."""
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_VERSION = r"[0-9a-fA-F]{64}"
_NAME = re.compile(rf"(?P<owner>{_PART})/(?P<name>{_PART})(?P<version>:{_VERSION})?|{_VERSION}")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?replicate\.com/")


def model_of(words: str) -> str:
    """A model as the relay takes it, also from its address; raises :class:`Invalid`."""
    bare = _SITE.sub("", words.strip(), count=1).strip("/").replace("/versions/", ":")
    if len(bare) > LONGEST or not _NAME.fullmatch(bare):
        raise Invalid(
            _(
                "“{model}” is no model. Write `owner/name`, `owner/name:version`, or the 64 characters of a version.",
                model=words.strip()[:100],
            )
        )
    return bare


Model = Annotated[str, AfterValidator(model_of)]


def has_version(model: str) -> bool:
    """Whether a version is named, so that it is asked for by that."""
    return "/" not in model or ":" in model


def bare_name(model: str) -> str:
    """``owner/name`` without the version; of a version alone nothing remains but itself."""
    return model.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Preset:
    """What a known model takes besides the prompt: under which name the picture and the number of results go.

    ``ratios`` are only offered: the relay may know others. ``edits`` says that it changes the picture by words.
    """

    kind: Literal["image", "video"] = "image"
    ratios: Sequence[str] = ()
    picture: str = ""
    needs_picture: bool = False
    edits: bool = False
    seed: bool = False
    count: str = ""


_USUAL = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5")
_WIDE = (*_USUAL, "21:9", "9:21")
_KONTEXT = Preset(ratios=("match_input_image", *_WIDE, "2:1", "1:2"), picture="input_image", edits=True, seed=True)
_RECRAFT = Preset(ratios=(*_USUAL, "2:1", "1:2", "7:5", "5:7", "5:3", "3:5"))
PRESETS: dict[str, Preset] = {
    "black-forest-labs/flux-schnell": Preset(ratios=_WIDE, seed=True, count="num_outputs"),
    "black-forest-labs/flux-dev": Preset(ratios=_WIDE, picture="image", seed=True, count="num_outputs"),
    "black-forest-labs/flux-pro": Preset(ratios=_USUAL, picture="image_prompt", seed=True),
    "black-forest-labs/flux-1.1-pro": Preset(ratios=_USUAL, picture="image_prompt", seed=True),
    "black-forest-labs/flux-1.1-pro-ultra": Preset(ratios=_WIDE, picture="image_prompt", seed=True),
    "black-forest-labs/flux-kontext-pro": _KONTEXT,
    "black-forest-labs/flux-kontext-max": _KONTEXT,
    "recraft-ai/recraft-v3": _RECRAFT,
    "recraft-ai/recraft-v3-svg": _RECRAFT,
    "ideogram-ai/ideogram-v2-turbo": Preset(ratios=(*_USUAL[:7], "16:10", "10:16", "3:1", "1:3"), seed=True),
    "minimax/video-01": Preset("video", picture="first_frame_image"),
    "minimax/video-01-live": Preset("video", picture="first_frame_image", needs_picture=True),
}
"""The known models; what else they take can be given as a further input."""
UNKNOWN = Preset(ratios=_WIDE, picture="image", seed=True, count="num_outputs")
"""What is taken for granted of a model that nobody knows: the names most of them use."""


def preset_of(model: str) -> Preset | None:
    """What is known of a model."""
    return PRESETS.get(bare_name(model).lower())
