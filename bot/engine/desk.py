"""What users ask of tasks: accept, cancel, retry, again, check, show, list. Who may do what is decided here."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.engine.core import EARLIER, Core, submission_class, submission_of
from bot.engine.ports import Glance
from bot.engine.submit import NOT_OFFERED, Submitter
from bot.errors import Problem
from bot.provider import Submission
from bot.sniff import PICTURES, sniff
from bot.store import Filter
from bot.store.repository import Input
from bot.task import UNFINISHED, Phase, Place, Task, end
from bot.text import _

PICTURE_LIMIT = 10 * 1024 * 1024
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CHANGEABLE = frozenset({Phase.FAILED, Phase.UNKNOWN, Phase.CANCELLED})
"""Phases in which Retry makes sense."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a user, in which channel, whether they may manage messages there, and the language they read."""

    user_id: int
    channel_id: int = 0
    moderator: bool = False
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class Order:
    """A request on its way to become a task."""

    submission: Submission
    asker: Asker
    place: Place
    inputs: Sequence[Input] = field(default_factory=tuple)
    parent_id: str = ""


def new_id() -> str:
    """A task id: ten characters without look-alikes, 50 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _position in range(10))


def picture_input(content: bytes, url: str, name: str) -> Input:
    """A picture that a user gave, known by its bytes. Raises :class:`Problem` for anything that is none."""
    if len(content) > PICTURE_LIMIT:
        raise Problem(_("{file} is too large: at most 10 MiB.", file=name))
    kind = sniff(content[:64])
    if kind not in PICTURES or kind is None:
        raise Problem(_("{file} is not a picture. PNG, JPEG, WebP and GIF can be used.", file=name))
    return Input(hashlib.sha256(content).hexdigest(), kind.mime, url, content)


class Desk:
    """The use cases. Every method raises :class:`Problem` with a sentence for the one who asks."""

    def __init__(self, core: Core, submitter: Submitter) -> None:
        self.core = core
        self._submitter = submitter

    # -------------------------------------------------------------------------------------------- making tasks

    async def room(self, asker: Asker, provider: str) -> None:
        """Make sure that one more request of this user can be accepted."""
        if provider not in self.core.config.providers:
            raise Problem(NOT_OFFERED)
        most = self.core.config.settings.queued_tasks_per_user
        if await self.core.store.queued_by(asker.user_id) >= most:
            raise Problem(
                _("You already have {count} requests waiting in line. Wait for some, or cancel one.", count=most)
            )

    async def accept(self, order: Order) -> Task:
        """Store the request; from here on it ends in a result or an honest reason."""
        await self.room(order.asker, order.submission.provider.name)
        task = self._new(order)
        stored = [name for name in order.submission.inputs() if name not in {item.id for item in order.inputs}]
        await self.core.store.add(task, order.inputs, used=stored)
        self.core.screen.show(task)
        self.core.wake()
        return task

    def _new(self, order: Order) -> Task:
        now = self.core.clock()
        submission = order.submission
        return Task(
            id=new_id(),
            provider=submission.provider.name,
            action=submission.action,
            submission=submission.model_dump_json(exclude_none=True),
            caption=submission.caption,
            user_id=order.asker.user_id,
            locale=order.asker.locale,
            place=order.place,
            created_at=now,
            due_at=now,
            route=submission.route(self.core.config.options(submission.provider.name)),
            parent_id=order.parent_id,
        )

    async def again(self, task_id: str, asker: Asker, place: Place) -> Task:
        """The same request once more, as a new task of whoever asks."""
        task = await self.known(task_id)
        submission = await self._repeatable(task)
        return await self.accept(Order(submission, asker, place, parent_id=task.id))

    async def retry(self, task_id: str, asker: Asker, place: Place) -> Task:
        """The same request once more in the place of one that did not work out; the owner's, and only once."""
        task = await self._owned(task_id, asker)
        if task.phase not in CHANGEABLE:
            raise Problem(_("There is nothing to retry: this task is not finished, or it worked."))
        if task.data.get("retried"):
            raise Problem(_("This was retried already, as task {task}.", task=task.data["retried"]))
        submission = await self._repeatable(task)
        await self.room(asker, task.provider)
        heir = self._new(Order(submission, asker, place, parent_id=task.id))
        marked = replace(task, data={**task.data, "retried": heir.id}, show_at=None)
        if not await self.core.store.add(heir, used=submission.inputs(), instead_of=marked):
            raise Problem(_("This task has just changed. Look at it again, please."))
        self.core.screen.show(heir)
        self.core.wake()
        return heir

    async def _repeatable(self, task: Task) -> Submission:
        submission = submission_of(task)
        for name in submission.inputs():
            if not await self.core.store.has_input(name):
                raise Problem(_("The picture is no longer kept. Please send the command again with the picture."))
        return submission

    # -------------------------------------------------------------------------------------------- changing tasks

    async def cancel(self, task_id: str, asker: Asker) -> Task:
        """Stop a task: one in line is removed; of one that was sent the relay cannot be told to stop."""
        await self._owned(task_id, asker, moderated=True)
        now = self.core.clock()

        def stop(task: Task) -> Task:
            if task.phase is Phase.QUEUED:
                return end(
                    task, Phase.CANCELLED, _("Taken out of the line before it was sent. Nothing was charged."), now
                )
            if task.phase in UNFINISHED and task.phase not in {Phase.SENDING, Phase.DONE}:
                text = _(
                    "The relay cannot be stopped: it will finish and may charge for it. It is no longer shown here."
                )
                return end(task, Phase.CANCELLED, text, now)
            if task.phase is Phase.SENDING:
                raise Problem(_("It is being sent at this very moment. Try again in a few seconds."))
            raise Problem(_("This task is already over."))

        task = await self.core.change(task_id, stop)
        if task is None:
            raise _unknown(task_id)
        return task

    async def check(self, task_id: str, asker: Asker, place: Place) -> Task:
        """Ask the relay now about a task whose fate is unknown."""
        task = await self._owned(task_id, asker)
        if task.phase is not Phase.UNKNOWN:
            raise Problem(_("There is nothing to check: the fate of this task is known."))
        if not task.remote_id:
            raise Problem(_("The relay never told the number of this task, so it cannot be asked about it."))
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
                    data={**task.data, EARLIER: earlier},
                    due_at=now,
                    fresh=False,
                    attempts=0,
                    pinged=True,
                )
            if task.phase is Phase.DONE:
                return replace(task, place=place, due_at=now, reason=None, attempts=0)
            return replace(task, place=place, show_at=now if task.phase in CHANGEABLE else task.show_at)

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
        if task.phase not in {Phase.DONE, Phase.DELIVERED} or not task.remote_id:
            raise Problem(_("That task is not finished yet, or it did not work out."))
        return task, submission_of(task)

    async def history(self, asker: Asker, which: Filter, *, offset: int = 0, limit: int = 25) -> list[Task]:
        """The asker's tasks, newest first."""
        return await self.core.store.of_user(asker.user_id, which, offset=offset, limit=limit)

    async def wants_ping(self, user_id: int, *, change_to: bool | None = None) -> bool:
        """Whether a user is told when a long task is finished; ``change_to`` sets it first."""
        if change_to is not None:
            await self.core.store.change_settings(user_id, {"ping": change_to})
        return bool((await self.core.store.settings_of(user_id)).get("ping", True))

    def glance(self, task: Task) -> Glance:
        """Place in line, and when the result is expected from the provider's own past durations."""
        if task.phase is Phase.QUEUED:
            return Glance(position=self._submitter.plan.positions.get(task.id))
        usual = self.core.usual.get((task.provider, task.action))
        if usual is None or task.accepted_at is None:
            return Glance()
        expected = task.accepted_at + usual.median
        return Glance(expected_at=expected if expected > self.core.clock() else None)

    def details(self, task: Task) -> dict[str, Any]:
        """Every parameter of a task's submission, without the bytes of its pictures."""
        return submission_of(task).parameters()

    def next_steps(self, task: Task) -> tuple[str, ...]:
        """What can be done with the finished task."""
        return submission_class(task).next_steps

    async def _owned(self, task_id: str, asker: Asker, *, moderated: bool = False) -> Task:
        task = await self.known(task_id)
        here = asker.moderator and asker.channel_id == task.place.channel_id  # a right of this channel alone
        if task.user_id != asker.user_id and not (moderated and here):
            raise Problem(_("Only the one who asked for this can do that."))
        return task


def _unknown(task_id: str) -> Problem:
    return Problem(_("There is no task “{task}”.", task=task_id.strip()[:40]))
