"""Discord-like request budgets: per route and id, per interaction token, and one for everything."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

_ROUTES = (
    ("send", "POST", re.compile(r"/channels/(\d+)/messages")),
    ("edit", "PATCH", re.compile(r"/channels/(\d+)/messages/\d+")),
    ("token", "*", re.compile(r"/webhooks/\d+/([^/]+)(?:/.*)?")),
)
_OUTSIDE_GLOBAL = re.compile(r"/(?:interactions|webhooks)/")


@dataclass
class _Window:
    ends: float
    used: int = 0


@dataclass
class Verdict:
    """What the limiter says about one request: the headers of its answer, and a 429 body if it is refused."""

    headers: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@dataclass(frozen=True)
class Refused:
    """One 429 that was given."""

    method: str
    path: str
    at: float


class Limits:
    """Fixed windows as Discord announces them. `budgets` maps a bucket name to (requests, seconds)."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.budgets: dict[str, tuple[int, float]] = {
            "send": (5, 5.0),
            "edit": (5, 5.0),
            "token": (5, 2.0),
            "global": (50, 1.0),
        }
        self.refused: list[Refused] = []
        self._windows: dict[tuple[str, str], _Window] = {}

    def judge(self, method: str, path: str) -> Verdict:
        """In: a request. Out: the verdict; a refusal is counted in `refused`."""
        if not self.enabled:
            return Verdict()
        if not _OUTSIDE_GLOBAL.match(path):
            window = self._window("global", "")
            if window.used >= self.budgets["global"][0]:
                return self._refuse(method, path, Verdict(), window, everywhere=True)
            window.used += 1
        for name, verb, pattern in _ROUTES:
            match = pattern.fullmatch(path)
            if match and verb in (method, "*"):
                return self._spend(name, match[1], method, path)
        return Verdict()

    def _window(self, name: str, owner: str) -> _Window:
        now = time.monotonic()
        window = self._windows.get((name, owner))
        if window is None or now >= window.ends:
            window = self._windows[name, owner] = _Window(now + self.budgets[name][1])
        return window

    def _spend(self, name: str, owner: str, method: str, path: str) -> Verdict:
        limit = self.budgets[name][0]
        window = self._window(name, owner)
        refused = window.used >= limit
        window.used += not refused
        after = max(0.0, window.ends - time.monotonic())
        verdict = Verdict(
            {
                "X-RateLimit-Bucket": f"bucket-{name}",
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Remaining": str(limit - window.used),
                "X-RateLimit-Reset": f"{time.time() + after:.3f}",
                "X-RateLimit-Reset-After": f"{after:.3f}",
            }
        )
        return self._refuse(method, path, verdict, window, everywhere=False) if refused else verdict

    def _refuse(self, method: str, path: str, verdict: Verdict, window: _Window, *, everywhere: bool) -> Verdict:
        now = time.monotonic()
        wait = round(max(0.0, window.ends - now) + 0.001, 3)
        self.refused.append(Refused(method, path, now))
        verdict.refusal = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere}
        scope = "global" if everywhere else "user"
        verdict.headers |= {"Via": "1.1 google", "Retry-After": str(wait), "X-RateLimit-Scope": scope}
        if everywhere:
            verdict.headers["X-RateLimit-Global"] = "true"
        return verdict
