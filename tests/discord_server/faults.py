"""Failures a test asks for: error answers, delays, cut connections, and pauses at a chosen request."""

import fnmatch
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .rest import LogEntry

Hook = Callable[["LogEntry"], Awaitable[None]]


@dataclass(eq=False)
class Fault:
    """One planned failure. `hits` counts the requests it was applied to; `left` None means for ever."""

    method: str
    pattern: str
    left: int | None
    passes: int
    status: int | None
    code: int
    headers: dict[str, str]
    retry_after: float
    everywhere: bool
    delay: float
    cut: Literal["before", "after"] | None
    hook: Hook | None
    when: Callable[["LogEntry"], bool]
    hits: int = field(default=0, init=False)

    def answer(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Out: the JSON body and the headers of the injected error answer."""
        if self.status != 429:
            return {"code": self.code, "message": f"{self.status}: injected by the test"}, dict(self.headers)
        body = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": self.everywhere}
        if self.code:
            body["code"] = self.code
        scope = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if self.everywhere else {}
        return body, {"Via": "1.1 google", "Retry-After": str(self.retry_after), **scope, **self.headers}


class Faults:
    """The failures still to come, in the order they were added; the first match wins."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(
        self,
        method: str,
        path_pattern: str,
        times: int | None = 1,
        *,
        passes: int = 0,
        status: int | None = None,
        code: int = 0,
        headers: Mapping[str, str] | None = None,
        retry_after: float = 0.2,
        everywhere: bool = False,
        delay: float = 0.0,
        cut: Literal["before", "after"] | None = None,
        hook: Hook | None = None,
        when: Callable[["LogEntry"], bool] = lambda _: True,
    ) -> Fault:
        """In: what to match (`*` = any method, fnmatch path without /api/v10, `when` = a closer look at the request,
        `passes` = matches let through first)
        and what to do: wait `delay` seconds, await `hook(entry)`, cut the connection before or after the request
        took effect, or answer `status` (429: with `retry_after`,
        `everywhere` for the global limit). Without `status` and `cut` the request is then served as usual.
        Out: the fault, whose `hits` tell how often it struck."""
        fault = Fault(
            method,
            path_pattern,
            times,
            passes,
            status,
            code,
            dict(headers or {}),
            retry_after,
            everywhere,
            delay,
            cut,
            hook,
            when,
        )
        self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every planned failure."""
        self._planned.clear()

    def take(self, entry: "LogEntry") -> Fault | None:
        """In: a request. Out: the failure it must suffer, with its counters moved on, or None."""
        for fault in self._planned:
            if fault.method not in (entry.method, "*") or not fnmatch.fnmatchcase(entry.path, fault.pattern):
                continue
            if not fault.when(entry):
                continue
            if fault.passes:
                fault.passes -= 1
                continue
            fault.hits += 1
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._planned.remove(fault)
            return fault
        return None
