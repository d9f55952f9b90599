"""What can be done with a picture that anybody posted, or with a video: menus of a message, buttons of a card."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.text import _
from bot.ui.actions import OTHER_VERSION, register_form, register_step
from bot.ui.cards import USE, taken_from
from bot.ui.client import Darkroom
from bot.ui.forms import Field
from bot.ui.front import Interaction
from bot.ui.uses import FORM, NOTHING, NOTHING_OF_A_VIDEO, Source, begin, filled, offer, offered, several

NO_PICTURE = _("There is no picture in that message. PNG, JPEG, WebP and GIF can be used.")
Found = discord.Attachment | tuple[str, str]
"""An attached picture, or the address of one to fetch it from and its own."""


class Pictures(commands.Cog):
    """Apps → Describe, Upscale, Animate, Make a prompt, Use as input…"""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        self.menus = [
            app_commands.ContextMenu(name=L("Describe"), callback=self.describe),
            app_commands.ContextMenu(name=L("Upscale"), callback=self.upscale),
            app_commands.ContextMenu(name=L("Animate"), callback=self.animate),
            app_commands.ContextMenu(name=L("Make a prompt"), callback=self.prompt),
            app_commands.ContextMenu(name=L("Use as input…"), callback=self.use),
        ]
        register_step(USE, self._pressed)
        register_form(FORM, _("Use as input…"), _never_opened_by_a_button, filled)

    async def cog_load(self) -> None:
        """Put the menus on every message."""
        for menu in self.menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take them away."""
        for menu in self.menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def describe(self, interaction: Interaction, message: discord.Message) -> None:
        """A picture in words."""
        await self._offer(interaction, message, "describe")

    async def upscale(self, interaction: Interaction, message: discord.Message) -> None:
        """A larger picture."""
        await self._offer(interaction, message, "upscale")

    async def animate(self, interaction: Interaction, message: discord.Message) -> None:
        """A video that begins with the picture."""
        await self._offer(interaction, message, "video")

    async def prompt(self, interaction: Interaction, message: discord.Message) -> None:
        """A prompt from which the picture could be made."""
        await self.bot.front.acknowledge(interaction, private=True)
        found = pictures_of(message)
        if not found:
            raise Problem(NO_PICTURE)
        helper, stored = self.bot.engine.desk.helper, await self._store(found[0])
        words = await helper.describe(await self.bot.engine.pictures.kept(stored))
        told = words.replace("```", "'''")
        await interaction.edit_original_response(
            content=f"```\n{told}\n```", allowed_mentions=discord.AllowedMentions.none()
        )

    async def use(self, interaction: Interaction, message: discord.Message) -> None:
        """Anything that begins with a picture."""
        await self._offer(interaction, message, "")

    async def _offer(self, interaction: Interaction, message: discord.Message, family: str) -> None:
        """Ask what to do with the picture of a message."""
        await self.bot.front.acknowledge(interaction, private=True)
        uses, found = offered(self.bot, family), pictures_of(message)
        if not uses:
            raise Problem(NOTHING)
        if not found:
            raise Problem(NO_PICTURE)
        stored = await self._store(found[0])
        await offer(interaction, uses, Source(stored), several(len(found), _name(found[0])))

    async def _store(self, picture: Found) -> str:
        """Keep a picture for what may be chosen; returns its SHA-256."""
        pictures = self.bot.engine.pictures
        if isinstance(picture, discord.Attachment):
            item = await self.bot.front.picture(picture)
        else:
            item = await pictures.fetched(*picture)
        await pictures.keep(item)
        return item.id

    async def _pressed(self, interaction: Interaction, task_id: str, family: str) -> None:
        """A button of a card: go on at once when there is nothing to choose."""
        takes = taken_from(await self.bot.engine.desk.known(task_id)) or "picture"
        uses, source = offered(self.bot, family, takes), Source(task_id=task_id)
        if not uses:
            raise Problem(NOTHING_OF_A_VIDEO if takes == "video" else NOTHING)
        if family and len(uses) == 1:
            await begin(interaction, uses[0].key, source)
        else:
            await self.bot.front.acknowledge(interaction, private=True)
            await offer(interaction, uses, source)


def _never_opened_by_a_button(_task: object, _argument: str) -> list[Field]:
    raise Problem(OTHER_VERSION)


def pictures_of(message: discord.Message) -> list[Found]:
    """The pictures of a message and of what it forwards: attached ones first, then those of its embeds.

    Those are fetched from Discord's own servers alone: whoever wrote the message chose where they really are.
    """
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    attached = [file for part in parts for file in part.attachments if (file.content_type or "").startswith("image/")]
    embeds = [embed for part in parts for embed in part.embeds]
    images = [embed.thumbnail if embed.type == "image" else embed.image for embed in embeds]
    linked = [(image.proxy_url, image.url) for image in images if image.proxy_url and image.url]
    return [*attached, *linked]


def _name(picture: Found) -> str:
    return picture.filename if isinstance(picture, discord.Attachment) else picture[1].rpartition("/")[2]


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Pictures(bot))
