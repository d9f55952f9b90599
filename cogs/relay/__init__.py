"""``/relay``: the operator's view of the relay. Only for those who may manage the server."""

from discord import app_commands
from discord.app_commands import locale_str as L
from discord.ext import commands

from bot.ui.client import Darkroom
from bot.ui.front import Interaction
from bot.ui.models import model_choices
from bot.ui.panels import register_panel, show
from bot.ui.pickers import Choices
from cogs.relay._account import account_panel, key_panel
from cogs.relay._common import for_operators, require_manager
from cogs.relay._log import LOGS, USAGE, logs_panel, usage_panel
from cogs.relay._models import MODELS, PRICING, models_panel, pricing_panel
from cogs.relay._status import STATUS, status_panel

ACCOUNT, KEY = "relay-account", "relay-key"
Words = app_commands.Range[str, 1, 100]
PERIODS = [
    app_commands.Choice(name=L("Today"), value="1"),
    app_commands.Choice(name=L("7 days"), value="7"),
    app_commands.Choice(name=L("30 days"), value="30"),
]


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class RelayDesk(commands.GroupCog, name="relay", description=L("The relay behind this bot, for its operator")):
    """Private panels. Discord's permission is only a default that a server may change, so every use is checked."""

    def __init__(self, bot: Darkroom) -> None:
        self.bot = bot
        panels = {
            ACCOUNT: account_panel,
            KEY: key_panel,
            MODELS: models_panel,
            PRICING: pricing_panel,
            USAGE: usage_panel,
            LOGS: logs_panel,
            STATUS: status_panel,
        }
        for name, draw in panels.items():
            register_panel(name, for_operators(draw))

    @app_commands.command(name="account", description=L("What is left on the relay account"))
    async def account(self, interaction: Interaction) -> None:
        """Balance, used, requests, group."""
        await _open(interaction, ACCOUNT)

    @app_commands.command(name="key", description=L("What this bot's key at the relay may use"))
    async def key(self, interaction: Interaction) -> None:
        """Limits and expiry."""
        await _open(interaction, KEY)

    @app_commands.command(name="models", description=L("The models that this bot's key may use"))
    @app_commands.describe(search=L("A part of the name"))
    async def models(self, interaction: Interaction, search: Words | None = None) -> None:
        """All models, or those that are searched for."""
        await _open(interaction, MODELS, search or "")

    @app_commands.command(name="pricing", description=L("What the relay's models cost"))
    @app_commands.describe(model=L("A model, or a part of its name"))
    async def pricing(self, interaction: Interaction, model: Words | None = None) -> None:
        """All prices, or those that are searched for."""
        await _open(interaction, PRICING, model or "")

    @app_commands.command(name="usage", description=L("What was spent at the relay"))
    @app_commands.describe(period=L("Since when (7 days if you leave it out)"))
    @app_commands.choices(period=PERIODS)
    async def usage(self, interaction: Interaction, period: str | None = None) -> None:
        """A chart of what was spent."""
        await _open(interaction, USAGE, period or "7")

    @app_commands.command(name="logs", description=L("The newest requests in the relay's log"))
    async def logs(self, interaction: Interaction) -> None:
        """The log, newest first."""
        await _open(interaction, LOGS)

    @app_commands.command(name="status", description=L("How the relay and every provider are doing"))
    async def status(self, interaction: Interaction) -> None:
        """Every provider."""
        await _open(interaction, STATUS)

    @pricing.autocomplete("model")
    async def _models(self, interaction: Interaction, current: str) -> Choices:
        return await model_choices(interaction, current)


async def _open(interaction: Interaction, panel: str, about: str = "") -> None:
    require_manager(interaction)
    await show(interaction, panel, about=" ".join(about.split()))


async def setup(bot: Darkroom) -> None:
    """Add the cog."""
    await bot.add_cog(RelayDesk(bot))
