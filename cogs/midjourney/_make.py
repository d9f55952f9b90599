"""What Midjourney is asked for by commands."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.providers.midjourney import MIDJOURNEY, MidjourneyOptions
from bot.providers.midjourney.requests import (
    PROMPT_LIMIT,
    Blend,
    Describe,
    Edit,
    Imagine,
    Shorten,
    Show,
    Swap,
    Upload,
    Video,
)
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction

Prompt = app_commands.Range[str, 1, PROMPT_LIMIT]
File = discord.Attachment
BOTS = [
    app_commands.Choice(name="Midjourney", value="MID_JOURNEY"),
    app_commands.Choice(name="Niji", value="NIJI_JOURNEY"),
]
SPEEDS = [
    app_commands.Choice(name=L("Fast"), value="fast"),
    app_commands.Choice(name=L("Relaxed"), value="relax"),
    app_commands.Choice(name=L("Turbo"), value="turbo"),
]
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "2:1", "1:2", "4:5", "5:4")
VERSIONS = ("8", "7", "6.1", "6", "5.2", "niji 6", "niji 5")


class Make(commands.Cog):
    """``/midjourney imagine``, ``blend``, ``describe``, ``shorten``, ``edit``, ``video``, and the rest."""

    bot: Darkroom

    @property
    def options(self) -> MidjourneyOptions:
        """The operator's settings."""
        return MidjourneyOptions.of(self.bot.config.options(MIDJOURNEY.name))

    def common(self, speed: str | None = None) -> dict[str, Any]:
        """What goes with every request."""
        return {"speed": speed, "no_storage": self.options.official_links or None}

    @app_commands.command(name="imagine", description=L("Four pictures from a prompt"))
    @app_commands.describe(
        prompt=L("What the pictures show; Midjourney's own --flags may stand in it"),
        bot=L("Midjourney, or Niji for anime"),
        speed=L("How fast (the relay's default if you leave it out)"),
        aspect_ratio=L("Aspect ratio, such as 16:9"),
        version=L("Version, such as 7 or niji 6"),
        negative=L("What must not be seen (--no)"),
        stylize=L("How artistic, 0 to 1000"),
        chaos=L("How different from each other, 0 to 100"),
        weird=L("How strange, 0 to 3000"),
        seed=L("The same seed gives similar pictures"),
        image=L("A picture to go by (PNG, JPEG, WebP or GIF, at most 10 MiB)"),
        image2=L("Another picture to go by"),
        image3=L("Another picture to go by"),
    )
    @app_commands.rename(negative="no")
    @app_commands.choices(bot=BOTS, speed=SPEEDS)
    @enhanceable
    async def imagine(
        self,
        interaction: Interaction,
        prompt: Prompt,
        bot: str | None = None,
        speed: str | None = None,
        aspect_ratio: str | None = None,
        version: str | None = None,
        negative: str | None = None,
        stylize: app_commands.Range[int, 0, 1000] | None = None,
        chaos: app_commands.Range[int, 0, 100] | None = None,
        weird: app_commands.Range[int, 0, 3000] | None = None,
        seed: app_commands.Range[int, 0, 4294967295] | None = None,
        image: File | None = None,
        image2: File | None = None,
        image3: File | None = None,
    ) -> None:
        """A grid of four."""
        numbers = {"s": stylize, "c": chaos, "w": weird, "seed": seed}
        flags = {"ar": ratio_of(aspect_ratio), **version_of(version), **numbers, "no": negative}
        words = with_flags(prompt, flags)
        submission = Imagine.make(prompt=words, botType=bot, **self.common(speed))
        await self.bot.front.take(interaction, submission, {"image": image, "image2": image2, "image3": image3})

    @imagine.autocomplete("aspect_ratio")
    async def _ratios(self, _interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=ratio, value=ratio) for ratio in RATIOS if current in ratio]

    @imagine.autocomplete("version")
    async def _versions(self, _interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in VERSIONS if current.lower() in name]

    @app_commands.command(name="blend", description=L("Make one picture of two to five"))
    @app_commands.describe(
        image1=L("The first picture"),
        image2=L("The second picture"),
        image3=L("A third picture"),
        image4=L("A fourth picture"),
        image5=L("A fifth picture"),
        dimensions=L("Shape of the result (square if you leave it out)"),
        bot=L("Midjourney, or Niji for anime"),
        speed=L("How fast (the relay's default if you leave it out)"),
    )
    @app_commands.choices(
        dimensions=[
            app_commands.Choice(name=L("Upright"), value="PORTRAIT"),
            app_commands.Choice(name=L("Square"), value="SQUARE"),
            app_commands.Choice(name=L("Wide"), value="LANDSCAPE"),
        ],
        bot=BOTS,
        speed=SPEEDS,
    )
    async def blend(
        self,
        interaction: Interaction,
        image1: File,
        image2: File,
        image3: File | None = None,
        image4: File | None = None,
        image5: File | None = None,
        dimensions: str | None = None,
        bot: str | None = None,
        speed: str | None = None,
    ) -> None:
        """Two to five pictures."""
        files = {"image": image1, "image2": image2, "image3": image3, "image4": image4, "image5": image5}
        await self.bot.front.take(
            interaction, Blend.make(dimensions=dimensions, botType=bot, **self.common(speed)), files
        )

    @app_commands.command(name="describe", description=L("Four prompts that a picture might have come from"))
    @app_commands.describe(image=L("The picture"), bot=L("Midjourney, or Niji for anime"))
    @app_commands.choices(bot=BOTS)
    async def describe(self, interaction: Interaction, image: File, bot: str | None = None) -> None:
        """A picture in words, four times."""
        await self.bot.front.take(interaction, Describe.make(botType=bot, **self.common()), {"base64": image})

    @app_commands.command(name="shorten", description=L("What matters in a prompt, and five shorter ones"))
    @app_commands.describe(prompt=L("The long prompt"), bot=L("Midjourney, or Niji for anime"))
    @app_commands.choices(bot=BOTS)
    async def shorten(self, interaction: Interaction, prompt: Prompt, bot: str | None = None) -> None:
        """Shorter prompts."""
        await self.bot.front.take(interaction, Shorten.make(prompt=prompt, botType=bot, **self.common()))

    @app_commands.command(name="edit", description=L("Change a picture by words"))
    @app_commands.describe(
        prompt=L("What is to be seen"),
        image=L("The picture; transparent parts are painted anew"),
        mask=L("White = change: a mask of the same size, or the picture painted over with a colour"),
        speed=L("How fast (the relay's default if you leave it out)"),
    )
    @app_commands.choices(speed=SPEEDS)
    @enhanceable
    async def edit(
        self, interaction: Interaction, prompt: Prompt, image: File, mask: File | None = None, speed: str | None = None
    ) -> None:
        """An edited picture."""
        submission = Edit.make(prompt=prompt, form=self.options.edits, **self.common(speed))
        await self.bot.front.take(interaction, submission, {"image": image, "maskBase64": mask})

    @app_commands.command(name="video", description=L("Let a picture move"))
    @app_commands.describe(
        image=L("The first picture of the video"),
        prompt=L("What happens"),
        motion=L("How much moves"),
        end_image=L("The last picture of the video"),
        loop=L("Make the end meet the beginning"),
        count=L("How many videos (4 if you leave it out)"),
        resolution=L("Resolution"),
        speed=L("How fast (the relay's default if you leave it out)"),
    )
    @app_commands.choices(
        motion=[app_commands.Choice(name=L("Little"), value="low"), app_commands.Choice(name=L("Much"), value="high")],
        resolution=[
            app_commands.Choice(name="480p", value="vid_1.1_i2v_480"),
            app_commands.Choice(name="720p", value="vid_1.1_i2v_720"),
        ],
        speed=SPEEDS,
    )
    @app_commands.choices(count=[app_commands.Choice(name=str(number), value=number) for number in (1, 2, 4)])
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        image: File,
        prompt: Prompt | None = None,
        motion: str | None = None,
        end_image: File | None = None,
        loop: bool | None = None,
        count: int | None = None,
        resolution: str | None = None,
        speed: str | None = None,
    ) -> None:
        """A picture that moves."""
        if loop and end_image:
            raise Problem(_("A loop ends where it begins: leave `end_image` or `loop` out."))
        submission = Video.make(
            prompt=prompt, motion=motion, loop=loop, batchSize=count, videoType=resolution, **self.common(speed)
        )
        await self.bot.front.take(interaction, submission, {"image": image, "endImage": end_image})

    @app_commands.command(name="face-swap", description=L("Put the face of one picture into another"))
    @app_commands.describe(face=L("The picture with the face"), image=L("The picture that gets it"))
    async def face_swap(self, interaction: Interaction, face: File, image: File) -> None:
        """A swapped face."""
        files = {"sourceBase64": face, "targetBase64": image}
        await self.bot.front.take(interaction, Swap.make(**self.common()), files)

    @app_commands.command(name="upload", description=L("Put a picture onto Midjourney's server, to name it in prompts"))
    @app_commands.describe(image=L("The picture"))
    async def upload(self, interaction: Interaction, image: File) -> None:
        """A link that prompts may begin with."""
        await self.bot.front.take(interaction, Upload.make(), {"image": image})

    @app_commands.command(name="show", description=L("Bring a job of Midjourney's own here, with its buttons"))
    @app_commands.describe(job_id=L("The job's id (36 characters)"), bot=L("Midjourney, or Niji for anime"))
    @app_commands.choices(bot=BOTS)
    async def show(self, interaction: Interaction, job_id: str, bot: str | None = None) -> None:
        """An existing job."""
        await self.bot.front.take(interaction, Show.make(jobId=job_id, botType=bot, **self.common()))


