"""Autocomplete over the caller's own tasks."""

from discord import app_commands

from bot.store import Filter
from bot.task import UNFINISHED, Phase, Task
from bot.text import Text, _
from bot.ui.cards import phase_name
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say

MOST = 25
Choices = list[app_commands.Choice[str]]


async def finished_tasks(interaction: Interaction, provider: str, current: str) -> Choices:
    """The caller's finished tasks with one provider."""
    return await _choices(interaction, Filter(provider, (Phase.DELIVERED,), current.strip()))


async def active_tasks(interaction: Interaction, current: str) -> Choices:
    """The caller's tasks that are under way."""
    return await _choices(interaction, Filter("", tuple(UNFINISHED), current.strip()))


async def retryable_tasks(interaction: Interaction, current: str) -> Choices:
    """The caller's tasks that did not work out."""
    return await _choices(interaction, Filter("", (Phase.FAILED, Phase.CANCELLED, Phase.UNKNOWN), current.strip()))


async def all_tasks(interaction: Interaction, current: str) -> Choices:
    """The caller's tasks."""
    return await _choices(interaction, Filter("", (), current.strip()))


async def _choices(interaction: Interaction, which: Filter) -> Choices:
    locale = str(interaction.locale)
    tasks = await interaction.client.engine.desk.history(asker_of(interaction), which, limit=MOST)
    now = interaction.client.clock()
    return [app_commands.Choice(name=_name(task, now, locale), value=task.id) for task in tasks]


def _name(task: Task, now: float, locale: str) -> str:
    """A task in at most 100 characters: what was asked for, what became of it, when."""
    tail = f" · {phase_name(task.phase, locale)} · {say(ago(now - task.created_at), locale)}"
    room = 100 - len(tail)
    words = " ".join(task.caption.split()) or task.id
    return (words if len(words) <= room else words[: room - 1] + "…") + tail


def ago(seconds: float) -> Text:
    """An age in words; autocomplete cannot show Discord's own relative times."""
    for size, text in (
        (86400, _("{n} d ago", n=int(seconds // 86400))),
        (3600, _("{n} h ago", n=int(seconds // 3600))),
        (60, _("{n} min ago", n=int(seconds // 60))),
    ):
        if seconds >= size:
            return text
    return _("just now")
