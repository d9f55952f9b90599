"""Recraft: what is sent for each request."""

from typing import Any

import pytest

from bot.errors import Refused
from bot.provider import CATALOGUE, INPUT, Submission
from bot.providers.recraft import RECRAFT
from bot.providers.recraft.drawing import GenerateBackground, Image, ImageToImage, Inpaint, ReplaceBackground, flat
from bot.providers.recraft.own import NewStyle
from bot.providers.recraft.working import CreativeUpscale, CrispUpscale, Erase, RemoveBackground, Vectorize, Worked
from bot.text import _
from bot.wire import Call, Part

ROOT = "/recraft/v1"
PICTURE, MASK = f"{INPUT}aa", f"{INPUT}bb"
STYLE_ID = "7d3e1f30-9c92-4d20-9b80-3b2c9e3f4051"
FOX = Part("prompt", "a fox")


def called(made: Submission) -> list[Call]:
    """Every call that may be made for the request, the first first."""
    (step,) = made.steps()
    found = [choice.call({}) for choice in (step, *step.otherwise)]
    assert found[0] == made.call()
    return [call for call in found if isinstance(call, Call)]


def paid(path: str, *form: Part, json: Any = None) -> Call:
    return Call("POST", ROOT + path, json=json, form=form, paid=True, timeout=300.0)


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({}, {}),
        ({"prompt": " a fox\n"}, {}),
        ({"size": "1365x1024", "n": 6, "model": "recraftv3"}, {"size": "1365x1024", "n": 6, "model": "recraftv3"}),
        ({"style": "realistic_image"}, {"style": "realistic_image"}),
        ({"substyle": "hdr"}, {"style": "realistic_image", "substyle": "hdr"}),
        (
            {"style": "digital_illustration", "substyle": "hand_drawn"},
            {"style": "digital_illustration", "substyle": "hand_drawn"},
        ),
        (
            {"model": "recraftv2", "style": "icon", "substyle": "pictogram"},
            {"model": "recraftv2", "style": "icon", "substyle": "pictogram"},
        ),
        ({"own_style": "Mine", "style_id": STYLE_ID, "base": "icon"}, {"style_id": STYLE_ID}),
        ({"negative_prompt": " rain "}, {"negative_prompt": "rain"}),
        ({"negative_prompt": "  "}, {}),
        ({"random_seed": 0}, {"random_seed": 0}),
        ({"random_seed": 2**32 - 1}, {"random_seed": 4294967295}),
        ({"artistic_level": 0}, {"controls": {"artistic_level": 0}}),
        ({"no_text": False}, {"controls": {"no_text": False}}),
        ({"colours": "#FF8800, 0af"}, {"controls": {"colors": [{"rgb": [255, 136, 0]}, {"rgb": [0, 170, 255]}]}}),
        ({"background": "fff"}, {"controls": {"background_color": {"rgb": [255, 255, 255]}}}),
        (
            {"colours": "#000000", "background": "#010203", "artistic_level": 5, "no_text": True},
            {
                "controls": {
                    "colors": [{"rgb": [0, 0, 0]}],
                    "background_color": {"rgb": [1, 2, 3]},
                    "artistic_level": 5,
                    "no_text": True,
                }
            },
        ),
        ({"model": "recraftv4", "size": "16:9"}, {"model": "recraftv4", "size": "16:9"}),
        ({"model": "recraftv4_pro", "size": "2048x2048"}, {"model": "recraftv4_pro", "size": "2048x2048"}),
    ],
)
def test_pictures_from_words(values: dict[str, Any], body: dict[str, Any]) -> None:
    made = Image.make(**{"prompt": "a fox", **values})
    assert called(made) == [paid("/images/generations", json={"prompt": "a fox", **body})]
    assert Image.restored(made.model_dump_json(exclude_none=True)).call() == made.call()


REDRAWN = [
    (ImageToImage, "/images/imageToImage", (), (Part("strength", "0.5"),)),
    (ReplaceBackground, "/images/replaceBackground", (), ()),
    (Inpaint, "/images/inpaint", (Part("mask", MASK),), ()),
    (GenerateBackground, "/images/generateBackground", (Part("mask", MASK),), ()),
]


def redrawn(kind: Any, **values: Any) -> Any:
    masks = {"mask": MASK} if kind.masks else {}
    return kind.make(prompt="a fox", image=PICTURE, **masks, **values)


@pytest.mark.parametrize(("kind", "path", "files", "more"), REDRAWN)
def test_pictures_from_a_picture(kind: Any, path: str, files: tuple[Part, ...], more: tuple[Part, ...]) -> None:
    made = redrawn(kind)
    assert called(made) == [paid(path, Part("image", PICTURE), *files, FOX, *more)]
    assert made.inputs() == ["aa", *(["bb"] if kind.masks else [])]
    assert {name: (mask.of, mask.black_edits) for name, mask in kind.masks.items()} == (
        {"mask": ("image", False)} if files else {}
    )


@pytest.mark.parametrize(("percent", "words"), [(0, "0"), (7, "0.07"), (100, "1")])
def test_how_much_may_change(percent: int, words: str) -> None:
    (call,) = called(redrawn(ImageToImage, strength=percent))
    assert call.form[-1] == Part("strength", words)


