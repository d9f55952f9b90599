"""Midjourney's buttons: what a `customId` means, and the set that a finished task carries (reference 1.7, rule 4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Makes = Literal["grid", "single", "video", "clip", "describe", "shorten"]
Opens = Literal["never", "remix", "always"]

_JOB = "MJ::JOB::"
_FAMILIES: tuple[tuple[str, str, Makes, Opens], ...] = (
    (rf"{_JOB}upsample::([1-4])::.+", "UPSCALE", "single", "never"),
    (rf"{_JOB}upsample_\w+::1::.+", "UPSCALE", "single", "never"),
    (rf"{_JOB}variation::([1-4])::.+", "VARIATION", "grid", "remix"),
    (rf"{_JOB}reroll::0::.+", "REROLL", "grid", "remix"),
    (rf"{_JOB}high_variation::1::.+", "HIGH_VARIATION", "grid", "remix"),
    (rf"{_JOB}low_variation::1::.+", "LOW_VARIATION", "grid", "remix"),
    (rf"{_JOB}pan_(left|right|up|down)::1::.+", "PAN", "grid", "remix"),
    (rf"{_JOB}animate_(?:high|low)(_extend)?::1::.+", "VIDEO", "video", "remix"),
    (rf"{_JOB}video::.+::manual", "VIDEO", "video", "always"),
    (rf"{_JOB}video_virtual_upscale::([1-4])::.+", "UPSCALE", "clip", "never"),
    (r"MJ::Inpaint::1::.+", "INPAINT", "grid", "always"),
    (r"MJ::Outpaint::(50|75|100)::1::.+", "ZOOM", "single", "never"),
    (r"MJ::CustomZoom::.+", "CUSTOM_ZOOM", "single", "always"),
    (r"MJ::J(?:ob|OB)::PicReader::([1-4])", "IMAGINE", "grid", "always"),
    (r"MJ::J(?:ob|OB)::PromptAnalyzer::([1-5])", "IMAGINE", "grid", "always"),
    (r"MJ::Picread::Retry", "DESCRIBE", "describe", "never"),
)
_OLD = re.compile(r"MJ::(?:JOB::\w*(?:upsample|variation|pan|reroll)\w*|Outpaint|CustomZoom|Inpaint)::")
KEYCAPS = tuple(f"{number}\ufe0f\u20e3" for number in range(1, 6))
GREEN, GREY = 3, 2


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the action of the new task, what it makes, whether a window opens, and the id's parameter."""

    custom_id: str
    action: str
    makes: Makes
    opens: Opens
    what: str = ""

    @property
    def index(self) -> int:
        """The picture or the line the button belongs to, from 0 on."""
        return int(self.what) - 1 if self.what.isdigit() else 0

    @property
    def reads(self) -> bool:
        """Whether the button takes one of the texts of a description or of a shortening."""
        return "::PicReader::" in self.custom_id or "::PromptAnalyzer::" in self.custom_id

    @property
    def once(self) -> bool:
        """Whether a second press finds what the first one made (rule 2)."""
        return "::upsample::" in self.custom_id or "::video_virtual_upscale::" in self.custom_id


def press_of(custom_id: str, *, old: bool = False) -> Press | None:
    """What the id means; None when its family is unknown (`old`: to the parser of the old new-api)."""
    if old and not _OLD.match(custom_id):
        return None
    for pattern, action, makes, opens in _FAMILIES:
        if found := re.fullmatch(pattern, custom_id):
            return Press(custom_id, action, makes, opens, next((part for part in found.groups() if part), ""))
    return None


Face = tuple[str, str, str]  # customId, emoji, label


def grid(job: str) -> Iterator[Face]:
    """Under four pictures: nine buttons."""
    yield from ((f"{_JOB}upsample::{number}::{job}", "", f"U{number}") for number in range(1, 5))
    yield f"{_JOB}reroll::0::{job}::SOLO", "🔄", ""
    yield from ((f"{_JOB}variation::{number}::{job}", "", f"V{number}") for number in range(1, 5))


