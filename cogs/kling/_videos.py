"""Videos from words and from a picture."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.kling.choose import FRAMES, video
from bot.providers.kling.models import RATIOS, VIDEO_MODELS
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction
from bot.ui.pickers import Choices, matching
from cogs.kling._common import AVOID, DURATION, MODE, MODEL, MODES, Common, Share, Words, links, picked

Strength = app_commands.Range[int, -10, 10]
CAMERA = [
    app_commands.Choice(name=L("Move left or right (horizontal)"), value="horizontal"),
    app_commands.Choice(name=L("Move up or down (vertical)"), value="vertical"),
    app_commands.Choice(name=L("Turn up or down (pan)"), value="pan"),
    app_commands.Choice(name=L("Turn left or right (tilt)"), value="tilt"),
    app_commands.Choice(name=L("Roll"), value="roll"),
    app_commands.Choice(name=L("Zoom"), value="zoom"),
    app_commands.Choice(name=L("Down and back"), value="down_back"),
    app_commands.Choice(name=L("Forward and up"), value="forward_up"),
    app_commands.Choice(name=L("Turn right and forward"), value="right_turn_forward"),
    app_commands.Choice(name=L("Turn left and forward"), value="left_turn_forward"),
]


class Videos(Common):
    """``/kling video``."""

    @app_commands.command(name="video", description=L("Make a video from a text, from a picture, or from both"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        image=L("A picture the video begins with (PNG or JPEG, 300 pixels or more each way)"),
        end_image=L("A picture the video ends with"),
        model=MODEL,
        mode=MODE,
        duration=DURATION,
        aspect_ratio=L("Shape, such as 16:9; not with a picture"),
        negative_prompt=AVOID,
        cfg=L("How closely to keep to the prompt, from 0 to 1 (v1 models)"),
        camera=L("How the camera moves (kling-v1, or kling-v1-5 Pro with a picture)"),
        strength=L("How far the camera moves, from -10 to 10 (5 if you leave it out)"),
        sound=L("With sound (kling-v2-6 and later)"),
        mask=L("A mask of what stands still in the picture (kling-v1)"),
    )
    @app_commands.choices(mode=MODES, camera=CAMERA)
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Words | None = None,
        image: discord.Attachment | None = None,
        end_image: discord.Attachment | None = None,
        model: str | None = None,
        mode: str | None = None,
        duration: str | None = None,
        aspect_ratio: str | None = None,
        negative_prompt: Words | None = None,
        cfg: Share | None = None,
        camera: str | None = None,
        strength: Strength | None = None,
        sound: bool | None = None,
        mask: discord.Attachment | None = None,
    ) -> None:
        """Text or pictures to video."""
        files = dict(zip(FRAMES, (image, end_image, mask), strict=True))
        how = {"mode": mode, "duration": duration, "aspect_ratio": aspect_ratio, "cfg_scale": cfg, "sound": sound}
        moves = {"camera": camera, "camera_strength": strength}
        words = {"prompt": prompt, "negative_prompt": negative_prompt, "model_name": model}
        submission = video(self.options, {**words, **how, **moves, **links(files)})
        await self.bot.front.take(interaction, submission, files)

    @video.autocomplete("model")
    async def _video_models(self, interaction: Interaction, current: str) -> Choices:
        sound, picture = picked(interaction, "sound"), picked(interaction, "image") or picked(interaction, "end_image")
        found = [
            name
            for name in self.options.offered
            if (known := VIDEO_MODELS.get(name)) is None
            or ((known.sound or not sound) and (known.from_words or picture))
        ]
        return matching(found, current)

    @video.autocomplete("duration")
    async def _video_durations(self, interaction: Interaction, current: str) -> Choices:
        known = VIDEO_MODELS.get(picked(interaction, "model") or self.options.model)
        return matching(known.durations if known else ("5", "10"), current)

    @video.autocomplete("aspect_ratio")
    async def _video_ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)
