"""Styles of one's own: made from pictures, used for others."""

import discord
from discord import AllowedMentions, app_commands
from discord.app_commands import locale_str as L

from bot.providers.recraft.drawing import Image
from bot.providers.recraft.limits import check_sum
from bot.providers.recraft.own import DRAW, NAME_LIMIT, NewStyle
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.cards import message_link, plain
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.pickers import Choices
from cogs.recraft._common import BASES, PICTURE, Common

Name = app_commands.Range[str, 1, NAME_LIMIT]
FURTHER = L("A further picture")


class Styles(Common):
    """``/recraft style``: create, list, rename, delete."""

    styles = app_commands.Group(name="style", description=L("Styles made from your pictures"))

    def register_style_forms(self) -> None:
        """What the button of a style opens."""
        fields = [Field("prompt", _("What the picture shows"))]
        register_form(DRAW.key, _("Draw in this style"), lambda _task, _argument: fields, self._drawn)

    @styles.command(name="create", description=L("Make a style from one to five pictures"))
    @app_commands.describe(
        name=L("What you call it"),
        image1=PICTURE,
        image2=FURTHER,
        image3=FURTHER,
        image4=FURTHER,
        image5=FURTHER,
        base=L("What it is nearest to (illustration if you leave it out)"),
    )
    @app_commands.choices(base=BASES)
    async def create(
        self,
        interaction: Interaction,
        name: Name,
        image1: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        base: str | None = None,
    ) -> None:
        """A style of one's own."""
        files = dict(zip(NewStyle.pictures, (image1, image2, image3, image4, image5), strict=True))
        check_sum([file.size for file in files.values() if file is not None], self.options.largest)
        await self.bot.front.take(interaction, NewStyle.make(name=name, base=base), files)

    async def _drawn(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        own = await self.own_style(interaction, task_id)
        submission = Image.make(prompt=typed.get("prompt", ""), **own)
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task_id)

    @styles.command(name="list", description=L("Your own styles"))
    async def list(self, interaction: Interaction) -> None:
        """The caller's styles, newest first."""
        await self.bot.front.acknowledge(interaction, private=True)
        lines = [
            f"🖌️ **{plain(task.caption, 60)}** · <t:{round(task.created_at)}:d> · {message_link(task)}"
            for task in await self.own_styles(interaction)
        ]
        nothing = say(
            _("You have no styles yet. `/recraft style create` makes one from pictures."), str(interaction.locale)
        )
        words = "\n".join(lines)[:1990] or nothing
        await interaction.edit_original_response(content=words, allowed_mentions=AllowedMentions.none())

    @styles.command(name="rename", description=L("Call one of your styles something else"))
    @app_commands.describe(which=L("Which of your styles"), name=L("What you call it"))
    @app_commands.rename(which="style")
    async def rename(self, interaction: Interaction, which: str, name: Name) -> None:
        """Another name; Recraft itself has none."""
        await self.bot.front.acknowledge(interaction, private=True)
        task, _made_by = await self.style_task(interaction, which)
        called = NewStyle.make(name=name).name
        await self.bot.engine.desk.rename(task.id, asker_of(interaction), called)
        done = say(_("It is called {name} now.", name=plain(called, 60)), str(interaction.locale))
        await interaction.edit_original_response(content=done, allowed_mentions=AllowedMentions.none())

    @styles.command(name="delete", description=L("Remove one of your styles from the list"))
    @app_commands.describe(which=L("Which of your styles"))
    @app_commands.rename(which="style")
    async def delete(self, interaction: Interaction, which: str) -> None:
        """It is no longer offered here; at Recraft it belongs to the relay's own account (3.1)."""
        await self.bot.front.acknowledge(interaction, private=True)
        task, _made_by = await self.style_task(interaction, which)
        await self.bot.engine.desk.put_away(task.id, asker_of(interaction))
        done = say(
            _("{name} is no longer offered. At Recraft itself it stays.", name=plain(task.caption, 60)),
            str(interaction.locale),
        )
        await interaction.edit_original_response(content=done, allowed_mentions=AllowedMentions.none())

    @rename.autocomplete("which")
    @delete.autocomplete("which")
    async def _which(self, interaction: Interaction, current: str) -> Choices:
        return await self.style_choices(interaction, current)
