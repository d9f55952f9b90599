"""The relay client: the only place that sends a provider's call. Secrets, time-outs and size caps live here."""

import asyncio
import json
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog

from bot.errors import CUT_OFF, UNREACHABLE, CallFailed, Unavailable, Unreadable, decipher
from bot.wire import Call

log = structlog.get_logger(__name__)
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an (unpacked) answer that are read at most."""


class Relay:
    """One relay: a base URL and a key, over a session that it owns.

    ``base`` is the URL without ``/v1``. ``observe`` is told the outcome of every call: the exception or ``None``.
    """

    def __init__(
        self, base: str, key: str, *, observe: Callable[[Call, CallFailed | None], None] = lambda _call, _error: None
    ) -> None:
        self._base = base
        self._observe = observe
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            json_serialize=lambda value: json.dumps(value, ensure_ascii=False),
            connector=aiohttp.TCPConnector(limit=64, limit_per_host=32),
        )

    async def call(self, call: Call, route: str = "") -> Any:
        """Send ``call`` under the path prefix ``route`` and return the answer's JSON.

        Raises a :class:`CallFailed`; its ``taken`` tells whether a paid request may have reached the relay
        (reference ``relay-luma-…md`` 1.1, 1.5).
        """
        try:
            payload = await self._send(call, route)
        except CallFailed as error:
            self._observe(call, error)
            log.info(
                "relay call failed", method=call.method, path=route + call.path, error=str(error), why=error.detail
            )
            raise
        self._observe(call, None)
        return payload

    async def _send(self, call: Call, route: str) -> Any:
        body = await asyncio.to_thread(_encode, call.json) if call.json is not None else None
        headers = {**call.headers, **({"Content-Type": "application/json"} if body is not None else {})}
        try:
            async with (
                asyncio.timeout(call.timeout),
                self._session.request(
                    call.method, self._base + route + call.path, data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                answer = await _read(response)
                if 300 <= response.status < 400:
                    raise Unreadable(f"HTTP {response.status} to {response.headers.get('Location', '')[:200]}")
                status, found = response.status, response.headers
        except TimeoutError:
            raise Unavailable(CUT_OFF, f"no answer within {call.timeout:g} s", taken=True) from None
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL, ssl.SSLError) as error:
            raise Unavailable(UNREACHABLE, _unnamed(error), taken=False) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unavailable(CUT_OFF, _unnamed(error), taken=True) from None
        if len(answer) > 256 * 1024:
            return await asyncio.to_thread(decipher, status, found, answer, known_path=call.one)
        return decipher(status, found, answer, known_path=call.one)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > MAX_ANSWER:
            raise Unreadable(f"answer larger than {MAX_ANSWER} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _unnamed(error: BaseException) -> str:
    """What went wrong, without the URL that some of aiohttp's messages repeat."""
    return f"{type(error).__name__}: {getattr(error, 'os_error', None) or error}"[:300]
