"""The Discord client: no privileged intents unless wanted, every cog of ``cogs/``, commands registered only when they
changed."""

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import logs
from bot.config import Config
from bot.engine import Engine
from bot.engine.ports import Glance
from bot.engine.talk import Talk
from bot.metrics import Metrics
from bot.store import StoreProblem
from bot.task import Task
from bot.ui import forms, history, panels, problems, threads, uses, views
from bot.ui.actions import OTHER_VERSION, Actions
from bot.ui.front import Front, asker_of
from bot.ui.history import PAGE, PageButton, Question, layout
from bot.ui.i18n import localized, say
from bot.ui.pace import SLIP, TOO_FAST, Pace, Slips, Verdict
from bot.ui.panels import PanelButton
from bot.ui.uses import Source, UseSelect, begin, usable
from bot.ui.views import TaskButton

log = structlog.get_logger(__name__)
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
"""What the bot asks for (reference ``discord.md`` 7)."""


_MESSAGE = re.compile(r"/(channels/\d+/messages|webhooks/\d+/[^/]+)(/\d+|/messages/[^/]+)?$")
"""Where a message is written or changed."""
NO_INTENT = "switch it on in the developer portal (Bot, Privileged Gateway Intents), or set THREAD_MESSAGES=mentions"


def intents(thread_messages: str) -> discord.Intents:
    """What Discord tells the bot of: servers, and the messages that are to be heard in threads."""
    heard = thread_messages != "off"
    return discord.Intents(guilds=True, guild_messages=heard, message_content=thread_messages == "all")


class Tree(app_commands.CommandTree["Darkroom"]):
    """The command tree, with the one error handler."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Only those are turned away who ask too fast; what is logged from now on says who asked."""
        logs.about(user=interaction.user.id)
        if interaction.type is discord.InteractionType.autocomplete:
            return self.client.pace.typed(interaction.user.id)
        return await self.client.admits(interaction)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Tell the user, tell the log."""
        await problems.report(interaction, error)


discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here, so nothing to warn about


class Darkroom(commands.AutoShardedBot):
    """The bot. The engine is handed over by the app and runs outside of it; ``extensions`` names the cogs to load.

    ``metrics`` counts the requests to Discord.
    """

    def __init__(
        self,
        config: Config,
        extensions: Sequence[str],
        *,
        clock: Callable[[], float],
        shard_count: int | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(config.settings.thread_messages),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            chunk_guilds_at_startup=False,
            shard_count=shard_count,
            http_trace=_counted(metrics or Metrics()),
        )
        self.config = config
        self._cogs = tuple(extensions)
        self._loaded: set[str] = set()
        self.clock = clock
        self.pace = Pace(config.settings.clicks_per_10_seconds, clock)
        self._slips = Slips(clock)
        self.command_ids: dict[str, int] = {}
        self.engine: Engine
        self.front: Front
        self.actions: Actions
        self.talk: Talk

    def attach(self, engine: Engine, talk: Talk) -> None:
        """Give the bot its engine and its conversations; before it is started."""
        self.engine = engine
        self.talk = talk
        self.front = Front(engine.desk, self.clock)
        self.actions = Actions(engine.desk, self.front)

    async def setup_hook(self) -> None:
        """After login, before the gateway: cogs, buttons, commands."""
        await aim_gateway(self)
        self.add_dynamic_items(TaskButton, PageButton, PanelButton, UseSelect)
        for name in self._cogs:
            if name not in self._loaded:  # a login that broke off here is begun again
                await importlib.import_module(name).setup(self)
                self._loaded.add(name)
        await self._try_to_register()

    async def on_ready(self) -> None:
        """Connected, again perhaps: make up for a registration that failed."""
        log.info("connected to Discord", user=str(self.user), guilds=len(self.guilds), shards=self.shard_count)
        if not self.command_ids:
            await self._try_to_register()

    async def _try_to_register(self) -> None:
        try:
            await self._register_commands()
        except (discord.HTTPException, StoreProblem) as error:
            log.error("commands were not registered; the ones Discord knows stay", error=str(error)[:500])

    async def on_message(self, message: discord.Message, /) -> None:
        """Only what is said in the threads of conversations is our business."""
        logs.about(user=message.author.id)
        await threads.heard(self, message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """What discord.py cannot route by itself: forms opened before a restart, buttons of another version."""
        found = forms.submitted(interaction)
        if found is not None:
            if await self.admits(interaction):
                await self._guarded(interaction, self.actions.submit(interaction, *found))
        elif _is_strange(interaction) and await self.admits(interaction):
            await problems.tell(interaction, say(OTHER_VERSION, str(interaction.locale)))

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether to do what a user asks for, who is told once when it comes too fast; never raises."""
        verdict = self.pace.clicked(interaction.user.id)
        if verdict is Verdict.SAY_SO:
            log.info("too fast", user=interaction.user.id)
            await problems.tell(interaction, say(TOO_FAST, str(interaction.locale)))
        return verdict is Verdict.ANSWER

    async def pressed(self, interaction: discord.Interaction[Any], action: str, task_id: str, argument: str) -> None:
        """A button of a card was pressed."""
        slip = 0.0 if self.actions.opens_form(action) else SLIP  # a form may be closed and opened again
        await self._once(interaction, self.actions.press(interaction, action, task_id, argument), slip)

    async def chosen(self, interaction: discord.Interaction[Any], key: str, source: Source) -> None:
        """What to do with a picture was chosen."""
        await self._once(interaction, begin(interaction, key, source))

    def glance(self, task: Task) -> Glance:
        """What a card shows beside the task itself."""
        families = frozenset((use.takes, use.family) for use in usable(self))
        return replace(self.engine.desk.glance(task), families=families)

    async def turned(self, interaction: discord.Interaction[Any], question: Question) -> None:
        """A page of the history was turned."""
        await self._guarded(interaction, self._turn(interaction, question))

    async def _turn(self, interaction: discord.Interaction[Any], question: Question) -> None:
        await interaction.response.defer()
        view = await self.history(interaction, question)
        await interaction.edit_original_response(view=view, allowed_mentions=discord.AllowedMentions.none())

    async def history(self, interaction: discord.Interaction[Any], question: Question) -> discord.ui.LayoutView:
        """One page of the asker's tasks."""
        asker = asker_of(interaction)
        tasks = await self.engine.desk.history(asker, question.which, offset=question.page * PAGE, limit=PAGE + 1)
        return layout(tasks, question, asker.locale)

    async def _once(
        self, interaction: discord.Interaction[Any], doing: Coroutine[Any, Any, None], slip: float = SLIP
    ) -> None:
        """Do what a click asks for, unless it is the last one of that user again, by a slip of the finger."""
        message, about = interaction.message, dict(interaction.data or {})
        click = (interaction.user.id, message and message.id, about.get("custom_id"), str(about.get("values")))
        with self._slips.once(click, slip) as is_meant:
            if not is_meant:
                doing.close()
            await self._guarded(interaction, doing if is_meant else interaction.response.defer())

    async def _guarded(self, interaction: discord.Interaction[Any], doing: Any) -> None:
        logs.about(user=interaction.user.id)
        try:
            await doing
        except Exception as error:
            await problems.report(interaction, error)

    # -------------------------------------------------------------------------------------------- registration

    async def _register_commands(self) -> None:
        """Send the commands to Discord where they differ from what was sent last (creations are rationed), and take
        them back where they are no longer wanted."""
        memory = f"commands/{self.application_id}"
        try:
            known: dict[str, Any] = json.loads(await self.engine.core.store.recall(memory) or "{}")
        except (StoreProblem, ValueError):
            known = {}
        wanted: list[int | None] = list(self.config.settings.guild_ids) or [None]
        sent = {str(guild): await self._register(guild, known.get(str(guild), {})) for guild in wanted}
        left = {scope: known[scope] for scope in known.keys() - sent.keys() if not await self._took_back(scope)}
        if (sent | left) != known:
            await self.engine.core.store.remember(memory, json.dumps(sent | left))
        for registration in sent.values():
            self.command_ids.update(registration["ids"])

    async def _register(self, guild_id: int | None, known: dict[str, Any]) -> dict[str, Any]:
        """Register in one guild, or everywhere (``None``); returns what to remember of it."""
        guild = discord.Object(guild_id) if guild_id is not None else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        payload: list[Any] = self._payload(guild)
        fingerprint = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        if known.get("fingerprint") == fingerprint:
            return known
        app = self.application_id or 0
        if guild_id is None:
            registered = await self.http.bulk_upsert_global_commands(app, payload)
        else:
            registered = await self.http.bulk_upsert_guild_commands(app, guild_id, payload)
        log.info("commands registered", count=len(registered), guild=guild_id)
        return {"fingerprint": fingerprint, "ids": {found["name"]: int(found["id"]) for found in registered}}

    async def _took_back(self, scope: str) -> bool:
        """Remove the commands from a guild, or from everywhere (``"None"``), so that nobody sees them twice."""
        log.info("commands taken back", guild=scope)
        app = self.application_id or 0
        try:
            if scope == "None":
                await self.http.bulk_upsert_global_commands(app, [])
            else:
                await self.http.bulk_upsert_guild_commands(app, int(scope), [])
        except discord.HTTPException as error:
            log.warning("old commands could not be taken back", guild=scope, status=error.status)
            return False
        return True

    def _payload(self, guild: discord.Object | None) -> list[dict[str, Any]]:
        return [localized(command.to_dict(self.tree)) for command in self.tree.get_commands(guild=guild)]

    def mention(self, qualified_name: str) -> str:
        """A command as a link that a click puts into the message box."""
        root = qualified_name.split(" ", maxsplit=1)[0]
        known = self.command_ids.get(root)
        return f"</{qualified_name}:{known}>" if known else f"`/{qualified_name}`"


