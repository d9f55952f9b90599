"""What Runway's requests must look like on the simulated relay (reference "relay-luma-…" 3.2, 3.3, 3.5, 3.6)."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from .forms import Check, flag, number, one_of, problems, text, whole
from .pictures import is_picture, is_url

PICTURE_LETTERS, VIDEO_LETTERS = 5 * 1024 * 1024, 16 * 1024 * 1024
_SIX = ("1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672")
_FOUR = ("1280:720", "720:1280", "1080:1920", "1920:1080")
_TWO_TO_TEN, _LAST = tuple(range(2, 11)), frozenset({"first", "last"})
_FROM_PICTURE: dict[str, tuple[tuple[str, ...], tuple[int, ...], frozenset[str]]] = {
    "gen3a_turbo": (("1280:768", "768:1280", "16:9", "9:16"), (5, 10), _LAST),
    "gen4_turbo": (_SIX, _TWO_TO_TEN, frozenset({"first"})),
    "gen4.5": (_SIX, _TWO_TO_TEN, frozenset({"first"})),
    "veo3": (_FOUR, (8,), frozenset({"first"})),
    "veo3.1": (_FOUR, (4, 6, 8), _LAST),
    "veo3.1_fast": (_FOUR, (4, 6, 8), _LAST),
}
"""Ratios, seconds and places of pictures of each model (3.2)."""
_FROM_WORDS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    name: (_FOUR, _FROM_PICTURE[name][1]) for name in ("veo3", "veo3.1", "veo3.1_fast")
}
_FROM_WORDS["gen4.5"] = (_FOUR[:2], _TWO_TO_TEN)
_IMAGE_RATIOS = (
    "1024:1024", "1080:1080", "1168:880", "1360:768", "1440:1080", "1080:1440", "1808:768", "1920:1080", "1080:1920",
    "2112:912", "1280:720", "720:1280", "720:720", "960:720", "720:960", "1680:720",
)  # fmt: skip
_SEED, _PERCENT = whole(0, 4294967295), whole(0, 100)
Body = dict[str, Any]


def picture(value: Any) -> str:
    """A picture: a link, or a data URI that is not too long."""
    fits = isinstance(value, str) and is_picture(value) and (is_url(value) or len(value) <= PICTURE_LETTERS)
    return "" if fits else "should be an HTTPS URL or a data URI of a picture"


def video(value: Any) -> str:
    """A video: the same."""
    if is_url(value):
        return ""
    head, _, encoded = value.partition(",") if isinstance(value, str) else ("", "", "")
    fits = re.fullmatch(r"data:video/[\w-]+;base64", head) and len(value) <= VIDEO_LETTERS
    try:
        base64.b64decode(encoded, validate=True)
    except ValueError:
        fits = None
    return "" if fits else "should be an HTTPS URL or a data URI of a video"


def _link(value: Any) -> str:
    return "" if is_url(value) else "should be a URL"


def _prompt(value: Any) -> str:
    fits = isinstance(value, str) and value.strip() and len(value.encode("utf-16-le")) <= 2000
    return "" if fits else "should have 1 to 1000 characters"


def _moderation(value: Any) -> str:
    fits = isinstance(value, dict) and value.get("publicFigureThreshold") in ("auto", "low") and len(value) == 1
    return "" if fits else "should have a publicFigureThreshold"


_COMMON = {"model": text, "promptText": _prompt, "ratio": text, "seed": _SEED, "contentModeration": _moderation}
_VIDEO = _COMMON | {"duration": whole(2, 10), "audio": flag, "negativePrompt": text}


def _checked(checks: Mapping[str, Check], required: tuple[str, ...], body: Body) -> str:
    """The first problem of a body, also a member that nobody knows."""
    strangers = dict.fromkeys(body.keys() - checks.keys(), "is not permitted")
    wrong = strangers | problems(checks, required, body)
    return next((f"{name} {says}" for name, says in wrong.items()), "")


def _frames(value: Any, places: frozenset[str]) -> str:
    """`promptImage`: one picture, or each with its position."""
    if isinstance(value, str):
        return picture(value)
    rows = value if isinstance(value, list) else []
    at = [row.get("position") for row in rows if isinstance(row, dict) and row.keys() == {"uri", "position"}]
    if not rows or len(at) != len(rows) or len(set(at)) != len(at) or not set(at) <= places:
        return "should be a picture, or pictures at positions that the model has"
    return next((says for row in rows if (says := picture(row["uri"]))), "")


def image_to_video(body: Body) -> str:
    """3.2."""
    if body.get("model") not in _FROM_PICTURE:
        return "model is unknown"
    ratios, seconds, places = _FROM_PICTURE[body["model"]]
    checks = _VIDEO | {"promptImage": lambda value: _frames(value, places)}
    checks |= {"ratio": one_of(*ratios), "duration": one_of(*seconds)}
    required = ("promptImage", "ratio", *(("promptText", "duration") if body["model"] == "gen4.5" else ()))
    return _sound(body) or _checked(checks, required, body)


def _sound(body: Body) -> str:
    wrong = {"audio", "negativePrompt"} & body.keys()
    return "" if not wrong or str(body["model"]).startswith("veo") else f"{min(wrong)} is not permitted"


def text_to_video(body: Body) -> str:
    """3.3."""
    if body.get("model") not in _FROM_WORDS:
        return "model is unknown"
    ratios, seconds = _FROM_WORDS[body["model"]]
    checks = _VIDEO | {"ratio": one_of(*ratios), "duration": one_of(*seconds)}
    return _sound(body) or _checked(checks, ("promptText", "ratio"), body)


def _references(value: Any) -> str:
    rows = value if isinstance(value, list) and 1 <= len(value) <= 3 else [None]
    for row in rows:
        if not isinstance(row, dict) or not row.keys() <= {"uri", "tag"} or picture(row.get("uri")):
            return "should be one to three pictures"
        if "tag" in row and not re.fullmatch(r"[A-Za-z]\w{2,15}", str(row["tag"])):
            return "should have tags of 3 to 16 characters"
    return ""


def text_to_image(body: Body) -> str:
    """3.3; the turbo model needs a picture."""
    checks = _COMMON | {"model": one_of("gen4_image", "gen4_image_turbo"), "ratio": one_of(*_IMAGE_RATIOS)}
    needed = ("referenceImages",) if body.get("model") == "gen4_image_turbo" else ()
    return _checked(checks | {"referenceImages": _references}, ("model", "promptText", "ratio", *needed), body)


def _keyframes(value: Any) -> str:
    rows = value if isinstance(value, list) and 1 <= len(value) <= 5 else [None]
    fits = all(
        isinstance(row, dict) and row.keys() == {"seconds", "uri"} and not picture(row["uri"])
        and not number(0, 600)(row["seconds"])
        for row in rows
    )  # fmt: skip
    return "" if fits else "should be one to five pictures with their seconds"


def _one_reference(value: Any) -> str:
    fits = (
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and value[0].get("type") == "image"
    )
    return picture(value[0].get("uri")) if fits else "should be one picture"


def video_to_video(body: Body) -> str:
    """3.3: the earlier model and the later one."""
    common = {"model": one_of("gen4_aleph", "aleph2"), "videoUri": video, "promptText": _prompt, "seed": _SEED}
    if body.get("model") == "gen4_aleph":
        checks = common | {"references": _one_reference, "ratio": text}
        return _checked(checks, ("videoUri", "promptText"), body)
    ratios = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
    return _checked(common | {"keyframes": _keyframes, "targetAspectRatio": one_of(*ratios)}, ("videoUri",), body)


def video_upscale(body: Body) -> str:
    """3.3: the earlier model takes nothing but the video."""
    checks: dict[str, Check] = {"model": one_of("upscale_v1", "magnific_video_upscaler_creative"), "videoUri": video}
    if body.get("model") != "upscale_v1":
        checks |= {"resolution": one_of("720p", "1k", "2k", "4k"), "flavor": one_of("vivid", "natural")}
        checks |= {"fpsBoost": flag} | dict.fromkeys(("creativity", "sharpen", "smartGrain"), _PERCENT)
    return _checked(checks, ("model", "videoUri"), body)


def image_upscale(body: Body) -> str:
    """3.3."""
    checks: dict[str, Check] = {"model": one_of("magnific_precision_upscaler_v2"), "imageUri": picture}
    checks |= {"scaleFactor": one_of(2, 4, 8, 16), "flavor": one_of("sublime", "photo", "photo_denoiser")}
    checks |= dict.fromkeys(("sharpen", "smartGrain", "ultraDetail"), _PERCENT)
    return _checked(checks, ("model", "imageUri"), body)


def character_performance(body: Body) -> str:
    """3.3."""

    def actor(value: Any) -> str:
        kind, uri = (value.get("type"), value.get("uri")) if isinstance(value, dict) else ("", "")
        return picture(uri) if kind == "image" else video(uri) if kind == "video" else "should have a type and a uri"

    def reference(value: Any) -> str:
        return actor(value) if isinstance(value, dict) and value.get("type") == "video" else "should be a video"

    checks: dict[str, Check] = {"model": one_of("act_two"), "character": actor, "reference": reference}
    checks |= {"bodyControl": flag, "expressionIntensity": whole(1, 5), "ratio": one_of(*_SIX), "seed": _SEED}
    return _checked(checks, ("model", "character", "reference"), body)


OFFICIAL: dict[str, Callable[[Body], str]] = {
    "image_to_video": image_to_video, "text_to_video": text_to_video, "text_to_image": text_to_image,
    "video_to_video": video_to_video, "video_upscale": video_upscale, "image_upscale": image_upscale,
    "character_performance": character_performance,
}  # fmt: skip
"""What is wrong with a body, by endpoint."""


def generate(body: Body, end_frame: str) -> str:
    """Form A, `/runway/pro/generate` (3.5)."""
    model = body.get("model") or "gen3"
    shapes = ("16:9", "9:16") if model == "gen3" else ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")

    def ratio(value: Any) -> str:
        return "" if re.fullmatch(r"\d{3,4}:\d{3,4}", str(value)) else one_of(*shapes)(value)

    def options(value: Any) -> str:
        if not isinstance(value, dict) or not value.keys() <= {"seconds", "motion_vector"}:
            return "should have seconds or a motion_vector"
        motion = value.get("motion_vector", {})
        names = {"x", "y", "z", "r", "bg_x_pan", "bg_y_pan"}
        moves = isinstance(motion, dict) and motion.keys() <= names and (not motion or model == "gen2")
        return "" if moves and value.get("seconds", 10) in (5, 10) else "has wrong values"

    checks: dict[str, Check] = {
        "prompt": text, "model": one_of("gen2", "gen3", "gen4", "gen4_turbo"), "ratio": ratio, "style": text,
        "image": _link, "options": options, "callback_url": _link, **({end_frame: _link} if end_frame else {}),
    }  # fmt: skip
    return _checked(checks, () if body.get("image") else ("prompt",), body)


def act_one(body: Body) -> str:
    """Form A (3.5)."""
    return _checked({"video": _link, "image": _link, "callback_url": _link}, ("video", "image"), body)


def video2video(body: Body) -> str:
    """Form A (3.5)."""

    def options(value: Any) -> str:
        fits = isinstance(value, dict) and value.keys() <= {"structure_transformation", "flip"}
        strength, flip = (value.get("structure_transformation", 0), value.get("flip", False)) if fits else (None, None)
        return number(0, 1)(strength) or flag(flip)

    checks: dict[str, Check] = {"video": _link, "prompt": text, "model": one_of("gen3", "gen4"), "options": options}
    return _checked(checks | {"callback_url": _link}, ("video",), body)


_GEN2 = {
    "mode": one_of("gen2"), "seed": _SEED, "motion_score": whole(0, 100), "text_prompt": text, "image_prompt": _link,
    "init_image": _link,
    **dict.fromkeys(("interpolate", "upscale", "watermark", "use_motion_score", "use_motion_vectors"), flag),
}  # fmt: skip
_TASK: dict[str, Check] = {
    "name": text, "seconds": one_of(5, 10), "text_prompt": text, "seed": _SEED, "exploreMode": flag, "watermark": flag,
    "enhance_prompt": flag, "width": one_of(1280, 768), "height": one_of(1280, 768), "init_image": _link,
    "image_as_end_frame": flag, "resolution": one_of("720p"), "assetGroupName": text, "extended_from_task_id": text,
    "init_video": _link, "video_prompt": _link, "structure_transformation": number(0, 1),
}  # fmt: skip


def task(body: Body) -> str:
    """Form B, `/runway/tasks` (3.6)."""
    checks: dict[str, Check] = {
        "taskType": one_of("gen2", "europa", "gen3a", "gen3a_turbo"), "internal": flag, "notify_hook": _link,
        "options": lambda value: "" if isinstance(value, dict) else "should be an object",
    }  # fmt: skip
    if says := _checked(checks, ("taskType", "options"), body):
        return says
    options = body["options"]
    if body["taskType"] == "gen2":
        outer = {name: _TASK[name] for name in ("name", "exploreMode", "assetGroupName")}
        inner = options.get("gen2Options")
        own = inner if isinstance(inner, dict) else {}
        rest = {name: value for name, value in options.items() if name != "gen2Options"}
        return _checked(outer | {"seconds": one_of(4)}, (), rest) or _checked(_GEN2, ("mode",), own)
    if body["taskType"] == "gen3a_turbo" and not {"init_image", "init_video", "video_prompt"} & options.keys():
        return "init_image is required"
    return _checked(_TASK, ("seconds", "width", "height"), options)
