"""Modals that survive a restart: what a form is for stands in its id, and what was typed comes with the answer.

discord.py keeps open modals in memory only; so a form here does nothing by itself, and the client handles every
submitted one by its id (:func:`submitted`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.text import Text
from bot.ui.i18n import say

PREFIX = "form:"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name in the answer, label, and limits. A ``file`` field takes one file, the others take text."""

    name: str
    label: Text
    long: bool = True
    required: bool = True
    most: int = 4000
    default: str = ""
    file: bool = False
    hint: Text | None = None


class Form(discord.ui.Modal):
    """A form: ``action`` says what to do with the answer, ``subject`` what it is about (see :func:`subject_of`)."""

    def __init__(self, action: str, subject: str, title: Text, fields: list[Field], locale: str) -> None:
        super().__init__(title=say(title, locale)[:45], custom_id=f"{PREFIX}{action}:{subject}", timeout=1800)
        for field in fields:
            hint = say(field.hint, locale)[:100] if field.hint is not None else None
            box: discord.ui.Item[Any] = _file_box(field) if field.file else _text_box(field)
            self.add_item(discord.ui.Label(text=say(field.label, locale)[:45], description=hint, component=box))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Nothing: the client handles forms by their id, this one's memory being no part of it."""


def _text_box(field: Field) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        custom_id=field.name,
        required=field.required,
        max_length=field.most,
        default=field.default or None,
    )


def _file_box(field: Field) -> discord.ui.FileUpload[Any]:
    return discord.ui.FileUpload(
        custom_id=field.name, required=field.required, min_values=int(field.required), max_values=1
    )


def subject_of(task_id: str, argument: str) -> str:
    """A task, and perhaps which part of it, as the subject of a form."""
    return f"{task_id}:{argument}" if argument else task_id


def submitted(interaction: discord.Interaction[Any]) -> tuple[str, str, dict[str, str]] | None:
    """(action, subject, typed texts by name) of a submitted form of ours, else ``None``."""
    data: dict[str, Any] = dict(interaction.data or {})
    name = str(data.get("custom_id", ""))
    if interaction.type is not discord.InteractionType.modal_submit or not name.startswith(PREFIX):
        return None
    action, _colon, subject = name.removeprefix(PREFIX).partition(":")
    return action, subject, _typed(data.get("components", []))


def _typed(components: Any) -> dict[str, str]:
    return {str(leaf["custom_id"]): leaf["value"] for leaf in _leaves(components) if isinstance(leaf.get("value"), str)}


def _leaves(components: Any) -> Iterator[dict[str, Any]]:
    for component in components if isinstance(components, list) else []:
        inner = component.get("component")
        for leaf in [inner] if isinstance(inner, dict) else component.get("components", []):
            if isinstance(leaf, dict) and "custom_id" in leaf:
                yield leaf


def files_in(interaction: discord.Interaction[Any]) -> dict[str, discord.Attachment]:
    """The files of a submitted form by the names of their fields."""
    data: dict[str, Any] = dict(interaction.data or {})
    known = (data.get("resolved") or {}).get("attachments") or {}
    found: dict[str, discord.Attachment] = {}
    for leaf in _leaves(data.get("components", [])):
        for name in leaf.get("values") or []:
            if name in known:
                found[str(leaf["custom_id"])] = discord.Attachment(data=known[name], state=interaction._state)
    return found
