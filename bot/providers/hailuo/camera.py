"""Camera moves: words in square brackets that the video model follows (reference ``relay-luma-…md`` 7.1)."""

import re
from collections.abc import Sequence

from bot.errors import Invalid
from bot.text import _

MOVES = (
    "Truck left", "Truck right", "Pan left", "Pan right", "Push in", "Pull out", "Pedestal up", "Pedestal down",
    "Tilt up", "Tilt down", "Zoom in", "Zoom out", "Shake", "Tracking shot", "Static shot",
)  # fmt: skip
MOST = 3
_KNOWN = {move.lower(): move for move in MOVES}
_BRACKETS = re.compile(r"\[([^\[\]]{1,300})\]")
_SEPARATORS = re.compile(r"[\[\],;]+")


def cue(typed: str) -> str:
    """The moves that were typed, with brackets or without, in one pair of brackets; ``""`` for none.

    Raises :class:`Invalid` for a move that does not exist, and for too many.
    """
    moves = _parts(typed)
    _check(moves)
    return _bracketed([_KNOWN[move.lower()] for move in moves]) if moves else ""


def check_prompt(prompt: str) -> None:
    """Refuse brackets in a prompt that mean camera moves but cannot be followed; raises :class:`Invalid`."""
    for found in _BRACKETS.findall(prompt):
        moves = _parts(found)
        if any(move.lower() in _KNOWN for move in moves):
            _check(moves)


def completions(typed: str) -> list[str]:
    """What the words typed so far may become, each a complete cue."""
    *done, last = _parts(typed) or [""]
    if any(move.lower() not in _KNOWN for move in done):
        return []
    chosen = [_KNOWN[move.lower()] for move in done]
    if last.lower() in _KNOWN:
        chosen, last = [*chosen, _KNOWN[last.lower()]], ""
    if len(chosen) > MOST:
        return []
    whole = [_bracketed(chosen)] if chosen and not last else []
    more = [move for move in MOVES if last.lower() in move.lower() and move not in chosen] if len(chosen) < MOST else []
    return [*whole, *(_bracketed([*chosen, move]) for move in more)]


def _parts(typed: str) -> list[str]:
    return [" ".join(part.split()) for part in _SEPARATORS.split(typed) if part.strip()]


def _bracketed(moves: Sequence[str]) -> str:
    return f"[{', '.join(moves)}]"


def _check(moves: Sequence[str]) -> None:
    for move in moves:
        if move.lower() not in _KNOWN:
            raise Invalid(
                _("There is no camera move “{move}”. Known: {known}.", move=move[:40], known=", ".join(MOVES))
            )
    if len(moves) > MOST:
        raise Invalid(_("At most {most} camera moves go together, not {count}.", most=MOST, count=len(moves)))
