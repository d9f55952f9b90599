"""Ideogram: what its answers mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Refused, Unreadable
from bot.providers.ideogram import IDEOGRAM, answers
from bot.providers.ideogram.drawing import Image
from bot.providers.ideogram.working import DRAW, Describe, Upscale
from bot.task import Media, Phase, Place, Report, State, Task
from bot.text import _

FIXTURES = Path(__file__).parent.parent / "fixtures" / "ideogram"
DAY = 86400.0
A, B = (Media(f"https://media.example/ephemeral/{name}.png?exp=1", "image", lifetime=DAY) for name in "ab")
FOX, STUDY = "A fox in the snow", "A study in orange"
ALL = {path.stem for path in FIXTURES.glob("*.json")}
WHOLE = {
    "pictures-one": (A,),
    "pictures-two": (A, B),
    "pictures-number-created": (A, B),
    "pictures-array": (A, B),
    "pictures-envelope": (A, B),
    "pictures-numeric-code": (A, B),
    "pictures-nested": (A, B),
    "pictures-string": (A, B),
    "pictures-bare": (A, B),
    "pictures-null-fields": (A, B),
    "pictures-upscaled": (A,),
    "pictures-magic": (A, B),
    "pictures-magic-each": (A, B),
}
PARTLY = {"partly-null": (A,), "partly-empty": (B,), "partly-linked": (B,), "partly-linkless": (A,)}
WITHHELD = {"withheld-null", "withheld-all", "withheld-linked"}
DESCRIBED = {
    "described-two": [FOX, STUDY],
    "described-one": [FOX],
    "described-strings": [FOX, STUDY],
    "described-envelope": [FOX, STUDY],
}
WORDLESS = {"described-empty", "described-wordless"}
UNEXPECTED = {"unexpected-task", "unexpected-error"}


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def drawn(name: str, asked: str = "A poster") -> Report:
    return answers.pictures(fixture(name), asked)


def test_every_answer_is_here() -> None:
    assert {*WHOLE, *PARTLY, *WITHHELD, *DESCRIBED, *WORDLESS, *UNEXPECTED, "nothing"} == ALL


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_pictures(name: str) -> None:
    report = drawn(name)
    assert (report.state, report.media, report.note) == (State.DONE, WHOLE[name], None)
    assert IDEOGRAM.accepted(fixture(name)).media == WHOLE[name]


@pytest.mark.parametrize("name", sorted(PARTLY))
def test_a_withheld_picture_is_left_out_and_said(name: str) -> None:
    report = drawn(name)
    assert (report.state, report.media) == (State.DONE, PARTLY[name])
    assert str(report.note) == "Ideogram's safety check withheld 1 of 2 pictures."
    assert len(report.data["pictures"]) == 1


@pytest.mark.parametrize("name", sorted(WITHHELD))
def test_all_withheld(name: str) -> None:
    assert drawn(name) == Report(state=State.FAILED, reason=answers.ALL_WITHHELD)


def test_no_picture_at_all() -> None:
    assert drawn("nothing") == Report(state=State.FAILED, reason=answers.NO_PICTURE)


def test_what_is_known_of_the_pictures() -> None:
    about = {"prompt": "A poster", "resolution": "1312x736", "seed": "12345", "style_type": "GENERAL"}
    assert drawn("pictures-two").data == {"pictures": [about, {**about, "seed": "12346"}]}
    assert drawn("pictures-upscaled").data == {"pictures": [{**about, "resolution": "2048x2048"}]}
    assert drawn("pictures-bare").data == {"pictures": [{}, {}]}
    first, second = drawn("pictures-null-fields").data["pictures"]
    assert (first.keys(), second.keys()) == ({"resolution"}, {"prompt", "seed", "style_type"})


@pytest.mark.parametrize(
    ("name", "asked", "text"),
    [
        ("pictures-two", "A poster", ""),
        ("pictures-two", "", "✨ A poster"),
        ("pictures-magic", "A poster", "✨ A poster in the style of the twenties, with lettering"),
        ("pictures-magic-each", "A poster", "✨ 1. A bright poster\n✨ 2. A dark poster"),
        ("pictures-magic-each", "A dark poster", "✨ A bright poster"),
    ],
)
def test_the_words_it_was_drawn_from(name: str, asked: str, text: str) -> None:
    assert drawn(name, asked).text == text


def test_a_request_s_own_words_are_not_told_again() -> None:
    for made in (Image.make(prompt="A poster"), Upscale.make(name="fox", prompt="A poster")):
        (step,) = made.steps()
        assert step.read(fixture("pictures-one"), {}).text == ""


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_descriptions(name: str) -> None:
    report = answers.descriptions(fixture(name))
    assert (report.state, report.data, report.media) == (State.DONE, {"descriptions": DESCRIBED[name]}, ())
    assert report.text == (FOX if len(DESCRIBED[name]) == 1 else f"1. {FOX}\n\n2. {STUDY}")


@pytest.mark.parametrize("name", sorted(WORDLESS))
def test_no_words(name: str) -> None:
    assert answers.descriptions(fixture(name)) == Report(state=State.FAILED, reason=answers.NO_WORDS)


@pytest.mark.parametrize("payload", [*map(fixture, sorted(UNEXPECTED)), None, "", 1, {}, {"data": None}, {"data": {}}])
def test_what_is_no_answer(payload: Any) -> None:
    for read in (answers.pictures, answers.descriptions):
        with pytest.raises(Unreadable):
            read(payload)


@pytest.mark.parametrize("payload", [[1, "x"], {"data": [{"id": 1}]}, {"data": [None]}])
def test_a_list_of_something_else_is_no_pictures(payload: Any) -> None:
    with pytest.raises(Unreadable):
        answers.pictures(payload)


def test_more_than_anybody_makes() -> None:
    rows = [{"url": f"https://media.example/{number}"} for number in range(50)]
    assert len(answers.pictures({"data": rows}).media) == answers.MOST
    assert len(answers.descriptions({"descriptions": ["x"] * 50}).data["descriptions"]) == answers.MOST


@pytest.mark.parametrize(
    ("status", "message", "other"),
    [
        (415, "", True),
        (415, "HTTP 415", True),
        (400, "the content type is not supported", True),
        (400, "Content-Type must be application/json", True),
        (400, "multipart: NextPart: EOF", True),
        (400, "invalid character '-' in numeric literal", True),
        (400, "HTTP 400", False),
        (400, "resolution and aspect_ratio exclude each other", False),
        (422, "The JSON prompt failed the safety check", False),
        (403, "content type", False),
    ],
)
def test_which_refusal_is_about_the_form(status: int, message: str, other: bool) -> None:
    assert answers.wants_other_form(Refused(_("The relay refused: {message}", message=message), status=status)) is other


def described(data: dict[str, Any]) -> Task:
    return Task(
        id="0123456789",
        provider="ideogram",
        action="describe",
        submission="{}",
        caption="fox",
        user_id=1,
        locale="en-US",
        place=Place(channel_id=1),
        created_at=0.0,
        phase=Phase.DELIVERED,
        data=data,
    )


def test_a_button_for_each_description() -> None:
    def buttons(*words: str) -> list[tuple[str, str, str, int | None]]:
        found = Describe.steps_after(described({"descriptions": list(words)}))
        assert all(of is None for _step, of in found)
        return [(step.key, str(step.label), step.argument, step.row) for step, _of in found]

    assert buttons("one") == [(DRAW, "Make a picture of it", "0", 0)]
    assert buttons("one", "two") == [
        (DRAW, "Make a picture of 1", "0", 0),
        (DRAW, "Make a picture of 2", "1", 0),
    ]
    assert [row for _key, _label, _argument, row in buttons(*"abcdef")] == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("data", [{}, {"descriptions": None}, {"descriptions": [None, {}]}])
def test_a_task_without_descriptions_has_no_buttons(data: dict[str, Any]) -> None:
    assert Describe.steps_after(described(data)) == []
