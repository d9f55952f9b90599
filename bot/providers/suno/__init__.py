"""Suno: songs from words, and songs from songs.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` section 7. Requests and their tasks stand in the relay's
envelope (``submit``, ``fetch``); what is asked about single songs is Suno's own (``act``, ``feed``, ``persona``,
``uploads``).
"""

from bot.providers.suno import acts, remixes, songs, uploads
from bot.providers.suno.declared import SUNO, SunoOptions

__all__ = ["SUNO", "SunoOptions", "acts", "remixes", "songs", "uploads"]
