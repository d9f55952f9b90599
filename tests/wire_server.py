"""A server on loopback that answers with exactly the bytes a test gives it, or stops in the middle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class WireServer:
    """``answer`` is what every request gets: bytes, or a script that writes them. The connection is then closed."""

    answer: bytes | Script = b""
    url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            async with self.arrived:
                self.requests.append((line, headers, body))
                self.arrived.notify_all()
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
        except (OSError, EOFError, UnicodeDecodeError, asyncio.LimitOverrunError):
            pass  # the client went away, or speaks something else than HTTP
        finally:
            writer.close()

    async def hang(self, _writer: asyncio.StreamWriter) -> None:
        """A script: say nothing until the test is over."""
        await self.closing.wait()

    async def count(self, number: int) -> None:
        """Wait until that many requests have arrived."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= number)


@asynccontextmanager
async def wire_server(answer: bytes | Script = b"") -> AsyncIterator[WireServer]:
    """The server, listening while the context lasts."""
    wire = WireServer(answer)
    handlers: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        await wire.handle(reader, writer)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, limit=2**20)
    wire.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield wire
    finally:
        wire.closing.set()
        server.close()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; a header's underscores are dashes."""
    given = {"content_type": "application/json", "content_length": str(len(body)), "connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
