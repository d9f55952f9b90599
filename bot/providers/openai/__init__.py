"""OpenAI: conversations.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` section 5.
"""

from bot.providers.openai import chat
from bot.providers.openai.declared import OPENAI, OpenAIOptions

__all__ = ["OPENAI", "OpenAIOptions", "chat"]