def ratio_of(words: str | None) -> str | None:
    """An aspect ratio as Midjourney writes it; raises :class:`Problem`."""
    if not words:
        return None
    width, colon, height = words.replace("x", ":").replace("/", ":").partition(":")
    if not (colon and width.strip().isdecimal() and height.strip().isdecimal() and int(width) and int(height)):
        raise Problem(_("“{ratio}” is no aspect ratio. Write it like 16:9.", ratio=words[:20]))
    return f"{int(width)}:{int(height)}"


def version_of(words: str | None) -> dict[str, str]:
    """``7`` or ``niji 6`` as a flag; raises :class:`Problem`."""
    if not words:
        return {}
    name, _space, number = words.strip().lower().rpartition(" ")
    if name not in {"", "v", "niji"} or not number.replace(".", "", 1).isdecimal():
        raise Problem(_("“{version}” is no version. Write it like 7 or niji 6.", version=words[:20]))
    return {"niji" if name == "niji" else "v": number}


def with_flags(prompt: str, flags: dict[str, Any]) -> str:
    """``prompt`` with the flags that were chosen and that do not stand in it already."""
    chosen = [f"--{name} {value}" for name, value in flags.items() if value is not None and f"--{name} " not in prompt]
    return " ".join([prompt.strip(), *chosen])
