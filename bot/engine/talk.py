"""Conversations: ask, reply, ask again, go on, stop, rename, share, forget."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from bot.engine.answers import Answers, Speaker
from bot.engine.core import Core
from bot.engine.desk import Asker, new_id
from bot.engine.guard import Guard
from bot.engine.submit import NOT_OFFERED
from bot.errors import Problem
from bot.store.conversations import Conversations
from bot.store.repository import Input
from bot.talk import LIVE, TALKERS, Attached, Conversation, Exchange, Manner, going_on, reopening, visible
from bot.task import Place
from bot.text import _

TITLE = 80
GO_ON = "Go on exactly where you stopped, without repeating anything."
"""What a model is asked when its answer is not complete. It is for the model, in the language that all of them know."""
GONE_ON = _("The conversation has gone on since. Reply instead.")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, where, and the files that go with it; ``asked_in`` is the message, if it was one, ``model``
    the one that is asked (``""``: the same as before)."""

    text: str
    asker: Asker
    place: Place
    files: Sequence[tuple[Input, str]] = ()
    asked_in: int | None = None
    model: str = ""


class Talk:
    """The use cases. Methods that somebody asks for raise :class:`Problem` with a sentence."""

    def __init__(self, core: Core, conversations: Conversations, speaker: Speaker) -> None:
        self.core = core
        self.guard = Guard(core)
        self.conversations = conversations
        self.answers = Answers(core, conversations, speaker)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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
        _check_asked(question)
        await self._room(provider, question, manner.system)
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
        return self.answers.start(conversation, exchange, in_thread=in_thread)

    async def reply(self, conversation_id: str, question: Question) -> Exchange:
        """A further question in a conversation; another model than before is kept when it has answered its owner."""
        _check_asked(question)
        conversation = await self.may_go_on(conversation_id, question.asker)
        return await self._next(conversation, question)

    async def regenerate(self, exchange_id: str, asker: Asker, place: Place) -> Exchange:
        """The same question once more; what was answered before no longer counts."""
        exchange, conversation = await self._of(exchange_id, asker)
        question = Question(exchange.question, asker, place)
        async with self._turn(conversation.id):
            said = await self.conversations.said(conversation.id)
            _check_quiet(said)
            if said and said[-1].number > exchange.number:  # else its place among the others would be told otherwise
                raise Problem(GONE_ON)
            again = replace(
                self._exchange(conversation, exchange.number, question),
                files=exchange.files,
                goes_on=exchange.goes_on,
                opening=exchange.opening,
            )
            files = [(item, file.name) for file in again.files if (item := await self.core.store.input(file.id))]
            await self._room(conversation.provider, replace(question, files=files), conversation.manner.system)
            await self.conversations.go_on(again)
            return self.answers.start(conversation, again)

    async def go_on(self, exchange_id: str, asker: Asker, place: Place) -> Exchange:
        """The rest of an answer that is not complete."""
        exchange, conversation = await self._of(exchange_id, asker)
        if exchange.state not in LIVE and not visible(exchange.answer).strip():
            return await self.regenerate(exchange_id, asker, place)
        return await self._next(conversation, Question(GO_ON, asker, place, model=exchange.model), after=exchange)

    async def _next(self, conversation: Conversation, question: Question, *, after: Exchange | None = None) -> Exchange:
        """The next question, or the rest of the answer ``after``, which must be the newest."""
        async with self._turn(conversation.id):
            said = await self.conversations.said(conversation.id)
            for one in said:
                if one.asked_in is not None and one.asked_in == question.asked_in:
                    return one
            _check_quiet(said)
            if after is not None and said and said[-1].id != after.id:
                raise Problem(GONE_ON)
            await self._room(conversation.provider, question, conversation.manner.system)
            conversation = _with_model(conversation, question.model)
            number = said[-1].number + 1 if said else 0
            exchange = replace(
                self._exchange(conversation, number, question),
                goes_on=after is not None,
                opening=_opening(after) if after is not None else "",
            )
            await self.conversations.go_on(exchange, [item for item, _name in question.files])
            return self.answers.start(conversation, exchange)

    def _turn(self, conversation_id: str) -> asyncio.Lock:
        """Two who ask in one conversation at the same moment do so one after the other."""
        return self._turns.setdefault(conversation_id, asyncio.Lock())

    async def _room(self, provider: str, question: Question, system: str = "") -> None:
        self.core.check_open()
        if provider not in self.core.config.providers or provider not in TALKERS:
            raise Problem(NOT_OFFERED)
        words = [question.text, system, *(words_in_file(item) for item, _name in question.files)]
        await self.guard.check(words, question.place.guild_id, question.asker.user_id)
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

    # -------------------------------------------------------------------------------------------- changing, finding

    async def stop(self, exchange_id: str, asker: Asker) -> None:
        """End an answer that is on its way; what came stays."""
        exchange = await self._known(exchange_id)
        if exchange.user_id != asker.user_id and not asker.moderator:
            raise Problem(_("Only the one who asked for this can do that."))
        elsewhere = self.conversations.database.shared and exchange.state in LIVE
        if not (self.answers.stop(exchange_id) or elsewhere):
            raise Problem(_("This answer is complete already."))

    async def exchange(self, exchange_id: str) -> Exchange:
        """An exchange as it is now."""
        return self.answers.now(exchange_id) or await self._known(exchange_id)

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

    async def may(self, conversation_id: str, asker: Asker) -> bool:
        """Whether the asker may go on with a conversation."""
        with suppress(Problem):
            return bool(await self.may_go_on(conversation_id, asker))
        return False

    async def own(self, conversation_id: str, asker: Asker) -> Conversation:
        """The conversation, if it is the asker's own."""
        conversation = await self.may_go_on(conversation_id, asker)
        if conversation.user_id != asker.user_id:
            raise Problem(_("Only the one who began a conversation can do that."))
        return conversation

    async def rename(self, conversation_id: str, asker: Asker, title: str) -> Conversation:
        """Give a conversation another title."""
        if not title.strip():
            raise Problem(_("A title needs at least one letter."))
        return await self._change(conversation_id, asker, {"title": title.strip()[:TITLE]})

    async def open_up(self, conversation_id: str, asker: Asker, *, to_all: bool) -> Conversation:
        """Say whether everybody may go on with a conversation."""
        return await self._change(conversation_id, asker, {"open": to_all})

    async def _change(self, conversation_id: str, asker: Asker, changes: Mapping[str, object]) -> Conversation:
        known = await self.own(conversation_id, asker)
        changed = await self.conversations.change(known.id, lambda newest: replace(newest, **changes))  # type: ignore[arg-type]
        return changed or known

    async def delete(self, conversation_id: str, asker: Asker) -> Conversation:
        """Forget a conversation."""
        conversation = await self.own(conversation_id, asker)
        if self.answers.busy(conversation.id):
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


def _with_model(conversation: Conversation, model: str) -> Conversation:
    """The conversation with another model, which may not know what the one before was told of its manner."""
    if model in {"", conversation.manner.model}:
        return conversation
    return replace(conversation, manner=Manner(model, conversation.manner.system))


def words_in_file(item: Input) -> str:
    """What a text file says; ``""`` for any other."""
    return item.content.decode("utf-8", "replace") if item.mime.startswith("text/") else ""


def _check_asked(question: Question) -> None:
    if not question.text.strip() and not question.files:
        raise Problem(_("Say something to the model first."))


def _check_quiet(said: Sequence[Exchange]) -> None:
    """Raises :class:`Problem` while an answer of a conversation is on its way."""
    if any(one.state in LIVE for one in said):
        raise Problem(_("Wait for the answer before, or stop it first."))


def _opening(before: Exchange) -> str:
    """What opens the code again that was still open when an answer broke off."""
    answer = visible(before.answer)
    return reopening(going_on(answer, before.opening) + answer)
