"""Conversations with OpenAI's models."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.providers.openai.declared import OPENAI, OpenAIOptions
from bot.talk import Manner
from bot.text import listed
from bot.ui.conversations import Conversations, Prompt
from bot.ui.front import Interaction
from bot.ui.models import model_choices
from bot.ui.pickers import Choices

_EFFORTS = [
    app_commands.Choice(name=L("Minimal"), value="minimal"),
    app_commands.Choice(name=L("Low"), value="low"),
    app_commands.Choice(name=L("Medium"), value="medium"),
    app_commands.Choice(name=L("High"), value="high"),
]


class Chat(Conversations):
    """``/openai chat`` and ``conversations``."""

    talker = OPENAI.name

    @property
    def _chosen(self) -> OpenAIOptions:
        return OpenAIOptions.of(self.bot.config.options(OPENAI.name))

    @app_commands.command(name="chat", description=L("Ask a model something; the answer appears as it is written"))
    @app_commands.describe(
        prompt=L("What you ask"),
        model=L("Which model"),
        file=L("A picture or a text file"),
        file2=L("Another one"),
        file3=L("Another one"),
        system=L("How the model shall behave in this conversation"),
        effort=L("How hard a reasoning model thinks"),
        everybody=L("Let everybody who sees it go on with the conversation"),
        thread=L("Open a thread for the conversation"),
    )
    @app_commands.choices(effort=_EFFORTS)
    async def chat(
        self,
        interaction: Interaction,
        prompt: Prompt,
        model: str | None = None,
        file: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        system: app_commands.Range[str, 1, 4000] | None = None,
        effort: str | None = None,
        everybody: bool | None = None,
        thread: bool | None = None,
    ) -> None:
        """A new conversation."""
        manner = Manner(model=model or self._chosen.chat_model, system=system or "", effort=effort)
        await self.begin(interaction, manner, prompt, (file, file2, file3), everybody=everybody, thread=thread)

    @chat.autocomplete("model")
    async def _chat_models(self, interaction: Interaction, current: str) -> Choices:
        return await self.models(interaction, current)

    async def models(self, interaction: Interaction, current: str) -> Choices:
        """The relay's models that one can talk with."""
        return await model_choices(interaction, current, ("chat",), listed(self._chosen.chat_models))
