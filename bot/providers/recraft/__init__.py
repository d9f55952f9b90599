"""Recraft: pictures and vector pictures from words, work on pictures, styles of one's own.

Wire: reference ``relay-midjourney-flux-recraft-ideogram.md`` section 3. Every request is answered with its result.
"""

from bot.providers.recraft import drawing, own, working
from bot.providers.recraft.declared import RECRAFT, RecraftOptions

__all__ = ["RECRAFT", "RecraftOptions", "drawing", "own", "working"]
