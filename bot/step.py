"""The way from a submission to its result in several calls, and what can be done with the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import Refused, Unreadable
from bot.task import Report
from bot.text import Text
from bot.wire import Call, Upload

Known = Mapping[str, Any]
"""What the earlier steps of a task have found out: the ``data`` of their reports."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that can be done with a finished task: a button.

    ``key`` is what the cog registers its handler under, ``action`` the submission it leads to (not offered while the
    relay does not have that). ``argument`` tells buttons of one key apart, ``row`` (from 0) puts it into a row with
    others, ``style`` is Discord's: 1 blue, 2 grey, 3 green, 4 red.
    """

    key: str
    label: Text
    emoji: str
    action: str = ""
    argument: str = ""
    row: int | None = None
    style: int = 2


def _never(_refusal: Refused) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call on the way from a submission to its result.

    ``call`` is made from what the earlier steps found out; ``None`` in its place means that nothing has to be asked.
    ``accepted`` reads the answer (``None`` when there was none), with the same knowledge. ``lookup`` names the
    provider's lookup that tells how it goes on (``""``: the submission's own). ``feature`` is the action that stands
    for this call when the relay does not offer it (``action/model`` when that goes for one model only); ``otherwise``
    is tried instead then, or when a free question is answered with "I do not know that". ``label`` is what the card
    says meanwhile. A step ``on_answer`` is taken only when the relay asks the user something: what was answered is in
    the knowledge as :data:`ANSWER`. ``proof`` is a free question that only a relay answers which understands the call;
    others would take it, and the money, for something else.
    """

    call: Callable[[Known], Call | Upload | None]
    accepted: Callable[[Any, Known], Report]
    lookup: str = ""
    label: Text | None = None
    feature: str = ""
    otherwise: tuple["Step", ...] = ()
    declined: Callable[[Refused], bool] = _never
    on_answer: bool = False
    proof: Call | None = None

    @classmethod
    def asking(cls, call: Call, read: Callable[[Any], Report], **more: Any) -> "Step":
        """A step whose call and reader need not know of the earlier ones."""
        return cls(call=lambda _known: call, accepted=lambda answer, _known: read(answer), **more)

    def paid(self, known: Known) -> bool:
        """Whether this step, or what is tried instead, may cost money; where nobody can tell it may."""
        try:
            calls = [choice.call(known) for choice in (self, *self.otherwise)]
        except Exception:  # known by a version that knew other things
            return True
        return any(isinstance(call, Call) and call.paid for call in calls)

    def read(self, payload: Any, known: Known) -> Report:
        """``accepted``, made safe: an answer that says nothing of what became of the request is unreadable."""
        report = self.accepted(payload, known)
        told = report.remote_id or report.media or report.text or report.data or report.reason is not None
        if not told:
            raise Unreadable("no task id", payload)
        return report if report.lookup or not self.lookup else replace(report, lookup=self.lookup)
