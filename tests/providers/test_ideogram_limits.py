"""Ideogram: what cannot be asked for, each with a sentence of its own."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import INPUT, Given, Submission
from bot.providers.ideogram import IdeogramOptions
from bot.providers.ideogram.changing import Edit, Reframe, ReplaceBackground
from bot.providers.ideogram.drawing import Image, Remix
from bot.providers.ideogram.limits import LARGEST
from bot.providers.ideogram.working import Describe, Upscale
from bot.sniff import GIF, JPEG, PNG, WEBP

PICTURE = INPUT + "aa"
FOX: dict[str, Any] = {"prompt": "a fox"}
PALETTE = "Give one of EMBER, FRESH, JUNGLE, MAGIC, MELON, MOSAIC, PASTEL, ULTRAMARINE, or colours like #ff5733:60"
EIGHT = "cannot be used: Input should be less than or equal to 8."


def refused(kind: type[Submission], values: dict[str, Any]) -> str:
    with pytest.raises(Invalid) as caught:
        kind.make(**values)
    return str(caught.value)


def takes_no(model: str, option: str, others: str) -> str:
    return f"Ideogram {model} takes no `{option}`: leave it out, or choose another model: {others}."


SECOND = "2.0, 2.0 Turbo"
MODELS = {
    "resolution": ("1024x1024", ("V_1", "V_1_TURBO", "V_2A", "V_2A_TURBO"), f"{SECOND}, 3.0"),
    "style_type": ("GENERAL", ("V_1", "V_1_TURBO"), f"{SECOND}, 2a, 2a Turbo, 3.0"),
    "negative_prompt": ("rain", ("V_2A", "V_2A_TURBO"), f"1.0, 1.0 Turbo, {SECOND}, 3.0"),
    "palette": ("EMBER", ("V_1", "V_1_TURBO", "V_2A", "V_2A_TURBO"), f"{SECOND}, 3.0"),
    "style_preset": ("AURA", ("V_1", "V_2", "V_2A"), "3.0"),
    "style_codes": ("00000000", ("V_1", "V_2", "V_2A"), "3.0"),
    "speed": ("TURBO", ("V_1", "V_2", "V_2A"), "3.0"),
    "style_image": (PICTURE, ("V_2",), "3.0"),
    "style_image2": (PICTURE, ("V_2",), "3.0"),
    "style_image3": (PICTURE, ("V_2",), "3.0"),
    "character_image": (PICTURE, ("V_2",), "3.0"),
}
NAMES = {"V_1": "1.0", "V_1_TURBO": "1.0 Turbo", "V_2": "2.0", "V_2A": "2a", "V_2A_TURBO": "2a Turbo"}


@pytest.mark.parametrize("kind", [Image, Remix])
@pytest.mark.parametrize(
    ("option", "model"), [(option, model) for option, (_value, models, _all) in MODELS.items() for model in models]
)
def test_an_option_that_a_model_does_not_take(kind: type[Submission], option: str, model: str) -> None:
    value, _models, others = MODELS[option]
    assert refused(kind, {**FOX, "model": model, option: value}) == takes_no(NAMES[model], option, others)


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (Image, {"prompt": " "}, "“prompt” is empty."),
        (Image, {"model": "V_4"}, "“model” must be one of: V_1, V_1_TURBO, V_2, V_2_TURBO, V_2A, V_2A_TURBO or V_3."),
        (Image, {"n": 9}, f"“n” {EIGHT}"),
        (Image, {"n": 0}, "“n” cannot be used: Input should be greater than or equal to 1."),
        (Image, {"seed": 2**31}, "“seed” cannot be used: Input should be less than or equal to 2147483647."),
        (Image, {"seed": -1}, "“seed” cannot be used: Input should be greater than or equal to 0."),
        (
            Image,
            {"aspect_ratio": "1:1", "resolution": "1024x1024"},
            "Choose either `aspect_ratio` or `resolution`, not both.",
        ),
        (
            Image,
            {"aspect_ratio": "4:5"},
            "Ideogram 2.0 has no aspect ratio “4:5”. Known: 1:1, 16:9, 9:16, 4:3, 3:4, 3:2, 2:3, 16:10, 10:16, 3:1, "
            "1:3.",
        ),
        (Image, {"resolution": "800x1280"}, "Ideogram 2.0 has no resolution “800x1280”. Choose one from the list."),
        (
            Image,
            {"resolution": "720x1280", "model": "V_3"},
            "Ideogram 3.0 has no resolution “720x1280”. Choose one from the list.",
        ),
        (
            Image,
            {"style_type": "FICTION"},
            "Ideogram 2.0 has no style type FICTION. Known: AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME.",
        ),
        (
            Image,
            {"style_type": "ANIME", "model": "V_3"},
            "Ideogram 3.0 has no style type ANIME. Known: AUTO, GENERAL, REALISTIC, DESIGN, FICTION.",
        ),
        (Remix, {"image_weight": 0}, "“image_weight” cannot be used: Input should be greater than or equal to 1."),
        (Edit, {"model": "V_2A"}, "Ideogram 2a cannot do that; 2.0, 2.0 Turbo, 3.0 can."),
        (Edit, {"palette": "EMBER"}, takes_no("2.0", "palette", "3.0")),
        (Edit, {"speed": "TURBO"}, takes_no("2.0", "speed", "3.0")),
        (Reframe, {"palette": "EMBER"}, takes_no("2.0", "palette", "3.0")),
        (
            Reframe,
            {"style_type": "DESIGN", "model": "V_3"},
            takes_no("3.0", "style_type", "2.0, 2.0 Turbo, 2a, 2a Turbo"),
        ),
        (Reframe, {"resolution": "1x1"}, "Ideogram 2.0 has no resolution “1x1”. Choose one from the list."),
        (
            Reframe,
            {"image": PICTURE, "size": "640x480"},
            "Only Ideogram 3.0 reframes a picture that is not square (640 × 480 pixels): choose it with `model`.",
        ),
        (
            Reframe,
            {"image": PICTURE},
            "Only Ideogram 3.0 reframes a picture that is not square (? pixels): choose it with `model`.",
        ),
        (ReplaceBackground, {"model": "V_2"}, "Ideogram 2.0 cannot do that; 3.0 can."),
        (Upscale, {"detail": 101}, "“detail” cannot be used: Input should be less than or equal to 100."),
        (Upscale, {"resemblance": 0}, "“resemblance” cannot be used: Input should be greater than or equal to 1."),
        (Upscale, {"n": 9}, f"“n” {EIGHT}"),
        (Upscale, {"prompt": " "}, "“prompt” is empty."),
        (Describe, {"version": "V_1"}, "“version” must be one of: V_2 or V_3."),
    ],
)
def test_what_cannot_be_asked_for(kind: type[Submission], values: dict[str, Any], sentence: str) -> None:
    assert refused(kind, {**FOX, "resolution": "1024x1024", **values} if kind is Reframe else {**FOX, **values}) == (
        sentence
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"style_codes": "00000000", "style_type": "DESIGN"},
            "Style codes exclude a style type: leave `style_codes` or `style_type` out.",
        ),
        (
            {"style_codes": "00000000", "style_image3": PICTURE},
            "Style codes exclude style pictures: leave `style_codes` or `style_image` out.",
        ),
        (
            {"style_codes": "00000000 1234"},
            "“1234” is no style code. A code has eight hexadecimal digits, like 7A3F09C2.",
        ),
        (
            {"style_codes": "G0000000"},
            "“G0000000” is no style code. A code has eight hexadecimal digits, like 7A3F09C2.",
        ),
        ({"style_preset": "nice"}, "Ideogram has no style preset “nice”. Choose one from the list."),
        ({"speed": "fast"}, "“speed” must be one of: FLASH, TURBO, BALANCED, DEFAULT or QUALITY."),
        (
            {"transparent": True, "speed": "FLASH"},
            "The speed FLASH makes no transparent pictures: choose another one.",
        ),
        (
            {"upscale_factor": "X2"},
            "`upscale_factor` is for transparent pictures: set `transparent`, or leave it out.",
        ),
        (
            {"transparent": False, "upscale_factor": "X2"},
            "`upscale_factor` is for transparent pictures: set `transparent`, or leave it out.",
        ),
        *(
            ({"transparent": True, name: value}, f"A transparent picture takes no `{name}`: leave one of the two out.")
            for name, value in {
                "resolution": "1024x1024",
                "style_type": "DESIGN",
                "style_preset": "AURA",
                "style_codes": "00000000",
                "palette": "EMBER",
                "style_image2": PICTURE,
                "character_image": PICTURE,
            }.items()
        ),
    ],
)
def test_what_the_newest_model_does_not_do(values: dict[str, Any], sentence: str) -> None:
    assert refused(Image, {**FOX, "model": "V_3", **values}) == sentence


def test_only_the_newest_model_makes_transparent_pictures() -> None:
    assert refused(Image, {**FOX, "transparent": True}) == takes_no("2.0", "transparent", "3.0")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("sunset", f"“sunset” is no palette. {PALETTE} #203040:40 (in percent)."),
        ("#12345", f"“#12345” is no palette. {PALETTE} #203040:40 (in percent)."),
        ("", f"“” is no palette. {PALETTE} #203040:40 (in percent)."),
        ("#fff:", f"“#fff:” is no palette. {PALETTE} #203040:40 (in percent)."),
        ("#fff " * 9, "A palette has at most 8 colours; these are 9."),
        ("#fff:50 #000", "Give a weight to every colour of the palette, or to none."),
        ("#fff:4", "The weight of a colour goes from 5 to 100 percent; #FFFFFF has 4."),
        ("#fff:101", "The weight of a colour goes from 5 to 100 percent; #FFFFFF has 101."),
        ("#fff:0.04", "The weight of a colour goes from 5 to 100 percent; #FFFFFF has 4."),
        ("#fff:1", "The weight of a colour goes from 5 to 100 percent; #FFFFFF has 1."),
    ],
)
def test_what_is_no_palette(words: str, sentence: str) -> None:
    assert refused(Image, {**FOX, "palette": words}) == sentence


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Ultramarine", "ULTRAMARINE"),
        ("#fff:5 #000:100", "#000000:100 #FFFFFF:5"),
        ("#fff:1.0", "#FFFFFF:100"),
        ("#fff:0.05", "#FFFFFF:5"),
        ("#fff:30 #000:30 #0af:40", "#00AAFF:40 #FFFFFF:30 #000000:30"),
        ("#abc " * 8, " ".join(["#AABBCC"] * 8)),
    ],
)
def test_a_palette_as_it_is_kept(words: str, kept: str) -> None:
    made = Image.make(**FOX, palette=words)
    assert made.palette == kept
    assert Image.make(**FOX, palette=kept) == made


def looked_at(kind: type[Submission], field: str, given: Given) -> dict[str, Any]:
    return kind.check_input(field, given, IdeogramOptions())


@pytest.mark.parametrize("kind", [Image, Remix, Edit, Reframe, ReplaceBackground, Upscale, Describe])
def test_files(kind: type[Submission]) -> None:
    for fine in (PNG, JPEG, WEBP):
        assert looked_at(kind, "image", Given(fine, LARGEST)) == {}
    with pytest.raises(Invalid, match=r"^Ideogram takes PNG, JPEG and WebP pictures only\.$"):
        looked_at(kind, "image", Given(GIF, 10))
    with pytest.raises(Invalid, match=r"^This picture is too large for Ideogram: at most 10 MiB\.$"):
        looked_at(kind, "image", Given(PNG, LARGEST + 1))


def test_a_mask_may_be_of_another_type_since_it_is_made_anew() -> None:
    assert looked_at(Edit, "mask", Given(GIF, LARGEST + 1)) == {}


def test_the_size_of_what_is_reframed() -> None:
    square = looked_at(Reframe, "image", Given(PNG, 10, pixels=(512, 512)))
    assert square == {"size": "512x512"}
    assert Reframe.make(resolution="1024x640", image=PICTURE, **square).size == "512x512"
    assert looked_at(Reframe, "style_image", Given(PNG, 10, pixels=(512, 512))) == {}


def test_style_pictures_are_limited_together() -> None:
    half = Given(PNG, LARGEST // 2)
    Image.check_together({"style_image": half, "style_image3": half, "character_image": half})
    with pytest.raises(Invalid, match=r"^The style pictures are too large: at most 10 MiB together\.$"):
        Image.check_together({"style_image": half, "style_image2": half, "style_image3": Given(PNG, 2)})
