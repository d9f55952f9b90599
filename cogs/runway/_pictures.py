"""Pictures, and larger pictures and videos."""

from typing import Literal

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.runway import choose
from bot.providers.runway.models import (
    ENLARGE,
    IMAGE_RATIOS,
    IMAGES,
    PICTURE_FLAVORS,
    UPSCALE_1,
    UPSCALE_2,
    VIDEO_FLAVORS,
)
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.runway._common import MODEL, RATIO, SEED, Common, File, Percent, Seed, Words, given

REFERENCE = L("A picture to take something from")
TAG = L("What the picture is called in your prompt, such as hero for @hero")


class Pictures(Common):
    """``/runway image`` and ``upscale``."""

    @app_commands.command(name="image", description=L("Make a picture, from up to three others if you like"))
    @app_commands.describe(
        prompt=L("What the picture shows; name your pictures by their tags, such as @hero"),
        model=MODEL,
        ratio=RATIO,
        seed=SEED,
        image=REFERENCE, tag=TAG, image2=REFERENCE, tag2=TAG, image3=REFERENCE, tag3=TAG,
    )  # fmt: skip
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Words,
        model: str | None = None,
        ratio: str | None = None,
        seed: Seed | None = None,
        image: File | None = None,
        tag: str | None = None,
        image2: File | None = None,
        tag2: str | None = None,
        image3: File | None = None,
        tag3: str | None = None,
    ) -> None:
        """A picture from words."""
        files = {"image": image, "image2": image2, "image3": image3}
        chosen = {"prompt": prompt, "model": model, "ratio": ratio, "seed": seed, "tag": tag, "tag2": tag2}
        submission = choose.image(self.options, {**chosen, "tag3": tag3}, given(files))
        await self.bot.front.take(interaction, submission, files)

    @image.autocomplete("model")
    async def _image_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(dict.fromkeys([self.options.image_model, *IMAGES]), current)

    @image.autocomplete("ratio")
    async def _image_ratios(self, interaction: Interaction, current: str) -> Choices:
        known = (interaction.namespace.model or self.options.image_model) in IMAGES
        return matching(IMAGE_RATIOS if known else (), current)

    @app_commands.command(name="upscale", description=L("Make a video or a picture larger and clearer"))
    @app_commands.describe(
        video=L("The video (MP4, MOV or WebM, at most 25 MiB)"),
        image=L("Or a picture"),
        model=MODEL,
        resolution=L("How large a video becomes (2k if you leave it out)"),
        scale=L("How many times larger a picture becomes (2 if you leave it out)"),
        flavor=L("The manner; the list shows what there is"),
        sharpen=L("How sharp, from 0 to 100"),
        grain=L("How much grain, from 0 to 100"),
        detail=L("How much fine detail a picture gets, from 0 to 100"),
        creativity=L("How much may be invented in a video, from 0 to 100"),
        fps_boost=L("More pictures a second in a video"),
    )
    async def upscale(
        self,
        interaction: Interaction,
        video: File | None = None,
        image: File | None = None,
        model: str | None = None,
        resolution: Literal["720p", "1k", "2k", "4k"] | None = None,
        scale: Literal[2, 4, 8, 16] | None = None,
        flavor: str | None = None,
        sharpen: Percent | None = None,
        grain: Percent | None = None,
        detail: Percent | None = None,
        creativity: Percent | None = None,
        fps_boost: bool | None = None,
    ) -> None:
        """A larger video or picture."""
        files = {"video": video, "image": image}
        chosen = {
            "model": model, "resolution": resolution, "scale": scale, "flavor": flavor, "sharpen": sharpen,
            "grain": grain, "detail": detail, "creativity": creativity, "fps_boost": fps_boost,
        }  # fmt: skip
        shown = video or image
        name = shown.filename if shown is not None else ""
        submission = choose.upscale(self.options, chosen, given(files), name_of=name)
        await self.bot.front.take(interaction, submission, files)

    @upscale.autocomplete("model")
    async def _upscale_models(self, _interaction: Interaction, current: str) -> Choices:
        known = [self.options.upscale_model, UPSCALE_2, UPSCALE_1, self.options.enlarge_model, ENLARGE]
        return matching(dict.fromkeys(known), current)

    @upscale.autocomplete("flavor")
    async def _flavors(self, interaction: Interaction, current: str) -> Choices:
        of_model = {UPSCALE_1: (), UPSCALE_2: VIDEO_FLAVORS, ENLARGE: PICTURE_FLAVORS}
        known = of_model.get(interaction.namespace.model, (*VIDEO_FLAVORS, *PICTURE_FLAVORS))
        return matching(known, current)
