"""``python -m bot demo`` as its own process, a Chromium, and the page of the simulated Discord as an object."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

ROOT = Path(__file__).parents[2]
USUAL = ("chromium", "chromium-browser", "google-chrome")
DEBIAN = Path("/usr/bin/chromium")
ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START, END = 30.0, 15.0
"""Seconds that the demo may take to start and to end."""
SLOW = 20_000.0
"""Milliseconds that anything on the page may take, unless said otherwise."""
SHOWN = re.compile(r"▱? (\d{1,3}) %")


def chromium() -> str | None:
    """The Chromium of this machine: ``CHROMIUM``, else one of the usual names."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, USUAL)), None)
    return found or (str(DEBIAN) if DEBIAN.exists() else None)


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """A Chromium with a profile of its own, made for this and thrown away."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=[*ARGS, *root])
        try:
            yield browser
        finally:
            browser.close()


# ------------------------------------------------------------------------------------------------ the process


@dataclass
class Demo:
    """The running demo: the address it printed, its process, and the file its log goes to."""

    address: str
    process: subprocess.Popen[str]
    log: Path

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Tell it to stop; returns its exit status."""
        self.process.send_signal(how)
        return self.process.wait(END)


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    """Start the demo, wait for its page; ended by force if nobody has ended it. ``folder`` holds what it writes."""
    temporary = folder / "temporary"
    temporary.mkdir()
    log = folder / "demo.log"
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", "0", *options]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        )
    with process:
        try:
            yield Demo(_address(process, log), process, log)
        finally:
            if process.poll() is None:
                process.kill()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """The line that is an address and nothing else. What else is printed is read away, so that the pipe stays free."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line.strip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while (line := lines.get(timeout=START)) is not None:
        if re.fullmatch(r"http://127\.0\.0\.1:\d+/\S+", line):
            return line
    raise RuntimeError(f"the demo ended before its page was there:\n{log.read_text(encoding='utf-8')}")


# ------------------------------------------------------------------------------------------------ the page


class DemoPage:
    """The page of the simulated Discord, in the words of somebody who uses it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(SLOW)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        self.messages = page.locator(".channel-message")
        self.composer = page.locator("#channel-composer-input")
        self.entries = page.locator(".command-entry")
        self.modal = page.locator(".modal-dialog")
        expect(self.composer).to_be_visible(timeout=SLOW)

    def _console(self, message: ConsoleMessage) -> None:
        """Remember errors, but for the icon that every browser asks every site for."""
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def diagnostics(self) -> list[str]:
        """What the page itself finds wrong with what it shows."""
        found: list[dict[str, str]] = self.page.evaluate("() => window.simcordPreview.diagnostics")
        return [item["code"] for item in found if item["severity"] != "info"]

    # -------------------------------------------------------------------------------------------- people

    def view_as(self, name: str) -> None:
        """Be one of the two viewers."""
        picker = self.page.locator("#viewer-picker")
        if picker.evaluate("picker => picker.selectedOptions[0].textContent") != name:
            before = self._viewer()
            picker.select_option(label=name)
            self._until(lambda: self._viewer() not in {before, ""})

    def _viewer(self) -> str:
        """Who looks, once the page is drawn for them."""
        return str(self.page.evaluate("() => window.simcordPreview.ready ? window.simcordPreview.viewerId : ''"))

    def _idle(self) -> bool:
        """Whether the page waits for nothing but its user; until then it ignores them."""
        state = (
            "() => (({ ready, pendingAction, awaitingRevision, publishedRevision }) =>"
            " ready && !pendingAction && (awaitingRevision ?? 0) <= publishedRevision)(window.simcordPreview)"
        )
        return bool(self.page.evaluate(state))

    def _until(self, happened: Callable[[], bool]) -> None:
        """Wait for what no locator can tell (the page forbids scripts the usual way to wait for it)."""
        end = time.monotonic() + SLOW / 1000
        while not happened():
            if time.monotonic() > end:
                raise AssertionError(self.page.evaluate("() => JSON.stringify(window.simcordPreview.lastAction)"))
            self.page.wait_for_timeout(50)

    # -------------------------------------------------------------------------------------------- commands

    def offered(self, typed: str) -> dict[str, str]:
        """Type the beginning of a command; the ones that are offered then, with their descriptions."""
        self.composer.fill(typed)
        expect(self.entries.first).to_be_visible(timeout=SLOW)
        return {
            entry.locator("strong").inner_text(): entry.locator(".command-entry-description").inner_text()
            for entry in self.entries.all()
        }

    def choose(self, command: str) -> None:
        """Choose a command from what is offered while its name is typed."""
        entry = self.entries.filter(has=self.page.get_by_text(command, exact=True))
        chip = self.page.locator(".command-chip")

        def chosen() -> bool:
            """Whether it is; chosen again where the page was drawn anew just then."""
            if self._idle():
                self.composer.fill(command)
                entry.click()
                with suppress(PlaywrightTimeoutError):
                    chip.wait_for(timeout=2000)
            return chip.count() > 0

        self._until(chosen)
        expect(chip).to_have_text(command, timeout=SLOW)

    def send(self, **options: str | FilePayload) -> Locator:
        """Fill the options of the chosen command and send it; returns the message that answers."""
        for name, value in options.items():
            field = self.page.locator(f':is(.command-option-input, .command-file-input)[data-option="{name}"]')
            if not field.count():  # one that may be left out
                self.page.locator(".command-chip").click()
                self.page.locator(f'.command-suggestion[data-value="{name}"]').click()
            if isinstance(value, str):
                field.fill(value)
            else:
                field.set_input_files(value)
        with self.answer() as answers:
            self._until(self._sent)
        return answers[0]

    def _sent(self) -> bool:
        """Send the command when the page can take it: filling may have asked for suggestions, a little later too."""
        chip = self.page.locator(".command-chip")
        if chip.count() and self._idle():
            self.page.locator("#send-message").click()
            self.page.wait_for_timeout(200)
        return chip.count() == 0

    def run(self, command: str, **options: str | FilePayload) -> Locator:
        """Choose a command, fill its options, send it; returns the message that answers."""
        self.choose(command)
        return self.send(**options)

    @contextmanager
    def answer(self) -> Iterator[list[Locator]]:
        """Wait for the message that what is done inside brings; it is in the list afterwards."""
        before = {str(found.get_attribute("data-message-id")) for found in self.messages.all()}
        answers: list[Locator] = []
        yield answers
        new = self.messages.nth(len(before))
        expect(new).to_be_visible(timeout=SLOW)
        name = new.get_attribute("data-message-id")
        assert name not in before
        answers.append(self.page.locator(f'.channel-message[data-message-id="{name}"]'))

    # -------------------------------------------------------------------------------------------- cards

    def press(self, card: Locator, label: str) -> None:
        """Press a button of a card; once more where the page was drawn anew under the finger."""
        before = self._action()

        def pressed() -> bool:
            if self._idle():
                card.locator(".component-button", has_text=label).click()
                self.page.wait_for_timeout(300)
            return self._action() != before

        self._until(pressed)

    def _action(self) -> str:
        """Which action the page has taken last."""
        state = (
            "() => { const s = window.simcordPreview; return (s.pendingAction || s.lastAction || {}).requestId || ''; }"
        )
        return str(self.page.evaluate(state))

    def press_for_card(self, card: Locator, label: str) -> Locator:
        """Press a button that brings a new message; returns that."""
        with self.answer() as answers:
            self.press(card, label)
        return answers[0]

    def pick(self, card: Locator, label: str) -> None:
        """Choose from the menu of a message."""
        self._until(self._idle)
        card.get_by_role("combobox").click()
        self.page.locator(".select-option").filter(has=self.page.get_by_text(label, exact=True)).click()

    def submit_form(self, *texts: str, file: FilePayload | None = None) -> None:
        """Fill the first fields of the form that is open, and its first one for a file, and submit it."""
        fields = self.modal.locator("textarea, input:not([type=file])")
        expect(fields.first).to_be_visible(timeout=SLOW)
        for number, text in enumerate(texts):
            fields.nth(number).fill(text)
        if file is not None:
            self.modal.locator("input[type=file]").first.set_input_files(file)
            expect(self.modal.locator(".upload-file-name")).to_have_text(file["name"], timeout=SLOW)
        self._until(self._idle)
        self.modal.locator(".button-primary").click()
        expect(self.modal).to_have_count(0, timeout=SLOW)

    def fill_form(self, *texts: str) -> Locator:
        """Fill the first fields of the form that is open and submit it; returns the message that answers."""
        with self.answer() as answers:
            self.submit_form(*texts)
        return answers[0]

    def downloaded(self, card: Locator) -> tuple[str, bytes]:
        """The name and the content of the first file on a card; what the page shows is its own copy."""
        with self.page.expect_download() as download:
            card.locator(".file-download").first.click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    def percent(self, card: Locator, other_than: int | None = None, timeout: float = SLOW) -> int:
        """The percentage that a card shows, once it shows one (other than that)."""
        wanted = SHOWN if other_than is None else re.compile(rf"[▰▱] (?!{other_than} %)\d{{1,3}} %")
        expect(card).to_contain_text(wanted, timeout=timeout)
        found = re.search(r"(\d{1,3}) %", card.inner_text())
        assert found is not None
        return int(found[1])

    def sounds(self, card: Locator, count: int, timeout: float = 60_000.0) -> Locator:
        """The players that hang on a card, once they are there and the browser has decoded their beginning."""
        sounds = card.locator("audio")
        expect(sounds).to_have_count(count, timeout=timeout)
        for number in range(count):
            expect(sounds.nth(number)).to_have_js_property("readyState", 4, timeout=timeout)
        return sounds

    def video(self, card: Locator, timeout: float = 40_000.0) -> Locator:
        """The video that hangs on a card, once it is there and the browser has decoded its beginning."""
        video = card.locator("video")
        expect(video).to_have_count(1, timeout=timeout)
        expect(video).to_have_js_property("readyState", 4, timeout=timeout)  # HAVE_ENOUGH_DATA
        return video
