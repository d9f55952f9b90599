"""Midjourney: pictures with buttons that lead on.

Wire: reference ``relay-midjourney-flux-recraft-ideogram.md`` section 1.
"""

from bot.providers.midjourney import requests
from bot.providers.midjourney.declared import MIDJOURNEY, MidjourneyOptions

__all__ = ["MIDJOURNEY", "MidjourneyOptions", "requests"]
