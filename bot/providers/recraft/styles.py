"""Models, styles and sizes of Recraft, and what goes together (reference ``relay-midjourney-…md`` 3.2 to 3.5)."""

import re
from collections.abc import Mapping
from typing import Literal

from bot.errors import Invalid
from bot.text import Text, _

Family = Literal["v2", "v3", "v4", "v4 pro"]
Base = Literal["realistic_image", "digital_illustration", "vector_illustration", "icon"]
"""What a style of one's own may begin with (3.2)."""
Style = Literal["realistic_image", "digital_illustration", "vector_illustration", "logo_raster", "icon"]
"""``any`` is left out: it is refused in practice, and means the same as no style (3.4)."""
DEFAULT_MODEL = "recraftv3"
DEFAULT_STYLE: Style = "realistic_image"
"""What Recraft takes when nothing is said (3.2)."""
VECTORS = frozenset({"vector_illustration", "icon"})
"""Styles whose pictures are SVG."""
LIMITS: Mapping[Family, int] = {"v2": 1000, "v3": 1000, "v4": 10_000, "v4 pro": 10_000}
"""UTF-8 bytes of a prompt."""


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_REALISTIC = _names("""b_and_w enterprise evening_light faded_nostalgia forest_life hard_flash hdr motion_blur
    mystic_naturalism natural_light natural_tones organic_calm real_life_glow retro_realism retro_snapshot
    studio_portrait urban_drama village_realism warm_folk""")
_DIGITAL = _names("""2d_art_poster 2d_art_poster_2 antiquarian bold_fantasy child_book child_books cover crosshatch
    digital_engraving engraving_color expressionism freehand_details grain grain_20 graphic_intensity hand_drawn
    hand_drawn_outline handmade_3d hard_comics infantile_sketch long_shadow modern_folk multicolor neon_calm noir
    nostalgic_pastel outline_details pastel_gradient pastel_sketch pixel_art plastic pop_art pop_renaissance seamless
    street_art tablet_sketch urban_glow urban_sketching vanilla_dreams young_adult_book young_adult_book_2""")
_VECTOR = _names("""bold_stroke chemistry colored_stencil contour_pop_art cosmics cutout depressive editorial
    emotional_flat engraving infographical line_art line_circuit linocut marker_outline mosaic naivector roundish_flat
    seamless segmented_colors sharp_contrast thin vector_photo vivid_shapes""")
_LOGO = _names("emblem_graffiti emblem_pop_art emblem_punk emblem_stamp emblem_vintage")
_ICON = _names("""broken_line colored_outline colored_shapes colored_shapes_gradient doodle_fill doodle_offset_fill
    offset_fill outline outline_gradient uneven_fill pictogram""")
_MORE_DIGITAL = _names("3d 80s glow kawaii psychedelic voxel watercolor")
_MORE_VECTOR = _names("cartoon doodle_line_art flat_2 kawaii")

STYLES: Mapping[Family, Mapping[Style, tuple[str, ...]]] = {
    "v3": {
        "realistic_image": _REALISTIC,
        "digital_illustration": _DIGITAL,
        "vector_illustration": _VECTOR,
        "logo_raster": _LOGO,
    },
    "v2": {
        "realistic_image": _REALISTIC,
        "digital_illustration": (*_DIGITAL, *_MORE_DIGITAL),
        "vector_illustration": (*_VECTOR, *_MORE_VECTOR),
        "icon": _ICON,
    },
    "v4": {},
    "v4 pro": {},
}
"""The styles of each family of models with their substyles (3.4)."""

_OLD = _names("""1024x1024 1365x1024 1024x1365 1536x1024 1024x1536 1820x1024 1024x1820 2048x1024 1024x2048 1434x1024
    1024x1434 1280x1024 1024x1280 1707x1024 1024x1707""")
_NEW = _names("""1024x1024 1216x896 896x1216 1280x832 832x1280 1152x896 896x1152 1280x896 896x1280 832x1344 768x1344
    1344x768 768x1536 1536x768""")
