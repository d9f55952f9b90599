"""Buttons that work for ever: their id says everything (version, action, task, argument), after any restart.

A view of a card holds nothing but these and plain links (reference ``discord.md`` 5: a mixed view would unregister
them).
"""

import re
from typing import Any, Protocol, Self

import discord

from bot.ui.cards import VERSION, ButtonSpec, Card, custom_id

PATTERN = rf"{VERSION}:(?P<action>[a-z0-9-]{{1,20}}):(?P<task>[0-9a-z]{{10}})(?::(?P<argument>.{{1,60}}))?"


class Presser(Protocol):
    """The client, as far as a pressed button needs it."""

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether to do what was clicked, which may be too much from one user; never raises."""
        ...

    async def pressed(self, interaction: discord.Interaction[Any], action: str, task_id: str, argument: str) -> None:
        """Do what the button says; never raises."""
        ...


class Paced:
    """What is clicked on, by people who may click too fast: comes before ``DynamicItem`` among a class's bases."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Whether the click is looked at."""
        client: Presser = interaction.client
        return await client.admits(interaction)


class TaskButton(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=PATTERN):
    """A button of a card."""

    def __init__(self, button: discord.ui.Button[Any], action: str, task_id: str, argument: str) -> None:
        super().__init__(button)
        self.action = action
        self.task_id = task_id
        self.argument = argument

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button that was pressed."""
        button = item if isinstance(item, discord.ui.Button) else discord.ui.Button(custom_id=match.string)
        return cls(button, match["action"], match["task"], match["argument"] or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over to the client."""
        client: Presser = interaction.client
        await client.pressed(interaction, self.action, self.task_id, self.argument)


def button_of(spec: ButtonSpec, task_id: str) -> discord.ui.Item[Any]:
    """The button itself."""
    if spec.url is not None:
        return discord.ui.Button(label=spec.label[:80], url=spec.url, emoji=spec.emoji, row=spec.row)
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=spec.label[:80],
        style=spec.style,
        emoji=spec.emoji,
        row=spec.row,
        custom_id=custom_id(spec.action, task_id, spec.argument),
    )
    return TaskButton(button, spec.action, task_id, spec.argument)


def view_of(card: Card) -> discord.ui.View:
    """The buttons under a card."""
    view = discord.ui.View(timeout=None)
    for spec in card.buttons:
        view.add_item(button_of(spec, card.task_id))
    return view
