"""Kling: videos and pictures from words and pictures, longer videos, lip-sync, effects, clothes tried on.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 5. The official interface behind a path
prefix of the relay; each kind of request is asked about under its own path.
"""

from bot.providers.kling import images, lips, scenes, videos
from bot.providers.kling.declared import KLING, KlingOptions

__all__ = ["KLING", "KlingOptions", "images", "lips", "scenes", "videos"]
