"""``/replicate``: any model that the relay allows, and pictures and videos by the known ones."""

import json
from collections.abc import Iterable, Mapping

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.provider import Submission
from bot.providers.replicate import REPLICATE, ReplicateOptions, choose
from bot.providers.replicate.models import UNKNOWN, preset_of
from bot.providers.replicate.requests import FILES, Image, Video
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.client import Darkroom
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field, Form, files_in
from bot.ui.front import Interaction
from bot.ui.makers import Maker, register_maker
from bot.ui.pickers import MOST, Choices, latest_tasks
from bot.ui.uses import Use, register_use, words

FORM = "replicate-run"
TITLE = _("Run a model of Replicate")
NAME = 100
"""Characters of a value that autocomplete can offer."""
Prompt = app_commands.Range[str, 1, 6000]
Model = app_commands.Range[str, 1, 200]
Attachment = discord.Attachment
INPUTS = L("Further inputs of the model, as key=value; key=value or as JSON")
LISTED = L("Which model; the list has those known here and those you used")


class Replicate(commands.GroupCog, name="replicate", description=L("Any model of Replicate")):
    """The commands of one provider."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        register_form(FORM, TITLE, lambda _task, _argument: _fields(""), self._filled)
        register_maker(Maker("image", Image, self._make_picture))
        register_maker(Maker("video", Video, self._make_video))
        if any((preset_of(name) or UNKNOWN).edits for name in self.options.listed):
            register_use(
                Use(
                    "replicate-edit",
                    _("Edit"),
                    "✏️",
                    Image,
                    "edit",
                    lambda picture, typed: self._edit(typed["prompt"], picture),
                    words(_("What is to change")),
                )
            )

    @property
    def options(self) -> ReplicateOptions:
        """The operator's settings."""
        return ReplicateOptions.of(self.bot.config.options(REPLICATE.name))

    # -------------------------------------------------------------------------------------------- any model

    @app_commands.command(name="run", description=L("Run any model with its own inputs; without any, a form opens"))
    @app_commands.describe(
        model=L("owner/name, owner/name:version or a version; the list has those known here and those you used"),
        inputs=L("key=value; key=value (or JSON); @1 stands for the first file"),
        file1=L("A file; if no input says @1 it goes to the model's picture, audio or video input"),
        file2=L("A file for an input that says @2"),
        file3=L("A file for an input that says @3"),
        file4=L("A file for an input that says @4"),
    )
    async def run(
        self,
        interaction: Interaction,
        model: Model,
        inputs: app_commands.Range[str, 1, 6000] | None = None,
        file1: Attachment | None = None,
        file2: Attachment | None = None,
        file3: Attachment | None = None,
        file4: Attachment | None = None,
    ) -> None:
        """Any model."""
        given = (file1, file2, file3, file4)
        files = {number: file for number, file in enumerate(given, 1) if file is not None}
        if inputs is None and not files:
            await self._open(interaction, model)
        else:
            await self._run(interaction, model, inputs or "", files)

    @app_commands.command(name="form", description=L("Run any model, with room for many inputs"))
    @app_commands.describe(model=L("owner/name, owner/name:version or a version"))
    async def form(self, interaction: Interaction, model: Model) -> None:
        """Any model, with its inputs in a form."""
        await self._open(interaction, model)

    async def _open(self, interaction: Interaction, model: str) -> None:
        name = choose.offered(self.options, model)
        await interaction.response.send_modal(Form(FORM, "", TITLE, _fields(name), str(interaction.locale)))

    async def _filled(self, interaction: Interaction, _task: str, _argument: str, typed: dict[str, str]) -> None:
        attached = files_in(interaction)
        files = {number: attached[name] for number, name in enumerate(FILES, 1) if name in attached}
        await self._run(interaction, typed.get("model", ""), typed.get("inputs", ""), files)

    async def _run(self, interaction: Interaction, model: str, inputs: str, files: Mapping[int, Attachment]) -> None:
        families = {number: (file.content_type or "image").partition("/")[0] for number, file in files.items()}
        submission = choose.run(self.options, model, inputs, families)
        await self.bot.front.take(interaction, submission, {FILES[number - 1]: file for number, file in files.items()})

    # -------------------------------------------------------------------------------------------- known models

    @app_commands.command(name="image", description=L("Make a picture, or change one by words"))
    @app_commands.describe(
        prompt=L("What the picture shows, or what is to change"),
        model=LISTED,
        aspect_ratio=L("Such as 16:9"),
        image=L("A picture to begin with; without a model it is changed as the prompt says"),
        seed=L("A number that makes the result repeatable"),
        n=L("How many pictures"),
        inputs=INPUTS,
    )
    @enhanceable
    async def image(
        self,
        interaction: Interaction,
        prompt: Prompt,
        model: Model | None = None,
        aspect_ratio: str | None = None,
        image: Attachment | None = None,
        seed: int | None = None,
        n: app_commands.Range[int, 1, 4] | None = None,
        inputs: str | None = None,
    ) -> None:
        """A picture by a known model."""
        chosen = {"prompt": prompt, "aspect_ratio": aspect_ratio, "seed": seed, "count": n}
        submission = choose.picture(
            self.options, chosen, model=model or "", inputs=inputs or "", with_picture=image is not None
        )
        await self.bot.front.take(interaction, submission, {"image": image})

    @app_commands.command(name="video", description=L("Make a video from a text, and from a picture if you like"))
    @app_commands.describe(
        prompt=L("What the video shows"), model=LISTED, image=L("A picture the video begins with"), inputs=INPUTS
    )
    @enhanceable
    async def video(
        self,
        interaction: Interaction,
        prompt: Prompt,
        model: Model | None = None,
        image: Attachment | None = None,
        inputs: str | None = None,
    ) -> None:
        """A video by a known model."""
        submission = choose.video(
            self.options, prompt, model=model or "", inputs=inputs or "", with_picture=image is not None
        )
        await self.bot.front.take(interaction, submission, {"image": image})

    # -------------------------------------------------------------------------------------------- from elsewhere

    def _make_picture(self, prompt: str, picture: bool) -> tuple[Submission, str]:
        chosen = {"prompt": prompt}
        return choose.picture(self.options, chosen, model="", inputs="", with_picture=picture), "image"

    def _make_video(self, prompt: str, picture: bool) -> tuple[Submission, str]:
        return choose.video(self.options, prompt, model="", inputs="", with_picture=picture), "image"

    def _edit(self, prompt: str, picture: str) -> Submission:
        chosen = {"prompt": prompt, "image": picture}
        model = choose.edits(self.options)
        return choose.picture(self.options, chosen, model=model, inputs="", with_picture=True)

    # -------------------------------------------------------------------------------------------- autocomplete

    @run.autocomplete("model")
    @form.autocomplete("model")
    async def _any_models(self, interaction: Interaction, current: str) -> Choices:
        return await self._models(interaction, current, self.options.listed, ())

    @image.autocomplete("model")
    async def _picture_models(self, interaction: Interaction, current: str) -> Choices:
        return await self._models(interaction, current, choose.known(self.options, "image"), ("image",))

    @video.autocomplete("model")
    async def _video_models(self, interaction: Interaction, current: str) -> Choices:
        return await self._models(interaction, current, choose.known(self.options, "video"), ("video",))

    @image.autocomplete("aspect_ratio")
    async def _ratios(self, interaction: Interaction, current: str) -> Choices:
        model = str(getattr(interaction.namespace, "model", None) or "")
        preset = (preset_of(model) if model else None) or UNKNOWN
        return _matching(preset.ratios, current)

    async def _models(
        self, interaction: Interaction, current: str, listed: Iterable[str], actions: tuple[str, ...]
    ) -> Choices:
        """The models that the asker has used lately, then those of the operator's list."""
        tasks = await latest_tasks(interaction, REPLICATE.name, actions)
        used = (str(json.loads(task.submission).get("model", "")) for task in tasks)
        return _matching(dict.fromkeys([*filter(self.options.offers, used), *listed]), current)


def _fields(model: str) -> list[Field]:
    """The form for any model; what has to be said again comes with it, so that it works after any restart."""
    hint = _("key=value, one in a line, or one JSON object; @1 is the first file")
    known = "prompt=" if preset_of(model) else ""
    return [
        Field("model", _("Model"), long=False, most=200, default=model),
        Field("inputs", _("Inputs"), required=False, default=known, hint=hint),
        *(
            Field(name, _("File {number}", number=number), required=False, file=True)
            for number, name in enumerate(FILES[:3], 1)
        ),
    ]


def _matching(names: Iterable[str], current: str) -> Choices:
    """Those of ``names`` that hold what was typed."""
    wanted = current.strip().lower()
    found = [name for name in names if name and wanted in name.lower() and len(name) <= NAME]
    return [app_commands.Choice(name=name, value=name) for name in found[:MOST]]


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Replicate(bot))
