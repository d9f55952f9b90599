"""Pictures with a finetune, and choosing one."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.flux import FLUX
from bot.providers.flux.finetunes import Finetune
from bot.providers.flux.tools import Finetuned, check_sources
from bot.text import _
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import MOST, Choices, matching
from cogs.flux._common import (
    COMMON,
    FORMATS,
    GUIDANCE,
    RATIOS,
    STEPS,
    Common,
    Edge,
    Safety,
    Share,
    Side,
    Words,
    common,
)

BASES = {
    "Ultra": "flux-pro-1.1-ultra-finetuned",
    "Pro": "flux-pro-finetuned",
    "Fill": "flux-pro-1.0-fill-finetuned",
    "Canny": "flux-pro-1.0-canny-finetuned",
    "Depth": "flux-pro-1.0-depth-finetuned",
}
MODELS = [app_commands.Choice(name=name, value=value) for name, value in BASES.items()]
FILL, GUIDED = BASES["Fill"], {BASES["Canny"], BASES["Depth"]}
Id = app_commands.Range[str, 1, 200]


class FinetuneChoice(Common):
    """Choosing among finetunes."""

    async def finetune_choices(self, interaction: Interaction, current: str) -> Choices:
        """The caller's own finetunes, by their names, and those that the operator offers to everybody."""
        kept = await self.bot.engine.desk.kept(asker_of(interaction), FLUX.name, Finetune.action, current.strip())
        own = {task.text: task.caption[:100] for task in kept if task.text}
        offered = matching((name for name in self.options.offered_finetunes if name not in own), current)
        return [*(app_commands.Choice(name=name, value=value) for value, name in own.items()), *offered][:MOST]


class FinetunedPictures(FinetuneChoice):
    """``/flux finetuned``."""

    @app_commands.command(name="finetuned", description=L("Make a picture with a finetune"))
    @app_commands.describe(
        finetune=L("Which finetune"),
        prompt=L("What the picture shows, with the finetune's trigger word"),
        model=L("What it is made with (Ultra if you leave it out)"),
        strength=L("How much of the finetune, from 0 to 2"),
        image=L("The picture to work on (Fill, Canny, Depth)"),
        mask=L("White where it is painted anew (Fill)"),
        map=L("Lines or depths, drawn already (Canny, Depth)"),
        reference=L("A picture that leads the look (Ultra, Pro)"),
        reference_strength=L("How much it leads, from 0 to 1 (Ultra)"),
        aspect_ratio=L("Such as 16:9 (Ultra)"),
        width=L("In pixels (Pro)"),
        height=L("In pixels (Pro)"),
        low=L("Fainter lines are left out (Canny)"),
        high=L("Stronger lines are kept (Canny)"),
        steps=STEPS,
        guidance=GUIDANCE,
        interval=L("Variety (Pro)"),
        **COMMON,
    )
    @app_commands.choices(model=MODELS, format=FORMATS)
    @enhanceable
    async def finetuned(
        self,
        interaction: Interaction,
        finetune: Id,
        prompt: Words,
        model: str | None = None,
        strength: app_commands.Range[float, 0.0, 2.0] | None = None,
        image: discord.Attachment | None = None,
        mask: discord.Attachment | None = None,
        map: discord.Attachment | None = None,
        reference: discord.Attachment | None = None,
        reference_strength: Share | None = None,
        aspect_ratio: str | None = None,
        width: Side | None = None,
        height: Side | None = None,
        low: Edge | None = None,
        high: Edge | None = None,
        steps: app_commands.Range[int, 1, 50] | None = None,
        guidance: app_commands.Range[float, 1.0, 100.0] | None = None,
        interval: app_commands.Range[int, 1, 4] | None = None,
        upsample: bool | None = None,
        seed: int | None = None,
        safety: Safety | None = None,
        format: str | None = None,
    ) -> None:
        """A picture with a finetune."""
        base = model or BASES["Ultra"]
        files = {"control_image" if base in GUIDED else "image": image, "mask": mask}
        files |= {"preprocessed_image": map, "image_prompt": reference}
        size = {"aspect_ratio": aspect_ratio, "width": width, "height": height}
        edges = {"canny_low_threshold": low, "canny_high_threshold": high}
        work = {"step_count": steps, "guidance": guidance, "interval": interval, "finetune_strength": strength}
        what = {"model": base, "finetune_id": finetune, "prompt": prompt, "image_prompt_strength": reference_strength}
        given = {name: file.url for name, file in files.items() if file is not None}
        how = {**size, **edges, **work, **common(upsample, seed, safety, format)}
        submission = Finetuned.make(asked=self.options.result, **what, **given, **how)
        _check_given(base, image, map)
        await self.bot.front.take(interaction, submission, files)

    @finetuned.autocomplete("finetune")
    async def _finetunes(self, interaction: Interaction, current: str) -> Choices:
        return await self.finetune_choices(interaction, current)

    @finetuned.autocomplete("aspect_ratio")
    async def _tuned_ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)


def _check_given(base: str, image: object, ready: object) -> None:
    if base in GUIDED:
        check_sources(image, ready)
    if base == FILL and image is None:
        raise Problem(_("Give the `image` of which a part is to be painted anew."))
