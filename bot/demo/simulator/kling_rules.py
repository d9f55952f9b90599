"""What Kling's requests must look like (reference "relay-luma-…" sections 5.3 to 5.8)."""

from collections.abc import Mapping
from typing import Any

from .forms import Check, decoded, number, one_of, problems, text, whole
from .pictures import is_url
from .recraft_stills import measure

VIDEO_MODELS = (
    "kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master", "kling-v2-5-turbo",
    "kling-v2-6", "kling-v3",
)  # fmt: skip
IMAGE_MODELS = ("kling-v1", "kling-v1-5", "kling-v2", "kling-v2-new", "kling-v2-1", "kling-v3")
OMNI_MODELS = ("kling-video-o1", "kling-v3-omni")
TRY_ON_MODELS = ("kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5")
MODELS = tuple(dict.fromkeys((*VIDEO_MODELS, *IMAGE_MODELS, *OMNI_MODELS, *TRY_ON_MODELS)))
COUPLES = ("hug", "kiss", "heart_gesture")
TURNS = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
FLIGHTS = ("down_back", "forward_up", "right_turn_forward", "left_turn_forward")
ENDING = ("kling-v1-5", "kling-v1-6", "kling-v2-1", "kling-v2-5-turbo", "kling-v2-6")
SOUND_BYTES = 5 * 1024 * 1024


def words(most: int, least: int = 0) -> Check:
    """A string of so many characters."""
    return lambda value: "" if isinstance(value, str) and least <= len(value) <= most else f"at most {most} characters"


def picture(value: Any) -> str:
    """A link, or raw base64 without a prefix of a PNG or JPEG whose sides are long enough and alike enough (5.5)."""
    if is_url(value):
        return ""
    size = measure(decoded(value))
    if size is None or not decoded(value).startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return "File is not in a valid base64 format"
    small = min(size) < 300 or max(size) > 2.5 * min(size)
    return "image dimensions or aspect ratio are invalid" if small else ""


def sound(value: Any) -> str:
    """A recording as raw base64 (5.7)."""
    return "" if 0 < len(decoded(value)) <= SOUND_BYTES else "audio file is invalid"


def link(value: Any) -> str:
    """A link."""
    return "" if is_url(value) else "should be a URL"


def camera(value: Any) -> str:
    """`camera_control`: a move with exactly one number that is not zero, or a flight without any (5.3)."""
    if not isinstance(value, dict) or value.keys() - {"type", "config"}:
        return "should be an object of type and config"
    if value.get("type") in FLIGHTS:
        return "config goes with simple only" if value.get("config") else ""
    config = value.get("config")
    if value.get("type") != "simple" or not isinstance(config, dict) or config.keys() - set(TURNS):
        return "config should name one move"
    moves = [strength for strength in config.values() if strength]
    fits = len(moves) == 1 and not number(-10, 10)(moves[0])
    return "" if fits else "exactly one value should be from -10 to 10"


def pictures(name: str, most: int) -> Check:
    """A list of objects that hold a picture each, and perhaps say which frame it is (5.6, 5.8)."""
    more = {"type"} if name == "image_url" else set()

    def check(value: Any) -> str:
        fits = isinstance(value, list) and 1 <= len(value) <= most
        if not fits or not all(isinstance(one, dict) and not one.keys() - {name, *more} for one in value):
            return f"should be 1 to {most} objects of {name}"
        if any(one.get("type", "first_frame") not in ("first_frame", "end_frame") for one in value):
            return "type should be first_frame or end_frame"
        return next((says for one in value if (says := picture(one.get(name)))), "")

    return check


def videos(value: Any) -> str:
    """`video_list`: one video by its link (5.8)."""
    checks = {"video_url": link, "refer_type": one_of("base", "feature"), "keep_original_sound": one_of("yes", "no")}
    if not (isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)):
        return "should be a list of one video"
    return _first(checks, ["video_url"], value[0])


_WORDS = words(2500)
_MORE: dict[str, Check] = {"callback_url": text, "external_task_id": text}
_NAMED: dict[str, Check] = {"model_name": text, "model": text, **_MORE}
_MODE = one_of("std", "pro")
_TIMES = one_of(*map(str, range(3, 16)))
_VIDEO: dict[str, Check] = _NAMED | {
    "prompt": _WORDS, "negative_prompt": _WORDS, "cfg_scale": number(0, 1), "mode": _MODE, "sound": one_of("on", "off"),
    "camera_control": camera, "aspect_ratio": one_of("16:9", "9:16", "1:1"), "duration": _TIMES,
}  # fmt: skip
_FRAMES = _VIDEO | {"image": picture, "image_tail": picture, "static_mask": picture}
_EFFECT: dict[str, Check] = {"model_name": text, "model": text, "mode": _MODE, "duration": one_of("5", "10")}
_LIPS: dict[str, Check] = {
    "task_id": text, "video_id": text, "video_url": link, "mode": one_of("text2video", "audio2video"),
    "text": words(120, 1), "voice_id": text, "voice_language": one_of("zh", "en"), "voice_speed": number(0.8, 2.0),
    "audio_type": one_of("file", "url"), "audio_file": sound, "audio_url": link,
}  # fmt: skip
_IMAGE: dict[str, Check] = _NAMED | {
    "prompt": _WORDS, "negative_prompt": _WORDS, "image": picture, "image_reference": one_of("subject", "face"),
    "image_fidelity": number(0, 1), "human_fidelity": number(0, 1), "resolution": one_of("1k", "2k"), "n": whole(1, 9),
    "aspect_ratio": one_of("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"),
}  # fmt: skip


def _object(value: Any) -> str:
    return "" if isinstance(value, dict) else "should be an object"