@pytest.mark.parametrize(("kind", "path", "files", "_more"), REDRAWN)
def test_everything_else_in_a_form(kind: Any, path: str, files: tuple[Part, ...], _more: Any) -> None:
    (call,) = called(
        redrawn(
            kind, n=2, model="recraftv3", style="digital_illustration", substyle="grain", negative_prompt="rain",
            random_seed=7, colours="#ff8800 #0a141e", background="#ffffff", artistic_level=3, no_text=True,
        )
    )  # fmt: skip
    shown = [part for part in call.form if part.name not in {"image", "mask", "strength"}]
    colours = [Part("controls[colors][][rgb][]", str(value)) for value in (255, 136, 0, 10, 20, 30)]
    assert call.path == ROOT + path
    assert shown == [
        FOX,
        Part("n", "2"),
        Part("model", "recraftv3"),
        Part("style", "digital_illustration"),
        Part("substyle", "grain"),
        Part("negative_prompt", "rain"),
        Part("random_seed", "7"),
        *colours,
        *[Part("controls[background_color][rgb][]", "255")] * 3,
        Part("controls[artistic_level]", "3"),
        Part("controls[no_text]", "true"),
    ]


def test_flattening() -> None:
    assert list(flat({"a": 1.0, "b": False, "c": {"d": ["x", {"e": 2}]}})) == [
        ("a", "1"),
        ("b", "false"),
        ("c[d][]", "x"),
        ("c[d][][e]", "2"),
    ]


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        (Vectorize, ["/images/vectorize"]),
        (RemoveBackground, ["/images/removeBackground"]),
        (CrispUpscale, ["/images/clarityUpscale", "/images/crispUpscale"]),
        (CreativeUpscale, ["/images/generativeUpscale", "/images/creativeUpscale"]),
    ],
)
@pytest.mark.parametrize(
    ("part", "names"),
    [(None, ["file", "image"]), ("auto", ["file", "image"]), ("file", ["file"]), ("image", ["image"])],
)
def test_work_on_a_picture(kind: type[Worked], paths: list[str], part: str | None, names: list[str]) -> None:
    made = kind.make(image=PICTURE, name="fox", part=part)
    assert called(made) == [paid(path, Part(name, PICTURE)) for path in paths for name in names]
    assert (made.caption, made.inputs()) == ("fox", ["aa"])


def test_erasing() -> None:
    made = Erase.make(image=PICTURE, mask=MASK, name="fox", part="file")
    assert called(made) == [paid("/images/eraseRegion", Part("image", PICTURE), Part("mask", MASK))]
    assert made.inputs() == ["aa", "bb"]


@pytest.mark.parametrize(("parts", "forms"), [(None, 2), ("auto", 2), ("numbered", 1), ("images", 1)])
def test_a_style_of_one_s_own(parts: str | None, forms: int) -> None:
    made = NewStyle.make(name=" Mine ", image1=PICTURE, image3=MASK, base="icon", parts=parts)
    base = Part("style", "icon")
    numbered = paid("/styles", base, Part("file1", PICTURE), Part("file2", MASK))
    images = paid("/styles", base, Part("images", PICTURE), Part("images", MASK))
    assert called(made) == {2: [numbered, images], 1: [images if parts == "images" else numbered]}[forms]
    assert (made.caption, made.inputs()) == ("Mine", ["aa", "bb"])
    assert NewStyle.make(name="x", image1=PICTURE).base == "digital_illustration"


@pytest.mark.parametrize(
    ("status", "words", "missing"),
    [
        (400, "image is required", True),
        (400, "file is required", True),
        (422, "Missing required parameter: 'image'", True),
        (400, "images are required", True),
        (415, "No file was uploaded", True),
        (400, "The image was not provided", True),
        (400, "image is not a PNG, JPEG or WEBP picture", False),
        (400, "prompt is required", False),
        (400, "The request was refused by content moderation", False),
        (400, "image is smaller than 256 pixels", False),
        (403, "image is required", False),
        (200, "image is required", False),
        (500, "image is required", False),
    ],
)
def test_only_a_picture_that_was_not_found_is_sent_under_another_name(status: int, words: str, missing: bool) -> None:
    """What was done and charged may not be asked for again."""
    refusal = Refused(_("The relay refused: {message}", message=words), status=status)
    for made in (Vectorize.make(image=PICTURE), NewStyle.make(name="x", image1=PICTURE)):
        (step,) = made.steps()
        assert [choice.declined(refusal) for choice in (step, *step.otherwise)] == [missing] * 2
    (step,) = Erase.make(image=PICTURE, mask=MASK).steps()
    assert not step.declined(refusal)


def test_every_request_is_final_and_has_its_time() -> None:
    kinds = [kind for (provider, _action), kind in CATALOGUE.items() if provider == RECRAFT.name]
    assert len(kinds) == 11
    assert {kind.lookup for kind in kinds} == {None}
    assert list(RECRAFT.reports({"data": [{"url": "https://img.example/1"}]})) == []
