"""Conversations in threads of their own: where they can be opened, and messages there that go on with them."""

import contextlib
import re
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot import logs
from bot.engine import Asker
from bot.engine.ports import Later, Nowhere
from bot.engine.talk import Question
from bot.errors import Problem, Repeated
from bot.talk import Conversation
from bot.task import Place
from bot.text import Text, _
from bot.ui import problems
from bot.ui.chat import check_papers, papers
from bot.ui.courier import guild_limit
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.pace import TOO_FAST, Verdict

if TYPE_CHECKING:
    from bot.ui.client import Darkroom

log = structlog.get_logger(__name__)
_SPOKEN = {discord.MessageType.default, discord.MessageType.reply}
_PARENTS = {discord.ChannelType.text, discord.ChannelType.news}
NO_THREAD_HERE = _("A thread can be opened in a text channel of a server only. Leave `thread` out here.")
NO_RIGHT = _("I may not open threads in this channel. Leave `thread` out, or ask a moderator to allow it.")


def check_thread(interaction: Interaction) -> None:
    """Whether a thread can be opened where ``interaction`` comes from; raises :class:`Problem`."""
    guild = interaction.client.get_guild(interaction.guild_id) if interaction.guild_id else None
    if guild is None or getattr(interaction.channel, "type", None) not in _PARENTS:
        raise Problem(NO_THREAD_HERE)
    allowed = interaction.app_permissions
    if not (allowed.view_channel and allowed.create_public_threads and allowed.send_messages_in_threads):
        raise Problem(NO_RIGHT)


async def heard(client: "Darkroom", message: discord.Message) -> None:
    """Go on with a conversation if ``message`` was written in its thread, and to the bot; never raises.

    Where everything that is written in a thread goes on with it, others may still talk to each other there: only the
    bot's mention makes somebody's message an answer who may not go on with the conversation.
    """
    if not _concerns(client, message):
        return
    verdict = client.pace.clicked(message.author.id)
    if verdict is Verdict.IGNORE:
        return
    try:
        found = await client.talk.in_thread(message.channel.id)
        if found is None:
            if client.user in message.mentions and isinstance(message.channel, discord.Thread):
                await _say(message, _("This conversation was deleted."), str(message.channel.guild.preferred_locale))
            return
        conversation, locale = found
        mine = conversation.open or conversation.user_id == message.author.id
        if not mine and client.user not in message.mentions:
            return
        try:
            if verdict is Verdict.SAY_SO:
                raise Problem(TOO_FAST)
            await _answer(client, message, conversation, locale)
        except Problem as problem:
            await _say(message, problems.sentence(problem, ""), locale)
    except Repeated:
        log.info("somebody sees to a message already")
    except (Later, Nowhere, discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.warning("a message in a thread was not answered", error=type(error).__name__)
    except Exception as error:
        number = logs.error_id()
        log.exception("a message in a thread could not be answered", id=number)
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            await _say(message, problems.sentence(error, number), str(message.guild and message.guild.preferred_locale))


def _concerns(client: "Darkroom", message: discord.Message) -> bool:
    """Whether somebody speaks to the bot in a thread that it opened, or in one that it does not know any more."""
    if message.author.bot or message.guild is None or message.type not in _SPOKEN:
        return False
    everything = client.config.settings.thread_messages == "all"
    if not everything and client.user not in message.mentions:
        return False
    channel = message.channel
    if isinstance(channel, discord.Thread):
        return client.user is not None and channel.owner_id == client.user.id
    return isinstance(channel, discord.PartialMessageable)


async def _answer(client: "Darkroom", message: discord.Message, conversation: Conversation, locale: str) -> None:
    asker = Asker(message.author.id, message.channel.id, locale=locale)
    await client.talk.may_go_on(conversation.id, asker)
    check_papers(message.attachments)
    with contextlib.suppress(discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError):
        await message.channel.typing()
    place = Place(
        channel_id=message.channel.id,
        guild_id=message.guild.id if message.guild else None,
        reachable=True,
        file_limit=guild_limit(message.guild),
        own=True,
    )
    files = await papers(message.attachments, conversation.provider)
    mention = rf"<@!?{client.user.id if client.user else 0}>"
    words = re.sub(mention, "", message.content).strip()
    await client.engine.desk.take(message.id)
    await client.talk.reply(conversation.id, Question(words, asker, place, files, message.id))


async def _say(message: discord.Message, text: Text, locale: str) -> None:
    await message.reply(say(text, locale)[:2000], mention_author=False, allowed_mentions=discord.AllowedMentions.none())
