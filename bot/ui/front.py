"""Between an interaction and the engine: acknowledge, read what was attached, hand over, and draw the answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog

from bot.engine import Asker, Desk, Order
from bot.engine.inputs import check_size, input_of
from bot.errors import Problem
from bot.provider import INPUT, Given, Submission
from bot.store.repository import Input
from bot.task import Place, Task
from bot.text import _
from bot.ui.courier import DEFAULT_LIMIT, guild_limit

if TYPE_CHECKING:
    from bot.ui.client import Darkroom

    Interaction = discord.Interaction[Darkroom]
else:
    Interaction = discord.Interaction

log = structlog.get_logger(__name__)
ENHANCE = "enhance"
"""Key in an interaction's ``extras``: whether a model shall write the prompt out (``None``: as the user has set). Only
the interactions of commands that take a prompt have it."""
ACKNOWLEDGED = 40060
"""Discord's code for an interaction that was answered already."""
TOKEN_LIFE = 14 * 60.0
"""Seconds that an interaction's token is relied on (it lives 15 minutes)."""
Files = Mapping[str, discord.Attachment | None]


def asker_of(interaction: discord.Interaction[Any]) -> Asker:
    """Who asks, what they may do here, and their language.

    Where the bot is not a member, the right to manage the server says nothing: anybody may bring it along to a server
    of their own.
    """
    return Asker(
        interaction.user.id,
        interaction.channel_id or 0,
        interaction.permissions.manage_messages,
        str(interaction.locale),
        interaction.permissions.manage_guild and interaction.is_guild_integration(),
    )


async def content_of(file: discord.Attachment) -> bytes:
    """What an attachment holds; raises :class:`Problem` when Discord does not give it."""
    try:
        return await file.read()
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("attachment not read", detail=file.filename, error=type(error).__name__)
        raise Problem(_("{file} could not be read from Discord. Please try again.", file=file.filename)) from None


