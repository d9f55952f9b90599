"""Answers on their way: streamed, shown, stored. What came is kept, whatever happens to the stream or the process."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import structlog

from bot import logs
from bot.engine.core import Core
from bot.engine.papers import TOGETHER
from bot.engine.pieces import pieces
from bot.engine.ports import Later, Nowhere
from bot.engine.submit import FORGOTTEN_INPUT
from bot.engine.work import Crew
from bot.errors import CUT_OFF, CallFailed, Problem, numbered
from bot.store import StoreProblem
from bot.store.conversations import LEASE, Conversations
from bot.talk import (
    LIVE,
    TALKERS,
    Attached,
    Conversation,
    Exchange,
    File,
    Piece,
    Role,
    Said,
    State,
    Stop,
    TooLong,
    begun,
    visible,
)
from bot.task import Place
from bot.text import Text, _

log = structlog.get_logger(__name__)
SAVED_EVERY = 1.5
"""Seconds between two times that a growing answer is stored."""
THREAD_TRIES, THREAD_PATIENCE = 3, 10.0
"""How often a thread is tried to be opened, and the seconds that Discord may ask for in between."""
REMEMBERED = 40
"""Exchanges of a conversation that a model is told of."""
REMEMBERED_WORDS = 400_000
"""Characters of a conversation that a model is told of, with those of its text files."""
NOT_KEPT = "[{names}: no longer at hand]"
"""What a model is told in place of files of earlier questions."""
RESTARTED = _("The bot was restarted in the middle of this answer.")
BROKE_OFF = _("The connection to the relay broke in the middle of this answer.")
ENDLESS = _("The stream ended before the answer did.")
EMPTY = _("The model gave no answer.")
SHORTENED = _("The conversation is longer than this model can take: its beginning was left out.")
NO_THREAD = _("No thread could be opened, so the answer is here.")
FILTERED = _("The provider's content filter ended the answer.")


@dataclass(eq=False)
class Live:
    """An answer on its way: the ``exchange`` as it is now, and what wakes those who wait for more of it, or for its
    end."""

    exchange: Exchange
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    reading: asyncio.Task[Exchange] | None = None


async def happened(event: asyncio.Event, within: float) -> bool:
    """Wait for ``event``, at most so many seconds; whether it happened."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), within)
    return event.is_set()


Placed = Callable[[Exchange], Awaitable[Exchange]]
"""Stores an exchange whose messages have changed; returns it as it is stored."""


class Speaker(Protocol):
    """Where answers are shown."""

    async def open_thread(self, exchange: Exchange, name: str) -> Place:
        """Open a thread for the answer; returns where it is given. Raises :class:`Later` or :class:`Nowhere`."""
        ...

    async def speak(self, live: Live, placed: Callable[[Live], Awaitable[None]]) -> None:
        """Show an answer as it grows until it is ending, rendered when it is sent; ``placed`` is told of every new
        message. Never fails."""
        ...

    async def conclude(self, exchange: Exchange, placed: Placed, *, repaired: bool = False) -> Exchange:
        """Show how it ended; returns it with the messages it is in. ``placed`` stores every new message, ``repaired``
        says that another process began to show it. Raises :class:`Later` or :class:`Nowhere`."""
        ...


