"""The real bot, ``python -m bot run``, whose own meter of the event loop looks more often and tells milliseconds apart.

That it does is all there is to it: what is measured is what runs elsewhere.
"""

from bot import metrics
from bot.__main__ import cli

if __name__ == "__main__":
    vars(metrics).update(SAMPLE=0.02, LAG=(*(number / 1000 for number in range(1, 101)), 0.2, 0.5, 1.0, 2.0, 5.0))
    cli(["run"])
