"""A picture, a video that begins with it, its last frame, a longer video: each by clicking on the one before."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.page import SLOW, Demo, DemoPage

expect.set_options(timeout=20_000)  # two cores may be busy with the other tests
pytestmark = pytest.mark.browser
OPTIONS = ("--pace", "0.05")
FOX, RUNS, RESTS = "a fox in the snow", "it runs away", "it rests under a tree"


def picture(page: DemoPage, card: Locator) -> tuple[int, int]:
    """The size of the picture that hangs on a card, once the browser shows it."""
    shown = card.locator("img[src^='blob:']")
    expect(shown).to_have_count(1, timeout=2 * SLOW)
    expect(shown).to_have_js_property("complete", True)
    width, height = shown.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    return width, height


def made(card: Locator, *words: str) -> None:
    """A card says that it is finished, and what it is."""
    for word in ("Finished", "@guest", *words):
        expect(card).to_contain_text(word, timeout=2 * SLOW)


def test_each_from_the_one_before(page: DemoPage) -> None:
    page.view_as("guest")
    fox = page.run("/image", prompt=FOX, **{"with": "flux"})
    made(fox, "Flux", FOX)
    assert picture(page, fox) == (1024, 768)

    menu = page.press_for_card(fox, "Animate")
    expect(menu).to_contain_text("What shall be done with this picture?")
    page.pick(menu, "Kling · Video")
    expect(page.modal).to_contain_text("What happens in the video")
    film = page.fill_form(RUNS)
    made(film, "Kling", RUNS)
    page.video(film)

    frame = page.press_for_card(film, "Last frame")
    made(frame, "Darkroom")
    assert picture(page, frame) == (480, 270)
    for label in ("Animate", "Use as input…"):
        expect(frame.locator(".component-button", has_text=label)).to_be_visible()

    page.press(film, "Extend")
    expect(page.modal).to_contain_text("What happens next")
    longer = page.fill_form(RESTS)
    made(longer, "Kling", RESTS)
    page.video(longer)
    assert (page.complaints, page.diagnostics()) == ([], [])


def test_nothing_unexpected_is_logged(running_demo: Demo) -> None:
    log = running_demo.log.read_text(encoding="utf-8")
    assert re.findall("Traceback|unexpected", log) == []
