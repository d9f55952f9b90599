"""Conversations: ask, stream, stop, go on. What came is kept, whatever happens to the stream or to this process."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.engine.core import Core
from bot.engine.desk import Asker, new_id
from bot.engine.guard import Guard
from bot.engine.pieces import pieces
from bot.engine.ports import Later, Nowhere
from bot.engine.submit import FORGOTTEN_INPUT, NOT_OFFERED
from bot.engine.work import Crew
from bot.errors import CUT_OFF, CallFailed, Problem
from bot.store import StoreProblem
from bot.store.conversations import Conversations
from bot.store.repository import Input
from bot.talk import (
    LIVE,
    TALKERS,
    Attached,
    Conversation,
    Exchange,
    File,
    Manner,
    Piece,
    Role,
    Said,
    State,
    Stop,
)
from bot.task import Place
from bot.text import Text, _

log = structlog.get_logger(__name__)
SAVED_EVERY = 1.5
"""Seconds between two times that a growing answer is stored."""
REMEMBERED, REMEMBERED_BYTES = 40, 16 * 1024 * 1024
"""Exchanges of a conversation that a model is told of, and bytes of their files."""
REMEMBERED_WORDS = 400_000
"""Characters of a conversation that a model is told of."""
TITLE = 80
GO_ON = "Go on exactly where you stopped, without repeating anything."
"""What a model is asked when its answer is not complete. It is for the model, in the language that all of them know."""
RESTARTED = _("The bot was restarted in the middle of this answer.")
ENDLESS = _("The stream ended before the answer did.")
EMPTY = _("The model gave no answer.")
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


class Speaker(Protocol):
    """Where answers are shown."""

    async def open_thread(self, exchange: Exchange, name: str) -> Place:
        """Open a thread for the answer; returns where it is given. Raises :class:`Later` or :class:`Nowhere`."""
        ...

    async def speak(self, live: Live, placed: Callable[[Live], Awaitable[None]]) -> None:
        """Show an answer as it grows until it is ending, rendered when it is sent; ``placed`` is told of every new
        message. Never fails."""
        ...

    async def conclude(self, exchange: Exchange) -> Exchange:
        """Show how it ended; returns it with the messages it is in. Raises :class:`Later` or :class:`Nowhere`."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, where, and the files that go with it; ``asked_in`` is the message, if it was one."""

    text: str
    asker: Asker
    place: Place
    files: Sequence[tuple[Input, str]] = ()
    asked_in: int | None = None