def _is_strange(interaction: discord.Interaction[Any]) -> bool:
    """Whether something was clicked that is none of ours, or of another version."""
    data: dict[str, Any] = dict(interaction.data or {})
    name = str(data.get("custom_id", ""))
    ours = (views.PATTERN, history.PATTERN, panels.PATTERN, uses.PATTERN)
    return interaction.type is discord.InteractionType.component and not any(
        re.fullmatch(pattern, name) for pattern in ours
    )


def _counted(metrics: Metrics) -> aiohttp.TraceConfig:
    """What aiohttp tells of every request of discord.py, also of those that are throttled and repeated there."""
    trace = aiohttp.TraceConfig()

    async def answered(_session: object, _context: object, about: aiohttp.TraceRequestEndParams) -> None:
        metrics.requested(about.method, about.response.status)
        if about.response.status == 429 and about.method in {"PATCH", "POST"} and _MESSAGE.search(about.url.path):
            metrics.edited("throttled")

    async def failed(_session: object, _context: object, about: aiohttp.TraceRequestExceptionParams) -> None:
        metrics.requested(about.method, 0)

    trace.on_request_end.append(answered)
    trace.on_request_exception.append(failed)
    return trace


def aim(api_url: str) -> None:
    """Use another REST base than Discord's own (a rate-limit proxy, a test server); before any client is made."""
    Route.BASE = api_url.rstrip("/")


async def aim_gateway(client: discord.Client) -> None:
    """With another REST base, take the gateway's address from there too; discord.py falls back to a constant."""
    if not Route.BASE.startswith("https://discord.com/"):
        _shards, url, _limits = await client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
