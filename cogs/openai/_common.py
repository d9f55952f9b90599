"""What OpenAI's commands for media share: the operator's settings, texts, and choices of models."""

from collections.abc import Sequence

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.prices import ModelKind
from bot.providers.openai import OPENAI, OpenAIOptions
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.models import model_choices
from bot.ui.pickers import MOST, Choices

Words = app_commands.Range[str, 1, 6000]
MODEL = L("Which model")
ANOTHER = L("Another picture")


class Common(commands.Cog):
    """A part of the cog."""

    bot: Darkroom

    @property
    def options(self) -> OpenAIOptions:
        """The operator's settings."""
        return OpenAIOptions.of(self.bot.config.options(OPENAI.name))


async def models(interaction: Interaction, current: str, kind: ModelKind, usual: Sequence[str]) -> Choices:
    """The relay's models of a kind, those first that are ``usual`` here; while none is known, only the usual ones."""
    found = await model_choices(interaction, current, (kind,), usual)
    if {choice.value for choice in found} <= set(usual):
        return found
    wanted = [name for name in usual if current.strip().lower() in name.lower()]
    own = [
        choice for name in wanted for choice in await model_choices(interaction, name, (kind,)) if choice.value == name
    ]
    return list({choice.value: choice for choice in (*own, *found)}.values())[:MOST]


def chosen(interaction: Interaction, usual: Sequence[str]) -> str:
    """The model that was chosen so far, else the first of the ``usual`` ones."""
    return str(getattr(interaction.namespace, "model", None) or usual[0])
