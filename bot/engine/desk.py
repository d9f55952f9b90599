"""What users ask of tasks: accept, cancel, retry, again, check, show, list. Who may do what is decided here."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.engine.core import EARLIER, Core, submission_of
from bot.engine.deliver import LINK_IT
from bot.engine.files import Files
from bot.engine.guard import Guard
from bot.engine.helper import Helper
from bot.engine.inputs import LIMITS, PICTURE_LIMIT, TAKEN
from bot.engine.ports import Glance
from bot.engine.submit import FORGOTTEN_INPUT, NOT_OFFERED, Submitter
from bot.errors import CallFailed, Problem, Repeated
from bot.media import MediaProblem
from bot.provider import INPUT, Given, Mask, Submission, Takes, strings
from bot.step import Step
from bot.store import Filter, StoreProblem
from bot.store.repository import Input
from bot.task import ANSWER_FILES, NAMELESS, RETRIED, UNFINISHED, Media, Phase, Place, State, Task, end, with_answer
from bot.text import _
from bot.wire import Call
from bot.workshop import WorkshopProblem

log = structlog.get_logger(__name__)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MANAGERS_ONLY = _("Only those who may manage this server can do that.")
ORIGINAL = "original_prompt"
"""In a task's data: what the user wrote, before a model wrote it out."""
_MADE = {"video": "videos", "image": "pictures", "audio": "songs"}
REMEMBERED = 10_000
"""Interactions that a process knows to have heard of."""
PUT_AWAY = "put_away"
"""In a task's data: its owner does not want it offered any more."""
CHANGEABLE = frozenset({Phase.FAILED, Phase.UNKNOWN, Phase.CANCELLED})
"""Phases in which Retry makes sense."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a user, in which channel, what they may manage there, and the language they read.

    A ``moderator`` may manage messages, a ``manager`` the whole server.
    """

    user_id: int
    channel_id: int = 0
    moderator: bool = False
    locale: str = "en-US"
    manager: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A request on its way to become a task."""

    submission: Submission
    asker: Asker
    place: Place
    inputs: Sequence[Input] = field(default_factory=tuple)
    parent_id: str = ""
    original: str = ""
    """The user's own words, where a model has written them out."""

    @property
    def caption(self) -> str:
        """What was asked for, in the user's own words."""
        written = getattr(self.submission, self.submission.prompt_field) if self.original else None
        return self.original if written == self.submission.caption else self.submission.caption


