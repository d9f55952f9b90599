"""A simulated Discord (SimCord) around the real bot: real time, and users who each read their own language."""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import simcord
from simcord._clock import Clock
from simcord.preview import _markdown, _server

SIZE_LIMIT = 10 * 1024 * 1024
_PLACE_OF_A_PICTURE = ".attachment-image:not([src]) { width: 550px; }"
_QUOTE_END = re.compile(r"^> .*\n(?!> |\n)", re.MULTILINE)


class WallClock(Clock):
    """The simulated Discord's clock, kept at ``base() `` unix seconds plus what was skipped."""

    def __init__(self, base: Any = time.time) -> None:
        super().__init__()
        self._base = base
        self._start = base()
        self._skipped = 0.0
        self._epoch = self._epoch.fromtimestamp(self._start, self._epoch.tzinfo)

    @property
    def elapsed(self) -> float:
        """Seconds since the world was made."""
        return float(self._base() - self._start + self._skipped) if hasattr(self, "_base") else 0.0

    @elapsed.setter
    def elapsed(self, value: float) -> None:
        if hasattr(self, "_base"):
            self._skipped += value - self.elapsed


def make_real(env: simcord.Env, clock: Any = time.time, locales: Mapping[int, str] | None = None) -> None:
    """Let ``env`` keep the time of ``clock`` and give each interaction what live Discord would.

    ``locales`` maps user ids to the locale their client speaks; it may be filled later. SimCord itself sends
    everybody as ``en-US``, without an install owner.
    """
    backend = env.backend
    backend.clock = WallClock(clock)
    spoken: Mapping[int, str] = {} if locales is None else locales
    emit = backend.emit

    def emit_as_discord(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            guild = payload.get("guild_id")
            payload = {
                **payload,
                "locale": spoken.get(int(user["id"]), "en-US"),
                "attachment_size_limit": SIZE_LIMIT,
                "authorizing_integration_owners": {"0": str(guild or 0)},
            }
        emit(event, payload)

    backend.emit = emit_as_discord  # type: ignore[method-assign]  # the one seam that SimCord offers for it


# ------------------------------------------------------------------------------------------------ the page


class Pictures(dict[str, tuple[str, bytes]]):
    """Pictures that messages only point at: Discord fetches them by itself, SimCord's page wants to be given them.

    Nothing but what is below ``origin`` (the simulated relay) is fetched.
    """

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self._origin = f"{origin}/"
        self._wanted: set[str] = set()
        self._refused: set[str] = set()

    def get(self, url: str, default: Any = None, /) -> Any:
        """What is there; what is not there yet will be fetched."""
        if url.startswith(self._origin) and url not in self and url not in self._refused:
            self._wanted.add(url)
            self.asked.set()
        return super().get(url, default)

    async def fetch(self, session: aiohttp.ClientSession) -> None:
        """Get everything that was asked for; what cannot be had is not tried again."""
        self.asked.clear()
        while self._wanted:
            url = self._wanted.pop()
            try:
                async with session.get(url) as response:
                    response.raise_for_status()
                    self[url] = (response.url.name, await response.read())
            except (aiohttp.ClientError, OSError, TimeoutError):
                self._refused.add(url)


class Stage:
    """The page of the simulated Discord, made to show what the real one shows.

    These are private parts of SimCord, whose version is pinned: each viewer reads dates and the descriptions of
    commands in their own language, pictures of the relay at ``origin`` are shown, and an error that the command tree
    answers itself with a sentence is no failure of the page.
    """

    def __init__(self, page: simcord.Preview, env: simcord.Env, locales: Mapping[int, str], origin: str) -> None:
        self.pictures = Pictures(origin)
        self._page = page
        self._env = env
        self._locales = locales
        self._publish_any = page._publish
        self._commands_of = env.backend.visible_commands
        page._explicit_assets = self.pictures
        page._publish = self._publish  # type: ignore[assignment]
        env.backend.visible_commands = self._commands  # type: ignore[method-assign]
        bot: Any = env.bot
        bot.tree.__dict__.pop("on_error", None)  # SimCord's own, laid over the tree's

    def refresh(self) -> None:
        """Show what the bot did by itself; not while somebody acts, for then the page is fresh in a moment.

        SimCord's own refresh waits for the bot and turns away whoever clicks meanwhile. And it counts as a revision:
        a click on what the page showed half a second ago would be turned away as outdated.
        """
        if self._env._operation_task is not None:
            return
        self._page._advance_presentation_time()
        for shown in tuple(self._page._pages.values()):
            if shown.id in self._page._pages:  # publishing forgets pages that nobody looks at any more
                shown.revision -= 1
                self._page._publish(shown, reason="refresh")

    def _publish(self, shown: Any, **how: Any) -> None:
        self._page.locale = self._locales.get(shown.viewer.id, "en-US")
        self._publish_any(shown, **how)

    def _commands(self, *, user_id: int, **where: Any) -> list[dict[str, Any]]:
        locale = self._locales.get(user_id, "en-US")
        return [_in_language(command, locale) for command in self._commands_of(user_id=user_id, **where)]


def _in_language(node: Any, locale: str) -> Any:
    """A copy of a command's description in which every text that has a translation is replaced by it."""
    if isinstance(node, list):
        return [_in_language(item, locale) for item in node]
    if not isinstance(node, dict):
        return node
    words = {name: (node.get(f"{name}_localizations") or {}).get(locale) for name in ("name", "description")}
    return {name: words.get(name) or _in_language(value, locale) for name, value in node.items()}


@contextmanager
def menus_stay_open() -> Iterator[None]:
    """Keep the place of pictures free while SimCord's page draws them anew; begin before the page is served.

    Else the page becomes shorter for a moment, jumps to its top, and closes the menu that was just opened.
    """
    serve = _server.PreviewServer._static

    async def static(self: Any, request: Any) -> Any:
        response = await serve(self, request)
        if request.path.endswith(".css"):
            response.text += _PLACE_OF_A_PICTURE
        return response

    _server.PreviewServer._static = static  # type: ignore[method-assign]  # its version is pinned
    try:
        yield
    finally:
        _server.PreviewServer._static = serve  # type: ignore[method-assign]


@contextmanager
def markdown_as_discord() -> Iterator[None]:
    """Read markdown as Discord does where SimCord differs: mentions in embeds are names, a quotation is one line."""
    mentioning = [_markdown._FIELD_POLICIES[field] for field in ("embed_description", "embed_field_value")]
    quotes = _markdown._discord_multiline_quotes
    _markdown._discord_multiline_quotes = lambda text: _QUOTE_END.sub(r"\g<0>\n", quotes(text))
    for policy in mentioning:
        policy["mentions"] = policy["commands"] = True
    try:
        yield
    finally:
        _markdown._discord_multiline_quotes = quotes
        for policy in mentioning:
            policy["mentions"] = policy["commands"] = False
