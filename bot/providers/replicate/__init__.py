"""Replicate: any model that the relay allows, by its name and inputs.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 6.
"""

from bot.providers.replicate import choose, requests
from bot.providers.replicate.declared import REPLICATE, ReplicateOptions

__all__ = ["REPLICATE", "ReplicateOptions", "choose", "requests"]
