"""The commands that every provider has whom one talks with: list, reply, rename, share and delete."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.talk import Manner
from bot.ui import chat
from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.pickers import Choices
from bot.ui.threads import check_thread

Prompt = app_commands.Range[str, 1, 6000]
Title = app_commands.Range[str, 1, 80]


class Conversations(commands.Cog):
    """A part of a cog; ``talker`` is the provider's name."""

    bot: Darkroom
    talker: str

    async def models(self, interaction: Interaction, current: str) -> Choices:
        """The models that can be asked."""
        raise NotImplementedError

    async def begin(
        self,
        interaction: Interaction,
        manner: Manner,
        prompt: str,
        files: chat.Files,
        *,
        everybody: bool | None,
        thread: bool | None,
    ) -> None:
        """A new conversation. Raises :class:`Problem`."""
        if thread:
            check_thread(interaction)
        await chat.begin(
            interaction, self.talker, manner, prompt, files, open_to_all=bool(everybody), in_thread=bool(thread)
        )

    conversations = app_commands.Group(name="conversations", description=L("Your conversations"))

    @conversations.command(name="list", description=L("Your conversations, newest first"))
    @app_commands.describe(search=L("Words of the title"))
    async def list(self, interaction: Interaction, search: str | None = None) -> None:
        """One's conversations."""
        await chat.show_list(interaction, self.talker, search or "")

    @conversations.command(name="reply", description=L("Go on with a conversation"))
    @app_commands.describe(
        conversation=L("Which one"),
        prompt=L("What you say"),
        file=L("A picture or a text file"),
        model=L("Another model from now on"),
    )
    async def reply(
        self,
        interaction: Interaction,
        conversation: str,
        prompt: Prompt,
        file: discord.Attachment | None = None,
        model: str | None = None,
    ) -> None:
        """A further question."""
        await chat.reply(interaction, conversation, prompt, (file,), self.talker, model or "")

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
        return await chat.conversation_choices(interaction, self.talker, current)

    @reply.autocomplete("model")
    async def _models(self, interaction: Interaction, current: str) -> Choices:
        return await self.models(interaction, current)
