"""The demo in a real browser: what the README promises to somebody who has a minute."""

import io
import re
import signal
from pathlib import Path

import av
import pytest
from playwright.sync_api import Locator, expect

from bot.task import Phase
from bot.text import Text
from bot.ui.cards import phase_name
from bot.ui.i18n import say, translated
from tests.browser.conftest import leftovers
from tests.browser.page import SLOW, Demo, DemoPage, demo

expect.set_options(timeout=20_000)  # two cores may be busy with the other tests
pytestmark = pytest.mark.browser
ENGLISH, CHINESE = "en-US", "zh-CN"
PROMPT = "a paper boat on a quiet lake at dawn"
DELIVERY = 40_000.0
"""Milliseconds from a request to its video, at the demo's own pace of about 15 seconds."""
CJK = re.compile("[\u4e00-\u9fff]")


def chinese(source: str, **values: object) -> str:
    """A sentence as the catalogue has it, without the marks that the page turns into looks."""
    words = say(Text(source, values), CHINESE)
    assert words != say(Text(source, values), ENGLISH), "not in the catalogue"
    return words.replace("`", "").replace("**", "")


def finished(locale: str) -> str:
    return phase_name(Phase.DELIVERED, locale)


def play(card: Locator, video: Locator) -> None:
    """Play a video in the page to its end."""
    assert video.evaluate("video => video.duration") == pytest.approx(3.0, abs=0.2)
    assert video.evaluate("video => [video.videoWidth, video.videoHeight]") == [480, 270]
    card.get_by_role("button", name="Play", exact=False).first.click()
    expect(card.locator(".media-player-time")).to_have_text(re.compile(r"0:0[123] / 0:03"), timeout=SLOW)
    expect(video).to_have_js_property("ended", True, timeout=SLOW)


def test_the_whole_way_in_english(page: DemoPage) -> None:
    page.view_as("guest")
    assert page.offered("/luma")["/luma video"] == "Make a video from a text, and from pictures if you like"
    page.choose("/luma video")
    card = page.send(prompt=PROMPT)
    expect(card).to_contain_text(PROMPT)
    expect(card).to_contain_text("@guest")

    first = page.percent(card)  # from here on nobody touches the page
    second = page.percent(card, other_than=first)
    assert 0 < first < second <= 100
    video = page.video(card, DELIVERY)
    expect(card).to_contain_text(finished(ENGLISH))

    again = page.press_for_card(card, "Again")
    page.press(card, "Extend")
    expect(page.modal).to_contain_text("What happens next")
    longer = page.fill_form("the boat reaches the other shore")
    play(card, video)  # while the next two are made
    name, data = page.downloaded(card)
    assert name.startswith("a-paper-boat")
    with av.open(io.BytesIO(data), "r") as file:
        assert file.streams.video[0].codec_context.name == "h264"
        assert len(list(file.decode(video=0))) == 72
    for made, words in ((again, PROMPT), (longer, "the boat reaches the other shore")):
        page.video(made, DELIVERY)
        expect(made).to_contain_text(words)
        expect(made).to_contain_text(finished(ENGLISH))

    history = page.run("/tasks list")
    expect(history).to_contain_text("Only you can see this")
    expect(history).to_contain_text("Your tasks (page 1)")
    expect(history.get_by_text("Go to the card")).to_have_count(3)
    expect(history).to_contain_text("the boat reaches the other shore")
    thumbnails = history.locator("img[src^='blob:']")
    expect(thumbnails).to_have_count(3, timeout=SLOW)
    assert thumbnails.evaluate_all("all => all.every(image => image.naturalWidth > 0)")
    assert (page.complaints, page.diagnostics()) == ([], [])


def test_the_same_in_chinese(page: DemoPage) -> None:
    page.view_as("访客")
    described = {**page.offered("/luma"), **page.offered("/tasks")}
    for command, source in (
        ("/luma video", "Make a video from a text, and from pictures if you like"),
        ("/tasks list", "What you have asked for, newest first"),
    ):
        assert described[command] == translated(source, CHINESE) != source

    card = page.run("/luma video", prompt="湖面上的纸船 sim:fail")
    expect(card).to_contain_text("湖面上的纸船")
    refused = page.run("/luma extend", task="0000000000", prompt="然后下雨了")
    expect(refused).to_contain_text(chinese("There is no task “{task}”.", task="0000000000"))
    panel = page.run("/help", about="tasks")
    expect(panel).to_contain_text(translated("Stop one of your tasks", CHINESE))
    expect(panel).not_to_contain_text("Stop one of your tasks")

    expect(card).to_contain_text(phase_name(Phase.FAILED, CHINESE), timeout=DELIVERY)
    expect(card).to_contain_text(chinese("Retry"))
    history = page.run("/tasks list")
    expect(history).to_contain_text(chinese("Your tasks (page {page})", page=1))
    expect(history).to_contain_text(phase_name(Phase.FAILED, CHINESE))
    expect(history).not_to_contain_text(PROMPT)  # somebody else's
    assert CJK.search(phase_name(Phase.FAILED, CHINESE))
    assert all(CJK.search(shown.inner_text()) for shown in (card, refused, panel, history))
    assert page.complaints == []


def test_nothing_unexpected_is_logged(running_demo: Demo) -> None:
    log = running_demo.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "unexpected" not in log


def test_it_ends_cleanly_when_it_is_told_to(tmp_path: Path) -> None:
    with demo(tmp_path) as found:
        assert found.end(signal.SIGTERM) == 0
    assert leftovers(tmp_path) == []
    assert "Traceback" not in found.log.read_text(encoding="utf-8")
