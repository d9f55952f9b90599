"""Shows answers while they are being given. Every answer has the budget of its own interaction; what is sent is
rendered when it is sent, so that nobody reads an old state."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import structlog

from bot.engine.answers import Live, Placed, happened
from bot.engine.ports import Attachment, Later, Nowhere, TooBig
from bot.talk import Exchange, State, visible
from bot.task import Media, Place
from bot.text import Text, _
from bot.ui.cards import ButtonSpec, plain, plain_values
from bot.ui.courier import Courier
from bot.ui.governor import Bucket
from bot.ui.i18n import say
from bot.ui.pages import Page, split
from bot.ui.views import button_of

log = structlog.get_logger(__name__)
PACE, PACE_IN_THREAD, PACE_BY_RIGHT = 1.0, 1.25, 5.0
"""Seconds between two edits of an answer: by its interaction's token; in its own thread, whose budget is five edits in
five seconds; by the bot's right in a channel, which all answers there share (reference ``discord.md`` 3)."""
RATE_BY_RIGHT, BURST_BY_RIGHT = 25.0, 5.0
"""Edits a second of all growing answers that are written by the bot's right; ``discord.md`` 3 has the whole budget,
which they share with the cards (:mod:`bot.ui.governor`)."""
THINKING = 2.5
"""Seconds without a word after which it is said that the model thinks."""
STOP, REPLY, AGAIN, GO_ON, DETAILS = "chat-stop", "chat-reply", "chat-again", "chat-go-on", "chat-details"
_ENDS = {State.CUT: 0xE67E22, State.FAILED: 0xE74C3C, State.STOPPED: 0x7F8C8D, State.DONE: 0x5865F2}
_STOPPED = _("Stopped.")
_LENGTH = _("The model has reached the longest answer that it may give.")
_THINKING = _("💭 Thinking…")
_ELSEWHERE = _("The answer is in the thread.")
_MORE = _("The rest is in the attached file.")


