"""From ``queued`` to ``waiting``: the only place that spends money.

The row says ``sending`` before the request leaves. A request is repeated only when it was certainly not taken.
"""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from bot import logs
from bot.engine.cadence import backoff
from bot.engine.core import Core, log_about, step_of, submission_of
from bot.engine.slots import Plan, plan
from bot.engine.work import Crew
from bot.errors import Busy, CallFailed, NotOffered, Problem, Refused, Throttled, Unreadable, numbered
from bot.media import MediaProblem
from bot.provider import INPUT, Submission, strings, substituted
from bot.step import Step
from bot.store import StoreProblem
from bot.store.repository import Input, Waiting
from bot.task import ANSWER_FILES, UNANSWERED, WAITING_ID, Phase, Report, State, Task, accept, fail, lose
from bot.text import Text, _
from bot.wire import Call, Part, Upload

log = structlog.get_logger(__name__)
LEASE = 300.0
ATTEMPTS = 12
"""A request that the relay keeps turning away is tried this often, over about half an hour."""
BUSY_FOR = 6 * 3600.0
"""Seconds that a request waits for a place at a provider that has its hands full."""
_EXPIRY = re.compile(r"[?&]ex=([0-9a-fA-F]{1,12})(?:&|$)")
NOT_CHARGED = _("{why} Nothing was charged.")
UNUSABLE = _("This request can no longer be sent by this version of the bot.")
FORGOTTEN_INPUT = _("The file is no longer kept. Please send the command again with the file.")
BELIEVED = 3600.0
"""Seconds that a relay's word is believed that it does not offer something."""
NOT_OFFERED = _("The operator of this bot does not offer that provider.")
_OFFLINE = _(
    "The provider's account that made the original cannot be reached any more, so nothing can be made from it. "
    "Make a new one."
)
_ORIGINS = {
    "task_channel_disable": _OFFLINE,
    "channel_not_found": _OFFLINE,
    "task_not_exist": _("The relay no longer knows the original, so nothing can be made from it. Make a new one."),
}
"""What it means for a request that begins with an earlier result (reference ``relay-suno-…md`` 2.6)."""


