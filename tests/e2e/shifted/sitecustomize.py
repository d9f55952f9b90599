"""Found first by a Python whose path begins with this folder: its clock is off by what stands in ``CLOCK_SHIFT``.

The file of that name holds one double in the machine's own order, in seconds, and may change at any time: the clock of
the wall jumps then, as after a correction by the network. The monotonic clock is left alone, as it is by Linux.
"""

import mmap
import os
import struct
import time

with open(os.environ["CLOCK_SHIFT"], "rb") as _file:  # noqa: PTH123 - pathlib would cost every start of Python
    _shift = mmap.mmap(_file.fileno(), 8, access=mmap.ACCESS_READ)
_now = time.time


def _shifted() -> float:
    return _now() + float(struct.unpack("d", _shift)[0])


time.time = _shifted
