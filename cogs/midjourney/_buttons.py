"""The buttons under a finished picture, and the windows that some of them open."""

from contextlib import suppress

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.provider import INPUT
from bot.providers.midjourney import MIDJOURNEY
from bot.providers.midjourney.buttons import CONTINUE, KEY, SPLIT, Button, kept
from bot.providers.midjourney.requests import PROMPT_LIMIT, Press, Split, prompt_of, zoomed
from bot.task import Media, Phase, Task
from bot.text import _
from bot.ui.actions import register_form, register_step
from bot.ui.cards import message_link
from bot.ui.client import Darkroom
from bot.ui.forms import Field, files_in
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say

MOST_WORDS = 4000
MASK_HINT = _("White = change: same size as the picture, or the picture painted over with a colour")


class Buttons(commands.Cog):
    """What pressing them does."""

    bot: Darkroom

    def register_buttons(self) -> None:
        """Every button of Midjourney's is one of ours with its number."""
        register_step(KEY, self._pressed)
        register_step(SPLIT.key, self._split)
        register_form(CONTINUE.key, _("Midjourney asks"), _window, self._answered)

    @app_commands.command(name="settings", description=L("See or change your settings for Midjourney"))
    @app_commands.describe(confirm_remix=L("Confirm the remix window with the prompt as it is, without asking"))
    async def settings(self, interaction: Interaction, confirm_remix: bool | None = None) -> None:
        """What a user has settled once for all."""
        await self.bot.front.acknowledge(interaction, private=True)
        confirms = await self.bot.engine.desk.confirms_remix(interaction.user.id, change_to=confirm_remix)
        said = _("The remix window is confirmed at once.") if confirms else _("The remix window asks you.")
        await interaction.edit_original_response(content=say(said, str(interaction.locale)))

    async def _pressed(self, interaction: Interaction, task_id: str, argument: str) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), MIDJOURNEY.name)
        submission = Press.of(task, _button(task, argument), made_by, message_link(task))
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id)

    async def _split(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, _made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), MIDJOURNEY.name)
        if not task.media:
            raise Problem(_("That task has no picture."))
        shown = interaction.message.attachments if interaction.message else []
        grid, inputs = task.media[0].url, []
        with suppress(Problem):  # kept unless it is too large: the link of an old one is over
            item = await self.bot.engine.desk.picture_of(task, [Media(file.url, "image") for file in shown])
            grid, inputs = INPUT + item.id, [item]
        submission = Split.make(grid=grid, title=task.caption[:PROMPT_LIMIT])
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id, inputs=inputs)

    async def _answered(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        desk, asker = self.bot.engine.desk, asker_of(interaction)
        task = await desk.own(task_id, asker)
        window = Press.restored(task.submission).window
        prompt = typed.get("prompt", "")
        if window == "zoom":
            zoomed(prompt)
        await interaction.response.defer()
        answer, inputs = {"prompt": prompt}, []
        if window == "inpaint":
            mask = files_in(interaction).get("mask")
            if mask is None:
                raise Problem(_("A mask is needed: white where the picture is to change."))
            parent = await desk.known(task.parent_id)
            item = await desk.mask_over(parent, await self.bot.front.picture(mask))
            answer["mask"], inputs = INPUT + item.id, [item]
        await desk.answer(task_id, asker, answer, inputs)


def _button(task: Task, argument: str) -> Button:
    buttons = kept(task)
    if not argument.isdecimal() or int(argument) >= len(buttons):
        raise Problem(_("This picture no longer has that button."))
    return buttons[int(argument)]


def _window(task: Task, _argument: str) -> list[Field]:
    """The fields of the window; a mask where the picture is to change in a part of it."""
    if task.phase is not Phase.INPUT:
        raise Problem(_("This was answered already, or it is over."))
    window = Press.restored(task.submission).window
    prompt = prompt_of(task)
    if window == "zoom" and "--zoom" not in prompt:
        prompt = f"{prompt} --zoom 1.8"
    label = _("Prompt, ending in --zoom 1 to 2") if window == "zoom" else _("Prompt")
    fields = [Field("prompt", label, required=window != "inpaint", most=MOST_WORDS, default=prompt[:MOST_WORDS])]
    if window == "inpaint":
        fields.append(Field("mask", _("Mask"), file=True, hint=MASK_HINT))
    return fields