class Submitter:
    """Sends queued tasks, as many at once as the limits allow."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.crew = Crew("submit")
        self.plan = Plan((), {}, None)

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin sending every task that has a slot; returns what was begun."""
        waiting = await self._offered(await self.core.store.waiting())
        users = {task.user_id for task in waiting}
        by_user, by_provider = await self.core.store.active(users) if waiting else ({}, {})
        before = self.plan.positions
        self.plan = plan(
            waiting,
            by_user,
            by_provider,
            per_user=self.core.config.settings.active_tasks_per_user,
            per_provider={name: provider.active for name, provider in self.core.config.able.items()},
            now=self.core.clock(),
        )
        started = [self.crew.start(self._send(task)) for name in self.plan.start if (task := await self._claim(name))]
        await self._show_moved(before)
        return started

    async def _offered(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Without the tasks of providers that the operator has taken away; those end, and say so."""
        offered = self.core.config.able
        for task in waiting:
            if task.provider not in offered:
                await self.core.change(task.id, self._without_provider)
        return [task for task in waiting if task.provider in offered]

    def _without_provider(self, task: Task) -> Task:
        return fail(task, _free(task, NOT_OFFERED), self.core.clock()) if task.phase is Phase.QUEUED else task

    async def due(self) -> float | None:
        """When a task that waits for its time may be sent."""
        return self.plan.wake_at

    async def _claim(self, task_id: str) -> Task | None:
        task = await self.core.store.get(task_id)
        if task is None or task.phase is not Phase.QUEUED:
            return None
        now = self.core.clock()
        return await self.core.keep(
            replace(task, phase=Phase.SENDING, sent_at=now, due_at=None, lease_until=now + LEASE)
        )

    async def _show_moved(self, before: Mapping[str, int]) -> None:
        """Redraw the cards near the head of a line whose place changed."""
        moved = [name for name, place in self.plan.positions.items() if place <= 20 and before.get(name) != place]
        for name in moved:
            task = await self.core.store.get(name)
            if task is not None and task.phase is Phase.QUEUED:
                self.core.screen.show(task)

    async def _send(self, task: Task) -> None:
        log_about(task)
        log.debug("sending", prompt=task.caption, submission=task.submission)
        with self.core.metrics.submitting(task.provider) as step:
            after = await self._sent(task)
            step.outcome = after.phase
        if await self.core.keep_surely(replace(after, lease_until=0.0)) is None:
            log.info("a task was moved while it was sent", task=task.id, remote=after.remote_id)
            await self.core.change_surely(task.id, lambda current: _merged(current, task.step, after))
        self.core.wake()

    async def _sent(self, task: Task) -> Task:
        """Take the task's present step and say what became of the task."""
        try:
            submission, step = submission_of(task), step_of(task)
        except Problem as problem:
            return fail(task, _free(task, problem.text), self.core.clock())
        refusal: Refused | NotOffered | None = None
        for choice in (step, *step.otherwise):
            try:
                return await self._taken(task, submission, choice)
            except (NotOffered, Refused) as error:
                log.info("not offered here", task=task.id, **error.logged)
                refusal = error
        return self._not_offered(task, step, refusal or NotOffered())

    async def _taken(self, task: Task, submission: Submission, step: Step) -> Task:
        """Make one call; raises :class:`NotOffered` when the relay does not have it, so that nothing was charged.

        :class:`Refused` is raised when it does not know what a free question was about, or wants another form.
        """
        try:
            call = await self._filled(task, submission, step.call(task.data))
        except Problem as problem:
            return fail(task, _free(task, problem.text), self.core.clock())
        except StoreProblem as problem:
            log.error("cannot read a request, trying again", task=task.id, why=str(problem))
            return self._put_back(task, None, backoff(task.attempts + 1, 5.0))
        except Exception:
            number = logs.error_id()
            log.exception("a request cannot be made", id=number, task=task.id)
            return fail(task, numbered(_free(task, UNUSABLE), number), self.core.clock())
        asked: Call | Upload | None = step.proof
        try:
            await self._proven(task, step.proof)
            asked = call
            report = await self.core.kept(task, await self._answer(task, step, call))
        except CallFailed as error:
            paid = isinstance(asked, Call) and asked.paid
            unknown = isinstance(error, Refused) and error.unknown_task and not paid
            if isinstance(error, NotOffered) or unknown or (isinstance(error, Refused) and step.declined(error)):
                raise
            return self._turned_away(task, error, paid=paid)
        except MediaProblem as problem:
            return self._not_uploaded(task, problem)
        except Exception:  # the request was sent: whatever broke on our side, its fate is unknown
            number = logs.error_id()
            log.exception("an answer could not be handled", id=number, task=task.id)
            return self._lost(task, numbered(UNANSWERED, number))
        log.info("relay took a task", task=task.id, provider=task.provider, remote=report.remote_id, step=task.step)
        self.core.missing.pop((task.provider, step.feature or task.action), None)
        aware = replace(task, lookup=report.lookup)
        return await self.core.answered(accept(task, report, self.core.clock(), self.core.patience(aware)))

    async def _proven(self, task: Task, proof: Call | None) -> None:
        """Raises :class:`NotOffered` when the relay does not know the question that goes before the call."""
        if proof is not None:
            with suppress(Refused):  # it knows the question, whatever it says of this one
                await self.core.relay.call(proof, task.route, of=task.provider)

    async def _answer(self, task: Task, step: Step, call: Call | Upload | None) -> Report:
        match call:
            case Call():
                return step.read(await self.core.relay.call(call, task.route, of=task.provider), task.data)
            case Upload():
                stored = await self._input(call.content)
                await self.core.media.upload(
                    call.url, stored.content, fields=call.fields, name=call.name, mime=stored.mime
                )
        return step.read(None, task.data)

    def _not_offered(self, task: Task, step: Step, error: NotOffered | Refused) -> Task:
        """The relay has no such thing; believed for a while, so that nobody runs into it meanwhile."""
        if isinstance(error, NotOffered) and error.certain:
            self.core.missing[task.provider, step.feature or task.action] = self.core.clock() + BELIEVED
        return self._turned_away(task, error, paid=False)

    def _not_uploaded(self, task: Task, problem: MediaProblem) -> Task:
        if problem.gone or task.attempts + 1 >= ATTEMPTS:
            return fail(task, problem.text, self.core.clock())
        return self._put_back(task, problem.text, backoff(task.attempts + 1, 5.0))

    def _turned_away(self, task: Task, error: CallFailed, *, paid: bool) -> Task:
        now = self.core.clock()
        log.warning("submission failed", task=task.id, provider=task.provider, **error.logged)
        match error:
            case Refused() | NotOffered():
                why = _ORIGINS.get(error.code, error.text) if isinstance(error, Refused) else error.text
                return fail(task, _free(task, why), now)
            case _ if not paid or isinstance(error, Throttled) or not error.taken:
                busy = isinstance(error, Busy) and now - task.created_at < BUSY_FOR
                if task.attempts + 1 >= ATTEMPTS and not busy:
                    return fail(task, _free(task, error.text), now)
                wait = getattr(error, "retry_after", None) or backoff(task.attempts + 1, 5.0)
                return self._put_back(task, error.text, wait)
            case Unreadable():
                return self._lost(task, _("The relay gave an unexpected answer. It may have been charged."))
        return self._lost(task, UNANSWERED)

    def _lost(self, task: Task, reason: Text) -> Task:
        """A request whose fate nobody knows, unless it was an answer to a question: what was asked tells of itself."""
        now, asked = self.core.clock(), str(task.data.get(WAITING_ID, ""))
        if not (asked and step_of(task).on_answer):
            return lose(task, reason, now)
        return accept(task, Report(state=State.QUEUED, remote_id=asked), now, self.core.patience(task))

    def _put_back(self, task: Task, reason: Text | None, wait: float) -> Task:
        """Back into the line, for ``wait`` seconds: the request was certainly not taken."""
        return replace(
            task,
            phase=Phase.QUEUED,
            reason=reason,
            attempts=task.attempts + 1,
            sent_at=None,
            due_at=self.core.clock() + wait,
        )

    def interrupted(self, task: Task) -> Task:
        """The task whose process died while it was sending: nobody knows its fate, unless asking again is free."""
        try:
            paid = step_of(task).paid(task.data)
        except Problem:  # a row of another version: the careful answer is right
            return lose(task, UNANSWERED, self.core.clock())
        if paid:
            return self._lost(task, UNANSWERED)
        return replace(task, phase=Phase.QUEUED, sent_at=None, due_at=self.core.clock())

    async def _input(self, reference: str) -> Input:
        stored = await self.core.store.input(reference.removeprefix(INPUT))
        if stored is None:
            raise MediaProblem(FORGOTTEN_INPUT, gone=True)
        return stored

    async def _filled(self, task: Task, submission: Submission, call: Call | Upload | None) -> Call | Upload | None:
        """The call with stored files in place of the references to them, in the form the relay takes."""
        if not isinstance(call, Call):
            return call
        options = self.core.config.options(submission.provider.name)
        forms = {name: submission.input_form(field, options) for field, name in submission.inputs_by_field()}
        known: dict[str, str] = {}
        wanted = {*strings(call.json), *(part.value for part in call.form)}
        files: dict[str, Input] = {}
        for name in (*forms, *task.data.get(ANSWER_FILES, ())):
            if INPUT + name not in wanted:
                continue
            form = forms.get(name) or submission.picture_form(options)
            stored = await self.core.store.input(name)
            if stored is None or (form == "url" and not call.form and _expired(stored.url, self.core.clock())):
                raise Problem(FORGOTTEN_INPUT)
            files[INPUT + name] = stored
            if call.form:
                continue
            if form == "url" and stored.url:  # what we made ourselves is nowhere to be found
                known[INPUT + name] = stored.url
            else:
                encoded = (await asyncio.to_thread(base64.b64encode, stored.content)).decode()
                known[INPUT + name] = encoded if form == "base64" else f"data:{stored.mime};base64,{encoded}"
        if call.form:
            return replace(call, form=tuple(_with_file(part, files.get(part.value)) for part in call.form))
        return replace(call, json=substituted(call.json, known)) if known else call


def _with_file(part: Part, stored: Input | None) -> Part:
    return part if stored is None else replace(part, value="", content=stored.content, mime=stored.mime)


def _expired(url: str, now: float) -> bool:
    """Whether one of Discord's signed links is over (``ex=``, hexadecimal unix seconds; reference ``discord.md`` 4)."""
    found = _EXPIRY.search(url)
    return found is not None and int(found.group(1), 16) <= now


def _merged(current: Task, step: int, after: Task) -> Task:
    """What the relay answered, on the row as somebody changed it meanwhile (its card was moved)."""
    if current.phase not in {Phase.SENDING, Phase.UNKNOWN} or current.remote_id or current.step != step:
        return current
    return replace(after, version=current.version, place=current.place, lease_until=0.0)


def _free(task: Task, why: Text) -> Text:
    """``why``, and that nothing was charged, if no earlier step was."""
    return why if task.step else Text(NOT_CHARGED.source, {"why": why})
