"""What the buttons of a card do, and the forms they open."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.engine import Desk
from bot.errors import Problem
from bot.task import Phase, Task
from bot.text import Text, _
from bot.ui.cards import ButtonSpec, Card, message_link, phase_name, plain_values
from bot.ui.forms import Field, Form, subject_of
from bot.ui.front import Front, Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.views import view_of

if TYPE_CHECKING:
    pass

_ID = re.compile(r"[0-9]{1,20}")
OTHER_VERSION = _("This button or form belongs to another version of the bot and no longer works.")
Press = Callable[["Actions", Interaction, str, str], Awaitable[None]]
Pressed = Callable[[Interaction, str, str], Awaitable[None]]
"""Of an interaction, a task id, and the button's argument."""
Filled = Callable[[Interaction, str, str, dict[str, str]], Awaitable[None]]
"""Of an interaction, a task id, the argument of the button that opened the form, and what was typed."""
Fields = Callable[[Task, str], list[Field]]
_FORMS: dict[str, tuple[Text, Fields, Filled]] = {}
_STEPS: dict[str, Pressed] = {}


def register_form(action: str, title: Text, fields: Fields, filled: Filled) -> None:
    """Let a cog say what the form of its next step looks like and does; ``fields`` may raise :class:`Problem`."""
    _FORMS[action] = (title, fields, filled)


def register_step(action: str, pressed: Pressed) -> None:
    """Let a cog say what its next step does that needs nothing typed."""
    _STEPS[action] = pressed


