"""What OpenAI's own models take on the simulated relay (reference "relay-suno-…" sections 5.2 to 5.4, 5.8)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .forms import Check, number, one_of, problems, text, whole
from .recraft_stills import measure

SQUARE_LIMIT, PICTURE_LIMIT, SOUND_LIMIT = 4 * 1024**2, 25 * 1024**2, 25 * 1024**2
SOUND_NAMES = (".flac", ".mp3", ".mp4", ".mpeg", ".mpga", ".m4a", ".ogg", ".wav", ".webm")
SPOKEN_LIMIT = 4096
VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")
SPEAKERS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
LISTENERS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
VIDEO_SIZES: dict[str, tuple[str, ...]] = {
    "sora-2": ("720x1280", "1280x720"),
    "sora-2-pro": ("720x1280", "1280x720", "1024x1792", "1792x1024"),
}
LENGTHS = ("4", "8", "12")
FORMS = ("json", "text", "srt", "verbose_json", "vtt")


def upto(most: int) -> Check:
    """Words, and not too many of them."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            return "is required"
        return "" if len(value) <= most else f"has {len(value)} characters, at most {most} are allowed"

    return check


def must(*values: Any) -> Check:
    """One of the values, refused in the gateway's words (5.2)."""
    known = one_of(*values)
    return lambda value: f"must be one of {', '.join(map(str, values))}" if known(value) else ""


_OLD = {"prompt": upto(1000), "n": whole(1, 10), "size": must("256x256", "512x512", "1024x1024"), "user": text}
_OLD |= {"response_format": must("url", "b64_json")}
_THREE = {
    **_OLD, "prompt": upto(4000), "n": whole(1, 1), "size": must("1024x1024", "1792x1024", "1024x1792"),
    "quality": must("standard", "hd"), "style": must("vivid", "natural"),
}  # fmt: skip
_NEW = {
    "prompt": upto(32000), "n": whole(1, 10), "size": must("1024x1024", "1536x1024", "1024x1536", "auto"),
    "quality": must("auto", "low", "medium", "high"), "background": must("transparent", "opaque", "auto"),
    "output_format": must("png", "jpeg", "webp"), "user": text,
}  # fmt: skip
DRAWN: dict[str, Mapping[str, Check]] = {
    "dall-e-2": _OLD, "dall-e-3": _THREE,
    "gpt-image-1": {**_NEW, "output_compression": whole(0, 100), "moderation": must("auto", "low")},
}  # fmt: skip
"""What each model reads when it makes a picture (5.2)."""
EDITED: dict[str, Mapping[str, Check]] = {"dall-e-2": _OLD, "gpt-image-1": _NEW}
"""The same for an edit (5.3)."""
OLD = "dall-e-2"
PACKED = "gpt-image-1"
"""The model whose pictures always come in the answer."""
SPEECH: Mapping[str, Check] = {
    "input": upto(SPOKEN_LIMIT), "voice": must(*VOICES), "speed": number(0.25, 4.0), "instructions": text,
    "response_format": must("mp3", "opus", "aac", "flac", "wav", "pcm"),
}  # fmt: skip
HEARD: Mapping[str, Check] = {
    "prompt": text, "response_format": must(*FORMS), "temperature": number(0, 1), "language": text,
    "timestamp_granularities[]": must("word", "segment"),
}  # fmt: skip
OWN = (*DRAWN, *SPEAKERS, *LISTENERS, *VIDEO_SIZES)


@dataclass
class OpenAIOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # else every path but the chat's is an `Invalid URL`, and its models are unknown
    models: Collection[str] = OWN  # another one takes anything
    edits: bool = True  # else 501, as in older gateways (5.3)
    codes: bool = True  # errors carry a `code`; older gateways leave it out (2.1)
    empty_keys: bool = True  # a picture has all three keys, empty where there is nothing (5.2)
    data_urls: bool = False  # `b64_json` begins like a data URL (5.2)
    created: Literal[200, 201] = 200  # the status of an accepted video (5.8)
    docs: bool = False  # the documentation's words for states (5.8)
    link: Literal["metadata", "text", "url", "video_url", "content", "elsewhere"] = "metadata"  # of a video (5.8)
    percent_text: bool = False  # `progress` is "35%" (5.8)
    envelope: bool = False  # a video is asked about as a task of the gateway (3.1)
    remixes: bool = True


