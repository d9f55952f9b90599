"""OpenAI: conversations, pictures, speech and its words, moderation, videos.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` section 5.
"""

from bot.providers.openai import chat, moderation, pictures, sounds, videos
from bot.providers.openai.declared import OPENAI, OpenAIOptions

__all__ = ["OPENAI", "OpenAIOptions", "chat", "moderation", "pictures", "sounds", "videos"]
