"""MiniMax Hailuo: videos from words, pictures and people; speech, music and pictures where the relay has them.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 7, but for its ``v2`` (7.4).
"""

from bot.providers.hailuo.declared import HAILUO, HailuoOptions
from bot.providers.hailuo.pictures import Image
from bot.providers.hailuo.sounds import Music, Speech
from bot.providers.hailuo.videos import Video

__all__ = ["HAILUO", "HailuoOptions", "Image", "Music", "Speech", "Video"]
