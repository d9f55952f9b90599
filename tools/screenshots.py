"""Make the README's pictures from the demo: ``python tools/screenshots.py [folder]`` (two minutes; needs a Chromium).

It starts ``python -m bot demo``, uses its page as a newcomer would, and writes ``card.png``, ``progress.png``,
``history.png``, ``chat.png``, ``song.png``, ``midjourney.png`` and ``chinese.png`` to ``docs/``. Fonts with emoji and
Chinese come with the page.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, ViewportSize, expect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.page import DemoPage, browsing, chromium, demo  # noqa: E402  # the path must be set first

VIEWPORT: ViewportSize = {"width": 660 + 256, "height": 1300}
"""The conversation beside the list of messages, which is 256 wide; the longest card must fit in."""
SCALE = 1.6
DELIVERY = 60_000.0
LARGEST = 250_000


def main(folder: Path) -> None:
    """Make all pictures."""
    executable = chromium()
    if executable is None:
        raise SystemExit("no Chromium found: install one, or name it in CHROMIUM")
    folder.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo(Path(temporary)) as running,
        browsing(executable) as browser,
    ):
        _english(_page(browser, running.address), folder)
        _conversation(_page(browser, running.address), folder)
        _song_and_pictures(_page(browser, running.address), folder)
        _chinese(_page(browser, running.address), folder)
        running.end()


def _page(browser: Browser, address: str) -> DemoPage:
    context = browser.new_context(viewport=VIEWPORT, device_scale_factor=SCALE, color_scheme="dark")
    return DemoPage(context.new_page(), address)


def _english(page: DemoPage, folder: Path) -> None:
    """A card under way, the same card finished, and the history with one more video in it."""
    page.view_as("guest")
    card = page.run("/luma video", prompt="a paper boat crosses a quiet lake at dawn, slow pan to the right")
    first = page.percent(card)
    page.percent(card, other_than=first)
    _take(page, card, folder / "progress.png")
    page.video(card, DELIVERY)
    other = page.run("/luma video", prompt="fireflies rise from the grass while the last light fades")
    _take(page, card, folder / "card.png")
    page.press(card, "Extend")
    longer = page.fill_form("the boat reaches the other shore and rests in the reeds")
    for made in (other, longer):
        page.video(made, DELIVERY)
    history = page.run("/tasks list")
    expect(history.locator("img[src^='blob:']").nth(2)).to_be_visible()
    _take(page, history, folder / "history.png")


def _conversation(page: DemoPage, folder: Path) -> None:
    """An answer while it is written, with code in it."""
    page.view_as("guest")
    answer = page.run("/claude chat", prompt="How does a negative become a picture? In 400 words, with code.")
    expect(answer).to_contain_text("print(develop", timeout=DELIVERY)
    _take(page, answer, folder / "chat.png")


def _song_and_pictures(page: DemoPage, folder: Path) -> None:
    """Two songs with their players and buttons, and four pictures with Midjourney's buttons under them."""
    page.view_as("guest")
    song = page.run("/suno song", description="a calm piano for the rain")
    grid = page.run("/midjourney imagine", prompt="hills in the evening under a low moon --ar 16:9")
    picture = grid.locator(".attachment-image")
    expect(picture).to_be_visible(timeout=DELIVERY)
    expect(picture).to_have_js_property("complete", True)
    expect(song).to_contain_text("Finished", timeout=DELIVERY)
    page.sounds(song, 2)
    expect(song.locator("img[src^='blob:']")).to_have_count(2)
    _take(page, song, folder / "song.png")
    _take(page, grid, folder / "midjourney.png")


def _chinese(page: DemoPage, folder: Path) -> None:
    """A finished card as a Chinese reader sees it."""
    page.view_as("访客")
    card = page.run("/luma video", prompt="清晨，纸船划过宁静的湖面，镜头缓缓向右移动")
    page.video(card, DELIVERY)
    _take(page, card, folder / "chinese.png")


def _take(page: DemoPage, message: Locator, path: Path) -> None:
    """One message of the conversation, without what the page adds for the pointer; too large, it gets a palette."""
    page.page.mouse.move(4, 4)
    message.locator(".message-context-actions").evaluate_all("all => all.forEach(one => one.remove())")
    message.scroll_into_view_if_needed()
    with Image.open(io.BytesIO(message.screenshot(animations="disabled"))) as picture:
        whole = picture.convert("RGB")
        whole.save(path, optimize=True)
        if path.stat().st_size > LARGEST:
            whole.quantize(palette=whole.quantize()).save(path, optimize=True)
        size = path.stat().st_size
        sys.stdout.write(f"{path}: {picture.width} x {picture.height}, {size // 1000} kB\n")
    if size > LARGEST:
        raise SystemExit(f"{path} is too large for a README")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
