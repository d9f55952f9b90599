"""Recraft: what its answers mean."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unreadable
from bot.providers.recraft import answers
from bot.providers.recraft.drawing import Image
from bot.providers.recraft.working import Vectorize
from bot.sniff import HEAD, PNG, SVG, sniff
from bot.task import Media, Report, State

FIXTURES = Path(__file__).parent.parent / "fixtures" / "recraft"
ONE, TWO = "https://img.example/1", "https://img.example/2"
STYLE_ID = "7d3e1f30-9c92-4d20-9b80-3b2c9e3f4051"
DAY = 86400.0
ALL = {path.stem for path in FIXTURES.glob("*.json")}
STYLES = {name for name in ALL if name.startswith("style")}
LINKS = {
    "list": [ONE],
    "list-two": [ONE, TWO],
    "list-bare": [ONE],
    "list-with-style": [ONE],
    "list-image-key": [ONE, TWO],
    "list-array": [ONE],
    "list-envelope": [ONE],
    "list-nested": [ONE],
    "list-numeric-code": [ONE],
    "list-strings": [ONE, TWO],
    "list-half": [TWO],
    "image": [TWO],
    "image-bare": [TWO],
    "image-string": [TWO],
    "image-data": [TWO],
    "image-envelope": [TWO],
    "image-top": [TWO],
}
PACKED = {"list-b64", "list-b64-data-url", "list-b64-in-url", "image-b64-string"}
VECTORS = {"list-svg", "image-b64-svg"}
NOTHING = {"list-empty", "list-linkless", "list-b64-damaged", "image-null", "image-said"}


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def drawn(name: str, *, vector: bool = False) -> Report:
    return answers.drawn(fixture(name), vector=vector)


def test_every_answer_is_here() -> None:
    assert {*LINKS, *PACKED, *VECTORS, *NOTHING, *STYLES} == ALL


@pytest.mark.parametrize("name", sorted(LINKS))
def test_pictures_by_their_links(name: str) -> None:
    report = drawn(name)
    assert report.state is State.DONE
    assert report.media == tuple(Media(link, "image", lifetime=DAY) for link in LINKS[name])
    assert (report.note is answers.NOT_ALL) == (name == "list-half")


@pytest.mark.parametrize("name", sorted(LINKS))
def test_vector_pictures_come_with_a_preview(name: str) -> None:
    report = drawn(name, vector=True)
    svgs = [Media(link, "file", lifetime=DAY) for link in LINKS[name]]
    previews = [Media(link, "image", "preview", DAY, recipe="raster") for link in LINKS[name]]
    assert report.media == (*svgs, *previews)


@pytest.mark.parametrize("name", sorted(PACKED))
def test_pictures_in_the_answer_itself(name: str) -> None:
    (media,) = drawn(name).media
    about, _comma, packed = media.url.partition(",")
    assert (about, media.kind, media.lifetime) == ("data:image/png;base64", "image", None)
    assert sniff(base64.b64decode(packed, validate=True)) is PNG
    assert drawn(name, vector=True).media == (media,)  # its bytes tell better what it is


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_an_svg_is_known_without_being_asked_for(name: str) -> None:
    svg, preview = drawn(name).media
    assert (svg.kind, svg.recipe, preview.kind, preview.recipe) == ("file", "", "image", "raster")
    assert svg.url == preview.url
    if svg.url.startswith("data:"):
        about, _comma, packed = svg.url.partition(",")
        assert about == "data:image/svg+xml;base64" and sniff(base64.b64decode(packed)[:HEAD]) is SVG


def test_base64_with_line_breaks_is_made_whole() -> None:
    (packed,) = [item["b64_json"] for item in fixture("list-b64")["data"]]
    broken = {"data": [{"b64_json": "\n".join(packed[at : at + 40] for at in range(0, len(packed), 40))}]}
    assert answers.drawn(broken).media == drawn("list-b64").media


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_an_answer_without_a_picture(name: str) -> None:
    report = drawn(name)
    words = "The picture was withheld" if name == "image-said" else str(answers.NO_PICTURE)
    assert (report.state, str(report.reason), report.media) == (State.FAILED, words, ())


@pytest.mark.parametrize("name", sorted(STYLES))
def test_a_new_style(name: str) -> None:
    report = answers.style(fixture(name))
    assert (report.state, report.remote_id, report.data) == (State.DONE, STYLE_ID, {"style_id": STYLE_ID})
    assert report.text == STYLE_ID
    with pytest.raises(Unreadable):
        drawn(name)


@pytest.mark.parametrize(
    "payload",
    [
        None, 1, "x", {}, {"created": 1}, {"data": "t-1"}, {"data": {"task_id": "t-1"}}, {"code": 0, "data": None},
        ["x"], {"data": ["x", {"url": ONE}]}, {"id": "t-1", "status": "queued"},
    ],
)  # fmt: skip
def test_what_is_no_answer_of_recraft(payload: Any) -> None:
    """Nobody knows what became of the request then; it must not count as failed."""
    with pytest.raises(Unreadable):
        answers.drawn(payload)


@pytest.mark.parametrize("payload", [None, [], {}, {"id": "a b"}, {"id": ""}, {"id": "x" * 101}, {"data": {"id": {}}}])
def test_what_is_no_style(payload: Any) -> None:
    with pytest.raises(Unreadable):
        answers.style(payload)


@pytest.mark.parametrize(
    ("made", "vector"),
    [
        (Image.make(prompt="x"), False),
        (Image.make(prompt="x", style="vector_illustration"), True),
        (Image.make(prompt="x", style_id="s", base="vector_illustration"), True),
        (Image.make(prompt="x", style_id="s", base="realistic_image"), False),
        (Image.make(prompt="x", model="recraftv4_vector"), True),
        (Vectorize.make(), True),
    ],
)
def test_the_request_knows_what_its_links_lead_to(made: Any, vector: bool) -> None:
    (step,) = made.steps()
    assert len(step.read(fixture("list"), {}).media) == (2 if vector else 1)


def test_not_more_pictures_than_anybody_asked_for() -> None:
    many = {"data": [{"url": f"{ONE}{number}"} for number in range(1000)]}
    assert len(answers.drawn(many).media) == 16
