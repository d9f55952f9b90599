"""A Discord server for tests: REST, gateway and CDN on one loopback port, inside the test's own event loop."""

import json
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote

from aiohttp import web
from simcord.backend import serializers
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError, unknown_message
from simcord.backend.models import Message
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from .actors import Actors
from .faults import Faults
from .gateway import Gateway, NotConnectedError
from .limits import Limits
from .pulse import Pulse
from .rest import API_PREFIX, MAX_REQUEST, LogEntry, Rest
from .world import DEFAULT_SIZE_LIMIT, Localizer, World

T = TypeVar("T")
_CDN = "/cdn"
_STORY = 25


class DiscordServer(Actors):
    """`async with DiscordServer() as server:` - give a bot process `server.environ`, then act and look.

    In: `limits` switches on real request budgets, `dead_token="live"` answers an expired interaction token with
    401/50027 instead of 404/10015, `strict` makes leaving the block fail if the simulation met something it cannot do.
    """

    def __init__(
        self,
        *,
        limits: bool = False,
        dead_token: Literal["simcord", "live"] = "simcord",
        shards: int = 1,
        attachment_size_limit: int = DEFAULT_SIZE_LIMIT,
        token: str = "loopback-bot-token",
        strict: bool = True,
    ) -> None:
        self.world = World(attachment_size_limit)
        self.backend = self.world.backend
        self.token = token
        self.limits = Limits(limits)
        self._strict = strict
        self._pulse = Pulse(self.story)
        self._local = Localizer()
        self.gateway = Gateway(self.backend, self._local, token, self._pulse.beat)
        self.rest = Rest(
            self.backend,
            self._local,
            token=token,
            shards=shards,
            dead_token=dead_token,
            limits=self.limits,
            changed=self._pulse.beat,
        )
        self.api_url = ""
        self._runner: web.AppRunner | None = None

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", API_PREFIX + "/{tail:.*}", self.rest.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get(_CDN + "/{tail:.*}", self._blob)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url = f"http://{host}{API_PREFIX}"
        self._local.origin = f"http://{host}{_CDN}"
        self.gateway.url = self.rest.gateway_url = f"ws://{host}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.drop(1001, forget=True)
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None and self._strict and self.problems:
            raise ExceptionGroup("the bot asked for something the simulation cannot do", self.problems)

    @property
    def environ(self) -> dict[str, str]:
        """What a bot process needs to find this server, to log in, and to let its people click as fast as they do."""
        return {"DISCORD_API_URL": self.api_url, "DISCORD_TOKEN": self.token, "CLICKS_PER_10_SECONDS": "0"}

    # ----------------------------------------------------------------- world

    def guild(self, name: str = "Test Guild", **settings: Any) -> GuildHandle:
        """Out: a new guild with the bot in it; `guild.create_text_channel(name)` and the other builders work on it."""
        return self.world.create_guild(name, **settings)

    def user(self, name: str, **fields: Any) -> UserHandle:
        """Out: a new person, who joins a guild on first use there. `user.dm_channel` is the DM with the bot."""
        return self.world.create_user(name, **fields)

    def kick_bot(self, guild: GuildHandle) -> None:
        """Take the bot out of a guild: its requests there answer 50001, its messages stay."""
        self.backend.remove_member(guild.id, self.backend.bot_user.id)
        self.backend.emit("GUILD_DELETE", {"id": str(guild.id)})

    def delete_message(self, message_id: int | str) -> None:
        """A moderator deletes a message: later edits answer 10008."""
        self.backend.delete_message(self.stored(int(message_id)).channel_id, int(message_id))

    def delete_channel(self, channel: ChannelHandle) -> None:
        """Delete a channel: later requests answer 10003."""
        self.backend.delete_channel(channel.id)

    def skip(self, seconds: float) -> None:
        """Move the server's clock forward, so that tokens expire; the bot process keeps its own clock."""
        self.backend.advance_clock(seconds)
        self._pulse.beat()

    # ------------------------------------------------------------------ look

    def stored(self, message_id: int) -> Message:
        """Out: SimCord's message object, wherever it is; error 10008 if there is none."""
        for messages in self.backend.messages.values():
            if message_id in messages:
                return messages[message_id]
        raise unknown_message()

    def find(self, message_id: int | str) -> dict[str, Any] | None:
        """Out: the message as the API would give it, or None."""
        try:
            return self._payload(self.stored(int(message_id)))
        except BackendError:
            return None

    def message(self, channel: ChannelHandle | int, message_id: int | str) -> dict[str, Any]:
        """Out: the message as the API would give it (ephemeral ones too); BackendError 10008 if it is gone."""
        channel_id = channel if isinstance(channel, int) else channel.id
        return self._payload(self.backend.get_message(channel_id, int(message_id)))

    def messages(self, channel: ChannelHandle | int) -> list[dict[str, Any]]:
        """Out: every message of the channel, oldest first, ephemeral ones included."""
        found = self.backend.messages.get(channel if isinstance(channel, int) else channel.id, {})
        return [self._payload(found[message_id]) for message_id in sorted(found)]

    def commands(self, guild: GuildHandle | None = None) -> list[dict[str, Any]]:
        """Out: the commands the bot has registered, global or of one guild."""
        return list(self.backend.commands.get(guild.id if guild else None, {}).values())

    @property
    def log(self) -> list[LogEntry]:
        """Every REST request so far, in order of arrival."""
        return self.rest.log

    def requests(self, method: str, suffix: str = "") -> list[LogEntry]:
        """Out: the logged requests with that method whose path ends with the suffix."""
        return [entry for entry in self.log if entry.method == method and entry.path.endswith(suffix)]

    @property
    def problems(self) -> list[Exception]:
        """What the simulation could not do (unknown route or field, a body it cannot digest)."""
        return self.rest.problems

    @property
    def faults(self) -> Faults:
        """The failures to inject; see `Faults.add`."""
        return self.rest.faults

    def story(self) -> str:
        """Out: the last requests and gateway events, for failure messages."""
        requests = [str(entry) for entry in self.log[-_STORY:]]
        events = [name for kind, name, _ in self.backend.transcript if kind == "GATEWAY"][-_STORY:]
        return "\n".join([*requests, f"gateway events: {' '.join(events)}", f"problems: {self.problems}"])

    # ------------------------------------------------------------------ wait

    def until(self, condition: Callable[[], T | None], timeout: float = 10.0) -> Coroutine[Any, Any, T]:
        """In: a condition, looked at after every request and event. Out (awaited): its first truthy value."""
        return self._pulse.until(condition, timeout)

    def connected(self, timeout: float = 15.0) -> Coroutine[Any, Any, bool]:
        """Wait until every shard of the bot is on the gateway."""
        return self.until(lambda: self.gateway.connected, timeout)

    def disconnected(self, timeout: float = 5.0) -> Coroutine[Any, Any, bool]:
        """Wait until no bot is on the gateway."""
        return self.until(lambda: self.gateway.idle, timeout)

    def require_gateway(self) -> None:
        """Raise NotConnectedError unless a bot is listening."""
        if not self.gateway.connected:
            raise NotConnectedError("no bot is on the gateway: await server.connected() before acting")

    async def drop_gateway(self, code: int = 4000, *, forget: bool = False) -> None:
        """In: the close code; `forget` also ends the sessions, so that RESUME is refused with INVALID_SESSION."""
        await self.gateway.drop(code, forget=forget)

    # ---------------------------------------------------------------- inside

    @property
    def _server(self) -> "DiscordServer":
        return self

    def _payload(self, message: Message) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(
            self._local.outward(json.dumps(serializers.message_payload(self.backend, message)))
        )
        return payload

    async def _blob(self, request: web.Request) -> web.Response:
        """In: a CDN address. Out: the stored bytes, or 404."""
        tail = unquote(request.rel_url.raw_path).removeprefix(_CDN)
        blob = self.backend.cdn.get(CDN_BASE + tail)
        if blob is None:  # a file name with "#" or "?" in it does not survive in an address: its id is enough
            place = CDN_BASE + tail.rpartition("/")[0] + "/"
            blob = next((data for url, data in self.backend.cdn._blobs.items() if url.startswith(place)), None)
        return web.Response(status=404) if blob is None else web.Response(body=blob)
