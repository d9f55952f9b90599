"""What the simulated MiniMax takes and how it says no (reference "relay-luma-…" sections 7.1, 7.5 to 7.7)."""

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from . import forms
from .faults import task_error
from .forms import Check, flag, number, one_of, text, whole
from .pictures import is_picture, is_url
from .recraft_stills import measure

LARGEST = 20_000_000
SHORTEST = 300
WIDEST = 2.5
LONGEST_PROMPT = 2000
OK = (0, "success")
WORDS = {
    1002: "rate limit exceeded", 1008: "insufficient balance", 1026: "input new_sensitive",
    1027: "output new_sensitive", 2013: "invalid params",
}  # fmt: skip
MOVES = frozenset({
    "Truck left", "Truck right", "Pan left", "Pan right", "Push in", "Pull out", "Pedestal up", "Pedestal down",
    "Tilt up", "Tilt down", "Zoom in", "Zoom out", "Shake", "Tracking shot", "Static shot",
})  # fmt: skip
_IMAGE_ONLY = "512P"
_TWO = {6: ("512P", "768P", "1080P"), 10: ("512P", "768P")}
_THREE = {6: ("768P", "1080P"), 10: ("768P",)}
_ONE = {6: ("720P",)}
SIZES: dict[str, Mapping[int, tuple[str, ...]]] = {
    "MiniMax-Hailuo-02": _TWO, "MiniMax-Hailuo-2.3": _THREE, "MiniMax-Hailuo-2.3-Fast": _THREE, "T2V-01": _ONE,
    "T2V-01-Director": _ONE, "I2V-01": _ONE, "I2V-01-Director": _ONE, "I2V-01-live": _ONE, "S2V-01": _ONE,
    "video-01": _ONE, "video-01-live2d": _ONE,
}  # fmt: skip
"""The resolutions of each model for each duration (7.1)."""
_PICTURE_MODELS = ("I2V-01", "I2V-01-Director", "I2V-01-live", "MiniMax-Hailuo-2.3-Fast", "video-01-live2d")
RATIOS = ("1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9")


@dataclass
class HailuoOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any path is offered; else all are an `Invalid URL`
    models: Collection[str] = tuple(SIZES)  # another one is refused
    shape: Literal["raw", "enveloped", "linked"] = "raw"  # the query; `linked` has the file in it already (7.2)
    errors: Literal["base_resp", "task_error"] = "base_resp"  # MiniMax's own, or new-api's HTTP 400 (7.1)
    submit: Literal["raw", "status", "data"] = "raw"  # the answer to a submission (7.1)
    numbers: bool = False  # ids of files are numbers (7.2)
    lower_case: bool = False  # statuses in small letters (7.2)
    nested_string_data: bool = False  # the envelope's inner `data` is JSON text (1.2)
    missing_progress: bool = False  # the envelope has no `progress` (1.2)
    numeric_code: bool = False  # the envelope's code is 1 (1.2)
    fresh_unknown: bool = False  # the first question for an id does not find it (6)
    retrieve: bool = True  # the file question is offered (12.2)
    link_delay: float = 0.0  # seconds that a task is finished before its file is there (7.2)
    speech: bool = True  # /v1/t2a_v2 is offered (7.5)
    music: bool = True  # /v1/music_generation is offered (7.6)
    pictures: bool = True  # /v1/image_generation is offered (7.6)
    sound: Literal["asked", "url"] = "asked"  # the answer as it was asked for, or always a link (7.5)
    painting: Literal["urls", "base64", "inside"] = "urls"  # pictures as links or packed; counts inside of data (7.6)
    failed_pictures: int = 0  # so many of the pictures do not work out


def base_resp(code: int, words: str) -> dict[str, Any]:
    """MiniMax's own word on how it went."""
    return {"status_code": code, "status_msg": words}


def refused(options: HailuoOptions, code: int, words: str = "") -> web.Response:
    """A refusal: HTTP 200 with a code, or the gateway's error of it (7.1, 7.7)."""
    words = ": ".join(filter(None, (WORDS[code], words)))
    if options.errors == "task_error":
        return task_error(400, str(code), f"hailuo api error: {words}")
    return web.json_response({"task_id": "", "base_resp": base_resp(code, words)})


# ------------------------------------------------------------------------------------------------ videos


def _frame(value: Any) -> str:
    """A link or a data URI of a picture of a fitting size and shape (7.1)."""
    if value is None or not is_picture(value):
        return "should be a link or a data URI of a picture"
    if is_url(value):
        return ""
    data = base64.b64decode(value.partition(",")[2])
    size = measure(data)
    if size is None or len(data) >= LARGEST:
        return "should be a JPEG, PNG or WebP picture below 20 MB"
    fits = min(size) > SHORTEST and max(size) <= WIDEST * min(size)
    return "" if fits else "should have a short side over 300 pixels and a ratio between 2:5 and 5:2"


def _somebody(value: Any) -> str:
    """One entry with one picture (7.1)."""
    entry = value[0] if isinstance(value, list) and len(value) == 1 else None
    images = entry.get("image") if isinstance(entry, dict) and entry.get("type") == "character" else None
    if not isinstance(images, list) or len(images) != 1:
        return "should be one character with one image"
    return _frame(images[0])


def _prompt(value: Any) -> str:
    """Words with camera moves of which at most three stand together (7.1)."""
    if not isinstance(value, str) or len(value) > LONGEST_PROMPT:
        return "should be a text of at most 2000 characters"
    cues = [[part.strip() for part in cue.split(",")] for cue in re.findall(r"\[([^\[\]]+)\]", value)]
    return "has too many camera moves" if any(len(cue) > 3 for cue in cues if MOVES & {*cue}) else ""