def single(job: str, prompt: str, *, square: bool) -> Iterator[Face]:
    """Under one picture: the fourteen of rule 4, Make Square when there is something to do, a bookmark and a link."""
    for name, label in _upscalers(prompt):
        yield f"{_JOB}upsample_{name}::1::{job}::SOLO", "upscale_1", label  # Midjourney's own, by its name alone
    yield f"{_JOB}low_variation::1::{job}::SOLO", "🪄", "Vary (Subtle)"
    yield f"{_JOB}high_variation::1::{job}::SOLO", "🪄", "Vary (Strong)"
    yield f"MJ::Inpaint::1::{job}::SOLO", "🖌️", "Vary (Region)"
    yield f"MJ::Outpaint::50::1::{job}::SOLO", "🔍", "Zoom Out 2x"
    yield f"MJ::Outpaint::75::1::{job}::SOLO", "🔍", "Zoom Out 1.5x"
    yield f"MJ::CustomZoom::{job}", "🔍", "Custom Zoom"
    if not square:
        yield f"MJ::Outpaint::100::1::{job}::SOLO", "↔️", "Make Square"
    for side, arrow in (("left", "⬅️"), ("right", "➡️"), ("up", "⬆️"), ("down", "⬇️")):
        yield f"{_JOB}pan_{side}::1::{job}::SOLO", arrow, ""
    for motion in ("high", "low"):
        yield f"{_JOB}animate_{motion}::1::{job}::SOLO", "🎞️", f"Animate ({motion.title()} motion)"
    yield f"MJ::BOOKMARK::{job}", "❤️", ""
    yield f"https://www.midjourney.com/jobs/{job}", "", "Web"


def _upscalers(prompt: str) -> tuple[tuple[str, str], tuple[str, str]]:
    found = re.search(r"--v\s+(\d+(?:\.\d+)?)", prompt)
    version = found[1] if found else "7"
    if version.startswith("5"):
        return ("v5_2x", "Upscale (2x)"), ("v5_4x", "Upscale (4x)")
    kind = {"6": "v6", "6.0": "v6", "6.1": "v6r1"}.get(version, "v7")
    return (f"{kind}_2x_subtle", "Upscale (Subtle)"), (f"{kind}_2x_creative", "Upscale (Creative)")


def describe() -> Iterator[Face]:
    """Under the four descriptions of a picture."""
    yield from ((f"MJ::Job::PicReader::{number}", KEYCAPS[number - 1], "") for number in range(1, 5))
    yield "MJ::Picread::Retry", "🔄", ""


def shorten() -> Iterator[Face]:
    """Under the five shortened prompts."""
    yield from ((f"MJ::Job::PromptAnalyzer::{number}", KEYCAPS[number - 1], "") for number in range(1, 6))


def video(job: str, clips: int) -> Iterator[Face]:
    """Under the clips of a video: choose one, or extend the first."""
    yield from ((f"{_JOB}video_virtual_upscale::{number}::{job}", "", f"U{number}") for number in range(1, clips + 1))
    yield from clip(job)


def clip(job: str) -> Iterator[Face]:
    """Under one clip: extend it."""
    for motion in ("high", "low"):
        yield f"{_JOB}animate_{motion}_extend::1::{job}::SOLO", "🎞️", f"Extend ({motion.title()} motion)"


def drawn(faces: Iterator[Face], used: frozenset[str]) -> list[dict[str, Any]]:
    """The buttons as they stand in a task; those already used are green, a link has the style of a link."""
    return [
        {
            "customId": "" if custom_id.startswith("https:") else custom_id,
            "emoji": emoji,
            "label": label,
            "type": 2,
            "style": GREEN if custom_id in used else 5 if custom_id.startswith("https:") else GREY,
        }
        for custom_id, emoji, label in faces
    ]