def unknown_fields(body: Mapping[str, Any], checks: Mapping[str, Check], *more: str) -> str:
    """The first field that the model does not know."""
    strange = [name for name in body if name not in {*checks, "model", *more}]
    return f"Unknown parameter: '{strange[0]}'." if strange else ""


def wrong(checks: Mapping[str, Check], required: Collection[str], body: Mapping[str, Any]) -> str:
    """What is wrong with a body, in one sentence."""
    return next((f"{name} {says}" for name, says in problems(checks, required, body).items()), "")


def picture_problem(body: Mapping[str, Any], table: Mapping[str, Mapping[str, Check]]) -> str:
    """What is wrong with a request for pictures; a model that is not in the `table` takes anything."""
    if "×" in str(body.get("size")):
        return "size an unexpected error occurred in the parameter, please use 'x' instead of the multiplication sign"
    checks = table.get(body["model"])
    if checks is None:
        return wrong({}, ("prompt",), body)
    return unknown_fields(body, checks) or wrong(checks, ("prompt",), body)


def source_problem(model: str, sources: tuple[bytes, ...], mask: bytes | None, clear: bool) -> str:
    """What is wrong with the files of an edit (5.3); ``clear`` says that the mask has transparent places."""
    sizes = [measure(source) for source in sources]
    if not sources or not all(sizes):
        return "image is not a picture" if sources else "image is required"
    if len(sources) > (1 if model == OLD else 16):
        return "too many images"
    if model == OLD:
        square = sizes[0] is not None and sizes[0][0] == sizes[0][1]
        png = sources[0].startswith(b"\x89PNG") and len(sources[0]) < SQUARE_LIMIT
        if not (square and png):
            return "Uploaded image must be a PNG, square and less than 4 MB."
    if any(len(source) >= PICTURE_LIMIT for source in sources):
        return "image is larger than 25 MB"
    if mask is not None and (measure(mask) != sizes[0] or not clear):
        return "Invalid mask image format - mask image must have an alpha channel and the size of the image"
    return ""


def speech_problem(body: Mapping[str, Any]) -> str:
    """What is wrong with a text that is to be spoken (5.4)."""
    if strange := unknown_fields(body, SPEECH):
        return strange
    if body.get("instructions") and body["model"] != "gpt-4o-mini-tts" and body["model"] in SPEAKERS:
        return "instructions does not work with this model"
    return wrong(SPEECH, ("input", "voice"), body)


def heard_problem(body: Mapping[str, Any], name: str, size: int, *, translated: bool) -> str:
    """What is wrong with a recording that is to be written down (5.4)."""
    checks = {
        key: check
        for key, check in HEARD.items()
        if not (translated and key in ("language", "timestamp_granularities[]"))
    }
    if strange := unknown_fields(body, checks):
        return strange
    if not name.endswith(SOUND_NAMES):
        return "Invalid file format. Supported formats: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav, webm"
    if size > SOUND_LIMIT:
        return f"Maximum content size limit (26214400) exceeded ({size} bytes read)"
    if not re.fullmatch("[a-z]{2}", body.get("language", "en")):
        return "language must be in ISO-639-1 format"
    if "timestamp_granularities[]" in body and body.get("response_format") != "verbose_json":
        return "timestamp_granularities works with response_format verbose_json only"
    return wrong(checks, (), body)


def video_problem(body: Mapping[str, Any], reference: bytes | None) -> str:
    """What is wrong with a request for a video (5.8)."""
    model = body.get("model", "sora-2")
    size = body.get("size", "720x1280")
    checks = {"prompt": upto(10_000), "metadata": text}
    if model in VIDEO_SIZES:
        checks |= {"seconds": must(*LENGTHS), "size": must(*VIDEO_SIZES[model])}
    if found := unknown_fields(body, checks, "seconds", "size") or wrong(checks, ("prompt",), body):
        return found
    given = measure(reference) if reference is not None else None
    fits = given is not None and (model not in VIDEO_SIZES or size == "{}x{}".format(*given))
    return "" if fits or reference is None else "input_reference must have the requested width and height"
