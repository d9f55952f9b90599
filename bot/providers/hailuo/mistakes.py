"""What MiniMax's own error codes mean (reference ``relay-luma-…md`` 7.7).

They arrive as ``base_resp.status_code`` of an answer with HTTP status 200; some relays make an error of their own of
it, whose code is the number.
"""

from collections.abc import Iterator
from typing import Any

from bot.envelope import opened
from bot.errors import (
    BROKEN,
    KEY_REFUSED,
    NO_QUOTA,
    Busy,
    CallFailed,
    Refused,
    Unavailable,
)
from bot.text import Text, _, quoted
from bot.wire import clean, dig, text_of

LAYERS = 4
INPUT_REFUSED = _(
    "Hailuo's content filter refused the words or a picture. Put it in other words, or use another picture."
)
OUTPUT_WITHHELD = _("Hailuo made it, but its content filter withheld the result. Put it in other words.")
NO_PLAN = _("The account behind the relay has no plan for this model. Choose another one, or ask the operator.")
NO_PLACE = _("Hailuo takes no more requests of this relay at the moment.")
FILTERED = {"1026": INPUT_REFUSED, "1027": OUTPUT_WITHHELD}
_FOR_THE_OPERATOR = {"1004": KEY_REFUSED, "2049": KEY_REFUSED, "1008": NO_QUOTA, "2056": NO_QUOTA, "2061": NO_PLAN}
_BUSY = {"1002", "1039"}
_PASSING = {"1000", "1001", "1024", "1033"}
_ABOUT_THE_REQUEST = "2013"


def layers(payload: Any) -> list[dict[str, Any]]:
    """An answer and what is under its ``data``, from the outside in."""
    found: list[dict[str, Any]] = []
    node = opened(payload)
    while isinstance(node, dict) and len(found) < LAYERS:
        found.append(node)
        node = opened(node.get("data"))
    return found


def named(payload: Any) -> tuple[str, str]:
    """Code and words of the error that an answer names; both empty when it names none."""
    for layer in layers(payload):
        code, words = code_of(layer)
        if code:
            return code, words
    return "", ""


def code_of(item: dict[str, Any]) -> tuple[str, str]:
    """Code and words of the error that an object's own ``base_resp`` names."""
    code = text_of(dig(item, "base_resp", "status_code"))
    return ("", "") if code in {"", "0"} else (code, clean(text_of(dig(item, "base_resp", "status_msg"))))


def check(payload: Any) -> None:
    """Raise the error that an answer names, if it does."""
    code, words = named(payload)
    if code:
        raise _known(code, words) or Refused(_said(code, words), f"{code} {words}", code)


def check_question(payload: Any) -> None:
    """The same for an answer to a question about a task: wrong parameters mean that there is no such task."""
    code, words = named(payload)
    if code == _ABOUT_THE_REQUEST:
        raise Refused(_said(code, words), f"{code} {words}", "task_not_exist")
    check(payload)


def judge(_status: int, code: str, words: str) -> CallFailed | None:
    """What a relay's own error means whose code is one of MiniMax's numbers."""
    return _known(code, words)


def reason(code: str, words: str) -> Text | None:
    """Why a generation failed; ``None`` when nothing is said about it."""
    if code in FILTERED:
        return FILTERED[code]
    return quoted(" ".join(_pieces(code, words))) if code or words else None


def _known(code: str, words: str) -> CallFailed | None:
    detail = f"{code} {words}"
    if code in FILTERED:
        return Refused(FILTERED[code], detail, code)
    if code in _FOR_THE_OPERATOR:
        return Refused(_FOR_THE_OPERATOR[code], detail, code)
    if code in _BUSY:
        return Busy(NO_PLACE, detail)
    if code in _PASSING:
        return Unavailable(BROKEN, detail, taken=False)
    return Refused(_said(code, words), detail, code) if code == _ABOUT_THE_REQUEST else None


def _said(code: str, words: str) -> Text:
    return _("The relay refused: {message}", message=" ".join(_pieces(code, words)))


def _pieces(code: str, words: str) -> Iterator[str]:
    if words:
        yield words
    if code:
        yield f"({code})"
