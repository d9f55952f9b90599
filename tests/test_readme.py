"""The README is true: its tables come from the code, its files exist, its sample settings are the real ones."""

import re
from pathlib import Path

import pytest

from bot import media, relay, sse, wire
from bot.config import Settings
from bot.provider import providers
from bot.ui.client import PERMISSIONS
from tools.readme import README, ROOT, sample_settings, updated

TEXT = README.read_text("utf-8")


def test_the_bounds_that_are_fixed_are_those_of_the_code() -> None:
    security = (ROOT / "SECURITY.md").read_text("utf-8")
    told = re.findall(r"(\d+)\s(?:[A-Za-z]+\s+)+\(`([A-Z_]+)`\)", security)
    assert {name: int(figure) for figure, name in told} == {
        "MAX_DEPTH": wire.MAX_DEPTH,
        "MAX_PARTS": wire.MAX_PARTS,
        "MAX_DIGITS": wire.MAX_DIGITS,
        "LONGEST": sse.LONGEST // 2**20,
        "LONGEST_STREAM": relay.LONGEST_STREAM,
        "MAX_REDIRECTS": media.MAX_REDIRECTS,
    }


async def test_tables_are_those_of_the_code() -> None:
    assert await updated(TEXT) == TEXT, "run: python tools/readme.py"


def test_invite_link_asks_for_exactly_the_permissions_the_bot_needs() -> None:
    (asked,) = re.findall(r"permissions=(\d+)", TEXT)
    assert int(asked) == PERMISSIONS.value


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_linked_files_exist(target: str) -> None:
    assert (ROOT / target).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", TEXT, re.MULTILINE))))
def test_make_targets_exist(target: tuple[str, str]) -> None:
    assert re.search(rf"^{target[0] or target[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_sample_settings_name_every_setting_and_no_other() -> None:
    sample = (ROOT / ".env.example").read_text("utf-8")
    named = re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", sample, re.MULTILINE)
    known = {name.upper() for name in Settings.model_fields}
    for name, provider in providers().items():
        known |= {f"{name}_{field}".upper() for field in provider.options.model_fields}
    assert sorted(named) == sorted(known)
    assert sample_settings(sample) == sample, "run: python tools/readme.py"


def test_sample_settings_hold_no_secret() -> None:
    sample = (ROOT / ".env.example").read_text("utf-8")
    for name in ("DISCORD_TOKEN", "RELAY_KEY"):
        assert re.search(rf"^{name}=\s*$", sample, re.MULTILINE), name


def test_every_document_speaks_of_the_project_alone() -> None:
    for path in [README, *Path(ROOT, "docs").glob("*.md")]:
        assert not re.search(r"(?<![\w.])/(?:work|root|home)/", path.read_text("utf-8"))
