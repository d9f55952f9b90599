"""Pictures from words and a reference, and clothes tried on."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.kling.choose import image as drawn
from bot.providers.kling.images import TRY_ON_MODELS, TryOn
from bot.providers.kling.models import IMAGE_RATIOS
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.kling._common import MODEL, RATIO, Common, Share, Words, links

REFERENCES = [
    app_commands.Choice(name=L("The subject"), value="subject"),
    app_commands.Choice(name=L("The face"), value="face"),
]
RESOLUTIONS = [app_commands.Choice(name=size, value=size) for size in ("1k", "2k")]


class Images(Common):
    """``/kling image`` and ``try-on``."""

    @app_commands.command(name="image", description=L("Make pictures from a text"))
    @app_commands.describe(
        prompt=L("What the picture shows"),
        image=L("A picture to take from (PNG or JPEG, 300 pixels or more each way)"),
        reference=L("What of that picture counts"),
        fidelity=L("How closely to keep to that picture, from 0 to 1 (0.5 if you leave it out)"),
        human_fidelity=L("How closely to keep to its person, from 0 to 1 (with the subject)"),
        model=MODEL,
        n=L("How many pictures, from 1 to 9"),
        resolution=L("Resolution; 2k with newer models only"),
        aspect_ratio=RATIO,
        negative_prompt=L("What to avoid; not with a picture"),
    )
    @app_commands.choices(reference=REFERENCES, resolution=RESOLUTIONS)
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment | None = None,
        reference: str | None = None,
        fidelity: Share | None = None,
        human_fidelity: Share | None = None,
        model: str | None = None,
        n: app_commands.Range[int, 1, 9] | None = None,
        resolution: str | None = None,
        aspect_ratio: str | None = None,
        negative_prompt: Words | None = None,
    ) -> None:
        """Pictures from words, perhaps by a reference."""
        files = {"image": image}
        led = {"image_reference": reference, "image_fidelity": fidelity, "human_fidelity": human_fidelity}
        how = {"model_name": model, "n": n, "resolution": resolution, "aspect_ratio": aspect_ratio}
        chosen = {"prompt": prompt, "negative_prompt": negative_prompt, **led, **how, **links(files)}
        await self.bot.front.take(interaction, drawn(self.options, chosen), files)

    @app_commands.command(name="try-on", description=L("See a person in other clothes"))
    @app_commands.describe(
        person=L("A picture of the person"),
        garment=L("A picture of the clothes"),
        model=L("Which model; kolors-virtual-try-on-v1-5 takes upper and lower clothes in one picture"),
    )
    async def try_on(
        self,
        interaction: Interaction,
        person: discord.Attachment,
        garment: discord.Attachment,
        model: str | None = None,
    ) -> None:
        """A person in other clothes."""
        submission = TryOn.make(model_name=model)
        await self.bot.front.take(interaction, submission, {"human_image": person, "cloth_image": garment})

    @image.autocomplete("model")
    async def _image_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.offered_for_images, current)

    @image.autocomplete("aspect_ratio")
    async def _image_ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(IMAGE_RATIOS, current)

    @try_on.autocomplete("model")
    async def _try_on_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(TRY_ON_MODELS, current)