class Speaker:
    """The engine's :class:`~bot.engine.talk.Speaker` on Discord; ``new_file`` gives a temporary one."""

    def __init__(
        self,
        courier: Courier,
        new_file: Callable[[], AbstractAsyncContextManager[Path]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._courier = courier
        self._clock = clock
        self._budget = Bucket(RATE_BY_RIGHT, BURST_BY_RIGHT, BURST_BY_RIGHT, clock())
        self._new_file = new_file
        self._written: dict[str, dict[int, tuple[str, bool]]] = {}
        """What each message of an answer shows: its content, and whether Stop is under it, by number of the page."""
        self._unsure: set[str] = set()
        """Answers of which a message may be there that is not known: the answer to its request got lost."""

    async def open_thread(self, exchange: Exchange, name: str) -> Place:
        """Let the answer be given in a thread called ``name``, under a message that says so."""
        asked = f"> {plain(' '.join(exchange.question.split()), 300)}\n{say(_ELSEWHERE, exchange.locale)}"
        said = {"content": asked, "allowed_mentions": discord.AllowedMentions.none()}
        await self._courier.write(exchange.place, exchange.place.message_id, said)
        return await self._courier.open_thread(exchange.place, name)

    async def speak(self, live: Live, placed: Callable[[Live], Awaitable[None]]) -> None:
        """Write what has come, as often as the budget bears, until the answer is ending."""
        if not await happened(live.changed, THINKING):
            await self._think(live, placed)
        while not live.ending.is_set():
            await live.changed.wait()
            live.changed.clear()
            if live.ending.is_set():
                return
            place = live.exchange.place
            if self._courier.by_token(place):
                pause = PACE
            else:
                pause = PACE_IN_THREAD if place.own else PACE_BY_RIGHT
                await happened(live.ending, self._turn())
            try:
                await self._grow(live, placed)
            except Later as later:
                pause = max(later.seconds, pause)
                live.changed.set()
            except (Nowhere, TooBig):
                return
            except Exception:
                log.exception("an answer could not be drawn", exchange=live.exchange.id)
                live.changed.set()
            await happened(live.ending, pause)

    def _turn(self) -> float:
        """Seconds until a growing answer may be written by the bot's right; its turn is taken."""
        now = self._clock()
        wait = self._budget.ready_at(now) - now
        self._budget.take(now)
        return wait

    async def _think(self, live: Live, placed: Callable[[Live], Awaitable[None]]) -> None:
        """Say that the model thinks, and let it be stopped."""
        said = {
            "content": say(_THINKING, live.exchange.locale),
            "view": _view(live.exchange, [_button(live.exchange, STOP)]),
        }
        try:
            message = await self._write(live.exchange, 0, said)
        except (Later, Nowhere, TooBig):
            return
        except Exception:
            log.exception("an answer could not be drawn", exchange=live.exchange.id)
            return
        known, live.exchange = live.exchange, _with(live.exchange, 0, message)
        if live.exchange is not known:
            await placed(live)

    async def _grow(self, live: Live, placed: Callable[[Live], Awaitable[None]]) -> None:
        """Bring every message up to date; a new one is made known at once."""
        done: set[int] = set()
        next_one, stray = await self._stray(live.exchange)
        if stray is not None:
            live.exchange = _with(live.exchange, next_one, stray)
            await placed(live)
        while True:
            exchange = live.exchange
            found, _rest = split(visible(exchange.answer), exchange.opening)
            number = self._stale(exchange, found, done)
            if number is None:
                return
            done.add(number)
            last = number == len(found) - 1
            content = found[number].shown
            view = _view(exchange, [_button(exchange, STOP)]) if last else None
            message = await self._write(exchange, number, {"content": content, "view": view})
            self._of(exchange)[number] = (content, last)
            known, live.exchange = live.exchange, _with(live.exchange, number, message)
            if live.exchange is not known:
                await placed(live)

    def _stale(self, exchange: Exchange, found: Sequence[Page], done: set[int]) -> int | None:
        """The first message that does not show what it should; each is written once in a round."""
        shown = self._of(exchange)
        for number, page in enumerate(found):
            wanted = (page.shown, number == len(found) - 1)
            if not page.blank and number not in done and shown.get(number) != wanted:
                return number
        return None

    async def conclude(self, exchange: Exchange, placed: Placed, *, repaired: bool = False) -> Exchange:
        """Write the whole answer, how it ended, and what can be done now."""
        if repaired:
            self._unsure.add(exchange.id)
        try:
            ended = await self._concluded(exchange, placed)
        except Nowhere:
            elsewhere = await self._courier.direct(exchange.user_id)
            self._written.pop(exchange.id, None)
            self._unsure.discard(exchange.id)
            exchange = await placed(replace(exchange, place=elsewhere, messages=()))
            ended = await self._concluded(exchange, placed)
        self._written.pop(exchange.id, None)
        self._unsure.discard(exchange.id)
        return ended

    async def _concluded(self, exchange: Exchange, placed: Placed) -> Exchange:
        number, stray = await self._stray(exchange)
        if stray is not None:
            exchange = await placed(_with(exchange, number, stray))
        found, rest = split(visible(exchange.answer), exchange.opening)
        if found[-1].blank and len(found) > 1:
            found.pop()
        for number, page in enumerate(found):
            last = number == len(found) - 1
            if not last and self._of(exchange).get(number) == (page.shown, False):
                continue
            content = "" if page.blank else page.shown
            said: dict[str, Any] = {"content": content, "view": _view(exchange, endings(exchange)) if last else None}
            if last:
                said["embeds"] = _embeds(exchange, more=bool(rest))
            message = await self._write(exchange, number, said, rest if last else "")
            self._of(exchange)[number] = (content, False)
            known, exchange = exchange, _with(exchange, number, message)
            if exchange is not known:
                exchange = await placed(exchange)
        pages = len(found) - 1
        for surplus in exchange.messages[pages:]:
            await self._courier.remove(exchange.place, surplus)
        return replace(exchange, messages=exchange.messages[:pages])

    async def _stray(self, exchange: Exchange) -> tuple[int, int | None]:
        """The number of the next message, and that message if it was sent though nobody knows."""
        known = (exchange.place.message_id, *exchange.messages)
        stray = None
        if exchange.id in self._unsure:
            found, _rest = split(visible(exchange.answer), exchange.opening)
            content = found[len(known)].shown.strip() if len(known) < len(found) else ""
            stray = await self._courier.stray(exchange.place, known[-1], exchange.id, content)
            if stray is not None:
                self._unsure.discard(exchange.id)
        return len(known), stray

    async def _write(self, exchange: Exchange, number: int, said: dict[str, Any], rest: str = "") -> int:
        known = (exchange.place.message_id, *exchange.messages)
        message_id = known[number] if number < len(known) and known[number] else None
        said = {**said, "allowed_mentions": discord.AllowedMentions.none()}
        async with AsyncExitStack() as stack:
            files = None
            if rest:
                path = await stack.enter_async_context(self._new_file())
                size = await asyncio.to_thread(path.write_text, rest, "utf-8")
                files = [Attachment(path, "answer.md", size, Media("", "file"))]
            once = f"{exchange.id}-{number}"
            try:
                message = await self._courier.write(exchange.place, message_id, said, files, once=once)
            except Later:
                if message_id is None:
                    self._unsure.add(exchange.id)
                raise
            if message_id is None and exchange.id in self._unsure:  # it may be the one from before, as it was then
                await self._courier.write(exchange.place, message, said, files)
                self._unsure.discard(exchange.id)
            return message

    def _of(self, exchange: Exchange) -> dict[int, tuple[str, bool]]:
        return self._written.setdefault(exchange.id, {})


def _with(exchange: Exchange, number: int, message: int) -> Exchange:
    """The exchange with the ``message`` that holds page ``number``; itself, if that is known."""
    if exchange.place.message_id == 0:
        return replace(exchange, place=replace(exchange.place, message_id=message))
    if number > len(exchange.messages):
        return replace(exchange, messages=(*exchange.messages, message))
    return exchange


def endings(exchange: Exchange) -> list[ButtonSpec]:
    """The buttons under a finished answer."""
    again = replace(_button(exchange, AGAIN), style=discord.ButtonStyle.primary)
    if exchange.state is State.FAILED:
        return [again, _button(exchange, DETAILS)]
    go_on = [replace(_button(exchange, GO_ON), style=discord.ButtonStyle.primary)] if exchange.unfinished else []
    return [*go_on, *(_button(exchange, action) for action in (REPLY, AGAIN, DETAILS))]


_BUTTONS: dict[str, tuple[Text, str]] = {
    STOP: (_("Stop"), "⏹️"),
    REPLY: (_("Reply"), "💬"),
    AGAIN: (_("Regenerate"), "🔁"),
    GO_ON: (_("Continue"), "▶️"),
    DETAILS: (_("Details"), "🔍"),
}


def _button(exchange: Exchange, action: str) -> ButtonSpec:
    label, emoji = _BUTTONS[action]
    return ButtonSpec(say(label, exchange.locale), action, emoji=emoji)


def _view(exchange: Exchange, buttons: Sequence[ButtonSpec]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for spec in buttons:
        view.add_item(button_of(spec, exchange.id))
    return view


def _embeds(exchange: Exchange, *, more: bool) -> list[discord.Embed]:
    """What has to be said beside the answer, if anything."""
    sentences = [exchange.reason] if exchange.reason is not None else []
    if exchange.state is State.STOPPED:
        sentences.append(_STOPPED)
    if exchange.stop == "length":
        sentences.append(_LENGTH)
    if more:
        sentences.append(_MORE)
    words = "\n".join(say(plain_values(sentence), exchange.locale) for sentence in sentences)
    return [discord.Embed(description=words, colour=_ENDS.get(exchange.state))] if words else []
