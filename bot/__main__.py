"""The command line: ``python -m bot`` or ``darkroom``."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Annotated, NoReturn

import aiohttp
import discord
import structlog
import typer

from bot import __version__, logs
from bot.app import App, assemble, spare_what_is_loaded
from bot.config import Config, ConfigurationError, load
from bot.engine.cadence import backoff
from bot.health import HealthProblem, asked, serving
from bot.store import Store, StoreProblem, connect
from bot.ui.client import NO_INTENT

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they may print local variables: keys and tokens
)
log = structlog.get_logger("bot")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before Discord is tried again; doubled each time."""
UNREACHABLE = (aiohttp.ClientError, OSError, discord.HTTPException, discord.GatewayNotFound)
HEARTBEAT_MAX = 120.0


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"darkroom {__version__}")
        raise typer.Exit


@cli.callback()
def _program(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Darkroom: a Discord bot behind one relay key."""


def _config() -> Config:
    try:
        config = load()
    except ConfigurationError as error:
        typer.echo("The settings cannot be used:", err=True)
        for problem in error.problems:
            typer.echo(f"  - {problem}", err=True)
        raise typer.Exit(2) from None
    logs.set_up(config.settings.log_level, config.settings.log_format)
    return config


@cli.command()
def run() -> None:
    """Run the bot until it is told to stop."""
    config = _config()
    try:
        with asyncio.Runner(loop_factory=_fast_loop()) as runner:
            runner.run(_run(config))
    except (StoreProblem, HealthProblem) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(3) from None
    except discord.LoginFailure:
        typer.echo("Discord refused the bot token (DISCORD_TOKEN).", err=True)
        raise typer.Exit(4) from None
    except discord.PrivilegedIntentsRequired:
        typer.echo(f"Discord refused the Message Content intent: {NO_INTENT}.", err=True)
        raise typer.Exit(4) from None
    except (discord.HTTPException, discord.ConnectionClosed) as error:
        typer.echo(f"Discord refused this bot: {error}", err=True)
        raise typer.Exit(4) from None


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's event loop where the extra ``speed`` is installed, else ``None`` for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _run(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings = config.settings
    async with (
        serving(settings.health_host, settings.health_port) as health,
        assemble(config) as app,
        health.watching(app),
        app.client,
    ):
        await _until_stopped(app, stop)
    log.info("stopped")


async def _until_stopped(app: App, stop: asyncio.Event) -> None:
    """Log in, work, and return when told to stop; a login or a gateway that fails is tried again."""
    stopping = asyncio.create_task(stop.wait(), name="stop")
    login = asyncio.create_task(_log_in(app), name="login")
    await asyncio.wait({stopping, login}, return_when=asyncio.FIRST_COMPLETED)
    if not login.done():
        login.cancel()
        await asyncio.gather(login, return_exceptions=True)
        return
    await login
    spare_what_is_loaded()
    async with app.working():
        gateway = asyncio.create_task(_stay_connected(app), name="gateway")
        await asyncio.wait({stopping, gateway}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("stopping: nothing new is begun, what is on the wire is finished")
    await app.client.close()
    if gateway.done() and not gateway.cancelled():
        stopping.cancel()
        await gateway
    gateway.cancel()
    await asyncio.gather(gateway, stopping, return_exceptions=True)


async def _log_in(app: App) -> None:
    token = app.config.settings.discord_token.get_secret_value()
    for tries in count(1):
        try:
            await app.client.login(token)
        except UNREACHABLE as error:
            if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                raise
            await app.client.http.close()  # each login opens a session of its own
            app.client.http.connector = discord.utils.MISSING
            await _pause(tries, error)
        else:
            return


async def _stay_connected(app: App) -> None:
    """Keep the gateway open; discord.py reconnects by itself once it has been connected."""
    for tries in count(1):
        try:
            await app.client.connect(reconnect=True)
        except UNREACHABLE as error:
            if app.client.is_closed():
                raise
            await _pause(tries, error)
        else:
            return


async def _pause(tries: int, error: Exception) -> None:
    seconds = backoff(tries, FIRST_PAUSE, LONGEST_PAUSE)
    log.warning("Discord cannot be reached, trying again", error=type(error).__name__, seconds=seconds)
    await asyncio.sleep(seconds)


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    pace: Annotated[float, typer.Option(min=0.01, help="What the relay's durations are multiplied by.")] = 1.0,
    folder: Annotated[Path | None, typer.Option(help="Where the demo is kept, to go on with it another time.")] = None,
) -> None:
    """Show the whole bot offline: a simulated Discord in the browser, a simulated relay behind it."""
    logs.set_up("WARNING", "console")
    logging.getLogger("discord.state").setLevel(logging.ERROR)  # SimCord tries a client without intents as it loads
    try:
        from bot.demo.world import show
    except ImportError as error:
        typer.echo(f"The demo needs the extra: pip install 'darkroom[demo]' ({error.name} is missing).", err=True)
        raise typer.Exit(2) from None
    with suppress(KeyboardInterrupt):
        asyncio.run(show(port=port, browser=browser, pace=pace, folder=folder))


@cli.command()
def check() -> None:
    """Look at the settings, Discord and the relay, and say everything that is wrong."""
    from bot.check import examine

    raise typer.Exit(asyncio.run(examine(sys.stdout)))


@cli.command()
def migrate() -> None:
    """Bring the database up to date without starting the bot."""
    config = _config()

    async def go() -> None:
        database = await connect(config.settings.database_url)
        await database.close()

    try:
        asyncio.run(go())
    except StoreProblem as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(3) from None
    typer.echo("The database is up to date.")


@cli.command()
def health(
    ready: Annotated[bool, typer.Option("--ready", help="Also whether it has all that it needs.")] = False,
) -> None:
    """Exit with 0 when a running bot is alive (for Docker's health check)."""
    config = _config()
    settings = config.settings
    if settings.health_port:
        ok, words = asyncio.run(asked(settings.health_host, settings.health_port, "/readyz" if ready else "/healthz"))
        typer.echo(words)
        raise typer.Exit(0 if ok else 1)
    if ready:
        typer.echo("HEALTH_PORT is not set, so the bot cannot be asked whether it is ready.", err=True)
        raise typer.Exit(2)
    _heartbeat(config)


def _heartbeat(config: Config) -> NoReturn:
    """Exit with 0 when a running bot has written its heartbeat lately."""

    async def go() -> float:
        database = await connect(config.settings.database_url, look_only=True)
        try:
            return time.time() - float(await Store(database).recall("heartbeat") or 0.0)
        finally:
            await database.close()

    try:
        age = asyncio.run(go())
    except StoreProblem as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"last heartbeat {age:.0f} s ago" if age < 1e9 else "no heartbeat yet")
    raise typer.Exit(0 if age <= HEARTBEAT_MAX else 1)


def main() -> None:
    """Entry point of the console script."""
    cli()


if __name__ == "__main__":
    main()
