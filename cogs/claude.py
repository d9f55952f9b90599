"""``/claude``: conversations with Claude."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.errors import Problem
from bot.providers.claude import CLAUDE, LEAST_THINKING, ClaudeOptions
from bot.talk import Manner
from bot.text import _
from bot.ui import chat
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.pickers import MOST, Choices

Prompt = app_commands.Range[str, 1, 6000]
Title = app_commands.Range[str, 1, 80]
MOST_THINKING = 60_000


class Claude(commands.GroupCog, name="claude", description=L("Conversations with Claude")):
    """The commands of one provider."""

    conversations = app_commands.Group(name="conversations", description=L("Your conversations with Claude"))

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        chat.register_chat()

    @property
    def options(self) -> ClaudeOptions:
        """The operator's settings."""
        found = self.bot.config.options(CLAUDE.name)
        return found if isinstance(found, ClaudeOptions) else ClaudeOptions()

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
    ) -> None:
        """A new conversation."""
        if thinking is not None and 0 < thinking < LEAST_THINKING:
            raise Problem(_("Claude thinks with at least {least} tokens, or not at all (0).", least=LEAST_THINKING))
        manner = Manner(model=model or self.options.model, system=system or "", thinking=thinking or None)
        files = (file, file2, file3)
        await chat.begin(interaction, CLAUDE.name, manner, prompt, files, open_to_all=bool(everybody))

    @chat.autocomplete("model")
    async def _models(self, _interaction: Interaction, current: str) -> Choices:
        wanted = current.strip().lower()
        names = [name.strip() for name in self.options.models.split(",") if name.strip()]
        return [app_commands.Choice(name=name, value=name) for name in names if wanted in name.lower()][:MOST]

    @conversations.command(name="list", description=L("Your conversations, newest first"))
    @app_commands.describe(search=L("Words of the title"))
    async def list(self, interaction: Interaction, search: str | None = None) -> None:
        """One's conversations."""
        await chat.show_list(interaction, CLAUDE.name, search or "")

    @conversations.command(name="reply", description=L("Go on with a conversation"))
    @app_commands.describe(
        conversation=L("Which one"), prompt=L("What you say"), file=L("A picture, a text file or a PDF")
    )
    async def reply(
        self, interaction: Interaction, conversation: str, prompt: Prompt, file: discord.Attachment | None = None
    ) -> None:
        """A further question."""
        await chat.reply(interaction, conversation, prompt, (file,))

    @conversations.command(name="rename", description=L("Give a conversation another title"))
    @app_commands.describe(conversation=L("Which one"), title=L("Its new title"))
    async def rename(self, interaction: Interaction, conversation: str, title: Title) -> None:
        """Another title."""
        await chat.rename(interaction, conversation, title)

    @conversations.command(name="share", description=L("Say whether everybody may go on with a conversation"))
    @app_commands.describe(conversation=L("Which one"), everybody=L("Whether everybody who sees it may go on with it"))
    async def share(self, interaction: Interaction, conversation: str, everybody: bool) -> None:
        """Open or closed."""
        await chat.share(interaction, conversation, to_all=everybody)

    @conversations.command(name="delete", description=L("Forget a conversation"))
    @app_commands.describe(conversation=L("Which one"))
    async def delete(self, interaction: Interaction, conversation: str) -> None:
        """Forget it."""
        await chat.delete(interaction, conversation)

    @reply.autocomplete("conversation")
    @rename.autocomplete("conversation")
    @share.autocomplete("conversation")
    @delete.autocomplete("conversation")
    async def _conversations(self, interaction: Interaction, current: str) -> Choices:
        return await chat.conversation_choices(interaction, CLAUDE.name, current)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Claude(bot))
