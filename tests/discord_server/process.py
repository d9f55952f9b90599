"""A bot as its own operating-system process, started against the test server and killable at any moment."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .server import DiscordServer


class BotProcess:
    """`async with BotProcess(server, [sys.executable, script]) as bot:` - running and connected inside the block.

    In: the server, the command line, extra environment, where to run; `running=False` leaves the first `start()` to the
    test. `start()` may be called again after `kill()` or `stop()`."""

    def __init__(
        self,
        server: DiscordServer,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        cwd: Path | None = None,
        running: bool = True,
    ) -> None:
        self._server = server
        self._argv = list(argv)
        self._env = dict(env or {})
        self._cwd = cwd
        self._begin_running = running
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - outlives this call; closed in __aexit__
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        try:
            if self._begin_running:
                await self.start()
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"bot output:\n{self.output}")
        await self._leave()

    @property
    def output(self) -> str:
        """Everything the process has printed so far, over all starts."""
        file = self._output.fileno()  # where it stands there is the process's business
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")

    @property
    def pid(self) -> int:
        """The id of the running process."""
        return self._running().pid

    async def start(self, seconds: float = 20.0) -> None:
        """In: the longest wait. Returns when the bot is on the gateway, else raises with the bot's output."""
        process = await self.launch()
        exited = asyncio.create_task(process.wait())
        ready = asyncio.create_task(self._server.connected(seconds))
        try:
            await asyncio.wait((exited, ready), return_when=asyncio.FIRST_COMPLETED)
            if exited.done():
                raise RuntimeError(f"the bot process ended with {exited.result()}\n{self.output}")
            await ready
        except TimeoutError as error:
            error.add_note(f"bot output:\n{self.output}")
            raise
        finally:
            exited.cancel()
            ready.cancel()
            await asyncio.gather(exited, ready, return_exceptions=True)

    async def launch(self) -> asyncio.subprocess.Process:
        """Start the process without waiting for it to appear on the gateway."""
        if self._process is not None:
            raise RuntimeError("the bot process is running already")
        self._process = await asyncio.create_subprocess_exec(
            *self._argv,
            env={**os.environ, **self._server.environ, **self._env},
            cwd=self._cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )
        return self._process

    async def kill(self) -> None:
        """SIGKILL, and wait until the server has noticed."""
        await self._end(signal.SIGKILL)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM or another signal, and wait until the process is gone. Out: its exit code."""
        return await self._end(how)

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the bot process is not running")
        return self._process

    async def _end(self, how: signal.Signals) -> int:
        process = self._running()
        if process.returncode is None:
            process.send_signal(how)
        code = await process.wait()
        self._process = None
        await self._server.disconnected()
        return code

    async def _leave(self) -> None:
        try:
            if self._process is not None:
                await self.kill()
        finally:
            self._output.close()
