"""Text safety: prompts are looked at before any money is spent. A refused one costs nothing and names the rule."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import structlog

from bot import logs
from bot.engine.core import Core
from bot.errors import CallFailed, Problem
from bot.rules import MOST, TooSlow, broken, checked
from bot.text import _
from bot.wire import Call, dig, text_of

log = structlog.get_logger(__name__)
LONGEST = 30_000
"""Characters that are sent to the moderation at a time."""
UNCHECKED = _("Prompts are checked here, which is not possible right now. Try again soon.")


class Guard:
    """The rules of the operator and of each server, and the relay's moderation."""

    def __init__(self, core: Core) -> None:
        self.core = core

    async def check(self, words: Iterable[str], guild_id: int | None, user_id: int) -> None:
        """Refuse with :class:`Problem` what must not be asked for here."""
        text = "\n".join(word for word in words if word.strip())
        if not text:
            return
        logs.about([text])
        rules = [*self.core.config.settings.blocked_words, *(await self.rules(guild_id) if guild_id else [])]
        try:
            rule = await asyncio.to_thread(broken, rules, text) if rules else None
        except TooSlow as slow:
            log.error("the rules for prompts take too long", rule=str(slow), guild=guild_id)
            raise Problem(UNCHECKED) from None
        if rule is not None:
            log.info("a prompt was refused", rule=rule, user=user_id, guild=guild_id)
            raise Problem(_("The rule “{rule}” does not allow this prompt here. Nothing was charged.", rule=rule))
        if self.core.config.settings.moderation != "off":
            for start in range(0, len(text), LONGEST):
                await self._moderate(text[start : start + LONGEST], user_id)

    async def _moderate(self, text: str, user_id: int) -> None:
        settings = self.core.config.settings
        body = {"input": text, **({"model": settings.moderation_model} if settings.moderation_model else {})}
        try:
            answer = await self.core.relay.call(Call("POST", "/v1/moderations", json=body, timeout=20.0), of="openai")
        except CallFailed as error:
            log.warning("the moderation could not be asked", lets_through=settings.moderation == "on", **error.logged)
            if settings.moderation == "strict":
                raise Problem(UNCHECKED) from None
            return
        found = flagged(answer)
        if found:
            log.info("a prompt was refused", rule=", ".join(found), user=user_id)
            names = ", ".join(found)
            raise Problem(_("The moderation refused this prompt: {rules}. Nothing was charged.", rules=names))

    # -------------------------------------------------------------------------------------------- a server's rules

    async def rules(self, guild_id: int) -> list[str]:
        """The rules of a server."""
        try:
            found = json.loads(await self.core.store.recall(_memory(guild_id)) or "[]")
        except ValueError:
            return []
        return [str(rule) for rule in found]

    async def add(self, guild_id: int, rule: str) -> list[str]:
        """Add a rule; raises :class:`Problem` when it cannot be used. Returns all."""
        new, rules = checked(rule), await self.rules(guild_id)
        if new in rules:
            raise Problem(_("That rule is there already."))
        if len(rules) >= MOST:
            raise Problem(_("There are {limit} rules already; remove one first.", limit=MOST))
        await self.core.store.remember(_memory(guild_id), json.dumps([*rules, new]))
        return [*rules, new]

    async def remove(self, guild_id: int, rule: str) -> list[str]:
        """Remove a rule; raises :class:`Problem` when there is no such. Returns those that are left."""
        rules, named = await self.rules(guild_id), " ".join(rule.split())
        found = [one for one in rules if one == named] or [one for one in rules if shortened(one) == named]
        if not found:
            raise Problem(_("There is no such rule."))
        if len(found) > 1:
            raise Problem(_("Several rules begin like that. Write the whole rule."))
        left = [one for one in rules if one not in found]
        await self.core.store.remember(_memory(guild_id), json.dumps(left))
        return left


def shortened(rule: str) -> str:
    """A rule as it can be chosen (reference ``discord.md`` 5: a choice has a hundred characters)."""
    return rule if len(rule) <= 100 else f"{rule[:99]}…"


def flagged(answer: Any) -> list[str]:
    """The categories that a moderation names, ``[]`` when it has nothing against it (``relay-suno-…md`` 5.7)."""
    results = dig(answer, "results")
    found: list[str] = []
    for result in results if isinstance(results, list) else []:
        if dig(result, "flagged") is True:
            categories = dig(result, "categories")
            known = categories.items() if isinstance(categories, dict) else ()
            named = [text_of(name) for name, value in known if value is True]
            found += named or ["flagged"]
    return list(dict.fromkeys(found))


def _memory(guild_id: int) -> str:
    return f"rules/{guild_id}"
