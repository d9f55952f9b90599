"""SVG pictures that would do more than show something: they are recognised, and drawn anew without that."""

import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing import is_active
from bot.recipes import inert

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
PIXEL = "data:image/png;base64,iVBORw0KGgo="
QUIET = [
    '<rect width="9" height="9" fill="url(#fade)"/>', '<g id="on" data-onward="x">words only: online</g>',
    f'<image href="{PIXEL}" width="9"/>', f"<image xlink:href='{PIXEL}'/>", '<use href="#on"/>', "<!-- on and on -->",
    "<style>rect { fill: url( '#fade' ) } /* url */</style>", '<text style="fill: #aaa">fox &amp; owl</text>',
    '<animate attributeName="opacity" from="0" to="1" dur="1s"/>', "<title>a script, a link: none</title>",
]  # fmt: skip
ACTIVE = [
    "<script>alert(1)</script>", "<SCRIPT/>", '<rect onload="x()"/>', "<rect\nonclick\n=\n'x()'/>",
    '<a href="https://evil.example/"><rect/></a>', '<a xlink:href=" javascript:x()"/>',
    '<use href="//evil.example#x"/>',
    '<a href="java&#115;cript:x()"/>', '<a href="&#x09;javascript:x()"/>', '<image href="data:image/svg+xml,x"/>',
    '<a href="data:text/html,x"/>', "<foreignObject><p/></foreignObject>", '<iframe src="x"/>', '<object data="x"/>',
    '<set attributeName="href" to="javascript:x()"/>', '<set attributeName="&#104;ref" to="javascript:x()"/>',
    '<animate attributeName=" xlink:href " values="javascript:x()"/>', '<set attributeName="onload" to="x()"/>',
    "<style>@import 'https://evil.example/x.css';</style>", "<style>rect{fill:url(https://evil.example/x)}</style>",
    '<rect style="fill:url( \'//evil.example\')"/>', '<rect fill="url(http://evil.example/#a)"/>',
    r'<rect style="fill:\75rl(//evil.example)"/>', r"<style>r{x:u\72 l(//evil.example)}</style>",
    "<style>rect{x:image-set('https://evil.example/x' 1x)}</style>", '<handler type="x"/>',
    '<s:script xmlns:s="http://www.w3.org/2000/svg"/>', "<s:script xmlns:s='http://www.w3.org/2000/svg'>x</s:script>",
]  # fmt: skip
HARM = re.compile(r"evil|script|onload|onclick|href=\"(?!#|data:image/png)|foreign|iframe|<object|<handler", re.I)


def drawn(parts: list[str]) -> bytes:
    return f'<svg {NAMES} viewBox="0 0 9 9">{"".join(parts)}</svg>'.encode()


def drawn_anew(drawing: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name, "a.svg"), Path(name, "b.svg")
        before.write_bytes(drawing)
        inert([str(before)], str(after))
        return after.read_bytes()


@pytest.mark.parametrize("part", QUIET)
def test_what_only_shows_something_stays_as_it_is(part: str) -> None:
    assert not is_active(drawn([part]))


@pytest.mark.parametrize("part", ACTIVE)
def test_what_does_more_is_recognised_and_left_out(part: str) -> None:
    drawing = drawn([part])
    assert is_active(drawing)
    assert not HARM.search(drawn_anew(drawing).decode())


@pytest.mark.parametrize(
    "drawing",
    [
        drawn(["<script/>"]).decode().encode("utf-16"),
        b"<?xml version='1.0' encoding='UTF-7'?>" + drawn([]),
        b'<!DOCTYPE svg [<!ENTITY a "x">]>' + drawn(["&a;"]),
        b'<?xml-stylesheet href="#x"?>' + drawn([]),
    ],
)
def test_what_cannot_be_judged_is_active(drawing: bytes) -> None:
    assert is_active(drawing)


def test_a_declaration_of_what_it_is_harms_nothing() -> None:
    assert not is_active(b'<?xml version="1.0" encoding="UTF-8"?>' + drawn(QUIET))
    assert b"fade" in drawn_anew(drawn(QUIET))


@given(st.lists(st.sampled_from(QUIET + ACTIVE), max_size=6), st.lists(st.sampled_from(["<g>", "<g a='x'>"])))
def test_whatever_is_put_together_ends_without_harm(parts: list[str], around: list[str]) -> None:
    drawing = drawn([*around, *parts, *["</g>"] * len(around)])
    anew = drawn_anew(drawing)
    assert not is_active(anew)
    assert is_active(drawing) or not HARM.search(drawing.decode().replace("a script, a link", ""))
    assert ElementTree.fromstring(anew).tag.endswith("svg")


@given(st.binary(max_size=60), st.integers(0, 100))
def test_bytes_that_are_anything_are_judged(noise: bytes, place: int) -> None:
    whole = drawn(["<script>x</script>"])
    place = min(place, len(whole))
    assert isinstance(is_active(whole[:place] + noise + whole[place:]), bool)
