"""What Ideogram accepts, in its legacy form and in 3.0 (reference "relay-midjourney-…" sections 4.2 to 4.4 and 6)."""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .forms import Check, Form, number, one_of, problems, text, whole
from .pictures import Size
from .recraft_stills import Act, measure

V3 = "v1/ideogram-v3/"
_LEGACY_SIZES = """512_1536 576_1408 576_1472 576_1536 640_1024 640_1344 640_1408 640_1472 640_1536 704_1152
    704_1216 704_1280 704_1344 704_1408 704_1472 720_1280 736_1312 768_1024 768_1088 768_1152 768_1216 768_1232
    768_1280 768_1344 832_960 832_1024 832_1088 832_1152 832_1216 832_1248 864_1152 896_960 896_1024 896_1088
    896_1120 896_1152 960_832 960_896 960_1024 960_1088 1024_640 1024_768 1024_832 1024_896 1024_960 1024_1024
    1088_768 1088_832 1088_896 1088_960 1120_896 1152_704 1152_768 1152_832 1152_864 1152_896 1216_704 1216_768
    1216_832 1232_768 1248_832 1280_704 1280_720 1280_768 1280_800 1312_736 1344_640 1344_704 1344_768 1408_576
    1408_640 1408_704 1472_576 1472_640 1472_704 1536_512 1536_576 1536_640"""
_SIZES = """512x1536 576x1408 576x1472 576x1536 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280
    704x1344 704x1408 704x1472 736x1312 768x1088 768x1216 768x1280 768x1344 800x1280 832x960 832x1024 832x1088
    832x1152 832x1216 832x1248 864x1152 896x960 896x1024 896x1088 896x1120 896x1152 960x832 960x896 960x1024
    960x1088 1024x832 1024x896 1024x960 1024x1024 1088x768 1088x832 1088x896 1088x960 1120x896 1152x704 1152x832
    1152x864 1152x896 1216x704 1216x768 1216x832 1248x832 1280x704 1280x768 1280x800 1312x736 1344x640 1344x704
    1344x768 1408x576 1408x640 1408x704 1472x576 1472x640 1472x704 1536x512 1536x576 1536x640"""
_PRESETS = """80S_ILLUSTRATION 90S_NOSTALGIA ABSTRACT_ORGANIC ANALOG_NOSTALGIA ART_BRUT ART_DECO ART_POSTER AURA
    AVANT_GARDE BAUHAUS BLUEPRINT BLURRY_MOTION BRIGHT_ART C4D_CARTOON CHILDRENS_BOOK COLLAGE COLORING_BOOK_I
    COLORING_BOOK_II CUBISM DARK_AURA DOODLE DOUBLE_EXPOSURE DRAMATIC_CINEMA EDITORIAL EMOTIONAL_MINIMAL
    ETHEREAL_PARTY EXPIRED_FILM FLAT_ART FLAT_VECTOR FOREST_REVERIE GEO_MINIMALIST GLASS_PRISM GOLDEN_HOUR
    GRAFFITI_I GRAFFITI_II HALFTONE_PRINT HIGH_CONTRAST HIPPIE_ERA ICONIC JAPANDI_FUSION JAZZY LONG_EXPOSURE
    MAGAZINE_EDITORIAL MINIMAL_ILLUSTRATION MIXED_MEDIA MONOCHROME NIGHTLIFE OIL_PAINTING OLD_CARTOONS PAINT_GESTURE
    POP_ART RETRO_ETCHING RIVIERA_POP SPOTLIGHT_80S STYLIZED_RED SURREAL_COLLAGE TRAVEL_POSTER VINTAGE_GEO
    VINTAGE_POSTER WATERCOLOR WEIRD WOODBLOCK_PRINT"""
LEGACY_SIZES = tuple(_LEGACY_SIZES.split())
SIZES = tuple(_SIZES.split())
PRESETS = tuple(_PRESETS.split())
LEGACY_RATIOS = ("1_1", "16_9", "9_16", "4_3", "3_4", "3_2", "2_3", "16_10", "10_16", "3_1", "1_3")
RATIOS = ("1x3", "3x1", "1x2", "2x1", "9x16", "16x9", "10x16", "16x10", "2x3", "3x2", "3x4", "4x3", "4x5", "5x4", "1x1")
PALETTES = ("EMBER", "FRESH", "JUNGLE", "MAGIC", "MELON", "MOSAIC", "PASTEL", "ULTRAMARINE")
MODELS = ("V_1", "V_1_TURBO", "V_2", "V_2_TURBO", "V_2A", "V_2A_TURBO", "V_3", "AUTO")
SECOND = ("V_2", "V_2_TURBO")
SPEEDS = ("TURBO", "DEFAULT", "QUALITY")
_PLAIN_STYLES = ("AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME")
_ODD_STYLES = ("FICTION", "CUSTOM", "STYLIZED")


