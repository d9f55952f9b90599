"""Runway: videos from words, pictures, other videos and performances; pictures; larger videos and pictures.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 3. Three forms: the official one
(``/runwayml/v1/…``), "pro" (``/runway/pro/…``) and "tasks" (``/runway/tasks``); a setting says which makes videos.
"""

from bot.providers.runway import official, reverse, stills
from bot.providers.runway.declared import RUNWAY, RunwayOptions

__all__ = ["RUNWAY", "RunwayOptions", "official", "reverse", "stills"]