_VIDEO: Mapping[str, Check] = {
    "model": text, "prompt": _prompt, "first_frame_image": _frame, "last_frame_image": _frame,
    "subject_reference": _somebody, "prompt_optimizer": flag, "fast_pretreatment": flag, "duration": one_of(6, 10),
    "resolution": one_of("512P", "720P", "768P", "1080P"), "callback_url": text, "aigc_watermark": flag,
}  # fmt: skip


def video_problem(options: HailuoOptions, body: dict[str, Any] | None) -> str:
    """What is wrong with a submission, or nothing (7.1)."""
    if body is None:
        return "the body is not a JSON object"
    if strange := sorted(body.keys() - _VIDEO.keys()):
        return f"{strange[0]} is unknown"
    for name, wrong in forms.problems(_VIDEO, ("model",), body).items():
        return f"{name} {wrong}"
    model = body["model"]
    if model not in SIZES or model not in options.models:
        return f"model {model} is unknown"
    first, last, somebody = (body.get(name) for name in ("first_frame_image", "last_frame_image", "subject_reference"))
    seconds, resolution = body.get("duration", 6), body.get("resolution")
    wanting = {
        "prompt is required": not body.get("prompt") and not first,
        "duration is not supported": seconds not in SIZES[model],
        "resolution is not supported": bool(resolution) and resolution not in SIZES[model].get(seconds, ()),
        "first_frame_image is required": not first and (model in _PICTURE_MODELS or resolution == _IMAGE_ONLY),
        "last_frame_image is not supported": bool(last) and (model != "MiniMax-Hailuo-02" or resolution == _IMAGE_ONLY),
        "subject_reference is required": model == "S2V-01" and not somebody,
        "subject_reference is not supported": model != "S2V-01" and bool(somebody),
        "fast_pretreatment is not supported": "fast_pretreatment" in body and not model.startswith("MiniMax-Hailuo"),
    }
    return next((says for says, wrong in wanting.items() if wrong), "")


# ------------------------------------------------------------------------------------------------ at once


def _voice(value: Any) -> str:
    checks: Mapping[str, Check] = {
        "voice_id": text, "speed": number(0.5, 2), "vol": number(0, 10), "pitch": whole(-12, 12),
        "emotion": one_of("happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"),
    }  # fmt: skip
    return _nested(checks, ("voice_id",), value)


def _audio(value: Any) -> str:
    checks: Mapping[str, Check] = {
        "sample_rate": one_of(8000, 16000, 22050, 24000, 32000, 44100),
        "bitrate": one_of(32000, 64000, 128000, 256000), "format": one_of("mp3", "pcm", "flac", "wav"),
        "channel": one_of(1, 2),
    }  # fmt: skip
    return _nested(checks, (), value)


def _nested(checks: Mapping[str, Check], needed: tuple[str, ...], value: Any) -> str:
    if not isinstance(value, dict) or value.keys() - checks.keys():
        return "should be an object of known members"
    return ", ".join(f"{name} {wrong}" for name, wrong in forms.problems(checks, needed, value).items())


def _long(least: int, most: int) -> Check:
    def check(value: Any) -> str:
        fits = isinstance(value, str) and least <= len(value) <= most
        return "" if fits else f"should be a text of {least} to {most} characters"

    return check


def _model(value: Any) -> str:
    return "" if isinstance(value, str) and value.startswith(("speech-", "music-", "image-")) else "is unknown"


def _same_person(value: Any) -> str:
    entry = value[0] if isinstance(value, list) and len(value) == 1 else None
    image = entry.get("image_file") if isinstance(entry, dict) and entry.get("type") == "character" else None
    return "" if image is not None and is_picture(image) else "should be one character with an image_file"


_FORM = one_of("hex", "url")
AT_ONCE: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "t2a_v2": (
        {"model": _model, "text": _long(1, 10_000), "stream": one_of(False), "voice_setting": _voice,
         "audio_setting": _audio, "language_boost": text, "output_format": _FORM, "subtitle_enable": flag},
        ("model", "text", "voice_setting"),
    ),
    "music_generation": (
        {"model": _model, "prompt": _long(10, 2000), "lyrics": _long(10, 3000), "audio_setting": _audio,
         "output_format": _FORM},
        ("model", "prompt"),
    ),
    "image_generation": (
        {"model": _model, "prompt": _long(1, 2000), "aspect_ratio": one_of(*RATIOS), "n": whole(1, 9),
         "seed": whole(-(2**63)), "width": whole(64, 4096), "height": whole(64, 4096),
         "response_format": one_of("url", "base64"), "prompt_optimizer": flag, "subject_reference": _same_person},
        ("model", "prompt"),
    ),
}  # fmt: skip
"""What the calls that are answered at once read, and what they need (7.5, 7.6)."""


def problem_at_once(call: str, body: dict[str, Any] | None) -> str:
    """What is wrong with the body of one of them, or nothing."""
    if body is None:
        return "the body is not a JSON object"
    checks, needed = AT_ONCE[call]
    if strange := sorted(body.keys() - checks.keys()):
        return f"{strange[0]} is unknown"
    if call == "music_generation" and body.get("model") == "music-2.0" and not body.get("lyrics"):
        return "lyrics is required"
    return ", ".join(f"{name} {wrong}" for name, wrong in forms.problems(checks, needed, body).items())
