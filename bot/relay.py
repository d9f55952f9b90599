"""The relay client: the only place that sends a provider's call. Secrets, time-outs and size caps live here."""

import asyncio
import io
import json
import math
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import structlog
from yarl import URL

from bot.errors import CUT_OFF, SILENT, UNREACHABLE, CallFailed, NotOffered, Unavailable, Unreadable, decipher
from bot.sse import Decoder, ServerEvent, TooLong
from bot.text import Text
from bot.wire import ACCESS_TOKEN, KEY, MAX_ANSWER, USER_ID, Call, Part

log = structlog.get_logger(__name__)
MIN_SECRET = 8
"""Characters of a secret that is looked for in answers; a shorter one may occur by chance."""
ELSEWHERE = frozenset({301, 302, 307, 308})
"""Redirects that say that the request was not looked at here; none is followed, for the key would travel along."""
CHUNK = 64 * 1024
"""Bytes of a body that are sent, or read, at a time."""
SILENCE = 90.0
"""Seconds without a byte after which a stream or a download is given up."""
LONGEST_STREAM = 3600.0
"""Seconds after which a stream is given up that never falls silent and never ends."""
_EVENTS = (b"data:", b"event:", b"id:", b":")
"""How a stream begins that a relay calls by another type."""
WHOLE = "whole"
"""The name of the event that is a whole answer."""
CONNECT = 20.0
"""Seconds until a connection must stand; less than any paid call's own time, so that what ran out of it is certain."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of the relay: its bytes as they come, and how many it says they are; or else the ``link`` it points to,
    which has to do without the key."""

    chunks: AsyncGenerator[bytes]
    size: int | None
    link: str


@dataclass(slots=True)
class Seen:
    """What became of a call for the provider ``of``: the HTTP ``status`` (0: nobody answered), how many ``seconds`` it
    took until the end of its answer, and the exception that it means."""

    call: Call
    of: str
    status: int = 0
    seconds: float = 0.0
    error: CallFailed | None = None
    began: float = field(default_factory=time.monotonic)


