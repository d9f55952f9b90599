"""Songs in the demo, in a real browser: two players, then one that is longer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.page import SLOW, DemoPage

expect.set_options(timeout=20_000)  # two cores may be busy with the other tests
pytestmark = pytest.mark.browser
OPTIONS = ("--pace", "0.5")


def test_a_song_is_extended_and_joined(page: DemoPage) -> None:
    page.view_as("guest")
    card = page.run("/suno song", description="a calm piano for the rain")
    expect(card).to_contain_text("It can be heard already", timeout=SLOW)
    sounds = page.sounds(card, 2)
    lengths = [sounds.nth(number).evaluate("sound => sound.duration") for number in range(2)]
    assert lengths == pytest.approx([24.0, 24.0], abs=0.5)
    expect(card).to_contain_text("A Calm Piano For (1)")
    expect(card.locator("img[src^='blob:']").first).to_be_visible(timeout=SLOW)  # the cover
    card.get_by_role("button", name="Play", exact=False).first.click()
    expect(card.locator(".media-player-time").first).to_have_text(re.compile(r"0:0[1-9] / 0:24"), timeout=SLOW)

    page.press(card, "Extend 1")
    expect(page.modal).to_contain_text("Extend this song")
    longer = page.fill_form("0:20", "and the rain goes on")
    expect(longer).to_contain_text("Step 2 of 2: joining the whole song", timeout=60_000)
    joined = page.sounds(longer, 3)  # the whole song, and the two parts it was made of
    assert joined.first.evaluate("sound => sound.duration") == pytest.approx(32.0, abs=0.7)
    assert (page.complaints, page.diagnostics()) == ([], [])
