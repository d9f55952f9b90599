"""Videos from several pictures: put together, as an effect, or edited."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.kling.models import OMNI_MODELS, RATIOS, VIDEO_MODELS
from bot.providers.kling.scenes import COUPLE_MODELS, EFFECT_MODEL, SCENES, TOGETHER, Effect, Multi, Omni
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.kling._common import AVOID, DURATION, MODE, MODEL, MODES, RATIO, Common, Words, links, picked

SHOWN = L("What the video shows")
ANOTHER = L("Another picture to take from")
USES = [
    app_commands.Choice(name=L("Change the video"), value="base"),
    app_commands.Choice(name=L("Take from the video"), value="feature"),
]
USUAL_OMNI = "kling-video-o1"


class Scenes(Common):
    """``/kling multi``, ``effect`` and ``omni``."""

    @app_commands.command(name="multi", description=L("Make a video with what up to four pictures show"))
    @app_commands.describe(
        prompt=SHOWN,
        image=L("A picture to take from"),
        image2=ANOTHER,
        image3=ANOTHER,
        image4=ANOTHER,
        model=MODEL,
        mode=MODE,
        duration=DURATION,
        aspect_ratio=RATIO,
        negative_prompt=AVOID,
    )
    @app_commands.choices(mode=MODES)
    @enhanceable
    async def multi(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        model: str | None = None,
        mode: str | None = None,
        duration: str | None = None,
        aspect_ratio: str | None = None,
        negative_prompt: Words | None = None,
    ) -> None:
        """A video from pictures."""
        files = {"image": image, "image2": image2, "image3": image3, "image4": image4}
        how = {"model_name": model, "mode": mode, "duration": duration, "aspect_ratio": aspect_ratio}
        submission = Multi.make(prompt=prompt, negative_prompt=negative_prompt, **how, **links(files))
        await self.bot.front.take(interaction, submission, files)

    @app_commands.command(name="effect", description=L("Put one or two people of your pictures into a scene"))
    @app_commands.describe(
        scene=L("Which scene; others than those of the list can be typed"),
        image=L("The picture; of two people the one on the left"),
        image2=L("The person on the right (hug, kiss, heart_gesture)"),
        model=MODEL,
        mode=MODE,
        duration=DURATION,
    )
    @app_commands.choices(mode=MODES)
    async def effect(
        self,
        interaction: Interaction,
        scene: app_commands.Range[str, 1, 60],
        image: discord.Attachment,
        image2: discord.Attachment | None = None,
        model: str | None = None,
        mode: str | None = None,
        duration: str | None = None,
    ) -> None:
        """A ready-made scene."""
        files = {"image": image, "image2": image2}
        how = {"model_name": model, "mode": mode, "duration": duration}
        submission = Effect.make(effect_scene=scene, **how, **links(files))
        await self.bot.front.take(interaction, submission, files)

    @app_commands.command(name="omni", description=L("Make a video from words, pictures and another video"))
    @app_commands.describe(
        prompt=SHOWN,
        first_image=L("The picture it begins with"),
        end_image=L("The picture it ends with"),
        image=L("A picture to take from"),
        image2=ANOTHER,
        image3=ANOTHER,
        image4=ANOTHER,
        image5=ANOTHER,
        video=L("A video to change or to take from"),
        use=L("What is done with the video"),
        keep_sound=L("Keep the sound of the video"),
        model=MODEL,
        mode=MODE,
        duration=DURATION,
        aspect_ratio=RATIO,
        sound=L("With sound (kling-v3-omni)"),
    )
    @app_commands.choices(mode=MODES, use=USES)
    @enhanceable
    async def omni(
        self,
        interaction: Interaction,
        prompt: Words,
        first_image: discord.Attachment | None = None,
        end_image: discord.Attachment | None = None,
        image: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        video: discord.Attachment | None = None,
        use: str | None = None,
        keep_sound: bool | None = None,
        model: str | None = None,
        mode: str | None = None,
        duration: str | None = None,
        aspect_ratio: str | None = None,
        sound: bool | None = None,
    ) -> None:
        """A video from anything."""
        files = {"first_image": first_image, "end_image": end_image, "image": image, "image2": image2}
        files |= {"image3": image3, "image4": image4, "image5": image5, "video": video}
        how = {"model_name": model, "mode": mode, "duration": duration, "aspect_ratio": aspect_ratio, "sound": sound}
        source = {"refer_type": use, "keep_sound": keep_sound}
        submission = Omni.make(prompt=prompt, **how, **source, **links(files))
        await self.bot.front.take(interaction, submission, files)

    @effect.autocomplete("scene")
    async def _scenes(self, interaction: Interaction, current: str) -> Choices:
        return matching(TOGETHER if picked(interaction, "image2") else SCENES, current)

    @effect.autocomplete("model")
    async def _effect_models(self, interaction: Interaction, current: str) -> Choices:
        return matching(COUPLE_MODELS if picked(interaction, "scene") in TOGETHER else (EFFECT_MODEL,), current)

    @effect.autocomplete("duration")
    async def _effect_durations(self, interaction: Interaction, current: str) -> Choices:
        return matching(("5", "10") if picked(interaction, "scene") in TOGETHER else ("5",), current)

    @multi.autocomplete("model")
    async def _multi_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(("kling-v1-6",), current)

    @multi.autocomplete("duration")
    async def _multi_durations(self, interaction: Interaction, current: str) -> Choices:
        known = VIDEO_MODELS.get(picked(interaction, "model") or "kling-v1-6")
        return matching(known.durations if known else ("5", "10"), current)

    @omni.autocomplete("model")
    async def _omni_models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(OMNI_MODELS, current)

    @omni.autocomplete("duration")
    async def _omni_durations(self, interaction: Interaction, current: str) -> Choices:
        known = OMNI_MODELS.get(picked(interaction, "model") or USUAL_OMNI)
        return matching(known.durations if known else ("5", "10"), current)

    @multi.autocomplete("aspect_ratio")
    @omni.autocomplete("aspect_ratio")
    async def _scene_ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)