class Front:
    """The ways in. ``clock`` gives unix seconds."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self.desk = desk
        self._clock = clock

    async def take(
        self,
        interaction: Interaction,
        submission: Submission,
        files: Files | None = None,
        *,
        parent_id: str = "",
    ) -> Task:
        """Accept a new request: acknowledge it first, then read its files, then store it.

        ``files`` maps input fields of the submission to what the user attached; ``parent_id`` is the task that it goes
        on from, if it does. Raises :class:`Problem`.
        """
        kind = type(submission)
        given = {name: file for name, file in (files or {}).items() if file is not None}
        for name, file in given.items():
            check_size(file.size, file.filename, kind.takes(name))
        message_id = await self.acknowledge(interaction)
        inputs = await self._read(kind, given)
        items: dict[str, Input] = {}
        if inputs:
            options = interaction.client.config.options(kind.provider.name)
            kind.check_together({name: facts for name, (_item, facts) in inputs.items()})
            known = [kind.check_input(name, facts, options) for name, (_item, facts) in inputs.items()]
            items = await self.desk.masks(kind, {name: item for name, (item, _facts) in inputs.items()})
            fields = {name: INPUT + item.id for name, item in items.items()}
            more = {name: value for found in known for name, value in found.items()}
            submission = kind.make(**{**submission.model_dump(exclude_none=True), **fields, **more})
            facts = {name: given for name, (_item, given) in inputs.items()}
            submission, items = await self.desk.framed(submission, items, facts)
        return await self.hand_over(
            interaction, message_id, submission, parent_id=parent_id, inputs=list(items.values())
        )

    async def hand_over(
        self,
        interaction: Interaction,
        message_id: int,
        submission: Submission,
        *,
        parent_id: str = "",
        inputs: Sequence[Input] = (),
    ) -> Task:
        """Accept a request that is acknowledged already and made from another task, perhaps with further files."""
        asker, place, original = asker_of(interaction), self.place(interaction, message_id), ""
        if ENHANCE in interaction.extras:
            wish = interaction.extras[ENHANCE]
            submission, original = await self.desk.written_out(submission, asker, place, wish)
        return await self.desk.accept(Order(submission, asker, place, tuple(inputs), parent_id, original))

    async def use(
        self, interaction: Interaction, message_id: int, submission: Submission, item: Input, *, parent_id: str = ""
    ) -> Task:
        """Accept a request that is made from the picture ``item``, after the checks that an attached one undergoes."""
        kind, reference = type(submission), INPUT + item.id
        options = interaction.client.config.options(kind.provider.name)
        names = [name for name in kind.model_fields if getattr(submission, name) == reference]
        facts = await interaction.client.engine.pictures.facts(item, kind.takes(names[0]) if names else "picture")
        kind.check_together(dict.fromkeys(names, facts))
        more = {key: value for name in names for key, value in kind.check_input(name, facts, options).items()}
        checked = kind.make(**{**submission.model_dump(exclude_none=True), **more})
        ready, items = await self.desk.framed(checked, dict.fromkeys(names, item), dict.fromkeys(names, facts))
        return await self.hand_over(
            interaction, message_id, ready, parent_id=parent_id, inputs=list(items.values()) or [item]
        )

    async def acknowledge(self, interaction: Interaction, *, private: bool = False) -> int:
        """Answer within three seconds that it is being done; returns the id of the message that will hold it.

        Raises :class:`~bot.errors.Repeated` when this very interaction is seen to already.
        """
        message_id = await self._acknowledged(interaction, private=private)
        await self.desk.take(interaction.id, private=private)
        return message_id

    async def _acknowledged(self, interaction: Interaction, *, private: bool) -> int:
        interaction.extras["private"] = private
        try:
            answer = await interaction.response.defer(thinking=True, ephemeral=private)
        except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
            if isinstance(error, discord.HTTPException) and error.status < 500 and error.code != ACKNOWLEDGED:
                raise
            return await self._acknowledged_after_all(interaction, error)
        if answer is None or answer.message_id is None:
            return (await interaction.original_response()).id
        return answer.message_id

    async def _acknowledged_after_all(self, interaction: Interaction, error: Exception) -> int:
        """Whether our acknowledgement arrived although its answer did not; raises ``error`` when it did not."""
        try:
            message = await interaction.original_response()
        except (aiohttp.ClientError, OSError, discord.DiscordException):
            raise error from None
        log.info("acknowledged without an answer", error=type(error).__name__)
        interaction.extras["acknowledged"] = True
        return message.id

    def place(self, interaction: Interaction, message_id: int, *, private: bool = False) -> Place:
        """Where the answer to ``interaction`` is, and by which ways it can be edited."""
        guild = interaction.client.get_guild(interaction.guild_id) if interaction.guild_id else None
        allowed = interaction.app_permissions
        in_guild = guild is not None and allowed.view_channel and allowed.send_messages and allowed.attach_files
        alone = interaction.guild_id is None and not interaction.context.private_channel
        return Place(
            channel_id=interaction.channel_id or 0,
            message_id=message_id,
            guild_id=interaction.guild_id,
            application_id=interaction.application_id,
            token=interaction.token,
            token_until=self._clock() + TOKEN_LIFE,
            token_limit=interaction.filesize_limit or DEFAULT_LIMIT,
            file_limit=guild_limit(guild),
            reachable=in_guild or alone,
            private=private,
        )

    async def picture(self, file: discord.Attachment) -> Input:
        """A picture that came with a form; raises :class:`Problem`."""
        check_size(file.size, file.filename, "picture")
        found = await self._read(Submission, {"picture": file})
        return found["picture"][0]

    async def _read(
        self, kind: type[Submission], given: Mapping[str, discord.Attachment]
    ) -> dict[str, tuple[Input, Given]]:
        """Read the attachments at once: their links are short-lived."""

        async def read(name: str, file: discord.Attachment) -> tuple[Input, Given]:
            content = await content_of(file)
            return await asyncio.to_thread(input_of, content, file.url, file.filename, kind.takes(name))

        found = await asyncio.gather(*(read(name, file) for name, file in given.items()))
        return dict(zip(given, found, strict=True))

    def with_new_token(self, task: Task, interaction: Interaction) -> Place:
        """The card's place with the fresh token of a click on that very card."""
        message = interaction.message
        if message is None or message.id != task.place.message_id:
            return task.place
        fresh = self.place(interaction, message.id, private=task.place.private)
        return replace(fresh, guild_id=task.place.guild_id)
