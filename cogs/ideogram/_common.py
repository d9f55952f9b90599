"""What all of Ideogram's commands share: the operator's settings, texts of options, choices."""

from collections.abc import Iterable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.providers.ideogram import IDEOGRAM, IdeogramOptions
from bot.providers.ideogram.drawing import MOST, MOST_SEED, Drawn, Image
from bot.providers.ideogram.limits import STYLE_PICTURES
from bot.providers.ideogram.tables import (
    MODELS,
    NAMES,
    PALETTES,
    PRESETS,
    SPEEDS,
    V3,
    Model,
    constant,
    model_named,
    names_of,
    ratios_of,
    sizes_of,
)
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.pickers import MOST as MOST_CHOICES
from bot.ui.pickers import Choices

Request = TypeVar("Request", bound=Drawn)
File = discord.Attachment
Words = app_commands.Range[str, 1, 6000]
Count = app_commands.Range[int, 1, MOST]
Seed = app_commands.Range[int, 0, MOST_SEED]
Percent = app_commands.Range[int, 1, 100]
PICTURE = L("The picture (PNG, JPEG or WebP, at most 10 MiB)")
PROMPT = L("What the picture shows; put words to be written in quotation marks")
MORE_STYLE = L("A further one")
MANNER = {
    "n": L("How many pictures (1 if left out)"),
    "style_preset": L("A ready-made style (3.0)"),
    "style_codes": L("Codes of styles, eight digits each (3.0)"),
    "palette": L("Name of a palette, or colours such as #ff5733:60 #203040:40"),
    "seed": L("A number that makes the result repeatable"),
    "speed": L("Faster, or better (3.0)"),
    "style_image": L("A picture to take the style from (3.0)"),
    "style_image2": MORE_STYLE,
    "style_image3": MORE_STYLE,
}
WORDED = {**MANNER, "magic_prompt": L("Whether Ideogram writes your prompt out in more detail")}
MODEL = {"model": L("Which model")}
STYLED = {
    **WORDED,
    **MODEL,
    "style_type": L("Kind of style (from 2.0 on)"),
    "character_image": L("A picture of a person to keep (3.0)"),
}
SHAPED = {
    **STYLED,
    "aspect_ratio": L("Aspect ratio (1:1 if left out)"),
    "resolution": L("Width and height instead (2.0 and 3.0)"),
    "negative_prompt": L("What to avoid (not with 2a)"),
}
MAGIC = [
    app_commands.Choice(name=L("As Ideogram likes"), value="AUTO"),
    app_commands.Choice(name=L("Yes"), value="ON"),
    app_commands.Choice(name=L("No"), value="OFF"),
]
STYLES = [
    app_commands.Choice(name=L("As Ideogram likes"), value="AUTO"),
    app_commands.Choice(name=L("General"), value="GENERAL"),
    app_commands.Choice(name=L("Realistic"), value="REALISTIC"),
    app_commands.Choice(name=L("Design"), value="DESIGN"),
    app_commands.Choice(name=L("3D (2.0 and 2a)"), value="RENDER_3D"),
    app_commands.Choice(name=L("Anime (2.0 and 2a)"), value="ANIME"),
    app_commands.Choice(name=L("Fiction (3.0)"), value="FICTION"),
]


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> IdeogramOptions:
        """The operator's settings."""
        return IdeogramOptions.of(self.bot.config.options(IDEOGRAM.name))

    def request(self, kind: type[Request], **chosen: Any) -> Request:
        """The request of a command; raises :class:`Problem` for what cannot be asked for, or not of this relay."""
        options = self.options
        model = model_named(chosen.pop("model", None)) or (
            V3 if chosen.get("transparent") else options.usual(kind.able)
        )
        speed = constant(chosen.get("speed"))
        if model in MODELS and model not in options.offered_models:
            raise Problem(
                _(
                    "This bot's relay is not set up for Ideogram {model}. It has {known}.",
                    model=NAMES[model],
                    known=names_of(options.offered_models),
                )
            )
        if speed in SPEEDS and speed not in options.offered_speeds:
            known = ", ".join(options.offered_speeds)
            raise Problem(_("This bot's relay has no speed {speed}. It has {known}.", speed=speed, known=known))
        return kind.make(model=model, form=options.v3_form, **chosen)

    def models(self, able: Iterable[Model], current: str) -> Choices:
        """Those of the models that the relay has, newest first."""
        offered = [model for model in reversed(self.options.offered_models) if model in able]
        wanted = current.strip().lower()
        return [
            app_commands.Choice(name=NAMES[model], value=model)
            for model in offered
            if wanted in NAMES[model].lower() or wanted == model.lower()
        ]

    def model_of(self, interaction: Interaction, able: tuple[Model, ...] = Image.able) -> Model:
        """The model that is chosen so far while a command is typed, else the usual one."""
        chosen = model_named(interaction.namespace.model)
        found: Model = chosen if chosen in MODELS else self.options.usual(able)
        return found

    def ratio_choices(self, interaction: Interaction, current: str) -> Choices:
        """The aspect ratios of the model."""
        wanted = current.replace("x", ":").replace(" ", "")
        found = [ratio for ratio in ratios_of(self.model_of(interaction)) if wanted in ratio]
        return [app_commands.Choice(name=ratio, value=ratio) for ratio in found][:MOST_CHOICES]

    def size_choices(self, interaction: Interaction, current: str) -> Choices:
        """The sizes of the model, the squarest first: there are more than a list can show."""
        wanted = current.replace(":", "x").replace("×", "x").replace(" ", "")
        found = [size for size in sizes_of(self.model_of(interaction)) if wanted in size]
        found.sort(key=lambda size: abs(int(size.split("x")[0]) - int(size.split("x")[1])))
        return [app_commands.Choice(name=size.replace("x", " × "), value=size) for size in found][:MOST_CHOICES]

    def speed_choices(self, current: str) -> Choices:
        """The speeds of the relay."""
        return named(self.options.offered_speeds, current)


def named(names: Iterable[str], current: str) -> Choices:
    """Those constants whose name holds what was typed."""
    wanted = " ".join(current.lower().replace("_", " ").split())
    shown = {name: name.replace("_", " ").capitalize() for name in names}
    found = [app_commands.Choice(name=words, value=name) for name, words in shown.items() if wanted in words.lower()]
    return found[:MOST_CHOICES]


def preset_choices(current: str) -> Choices:
    """The style presets: as many as a list shows, and by what was typed the others."""
    return named(PRESETS, current)


def palette_choices(current: str) -> Choices:
    """The palettes; colours of one's own are offered as they were typed."""
    own = [app_commands.Choice(name=current[:100], value=current[:100])] if "#" in current else []
    return [*own, *named(PALETTES, current)]


def style_pictures(*given: File | None) -> dict[str, File | None]:
    """The pictures to take the style from, by their fields."""
    return dict(zip(STYLE_PICTURES, given, strict=True))


def name_of(file: File) -> str:
    """What a picture is called."""
    return file.filename.rsplit(".", maxsplit=1)[0][:80]
