"""``/tasks``: one's own history, and what can be done with it."""

from discord import AllowedMentions, app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.provider import providers
from bot.text import _
from bot.ui.client import Darkroom
from bot.ui.front import Interaction, asker_of
from bot.ui.history import SEARCH_LIMIT, STATUSES, Question
from bot.ui.i18n import say
from bot.ui.pickers import active_tasks, all_tasks, retryable_tasks

Choices = list[app_commands.Choice[str]]


class Tasks(commands.GroupCog, name="tasks", description=L("Your tasks")):
    """History and single tasks."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot

    @app_commands.command(name="list", description=L("What you have asked for, newest first"))
    @app_commands.describe(
        provider=L("Only tasks of this provider"),
        status=L("Only tasks with this status"),
        search=L("Only tasks whose prompt contains this"),
    )
    @app_commands.choices(
        status=[app_commands.Choice(name=L(text.source), value=name) for name, (text, _phases) in STATUSES.items()]
    )
    async def list(
        self,
        interaction: Interaction,
        provider: str | None = None,
        status: str | None = None,
        search: app_commands.Range[str, 1, SEARCH_LIMIT] | None = None,
    ) -> None:
        """The history, in pages."""
        await self.bot.front.acknowledge(interaction, private=True)
        question = Question(0, (provider or "").lower()[:20], status or "", search or "")
        view = await self.bot.history(interaction, question)
        await interaction.edit_original_response(view=view, allowed_mentions=AllowedMentions.none())

    @list.autocomplete("provider")
    async def _providers(self, _interaction: Interaction, current: str) -> Choices:
        known = providers().values()
        wanted = current.lower()
        return [app_commands.Choice(name=p.title, value=p.name) for p in known if wanted in p.title.lower()][:25]

    @app_commands.command(name="show", description=L("Bring one of your tasks into this channel, with its buttons"))
    @app_commands.describe(task_id=L("Which task"))
    @app_commands.rename(task_id="id")
    async def show(self, interaction: Interaction, task_id: str) -> None:
        """A task's card, here."""
        message_id = await self.bot.front.acknowledge(interaction)
        place = self.bot.front.place(interaction, message_id)
        await self.bot.engine.desk.show(task_id, asker_of(interaction), place)

    @show.autocomplete("task_id")
    async def _all(self, interaction: Interaction, current: str) -> Choices:
        return await all_tasks(interaction, current)

    @app_commands.command(name="cancel", description=L("Stop one of your tasks"))
    @app_commands.describe(task_id=L("Which task"))
    @app_commands.rename(task_id="id")
    async def cancel(self, interaction: Interaction, task_id: str) -> None:
        """Cancel a task."""
        await self.bot.front.acknowledge(interaction, private=True)
        task = await self.bot.engine.desk.cancel(task_id, asker_of(interaction))
        locale = str(interaction.locale)
        await interaction.edit_original_response(content=say(task.reason or _("Cancelled."), locale))

    @cancel.autocomplete("task_id")
    async def _active(self, interaction: Interaction, current: str) -> Choices:
        return await active_tasks(interaction, current)

    @app_commands.command(name="retry", description=L("Send a task that did not work out once more"))
    @app_commands.describe(task_id=L("Which task"))
    @app_commands.rename(task_id="id")
    async def retry(self, interaction: Interaction, task_id: str) -> None:
        """The same request once more."""
        message_id = await self.bot.front.acknowledge(interaction)
        place = self.bot.front.place(interaction, message_id)
        await self.bot.engine.desk.retry(task_id, asker_of(interaction), place)

    @retry.autocomplete("task_id")
    async def _retryable(self, interaction: Interaction, current: str) -> Choices:
        return await retryable_tasks(interaction, current)


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(Tasks(bot))