class Answers:
    """Gives answers. They belong to no interaction: none waits for them."""

    def __init__(self, core: Core, conversations: Conversations, speaker: Speaker) -> None:
        self.core = core
        self.conversations = conversations
        self.speaker = speaker
        self.crew = Crew("talk")
        self._live: dict[str, Live] = {}
        self._repaired: set[str] = set()
        self._begun: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Give the answers that are asked for, until cancelled."""
        while True:
            if await happened(self._wake, LEASE):
                self._wake.clear()
            else:
                await self._look_after_others()
            self.start_due()

    async def _look_after_others(self) -> None:
        """Repair what another process left that died since."""
        try:
            await self.recover()
        except StoreProblem as problem:
            log.warning("unfinished answers cannot be looked for", error=str(problem))

    def start_due(self) -> list[asyncio.Task[None]]:
        """Begin what was asked for since the last time; when the process is about to end, the next one says so."""
        if self.core.closing:
            return []
        begun, self._begun = self._begun, []
        return [self.crew.start(step()) for step in begun]

    async def step(self) -> int:
        """Give every answer that was asked for, to its end; returns how many. For tests and tools."""
        steps = self.start_due()
        await asyncio.gather(*steps)
        return len(steps)

    def _begin(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._begun.append(step)
        self._wake.set()

    async def recover(self) -> int:
        """Repair what a dead process left; returns how many answers that are."""
        count, now = 0, self.core.clock()
        for one in await self.conversations.unshown(now):
            if one.id in self._live or one.id in self._repaired:
                continue
            ended = self._broken(one, RESTARTED) if one.state in LIVE else one
            claimed = await self.conversations.save(ended, now + LEASE)
            if claimed is not None:
                self._repaired.add(one.id)
                self._begin(partial(self._repair, claimed))
                count += 1
        return count

    async def _repair(self, exchange: Exchange) -> None:
        try:
            await self._conclude(exchange, repaired=True)
        finally:
            self._repaired.discard(exchange.id)

    def now(self, exchange_id: str) -> Exchange | None:
        """An exchange whose answer is on its way, as it is now."""
        live = self._live.get(exchange_id)
        return live.exchange if live is not None else None

    @property
    def streams(self) -> int:
        """How many answers are on their way and not complete."""
        return sum(live.reading is not None and not live.reading.done() for live in self._live.values())

    def busy(self, conversation_id: str) -> bool:
        """Whether an answer of a conversation is on its way."""
        return any(live.exchange.conversation_id == conversation_id for live in self._live.values())

    def stop(self, exchange_id: str) -> bool:
        """End an answer; what came stays. Whether there was anything to end."""
        live = self._live.get(exchange_id)
        if live is None or live.reading is None or live.reading.done():
            return False
        live.reading.cancel()
        return True

    def start(self, conversation: Conversation, exchange: Exchange, *, in_thread: bool = False) -> Exchange:
        """Give the answer to a stored question, perhaps in a thread of its own."""
        live = self._live[exchange.id] = Live(exchange)
        self._begin(partial(self._run, conversation, live, in_thread=in_thread))
        return exchange

    async def _speak(self, conversation: Conversation, live: Live, *, in_thread: bool) -> None:
        if in_thread:
            await self._move(conversation, live)
        await self.speaker.speak(live, self.store_now)

    async def _move(self, conversation: Conversation, live: Live) -> None:
        """Go on in a thread; where none can be opened, the answer is given where it was asked for."""
        try:
            place = await self._thread(conversation, live)
            live.exchange = replace(live.exchange, place=place)
            await self._changed(conversation, lambda known: replace(known, thread_id=place.channel_id))
            await self.store_now(live)
        except StoreProblem as problem:
            log.warning("the thread of an answer could not be stored", exchange=live.exchange.id, error=str(problem))
        except (Later, Nowhere) as error:
            log.warning("no thread for an answer", exchange=live.exchange.id, error=type(error).__name__)
            live.exchange = replace(live.exchange, reason=live.exchange.reason or NO_THREAD)
        except Exception:
            log.exception("a thread could not be opened", exchange=live.exchange.id)
            live.exchange = replace(live.exchange, reason=live.exchange.reason or NO_THREAD)

    async def _thread(self, conversation: Conversation, live: Live) -> Place:
        """Open the thread, trying for a while; raises :class:`Later` or :class:`Nowhere`."""
        tries = 0
        while True:
            try:
                return await self.speaker.open_thread(live.exchange, conversation.title)
            except Later as later:
                tries += 1
                if tries == THREAD_TRIES or later.seconds > THREAD_PATIENCE:
                    raise
                await asyncio.sleep(later.seconds)

    async def _changed(self, conversation: Conversation, how: Callable[[Conversation], Conversation]) -> None:
        """Change a conversation: a database that fails is tried until it works."""
        change = partial(self.conversations.change, conversation.id, how)
        await self.core.surely(conversation.id, change, "a conversation")

    async def _run(self, conversation: Conversation, live: Live, *, in_thread: bool) -> None:
        """From the question to the end of the answer on its messages."""
        about = live.exchange
        logs.about([about.question], exchange=about.id, provider=conversation.provider, user=about.user_id)
        log.debug("asking", prompt=about.question)
        speaking = asyncio.create_task(self._speak(conversation, live, in_thread=in_thread))
        saving = asyncio.create_task(self._keep_saving(live))
        live.reading = asyncio.create_task(self._streamed(conversation, live))
        try:
            await asyncio.wait({live.reading})
        except asyncio.CancelledError:  # the bot is shutting down: the next start repairs it
            live.reading.cancel()
            live.exchange = self._broken(live.exchange, RESTARTED)
            for helper in (speaking, saving):
                helper.cancel()
            await asyncio.gather(live.reading, speaking, saving, return_exceptions=True)
            with suppress(StoreProblem):
                await self.store_now(live)
            raise
        live.ending.set()
        live.changed.set()
        await asyncio.gather(speaking, saving, return_exceptions=True)
        stopped = live.reading.cancelled()
        ended = self._ended(live.exchange, State.STOPPED, None) if stopped else live.reading.result()
        self.core.metrics.answered(conversation.provider, ended.state)
        known = live.exchange
        live.exchange = replace(
            ended,
            place=known.place,
            messages=known.messages,
            version=known.version,
            reason=ended.reason or known.reason,
        )
        if ended.answer and about.user_id == conversation.user_id:  # a model that answers its owner is kept
            await self._changed(conversation, lambda known: replace(known, manner=conversation.manner))
        await self._conclude(live.exchange)
        self._live.pop(live.exchange.id, None)

    async def _streamed(self, conversation: Conversation, live: Live) -> Exchange:
        """The exchange as it ended; whatever goes wrong, with what came until then."""
        try:
            talker = TALKERS[conversation.provider]
            options = self.core.config.options(conversation.provider)
            said = await self._said(conversation, live.exchange)
            while True:
                call = await asyncio.to_thread(talker.call, said, conversation.manner, options)
                try:
                    async with aclosing(pieces(self.core.relay, talker, call, options.prefix)) as found:
                        async for piece in found:
                            self._add(live, piece)
                    break
                except TooLong:
                    if len(said) == 1 or live.exchange.answer:
                        raise
                    said = said[len(said) // 2 // 2 * 2 or 2 :]  # a question and its answer go together
                    log.info("a conversation is too long for its model", exchange=live.exchange.id, kept=len(said))
                    live.exchange = replace(live.exchange, reason=SHORTENED)
        except CallFailed as error:
            log.warning("an answer broke off", exchange=live.exchange.id, **error.logged)
            return self._broken(live.exchange, error.text)
        except Problem as problem:
            return self._broken(live.exchange, problem.text)
        except Exception:
            number = logs.error_id()
            log.exception("an answer failed unexpectedly", id=number, exchange=live.exchange.id)
            return self._broken(live.exchange, numbered(CUT_OFF, number))
        return self._judged(live.exchange)

    def _add(self, live: Live, piece: Piece) -> None:
        found = live.exchange
        answer = found.answer + piece.text
        started = found.first_at or (self.core.clock() if piece.text and begun(answer) else None)
        live.exchange = replace(
            found,
            state=State.STREAMING if started else found.state,
            answer=answer,
            first_at=started,
            stop=piece.stop or found.stop or (Stop.END if piece.over else None),
            tokens_in=piece.tokens_in if piece.tokens_in is not None else found.tokens_in,
            tokens_out=piece.tokens_out if piece.tokens_out is not None else found.tokens_out,
        )
        if piece.text and started:
            live.changed.set()

    def _judged(self, exchange: Exchange) -> Exchange:
        """How a stream that ended by itself has to be taken."""
        if exchange.stop is None:
            return self._broken(exchange, ENDLESS)
        filtered, shortened = exchange.stop is Stop.FILTER, exchange.reason
        if not visible(exchange.answer).strip():
            return self._ended(exchange, State.FAILED, FILTERED if filtered else EMPTY)
        return self._ended(exchange, State.DONE, FILTERED if filtered else shortened)

    def _broken(self, exchange: Exchange, why: Text) -> Exchange:
        if not visible(exchange.answer).strip():
            return self._ended(exchange, State.FAILED, why)
        return self._ended(exchange, State.CUT, BROKE_OFF if why == CUT_OFF else why)

    def _ended(self, exchange: Exchange, state: State, reason: Text | None) -> Exchange:
        return replace(exchange, state=state, reason=reason, ended_at=self.core.clock())

    async def _keep_saving(self, live: Live) -> None:
        """Store a growing answer now and then, so that little is lost with the process, and that the process lives."""
        kept, waited = live.exchange.answer, 0
        while not await happened(live.ending, SAVED_EVERY):
            waited += 1
            if live.exchange.answer != kept or waited * SAVED_EVERY >= LEASE / 3:
                kept, waited = live.exchange.answer, 0
                with suppress(StoreProblem):
                    await self.store_now(live)

    async def store_now(self, live: Live) -> None:
        """Store an answer as it is now."""
        async with live.storing:
            saved = await self.conversations.save(live.exchange, self.core.clock() + LEASE)
            if saved is not None:
                live.exchange = replace(live.exchange, version=saved.version)

    async def _conclude(self, exchange: Exchange, *, repaired: bool = False) -> None:
        """Store how it ended and show it, however often that has to be tried."""

        async def placed(found: Exchange) -> Exchange:
            nonlocal exchange
            exchange = await self._surely(found)
            return exchange

        exchange = await self._surely(exchange)
        while True:
            try:
                exchange = await self.speaker.conclude(exchange, placed, repaired=repaired)
            except Later as later:
                await asyncio.sleep(later.seconds)
                continue
            except Nowhere:
                log.warning("no place to show an answer", exchange=exchange.id)
            except Exception:
                log.exception("an answer could not be shown, trying again", exchange=exchange.id)
                await asyncio.sleep(15.0)
                continue
            await self._surely(replace(exchange, shown=True))
            return

    async def _surely(self, exchange: Exchange) -> Exchange:
        """Store what must not be forgotten: a database that fails is tried until it works."""
        return await self.core.surely(exchange.id, partial(self._saved, exchange), "an answer")

    async def _saved(self, exchange: Exchange) -> Exchange:
        """Store an exchange over whatever was stored of it meanwhile; unless its conversation was deleted."""
        while (saved := await self.conversations.save(exchange, self.core.clock() + LEASE)) is None:
            newer = await self.conversations.exchange(exchange.id)
            if newer is None:
                return exchange
            exchange = replace(exchange, version=newer.version)
        return saved

    # -------------------------------------------------------------------------------------------- what was said

    async def _said(self, conversation: Conversation, asked: Exchange) -> list[Said]:
        """The conversation as the model is told of it, up to the question that is asked now."""
        before = [one for one in await self.conversations.said(conversation.id) if one.number < asked.number]
        said: list[Said] = []
        room, words = TOGETHER, REMEMBERED_WORDS
        for one in [asked, *reversed(before[-REMEMBERED:])]:  # the newest first: what does not fit is the oldest
            answer = visible(one.answer)
            if one is not asked and not answer.strip():
                continue
            files = [await self._file(file, needed=one is asked) for file in one.files]
            kept = tuple(file for file in files if file is not None and len(file.content) <= room)
            words -= len(one.question) + len(answer) + sum(len(file.content) for file in kept if file.is_text)
            if words < 0 and one is not asked:
                break
            room -= sum(len(file.content) for file in kept)
            names = ", ".join(file.name for file, found in zip(one.files, files, strict=True) if found not in kept)
            missing = NOT_KEPT.format(names=names) if names else ""
            if one is not asked:
                said.append(Said(Role.MODEL, answer))
            said.append(Said(Role.USER, "\n\n".join(part for part in (missing, one.question.strip()) if part), kept))
        return said[::-1]

    async def _file(self, file: Attached, *, needed: bool) -> File | None:
        stored = await self.core.store.input(file.id)
        if stored is None:
            if needed:
                raise Problem(FORGOTTEN_INPUT)
            return None
        return File(stored.mime, file.name, stored.content)
