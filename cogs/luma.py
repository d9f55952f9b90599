"""``/luma``: videos with Luma's Dream Machine."""

from typing import get_args

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.provider import Submission
from bot.providers.luma import (
    LUMA,
    OFFICIAL_MODELS,
    PROMPT_LIMIT,
    Extend,
    Generate,
    LumaOptions,
    OfficialGenerate,
    Ratio,
)
from bot.task import Task
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.makers import Maker, register_maker
from bot.ui.pickers import finished_tasks
from bot.ui.uses import Use, register_use, words

OWN_FORM = "own"
Prompt = app_commands.Range[str, 1, PROMPT_LIMIT]
RATIOS = [app_commands.Choice(name=ratio, value=ratio) for ratio in get_args(Ratio)]


class Luma(commands.GroupCog, name="luma", description=L("Videos with Luma")):
    """The commands of one provider."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_form(
            "extend",
            _("Extend this video"),
            lambda _task, _argument: [Field("prompt", _("What happens next"), most=4000)],
            self._extend_form,
        )
        register_use(
            Use(
                "luma-video",
                _("Video"),
                "🎬",
                Generate,
                "video",
                lambda picture, typed: Generate.make(user_prompt=typed["prompt"], image_url=picture),
                words(_("What the video shows")),
            )
        )
        register_maker(
            Maker("video", Generate, lambda prompt, _picture: (Generate.make(user_prompt=prompt), "image_url"))
        )

    @app_commands.command(name="video", description=L("Make a video from a text, and from pictures if you like"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        aspect_ratio=L("Aspect ratio (16:9 if you leave it out)"),
        image=L("A picture the video begins with (PNG, JPEG, WebP or GIF, at most 10 MiB)"),
        end_image=L("A picture the video ends with"),
        loop=L("Make the end meet the beginning"),
        expand=L("Let Luma write your prompt out in more detail"),
        model=L("Which model; the relay's default if you leave it out"),
        duration=L("Length, for Luma's own models"),
        resolution=L("Resolution, for Luma's own models"),
    )
    @app_commands.choices(
        aspect_ratio=RATIOS,
        duration=[app_commands.Choice(name=value, value=value) for value in ("5s", "9s")],
        resolution=[app_commands.Choice(name=value, value=value) for value in ("540p", "720p", "1080p", "4k")],
    )
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Prompt,
        aspect_ratio: str | None = None,
        image: discord.Attachment | None = None,
        end_image: discord.Attachment | None = None,
        loop: bool | None = None,
        expand: bool | None = None,
        model: str | None = None,
        duration: str | None = None,
        resolution: str | None = None,
    ) -> None:
        """Text or pictures to video."""
        submission: Submission
        if model in {None, "", OWN_FORM}:
            if duration or resolution:
                raise Problem(
                    _("Length and resolution can be chosen for Luma's own models only: choose one with `model`.")
                )
            submission = Generate.make(user_prompt=prompt, aspect_ratio=aspect_ratio, loop=loop, expand_prompt=expand)
            pictures = {"image_url": image, "image_end_url": end_image}
        else:
            if not self._options.official:
                raise Problem(_("This bot's relay is not set up for Luma's own models. Leave `model` out."))
            if expand:
                raise Problem(_("`expand` works without `model` only."))
            submission = OfficialGenerate.make(
                prompt=prompt,
                model=model,
                aspect_ratio=aspect_ratio,
                loop=loop,
                duration=duration,
                resolution=resolution,
            )
            pictures = {"image": image, "end_image": end_image}
        await self.bot.front.take(interaction, submission, pictures)

    @video.autocomplete("model")
    async def _models(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        own = app_commands.Choice(name=say(_("The relay's default"), str(interaction.locale)), value=OWN_FORM)
        official = [app_commands.Choice(name=name, value=name) for name in OFFICIAL_MODELS]
        offered = [own, *(official if self._options.official else [])]
        return [choice for choice in offered if current.lower() in choice.name.lower()]

    @app_commands.command(name="extend", description=L("Make one of your Luma videos longer by about five seconds"))
    @app_commands.describe(task=L("Which of your finished videos"), prompt=L("What happens next"))
    @enhanceable
    async def extend(self, interaction: Interaction, task: str, prompt: Prompt) -> None:
        """Continue a finished video."""
        await self._extend(interaction, task, prompt)

    @extend.autocomplete("task")
    async def _videos(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await finished_tasks(interaction, LUMA.name, current)

    async def _extend_form(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        await self._extend(interaction, task_id, typed.get("prompt", ""))

    async def _extend(self, interaction: Interaction, task_id: str, prompt: str) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        parent, made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), LUMA.name)
        await self.bot.front.hand_over(
            interaction, message_id, _continued(prompt, parent, made_by), parent_id=parent.id
        )

    @property
    def _options(self) -> LumaOptions:
        """The operator's settings."""
        return LumaOptions.of(self.bot.config.options(LUMA.name))


def _continued(prompt: str, parent: Task, made_by: Submission) -> Submission:
    """The submission that continues ``parent``, in the form that made it."""
    if isinstance(made_by, OfficialGenerate):
        return OfficialGenerate.make(
            prompt=prompt, model=made_by.model, aspect_ratio=made_by.aspect_ratio, extend_id=parent.remote_id
        )
    return Extend.make(user_prompt=prompt, task_id=parent.remote_id)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Luma(bot))
