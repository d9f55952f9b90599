"""Larger pictures, and pictures in words, which can become pictures again."""

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.ideogram import IDEOGRAM
from bot.providers.ideogram.drawing import Image
from bot.providers.ideogram.working import DRAW, Describe, Upscale, descriptions_of
from bot.text import _
from bot.ui.actions import register_step
from bot.ui.enhance import enhanceable
from bot.ui.front import Interaction, asker_of
from cogs.ideogram._common import MAGIC, PICTURE, Common, Count, File, Percent, Seed, Words, name_of


class Works(Common):
    """``/ideogram upscale``, ``describe``, and the buttons of a description."""

    def register_buttons(self) -> None:
        """What is pressed under a description."""
        register_step(DRAW, self._drawn)

    @app_commands.command(name="upscale", description=L("Make a picture larger"))
    @app_commands.describe(
        image=PICTURE,
        prompt=L("What the picture shows, if that helps"),
        resemblance=L("How close to the picture to stay, 1 to 100 (50 if left out)"),
        detail=L("How much detail to add, 1 to 100 (50 if left out)"),
        magic_prompt=L("Whether Ideogram writes your prompt out in more detail"),
        n=L("How many pictures (1 if left out)"),
        seed=L("A number that makes the result repeatable"),
    )
    @app_commands.choices(magic_prompt=MAGIC)
    @enhanceable
    async def upscale(
        self,
        interaction: Interaction,
        image: File,
        prompt: Words | None = None,
        resemblance: Percent | None = None,
        detail: Percent | None = None,
        magic_prompt: str | None = None,
        n: Count | None = None,
        seed: Seed | None = None,
    ) -> None:
        """A larger picture."""
        how = {"resemblance": resemblance, "detail": detail, "magic_prompt": magic_prompt, "n": n, "seed": seed}
        await self.bot.front.take(
            interaction, Upscale.make(name=name_of(image), prompt=prompt, **how), {"image": image}
        )

    @app_commands.command(name="describe", description=L("Say in words what a picture shows"))
    @app_commands.describe(image=PICTURE, version=L("Which model looks at it (3.0 if left out)"))
    @app_commands.choices(
        version=[app_commands.Choice(name="3.0", value="V_3"), app_commands.Choice(name="2.0", value="V_2")]
    )
    async def describe(self, interaction: Interaction, image: File, version: str | None = None) -> None:
        """A picture in words."""
        await self.bot.front.take(interaction, Describe.make(name=name_of(image), version=version), {"image": image})

    async def _drawn(self, interaction: Interaction, task_id: str, argument: str) -> None:
        """A picture of one of the descriptions, with the usual model."""
        message_id = await self.bot.front.acknowledge(interaction)
        task, _made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), IDEOGRAM.name)
        found = descriptions_of(task)
        if not argument.isdecimal() or int(argument) >= len(found):
            raise Problem(_("That description is no longer there."))
        submission = self.request(Image, prompt=found[int(argument)])
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id)
