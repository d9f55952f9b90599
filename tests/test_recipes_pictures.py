"""Pictures brought into the form that a provider wants: masks with holes, and pictures of just one size."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.workshop import Workshop, WorkshopProblem

RED, BLUE = (200, 30, 40), (40, 60, 210)
SIZE = (64, 48)
CLEAR, KEPT = (0, 0, 0, 0), (0, 0, 0, 255)


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    found = Workshop()
    yield found
    await found.close()


def saved(picture: Image.Image, path: Path) -> Path:
    picture.save(path, "PNG")
    return path


def white() -> Image.Image:
    mask = Image.new("L", SIZE, 0)
    mask.paste(255, (0, 0, 32, 48))
    return mask


def painted() -> Image.Image:
    picture = Image.new("RGB", SIZE, RED)
    ImageDraw.Draw(picture).rectangle((0, 0, 31, 47), fill=(0, 255, 0))
    return picture


def erased(rim: int = 0) -> Image.Image:
    """The picture with its left half erased, the rim of it only in part."""
    picture = Image.new("RGBA", SIZE, (*RED, 255))
    picture.paste((*RED, 0), (0, 0, 32, 48))
    picture.paste((*RED, 100), (32 - rim, 0, 32, 48))
    return picture


@pytest.mark.parametrize("given", [white(), painted(), erased(), erased(8)], ids=["white", "painted", "erased", "soft"])
async def test_a_mask_with_holes(workshop: Workshop, tmp_path: Path, given: Image.Image) -> None:
    source = saved(Image.new("RGB", SIZE, RED), tmp_path / "source")
    await workshop.make("mask", [source, saved(given, tmp_path / "mask")], tmp_path / "made", clear_edits=True)
    with Image.open(tmp_path / "made") as made:
        assert (made.format, made.mode, made.size) == ("PNG", "RGBA", SIZE)
        assert (made.getpixel((5, 20)), made.getpixel((31, 20)), made.getpixel((60, 20))) == (CLEAR, CLEAR, KEPT)


async def test_a_mask_without_holes_marks_nothing(workshop: Workshop, tmp_path: Path) -> None:
    source = saved(Image.new("RGB", SIZE, RED), tmp_path / "source")
    whole = saved(Image.new("RGBA", SIZE, (*RED, 255)), tmp_path / "mask")
    with pytest.raises(WorkshopProblem, match="Nothing is marked"):
        await workshop.make("mask", [source, whole], tmp_path / "made", clear_edits=True)


async def test_others_want_it_as_before(workshop: Workshop, tmp_path: Path) -> None:
    source = saved(Image.new("RGB", SIZE, RED), tmp_path / "source")
    await workshop.make("mask", [source, saved(white(), tmp_path / "mask")], tmp_path / "made", clear_edits=False)
    with Image.open(tmp_path / "made") as made:
        assert (made.mode, made.getpixel((5, 20)), made.getpixel((60, 20))) == ("L", 255, 0)


@pytest.mark.parametrize("size", [(128, 72), (72, 128), (64, 48)])
async def test_a_picture_of_just_one_size(workshop: Workshop, tmp_path: Path, size: tuple[int, int]) -> None:
    picture = Image.new("RGBA", SIZE, (*BLUE, 255))
    picture.paste((*RED, 255), (28, 20, 36, 28))
    width, height = size
    await workshop.make("fit", [saved(picture, tmp_path / "source")], tmp_path / "made", width=width, height=height)
    with Image.open(tmp_path / "made") as made:
        assert (made.format, made.mode, made.size) == ("PNG", "RGB", size)
        assert (made.getpixel((width // 2, height // 2)), made.getpixel((0, 0))) == (RED, BLUE)
