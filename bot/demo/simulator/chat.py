"""Chat on the simulated relay: completions and messages, streamed with a believable pace, and every way they break.

Wire facts: reference "relay-suno-…" sections 2, 5.1, 6 and 10.
"""

import asyncio
import base64
import io
import itertools
import json
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web
from PIL import Image

from .faults import Cut, invalid_url, shape_a
from .speech import essay

if TYPE_CHECKING:
    from .core import Relay

Form = Literal["openai", "anthropic"]
MODELS = {
    "gpt-4o-mini": "openai",
    "gpt-4o": "openai",
    "gpt-5-mini": "openai",
    "o4-mini": "openai",
    "claude-sonnet-4-20250514": "anthropic",
    "claude-opus-4-20250514": "anthropic",
    "claude-3-5-haiku-20241022": "anthropic",
}
PDF = "application/pdf"
_GO_ON = "Go on exactly where you stopped"
_TOKENS = re.compile(r"\s*\S+|\s+")
_COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (50, 80, 200),
    "white": (245, 245, 245),
    "black": (15, 15, 15),
    "yellow": (240, 220, 60),
    "grey": (128, 128, 128),
    "orange": (240, 140, 40),
    "purple": (140, 60, 170),
}


@dataclass
class ChatOptions:
    """Switches: seconds until the first token and between two, whether it streams at all, how events are written."""

    first: float = 0.4
    pause: float = 0.025
    offered: bool = True
    streams: bool = True
    line_end: str = "\n"
    named: bool = True  # Anthropic's `event:` lines; some forks leave them out
    typed: bool = True  # `delta.type`; the documentation's own sample leaves it out
    room: int = 200_000  # tokens that a model can be told
    done: bool = True  # the last line of a stream: `[DONE]` or `message_stop`
    pings: bool = True
    ended: dict[str, float] = field(default_factory=dict)  # when the last token of a prompt's answer went out


class Chat:
    """Both chat families."""

    def __init__(self, relay: "Relay", options: ChatOptions) -> None:
        self._relay = relay
        self._options = options

    def routes(self) -> list[web.RouteDef]:
        """The two routes."""
        return [
            web.post("/v1/chat/completions", self._completions),
            web.post("/v1/messages", self._messages),
        ]

    def models(self) -> list[str]:
        """Names for `GET /v1/models`."""
        return list(MODELS) if self._options.offered else []

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "openai", check_openai, Completions)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "anthropic", check_anthropic, Messages)

    async def _answer(
        self,
        request: web.Request,
        form: Form,
        check: Callable[[dict[str, Any]], str],
        writer: "type[Completions] | type[Messages]",
    ) -> web.StreamResponse:
        if not self._options.offered:
            return invalid_url(request)
        body = await request.json()
        wrong = check(body)
        if wrong:
            return failed(request, form, 400, "invalid_request_error", wrong)
        said = list(turns(body["messages"]))
        prompt = said[-1]
        if body["model"] not in MODELS:
            return shape_a(request, 503, f"No available channel for model {body['model']}")
        if "sim:overloaded" in prompt:
            return failed(request, form, 529, "overloaded_error", "Overloaded")
        if (given := count(said)) > self._options.room:
            return too_long(request, form, given, self._options.room)
        refused = self._relay.refusal(request, prompt)
        if refused is not None:
            return refused
        job = self._relay.accept(request, form, "chat", body, prompt=prompt)
        text = reply_to(said, seen(body["messages"][-1]))
        words = writer(job.id, body["model"], self._options, count(said), body)
        if not (body.get("stream") and self._options.streams):
            return web.json_response(words.whole(text))
        return await self._stream(request, prompt, text, words)

    async def _stream(
        self, request: web.Request, prompt: str, text: str, words: "Completions | Messages"
    ) -> web.StreamResponse:
        options, pace = self._options, self._relay.pace
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        try:
            async for event in self._paced(prompt, text, words, options.first * pace, options.pause * pace):
                await response.write(event.replace("\n", options.line_end).encode())
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            return Cut()
        except _Broken:
            if request.transport is not None:
                request.transport.abort()
            return Cut()
        return response

    async def _paced(
        self, prompt: str, text: str, words: "Completions | Messages", first: float, pause: float
    ) -> AsyncIterator[str]:
        for event in words.begin():
            yield event
        await asyncio.sleep(first)
        tokens = _TOKENS.findall(text)
        breaks = len(tokens) // 2
        for number, token in enumerate(tokens):
            if number == breaks:
                for event in await self._trouble(prompt, words):
                    yield event
                if "sim:error" in prompt or "sim:revoked" in prompt:
                    return
            yield words.token(token)
            if pause:
                await asyncio.sleep(pause)
        self._options.ended[prompt] = time.monotonic()
        for event in words.end(number_of_tokens=len(tokens), length="sim:length" in prompt):
            yield event

    async def _trouble(self, prompt: str, words: "Completions | Messages") -> list[str]:
        """What happens in the middle of the answer."""
        if "sim:cut" in prompt:
            raise _Broken
        if "sim:silent" in prompt:
            await asyncio.sleep(3600)
        if "sim:revoked" in prompt:
            if "sim:bare" in prompt:  # older relays send no code
                return [words.error("", "new_api_error", "该令牌已过期 (request id: 1)")]
            return [words.error("invalid_api_key", "authentication_error", "The key has been revoked")]
        if "sim:error" in prompt:
            return [words.error("server_overloaded", "overloaded_error", "Overloaded")]
        return []


