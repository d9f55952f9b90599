"""Midjourney in the demo, in a real browser: one picture leads to the next, to a video, to words and back."""

import io
import re

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.page import SLOW, DemoPage

expect.set_options(timeout=20_000)  # two cores may be busy with the other tests
pytestmark = pytest.mark.browser
OPTIONS = ("--pace", "0.1")
PROMPT, PAINTED = "a lighthouse above the sea at dusk", "a red boat far out"
THIRD = "3\ufe0f\u20e3"
VIDEOS = 40_000.0
REPLACED = re.compile(r"404 \(Not Found\)\)? \S+/api/assets/\w+$")
"""The preview of a task at work, which gave way to the next one before the page had asked for it."""


def as_file(name: str, drawn: Image.Image) -> FilePayload:
    held = io.BytesIO()
    drawn.save(held, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": held.getvalue()}


def picture_on(card: Locator, page: DemoPage) -> Image.Image:
    """The picture that a finished card carries."""
    shown = card.locator(".attachment-image")
    expect(shown).to_have_count(1, timeout=2 * SLOW)
    expect(shown).to_have_js_property("complete", True)
    return Image.open(io.BytesIO(page.downloaded(card)[1])).convert("RGB")


def lower_half(size: tuple[int, int]) -> Image.Image:
    """A mask that is white there."""
    mask = Image.new("L", size)
    mask.paste(255, (0, size[1] // 2, *size))
    return mask


def open_window(page: DemoPage, card: Locator) -> None:
    """Open the window that a card waits with."""
    expect(card).to_contain_text("Waiting for you")
    page.press(card, "Continue")
    expect(page.modal).to_contain_text("Midjourney asks")


def test_from_a_prompt_to_a_video_and_from_a_picture_to_words_and_back(page: DemoPage) -> None:
    page.view_as("guest")
    described = page.run("/midjourney describe", image=as_file("sea.png", Image.new("RGB", (96, 64), "teal")))
    grid = page.run("/midjourney imagine", prompt=PROMPT)
    second = page.press_for_card(grid, "U2")
    expect(second).to_contain_text("U2 of https://discord.com/channels/")
    before = picture_on(second, page)
    assert (2 * before.width, 2 * before.height) == picture_on(grid, page).size

    region = page.press_for_card(second, "Vary (Region)")
    open_window(page, region)
    page.submit_form(PAINTED, file=as_file("mask.png", lower_half(before.size)))
    first = page.press_for_card(region, "U1")
    after = picture_on(first, page)
    changed = ImageChops.difference(before, after).getbbox()
    assert changed is not None and changed[1] >= before.height // 2

    moving = page.press_for_card(first, "Animate (High motion)")
    third = page.press_for_card(described, THIRD)  # while the video is made
    open_window(page, third)
    assert f"{THIRD} {page.modal.locator('textarea').input_value()}\n" in described.inner_text()
    page.submit_form()
    assert picture_on(third, page).size == (960, 540)
    expect(third).to_contain_text(f"{THIRD} of https://discord.com/channels/")

    expect(moving).to_contain_text("Animate (High motion) of")
    expect(moving.locator("video")).to_have_count(4, timeout=VIDEOS)
    expect(moving.locator("video").first).to_have_js_property("readyState", 4, timeout=VIDEOS)
    moving.get_by_role("button", name="Play", exact=False).first.click()
    expect(moving.locator(".media-player-time").first).to_have_text(re.compile(r"0:0[1-3] / 0:03"), timeout=SLOW)
    assert [line for line in page.complaints if not REPLACED.search(line)] == []
    assert page.diagnostics() == []
