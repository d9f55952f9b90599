"""Pictures from words, and pictures edited by words."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.flux.choose import edit, from_words, varied
from bot.providers.flux.requests import EDIT, INPUTS, VARY
from bot.text import _
from bot.ui.actions import register_form, register_step
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.flux._common import (
    COMMON,
    GUIDANCE,
    NEWEST,
    RATIOS,
    STEPS,
    Common,
    Safety,
    Share,
    Side,
    Words,
    common,
)

Steps = app_commands.Range[int, 1, 50]
Guidance = app_commands.Range[float, 1.5, 10.0]
SIZE = {
    "aspect_ratio": L("Such as 16:9; for Ultra and Kontext"),
    "width": L("In pixels; not for Ultra and Kontext"),
    "height": L("In pixels; not for Ultra and Kontext"),
    "steps": STEPS,
    "guidance": GUIDANCE,
}


class Pictures(Common):
    """``/flux image`` and ``edit``, and the buttons of a finished picture."""

    def register_picture_steps(self) -> None:
        """What the buttons of a finished picture do."""
        fields = [Field("prompt", _("What is to change"))]
        register_form(EDIT.key, _("Edit this picture"), lambda _task, _argument: fields, self._edited)
        register_step(VARY.key, self._varied)

    @app_commands.command(name="image", description=L("Make a picture from a text"))
    @app_commands.describe(
        prompt=L("What the picture shows"),
        model=L("Which model"),
        raw=L("Less processed and more natural (Ultra)"),
        reference=L("A picture that leads the look"),
        reference_strength=L("How much it leads, from 0 to 1 (Ultra)"),
        interval=L("Variety, from 1 to 4 (flux-pro)"),
        **SIZE,
        **COMMON,
    )
    @app_commands.choices(format=NEWEST)
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        model: str | None = None,
        aspect_ratio: str | None = None,
        width: Side | None = None,
        height: Side | None = None,
        raw: bool | None = None,
        reference: discord.Attachment | None = None,
        reference_strength: Share | None = None,
        steps: Steps | None = None,
        guidance: Guidance | None = None,
        interval: app_commands.Range[int, 1, 4] | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """A picture from words."""
        if reference_strength is not None and reference is None:
            raise Problem(_("`reference_strength` goes with a `reference` picture only."))
        size = {"aspect_ratio": aspect_ratio, "width": width, "height": height, "raw": raw}
        work = {"step_count": steps, "guidance": guidance, "interval": interval}
        led = {"image_prompt": reference.url if reference else None, "image_prompt_strength": reference_strength}
        chosen = {"prompt": prompt, **size, **work, **led, **common(upsample, seed, safety, format)}
        submission = from_words(self.options, model, chosen)
        await self.bot.front.take(interaction, submission, {"image_prompt": reference})

    @app_commands.command(name="edit", description=L("Change pictures by saying what is to change"))
    @app_commands.describe(
        image=L("The picture to change"),
        prompt=L("What is to change"),
        model=L("Which model"),
        image2=L("Another picture to take from (experimental with Kontext)"),
        image3=L("Another picture"),
        image4=L("Another picture"),
        image5=L("Another picture (FLUX.2)"),
        image6=L("Another picture (FLUX.2)"),
        image7=L("Another picture (FLUX.2)"),
        image8=L("Another picture (FLUX.2)"),
        **SIZE,
        **COMMON,
    )
    @app_commands.choices(format=NEWEST)
    @enhanceable
    async def edit(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: Words,
        model: str | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        aspect_ratio: str | None = None,
        width: Side | None = None,
        height: Side | None = None,
        steps: Steps | None = None,
        guidance: Guidance | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """Pictures changed as the words say."""
        given = [file for file in (image, image2, image3, image4, image5, image6, image7, image8) if file is not None]
        size = {"aspect_ratio": aspect_ratio, "width": width, "height": height}
        chosen = {"prompt": prompt, **size, "step_count": steps, "guidance": guidance}
        chosen |= common(upsample, seed, safety, format)
        submission = edit(self.options, model, chosen, pictures=len(given))
        await self.bot.front.take(interaction, submission, dict(zip(INPUTS, given, strict=False)))

    @image.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.offered, current)

    @edit.autocomplete("model")
    async def _editing_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.editing, current)

    @image.autocomplete("aspect_ratio")
    @edit.autocomplete("aspect_ratio")
    async def _ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)

    async def _edited(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        prompt = typed.get("prompt", "")
        await self.from_picture(
            interaction,
            task_id,
            lambda _task, picture: edit(self.options, None, {"prompt": prompt, INPUTS[0]: picture}, pictures=1),
        )

    async def _varied(self, interaction: Interaction, task_id: str, _argument: str) -> None:
        await self.from_picture(interaction, task_id, lambda task, picture: varied(self.options, task.caption, picture))
