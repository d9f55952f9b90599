"""Carrying a card to its message: by the interaction's token while it lives, by the bot's own right after that, and
as a direct message when neither works. Knows what each of Discord's refusals means.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from typing import Any

import aiohttp
import discord
import structlog

from bot.engine.ports import Attachment, Later, Nowhere, TooBig
from bot.metrics import Metrics
from bot.task import Media, Place
from bot.text import bare
from bot.ui.cards import Card
from bot.ui.views import view_of

log = structlog.get_logger(__name__)
DEFAULT_LIMIT = 10 * 1024 * 1024
_GUILD_FEATURES = {"MAX_FILE_SIZE_50_MB": 50, "MAX_FILE_SIZE_100_MB": 100, "MAX_FILE_SIZE_250_MB": 250}
_REMEMBERED = 20000
OFTEN_CHANGED = 30046
"""Discord's code for a message older than an hour that was changed too often lately, whatever the status."""
THREAD_THERE = 160004
"""Discord's code for a message that has a thread already."""
_NO_MENTIONS = discord.AllowedMentions.none()


class Outcome(StrEnum):
    """What a refusal means for the way that was tried."""

    CLOSED = "closed"
    """This way is closed for this card; another may be open."""
    TOO_BIG = "too big"
    LATER = "later"


def meaning(error: Exception) -> Outcome:
    """What an error of an edit means (codes: reference ``discord.md`` 1 and 4)."""
    if not isinstance(error, discord.HTTPException):
        return Outcome.LATER
    if error.status == 413 or error.code in {40005, 50045}:
        return Outcome.TOO_BIG
    if error.code == OFTEN_CHANGED:
        return Outcome.LATER
    if error.status in {401, 403, 404} or error.code in {10003, 10008, 10015, 50001, 50013, 50027, 50083}:
        return Outcome.CLOSED
    if error.status == 400:
        log.error("Discord refused a card", status=error.status, code=error.code, text=error.text[:500])
        return Outcome.CLOSED
    return Outcome.LATER


