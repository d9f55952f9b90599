"""What a killed process left in the temporary directory goes away at the next start; what lives stays."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.scratch import PREFIX, Scratch, sweep

KILLED = "import os, signal; from bot.scratch import Scratch; s = Scratch(); (s.path / 'half').write_bytes(b'x');"
KILLED += " print(s.path, flush=True); os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary directory that nobody else uses."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_cleaned_up_by_its_owner() -> None:
    scratch = Scratch()
    (scratch.path / "file").write_bytes(b"x")
    scratch.cleanup()
    assert not scratch.path.exists()


def test_what_a_killed_process_left_is_swept_and_what_lives_is_not() -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert (left / "half").read_bytes() == b"x"
    scratch = Scratch()
    assert sweep() == 1
    assert not left.exists()
    assert scratch.path.exists()
    scratch.cleanup()


def test_a_strangers_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}other").mkdir()
    assert sweep() == 0
    assert (tmp_path / f"{PREFIX}other").exists()


def test_nothing_is_left_beside_the_folder(tmp_path: Path) -> None:
    Scratch().cleanup()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_somebody_cleared_away_is_made_again() -> None:
    scratch = Scratch()
    scratch.path.rmdir()
    handle, name = scratch.new_file()
    os.close(handle)
    assert Path(name).parent == scratch.path
    scratch.cleanup()
