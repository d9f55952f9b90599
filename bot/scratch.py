"""A private temporary folder that goes away with its process, even one that is killed: the next one sweeps it up."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "darkroom-scratch-"
LOCK = ".lock"


class Scratch:
    """A folder of our own in the temporary directory. A locked file beside it tells others that its owner lives."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = os.open(self.path.with_suffix(LOCK), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def new_file(self) -> tuple[int, str]:
        """A new empty file: its open handle and its path. Makes the folder again if somebody cleared it away."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        return tempfile.mkstemp(dir=self.path)

    def cleanup(self) -> None:
        """Delete the folder and everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.with_suffix(LOCK).unlink(missing_ok=True)
        os.close(self._lock)


def sweep() -> int:
    """Delete the folders of processes that are gone; returns how many. Blocks: not for the event loop."""
    gone = 0
    for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*{LOCK}"):
        try:
            lock = os.open(file, os.O_RDWR)
        except OSError:  # just gone, or somebody else's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its owner lives
            continue
        else:
            shutil.rmtree(file.with_suffix(""), ignore_errors=True)
            file.unlink(missing_ok=True)
            gone += 1
        finally:
            os.close(lock)
    return gone
