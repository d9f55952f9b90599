"""``/pika``: videos with Pika, and its effects on pictures."""

from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.providers.pika import PIKA, Effect, Film, PikaOptions
from bot.providers.pika.requests import EFFECTS, RATIOS, STYLES, Made
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction
from bot.ui.makers import Maker, register_maker
from bot.ui.pickers import Choices, matching
from bot.ui.uses import Use, register_use, words

Request = TypeVar("Request", bound=Made)
Words = app_commands.Range[str, 1, 6000]
Seed = app_commands.Range[int, 0, None]
Motion = app_commands.Range[int, 1, 4]
Guidance = app_commands.Range[int, 5, 25]
COMMON = {
    "model": L("Which model"),
    "motion": L("How much moves, from 1 to 4 (1 if you leave it out)"),
    "guidance": L("How closely to keep to the prompt, from 5 to 25 (12 if you leave it out)"),
    "negative_prompt": L("What to avoid"),
    "seed": L("A number that makes the result repeatable"),
}
PANS = [
    app_commands.Choice(name=L("To the left"), value="left"),
    app_commands.Choice(name=L("To the right"), value="right"),
]
TILTS = [app_commands.Choice(name=L("Up"), value="up"), app_commands.Choice(name=L("Down"), value="down")]
TURNS = [
    app_commands.Choice(name=L("Clockwise"), value="cw"),
    app_commands.Choice(name=L("Counterclockwise"), value="ccw"),
]
ZOOMS = [app_commands.Choice(name=L("Closer"), value="in"), app_commands.Choice(name=L("Farther away"), value="out")]


class Pika(commands.GroupCog, name="pika", description=L("Videos and effects with Pika")):
    """The commands of one provider."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_uses(self)
        register_maker(Maker("video", Film, lambda prompt, _picture: (self.request(Film, prompt=prompt), "image")))

    @property
    def options(self) -> PikaOptions:
        """The operator's settings."""
        return PikaOptions.of(self.bot.config.options(PIKA.name))

    def request(self, kind: type[Request], **chosen: Any) -> Request:
        """A request in the operator's form; raises :class:`Problem` for what cannot be asked for."""
        model = chosen.pop("model", None) or self.options.model or None
        return kind.make(form=self.options.form, callback=self.options.callback or None, model=model, **chosen)

    @app_commands.command(name="video", description=L("Make a video from a text, from a picture or from another video"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        image=L("A picture the video begins with (PNG, JPEG, WebP or GIF, at most 10 MiB)"),
        video=L("A video to make anew (MP4, MOV or WebM, at most 25 MiB)"),
        aspect_ratio=L("Aspect ratio (16:9 if you leave it out)"),
        frame_rate=L("Pictures per second, from 1 to 24 (24 if you leave it out)"),
        pan=L("Where the camera moves sideways"),
        tilt=L("Where the camera moves upwards or downwards"),
        rotate=L("How the camera turns"),
        zoom=L("Whether the camera comes closer"),
        sound=L("With sound, where the relay has that"),
        style=L("Style, such as Anime, where the relay has that"),
        **COMMON,
    )
    @app_commands.choices(pan=PANS, tilt=TILTS, rotate=TURNS, zoom=ZOOMS)
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment | None = None,
        video: discord.Attachment | None = None,
        model: str | None = None,
        aspect_ratio: str | None = None,
        frame_rate: app_commands.Range[int, 1, 24] | None = None,
        motion: Motion | None = None,
        guidance: Guidance | None = None,
        negative_prompt: Words | None = None,
        seed: Seed | None = None,
        pan: str | None = None,
        tilt: str | None = None,
        rotate: str | None = None,
        zoom: str | None = None,
        sound: bool | None = None,
        style: str | None = None,
    ) -> None:
        """A new video."""
        files = {"image": image, "video": video}
        given = {name: file.url for name, file in files.items() if file is not None}
        words = {"prompt": prompt, "negative_prompt": negative_prompt, "style": style, "sound": sound}
        how = {"model": model, "aspect_ratio": aspect_ratio, "frame_rate": frame_rate, "seed": seed}
        camera = {"pan": pan, "tilt": tilt, "rotate": rotate, "zoom": zoom}
        strength = {"motion": motion, "guidance": guidance}
        submission = self.request(Film, **given, **words, **how, **camera, **strength)
        await self.bot.front.take(interaction, submission, files)

    @app_commands.command(name="effect", description=L("Melt, inflate, squish … what a picture shows"))
    @app_commands.describe(
        image=L("The picture (PNG, JPEG, WebP or GIF, at most 10 MiB)"),
        effect=L("What is to happen to it"),
        prompt=L("What happens, in your own words"),
        **COMMON,
    )
    @enhanceable
    async def effect(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        effect: str,
        prompt: Words | None = None,
        model: str | None = None,
        motion: Motion | None = None,
        guidance: Guidance | None = None,
        negative_prompt: Words | None = None,
        seed: Seed | None = None,
    ) -> None:
        """An effect on a picture."""
        words = {"prompt": prompt, "negative_prompt": negative_prompt, "effect": effect, "model": model}
        submission = self.request(Effect, image=image.url, **words, motion=motion, guidance=guidance, seed=seed)
        await self.bot.front.take(interaction, submission, {"image": image})

    @video.autocomplete("model")
    @effect.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        return matching(self.options.offered, current)

    @video.autocomplete("aspect_ratio")
    async def _ratios(self, _interaction: Interaction, current: str) -> Choices:
        return matching(RATIOS, current)

    @video.autocomplete("style")
    async def _styles(self, _interaction: Interaction, current: str) -> Choices:
        return matching(STYLES, current) if self.options.form == "pro" else []

    @effect.autocomplete("effect")
    async def _effects(self, _interaction: Interaction, current: str) -> Choices:
        return matching(EFFECTS, current)


def register_uses(cog: Pika) -> None:
    """Animate, an effect, and a video made anew."""
    shows = words(_("What the video shows"))
    effect = Field("effect", _("Effect, such as Melt or Inflate"), long=False, most=40)
    register_use(
        Use(
            "pika-video",
            _("Video"),
            "🎬",
            Film,
            "video",
            lambda picture, typed: cog.request(Film, prompt=typed["prompt"], image=picture),
            shows,
        )
    )
    register_use(
        Use(
            "pika-effect",
            _("Effect"),
            "🫠",
            Effect,
            "other",
            lambda picture, typed: cog.request(Effect, effect=typed["effect"], image=picture),
            (effect,),
        )
    )
    register_use(
        Use(
            "pika-restyle",
            _("Restyle"),
            "🎨",
            Film,
            "restyle",
            lambda video, typed: cog.request(Film, prompt=typed["prompt"], video=video),
            shows,
            takes="video",
        )
    )


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Pika(bot))
