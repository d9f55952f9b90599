"""The picture of what was spent: drawn in the worker, readable, whatever the numbers and names."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import recipes
from bot.recipes import CHART, COLOURS, FAINT, GREY, INK, PAPER, ROW
from bot.workshop import Workshop, WorkshopProblem


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    found = Workshop()
    yield found
    await found.close()


def data(bars: list[list[float]], models: dict[str, float], rest: float = 0.0) -> str:
    return json.dumps(
        {
            "bars": [{"label": f"12-{number:02}", "parts": parts} for number, parts in enumerate(bars, start=1)],
            "models": [{"name": name, "usd": usd} for name, usd in models.items()],
            "rest": rest,
        }
    )


def drawn(folder: Path, *given: Any) -> Image.Image:
    target = folder / "chart.png"
    recipes.chart([], str(target), data=data(*given))
    with Image.open(target) as picture:
        return picture.convert("RGB")


def amount(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many pixels have a colour."""
    return dict((found, count) for count, found in picture.getcolors(2**20) or []).get(colour, 0)  # noqa: C402


async def test_the_worker_draws_it(workshop: Workshop, tmp_path: Path) -> None:
    target = tmp_path / "chart.png"
    await workshop.make("chart", [], target, data=data([[1.0, 0.5]], {"gpt-4o": 1.0}, 0.5))
    with Image.open(target) as picture:
        assert (picture.format, picture.width) == ("PNG", CHART[2] + 30)


async def test_what_is_no_chart(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(WorkshopProblem):
        await workshop.make("chart", [], tmp_path / "chart.png", data="[]")
    assert not (tmp_path / "chart.png").exists()


def test_bars_are_as_high_as_their_amounts(tmp_path: Path) -> None:
    picture = drawn(tmp_path, [[2.0, 0.0, 1.0], [0.0, 1.0, 0.0]], {"a": 2.0, "b": 1.0}, 1.0)
    left, top, right, bottom = CHART
    chart = picture.crop((left, top, right, bottom))
    first, second, others = (amount(chart, colour) for colour in (*COLOURS[:2], GREY))
    assert first == pytest.approx(2 * second, rel=0.05) and others == pytest.approx(second, rel=0.05)
    assert amount(chart.crop((0, 0, chart.width // 2, chart.height)), COLOURS[1]) == 0


def test_a_line_for_each_model_and_one_for_all_others(tmp_path: Path) -> None:
    one, two = ({"a": 2.0}, 0.0), ({"a": 2.0, "b": 1.0}, 1.0)
    heights = [drawn(tmp_path, [[1.0, 1.0, 1.0]], *given).height for given in (one, two)]
    assert heights[1] - heights[0] == 2 * ROW


def test_words_are_light_on_dark(tmp_path: Path) -> None:
    picture = drawn(tmp_path, [[1.0]], {"gpt-4o": 1.0})
    assert picture.getpixel((2, 2)) == PAPER and sum(PAPER) < 150
    assert amount(picture, INK) > 50 and amount(picture, FAINT) > 50
    assert min(INK) > 230 and min(FAINT) > 170


@pytest.mark.parametrize(
    ("bars", "models", "rest"),
    [
        ([[0.0]] * 7, {}, 0.0),
        ([], {}, 0.0),
        ([[1e-9, 0.0]] * 30, {"a": 3e-8}, 0.0),
        ([[123456.0] * 7] * 30, {f"model-{'x' * 200}-{n}": 9e6 for n in range(6)}, 1.0),
        ([[1.0, 1.0]] * 24, {"模型 狐狸 🦊": 1.0}, 1.0),
    ],
)
def test_odd_numbers_and_names(tmp_path: Path, bars: Any, models: Any, rest: float) -> None:
    assert drawn(tmp_path, bars, models, rest).width == CHART[2] + 30
