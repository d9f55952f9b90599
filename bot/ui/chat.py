"""What all chat commands share: reading the question, the buttons under an answer, the list of conversations."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands

from bot.engine.papers import check_sizes, paper_of
from bot.engine.talk import Question, Talk
from bot.errors import Problem
from bot.provider import providers
from bot.store.repository import Input
from bot.talk import TALKERS, Conversation, Exchange, Manner
from bot.text import Text, _
from bot.ui import panels
from bot.ui.actions import register_form, register_step
from bot.ui.cards import plain, plain_values
from bot.ui.forms import Field, Form, files_in
from bot.ui.front import ACKNOWLEDGED, Interaction, asker_of, content_of
from bot.ui.i18n import say
from bot.ui.panels import NOTHING_MORE, Panel, pager
from bot.ui.pickers import MOST, Choices, ago
from bot.ui.speaker import AGAIN, DETAILS, GO_ON, REPLY, STOP

SAID = "chat-said"
"""The form that a reply is typed into; its subject is the conversation."""
_REPLY = _("Reply")
LIST, LISTED = "talks-", 20
"""The panels of conversations, one for each provider, and how many stand on a page."""
NONE_YET = _("You have no conversations yet.")
Files = Sequence[discord.Attachment | None]


def register_chat() -> None:
    """Let the buttons under answers work."""
    register_step(STOP, _stop)
    register_step(AGAIN, _again)
    register_step(GO_ON, _go_on)
    register_step(REPLY, _reply)
    register_step(DETAILS, _details)
    register_form(SAID, _REPLY, lambda _task, _argument: _fields(), _said)
    for provider in TALKERS:
        panels.register_panel(LIST + provider, partial(_listed, provider))


async def begin(
    interaction: Interaction,
    provider: str,
    manner: Manner,
    prompt: str,
    files: Files,
    *,
    open_to_all: bool,
    in_thread: bool,
) -> None:
    """A new conversation, perhaps in a thread of its own. Raises :class:`Problem`."""
    question = await _question(interaction, provider, prompt, files)
    await _talk(interaction).begin(provider, manner, question, open_to_all=open_to_all, in_thread=in_thread)


async def reply(
    interaction: Interaction, conversation_id: str, prompt: str, files: Files, provider: str = "", model: str = ""
) -> None:
    """A further question in a conversation (with ``provider``), perhaps to another ``model``.

    Raises :class:`Problem`.
    """
    talk = _talk(interaction)
    conversation = await talk.may_go_on(conversation_id, asker_of(interaction))
    if provider not in {"", conversation.provider}:
        title = providers()[conversation.provider].title
        raise Problem(_("That is a conversation with {name}. Use its own command.", name=title))
    question = await _question(interaction, conversation.provider, prompt, files)
    await talk.reply(conversation.id, replace(question, model=model.strip()))


async def _question(interaction: Interaction, provider: str, prompt: str, files: Files) -> Question:
    """Acknowledge, then read the files: their links are short-lived."""
    given = [file for file in files if file is not None]
    check_papers(given)
    front = interaction.client.front
    message_id = await front.acknowledge(interaction)
    read = await papers(given, provider)
    return Question(prompt, asker_of(interaction), front.place(interaction, message_id), read)


def check_papers(files: Sequence[discord.Attachment]) -> None:
    """Refuse files that are too large or too many before they are read. Raises :class:`Problem`."""
    check_sizes([(file.size, file.filename) for file in files])


async def papers(files: Sequence[discord.Attachment], provider: str) -> list[tuple[Input, str]]:
    """What files hold that go with a question to ``provider``, and their names. Raises :class:`Problem`."""
    documents = TALKERS[provider].documents
    return list(await asyncio.gather(*(_read(file, documents=documents) for file in files)))


async def _read(file: discord.Attachment, *, documents: bool) -> tuple[Input, str]:
    content = await content_of(file)
    item = await asyncio.to_thread(paper_of, content, file.url, file.filename, documents=documents)
    return item, file.filename


def _talk(interaction: Interaction) -> Talk:
    return interaction.client.talk


# ------------------------------------------------------------------------------------------------ buttons


async def _stop(interaction: Interaction, exchange_id: str, _argument: str) -> None:
    try:
        await interaction.response.defer()
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED:  # by another process; which of them gives the answer nobody else knows
            raise
    await _talk(interaction).stop(exchange_id, asker_of(interaction))


async def _again(interaction: Interaction, exchange_id: str, _argument: str) -> None:
    front = interaction.client.front
    message_id = await front.acknowledge(interaction)
    place = front.place(interaction, message_id)
    await _talk(interaction).regenerate(exchange_id, asker_of(interaction), place)


async def _go_on(interaction: Interaction, exchange_id: str, _argument: str) -> None:
    front = interaction.client.front
    message_id = await front.acknowledge(interaction)
    place = front.place(interaction, message_id)
    await _talk(interaction).go_on(exchange_id, asker_of(interaction), place)


async def _reply(interaction: Interaction, exchange_id: str, _argument: str) -> None:
    """A form must be the first answer."""
    talk = _talk(interaction)
    exchange = await talk.exchange(exchange_id)
    conversation = await talk.may_go_on(exchange.conversation_id, asker_of(interaction))
    form = Form(SAID, conversation.id, _REPLY, _fields(), str(interaction.locale))
    await interaction.response.send_modal(form)


def _fields() -> list[Field]:
    hint = _("A picture or a text file")
    return [Field("text", _("What do you say?")), Field("file", _("File"), required=False, file=True, hint=hint)]


async def _said(interaction: Interaction, conversation_id: str, _argument: str, typed: Mapping[str, str]) -> None:
    await reply(interaction, conversation_id, typed.get("text", ""), list(files_in(interaction).values()))


async def _details(interaction: Interaction, exchange_id: str, _argument: str) -> None:
    await interaction.client.front.acknowledge(interaction, private=True)
    talk = _talk(interaction)
    exchange = await talk.exchange(exchange_id)
    mine = await talk.may(exchange.conversation_id, asker_of(interaction))
    await interaction.edit_original_response(
        content=details(exchange, str(interaction.locale), mine=mine), allowed_mentions=discord.AllowedMentions.none()
    )


def details(exchange: Exchange, locale: str, *, mine: bool) -> str:
    """Everything about an answer, to read; what was asked, and where it belongs, only for whom the conversation is."""
    counted = [
        (_("Tokens of the question and what was said before"), exchange.tokens_in),
        (_("Tokens of the answer"), exchange.tokens_out),
    ]
    began, first, ended = exchange.created_at, exchange.first_at, exchange.ended_at
    seconds = [(_("First words after"), first), (_("Complete after"), ended)]
    lines = [
        f"**{say(_('Model'), locale)}** {plain(exchange.model, 100)}",
        *([f"**{say(_('Conversation'), locale)}** `{exchange.conversation_id}`"] if mine else []),
        *(f"**{say(name, locale)}** {count}" for name, count in counted if count is not None),
        *(
            f"**{say(name, locale)}** {say(_('{s} s', s=f'{at - began:.1f}'), locale)}"
            for name, at in seconds
            if at is not None
        ),
    ]
    if exchange.reason is not None:
        lines.append(say(plain_values(exchange.reason), locale))
    if mine and not exchange.goes_on:
        lines.append(f"> {plain(exchange.question, 900)}")
    return "\n".join(lines)[:2000]


# ------------------------------------------------------------------------------------------------ conversations


async def tell(interaction: Interaction, text: Text) -> None:
    """A private answer."""
    words = say(text, str(interaction.locale))
    await interaction.edit_original_response(content=words, allowed_mentions=discord.AllowedMentions.none())


async def show_list(interaction: Interaction, provider: str, search: str) -> None:
    """One's own conversations, newest first. Raises :class:`Problem`."""
    await panels.show(interaction, LIST + provider, 0, search.strip()[: panels.ABOUT])


