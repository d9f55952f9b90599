"""Flux (Black Forest Labs): pictures from words, edited, filled, widened, guided and finetuned.

Wire: reference ``relay-midjourney-flux-recraft-ideogram.md`` section 2. Two forms: BFL's own, asked about until it is
finished, and OpenAI's image form, which answers at once.
"""

from bot.providers.flux import finetunes, openai, requests, tools
from bot.providers.flux.declared import FLUX, FluxOptions

__all__ = ["FLUX", "FluxOptions", "finetunes", "openai", "requests", "tools"]