class Actions:
    """Handles pressed buttons and submitted forms for the client."""

    def __init__(self, desk: Desk, front: Front) -> None:
        self.desk = desk
        self.front = front

    async def press(self, interaction: Interaction, action: str, task_id: str, argument: str) -> None:
        """Do what a button says; raises :class:`Problem`."""
        if action in _FORMS:
            await self._open_form(interaction, action, task_id, argument)
            return
        if action in _STEPS:
            await _STEPS[action](interaction, task_id, argument)
            return
        handler = _HANDLERS.get(action)
        if handler is None:
            raise Problem(OTHER_VERSION)
        await handler(self, interaction, task_id, argument)

    async def submit(self, interaction: Interaction, action: str, subject: str, typed: dict[str, str]) -> None:
        """Do what a submitted form says; raises :class:`Problem`."""
        if action not in _FORMS:
            raise Problem(OTHER_VERSION)
        task_id, _colon, argument = subject.partition(":")
        await _FORMS[action][2](interaction, task_id, argument, typed)

    def opens_form(self, action: str) -> bool:
        """Whether nothing comes of a button but a form."""
        return action in _FORMS

    async def _open_form(self, interaction: Interaction, action: str, task_id: str, argument: str) -> None:
        """A form must be the first answer, so the owner is checked before; reading the own database takes no time."""
        task = await self.desk.own(task_id, asker_of(interaction))
        title, fields, _filled = _FORMS[action]
        subject = subject_of(task_id, argument)
        form = Form(action, subject, title, fields(task, argument), str(interaction.locale))
        await interaction.response.send_modal(form)

    async def _again(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        message_id = await self.front.acknowledge(interaction)
        await self.desk.again(task_id, asker_of(interaction), self.front.place(interaction, message_id))

    async def _retry(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        task = await self.desk.own(task_id, asker_of(interaction))
        if task.phase is Phase.UNKNOWN:  # its own card stays: the result may still come
            message_id = await self.front.acknowledge(interaction)
            place = self.front.place(interaction, message_id)
        else:
            await interaction.response.defer()
            place = self.front.with_new_token(task, interaction)
        await self.desk.retry(task_id, asker_of(interaction), place)

    async def _cancel(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        await interaction.response.defer()
        await self.desk.cancel(task_id, asker_of(interaction))

    async def _check(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        await interaction.response.defer()
        task = await self.desk.own(task_id, asker_of(interaction))
        await self.desk.check(task_id, asker_of(interaction), self.front.with_new_token(task, interaction))
        words = say(_("The relay is being asked. If the result is there, it appears here."), str(interaction.locale))
        await interaction.followup.send(words, ephemeral=True)

    async def _details(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        await self.front.acknowledge(interaction, private=True)
        task = await self.desk.known(task_id)
        words = details(self.desk, task, str(interaction.locale))
        await interaction.edit_original_response(content=words, allowed_mentions=discord.AllowedMentions.none())

    async def _delete(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        """Ask once; the card's message travels in the confirming button."""
        await self.front.acknowledge(interaction, private=True)
        await self.desk.may_remove(task_id, asker_of(interaction))
        locale, message = str(interaction.locale), interaction.message
        sure = ButtonSpec(
            say(_("Yes, delete it"), locale),
            "delete-now",
            discord.ButtonStyle.danger,
            argument=f"{message.channel.id}.{message.id}" if message else "",
        )
        words = say(_("Delete this card and what is attached to it? This cannot be undone."), locale)
        await interaction.edit_original_response(content=words, view=view_of(Card(task_id, (), (sure,))))

    async def _delete_now(self, interaction: Interaction, task_id: str, argument: str) -> None:
        await interaction.response.defer()
        task = await self.desk.may_remove(task_id, asker_of(interaction))
        channel_id, _dot, message_id = argument.partition(".")
        if not (_ID.fullmatch(channel_id) and _ID.fullmatch(message_id)):
            raise Problem(OTHER_VERSION)
        channel = interaction.client.get_partial_messageable(int(channel_id))
        message = channel.get_partial_message(int(message_id))
        try:
            if message.id != task.place.message_id and not _shows(await message.fetch(), task):
                raise Problem(OTHER_VERSION)
            await message.delete()
        except discord.NotFound:
            pass
        except discord.Forbidden:
            raise Problem(_("The bot may not delete messages here.")) from None
        done = say(_("Deleted. `/tasks list` still knows the task."), str(interaction.locale))
        await interaction.edit_original_response(content=done, view=None)


def _shows(message: discord.Message, task: Task) -> bool:
    """Whether ``message`` is a card of ``task``: its buttons are about it."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    ids = [getattr(part, "custom_id", None) or "" for row in rows for part in row.children]
    return any(name.split(":")[2:3] == [task.id] for name in ids)


_HANDLERS: dict[str, Press] = {
    "again": Actions._again,
    "retry": Actions._retry,
    "cancel": Actions._cancel,
    "check": Actions._check,
    "details": Actions._details,
    "delete": Actions._delete,
    "delete-now": Actions._delete_now,
}


def details(desk: Desk, task: Task, locale: str) -> str:
    """Everything about a task, to read and to copy; at most 2000 characters."""
    times = [
        (_("Asked"), task.created_at),
        (_("Accepted by the relay"), task.accepted_at),
        (_("Finished"), task.finished_at),
    ]
    lines = [
        f"**{say(_('Task'), locale)}** `{task.id}` · {phase_name(task.phase, locale)}",
        *(f"**{say(name, locale)}** <t:{round(at)}:f>" for name, at in times if at is not None),
    ]
    if task.remote_id:
        lines.append(f"**{say(_('Number at the relay'), locale)}** `{task.remote_id[:100]}`")
    if task.parent_id:
        lines.append(f"**{say(_('Made from'), locale)}** `{task.parent_id}`")
    if task.place.message_id:
        lines.append(f"**{say(_('Card'), locale)}** {message_link(task)}")
    if task.reason is not None:
        lines.append(say(plain_values(task.reason), locale)[:400])
    head = "\n".join(lines)
    room = 1980 - len(head) - 12
    shown: dict[str, Any] = {"provider": task.provider, "action": task.action, **desk.details(task)}
    code = json.dumps(shown, ensure_ascii=False, indent=1).replace("```", "'''")
    return f"{head}\n```json\n{code if len(code) <= room else code[: room - 1] + '…'}\n```"
