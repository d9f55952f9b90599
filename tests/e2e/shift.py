"""The bot's clock of the wall, moved while it runs."""

import os
import struct
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.stage import ROOT


class MovedClock:
    """What ``shifted`` reads from ``file``, which is made."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.write_bytes(struct.pack("d", 0.0))

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment of a bot whose clock is to be moved."""
        path = f"{Path(__file__).parent / 'shifted'}{os.pathsep}{ROOT}"
        return {"PYTHONPATH": path, "CLOCK_SHIFT": str(self._file)}

    def move(self, seconds: float) -> None:
        """The clock is off by so many seconds from now on."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", seconds))
