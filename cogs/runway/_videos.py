"""Videos from words and pictures, and their continuation."""

from dataclasses import replace

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import CallFailed, Problem
from bot.providers.runway import RUNWAY, answers, choose
from bot.providers.runway.declared import TASKS_LOOKUP
from bot.providers.runway.models import VIDEOS
from bot.providers.runway.reverse import MOTIONS, TasksExtend, TasksRestyle, TasksVideo
from bot.task import Task
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import Choices, matching
from cogs.runway._common import MODEL, RATIO, SEED, Common, File, Seed, Words, given

NOT_THAT_FORM = _("Only videos of the relay's form `tasks` can be extended.")


class Videos(Common):
    """``/runway video``, and Extend."""

    def register_extension(self) -> None:
        """Say what the button Extend does."""
        register_form(
            "runway-extend",
            _("Extend this video"),
            lambda _task, _argument: [Field("prompt", _("What happens next"), most=1000)],
            self._extend,
        )

    @app_commands.command(name="video", description=L("Make a video from a text, from a picture, or from both"))
    @app_commands.describe(
        prompt=L("What the video shows"),
        image=L("A picture the video begins with; some models need one"),
        model=MODEL,
        ratio=RATIO,
        duration=L("Length in seconds; the list shows what the model makes"),
        seed=SEED,
        end_image=L("A picture the video ends with, for models that can"),
        audio=L("With sound, for models that have it"),
        negative_prompt=L("What the video should not show, for models that understand it"),
        style=L("A style such as cinematic, where the relay takes one"),
        motion=L("Movement of the camera such as x=2 z=-1.5, for gen2"),
    )
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Words | None = None,
        image: File | None = None,
        model: str | None = None,
        ratio: str | None = None,
        duration: app_commands.Range[int, 1, 60] | None = None,
        seed: Seed | None = None,
        end_image: File | None = None,
        audio: bool | None = None,
        negative_prompt: Words | None = None,
        style: str | None = None,
        motion: str | None = None,
    ) -> None:
        """Words and pictures to video."""
        files = {"image": image, "end_image": end_image}
        chosen = {
            "prompt": prompt, "model": model, "ratio": ratio, "duration": duration, "seed": seed, "audio": audio,
            "negative_prompt": negative_prompt, "style": style, "motion": motion,
        }  # fmt: skip
        await self.bot.front.take(interaction, choose.video(self.options, chosen, given(files)), files)

    @video.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        usual = [choose.usual_model(self.options, picture=picture) for picture in (True, False)]
        return matching(dict.fromkeys([*usual, *VIDEOS[self.options.form]]), current)

    @video.autocomplete("ratio")
    async def _ratios(self, interaction: Interaction, current: str) -> Choices:
        known = choose.known_videos(self.options, interaction.namespace.model)
        return matching(dict.fromkeys(ratio for model in known for ratio in model.ratios), current)

    @video.autocomplete("duration")
    async def _lengths(self, interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        known = choose.known_videos(self.options, interaction.namespace.model)
        lengths = dict.fromkeys(seconds for model in known for seconds in model.seconds)
        typed = str(current).strip()
        return [app_commands.Choice(name=f"{one} s", value=one) for one in lengths if str(one).startswith(typed)]

    @video.autocomplete("style")
    async def _styles(self, _interaction: Interaction, current: str) -> Choices:
        return matching(["cinematic"] if self.options.form == "pro" else [], current)

    @video.autocomplete("motion")
    async def _motions(self, _interaction: Interaction, current: str) -> Choices:
        return matching([f"{name}=1" for name in MOTIONS] if self.options.form == "pro" else [], current)

    async def _extend(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        parent, made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), RUNWAY.name)
        if not isinstance(made_by, TasksVideo | TasksRestyle | TasksExtend):
            raise Problem(NOT_THAT_FORM)
        submission = TasksExtend.make(
            prompt=typed.get("prompt"),
            model=made_by.model,
            ratio=made_by.ratio,
            duration=made_by.duration,
            explore=self.options.explore,
            task_id=parent.remote_id,
            link=await self._link(parent),
        )
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=parent.id)

    async def _link(self, parent: Task) -> str:
        """Where the video is now: the relay's links do not work for ever."""
        asked = TASKS_LOOKUP.ask(parent.remote_id)
        call = replace(asked, path=self.options.reverse_path + asked.path)
        try:
            answer = await self.bot.engine.desk.ask(RUNWAY.name, call)
            found = [media.url for report in answers.reports(answer) for media in report.media]
        except CallFailed:
            found = []
        return (found or [media.url for media in parent.media])[0]