@dataclass(frozen=True, slots=True)
class Work:
    """One operation: what it does, where its picture stands, and what it needs (4.2 to 4.4)."""

    act: Act
    picture: str = ""
    masked: bool = False
    needs: tuple[str, ...] = ("prompt",)
    nested: bool = False


WORKS = {
    "generate": Work("paint", nested=True),
    "remix": Work("blend", "image_file", nested=True),
    "edit": Work("patch", "image_file", masked=True, needs=("prompt", "model")),
    "upscale": Work("scale", "image_file", needs=(), nested=True),
    "describe": Work("paint", "image_file", needs=()),
    "reframe": Work("place", "image_file", needs=("resolution", "model")),
    f"{V3}generate": Work("paint"),
    f"{V3}remix": Work("blend", "image"),
    f"{V3}edit": Work("patch", "image", masked=True),
    f"{V3}inpaint": Work("patch", "image", masked=True),
    f"{V3}reframe": Work("place", "image", needs=("resolution",)),
    f"{V3}replace-background": Work("backdrop", "image"),
    f"{V3}generate-transparent": Work("cut"),
}
SEED_ENDPOINTS = ("generate", "remix", "edit", "upscale", "describe")
"""What the gateway's own documentation shows (4.1)."""


@dataclass
class IdeogramOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Ideogram path is offered; else all are an `Invalid URL`
    endpoints: Collection[str] = tuple(WORKS)  # which of them; SEED_ENDPOINTS is the careful choice (4.1)
    encodings: Collection[str] = ("multipart",)  # "multipart" and "json" for 3.0 without files (4.4)
    encoding_status: int = 415  # for another encoding, or 400 (4.4)
    largest_file: int = 10 * 1024 * 1024  # bytes, or 25 MiB (4.3)
    all_speeds: bool = True  # also FLASH and BALANCED (4.4)
    silent: bool = False  # a 400 has no body (4.5)
    created: Literal["iso", "number"] = "iso"  # how `created` is written (4.5)
    withheld: Literal["null", "empty"] = "null"  # the link of an unsafe picture (4.5)


def palette(value: Any) -> str:
    """A palette by its name, or one to eight colours with falling weights (4.2)."""
    if not isinstance(value, dict) or len(value.keys() & {"name", "members"}) != 1:
        return "should have a name or members"
    if "name" in value:
        return one_of(*PALETTES)(value["name"])
    members = value["members"]
    if not isinstance(members, list) or not 1 <= len(members) <= 8 or not all(map(_is_member, members)):
        return "should have one to eight colours"
    weights = [member["color_weight"] for member in members if member.get("color_weight") is not None]
    return "" if weights == sorted(weights, reverse=True) else "should have falling weights"


def _is_member(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(colour := value.get("color_hex"), str):
        return False
    weight = value.get("color_weight")
    fits = weight is None or not number(0.05, 1)(weight)
    return fits and re.fullmatch("#([0-9A-Fa-f]{3}){1,2}", colour) is not None


def _codes(value: Any) -> str:
    fits = isinstance(value, list) and all(re.fullmatch("[0-9A-Fa-f]{8}", str(code)) for code in value)
    return "" if fits else "should be a list of codes of eight hex digits"


def _uri(value: Any) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"model/[^/]+/version/[^/]+", value)
    return "" if fits else "should be model/<name>/version/<v>"


_SHARED: dict[str, Check] = {
    "prompt": text, "seed": whole(0, 2**31 - 1), "negative_prompt": text, "num_images": whole(1, 8),
    "color_palette": palette, "image_weight": whole(1, 100),
}  # fmt: skip
LEGACY_CHECKS: dict[str, Check] = _SHARED | {
    "aspect_ratio": one_of(*(f"ASPECT_{ratio}" for ratio in LEGACY_RATIOS)),
    "resolution": one_of(*(f"RESOLUTION_{size}" for size in LEGACY_SIZES)),
    "model": one_of(*MODELS), "magic_prompt_option": one_of("AUTO", "ON", "OFF"),
    "magic_prompt_version": one_of("V_0", *(f"V_0_{minor}" for minor in range(1, 9))),
    "style_type": one_of(*_PLAIN_STYLES, *_ODD_STYLES), "resemblance": whole(1, 100), "detail": whole(1, 100),
    "describe_model_version": one_of("V_2", "V_3"),
}  # fmt: skip
CHECKS: dict[str, Check] = _SHARED | {
    "aspect_ratio": one_of(*RATIOS), "resolution": one_of(*SIZES), "magic_prompt": one_of("AUTO", "ON", "OFF"),
    "rendering_speed": one_of(*SPEEDS, "FLASH", "BALANCED"), "style_preset": one_of(*PRESETS), "style_codes": _codes,
    "style_type": one_of("AUTO", "GENERAL", "REALISTIC", "DESIGN", *_ODD_STYLES), "custom_model_uri": _uri,
    "upscale_factor": one_of("X1", "X2", "X4"),
}  # fmt: skip


