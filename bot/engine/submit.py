"""From ``queued`` to ``waiting``: the only place that spends money.

The row says ``sending`` before the request leaves. A request is repeated only when it was certainly not taken.
"""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.engine.cadence import backoff
from bot.engine.core import Core, submission_of
from bot.engine.slots import Plan, plan
from bot.engine.work import Crew
from bot.errors import CallFailed, NotOffered, Problem, Refused, Throttled, Unavailable, Unreadable
from bot.provider import INPUT, Submission, substituted
from bot.store import StoreProblem
from bot.store.repository import Waiting
from bot.task import UNANSWERED, Phase, Task, accept, fail, lose
from bot.text import Text, _
from bot.wire import Call

log = structlog.get_logger(__name__)
LEASE = 300.0
ATTEMPTS = 12
"""A request that the relay keeps turning away is tried this often, over about half an hour."""
_EXPIRY = re.compile(r"[?&]ex=([0-9a-fA-F]{1,12})(?:&|$)")
NOT_CHARGED = _("{why} Nothing was charged.")
UNUSABLE = _("This request can no longer be sent by this version of the bot.")
NOT_OFFERED = _("The operator of this bot does not offer that provider.")


class Submitter:
    """Sends queued tasks, as many at once as the limits allow."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.crew = Crew("submit")
        self.plan = Plan((), {}, None)

    async def start_due(self) -> list[asyncio.Task[None]]:
        """Begin sending every task that has a slot; returns what was begun."""
        waiting = await self._offered(await self.core.store.waiting())
        by_user, by_provider = await self.core.store.active() if waiting else ({}, {})
        before = self.plan.positions
        self.plan = plan(
            waiting,
            by_user,
            by_provider,
            per_user=self.core.config.settings.active_tasks_per_user,
            per_provider={name: provider.active for name, provider in self.core.config.providers.items()},
            now=self.core.clock(),
        )
        started = [self.crew.start(self._send(task)) for name in self.plan.start if (task := await self._claim(name))]
        await self._show_moved(before)
        return started

    async def _offered(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Without the tasks of providers that the operator has taken away; those end, and say so."""
        offered = self.core.config.providers
        for task in waiting:
            if task.provider not in offered:
                await self.core.change(task.id, self._without_provider)
        return [task for task in waiting if task.provider in offered]

    def _without_provider(self, task: Task) -> Task:
        return fail(task, _free(NOT_OFFERED), self.core.clock()) if task.phase is Phase.QUEUED else task

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
        after = await self._sent(task)
        if await self.core.keep_surely(replace(after, lease_until=0.0)) is None:
            log.info("a task was moved while it was sent", task=task.id, remote=after.remote_id)
            await self.core.change_surely(task.id, lambda current: _merged(current, after))
        self.core.wake()

    async def _sent(self, task: Task) -> Task:
        """Send the request and say what became of the task."""
        try:
            submission = submission_of(task)
            call = await self._filled(submission, submission.call())
        except Problem as problem:
            return fail(task, _free(problem.text), self.core.clock())
        except StoreProblem as problem:
            log.error("cannot read a request, trying again", task=task.id, why=str(problem))
            return self._put_back(task, None, backoff(task.attempts + 1, 5.0))
        except Exception:
            log.exception("a request cannot be made", task=task.id)
            return fail(task, _free(UNUSABLE), self.core.clock())
        provider = submission.provider
        try:
            report = provider.read_accepted(await self.core.relay.call(call, task.route))
        except CallFailed as error:
            return self._turned_away(task, error)
        except Exception:  # the request was sent: whatever broke on our side, its fate is unknown
            log.exception("an answer could not be handled", task=task.id)
            return lose(task, UNANSWERED, self.core.clock())
        log.info("relay took a task", task=task.id, provider=task.provider, remote=report.remote_id)
        return accept(task, report, self.core.clock(), provider.patience)

    def _turned_away(self, task: Task, error: CallFailed) -> Task:
        now = self.core.clock()
        log.warning("submission failed", task=task.id, provider=task.provider, error=str(error), why=error.detail)
        match error:
            case Throttled() | Unavailable(taken=False):
                if task.attempts + 1 >= ATTEMPTS:
                    return fail(task, _free(error.text), now)
                wait = getattr(error, "retry_after", None) or backoff(task.attempts + 1, 5.0)
                return self._put_back(task, error.text, wait)
            case Refused() | NotOffered():
                return fail(task, _free(error.text), now)
            case Unreadable():
                return lose(task, _("The relay gave an unexpected answer. It may have been charged."), now)
        return lose(task, UNANSWERED, now)

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

    async def _filled(self, submission: Submission, call: Call) -> Call:
        """The call with stored pictures in place of the references to them, in the form the relay takes."""
        form = submission.picture_form(self.core.config.options(submission.provider.name))
        known: dict[str, str] = {}
        for name in submission.inputs():
            stored = await self.core.store.input(name)
            if stored is None or (form == "url" and _expired(stored.url, self.core.clock())):
                raise Problem(_("The picture is no longer kept. Please send the command again with the picture."))
            if form == "url":
                known[INPUT + name] = stored.url
            else:
                encoded = await asyncio.to_thread(base64.b64encode, stored.content)
                known[INPUT + name] = f"data:{stored.mime};base64,{encoded.decode()}"
        return replace(call, json=substituted(call.json, known)) if known else call


def _expired(url: str, now: float) -> bool:
    """Whether one of Discord's signed links is over (``ex=``, hexadecimal unix seconds; reference ``discord.md`` 4)."""
    found = _EXPIRY.search(url)
    return found is not None and int(found.group(1), 16) <= now


def _merged(current: Task, after: Task) -> Task:
    """What the relay answered, on the row as somebody changed it meanwhile (its card was moved)."""
    if current.phase not in {Phase.SENDING, Phase.UNKNOWN} or current.remote_id:
        return current
    return replace(after, version=current.version, place=current.place, lease_until=0.0)


def _free(why: Text) -> Text:
    return Text(NOT_CHARGED.source, {"why": why})