class Relay:
    """One relay: a base URL and a key, over a session that it owns.

    ``base`` is the URL without ``/v1``. ``observe`` is told what became of every call. Calls that are made for a
    provider name it (``of``), for the log and the observer.
    ``connect`` is how many seconds a connection may take, ``longest`` how many any call, whatever it asks for.
    ``most`` is how many bytes of an (unpacked) answer are read, unless its call expects more.
    ``access_token`` and ``user_id`` go with the calls that ask about the account (reference ``relay-suno-…md`` 4).
    """

    def __init__(
        self,
        base: str,
        key: str,
        *,
        access_token: str = "",
        user_id: str = "",
        observe: Callable[[Seen], None] = lambda _seen: None,
        connect: float = CONNECT,
        longest: float = math.inf,
        most: int = MAX_ANSWER,
    ) -> None:
        key = key.strip()
        self._base = base
        self._key = key.encode()
        self._access_token = access_token.strip().encode()
        self._user_id = user_id
        self._put = {KEY: key, ACCESS_TOKEN: access_token.strip(), USER_ID: user_id}
        self._observe = observe
        self._longest = longest
        self._most = most
        self.answered_at: float | None = None
        """When the relay last gave an answer (``time.monotonic``), unless it broke or refused the key since."""
        # Some calls take minutes, and nobody waits for somebody else's: those who call bound how many there are.
        self._session = _session(key, connect, aiohttp.TCPConnector(limit=0))

    async def call(self, call: Call, route: str = "", *, of: str = "") -> Any:
        """Send ``call`` under the path prefix ``route`` and return the answer's JSON.

        Raises a :class:`CallFailed`; its ``taken`` tells whether a paid request may have reached the relay
        (reference ``relay-luma-…md`` 1.1, 1.5).
        """
        seen = Seen(call, of)
        with self._watched("relay call failed", seen, route):
            return await self._send(call, route, seen)

    async def stream(
        self, call: Call, route: str = "", *, silence: float = SILENCE, of: str = ""
    ) -> AsyncGenerator[ServerEvent]:
        """Send ``call`` and hand on the events of its answer as they come; an answer in one piece is one event.

        The name of that event is :data:`WHOLE`. Raises a :class:`CallFailed`, also in the middle: when the stream is
        cut, or when nothing comes for ``silence`` seconds (reference ``relay-suno-…md`` 5.1 and 6).
        """
        seen = Seen(call, of)
        with self._watched("stream failed", seen, route):
            async with aclosing(self._events(call, route, silence, seen)) as events:
                async for event in events:
                    yield event

    async def _events(self, call: Call, route: str, silence: float, seen: Seen) -> AsyncGenerator[ServerEvent]:
        body = await asyncio.to_thread(_encode, call.json)
        headers = {**self._filled(call.headers), "Content-Type": "application/json", "Accept": "text/event-stream"}
        decoder, size = Decoder(), 0
        with self._failing(silence, SILENT):
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(min(call.timeout, self._longest)):
                    response = await stack.enter_async_context(
                        self._session.request(
                            call.method,
                            self._base + route + call.path,
                            data=io.BytesIO(body),
                            headers=headers,
                            allow_redirects=False,
                            middlewares=(_once,),
                        )
                    )
                    seen.status = response.status
                    if response.status != 200 or response.content_type != "text/event-stream":
                        answer = self._without_key(await _read(response, self._room(call)))
                        if response.status == 200 and answer.lstrip().startswith(_EVENTS):
                            for event in (*decoder.feed(answer), *decoder.end()):
                                yield event
                            return
                        payload = _deciphered(call, response.status, response.headers, answer)
                        yield ServerEvent(WHOLE, json.dumps(payload))
                        return
                over = time.monotonic() + min(LONGEST_STREAM, self._longest)
                while True:
                    async with asyncio.timeout(min(silence, over - time.monotonic())):
                        chunk = await response.content.readany()
                    size += len(chunk)
                    if size > self._room(call):
                        raise Unreadable(f"a stream of more than {self._room(call)} bytes")
                    for event in decoder.feed(chunk) if chunk else decoder.end():
                        yield replace(event, data=self._without_key(event.data.encode()).decode())
                    if not chunk:
                        return

    @asynccontextmanager
    async def opened(self, call: Call, route: str = "", *, of: str = "") -> AsyncIterator[Opened]:
        """The file that ``call`` asks for; raises a :class:`CallFailed`, also while its bytes come."""
        headers = {**self._filled(call.headers), "Accept": "*/*", "Accept-Encoding": "identity"}
        seen = Seen(call, of)
        async with AsyncExitStack() as stack:
            with self._watched("download failed", seen, route, to_the_end=False), self._failing(call.timeout):
                async with asyncio.timeout(min(call.timeout, self._longest)):
                    response = await stack.enter_async_context(
                        self._session.request(
                            call.method, self._base + route + call.path, headers=headers, allow_redirects=False
                        )
                    )
                    seen.status = response.status
                    target = response.headers.get("Location", "") if 300 <= response.status < 400 else ""
                    if not target and (response.status >= 300 or response.content_type.endswith("json")):
                        answer = self._without_key(await _read(response, self._room(call)))
                        payload = _deciphered(call, response.status, response.headers, answer)
                        raise Unreadable("no file", payload)
                    link = str(response.url.join(URL(target))) if target else ""
            if link:
                self._tell(seen)
            yield Opened(self._bytes(seen, route, response), response.content_length, link)

    async def _bytes(self, seen: Seen, route: str, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
        with self._watched("download failed", seen, route), self._failing(seen.call.timeout):
            while True:
                async with asyncio.timeout(SILENCE):
                    chunk = await response.content.readany()
                if not chunk:
                    break
                yield chunk

    @contextmanager
    def _watched(self, failed: str, seen: Seen, route: str, *, to_the_end: bool = True) -> Iterator[None]:
        """Tell the log under ``failed`` why a call fails, and the observer what became of it."""
        call, provider = seen.call, {"provider": seen.of} if seen.of else {}
        try:
            yield
        except CallFailed as error:
            if self._user_id and USER_ID in call.headers.values():
                self._unname(error)
            seen.error = error
            about = {"method": call.method, "path": route + call.path, "status": seen.status}
            log.info(failed, **about, **error.logged, **provider)
            raise
        finally:
            if to_the_end or seen.error is not None:
                self._tell(seen)

    def _tell(self, seen: Seen) -> None:
        """What became of a call; nothing did of one that was cut off on our side before it was answered."""
        if seen.status or seen.error is not None:
            now = time.monotonic()
            seen.seconds = now - seen.began
            answered = seen.status not in {0, 401} and not isinstance(seen.error, Unavailable)
            self.answered_at = now if answered else None
            self._observe(seen)

    @contextmanager
    def _failing(self, patience: float, late: Text = CUT_OFF) -> Iterator[None]:
        """What it means that a request breaks; ``late`` that nothing came for ``patience`` seconds."""
        try:
            yield
        except aiohttp.ConnectionTimeoutError:
            raise Unavailable(UNREACHABLE, why="no connection in time", taken=False) from None
        except TimeoutError:
            raise Unavailable(late, why=f"no answer within {patience:g} s", taken=True) from None
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise self._broken(UNREACHABLE, error, taken=False) from None
        except TooLong as error:
            raise Unreadable(str(error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._broken(CUT_OFF, error, taken=True) from None

    async def _send(self, call: Call, route: str, seen: Seen) -> Any:
        body = None
        if call.json is not None:  # a paid call may hold pictures, others hold ids
            body = await asyncio.to_thread(_encode, call.json) if call.paid else _encode(call.json)
        headers = {**self._filled(call.headers), **({"Content-Type": "application/json"} if body is not None else {})}
        headers |= {"Accept": "*/*"} if call.raw else {}
        large = body is not None and len(body) > CHUNK
        data = _form(call.form) if call.form else io.BytesIO(body) if body is not None and large else body
        patience = min(call.timeout, self._longest)
        with self._failing(patience):
            async with (
                asyncio.timeout(patience),
                self._session.request(
                    call.method,
                    self._base + route + call.path,
                    params=self._filled(call.query),
                    data=data,
                    headers=headers,
                    allow_redirects=False,
                    middlewares=(_once,) if call.paid else (),
                ) as response,
            ):
                seen.status = response.status
                answer = self._without_key(await _read(response, self._room(call)))
                if 300 <= response.status < 400:
                    target = self._without_key(response.headers.get("Location", "").encode("utf-8", "replace"))
                    why = f"HTTP {response.status} to elsewhere"
                    elsewhere = target[:200].decode("utf-8", "replace")
                    if response.status in ELSEWHERE:
                        raise NotOffered(f"{why} ({elsewhere})", why=why)
                    raise Unreadable(why, elsewhere)
                status, found = response.status, response.headers
        if len(answer) > 256 * 1024:
            return await asyncio.to_thread(_deciphered, call, status, found, answer)
        return _deciphered(call, status, found, answer)

    def _room(self, call: Call) -> int:
        """Bytes that are read of the answer to ``call``."""
        return max(call.most, self._most)

    def _filled(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: self._put.get(value, value) for name, value in values.items()}

    def _without_key(self, answer: bytes) -> bytes:
        """``answer`` without our key and access token, which some relays repeat in their errors."""
        for secret, shown in ((self._key, b"sk-***"), (self._access_token, b"***")):
            answer = answer.replace(secret, shown) if len(secret) >= MIN_SECRET else answer
        return answer

    def _unname(self, error: CallFailed) -> None:
        """Take the account's number out of what a failed call says: it is half of what the account is asked with."""
        number = re.compile(rf"(?<!\d){re.escape(self._user_id)}(?!\d)")
        values = {
            name: number.sub("***", value) if isinstance(value, str) else value
            for name, value in error.text.values.items()
        }
        error.text = Text(error.text.source, values)
        error.args = (str(error.text),)
        error.detail, error.why = number.sub("***", error.detail), number.sub("***", error.why)

    def _broken(self, text: Text, error: Exception, *, taken: bool) -> Unavailable:
        """What ``error`` means; aiohttp's own words about an answer repeat it, those of the system do not."""
        words = self._why(error)
        plain = isinstance(getattr(error, "os_error", error), OSError | aiohttp.InvalidURL)
        return Unavailable(text, words, why=words if plain else type(error).__name__, taken=taken)

    def _why(self, error: BaseException) -> str:
        """What went wrong, for the log: without the URL and the key that some of aiohttp's messages repeat."""
        if isinstance(error, aiohttp.InvalidURL):
            return "RELAY_URL is no usable address"
        words = error.message if isinstance(error, aiohttp.ClientResponseError) else getattr(error, "os_error", error)
        why = f"{type(error).__name__}: {words}".encode("utf-8", "replace")
        return self._without_key(why).decode("utf-8", "replace")[:300]

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _session(key: str, connect: float, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        json_serialize=lambda value: json.dumps(value, ensure_ascii=False),
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None, connect=connect),
    )


def _deciphered(call: Call, status: int, headers: Mapping[str, str], answer: bytes) -> Any:
    return decipher(status, headers, answer, known_path=call.one, coded=call.coded, raw=call.raw, judge=call.judge)


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp repeats a GET whose connection breaks; one that costs money is sent once."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


def _form(parts: Sequence[Part]) -> aiohttp.FormData:
    """``multipart/form-data``; a file is called after its part, with the extension of its type."""
    form = aiohttp.FormData(default_to_multipart=True)
    for part in parts:
        if part.content is None:
            form.add_field(part.name, part.value)
        else:
            name = f"{part.name.strip('[]')}.{part.mime.rpartition('/')[2].replace('jpeg', 'jpg')}"
            form.add_field(part.name, io.BytesIO(part.content), filename=name, content_type=part.mime)
    return form


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(CHUNK):
        size += len(chunk)
        if size > most:
            raise Unreadable(f"answer larger than {most} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
