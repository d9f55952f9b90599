"""Making, listing, looking at and deleting finetunes: for those who manage the server."""

import json

import discord
from discord import AllowedMentions, app_commands
from discord.app_commands import locale_str as L

from bot.engine.desk import MANAGERS_ONLY
from bot.errors import Problem
from bot.providers.flux import FLUX, answers, finetunes
from bot.providers.flux.finetunes import Finetune
from bot.text import Text, _
from bot.ui.cards import plain
from bot.ui.front import Interaction, asker_of
from bot.ui.i18n import say
from bot.ui.pickers import Choices
from cogs.flux._common import Share
from cogs.flux._finetuned import FinetuneChoice, Id

MOST_WORDS = 1990
"""Characters of an answer (reference ``discord.md`` 5)."""
MODES = [
    app_commands.Choice(name=L("Character"), value="character"),
    app_commands.Choice(name=L("Product"), value="product"),
    app_commands.Choice(name=L("Style"), value="style"),
    app_commands.Choice(name=L("General"), value="general"),
]
PRIORITIES = [
    app_commands.Choice(name=L("Speed"), value="speed"),
    app_commands.Choice(name=L("Quality"), value="quality"),
    app_commands.Choice(name=L("High resolution only"), value="high_res_only"),
]
KINDS = [app_commands.Choice(name="LoRA", value="lora"), app_commands.Choice(name=L("Full"), value="full")]
RANKS = [app_commands.Choice(name=str(rank), value=rank) for rank in (16, 32)]
WHICH = L("Which finetune")


class Training(FinetuneChoice):
    """``/flux finetune``. Discord knows permissions of whole commands only, so it is asked for here, on every use."""

    trainings = app_commands.Group(name="finetune", description=L("Finetunes, for those who manage the server"))

    @trainings.command(name="create", description=L("Train Flux on pictures of yours; it costs the operator money"))
    @app_commands.describe(
        pictures=L("A ZIP file of the pictures, at most 25 MiB"),
        name=L("What you call it"),
        mode=L("What the pictures show"),
        trigger_word=L("The word in a prompt that calls for it (TOK if you leave it out)"),
        iterations=L("How long to train, from 100 to 1000 (300 if you leave it out)"),
        learning_rate=L("How fast it learns, such as 0.00001"),
        captioning=L("Describe the pictures by itself (yes if you leave it out)"),
        priority=L("What counts most (quality if you leave it out)"),
        kind=L("LoRA or full (full if you leave it out)"),
        rank=L("Rank of a LoRA (32 if you leave it out)"),
    )
    @app_commands.rename(kind="type")
    @app_commands.choices(mode=MODES, priority=PRIORITIES, kind=KINDS)
    @app_commands.choices(rank=RANKS)
    async def create(
        self,
        interaction: Interaction,
        pictures: discord.Attachment,
        name: Id,
        mode: str,
        trigger_word: app_commands.Range[str, 1, 100] | None = None,
        iterations: app_commands.Range[int, 100, 1000] | None = None,
        learning_rate: Share | None = None,
        captioning: bool | None = None,
        priority: str | None = None,
        kind: str | None = None,
        rank: int | None = None,
    ) -> None:
        """A new finetune."""
        require_manager(interaction)
        how = {"iterations": iterations, "learning_rate": learning_rate, "captioning": captioning}
        kinds = {"priority": priority, "finetune_type": kind, "lora_rank": rank}
        words = {"finetune_comment": name, "mode": mode, "trigger_word": trigger_word}
        submission = Finetune.make(asked=self.options.result, **words, **how, **kinds)
        await self.bot.front.take(interaction, submission, {"file_data": pictures})

    @trainings.command(name="list", description=L("The finetunes that the relay has"))
    async def list(self, interaction: Interaction) -> None:
        """What the relay lists, for the asker alone."""
        require_manager(interaction)
        await self.bot.front.acknowledge(interaction, private=True)
        found = answers.finetunes(await self.bot.engine.desk.ask(FLUX.name, finetunes.LIST))
        nothing = say(_("The relay has no finetunes."), str(interaction.locale))
        await _tell(interaction, "\n".join(f"🧬 {plain(name, 100)}" for name in found) or nothing)

    @trainings.command(name="details", description=L("What the relay knows of a finetune"))
    @app_commands.describe(finetune=WHICH)
    async def details(self, interaction: Interaction, finetune: Id) -> None:
        """What the relay knows, for the asker alone."""
        require_manager(interaction)
        await self.bot.front.acknowledge(interaction, private=True)
        found = answers.details(await self.bot.engine.desk.ask(FLUX.name, finetunes.details(finetune)))
        code = json.dumps(found, ensure_ascii=False, indent=1).replace("```", "'''")
        await _tell(interaction, f"```json\n{code[: MOST_WORDS - 20]}\n```")

    @trainings.command(name="delete", description=L("Delete a finetune for good"))
    @app_commands.describe(finetune=WHICH)
    async def delete(self, interaction: Interaction, finetune: Id) -> None:
        """It is deleted at the relay."""
        require_manager(interaction)
        await self.bot.front.acknowledge(interaction, private=True)
        await self.bot.engine.desk.ask(FLUX.name, finetunes.delete(finetune))
        done: Text = _("The finetune {name} is deleted.", name=plain(finetune, 100))
        await _tell(interaction, say(done, str(interaction.locale)))

    @details.autocomplete("finetune")
    @delete.autocomplete("finetune")
    async def _known(self, interaction: Interaction, current: str) -> Choices:
        return await self.finetune_choices(interaction, current)


def require_manager(interaction: Interaction) -> None:
    """Refuse everybody who may not manage the server with :class:`Problem`."""
    if not asker_of(interaction).manager:
        raise Problem(MANAGERS_ONLY)


async def _tell(interaction: Interaction, words: str) -> None:
    await interaction.edit_original_response(content=words[:MOST_WORDS], allowed_mentions=AllowedMentions.none())