_PRO = _names("""2048x2048 2432x1792 1792x2432 2560x1664 1664x2560 2304x1792 1792x2304 2560x1792 1792x2560 1664x2688
    1536x2688 2688x1536 1536x3072 3072x1536""")
_RATIOS = _names("1:1 2:1 1:2 3:2 2:3 4:3 3:4 5:4 4:5 6:10 14:10 10:14 16:9 9:16")
SIZES: Mapping[Family, tuple[str, ...]] = {"v2": _OLD, "v3": _OLD, "v4": (*_NEW, *_RATIOS), "v4 pro": (*_PRO, *_RATIOS)}
"""The sizes of each family, its usual one first (3.5)."""
_MODEL = re.compile(r"(?P<v2>recraftv2\w*|recraft20b|refm1)|(?P<v3>recraftv3\w*)|(?P<v4>recraftv4\w*)")


def family_of(model: str | None) -> Family:
    """The family of a model; raises :class:`Invalid` for an unknown one."""
    found = _MODEL.fullmatch(model or DEFAULT_MODEL)
    if found is None:
        raise Invalid(_("Recraft has no model “{model}”.", model=model))
    if found["v4"]:
        return "v4 pro" if "pro" in found["v4"] else "v4"
    return "v3" if found["v3"] else "v2"


def draws_vectors(model: str | None, style: str | None) -> bool:
    """Whether what is made is an SVG."""
    return style in VECTORS or "vector" in (model or "")


def check_prompt(prompt: str, model: str | None) -> None:
    """Refuse a prompt that is too long with :class:`Invalid`; Recraft counts bytes (3.2)."""
    given, limit = len(prompt.encode()), LIMITS[family_of(model)]
    if given > limit:
        raise Invalid(
            _(
                "The prompt is too long for Recraft: {given} bytes, at most {limit}. A Latin letter takes one byte, "
                "most other letters two, a Chinese character three.",
                given=given,
                limit=limit,
            )
        )


def check_style(model: str | None, style: Style | None, substyle: str | None) -> None:
    """Refuse with :class:`Invalid` a style that the model does not have, and a substyle of another style (3.4)."""
    family = family_of(model)
    known = STYLES[family]
    if not known and (style or substyle):
        raise Invalid(_("{model} takes no styles: leave `style` and `substyle` out.", model=model))
    if style and style not in known:
        others = ", ".join(sorted({_NAMES[name] for name, styles in STYLES.items() if style in styles}))
        raise Invalid(
            _(
                "The style {style} does not go with {model}, only with {others}.",
                style=style,
                model=model or DEFAULT_MODEL,
                others=others,
            )
        )
    chosen: Style = style or DEFAULT_STYLE
    if substyle and substyle not in known[chosen]:
        raise Invalid(_stray(substyle, chosen, family))


_NAMES: Mapping[Family, str] = {"v2": "recraftv2", "v3": "recraftv3", "v4": "recraftv4", "v4 pro": "recraftv4_pro"}


def _stray(substyle: str, style: Style, family: Family) -> Text:
    """Why a substyle cannot be used, and where it belongs."""
    others = [name for name, substyles in STYLES[family].items() if substyle in substyles]
    if others:
        return _(
            "The substyle {substyle} does not belong to the style {style}, but to {others}.",
            substyle=substyle,
            style=style,
            others=", ".join(others),
        )
    elsewhere = [name for name, styles in STYLES.items() if substyle in styles.get(style, ())]
    if elsewhere:
        return _(
            "The substyle {substyle} goes with {model} only.",
            substyle=substyle,
            model=", ".join(_NAMES[name] for name in elsewhere),
        )
    return _(
        "There is no substyle “{substyle}” of the style {style}. Choose one from the list.",
        substyle=substyle,
        style=style,
    )


def check_size(model: str | None, size: str | None) -> None:
    """Refuse a size that the model does not make with :class:`Invalid` (3.5)."""
    known = SIZES[family_of(model)]
    if size and size not in known:
        raise Invalid(
            _(
                "{model} makes no pictures of the size {size}. Possible: {known}.",
                model=model or DEFAULT_MODEL,
                size=size,
                known=", ".join(known),
            )
        )
