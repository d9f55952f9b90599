"""Everything that can be said to a user, and what a failed relay call means.

A failed *generation* is a value (``bot.task.Report``); a failed *call* is one of the exceptions below. The class says
whether waiting helps and whether the relay may have taken the request (and the money).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.text import Text, _
from bot.wire import CONTENT, MIME, clean, explain, is_markup, loads, said


def numbered(why: Text, number: str) -> Text:
    """``why``, and the number by which the operator finds in the log what happened."""
    return _("{why} Tell the operator this number: {id}", why=why, id=number)


class Problem(Exception):
    """A sentence that a user may read, in :attr:`text`."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text

    @property
    def logged(self) -> dict[str, str]:
        """What a line of the log says of it. Others' words stand in ``detail`` alone, which ``bot.logs`` leaves out."""
        return {"error": self.text.ours, "detail": str(self)}


class Invalid(Problem, ValueError):
    """What the user gave cannot be used. A ``ValueError``, so that a pydantic validator may raise it."""


class Repeated(Exception):
    """Somebody sees to this already: there is nothing to do, and nothing to say."""


class CallFailed(Problem):
    """A relay call failed.

    ``taken`` says whether a paid request may have reached the relay: ``False`` is certain, ``True`` means nobody
    knows. ``why`` is for the log: facts in our own words. ``detail`` is for the log at level DEBUG, and may hold words
    of the relay, which may repeat the user's.
    """

    taken = False

    def __init__(self, text: Text, detail: str = "", why: str = "") -> None:
        super().__init__(text)
        self.detail = detail or why
        self.why = why

    @property
    def logged(self) -> dict[str, str]:
        """Of a failed call also the facts."""
        return {"error": self.text.ours, "why": self.why, "detail": f"{self} {self.detail}"}


class Refused(CallFailed):
    """The relay understood and said no: show its words, do not repeat."""

    def __init__(self, text: Text, detail: str = "", code: str = "", status: int = 0) -> None:
        super().__init__(text, detail, _only_code(code))
        self.code = code
        self.status = status

    @property
    def unknown_task(self) -> bool:
        """The relay does not know the task that was asked for."""
        return self.code in {"task_not_exist", "task_origin_not_exist"} or self.status == 404


class Throttled(CallFailed):
    """Too many requests: certainly not taken, try again after ``retry_after`` seconds (``None``: not said)."""

    def __init__(self, text: Text, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(text, detail)
        self.retry_after = retry_after


class Busy(Throttled):
    """The provider works on as many requests of this account as it may: no failure, the request waits for a place."""


class Unavailable(CallFailed):
    """The relay could not be reached or broke: reads are repeated, a paid request only when not ``taken``."""

    def __init__(self, text: Text, detail: str = "", *, taken: bool, why: str = "") -> None:
        super().__init__(text, detail, why)
        self.taken = taken


class Unreadable(CallFailed):
    """The answer is not what the reference describes: ``why`` in our words, and the ``answer`` for the log."""

    taken = True

    def __init__(self, why: str = "", answer: object = None) -> None:
        detail = "" if answer is None else f"{why} in {str(answer)[:300]}"
        super().__init__(_("The relay gave an unexpected answer."), detail, why)


class NotOffered(CallFailed):
    """This relay does not have the feature (404, 405, 501, or its web page instead of an answer).

    ``certain``: it said so itself, rather than something in front of it.
    """

    def __init__(self, detail: str = "", *, certain: bool = False, why: str = "") -> None:
        super().__init__(_("This relay does not offer that feature."), detail, why)
        self.certain = certain


UNREACHABLE = _("The relay could not be reached.")
CUT_OFF = _("The connection to the relay broke before it answered.")
SILENT = _("The relay went silent before the answer was complete.")
OVERLOADED = _("The relay is overloaded right now.")
BROKEN = _("The relay had an internal error.")
KEY_REFUSED = _("The relay refused this bot's key. The operator has to look at it.")
NO_QUOTA = _("The relay account has no credit left. The operator has to top it up.")
_CODE = re.compile(r"[\w.:-]{1,60}", re.ASCII)
_MIME = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,60}", re.ASCII)
_NO_QUOTA_CODES = {"quota_not_enough", "insufficient_user_quota", "pre_consume_token_quota_failed"}
_NO_QUOTA_WORDS = re.compile(r"额度已用尽|quota is not enough", re.IGNORECASE)
_KEY_WORDS = re.compile(
    r"未提供令牌|无效的令牌|令牌已过期|令牌状态不可用|(?:^|\s)invalid token(?:\s*\(|\s*$)", re.IGNORECASE
)
_MISSING_FEATURE_CODES = {"api_not_implemented", "not_implemented", "invalid_api_platform", "invalid_action"}


