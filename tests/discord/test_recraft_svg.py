"""Previews of SVG pictures: what is shown, what is left out, and what cannot harm."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.recipes import MAX_DRAWING
from bot.workshop import Workshop, WorkshopProblem

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
GREEN = '<rect width="100%" height="100%" fill="#00ff00"/>'
INNER = "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 9 9%22%3E"


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    found = Workshop()
    yield found
    await found.close()


async def shown(workshop: Workshop, folder: Path, svg: str | bytes) -> Image.Image:
    """What the preview shows."""
    (folder / "a.svg").write_bytes(svg.encode() if isinstance(svg, str) else svg)
    await workshop.make("raster", [folder / "a.svg"], folder / "a.png")
    with Image.open(folder / "a.png", formats=["PNG"]) as found:
        return found.convert("RGBA")


def middle(picture: Image.Image) -> object:
    return picture.getpixel((picture.width // 2, picture.height // 2))


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('viewBox="0 0 300 500"', (614, 1024)),
        ('viewBox="0 0 500 300"', (1024, 614)),
        ('width="20" height="20"', (1024, 1024)),
        ('width="9000000" height="9000000"', (1024, 1024)),
    ],
)
async def test_the_longer_side_is_always_the_same(
    workshop: Workshop, tmp_path: Path, head: str, size: tuple[int, int]
) -> None:
    found = await shown(workshop, tmp_path, f"<svg {NAMES} {head}>{GREEN}</svg>")
    assert all(abs(given - wanted) <= 1 for given, wanted in zip(found.size, size, strict=True))
    assert middle(found) == (0, 255, 0, 255)


async def test_what_is_empty_stays_transparent(workshop: Workshop, tmp_path: Path) -> None:
    found = await shown(workshop, tmp_path, b'\xef\xbb\xbf<?xml version="1.0"?><svg %s/>' % NAMES.encode())
    assert middle(found) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="{path}" width="9" height="9"/>',
        "<image xlink:href = '{path}' width='9' height='9'/>",
        '<image xlink:href="file://{path}" width="9" height="9"/>',
        '<image href="{name}" width="9" height="9"/>',
        '<filter id="f"><feImage href="{path}"/></filter><rect width="9" height="9" filter="url(#f)"/>',
        '<image href="&#47;{path}" width="9" height="9"/>',
        '<image href="' + INNER + '%3Cimage href=%22{path}%22 width=%229%22 height=%229%22/%3E%3C/svg%3E"/>',
        "<style>@import url(file://{path}); rect {{ fill: url({path}) }}</style>",
    ],
)
async def test_no_file_of_this_machine_gets_into_a_preview(workshop: Workshop, tmp_path: Path, inside: str) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (9, 9), "red").save(secret)
    drawing = inside.format(path=secret, name=secret.name)
    found = await shown(workshop, tmp_path, f'<svg {NAMES} viewBox="0 0 9 9">{drawing}</svg>')
    assert {colour for _count, colour in found.getcolors() or []} <= {(0, 0, 0, 0), (0, 0, 0, 255)}


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="'
        + INNER
        + '%3Crect width=%229%22 height=%229%22 fill=%22lime%22/%3E%3C/svg%3E" width="9" height="9"/>',
        '<defs><rect id="a" width="9" height="9" fill="lime"/></defs><use xlink:href="#a"/>',
        "<script>alert(1)</script>" + GREEN,
    ],
)
async def test_what_a_drawing_holds_itself_is_shown(workshop: Workshop, tmp_path: Path, inside: str) -> None:
    assert middle(await shown(workshop, tmp_path, f'<svg {NAMES} viewBox="0 0 9 9">{inside}</svg>')) == (0, 255, 0, 255)


BOMB = "".join(f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
ENTITY = '<!ENTITY a SYSTEM "file:///etc/hostname">'


@pytest.mark.parametrize(
    "svg",
    [
        b"no drawing",
        f"<svg {NAMES}>".encode(),
        f'<svg {NAMES} viewBox="0 0 9 9"><g id="g0">{GREEN}</g>{BOMB}</svg>'.encode(),
        f'<!DOCTYPE svg [<!ENTITY a0 "ha">{LAUGHS}]><svg {NAMES}><title>&a9;</title></svg>'.encode(),
        f"<!DOCTYPE svg [{ENTITY}]><svg {NAMES}><text>&a;</text></svg>".encode(),
        f"<svg {NAMES}/>".encode("utf-16"),
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * MAX_DRAWING + b"</svg>",
    ],
    ids=["words", "half", "copies", "laughs", "entity", "utf-16", "large"],
)
async def test_hostile_drawings_come_to_nothing(workshop: Workshop, tmp_path: Path, svg: bytes) -> None:
    with pytest.raises(WorkshopProblem):
        await shown(workshop, tmp_path, svg)
    assert not (tmp_path / "a.png").exists()
