"""What can be done with a picture or a video: the uses that the cogs declare, their menu, the way to a request.

What a menu is about travels in its id, so that a choice can be made after any restart.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import discord

from bot.errors import Problem
from bot.provider import INPUT, Submission, Takes
from bot.store.repository import Input
from bot.task import Media
from bot.text import Text, _
from bot.ui.cards import VERSION, plain
from bot.ui.forms import Field, Form
from bot.ui.front import Interaction
from bot.ui.i18n import say
from bot.ui.views import Paced

if TYPE_CHECKING:
    from bot.ui.client import Darkroom

Family = Literal["edit", "upscale", "describe", "vary", "video", "restyle", "lipsync", "frame", "other"]
FORM = "use"
MOST = 25
PATTERN = rf"{VERSION}:use:(?P<picture>[0-9a-f]{{64}})?:(?P<task>[0-9a-z]{{10}})?"
NOTHING = _("Nothing that this bot offers can do that with a picture.")
NOTHING_OF_A_VIDEO = _("Nothing that this bot offers can do that with a video.")
NOT_HERE = _("That is not offered here any more.")
_ORDER = get_args(Family)
Make = Callable[[str, Mapping[str, str]], Submission]
"""A request from the reference to a picture and what was typed; may raise :class:`Problem`."""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that can be done with a picture, or with what else it ``takes``. ``key`` (at most 14 characters) names
    it, ``kind`` is what it asks for, ``fields`` are the words it needs."""

    key: str
    label: Text
    emoji: str
    kind: type[Submission]
    family: Family
    make: Make
    fields: tuple[Field, ...] = ()
    takes: Takes = "picture"


_USES: dict[str, Use] = {}


def register_use(use: Use) -> None:
    """Let a cog say what it can do with a picture."""
    _USES[use.key] = use


def words(label: Text, *, required: bool = True) -> tuple[Field, ...]:
    """The one field of a use that needs a prompt."""
    return (Field("prompt", label, required=required),)


@dataclass(frozen=True, slots=True)
class Source:
    """Which picture: a stored one by its SHA-256, or else the one that the task came to."""

    picture: str = ""
    task_id: str = ""

    def __str__(self) -> str:
        return f"{self.picture}:{self.task_id}"


def offered(client: "Darkroom", family: str = "", takes: Takes = "picture") -> list[Use]:
    """What can be done here with a picture (or a video), by families; of one ``family`` only, if it is given."""
    found = [use for use in usable(client) if family in {"", use.family} and use.takes == takes]
    found.sort(key=lambda use: (_ORDER.index(use.family), use.kind.provider.title))
    return found[:MOST]


def usable(client: "Darkroom") -> list[Use]:
    """Every use that can be had here and now."""
    return [
        use
        for use in _USES.values()
        if use.kind.provider.name in client.config.able
        and (client.engine.core.workshop.available or not use.kind.provider.own)
        and not client.engine.core.lacks(use.kind.provider.name, use.kind.action)
    ]


class UseSelect(Paced, discord.ui.DynamicItem[discord.ui.Select[Any]], template=PATTERN):
    """The menu of what can be done with one picture."""

    def __init__(self, select: discord.ui.Select[Any], source: Source) -> None:
        super().__init__(select)
        self.source = source

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the menu in which was chosen."""
        select = item if isinstance(item, discord.ui.Select) else discord.ui.Select(custom_id=match.string)
        return cls(select, Source(match["picture"] or "", match["task"] or ""))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over to the client."""
        await interaction.client.chosen(interaction, "".join(self.item.values[:1]), self.source)


def menu(uses: list[Use], source: Source, locale: str) -> discord.ui.View:
    """The menu of ``uses``."""
    options = [
        discord.SelectOption(
            label=f"{use.kind.provider.title} · {say(use.label, locale)}"[:100], value=use.key, emoji=use.emoji
        )
        for use in uses
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"{VERSION}:use:{source}", placeholder=say(_("Choose what to do"), locale), options=options
    )
    view = discord.ui.View(timeout=None)
    view.add_item(UseSelect(select, source))
    return view


async def offer(interaction: Interaction, uses: list[Use], source: Source, note: Text | None = None) -> None:
    """Put the menu in place of the private answer that was promised."""
    locale = str(interaction.locale)
    of_video = bool(uses) and uses[0].takes == "video"
    question = _("What shall be done with this video?") if of_video else _("What shall be done with this picture?")
    lines = [say(line, locale) for line in (question, note) if line is not None]
    await interaction.edit_original_response(
        content="\n".join(lines),
        view=menu(uses, source, locale),
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def begin(interaction: Interaction, key: str, source: Source) -> None:
    """Go on with what was chosen: ask for the words it needs, or request it at once. Raises :class:`Problem`."""
    use = _found(interaction, key)
    if use.fields:  # a form must be the first answer
        title = Text("{emoji} {label}", {"emoji": use.emoji, "label": use.label})
        form = Form(FORM, f"{use.key}:{source}", title, list(use.fields), str(interaction.locale))
        await interaction.response.send_modal(form)
    else:
        await request(interaction, key, source, {})


async def request(interaction: Interaction, key: str, source: Source, typed: Mapping[str, str]) -> None:
    """Ask for it, with a card for everybody to see. Raises :class:`Problem`."""
    use, front = _found(interaction, key), interaction.client.front
    message_id = await front.acknowledge(interaction)
    item = await _picture(interaction, source, use.takes)
    submission = use.make(INPUT + item.id, typed)
    await front.use(interaction, message_id, submission, item, parent_id=source.task_id)


async def filled(interaction: Interaction, key: str, source: str, typed: dict[str, str]) -> None:
    """The words of a use were typed; ``source`` is a :class:`Source` in one string."""
    picture, _colon, task_id = source.partition(":")
    await request(interaction, key, Source(picture, task_id), typed)


def _found(interaction: Interaction, key: str) -> Use:
    for use in usable(interaction.client):
        if use.key == key:
            return use
    raise Problem(NOT_HERE)


async def _picture(interaction: Interaction, source: Source, takes: Takes) -> Input:
    engine, card = interaction.client.engine, interaction.message
    if source.picture:
        return await engine.pictures.kept(source.picture)
    task = await engine.desk.known(source.task_id)
    own = card is not None and card.id == task.place.message_id
    kind = "video" if takes == "video" else "image"
    shown = [Media(file.url, kind) for file in card.attachments] if card is not None and own else []
    return await engine.desk.picture_of(task, shown, takes=takes)


def several(count: int, name: str) -> Text | None:
    """Which of ``count`` pictures a menu is about."""
    if count < 2:
        return None
    return _("The message has {count} pictures; this is about the first: {file}", count=count, file=plain(name, 80))
