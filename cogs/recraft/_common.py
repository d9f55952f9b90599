"""What all of Recraft's commands share: the operator's settings, and what goes with a prompt."""

from typing import Any

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Invalid, Problem
from bot.providers.recraft import RECRAFT, RecraftOptions
from bot.providers.recraft.drawing import MOST, MOST_SEED
from bot.providers.recraft.own import NewStyle
from bot.providers.recraft.styles import DEFAULT_STYLE, STYLES, family_of
from bot.task import Task
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import MOST as MOST_CHOICES
from bot.ui.pickers import Choices

Words = app_commands.Range[str, 1, 6000]
Count = app_commands.Range[int, 1, MOST]
Level = app_commands.Range[int, 0, 5]
Seed = app_commands.Range[int, 0, MOST_SEED]
PICTURE = L("The picture (PNG, JPEG or WebP, at least 256 pixels a side)")
MASK = L("White where something is to change, of the picture's size; or the picture painted over there")
LOOK = {
    "style": L("Style"),
    "substyle": L("What kind of that style"),
    "own_style": L("One of your own styles, instead of style and substyle"),
    "model": L("Which model"),
    "n": L("How many pictures"),
    "negative_prompt": L("What to avoid"),
    "colours": L("Up to five colours, such as #ff8800 #203040"),
    "background": L("Colour of the background, such as #ffffff"),
    "artistic_level": L("From 0 (plain) to 5 (artistic)"),
    "no_text": L("Without any writing in the picture"),
    "seed": L("A number that makes the result repeatable"),
}
BASES = [
    app_commands.Choice(name=L("Photo"), value="realistic_image"),
    app_commands.Choice(name=L("Illustration"), value="digital_illustration"),
    app_commands.Choice(name=L("Vector illustration (SVG)"), value="vector_illustration"),
    app_commands.Choice(name=L("Icon (SVG, recraftv2)"), value="icon"),
]
STYLE_CHOICES = [*BASES, app_commands.Choice(name=L("Logo"), value="logo_raster")]


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> RecraftOptions:
        """The operator's settings."""
        return RecraftOptions.of(self.bot.config.options(RECRAFT.name))

    async def look(self, interaction: Interaction, **chosen: Any) -> dict[str, Any]:
        """How a picture is to look, as a request names it; raises :class:`Problem` for what the relay does not have."""
        offered, most = self.options.offered_models, self.options.most
        model, count = chosen.get("model"), chosen.get("n")
        if model and model not in offered:
            raise Problem(_("There is no model “{model}” here. Known: {known}.", model=model, known=", ".join(offered)))
        if count and count > most:
            raise Problem(_("This bot's relay makes at most {most} pictures at once.", most=most))
        own = chosen.pop("own_style")
        return {**chosen, "random_seed": chosen.pop("seed"), **(await self.own_style(interaction, own) if own else {})}

    async def own_style(self, interaction: Interaction, value: str) -> dict[str, Any]:
        """One of the caller's own styles, as a request names it; raises :class:`Problem`."""
        task, made_by = await self.style_task(interaction, value)
        return {"own_style": task.caption, "style_id": str(task.data["style_id"]), "base": made_by.base}

    async def style_task(self, interaction: Interaction, value: str) -> tuple[Task, NewStyle]:
        """The task that made one of the caller's own styles; raises :class:`Problem`."""
        task, made_by = await self.bot.engine.desk.finished(value, asker_of(interaction), RECRAFT.name)
        if not isinstance(made_by, NewStyle) or not task.data.get("style_id"):
            raise Problem(_("That is not one of your styles. Choose one, or make one with `/recraft style create`."))
        return task, made_by

    async def own_styles(self, interaction: Interaction, search: str = "") -> list[Task]:
        """The caller's own styles, newest first."""
        return await self.bot.engine.desk.kept(asker_of(interaction), RECRAFT.name, NewStyle.action, search)

    async def style_choices(self, interaction: Interaction, current: str) -> Choices:
        """The caller's own styles."""
        found = await self.own_styles(interaction, current.strip())
        return [app_commands.Choice(name=task.caption[:100] or task.id, value=task.id) for task in found]

    def model_choices(self, current: str) -> Choices:
        """The models of the relay."""
        return matching(self.options.offered_models, current)


def substyle_choices(interaction: Interaction, current: str) -> Choices:
    """The substyles of the style, and under the model, that are chosen already."""
    given = interaction.namespace
    try:
        styles = STYLES[family_of(given.model)]
    except Invalid:
        return []
    return matching(styles.get(given.style or DEFAULT_STYLE, ()), current.replace(" ", "_"))


def matching(names: tuple[str, ...] | list[str], current: str) -> Choices:
    """Those of ``names`` in which what was typed occurs."""
    found = [name for name in names if current.strip().lower() in name.lower()]
    return [app_commands.Choice(name=name.replace("_", " "), value=name) for name in found[:MOST_CHOICES]]
