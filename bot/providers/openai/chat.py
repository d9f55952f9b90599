"""Chat completions: a conversation as OpenAI's messages, and what the chunks of its stream mean.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` 5.1.
"""

import base64
from collections.abc import Sequence
from typing import Any

from bot.errors import Unreadable
from bot.provider import Options
from bot.providers.openai.declared import OPENAI, OpenAIOptions
from bot.sse import ServerEvent
from bot.talk import File, Manner, Piece, Said, Stop, Talker, failure, judge, words_of
from bot.wire import Call, count_of, dig, explain, loads, text_of, words_in

_STOPS = {"stop": Stop.END, "length": Stop.LENGTH, "content_filter": Stop.FILTER}
_DONE = "[DONE]"


def ask(said: Sequence[Said], manner: Manner, options: Options) -> Call:
    """The call for the answer to what was said."""
    usage = OpenAIOptions.of(options).stream_usage
    system = [{"role": "system", "content": manner.system}] if manner.system else []
    body: dict[str, Any] = {
        "model": manner.model,
        "messages": [*system, *(_message(one) for one in said)],
        "stream": True,
        **({"stream_options": {"include_usage": True}} if usage else {}),
        **({"reasoning_effort": manner.effort} if manner.effort else {}),
        **({"max_tokens": manner.most} if manner.most else {}),
    }
    verdict = judge(manner.model)
    return Call("POST", "/v1/chat/completions", json=body, paid=True, timeout=120.0, judge=verdict)


def _message(said: Said) -> dict[str, Any]:
    pictures = [file for file in said.files if file.is_picture]
    words = words_of(said)
    if not pictures:
        return {"role": said.role.value, "content": words}
    text = [{"type": "text", "text": words}] if words else []
    return {"role": said.role.value, "content": [*text, *(_picture(file) for file in pictures)]}


def _picture(file: File) -> dict[str, Any]:
    url = f"data:{file.mime};base64,{base64.b64encode(file.content).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def event(found: ServerEvent) -> Piece:
    """One chunk of the stream. Raises a ``CallFailed`` when it says that something went wrong."""
    if found.data.strip() == _DONE:
        return Piece(over=True)
    try:
        payload = loads(found.data)
    except ValueError:
        raise Unreadable("no JSON", found.data) from None
    if dig(payload, "error") or (dig(payload, "choices") is None and explain(payload)[1]):
        raise failure(payload)
    return _piece(payload, "delta")


def whole(payload: Any) -> Piece:
    """An answer in one piece, from a relay that does not stream."""
    piece = _piece(payload, "message")
    if not piece.text and piece.stop is None:
        raise Unreadable("no words", payload)
    return piece


def _piece(payload: Any, where: str) -> Piece:
    choice = dig(payload, "choices", 0)
    said = dig(choice, where)
    stop = text_of(dig(choice, "finish_reason"))
    return Piece(
        text=_words(dig(said, "content")) + words_in(dig(said, "refusal")),
        thought=words_in(dig(said, "reasoning_content")) or words_in(dig(said, "reasoning")),
        stop=_STOPS.get(stop, Stop.OTHER) if stop else None,
        tokens_in=count_of(dig(payload, "usage", "prompt_tokens")),
        tokens_out=count_of(dig(payload, "usage", "completion_tokens")),
    )


def _words(content: Any) -> str:
    """What is said, as a string or in parts."""
    parts = content if isinstance(content, list) else []
    return words_in(content) + "".join(words_in(dig(part, "text")) for part in parts)


CHAT = Talker(provider=OPENAI, call=ask, event=event, whole=whole)