class Talk:
    """The use cases. Methods that somebody asks for raise :class:`Problem` with a sentence."""

    def __init__(self, core: Core, conversations: Conversations, speaker: Speaker) -> None:
        self.core = core
        self.guard = Guard(core)
        self.conversations = conversations
        self.speaker = speaker
        self.crew = Crew("talk")
        self._live: dict[str, Live] = {}
        self._begun: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._wake = asyncio.Event()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self) -> None:
        """Give the answers that are asked for, until cancelled. They belong to no interaction: none waits for them."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            self.start_due()

    def start_due(self) -> list[asyncio.Task[None]]:
        """Begin what was asked for since the last time."""
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

    # -------------------------------------------------------------------------------------------- asking

    async def begin(
        self,
        provider: str,
        manner: Manner,
        question: Question,
        *,
        open_to_all: bool = False,
        in_thread: bool = False,
    ) -> Exchange:
        """A new conversation, perhaps in a thread of its own."""
        await self._room(provider, question)
        now = self.core.clock()
        conversation = Conversation(
            id=new_id(),
            provider=provider,
            user_id=question.asker.user_id,
            title=" ".join(question.text.split())[:TITLE],
            manner=manner,
            created_at=now,
            updated_at=now,
            open=open_to_all,
        )
        exchange = self._exchange(conversation, 0, question)
        await self.conversations.begin(conversation, exchange, [item for item, _name in question.files])
        return self._start(conversation, exchange, in_thread=in_thread)

    async def reply(self, conversation_id: str, question: Question) -> Exchange:
        """A further question in a conversation."""
        conversation = await self.may_go_on(conversation_id, question.asker)
        return await self._next(conversation, question)

    async def regenerate(self, exchange_id: str, asker: Asker, place: Place) -> Exchange:
        """The same question once more; what was answered before no longer counts."""
        exchange, conversation = await self._of(exchange_id, asker)
        question = Question(exchange.question, asker, place)
        again = replace(
            self._exchange(conversation, exchange.number, question), files=exchange.files, goes_on=exchange.goes_on
        )
        await self._room(conversation.provider, question)
        await self.conversations.go_on(again)
        return self._start(conversation, again)

    async def go_on(self, exchange_id: str, asker: Asker, place: Place) -> Exchange:
        """The rest of an answer that is not complete."""
        exchange, conversation = await self._of(exchange_id, asker)
        if exchange.state in LIVE:
            raise Problem(_("This answer is still on its way."))
        return await self._next(conversation, Question(GO_ON, asker, place), goes_on=True)

    async def _next(self, conversation: Conversation, question: Question, *, goes_on: bool = False) -> Exchange:
        async with self._turn(conversation.id):
            said = await self.conversations.said(conversation.id)
            for one in said[-1:]:
                if one.asked_in is not None and one.asked_in == question.asked_in:
                    return one
                if one.state in LIVE:
                    raise Problem(_("Wait for the answer before, or stop it first."))
            await self._room(conversation.provider, question)
            number = said[-1].number + 1 if said else 0
            exchange = replace(self._exchange(conversation, number, question), goes_on=goes_on)
            await self.conversations.go_on(exchange, [item for item, _name in question.files])
            return self._start(conversation, exchange)

    def _turn(self, conversation_id: str) -> asyncio.Lock:
        """Two who ask in one conversation at the same moment do so one after the other."""
        return self._turns.setdefault(conversation_id, asyncio.Lock())

    async def _room(self, provider: str, question: Question) -> None:
        if provider not in self.core.config.providers or provider not in TALKERS:
            raise Problem(NOT_OFFERED)
        if not question.text.strip() and not question.files:
            raise Problem(_("Say something to the model first."))
        await self.guard.check([question.text], question.place.guild_id, question.asker.user_id)
        most = self.core.config.settings.active_tasks_per_user
        if await self.conversations.live_of(question.asker.user_id) >= most:
            raise Problem(_("{count} answers to you are on their way already. Wait for one, or stop it.", count=most))

    def _exchange(self, conversation: Conversation, number: int, question: Question) -> Exchange:
        return Exchange(
            id=new_id(),
            conversation_id=conversation.id,
            number=number,
            user_id=question.asker.user_id,
            locale=question.asker.locale,
            place=question.place,
            question=question.text,
            created_at=self.core.clock(),
            files=tuple(Attached(item.id, item.mime, name) for item, name in question.files),
            model=conversation.manner.model,
            asked_in=question.asked_in,
        )

    # -------------------------------------------------------------------------------------------- streaming

    def _start(self, conversation: Conversation, exchange: Exchange, *, in_thread: bool = False) -> Exchange:
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
            place = await self.speaker.open_thread(live.exchange, conversation.title)
            live.exchange = replace(live.exchange, place=place)
            await self.conversations.change(replace(conversation, thread_id=place.channel_id))
            await self.store_now(live)
        except (Later, Nowhere, StoreProblem) as error:
            log.warning("no thread for an answer", exchange=live.exchange.id, error=type(error).__name__)
        except Exception:
            log.exception("a thread could not be opened", exchange=live.exchange.id)

    async def _run(self, conversation: Conversation, live: Live, *, in_thread: bool) -> None:
        """From the question to the end of the answer on its messages."""
        speaking = asyncio.create_task(self._speak(conversation, live, in_thread=in_thread))
        saving = asyncio.create_task(self._keep_saving(live))
        live.reading = asyncio.create_task(self._streamed(conversation, live))
        try:
            await asyncio.wait({live.reading})
        except asyncio.CancelledError:  # the bot is shutting down: the next start repairs it
            live.reading.cancel()
            live.exchange = replace(live.exchange, state=State.CUT, reason=RESTARTED, ended_at=self.core.clock())
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
        known = live.exchange
        live.exchange = replace(ended, place=known.place, messages=known.messages, version=known.version)
        await self._conclude(live.exchange)
        self._live.pop(live.exchange.id, None)

    async def _streamed(self, conversation: Conversation, live: Live) -> Exchange:
        """The exchange as it ended; whatever goes wrong, with what came until then."""
        try:
            talker = TALKERS[conversation.provider]
            options = self.core.config.options(conversation.provider)
            said = await self._said(conversation, live.exchange)
            call = await asyncio.to_thread(talker.call, said, conversation.manner, options)
            async with aclosing(pieces(self.core.relay, talker, call, options.prefix)) as found:
                async for piece in found:
                    self._add(live, piece)
        except CallFailed as error:
            log.warning("an answer broke off", exchange=live.exchange.id, error=str(error), why=error.detail)
            return self._broken(live.exchange, error.text)
        except Problem as problem:
            return self._broken(live.exchange, problem.text)
        except Exception:
            log.exception("an answer failed unexpectedly", exchange=live.exchange.id)
            return self._broken(live.exchange, CUT_OFF)
        return self._judged(live.exchange)

    def _add(self, live: Live, piece: Piece) -> None:
        found = live.exchange
        started = found.first_at or (self.core.clock() if piece.text else None)
        live.exchange = replace(
            found,
            state=State.STREAMING if started else found.state,
            answer=found.answer + piece.text,
            first_at=started,
            stop=piece.stop or found.stop or (Stop.END if piece.over else None),
            tokens_in=piece.tokens_in if piece.tokens_in is not None else found.tokens_in,
            tokens_out=piece.tokens_out if piece.tokens_out is not None else found.tokens_out,
        )
        if piece.text:
            live.changed.set()

    def _judged(self, exchange: Exchange) -> Exchange:
        """How a stream that ended by itself has to be taken."""
        if exchange.stop is None:
            return self._broken(exchange, ENDLESS)
        filtered = exchange.stop is Stop.FILTER
        if not exchange.answer.strip():
            return self._ended(exchange, State.FAILED, FILTERED if filtered else EMPTY)
        return self._ended(exchange, State.DONE, FILTERED if filtered else None)

    def _broken(self, exchange: Exchange, why: Text) -> Exchange:
        return self._ended(exchange, State.CUT if exchange.answer.strip() else State.FAILED, why)

    def _ended(self, exchange: Exchange, state: State, reason: Text | None) -> Exchange:
        return replace(exchange, state=state, reason=reason, ended_at=self.core.clock())

    async def _keep_saving(self, live: Live) -> None:
        """Store a growing answer now and then, so that little of it is lost with the process."""
        kept = live.exchange.answer
        while not await happened(live.ending, SAVED_EVERY):
            if live.exchange.answer != kept:
                kept = live.exchange.answer
                with suppress(StoreProblem):
                    await self.store_now(live)

    async def store_now(self, live: Live) -> None:
        """Store an answer as it is now."""
        async with live.storing:
            saved = await self.conversations.save(live.exchange)
            if saved is not None:
                live.exchange = replace(live.exchange, version=saved.version)

    async def _conclude(self, exchange: Exchange) -> None:
        """Store how it ended and show it, however often that has to be tried."""
        exchange = await self._surely(exchange)
        while True:
            try:
                exchange = await self.speaker.conclude(exchange)
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
        while (saved := await self.conversations.save(exchange)) is None:
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
        room, words = REMEMBERED_BYTES, REMEMBERED_WORDS
        for one in [asked, *reversed(before[-REMEMBERED:])]:  # the newest first: what does not fit is the oldest
            words -= len(one.question) + len(one.answer)
            if words < 0 and one is not asked:
                break
            files = [await self._file(file, needed=one is asked) for file in one.files]
            kept = tuple(file for file in files if file is not None and len(file.content) <= room)
            room -= sum(len(file.content) for file in kept)
            if one is not asked and one.answer.strip():
                said.append(Said(Role.MODEL, one.answer))
            if one is asked or one.answer.strip():
                said.append(Said(Role.USER, one.question, kept))
        return said[::-1]

    async def _file(self, file: Attached, *, needed: bool) -> File | None:
        stored = await self.core.store.input(file.id)
        if stored is None:
            if needed:
                raise Problem(FORGOTTEN_INPUT)
            return None
        return File(stored.mime, file.name, stored.content)

    # -------------------------------------------------------------------------------------------- changing, finding

    async def stop(self, exchange_id: str, asker: Asker) -> None:
        """End an answer that is on its way; what came stays."""
        exchange = await self._known(exchange_id)
        if exchange.user_id != asker.user_id and not asker.moderator:
            raise Problem(_("Only the one who asked for this can do that."))
        live = self._live.get(exchange_id)
        if live is None or live.reading is None or live.reading.done():
            raise Problem(_("This answer is complete already."))
        live.reading.cancel()

    async def recover(self) -> int:
        """Repair what a dead process left; returns how many answers that are."""
        left = [one for one in await self.conversations.unshown() if one.id not in self._live]
        for one in left:
            self._begin(partial(self._conclude, self._broken(one, RESTARTED) if one.state in LIVE else one))
        return len(left)

    async def exchange(self, exchange_id: str) -> Exchange:
        """An exchange as it is now."""
        live = self._live.get(exchange_id)
        return live.exchange if live is not None else await self._known(exchange_id)

    async def in_thread(self, thread_id: int) -> tuple[Conversation, str] | None:
        """The conversation of a thread, and the language that was last spoken with there."""
        conversation = await self.conversations.of_thread(thread_id)
        if conversation is None:
            return None
        said = await self.conversations.said(conversation.id)
        return conversation, said[-1].locale if said else ""

    async def may_go_on(self, conversation_id: str, asker: Asker) -> Conversation:
        """The conversation, if the asker may go on with it."""
        conversation = await self.conversations.conversation(conversation_id.strip().lower())
        if conversation is None:
            raise Problem(_("There is no conversation “{name}”.", name=conversation_id.strip()[:40]))
        if conversation.user_id != asker.user_id and not conversation.open:
            raise Problem(_("This is somebody else's conversation, and it is not open to everybody."))
        return conversation

    async def own(self, conversation_id: str, asker: Asker) -> Conversation:
        """The conversation, if it is the asker's own."""
        conversation = await self.may_go_on(conversation_id, asker)
        if conversation.user_id != asker.user_id:
            raise Problem(_("Only the one who began a conversation can do that."))
        return conversation

    async def rename(self, conversation_id: str, asker: Asker, title: str) -> Conversation:
        """Give a conversation another title."""
        return await self._change(conversation_id, asker, {"title": title.strip()[:TITLE]})

    async def open_up(self, conversation_id: str, asker: Asker, *, to_all: bool) -> Conversation:
        """Say whether everybody may go on with a conversation."""
        return await self._change(conversation_id, asker, {"open": to_all})

    async def _change(self, conversation_id: str, asker: Asker, changes: Mapping[str, object]) -> Conversation:
        changed = replace(await self.own(conversation_id, asker), **changes)  # type: ignore[arg-type]
        await self.conversations.change(changed)
        return changed

    async def delete(self, conversation_id: str, asker: Asker) -> Conversation:
        """Forget a conversation."""
        conversation = await self.own(conversation_id, asker)
        for live in list(self._live.values()):
            if live.exchange.conversation_id == conversation.id:
                raise Problem(_("Wait for the answer before, or stop it first."))
        await self.conversations.delete(conversation.id)
        return conversation

    async def _of(self, exchange_id: str, asker: Asker) -> tuple[Exchange, Conversation]:
        exchange = await self._known(exchange_id)
        return exchange, await self.may_go_on(exchange.conversation_id, asker)

    async def _known(self, exchange_id: str) -> Exchange:
        exchange = await self.conversations.exchange(exchange_id)
        if exchange is None:
            raise Problem(_("This conversation was deleted."))
        return exchange