def trouble_with_account(code: str, words: str) -> Text | None:
    """What an error says of the operator's key or credit, also without a code (reference ``relay-suno-…md`` 2.6)."""
    if code in _NO_QUOTA_CODES or _NO_QUOTA_WORDS.search(words):
        return NO_QUOTA
    return KEY_REFUSED if _KEY_WORDS.search(words) else None


def decipher(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    known_path: bool = False,
    coded: bool = False,
    raw: bool = False,
    judge: Callable[[int, str, str], Exception | None] | None = None,
) -> Any:
    """The JSON of a relay answer, or the exception that it means.

    ``body`` is the whole answer. ``known_path`` is set for questions about one task, where 404 speaks of the task and
    not of the feature; ``coded`` when the provider reads the codes of its answers itself, or needs no answer; ``raw``
    when an answer need not be JSON; ``judge`` knows the provider's own errors (``bot.wire.Call``). Raises a
    :class:`CallFailed`. Shapes: reference ``relay-luma-…md`` 1.5 and ``relay-suno-…md`` 2.1 to 2.6.
    """
    if coded and status < 300 and not body.strip():
        return None
    if raw and status < 300 and (mime := _other_than_json(headers, body)):
        return {MIME: mime, CONTENT: body}
    facts = f"HTTP {status}, {_mime(headers)}, {len(body)} bytes"
    try:
        payload = loads(body)
    except ValueError:
        failed = _without_json(status, headers, body)
        failed.why = facts
        raise failed from None
    code, message = explain(payload)
    if status < 400 and (coded or not message):
        return payload
    words = clean(message or said(payload))
    verdict = judge(status, code, words) if judge is not None else None
    if verdict is None:
        detail = f"HTTP {status} {json.dumps(payload, ensure_ascii=False)[:500]}"
        verdict = _with_json(status, headers, code, words, detail, known_path=known_path)
    if isinstance(verdict, CallFailed):
        verdict.why = ", ".join(filter(None, (facts, _only_code(code))))
    raise verdict


def _mime(headers: Mapping[str, str]) -> str:
    """The type that an answer is said to be of, unless it is none."""
    mime = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return mime if _MIME.fullmatch(mime) else "no type"


def _only_code(code: str) -> str:
    """``code`` where it is one, and no sentence instead."""
    return f"code {code}" if _CODE.fullmatch(code) else ""


def _other_than_json(headers: Mapping[str, str], body: bytes) -> str:
    """The type of a body that is neither JSON nor a web page, else ``""``; an object counts, whatever it is called."""
    mime = headers.get("Content-Type", "").partition(";")[0].strip().lower() or "application/octet-stream"
    if mime.endswith("json") or is_markup(body):
        return ""
    try:
        is_object = body.lstrip()[:1] == b"{" and isinstance(loads(body), dict)
    except ValueError:
        is_object = False
    return "" if is_object else mime


def _with_json(
    status: int, headers: Mapping[str, str], code: str, message: str, detail: str, *, known_path: bool
) -> CallFailed:
    trouble = trouble_with_account(code, message)
    if trouble is not None or status in {401, 402}:
        return Refused(trouble or (KEY_REFUSED if status == 401 else NO_QUOTA), detail, code, status)
    if status == 429:
        return Throttled(OVERLOADED, detail, retry_after(headers))
    if status == 408:
        return Unavailable(CUT_OFF, detail, taken=True)
    if status == 503 and message:
        return Unavailable(_("The relay has no free channel for this: {message}", message=message), detail, taken=False)
    missing = {code, message} & _MISSING_FEATURE_CODES or status in {405, 501}
    if missing or (status == 404 and not known_path):
        return NotOffered(detail, certain=True)
    if status >= 500:
        return Unavailable(BROKEN, detail, taken=True)
    return Refused(_("The relay refused: {message}", message=message or f"HTTP {status}"), detail, code, status)


def _without_json(status: int, headers: Mapping[str, str], body: bytes) -> CallFailed:
    detail = f"HTTP {status} {body[:300]!r}"
    if status == 429:
        return Throttled(OVERLOADED, detail, retry_after(headers))
    if status == 408:
        return Unavailable(CUT_OFF, detail, taken=True)
    if status >= 500 and status != 501:
        return Unavailable(BROKEN, detail, taken=True)
    if status in {404, 405, 501} or (status < 400 and is_markup(body)):
        return NotOffered(detail)
    if status == 401:
        return Refused(KEY_REFUSED, detail, "", status)
    if status >= 400:
        message = clean(body[:300].decode("utf-8", "replace")) or f"HTTP {status}"
        return Refused(_("The relay refused: {message}", message=message), detail, "", status)
    return Unreadable(f"HTTP {status}", body[:300])


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a ``Retry-After`` header, at most an hour; ``None`` when absent or a date."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)
