"""Ideogram: pictures and lettering from words, work on pictures, pictures in words.

Wire: reference ``relay-midjourney-flux-recraft-ideogram.md`` section 4. Two forms: the legacy one (1.0 to 2a) and that
of 3.0. Every request is answered with its result.
"""

from bot.providers.ideogram import changing, drawing, working
from bot.providers.ideogram.declared import IDEOGRAM, IdeogramOptions

__all__ = ["IDEOGRAM", "IdeogramOptions", "changing", "drawing", "working"]
