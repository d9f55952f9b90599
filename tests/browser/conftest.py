"""One demo and one page for all tests of the module."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.page import Demo, DemoPage, browsing, chromium, demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the tests are skipped, or fail where REQUIRE_BROWSER=1 asks for one."""
    executable = chromium()
    if executable is None:
        missing = "no Chromium found: install one, or name it in CHROMIUM"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with browsing(executable) as found:
        yield found


@pytest.fixture(scope="module")
def running_demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as its own process with the module's ``OPTIONS``, ended as Ctrl+C ends it."""
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder, *getattr(request.module, "OPTIONS", ())) as found:
        yield found
        assert found.process.poll() is None, "the demo died"
        assert found.end(signal.SIGINT) == 0
        assert leftovers(folder) == []


@pytest.fixture(scope="module")
def page(browser: Browser, running_demo: Demo) -> Iterator[DemoPage]:
    """The demo's page, open."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    found = DemoPage(context.new_page(), running_demo.address)
    yield found
    context.close()


def leftovers(folder: Path) -> list[Path]:
    """What a demo that has ended left in its temporary folder."""
    return list((folder / "temporary").iterdir())