def wrong_fields(name: str, body: Mapping[str, Any], options: IdeogramOptions) -> str:
    """What is wrong with the fields of an operation, or nothing."""
    checks = CHECKS if name.startswith(V3) else LEGACY_CHECKS
    if not options.all_speeds:
        checks = checks | {"rendering_speed": one_of(*SPEEDS)}
    found = problems(checks, WORKS[name].needs, body)
    if found:
        return next(f"{name} {says}" for name, says in found.items())
    given = {name for name, value in body.items() if value is not None}
    if {"resolution", "aspect_ratio"} <= given:
        return "resolution and aspect_ratio exclude each other"
    return _wrong_new(name, body, given) if name.startswith(V3) else _wrong_legacy(name, body, given)


def _wrong_legacy(name: str, body: Mapping[str, Any], given: set[str]) -> str:
    """What a model does not take (4.2, 4.3)."""
    model, style = body.get("model") or "V_2", body.get("style_type")
    if name == "edit" and model not in SECOND:
        return "edit needs model V_2 or V_2_TURBO"
    if "style_type" in given and (model.startswith("V_1") or (model.startswith("V_2A") and style in _ODD_STYLES)):
        return f"style_type {style} is not supported by {model}"
    if "negative_prompt" in given and model not in ("V_1", "V_1_TURBO", *SECOND):
        return f"negative_prompt is not supported by {model}"
    only = given & ({"color_palette"} if name == "reframe" else {"color_palette", "resolution"})
    return f"{min(only)} is not supported by {model}" if only and model not in SECOND else ""


def _wrong_new(name: str, body: Mapping[str, Any], given: set[str]) -> str:
    """What excludes each other in 3.0 (4.4)."""
    if "style_codes" in given and given & {"style_type", "style_reference_images"}:
        return "style_codes exclude style_type and style_reference_images"
    if name.endswith("generate-transparent") and body.get("rendering_speed") == "FLASH":
        return "rendering_speed FLASH makes no transparent picture"
    return ""


def wrong_files(name: str, form: Form, options: IdeogramOptions) -> str:
    """What is wrong with the files of an operation (4.3, 4.4, 6), or nothing."""
    work = WORKS[name]
    pictures, masks = form.files(work.picture), form.files("mask")
    if work.picture and not pictures:
        return f"{work.picture} is required"
    if work.masked and not masks:
        return "mask is required"
    files = [part for part in form.parts if part.filename is not None]
    sizes = {part.name: measure(part.data) for part in files}
    if any(measure(part.data) is None or len(part.data) > options.largest_file for part in files):
        return "a file is too large or not a JPEG, PNG or WebP picture"
    if work.masked and sizes["mask"] != sizes[work.picture]:
        return "mask and image differ in size"
    size = sizes.get(work.picture)
    if name == "reframe" and size and size[0] != size[1]:
        return "image_file must be square"
    return _wrong_references(form, options)


def _wrong_references(form: Form, options: IdeogramOptions) -> str:
    styles, faces, masks = (
        form.files(name)
        for name in ("style_reference_images", "character_reference_images", "character_reference_images_mask")
    )
    if sum(len(part.data) for part in styles) > options.largest_file:
        return "style_reference_images are too large together"
    if len(faces) > 1:
        return "only one of character_reference_images is supported"
    fits = [measure(part.data) for part in masks] == [measure(part.data) for part in faces]
    return "character_reference_images_mask does not fit" if masks and not fits else ""


def size_of(body: Mapping[str, Any]) -> Size:
    """The size that the fields ask for; square where they ask for nothing."""
    if said := body.get("resolution"):
        return _numbers(said)
    wide, high = _numbers(body.get("aspect_ratio") or "1x1")
    return _nearest(wide / high, map(_numbers, SIZES))


def _numbers(said: str) -> Size:
    wide, high = re.findall(r"\d+", said)
    return int(wide), int(high)


def _nearest(ratio: float, sizes: Iterable[Size]) -> Size:
    return min(sizes, key=lambda size: (round(abs(math.log(size[0] / size[1] / ratio)), 2), -size[0] * size[1]))
