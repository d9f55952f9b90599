"""What Recraft accepts: the rules for fields and pictures (reference "relay-midjourney-…" sections 3.2 and 6)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .forms import Check, Form, Part, flag, number, one_of, problems, read_numbers, text, whole
from .pictures import Colour, Size
from .recraft_stills import Act, measure, sized
from .recraft_styles import MODELS, NEW_MODELS, RATIOS, SIZES, STYLES, VECTORS

LARGEST_SIDE, LARGEST_AREA = 4096, 16_000_000
SEED_ENDPOINTS = (
    "images/generations", "styles", "images/vectorize", "images/removeBackground", "images/clarityUpscale",
    "images/generativeUpscale",
)  # fmt: skip
"""What the gateway's own documentation shows (3.1)."""
ENDPOINTS = (
    *SEED_ENDPOINTS, "images/crispUpscale", "images/creativeUpscale", "images/imageToImage", "images/inpaint",
    "images/replaceBackground", "images/generateBackground", "images/eraseRegion", "images/outpaint",
    "images/variateImage", "images/explore", "images/explore/similar", "images/generations/raster",
    "images/generations/vector", "users/me",
)  # fmt: skip


@dataclass
class RecraftOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Recraft path is offered; else all are an `Invalid URL`
    endpoints: Collection[str] = ENDPOINTS  # which of them; SEED_ENDPOINTS is the careful choice (3.1)
    part_name: Literal["both", "file", "image"] = "both"  # the picture of the single-image operations (3.2)
    missing_status: int = 400  # when the picture is missing, or 422 or 500 (3.2)
    style_parts: Literal["any", "numbered", "files", "images"] = "any"  # file1.., files or images (3.2)
    most: int = 6  # pictures of one request, or 2 (3.2)
    largest_file: int = 5 * 1024 * 1024  # bytes, or 10 MiB (3.2)
    new_models: bool = False  # the v4 models and ratios as sizes (3.4, 3.5)
    single: Literal["image", "data", "string"] = "image"  # the answer of a single-image operation (3.3 B)
    bare: bool = False  # answers have neither `created` nor `credits` (3.3)
    style_answer: Literal["id", "style_id", "full"] = "id"  # of a created style (3.3 C)
    errors: Literal["gateway", "native"] = "gateway"  # wrapped or as Recraft says them (0.3)
    openai: bool = True  # the OpenAI image form knows `recraftv3` (3.6)
    openai_styles: Literal["separate", "joined", "ignored"] = "separate"  # style and substyle there (3.6)


@dataclass(frozen=True, slots=True)
class Work:
    """What one operation on a picture is and needs (3.1, 3.2)."""

    act: Act
    single: bool = False
    masked: bool = False
    needs: tuple[str, ...] = ()
    smallest: int = 256
    renamed: bool = False


_UPSCALE = Work("scale", single=True, renamed=True)
WORKS = {
    "vectorize": Work("scale", single=True, renamed=True),
    "removeBackground": Work("cut", single=True, renamed=True),
    "clarityUpscale": Work("scale", single=True, smallest=32, renamed=True),
    "crispUpscale": Work("scale", single=True, smallest=32, renamed=True),
    "generativeUpscale": _UPSCALE,
    "creativeUpscale": _UPSCALE,
    "imageToImage": Work("blend", needs=("prompt", "strength")),
    "inpaint": Work("patch", masked=True, needs=("prompt",)),
    "replaceBackground": Work("backdrop", needs=("prompt",)),
    "generateBackground": Work("patch", masked=True, needs=("prompt",)),
    "eraseRegion": Work("erase", single=True, masked=True),
    "outpaint": Work("place"),
    "variateImage": Work("blend", needs=("size",)),
}


def _rgb(value: Any) -> bool:
    part = whole(0, 255)
    return isinstance(value, list) and len(value) == 3 and not any(part(one) for one in value)


def _colour(value: Any) -> bool:
    return isinstance(value, dict) and _rgb(value.get("rgb"))


def controls(value: Any) -> str:
    """Colours, a background, a level of artistry and whether text is wanted."""
    if not isinstance(value, dict):
        return "should be an object"
    colours = value.get("colors", [])
    if not isinstance(colours, list) or not all(
        map(_colour, [*colours, value.get("background_color", {"rgb": [0] * 3})])
    ):
        return "has a wrong colour"
    wrong = problems({"artistic_level": whole(0, 5), "no_text": flag}, (), value)
    return next((f"{name} {says}" for name, says in wrong.items()), "")


def _layout(value: Any) -> str:
    share = number(0, 1)
    fits = isinstance(value, list) and all(
        isinstance(row, dict)
        and isinstance(row.get("text"), str)
        and isinstance(box := row.get("bbox"), list)
        and len(box) == 4
        and all(isinstance(at, list) and len(at) == 2 and not any(map(share, at)) for at in box)
        for row in value
    )
    return "" if fits else "should be a list of texts with four corners each"


