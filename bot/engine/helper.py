"""A chat model that helps with prompts: it writes them out, and puts pictures into words."""

import asyncio
from contextlib import aclosing

import structlog

from bot import logs
from bot.engine.core import Core
from bot.engine.pieces import pieces
from bot.errors import CallFailed, NotOffered, Problem, Refused
from bot.store.repository import Input
from bot.talk import NO_MODEL, TALKERS, File, Manner, Role, Said, Stop, visible
from bot.text import _

log = structlog.get_logger(__name__)
PATIENCE = 30.0
"""Seconds that a prompt may take to be written out."""
LONGEST, WORDS = 1500, 120
"""Characters of a prompt that is written, and the words that are asked for."""
WRITE_OUT = (
    "Rewrite the user's prompt for a model that generates {what}. Keep its subject, its language, names, quoted words "
    "and every flag such as --ar 16:9; what tells the model to change something stays an instruction. "
    "Add concrete detail of what is seen or heard. "
    "Answer with the prompt alone, in at most {length}."
)
DESCRIBE = (
    "Write a prompt from which an image model would make this picture: subject, composition, light, colours, style. "
    "Answer with the prompt alone, in at most 120 words."
)
NO_ANSWER = _("The model that helps with prompts did not answer. Try again, or go on without it.")
OFF = _(
    "This bot is not set up to help with prompts. The operator can name a chat model for it (`PROMPT_MODEL`) "
    "of a provider that is offered here (`PROMPT_PROVIDER`)."
)
MISSING = _(
    "The relay does not offer the model that helps with prompts. The operator can name another (`PROMPT_MODEL`)."
)


class Helper:
    """Asks the operator's chat model. Every answer costs a little."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def available(self) -> bool:
        """Whether the operator has named a model, and its provider is offered."""
        settings = self.core.config.settings
        return bool(settings.prompt_model) and settings.prompt_provider in self.core.config.providers

    async def write_out(self, prompt: str, what: str, most: int | None = None) -> str:
        """A richer prompt for a model that makes ``what`` of at most so many characters; raises :class:`Problem`."""
        logs.about([prompt])
        most = min(most or LONGEST, LONGEST)
        length = f"{WORDS} words" if most == LONGEST else f"{most} characters"
        written = await self._ask(WRITE_OUT.format(what=what, length=length), Said(Role.USER, prompt))
        return _cut(written, most)

    async def describe(self, picture: Input) -> str:
        """A prompt for a picture; raises :class:`Problem`."""
        written = await self._ask(DESCRIBE, Said(Role.USER, "", (File(picture.mime, "picture", picture.content),)))
        return _cut(written, LONGEST)

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
        except NotOffered:
            raise Problem(MISSING) from None
        except Refused as error:
            raise Problem(MISSING if error.text.source == NO_MODEL.source else error.text) from None
        except (CallFailed, TimeoutError) as error:
            why = error.logged if isinstance(error, CallFailed) else {"error": "too slow"}
            log.warning("no help with a prompt", **why)
            raise Problem(NO_ANSWER) from None
        written = visible(words).strip().strip('"“”').strip()
        if not written or not complete:
            raise Problem(NO_ANSWER)
        return written


def _cut(words: str, most: int) -> str:
    """At most so many characters of ``words``, to the end of a word where there are any."""
    if len(words) <= most:
        return words
    whole, _blank, _rest = words[: most + 1].rpartition(" ")
    return whole.rstrip() or words[:most]