async def _listed(provider: str, interaction: Interaction, page: int, search: str) -> Panel:
    """A page of one's own conversations."""
    locale, talk = str(interaction.locale), _talk(interaction)
    found = await talk.conversations.of_user(
        interaction.user.id, provider, search, limit=LISTED + 1, offset=page * LISTED
    )
    name = LIST + provider
    heading = "💬 " + say(_("Your conversations with {name}:", name=providers()[provider].title), locale).rstrip(":：")
    if not found:
        called_so = _("None of your conversations is called “{words}”.", words=plain(search, 50))
        nothing = NOTHING_MORE if page else called_so if search else NONE_YET
        return Panel(heading, [say(nothing, locale)], turns=pager(name, page, search, has_next=False))
    lines = [f"`{one.id}` {plain(one.title, 60)} · <t:{round(one.updated_at)}:R>" for one in found[:LISTED]]
    reply = interaction.client.mention(f"{provider} conversations reply")
    turns = pager(name, page, search, has_next=len(found) > LISTED)
    return Panel(heading, ["\n".join(lines), say(_("Go on with one: {command}", command=reply), locale)], turns=turns)


async def conversation_choices(interaction: Interaction, provider: str, current: str) -> Choices:
    """One's own conversations, to choose one."""
    found = await _talk(interaction).conversations.of_user(interaction.user.id, provider, current.strip(), limit=MOST)
    now, locale = interaction.client.clock(), str(interaction.locale)
    return [app_commands.Choice(name=_name(one, now, locale), value=one.id) for one in found]


def _name(conversation: Conversation, now: float, locale: str) -> str:
    tail = f" · {say(ago(now - conversation.updated_at), locale)}"
    return f"{conversation.title[: 100 - len(tail)]}{tail}"


async def rename(interaction: Interaction, conversation_id: str, title: str) -> None:
    """Give a conversation another title. Raises :class:`Problem`."""
    await interaction.client.front.acknowledge(interaction, private=True)
    changed = await _talk(interaction).rename(conversation_id, asker_of(interaction), title)
    await tell(interaction, _("It is called “{title}” now.", title=plain(changed.title, 100)))


async def delete(interaction: Interaction, conversation_id: str) -> None:
    """Forget a conversation. Raises :class:`Problem`."""
    await interaction.client.front.acknowledge(interaction, private=True)
    gone = await _talk(interaction).delete(conversation_id, asker_of(interaction))
    await tell(interaction, _("“{title}” is deleted. Its messages in Discord stay.", title=plain(gone.title, 100)))


async def share(interaction: Interaction, conversation_id: str, *, to_all: bool) -> None:
    """Say whether everybody may go on with a conversation. Raises :class:`Problem`."""
    await interaction.client.front.acknowledge(interaction, private=True)
    changed = await _talk(interaction).open_up(conversation_id, asker_of(interaction), to_all=to_all)
    everybody = _("Everybody who sees “{title}” may go on with it.", title=plain(changed.title, 100))
    alone = _("Only you may go on with “{title}”.", title=plain(changed.title, 100))
    await tell(interaction, everybody if changed.open else alone)
