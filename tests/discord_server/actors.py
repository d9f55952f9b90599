"""People who use the bot: their clicks and commands become INTERACTION_CREATE events on the socket."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
from simcord import actors as sim
from simcord._modal import _submit_modal
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.results import InteractionResult, ResponseMessage

if TYPE_CHECKING:
    from .server import DiscordServer

Person = UserHandle | sim.MemberActor

OVERRIDES = frozenset(
    {
        "locale",
        "guild_locale",
        "attachment_size_limit",
        "authorizing_integration_owners",
        "app_permissions",
        "context",
        "entitlements",
    }
)


class Handle:
    """One interaction and what the bot made of it so far."""

    def __init__(self, server: "DiscordServer", result: InteractionResult) -> None:
        self._server = server
        self.result = result
        self.record = result._interaction

    @property
    def id(self) -> int:
        """The interaction id."""
        return self.record.id

    @property
    def answered(self) -> bool:
        """Whether the bot has acknowledged it."""
        return self.record.responded

    @property
    def ephemeral(self) -> bool:
        """Whether the answer is for the invoker only."""
        return self.record.ephemeral

    @property
    def message_id(self) -> int | None:
        """The id of the answer (for a component the clicked message), once there is one."""
        return self.record.message_id

    @property
    def message(self) -> dict[str, Any] | None:
        """The answer as stored, or None while there is none (or after it was deleted)."""
        if self.record.message_id is None:
            return None
        return self._server.find(self.record.message_id)

    @property
    def followups(self) -> list[dict[str, Any]]:
        """The follow-up messages that still exist, oldest first."""
        found = (self._server.find(message_id) for message_id in self.record.followup_ids)
        return [message for message in found if message is not None]

    @property
    def modal(self) -> dict[str, Any] | None:
        """The modal the bot opened, if that was its answer."""
        return self.record.modal

    def acknowledged(self, timeout: float = 5.0) -> Coroutine[Any, Any, bool]:
        """Wait until the bot has answered in any way."""
        return self._server.until(lambda: self.record.responded, timeout)

    def settled(
        self, condition: Callable[[dict[str, Any]], Any] = lambda _: True, timeout: float = 10.0
    ) -> Coroutine[Any, Any, dict[str, Any]]:
        """In: what the answer must satisfy. Out (awaited): the answer, once it is no longer "thinking" and does."""

        def ready() -> dict[str, Any] | None:
            message = None if self.record.loading else self.message
            return message if message is not None and condition(message) else None

        return self._server.until(ready, timeout)


class Actors:
    """Mixed into the server: every method checks what a real client would allow, emits one interaction and returns.

    Keyword arguments named in `OVERRIDES` replace fields of the interaction payload."""

    @property
    def _server(self) -> "DiscordServer":
        raise NotImplementedError

    async def slash(
        self,
        user: Person,
        channel: ChannelHandle,
        name: str,
        /,
        *,
        options: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Handle:
        """In: who, where, the full command name, its options (files as `(name, bytes)`) mixed with overrides; names
        that clash with an override go into `options`. Out: the handle, before the bot has answered."""
        overrides = {key: more.pop(key) for key in OVERRIDES & more.keys()}
        given = {**more, **(options or {})}
        actor = self._actor(user, channel.id)
        where = self._channel(actor, channel.id)
        return await self._act(overrides, lambda: sim._slash(actor, where, name, given))

    async def autocomplete(
        self, user: Person, channel: ChannelHandle, name: str, option: str, value: str, /, **more: Any
    ) -> list[dict[str, Any]]:
        """In: as for `slash`, the option being typed into and its text. Out: the choices, once the bot gave them."""
        overrides = {key: more.pop(key) for key in OVERRIDES & more.keys()}
        actor = self._actor(user, channel.id)
        where = self._channel(actor, channel.id)
        handle = await self._act(overrides, lambda: sim._autocomplete_result(actor, where, name, option, value, more))
        await handle.acknowledged()
        return handle.record.autocomplete_choices or []

    async def context_menu(
        self, user: Person, channel: ChannelHandle, name: str, target: int | Person, /, **overrides: Any
    ) -> Handle:
        """In: who, where, the menu entry and its target, a message id or a person. Out: the handle."""
        actor = self._actor(user, channel.id)
        if not isinstance(actor, sim.MemberActor):
            raise SetupError("context menus are modelled in guild channels only")
        chosen = self._response(target) if isinstance(target, int) else self._actor(target, channel.id)
        where = self._channel(actor, channel.id)
        return await self._act(overrides, lambda: actor.context_menu(where, name, chosen))  # type: ignore[arg-type]  # a guild channel: always a MemberActor

    async def click(self, user: Person, message_id: int | str, custom_id: str, /, **overrides: Any) -> Handle:
        """In: who, the message, the button. Out: the handle."""
        message = self._response(message_id)
        actor = self._actor(user, message.channel_id)
        return await self._act(overrides, lambda: sim._component_click(actor, message, label=None, custom_id=custom_id))

    async def select(
        self, user: Person, message_id: int | str, custom_id: str, values: Sequence[Any], /, **overrides: Any
    ) -> Handle:
        """In: who, the message, the menu, the chosen values (strings or entity handles). Out: the handle."""
        message = self._response(message_id)
        actor = self._actor(user, message.channel_id)
        return await self._act(overrides, lambda: sim._component_select(actor, message, values, custom_id=custom_id))

    async def submit_modal(self, user: Person, shown: Handle, values: Mapping[str, Any], /, **overrides: Any) -> Handle:
        """In: who, the interaction that opened the modal, values by custom_id or by label. Out: the handle."""
        actor = self._actor(user, shown.record.channel_id)
        labels = _modal_labels(shown.modal or {})
        given = {labels.get(key, key): value for key, value in values.items()}
        return await self._act(overrides, lambda: _submit_modal(actor, shown.result, given))

    async def _act(
        self,
        overrides: Mapping[str, Any],
        operation: Callable[[], Coroutine[Any, Any, InteractionResult]],
    ) -> Handle:
        server = self._server
        if unknown := overrides.keys() - OVERRIDES:
            raise TypeError(f"not interaction fields: {sorted(unknown)}")
        server.require_gateway()
        with server.backend.overriding({key: _wire(key, value) for key, value in overrides.items()}):
            return Handle(server, await operation())

    def _actor(self, user: Person, channel_id: int) -> Person:
        """Out: the user as seen in that channel; in a guild a member, who joins now if need be."""
        world = self._server.world
        person = user.user if isinstance(user, sim.MemberActor) else user
        guild_id = world.backend.get_channel(channel_id).guild_id
        if guild_id is None:
            return person
        guild = GuildHandle(world, world.backend.get_guild(guild_id))
        if person.id not in guild.member_ids():
            guild.add_member(person)
        return sim.MemberActor(world, guild, person)

    def _channel(self, actor: Person, channel_id: int) -> ChannelHandle:
        guild = actor.guild if isinstance(actor, sim.MemberActor) else None
        return ChannelHandle(self._server.world, guild, self._server.backend.get_channel(channel_id))

    def _response(self, message_id: int | str) -> ResponseMessage:
        return ResponseMessage(self._server.world, self._server.stored(int(message_id)))


def _wire(key: str, value: Any) -> Any:
    """In: an override as a test writes it. Out: the same as Discord sends it (ids and bit sets are strings)."""
    if key == "app_permissions":
        return str(value.value if isinstance(value, discord.Permissions) else value)
    if key == "authorizing_integration_owners":
        return {str(kind): str(owner) for kind, owner in value.items()}
    return value


def _modal_labels(modal: Mapping[str, Any]) -> dict[str, str]:
    """In: a modal. Out: the custom_id of each labelled control."""
    rows = [row for row in modal.get("components", []) if "component" in row]
    return {row["label"]: row["component"]["custom_id"] for row in rows}
