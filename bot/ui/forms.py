"""Modals that survive a restart: what a form is for stands in its id, and what was typed comes with the answer.

discord.py keeps open modals in memory only; so a form here does nothing by itself, and the client handles every
submitted one by its id (:func:`submitted`).
"""

from dataclasses import dataclass
from typing import Any

import discord

from bot.text import Text
from bot.ui.i18n import say

PREFIX = "form:"


@dataclass(frozen=True, slots=True)
class Field:
    """A text field: its name in the answer, label, and limits."""

    name: str
    label: Text
    long: bool = True
    required: bool = True
    most: int = 4000
    default: str = ""


class Form(discord.ui.Modal):
    """A form about a task: ``action`` says what to do with the answer."""

    def __init__(self, action: str, task_id: str, title: Text, fields: list[Field], locale: str) -> None:
        super().__init__(title=say(title, locale)[:45], custom_id=f"{PREFIX}{action}:{task_id}", timeout=1800)
        for field in fields:
            style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
            box: discord.ui.TextInput[Any] = discord.ui.TextInput(
                style=style,
                custom_id=field.name,
                required=field.required,
                max_length=field.most,
                default=field.default or None,
            )
            self.add_item(discord.ui.Label(text=say(field.label, locale)[:45], component=box))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Nothing: the client handles forms by their id, this one's memory being no part of it."""


def submitted(interaction: discord.Interaction[Any]) -> tuple[str, str, dict[str, str]] | None:
    """(action, task id, typed texts by name) of a submitted form of ours, else ``None``."""
    data: dict[str, Any] = dict(interaction.data or {})
    name = str(data.get("custom_id", ""))
    if interaction.type is not discord.InteractionType.modal_submit or not name.startswith(PREFIX):
        return None
    action, _colon, task_id = name.removeprefix(PREFIX).partition(":")
    return action, task_id, _typed(data.get("components", []))


def _typed(components: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for component in components if isinstance(components, list) else []:
        inner = component.get("component")
        for leaf in [inner] if isinstance(inner, dict) else component.get("components", []):
            if isinstance(leaf, dict) and "custom_id" in leaf and isinstance(leaf.get("value"), str):
                found[str(leaf["custom_id"])] = leaf["value"]
    return found
