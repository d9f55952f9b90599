"""Words in the demo, in a real browser: a picture, speech, what it cost, a long answer through a stop and a kill."""

import io
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, expect

from bot.demo.simulator.chat import reply_to
from bot.talk import FENCE
from bot.text import Text, _
from bot.ui.i18n import say, translated
from tests.browser.conftest import leftovers
from tests.browser.page import Demo, DemoPage, demo

expect.set_options(timeout=20_000)  # two cores may be busy with the other tests
pytestmark = pytest.mark.browser
LONG = "Tell me of 1300 words with code"
TALE = "The river remembers what nobody saw. A lens carries the light until morning."
CHINESE_TALE = "河流记得没有人见过的东西。"
STRANGE = "This is somebody else's conversation, and it is not open to everybody."


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window whose pages may be closed while the demo is killed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield context
    context.close()


@contextmanager
def evening(window: BrowserContext, folder: Path, *options: str) -> Iterator[tuple[Demo, DemoPage]]:
    """The demo, going on where the one before was in the same ``folder``, and its page."""
    own = folder / str(len(list(folder.iterdir())))
    own.mkdir()
    with demo(own, "--folder", str(folder / "kept"), *options) as running:
        page = DemoPage(window.new_page(), running.address)
        yield running, page
        page.page.close()
    assert [line for line in page.complaints if "ERR_CONNECTION_REFUSED" not in line] == []
    assert running.process.returncode == -signal.SIGKILL or leftovers(own) == []
    assert re.findall("Traceback|unexpected", running.log.read_text(encoding="utf-8")) == []


def painted(colour: str) -> FilePayload:
    """A picture of one colour."""
    held = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(held, "PNG")
    return {"name": "sea.png", "mimeType": "image/png", "buffer": held.getvalue()}


def spoken(page: DemoPage, text: str) -> FilePayload:
    """The file of a text that is spoken, on a card with a player that plays it."""
    card = page.run("/openai speech", text=text)
    sound = page.sounds(card, 1)
    assert sound.evaluate("sound => sound.duration") > 1
    card.get_by_role("button", name="Play", exact=False).first.click()
    expect(sound).to_have_js_property("paused", False)
    name, content = page.downloaded(card)
    assert name.endswith(".mp3")
    return {"name": name, "mimeType": "audio/mpeg", "buffer": content}


def chart(page: DemoPage, locale: str) -> None:
    """What was spent in a week, and then in a month, each with its picture."""
    panel = page.run("/relay usage")
    shown = set()
    for days in ("7 days", "30 days"):
        expect(panel).to_contain_text(say(_("Usage: {period}", period=Text(days)), locale))
        drawn = panel.locator("img[src^='blob:']")
        expect(drawn).to_have_count(1)
        expect(drawn).to_have_js_property("complete", True)
        assert drawn.evaluate("image => image.naturalWidth") >= 600
        shown.add(panel.inner_text())
        if days == "7 days":
            page.press(panel, translated("30 days", locale))
    assert len(shown) == 2


def writing(answer: Locator) -> None:
    """An answer is on its way: it can be stopped, and its code is shown as code although it is not complete."""
    expect(answer.locator(".component-button", has_text="Stop")).to_be_visible()
    expect(answer.locator("pre code").first).to_be_visible()
    assert FENCE not in answer.inner_text()


def words_of(messages: Locator) -> str:
    """What the answers on the page say, without spaces."""
    parts = messages.locator(".message-content :is(p, code)").all_inner_texts()
    return "".join("".join(parts).split())


def test_what_is_said_in_both_languages_and_through_a_kill(window: BrowserContext, tmp_path: Path) -> None:
    with evening(window, tmp_path, "--pace", "0.5") as (running, page):
        page.view_as("guest")
        seen = page.run("/openai chat", prompt="What is this?", file=painted("teal"))
        recording = spoken(page, TALE)  # while it is answered
        expect(seen).to_contain_text("a green picture of 64 × 48 pixels")
        transcript = page.run("/openai transcribe", audio=recording)
        chart(page, "en-US")
        expect(transcript).to_contain_text("Finished")
        expect(transcript).to_contain_text(TALE)

        answer = page.run("/claude chat", prompt=LONG)
        writing(answer)
        page.press(answer, "Stop")
        expect(answer).to_contain_text("Stopped.")
        stopped = words_of(answer)
        rest = page.press_for_card(answer, "Continue")
        expect(rest).to_contain_text(re.compile(r"(\w+ ){5}"))
        os.kill(running.process.pid, signal.SIGKILL)

    with evening(window, tmp_path, "--pace", "0.02") as (running, page):
        page.view_as("guest")
        repaired = page.messages.last
        expect(repaired).to_contain_text("The bot was restarted in the middle of this answer.")
        before = page.messages.count() - 2
        assert words_of(page.messages.nth(before)) == stopped
        page.press_for_card(repaired, "Continue")
        expect(page.messages.last).to_contain_text("Regenerate")
        whole = reply_to([LONG], []).replace(f"{FENCE}python", "").replace(FENCE, "")
        assert "".join(map(words_of, page.messages.all()[before:])) == "".join(whole.split())

        page.view_as("访客")
        refused = page.press_for_card(page.messages.last, "Regenerate")
        expect(refused).to_contain_text(translated(STRANGE, "zh-CN"))
        spoken(page, CHINESE_TALE)
        chart(page, "zh-CN")
        assert page.diagnostics() == []
        assert running.end() == 0
