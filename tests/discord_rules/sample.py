"""A small bot that sends every kind of request this project sends, to see what discord.py makes of it."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

GUILD_AND_DM = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
BOTH_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


def picture(name: str = "fox.png") -> discord.File:
    """A file as the bot sends it."""
    return discord.File(io.BytesIO(b"\x89PNG"), filename=name, description="a fox")


def card(image: str = "fox.png") -> discord.Embed:
    """An embed with every part filled."""
    embed = discord.Embed(title="Fox", description="a fox", colour=0x5865F2, timestamp=discord.utils.utcnow())
    embed.url = "https://example.invalid/fox"
    embed.set_author(name="ann", icon_url="https://example.invalid/ann.png")
    embed.set_footer(text="luma", icon_url="https://example.invalid/luma.png")
    embed.add_field(name="cost", value="3", inline=True)
    return embed.set_image(url=f"attachment://{image}").set_thumbnail(url="https://example.invalid/t.png")


def buttons() -> ui.View:
    """Buttons of the older kind and selects."""
    view = ui.View(timeout=None)
    view.add_item(ui.Button(label="Again", emoji="🔁", custom_id="v1:again:1"))
    view.add_item(ui.Button(label="Open", url="https://example.invalid/"))
    options = [discord.SelectOption(label="One", value="1", description="first", emoji="🦊", default=True)]
    view.add_item(ui.Select(custom_id="v1:pick:1", placeholder="pick", options=options))
    view.add_item(ui.UserSelect(custom_id="v1:user:1", default_values=[discord.Object(1, type=discord.User)]))
    view.add_item(ui.ChannelSelect(custom_id="v1:channel:1", channel_types=[discord.ChannelType.text]))
    return view


def layout(name: str = "fox.png") -> ui.LayoutView:
    """A layout with every component of the newer kind."""
    view = ui.LayoutView(timeout=None)
    again: ui.Button[ui.LayoutView] = ui.Button(label="Again", custom_id="v1:again:2")
    options = [discord.SelectOption(label="One", value="1")]
    view.add_item(
        ui.Container(
            ui.Section(ui.TextDisplay("## Fox"), accessory=ui.Thumbnail(f"attachment://{name}", description="fox")),
            ui.Section(ui.TextDisplay("again"), accessory=again),
            ui.Separator(spacing=discord.SeparatorSpacing.large),
            ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description="fox", spoiler=True)),
            ui.File(f"attachment://{name}"),
            ui.ActionRow(ui.Select(custom_id="v1:pick:2", options=options)),
            ui.ActionRow(ui.Button(label="Stop", style=discord.ButtonStyle.danger, custom_id="v1:stop:2")),
            accent_colour=0x5865F2,
            spoiler=True,
        )
    )
    return view.add_item(ui.TextDisplay("below @everyone"))


class Form(ui.Modal, title="Generate"):
    """A modal with text, a select, a file and the newer choices."""

    prompt: ui.Label[Any] = ui.Label(
        text="Prompt",
        description="what to draw",
        component=ui.TextInput(style=discord.TextStyle.long, placeholder="a fox", max_length=4000),
    )
    model: ui.Label[Any] = ui.Label(
        text="Model", component=ui.Select(options=[discord.SelectOption(label="One", value="1")])
    )
    image: ui.Label[Any] = ui.Label(text="Image", component=ui.FileUpload(required=False, min_values=0, max_values=2))
    size: ui.Label[Any] = ui.Label(
        text="Size",
        component=ui.RadioGroup(options=[discord.RadioGroupOption(label=text, value=text) for text in ("s", "l")]),
    )
    note: ui.TextDisplay[Any] = ui.TextDisplay("It costs 3 credits.")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Answer privately."""
        await interaction.response.send_message("taken", ephemeral=True)


