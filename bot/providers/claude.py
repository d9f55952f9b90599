"""Claude: Anthropic's Messages API.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` section 6.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from bot.errors import Unreadable
from bot.provider import Options, Provider
from bot.sse import ServerEvent
from bot.talk import File, Manner, Piece, Said, Stop, Talker, failure, judge, words_of
from bot.task import Report, State
from bot.wire import KEY, Call, count_of, dig, loads, text_of, words_in

VERSION = "2023-06-01"
LEAST_THINKING = 1024
_READ = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.LENGTH,
    "model_context_window_exceeded": Stop.LENGTH,
    "refusal": Stop.FILTER,
}


class ClaudeOptions(Options):
    """What an operator chooses."""

    model: str = Field(default="claude-sonnet-4-20250514", description="The model that answers if none is named.")
    models: str = Field(
        default="claude-sonnet-4-20250514, claude-opus-4-20250514, claude-3-5-haiku-20241022",
        description="Models that are suggested while the relay's own list is not known.",
    )
    max_tokens: int = Field(default=8192, ge=1, description="The longest answer, in tokens, beside what it thinks.")


def ask(said: Sequence[Said], manner: Manner, options: Options) -> Call:
    """The call for the answer to what was said."""
    most = manner.most or ClaudeOptions.of(options).max_tokens
    thinking: dict[str, Any] = {}
    if manner.thinking:
        thinking = {"thinking": {"type": "enabled", "budget_tokens": manner.thinking}}
        most += manner.thinking
    body = {
        "model": manner.model,
        "max_tokens": most,
        "messages": [{"role": one.role.value, "content": list(_blocks(one))} for one in said],
        "stream": True,
        **({"system": manner.system} if manner.system else {}),
        **thinking,
    }
    headers = {"anthropic-version": VERSION, "x-api-key": KEY}
    verdict = judge(manner.model)
    return Call("POST", "/v1/messages", json=body, headers=headers, paid=True, timeout=120.0, judge=verdict)


def _blocks(said: Said) -> Iterable[dict[str, Any]]:
    for file in said.files:
        if not file.is_text:
            yield {"type": "image" if file.is_picture else "document", "source": _source(file)}
    words = words_of(said)
    if words:
        yield {"type": "text", "text": words}


def _source(file: File) -> dict[str, str]:
    return {"type": "base64", "media_type": file.mime, "data": base64.b64encode(file.content).decode()}


def event(found: ServerEvent) -> Piece:
    """One event of the stream; its type stands in the data too, and some relays leave the name out."""
    try:
        payload = loads(found.data)
    except ValueError:
        raise Unreadable("no JSON", found.data) from None
    match text_of(dig(payload, "type")) or found.name:
        case "error":
            raise failure(payload)
        case "message_start":
            return _told(dig(payload, "message"))
        case "content_block_start":
            return Piece(text=words_in(dig(payload, "content_block", "text")))
        case "content_block_delta":
            return Piece(
                text=words_in(dig(payload, "delta", "text")), thought=words_in(dig(payload, "delta", "thinking"))
            )
        case "message_delta":
            return _told(dig(payload, "delta"), dig(payload, "usage"))
        case "message_stop":
            return Piece(over=True)
    if dig(payload, "error"):
        raise failure(payload)
    return Piece()


def whole(payload: Any) -> Piece:
    """An answer in one piece, from a relay that does not stream."""
    blocks = dig(payload, "content")
    if not isinstance(blocks, list):
        raise Unreadable("no words", payload)
    told = _told(payload)
    text = "".join(words_in(dig(block, "text")) for block in blocks)
    return Piece(text=text, stop=told.stop, tokens_in=told.tokens_in, tokens_out=told.tokens_out)


def _told(message: Any, usage: Any = None) -> Piece:
    """Why it stopped and what it took; some relays put the usage inside (section 6)."""
    stop = text_of(dig(message, "stop_reason"))
    counts = usage if isinstance(usage, dict) else dig(message, "usage")
    return Piece(
        stop=_STOPS.get(stop, Stop.OTHER) if stop else None,
        tokens_in=sum(count_of(dig(counts, name)) or 0 for name in _READ) or None,
        tokens_out=count_of(dig(counts, "output_tokens")),
    )


def _accepted(payload: Any) -> Report:
    piece = whole(payload)
    return Report(state=State.DONE, text=piece.text)


def _reports(payload: Any) -> Iterable[Report]:
    return [_accepted(payload)]


CLAUDE = Provider(
    name="claude",
    title="Claude",
    emoji="✳️",
    lookup=None,
    accepted=_accepted,
    reports=_reports,
    options=ClaudeOptions,
)
CHAT = Talker(provider=CLAUDE, call=ask, event=event, whole=whole, documents=True)
