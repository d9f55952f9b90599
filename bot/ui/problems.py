"""One handler for everything that goes wrong under a command, a button or a form: a sentence in the user's language,
and a short id that the log carries too."""

from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot import logs
from bot.errors import CallFailed, Problem, Repeated
from bot.store import StoreProblem
from bot.text import Text, _
from bot.ui.cards import harmless_values, plain_values
from bot.ui.i18n import say

log = structlog.get_logger(__name__)
_BROKEN = _("Something went wrong here, and nothing was charged for this click. Tell the operator this number: {id}")
_DATABASE = _("The bot's database cannot be used right now, so nothing was accepted. Try again soon. Number: {id}")
_NOT_ALLOWED = _("You are not allowed to do that here.")


def sentence(error: BaseException, error_id: str) -> Text:
    """What a user reads about ``error``."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, CallFailed):  # the words of a relay
        return plain_values(cause.text)
    if isinstance(cause, Problem):
        return harmless_values(cause.text)
    if isinstance(cause, StoreProblem):
        return Text(_DATABASE.source, {"id": error_id})
    if isinstance(cause, app_commands.CheckFailure):
        return _NOT_ALLOWED
    return Text(_BROKEN.source, {"id": error_id})


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answer ``interaction`` with what went wrong, and log it under the same id. Never raises."""
    error_id = logs.error_id()
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    context = {"id": error_id, "user": interaction.user.id, "what": _what(interaction)}
    if isinstance(cause, Repeated):
        log.info("somebody sees to it already", **context)
        return
    if isinstance(cause, CallFailed):
        log.warning("relay problem", **context, **cause.logged)
    elif isinstance(cause, Problem | app_commands.CheckFailure):
        said = cause.logged if isinstance(cause, Problem) else {"error": str(cause)}
        log.info("refused", **context, **said)
    elif isinstance(cause, StoreProblem):
        log.error("database problem", **context, error=str(cause))
    elif isinstance(cause, discord.HTTPException) and cause.code in {10062, 40060}:
        log.warning("too late to answer, or answered by another process", **context)
        return
    elif isinstance(cause, aiohttp.ClientError | OSError | discord.DiscordServerError):
        log.warning("Discord did not take an answer", **context, error=_short(cause))
    else:
        log.error("unexpected error", **context, exc_info=cause)
    if interaction.type is discord.InteractionType.autocomplete:
        return  # an autocomplete can only be answered with choices
    words = say(sentence(error, error_id), str(interaction.locale))
    await tell(interaction, words if error_id in words else f"{words}\n-# {error_id}")


async def tell(interaction: discord.Interaction[Any], words: str) -> None:
    """Show ``words`` to the one who asked, alone if that is still possible. Never raises."""
    try:
        if not (interaction.response.is_done() or interaction.extras.get("acknowledged")):
            await interaction.response.send_message(words, ephemeral=True)
        elif _is_thinking(interaction):
            await _tell_instead(interaction, words)
        else:
            await interaction.followup.send(words, ephemeral=True)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.warning("could not answer", error=_short(error), what=_what(interaction))


async def _tell_instead(interaction: discord.Interaction[Any], words: str) -> None:
    """Put ``words``, for one pair of eyes, in place of the public "is thinking" line.

    A follow-up straight after a defer would fill that line, and once the line is deleted there is nothing to fill
    (Discord answers 10008, discord-api-docs issues 2739 and 3087): so it is filled first and deleted last.
    """
    await interaction.edit_original_response(content="…")
    try:
        await interaction.followup.send(words, ephemeral=True)
    except discord.HTTPException as error:
        log.warning("answered in public", error=_short(error), what=_what(interaction))
        await interaction.edit_original_response(content=words)
    else:
        await interaction.delete_original_response()


def _is_thinking(interaction: discord.Interaction[Any]) -> bool:
    """Whether the answer so far is only the public "is thinking" line."""
    deferred = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    deferred = deferred or bool(interaction.extras.get("acknowledged"))
    return deferred and not interaction.extras.get("private")


def _short(error: Exception) -> str:
    """An error without the address it happened at, which holds the interaction's token."""
    return f"{error.status} {error.code}" if isinstance(error, discord.HTTPException) else type(error).__name__


def _what(interaction: discord.Interaction[Any]) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: dict[str, Any] = dict(interaction.data or {})
    return ":".join(str(data.get("custom_id", "")).split(":")[:3])  # what follows may be words that are looked for
