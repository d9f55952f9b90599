"""Ideogram's models, ratios, sizes and styles (reference ``relay-midjourney-…md`` 4.2, 4.4)."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

Model = Literal["V_1", "V_1_TURBO", "V_2", "V_2_TURBO", "V_2A", "V_2A_TURBO", "V_3"]
MODELS: tuple[Model, ...] = get_args(Model)
V3: Model = "V_3"
LEGACY: tuple[Model, ...] = tuple(model for model in MODELS if model != V3)
FIRST: tuple[Model, ...] = ("V_1", "V_1_TURBO")
SECOND: tuple[Model, ...] = ("V_2", "V_2_TURBO")
LIGHT: tuple[Model, ...] = ("V_2A", "V_2A_TURBO")
NAMES: Mapping[Model, str] = {
    "V_1": "1.0",
    "V_1_TURBO": "1.0 Turbo",
    "V_2": "2.0",
    "V_2_TURBO": "2.0 Turbo",
    "V_2A": "2a",
    "V_2A_TURBO": "2a Turbo",
    "V_3": "3.0",
}
"""What Ideogram itself calls them."""
Speed = Literal["FLASH", "TURBO", "BALANCED", "DEFAULT", "QUALITY"]
SPEEDS: tuple[Speed, ...] = get_args(Speed)
COMMON_SPEEDS: tuple[Speed, ...] = ("TURBO", "DEFAULT", "QUALITY")
"""Speeds that every relay with 3.0 knows."""
Style = Literal["AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME", "FICTION"]
LEGACY_STYLES = ("AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME")
NEW_STYLES = ("AUTO", "GENERAL", "REALISTIC", "DESIGN", "FICTION")
Magic = Literal["AUTO", "ON", "OFF"]
PALETTES = ("EMBER", "FRESH", "JUNGLE", "MAGIC", "MELON", "MOSAIC", "PASTEL", "ULTRAMARINE")
LEGACY_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "16:10", "10:16", "3:1", "1:3")
NEW_RATIOS = (*LEGACY_RATIOS, "2:1", "1:2", "4:5", "5:4")
_LEGACY_SIZES = """
    512x1536 576x1408 576x1472 576x1536 640x1024 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280
    704x1344 704x1408 704x1472 720x1280 736x1312 768x1024 768x1088 768x1152 768x1216 768x1232 768x1280 768x1344
    832x960 832x1024 832x1088 832x1152 832x1216 832x1248 864x1152 896x960 896x1024 896x1088 896x1120 896x1152 960x832
    960x896 960x1024 960x1088 1024x640 1024x768 1024x832 1024x896 1024x960 1024x1024 1088x768 1088x832 1088x896
    1088x960 1120x896 1152x704 1152x768 1152x832 1152x864 1152x896 1216x704 1216x768 1216x832 1232x768 1248x832
    1280x704 1280x720 1280x768 1280x800 1312x736 1344x640 1344x704 1344x768 1408x576 1408x640 1408x704 1472x576
    1472x640 1472x704 1536x512 1536x576 1536x640
"""
_NEW_SIZES = """
    512x1536 576x1408 576x1472 576x1536 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280 704x1344
    704x1408 704x1472 736x1312 768x1088 768x1216 768x1280 768x1344 800x1280 832x960 832x1024 832x1088 832x1152
    832x1216 832x1248 864x1152 896x960 896x1024 896x1088 896x1120 896x1152 960x832 960x896 960x1024 960x1088 1024x832
    1024x896 1024x960 1024x1024 1088x768 1088x832 1088x896 1088x960 1120x896 1152x704 1152x832 1152x864 1152x896
    1216x704 1216x768 1216x832 1248x832 1280x704 1280x768 1280x800 1312x736 1344x640 1344x704 1344x768 1408x576
    1408x640 1408x704 1472x576 1472x640 1472x704 1536x512 1536x576 1536x640
"""
_PRESETS = """
    80S_ILLUSTRATION 90S_NOSTALGIA ABSTRACT_ORGANIC ANALOG_NOSTALGIA ART_BRUT ART_DECO ART_POSTER AURA AVANT_GARDE
    BAUHAUS BLUEPRINT BLURRY_MOTION BRIGHT_ART C4D_CARTOON CHILDRENS_BOOK COLLAGE COLORING_BOOK_I COLORING_BOOK_II
    CUBISM DARK_AURA DOODLE DOUBLE_EXPOSURE DRAMATIC_CINEMA EDITORIAL EMOTIONAL_MINIMAL ETHEREAL_PARTY EXPIRED_FILM
    FLAT_ART FLAT_VECTOR FOREST_REVERIE GEO_MINIMALIST GLASS_PRISM GOLDEN_HOUR GRAFFITI_I GRAFFITI_II HALFTONE_PRINT
    HIGH_CONTRAST HIPPIE_ERA ICONIC JAPANDI_FUSION JAZZY LONG_EXPOSURE MAGAZINE_EDITORIAL MINIMAL_ILLUSTRATION
    MIXED_MEDIA MONOCHROME NIGHTLIFE OIL_PAINTING OLD_CARTOONS PAINT_GESTURE POP_ART RETRO_ETCHING RIVIERA_POP
    SPOTLIGHT_80S STYLIZED_RED SURREAL_COLLAGE TRAVEL_POSTER VINTAGE_GEO VINTAGE_POSTER WATERCOLOR WEIRD
    WOODBLOCK_PRINT
"""
LEGACY_SIZES, NEW_SIZES, PRESETS = (tuple(names.split()) for names in (_LEGACY_SIZES, _NEW_SIZES, _PRESETS))


def ratios_of(model: Model) -> tuple[str, ...]:
    """The aspect ratios of a model."""
    return NEW_RATIOS if model == V3 else LEGACY_RATIOS


def sizes_of(model: Model) -> tuple[str, ...]:
    """The sizes of a model that takes any."""
    return NEW_SIZES if model == V3 else LEGACY_SIZES


def styles_of(model: Model) -> tuple[str, ...]:
    """The style types of a model that takes any."""
    return NEW_STYLES if model == V3 else LEGACY_STYLES


def names_of(models: tuple[Model, ...]) -> str:
    """Several models in a sentence."""
    return ", ".join(NAMES[model] for model in models)


def constant(words: Any) -> Any:
    """What somebody typed as a constant is written: ``80S_ILLUSTRATION``."""
    return "_".join(words.split()).upper() if isinstance(words, str) else words


def model_named(words: Any) -> Any:
    """The model that somebody means who typed its name instead of choosing it."""
    if not isinstance(words, str):
        return words
    known = {name.lower(): model for model, name in NAMES.items()}
    return known.get(" ".join(words.lower().split())) or constant(words)
