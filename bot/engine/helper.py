"""A chat model that helps with prompts: it writes them out, and puts pictures into words."""

import asyncio
from contextlib import aclosing

import structlog

from bot import logs
from bot.engine.core import Core
from bot.engine.pieces import pieces
from bot.errors import CallFailed, Problem
from bot.store.repository import Input
from bot.talk import TALKERS, File, Manner, Role, Said, Stop, visible
from bot.text import _

log = structlog.get_logger(__name__)
PATIENCE = 30.0
"""Seconds that a prompt may take to be written out."""
LONGEST = 1500
"""Characters of a prompt that is written."""
WRITE_OUT = (
    "Rewrite the user's prompt for a model that generates {what}. Keep its subject, its language, names, quoted words "
    "and every flag such as --ar 16:9; what tells the model to change something stays an instruction. "
    "Add concrete detail of what is seen or heard. "
    "Answer with the prompt alone, in at most 120 words."
)
DESCRIBE = (
    "Write a prompt from which an image model would make this picture: subject, composition, light, colours, style. "
    "Answer with the prompt alone, in at most 120 words."
)
NO_ANSWER = _("The model that helps with prompts did not answer. Try again, or go on without it.")
OFF = _("This bot is not set up to help with prompts. The operator can name a chat model for it (`PROMPT_MODEL`).")


class Helper:
    """Asks the operator's chat model. Every answer costs a little."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def available(self) -> bool:
        """Whether the operator has named a model, and its provider is offered."""
        settings = self.core.config.settings
        return bool(settings.prompt_model) and settings.prompt_provider in self.core.config.providers

    async def write_out(self, prompt: str, what: str) -> str:
        """A richer prompt for a model that makes ``what``; raises :class:`Problem`."""
        logs.about([prompt])
        return await self._ask(WRITE_OUT.format(what=what), Said(Role.USER, prompt))

    async def describe(self, picture: Input) -> str:
        """A prompt for a picture; raises :class:`Problem`."""
        return await self._ask(DESCRIBE, Said(Role.USER, "", (File(picture.mime, "picture", picture.content),)))

    async def _ask(self, system: str, said: Said) -> str:
        if not self.available:
            raise Problem(OFF)
        settings = self.core.config.settings
        talker = TALKERS[settings.prompt_provider]
        options = self.core.config.options(settings.prompt_provider)
        call = await asyncio.to_thread(talker.call, [said], Manner(settings.prompt_model, system), options)
        words, complete = "", False
        try:
            stream = pieces(self.core.relay, talker, call, options.prefix)
            async with asyncio.timeout(PATIENCE), aclosing(stream) as found:
                async for piece in found:
                    words += piece.text
                    complete = complete or piece.over if piece.stop is None else piece.stop is Stop.END
        except (CallFailed, TimeoutError) as error:
            why = error.logged if isinstance(error, CallFailed) else {"error": "too slow"}
            log.warning("no help with a prompt", **why)
            raise Problem(NO_ANSWER) from None
        written = visible(words).strip().strip('"“”').strip()
        if not written or not complete:
            raise Problem(NO_ANSWER)
        return written[:LONGEST]
