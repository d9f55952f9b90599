"""Videos from videos: restyled, and performed."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.runway import choose
from bot.providers.runway.models import ALEPH_2, ALEPH_2_RATIOS, RESTYLES, SIX
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.runway._common import MODEL, RATIO, SEED, Common, File, Seed, Words, given

Second = app_commands.Range[float, 0.0, 600.0]
FRAME = L("A further picture to look like")
AT = L("From which second on")


class Changes(Common):
    """``/runway restyle`` and ``act``."""

    @app_commands.command(name="restyle", description=L("Make a video look otherwise, as you say"))
    @app_commands.describe(
        video=L("The video (MP4, MOV or WebM, at most 25 MiB)"),
        prompt=L("What it is to become"),
        model=MODEL,
        ratio=RATIO,
        seed=SEED,
        strength=L("How far it may go from the video, from 0 to 1, where the relay takes it"),
        flip=L("Whether the video is upright, where the relay takes it"),
        image=L("A picture that it is to look like"),
        at=AT, image2=FRAME, at2=AT, image3=FRAME, at3=AT, image4=FRAME, at4=AT, image5=FRAME, at5=AT,
    )  # fmt: skip
    @enhanceable
    async def restyle(
        self,
        interaction: Interaction,
        video: File,
        prompt: Words | None = None,
        model: str | None = None,
        ratio: str | None = None,
        seed: Seed | None = None,
        strength: app_commands.Range[float, 0.0, 1.0] | None = None,
        flip: bool | None = None,
        image: File | None = None,
        at: Second | None = None,
        image2: File | None = None,
        at2: Second | None = None,
        image3: File | None = None,
        at3: Second | None = None,
        image4: File | None = None,
        at4: Second | None = None,
        image5: File | None = None,
        at5: Second | None = None,
    ) -> None:
        """A video changed."""
        pictures = {"image": image, "image2": image2, "image3": image3, "image4": image4, "image5": image5}
        chosen = {
            "prompt": prompt, "model": model, "ratio": ratio, "seed": seed, "strength": strength, "flip": flip,
            "at": at, "at2": at2, "at3": at3, "at4": at4, "at5": at5,
        }  # fmt: skip
        submission = choose.restyle(self.options, chosen, given(pictures))
        await self.bot.front.take(interaction, submission, {"video": video, **pictures})

    @restyle.autocomplete("model")
    async def _restyle_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RESTYLES[self.options.form], current)

    @restyle.autocomplete("ratio")
    async def _restyle_ratios(self, interaction: Interaction, current: str) -> Choices:
        model = interaction.namespace.model or self.options.restyle_model
        known = self.options.form == "official" and model == ALEPH_2
        return matching(ALEPH_2_RATIOS if known else (), current)

    @app_commands.command(name="act", description=L("Let a character do what somebody does in a video"))
    @app_commands.describe(
        performance=L("The video of somebody who performs, 3 to 30 seconds long"),
        image=L("A picture of the character"),
        character=L("Or a video of the character"),
        expression=L("How strong the expressions are, from 1 to 5"),
        body_control=L("Whether the body moves, too"),
        ratio=RATIO,
        seed=SEED,
    )
    async def act(
        self,
        interaction: Interaction,
        performance: File,
        image: File | None = None,
        character: File | None = None,
        expression: app_commands.Range[int, 1, 5] | None = None,
        body_control: bool | None = None,
        ratio: str | None = None,
        seed: Seed | None = None,
    ) -> None:
        """A character that performs."""
        files = {"performance": performance, "image": image, "character": character}
        chosen = {"expression": expression, "body_control": body_control, "ratio": ratio, "seed": seed}
        shown = image or character
        name = shown.filename if shown is not None else ""
        submission = choose.act(self.options, chosen, given(files), name_of=name)
        await self.bot.front.take(interaction, submission, files)

    @act.autocomplete("ratio")
    async def _act_ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(SIX if self.options.form == "official" else (), current)
