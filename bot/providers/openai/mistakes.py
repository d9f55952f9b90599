"""OpenAI's own errors, and those of the gateway that mean something else here than elsewhere (``relay-suno-…md`` 2)."""

from collections.abc import Callable

from bot.errors import NO_QUOTA, Refused
from bot.talk import no_model
from bot.text import Text, _

FILTERED = _("OpenAI's content filter refused it: {why} Put it in other words, or use another picture.")
GONE = _("The relay no longer knows this video, so it cannot be remixed.")
_FILTER = frozenset({"content_policy_violation", "moderation_blocked"})
Judge = Callable[[int, str, str], Exception | None]


def judge(model: str) -> Judge:
    """What an error of a request to ``model`` means (2.6, 5.2): waiting does not bring a model into being."""

    def verdict(status: int, code: str, words: str) -> Exception | None:
        if code in _FILTER:
            why = words if words.endswith((".", "!", "?", "。")) else f"{words}."
            return Refused(Text(FILTERED.source, {"why": why}), words, code, status)
        if code == "insufficient_quota":
            return Refused(NO_QUOTA, words, code, status)
        return no_model(model, status, code, words)

    return verdict


def judge_remix(status: int, code: str, words: str) -> Exception | None:
    """The same for a remix: a 404 speaks of the video, unless it speaks of the path (2.6)."""
    if status == 404 and "invalid url" not in words.lower():
        return Refused(GONE, words, code, status)
    return judge("")(status, code, words)
