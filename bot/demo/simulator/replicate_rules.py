"""The models that the simulated Replicate runs, and what each reads (reference "relay-luma-…" section 6.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .forms import Check, flag, number, one_of, problems, text, whole
from .pictures import is_picture, is_url

Output = Literal["images", "image", "svg", "video", "sound", "pieces", "words", "object", "mixed"]
"""What a model answers: a list or one link, a text in pieces or whole, an object with words, one with files."""


def picture(value: Any) -> str:
    """A picture as data URI or link."""
    return "" if is_picture(value) else "must be a URI"


def sound(value: Any) -> str:
    """A recording as data URI or link."""
    packed = isinstance(value, str) and value.startswith(("data:audio/", "data:video/", "data:application/"))
    return "" if packed or is_url(value) else "must be a URI"


def pictures(value: Any) -> str:
    """A list of pictures."""
    return "" if isinstance(value, list) and not any(map(picture, value)) else "must be a list of URIs"


@dataclass(frozen=True, slots=True)
class Model:
    """What a model reads, what it cannot do without, and what it answers."""

    output: Output
    checks: Mapping[str, Check]
    needed: tuple[str, ...] = ("prompt",)


_USUAL = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5")
_WIDE = (*_USUAL, "21:9", "9:21")
_FLUX = {"prompt": text, "seed": whole(-(2**63)), "output_format": one_of("webp", "jpg", "png")}
_RATIO = {"aspect_ratio": one_of(*_WIDE)}
_MANY = _FLUX | _RATIO | {"num_outputs": whole(1, 4), "go_fast": flag, "megapixels": one_of("1", "0.25")}
_PRO = _FLUX | {"aspect_ratio": one_of("custom", *_USUAL), "image_prompt": picture, "safety_tolerance": whole(1, 6)}
_ULTRA = _FLUX | _RATIO | {"image_prompt": picture, "raw": flag, "image_prompt_strength": number(0, 1)}
_KONTEXT = _FLUX | {"input_image": picture, "aspect_ratio": one_of("match_input_image", *_WIDE, "1:2", "2:1")}
_RECRAFT: dict[str, Check] = {"prompt": text, "size": text, "style": text}
_RECRAFT |= {"aspect_ratio": one_of("Not set", *_USUAL, "1:2", "2:1", "7:5", "5:7", "3:5", "5:3")}
_VIDEO = {"prompt": text, "first_frame_image": picture, "subject_reference": picture, "prompt_optimizer": flag}
_IDEOGRAM = {"prompt": text, "seed": whole(0), "image": picture, "mask": picture, "style_type": text}
_IDEOGRAM |= {"aspect_ratio": one_of(*_USUAL[:7], "16:10", "10:16", "3:1", "1:3")}
SDXL = "stability-ai/sdxl:" + "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
MODELS: dict[str, Model] = {
    "black-forest-labs/flux-schnell": Model("images", _MANY | {"num_inference_steps": whole(1, 4)}),
    "black-forest-labs/flux-dev": Model("images", _MANY | {"image": picture, "guidance": number(0, 10)}),
    "black-forest-labs/flux-pro": Model("image", _PRO | {"steps": whole(1, 50), "guidance": number(2, 5)}),
    "black-forest-labs/flux-1.1-pro": Model("image", _PRO | {"prompt_upsampling": flag}),
    "black-forest-labs/flux-1.1-pro-ultra": Model("image", _ULTRA),
    "black-forest-labs/flux-kontext-pro": Model("image", _KONTEXT),
    "black-forest-labs/flux-kontext-max": Model("image", _KONTEXT),
    "recraft-ai/recraft-v3": Model("image", _RECRAFT),
    "recraft-ai/recraft-v3-svg": Model("svg", _RECRAFT),
    "ideogram-ai/ideogram-v2-turbo": Model("image", _IDEOGRAM),
    "minimax/video-01": Model("video", _VIDEO),
    "minimax/video-01-live": Model("video", _VIDEO, ("prompt", "first_frame_image")),
    SDXL: Model("images", {"prompt": text, "num_outputs": whole(1, 4), "image": picture}),
    "meta/meta-llama-3-8b-instruct": Model("pieces", {"prompt": text, "max_tokens": whole(1, 8192)}),
    "meta/musicgen": Model("sound", {"prompt": text, "duration": whole(1, 30)}),
    "openai/whisper": Model("object", {"audio": sound}, ("audio",)),
    "nightmareai/real-esrgan": Model("image", {"image": picture, "scale": number(0, 10)}, ("image",)),
    "philz1337x/collage": Model("mixed", {"images": pictures, "caption": text}, ("images",)),
    "salesforce/blip": Model("words", {"image": picture, "task": text}, ("image",)),
}
"""The models of the gateway's price table, and one that is known by its version only."""


@dataclass
class ReplicateOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Replicate path is offered; else all are an `Invalid URL`
    predictions: bool = True  # the model may stand in the body (6.1)
    by_model: bool = True  # the model may stand in the path (6.1)
    cancel: Literal["yes", "missing", "forbidden"] = "yes"  # 404 or 405 where it is not supported (6.3)
    wire: Literal["raw", "enveloped", "nested"] = "raw"  # enveloped: 1.2; nested: the inner object is JSON text
    created: int = 201  # the status of a submission: 201, 200 or 202 (6.2)
    allowed: set[str] = field(default_factory=lambda: set(MODELS))  # the price table
    fresh_unknown: bool = False  # the first question after a submission does not find it
    partial: bool = True  # lists grow while they are made (6.4)
    logs: bool = True  # a progress bar in the logs (6.4)


def found(name: str) -> Model | None:
    """The model of a name, of a name with its version, or of a version alone."""
    if name in MODELS:
        return MODELS[name]
    alone = {known.partition(":")[2]: model for known, model in MODELS.items() if ":" in known}
    return alone.get(name)


def wrong_inputs(model: Model, given: Any) -> dict[str, str]:
    """Input by input what is wrong; an unknown one is ignored."""
    if not isinstance(given, dict):
        return {"input": "is required"}
    return problems(model.checks, model.needed, given)