_SWITCH = one_of("on", "off")
CHECKS: dict[str, Check] = {
    "prompt": text, "model": text, "style": text, "style_id": text, "substyle": text, "size": text,
    "response_format": one_of("url", "b64_json"), "negative_prompt": text, "random_seed": whole(0, 2**32 - 1),
    "image_format": one_of("png", "webp"), "expire": flag, "block_nsfw": flag, "calculate_features": flag,
    "creativity": one_of("simple", "standard", "eccentric"), "style_match": one_of("regular", "precise", "flexible"),
    "upscale": one_of("upscale4mp", "upscale16mp"), "strength": number(0, 1), "text_layout": _layout,
    "controls": controls, "zoom_out_percentage": number(0, 100), "max_num_shapes": whole(1),
    "shape_stacking": one_of("cut_out", "hierarchical"),
    **dict.fromkeys((f"expand_{side}" for side in ("left", "right", "top", "bottom")), whole(0, 4096)),
    **dict.fromkeys(("svg_compression", "limit_num_shapes", "color_reduction"), _SWITCH),
    **dict.fromkeys(("return_gradients", "small_shape_filter"), _SWITCH),
}  # fmt: skip
_CONTROL = re.compile(r"controls\[(\w+)\](.*)")


def fields_of(form: Form) -> dict[str, Any]:
    """The plain fields of a form; numbers are read, and flattened controls put together again (3.2)."""
    plain = {name: value for name, value in form.fields.items() if not _CONTROL.fullmatch(name)}
    body = read_numbers(plain, CHECKS | {"n": whole(1)})
    found: dict[str, Any] = {}
    for name in dict.fromkeys(part.name for part in form.parts if part.filename is None):
        if parts := _CONTROL.fullmatch(name):
            values = [_level(value) for value in form.texts(name)]
            groups = [{"rgb": values[at : at + 3]} for at in range(0, len(values), 3)]
            ends: dict[str, Any] = {
                "": values[-1],
                "[rgb][]": groups[0] if len(groups) == 1 else groups,
                "[][rgb][]": groups,
            }
            found[parts[1]] = ends.get(parts[2], values)
    return body | ({"controls": found} if found else {})


def _level(value: str) -> Any:
    return {"true": True, "false": False}.get(value, int(value) if value.isdigit() else value)


@dataclass(frozen=True, slots=True)
class Look:
    """What the fields ask for: the size, whether it is a vector picture, and a colour over all."""

    size: Size
    vector: bool = False
    colour: Colour | None = None


@dataclass
class Rules:
    """The rules under the switches; `styles` are the created ones with their base style."""

    options: RecraftOptions
    styles: dict[str, str] = field(default_factory=dict)

    def wrong(self, body: Mapping[str, Any], needs: Collection[str]) -> str:
        """What is wrong with the fields (3.2, 3.4, 3.5, 6), or nothing."""
        found = problems({**CHECKS, "n": whole(1, self.options.most)}, needs, body)
        first = next((f"{name} {says}" for name, says in found.items()), "")
        return first or self._model_wrong(body) or self._style_wrong(body)

    def family(self, body: Mapping[str, Any]) -> str:
        """The family of models, or nothing for an unknown model."""
        known = MODELS | (NEW_MODELS if self.options.new_models else {})
        return known.get(body.get("model") or "recraftv3", "")

    def _model_wrong(self, body: Mapping[str, Any]) -> str:
        family = self.family(body)
        if not family:
            return "model is unknown"
        most = 10_000 if family.startswith("v4") else 1000
        if len((body.get("prompt") or "").encode()) > most:
            return f"prompt is longer than {most} bytes"
        if body.get("text_layout") and family != "v3":
            return "text_layout is for recraftv3 only"
        size = body.get("size") or SIZES[family][0]
        known = size in SIZES[family] or (self.options.new_models and size in RATIOS)
        return "" if known else f"size {size} is not supported"

    def _style_wrong(self, body: Mapping[str, Any]) -> str:
        style, style_id, substyle = (body.get(name) for name in ("style", "style_id", "substyle"))
        table = STYLES.get(self.family(body))
        if style and style_id:
            return "style and style_id exclude each other"
        if table is None:
            return "this model takes no styles" if style or style_id or substyle else ""
        if style_id:
            known = style_id in self.styles
            return "style_id is unknown" if not known else "substyle needs style" if substyle else ""
        style = style or "realistic_image"
        if style not in table:
            return f"style {style} is not supported by this model"
        return f"substyle {substyle} does not belong to {style}" if substyle and substyle not in table[style] else ""

    def picture_wrong(self, part: Part, smallest: int) -> str:
        """What is wrong with a given picture (3.2), or nothing."""
        size = measure(part.data)
        if size is None:
            return f"{part.name} is not a PNG, JPEG or WEBP picture"
        if len(part.data) >= self.options.largest_file:
            return f"{part.name} is larger than {self.options.largest_file} bytes"
        if max(size) > LARGEST_SIDE or size[0] * size[1] > LARGEST_AREA:
            return f"{part.name} has too many pixels"
        return f"{part.name} is smaller than {smallest} pixels" if min(size) < smallest else ""

    def look(self, body: Mapping[str, Any]) -> Look:
        """What valid fields ask for."""
        size = body.get("size") or SIZES[self.family(body)][0]
        style = self.styles.get(body.get("style_id") or "") or body.get("style")
        colours = (body.get("controls") or {}).get("colors") or []
        colour = tuple(colours[0]["rgb"]) if colours else None
        vector = style in VECTORS or (body.get("model") or "").endswith("vector")
        wide, _, high = size.partition("x")
        return Look((int(wide), int(high)) if high else sized(size), vector, colour)
