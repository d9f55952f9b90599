"""A stock discord.py bot for the server's own test; it knows nothing of the simulation but its two addresses."""

import asyncio
import io
import os
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from discord.ext import commands
from discord.gateway import DiscordWebSocket

ACTIONS = ("note", "touch", "burst", "hold", "use")
MODELS = ("alpha", "beta", "gamma")


class Note(ui.Modal, title="Note"):
    """Asks for a line and a file."""

    text: ui.Label[Any] = ui.Label(text="Text", component=ui.TextInput(custom_id="note-text"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Answer with what was written, for the writer only."""
        assert isinstance(self.text.component, ui.TextInput)
        await interaction.response.send_message(f"noted {self.text.component.value}", ephemeral=True)


class Size(ui.DynamicItem[ui.Select[Any]], template=r"stock:size"):
    """A menu that survives restarts."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=size) for size in ("small", "large")]
        super().__init__(ui.Select(custom_id="stock:size", options=options))

    @classmethod
    async def from_custom_id(cls, *_: Any) -> "Size":
        """Out: the menu for any message."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Write the choice into the message."""
        await interaction.response.edit_message(content=f"size {self.item.values[0]}")


class Action(ui.DynamicItem[ui.Button[Any]], template=r"stock:do:(?P<name>[a-z]+)"):
    """A button that survives restarts; its custom_id names what to do."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(ui.Button(label=name, custom_id=f"stock:do:{name}"))

    @classmethod
    async def from_custom_id(cls, _: Any, __: Any, match: Any) -> "Action":
        """In: the matched custom_id. Out: the button."""
        return cls(match["name"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do what the button says."""
        await getattr(self, f"do_{self.name}")(interaction)

    async def do_note(self, interaction: discord.Interaction) -> None:
        """Open the modal."""
        await interaction.response.send_modal(Note())

    async def do_touch(self, interaction: discord.Interaction) -> None:
        """Edit the message with the bot token and report how it went."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        assert interaction.message is not None
        try:
            await _by_bot_token(interaction).edit(content=f"touched by {interaction.locale}")
        except Exception as error:
            await interaction.edit_original_response(content=f"failed {type(error).__name__} {_code(error)}")
        else:
            await interaction.edit_original_response(content=f"touched, limit {interaction.filesize_limit}")

    async def do_burst(self, interaction: discord.Interaction) -> None:
        """Edit the message seven times at once with the bot token."""
        await interaction.response.defer()
        await asyncio.gather(*(_by_bot_token(interaction).edit(content=f"burst {n}") for n in range(7)))
        await _by_bot_token(interaction).edit(content="burst over")

    async def do_hold(self, interaction: discord.Interaction) -> None:
        """Keep the interaction for later."""
        await interaction.response.defer()
        _stock(interaction).held = interaction

    async def do_use(self, interaction: discord.Interaction) -> None:
        """Use the kept interaction's token; if it is dead, say so with the bot token."""
        await interaction.response.defer()
        held = _stock(interaction).held
        assert held is not None
        try:
            await held.edit_original_response(content="token alive")
        except discord.HTTPException as error:
            await _by_bot_token(interaction).edit(content=f"token {error.status}/{error.code}")


def _stock(interaction: discord.Interaction) -> "StockBot":
    assert isinstance(interaction.client, StockBot)
    return interaction.client


def _code(error: Exception) -> int:
    return error.code if isinstance(error, discord.HTTPException) else 0


def _by_bot_token(interaction: discord.Interaction) -> discord.PartialMessage:
    assert interaction.channel_id is not None and interaction.message is not None
    place = interaction.client.get_partial_messageable(interaction.channel_id)
    return place.get_partial_message(interaction.message.id)


@app_commands.command(name="draw", description="Draw something")
async def draw(
    interaction: discord.Interaction, prompt: str, model: str = "alpha", image: discord.Attachment | None = None
) -> None:
    """Defer, edit twice, deliver a file with buttons, follow up in private."""
    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(content="1 %")
    await interaction.edit_original_response(content="50 %")
    data = await image.read() if image is not None else b"nothing"
    view = ui.View(timeout=None)
    for name in ACTIONS:
        view.add_item(Action(name))
    view.add_item(Size())
    file = discord.File(io.BytesIO(data[::-1]), "result.bin")
    await interaction.edit_original_response(content=f"{prompt} by {model}", attachments=[file], view=view)
    await interaction.followup.send(f"done for {interaction.locale}", ephemeral=True)


@draw.autocomplete("model")
async def complete_model(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Out: the models that contain what was typed."""
    return [app_commands.Choice(name=name.title(), value=name) for name in MODELS if current in name]


@app_commands.context_menu(name="Count letters")
async def count_letters(interaction: discord.Interaction, message: discord.Message) -> None:
    """Say how long a message is."""
    await interaction.response.send_message(f"{len(message.content)} letters")


class StockBot(commands.AutoShardedBot):
    """The bot; `held` is an interaction kept for later."""

    held: discord.Interaction | None = None

    async def setup_hook(self) -> None:
        """Register everything. A session that is refused on RESUME starts again at DEFAULT_GATEWAY."""
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self.add_dynamic_items(Action, Size)
        group = app_commands.Group(name="stock", description="Stock bot")
        group.add_command(draw)
        self.tree.add_command(group)
        self.tree.add_command(count_letters)
        await self.tree.sync()


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    StockBot(commands.when_mentioned, intents=discord.Intents(guilds=True)).run(os.environ["DISCORD_TOKEN"])
