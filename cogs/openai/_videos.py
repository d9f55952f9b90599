"""Videos, and remixes of them."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.openai import OPENAI, choose
from bot.providers.openai.models import VIDEOS
from bot.providers.openai.videos import REMIX, Remix, Video
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import Choices, finished_tasks, matching
from cogs.openai._common import MODEL, Common, Words, chosen, models


class Videos(Common):
    """``/openai video`` and ``remix``, and the button of a finished video."""

    def register_video_steps(self) -> None:
        """What the button of a finished video does."""
        fields = [Field("prompt", _("What is to change"))]
        register_form(REMIX.key, _("Remix this video"), lambda _task, _argument: fields, self._remixed)

    @app_commands.command(name="video", description=L("Make a video from a text, or from a picture"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        image=L("A picture the video begins with; it is cut to the video's size"),
        model=MODEL,
        seconds=L("How long it is"),
        size=L("Width and height, such as 1280x720"),
    )
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Words,
        image: discord.Attachment | None = None,
        model: str | None = None,
        seconds: str | None = None,
        size: str | None = None,
    ) -> None:
        """A video."""
        submission = choose.video(self.options, model, {"prompt": prompt, "seconds": seconds, "size": size})
        await self.bot.front.take(interaction, submission, {"input_reference": image})

    @app_commands.command(name="remix", description=L("Make a finished video once more, with something changed"))
    @app_commands.describe(video=L("One of your finished videos"), prompt=L("What is to change"))
    @enhanceable
    async def remix(self, interaction: Interaction, video: str, prompt: Words) -> None:
        """A finished video, changed."""
        await self._remixed(interaction, video, "", {"prompt": prompt})

    async def _remixed(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        desk, front = self.bot.engine.desk, self.bot.front
        task, made_by = await desk.finished(task_id, asker_of(interaction), OPENAI.name)
        if not isinstance(made_by, Video | Remix):
            raise Problem(_("That task is no video."))
        submission = Remix.make(video_id=task.remote_id, prompt=typed.get("prompt", ""))
        message_id = await front.acknowledge(interaction)
        await front.hand_over(interaction, message_id, submission, parent_id=task.id)

    @remix.autocomplete("video")
    async def _films(self, interaction: Interaction, current: str) -> Choices:
        return await finished_tasks(interaction, OPENAI.name, current, (Video.action, Remix.action))

    @video.autocomplete("model")
    async def _filming(self, interaction: Interaction, current: str) -> Choices:
        return await models(interaction, current, "video", self.options.filming)

    @video.autocomplete("size")
    async def _film_sizes(self, interaction: Interaction, current: str) -> Choices:
        found = VIDEOS.get(chosen(interaction, self.options.filming))
        return matching(found.sizes if found is not None else (), current)

    @video.autocomplete("seconds")
    async def _lengths(self, interaction: Interaction, current: str) -> Choices:
        found = VIDEOS.get(chosen(interaction, self.options.filming))
        return matching(found.seconds if found is not None else (), current)
