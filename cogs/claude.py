"""``/claude``: conversations with Claude."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.providers.claude import CLAUDE, LEAST_THINKING, ClaudeOptions
from bot.talk import Manner
from bot.text import _, listed
from bot.ui import chat
from bot.ui.client import Darkroom
from bot.ui.conversations import Conversations, Prompt
from bot.ui.front import Interaction
from bot.ui.models import model_choices
from bot.ui.pickers import Choices

MOST_THINKING = 60_000


class Claude(Conversations, commands.GroupCog, name="claude", description=L("Conversations with Claude")):
    """The commands of one provider."""

    talker = CLAUDE.name

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        chat.register_chat()

    @property
    def options(self) -> ClaudeOptions:
        """The operator's settings."""
        return ClaudeOptions.of(self.bot.config.options(CLAUDE.name))

    @app_commands.command(name="chat", description=L("Ask Claude something; the answer appears as it is written"))
    @app_commands.describe(
        prompt=L("What you ask"),
        model=L("Which model"),
        file=L("A picture, a text file or a PDF"),
        file2=L("Another one"),
        file3=L("Another one"),
        system=L("How Claude shall behave in this conversation"),
        thinking=L("How many tokens Claude may think before it answers (1024 at least)"),
        everybody=L("Let everybody who sees it go on with the conversation"),
        thread=L("Open a thread for the conversation"),
    )
    async def chat(
        self,
        interaction: Interaction,
        prompt: Prompt,
        model: str | None = None,
        file: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        system: app_commands.Range[str, 1, 4000] | None = None,
        thinking: app_commands.Range[int, 0, MOST_THINKING] | None = None,
        everybody: bool | None = None,
        thread: bool | None = None,
    ) -> None:
        """A new conversation."""
        if thinking is not None and 0 < thinking < LEAST_THINKING:
            raise Problem(_("Claude thinks with at least {least} tokens, or not at all (0).", least=LEAST_THINKING))
        manner = Manner(model=model or self.options.model, system=system or "", thinking=thinking or None)
        await self.begin(interaction, manner, prompt, (file, file2, file3), everybody=everybody, thread=thread)

    @chat.autocomplete("model")
    async def _chat_models(self, interaction: Interaction, current: str) -> Choices:
        return await self.models(interaction, current)

    async def models(self, interaction: Interaction, current: str) -> Choices:
        """The relay's models that one can talk with."""
        return await model_choices(interaction, current, ("claude",), listed(self.options.models))


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Claude(bot))