class Courier:
    """Edits messages. ``clock`` gives unix seconds; ``metrics`` counts what Discord says."""

    def __init__(self, client: discord.Client, clock: Callable[[], float], metrics: Metrics) -> None:
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._dead: set[str] = set()

    def by_token(self, place: Place) -> bool:
        """Whether the interaction's token still opens the message."""
        return bool(place.token) and self._clock() < place.token_until and place.token not in self._dead

    def limit(self, place: Place) -> int:
        """Bytes per file at ``place`` by the way that would be taken now."""
        return place.token_limit if self.by_token(place) else place.file_limit

    async def edit(self, place: Place, card: Card, files: Sequence[Attachment] | None = None) -> Place:
        """Draw ``card`` at ``place``; ``files`` replace the attached ones, ``None`` keeps them.

        Returns the place as it is known now (a dead token is dropped). Raises :class:`TooBig`, :class:`Later`, or
        :class:`Nowhere` when both ways to this message are closed.
        """
        by_token = self.by_token(place)
        if by_token and await self._tried(lambda extra: self._edit_by_token(place, card, extra), files, place.token):
            return place
        place = replace(place, token="", token_until=0.0)
        if not place.private and await self._tried(lambda extra: self._edit_by_right(place, card, extra), files):
            return replace(place, reachable=True)
        raise Nowhere

    async def send_direct(self, user_id: int, card: Card, files: Sequence[Attachment], once: str) -> Place:
        """Draw ``card`` as a new direct message; raises :class:`TooBig`, :class:`Later` or :class:`Nowhere`.

        ``once`` (at most 25 characters) names the message: sent again within minutes it gives the same one.
        """
        found: list[discord.Message] = []

        async def send(extra: dict[str, Any]) -> None:
            channel = await self._client.create_dm(discord.Object(user_id))
            extra["files"] = extra.pop("attachments", [])
            found.append(
                await channel.send(
                    embeds=_embeds(card), view=view_of(card), allowed_mentions=_NO_MENTIONS, nonce=once[:25], **extra
                )
            )

        if not await self._tried(send, files):
            raise Nowhere
        return Place(channel_id=found[0].channel.id, message_id=found[0].id, reachable=True, file_limit=DEFAULT_LIMIT)

    async def write(
        self,
        place: Place,
        message_id: int | None,
        said: Mapping[str, Any],
        files: Sequence[Attachment] | None = None,
        *,
        once: str = "",
    ) -> int:
        """Give the message (``None``: a further one at the same place) the content that ``said`` holds.

        ``said`` are discord.py's own arguments; ``once`` names a further message as in :meth:`send_direct`. Returns the
        message's id. Raises :class:`TooBig`, :class:`Later` or :class:`Nowhere`.
        """
        if not self._client.is_ready():  # just started: nothing can be sent yet
            raise Later(0.5)
        found: list[int] = []
        named: dict[str, Any] = {"nonce": once[:25]} if once else {}

        async def by_token(extra: dict[str, Any]) -> None:
            webhook = self._webhook(place)
            if message_id is not None:
                message = await webhook.edit_message(message_id, **said, **extra)
            else:
                message = await webhook.send(wait=True, **_new(said, extra))
            found.append(message.id)

        async def by_right(extra: dict[str, Any]) -> None:
            channel = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
            if message_id is not None:
                message = await channel.get_partial_message(message_id).edit(**said, **extra)
            else:
                message = await channel.send(**_new(said, extra), **named)
            found.append(message.id)

        if self.by_token(place) and await self._tried(by_token, files, place.token):
            return found[0]
        if not place.private and await self._tried(by_right, files):
            return found[0]
        raise Nowhere

    async def stray(self, place: Place, after: int, mark: str, content: str = "") -> int | None:
        """The bot's newest message at ``place`` that is later than ``after`` and has ``mark`` in the id of a button.

        One that has no buttons is known by its ``content``. ``None``: there is none, or nobody lets us look. Raises
        :class:`Later`.
        """
        if not self._client.is_ready():
            raise Later(0.5)
        if place.private:
            return None
        channel = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        try:
            async for message in channel.history(limit=100):
                ours = message.author == self._client.user and message.id > after
                same = bool(content) and message.content.strip() == content and not message.components
                if ours and (same or any(mark in name for name in _custom_ids(message))):
                    return message.id
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            if meaning(error) is Outcome.LATER:
                raise Later(getattr(error, "retry_after", None) or 5.0) from None
        return None

    async def remove(self, place: Place, message_id: int) -> None:
        """Delete a message of ours; one that is gone already, or cannot be deleted, is left. Raises :class:`Later`."""

        async def delete(_extra: dict[str, Any]) -> None:
            if self.by_token(place):
                await self._webhook(place).delete_message(message_id)
            else:
                channel = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
                await channel.get_partial_message(message_id).delete()

        await self._tried(delete, None)

    async def open_thread(self, place: Place, name: str) -> Place:
        """A thread under the message at ``place``, called ``name``; returns where its messages go.

        A message has one at most, whose id is its own. Raises :class:`Later` or :class:`Nowhere`.
        """

        async def open_it(_extra: dict[str, Any]) -> None:
            try:
                await self._client.http.start_thread_with_message(
                    place.channel_id, place.message_id, name=bare(name)[:100] or "…", auto_archive_duration=1440
                )
            except discord.HTTPException as error:
                if error.code != THREAD_THERE:
                    raise

        if not await self._tried(open_it, None):
            raise Nowhere
        return Place(
            channel_id=place.message_id,
            guild_id=place.guild_id,
            reachable=True,
            file_limit=place.file_limit,
            own=True,
        )

    async def direct(self, user_id: int) -> Place:
        """Where a direct message goes; raises :class:`Later` or :class:`Nowhere`."""
        found: list[int] = []

        async def open_channel(_extra: dict[str, Any]) -> None:
            found.append((await self._client.create_dm(discord.Object(user_id))).id)

        if not await self._tried(open_channel, None):
            raise Nowhere
        return Place(channel_id=found[0], reachable=True, file_limit=DEFAULT_LIMIT)

    async def fetch_attachments(self, place: Place) -> list[Media]:
        """The files of the message at ``place``, as links that are fresh; empty when it cannot be read."""
        try:
            message = await self._message(place).fetch()
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            return []
        return [
            Media(file.url, (file.content_type or "file").split("/")[0], "", 86400.0) for file in message.attachments
        ]

    async def reply(self, place: Place, user_id: int, content: str) -> None:
        """A short message to the owner, under the card; the only one that mentions somebody."""
        mention = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=[discord.Object(user_id)]
        )
        if self.by_token(place):
            await self._webhook(place).send(content, allowed_mentions=mention)
            return
        message = self._message(place)
        await message.channel.send(content, reference=message.to_reference(), allowed_mentions=mention)

    async def _tried(
        self, how: Callable[[dict[str, Any]], Any], files: Sequence[Attachment] | None, token: str = ""
    ) -> bool:
        """Try one way, perhaps that of a ``token``; ``False`` when it is closed."""
        with ExitStack() as stack:
            extra: dict[str, Any] = {}
            if files is not None:
                opened = [discord.File(file.path, filename=file.name) for file in files]
                for file in opened:
                    stack.callback(file.close)
                extra["attachments"] = opened
            try:
                await how(extra)
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
                outcome = meaning(error)
                if token and _is_dead(error):
                    self._bury(token)
                log.info("an edit failed", error=_short(error), outcome=outcome.value)
                self._metrics.edited(outcome)
                if outcome is Outcome.TOO_BIG:
                    raise TooBig from None
                if outcome is Outcome.LATER:
                    raise Later(getattr(error, "retry_after", None) or 5.0) from None
                return False
        self._metrics.edited("sent")
        return True

    def _bury(self, token: str) -> None:
        """Never try ``token`` again: Discord counts that against the bot (reference ``discord.md`` 3)."""
        if len(self._dead) >= _REMEMBERED:
            self._dead.clear()
        self._dead.add(token)

    async def _edit_by_token(self, place: Place, card: Card, extra: dict[str, Any]) -> None:
        await self._webhook(place).edit_message(
            place.message_id,
            content=None,
            embeds=_embeds(card),
            view=view_of(card),
            allowed_mentions=_NO_MENTIONS,
            **extra,
        )

    async def _edit_by_right(self, place: Place, card: Card, extra: dict[str, Any]) -> None:
        await self._message(place).edit(
            content=None,
            embeds=_embeds(card),
            view=view_of(card),
            allowed_mentions=_NO_MENTIONS,
            **extra,
        )

    def _webhook(self, place: Place) -> discord.Webhook:
        return discord.Webhook.partial(place.application_id, place.token, client=self._client)

    def _message(self, place: Place) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        return channel.get_partial_message(place.message_id)


def _new(said: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that make a message, of those that change one."""
    files = {"files": extra["attachments"]} if "attachments" in extra else {}
    return {name: value for name, value in said.items() if value is not None} | files


def _custom_ids(message: discord.Message) -> list[str]:
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return [item.custom_id for row in rows for item in row if item.custom_id]


def _embeds(card: Card) -> list[discord.Embed]:
    return [discord.Embed.from_dict(embed) for embed in card.embeds]


def _is_dead(error: Exception) -> bool:
    """Whether an interaction's token was refused because it is over."""
    return isinstance(error, discord.HTTPException) and (error.status == 401 or error.code in {10015, 50027})


def guild_limit(guild: discord.Guild | None) -> int:
    """Bytes per file that a bot may post in ``guild`` (reference ``discord.md`` 4)."""
    if guild is None:
        return DEFAULT_LIMIT
    paid = [size * 1024 * 1024 for name, size in _GUILD_FEATURES.items() if name in guild.features]
    return max([guild.filesize_limit, DEFAULT_LIMIT, *paid])


def _short(error: Exception) -> str:
    """An error without the address it happened at: webhook addresses hold tokens."""
    if isinstance(error, discord.HTTPException):
        return f"{error.status} {error.code}"
    return type(error).__name__