RULES: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "videos/text2video": (_VIDEO, ("prompt",)),
    "videos/image2video": (_FRAMES, ()),
    "videos/multi-image2video": (_VIDEO | {"image_list": pictures("image", 4)}, ("prompt", "image_list")),
    "videos/video-extend": (
        _MORE
        | {"video_id": text, "task_id": text, "prompt": _WORDS, "negative_prompt": _WORDS, "cfg_scale": number(0, 1)},
        ("video_id",),
    ),
    "videos/lip-sync": (_MORE | {"input": _object}, ("input",)),
    "videos/effects": (_MORE | {"effect_scene": text, "input": _object}, ("effect_scene", "input")),
    "videos/omni-video": (
        _VIDEO | {"image_list": pictures("image_url", 7), "video_list": videos, "element_list": text},
        ("prompt",),
    ),
    "images/generations": (_IMAGE, ("prompt",)),
    "images/kolors-virtual-try-on": (
        _NAMED | {"human_image": picture, "cloth_image": picture},
        ("human_image", "cloth_image"),
    ),
}
"""Of each kind of request the fields it has, and those it needs."""
KNOWN: Mapping[str, tuple[str, ...]] = {
    "videos/omni-video": OMNI_MODELS,
    "videos/multi-image2video": ("kling-v1-6",),
    "images/generations": IMAGE_MODELS,
    "images/kolors-virtual-try-on": TRY_ON_MODELS,
}
"""The models of each kind; of the others they are the video models."""


def problem(kind: str, body: Mapping[str, Any]) -> str:
    """What is wrong with a body, or nothing."""
    checks, needed = RULES[kind]
    if wrong := _first(checks, needed, body):
        return wrong
    if body.get("model_name") != body.get("model"):
        return "model and model_name should be the same"
    return _TOGETHER[kind](body) if kind in _TOGETHER else ""


def _first(checks: Mapping[str, Check], needed: Any, body: Mapping[str, Any]) -> str:
    strangers = [name for name in body if name not in checks]
    if strangers:
        return f"{strangers[0]} is not supported"
    found = problems(checks, needed, body)
    return next((f"{name} {says}" for name, says in found.items()), "")


def _video_together(body: Mapping[str, Any]) -> str:
    name, mode, length = body.get("model_name") or "kling-v1", body.get("mode") or "std", body.get("duration") or "5"
    if name != "kling-v3" and length not in ("5", "10"):
        return "duration is invalid"
    if body.get("sound") == "on" and name != "kling-v3" and (name, mode) != ("kling-v2-6", "pro"):
        return "sound is not supported"
    if name.startswith("kling-v2") and "cfg_scale" in body:
        return "cfg_scale is not supported"
    if name.endswith("-master") and "mode" in body:
        return "mode is not supported"
    if "camera_control" in body:
        moved = ("kling-v1-5", "pro", "5") if "image" in body else ("kling-v1", mode, "5")
        return "" if (name, mode, length) == moved else "camera_control is not supported"
    return ""


def _frames_together(body: Mapping[str, Any]) -> str:
    if not body.keys() & {"image", "image_tail"}:
        return "image and image_tail cannot both be empty"
    if len(body.keys() & {"image_tail", "static_mask", "camera_control"}) > 1:
        return "image_tail, static_mask and camera_control exclude each other"
    name, mode, length = body.get("model_name") or "kling-v1", body.get("mode") or "std", body.get("duration") or "5"
    short = name == "kling-v1" and length == "5"
    if "static_mask" in body and not short:
        return "static_mask is not supported"
    ends = short or (mode == "pro" and name in ENDING)
    if "image_tail" in body and not (ends and body.get("sound") != "on") and name != "kling-v3":
        return "image_tail is not supported"
    return _video_together(body)


def _lips_together(body: Mapping[str, Any]) -> str:
    given = body["input"]
    if wrong := _first(_LIPS, ["mode"], given):
        return wrong
    if ("video_id" in given) == ("video_url" in given):
        return "either video_id or video_url is required"
    spoken = {"text", "voice_id", "voice_language"} if given["mode"] == "text2video" else {"audio_type"}
    missing = spoken - given.keys()
    if given["mode"] == "audio2video" and f"audio_{given.get('audio_type')}" not in given:
        missing = {"audio"}
    return f"{min(missing)} is required" if missing else ""


def _effect_together(body: Mapping[str, Any]) -> str:
    given, couple = body["input"], body["effect_scene"] in COUPLES
    shown: dict[str, Check] = {"image": picture, "images": _two_pictures}
    needed = ["images", "duration"] if couple else [] if "images" in given else ["image"]
    if wrong := _first(_EFFECT | shown, needed, given):
        return wrong
    return "model and model_name should be the same" if given.get("model_name") != given.get("model") else ""


def _two_pictures(value: Any) -> str:
    if not (isinstance(value, list) and len(value) == 2):
        return "should be two images"
    return picture(value[0]) or picture(value[1])


def _image_together(body: Mapping[str, Any]) -> str:
    if "image" in body and body.get("negative_prompt"):
        return "negative_prompt is not supported with image"
    needs = body.get("model_name") == "kling-v1-5" and "image" in body and "image_reference" not in body
    return "image_reference is required" if needs else ""


def _omni_together(body: Mapping[str, Any]) -> str:
    if body.get("model_name") == "kling-v3-omni":
        return ""
    if body.get("sound") == "on":
        return "sound is not supported"
    return "" if int(body.get("duration") or "5") <= 10 else "duration is invalid"


_TOGETHER = {
    "videos/text2video": _video_together,
    "videos/image2video": _frames_together,
    "videos/omni-video": _omni_together,
    "videos/lip-sync": _lips_together,
    "videos/effects": _effect_together,
    "images/generations": _image_together,
}
