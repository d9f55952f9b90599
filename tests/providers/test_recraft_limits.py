"""Recraft: what cannot be asked for, and which files cannot be used."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import Invalid
from bot.provider import Given, Options
from bot.providers.recraft import RecraftOptions
from bot.providers.recraft.drawing import Image, ImageToImage, Inpaint
from bot.providers.recraft.limits import check_picture, check_sum
from bot.providers.recraft.own import NewStyle
from bot.providers.recraft.styles import SIZES, STYLES, draws_vectors, family_of
from bot.providers.recraft.working import CreativeUpscale, CrispUpscale, Erase, Vectorize, Worked
from bot.sniff import GIF, JPEG, PNG, WEBP, Kind

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": " "}, "“prompt” is empty."),
        ({"prompt": "x" * 1001}, "The prompt is too long for Recraft: 1001 bytes, at most 1000. A Latin letter"),
        ({"prompt": "狐" * 334}, "The prompt is too long for Recraft: 1002 bytes, at most 1000."),
        ({"prompt": "ä" * 501, "model": "recraftv2"}, "The prompt is too long for Recraft: 1002 bytes, at most 1000."),
        ({"prompt": "x" * 10_001, "model": "recraftv4"}, "The prompt is too long for Recraft: 10001 bytes"),
        ({"model": "dall-e"}, "Recraft has no model “dall-e”."),
        ({"style": "any"}, "“style” must be one of: realistic_image, digital_illustration,"),
        ({"style": "icon"}, "The style icon does not go with recraftv3, only with recraftv2."),
        (
            {"style": "logo_raster", "model": "recraft20b"},
            "The style logo_raster does not go with recraft20b, only with recraftv3.",
        ),
        (
            {"style": "realistic_image", "substyle": "grain"},
            "The substyle grain does not belong to the style realistic_image, but to digital_illustration.",
        ),
        (
            {"substyle": "seamless"},
            "The substyle seamless does not belong to the style realistic_image, but to digital_illustration, "
            "vector_illustration.",
        ),
        ({"style": "digital_illustration", "substyle": "voxel"}, "The substyle voxel goes with recraftv2 only."),
        (
            {"style": "vector_illustration", "substyle": "fog"},
            "There is no substyle “fog” of the style vector_illustration. Choose one from the list.",
        ),
        (
            {"style": "icon", "style_id": "s", "model": "recraftv2"},
            "Choose either `style` and `substyle` or `own_style`, not both.",
        ),
        ({"substyle": "hdr", "style_id": "s"}, "Choose either `style` and `substyle` or `own_style`, not both."),
        (
            {"style": "realistic_image", "model": "recraftv4"},
            "recraftv4 takes no styles: leave `style` and `substyle` out.",
        ),
        ({"substyle": "hdr", "model": "recraftv4_pro"}, "recraftv4_pro takes no styles: leave `style` and"),
        ({"style_id": "s", "model": "recraftv4"}, "recraftv4 takes no styles: leave `own_style` out."),
        (
            {"negative_prompt": "rain", "model": "recraftv4"},
            "recraftv4 takes no negative prompt: leave `negative_prompt` out.",
        ),
        ({"size": "1000x1000"}, "recraftv3 makes no pictures of the size 1000x1000. Possible: 1024x1024, 1365x1024,"),
        ({"size": "16:9"}, "recraftv3 makes no pictures of the size 16:9. Possible: 1024x1024,"),
        ({"size": "1365x1024", "model": "recraftv4"}, "recraftv4 makes no pictures of the size 1365x1024."),
        ({"size": "1024x1024", "model": "recraftv4_pro"}, "recraftv4_pro makes no pictures of the size 1024x1024."),
        ({"colours": "red"}, "“red” is not a colour. Write colours like #ff8800."),
        ({"colours": "#ff88"}, "“#ff88” is not a colour."),
        ({"colours": " "}, "“” is not a colour."),
        ({"colours": "#111 #222 #333 #444 #555 #666"}, "At most 5 colours can be given; these are 6."),
        ({"background": "#fff, #000"}, "The background has one colour only."),
        ({"background": "white"}, "“white” is not a colour."),
        ({"n": 7}, "“n” cannot be used: Input should be less than or equal to 6."),
        ({"artistic_level": 6}, "“artistic_level” cannot be used: Input should be less than or equal to 5."),
        ({"random_seed": 2**32}, "“seed” cannot be used: Input should be less than or equal to 4294967295."),
    ],
)
def test_what_cannot_be_asked_for(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Image.make(**{"prompt": "a fox", **values})
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "values",
    [
        {"prompt": "x" * 1000},
        {"prompt": "狐" * 333 + "x"},
        {"prompt": "x" * 10_000, "model": "recraftv4"},
        {"colours": "#111 222,#333;444 #555555"},
        {"style": "digital_illustration", "substyle": "voxel", "model": "recraftv2"},
    ],
)
def test_what_just_fits(values: dict[str, Any]) -> None:
    assert Image.make(**{"prompt": "a fox", **values}).call().path.endswith("/generations")


@pytest.mark.parametrize(
    ("model", "family"),
    [
        (None, "v3"),
        ("recraftv3", "v3"),
        ("recraftv2", "v2"),
        ("recraft20b", "v2"),
        ("refm1", "v2"),
        ("recraftv4", "v4"),
        ("recraftv4_vector", "v4"),
        ("recraftv4_pro_vector", "v4 pro"),
    ],
)
def test_families(model: str | None, family: str) -> None:
    assert family_of(model) == family


def test_the_tables_are_those_of_the_reference() -> None:
    counts = {name: [len(substyles) for substyles in styles.values()] for name, styles in STYLES.items()}
    assert counts == {"v3": [19, 41, 24, 5], "v2": [19, 48, 28, 11], "v4": [], "v4 pro": []}
    assert {name: len(sizes) for name, sizes in SIZES.items()} == {"v2": 15, "v3": 15, "v4": 28, "v4 pro": 28}
    for styles in STYLES.values():
        assert all(len(set(substyles)) == len(substyles) for substyles in styles.values())
    assert all(len(set(sizes)) == len(sizes) for sizes in SIZES.values())


@pytest.mark.parametrize(
    ("model", "style", "vector"),
    [
        (None, None, False),
        (None, "vector_illustration", True),
        ("recraftv2", "icon", True),
        ("recraftv3", "logo_raster", False),
        ("recraftv4_vector", None, True),
        ("recraftv4", None, False),
    ],
)
def test_what_comes_as_svg(model: str | None, style: str | None, vector: bool) -> None:
    assert draws_vectors(model, style) is vector


@pytest.mark.parametrize(
    ("kind", "size", "pixels", "sentence"),
    [
        (GIF, 100, (300, 300), "Recraft takes PNG, JPEG and WebP pictures only."),
        (PNG, 5 * MIB, (300, 300), "This picture is too large for Recraft: 5 MiB, but it must have less than 5 MiB."),
        (PNG, 6 * MIB + MIB // 4, (300, 300), "This picture is too large for Recraft: 6.25 MiB,"),
        (JPEG, 100, None, "The size of this picture cannot be told; the file may be damaged."),
        (JPEG, 100, (4097, 300), "Recraft takes pictures of at most 4096 pixels a side; this one has 4097 × 300."),
        (WEBP, 100, (4001, 4000), "Recraft takes pictures of at most 16 megapixels; this one has 4001 × 4000 pixels."),
        (PNG, 100, (4000, 255), "This picture is too small for Recraft: 4000 × 255 pixels, but each side needs at"),
    ],
)
def test_pictures_that_cannot_be_used(kind: Kind, size: int, pixels: tuple[int, int] | None, sentence: str) -> None:
    given = Given(kind, size, pixels=pixels)
    for submission in (Vectorize, CreativeUpscale, Erase, ImageToImage, Inpaint, NewStyle):
        with pytest.raises(Invalid) as caught:
            submission.check_input("image", given, RecraftOptions())
        assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("kind", [PNG, JPEG, WEBP])
@pytest.mark.parametrize("pixels", [(4096, 3906), (256, 256), (4000, 4000)])
def test_pictures_that_just_fit(kind: Kind, pixels: tuple[int, int]) -> None:
    check_picture(Given(kind, 5 * MIB - 1, pixels=pixels), 5 * MIB)


def test_a_crisp_upscale_takes_small_pictures() -> None:
    def check(kind: type[Worked], side: int) -> None:
        kind.check_input("image", Given(PNG, 9, pixels=(300, side)), RecraftOptions())

    check(CrispUpscale, 32)
    with pytest.raises(Invalid, match="each side needs at least 32"):
        check(CrispUpscale, 31)
    with pytest.raises(Invalid, match="each side needs at least 256"):
        check(CreativeUpscale, 32)


def test_the_operator_s_settings() -> None:
    options = RecraftOptions(file_part="image", style_parts="images", largest_mb=10)
    large = Given(PNG, 9 * MIB, pixels=(300, 300))
    assert Vectorize.check_input("image", large, options) == {"part": "image"}
    assert NewStyle.check_input("image1", large, options) == {"parts": "images"}
    assert ImageToImage.check_input("image", large, options) == {}
    assert Vectorize.check_input("image", Given(PNG, 9, pixels=(300, 300)), Options()) == {"part": "auto"}


def test_a_mask_has_only_to_be_of_its_picture_s_size() -> None:
    given = Given(GIF, 9 * MIB, pixels=(9, 9))
    assert Inpaint.check_input("mask", given, RecraftOptions()) == {}
    assert Erase.check_input("mask", given, RecraftOptions()) == {"part": "auto"}


def test_the_pictures_of_a_style_together() -> None:
    check_sum([3 * MIB, 2 * MIB - 1], 5 * MIB)
    with pytest.raises(Invalid) as caught:
        check_sum([3 * MIB, 2 * MIB], 5 * MIB)
    assert str(caught.value) == (
        "The pictures are too large for Recraft: 5 MiB together, but they must have less than 5 MiB."
    )


def test_the_operator_s_models() -> None:
    assert RecraftOptions(models=" recraftv4, recraftv3,").offered_models == ["recraftv4", "recraftv3"]
    assert RecraftOptions().offered_models == ["recraftv3", "recraftv2"]
    for wrong in ("recraftv3,sdxl", " , "):
        with pytest.raises(ValidationError):
            RecraftOptions(models=wrong)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "  "}, "“name” is empty."),
        ({"name": "x" * 51}, "“name” is too long: 51 characters, at most 50."),
        ({"name": "x", "base": "logo_raster"}, "“base” must be one of: realistic_image, digital_illustration,"),
    ],
)
def test_styles_that_cannot_be_made(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        NewStyle.make(**values)
    assert str(caught.value).startswith(sentence)
