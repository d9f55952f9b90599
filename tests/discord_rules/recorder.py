"""Runs every rule over the requests that a bot sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from unittest import mock

import simcord
from simcord.http import router

from .commands import command_problems
from .messages import message_problems, modal_problems
from .schema import Rules

Request = tuple[str, str, Any] | tuple[str, str, Any, Sequence[str] | None]

_PREFIX = r"^(?:https?://[^/]+)?(?:/api(?:/v\d+)?)?"
_COMMANDS = re.compile(_PREFIX + r"/applications/\d+(?:/guilds/\d+)?/commands$")
_CALLBACK = re.compile(_PREFIX + r"/interactions/\d+/[^/]+/callback$")
_CREATE = re.compile(_PREFIX + r"/(?:channels/\d+/messages|webhooks/\d+/[^/]+)$")
_EDIT = re.compile(_PREFIX + r"/(?:channels/\d+|webhooks/\d+/[^/]+)/messages/(?:\d+|@original)$")
_THREAD = re.compile(_PREFIX + r"/channels/\d+/threads$")

_NEW_MESSAGE, _UPDATE_MESSAGE, _MODAL = 4, 7, 9


class HttpLog(Protocol):
    """The part of a simulator environment that is read."""

    @property
    def http_requests(self) -> list[simcord.HttpLogEntry]:
        """Every request so far."""


def request_problems(
    method: str, path: str, body: Any, names: Sequence[str] | None = None, *, rules: Rules | None
) -> list[str]:
    """Problems of one request; ``names`` are the uploaded files when they are known."""
    documented = rules.check(method, path, body) if rules is not None else []
    where = f"{method.upper()} {path}"
    return [*documented, *(f"{where}: {text}" for text in _extra(method.upper(), path.split("?", 1)[0], body, names))]


def traffic_problems(requests: Iterable[Request], *, rules: Rules | None) -> list[str]:
    """Problems of a log of ``(method, path, json)`` or ``(method, path, json, file names)``."""
    return [problem for request in requests for problem in request_problems(*request, rules=rules)]


@dataclass
class Recorder:
    """Checks the log of a simulator; inside ``record()`` it also knows the uploaded files."""

    rules: Rules | None = field(default_factory=Rules.load)
    _names: dict[int, tuple[simcord.HttpLogEntry, list[str]]] = field(default_factory=dict, init=False, repr=False)

    def requests(self, env: HttpLog) -> list[Request]:
        """What the bot sent, in order, with the file names as far as they were seen."""
        return [(entry.method, entry.path, entry.json, self._names_of(entry)) for entry in env.http_requests]

    def problems(self, env: HttpLog) -> list[str]:
        """Problems of everything that the bot sent."""
        return traffic_problems(self.requests(env), rules=self.rules)

    def note(self, entry: simcord.HttpLogEntry, files: Iterable[Any]) -> None:
        """Remember the names of the files that came with a request."""
        self._names[id(entry)] = (entry, [str(file.filename) for file in files])

    def _names_of(self, entry: simcord.HttpLogEntry) -> list[str] | None:
        return self._names[id(entry)][1] if id(entry) in self._names else None


class _Commands(list[Any]):
    """All commands on their way to be registered; nothing changes them, so the log may keep them as they are.

    Each test that starts a bot registers thousands of options, and copying those takes longer than all else about it.
    """

    def __deepcopy__(self, _memo: object) -> _Commands:
        return self


@contextmanager
def record(rules: Rules | None = None) -> Iterator[Recorder]:
    """A recorder that also sees the uploaded files, which the simulator's log leaves out."""
    recorder = Recorder() if rules is None else Recorder(rules)
    original: Callable[..., Any] = router.dispatch

    def dispatch(backend: Any, *args: Any, **kwargs: Any) -> Any:
        position = len(backend.http_requests)
        if isinstance(kwargs.get("json"), list):
            kwargs["json"] = _Commands(kwargs["json"])
        try:
            return original(backend, *args, **kwargs)
        finally:
            recorder.note(backend.http_requests[position], kwargs.get("files") or ())

    with mock.patch.object(router, "dispatch", dispatch):
        yield recorder


def _extra(method: str, path: str, body: Any, names: Sequence[str] | None) -> list[str]:
    if method in {"PUT", "POST"} and _COMMANDS.match(path):
        payloads = body if isinstance(body, list) else [body]
        return command_problems([payload for payload in payloads if isinstance(payload, Mapping)])
    if not isinstance(body, Mapping):
        return []
    if method == "POST" and _CALLBACK.match(path):
        return _callback(body, names)
    if method == "POST" and _CREATE.match(path):
        return _message(body, names, edit=False)
    if method == "PATCH" and _EDIT.match(path):
        return _message(body, names, edit=True)
    if method == "POST" and _THREAD.match(path) and isinstance(body.get("message"), Mapping):
        return _message(body["message"], names, edit=False)
    return []


def _callback(body: Mapping[str, Any], names: Sequence[str] | None) -> list[str]:
    kind, data = body.get("type"), body.get("data")
    if not isinstance(data, Mapping):
        return []
    if kind == _MODAL:
        return modal_problems(data)
    if kind in {_NEW_MESSAGE, _UPDATE_MESSAGE}:
        return _message(data, names, edit=kind == _UPDATE_MESSAGE)
    return []


def _message(body: Mapping[str, Any], names: Sequence[str] | None, *, edit: bool) -> list[str]:
    return message_problems(body, len(names or ()), names=names, edit=edit)
