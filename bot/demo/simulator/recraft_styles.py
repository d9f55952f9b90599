"""The styles, sizes and models that Recraft knows (reference "relay-midjourney-…" sections 3.4 and 3.5)."""

_REALISTIC = """b_and_w enterprise evening_light faded_nostalgia forest_life hard_flash hdr motion_blur
    mystic_naturalism natural_light natural_tones organic_calm real_life_glow retro_realism retro_snapshot
    studio_portrait urban_drama village_realism warm_folk"""
_DIGITAL = """2d_art_poster 2d_art_poster_2 antiquarian bold_fantasy child_book child_books cover crosshatch
    digital_engraving engraving_color expressionism freehand_details grain grain_20 graphic_intensity hand_drawn
    hand_drawn_outline handmade_3d hard_comics infantile_sketch long_shadow modern_folk multicolor neon_calm noir
    nostalgic_pastel outline_details pastel_gradient pastel_sketch pixel_art plastic pop_art pop_renaissance seamless
    street_art tablet_sketch urban_glow urban_sketching vanilla_dreams young_adult_book young_adult_book_2"""
_VECTOR = """bold_stroke chemistry colored_stencil contour_pop_art cosmics cutout depressive editorial emotional_flat
    engraving infographical line_art line_circuit linocut marker_outline mosaic naivector roundish_flat seamless
    segmented_colors sharp_contrast thin vector_photo vivid_shapes"""
_LOGO = "emblem_graffiti emblem_pop_art emblem_punk emblem_stamp emblem_vintage"
_ICON = """broken_line colored_outline colored_shapes colored_shapes_gradient doodle_fill doodle_offset_fill offset_fill
    outline outline_gradient uneven_fill pictogram"""
_DIGITAL_V2 = "3d 80s glow kawaii psychedelic voxel watercolor"
_VECTOR_V2 = "cartoon doodle_line_art flat_2 kawaii engraving line_art line_circuit linocut seamless"


def _table(**rows: str) -> dict[str, frozenset[str]]:
    return {style: frozenset(names.split()) for style, names in rows.items()}


STYLES = {
    "v3": _table(
        realistic_image=_REALISTIC, digital_illustration=_DIGITAL, vector_illustration=_VECTOR, logo_raster=_LOGO
    ),
    "v2": _table(
        realistic_image=_REALISTIC, digital_illustration=f"{_DIGITAL} {_DIGITAL_V2}",
        vector_illustration=f"{_VECTOR} {_VECTOR_V2}", icon=_ICON,
    ),
}  # fmt: skip
"""The substyles of each style, by family of models; the v4 models take no styles."""

VECTORS = ("vector_illustration", "icon")
BASES = ("realistic_image", "digital_illustration", "vector_illustration", "icon")
MODELS = {"recraftv3": "v3", "recraftv2": "v2", "recraft20b": "v2", "refm1": "v2"}
NEW_MODELS = {
    "recraftv4": "v4", "recraftv4_vector": "v4", "recraftv4_pro": "v4 pro", "recraftv4_pro_vector": "v4 pro",
}  # fmt: skip

_OLD_SIZES = """1024x1024 1365x1024 1024x1365 1536x1024 1024x1536 1820x1024 1024x1820 1024x2048 2048x1024 1434x1024
    1024x1434 1024x1280 1280x1024 1024x1707 1707x1024"""
_NEW_SIZES = """1024x1024 1216x896 896x1216 1280x832 832x1280 1152x896 896x1152 1280x896 896x1280 832x1344 768x1344
    1344x768 768x1536 1536x768"""
_PRO_SIZES = """2048x2048 2432x1792 1792x2432 2560x1664 1664x2560 2304x1792 1792x2304 2560x1792 1792x2560 1664x2688
    1536x2688 2688x1536 1536x3072 3072x1536"""
_FAMILIES = {"v2": _OLD_SIZES, "v3": _OLD_SIZES, "v4": _NEW_SIZES, "v4 pro": _PRO_SIZES}
SIZES = {family: sizes.split() for family, sizes in _FAMILIES.items()}
"""The sizes of each family, its default first."""
RATIOS = ("1:1", "2:1", "1:2", "3:2", "2:3", "4:3", "3:4", "5:4", "4:5", "6:10", "14:10", "10:14", "16:9", "9:16")
