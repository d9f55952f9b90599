"""Udio: songs from a style and words, and songs that go on.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` section 8. Two forms: Udio's official one (one id for
each of the two songs of a request, asked about many at a time) and the relay's task form (one id for a request, in the
envelope of 3.1).
"""

from bot.providers.udio import requests
from bot.providers.udio.declared import UDIO, UdioOptions

__all__ = ["UDIO", "UdioOptions", "requests"]