class Translator(app_commands.Translator):
    """Two languages for every text."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """A translation for Russian and Chinese only."""
        if locale not in {discord.Locale.russian, discord.Locale.chinese}:
            return None
        named = context.location in {
            app_commands.TranslationContextLocation.command_name,
            app_commands.TranslationContextLocation.group_name,
            app_commands.TranslationContextLocation.parameter_name,
        }
        prefix = "имя-" if locale is discord.Locale.russian else "名"
        return f"{prefix}{string.message}" if named else f"{string.message} ({prefix})"


class Luma(app_commands.Group):
    """A group of commands with options of every kind."""

    def __init__(self) -> None:
        super().__init__(
            name="luma", description="Videos", allowed_contexts=GUILD_AND_DM, allowed_installs=BOTH_INSTALLS
        )

    @app_commands.command()
    @app_commands.describe(prompt="what to draw", image="a first frame", seed="a number", model="which model")
    @app_commands.choices(
        size=[app_commands.Choice(name="Small", value="s"), app_commands.Choice(name="Big", value="l")]
    )
    async def generate(
        self,
        interaction: discord.Interaction,
        prompt: app_commands.Range[str, 1, 4000],
        image: discord.Attachment | None = None,
        size: app_commands.Choice[str] | None = None,
        seed: app_commands.Range[int, 0, 2**32] = 0,
        weight: app_commands.Range[float, 0.0, 1.0] = 0.5,
        model: str = "ray",
        target: discord.TextChannel | None = None,
    ) -> None:
        """Generate a video."""
        await interaction.response.defer()
        await interaction.edit_original_response(content="3 %", embed=card(), view=buttons(), attachments=[picture()])
        message = await interaction.original_response()
        await message.edit(content="50 %", attachments=[message.attachments[0], picture("two.png")])
        await interaction.edit_original_response(content=None, embeds=[], view=layout(), attachments=[picture()])
        await interaction.edit_original_response(view=layout())
        await interaction.followup.send("only for you", ephemeral=True)
        await interaction.followup.send(view=layout("n.png"), file=picture("n.png"))

    @generate.autocomplete("model")
    async def complete(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Two models."""
        return [app_commands.Choice(name=current + name, value=name) for name in ("ray", "flash")]


@app_commands.command()
async def form(interaction: discord.Interaction) -> None:
    """Open the form."""
    await interaction.response.send_modal(Form())


@app_commands.command()
@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
async def post(interaction: discord.Interaction) -> None:
    """Write into the channel and by direct message, then tidy up."""
    await interaction.response.send_message("posting", view=buttons(), file=picture(), embed=card())
    channel = interaction.channel
    if not isinstance(channel, discord.TextChannel):
        return
    first = await channel.send("first", nonce=7)
    only = discord.AllowedMentions(everyone=False, users=[interaction.user], roles=False, replied_user=True)
    second = await channel.send(interaction.user.mention, reference=first, allowed_mentions=only, file=picture())
    await second.edit(content="edited", embed=card("second.png"), attachments=[picture("second.png")])
    third = await channel.send(view=layout(), file=picture(), silent=True)
    await third.edit(view=layout(), allowed_mentions=discord.AllowedMentions.none())
    await third.edit(suppress=True)
    await first.delete()
    await interaction.delete_original_response()
    private = await interaction.user.create_dm()
    await private.send("done", embed=card(), file=picture())


@app_commands.context_menu(name="Describe it")
async def describe(interaction: discord.Interaction, message: discord.Message) -> None:
    """Answer thinking, then change the answer."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.edit_original_response(content="a fox")


class SampleBot(commands.Bot):
    """The bot; a click is answered by an update of its message."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def setup_hook(self) -> None:
        """Register the commands."""
        registered: tuple[Any, ...] = (Luma(), form, post, describe)
        for command in registered:
            self.tree.add_command(command)
        await self.tree.set_translator(Translator())
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer clicks and choices."""
        if interaction.type is not discord.InteractionType.component:
            return
        data: Any = interaction.data or {}
        if data.get("custom_id") == "v1:again:2":
            await interaction.response.edit_message(view=layout("n.png"))
        else:
            await interaction.response.defer()
