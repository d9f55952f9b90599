"""Pika: videos from words, pictures and videos, and effects on pictures.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 4. Two forms: ``generate``
(``/pika/generate``, asked about at ``/pika/feed/{id}``) and ``pro`` (``/pika/pro/generate``, ``/pika/feed``).
"""

from bot.providers.pika.declared import PIKA, PikaOptions
from bot.providers.pika.requests import Effect, Film

__all__ = ["PIKA", "Effect", "Film", "PikaOptions"]