class _Broken(Exception):
    """The connection is to be cut."""


class Completions:
    """OpenAI's chunks (5.1)."""

    def __init__(self, name: str, model: str, options: ChatOptions, asked: int, body: dict[str, Any]) -> None:
        self._head = {"id": f"chatcmpl-{name[:8]}", "created": 1731000000, "model": model}
        self._options = options
        self._asked = asked
        self._usage = (body.get("stream_options") or {}).get("include_usage", False)

    def begin(self) -> Iterable[str]:
        """Before the first token."""
        if self._options.pings:
            yield ": PING\n\n"
        yield self._chunk({"role": "assistant", "content": ""})

    def token(self, token: str) -> str:
        """One token."""
        return self._chunk({"content": token})

    def end(self, *, number_of_tokens: int, length: bool) -> Iterable[str]:
        """After the last one."""
        yield self._chunk({}, "length" if length else "stop")
        if self._usage:
            usage = self._counted(number_of_tokens)
            yield _data({**self._head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
        if self._options.done:
            yield "data: [DONE]\n\n"

    def error(self, code: str, _kind: str, message: str) -> str:
        """An error in the middle."""
        return _data({"error": {"message": message, "type": "new_api_error", "param": "", "code": code}})

    def whole(self, text: str) -> dict[str, Any]:
        """An answer in one piece."""
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = self._counted(len(_TOKENS.findall(text)))
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage}

    def _chunk(self, delta: dict[str, Any], stop: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": stop}
        return _data({**self._head, "object": "chat.completion.chunk", "choices": [choice]})

    def _counted(self, answered: int) -> dict[str, int]:
        return {
            "prompt_tokens": self._asked,
            "completion_tokens": answered,
            "total_tokens": self._asked + answered,
        }


class Messages:
    """Anthropic's events (6)."""

    def __init__(self, name: str, model: str, options: ChatOptions, asked: int, body: dict[str, Any]) -> None:
        self._head = {"id": f"msg_{name[:8]}", "type": "message", "role": "assistant", "model": model}
        self._options = options
        self._asked = asked
        self._thinks = (body.get("thinking") or {}).get("type") == "enabled"

    def begin(self) -> Iterable[str]:
        """Before the first token, with what was thought."""
        usage = {"input_tokens": self._asked, "output_tokens": 1}
        message: dict[str, Any] = {
            **self._head,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        yield self._event("message_start", message=message)
        if self._thinks:
            yield self._event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""})
            thought = {"type": "thinking_delta", "thinking": "The user wants to know."}
            yield self._event("content_block_delta", index=0, delta=thought)
            signature = {"type": "signature_delta", "signature": "c2ln"}
            yield self._event("content_block_delta", index=0, delta=signature)
            yield self._event("content_block_stop", index=0)
        block = {"type": "text", "text": ""} if self._options.typed else {"type": "text"}
        yield self._event("content_block_start", index=int(self._thinks), content_block=block)
        if self._options.pings:
            yield self._event("ping")

    def token(self, token: str) -> str:
        """One token."""
        kind = {"type": "text_delta"} if self._options.typed else {}
        return self._event("content_block_delta", index=int(self._thinks), delta={**kind, "text": token})

    def end(self, *, number_of_tokens: int, length: bool) -> Iterable[str]:
        """After the last one."""
        yield self._event("content_block_stop", index=int(self._thinks))
        stop = {"stop_reason": "max_tokens" if length else "end_turn", "stop_sequence": None}
        yield self._event("message_delta", delta=stop, usage={"output_tokens": number_of_tokens})
        if self._options.done:
            yield self._event("message_stop")

    def error(self, _code: str, kind: str, message: str) -> str:
        """An error in the middle."""
        return self._event("error", error={"type": kind, "message": message})

    def whole(self, text: str) -> dict[str, Any]:
        """An answer in one piece."""
        usage = {"input_tokens": self._asked, "output_tokens": len(_TOKENS.findall(text))}
        content = [{"type": "text", "text": text}]
        return {**self._head, "content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}

    def _event(self, kind: str, **more: Any) -> str:
        name = f"event: {kind}\n" if self._options.named else ""
        return name + _data({"type": kind, **more})


def _data(payload: dict[str, Any]) -> str:
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"


def failed(request: web.Request, form: Form, status: int, kind: str, message: str) -> web.Response:
    """An error before the stream: shape C for Anthropic's path, A for the other (2.1, 2.3)."""
    if form == "anthropic":
        return web.json_response({"type": "error", "error": {"type": kind, "message": message}}, status=status)
    return shape_a(request, status, message)


def too_long(request: web.Request, form: Form, given: int, room: int) -> web.Response:
    """More was said than the model can take: each family in its own words."""
    if form == "anthropic":
        words = f"prompt is too long: {given} tokens > {room} maximum"
        return failed(request, form, 400, "invalid_request_error", words)
    words = f"This model's maximum context length is {room} tokens. However, your messages resulted in {given} tokens."
    return shape_a(request, 400, words)


# ------------------------------------------------------------------------------------------------ what arrives


def check_openai(body: dict[str, Any]) -> str:
    """What is wrong with the body of a completion, or nothing."""
    if not isinstance(body.get("model"), str) or not body.get("messages"):
        return "model and messages are required"
    if body.get("reasoning_effort") not in {None, "minimal", "low", "medium", "high"}:
        return "reasoning_effort must be one of minimal, low, medium, high"
    if "stream_options" in body and not body.get("stream"):
        return "stream_options is only allowed with stream"
    roles = [message.get("role") for message in body["messages"]]
    return "" if set(roles) <= {"system", "user", "assistant"} and roles[-1] == "user" else "messages: bad roles"


def check_anthropic(body: dict[str, Any]) -> str:
    """What is wrong with the body of a message, or nothing."""
    if not isinstance(body.get("model"), str) or not body.get("messages"):
        return "model and messages are required"
    most, thinking = body.get("max_tokens"), body.get("thinking") or {}
    if not isinstance(most, int) or most < 1:
        return "max_tokens: Field required"
    if thinking.get("type") == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < most:
        return "thinking.budget_tokens must be at least 1024 and less than max_tokens"
    for message in body["messages"]:
        content = message["content"]
        texts = [content] if isinstance(content, str) else [block.get("text", "x") for block in content]
        if not texts or not all(text.strip() for text in texts):
            return "messages: text content blocks must contain non-whitespace text"
    roles = [message.get("role") for message in body["messages"]]
    if any(one == other for one, other in itertools.pairwise(roles)) or set(roles) - {"user", "assistant"}:
        return "messages: roles must alternate between user and assistant"
    return "" if roles[0] == roles[-1] == "user" else "messages: first and last message must use the user role"


def turns(messages: list[dict[str, Any]]) -> Iterator[str]:
    """The words of every message."""
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            yield content
        else:
            yield "\n".join(part["text"] for part in content if part.get("type") == "text")


def seen(message: dict[str, Any]) -> list[str]:
    """What the pictures and documents of a message show, in words."""
    content = message["content"]
    parts = [] if isinstance(content, str) else content
    return [described for part in parts if (described := _described(part))]


def _described(part: dict[str, Any]) -> str:
    source = part.get("source") or {}
    if source.get("media_type") == PDF:
        return "a PDF document"
    data = source.get("data") or (part.get("image_url") or {}).get("url", "").rpartition(",")[2]
    if not data:
        return ""
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        colour = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))
        return f"a {_name_of(colour)} picture of {picture.width} × {picture.height} pixels"


def _name_of(colour: Any) -> str:
    return min(_COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(_COLOURS[name], colour, strict=True)))


def count(said: list[str]) -> int:
    """Tokens of what was said, roughly."""
    return sum(len(_TOKENS.findall(words)) for words in said)


def reply_to(said: list[str], pictures: list[str]) -> str:
    """The answer to a conversation: always the same to the same."""
    prompt = said[-1]
    chance = random.Random("\n".join(said))
    if "sim:empty" in prompt:
        return ""
    if pictures:
        return f"I see {' and '.join(pictures)}."
    if "sim:echo" in prompt:
        return prompt.replace("sim:echo", "").strip()
    if len(said) > 2 and _GO_ON in prompt and (rest := _rest(said[:-1])):
        return rest
    before = f"Earlier you said: “{said[-3][:60]}”. " if len(said) > 2 else ""
    return before + essay(prompt, chance)


def _rest(said: list[str]) -> str:
    """What an answer lacks that is the last of what was said: a model that is asked to goes on in mid-sentence."""
    *before, begun = said
    whole = reply_to(before, [])
    return whole[len(begun) :] if whole.startswith(begun) else ""
