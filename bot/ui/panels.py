"""Panels of several pages: Components V2 layouts that only their reader sees, with buttons that turn them for ever.

Which panel, which page and what it is about stand in the buttons' ids; a cog says how its panels are drawn.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import discord

from bot.errors import Problem
from bot.text import Text, _
from bot.ui import problems
from bot.ui.cards import VERSION
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.views import Paced

PATTERN = rf"{VERSION}:panel:(?P<panel>[a-z-]{{1,20}}):(?P<page>\d{{1,5}}):(?P<about>.{{0,50}})"
ABOUT = 50
"""Characters of what a panel is about."""
MOST_WORDS = 3900
"""Characters of a panel (reference ``discord.md`` 5)."""
COLOUR = 0x5865F2
NOTHING_MORE = _("There is nothing on this page any more.")
GONE = _("This panel belongs to another version of the bot. Use the command again.")


@dataclass(frozen=True, slots=True)
class Turn:
    """A button that leads to a page of a panel; ``chosen``: it is the one that is shown."""

    label: Text
    panel: str
    page: int = 0
    about: str = ""
    emoji: str | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A page: a heading, blocks of Markdown below it, perhaps a picture that is attached, small print and buttons.

    ``apart``: lines are drawn between the blocks.
    """

    heading: str
    blocks: Sequence[str] = ()
    picture: discord.File | None = None
    foot: str = ""
    turns: Sequence[Turn] = field(default_factory=tuple)
    apart: bool = False


Draw = Callable[[Interaction, int, str], Awaitable[Panel]]
"""A page (from 0) of a panel, and what it is about."""
_PANELS: dict[str, Draw] = {}


def register_panel(name: str, draw: Draw) -> None:
    """Let a cog say how its panel is drawn. It may raise :class:`Problem`."""
    _PANELS[name] = draw


async def show(interaction: Interaction, name: str, page: int = 0, about: str = "") -> None:
    """Answer with a page that only the asker sees. Raises :class:`Problem`."""
    await interaction.client.front.acknowledge(interaction, private=True)
    await _put(interaction, name, page, about)


async def _turn(interaction: Interaction, name: str, page: int, about: str) -> None:
    await interaction.response.defer()
    await _put(interaction, name, page, about)


async def _put(interaction: Interaction, name: str, page: int, about: str) -> None:
    draw = _PANELS.get(name)
    if draw is None:
        raise Problem(GONE)
    panel = await draw(interaction, page, about[:ABOUT])
    await interaction.edit_original_response(
        view=layout(panel, str(interaction.locale)),
        attachments=[panel.picture] if panel.picture is not None else [],
        allowed_mentions=discord.AllowedMentions.none(),
    )


class PanelButton(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=PATTERN):
    """Leads to a page of a panel."""

    def __init__(self, button: discord.ui.Button[Any], panel: str, page: int, about: str) -> None:
        super().__init__(button)
        self.panel, self.page, self.about = panel, page, about

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button that was pressed."""
        button = item if isinstance(item, discord.ui.Button) else discord.ui.Button(custom_id=match.string)
        return cls(button, match["panel"], int(match["page"]), match["about"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Turn the page; never raises."""
        try:
            await _turn(interaction, self.panel, self.page, self.about)
        except Exception as error:
            await problems.report(interaction, error)


def layout(panel: Panel, locale: str) -> discord.ui.LayoutView:
    """The panel as Discord takes it; blocks that do not fit are left out."""
    view = discord.ui.LayoutView(timeout=None)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=COLOUR)
    container.add_item(discord.ui.TextDisplay(f"### {panel.heading}"))
    room = MOST_WORDS - len(panel.heading) - len(panel.foot)
    for block in panel.blocks:
        room -= len(block)
        if room < 0:
            break
        if panel.apart:
            container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(block))
    if panel.picture is not None:
        container.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem(panel.picture)))
    if panel.foot:
        container.add_item(discord.ui.TextDisplay(f"-# {panel.foot}"))
    if panel.turns:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for turn in panel.turns:
            row.add_item(_button(turn, locale))
        container.add_item(row)
    view.add_item(container)
    return view


def pager(panel: str, page: int, about: str, *, has_next: bool) -> list[Turn]:
    """The buttons to the pages before and after ``page``."""
    before = [Turn(_("Back"), panel, page - 1, about, "◀️")] if page else []
    after = [Turn(_("Next"), panel, page + 1, about, "▶️")] if has_next else []
    return before + after


def _button(turn: Turn, locale: str) -> discord.ui.Item[Any]:
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=say(turn.label, locale)[:80],
        emoji=turn.emoji,
        style=discord.ButtonStyle.primary if turn.chosen else discord.ButtonStyle.secondary,
        disabled=turn.chosen,
        custom_id=f"{VERSION}:panel:{turn.panel}:{turn.page}:{turn.about[:ABOUT]}",
    )
    return PanelButton(button, turn.panel, turn.page, turn.about)
