"""Autocomplete over the caller's own tasks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from discord import app_commands

from bot.store import Filter
from bot.task import UNFINISHED, Phase, Task
from bot.text import Text, _, bare
from bot.ui.cards import phase_name
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say

MOST = 25
RECENT = 100
"""Tasks among whose results a title is looked for."""
Choices = list[app_commands.Choice[str]]


def matching(names: Iterable[str], current: str) -> Choices:
    """Those of ``names`` that hold what was typed."""
    wanted = current.strip().lower()
    return [app_commands.Choice(name=name[:100], value=name) for name in names if wanted in name.lower()][:MOST]


async def finished_tasks(
    interaction: Interaction, provider: str, current: str, actions: tuple[str, ...] = ()
) -> Choices:
    """The caller's finished tasks with one provider; ``actions``: only such (none: any)."""
    return await _choices(interaction, Filter(provider, (Phase.DELIVERED,), current.strip(), actions))


async def finished_parts(
    interaction: Interaction,
    provider: str,
    current: str,
    titles: Callable[[Task], Sequence[str]],
    actions: tuple[str, ...] = (),
) -> Choices:
    """The single results of the caller's finished tasks with one provider; the value is ``task.number``, from 0.

    ``titles`` names the results of a task, ``actions`` are those that have such (none: any).
    """
    tasks = await _titled(interaction, Filter(provider, (Phase.DELIVERED,), current.strip(), actions), titles)
    now, locale = interaction.client.clock(), str(interaction.locale)
    found = [
        app_commands.Choice(
            name=_fitted(title or task.caption or task.id, say(ago(now - task.created_at), locale)),
            value=f"{task.id}.{number}",
        )
        for task in tasks
        for number, title in enumerate(titles(task))
    ]
    return found[:MOST]


async def _titled(interaction: Interaction, which: Filter, titles: Callable[[Task], Sequence[str]]) -> Sequence[Task]:
    """The tasks whose caption has the words that are searched for, and recent ones whose results are called so."""
    desk, asker = interaction.client.engine.desk, asker_of(interaction)
    found = await desk.history(asker, which, limit=MOST)
    if not which.search:
        return found
    wanted, known = which.search.lower(), {task.id for task in found}
    recent = await desk.history(asker, replace(which, search=""), limit=RECENT)
    called_so = [task for task in recent if any(wanted in title.lower() for title in titles(task))]
    both = [*found, *(task for task in called_so if task.id not in known)]
    return sorted(both, key=lambda task: task.created_at, reverse=True)


def part_of(value: str) -> tuple[str, int]:
    """The task and the number of its result that :func:`finished_parts` offered; a task alone means its first."""
    task_id, dot, number = value.strip().partition(".")
    if dot and not (number.isdecimal() and len(number) < 4):
        return value.strip(), 0  # typed by hand: no task is called that
    return task_id, int(number or 0)


async def latest_tasks(interaction: Interaction, provider: str, actions: tuple[str, ...] = ()) -> Sequence[Task]:
    """The caller's latest tasks with one provider, newest first; ``actions``: only such (none: any)."""
    which = Filter(provider, (), "", actions)
    return await interaction.client.engine.desk.history(asker_of(interaction), which, limit=RECENT)


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
    return _fitted(task.caption or task.id, phase_name(task.phase, locale), say(ago(now - task.created_at), locale))


def _fitted(words: str, *more: str) -> str:
    """``words`` and ``more``, of which the words are cut so that it fits into a choice."""
    tail = "".join(f" · {one}" for one in more)
    room = 100 - len(tail)
    seen = bare(words)
    return (seen if len(seen) <= room else seen[: room - 1] + "…") + tail


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
