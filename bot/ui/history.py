"""The pages of ``/tasks list``: a Components V2 layout that only its reader sees, with buttons to turn pages.

The whole question travels in the buttons' ids, so pages can be turned after any restart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.provider import kind_of
from bot.store import Filter
from bot.task import Phase, Task
from bot.text import Text, _
from bot.ui.cards import headline, message_link, option_line, plain
from bot.ui.i18n import say
from bot.ui.panels import NOTHING_MORE
from bot.ui.views import Paced

PAGE = 5
SEARCH_LIMIT = 40
PATTERN = r"v1:page:(?P<page>\d{1,6}):(?P<provider>[a-z0-9-]{0,20}):(?P<status>[a-z]{0,12}):(?P<search>.{0,40})"

STATUSES: dict[str, tuple[Text, tuple[Phase, ...]]] = {
    "active": (
        _("under way"),
        (Phase.QUEUED, Phase.SENDING, Phase.WAITING, Phase.RUNNING, Phase.INPUT, Phase.DONE),
    ),
    "delivered": (_("finished"), (Phase.DELIVERED,)),
    "failed": (_("failed or cancelled"), (Phase.FAILED, Phase.CANCELLED)),
    "unknown": (_("fate unknown"), (Phase.UNKNOWN,)),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which page of which tasks; pages count from 0."""

    page: int = 0
    provider: str = ""
    status: str = ""
    search: str = ""

    @property
    def which(self) -> Filter:
        """As the store asks it."""
        phases = STATUSES[self.status][1] if self.status in STATUSES else ()
        return Filter(self.provider, phases, self.search)

    def custom_id(self, page: int) -> str:
        """The id of the button that leads to another page of the same question."""
        return f"v1:page:{page}:{self.provider}:{self.status}:{self.search[:SEARCH_LIMIT]}"


class PageButton(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=PATTERN):
    """Turns to another page."""

    def __init__(self, button: discord.ui.Button[Any], question: Question) -> None:
        super().__init__(button)
        self.question = question

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button that was pressed."""
        button = item if isinstance(item, discord.ui.Button) else discord.ui.Button(custom_id=match.string)
        return cls(button, Question(int(match["page"]), match["provider"], match["status"], match["search"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over to the client."""
        await interaction.client.turned(interaction, self.question)


def layout(tasks: Sequence[Task], question: Question, locale: str) -> discord.ui.LayoutView:
    """One page; ``tasks`` holds one more than a page when there is a next one."""
    view = discord.ui.LayoutView(timeout=None)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=0x5865F2)
    container.add_item(discord.ui.TextDisplay(f"### {say(_heading(question), locale)}"))
    if not tasks:
        container.add_item(discord.ui.TextDisplay(say(_empty(question), locale)))
    for task in tasks[:PAGE]:
        container.add_item(discord.ui.Separator(visible=True))
        container.add_item(_entry(task, locale))
    row = _pager(question, has_next=len(tasks) > PAGE, locale=locale)
    if row is not None:
        container.add_item(row)
    view.add_item(container)
    return view


def _entry(task: Task, locale: str) -> discord.ui.Item[Any]:
    provider = kind_of(task.provider, task.action).provider
    place = f"[{say(_('Go to the card'), locale)}]({message_link(task)})" if task.place.message_id else ""
    foot = " · ".join(part for part in (f"`{task.id}`", option_line(task)[:200], place) if part)
    words = f"{headline(task, provider, locale)}\n{plain(task.caption, 160)}\n-# {foot}"
    if task.preview and len(task.preview) <= 512:
        return discord.ui.Section(words, accessory=discord.ui.Thumbnail(task.preview))
    return discord.ui.TextDisplay(words)


def _heading(question: Question) -> Text:
    if question.status in STATUSES:
        return _("Your tasks: {which} (page {page})", which=STATUSES[question.status][0], page=question.page + 1)
    return _("Your tasks (page {page})", page=question.page + 1)


def _empty(question: Question) -> Text:
    if question.page:
        return NOTHING_MORE
    if question.provider or question.status or question.search:
        return _("None of your tasks matches. Use fewer filters.")
    return _("You have not asked for anything yet. Try `/luma video`, or `/help` to see what there is.")


def _pager(question: Question, *, has_next: bool, locale: str) -> discord.ui.ActionRow[Any] | None:
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    turns = []
    if question.page:
        turns.append((question.page - 1, "◀️", _("Newer")))
    if has_next:
        turns.append((question.page + 1, "▶️", _("Older")))
    for page, emoji, label in turns:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=say(label, locale), emoji=emoji, custom_id=question.custom_id(page)
        )
        row.add_item(PageButton(button, question))
    return row if turns else None