def new_id() -> str:
    """A task id: ten characters without look-alikes, 50 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _position in range(10))


class Desk:
    """The use cases. Every method raises :class:`Problem` with a sentence for the one who asks."""

    def __init__(self, core: Core, submitter: Submitter) -> None:
        self.core = core
        self.guard = Guard(core)
        self.helper = Helper(core)
        self._submitter = submitter
        self._asking: dict[tuple[int, Filter, int, int], asyncio.Future[list[Task]]] = {}
        self._heard: dict[int, None] = {}

    # -------------------------------------------------------------------------------------------- making tasks

    async def take(self, asked_in: int, *, private: bool = False) -> None:
        """Take what an interaction or a message asks for (its id); raises :class:`Repeated` when somebody did already.

        The gateway may tell of one twice, and tells every process of it that serves the same shard. ``private``: it is
        answered for one person alone, also while nothing can be written.
        """
        store = self.core.store
        alone, heard = not store.database.shared, asked_in in self._heard
        self._heard[asked_in] = None
        if len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]
        if not (heard or (alone and private)):
            try:
                if alone and self.core.closing:  # nothing comes of it, which shall be said at once
                    heard = await store.is_taken(asked_in)
                else:
                    heard = not await store.take(asked_in, self.core.clock())
            except StoreProblem:
                if not private:
                    raise
        if heard:
            raise Repeated

    async def room(self, asker: Asker, provider: str) -> None:
        """Make sure that one more request of this user can be accepted."""
        self.core.check_open()
        if provider not in self.core.config.able:
            raise Problem(NOT_OFFERED)
        most = self.core.config.settings.queued_tasks_per_user
        if await self.core.store.queued_by(asker.user_id) >= most:
            raise Problem(
                _("You already have {count} requests waiting in line. Wait for some, or cancel one.", count=most)
            )

    async def accept(self, order: Order) -> Task:
        """Store the request; from here on it ends in a result or an honest reason."""
        await self._check(order)
        task = self._new(order)
        stored = [name for name in order.submission.inputs() if name not in {item.id for item in order.inputs}]
        await self.core.store.add(task, order.inputs, used=stored)
        self.core.screen.show(task)
        self.core.wake()
        return task

    async def _check(self, order: Order) -> None:
        """Refuse what may not be asked for, before anything is paid for."""
        _check_right(order.submission, order.asker)
        words = [*order.submission.told(), order.original]
        await self.guard.check(words, order.place.guild_id, order.asker.user_id)
        await self.room(order.asker, order.submission.provider.name)
        self._offered(order.submission)

    def _offered(self, submission: Submission) -> None:
        """Refuse what the relay does not offer before anything is paid for."""
        for step in submission.steps():
            until = self.core.missing.get((submission.provider.name, step.feature or submission.action), 0.0)
            if until > self.core.clock():
                when = f"<t:{round(until)}:R>"
                raise Problem(_("This relay does not offer that. It can be tried again {when}.", when=when))

    def _new(self, order: Order) -> Task:
        now = self.core.clock()
        submission = order.submission
        return Task(
            id=new_id(),
            provider=submission.provider.name,
            action=submission.action,
            submission=submission.model_dump_json(exclude_none=True),
            caption=order.caption,
            data={ORIGINAL: order.original} if order.original else {},
            user_id=order.asker.user_id,
            locale=order.asker.locale,
            place=order.place,
            created_at=now,
            due_at=now,
            route=submission.route(self.core.config.options(submission.provider.name)),
            parent_id=order.parent_id,
            steps=sum(not step.on_answer for step in submission.steps()),
        )

    async def written_out(
        self, submission: Submission, asker: Asker, place: Place, wish: bool | None
    ) -> tuple[Submission, str]:
        """The request with its prompt written out by a model, and the user's own words (``""``: nothing was changed).

        ``wish`` is what the command says; ``None`` leaves it to the user's settings, and then a model that does not
        answer is done without. Raises :class:`Problem`.
        """
        wanted = wish if wish is not None else await self.writes_out(asker.user_id)
        field, made = submission.prompt_field, _MADE.get(submission.kind)
        own = str(getattr(submission, field, "") or "").strip()
        if not wanted or not own or made is None or (wish is None and not self.helper.available):
            return submission, ""
        self.core.check_open()
        await self.guard.check([own], place.guild_id, asker.user_id)
        try:
            better = await self.helper.write_out(own, str(made), submission.longest(field))
            return type(submission).make(**{**submission.model_dump(exclude_none=True), field: better}), own
        except Problem:
            if wish:
                raise
            return submission, ""

    async def again(self, task_id: str, asker: Asker, place: Place) -> Task:
        """The same request once more, as a new task of whoever asks."""
        task = await self.known(task_id)
        submission = await self._repeatable(task)
        own_words = task.data.get(ORIGINAL, "")
        return await self.accept(Order(submission, asker, place, parent_id=task.id, original=own_words))

    async def retry(self, task_id: str, asker: Asker, place: Place) -> Task:
        """The same request once more in the place of one that did not work out; the owner's, and only once."""
        task = await self._owned(task_id, asker)
        if task.phase not in CHANGEABLE:
            raise Problem(_("There is nothing to retry: this task is not finished, or it worked."))
        if task.data.get(RETRIED):
            raise Problem(_("This was retried already, as task {task}.", task=task.data[RETRIED]))
        submission = await self._repeatable(task)
        order = Order(submission, asker, place, parent_id=task.id, original=task.data.get(ORIGINAL, ""))
        await self._check(order)
        heir = self._new(order)
        if _resumes(task, submission.steps()):
            heir = replace(heir, step=task.step, data=task.data, media=task.media)
        marked = replace(task, data={**task.data, RETRIED: heir.id}, show_at=None)
        if not await self.core.store.add(heir, used=submission.inputs(), instead_of=marked):
            raise Problem(_("This task has just changed. Look at it again, please."))
        self.core.screen.show(heir)
        self.core.wake()
        return heir

    async def _repeatable(self, task: Task) -> Submission:
        submission = submission_of(task)
        for name in submission.inputs():
            if not await self.core.store.has_input(name):
                raise Problem(FORGOTTEN_INPUT)
        return submission

    async def masks(self, kind: type[Submission], inputs: Mapping[str, Input]) -> dict[str, Input]:
        """``inputs`` by field, the masks among them as the provider wants them; raises :class:`Problem`."""
        ready = dict(inputs)
        for name, mask in kind.masks.items():
            if name in inputs and mask.of in inputs:
                ready[name] = await self._mask(inputs[mask.of], inputs[name], mask)
        return ready

    async def framed(
        self, submission: Submission, inputs: Mapping[str, Input], facts: Mapping[str, Given]
    ) -> tuple[Submission, dict[str, Input]]:
        """The request and its files by field, with pictures in the size that it wants; raises :class:`Problem`."""
        ready = dict(inputs)
        for name, given in facts.items():
            size = submission.frame(name, given)
            if size is not None and size != given.pixels:
                ready[name] = await self._made("fit", [inputs[name]], width=size[0], height=size[1])
        changed = {name: INPUT + item.id for name, item in ready.items() if item is not inputs[name]}
        return submission.model_copy(update=changed), ready

    async def picture_of(self, task: Task, shown: Sequence[Media] = (), *, takes: Takes = "picture") -> Input:
        """The picture (or video) that a finished task came to, as the input of a further one; raises :class:`Problem`.

        ``shown`` are the files of its card, if that is at hand; else it is asked for: the provider's own link may be
        over.
        """
        files = Files(self.core)
        for media in (*(shown or await self.core.screen.sources(task.place)), *task.media):
            with suppress(MediaProblem, WorkshopProblem):
                async with files.prepared(media, LIMITS[takes], task.route) as ready:
                    if ready.file.kind in TAKEN[takes]:
                        content = await asyncio.to_thread(ready.file.path.read_bytes)
                        link = media.url if media.url.startswith("http") else ""
                        return Input(hashlib.sha256(content).hexdigest(), ready.file.kind.mime, link, content)
        if takes == "video":
            raise Problem(
                _(
                    "There is no video of that task that can still be fetched, or it is larger than {limit} MiB.",
                    limit=25,
                )
            )
        raise Problem(_("There is no picture of that task that can still be fetched."))

    async def mask_over(self, task: Task, given: Input) -> Input:
        """A mask of a finished task's picture, white where it is to be changed; raises :class:`Problem`."""
        if not task.media:
            raise Problem(_("That task has no picture."))
        try:
            async with self.core.media.fetch(task.media[0].url, PICTURE_LIMIT * 4) as found:
                picture = Input("", "", "", await asyncio.to_thread(found.path.read_bytes))
        except MediaProblem:  # its link may be over; the card still has it
            picture = await self.picture_of(task)
        return await self._mask(picture, given, Mask(of=""))

    async def _mask(self, picture: Input, given: Input, mask: Mask) -> Input:
        form = {"black_edits": mask.black_edits, "clear_edits": mask.clear_edits}
        return await self._made("mask", [picture, given], **form)

    async def _made(self, recipe: str, sources: Sequence[Input], **parameters: int) -> Input:
        """A PNG made from pictures."""
        async with AsyncExitStack() as stack:
            *paths, target = [await stack.enter_async_context(self.core.media.new_file()) for _file in (*sources, None)]
            for path, source in zip(paths, sources, strict=True):
                await asyncio.to_thread(path.write_bytes, source.content)
            await self.core.workshop.make(recipe, paths, target, **parameters)
            content = await asyncio.to_thread(target.read_bytes)
        return Input(hashlib.sha256(content).hexdigest(), "image/png", "", content)

    # -------------------------------------------------------------------------------------------- changing tasks

    async def cancel(self, task_id: str, asker: Asker) -> Task:
        """Stop a task: one in line is removed; of one that was sent the relay is told, where the provider can stop."""
        stopped = await self._stopped(await self._owned(task_id, asker, moderated=True))
        now = self.core.clock()

        def stop(task: Task) -> Task:
            if task.phase is Phase.QUEUED:
                free = _("Taken out of the line before it was sent. Nothing was charged.")
                begun = _("Stopped before its next step. What was done until then may have been charged.")
                return end(task, Phase.CANCELLED, begun if task.step else free, now)
            if task.phase is Phase.INPUT and not task.step:  # nothing runs until it is answered
                return end(task, Phase.CANCELLED, _("Stopped before it was answered. Nothing was charged."), now)
            if task.phase in UNFINISHED and task.phase not in {Phase.SENDING, Phase.DONE}:
                for_real = _("Stopped at the provider. What was done until then may have been charged.")
                unheard = _(
                    "The relay cannot be stopped: it will finish and may charge for it. It is no longer shown here."
                )
                return end(task, Phase.CANCELLED, for_real if stopped else unheard, now)
            if task.phase is Phase.SENDING:
                raise Problem(_("It is being sent at this very moment. Try again in a few seconds."))
            raise Problem(_("This task is already over."))

        task = await self.core.change(task_id, stop)
        if task is None:
            raise _unknown(task_id)
        return task

    async def _stopped(self, task: Task) -> bool:
        """Whether the provider has stopped a request; raises :class:`Problem` when it came to its end before."""
        provider = self.core.provider(task)
        if provider.cancel is None or task.phase not in {Phase.WAITING, Phase.RUNNING} or not task.remote_id:
            return False
        try:
            answer = await self.core.relay.call(provider.cancel(task.remote_id), task.route, of=provider.name)
            reports = list(provider.reports(answer))
        except CallFailed as error:
            log.info("not stopped at the provider", task=task.id, **error.logged)
            return False
        if any(report.state is State.DONE for report in reports):
            raise Problem(_("It has just been finished: the result is on its way."))
        return True

    async def answer(self, task_id: str, asker: Asker, answer: Mapping[str, Any], inputs: Sequence[Input] = ()) -> Task:
        """Hand on what the user has answered to a question of the relay."""
        asked = await self._owned(task_id, asker)
        files = [item.id for item in inputs]
        words = [value for value in strings(answer) if value.removeprefix(INPUT) not in files]
        await self.guard.check(words, asked.place.guild_id, asker.user_id)
        now = self.core.clock()
        await self.core.store.keep_inputs(task_id, inputs, now)

        def answered(task: Task) -> Task:
            if task.phase is not Phase.INPUT:
                raise Problem(_("This was answered already, or it is over."))
            ready = with_answer(task, answer, now)
            return replace(ready, data={**ready.data, ANSWER_FILES: files})

        task = await self.core.change(task_id, answered)
        if task is None:
            raise _unknown(task_id)
        return task

    async def check(self, task_id: str, asker: Asker, place: Place) -> Task:
        """Ask the relay now about a task whose fate is unknown."""
        task = await self._owned(task_id, asker)
        if task.phase is not Phase.UNKNOWN:
            raise Problem(_("There is nothing to check: the fate of this task is known."))
        if not task.remote_id:
            raise Problem(NAMELESS)
        now = self.core.clock()
        checked = await self.core.change(
            task_id,
            # A question asked by hand takes none of those that are still to come by themselves.
            lambda found: replace(found, due_at=now, lease_until=0.0, place=place, probes=found.probes - 1),
        )
        return checked or task

    async def show(self, task_id: str, asker: Asker, place: Place) -> Task:
        """Bring a task's card to another place; a delivered one is delivered there again."""
        await self._owned(task_id, asker)
        now = self.core.clock()

        def moved(task: Task) -> Task:
            if task.phase is Phase.DELIVERED and task.media:
                here = [task.place.channel_id, task.place.message_id, task.place.guild_id]
                earlier = here if task.reason is None else task.data.get(EARLIER, here)  # this card got no files
                return replace(
                    task,
                    phase=Phase.DONE,
                    place=place,
                    data={**_with_files(task.data), EARLIER: earlier},
                    due_at=now,
                    fresh=False,
                    attempts=0,
                    pinged=True,
                )
            if task.phase is Phase.DONE:
                data = _with_files(task.data)
                return replace(task, place=place, due_at=now, reason=None, attempts=0, fresh=False, data=data)
            over = task.phase in CHANGEABLE or task.phase is Phase.DELIVERED  # then in words alone
            return replace(task, place=place, show_at=now if over else task.show_at)

        task = await self.core.change(task_id, moved)
        if task is None:
            raise _unknown(task_id)
        return task

    # -------------------------------------------------------------------------------------------- looking

    async def known(self, task_id: str) -> Task:
        """The task, whoever owns it."""
        task = await self.core.store.get(task_id.strip().lower())
        if task is None:
            raise _unknown(task_id)
        return task

    async def own(self, task_id: str, asker: Asker) -> Task:
        """The task, if it is the asker's own."""
        return await self._owned(task_id, asker)

    async def may_remove(self, task_id: str, asker: Asker) -> Task:
        """The task, if the asker may take its card away."""
        return await self._owned(task_id, asker, moderated=True)

    async def finished(self, task_id: str, asker: Asker, provider: str) -> tuple[Task, Submission]:
        """A finished task of the asker's own with one provider, as the start of a further one."""
        task = await self._owned(task_id, asker)
        if task.provider != provider:
            raise Problem(_("That task belongs to another provider."))
        if task.phase not in {Phase.DONE, Phase.DELIVERED}:
            raise Problem(_("That task is not finished yet, or it did not work out."))
        return task, submission_of(task)

    async def rename(self, task_id: str, asker: Asker, name: str) -> Task:
        """Give a finished task another caption: what it came to is known by it."""
        await self._owned(task_id, asker)
        changed = await self.core.change(task_id, lambda task: replace(task, caption=name))
        return changed or await self.known(task_id)

    async def put_away(self, task_id: str, asker: Asker) -> Task:
        """Do not offer any more what a finished task came to (a persona, a style)."""
        await self._owned(task_id, asker)
        changed = await self.core.change(task_id, lambda task: replace(task, data={**task.data, PUT_AWAY: True}))
        return changed or await self.known(task_id)

    async def kept(self, asker: Asker, provider: str, action: str, search: str = "") -> list[Task]:
        """What the asker's tasks of one kind came to that is used again and again, newest first; at most 25."""
        which = Filter(provider, (Phase.DELIVERED,), search, (action,))
        found = await self.core.store.of_user(asker.user_id, which, limit=100)
        return [task for task in found if not task.data.get(PUT_AWAY)][:25]

    async def history(self, asker: Asker, which: Filter, *, offset: int = 0, limit: int = 25) -> list[Task]:
        """The asker's tasks, newest first. Who asks the same at the same time is answered with it."""
        question = (asker.user_id, which, offset, limit)
        asking = self._asking.get(question)
        if asking is None:
            reading = self.core.store.of_user(asker.user_id, which, offset=offset, limit=limit)
            asking = self._asking[question] = asyncio.ensure_future(reading)
            asking.add_done_callback(lambda _done: self._asking.pop(question, None))
        return list(await asyncio.shield(asking))

    async def ask(self, provider: str, call: Call) -> Any:
        """What the relay answers to a free question that makes no task; raises :class:`Problem`."""
        return await self.core.relay.call(call, self.core.config.options(provider).prefix, of=provider)

    async def wants_ping(self, user_id: int, *, change_to: bool | None = None) -> bool:
        """Whether a user is told when a long task is finished; ``change_to`` sets it first."""
        if change_to is not None:
            await self.core.store.change_settings(user_id, {"ping": change_to})
        return bool((await self.core.store.settings_of(user_id)).get("ping", True))

    async def confirms_remix(self, user_id: int, *, change_to: bool | None = None) -> bool:
        """Whether Midjourney's windows that only show the prompt are confirmed at once; ``change_to`` sets it first."""
        if change_to is not None:
            await self.core.store.change_settings(user_id, {"remix": change_to})
        return bool((await self.core.store.settings_of(user_id)).get("remix", False))

    async def writes_out(self, user_id: int, *, change_to: bool | None = None) -> bool:
        """Whether a user's prompts are written out by a model; ``change_to`` sets it first."""
        if change_to is not None:
            await self.core.store.change_settings(user_id, {"enhance": change_to})
        return bool((await self.core.store.settings_of(user_id)).get("enhance", False))

    def glance(self, task: Task) -> Glance:
        """Place in line, and when the result is expected from the provider's own past durations."""
        if task.phase is Phase.QUEUED:
            return Glance(position=self._submitter.plan.positions.get(task.id))
        usual = self.core.usual.get((task.provider, task.action))
        hidden = frozenset(action for provider, action in self.core.missing if self._hidden(task, provider, action))
        if usual is None or task.accepted_at is None:
            return Glance(hidden=hidden)
        expected = task.accepted_at + usual.median
        return Glance(expected_at=expected if expected > self.core.clock() else None, hidden=hidden)

    def _hidden(self, task: Task, provider: str, action: str) -> bool:
        return provider == task.provider and self.core.lacks(provider, action)

    def details(self, task: Task) -> dict[str, Any]:
        """Every parameter of a task's submission, without the bytes of its pictures."""
        own = {ORIGINAL: task.data[ORIGINAL]} if task.data.get(ORIGINAL) else {}
        return {**own, **submission_of(task).parameters()}

    async def _owned(self, task_id: str, asker: Asker, *, moderated: bool = False) -> Task:
        task = await self.known(task_id)
        here = asker.moderator and asker.channel_id == task.place.channel_id  # a right of this channel alone
        if task.user_id != asker.user_id and not (moderated and here):
            raise Problem(_("Only the one who asked for this can do that."))
        return task


def _resumes(task: Task, steps: Sequence[Step]) -> bool:
    """Whether a further attempt begins at the step that went wrong: what has been done and paid for is not done again.

    Only a new beginning helps where that step merely asked how an earlier one went, where the files are gone, and where
    it handed on an answer: what was asked may be closed by now, and the same words would be refused again.
    """
    if (
        task.step >= len(steps)
        or steps[task.step].on_answer
        or not any(step.paid(task.data) for step in steps[: task.step])
    ):
        return False
    merely_asked = bool(task.remote_id) and not steps[task.step].paid(task.data)
    return task.phase is not Phase.FAILED or not (merely_asked or task.media)


def _check_right(submission: Submission, asker: Asker) -> None:
    """Refuse what only those may ask for who manage the server."""
    if submission.managers_only and not asker.manager:
        raise Problem(MANAGERS_ONLY)


def _with_files(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a task whose files are to be tried again, though only a link was given before."""
    return {name: value for name, value in data.items() if name != LINK_IT}


def _unknown(task_id: str) -> Problem:
    return Problem(_("There is no task “{task}”.", task=task_id.strip()[:40]))
