"""A bot that does nothing but defer, with nothing but discord.py: nobody can acknowledge faster with it."""

import os

import discord
from discord import app_commands


@app_commands.command(name="bare", description="Only defers")
async def bare(interaction: discord.Interaction, prompt: str) -> None:  # noqa: ARG001 - a command has options
    """Defer."""
    await interaction.response.defer(thinking=True)


class Bare(discord.AutoShardedClient):
    """The bot."""

    async def setup_hook(self) -> None:
        """Register the command."""
        tree = app_commands.CommandTree(self)
        tree.add_command(bare)
        await tree.sync()


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    Bare(intents=discord.Intents(guilds=True)).run(os.environ["DISCORD_TOKEN"])
