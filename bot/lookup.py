"""How a provider is asked about unfinished tasks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.task import Report
from bot.wire import Call


@dataclass(frozen=True, slots=True)
class Batch:
    """Many unfinished tasks are asked about in one call of at most ``size`` ids.

    A ``{ids}`` in ``path`` is filled with the joined ids (GET), else they are posted as ``{"ids": […]}`` together with
    the members of ``extra``. ``single`` is the path that answers for one id, used when a batch keeps leaving it out.
    With ``parts`` one request has several ids, joined by commas in its ``remote_id``, and is done when all are.
    ``reports``, ``interval`` and ``patience`` stand for the provider's where they are given. ``fresh`` is for how many
    seconds after acceptance the relay may not know a request yet (reference ``relay-luma-…md`` 10.8).
    """

    path: str
    single: str
    size: int = 50
    extra: tuple[tuple[str, str], ...] = ()
    parts: bool = False
    reports: Callable[[Any], Iterable[Report]] | None = None
    interval: float | None = None
    patience: float | None = None
    fresh: float = 60.0

    def ids(self, remote_id: str) -> list[str]:
        """The relay's ids of one request."""
        return remote_id.split(",") if self.parts else [remote_id]

    def calls(self, ids: Sequence[str]) -> list[Call]:
        """The fewest calls that ask about every one of ``ids``."""
        chunks = [list(ids[start : start + self.size]) for start in range(0, len(ids), self.size)]
        if "{ids}" in self.path:
            joined = [",".join(quote(name, safe="") for name in chunk) for chunk in chunks]
            return [Call("GET", self.path.replace("{ids}", ids), timeout=30.0) for ids in joined]
        return [Call("POST", self.path, json={"ids": chunk, **dict(self.extra)}, timeout=30.0) for chunk in chunks]

    def ask(self, remote_id: str) -> Call:
        """The call about one task."""
        safe = "," if self.parts else ""
        return Call("GET", self.single.replace("{id}", quote(remote_id, safe=safe)), one=True, timeout=30.0)


@dataclass(frozen=True, slots=True)
class Single:
    """Unfinished tasks are asked about one by one, at most ``width`` at a time.

    ``read`` (of the answer and the id that was asked for), ``interval`` and ``patience`` stand for the provider's
    where they are given. With ``coded`` an empty answer and one that names an error are read, too. The id stands in
    the path, or is posted as the member ``post`` of a JSON object. ``otherwise`` is tried when the relay does not know
    this way of asking.
    """

    path: str
    width: int = 4
    read: Callable[[Any, str], Report] | None = None
    interval: float | None = None
    patience: float | None = None
    fresh: float = 60.0
    coded: bool = False
    post: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    otherwise: "Single | None" = None

    def ids(self, remote_id: str) -> list[str]:
        """The relay's id of one request."""
        return [remote_id]

    def ask(self, remote_id: str) -> Call:
        """The call about one task."""
        more: dict[str, Any] = {"one": True, "coded": self.coded, "headers": self.headers, "timeout": 30.0}
        if self.post:
            return Call("POST", self.path, json={self.post: remote_id}, **more)
        return Call("GET", self.path.replace("{id}", quote(remote_id, safe="")), **more)


Lookup = Batch | Single | None
