"""The websocket gateway: HELLO, IDENTIFY, HEARTBEAT, RESUME with replay, RECONNECT and drops on command."""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord.backend import serializers
from simcord.gateway import FakeGateway, FakeWebSocket

from .world import Localizer, SocketBackend

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME = 0, 1, 2, 6
_RECONNECT, _REQUEST_MEMBERS, _INVALID_SESSION, _HELLO, _HEARTBEAT_ACK = 7, 8, 9, 10, 11
_AUTHENTICATION_FAILED = 4004
_CLOSE_WAIT = 0.2


class NotConnectedError(RuntimeError):
    """Someone acted while no bot was listening on the gateway."""


class Link:
    """One websocket connection and the frames waiting to be sent on it."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.session: Session | None = None
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: str) -> None:
        """In: a complete frame; it goes out in order, without waiting."""
        self._frames.put_nowait(frame)

    def op(self, code: int, data: Any) -> None:
        """In: an opcode that is not a dispatch, and its data."""
        self.send(json.dumps({"op": code, "d": data, "s": None, "t": None}))

    async def pump(self) -> None:
        """Write the waiting frames until the peer is gone."""
        with suppress(ConnectionError):
            while True:
                await self.socket.send_str(await self._frames.get())


class Session:
    """What one IDENTIFY started: intents, sequence numbers, the event log for RESUME, the current link.

    SimCord's own gateway filters the events by intent; this object stands in for the connection state it feeds."""

    def __init__(self, backend: SocketBackend, local: Localizer, identify: Mapping[str, Any]) -> None:
        self.id = secrets.token_hex(8)
        shard, count = identify.get("shard") or (0, 1)
        self.shard, self.count = int(shard), int(count)
        self.intents = discord.Intents._from_value(int(identify["intents"]))
        self.link: Link | None = None
        self.filter = FakeGateway(backend, self)
        self.members = FakeWebSocket(backend, self.filter, shard_id=self.shard)
        self.parsers = _Parsers(self)
        self._local = local
        self._log: list[str] = []

    def dispatch(self, event: str, data: Any) -> None:
        """In: an event that passed the filter. It is logged for replay and sent if a link is up."""
        frame = {"op": _DISPATCH, "t": event, "s": len(self._log) + 1, "d": data}
        text = self._local.outward(json.dumps(frame))
        self._log.append(text)
        if self.link is not None:
            self.link.send(text)

    def replay(self, link: Link, sequence: int) -> None:
        """In: a new link and the last sequence the bot saw. Sends what it missed, then RESUMED."""
        self.link, link.session = link, self
        for text in self._log[sequence:]:
            link.send(text)
        self.dispatch("RESUMED", {})

    def owns(self, event: str, payload: Mapping[str, Any]) -> bool:
        """Out: whether this session's shard is the one that gets the event."""
        guild = payload.get("id") if event in ("GUILD_CREATE", "GUILD_DELETE") else payload.get("guild_id")
        return (int(guild) >> 22) % self.count == self.shard if guild else self.shard == 0


class _Parsers:
    """Looks like the parser table of a connection state: every event is forwarded to the session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, event: str) -> Callable[[Any], None]:
        return partial(self._session.dispatch, event)

    get = __getitem__


class Gateway:
    """All sessions and links. `identifies`, `resumes` and `refused_resumes` count what bots did."""

    def __init__(self, backend: SocketBackend, local: Localizer, token: str, changed: Callable[[], None]) -> None:
        self.url = ""
        self.identifies = self.resumes = self.refused_resumes = 0
        self._backend = backend
        self._local = local
        self._token = token
        self._changed = changed
        self._sessions: dict[str, Session] = {}
        self._links: set[Link] = set()
        backend.subscribers.append(self._feed)

    @property
    def connected(self) -> bool:
        """Whether every shard of the bot has a live connection."""
        up = [session for session in self._sessions.values() if session.link is not None]
        return bool(up) and {session.shard for session in up} == set(range(up[-1].count))

    @property
    def idle(self) -> bool:
        """Whether no websocket is open at all."""
        return not self._links

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """In: a websocket handshake. Serves the connection until it ends."""
        link = Link(web.WebSocketResponse(timeout=_CLOSE_WAIT, max_msg_size=0))
        await link.socket.prepare(request)
        pump = asyncio.create_task(link.pump())
        self._links.add(link)
        link.op(_HELLO, {"heartbeat_interval": 41250})
        try:
            async for message in link.socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(link, json.loads(message.data))
        finally:
            self._links.discard(link)
            if link.session is not None and link.session.link is link:
                link.session.link = None
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
            self._changed()
        return link.socket

    async def drop(self, code: int, *, forget: bool) -> None:
        """In: the close code, and whether the sessions die too. Closes every connection."""
        links = list(self._links)
        if forget:
            self._sessions.clear()
        for link in links:
            if link.session is not None:
                link.session.link = None
        await asyncio.gather(*(link.socket.close(code=code) for link in links))

    def ask_reconnect(self) -> None:
        """Send RECONNECT to every connection; a bot then comes back with RESUME."""
        for link in self._links:
            link.op(_RECONNECT, None)

    async def _receive(self, link: Link, frame: Mapping[str, Any]) -> None:
        code, data = frame["op"], frame["d"]
        if code == _HEARTBEAT:
            link.op(_HEARTBEAT_ACK, None)
        elif code in (_IDENTIFY, _RESUME) and data["token"].removeprefix("Bot ") != self._token:
            await link.socket.close(code=_AUTHENTICATION_FAILED, message=b"Authentication failed.")
        elif code == _IDENTIFY:
            self._identify(link, data)
        elif code == _RESUME:
            self._resume(link, data)
        elif code == _REQUEST_MEMBERS and link.session is not None:
            wanted = {key: data.get(key) for key in ("query", "user_ids", "nonce")}
            await link.session.members.request_chunks(
                int(data["guild_id"]), limit=data.get("limit", 0), presences=bool(data.get("presences")), **wanted
            )
        self._changed()

    def _identify(self, link: Link, data: Mapping[str, Any]) -> None:
        session = Session(self._backend, self._local, data)
        self._sessions = {key: old for key, old in self._sessions.items() if old.shard != session.shard}
        self._sessions[session.id] = session
        session.link, link.session = link, session
        self.identifies += 1
        backend = self._backend
        guilds = [guild for guild in backend.guilds.values() if backend.bot_user.id in guild.members]
        mine = [guild for guild in guilds if session.owns("GUILD_CREATE", {"id": guild.id})]
        session.filter.feed(
            "READY",
            {
                "v": 10,
                "user": dict(serializers.user_payload(backend.bot_user)),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": [session.shard, session.count],
                "application": {"id": str(backend.application_id), "flags": 0},
            },
        )
        for guild in mine:
            session.filter.feed("GUILD_CREATE", serializers.guild_create_payload(backend, guild))

    def _resume(self, link: Link, data: Mapping[str, Any]) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            self.refused_resumes += 1
            link.op(_INVALID_SESSION, False)
            return
        self.resumes += 1
        session.replay(link, int(data["seq"]))

    def _feed(self, event: str, payload: Mapping[str, Any]) -> None:
        guild = self._backend.guilds.get(int(payload.get("guild_id") or 0))
        gone = guild is not None and self._backend.bot_user.id not in guild.members
        if not gone or event == "INTERACTION_CREATE":
            for session in self._sessions.values():
                if session.owns(event, payload):
                    session.filter.feed(event, payload)
        self._changed()
